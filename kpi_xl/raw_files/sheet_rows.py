"""Stream the elements of a worksheet's XML, and read its first rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Final
from xml.etree import ElementTree

_DEEPEST: Final = 32
"""A cell's text stands six elements deep; deeper and deeper ones only fill the memory."""

_MOST: Final = 1 << 20
"""More elements than the widest row with all its cells and formulas has."""


def elements(stream: IO[bytes], *names: str) -> Iterator[ElementTree.Element]:
    """The elements of some names, one by one; everything else is dropped.

    Parameters
    ----------
    stream : binary file
        A part of a workbook.
    *names : str
        The names, without a namespace.

    Raises
    ------
    ParseError
        Where it is no XML, or none that a workbook has.
    """
    above: list[ElementTree.Element] = []
    wanted: ElementTree.Element | None = None
    inside = 0
    for event, element in ElementTree.iterparse(stream, ("start", "end")):
        if event == "start":
            above.append(element)
            inside += 1
            if wanted is None and element.tag.rpartition("}")[2] in names:
                wanted, inside = element, 0
            if len(above) > _DEEPEST or (wanted is not None and inside > _MOST):
                raise ElementTree.ParseError("not as a workbook is")
            continue
        above.pop()
        if wanted is not None and element is wanted:
            wanted = None
            yield element
        if wanted is None and above:
            del above[-1][:]


def number(letters: bytes) -> int:
    """A column's number from its letters."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def column_of(cell: ElementTree.Element, before: int) -> int:
    """A cell's column, from 1; without a reference, the one after the cell before."""
    reference = re.match(r"[A-Z]+", cell.get("r", ""))
    return number(reference[0].encode()) if reference else before + 1


def first_rows(package: zipfile.ZipFile, part: str | None, most: int) -> list[list[str | None]]:
    """The first rows of a worksheet, to look for headings in."""
    if part is None:
        return []
    rows: dict[int, dict[int, tuple[str, bool]]] = {}
    with package.open(part) as stream:
        for row, cells in _rows(stream, most):
            rows[row] = cells
    wanted = {int(text) for cells in rows.values() for text, shared in cells.values() if shared}
    texts = shared_texts(package, wanted)
    width = max((max(cells, default=0) for cells in rows.values()), default=0)
    width = min(width, 16384)
    result: list[list[str | None]] = []
    for row in range(1, max(rows, default=0) + 1):
        line: list[str | None] = [None] * width
        for column, (text, shared) in rows.get(row, {}).items():
            if column <= width:
                line[column - 1] = texts.get(int(text), "") if shared else text
        result.append(line)
    return result


def _rows(stream: IO[bytes], most: int) -> Iterator[tuple[int, dict[int, tuple[str, bool]]]]:
    row = 0
    for element in elements(stream, "row"):
        row = int(element.get("r") or row + 1)
        if row > most:
            return
        cells: dict[int, tuple[str, bool]] = {}
        column = 0
        for cell in element:
            column = column_of(cell, column)
            value = next((e.text for e in cell if e.tag.endswith("}v")), None)
            if cell.get("t") == "inlineStr":
                value = "".join(e.text or "" for e in cell.iter() if e.tag.endswith("}t"))
            if value:
                cells[column] = value, cell.get("t") == "s"
        yield row, cells


def shared_texts(package: zipfile.ZipFile, wanted: set[int] | None) -> dict[int, str]:
    """The shared strings by number; None for all of them."""
    part = next((n for n in package.namelist() if n.lower().endswith("sharedstrings.xml")), None)
    if part is None or wanted == set():
        return {}
    found: dict[int, str] = {}
    last = None if wanted is None else max(wanted)
    with package.open(part) as stream:
        for place, element in enumerate(elements(stream, "si")):
            if wanted is None or place in wanted:
                phonetic = {id(t) for e in element if e.tag.endswith("}rPh") for t in e.iter()}
                found[place] = "".join(
                    t.text or ""
                    for t in element.iter()
                    if t.tag.endswith("}t") and id(t) not in phonetic
                )
            if place == last:
                break
    return found
