"""The structure of a worksheet in an .ods file: all that its reader does not give."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from lxml import etree

from kpi_xl.raw_files.number_formats import AsShown
from kpi_xl.raw_files.sheet_structure import Cell, Merge, Structure
from kpi_xl.raw_files.units_of_money import unit_in
from kpi_xl.raw_files.xlsx_package import opened
from kpi_xl.readers.cell import UNCOMPUTED

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_MOST: Final = 1_048_576
_WIDEST: Final = 16_384
_DEEPEST: Final = 32
"""Styles that one style may stand on."""

_NUMBER: Final = re.compile(r"-?[\d,]*\.?\d+")
_UNSEEN: Final = ("collapse", "filter")
_LINES: Final = ("text-line-through-style", "text-line-through-type", "text-crossing-out")


def structure_of(file: Path, sheet: str) -> Structure:
    """The merged, hidden and struck cells of a worksheet, and formulas without a value."""
    found = Structure()
    with opened(file) as package:
        struck = _struck(package)
    columns: list[tuple[int, int, str, str]] = []
    for row, column, cell in _cells(file, sheet, columns):
        of_row = cell.getparent()
        if of_row.get(f"{_TABLE}visibility") in _UNSEEN and (
            not found.hidden or found.hidden[-1] != row
        ):
            found.hidden.append(row)
        if len(cell) and struck and _is_struck(cell, of_row, column, columns, struck):
            found.strike(row, column, column + _repeated(cell, "number-columns-repeated") - 1)
        down = _repeated(cell, "number-rows-spanned")
        across = _repeated(cell, "number-columns-spanned")
        if down > 1 or across > 1:
            found.merges.append(Merge(row, column, row + down - 1, column + across - 1))
        if cell.get(f"{_TABLE}formula") and _has_no_value(cell):
            found.cells.append(Cell(row, column, UNCOMPUTED))
    for first, last, visibility, _ in columns:
        if visibility in _UNSEEN and last <= _WIDEST:
            found.hidden_columns |= set(range(first, last + 1))
    return found


def _struck(package: zipfile.ZipFile) -> set[str]:
    """The styles of cells and letters that strike through."""
    struck: dict[str, bool] = {}
    parents: dict[str, str] = {}
    for part in ("styles.xml", "content.xml"):
        if part not in package.namelist():
            continue
        with package.open(part) as stream:
            for _, element in etree.iterparse(
                stream, tag=(f"{_STYLE}style", f"{_OFFICE}body"), events=("start", "end"),
                resolve_entities=False, no_network=True,
            ):  # fmt: skip
                if element.tag == f"{_OFFICE}body":
                    break
                name = element.get(f"{_STYLE}name", "")
                parents[name] = element.get(f"{_STYLE}parent-style-name", "")
                for text in element.iterchildren(f"{_STYLE}text-properties"):
                    said = [text.get(f"{_STYLE}{line}") for line in _LINES]
                    if any(said):
                        struck[name] = any(one not in (None, "none") for one in said)
    return {name for name in parents if _inherited(name, struck, parents)}


def _inherited(name: str, struck: dict[str, bool], parents: dict[str, str]) -> bool:
    for _ in range(_DEEPEST):
        if name in struck:
            return struck[name]
        if not (name := parents.get(name, "")):
            break
    return False


def _is_struck(
    cell: Any, row: Any, column: int, columns: list[tuple[int, int, str, str]], struck: set[str]
) -> bool:
    """Whether a cell is struck through, by its own style, the row's, the column's or its
    letters'.
    """
    style = cell.get(f"{_TABLE}style-name") or row.get(f"{_TABLE}default-cell-style-name")
    if style is None:
        style = next((of for first, last, _, of in columns if first <= column <= last), "")
    if style in struck:
        return True
    parts = [text for part in cell.iter(f"{_TEXT}p") for text in _parts(part) if text[0].strip()]
    return bool(parts) and all(of in struck for _, of in parts)


def _parts(paragraph: Any) -> Iterator[tuple[str, str]]:
    """The texts of a paragraph, with the styles of their letters."""
    yield paragraph.text or "", ""
    for part in paragraph:
        yield "".join(part.itertext()), part.get(f"{_TEXT}style-name", "")
        yield part.tail or "", ""


def numbers(file: Path, sheet: str) -> Iterator[AsShown]:
    """The numbers of a worksheet, with the numbers that are shown."""
    for row, column, cell in _cells(file, sheet):
        value = cell.get(f"{_OFFICE}value")
        if value and cell.get(f"{_OFFICE}value-type") in ("float", "currency"):
            text = "".join("".join(part.itertext()) for part in cell.iterchildren(f"{_TEXT}p"))
            if shown := _shown(text, float(value)):
                yield row, column, shown


def _shown(text: str, value: float) -> tuple[int, str] | None:
    """The factor between value and shown number, and the unit behind it."""
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


def _cells(
    file: Path, sheet: str, columns: list[tuple[int, int, str, str]] | None = None
) -> Iterator[tuple[int, int, Any]]:
    """The cells of a worksheet with a value or merged, with row and column from 1.

    Its columns are put into the list: first and last, whether they are seen, the style of cells.
    """
    with opened(file) as package, package.open("content.xml") as content:
        yield from _of_content(content, sheet, [] if columns is None else columns)


def _of_content(
    content: IO[bytes], sheet: str, columns: list[tuple[int, int, str, str]]
) -> Iterator[tuple[int, int, Any]]:
    row, inside = 1, False
    wanted = (f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-column")
    for event, element in etree.iterparse(
        content, ("start", "end"), tag=wanted, resolve_entities=False, no_network=True
    ):
        if element.tag == wanted[0]:
            inside = event == "start" and element.get(f"{_TABLE}name") == sheet
            row = 1
        elif event == "end" and element.tag == wanted[2]:
            if inside:
                first = columns[-1][1] + 1 if columns else 1
                last = first + _repeated(element, "number-columns-repeated") - 1
                seen = element.get(f"{_TABLE}visibility", "")
                style = element.get(f"{_TABLE}default-cell-style-name", "")
                columns.append((first, last, seen, style))
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
