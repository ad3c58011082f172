"""Slots: the defined names that give the place of a value."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.workbook.growth import sheet_copies
from kpi_xl.workbook.growth.regions import BLOCK, MARK, Region
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.formulas import tokens
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, Area, Place, area
from kpi_xl.workbook.ooxml.tables import Table, table_places

# A name over more cells than this is a list to choose from, such as a whole column, not a place
# to fill.
_MOST_CELLS: Final = 1_000_000
# A table with more cells is data, not a form.
_MOST_TABLE_CELLS: Final = 200_000


_MOST_MERGED_ROWS: Final = 10_000

FOLD: Final = "folds."
"""How a name begins whose rows are hidden where nothing stands in them."""

TOLD: Final = "told."
"""How a name begins whose cells tell of the rows of the fold with the rest of the name."""

PAGE: Final = "pages."
"""How a name begins whose sheet is hidden where nothing stands in its cells."""

CHART: Final = "charts."
"""How a name begins in whose cells nothing stands where a chart has no points."""

SPAN: Final = "spans."
"""How a name begins whose columns charts show from the first in which anything stands."""

MARKS: Final = ("_xlnm.", MARK, BLOCK, FOLD, TOLD, PAGE, CHART, SPAN, sheet_copies.MARK)
"""How the names begin that are no slots."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a template that takes a value.

    Attributes
    ----------
    name : str
        The defined name; ``Sheet!name`` where several sheets have a name of their own like it.
    sheet : str
        The sheet's name.
    reference : str
        The cells, such as ``B2`` or ``B5:H44``.
    first_row, first_column : int
        The top left cell, counting from 1.
    rows, columns : int
        How many values it takes; 1 and 1 when its cells are merged into one.
    has_formula : bool
        Whether a formula calculates any of its cells.
    grows : bool
        Whether it takes more rows than it has; see `kpi_xl.workbook.growth.regions`.
    block : Region or None
        The rows of the block it is in, which are repeated for each record; it takes a list then,
        and what it has of rows and columns is for one record.
    """

    name: str
    sheet: str
    reference: str
    first_row: int
    first_column: int
    rows: int
    columns: int
    has_formula: bool
    grows: bool
    block: Region | None = None

    @property
    def plain_name(self) -> str:
        """Its name without the sheet that it may be private to."""
        return self.name.removeprefix(f"{self.sheet}!")

    @property
    def region(self) -> Region:
        """Its rows."""
        return Region(self.sheet, self.first_row, self.first_row + self.rows - 1)

    @property
    def growing(self) -> Region:
        """The rows that grow, if any."""
        return self.block or self.region


def places(workbook: Workbook, tables: Iterable[Table], on: str | None = None) -> dict[str, Place]:
    """The usable defined names of a workbook with their places, then those of tables.

    Constants, formulas, several areas, broken and external references, the marks of growing
    areas and Excel's own names are not slots, nor are whole rows and columns.

    Parameters
    ----------
    workbook : Workbook
        What its workbook part says.
    on : str, optional
        A sheet: of the names only those that lead to it, by their plain names.
    """
    sheets = {name.casefold(): name for name in workbook.sheets}
    found = _named_places(workbook, sheets) if on is None else _places_on(workbook, sheets, on)
    of_tables = {
        name: place
        for name, place in table_places(tables).items()
        if name not in found and place.area.size <= _MOST_TABLE_CELLS
    }
    return found | of_tables


def marks(workbook: Workbook, beginning: str) -> dict[str, Place]:
    """The places of names that mark an area; those without rows are left out.

    Parameters
    ----------
    workbook : Workbook
        What the workbook part says.
    beginning : str
        How they begin: `regions.MARK`, `regions.BLOCK` or `FOLD`.
    """
    marked = [one for one in workbook.names if one[0].startswith(beginning)]
    sheets = {name.casefold(): name for name in workbook.sheets}
    found = {}
    for name, scope, text in marked:
        place = _rows_place(text, sheets) or _place(text, sheets)
        if place is not None:
            found[name if scope is None else f"{scope}!{name}"] = place
    return found


def _rows_place(text: str, sheets: dict[str, str]) -> Place | None:
    """The place of a name of whole rows."""
    only = tokens(text)
    if len(only) != 1 or isinstance(only[0], str):
        return None
    first, last = only[0].ends[0], only[0].ends[-1]
    name = sheets.get(only[0].sheets[0]) if len(only[0].sheets) == 1 else None
    if name is None or first.column or not first.row:
        return None
    rows = sorted((first.row, last.row))
    return Place(name, Area(rows[0], 1, rows[1], LAST_COLUMN))


def _named_places(workbook: Workbook, sheets: dict[str, str]) -> dict[str, Place]:
    """The usable defined names of a workbook and their places."""
    found: list[tuple[str, str | None, Place]] = []
    for name, scope, text in workbook.names:
        place = None if name.startswith(MARKS) else _place(text, sheets)
        if place is not None:
            found.append((name, scope, place))
    taken = _ambiguous(name for name, _, _ in found)
    return {
        f"{scope}!{name}" if scope is not None and name in taken else name: place
        for name, scope, place in found
    }


def _places_on(workbook: Workbook, sheets: dict[str, str], on: str) -> dict[str, Place]:
    """The usable defined names that lead to a sheet; one private to it takes precedence."""
    found: dict[str, Place] = {}
    for name, scope, text in sorted(workbook.names, key=lambda one: one.sheet == on):
        place = None if name.startswith(MARKS) else _place(text, sheets)
        if place is not None and place.sheet == on and scope in (None, on):
            found[name] = place
    return found


def _ambiguous(names: Iterable[str]) -> set[str]:
    """The names that occur more than once; a workbook-wide one among them keeps the plain name."""
    return {name for name, count in Counter(names).items() if count > 1}


def _place(text: str, sheets: dict[str, str]) -> Place | None:
    """The place of a name's text; `sheets` are the sheets' names by their folded names."""
    folded, cells = _split(text)
    sheet = sheets.get(folded)
    return None if sheet is None or cells is None else Place(sheet, cells)


@lru_cache(maxsize=1 << 14)  # thousands of returned forms have the same names
def _split(text: str) -> tuple[str, Area | None]:
    """The folded sheet name and the cells in a name's text."""
    written, _, reference = text.rpartition("!")
    if written.startswith("'"):
        written = written[1:-1].replace("''", "'")
    cells = area(reference)
    return written.casefold(), None if cells is None or cells.size > _MOST_CELLS else cells


