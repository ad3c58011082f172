"""The number of rows that growing areas need for given values, and the resized workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.shift import Lost
from kpi_xl.workbook.growth.workbook_rows import grown
from kpi_xl.workbook.obstacles import PIVOT, Taken, unrepeatable
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, Area, Place
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.ooxml.tables import Table, table_places
from kpi_xl.workbook.slots import Slot

Sizes: TypeAlias = tuple[tuple[Region, int], ...]
"""The areas that get another number of rows, in order, and how many."""


def wanted(
    found: Mapping[str, Slot], tables: Sequence[Table], rows_given: Mapping[str, int]
) -> Sizes:
    """The areas that need another number of rows for these values.

    Parameters
    ----------
    found : mapping of str to Slot
        The template's slots by name.
    tables : sequence of Table
        Its tables; an area also gets fewer rows where one of them is filled by its own name.
    rows_given : mapping of str to int
        How many rows the value of each growing slot has.
    """
    most: dict[Region, int] = {}
    shrinking = set()
    of_tables = table_places(tables)
    for name, rows in rows_given.items():
        region = found[name].growing
        needed = rows * region.rows if region.is_block else rows
        most[region] = max(most.get(region, 1), needed)
        if name in of_tables:
            shrinking.add(region)
    return tuple(
        sorted(
            (region, rows)
            for region, rows in most.items()
            if rows > region.rows or (rows < region.rows and region in shrinking)
        )
    )


def places(found: Sizes) -> list[Place]:
    """The rows of resized areas, at their new places."""
    moved: dict[str, int] = {}
    result = []
    for region, rows in found:
        first = region.first + moved.get(region.sheet, 0)
        moved[region.sheet] = moved.get(region.sheet, 0) + rows - region.rows
        result.append(Place(region.sheet, Area(first, 1, first + rows - 1, LAST_COLUMN)))
    return result


def resized(
    package: Package,
    workbook: Workbook,
    sheets: Mapping[str, Sheet],
    tables: Sequence[Table],
    taken: Mapping[str, Sequence[Taken]],
    sizes: Sizes,
) -> Package:
    """The workbook with other numbers of rows in some areas.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    sheets : mapping of str to Sheet
        Its worksheets by name.
    taken : mapping of str to sequence of Taken
        The cells of each sheet that belong to something else.
    sizes : Sizes
        The areas and how many rows they get. Rows with something in them that is no part of a
        table, or to which something refers, are not removed.

    Raises
    ------
    InputError
        Rows cannot be inserted there.
    """
    growing = {region: rows for region, rows in sizes if rows > region.rows}
    for region, rows in growing.items():
        _check(package, region, rows, taken[region.sheet])
        if region.is_block:
            _check_block(package, workbook.sheets[region.sheet], region, tables)
    # Sorted, so that areas with common rows are neighbours.
    for (above, _), (below, _) in pairwise(sizes):
        if above.sheet == below.sheet and below.first <= above.last:
            raise InputError(
                kinds.REGIONS_CROSS(
                    first=above.first,
                    last=above.last,
                    other_first=below.first,
                    other_last=below.last,
                ),
                file=package.path,
                sheet=above.sheet,
            )
    shrinking = {
        region: rows
        for region, rows in sizes
        if rows < region.rows and _holds_only_tables(sheets[region.sheet], tables, region, rows)
    }
    try:
        return grown(package, workbook, sheets, growing | shrinking)
    except Lost:
        return grown(package, workbook, sheets, growing)


def _check(package: Package, region: Region, rows: int, taken: Sequence[Taken]) -> None:
    if region.first + rows - 1 > LAST_ROW:
        raise InputError(kinds.TOO_MANY_ROWS(rows=rows), file=package.path, sheet=region.sheet)
    for cells, what in taken:
        if what == PIVOT and cells.first_row <= region.last and region.first <= cells.last_row:
            raise InputError(
                kinds.ROWS_OCCUPIED(what=what, reference=cells.reference),
                file=package.path,
                sheet=region.sheet,
            )


def _check_block(package: Package, part: str, region: Region, tables: Sequence[Table]) -> None:
    own = [table for table in tables if table.sheet == region.sheet]
    what = unrepeatable(package, part, range(region.first, region.last + 1), own)
    if what is not None:
        raise InputError(
            kinds.NOT_REPEATABLE(first=region.first, last=region.last, what=what),
            file=package.path,
            sheet=region.sheet,
        )


def _holds_only_tables(sheet: Sheet, tables: Sequence[Table], region: Region, rows: int) -> bool:
    """Whether only tables would disappear with an area's last rows."""
    inside = [table.data for table in tables if Region(table.sheet, *table.data[::2]) == region]
    return all(
        cell.end - cell.tag_end == 0
        or any(data.contains(row.number, cell.column) for data in inside)
        for row in sheet.rows_within(region.first + rows, region.last)
        for cell in row.cells.values()
    )
