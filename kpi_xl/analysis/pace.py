"""进度: where each target stands today, and where the month is going to end.

The measure is the unit's own usual month: how much of it is usually done by this share of the
working days, from day one on. Amounts may be 分, 件 or 人. How a month is foretold:
`kpi_xl.analysis.month_end`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.month_end import Course, Past, interval
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.formula import divide

FEWEST_MONTHS: Final = 9
"""An interval of 80% takes at least so many earlier months."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pace:
    """The pace of the units' targets.

    Parameters
    ----------
    day_share : float
        Working days elapsed ÷ working days of the month.
    usual_share : (units,) float64 array
        How much of a month is usually done by now; the share of the days where nothing is known.
    expected : (units,) float64 array
        What should be done by now: target × usual share.
    by_days, by_shape : (units,) float64 array
        Done ÷ what should be done by working days, and by the usual share; 1 is on schedule,
        ``#DIV/0!`` where nothing should be done yet.
    forecast : (units,) float64 array
        The expected end of the month, in whole units of the amounts; ``#N/A`` for a unit without
        earlier months on the first day.
    low, high : (units,) float64 array
        The interval in which four of five months end; ``#N/A`` with fewer than `FEWEST_MONTHS`
        earlier months, or nothing in them.
    usual_miss, line_miss : (units,) float64 array
        By how much forecasts on this working day missed the earlier months, of their end, on
        average: this forecast, and a straight line; ``#DIV/0!`` where there is nothing to tell.
    """

    day_share: float
    usual_share: Floats
    expected: Floats
    by_days: Floats
    by_shape: Floats
    forecast: Floats
    low: Floats
    high: Floats
    usual_miss: Floats
    line_miss: Floats

    def scaled(self, times: float) -> Pace:
        """The same in another unit of money, such as 元 for 分."""
        return replace(
            self,
            expected=self.expected * times,
            forecast=self.forecast * times,
            low=self.low * times,
            high=self.high * times,
        )


def side_by_side(parts: Sequence[tuple[NDArray[np.int64], Pace]]) -> Pace:
    """Put together the pace of units that were forecast in groups of peers.

    Parameters
    ----------
    parts : sequence of (int64 array, Pace)
        The places of the units of each group among all, and their pace.

    Examples
    --------
    >>> one, other = (pace([n], [100], 1, 2, [[[5, 5]]], [2]) for n in (3, 4))
    >>> one.forecast.tolist(), other.forecast.tolist()
    ([7.0], [8.0])
    >>> side_by_side([(np.array([1]), one), (np.array([0]), other)]).forecast.tolist()
    [8.0, 7.0]
    """
    order = np.argsort(np.concatenate([places for places, _ in parts]))
    by_unit = {
        one.name: np.concatenate([getattr(part, one.name) for _, part in parts])[order]
        for one in fields(Pace)
        if one.name != "day_share"
    }
    return Pace(parts[0][1].day_share, **by_unit)


def pace(
    done: ArrayLike,
    target: ArrayLike,
    elapsed: int,
    days: int,
    history: ArrayLike,
    history_days: ArrayLike,
) -> Pace:
    """Compare what is done with the usual month, and forecast the month's end.

    Parameters
    ----------
    done, target : (units,) array_like of int64
        Done so far this month, and the month's target; units that are each other's peers.
    elapsed, days : int
        Working days that are over, and of the whole month.
    history : (units, months, days) array_like of int64
        Done on each working day of the months before, the latest last; 0 after a month's last
        working day. From twelve on it is known how last year's same month went.
    history_days : (months,) array_like of int64
        The working days of each of those months.

    Returns
    -------
    Pace

    Raises
    ------
    ValueError
        When `elapsed` is not from 0 to `days`, or a month has no or too many working days.

    Notes
    -----
    A month on its usual way is forecast as the usual month on every day. The forecast and its
    interval: `kpi_xl.analysis.month_end.Course` and `interval`; it never ends below what is done.
    How often the interval holds and what it is measured against: docs/calibration.md.
    Source: the "three M" of 《银行保险网点活动量管理》.

    Examples
    --------
    Half of the days are over and a fifth of the usual month is done by then; 30 is ahead of it:

    >>> found = pace([30], [100], 2, 4, np.array([[[10, 10, 20, 60]]]), [4])
    >>> found.usual_share.item(), found.expected.item(), round(found.by_shape.item(), 6)
    (0.2, 20.0, 1.5)
    >>> round(found.by_days.item(), 6), found.forecast.item()
    (0.6, 126.0)
    """
    past, lengths = _checked(history, history_days, elapsed, days)
    now, goal = np.asarray(done, dtype=np.float64), np.asarray(target, dtype=np.float64)
    share = elapsed / days
    course = _course(now, past, lengths, share)
    usual = np.where(course.known, course.share, share)
    expected = goal * usual
    forecast = _forecast(course, share)
    ends = course.past.by_now + course.earlier_rest
    low, high = _interval(course, course.past.whole - ends)
    known = course.known & (past.shape[1] >= FEWEST_MONTHS)
    line = course.past.by_now / share if share else np.full(course.past.whole.shape, np.nan)
    return Pace(
        day_share=share,
        usual_share=usual,
        expected=expected,
        by_days=divide(now, goal * share),
        by_shape=divide(now, expected),
        forecast=np.rint(forecast),
        low=np.where(known, np.rint(np.maximum(forecast + low, now)), NOT_AVAILABLE),
        high=np.where(known, np.rint(np.maximum(forecast + high, now)), NOT_AVAILABLE),
        usual_miss=_miss(course.past.whole, ends),
        line_miss=_miss(course.past.whole, line),
    )


