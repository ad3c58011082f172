"""Errors of the operating system about files, in the words of an Excel user."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Final, Literal

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind

Doing = Literal["read", "write", "replace", "remove"]
"""What was tried. Only by this a file open elsewhere is told from a folder closed to us."""


class FileError(InputError):
    """A file that the system does not let us read, write, replace or remove."""

    @property
    def is_open(self) -> bool:
        """Whether another program probably has it open."""
        return self.fault.kind in (kinds.FILE_OPEN, kinds.IN_USE)


_BY_NAME: Final = {
    "ENOSPC": kinds.DISK_FULL,
    "EDQUOT": kinds.QUOTA,
    "EROFS": kinds.READ_ONLY,
    "ENAMETOOLONG": kinds.PATH_TOO_LONG,
    "ENOENT": kinds.NOT_THERE,
    "ENOTDIR": kinds.NOT_A_FOLDER,
    "EISDIR ENOTEMPTY EEXIST": kinds.IS_FOLDER,
    "ELOOP": kinds.CIRCLE,
    "EMFILE ENFILE": kinds.TOO_MANY_OPEN,
    "EFBIG": kinds.FILE_TOO_LARGE,
    "EINVAL EILSEQ": kinds.BAD_NAME,
    "ENOMEM": kinds.NO_MEMORY,
    "EBUSY ETXTBSY EDEADLK": kinds.IN_USE,
    "EXDEV": kinds.OTHER_DISK,
    "EADDRINUSE": kinds.PORT_TAKEN,
    "ECONNREFUSED EADDRNOTAVAIL ENETUNREACH": kinds.NO_NETWORK,
    "EAGAIN ENOLCK EINTR": kinds.BUSY,
    "EIO ENXIO ENODEV ESTALE EHOSTDOWN EHOSTUNREACH ENETDOWN "
    "ENOTCONN ETIMEDOUT EREMOTEIO ECONNRESET ECONNABORTED ENOMEDIUM": kinds.NO_ANSWER,
}
_BY_NUMBER: Final[dict[int, Kind]] = {
    getattr(errno, name): kind
    for names, kind in _BY_NAME.items()
    for name in names.split()
    if hasattr(errno, name)
}

_OF_WINDOWS: Final = {
    "2 3": kinds.NOT_THERE,
    "4": kinds.TOO_MANY_OPEN,
    "8": kinds.NO_MEMORY,
    "19": kinds.READ_ONLY,
    "32 33 1224": kinds.FILE_OPEN,
    "39 112 1295 1816": kinds.DISK_FULL,
    "123": kinds.BAD_NAME,
    "206": kinds.PATH_TOO_LONG,
    "223": kinds.FILE_TOO_LARGE,
    "267": kinds.NOT_A_FOLDER,
    "21 53 55 59 64 65 67 121 1117 1167 1231 1232": kinds.NO_ANSWER,
}
_WINDOWS: Final[dict[int, Kind]] = {
    int(number): kind for numbers, kind in _OF_WINDOWS.items() for number in numbers.split()
}
"""By `winerror`, which tells more than the number that Python makes of it."""

_SAID: Final = (
    (re.compile(r"no space left|disk is full|disk full|not enough space", re.I), kinds.DISK_FULL),
    (re.compile(r"read-?only (file ?system|database)|readonly database", re.I), kinds.READ_ONLY),
    (re.compile(r"too many open files", re.I), kinds.TOO_MANY_OPEN),
    (re.compile(r"file name too long", re.I), kinds.PATH_TOO_LONG),
    (re.compile(r"permission denied|access is denied", re.I), kinds.FILE_OPEN),
    (
        re.compile(r"used by another process|could not set lock|database is locked", re.I),
        kinds.FILE_OPEN,
    ),
    (re.compile(r"input/output error|disk i/o error", re.I), kinds.NO_ANSWER),
    (re.compile(r"unable to open database file|cannot open file", re.I), kinds.CLOSED_FOLDER),
)
"""What databases say in words only."""

_DATABASES: Final = ("duckdb", "_duckdb", "sqlite3", "pyarrow")


def file_error(error: OSError, file: Path | None = None, doing: Doing | None = None) -> FileError:
    """Turn an error of the system into a message: the file, the reason, and what to do.

    Parameters
    ----------
    file : Path, optional
        The file that it is about; by default the one that the error names.
    doing : str, optional
        What the program was about to do with the file.

    Examples
    --------
    >>> print(file_error(OSError(28, "No space left on device", "output/a.xlsx")))
    a.xlsx：磁盘满了，写不下。请在这个磁盘上腾出空间后再运行。
    """
    if file is None and isinstance(error.filename, (str, os.PathLike)):
        file = Path(os.fsdecode(error.filename))
    return FileError(_told(error, file, doing), file=file)


def meant_by(error: Exception) -> InputError | None:
    """What an exception is told as; None for a fault of the program.

    Examples
    --------
    >>> print(meant_by(MemoryError())), meant_by(KeyError("x"))
    内存不够。请关掉一些程序后再运行。
    (None, None)
    """
    if isinstance(error, InputError):
        return error
    if isinstance(error, OSError):
        return file_error(error)
    if isinstance(error, MemoryError):
        return InputError(kinds.NO_MEMORY())
    return database_error(error)


def database_error(error: BaseException) -> FileError | None:
    """Turn an error of DuckDB, SQLite or Arrow that the system caused into a message; else None."""
    if type(error).__module__.partition(".")[0] not in _DATABASES:
        return None
    text = str(error)
    told = next((told for pattern, told in _SAID if pattern.search(text)), None)
    if told is None:
        return None
    named = re.search(r"[\"'“]([^\"'“”]+)[\"'”]", text)
    return FileError(told(), file=named[1] if named else None)


def _told(error: OSError, file: Path | None, doing: Doing | None) -> Fault:
    told = _WINDOWS.get(getattr(error, "winerror", None) or 0)
    if told is None and isinstance(error, PermissionError):
        told = _refusal(file, doing)
    if told is None:
        told = _BY_NUMBER.get(error.errno or 0)
    reason = error.strerror or str(error) or type(error).__name__
    return kinds.SYSTEM_REFUSED(reason=reason) if told is None else told()


def _refusal(file: Path | None, doing: Doing | None) -> Kind:
    """The kind of message for a missing permission."""
    if doing == "write":
        return kinds.CLOSED_FOLDER
    try:
        there = file is not None and file.exists()
        folder = file is not None and file.is_dir()
    except OSError:
        return kinds.CLOSED_FILE
    if doing in ("replace", "remove"):
        return kinds.IS_FOLDER if folder else kinds.FILE_OPEN
    if file is None or doing == "read" or (there and not os.access(file, os.R_OK)):
        return kinds.CLOSED_FILE
    return kinds.FILE_OPEN if there else kinds.CLOSED_FOLDER
