"""The files in a folder of returned workbooks, and why one of them is no workbook to be read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from kpi_xl.system.undone import Failure

LARGEST: Final = 32 << 20
"""Bytes of a file; a form with a few pictures is far smaller."""

_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".csv"})
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})

RESAVE: Final = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿 (*.xlsx)”，再放进来"
RESEND: Final = "请对方从下发的原表重新发送一份"
_LINK: Final = ("这是一个快捷方式（链接），不是文件", "请把文件本身放进来")
_SEND_WORKBOOK: Final = "请对方发送填好的 Excel 文件"
_OTHERS: Final = (
    ((b"%pdf",), "这是 PDF，读不出填写的内容", _SEND_WORKBOOK),
    ((b"\x89png", b"\xff\xd8\xff"), "这是图片，读不出填写的内容", _SEND_WORKBOOK),
    ((b"<html", b"<!doctype html", b"<table"), "这是网页，只是名字像 Excel 文件", RESAVE),
)
"""What files begin with, in small letters, that are not workbooks."""


@dataclass(frozen=True)
class Aside:
    """A file that is not collected.

    Parameters
    ----------
    file : Path
        Relative to the folder.
    reason, advice : str
        Why, and what to do about it, in Chinese.
    """

    file: Path
    reason: str
    advice: str

    @classmethod
    def of(cls, file: Path, error: Exception) -> Self:
        """A file that something stopped; a fault of the program is logged.

        Raises
        ------
        sqlite3.Error
            Where it is no file's fault.
        """
        failure = Failure.of(error, file).logged(RESEND)
        return cls(file, failure.problem, failure.advice)


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
    """Everything in a folder and those below it, one at a time, in the order of the names.

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
                yield Aside(file, *_LINK)
            elif path.suffix.lower() in _WORKBOOKS:
                yield Aside(file, "这是一个文件夹，不是工作簿", "文件夹里的文件照常收取；不用处理")
        for name in sorted(names):
            path = Path(place, name)
            file = path.relative_to(folder)
            if file != _readable(file):
                yield Aside(_readable(file), "文件名里有乱码", "请改一个名字，再收一次")
                continue
            try:
                yield _one(path, file)
            except Exception as error:
                yield Aside.of(file, error)
    for refused in closed:
        path = Path(os.fsdecode(refused.filename))
        file = _readable(path.relative_to(folder)) if path != folder else Path()
        yield Aside(file, *_closed(refused))


def _readable(file: Path) -> Path:
    """A name that can be written down: a disk may hold bytes that are no text."""
    return Path(os.fsencode(file).decode("utf-8", "replace"))


def _closed(error: OSError) -> tuple[str, str]:
    return (
        f"打不开（{error.strerror or error}）",
        "如果它正在别的程序里打开，先关闭；再看有没有读取权限",
    )


def _one(path: Path, file: Path) -> Arrived | Aside:
    try:
        about = path.lstat()
        reason = _by_kind(about) or _by_name(file)
        content = b"" if reason else path.read_bytes()
    except OSError as error:
        reason = _closed(error)
    reason = reason or _by_content(content, file)
    return Arrived(file, content, about.st_mtime) if reason is None else Aside(file, *reason)


def _by_kind(about: os.stat_result) -> tuple[str, str] | None:
    if stat.S_ISLNK(about.st_mode):
        return _LINK
    if not stat.S_ISREG(about.st_mode):
        return "这不是普通文件", "不用处理"
    if about.st_size > LARGEST:
        return (
            f"文件有 {about.st_size >> 20} MB，比下发的表大得多",
            "请对方删去图片等多余的内容，或从下发的原表重新填写",
        )
    return None


def _by_name(file: Path) -> tuple[str, str] | None:
    name = file.name.lower()
    if name.startswith("~$"):
        return "这是 Excel 打开文件时的临时文件，不是工作簿", "关闭 Excel 后它会自己消失；不用处理"
    if name.startswith(".") or name in _SYSTEM:
        return "这是系统的文件，不是工作簿", "不用处理"
    if name.endswith((".crdownload", ".part", ".tmp", ".download")):
        return "文件还没有下载完", "请重新下载"
    return None


def _by_content(content: bytes, file: Path) -> tuple[str, str] | None:
    if not content:
        return "文件是空的（0 字节）", RESEND
    if content.startswith((_OLE, b"PK")):
        return None
    if file.suffix.lower() == ".csv":
        return "这是 .csv 文件，里面没有格式，认不出是谁的哪张表", RESEND
    beginning = content[:200].lstrip().lower()
    for beginnings, reason, advice in _OTHERS:
        if beginning.startswith(beginnings):
            return reason, advice
    return "这不是 Excel 工作簿", RESEND
