"""The log-rank test: whether people of different groups stay for different lengths of time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_xl.analysis.survival import Counts, Floats, Spells, here_at, leaving, together
from kpi_xl.error_values import NOT_AVAILABLE

_ROUNDING: Final = 1e-9
"""Beside the greatest covariance, smaller ones are errors of rounding."""


@dataclass(frozen=True)
class Difference:
    """The result of the log-rank test.

    Parameters
    ----------
    statistic : float
        The log-rank statistic, about χ² distributed.
    p : float
        How often chance alone makes as much; ``#N/A`` where nothing can be compared.
    expected : (groups,) float64 array
        How many of each group would have left if it were like all; beside ``left``.
    left : (groups,) int64 array
        The number of people who left, by group.
    """

    statistic: float
    p: float
    expected: Floats
    left: Counts


def logrank(groups: Sequence[Spells], *apart: Sequence[Spells]) -> Difference:
    """Test whether people of different groups stay equally long.

    Parameters
    ----------
    groups : sequence of Spells
        Each of them without the others.
    *apart : sequences of Spells
        The same groups of people who are not compared with those before, as of another channel:
        each is compared within its own, and what is found is put together.

    Returns
    -------
    Difference

    Notes
    -----
    At each time of leaving d of n leave, n_g d ÷ n of them expected in group g; the observed less
    the expected ones, squared over their covariance, follow χ² with one degree of freedom fewer
    than there are groups (N. Mantel, 1966; R. and J. Peto, 1972). Of several strata the observed,
    the expected and the covariances are added up.

    Examples
    --------
    >>> soon = Spells(np.full(9, -1.0), np.arange(1.0, 10), np.full(9, True))
    >>> late = Spells(np.full(9, -1.0), np.arange(11.0, 20), np.full(9, True))
    >>> round(logrank([soon, late]).p, 5), round(logrank([soon, soon]).p, 5)
    (1e-05, 1.0)

    Who leaves soon in one channel and late in the other is like everybody in each:

    >>> round(logrank([soon, soon], [late, late]).p, 5)
    1.0
    """
    parts = [_within(one) for one in (groups, *apart)]
    expected: Floats = np.sum([part[0] for part in parts], axis=0)
    covariance: Floats = np.sum([part[1] for part in parts], axis=0)
    left = np.sum([[np.count_nonzero(g.left) for g in one] for one in (groups, *apart)], axis=0)
    # Each group follows from the others of its stratum.
    freedom = int(
        np.linalg.matrix_rank(covariance, tol=_ROUNDING * covariance.max(initial=0), hermitian=True)
    )
    if not freedom:
        return Difference(NOT_AVAILABLE, NOT_AVAILABLE, expected, left)
    off = left - expected
    statistic = float(off @ np.linalg.pinv(covariance, _ROUNDING, hermitian=True) @ off)
    return Difference(statistic, chi_square_tail(statistic, freedom), expected, left)


def _within(groups: Sequence[Spells]) -> tuple[Floats, Floats]:
    """The expected number of leavers of each group, and the covariance of the numbers."""
    times, gone, here = leaving(together(groups))
    of = np.array([here_at(group, times) for group in groups], dtype=np.float64)
    shares = of / here
    weight = gone * (here - gone) / np.maximum(here - 1, 1)
    return shares @ gone, np.diag(shares @ weight) - (shares * weight) @ shares.T


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that χ² with so many degrees of freedom is at least so great.

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
