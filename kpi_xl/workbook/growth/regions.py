"""Areas that grow: how a template asks for it, and how many rows values ask for.

Two things a user of Excel can do make an area grow with its data:

- **An Excel table** (Ctrl+T) with a name, say ``members``. The table is a slot of that name, which
  takes rows, and each of its columns is one, such as ``members.姓名``, which takes a list. The
  table gets as many rows as the longest of them; with fewer rows than it had it shrinks, but
  rows in which something else stands, or to which something refers, are blanked instead.
- **A name over the rows**: select the rows of an area (from the sheet's edge, or some of their
  cells), and give them a name that begins with ``rows.``, say ``rows.members``. The slots that
  have exactly these rows, such as ``members.工号`` and ``members.姓名``, grow with the longest of
  them. With fewer rows the rest is blanked.

A defined name over all data rows of a table grows as well.

- **A name over a block**: select the rows of one block, say the four rows that hold one member,
  and give them a name that begins with ``block.``, say ``block.members``. All names inside it are
  of one record; the block is there once for each, one below the other, with everything in it. The
  names of the second record are called ``members.姓名.2``, of the third ``members.姓名.3``.

In the first two, new rows come before the area's last
row, so that sums, charts and borders around the area stay right; they are copies of the row above
them: its formats, formulas, merged cells, and labels that all rows have. An area of one row is
copied behind itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from kpi_xl.workbook.growth.shift import Change
from kpi_xl.workbook.ooxml.references import LAST_ROW, Place
from kpi_xl.workbook.ooxml.tables import Table

MARK: Final = "rows."
"""How a name begins that makes an area grow."""

BLOCK: Final = "block."
"""How a name begins whose rows are repeated for each record."""


class Region(NamedTuple):
    """Rows of a sheet that grow together.

    Attributes
    ----------
    sheet : str
        The sheet's name.
    first, last : int
        The first and the last row.
    is_block : bool
        Whether they are repeated together.
    """

    sheet: str
    first: int
    last: int
    is_block: bool = False

    @property
    def rows(self) -> int:
        """How many rows the template has."""
        return self.last - self.first + 1

    def change(self, rows: int) -> Change:
        """The change that gives the region this number of rows."""
        more = rows - self.rows
        if more < 0:
            return Change(self.first + rows, more)
        if self.rows == 1 or self.is_block:
            return Change(self.last + 1, more, copied_rows=self.rows)
        return Change(self.last, more)

    def holds(self, place: Place) -> bool:
        """Whether it contains all rows of some cells."""
        cells = place.area
        return (
            place.sheet == self.sheet
            and self.first <= cells.first_row
            and cells.last_row <= self.last
        )


def regions(
    marks: Iterable[Place], blocks: Iterable[Place], tables: Iterable[Table]
) -> set[Region]:
    """The areas that can grow.

    Parameters
    ----------
    marks, blocks : iterable of Place
        Where the names lead that begin with `MARK` and with `BLOCK`.
    tables : iterable of Table
        The tables of the workbook.
    """
    areas = [*marks, *((table.sheet, table.data) for table in tables)]
    return {Region(sheet, cells.first_row, cells.last_row) for sheet, cells in areas} | {
        Region(sheet, cells.first_row, cells.last_row, is_block=True) for sheet, cells in blocks
    }


def records(name: str, names: Collection[str]) -> list[str]:
    """The names of a slot in a block for all records, as far as there are such names.

    A name that was deleted is there all the same, where one behind it is left.

    Parameters
    ----------
    names : collection of str
        All names of the workbook.
    """
    last = 1
    for other in names:
        beginning, _, number = other.rpartition(".")
        if beginning == name and number.isdecimal() and str(int(number)) == number:
            last = max(last, int(number))
    return [of_record(name, record) for record in range(1, min(last, LAST_ROW) + 1)]


def of_record(name: str, record: int) -> str:
    """The name of a slot in a block for one record, counted from 1."""
    return name if record == 1 else f"{name}.{record}"
