"""A folder or zip for a department's share; a double click installs the add-in."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final

import kpi_xl
from kpi_xl import __version__, kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import make_folder, write_whole
from udfs.excel.build import build
from udfs.excel.check_workbook import check_workbook
from udfs.excel.wheels import Fetch, from_pip, gather
from udfs.zipped import zipped

PYTHON: Final = "3.13"
"""The version of Python that wheels are fetched for where no package of Python is given."""

CODE_PAGE: Final = "gbk"
"""What a Chinese Windows reads .cmd files in."""

_SOURCE: Final = Path(kpi_xl.__file__).parents[1]
_EMBEDDED: Final = re.compile(r"python(3)(\d+)\._pth")


@dataclass(frozen=True)
class Bundle:
    """The files that were made.

    Parameters
    ----------
    folder : Path
        Where it is, a folder or a zip.
    python : str
        The version of Python that it is for.
    has_python : bool
        Whether Python itself is in it.
    wheels : int
        The number of wheels.
    """

    folder: Path
    python: str
    has_python: bool
    wheels: int


def bundle(
    folder: Path,
    embedded: Path | None = None,
    sha256: str | None = None,
    project: str | None = None,
    wheel: Path | None = None,
    fetch: Fetch | None = None,
) -> Bundle:
    """Make the folder, or a zip of it.

    Parameters
    ----------
    folder : Path
        A new or empty folder; what ends in .zip is a zip.
    embedded : Path, optional
        Python's embeddable package for 64-bit Windows, a zip; without it there is a place for it.
    sha256 : str, optional
        What the package's checksum must be.
    project : str, optional
        The project that everybody starts with.
    wheel : Path, optional
        The wheel of kpi_xl; by default it is made from the sources that this runs from.
    fetch : callable, optional
        Fetches wheels; by default pip does.

    Raises
    ------
    InputError
        When the folder is not empty, the zip is there, the package is not what it should be, or a
        wheel cannot be had.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InputError(kinds.BUNDLE_NOT_EMPTY(), file=folder)
    if folder.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as place:
            # Unpacked anywhere, it is one folder.
            whole = Path(place) / folder.stem
            made = bundle(whole, embedded, sha256, project, wheel, fetch)
            files = sorted(one for one in whole.rglob("*") if one.is_file())
            names = [one.relative_to(place).as_posix() for one in files]
            read = (one.read_bytes() for one in files)
            write_whole(folder, zipped(dict(zip(names, read, strict=True))))
        return replace(made, folder=folder)
    parts = {} if embedded is None else _python_of(embedded, sha256)
    python = _version(parts, embedded) if embedded is not None else PYTHON
    wheels = folder / "wheels"
    for one in (folder, wheels, folder / "python"):
        make_folder(one)
    _own_wheel(wheel, wheels)
    constraints = _SOURCE / "constraints.txt"
    fetch = fetch or from_pip(python, constraints if constraints.is_file() else None)
    found = gather(wheels, [f"kpi_xl[desk]=={__version__}", "pip"], python, fetch)
    for name, content in parts.items():
        make_folder((folder / "python" / name).parent)
        write_whole(folder / "python" / name, content)
    write_whole(folder / "kpi_xl.xlam", build())
    write_whole(folder / "sample.xlsx", check_workbook())
    pip = next(one.name for one in found if one.name.startswith("pip-"))
    for name in ("安装.cmd", "卸载.cmd", "说明.txt"):
        tag = python.replace(".", "")
        write_whole(folder / name, setup(name, python=python, tag=tag, pip=pip))
    if project is not None:
        write_whole(folder / "project.txt", f"{project}\r\n".encode(CODE_PAGE))
    _write_sums(folder)
    return Bundle(folder, python, bool(parts), len(found))


def setup(name: str, **put: str) -> bytes:
    """A file of `setup` as Windows reads it.

    Parameters
    ----------
    name : str
        The name of the file in `setup`.
    put : str
        What goes where ``@NAME@`` stands in it.
    """
    text = (resources.files("udfs.excel") / "setup" / name).read_text("utf-8")
    for key, value in {"version": __version__, **put}.items():
        text = text.replace(f"@{key.upper()}@", value)
    return text.replace("\n", "\r\n").encode(CODE_PAGE)


def _python_of(file: Path, sha256: str | None) -> dict[str, bytes]:
    """The files of Python's embeddable package."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(kinds.NO_EMBEDDED_PYTHON(), file=file) from error
    found = _sha256(content)
    if sha256 is not None and found != sha256.strip().casefold():
        raise InputError(kinds.CHECKSUM_DIFFERS(wanted=sha256, found=found), file=file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = [one for one in archive.namelist() if not one.endswith("/")]
            if any(".." in Path(one).parts or Path(one).is_absolute() for one in names):
                raise InputError(kinds.NO_EMBEDDED_PYTHON(), file=file)
            return {name: archive.read(name) for name in names}
    except zipfile.BadZipFile as error:
        raise InputError(kinds.NO_EMBEDDED_PYTHON(), file=file) from error


def _version(parts: dict[str, bytes], file: Path) -> str:
    """The Python version of a package; it must be for 64-bit Windows and supported."""
    marks = [found for found in map(_EMBEDDED.fullmatch, parts) if found]
    program = parts.get("python.exe", b"")
    if len(marks) != 1 or "pythonw.exe" not in parts or not _is_for_64_bits(program):
        raise InputError(kinds.NO_EMBEDDED_PYTHON(), file=file)
    if int(marks[0][2]) < 11:
        raise InputError(kinds.EMBEDDED_TOO_OLD(found=f"3.{marks[0][2]}"), file=file)
    return f"3.{marks[0][2]}"


def _is_for_64_bits(program: bytes) -> bool:
    """By the machine that the head of a Windows program names: 0x8664."""
    at = int.from_bytes(program[0x3C:0x40], "little")
    return program[:2] == b"MZ" and program[at : at + 6] == b"PE\0\0\x64\x86"


def _own_wheel(wheel: Path | None, wheels: Path) -> None:
    """Add the wheel of kpi_xl to the others."""
    if wheel is not None:
        if not wheel.name.startswith(f"kpi_xl-{__version__}-"):
            raise InputError(kinds.OTHER_WHEEL(wanted=__version__), file=wheel)
        write_whole(wheels / wheel.name, wheel.read_bytes())
    elif (_SOURCE / "pyproject.toml").is_file():
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--wheel-dir", str(wheels), str(_SOURCE)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            last = "".join(error.stderr.strip().splitlines()[-1:])
            raise InputError(kinds.NO_WHEELS(what="kpi_xl", last=last)) from error
    else:
        raise InputError(kinds.NO_OWN_WHEEL())


def _write_sums(folder: Path) -> None:
    """The checksum of every file, as sha256sum writes it."""
    lines = [
        f"{_sha256(file.read_bytes())} *{file.relative_to(folder).as_posix()}\r\n"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    ]
    write_whole(folder / "校验和.txt", "".join(lines).encode(CODE_PAGE))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
