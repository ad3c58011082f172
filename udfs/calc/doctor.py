"""Check that everything the LibreOffice add-in needs is in place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.system.user import User
from udfs.calc.build import FUNCTIONS, LEAST_LIBREOFFICE, functions
from udfs.calc.libreoffice import LibreOffice, extensions_in, installed_extensions
from udfs.finding import Finding

_PATIENCE: Final = 60.0  # seconds


def findings(user: User) -> Iterator[Finding]:
    """The checks of the add-in; one line where it is not installed.

    Parameters
    ----------
    user : User
        The user whose installation is looked at.
    """
    office = LibreOffice.found()
    if office is None:
        yield Finding("LibreOffice 加载项", True, "没有找到 LibreOffice，用不到")
        return
    if not user.calc_conf.is_file():
        yield Finding(
            "LibreOffice 加载项", True, "没有安装；需要时运行 kpi-xl addin install --host calc"
        )
        return
    if not office.version or _numbers(office.version) >= _numbers(LEAST_LIBREOFFICE):
        yield Finding("LibreOffice", True, f"{office.version or '版本不明'}，{office.program}")
    else:
        fault = kinds.OFFICE_TOO_OLD(
            version=office.version, program=office.program, least=LEAST_LIBREOFFICE
        )
        yield Finding.wrong("LibreOffice", fault)
    if office.has_python:
        yield Finding("LibreOffice 的 Python 支持", True, "有")
    else:
        yield Finding.wrong("LibreOffice 的 Python 支持", kinds.NO_PYTHON_IN_OFFICE())
    yield _process(user.calc_conf)
    yield _extension(user, office)


def _process(conf: Path) -> Finding:
    """Whether the Python that the add-in starts has kpi_xl."""
    name = "LibreOffice 加载项用的 Python"

    def wrong(fault: Fault) -> Finding:
        return Finding.wrong(name, fault)

    try:
        python, packages = conf.read_text(encoding="utf-8").splitlines()[:2]
    except ValueError:
        return wrong(kinds.CALC_SETTINGS(file=conf))
    try:
        done = subprocess.run(
            [python, "-E", "-c", "import udfs.calc.server"],
            cwd=packages,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return wrong(kinds.CALC_PYTHON(python=python, error=error))
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        return wrong(kinds.CALC_PYTHON(python=python, error=last))
    return Finding(name, True, python)


def _extension(user: User, office: LibreOffice) -> Finding:
    """Whether the installed extension is of this version."""
    name = "LibreOffice 加载项"
    shared = office.program.parent / "share" / "uno_packages"
    found = installed_extensions(user.home, user.roaming) or extensions_in(shared)
    if not found:
        return Finding.wrong(name, kinds.NO_EXTENSION())
    listed = found[-1] / FUNCTIONS
    if not listed.is_file() or listed.read_bytes() != functions():
        return Finding.wrong(name, kinds.OTHER_EXTENSION())
    return Finding(name, True, str(found[-1]))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.strip(".").split(".")))
