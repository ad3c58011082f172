"""Files of one table that overlap: an older and a newer export, or the same days twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Table
from kpi_xl.checks.finding import Finding

_NAMED: Final = re.compile(
    r"(?<!\d)(20\d{2})[-_.年]?(0[1-9]|1[0-2]|[1-9](?!\d))(?:[-_.月]?(0[1-9]|[12]\d|3[01]))?(?!\d)"
)
_MONTH: Final = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月")
_CORRECTED: Final = re.compile(
    r"更正|修正|订正|修订|勘误|调整|更新|最新|最终|终版|corrected|revised|final", re.IGNORECASE
)
"""What a name says of a file that puts right what others have."""

_APART: Final = 60
"""Files written so many seconds apart were not just copied together."""

_SHARED: Final = 0.5
"""So much of the smaller of two rosters stands in both where they are of the same people."""


def ages(
    table: Table, labels: Sequence[str], files: Sequence[Path], parts: Sequence[pa.Table]
) -> list[int]:
    """The age of each file relative to the others; equal where it cannot be told.

    The date in its name tells first, then its last day, then a month in its name without a year
    (12月 may be older than 1月), then the time it was written. Of files of one date that is newer
    whose name says that it is a correction; without a date it is newer than all.
    """
    if not table.key or len(parts) < 2:
        return [0] * len(parts)
    by_name = [_in_name(label) for label in labels]
    is_whole = bool(table.newest_by)
    found = _told(by_name, table, files, parts) if is_whole else [0] * len(parts)
    corrects = [bool(_CORRECTED.search(label)) for label in labels]
    if not any(corrects):
        return found
    dated = all(day is not None and day[0] for day in by_name)
    dates = by_name if dated else [None] * len(found)
    return _ranks([(day or (), *rest) for day, *rest in zip(dates, corrects, found, strict=True)])


def _told(
    by_name: Sequence[tuple[int, int, int] | None],
    table: Table,
    files: Sequence[Path],
    parts: Sequence[pa.Table],
) -> list[int]:
    """How new each file is, if none is a correction."""
    told_by_name = all(by_name) and len(set(by_name)) > 1
    if told_by_name and all(year for year, *_ in filter(None, by_name)):
        return _ranks(by_name)
    last = [
        max((d for code in table.newest_by if (d := _last(data[code])) is not None), default=-1)
        for data in parts
    ]
    if len(set(last)) > 1:
        return _ranks(last)
    if told_by_name:
        return _ranks(by_name)
    return _ranks([int(file.stat().st_mtime) // _APART for file in files])


def _in_name(label: str) -> tuple[int, int, int] | None:
    found = list(_NAMED.finditer(label))
    if found:
        year, month, day = found[-1].groups("0")
        return int(year), int(month), int(day)
    named = _MONTH.search(label)
    return (0, int(named[1]), 0) if named else None


def _last(days: Any) -> int | None:
    found: int | None = pc.max(days.cast(pa.int32())).as_py()
    return found


def _ranks(values: Sequence[Any]) -> list[int]:
    order = sorted(set(values))
    return [order.index(value) for value in values]


def missing_now(
    table: Table, parts: Sequence[pa.Table], age: Sequence[int], labels: Sequence[str]
) -> Iterator[Finding]:
    """People in an older roster who have not left and are missing in the newest one."""
    if not table.gone or len(set(age)) < 2:
        return
    newest = max(range(len(parts)), key=lambda place: age[place])
    there = parts[newest]["agent"].combine_chunks()
    begin = 0
    for place, data in enumerate(parts):
        if age[place] < age[newest]:
            known = np.asarray(pc.is_in(data["agent"], there), bool)
            fewer = min(len(known), len(there)) or 1
            if known.sum() >= fewer * _SHARED:
                gone = ~known & np.asarray(pc.is_null(data[table.gone]), bool)
                for row in np.flatnonzero(gone).tolist():
                    fault = kinds.MISSING_NOW(newer=labels[newest])
                    yield Finding(begin + row, "agent", fault)
        begin += data.num_rows


def overlaps(table: Table, parts: Sequence[pa.Table], labels: Sequence[str]) -> Iterator[Finding]:
    """Records of a table without a key that are in two files.

    Those alike to the cell are counted as often as in the file with most of them; of those of the
    same person and day that are not, nobody knows, and all are counted and told.
    """
    if table.key or len(parts) < 2:
        return
    if not any(_meet(one, other) for n, one in enumerate(parts) for other in parts[:n]):
        return
    columns = [column.code for column in table.columns]
    most: dict[tuple[Any, ...], tuple[str, int]] = {}  # of each record the file with most of it
    people: dict[tuple[Any, ...], list[str]] = {}
    begin = 0
    for data, label in zip(parts, labels, strict=True):
        rows = [*zip(*(data[code].to_pylist() for code in columns), strict=True)]
        who = [*zip(data["day"].to_pylist(), data["agent"].to_pylist(), strict=True)]
        counted: Counter[tuple[Any, ...]] = Counter()
        first, others = 0, dict[str, None]()
        for place, (record, one) in enumerate(zip(rows, who, strict=True)):
            counted[record] += 1
            other, times = most.get(record, ("", 0))
            if counted[record] <= times:
                yield Finding(begin + place, "agent", kinds.IN_TWO_FILES(where=other))
            elif one in people:
                first = first if others else place
                others |= dict.fromkeys(people[one])
        if others:
            several = f"等 {len(others)} 个文件" if len(others) > 1 else ""
            fault = kinds.SAME_DAY_ELSEWHERE(files=f"“{next(iter(others))}”{several}")
            yield Finding(begin + first, "agent", fault)
        for record, count in counted.items():
            if count > most.get(record, ("", 0))[1]:
                most[record] = label, count
        for one in set(who):
            people.setdefault(one, []).append(label)
        begin += data.num_rows


def _meet(one: pa.Table, other: pa.Table) -> bool:
    """Whether two files have days and people in common."""
    if not len(one) or not len(other):
        return False
    (a, b), (c, d) = ((pc.min(t["day"]).as_py(), pc.max(t["day"]).as_py()) for t in (one, other))
    if b < c or d < a:
        return False
    people = other["agent"].unique()
    return bool(pc.any(pc.is_in(one["agent"].unique(), people)).as_py())


def winners(first: NDArray[np.int64], age: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row that counts, for each row: that with the same key in the newest file, there the
    first.

    Parameters
    ----------
    first : int array
        For each row the first row of its key.
    age : int array
        How new the file of each row is.
    """
    order = np.lexsort((np.arange(len(first)), -age, first))
    keys = first[order]
    leads = np.concatenate([[True], keys[1:] != keys[:-1]])
    best = order[leads][np.cumsum(leads) - 1]
    found = np.empty_like(first)
    found[order] = best
    return found
