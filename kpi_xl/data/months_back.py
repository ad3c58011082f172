"""The measures of earlier months, quarters and years, aligned with the months asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month, Period
from kpi_xl.earlier import EarlierPart
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.formula import Lag, parts
from kpi_xl.kpi import Kpi


@dataclass(frozen=True)
class Unripe:
    """A month that is not mature, and the values that it is compared with.

    Parameters
    ----------
    until : mapping of str to date
        By measure that lacks some, the day up to which the files must go for it to lack none.
    values : (measures, units, 2) int64 array
        What the month is compared with: the measures of the month before and of the same month a
        year ago, as they were when these were as old.
    """

    until: Mapping[str, dt.date]
    values: NDArray[np.int64]


EQUAL_SPANS = (Lag(periods=1), Lag(years=1))
"""What is looked back to by as many days as the month has, where it is not over."""


def places(periods: Sequence[Period], kind: str, lag: Lag) -> NDArray[np.int64]:
    """The index that is so much earlier than each period; -1 where there is none.

    Parameters
    ----------
    periods : sequence of Period
        All there are of a kind.
    kind : str
        月, 季度, 半年, 年 or 累计: the year up to a month is after that up to the month before,
        and nothing is before that up to January.
    lag : Lag
        How many months or periods earlier.
    """
    known = {period: place for place, period in enumerate(periods)}
    return np.array([known.get(_back(one, kind, lag), -1) for one in periods], np.int64)


def _back(period: Period, kind: str, lag: Lag) -> Period:
    years = 12 * lag.years
    if kind == "累计":
        return Period(period.first - years, period.last - years - lag.periods)
    months = years + lag.periods * period.months
    return Period(period.first - months, period.last - months)


def earlier(
    kpi: Kpi,
    measure: Callable[[str], NDArray[np.int64]],
    where: Callable[[Lag], NDArray[np.int64]],
    of_parts: Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]] | None = None,
) -> dict[str, Any]:
    """The values of earlier months that a KPI needs, by code.

    Parameters
    ----------
    measure : callable
        A measure by code, the months last.
    where : callable
        Where that stands which is so much earlier; -1 where it is not there.
    of_parts : mapping of str to two arrays, optional
        The parts that have a value of their own, as `kpi_xl.formula.Part` says.
    """
    found: dict[str, Any] = {}
    for one in kpi.measures:
        if one.lag != Lag():
            found[one.code] = moved(measure(one.counted.code), where(one.lag))
    for part in parts(kpi.expression):
        if isinstance(part, EarlierPart) and of_parts and part.part.code in of_parts:
            above, below = of_parts[part.part.code]
            at = where(part.lag)
            below = np.broadcast_to(below, above.shape)[..., np.maximum(at, 0)]
            found[part.code] = moved(above, at), below
    return found


def moved(values: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
    """The values at other indices of the last axis; #N/A where there is none."""
    if not values.shape[-1]:
        return values.astype(np.float64)
    return np.where(at < 0, NOT_AVAILABLE, values[..., np.maximum(at, 0)])


def on_equal_spans(
    found: dict[str, Any],
    kpi: Kpi,
    first: Month,
    measures: Sequence[str],
    unripe: Mapping[int, Unripe],
) -> None:
    """Replace the month before and that of a year ago by their values at the same age.

    As in every comparison of a month that is not over, or whose facts are still to come.

    Parameters
    ----------
    found : dict
        What `earlier` gave; it is changed.
    first : Month
        The first of the cube's months.
    measures : sequence of str
        The codes of the cube's measures.
    unripe : mapping of int to Unripe
        The months that are not ripe, by number.
    """
    for one in kpi.measures:
        if one.lag not in EQUAL_SPANS:
            continue
        for number, month in unripe.items():
            column = found[one.code][..., number - first.number]
            if one.counted.code in month.until and not np.isnan(column).all():
                values = month.values[measures.index(one.counted.code)]
                column[...] = values[:, EQUAL_SPANS.index(one.lag)]
