"""The sums of every unit on each working day of a month, and the pace of its targets."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.pace import Pace, pace, pace_of_ratio, side_by_side
from kpi_xl.calendar import Month, working_days
from kpi_xl.data.cube import Cube
from kpi_xl.data.days import MONTHS_BEFORE, unit_days
from kpi_xl.data.organisation import unit_positions
from kpi_xl.data.own_days import own_unit_days
from kpi_xl.data.steps import BY_DAY
from kpi_xl.findings.aggregation import DayRatio, Terms, by_day
from kpi_xl.findings.peer_groups import PeerGroups
from kpi_xl.formula import divide
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.settings.project_settings import Settings

_DAYS: Final = 31


def paced(kpis: Mapping[str, Kpi]) -> Mapping[str, DayRatio]:
    """The KPIs that can be followed by day, by code, with how they are computed from their days."""
    found = {code: by_day(kpi) for code, kpi in kpis.items() if kpi.direction != "neutral"}
    return {code: ratio for code, ratio in found.items() if ratio is not None}


@dataclass(frozen=True)
class DaySums:
    """Sums by unit and working day; a day off counts to the working day before it.

    Parameters
    ----------
    cube : Cube
        The measures by month.
    month : Month
        The last of the months.
    as_of : datetime.date
        The last day with data.
    elapsed : int
        The working days of the month that are over by then.
    days : (months,) int64 array
        The working days of each month.
    sums : mapping of str to (units, months, 31) int64 array
        By measure; units in the cube's order, 0 after a month's last working day.
    kpis : Registry
        The KPIs there are.
    """

    cube: Cube
    month: Month
    as_of: dt.date
    elapsed: int
    days: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.int64]]
    kpis: Registry

    @functools.cached_property
    def paced(self) -> list[Kpi]:
        """The KPIs that have a pace."""
        return [
            self.kpis[code]
            for code, ratio in self._ratios.items()
            if ratio.measures <= self.sums.keys() and self.cube.has(self.kpis[code])
        ]

    def is_sum(self, kpi: Kpi) -> bool:
        """Whether a KPI with a pace is a sum."""
        return self._ratios[kpi.code].is_sum

    @functools.cached_property
    def _ratios(self) -> Mapping[str, DayRatio]:
        return paced(self.kpis)

    def done(self, kpi: Kpi, units: Sequence[int]) -> NDArray[np.float64]:
        """The values that units reached in the month so far, in the KPI's unit (money in 元)."""
        ratio = self._ratios[kpi.code]
        above = self._days(ratio.above, units)[:, -1].sum(axis=-1)
        if ratio.is_sum:
            return np.asarray(above / self._scale(ratio.above))
        return divide(above, self._base(ratio, units)[0]) * self._unit(ratio)

    def pace(
        self, kpi: Kpi, units: Sequence[int], targets: NDArray[np.float64], groups: PeerGroups
    ) -> Pace:
        """The pace of a KPI of `paced`.

        Parameters
        ----------
        units : sequence of int
            All units of a level, by their index in the cube.
        targets : (units,) float64 array
            Their targets in the KPI's unit; NaN for none.
        groups : PeerGroups
            Which of them are peers: those are foretold together.

        Returns
        -------
        Pace
            In the KPI's unit (money in 元).
        """
        return side_by_side(
            [
                (places, self._pace(kpi, [units[place] for place in places], targets[places]))
                for places in groups.places
            ]
        )

    def _pace(self, kpi: Kpi, units: Sequence[int], targets: NDArray[np.float64]) -> Pace:
        ratio = self._ratios[kpi.code]
        above = self._days(ratio.above, units)
        now, elapsed, days = above[:, -1].sum(axis=-1), self.elapsed, int(self.days[-1])
        if ratio.is_sum:
            whole = self._scale(ratio.above)
            found = pace(now, targets * whole, elapsed, days, above[:, :-1], self.days[:-1])
            return found.scaled(1 / whole)
        scale = 1 / self._unit(ratio)
        base, bases = self._base(ratio, units)
        found = pace_of_ratio(
            now, base, targets * scale, elapsed, days, above[:, :-1], bases, self.days[:-1]
        )
        return found.scaled(1 / scale)

    def _days(self, terms: Terms, units: Sequence[int]) -> NDArray[np.int64]:
        chosen, scale = list(units), self._scale(terms)
        added = [
            sign * (scale // self._held(code)) * self.sums[code][chosen]
            for code, sign in terms.items()
        ]
        return np.asarray(sum(added[1:], start=added[0]))

    def _base(
        self, ratio: DayRatio, units: Sequence[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The denominator now and in the months before: by day, or by month where it is a stock."""
        if ratio.below is not None:
            days = self._days(ratio.below, units).astype(np.float64)
            return days[:, -1].sum(axis=-1), days[:, :-1]
        end = self.cube.month_index(self.month) + 1
        months = ratio.base(self.cube)[list(units), end - len(self.days) : end]
        return months[:, -1], months[:, :-1]

    def _unit(self, ratio: DayRatio) -> float:
        """The factor that turns a quotient of sums into the shown unit: 分 a piece ÷ 100 is 元 a
        piece.
        """
        return self._scale(ratio.below or {}) / self._scale(ratio.above)

    def _scale(self, terms: Terms) -> int:
        """The factor between a sum and its unit, such as 100 for money, which is kept in 分."""
        return math.lcm(*map(self._held, terms))

    def _held(self, code: str) -> int:
        return self.cube.measured(code).to_unit


def misses_text(kpi: Kpi, found: Pace, places: Sequence[int]) -> str:
    """How far forecasts on this working day missed in earlier months, compared with a straight
    line.

    Parameters
    ----------
    places : sequence of int
        The indices of the units.

    Returns
    -------
    str
        Empty where nothing is known of earlier months.
    """
    mine, line = (
        float(np.mean(known)) if (known := one[places][np.isfinite(one[places])]).size else None
        for one in (found.usual_miss, found.line_miss)
    )
    if mine is None or line is None:
        return ""
    return f"往月同一天的{kpi.name}预测，平均差 {mine:.0%}；照天数直推，平均差 {line:.0%}"


def day_sums(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    cube: Cube,
    month: Month,
    level: str,
    day: dt.date | None = None,
    wanted: Collection[str] | None = None,
) -> DaySums | None:
    """Sum up the days of a month and of those before it.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    level : str
        The level of the units.
    day : datetime.date, optional
        The day as of which the month is looked at; by default the last day with data.
    wanted : collection of str, optional
        Only these measures are looked for; by default all that add up by day.

    Returns
    -------
    DaySums or None
        None where nothing is known day by day: raw files with one row a month do not tell, and of
        a company's own database the days of the last months only are kept.
    """
    cut = settings.month_cut
    first_month = max(month - MONTHS_BEFORE, cube.first)
    if settings.in_database and month != cube.last:
        return None
    months = [Month(number) for number in range(first_month.number, month.number + 1)]
    first, last = months[0].span(cut)[0], month.span(cut)[1]
    as_of = min(day or as_of_day(cube, settings, month), last)
    open_days = [working_days(*one.span(cut), settings.work) for one in months]
    place = _places(months, cut, open_days)
    positions = unit_positions(store, level, cube.units)
    if wanted is None:
        wanted = BY_DAY.union(cube.own)
    known = set(wanted) & set(cube.measures)
    sums: dict[str, NDArray[np.int64]] = {}
    for one in (
        *unit_days(store, settings, level, months[0], month, known - cube.own.keys()),
        *own_unit_days(store, settings, cube, level, months[0], month, known),
    ):
        at = np.array([place[day] for day in one.days.tolist()], dtype=np.int64).reshape(-1, 2)
        units = positions[one.units]
        kept = (one.days <= int(f"{as_of:%Y%m%d}")) & (one.days >= int(f"{first:%Y%m%d}"))
        for code, numbers in one.sums.items():
            table = np.zeros((len(cube.units), len(months), _DAYS), dtype=np.int64)
            np.add.at(table, (units[kept], at[kept, 0], at[kept, 1]), numbers[kept])
            sums[code] = table
    if not sums:
        return None
    return DaySums(
        cube=cube,
        month=month,
        as_of=as_of,
        elapsed=sum(one <= as_of for one in open_days[-1]),
        days=np.array([max(len(one), 1) for one in open_days]),
        sums=sums,
        kpis=settings.kpis,
    )


def as_of_day(cube: Cube, settings: Settings, month: Month) -> dt.date:
    """The last day with data in a month; the month's last day where it is over."""
    if month == cube.last and cube.as_of is not None:
        return cube.as_of
    return month.span(settings.month_cut)[1]


def _places(
    months: list[Month], cut: int | None, open_days: list[list[dt.date]]
) -> dict[int, tuple[int, int]]:
    """The index of each day's month, and of the working day that it counts to."""
    found = {}
    for number, (month, working) in enumerate(zip(months, open_days, strict=True)):
        first, last = month.span(cut)
        for offset in range((last - first).days + 1):
            day = first + dt.timedelta(days=offset)
            over = sum(one <= day for one in working)
            found[int(f"{day:%Y%m%d}")] = number, max(over - 1, 0)
    return found
