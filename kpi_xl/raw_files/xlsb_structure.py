"""The structure of a worksheet in an .xlsb file: all that its reader does not give.

Record numbers and layouts are those of [MS-XLSB].
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree

from kpi_xl.raw_files.number_formats import PLAIN, AsShown, shown_by
from kpi_xl.raw_files.sheet_structure import MOST_CELLS, Merge, Structure
from kpi_xl.raw_files.xlsx_package import opened

_ROW, _RK, _REAL, _FORMULA_NUMBER = 0, 2, 5, 9
_FONT, _STRUCK = 43, 0x08
_FORMAT, _STYLE, _BOOK, _SHEET, _MERGE, _STYLES, _STYLES_END = 44, 47, 153, 156, 176, 617, 618
_COLUMN: Final = 60
_CELLS_END: Final = 146
_LAST: Final = 16_383
_LAST_ROW: Final = 1_048_575
_CELLS: Final = range(1, 12)
_BLANK: Final = 1
_HIDDEN: Final = 0x10
_CELL: Final = struct.Struct("<II")
_LONGEST: Final = 1 << 20
"""Bytes of a record; none that is looked at has more."""


def may_be_read(file: Path) -> bool:
    """Whether the cells of every worksheet end and have possible places.

    The reader would look for the end for ever, and lays out the whole rectangle of used cells.
    """
    with opened(file) as package:
        for part in package.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".bin"):
                with package.open(part) as stream:
                    if not _may_be_read(_records(stream)):
                        return False
    return True


def _may_be_read(records: Iterator[tuple[int, bytes]]) -> bool:
    row = column = filled = 0
    ended = False
    for kind, data in records:
        ended |= kind == _CELLS_END
        if kind == _ROW and len(data) >= 4:
            row = max(row, struct.unpack_from("<I", data)[0])
        elif kind in _CELLS and len(data) >= 8:
            column = max(column, struct.unpack_from("<I", data)[0])
            filled += 1
    if not ended or row > _LAST_ROW or column > _LAST:
        return False
    area = (row + 1) * (column + 1)
    return area <= MOST_CELLS or filled >= area // 8


def structure_of(file: Path, sheet: str) -> Structure:
    """The merged and struck cells of a worksheet, and its hidden rows and columns."""
    found = Structure()
    with opened(file) as package:
        struck = _styles(package)[1]
        at = 0
        with package.open("xl/workbook.bin") as stream:
            found.from_1904 = any(
                kind == _BOOK and data[:1] and bool(data[0] & 1) for kind, data in _records(stream)
            )
        for kind, data in _of_sheet(package, sheet):
            if kind == _MERGE and len(data) >= 16:
                top, bottom, left, right = struct.unpack_from("<4I", data)
                found.merges.append(Merge(top + 1, left + 1, bottom + 1, right + 1))
            elif kind == _COLUMN and len(data) > 16 and data[16] & 1:
                first, last = struct.unpack_from("<II", data)
                found.hidden_columns |= set(range(first + 1, min(last, _LAST) + 2))
            elif kind == _ROW and len(data) > 11:
                at = struct.unpack_from("<I", data)[0] + 1
                if data[11] & _HIDDEN:
                    found.hidden.append(at)
            elif struck and kind in _CELLS and kind != _BLANK and len(data) >= 8:
                column, style = _CELL.unpack_from(data)
                if style & 0xFFFFFF in struck:
                    found.strike(at, column + 1)
    return found


def numbers(file: Path, sheet: str) -> Iterator[AsShown]:
    """The numbers of a worksheet with the effect of their formats, where there is any."""
    with opened(file) as package:
        styles, _ = _styles(package)
        if all(shown == PLAIN for shown in styles):
            return
        row = 0
        for kind, data in _of_sheet(package, sheet):
            if kind == _ROW and len(data) >= 4:
                row = struct.unpack_from("<I", data)[0] + 1
            elif kind in (_RK, _REAL, _FORMULA_NUMBER) and len(data) >= 12:
                column, style = _CELL.unpack_from(data)
                style &= 0xFFFFFF
                if any(data[8:16]):
                    yield row, column + 1, styles[style] if style < len(styles) else PLAIN


def _styles(package: zipfile.ZipFile) -> tuple[list[tuple[int, str]], set[int]]:
    """The effect of each style's number format, and the styles that strike cells through."""
    formats: dict[int, tuple[int, str]] = {}
    styles: list[tuple[int, str]] = []
    fonts: list[bool] = []
    struck: set[int] = set()
    inside = False
    if "xl/styles.bin" not in package.namelist():
        return [], set()
    with package.open("xl/styles.bin") as stream:
        for kind, data in _records(stream):
            if kind == _FORMAT and len(data) > 6:
                formats[struct.unpack_from("<H", data)[0]] = shown_by(_text(data, 2)[0])
            elif kind == _FONT and len(data) >= 4:
                fonts.append(bool(data[2] & _STRUCK))
            elif kind in (_STYLES, _STYLES_END):
                inside = kind == _STYLES
            elif kind == _STYLE and inside and len(data) >= 4:
                _, shown, font = struct.unpack_from("<HHH", data.ljust(6, b"\0"))
                if font < len(fonts) and fonts[font]:
                    struck.add(len(styles))
                styles.append(formats.get(shown, PLAIN))
    return styles, struck


def _of_sheet(package: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, bytes]]:
    part = _part_of(package, sheet)
    if part is not None and part in package.namelist():
        with package.open(part) as stream:
            yield from _records(stream)


def _part_of(package: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of a worksheet's part."""
    relations = ElementTree.fromstring(package.read("xl/_rels/workbook.bin.rels"))
    targets = {e.get("Id"): e.get("Target", "") for e in relations}
    with package.open("xl/workbook.bin") as stream:
        for kind, data in _records(stream):
            if kind == _SHEET and len(data) > 12:
                link, place = _text(data, 8)
                if _text(data, place)[0] == sheet:
                    target = targets.get(link, "")
                    return target[1:] if target.startswith("/") else f"xl/{target}"
    return None


def _text(data: bytes, place: int) -> tuple[str, int]:
    """A text after its length, and the place of its end."""
    if place + 4 > len(data):
        return "", len(data)
    end = place + 4 + 2 * struct.unpack_from("<I", data, place)[0]
    return data[place + 4 : end].decode("utf-16-le", "replace"), end


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The records of a part; type and size are written in as few bytes as needed."""
    while first := stream.read(1):
        kind = first[0]
        if kind & 0x80:
            kind = (kind & 0x7F) | (stream.read(1) or b"\0")[0] << 7
        size = shift = 0
        for _ in range(4):
            byte = (stream.read(1) or b"\0")[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if size > _LONGEST:
            while size and (part := stream.read(min(size, _LONGEST))):
                size -= len(part)
            continue
        yield kind, stream.read(size)
