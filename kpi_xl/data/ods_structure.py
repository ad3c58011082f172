"""What stands in a worksheet of an .ods file beside the values that its reader gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from lxml import etree

from kpi_xl.data.number_formats import AsShown
from kpi_xl.data.sheet_structure import Cell, Merge, Structure
from kpi_xl.data.units_of_money import unit_in
from kpi_xl.data.xlsx_package import opened
from kpi_xl.readers.cell import UNCOMPUTED

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST: Final = 1_048_576
_NUMBER: Final = re.compile(r"-?[\d,]*\.?\d+")


def structure_of(file: Path, sheet: str) -> Structure:
    """What is merged in a worksheet, its formulas without a value, and hidden rows."""
    found = Structure()
    for row, column, cell in _cells(file, sheet):
        if cell.getparent().get(f"{_TABLE}visibility") in ("collapse", "filter") and (
            not found.hidden or found.hidden[-1] != row
        ):
            found.hidden.append(row)
        down = _repeated(cell, "number-rows-spanned")
        across = _repeated(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            found.merges.append(Merge(row, column, row + down - 1, column + across - 1))
        if cell.get(f"{_TABLE}formula") and _has_no_value(cell):
            found.cells.append(Cell(row, column, UNCOMPUTED))
    return found


def numbers(file: Path, sheet: str) -> Iterator[AsShown]:
    """The numbers of a worksheet, and how they are shown beside what they are."""
    for row, column, cell in _cells(file, sheet):
        value = cell.get(f"{_OFFICE}value")
        if value and cell.get(f"{_OFFICE}value-type") in ("float", "currency"):
            text = "".join("".join(part.itertext()) for part in cell.iterchildren(f"{_TEXT}p"))
            if shown := _shown(text, float(value)):
                yield row, column, shown


def _shown(text: str, value: float) -> tuple[int, str] | None:
    """By how much what is shown is less than the value, and the unit behind it."""
    digits = _NUMBER.search(text)
    number = float(digits[0].replace(",", "")) if digits else 0.0
    if not value:
        return None
    unit = unit_in(text[digits.end() :]) if digits else ""
    decimals = len(digits[0].partition(".")[2]) if digits else 0
    for power in (0, 3, 4, 6, 8):
        if abs(abs(value) / 10**power - abs(number)) <= 0.51 * 10.0**-decimals:
            return 10**power, unit
    return 1, unit  # such as a date: what it is shown as is no number


def _cells(file: Path, sheet: str) -> Iterator[tuple[int, int, Any]]:
    """The cells of a worksheet that hold anything or are merged, with row and column from 1."""
    with opened(file) as package, package.open("content.xml") as content:
        yield from _of_content(content, sheet)


def _of_content(content: IO[bytes], sheet: str) -> Iterator[tuple[int, int, Any]]:
    row, inside = 1, False
    wanted = (f"{_TABLE}table", f"{_TABLE}table-row")
    for event, element in etree.iterparse(
        content, ("start", "end"), tag=wanted, resolve_entities=False, no_network=True
    ):
        if element.tag == wanted[0]:
            inside = event == "start" and element.get(f"{_TABLE}name") == sheet
            row = 1
        elif event == "end":
            if inside:
                column = 1
                for cell in element:
                    if cell.tag == f"{_TABLE}table-cell" and len(cell.attrib):
                        yield row, column, cell
                    column += _repeated(cell, "number-columns-repeated")
            row += _repeated(element, "number-rows-repeated")
            element.clear()


def _has_no_value(cell: Any) -> bool:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "string":
        return cell.get(f"{_OFFICE}string-value") is None and not len(cell)
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(
        kind or "", "value"
    )
    return cell.get(f"{_OFFICE}{name}") is None


def _repeated(element: Any, name: str) -> int:
    text = element.get(f"{_TABLE}{name}") or "1"
    return min(int(text), _MOST) if text.isdecimal() and len(text) < 9 else 1
