"""Headings among the records: those of the table again, and those of another table below it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LISTS, Table
from kpi_xl.data.grid import Grid
from kpi_xl.data.headings import Headings, column_names
from kpi_xl.fault import Fault

_FEWEST: Final = 3
"""So many cells of a row are names of columns before it is looked at as a header."""


def rows_of_headings(table: Table, grid: Grid, cells: Sequence[Any]) -> Iterator[tuple[int, Fault]]:
    """The rows that are no records of a table because headings stand there, or above them.

    Parameters
    ----------
    table : Table
        The file's.
    grid : Grid
        The file.
    cells : sequence of pyarrow arrays
        Its columns; null where nothing stands.

    Yields
    ------
    (int, Fault)
        The place of the row, and why it is none.
    """
    places = _candidates(cells)
    there: Any = None
    for place, following in pairwise([*places, len(grid.rows)]):
        row = [column[place].as_py() for column in cells]
        if _is_again(row, grid):
            yield place, kinds.HEADINGS_AGAIN()
            continue
        found = _table_of(row, table)
        if found is None:
            continue
        if there is None:
            there = np.asarray(pc.is_valid(pc.coalesce(*cells)), bool)
        at = grid.rows[place].as_py()
        fault = kinds.OTHER_TABLE(table=found.name, row=at)
        yield place, fault
        yield from ((below, fault) for below in range(place + 1, following) if there[below])


def _is_again(row: Sequence[str | None], grid: Grid) -> bool:
    """Whether each of a table's headings stands in a row again, where it stands above."""
    used = grid.match.positions.values()
    return all((row[at] or "").strip() == grid.headings[at] for at in used)


def _table_of(row: Sequence[str | None], table: Table) -> Table | None:
    """The table of which a row has the headings, first of all the file's own."""
    for one in (table, *LISTS.values()):
        header = Headings(one, {}).find([row])
        if header and not header.match.missing and len(header.match.positions) >= _FEWEST:
            return one
    return None


def _candidates(cells: Sequence[Any]) -> list[int]:
    if not cells:
        return []
    count = np.zeros(len(cells[0]), np.int8)
    for column in cells:
        count += np.asarray(pc.is_in(column, _names()), bool)
    return [int(place) for place in np.flatnonzero(count >= _FEWEST)]


@functools.cache
def _names() -> Any:
    """All that columns of any table may be called."""
    names = {
        name
        for table in LISTS.values()
        for column in table.columns
        for name in column_names(column)
    }
    return pa.array(sorted(names), pa.string())
