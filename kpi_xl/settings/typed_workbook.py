"""Read small workbooks that people type into, such as 指标定义.xlsx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind
from kpi_xl.system.system_errors import file_error

_LARGEST: Final = 4 << 20
"""Bytes: hundreds of times what anybody types."""

_LARGEST_UNPACKED: Final = 64 << 20

MOST_ROWS: Final = 2000
HEADINGS_WITHIN: Final = 20
_MOST_COLUMNS: Final = 60
_LAST_ROW: Final = HEADINGS_WITHIN + MOST_ROWS


@dataclass(frozen=True)
class Worksheet:
    """A visible worksheet.

    Parameters
    ----------
    title : str
        The name of the worksheet.
    rows : list of list
        The values of its cells, formulas as they are typed.
    aside : mapping of int to Fault
        The rows that somebody took out of count, counted from 1, and how.
    """

    title: str
    rows: list[list[Any]]
    aside: Mapping[int, Fault]


def worksheets(file: Path, too_large: Kind, unreadable: Fault) -> Iterator[Worksheet]:
    """Each visible worksheet.

    Parameters
    ----------
    file : Path
        The .xlsx file to read.
    too_large : Kind
        What is said of one that nobody typed, with its ``megabytes``.
    unreadable : Fault
        What is said of one that cannot be read.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    import openpyxl

    try:
        size = file.stat().st_size
        if size <= _LARGEST:
            with zipfile.ZipFile(file) as package:
                unpacked = sum(part.file_size for part in package.infolist())
            size = unpacked if unpacked > _LARGEST_UNPACKED else 0  # made to fill the memory
        if size:
            raise InputError(too_large(megabytes=size >> 20), file=file)
        book = openpyxl.load_workbook(file, read_only=True, rich_text=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    sheet.reset_dimensions()
                    yield _worksheet(sheet)
        finally:
            book.close()
    except InputError:
        raise
    except OSError as error:
        raise file_error(error, file, "read") from error
    except Exception as error:  # whatever a damaged file does to the library
        raise InputError(unreadable, file=file) from error


def _worksheet(sheet: Any) -> Worksheet:
    rows, aside = [], {row: kinds.TYPED_ROW_HIDDEN() for row in _hidden(sheet)}
    cells = sheet.iter_rows(max_row=HEADINGS_WITHIN + MOST_ROWS + 1, max_col=_MOST_COLUMNS)
    for number, row in enumerate(cells, 1):
        rows.append([_plain(cell.value) for cell in row])
        typed = [cell for cell in row if cell.value is not None and str(cell.value).strip()]
        if typed and _is_struck(typed[0]):  # what the row is about
            aside[number] = kinds.TYPED_ROW_STRUCK()
    return Worksheet(sheet.title, rows, aside)


def _plain(value: object) -> object:
    """A cell's value; of rich text the text."""
    return str(value) if isinstance(value, list) else value


def _is_struck(cell: Any) -> bool:
    """Whether a whole cell is struck through."""
    if cell.font is not None and cell.font.strike:
        return True
    if not isinstance(cell.value, list):
        return False
    parts = [one for one in cell.value if str(one).strip()]
    return all(not isinstance(one, str) and one.font and one.font.strike for one in parts)


def _hidden(sheet: Any) -> Iterator[int]:
    """The rows that somebody hid; rows hidden by a filter are not among them."""
    hidden: list[int] = []
    filtered: set[int] = set()
    archive = sheet.parent._archive
    tables = (name for name in archive.namelist() if name.startswith("xl/tables/"))
    for part in (sheet._worksheet_path, *tables):
        at = 0
        for name, one in _elements(archive, part):
            if name == "row":
                at = int(one.get("r", at + 1))
                if one.get("hidden") in ("1", "true"):
                    hidden.append(at)
            elif name == "autoFilter" and len(one):
                first, _, last = one.get("ref", "").partition(":")
                filtered |= set(range(_row(first), min(_row(last or first), _LAST_ROW) + 1))
    return (row for row in hidden if row not in filtered)


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, Any]]:
    """The rows and filters of a part, by their tags."""
    from lxml import etree

    with archive.open(part) as source:
        for _, one in etree.iterparse(source, resolve_entities=False, no_network=True):
            name = etree.QName(one).localname
            if name in ("row", "autoFilter"):
                yield name, one
                one.clear()


def _row(cell: str) -> int:
    return int("".join(filter(str.isdecimal, cell)) or 0)


def text_of(value: object) -> str:
    """The text that a cell shows, as far as it can be told without its format."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
