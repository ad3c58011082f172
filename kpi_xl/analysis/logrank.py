"""Whether groups stay differently long: the log-rank test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kpi_xl.analysis.survival import Counts, Floats, Spells, here_at, leaving, together
from kpi_xl.error_values import NOT_AVAILABLE


@dataclass(frozen=True)
class Difference:
    """Whether groups stay differently long.

    Parameters
    ----------
    statistic : float
        The log-rank statistic.
    p : float
        How often chance alone makes as much; ``#N/A`` where nothing can be compared.
    expected : (groups,) float64 array
        How many of each group would have left if it were like all; beside ``left``.
    left : (groups,) int64 array
        How many left.
    """

    statistic: float
    p: float
    expected: Floats
    left: Counts


def logrank(groups: Sequence[Spells]) -> Difference:
    """Test whether groups stay equally long.

    Parameters
    ----------
    groups : sequence of Spells
        Each of them without the others.

    Returns
    -------
    Difference

    Notes
    -----
    At each time of leaving d of n leave, n_g d ÷ n of them expected in group g; the observed less
    the expected ones, squared over their covariance, follow χ² with one degree of freedom fewer
    than there are groups (N. Mantel, 1966; R. and J. Peto, 1972).

    Examples
    --------
    >>> soon = Spells(np.full(9, -1.0), np.arange(1.0, 10), np.full(9, True))
    >>> late = Spells(np.full(9, -1.0), np.arange(11.0, 20), np.full(9, True))
    >>> round(logrank([soon, late]).p, 5), round(logrank([soon, soon]).p, 5)
    (1e-05, 1.0)
    """
    times, gone, here = leaving(together(groups))
    of = np.array([here_at(group, times) for group in groups], dtype=np.float64)
    left = np.array([np.count_nonzero(group.left) for group in groups], dtype=np.int64)
    shares = of / here
    expected = shares @ gone
    weight = gone * (here - gone) / np.maximum(here - 1, 1)
    covariance = np.diag(shares @ weight) - (shares * weight) @ shares.T
    compared = np.flatnonzero(np.diag(covariance) > 0)
    if compared.size < 2:
        return Difference(NOT_AVAILABLE, NOT_AVAILABLE, expected, left)
    free = compared[:-1]  # the last follows from the others
    apart = (left - expected)[free]
    statistic = float(apart @ np.linalg.pinv(covariance[np.ix_(free, free)]) @ apart)
    return Difference(statistic, chi_square_tail(statistic, free.size), expected, left)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """How often χ² with so many degrees of freedom is at least so great.

    Notes
    -----
    The closed form for whole degrees of freedom (Abramowitz and Stegun, 26.4.4-5).

    Examples
    --------
    >>> round(chi_square_tail(3.841459, 1), 4), round(chi_square_tail(11.0705, 5), 4)
    (0.05, 0.05)
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    odd = freedom % 2
    tail = math.erfc(math.sqrt(half)) if odd else 0.0
    for k in range(freedom // 2):
        power = k + odd / 2
        tail += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
    return min(tail, 1.0)
