"""Rows that are the sum of others, and amounts that are more than they can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Table
from kpi_xl.checks.finding import Finding

_WITHIN: Final = {
    "attendance": ("days_present", "days_due"),
    "dues": ("paid_premium", "due_premium"),
}
"""What is hardly more than what it is a part of, by raw table."""

_AMOUNTS: Final = {"policies": ("premium",), "attendance": ("days_due", "days_present")}
"""What a row of a month sums up, where that is not all that the table counts."""

_FEWEST: Final = 3
_HALF: Final = 0.5
_SEVERAL: Final = 2
_MANY: Final = 8
_HUGE: Final = 10**10
"""分: no policy has so much premium; a number of something else has."""


def sums_beside(table: Table, data: pa.Table) -> Iterator[Finding]:
    """Rows that are what all other rows of somebody's month come to: his month counts twice.

    One may be so by chance; it is told where it is so of half of those who have several rows.
    """
    events = table.events
    if events is None or events.happened or not table.of_agents or len(data) < _FEWEST:
        return
    columns = _AMOUNTS.get(table.code) or tuple(
        one.code for one in table.columns if one.kind in ("count", "money")
    )
    amounts = [_ints(data[code]) for code in columns if code in data.column_names]
    agents = pc.dictionary_encode(data["agent"]).combine_chunks()
    days = data[events.day]
    month = np.asarray(pc.add(pc.multiply(pc.year(days), 12), pc.month(days)), np.int64)
    month = month - month.min()
    group = np.asarray(agents.indices, np.int64) * int(month.max() + 1) + month
    size = int(group.max()) + 1
    rows = np.bincount(group, minlength=size)
    is_sum, is_some = np.ones(len(group), bool), np.zeros(len(group), bool)
    for amount in amounts:
        total = np.bincount(group, weights=amount.astype(np.float64), minlength=size)
        is_sum &= 2.0 * amount == total[group]
        is_some |= amount != 0
    several = (rows >= _FEWEST) & (np.bincount(group, weights=is_some, minlength=size) >= _FEWEST)
    found = np.flatnonzero(is_sum & is_some & several[group])
    months = np.unique(group[found])
    # Of three round amounts one is often the sum of the others; of many, or of two people, hardly.
    is_chance = len(months) < _SEVERAL and not (rows[months] >= _MANY).any()
    if len(months) >= _HALF * np.count_nonzero(several) and not is_chance:
        yield Finding(int(found[0]), "agent", kinds.SUM_BESIDE(count=len(found)))


def more_than_all(table: Table, data: pa.Table) -> Iterator[Finding]:
    """Rows in which a part is more than the whole: days present in hours, premium paid twice."""
    if table.code not in _WITHIN:
        return
    part, whole = (_ints(data[code]) for code in _WITHIN[table.code])
    places = np.flatnonzero((part > whole) & (whole > 0))
    if len(places):
        names = [table.column(code).name for code in _WITHIN[table.code]]
        about = {"part": names[0], "whole": names[1], "count": len(places)}
        yield Finding(int(places[0]), _WITHIN[table.code][0], kinds.MORE_THAN_ALL(**about))


def huge(table: Table, data: pa.Table) -> Iterator[Finding]:
    """Premium that nobody pays."""
    if table.scale:
        for row in np.flatnonzero(np.abs(_ints(data[table.scale])) >= _HUGE).tolist():
            yield Finding(row, table.scale, kinds.HUGE_AMOUNT())


def _ints(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(column, 0).to_numpy(), np.int64)
