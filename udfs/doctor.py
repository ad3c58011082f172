"""Check everything that the add-ins and the project need, with advice."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import workbook_templates
from kpi_xl import kinds
from kpi_xl._version import __version__
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.user import User
from kpi_xl.workbook import Template
from udfs.excel.registry import Registry, WindowsRegistry
from udfs.finding import Finding


def doctor(
    project: Path | None = None,
    user: User | None = None,
    *,
    windows: bool = sys.platform == "win32",
    environment: Mapping[str, str] = os.environ,
    registry: Registry | None = None,
) -> list[Finding]:
    """Check the installation and the project.

    Parameters
    ----------
    project : Path, optional
        The project's folder; by default the user's.
    user : User, optional
        Whose installation; by default whoever runs this.
    windows : bool
        Whether Excel's add-in can be here at all.
    environment : mapping of str to str
        The environment variables of the process.
    registry : Registry, optional
        The registry of Windows, or one that stands in for it.

    Returns
    -------
    list of Finding
        Everything that was looked at, also what is fine.
    """
    user = user or User.current(environment)
    found = [_python()]
    if windows:
        from udfs.excel.doctor import findings

        found += findings(user, registry or WindowsRegistry(), environment)
    else:
        found.append(Finding("Excel 加载项", True, "不是 Windows：工作表函数只在 Windows 版可用"))
    found += _calc(user)
    return [*found, *_project(project, user, environment), *_templates()]


def _calc(user: User) -> Iterator[Finding]:
    from udfs.calc.doctor import findings

    yield from findings(user)


def _python() -> Finding:
    bits = struct.calcsize("P") * 8
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", True, f"{version}（{bits} 位），{sys.executable}；kpi_xl {__version__}"
    )


def _project(folder: Path | None, user: User, environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        project = Project.open(folder or user.project(environment))
    except InputError as error:
        yield Finding.wrong("项目", error.fault)
        return
    yield Finding("项目", True, str(project.folder))
    if project.data.is_dir() and any(project.data.iterdir()):
        yield Finding("原始数据", True, str(project.data))
    else:
        yield Finding.wrong("原始数据", kinds.NO_RAW_FILES(folder=project.data))
    yield _cube(project)


def _cube(project: Project) -> Finding:
    from kpi_xl.data.cube import Cube

    if not project.cube.is_file():
        return Finding.wrong("指标数据", kinds.NO_CUBE(file=project.cube.name))
    try:
        cube = Cube.open(project.cube)
    except (OSError, InputError):
        return Finding.wrong("指标数据", kinds.CUBE_DAMAGED(file=project.cube))
    return Finding("指标数据", True, f"{len(cube.units)} 个单位，{cube.first} 到 {cube.last}")


def _templates() -> Iterator[Finding]:
    for name in workbook_templates.NAMES:
        try:
            slots = len(Template(workbook_templates.path(name)).slots)
        except InputError as error:
            yield Finding.wrong(f"模板 {name}", kinds.OFFICIAL_DAMAGED(problem=error.problem))
        else:
            yield Finding(f"模板 {name}", True, f"{slots} 个名称")
