"""The structure of a worksheet in an .xls file (BIFF8): all that its reader does not give.

Record numbers and layouts are those of [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import olefile

from kpi_xl.raw_files.number_formats import PLAIN, AsShown, shown_by
from kpi_xl.raw_files.sheet_structure import Cell, Structure
from kpi_xl.readers.cell import UNCOMPUTED

_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_NUMBER, _RK, _MULRK, _FORMULA = 0x0203, 0x027E, 0x00BD, 0x0006
_ROW, _COLUMN, _FROM_1904, _SIZE, _FONT = 0x0208, 0x007D, 0x0022, 0x0200, 0x0031
_ONE_CELL: Final = frozenset((_NUMBER, _RK, _FORMULA, 0x00FD, 0x0204, 0x0205, 0x00D6))
"""Records of one cell: they begin with its row, column and style."""

_ROWS: Final = 65_536
_HEAD: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HHH")
_FEW: Final = 65_536
"""Formats and styles that a workbook may have; a damaged one says more."""

_COMPUTED_ON_LOAD: Final = 0x0003
_HIDDEN: Final = 0x20
_STRUCK: Final = 0x08


@dataclass(frozen=True)
class _Book:
    content: bytes
    sheets: dict[str, int]
    """Where the worksheets begin."""

    has_summary: bool
    """Whether it says who wrote it, as spreadsheets do."""

    from_1904: bool
    styles: list[tuple[int, str]]
    """What the formats of cells do, by the number that cells have for them."""

    struck: frozenset[int]
    """The styles that strike cells through."""


def may_be_read(file: Path) -> bool:
    """Whether the declared size of every worksheet is possible: the reader allocates that much."""
    book = _book(file)
    for sheet in book.sheets if book else ():
        for kind, data in _of_sheet(book, sheet):
            if kind == _SIZE and len(data) >= 8:
                first, last = struct.unpack_from("<II", data)
                if not first <= last <= _ROWS:
                    return False
    return True


def structure_of(file: Path, sheet: str) -> Structure:
    """The formulas without a value, hidden rows and columns, and struck cells.

    Programs that do not compute write all formulas with an empty text or 0, in a file that says
    nothing of who wrote it, or that they are to be computed when it is opened. Where one formula
    has a value, all have.
    """
    book = _book(file)
    found = Structure(from_1904=book is not None and book.from_1904)
    computed = False
    for kind, data in _of_sheet(book, sheet):
        if kind == _ROW and len(data) > 12 and data[12] & _HIDDEN:
            found.hidden.append(struct.unpack_from("<H", data)[0] + 1)
        elif kind == _COLUMN and len(data) >= 10 and data[8] & 1:
            first, last = struct.unpack_from("<HH", data)
            found.hidden_columns |= set(range(first + 1, min(last, 255) + 2))
        elif book and book.struck:
            for at, first, style in _styled(kind, data):
                if style in book.struck:
                    found.strike(at + 1, first + 1)
        if kind != _FORMULA or len(data) < 16:
            continue
        row, column, _ = _PLACE.unpack_from(data)
        value, flags = data[6:14], struct.unpack_from("<H", data, 14)[0]
        empty = value[6:] == b"\xff\xff" and value[0] == 3
        written = flags & _COMPUTED_ON_LOAD or (book and not book.has_summary)
        computed |= not written or not (empty or value == bytes(8))
        found.cells.append(Cell(row + 1, column + 1, UNCOMPUTED))
    return replace(found, cells=[]) if computed else found


def _styled(kind: int, data: bytes) -> Iterator[tuple[int, int, int]]:
    """Row, column and style of the cells of a record that have values."""
    if kind in _ONE_CELL and len(data) >= 6:
        yield _PLACE.unpack_from(data)
    elif kind == _MULRK and len(data) >= 12:
        row, column = struct.unpack_from("<HH", data)
        for place in range(4, len(data) - 2 - 5, 6):
            yield row, column, struct.unpack_from("<H", data, place)[0]
            column += 1


def numbers(file: Path, sheet: str) -> Iterator[AsShown]:
    """The numbers of a worksheet with the effect of their formats, where there is any."""
    book = _book(file)
    if book is None or all(shown == PLAIN for shown in book.styles):
        return
    for kind, data in _of_sheet(book, sheet):
        if kind in (_NUMBER, _RK, _FORMULA) and len(data) >= 10:
            row, column, style = _PLACE.unpack_from(data)
            if any(data[6:14]) and data[12:14] != b"\xff\xff":
                yield row + 1, column + 1, _style(book, style)
        elif kind == _MULRK and len(data) >= 12:
            row, column = struct.unpack_from("<HH", data)
            for place in range(4, len(data) - 2 - 5, 6):
                style, value = struct.unpack_from("<HI", data, place)
                if value >> 2:
                    yield row + 1, column + 1, _style(book, style)
                column += 1


def _style(book: _Book, style: int) -> tuple[int, str]:
    return book.styles[style] if style < len(book.styles) else PLAIN


def _book(file: Path) -> _Book | None:
    """The stream of the workbook; None for an older file that is no compound file."""
    if not olefile.isOleFile(file):
        return None
    try:
        with olefile.OleFileIO(file) as container:
            if not container.exists("Workbook"):
                return None
            content = container.openstream("Workbook").read()
            has_summary = container.exists("\x05SummaryInformation")
    except OSError:
        return None  # whatever is wrong with it is told where its cells are read
    sheets: dict[str, int] = {}
    formats: dict[int, tuple[int, str]] = {}
    styles: list[tuple[int, str]] = []
    from_1904 = False
    fonts: list[bool] = []
    struck: set[int] = set()
    for kind, data in _records(content, 0):
        if kind == _SHEET and len(data) > 8:
            sheets[_text(data, data[6], 7)] = struct.unpack_from("<I", data)[0]
        elif kind == _FORMAT and len(data) > 5 and len(formats) < _FEW:
            number, size = struct.unpack_from("<HH", data)
            formats[number] = shown_by(_text(data, size, 4))
        elif kind == _XF and len(data) >= 4 and len(styles) < _FEW:
            font, shown = struct.unpack_from("<HH", data)
            if (place := font - (font > 4)) < len(fonts) and fonts[place]:  # there is no fifth font
                struck.add(len(styles))
            styles.append(formats.get(shown, PLAIN))
        elif kind == _FONT and len(data) >= 4 and len(fonts) < _FEW:
            fonts.append(bool(data[2] & _STRUCK))
        elif kind == _FROM_1904:
            from_1904 = any(data)
    return _Book(content, sheets, has_summary, from_1904, styles, frozenset(struck))


def _of_sheet(book: _Book | None, sheet: str) -> Iterator[tuple[int, bytes]]:
    if book is not None and sheet in book.sheets:
        yield from _records(book.content, book.sheets[sheet])


def _records(content: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of the substream; charts inside are skipped."""
    depth = 0
    while place + 4 <= len(content):
        kind, size = _HEAD.unpack_from(content, place)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, content[place + 4 : place + 4 + size]
        place += 4 + size


def _text(data: bytes, size: int, flags: int) -> str:
    """The text whose flags are at a place: two bytes for each letter, or one."""
    if flags >= len(data):
        return ""
    begin = flags + 1
    if data[flags] & 1:
        return data[begin : begin + 2 * size].decode("utf-16-le", "replace")
    return data[begin : begin + size].decode("latin-1")
