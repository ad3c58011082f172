"""进度: where each target stands today, and where the month is going to end.

The measure is the unit's own usual month: how much of it is usually done by this share of the
working days, from day one on. Amounts may be 分, 件 or 人.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    past = np.asarray(history, dtype=np.float64)
    lengths = np.asarray(history_days, dtype=np.int64)
    if not 0 <= elapsed <= days or days < 1:
        raise ValueError(f"{elapsed} of {days} working days cannot be over")
    if ((lengths < 1) | (lengths > past.shape[-1])).any():
        raise ValueError(f"a month has from 1 to {past.shape[-1]} working days")
    now, goal = np.asarray(done, dtype=np.float64), np.asarray(target, dtype=np.float64)
    share = elapsed / days
    whole = past.sum(axis=-1)
    by_now = _done_by(past, lengths.astype(np.float64) * share)
    usual_share = _share(by_now.sum(axis=-1), whole.sum(axis=-1), share)
    months = whole.shape[-1]
    known = whole.sum(axis=-1) > 0
    usual = whole.sum(axis=-1) / max(months, 1)
    forecast = _forecast(now, usual_share, usual)
    run_rate = now / share if share else np.full(now.shape, NOT_AVAILABLE)
    forecast = np.where(known, forecast, run_rate)
    low, high = _interval(by_now, whole, share)
    expected = goal * usual_share
    return Pace(
        day_share=share,
        usual_share=usual_share,
        expected=expected,
        by_days=divide(now, goal * share),
        by_shape=divide(now, expected),
        forecast=np.rint(forecast),
        low=np.where(known, np.rint(np.maximum(forecast + low, now)), NOT_AVAILABLE),
        high=np.where(known, np.rint(np.maximum(forecast + high, now)), NOT_AVAILABLE),
    )


def _done_by(past: Floats, position: Floats) -> Floats:
    """What was done in each month by a number of working days, a part of a day in proportion."""
    sums = np.concatenate([np.zeros((*past.shape[:-1], 1)), np.cumsum(past, axis=-1)], axis=-1)
    full = np.floor(position).astype(np.int64)
    after = np.minimum(full + 1, past.shape[-1])
    month = np.arange(past.shape[-2])
    below, above = sums[..., month, full], sums[..., month, after]
    reached: Floats = below + (above - below) * (position - full)
    return reached


def _share(by_now: Floats, whole: Floats, unknown: float) -> Floats:
    share = by_now / np.where(whole > 0, whole, 1)
    return np.clip(np.where(whole > 0, share, unknown), 0, 1)


def _forecast(now: Floats, share: Floats, usual: Floats) -> Floats:
    rest = 1 - share
    return now + rest * (now + rest * usual)


def _interval(by_now: Floats, whole: Floats, day_share: float) -> tuple[Floats, Floats]:
    """The errors of forecasting each earlier month from the others, near both ends."""
    months = whole.shape[-1]
    if months < FEWEST_MONTHS:
        nothing = np.full(whole.shape[:-1], NOT_AVAILABLE)
        return nothing, nothing
    others = whole.sum(axis=-1, keepdims=True) - whole
    others_by_now = by_now.sum(axis=-1, keepdims=True) - by_now
    share = _share(others_by_now, others, day_share)
    error = np.sort(whole - _forecast(by_now, share, others / (months - 1)), axis=-1)
    rank = int((months + 1) * _TAIL)
    return error[..., rank - 1], error[..., months - rank]
