"""标杆: every KPI of every unit beside the best unit, the median and the quartiles of its peers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.kpi import Direction


@dataclass(frozen=True)
class Peers:
    """Where the units of a group stand among each other, for one KPI or many.

    Parameters
    ----------
    best, upper, median, lower : (...) float64 array
        The best value, the quartile that the better quarter reaches, the median, and the quartile
        that the weaker quarter does not reach, in the KPI's unit; ``#N/A`` where too few units have
        a value.
    best_unit : (...) int64 array
        The index of the best unit, the first of equals; -1 where no unit has a value.
    rank : (..., units) int64 array
        1 for the best; equals share a rank and the next one is skipped; 0 without a value.
    count : (...) int64 array
        How many units have a value.
    """

    best: NDArray[np.float64]
    upper: NDArray[np.float64]
    median: NDArray[np.float64]
    lower: NDArray[np.float64]
    best_unit: NDArray[np.int64]
    rank: NDArray[np.int64]
    count: NDArray[np.int64]


def peers(values: ArrayLike, direction: Direction, fewest: int = 1) -> Peers:
    """Compare units with each other.

    Parameters
    ----------
    values : (..., units) array_like
        A KPI of the units of one group; errors (NaN) take no part.
    direction : str
        ``"lower"`` when the lowest value is the best.
    fewest : int
        Of fewer units with a value nothing is told but ranks and their count: a figure of two or
        three is somebody's own.

    Returns
    -------
    Peers

    Notes
    -----
    Quartiles are interpolated as Excel's QUARTILE.INC does. Source: 标杆 in 《KPI绩效管理》 and
    《关键指标与销售管理》.

    Examples
    --------
    >>> found = peers([0.6, 0.9, 0.8, 0.9, 0.7], "higher")
    >>> found.best.item(), found.median.item(), found.lower.item()
    (0.9, 0.8, 0.7)
    >>> found.rank.tolist()
    [5, 1, 3, 1, 4]
    """
    array = np.asarray(values, dtype=np.float64)
    keys = np.where(np.isfinite(array), array if direction == "lower" else -array, np.nan)
    ordered = np.sort(keys, axis=-1)  # the best first, units without a value last
    known = np.isfinite(keys)
    count = known.sum(axis=-1)
    sign = 1 if direction == "lower" else -1

    def at(share: float) -> NDArray[np.float64]:
        return sorted_quantile(ordered, count, share) * sign + 0.0  # no value is -0

    if array.shape[-1]:
        best_unit = np.where(count > 0, np.argmin(np.where(known, keys, np.inf), axis=-1), -1)
    else:
        best_unit = np.full(count.shape, -1)
    return Peers(
        best=_or_not_available(at(0), count, fewest),
        upper=_or_not_available(at(0.25), count, fewest),
        median=_or_not_available(at(0.5), count, fewest),
        lower=_or_not_available(at(0.75), count, fewest),
        best_unit=best_unit.astype(np.int64),
        rank=np.where(known, _ranks(keys), 0),
        count=count.astype(np.int64),
    )


def median(values: ArrayLike) -> NDArray[np.float64]:
    """The median along the last axis, errors (NaN) left out.

    Parameters
    ----------
    values : (..., n) array_like
        The values; an error (NaN) is left out.

    Returns
    -------
    (...) float64 array
        ``#N/A`` where nothing is left.

    Examples
    --------
    >>> median([[3.0, float("nan"), 1.0], [5.0, 7.0, 6.0]]).tolist()
    [2.0, 6.0]
    """
    array = np.asarray(values, dtype=np.float64)
    array = np.where(np.isfinite(array), array, np.nan)
    count = np.isfinite(array).sum(axis=-1)
    return _or_not_available(sorted_quantile(np.sort(array, axis=-1), count, 0.5), count)


def sorted_quantile(
    ordered: NDArray[np.float64], count: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    """A quantile of sorted values of which only the first so many count.

    Parameters
    ----------
    ordered : (..., n) float64 array
        Values in ascending order, NaN last.
    count : (...) int64 array
        How many are no NaN.
    share : float
        From 0 (the first) to 1 (the last).

    Returns
    -------
    (...) float64 array
        NaN where the count is 0.
    """
    if ordered.shape[-1] == 0:
        return np.full(ordered.shape[:-1], np.nan)
    position = np.maximum(count - 1, 0) * share
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(count - 1, 0))
    low = np.take_along_axis(ordered, below[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, above[..., None], axis=-1)[..., 0]
    found: NDArray[np.float64] = np.asarray(low + (high - low) * (position - below))
    return found


def _ranks(keys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Competition ranks (1, 2, 2, 4) of the smallest first."""
    order = np.argsort(keys, axis=-1, kind="stable")
    ordered = np.take_along_axis(keys, order, axis=-1)
    positions = np.broadcast_to(np.arange(keys.shape[-1]), keys.shape)
    new = np.ones(keys.shape, dtype=bool)
    new[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first_of_equals = np.maximum.accumulate(np.where(new, positions, 0), axis=-1)
    ranks = np.empty(keys.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first_of_equals + 1, axis=-1)
    return ranks


def _or_not_available(
    values: NDArray[np.float64], count: NDArray[np.int64], fewest: int = 1
) -> NDArray[np.float64]:
    return np.where(count >= max(fewest, 1), values, NOT_AVAILABLE)
