"""Convert the bytes of a text file to UTF-8."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHINESE: Final = re.compile("[\u3000-\u9fff\uff00-\uffef]")


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
            raise InputError(kinds.ENCODING_BROKEN(), file=file) from error
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(kinds.WORKBOOK_AS_CSV(), file=file)
    if (nul := content.find(b"\0")) >= 0:
        raise InputError(kinds.NUL_IN_TEXT(), file=file, row=_line(content, nul))
    marked = content.startswith(codecs.BOM_UTF8)
    while content.startswith(codecs.BOM_UTF8):  # some systems put a second one before it
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
            kinds.NEITHER_ENCODING(), file=file, row=_line(content, error.start)
        ) from error


def _mixed(file: Path, line: int) -> InputError:
    return InputError(kinds.MIXED_ENCODINGS(), file=file, row=line)


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def _stray_line(content: bytes) -> int | None:
    """The first line in the rarer of two encodings; None where all lines are GBK.

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
