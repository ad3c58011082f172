"""Months without a row between months that have many: perhaps a file was forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.checks.finding import Finding

_EPOCH: Final = dt.date(1970, 1, 1)

_UNKNOWN: Final = np.iinfo(np.int32).max

_MANY: Final = 5
"""Fewer rows a month are few; and so is less than one in so many of what is usual."""

_LONGEST: Final = 3
"""So many months in a row may be forgotten."""


def month_gaps(table: Table, data: pa.Table, cut: int | None) -> Iterator[Finding]:
    """One finding for each gap, placed at the first row of the month after it.

    Long gaps, and those beside a month of few rows, are usual: a file has some old policies, too.

    Parameters
    ----------
    table : Table
        Only one whose rows happen on days has months.
    data : pyarrow.Table
        The typed rows of the table.
    cut : int, optional
        The day on which a business month ends.
    """
    if table.events is None:
        return
    days = data[table.events.day].cast(pa.int32()).fill_null(_UNKNOWN).to_numpy()
    known = days[days != _UNKNOWN]
    if not known.size:
        return
    first = int(known.min())
    rows: dict[Month, int] = {}
    of_days = np.bincount(known - first)
    for day in np.flatnonzero(of_days).tolist():
        month = Month.containing(_EPOCH + dt.timedelta(first + day), cut)
        rows[month] = rows.get(month, 0) + int(of_days[day])
    many = max(_MANY, float(np.median(list(rows.values()))) / _MANY)
    for before, after in pairwise(rows):
        empty = [Month(number) for number in range(before.number + 1, after.number)]
        if 0 < len(empty) <= _LONGEST and min(rows[before], rows[after]) >= many:
            begin, end = ((day - _EPOCH).days for day in after.span(cut))
            months = "、".join(map(str, empty))
            fault = kinds.MONTHS_WITHOUT_ROWS(before=before, after=after, months=months)
            yield Finding(int(np.argmax((days >= begin) & (days <= end))), table.events.day, fault)
