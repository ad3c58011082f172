"""KPI 筛选矩阵: which of many proposed KPIs are worth keeping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.peers import peers
from kpi_xl.analysis.scorecard import WHOLE
from kpi_xl.error_values import NUM


@dataclass(frozen=True)
class Screening:
    """The result of a screening matrix.

    Parameters
    ----------
    total : (kpis,) float64 array
        The weighted score, from 1 to 5; ``#NUM!`` where a score is not from 1 to 5.
    rank : (kpis,) int64 array
        1 for the best, equals share a rank; 0 without a score.
    """

    total: NDArray[np.float64]
    rank: NDArray[np.int64]


def screen(points: ArrayLike, weights: ArrayLike) -> Screening:
    """Rank proposed KPIs by criteria.

    Parameters
    ----------
    points : (kpis, criteria) array_like
        Scores from 1 to 5, such as for 对长期战略的重要性.
    weights : (criteria,) array_like of int
        In hundredths of a percent: 3,000 for 30%.

    Returns
    -------
    Screening

    Raises
    ------
    ValueError
        When the weights do not make 100%.

    Notes
    -----
    Source: KPI 审查、筛选, 《KPI设计培训》.

    Examples
    --------
    >>> found = screen([[5, 4, 4], [3, 5, 5], [4, 4, 6]], [3000, 3000, 4000])
    >>> found.total.tolist()[:2], found.rank.tolist()
    ([4.3, 4.4], [2, 1, 0])
    """
    scores = np.asarray(points, dtype=np.float64)
    shares = np.asarray(weights, dtype=np.int64)
    if shares.sum() != WHOLE or (shares < 0).any():
        raise ValueError("the weights of the criteria make 100%")
    possible = np.asarray(((scores >= 1) & (scores <= 5)).all(axis=-1))
    total = np.where(possible, np.where(possible[:, None], scores, 0) @ shares / WHOLE, NUM)
    return Screening(total=total, rank=peers(total, "higher").rank)
