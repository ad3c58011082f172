"""进度: where each target stands today, and where the month is going to end.

The measure is the unit's own usual month: how much of it is usually done by this share of the
working days, from day one on. Amounts may be 分, 件 or 人.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.formula import divide

FEWEST_MONTHS: Final = 9
"""An interval of 80% takes at least so many earlier months."""

_TAIL: Final = 0.1

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
    """

    day_share: float
    usual_share: Floats
    expected: Floats
    by_days: Floats
    by_shape: Floats
    forecast: Floats
    low: Floats
    high: Floats

    def scaled(self, times: float) -> Pace:
        """The same with amounts in another unit, such as 元 for 分."""
        return replace(
            self,
            expected=self.expected * times,
            forecast=self.forecast * times,
            low=self.low * times,
            high=self.high * times,
        )


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
        Done so far this month, and the month's target.
    elapsed, days : int
        Working days that are over, and of the whole month.
    history : (units, months, days) array_like of int64
        Done on each working day of earlier months, such as the last twelve or those of last year;
        0 after a month's last working day.
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
    s = Σ done by the same share of the working days ÷ Σ whole months, over the earlier months (a
    day in part counts in part). Forecast = done + (1 − s) × (done + (1 − s) × usual month): what
    remains is taken from the usual month at the start and from this month's own pace as it goes
    on; a month on its usual way is forecast as the usual month on every day. The interval adds
    the errors that the same forecast would have made in each earlier month from the others, from
    the 10th to the 90th in a hundred (split conformal ranks), and never ends below what is done.
    Source: the "three M" of 《银行保险网点活动量管理》.

    Examples
    --------
    Half of the days are over and a fifth of the usual month is done by then; 30 is ahead of it:

    >>> found = pace([30], [100], 2, 4, np.array([[[10, 10, 20, 60]]]), [4])
    >>> found.usual_share.item(), found.expected.item(), round(found.by_shape.item(), 6)
    (0.2, 20.0, 1.5)
    >>> round(found.by_days.item(), 6), found.forecast.item()
    (0.6, 118.0)
    """
    past, lengths = _checked(history, history_days, elapsed, days)
    now, goal = np.asarray(done, dtype=np.float64), np.asarray(target, dtype=np.float64)
    share = elapsed / days
    course = _Course.of(now, past, lengths, share)
    expected = goal * course.share
    forecast = course.forecast()
    low, high = _interval(course.backtest(), course.whole)
    known = course.known
    return Pace(
        day_share=share,
        usual_share=course.share,
        expected=expected,
        by_days=divide(now, goal * share),
        by_shape=divide(now, expected),
        forecast=np.rint(forecast),
        low=np.where(known, np.rint(np.maximum(forecast + low, now)), NOT_AVAILABLE),
        high=np.where(known, np.rint(np.maximum(forecast + high, now)), NOT_AVAILABLE),
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
    """The pace of a ratio of which at least what is above adds up over days.

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
    above = _Course.of(now, past, lengths, share)
    size, sizes = np.asarray(base, dtype=np.float64), np.asarray(base_history, dtype=np.float64)
    stands = sizes.ndim == past.ndim - 1
    below = (
        _Course(size, sizes, sizes, np.ones(size.shape))
        if stands
        else _Course.of(size, sizes, lengths, share)
    )
    reached = divide(now, size)
    usual_by_now = divide(above.by_now.sum(axis=-1), below.by_now.sum(axis=-1))
    usual = divide(above.whole.sum(axis=-1), below.whole.sum(axis=-1))
    unknown = above.share if stands else np.ones(goal.shape)
    part = divide(usual_by_now, usual)
    part = np.where(np.isfinite(part), part, unknown)
    expected = goal * part
    forecast = divide(above.forecast(), below.forecast())
    ends = divide(above.whole, below.whole)
    errors = ends - divide(above.forecasts_of_earlier(), below.forecasts_of_earlier())
    low, high = _interval(errors, ends)
    least = reached if stands else np.full(reached.shape, -np.inf)
    known = above.known & below.known
    return Pace(
        day_share=share,
        usual_share=part,
        expected=expected,
        by_days=divide(reached, goal * (share if stands else 1)),
        by_shape=divide(reached, expected),
        forecast=forecast,
        low=np.where(known, np.maximum(forecast + low, least), NOT_AVAILABLE),
        high=np.where(known, np.maximum(forecast + high, least), NOT_AVAILABLE),
    )


