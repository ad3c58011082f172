"""Look whether everything the add-ins and the project need is in place, and say what to do."""

from __future__ import annotations

import importlib.metadata
import os
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import workbook_templates
from kpi_xl import kinds
from kpi_xl._version import __version__
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.user import User
from kpi_xl.workbook import Template
from udfs.looked_at import Finding

_SECURITY: Final = r"Software\{}Microsoft\Office\16.0\Excel\Security"

Registry = Callable[[str, str], int | None]
"""Gives a number of the user's registry by key and value name; None where it is not set."""


def doctor(
    project: Path | None = None,
    user: User | None = None,
    *,
    windows: bool = sys.platform == "win32",
    environment: Mapping[str, str] = os.environ,
    registry: Registry | None = None,
) -> list[Finding]:
    """Look at the installation and the project.

    Parameters
    ----------
    project : Path, optional
        The project's folder; by default the user's.
    user : User, optional
        Whose installation; by default whoever runs this.
    windows : bool
        Whether Excel's add-in can be here at all.
    environment : mapping of str to str
        The environment's variables.
    registry : callable, optional
        Reads Windows' registry.

    Returns
    -------
    list of Finding
        Everything that was looked at, also what is fine.
    """
    user = user or User.current(environment)
    found = [_python()]
    if windows:
        found += _excel(user, registry or _windows_registry)
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


def _excel(user: User, registry: Registry) -> Iterator[Finding]:
    pinned, installed = _xlwings_versions()
    if installed == pinned:
        yield Finding("xlwings", True, pinned)
    else:
        fault = kinds.XLWINGS_VERSION(wanted=pinned, installed=installed or "没有")
        yield Finding.wrong("xlwings", fault)
    interpreter = conf_value(user.conf, "INTERPRETER_WIN")
    if interpreter is not None and Path(interpreter).is_file():
        yield Finding("加载项用的 Python", True, interpreter)
    else:
        fault = kinds.ADDIN_PYTHON(python=interpreter or f"{user.conf} 里没有写")
        yield Finding.wrong("加载项用的 Python", fault)
    folder = Path(interpreter).parent if interpreter is not None else Path(sys.prefix)
    for bits in (64, 32):
        name = f"xlwings{bits}-{pinned}.dll"
        there = next((p / name for p in (folder, folder.parent) if (p / name).is_file()), None)
        what = f"xlwings 的 DLL（{bits} 位 Excel 用）"
        if there is not None:
            yield Finding(what, True, str(there))
        else:
            yield Finding.wrong(what, kinds.NO_DLL(folder=folder, name=name, wanted=pinned))
    if user.addin.is_file():
        yield Finding("加载项文件", True, str(user.addin))
    else:
        yield Finding.wrong("加载项文件", kinds.NO_ADDIN(file=user.addin))
    yield _macros(registry)


def _macros(registry: Registry) -> Finding:
    """The start folder is a trusted location, so only a policy keeps the add-in from running."""
    for policy in ("Policies\\", ""):
        key = _SECURITY.format(policy)
        if registry(rf"{key}\Trusted Locations", "AllLocationsDisabled"):
            return Finding.wrong("宏安全", kinds.NO_TRUSTED_LOCATIONS())
    warnings = registry(_SECURITY.format("Policies\\"), "VBAWarnings")
    if warnings == 4:
        return Finding.wrong("宏安全", kinds.MACROS_DISABLED())
    return Finding("宏安全", True, "没有妨碍加载项的策略")


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


def conf_value(file: Path, key: str) -> str | None:
    """A value of the file that the add-in's VBA reads: ``"KEY","value"``, a line each."""
    try:
        lines = file.read_bytes().decode(ansi(), "replace").splitlines()
    except FileNotFoundError:
        return None
    for line in lines:
        name, _, value = line.partition(",")
        if name.strip().strip('"').upper() == key:
            return value.strip().strip('"')
    return None


def ansi() -> str:
    """The encoding that VBA reads files in: the code page of Windows."""
    return "mbcs" if sys.platform == "win32" else "gbk"


def _xlwings_versions() -> tuple[str, str | None]:
    from udfs.excel import XLWINGS

    try:
        return XLWINGS, importlib.metadata.version("xlwings")
    except importlib.metadata.PackageNotFoundError:
        return XLWINGS, None


def _windows_registry(key: str, name: str) -> int | None:
    if sys.platform != "win32":
        return None
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            value = winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None
    return value if isinstance(value, int) else None
