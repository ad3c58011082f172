"""Check that Excel's add-in is in place and can run, with advice."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.system.user import User
from udfs.excel import XLWINGS, policies, start
from udfs.excel.registry import Registry
from udfs.finding import Finding


def findings(
    user: User, registry: Registry, environment: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Check a user's installation.

    Parameters
    ----------
    user : User
        The user whose installation is looked at.
    registry : Registry
        The registry of Windows, or one that stands in for it.
    environment : mapping of str to str
        The environment variables of the process.
    """
    installed = _installed_xlwings()
    if installed == XLWINGS:
        yield Finding("xlwings", True, XLWINGS)
    else:
        fault = kinds.XLWINGS_VERSION(wanted=XLWINGS, installed=installed or "没有")
        yield Finding.wrong("xlwings", fault)
    interpreter = conf_value(user.conf, "INTERPRETER_WIN")
    if interpreter is not None and Path(interpreter).is_file():
        yield Finding("加载项用的 Python", True, interpreter)
        yield _started(Path(interpreter))
    else:
        fault = kinds.ADDIN_PYTHON(python=interpreter or f"{user.conf} 里没有写")
        yield Finding.wrong("加载项用的 Python", fault)
    folder = Path(interpreter).parent if interpreter is not None else Path(sys.prefix)
    for bits in (64, 32):
        name = f"xlwings{bits}-{XLWINGS}.dll"
        there = next((p / name for p in (folder, folder.parent) if (p / name).is_file()), None)
        what = f"xlwings 的 DLL（{bits} 位 Excel 用）"
        if there is not None:
            yield Finding(what, True, str(there))
        else:
            yield Finding.wrong(what, kinds.NO_DLL(folder=folder, name=name, wanted=XLWINGS))
    if user.addin.is_file():
        yield Finding("加载项文件", True, str(user.addin))
    else:
        yield Finding.wrong("加载项文件", kinds.NO_ADDIN(file=user.addin))
    yield from policies.findings(user.addin, registry, environment)


def _started(python: Path) -> Finding:
    fault = start.asked(python)
    name = "像 Excel 那样启动 Python"
    if fault is not None:
        return Finding.wrong(name, fault)
    return Finding(name, True, "启动了，需要的组件都在")


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
    """The encoding in which VBA reads files: the code page of Windows."""
    return "mbcs" if sys.platform == "win32" else "gbk"


def _installed_xlwings() -> str | None:
    try:
        return importlib.metadata.version("xlwings")
    except importlib.metadata.PackageNotFoundError:
        return None
