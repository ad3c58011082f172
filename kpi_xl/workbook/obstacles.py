"""Obstacles to filling a slot: pivot tables, headings of tables, merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.references import Area, area
from kpi_xl.workbook.ooxml.tables import Table

_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_CONTROL: Final = re.compile(
    rb"<(?:\w+:)?ClientData\s[^>]*ObjectType=[\"'](?!Note)[^>]*>"
    rb".*?<(?:\w+:)?Anchor>(?:[^,<]*,){2}\s*(\d+)",
    re.DOTALL,
)

PIVOT: Final = "数据透视表"
HEADING: Final = "表格的标题行"


class Taken(NamedTuple):
    """Cells that belong to something else, and its kind."""

    cells: Area
    what: str


def taken(package: Package, part: str, tables: Iterable[Table]) -> list[Taken]:
    """The cells of a sheet that no slot may fill.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    part : str
        The name of the sheet's part in the package.
    tables : iterable of Table
        The Excel tables on the sheet.
    """
    found = []
    for relationship in parts.relationships(package, part).values():
        if relationship.kind == "pivotTable":
            root = parts.tree(package, relationship.target)
            location = root.find(f"{{{parts.MAIN}}}location")
            cells = area(location.get("ref", "")) if location is not None else None
            if cells is not None:
                found.append(Taken(cells, PIVOT))
    # The table part repeats its headings; other texts would break the file.
    headings = (table.heading for table in tables)
    return found + [Taken(cells, HEADING) for cells in headings if cells is not None]


def unrepeatable(package: Package, part: str, rows: range, tables: Iterable[Table]) -> str | None:
    """The first thing in some rows of a sheet that cannot be repeated with them; None if all can.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    part : str
        The name of the sheet's part in the package.
    tables : iterable of Table
        The Excel tables on the sheet.
    """
    for table in tables:
        heading = table.data if table.heading is None else table.heading
        if heading.first_row <= rows[-1] and rows[0] <= table.data.last_row:
            return "Excel 表格"
    return next((what for row, what in _drawn(package, part) if row in rows), None)


def _drawn(package: Package, part: str) -> Iterator[tuple[int, str]]:
    """Each drawing or object on a sheet, with the row that it begins in."""
    for one in parts.relationships(package, part).values():
        if one.kind == "drawing":
            for start in parts.tree(package, one.target).iter(f"{_DRAWING}from"):
                yield int(start.findtext(f"{_DRAWING}row", "0")) + 1, "图表、图片或形状"
        elif one.kind == "comments":
            for note in parts.tree(package, one.target).iter(f"{{{parts.MAIN}}}comment"):
                cells = area(note.get("ref", ""))
                if cells is not None:
                    yield cells.first_row, "批注"
        elif one.kind == "vmlDrawing":
            for row in _CONTROL.findall(package.read(one.target)):
                yield int(row) + 1, "控件"


def hidden(
    cells: Area, takes_one: bool, taken_: Sequence[Taken], merges: Sequence[Area]
) -> set[Position]:
    """The cells of a slot that merged ranges hide.

    Parameters
    ----------
    cells : Area
        The cells of the slot.
    takes_one : bool
        Whether it takes one value.
    taken_ : sequence of Taken
        The cells of its sheet that belong to something else.
    merges : sequence of Area
        The merged ranges of its sheet.

    Raises
    ------
    UnwritableError
        The slot cannot be filled.
    """
    for other, what in taken_:
        if other.meets(cells):
            raise UnwritableError(kinds.SLOT_TAKEN(what=what))
    found: set[Position] = set()
    for merge in merges:
        if not merge.meets(cells):
            continue
        if merge.covers(cells) and merge[:2] != cells[:2]:
            raise UnwritableError(kinds.SLOT_HIDDEN(reference=merge.reference))
        if takes_one:
            continue
        inside = merge.shared(cells)
        found |= {
            (row, column)
            for row in range(inside.first_row, inside.last_row + 1)
            for column in range(inside.first_column, inside.last_column + 1)
            if (row, column) != merge[:2]
        }
    return found
