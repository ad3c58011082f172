"""信号: what a series does beyond its usual swing, by process behaviour charts (XmR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import NOT_AVAILABLE

FEWEST: Final = 8
"""Limits take at least so many values."""

RUN: Final = 9
"""So many values running on one side of the middle are no chance (1 in 256)."""

SIGNALS: Final = ("", "高于平时", "低于平时", "连续偏高", "连续偏低")
"""The names of the signals 0 to 4."""

NONE: Final = 0
ABOVE: Final = 1
BELOW: Final = 2
RUN_ABOVE: Final = 3
RUN_BELOW: Final = 4

_TO_LIMIT: Final = 2.66
"""Times the mean moving range is three standard deviations of a series: 3 ÷ 1.128."""

_ODD_RANGE: Final = 3.268
"""A moving range of more than so many means is an odd one, and left out once (D4 of two)."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Limits:
    """The natural limits of every value, from the values before it, and what it tells.

    Parameters
    ----------
    middle, low, high : (..., periods) float64 arrays
        In the unit of the series; ``#N/A`` with fewer than `FEWEST` values before.
    signal : (..., periods) int8 array
        Indices into `SIGNALS`, one for each value.
    """

    middle: Floats
    low: Floats
    high: Floats
    signal: NDArray[np.int8]


def xmr(series: ArrayLike) -> Limits:
    """Find the values outside a series' usual swing.

    Parameters
    ----------
    series : (..., periods) array_like
        A value a period, such as a KPI by month, the latest last; NaN where there is none.

    Returns
    -------
    Limits

    Notes
    -----
    Limits are mean ± 2.66 × the mean moving range of the n values before, ranges of more than 3.268
    means left out once, × (1 + 1.5 ÷ n), as both means are unsure of few values. A value beyond
    them is a signal, and so are `RUN` values running on one side of the mean of the values before
    them: the process has moved, and limits are those of the new one from the first value of the
    run on. How often a steady series gives a signal and how
    soon a shift is found: docs/calibration.md. Source: W. A. Shewhart (1931); D. J. Wheeler,
    Understanding Variation (1993).

    Examples
    --------
    >>> found = xmr([70, 72, 69, 71, 70, 68, 71, 70, 69, 71, 55])
    >>> SIGNALS[found.signal[-1]], found.low[-1].round(1).item(), found.high[-1].round(1).item()
    ('低于平时', 64.3, 75.9)
    """
    values = np.asarray(series, dtype=np.float64)
    flat = values.reshape(-1, values.shape[-1])
    start, run = _phases(flat)
    middle, low, high = (np.full(flat.shape, NOT_AVAILABLE) for _ in range(3))
    signal = np.zeros(flat.shape, dtype=np.int8)
    for period in range(flat.shape[1]):
        mean, swing, signal[:, period] = _told(flat, start, run, period)
        middle[:, period], low[:, period], high[:, period] = mean, mean - swing, mean + swing
    of = values.shape
    return Limits(middle.reshape(of), low.reshape(of), high.reshape(of), signal.reshape(of))


def last_signal(series: ArrayLike) -> NDArray[np.int8]:
    """The signal at the last value of each series, by the rules of `xmr`.

    Parameters
    ----------
    series : (..., periods) array_like
        As for `xmr`.

    Returns
    -------
    (...) int8 array
        Places in `SIGNALS`.

    Examples
    --------
    >>> SIGNALS[last_signal([70, 72, 69, 71, 70, 68, 71, 70, 69, 71, 55])]
    '低于平时'
    """
    values = np.asarray(series, dtype=np.float64)
    flat = values.reshape(-1, values.shape[-1])
    return _told(flat, *_phases(flat), values.shape[-1] - 1)[2].reshape(values.shape[:-1])


def deviation(series: ArrayLike, periods: int) -> Floats:
    """The standard deviation of the usual swing, from the values before each.

    Parameters
    ----------
    series : (..., periods) array_like
        As for `xmr`.
    periods : int
        Of so many values, the last ones.

    Returns
    -------
    (..., periods) float64 array
        A third of the distance of the limits from their middle; ``#N/A`` as there.
    """
    values = np.asarray(series, dtype=np.float64)
    flat = values.reshape(-1, values.shape[-1])
    of = _phases(flat)
    found = np.full((flat.shape[0], periods), NOT_AVAILABLE)
    for place, period in enumerate(range(flat.shape[1] - periods, flat.shape[1])):
        mean, swing, _ = _told(flat, *of, period)
        found[:, place] = np.where(np.isfinite(mean), swing / 3, NOT_AVAILABLE)
    return found.reshape(*values.shape[:-1], periods)


def _phases(flat: Floats) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The period from which each value has its base, and the runs that end in each period."""
    known = np.isfinite(flat)
    zero = np.zeros((flat.shape[0], 1))
    sums = np.concatenate([zero, np.cumsum(np.where(known, flat, 0.0), axis=1)], axis=1)
    counts = np.concatenate([zero, np.cumsum(known, axis=1)], axis=1)
    starts = np.zeros(flat.shape, dtype=np.int64)
    runs = np.zeros(flat.shape, dtype=np.int8)
    start = np.zeros(flat.shape[0], dtype=np.int64)
    row = np.arange(flat.shape[0])
    for period in range(flat.shape[1]):
        starts[:, period] = start
        first = period - RUN + 1
        if first < FEWEST:
            continue
        count = counts[:, first] - counts[row, np.minimum(start, first)]
        total = sums[:, first] - sums[row, np.minimum(start, first)]
        mean = total / np.maximum(count, 1)
        off = flat[:, first : period + 1] - mean[:, None]
        with np.errstate(invalid="ignore"):
            above = np.all(off > _rounding(mean)[:, None], axis=1) & (count >= FEWEST)
            below = np.all(-off > _rounding(mean)[:, None], axis=1) & (count >= FEWEST)
        runs[above, period], runs[below, period] = RUN_ABOVE, RUN_BELOW
        start = np.where(above | below, first, start)
    return starts, runs


def _told(
    flat: Floats, starts: NDArray[np.int64], runs: NDArray[np.int8], period: int
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """The mean and the limits of a period's base, and the period's signal."""
    place = np.arange(flat.shape[1])
    base = (place >= starts[:, period, None]) & (place < period) & np.isfinite(flat)
    mean, swing = _process(flat, base)
    enough = base.sum(axis=1) >= FEWEST
    mean = np.where(enough, mean, NOT_AVAILABLE)
    off = flat[:, period] - mean
    with np.errstate(invalid="ignore"):
        beyond = np.abs(off) > swing + _rounding(mean)
        found = np.where(beyond, np.where(off > 0, ABOVE, BELOW), runs[:, period])
    return mean, swing, found.astype(np.int8)


def _process(flat: Floats, base: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The mean and the limits of the values of a base."""
    count = base.sum(axis=1)
    mean = np.where(base, flat, 0.0).sum(axis=1) / np.maximum(count, 1)
    ranges = np.abs(np.diff(flat, axis=1))
    both = base[:, 1:] & base[:, :-1]
    average = _mean(ranges, both)
    usual = both & (ranges <= _ODD_RANGE * average[:, None])
    few = 1 + 1.5 / np.maximum(count, 1)
    return mean, _TO_LIMIT * few * _mean(ranges, usual)


def _mean(values: Floats, counted: NDArray[np.bool_]) -> Floats:
    total = np.where(counted, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(counted.sum(axis=1), 1))


def _rounding(mean: Floats) -> Floats:
    """The distance below which values differ only by rounding."""
    return 1e-12 * np.abs(mean)
