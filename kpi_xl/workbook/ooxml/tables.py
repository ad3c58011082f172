"""The Excel tables (list objects) of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.cells import unescaped
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN, Workbook
from kpi_xl.workbook.ooxml.references import Area, Place, area


class Table(NamedTuple):
    """An Excel table.

    Attributes
    ----------
    name : str
        The name that formulas use.
    sheet : str
        The sheet's name.
    heading : Area or None
        The cells of its headings, if they are shown.
    data : Area
        The cells between headings and totals.
    columns : tuple of str
        The headings of the columns.
    """

    name: str
    sheet: str
    heading: Area | None
    data: Area
    columns: tuple[str, ...]


def tables(package: Package, workbook: Workbook) -> Iterator[Table]:
    """Every table of a workbook, sheet by sheet."""
    for sheet, part in workbook.sheets.items():
        for relationship in parts.relationships(package, part).values():
            if relationship.kind == "table":
                content = parts.xml(package, relationship.target)
                try:
                    found = _table(content, sheet)
                except ElementTree.ParseError:
                    raise parts.damaged(package, relationship.target) from None
                if found is not None:
                    yield found


@lru_cache(maxsize=64)  # thousands of returned forms have the same tables
def _table(content: bytes, sheet: str) -> Table | None:
    root = ElementTree.fromstring(content)
    cells = area(root.get("ref", ""))
    if cells is None:
        return None
    headings = int(root.get("headerRowCount", "1"))
    first = cells.first_row + headings
    last = cells.last_row - int(root.get("totalsRowCount", "0"))
    names = root.iterfind(f"{{{MAIN}}}tableColumns/{{{MAIN}}}tableColumn")
    return Table(
        root.get("displayName", ""),
        sheet,
        cells._replace(last_row=first - 1) if headings else None,
        cells._replace(first_row=first, last_row=max(first, last)),
        tuple(unescaped(column.get("name", "")) for column in names),
    )


def table_places(tables: Iterable[Table]) -> dict[str, Place]:
    """The slots of tables: each table's name, and its columns' names."""
    found = {}
    for table in tables:
        found[table.name] = Place(table.sheet, table.data)
        for number, column in enumerate(table.columns, table.data.first_column):
            cells = table.data._replace(first_column=number, last_column=number)
            found[f"{table.name}.{column}"] = Place(table.sheet, cells)
    return found
