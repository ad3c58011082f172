"""Whether everything that the LibreOffice add-in needs is in place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kpi_xl.system.user import User
from udfs.calc.build import FUNCTIONS, LEAST_LIBREOFFICE, functions
from udfs.calc.libreoffice import LibreOffice, extensions_in, installed_extensions
from udfs.looked_at import Finding

_INSTALL: Final = "请关闭 LibreOffice，在命令行运行 kpi-xl addin install --host calc"
_PATIENCE: Final = 60.0  # seconds


def findings(user: User) -> Iterator[Finding]:
    """What was looked at; one line where the add-in is not installed.

    Parameters
    ----------
    user : User
        Whose add-in.
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
    fine = not office.version or _numbers(office.version) >= _numbers(LEAST_LIBREOFFICE)
    yield Finding(
        "LibreOffice",
        fine,
        f"{office.version or '版本不明'}，{office.program}",
        "" if fine else f"请安装 LibreOffice {LEAST_LIBREOFFICE} 或更高版本",
    )
    yield Finding(
        "LibreOffice 的 Python 支持",
        office.has_python,
        "有" if office.has_python else f"{office.program} 里没有",
        "" if office.has_python
        else "Debian、Ubuntu 请运行 sudo apt install python3-uno；其他系统请重新安装 LibreOffice",
    )  # fmt: skip
    yield _process(user.calc_conf)
    yield _extension(user, office)


def _process(conf: Path) -> Finding:
    """Whether the Python that the add-in starts has kpi_xl."""
    name = "LibreOffice 加载项用的 Python"
    try:
        python, packages = conf.read_text(encoding="utf-8").splitlines()[:2]
    except ValueError:
        return Finding(name, False, f"{conf} 读不懂", _INSTALL)
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
        return Finding(name, False, f"{python} 启动不了（{error}）", _INSTALL)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        return Finding(name, False, f"{python}（{last}）", _INSTALL)
    return Finding(name, True, python)


def _extension(user: User, office: LibreOffice) -> Finding:
    """Whether the installed extension is of this version."""
    name = "LibreOffice 加载项"
    shared = office.program.parent / "share" / "uno_packages"
    found = installed_extensions(user.home, user.roaming) or extensions_in(shared)
    if not found:
        return Finding(name, False, "LibreOffice 里没有这个扩展", _INSTALL)
    if (found[-1] / FUNCTIONS).read_bytes() != functions():
        return Finding(name, False, "与现在的 kpi_xl 版本不一致", _INSTALL)
    return Finding(name, True, str(found[-1]))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.strip(".").split(".")))
