"""Whole numbers in proportion: the parts add up to the total exactly (largest remainder)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def apportion(
    total: int, weights: Sequence[float], locked: Sequence[int | None] | None = None
) -> list[int]:
    """Split a whole number in proportion to weights.

    Parameters
    ----------
    total : int
        What is split: 分, 件, 人 or 次; 0 or more.
    weights : sequence of n numbers
        0 or more each. When all that count are 0, the parts are equal.
    locked : sequence of n ints or Nones, optional
        Parts that are fixed already; the others share what these leave.

    Returns
    -------
    list of n ints
        They add up to `total`. No free part is a whole 1 away from its exact proportion; equal
        remainders go to the first.

    Raises
    ------
    ValueError
        For a negative total or weight, for locked parts above the total, or below it when nothing
        else is free.

    Notes
    -----
    Largest remainder (Hamilton): every part is rounded down, what is left over goes one by one to
    those that lost most. Weights are taken as exact fractions, so nothing depends on rounding.

    Examples
    --------
    >>> apportion(100, [1, 1, 1])
    [34, 33, 33]
    >>> apportion(100, [1, 1, 1], locked=[None, 50, None])
    [25, 50, 25]
    """
    fixed = list(locked) if locked is not None else [None] * len(weights)
    free = [i for i, part in enumerate(fixed) if part is None]
    rest = total - sum(part for part in fixed if part is not None)
    if total < 0 or rest < 0:
        raise ValueError(f"{total} cannot be split: the locked parts are {total - rest}")
    if rest and not free:
        raise ValueError(f"{rest} of {total} is left over: every part is locked")
    shares = _whole([weights[i] for i in free])
    whole = sum(shares)
    parts = [part or 0 for part in fixed]
    for i, share in zip(free, shares, strict=True):
        parts[i] = rest * share // whole
    most_lost = sorted(range(len(free)), key=lambda k: (-(rest * shares[k] % whole), k))
    for k in most_lost[: total - sum(parts)]:
        parts[free[k]] += 1
    return parts


def _whole(weights: Sequence[float]) -> list[int]:
    """The weights as integers in the same proportions; all 1 when all are 0."""
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights):
        raise ValueError(f"weights are numbers of 0 or more, not {list(weights)}")
    if not any(weights):
        return [1] * len(weights)
    if all(isinstance(weight, int) for weight in weights):
        return [int(weight) for weight in weights]
    exact = [Fraction(weight) for weight in weights]
    common = math.lcm(*(weight.denominator for weight in exact))
    return [int(weight * common) for weight in exact]


def round_to_total(shares: NDArray[np.float64], totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Round shares whose sum is a whole number, so that the rounded ones have the same sum.

    Parameters
    ----------
    shares : (n, ...) float64 array
        The shares to round; they may be negative.
    totals : (...) int64 array
        What they add up to along the first axis, but for float rounding.

    Returns
    -------
    (n, ...) int64 array
        Each next to its share; along the first axis they add up to `totals` exactly.

    Examples
    --------
    >>> round_to_total(np.array([1.4, -0.7, 0.3]), np.array(1)).tolist()
    [2, -1, 0]
    """
    down = np.floor(shares)
    parts = down.astype(np.int64)
    missing = totals - parts.sum(axis=0)
    each, over = np.divmod(missing, len(shares))
    # The rank of every share by what rounding down took from it; the first of equals first.
    order = np.argsort(down - shares, axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    return np.asarray(parts + each + (rank < over))
