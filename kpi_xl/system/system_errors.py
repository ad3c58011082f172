"""What the system says when it does not let us at a file, in the words of an Excel user."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

from kpi_xl.errors import InputError

Doing = Literal["read", "write", "replace", "remove"]
"""What was tried. Only by this a file open elsewhere is told from a folder closed to us."""

CLOSE: Final = "请关闭这些文件后再运行"
"""What to do about files that are open in Excel."""


class FileError(InputError):
    """A file that the system does not let us read, write, replace or remove."""

    @property
    def is_open(self) -> bool:
        """Whether another program has it open, as far as one can tell."""
        return self.problem in (_OPEN.problem, _IN_USE.problem)


class Reason(NamedTuple):
    """What is wrong, and what to do about it."""

    problem: str
    advice: str


_OPEN: Final = Reason(
    "文件正在 Excel 或别的程序里打开，或者设成了只读",
    f"{CLOSE}；已经关闭还不行的，请看文件是不是只读",
)
_CLOSED_FOLDER: Final = Reason(
    "没有在这个文件夹里写文件的权限",
    "请换一个自己能写的文件夹，或请管理员给这个文件夹写的权限",
)
_UNREADABLE: Final = Reason(
    "没有读这个文件的权限，或它正被别的程序独占",
    "请关闭打开它的程序后再运行；仍不行的，请管理员给读的权限",
)
_FULL: Final = Reason("磁盘满了，写不下", "请在这个磁盘上腾出空间后再运行")
_QUOTA: Final = Reason("磁盘配额用完了，写不下", "请删去不用的文件，或请管理员加大配额")
_READ_ONLY: Final = Reason(
    "这个位置是只读的，不能写",
    "请把项目放到可以写的磁盘；U 盘、存储卡请看写保护开关",
)
_TOO_LONG: Final = Reason("文件名或路径太长", "请把项目移到更短的路径，如 D:\\kpi，再运行")
_NOT_THERE: Final = Reason(
    "文件或它所在的文件夹不在了",
    "请核对路径；在网络盘、移动盘上的，请看它是否还连着",
)
_NO_ANSWER: Final = Reason("磁盘或网络盘没有回应", "请看网络盘、移动盘是否还连着，再运行")
_IN_USE: Final = Reason("文件正被别的程序使用", CLOSE)
_NO_FOLDER: Final = Reason(
    "路径里有一段不是文件夹，是文件",
    "请把那个同名的文件移走，或换一个文件夹",
)
_IS_FOLDER: Final = Reason("这里已经有一个同名的文件夹", "请把那个文件夹移走后再运行")
_CIRCLE: Final = Reason("路径里的链接绕成了圈", "请换一个不经过链接的文件夹")
_TOO_MANY: Final = Reason("打开的文件太多", "请关掉一些程序后再运行")
_TOO_LARGE: Final = Reason(
    "文件超过了这个磁盘允许的大小",
    "请把项目放到格式为 NTFS 等的磁盘；FAT32 的文件不能超过 4 GB",
)
_BAD_NAME: Final = Reason("文件名里有这个磁盘不允许的字符", "请改名后再运行")
_NO_MEMORY: Final = Reason("内存不够", "请关掉一些程序后再运行")
_LINKS: Final = Reason("两个位置不在同一个磁盘上", "请把整个项目放在同一个磁盘上")
_PORT: Final = Reason("这个端口已被别的程序占用", "请换一个端口，或先停下占用它的程序")
_NETWORK: Final = Reason("网络连不上", "请检查网络和地址后再运行")
_BUSY: Final = Reason("系统一时不让用这个文件", "请稍后再运行")

_BY_NAME: Final[dict[str, Reason]] = {
    "ENOSPC": _FULL, "EDQUOT": _QUOTA,
    "EROFS": _READ_ONLY, "ENAMETOOLONG": _TOO_LONG, "ENOENT": _NOT_THERE, "ENOTDIR": _NO_FOLDER,
    "EISDIR": _IS_FOLDER, "ENOTEMPTY": _IS_FOLDER, "EEXIST": _IS_FOLDER, "ELOOP": _CIRCLE,
    "EMFILE": _TOO_MANY, "ENFILE": _TOO_MANY, "EFBIG": _TOO_LARGE, "EINVAL": _BAD_NAME,
    "EILSEQ": _BAD_NAME, "ENOMEM": _NO_MEMORY, "EBUSY": _IN_USE, "ETXTBSY": _IN_USE,
    "EDEADLK": _IN_USE, "EXDEV": _LINKS, "EADDRINUSE": _PORT, "ECONNREFUSED": _NETWORK,
    "EADDRNOTAVAIL": _NETWORK, "ENETUNREACH": _NETWORK, "EAGAIN": _BUSY, "ENOLCK": _BUSY,
    "EINTR": _BUSY,
    **dict.fromkeys(
        (
            "EIO", "ENXIO", "ENODEV", "ESTALE", "EHOSTDOWN", "EHOSTUNREACH", "ENETDOWN",
            "ENOTCONN", "ETIMEDOUT", "EREMOTEIO", "ECONNRESET", "ECONNABORTED", "ENOMEDIUM",
        ),
        _NO_ANSWER,
    ),
}  # fmt: skip

_BY_NUMBER: Final[dict[int, Reason]] = {
    getattr(errno, name): told for name, told in _BY_NAME.items() if hasattr(errno, name)
}

_WINDOWS: Final[dict[int, Reason]] = {
    2: _NOT_THERE, 3: _NOT_THERE, 4: _TOO_MANY, 8: _NO_MEMORY, 19: _READ_ONLY, 32: _OPEN, 33: _OPEN,
    39: _FULL, 112: _FULL, 123: _BAD_NAME, 206: _TOO_LONG, 223: _TOO_LARGE, 267: _NO_FOLDER,
    1224: _OPEN, 1295: _FULL, 1816: _FULL,
    **dict.fromkeys((21, 53, 55, 59, 64, 65, 67, 121, 1117, 1167, 1231, 1232), _NO_ANSWER),
}  # fmt: skip
"""By `winerror`, which tells more than the number that Python makes of it."""

_SAID: Final = (
    (re.compile(r"no space left|disk is full|disk full|not enough space", re.I), _FULL),
    (re.compile(r"read-?only (file ?system|database)|readonly database", re.I), _READ_ONLY),
    (re.compile(r"too many open files", re.I), _TOO_MANY),
    (re.compile(r"file name too long", re.I), _TOO_LONG),
    (re.compile(r"permission denied|access is denied", re.I), _OPEN),
    (re.compile(r"used by another process|could not set lock|database is locked", re.I), _OPEN),
    (re.compile(r"input/output error|disk i/o error", re.I), _NO_ANSWER),
    (re.compile(r"unable to open database file|cannot open file", re.I), _CLOSED_FOLDER),
)
"""What databases say in words only."""

_DATABASES: Final = ("duckdb", "_duckdb", "sqlite3", "pyarrow")


def file_error(error: OSError, file: Path | None = None, doing: Doing | None = None) -> FileError:
    """What an error of the system means: the file, the reason, and what to do.

    Parameters
    ----------
    error : OSError
        The error.
    file : Path, optional
        The file that it is about; by default the one that the error names.
    doing : str, optional
        What was tried.

    Examples
    --------
    >>> print(file_error(OSError(28, "No space left on device", "output/a.xlsx")))
    a.xlsx：磁盘满了，写不下。请在这个磁盘上腾出空间后再运行。
    """
    if file is None and isinstance(error.filename, (str, os.PathLike)):
        file = Path(os.fsdecode(error.filename))
    return FileError(*_told(error, file, doing), file=file)


def database_error(error: BaseException) -> FileError | None:
    """What an error of DuckDB, SQLite or Arrow means where the system is its cause; else None."""
    if type(error).__module__.partition(".")[0] not in _DATABASES:
        return None
    text = str(error)
    told = next((told for pattern, told in _SAID if pattern.search(text)), None)
    if told is None:
        return None
    named = re.search(r"[\"'“]([^\"'“”]+)[\"'”]", text)
    return FileError(*told, file=named[1] if named else None)


def _told(error: OSError, file: Path | None, doing: Doing | None) -> Reason:
    told = _WINDOWS.get(getattr(error, "winerror", None) or 0)
    if told is None and isinstance(error, PermissionError):
        told = _refusal(file, doing)
    if told is None:
        told = _BY_NUMBER.get(error.errno or 0)
    reason = error.strerror or str(error) or type(error).__name__
    return told or Reason(f"系统不让读写（{reason}）", "请照系统说的处理后再运行")


def _refusal(file: Path | None, doing: Doing | None) -> Reason:
    """What it means that something is not permitted."""
    if doing == "write":
        return _CLOSED_FOLDER
    try:
        there = file is not None and file.exists()
        folder = file is not None and file.is_dir()
    except OSError:
        return _UNREADABLE
    if doing in ("replace", "remove"):
        return _IS_FOLDER if folder else _OPEN
    if file is None or doing == "read" or (there and not os.access(file, os.R_OK)):
        return _UNREADABLE
    return _OPEN if there else _CLOSED_FOLDER
