"""Columns that count the rows of a growing area: 序号."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.sheet import Cell, Sheet

Headings: TypeAlias = Callable[[Region], Mapping[int, str]]
"""From an area to what its columns are called, by their numbers."""

_HEADINGS: Final = frozenset(
    {"序号", "序", "行号", "行次", "项次", "项号", "次序", "顺序", "顺序号", "號", "序號"}
    | {"no", "nr", "#", "№", "sn", "seq", "index", "rownumber"}
)
_MARKS: Final = re.compile(r"[\s.:：。、/()（）]+")
_VALUE: Final = re.compile(rb"(<(?:[^\s/>:]+:)?v>)\s*(\d{1,15})(?:\.0*)?\s*(</)")
_FEWEST: Final = 3
"""So many rows that count up from 1 at the left of all others are no chance."""


def counting_columns(sheet: Sheet, region: Region, headings: Mapping[int, str]) -> frozenset[int]:
    """The columns that number the rows of an area; numbering continues in new rows.

    They are known by their heading, or as the first column of the area, where all of its rows count
    up from 1: two numbers that follow each other may be anything, such as targets.

    Parameters
    ----------
    region : Region
        The area that grows.
    headings : mapping of int to str
        What its columns are called.
    """
    rows = sheet.rows_within(region.first, region.last)
    columns = sorted({column for row in rows for column in row.cells})
    found = set()
    leftmost = True
    for column in columns:
        cells = [row.cells.get(column) for row in rows]
        if all(cell is None or cell.tag_end == cell.end for cell in cells):
            continue
        numbers = [None if cell is None else number(sheet.xml, cell) for cell in cells]
        is_named = _MARKS.sub("", headings.get(column, "")).casefold() in _HEADINGS
        counts = None not in numbers and numbers == [
            (numbers[0] or 0) + place for place in range(region.rows)
        ]
        if counts and (is_named or (leftmost and region.rows >= _FEWEST and numbers[0] == 1)):
            found.add(column)
        leftmost = False
    return frozenset(found)


def number(xml: bytes, cell: Cell) -> int | None:
    """The integer in a cell without formula; None where there is none."""
    tag = xml[cell.start : cell.tag_end]
    kind = markup.attribute(tag, "t")
    if cell.is_computed or kind not in (None, "", "n"):
        return None
    match = _VALUE.search(xml, cell.tag_end, cell.end)
    return None if match is None else int(match[2])


def counted(content: bytes, value: int) -> bytes:
    """A cell's content with another number in it."""
    return _VALUE.sub(rb"\g<1>%d\g<3>" % value, content, count=1)
