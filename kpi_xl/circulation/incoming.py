"""The files in a folder of returned workbooks; a reason for each that cannot be read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.system.undone import Failure, Stopped

LARGEST: Final = 32 << 20
"""Bytes of a file; a form with a few pictures is far smaller."""

_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv"})
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})

_OTHERS: Final = (
    ((b"%pdf",), kinds.A_PDF),
    ((b"\x89png", b"\xff\xd8\xff"), kinds.A_PICTURE),
    ((b"<html", b"<!doctype html", b"<table"), kinds.A_PAGE),
)
"""What files begin with, in small letters, that are not workbooks."""


@dataclass(frozen=True)
class Aside(Stopped):
    """A file that is not collected.

    Parameters
    ----------
    file : Path
        Relative to the folder.
    error : InputError
        Why the file is not collected.
    """

    file: Path
    error: InputError

    @classmethod
    def of(cls, file: Path, why: Fault | Exception) -> Self:
        """Make it from an error; a fault of the program is logged.

        Raises
        ------
        sqlite3.Error
            Where it is no file's fault.
        """
        if isinstance(why, Fault):
            return cls(file, InputError(why))
        return cls(file, Failure.of(why, file).logged(kinds.RETURNED_FAULT))


@dataclass(frozen=True)
class Arrived:
    """A file that may be a workbook.

    Parameters
    ----------
    file : Path
        Relative to the folder.
    content : bytes
        What is in it.
    changed : float
        When it was last changed, in seconds since 1970.
    """

    file: Path
    content: bytes
    changed: float

    @property
    def is_compound(self) -> bool:
        """Whether it is a compound file: encrypted, or an old .xls."""
        return self.content.startswith(_OLE)


def arrived(folder: Path) -> Iterator[Arrived | Aside]:
    """Every file in a folder and its subfolders, in the order of the names.

    Links are not followed: they lead to files that nobody sent.
    """
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders.sort()
        for name in list(folders):
            path = Path(place, name)
            file = _readable(path.relative_to(folder))
            if path.is_symlink():
                folders.remove(name)
                yield Aside.of(file, kinds.A_LINK())
            elif path.suffix.lower() in _WORKBOOKS:
                yield Aside.of(file, kinds.A_FOLDER())
        for name in sorted(names):
            path = Path(place, name)
            file = path.relative_to(folder)
            if file != _readable(file):
                yield Aside.of(_readable(file), kinds.NAME_GARBLED())
                continue
            try:
                yield _one(path, file)
            except Exception as error:
                yield Aside.of(file, error)
    for refused in closed:
        path = Path(os.fsdecode(refused.filename))
        file = _readable(path.relative_to(folder)) if path != folder else Path()
        yield Aside.of(file, _closed(refused))


def _readable(file: Path) -> Path:
    """A file name as text, also where the disk holds bytes that are none."""
    return Path(os.fsencode(file).decode("utf-8", "replace"))


def _closed(error: OSError) -> Fault:
    return kinds.NOT_OPENED(reason=error.strerror or str(error))


def _one(path: Path, file: Path) -> Arrived | Aside:
    try:
        about = path.lstat()
        fault = _by_kind(about) or _by_name(file)
        content = b"" if fault else path.read_bytes()
    except OSError as error:
        fault = _closed(error)
    fault = fault or _by_content(content, file)
    return Arrived(file, content, about.st_mtime) if fault is None else Aside.of(file, fault)


def _by_kind(about: os.stat_result) -> Fault | None:
    if stat.S_ISLNK(about.st_mode):
        return kinds.A_LINK()
    if not stat.S_ISREG(about.st_mode):
        return kinds.NO_PLAIN_FILE()
    if about.st_size > LARGEST:
        return kinds.RETURNED_TOO_LARGE(megabytes=about.st_size >> 20)
    return None


def _by_name(file: Path) -> Fault | None:
    name = file.name.lower()
    if name.startswith("~$"):
        return kinds.OF_OPEN_EXCEL()
    if name.startswith(".") or name in _SYSTEM:
        return kinds.OF_SYSTEM()
    if name.endswith((".crdownload", ".part", ".tmp", ".download")):
        return kinds.DOWNLOADING()
    return None


def _by_content(content: bytes, file: Path) -> Fault | None:
    if not content:
        return kinds.RETURNED_EMPTY()
    if content.startswith((_OLE, b"PK")):
        return None
    if file.suffix.lower() == ".csv":
        return kinds.A_CSV()
    beginning = content[:200].lstrip().lower()
    for beginnings, kind in _OTHERS:
        if beginning.startswith(beginnings):
            return kind()
    return kinds.NO_WORKBOOK()
