"""The wheels that Windows needs, fetched on any system.

pip fetches for another system, but asks *this* one which requirements hold there: on Linux it
leaves out what only Windows needs, such as pywin32. So every wheel is asked again for Windows,
until nothing is missing.
"""

from __future__ import annotations

import email
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

Fetch = Callable[[Sequence[str], Path], None]
"""Fetches wheels for some requirements into a folder."""

_ROUNDS: Final = 10


def gather(folder: Path, wanted: Sequence[str], python: str, fetch: Fetch) -> list[Path]:
    """Fetch everything that some requirements need on 64-bit Windows; nothing else stays.

    Parameters
    ----------
    folder : Path
        Where the wheels go; some may be there already.
    wanted : sequence of str
        The requirements to fetch, as for pip.
    python : str
        The version of Python, such as 3.13.
    fetch : callable
        Fetches what is missing.

    Returns
    -------
    list of Path
        The wheels.

    Raises
    ------
    InputError
        When something cannot be had as a wheel for Windows.
    """
    missing = list(wanted)
    for _ in range(_ROUNDS):
        try:
            fetch(missing, folder)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().splitlines()[-1:]
            raise InputError(
                kinds.NO_WHEELS(what="、".join(missing), last="".join(last))
            ) from error
        needed, missing = _closure(folder, wanted, python)
        if not missing:
            for wheel in set(folder.glob("*.whl")) - needed:
                wheel.unlink()
            return sorted(needed)
    raise InputError(kinds.NO_WHEELS(what="、".join(missing), last=""))


def from_pip(python: str, constraints: Path | None) -> Fetch:
    """Fetching by pip, from wherever pip is set up to fetch from.

    Parameters
    ----------
    python : str
        The version of Python, such as 3.13.
    constraints : Path, optional
        The versions to take.
    """

    def fetch(wanted: Sequence[str], folder: Path) -> None:
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)),
            *("--platform", "win_amd64", "--python-version", python, "--implementation", "cp"),
            *("--only-binary=:all:", "--disable-pip-version-check", "--find-links", str(folder)),
        ]
        if constraints is not None:
            command += ["--constraint", str(constraints)]
        subprocess.run([*command, *wanted], check=True, capture_output=True, text=True)

    return fetch


def _closure(folder: Path, wanted: Iterable[str], python: str) -> tuple[set[Path], list[str]]:
    """The wheels that are needed, and the requirements that none of them meets."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name, parse_wheel_filename

    there = {}
    for wheel in folder.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        there[name] = wheel, version
    asked: set[tuple[str, str]] = set()
    needed, missing = set(), []
    waiting = [Requirement(one) for one in wanted]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name not in there or not one.specifier.contains(there[name][1], prereleases=True):
            missing.append(_plain(one))
            continue
        wheel = there[name][0]
        needed.add(wheel)
        for extra in ("", *one.extras):
            if (name, extra) not in asked:
                asked.add((name, extra))
                waiting += _requirements(wheel, python, extra)
    return needed, sorted(set(missing))


def _requirements(wheel: Path, python: str, extra: str) -> Iterator[Requirement]:
    """The packages that a wheel needs on Windows."""
    from packaging.requirements import Requirement

    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(name))
    there = {
        "extra": extra,
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_release": "10",
        "platform_system": "Windows",
        "platform_version": "10.0.19045",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "win32",
    }
    for text in metadata.get_all("Requires-Dist") or ():
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate(there):
            yield one


def _plain(one: Requirement) -> str:
    """A requirement without its marker, which this system would answer otherwise."""
    extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
    return f"{one.name}{extras}{one.specifier}"
