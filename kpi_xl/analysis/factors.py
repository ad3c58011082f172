"""因素分解: how much of a change each factor of a product made, exact to the 分.

A result is a chain of quantities, each the base of the next: 平均人数 → 举绩人数 → 主险件数 →
首年新单保费. Its factors are the first quantity and the ratios of neighbours, so that 单位业绩 =
人力 × 举绩率 × 有效人均件数 × 件均保费 holds by itself and whole numbers are all that is needed.
"Before" and "after" may be two months, two years, two units, or target and actual.

Two ways of sharing are offered. They agree where one factor changed, or two changed alike; where
factors changed together they divide the joint effect differently, and neither is wrong.

A quantity may be given times any constant, the same in both: 期初 + 期末 for 平均人数.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.apportion import round_to_total
from kpi_xl.formula import divide

Quantities = NDArray[np.int64]


def factor_values(quantities: ArrayLike) -> NDArray[np.float64]:
    """The factors of a chain of quantities.

    Parameters
    ----------
    quantities : (n, ...) array_like of int64
        人, 件, 分 …, the result last.

    Returns
    -------
    (n, ...) float64 array
        The first quantity, then each divided by the one before it; ``#DIV/0!`` without a base.

    Examples
    --------
    >>> factor_values([100, 60, 90, 270_000]).tolist()
    [100.0, 0.6, 1.5, 3000.0]
    """
    chain = np.asarray(quantities, dtype=np.int64)
    return np.concatenate([chain[:1].astype(np.float64), divide(chain[1:], chain[:-1])])


def lmdi(before: ArrayLike, after: ArrayLike) -> NDArray[np.int64]:
    """The share of each factor in the change of the result, by logarithmic means.

    Parameters
    ----------
    before, after : (n, ...) array_like of int64
        The chains of quantities, the result last; they broadcast behind the first axis.

    Returns
    -------
    (n, ...) int64 array
        In the unit of the result, which for money is 分; along the first axis the shares add up to
        its change. Shares of units and of months add up too: the sum over the units is a split of
        the branch's change.

    Notes
    -----
    share of x = L(V1, V0) × ln(x1 / x0), L(a, b) = (a − b) / ln(a / b), L(a, a) = a (LMDI-I; Ang,
    Energy Policy 2005). Where the result comes from 0 or falls to 0, the limit is taken: the
    change belongs to the factor that was or became 0 (Ang and Liu 2007). A factor without a base
    counts as unchanged, and a quantity that is 0 while the next is not is merged with it.
    The logarithm of a negative factor (cancellations above sales) does not exist: such a unit is
    split as by `shapley`. Joining neighbouring factors adds their shares.

    Examples
    --------
    From 100 people to 90, the rest unchanged:

    >>> lmdi([100, 60, 90, 270_000], [90, 54, 81, 243_000]).tolist()
    [-27000, 0, 0, 0]

    Nobody sells any more:

    >>> lmdi([100, 60, 90, 270_000], [120, 0, 0, 0]).tolist()
    [0, -270000, 0, 0]
    """
    first, last = _chains(before, after)
    x0, x1 = _factors(first, last)
    v0, v1 = first[-1].astype(np.float64), last[-1].astype(np.float64)
    negative = (x0 < 0).any(axis=0) | (x1 < 0).any(axis=0)
    positive = (v0 > 0) & (v1 > 0) & ~negative
    ratio = np.divide(x1, x0, out=np.ones_like(x0), where=positive & (x0 > 0))
    logarithms = np.log(np.where(positive, ratio, 1.0))
    shares = _logarithmic_mean(v0, v1, logarithms.sum(axis=0)) * logarithms
    vanished = (x0 == 0) != (x1 == 0)
    shares = np.where(positive, shares, np.where(vanished, v1 - v0, 0.0))
    if negative.any():
        shares = np.where(negative, _shapley(x0, x1), shares)
    return round_to_total(shares, last[-1] - first[-1])


def shapley(before: ArrayLike, after: ArrayLike) -> NDArray[np.int64]:
    """The share of each factor in the change of the result, by the mean over all orders.

    Parameters
    ----------
    before, after : (n, ...) array_like of int64
        As for `lmdi`.

    Returns
    -------
    (n, ...) int64 array
        As from `lmdi`.

    Notes
    -----
    What a factor adds when the factors change one after the other, averaged over all n! orders
    (Shapley 1953; Albrecht, François and Schoors 2002). For a product it is the integral of
    (x1 − x0) × Π of the other factors along the straight way from before to after (Owen 1972),
    which n points of Gauss-Legendre quadrature give exactly. Zeros and negative factors need no
    exception.

    Examples
    --------
    >>> shapley([100, 60, 90, 270_000], [90, 54, 81, 243_000]).tolist()
    [-27000, 0, 0, 0]
    """
    first, last = _chains(before, after)
    return round_to_total(_shapley(*_factors(first, last)), last[-1] - first[-1])


def _chains(before: ArrayLike, after: ArrayLike) -> tuple[Quantities, Quantities]:
    first, last = np.broadcast_arrays(
        np.asarray(before, dtype=np.int64), np.asarray(after, dtype=np.int64)
    )
    return first, last


def _factors(
    before: Quantities, after: Quantities
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The factors of both chains; each must be a number."""
    first, last = before.copy(), after.copy()
    for i in range(len(first) - 1, 0, -1):
        # Sales without people have no ratio: the two factors are merged into the earlier one.
        lost = ((first[i - 1] == 0) & (first[i] != 0)) | ((last[i - 1] == 0) & (last[i] != 0))
        first[i - 1] = np.where(lost, first[i], first[i - 1])
        last[i - 1] = np.where(lost, last[i], last[i - 1])
    x0, x1 = factor_values(first), factor_values(last)
    x0, x1 = np.where(np.isnan(x0), x1, x0), np.where(np.isnan(x1), x0, x1)
    return np.where(np.isnan(x0), 1.0, x0), np.where(np.isnan(x1), 1.0, x1)


def _logarithmic_mean(
    v0: NDArray[np.float64], v1: NDArray[np.float64], apart: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The logarithmic mean (v1 − v0) ÷ ln(v1 / v0), given the logarithm `apart`; near 0 ÷ 0 by its
    series.
    """
    near = np.abs(apart) < 1e-3
    series = np.sqrt(np.maximum(v0 * v1, 0.0)) * (1 + apart**2 / 24 + apart**4 / 1920)
    return np.where(near, series, (v1 - v0) / np.where(near, 1.0, apart))


def _shapley(x0: NDArray[np.float64], x1: NDArray[np.float64]) -> NDArray[np.float64]:
    change = x1 - x0
    shares = np.zeros_like(change)
    points, weights = np.polynomial.legendre.leggauss(len(x0))
    for point, weight in zip((points + 1) / 2, weights / 2, strict=True):
        here = x0 + point * change
        for i in range(len(x0)):
            others = np.prod(np.delete(here, i, axis=0), axis=0)
            shares[i] += weight * change[i] * others
    return shares