def near_matches(name: str, names: Iterable[str]) -> list[str]:
    """The names that may have been meant, the likeliest first."""
    return difflib.get_close_matches(name, names, 5, 0.5)


def merge_at(cells: Area, merges: Iterable[Area]) -> Area | None:
    """The merged range that covers a whole area, if there is one."""
    row, column, last_row, last_column = cells
    for merge in merges:
        # Most are in other rows, and there may be thousands.
        if merge[0] <= row and last_row <= merge[2]:
            _, first, _, last = merge
            if first <= column and last_column <= last:
                return merge
    return None


def shown(cells: Area, merges: Iterable[Area]) -> Area:
    """The visible cells of an area: of merged ones in a row only the first.

    Selecting the merged cells of a list names all that lie below them.
    """
    if cells.columns == 1 or cells.rows > _MOST_MERGED_ROWS:
        return cells
    _, first, _, last = cells
    rows = range(cells.first_row, cells.last_row + 1)
    merged = {
        merge[0]
        for merge in merges
        if merge[0] == merge[2] and merge[1] <= first and last <= merge[3] and merge[0] in rows
    }
    return cells._replace(last_column=first) if len(merged) == len(rows) else cells


def slot(
    name: str, place: Place, merges: Sequence[Area], has_formula: bool, regions: Iterable[Region]
) -> Slot:
    """The slot of a place; cells merged into one take one value.

    Parameters
    ----------
    place : Place
        The cells that the name refers to.
    merges : sequence of Area
        The merged ranges of its sheet.
    has_formula : bool
        Whether a formula calculates any of its cells.
    regions : iterable of Region
        All areas that can grow.
    """
    cells = place.area
    one = merge_at(cells, merges) is not None
    own = Region(place.sheet, cells.first_row, cells.last_row)
    grows, block = False, None
    for region in regions:
        if region.is_block and region.holds(place):
            block = region
        elif region == own:
            grows = not one or cells.rows == 1
    return Slot(
        name=name,
        sheet=place.sheet,
        reference=cells.reference,
        first_row=cells.first_row,
        first_column=cells.first_column,
        rows=1 if one else cells.rows,
        columns=1 if one else shown(cells, merges).columns,
        has_formula=has_formula,
        grows=grows or block is not None,
        block=block,
    )


