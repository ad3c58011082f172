"""The bytes of a text file as UTF-8."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from kpi_xl.errors import InputError

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHINESE: Final = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_ADVICE: Final = "请在 Excel 里打开原始数据，另存为“CSV UTF-8（逗号分隔）”或 .xlsx"


def to_utf8(content: bytes, file: Path) -> bytes:
    """The text in UTF-8 without a byte order mark.

    Parameters
    ----------
    content : bytes
        A text in UTF-8, UTF-16 with a byte order mark, or GB18030 (of which GBK is a part).
    file : Path
        Where it is from, for messages.

    Raises
    ------
    InputError
        When it is no text, or is in two encodings at once; the message names the line.
    """
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise InputError("文件编码有误，读不了", _ADVICE, file=file) from error
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            "文件其实是 Excel 工作簿，只是名字以 .csv 结尾",
            "请把扩展名改为 .xlsx（旧版的 .xls 请在 Excel 里另存为 .xlsx）",
            file=file,
        )
    if (nul := content.find(b"\0")) >= 0:
        raise InputError(
            "文件不是文本文件，或已损坏（有空字符）",
            "请重新导出；如果是 Excel 工作簿，请把扩展名改为 .xlsx",
            file=file,
            row=_line(content, nul),
        )
    marked = content.startswith(codecs.BOM_UTF8)
    if marked:
        content = content[len(codecs.BOM_UTF8) :]
    if content.isascii():
        return content
    try:
        content.decode()
    except UnicodeDecodeError as error:
        if marked:
            raise _mixed(file, _line(content, error.start)) from error
        if stray := _stray_line(content):
            raise _mixed(file, stray) from error
        return _from_gbk(content, file)
    return content


def _from_gbk(content: bytes, file: Path) -> bytes:
    try:
        return content.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise InputError(
            "文字编码既不是 UTF-8 也不是 GBK，读不了",
            _ADVICE,
            file=file,
            row=_line(content, error.start),
        ) from error


def _mixed(file: Path, line: int) -> InputError:
    return InputError(
        "这一行的文字编码与其他行不同（UTF-8 与 GBK 混在一个文件里），或者文件不完整",
        f"请检查这一行是不是从别的文件粘贴来的；{_ADVICE}",
        file=file,
        row=line,
    )


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def _stray_line(content: bytes) -> int | None:
    """The first line in the rarer of two encodings; None when all is GBK.

    Chinese in GBK may look like UTF-8 by accident, but hardly ever like Chinese in UTF-8; so a few
    such lines among thousands are no sign of UTF-8, unless the very first one (the header) is.
    """
    chinese: list[int] = []
    other: list[int] = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            if _CHINESE.search(line.decode()):
                chinese.append(number)
        except UnicodeDecodeError:
            other.append(number)
    if not chinese or (chinese[0] > other[0] and len(chinese) * 100 <= len(other)):
        return None
    return other[0] if len(other) <= len(chinese) or chinese[0] < other[0] else chinese[0]
