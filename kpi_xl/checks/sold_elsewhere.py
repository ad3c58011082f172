"""Policies that stand in two files under other products: the same rows, or other ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.checks.checked import CheckedTable
from kpi_xl.checks.finding import Finding
from kpi_xl.checks.rows_alike import where_of


@dataclass(frozen=True)
class _Row:
    """A row of a policy that several files have.

    Parameters
    ----------
    file, row : int
        Which file it is of, and its place in the table.
    same : tuple
        Whose it is, its day and its premium.
    known : dict of str to value
        What else is in its key, as far as its file tells.
    """

    file: int
    row: int
    same: tuple[Any, ...]
    known: dict[str, Any]

    @property
    def is_taken_back(self) -> bool:
        """Whether it takes another row back."""
        return bool(self.same[-1] < 0)

    def is_like(self, other: _Row) -> bool:
        """Whether it may be the same row: what both files tell is the same."""
        both = self.known.keys() & other.known.keys()
        return self.same == other.same and all(self.known[c] == other.known[c] for c in both)


def sold_elsewhere(checked: CheckedTable, age: Sequence[int]) -> Iterator[Finding]:
    """Rows of policies that another file has, too, under another key.

    A row that is as one of a newer file, but for a column that one of both files does not have, is
    that row. Of others nobody knows, and both are counted and told: lists of main policies and of
    riders are two files, and so are two exports that name products otherwise.

    Parameters
    ----------
    checked : CheckedTable
        The table without the rows that have the key of another one.
    age : sequence of int
        How new each of its files is.
    """
    table = checked.table
    if not table.as_main or len(checked.parts) < 2:
        return
    unlike: dict[tuple[int, int], list[int]] = {}
    for rows in _of_several_files(checked):
        rows.sort(key=lambda one: (-age[one.file], one.file))
        taken: set[int] = set()
        for place, one in enumerate(rows):
            others = [
                other
                for other in rows[:place]
                if other.file != one.file and other.is_taken_back == one.is_taken_back
            ]
            as_it = [o for o in others if o.row not in taken and o.is_like(one)]
            if as_it:
                taken.add(as_it[0].row)
                where = where_of(checked.data, as_it[0].row, one.row)
                is_older = age[one.file] < age[as_it[0].file]
                fault = kinds.REPEATED(where=where)
                yield Finding(one.row, table.key[0], fault, listed=not is_older)
            elif others:
                unlike.setdefault((one.file, others[0].file), []).append(one.row)
    for (_, other), places in unlike.items():
        numbers = {checked.data[table.key[0]][row].as_py() for row in places}
        fault = kinds.POLICY_TWICE(where=checked.files[other].label, count=len(numbers))
        yield Finding(min(places), table.key[0], fault)


def _of_several_files(checked: CheckedTable) -> Iterator[list[_Row]]:
    """The rows of each policy that more than one file has."""
    table, parts = checked.table, [part.data for part in checked.parts]
    number, *rest = table.key
    same = (*table.as_main, table.taken_back)
    each = [pc.unique(data[number]) for data in parts]
    counts = pc.value_counts(pa.chunked_array(each))
    shared = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    found: dict[str, list[_Row]] = {}
    begin = 0
    for file, data in enumerate(parts if len(shared) else ()):
        places = np.flatnonzero(np.asarray(pc.is_in(data[number], shared), bool))
        here = data.take(pa.array(places))
        told = [code for code in rest if code in checked.files[file].headings]
        columns = [here[code].to_pylist() for code in (number, *same, *told)]
        for place, (policy, *values) in zip(
            places.tolist(), zip(*columns, strict=True), strict=True
        ):
            tells = dict(zip(told, values[len(same) :], strict=True))
            known = {code: value for code, value in tells.items() if value is not None}
            row = _Row(file, begin + place, tuple(values[: len(same)]), known)
            found.setdefault(policy, []).append(row)
        begin += data.num_rows
    yield from found.values()
