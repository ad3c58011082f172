"""Quarters, half-years, years and years to date, from the months of the cube.

What flows (premium, recruits) is summed; what stands (headcount, outlets) is that of the first or
last month; who had business in two of a quarter's months is one producer of the quarter, so
producers and effective agents, and the outlets that sold, are counted again, from the store.
平均人数 is the mean of the months' averages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Period
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.data.organisation import unit_positions
from kpi_xl.data.steps import Months, step
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.kpi import Kpi
from kpi_xl.project import Settings

_AT_THE_START: Final = frozenset(("opening", "opening_managers"))
_AT_THE_END: Final = frozenset(("closing", "licensed", "men", "outlets"))
_COUNTED_AGAIN: Final = {
    "period_people": ("producers", "effective"),
    "period_outlets": ("active_outlets",),
}
"""Measures of which a period's are neither the sum nor the last of its months', by the step that
counts them."""

_COUNTED_FROM: Final = {"period_people": {"pieces", "fyc"}, "period_outlets": {"active_outlets"}}
"""What there must be in the months for those. Producers there need not be: who sold as a trainee
and counts at the period's end is the period's producer, and none of any month."""


@dataclass(frozen=True)
class PeriodCube:
    """Measures by unit and period; as a `Cube` otherwise.

    Parameters
    ----------
    cube : Cube
        The months.
    periods : sequence of Period
        The periods.
    values : mapping of str to (units, periods) int64 arrays
        The measures.
    average_headcount : (units, periods) int64 arrays, numerator and denominator
        平均人数.
    """

    cube: Cube
    periods: Sequence[Period]
    values: Mapping[str, NDArray[np.int64]]
    average_headcount: tuple[NDArray[np.int64], NDArray[np.int64]]

    def measure(self, code: str) -> NDArray[np.int64]:
        """One measure as a (units, periods) array."""
        return self.values[code]

    def kpi(self, kpi: Kpi, settings: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """A KPI as a (units, periods) array, money in 元; see `Cube.kpi`."""
        direct = self.cube.direct(kpi)
        needed = {direct} if direct else {measure.code for measure in kpi.measures}
        if not needed <= self.values.keys():
            return np.full((len(self.cube.units), len(self.periods)), NOT_AVAILABLE)
        given: dict[str, Any] = {"KPI_AVG_HEADCOUNT": self.average_headcount, **(settings or {})}
        if direct:
            given[kpi.code] = (self.values[direct], 100)
        else:
            given |= {code: self.values[code] for code in needed}
        return kpi.compute(given)


def by_period(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, kind: str
) -> PeriodCube:
    """Put the months of a cube together to periods of a kind.

    Parameters
    ----------
    cube : Cube
        The months.
    store : duckdb connection
        To the store that the cube was computed with.
    settings : Settings
        The project's settings.
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
        code: _together(code, cube.measure(code), first, last)
        for code in cube.measures
        if not any(code in codes for codes in _COUNTED_AGAIN.values())
    }
    for name, codes in _COUNTED_AGAIN.items():
        if periods and _COUNTED_FROM[name] & set(cube.measures):
            values |= _count_again(name, codes, cube, store, settings, periods)
    both = cube.measure("opening") + cube.measure("closing")
    average = (
        _summed(both, first, last),
        np.broadcast_to(2 * (last - first + 1), (1, len(periods))),
    )
    return PeriodCube(cube, periods, values, average)


def is_summed(code: str) -> bool:
    """Whether a period's measure is the sum of its months'."""
    counted_again = any(code in codes for codes in _COUNTED_AGAIN.values())
    return code not in _AT_THE_START | _AT_THE_END and not counted_again


def _together(
    code: str, months: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    if code in _AT_THE_START:
        return months[:, first]
    if code in _AT_THE_END:
        return months[:, last]
    return _summed(months, first, last)


def _summed(
    months: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.int64]:
    running = np.zeros((months.shape[0], months.shape[1] + 1), np.int64)
    np.cumsum(months, axis=1, out=running[:, 1:])
    summed: NDArray[np.int64] = running[:, last + 1] - running[:, first]
    return summed


def _count_again(
    name: str,
    codes: Sequence[str],
    cube: Cube,
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    periods: Sequence[Period],
) -> dict[str, NDArray[np.int64]]:
    listed = ", ".join(
        f"({i}, {period.first.number}, {period.last.number})" for i, period in enumerate(periods)
    )
    counted = {code: np.zeros((len(cube.units), len(periods)), np.int64) for code in codes}
    for level in dict.fromkeys(unit.level for unit in cube.units):
        rows = store.execute(
            step(
                name,
                Months(settings.month_cut),
                periods=listed,
                membership=f"membership_{LEVELS.index(level)}",
                effective_fyc=round(settings.effective_fyc * 100),
            )
        ).fetchnumpy()
        at = (unit_positions(store, level, cube.units)[np.asarray(rows["unit"])], rows["period"])
        for code in codes:
            np.add.at(counted[code], at, np.asarray(rows[code], np.int64))
    return counted
