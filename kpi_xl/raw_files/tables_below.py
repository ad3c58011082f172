"""Headings among the records: repeated ones, and those of another table below."""

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
from kpi_xl.fault import Fault
from kpi_xl.raw_files.grid import Grid
from kpi_xl.raw_files.headings import Headings, column_names

_FEWEST: Final = 3
"""So many cells of a row are names of columns before it is looked at as a header."""


def rows_of_headings(
    table: Table, grid: Grid, cells: Sequence[Any], first: Any
) -> Iterator[tuple[int, Fault]]:
    """The rows that are no records: headings, and the rows of another table below them.

    Parameters
    ----------
    table : Table
        The raw table that the file holds.
    grid : Grid
        The rows of the file as texts.
    cells : sequence of pyarrow arrays
        Its columns; null where nothing stands.
    first : pyarrow string array
        The first cell of each row that holds anything.

    Yields
    ------
    (int, Fault)
        The place of the row, and why it is none.
    """
    places = _candidates(grid, cells, first)
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
            there = np.asarray(pc.is_valid(first), bool)
        at = grid.rows[place].as_py()
        fault = kinds.OTHER_TABLE(table=found.name, row=at)
        yield place, fault
        yield from ((below, fault) for below in range(place + 1, following) if there[below])


def _is_again(row: Sequence[str | None], grid: Grid) -> bool:
    """Whether a row repeats all headings of the table."""
    used = grid.match.positions.values()
    return all((row[at] or "").strip() == grid.headings[at] for at in used)


def _table_of(row: Sequence[str | None], table: Table) -> Table | None:
    """The table whose headings a row has; the file's own table first."""
    for one in (table, *LISTS.values()):
        header = Headings(one, {}).find([row])
        if header and not header.match.missing and len(header.match.positions) >= _FEWEST:
            return one
    return None


def _candidates(grid: Grid, cells: Sequence[Any], first: Any) -> list[int]:
    """Rows in which several cells are named like columns.

    Only the first cell of every row is looked at, and the last that is used: a header has a name
    in one of them.
    """
    likely = np.asarray(pc.is_in(first, _names()), bool)
    if used := grid.match.positions.values():
        likely = likely | np.asarray(pc.is_in(cells[max(used)], _names()), bool)
    places = np.flatnonzero(likely)
    count = np.zeros(len(places), np.int64)
    for column in cells if len(places) else ():
        count += np.asarray(pc.is_in(column.take(pa.array(places)), _names()), bool)
    return [int(place) for place in places[count >= _FEWEST]]


@functools.cache
def _names() -> Any:
    """The names of all columns of all tables, and of the row number."""
    columns = (column for table in LISTS.values() for column in table.columns)
    return pa.array(
        sorted({"序号", *(n for one in columns for n in column_names(one))}), pa.string()
    )
