"""Quarters, half-years, years and years to date, from the months of the cube.

What flows (premium, recruits) is summed; what stands (headcount, outlets) is that of the first or
last month; who had business in two of a quarter's months is one producer of the quarter, so
producers and effective agents, and the outlets that sold, are counted again, from the store.
平均人数 is the mean of the months' averages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.aggregation import OverTime
from kpi_xl.calendar import Period
from kpi_xl.catalogue.manpower import KPI_AVG_HEADCOUNT
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import DuckDb, Query
from kpi_xl.data.kept_measure import Kept
from kpi_xl.data.months_back import earlier, places
from kpi_xl.data.organisation import unit_positions
from kpi_xl.data.own_sums import counted_of, membership_of
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.steps import STEPS, rules
from kpi_xl.formula import Lag
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings


@dataclass(frozen=True)
class PeriodCube:
    """Measures by unit and period; as a `Cube` otherwise.

    Parameters
    ----------
    cube : Cube
        The measures by month that it is made of.
    periods : sequence of Period
        All there are of a kind.
    kind : str
        月, 季度, 半年, 年 or 累计.
    values : mapping of str to (units, periods) int64 arrays
        The values of each measure, by its code.
    average_headcount : (units, periods) int64 arrays, numerator and denominator
        The average headcount, 平均人数.
    """

    cube: Cube
    periods: Sequence[Period]
    kind: str
    values: Mapping[str, NDArray[np.int64]]
    average_headcount: tuple[NDArray[np.int64], NDArray[np.int64]]

    def measure(self, code: str) -> NDArray[np.int64]:
        """One measure as a (units, periods) array."""
        return self.values[code]

    def kpi(self, kpi: Kpi, settings: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """A KPI as a (units, periods) array, money in 元; see `Cube.kpi`."""
        needed = {measure.counted.code for measure in kpi.measures}
        if not needed <= self.values.keys() or not self.cube.has(kpi):
            return np.full(self.average_headcount[0].shape, self.cube.lacking(kpi))
        given: dict[str, Any] = {KPI_AVG_HEADCOUNT.code: self.average_headcount, **(settings or {})}
        given |= {m.code: self.values[m.code] for m in kpi.measures if m.lag == Lag()}
        if kpi.has_earlier:
            given |= self.earlier(kpi)
        return kpi.compute(given)

    def earlier(self, kpi: Kpi) -> dict[str, Any]:
        """The values of earlier periods that a KPI needs."""
        parts = {KPI_AVG_HEADCOUNT.code: self.average_headcount}
        return earlier(kpi, self.measure, self.places, parts)

    def places(self, lag: Lag) -> NDArray[np.int64]:
        """Where that stands which is so much earlier than each period; -1 for nowhere."""
        return places(self.periods, self.kind, lag)


def by_period(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, kind: str
) -> PeriodCube:
    """Put the months of a cube together to periods of a kind.

    Parameters
    ----------
    cube : Cube
        The measures by month.
    store : duckdb connection
        To the store that the cube was computed with.
    kind : str
        季度, 半年, 年 or 累计; only periods that lie wholly in the cube's months are there.

    Raises
    ------
    KeyError
        For another kind.
    """
    periods = Period.all(kind, cube.first, cube.last)
    first = np.array([p.first.number - cube.first.number for p in periods], np.int64)
    last = np.array([p.last.number - cube.first.number for p in periods], np.int64)
    values = {
        code: _together(cube.over_time(code), cube.measure(code), first, last)
        for code in cube.measures
        if cube.over_time(code) != "recount"
    }
    for level in dict.fromkeys(unit.level for unit in cube.units):
        positions = unit_positions(store, level, cube.units)
        membership = membership_of(level)
        for code, unit, period, number in counted_again(cube, store, settings, periods, membership):
            counted = values.setdefault(code, np.zeros((len(cube.units), len(periods)), np.int64))
            np.add.at(counted, (positions[unit], period), number)
    both = cube.measure("opening") + cube.measure("closing")
    average = (
        _summed(both, first, last),
        np.broadcast_to(2 * (last - first + 1), (1, len(periods))),
    )
    return PeriodCube(cube, periods, kind, values, average)


def counted_again(
    cube: Cube,
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    periods: Sequence[Period],
    membership: Query,
) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Count those measures of periods that do not come from the measures of their months.

    Parameters
    ----------
    cube, store, settings
        As for `by_period`.
    membership : Query
        Who belongs to which unit from when until when.

    Yields
    ------
    str and three (rows,) int64 arrays
        The measure; the unit's number in `membership`, the period's position, and the number.
    """
    listed = ", ".join(
        f"({i}, {period.first.number}, {period.last.number})" for i, period in enumerate(periods)
    )
    for name, codes in _recounted().items():
        one = STEPS[name]
        if not periods or not set(one.needs) & set(cube.measures):
            continue
        query = one.query(
            Months(settings.month_cut),
            **(rules(settings) | {"periods": listed}),
            membership=membership,
        )
        rows = store.execute(query.sql).fetchnumpy()
        unit, period = (np.asarray(rows[column], np.int64) for column in ("unit", "period"))
        for code in codes:
            yield code, unit, period, np.asarray(rows[code], np.int64)
    spans = [(i, one.first.number, one.last.number) for i, one in enumerate(periods)]
    by_table: dict[str, list[Kept]] = {}
    for kept in cube.own.values():
        if kept.source.over_time == "recount":
            by_table.setdefault(kept.table, []).append(kept)
    for some in by_table.values():
        for kept, unit, period, number in counted_of(DuckDb(store).fetch, some, spans, membership):
            yield kept.measure.code, unit, period, number


def _recounted() -> dict[str, list[str]]:
    """The steps that count over periods, with the measures that they count."""
    found: dict[str, list[str]] = {}
    for code, (_, how) in COUNTED.items():
        if how.recount:
            found.setdefault(how.recount, []).append(code)
    return found


def _together(
    over_time: OverTime,
    months: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> NDArray[np.int64]:
    if over_time == "first":
        return months[:, first]
    if over_time == "last":
        return months[:, last]
    return _summed(months, first, last)


def _summed(
    months: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    running = np.zeros((months.shape[0], months.shape[1] + 1), np.int64)
    np.cumsum(months, axis=1, out=running[:, 1:])
    summed: NDArray[np.int64] = running[:, last + 1] - running[:, first]
    return summed