@dataclass(frozen=True)
class _Course:
    """How a sum grows over a month, beside earlier months.

    Parameters
    ----------
    now : (units,) float64 array
        What there is so far.
    by_now, whole : (units, months) float64 array
        What there was in earlier months by the same share of the days, and at their end.
    share : (units,) float64 array
        How much of a month there usually is by now.
    """

    now: Floats
    by_now: Floats
    whole: Floats
    share: Floats

    @classmethod
    def of(cls, now: Floats, past: Floats, lengths: NDArray[np.int64], share: float) -> _Course:
        """From the working days of earlier months."""
        whole = past.sum(axis=-1)
        by_now = _done_by(past, lengths.astype(np.float64) * share)
        return cls(now, by_now, whole, _share(by_now.sum(axis=-1), whole.sum(axis=-1), share))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether anything was ever done in earlier months."""
        return np.asarray(self.whole.sum(axis=-1) > 0)

    def forecast(self) -> Floats:
        """The expected end; at the pace of the days where there are no earlier months."""
        usual = self.whole.sum(axis=-1) / max(self.whole.shape[-1], 1)
        rest = 1 - self.share
        by_days = np.where(
            self.share > 0, self.now / np.where(self.share > 0, self.share, 1), NOT_AVAILABLE
        )
        return np.where(self.known, self.now + rest * (self.now + rest * usual), by_days)

    def forecasts_of_earlier(self) -> Floats:
        """What each earlier month would have been forecast at from the others, by now."""
        others = self.whole.sum(axis=-1, keepdims=True) - self.whole
        others_by_now = self.by_now.sum(axis=-1, keepdims=True) - self.by_now
        unknown = self.share[..., None]
        share = _share(others_by_now, others, unknown)
        months = max(self.whole.shape[-1] - 1, 1)
        rest = 1 - share
        return np.asarray(self.by_now + rest * (self.by_now + rest * others / months))

    def backtest(self) -> Floats:
        """The errors of these forecasts."""
        return self.whole - self.forecasts_of_earlier()


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


def _done_by(past: Floats, position: Floats) -> Floats:
    """What was done in each month by a number of working days, a part of a day in proportion."""
    sums = np.concatenate([np.zeros((*past.shape[:-1], 1)), np.cumsum(past, axis=-1)], axis=-1)
    full = np.floor(position).astype(np.int64)
    after = np.minimum(full + 1, past.shape[-1])
    month = np.arange(past.shape[-2])
    below, above = sums[..., month, full], sums[..., month, after]
    reached: Floats = below + (above - below) * (position - full)
    return reached


def _share(by_now: Floats, whole: Floats, unknown: float | Floats) -> Floats:
    share = by_now / np.where(whole > 0, whole, 1)
    return np.clip(np.where(whole > 0, share, unknown), 0, 1)


def _interval(errors: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Near both ends of the errors that were made in earlier months, as split conformal ranks.

    A month without an end, such as a ratio of nothing, does not count.
    """
    counted = np.isfinite(errors) & np.isfinite(ends)
    months = counted.sum(axis=-1, keepdims=True)
    if errors.shape[-1] < FEWEST_MONTHS:
        nothing = np.full(errors.shape[:-1], NOT_AVAILABLE)
        return nothing, nothing
    error = np.sort(np.where(counted, errors, np.inf), axis=-1)
    rank = np.floor((months + 1) * _TAIL).astype(np.int64)
    low, high = (
        np.take_along_axis(error, np.clip(place, 0, errors.shape[-1] - 1), axis=-1)[..., 0]
        for place in (rank - 1, months - rank)
    )
    enough = months[..., 0] >= FEWEST_MONTHS
    return np.where(enough, low, NOT_AVAILABLE), np.where(enough, high, NOT_AVAILABLE)
