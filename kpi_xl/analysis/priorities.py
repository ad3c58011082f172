"""ABC 法则: the few tasks that bring most come first."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

Priority = Literal["A", "B", "C"]

A_UNTIL: Final = 7
"""Tasks are A until those above them make seven tenths of everything."""

B_UNTIL: Final = 9
"""And B until they make nine tenths."""


def priorities(impact: ArrayLike) -> list[Priority]:
    """Put tasks into the classes A, B and C by what they bring.

    Parameters
    ----------
    impact : (tasks,) array_like
        What each brings, or costs if it is left undone: 元, or any one unit.

    Returns
    -------
    list of str
        A while all greater ones together make less than 70 % of the whole, B while less than 90 %,
        else C. The greatest is always A, equals are in one class, what brings nothing is C.

    Raises
    ------
    ValueError
        For an impact below 0 or one that is no number.

    Notes
    -----
    The sheets compute the same with SUMIF. Source: ABC法则, 《KPI工具》, which only names it.

    Examples
    --------
    >>> priorities([5000, 1200, 1200, 600, 0])
    ['A', 'A', 'A', 'C', 'C']
    """
    brings = np.asarray(impact, dtype=np.float64)
    if not (np.isfinite(brings) & (brings >= 0)).all():
        raise ValueError("an impact is a number from 0 on")
    whole = brings.sum()
    found: list[Priority] = []
    for one in brings:
        greater = brings[brings > one].sum() * 10
        if one > 0 and greater < A_UNTIL * whole:
            found.append("A")
        else:
            found.append("B" if one > 0 and greater < B_UNTIL * whole else "C")
    return found