def row_count(slot: Slot, value: object) -> int:
    """The number of rows (in a block, records) that a value needs; 0 for None.

    Raises
    ------
    UnwritableError, TypeError
        The value has another shape than the slot.
    """
    if value is None:
        return 0
    if slot.block is not None:
        records = listed(value)
        return 1 if records is None else len(records)
    rows = _rows(slot, value)
    return 1 if rows is None else len(rows)


def laid_out(slot: Slot, value: object) -> list[object]:
    """A slot's value as one value for each cell, row by row.

    Parameters
    ----------
    value : object
        One value; or for several cells a list of rows or a 2-D array, or a list or 1-D array
        where the slot is one row or one column. None blanks them all.

    Returns
    -------
    list
        ``slot.rows * slot.columns`` values; None for the cells that got none.

    Raises
    ------
    UnwritableError
        The value has another shape than the slot, or is larger.
    """
    cells = slot.rows * slot.columns
    if value is None:
        return [None] * cells
    rows = _rows(slot, value)
    if rows is None:
        if cells > 1:
            raise UnwritableError(kinds.ONLY_ONE_VALUE(rows=slot.rows, columns=slot.columns))
        return [value]
    width = max(map(len, rows), default=0)
    if len(rows) > slot.rows or width > slot.columns:
        raise UnwritableError(
            kinds.TOO_MUCH_DATA(
                rows=slot.rows, columns=slot.columns, given=len(rows), width=width, mark=MARK
            )
        )
    laid: list[object] = []
    for row in rows:
        laid += row
        laid += [None] * (slot.columns - len(row))
    return laid + [None] * (cells - len(laid))


def _rows(slot: Slot, value: object) -> list[list[object]] | None:
    """The value as rows; None when it is one value and not a list or array."""
    given = listed(value)
    if given is None:
        return None
    rows = [listed(row) for row in given]
    if all(row is None for row in rows):
        if slot.columns == 1:
            return [[one] for one in given]
        if slot.rows == 1 or not given:
            return [given]
        raise UnwritableError(kinds.NOT_IN_ROWS(rows=slot.rows, columns=slot.columns))
    return [row if row is not None else _not_a_row(slot) for row in rows]


def _not_a_row(slot: Slot) -> list[object]:
    raise TypeError(f"slot {slot.name!r} needs a list of rows, not rows and single values mixed")


def listed(value: object) -> list[object] | None:
    """A list, a tuple or an array as a list; None for anything else."""
    if isinstance(value, list | tuple):
        return list(value)
    if getattr(value, "ndim", 0) == 0:
        return None
    array: Any = value
    if array.dtype.kind == "M":
        # Nanoseconds, pandas' unit, would come out as whole numbers.
        array = array.astype("datetime64[us]")
    listed: list[object] = array.tolist()
    return listed
