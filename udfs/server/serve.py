"""Starts the server: ``kpi-xl serve``."""

from __future__ import annotations

import gc
import importlib.util
import ipaddress
import json
import logging
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.server import ServerSettings
from kpi_xl.system.user import PROJECT_VARIABLE

LICENSE: Final = "XLWINGS_LICENSE_KEY"
"""The environment variable with the licence of xlwings Server, which its user has to have."""

_SITE: Final = Path(__file__).parent / "site"


def serve(project: Project) -> None:
    """Serve until it is stopped.

    Parameters
    ----------
    project : Project
        The project.

    Raises
    ------
    InputError
        When something it needs is not there, or it would let in everybody from everywhere.
    """
    settings = project.settings.server
    certificate, key = checked(project)
    os.environ[PROJECT_VARIABLE] = str(project.folder.resolve())
    from udfs.server import connections

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    connections.run(
        f"{__name__}:application",
        settings.connections,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )


def checked(project: Project) -> tuple[Path | None, Path | None]:
    """The certificate and its key, where all that is needed is there.

    Raises
    ------
    InputError
        When it is not.
    """
    settings = project.settings.server
    if importlib.util.find_spec("xlwings_server") is None:
        raise InputError(
            "还没有安装这项功能需要的组件（xlwings-server）",
            '请先看 docs/server.md 开头的许可说明，再运行 pip install "kpi_xl[server]"',
        )
    licensed()
    if not settings.asks_who and not _is_own_computer(settings.host):
        raise InputError(
            "没有设置谁可以用，只能在本机上试用",
            "请在 kpi.toml 写 [server.roles] 和 [server.keys]（或 [server.entra]），"
            '或把 [server] host 改为 "127.0.0.1"',
            file=project.folder / "kpi.toml",
            value=settings.host,
        )
    _check_roles(project, settings)
    if not settings.certificate:
        return None, None
    paths = [project.folder / settings.certificate, project.folder / settings.key]
    for path in paths:
        if not path.is_file():
            raise InputError(
                "找不到证书文件", "请看 docs/server.md 的“证书”一节怎样做一个", file=path
            )
    return paths[0], paths[1]


def licensed() -> None:
    """Make sure that whoever runs this has a licence for xlwings Server.

    Raises
    ------
    InputError
        When there is none; it is never made up here.
    """
    os.environ.setdefault("XLWINGS_ON_SERVER", "true")
    try:
        import xlwings.server  # noqa: F401
    except Exception as error:
        # xlwings as a whole cannot be imported then, nor what it raises.
        if type(error).__name__ != "LicenseError":
            raise
        raise InputError(
            "xlwings Server 没有可用的许可",
            f"购买的请把许可密钥放在环境变量 {LICENSE} 里；只作非商业使用的，"
            f"读过 PolyForm Noncommercial 许可以后把 {LICENSE} 设为 noncommercial",
            value=str(error),
        ) from None


def application() -> Any:
    """The application, of the project that the environment names; each process makes its own."""
    from udfs.server.app import Server
    from udfs.server.connections import ending
    from udfs.server.request_log import LOGGER

    project = Project.open(Path(os.environ[PROJECT_VARIABLE]))
    pages = pages_of(project.settings.server)
    LOGGER.setLevel(logging.INFO)
    # A column of a hundred thousand cells is as many small lists, none of which is garbage: looking
    # through them as often as Python usually does takes as long as everything else together.
    gc.set_threshold(100_000, 50, 50)
    gc.freeze()
    return ending(Server(project, pages))


def pages_of(settings: ServerSettings, environment: MutableMapping[str, str] = os.environ) -> Any:
    """The pages of xlwings Server, with ours in place of some of them.

    Its settings are read from the environment once, when it is imported.
    """
    ways = [*(["entraid"] if settings.entra else []), *(["key"] if settings.keys else [])]
    environment.update(
        {
            "XLWINGS_PROJECT_DIR": str(_SITE),
            "XLWINGS_ENVIRONMENT": "prod",
            "XLWINGS_FUNCTIONS_NAMESPACE": "",
            "XLWINGS_PROJECT_NAME": "KPI",
            "XLWINGS_AUTH_PROVIDERS": json.dumps(ways),
            "XLWINGS_ENABLE_SOCKETIO": "false",
            "XLWINGS_ENABLE_HTMX": "false",
            "XLWINGS_ENABLE_ALPINEJS_CSP": "false",
            "XLWINGS_LOG_LEVEL": "WARNING",
        }
    )
    licensed()
    from xlwings_server.main import app

    return app


def _is_own_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_roles(project: Project, settings: ServerSettings) -> None:
    """Refuse roles of units that are not there, as soon as it is known which there are."""
    if not project.cube.is_file():
        return
    from kpi_xl.data.cube import Cube
    from kpi_xl.data.unit_names import listed, written

    units = Cube.open(project.cube).units
    paths = written(units)
    for role, meant in settings.roles.items():
        for path in meant or ():
            if path in paths:
                continue
            several = [number for number, unit in enumerate(units) if unit.path == path]
            if several:
                raise InputError(
                    f"[server.roles] “{role}”里的单位有 {len(several)} 个",
                    f"请写明是哪一个：{listed(units, several)}",
                    file=project.folder / "kpi.toml",
                    value=path,
                )
            raise InputError(
                f"[server.roles] “{role}”里的单位在项目里没有",
                "请写单位的路径，如 城东营业部 或 城东营业部/一组；=KPI_UNITS() 列出全部",
                file=project.folder / "kpi.toml",
                value=path,
            )
