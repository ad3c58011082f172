"""达成额 × 达成率: a target set wrong, or a person who does badly."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.peers import median
from kpi_xl.formula import divide

QUADRANTS: Final = ("额高率高", "额高率低", "额低率高", "额低率低")
"""The names of the quadrants 0 to 3; -1 is "cannot be told"."""

QUADRANT_MEANINGS: Final = (
    "业绩好，目标也合适：请他分享做法，下月目标可以再进一步",
    "业绩不差却没达标：先查目标是否定得过高，再看出勤天数是否比别人多",
    "达标了业绩却不高：先查目标是否定得过低，再看出勤天数是否比别人少",
    "业绩差，目标也没达成：安排陪同和面谈，找出卡在哪一步",
)


def attainment_quadrants(
    actual: ArrayLike, target: ArrayLike, attained: float = 1.0
) -> NDArray[np.int8]:
    """Put people or units into the four quadrants of amount and rate.

    Parameters
    ----------
    actual, target : (..., n) array_like
        What each did and was to do, in one unit.
    attained : float
        From which 达成率 on the rate is high.

    Returns
    -------
    (..., n) int8 array
        Places in `QUADRANTS`; -1 without a target.

    Notes
    -----
    An amount is high from the median of all on. Low amount with a high rate points at a target set
    too low (or few days present), high amount with a low rate at one set too high. Source:
    《KPI与销售管理》, 目标达成分析.

    Examples
    --------
    >>> found = attainment_quadrants([90, 80, 20, 10], [80, 100, 15, 100])
    >>> [QUADRANTS[i] for i in found]
    ['额高率高', '额高率低', '额低率高', '额低率低']
    """
    amount, goal = np.broadcast_arrays(
        np.asarray(actual, dtype=np.float64), np.asarray(target, dtype=np.float64)
    )
    rate = divide(amount, goal)
    low_amount = amount < median(np.where(np.isfinite(rate), amount, np.nan))[..., None]
    quadrant = low_amount * 2 + (rate < attained)
    return np.where(np.isfinite(rate), quadrant, -1).astype(np.int8)
