"""The conditions that must hold before anything is served to others."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.server import ServerSettings


def safe(project: Project) -> tuple[Path | None, Path | None]:
    """The certificate and its key, both None where something before the server has them.

    Raises
    ------
    InputError
        When everybody from everywhere would be let in, a role has units that are not there, or
        the certificate is not.
    """
    settings = project.settings.server
    if not settings.asks_who and not _is_own_computer(settings.host):
        raise InputError(
            kinds.NOBODY_NAMED(), file=project.folder / "kpi.toml", value=settings.host
        )
    _check_roles(project, settings)
    if not settings.certificate:
        return None, None
    paths = [project.folder / settings.certificate, project.folder / settings.key]
    for path in paths:
        if not path.is_file():
            raise InputError(kinds.NO_CERTIFICATE(), file=path)
    return paths[0], paths[1]


def _is_own_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_roles(project: Project, settings: ServerSettings) -> None:
    """Refuse roles of units that are not there, as soon as it is known which there are."""
    if not project.cube.is_file():
        return
    from kpi_xl.checks.unit_names import listed, written
    from kpi_xl.data.cube import Cube

    units = Cube.open(project.cube).units
    paths = written(units)
    for role, meant in settings.roles.items():
        for path in meant or ():
            if path in paths:
                continue
            several = [number for number, unit in enumerate(units) if unit.path == path]
            if several:
                raise InputError(
                    kinds.ROLE_UNIT_SEVERAL(
                        role=role, count=len(several), paths=listed(units, several)
                    ),
                    file=project.folder / "kpi.toml",
                    value=path,
                )
            raise InputError(
                kinds.ROLE_UNIT(role=role), file=project.folder / "kpi.toml", value=path
            )
