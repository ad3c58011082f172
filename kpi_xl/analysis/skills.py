"""Levels of skill, from how people compare with their team."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.peers import median
from kpi_xl.formula import divide

BOUNDS: Final = (0.7, 0.9, 1.1, 1.3)
"""Level 2 begins at 70% of the team's median, level 3 at 90%, level 4 at 110%, level 5 at 130%."""


def skill_levels(shown: ArrayLike) -> NDArray[np.int8]:
    """The level of each member of a team in a skill that a number shows.

    Parameters
    ----------
    shown : (..., members) array_like
        What shows the skill, such as the share of talks that lead to a sale.

    Returns
    -------
    (..., members) int8 array
        1 to 5, 3 about the team's median; 0 where the number is missing.

    Examples
    --------
    >>> skill_levels([0.05, 0.16, 0.2, 0.24, 0.4]).tolist()
    [1, 2, 3, 4, 5]
    """
    numbers = np.asarray(shown, dtype=np.float64)
    relative = divide(numbers, median(numbers)[..., None])
    # A hair below a bound is the bound: 1.1 is not always 1.1 in floats.
    levels = 1 + (relative[..., None] >= np.array(BOUNDS) - 1e-9).sum(axis=-1)
    return np.where(np.isfinite(relative), levels, 0).astype(np.int8)
