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

A defined name over all data rows of a table grows as well. New rows come before the area's last
row, so that sums, charts and borders around the area stay right; they are copies of the row above
them: its formats, formulas, merged cells, and labels that all rows have. An area of one row is
copied behind itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from kpi_xl.workbook.references import Place
from kpi_xl.workbook.shift import Change
from kpi_xl.workbook.tables import Table

MARK: Final = "rows."
"""How a name begins that makes an area grow."""


class Region(NamedTuple):
    """Rows of a sheet that grow together.

    Attributes
    ----------
    sheet : str
        The sheet's name.
    first, last : int
        The rows.
    """

    sheet: str
    first: int
    last: int

    @property
    def rows(self) -> int:
        """How many rows the template has."""
        return self.last - self.first + 1

    def change(self, rows: int) -> Change:
        """The change that gives it so many rows, which are not those it has."""
        more = rows - self.rows
        if more < 0:
            return Change(self.first + rows, more)
        if self.rows == 1:
            return Change(self.last + 1, more, is_single=True)
        return Change(self.last, more)


def regions(marks: Iterable[Place], tables: Iterable[Table]) -> set[Region]:
    """The areas that can grow.

    Parameters
    ----------
    marks : iterable of Place
        Where the names lead that begin with `MARK`.
    tables : iterable of Table
        The tables of the workbook.
    """
    areas = [*marks, *((table.sheet, table.data) for table in tables)]
    return {Region(sheet, cells.first_row, cells.last_row) for sheet, cells in areas}
