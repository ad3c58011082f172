"""Merged cells of workbooks whose reader does not tell them: .xls and .ods."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

import python_calamine
from lxml import etree

from kpi_xl.data.sheet_structure import Merge, Structure
from kpi_xl.data.xlsx_package import opened

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MOST: Final = 1_048_576


def structure_of(file: Path, kind: str, sheet: str) -> Structure:
    """What is merged in a worksheet, and where its cells begin; nothing where nothing is merged.

    Parameters
    ----------
    file : Path
        An .xls or .ods file, whatever its name.
    kind : str
        Which of them.
    sheet : str
        The worksheet's name.

    Raises
    ------
    InputError
        When a part of it was made to fill the memory.
    """
    merges: list[Merge] = []
    try:
        if kind == "ods":
            with opened(file) as package, package.open("content.xml") as content:
                merges = _of_ods(content, sheet)
            if not merges:
                return Structure()
        with python_calamine.load_workbook(BytesIO(file.read_bytes())) as book:
            found = book.get_sheet_by_name(sheet)
            for (top, left), (bottom, right) in found.merged_cell_ranges or ():
                merges.append(Merge(top + 1, left + 1, bottom + 1, right + 1))
            return Structure(merges=merges, first=(found.start or (0, 0))[1] + 1)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, python_calamine.CalamineError):
        return Structure()  # whatever is wrong with it is told where its cells are read


def _of_ods(content: IO[bytes], sheet: str) -> list[Merge]:
    merges: list[Merge] = []
    row, inside = 0, False
    wanted = (f"{_TABLE}table", f"{_TABLE}table-row")
    for event, element in etree.iterparse(
        content, ("start", "end"), tag=wanted, resolve_entities=False, no_network=True
    ):
        if element.tag == wanted[0]:
            inside = event == "start" and element.get(f"{_TABLE}name") == sheet
            row = 0
        elif event == "end":
            if inside:
                merges += _of_row(element, row)
            row += _number(element, "number-rows-repeated")
            element.clear()
    return merges


def _of_row(element: Any, row: int) -> list[Merge]:
    merges, column = [], 0
    for cell in element:
        down = _number(cell, "number-rows-spanned")
        across = _number(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            merges.append(Merge(row + 1, column + 1, row + down, column + across))
        column += _number(cell, "number-columns-repeated")
    return merges


def _number(element: Any, name: str) -> int:
    text = element.get(f"{_TABLE}{name}") or "1"
    return min(int(text), _MOST) if text.isdecimal() and len(text) < 9 else 1