def pace_of_ratio(
    done: ArrayLike,
    base: ArrayLike,
    target: ArrayLike,
    elapsed: int,
    days: int,
    history: ArrayLike,
    base_history: ArrayLike,
    history_days: ArrayLike,
) -> Pace:
    """The pace of a ratio whose numerator is a sum over days.

    Parameters
    ----------
    done, base : (units,) array_like
        What is above and below so far this month: 举绩人数 and 平均人数, 成交 and 进店.
    target : (units,) array_like
        The month's target of the ratio; NaN for none.
    elapsed, days, history, history_days
        As for `pace`, of what is above.
    base_history : (units, months, days) or (units, months) array_like
        What is below on each working day of earlier months; or in each month, where it stands the
        whole month as people do.

    Returns
    -------
    Pace
        In the ratio's unit; `expected` is the ratio that there should be by now.

    Raises
    ------
    ValueError
        As for `pace`.

    Notes
    -----
    The forecast is that of the one sum divided by that of the other. What should be by now is the
    target times the usual ratio by now ÷ the usual ratio of whole months: a share of the target
    where the base stands, about all of it where both sums grow alike. The interval is that of the
    same forecast in the earlier months, as in `pace`. Where the base stands, the month ends at no
    less than what is reached.

    Examples
    --------
    Half of the month is over; 6 of 20 people have sold, of whom 12 usually do by its end, half of
    them by now:

    >>> found = pace_of_ratio([6], [20], [0.7], 1, 2, [[[6, 6]]], [[20]], [2])
    >>> found.expected.item(), found.forecast.item()
    (0.35, 0.6)
    """
    past, lengths = _checked(history, history_days, elapsed, days)
    now, goal = np.asarray(done, dtype=np.float64), np.asarray(target, dtype=np.float64)
    share = elapsed / days
    above = _course(now, past, lengths, share)
    size, sizes = np.asarray(base, dtype=np.float64), np.asarray(base_history, dtype=np.float64)
    stands = sizes.ndim == past.ndim - 1
    below = None if stands else _course(size, sizes, lengths, share)
    base_by_now, base_whole = (
        (sizes, sizes) if below is None else (below.past.by_now, below.past.whole)
    )
    reached = divide(now, size)
    usual_by_now = divide(above.past.by_now.sum(axis=-1), base_by_now.sum(axis=-1))
    usual = divide(above.past.whole.sum(axis=-1), base_whole.sum(axis=-1))
    part = divide(usual_by_now, usual)
    part = np.where(np.isfinite(part), part, share if stands else 1.0)
    if stands:
        part = np.where(above.known, above.share, part)
    expected = goal * part
    end, base_end = _forecast(above, share), size if below is None else _forecast(below, share)
    earlier_base = base_whole if below is None else below.past.by_now + below.earlier_rest
    forecast = divide(end, base_end)
    ends = divide(above.past.whole, base_whole)
    earlier = divide(above.past.by_now + above.earlier_rest, earlier_base)
    missed = np.where(np.isfinite(ends), (ends - earlier) * earlier_base, np.nan)
    enough = np.isfinite(missed).sum(axis=-1) >= FEWEST_MONTHS
    low, high = _interval(above, missed, earlier_base, base_end)
    least = reached if stands else np.full(reached.shape, -np.inf)
    known = above.known & enough & (base_whole.sum(axis=-1) > 0)
    if stands:
        line = divide(above.past.by_now / share, sizes) if share else np.full(ends.shape, np.nan)
    else:
        line = divide(above.past.by_now, base_by_now)
    return Pace(
        day_share=share,
        usual_share=part,
        expected=expected,
        by_days=divide(reached, goal * (share if stands else 1)),
        by_shape=divide(reached, expected),
        forecast=forecast,
        low=np.where(known, np.maximum(forecast + divide(low, base_end), least), NOT_AVAILABLE),
        high=np.where(known, np.maximum(forecast + divide(high, base_end), least), NOT_AVAILABLE),
        usual_miss=_miss(ends, earlier),
        line_miss=_miss(ends, line),
    )


def _course(now: Floats, past: Floats, lengths: NDArray[np.int64], share: float) -> Course:
    return Course(now, Past.of(past, lengths, share))


def _forecast(course: Course, share: float) -> Floats:
    """The expected end; at the pace of the days where there are no earlier months."""
    by_days = course.now / share if share else np.full(course.now.shape, NOT_AVAILABLE)
    return np.where(course.known, course.now + course.rest, by_days)


def _interval(
    course: Course,
    missed: Floats,
    earlier_size: Floats | None = None,
    size: Floats | None = None,
) -> tuple[Floats, Floats]:
    """The interval that holds the end of four months in five, around the forecast."""
    return interval(
        missed,
        course.earlier_rest if earlier_size is None else earlier_size,
        course.rest if size is None else size,
        course.special_variance,
    )


def _miss(ends: Floats, forecasts: Floats) -> Floats:
    """The mean miss of earlier forecasts, relative to the final value."""
    known = np.isfinite(ends) & np.isfinite(forecasts)
    missed = np.where(known, np.abs(ends - forecasts), 0.0).sum(axis=-1)
    return divide(missed, np.where(known, ends, 0.0).sum(axis=-1))


def _checked(
    history: ArrayLike, history_days: ArrayLike, elapsed: int, days: int
) -> tuple[Floats, NDArray[np.int64]]:
    past = np.asarray(history, dtype=np.float64)
    lengths = np.asarray(history_days, dtype=np.int64)
    if not 0 <= elapsed <= days or days < 1:
        raise ValueError(f"{elapsed} of {days} working days cannot be over")
    if ((lengths < 1) | (lengths > past.shape[-1])).any():
        raise ValueError(f"a month has from 1 to {past.shape[-1]} working days")
    return past, lengths
