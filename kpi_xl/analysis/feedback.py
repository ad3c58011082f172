"""360 度评价: what those around somebody think of his work; never what one of them thinks.

Whoever judges somebody above, beside or in front of him does so in confidence. So of few of them
nothing is told, and nothing that is told lets anybody reckon it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from kpi_xl.error_values import NOT_AVAILABLE

Relation = Literal["上级", "同级", "下级", "客户", "自评"]

RELATIONS: Final[tuple[Relation, ...]] = ("上级", "同级", "下级", "客户", "自评")
"""Who judges."""

SELF: Final[Relation] = "自评"

WEIGHTS: Final[Mapping[Relation, float]] = {"上级": 40, "同级": 20, "下级": 30, "客户": 10}
"""What each counts, in percent; what somebody thinks of himself counts nothing."""

FEWEST_RATERS: Final = 3
"""Of fewer colleagues, subordinates or customers nothing is told."""

_KNOWN: Final = frozenset({"上级", SELF})
"""Everybody knows who they are, so nothing is kept back."""


@dataclass(frozen=True)
class Circle:
    """The people who rate somebody from one side, such as his peers.

    Parameters
    ----------
    relation : str
        One of `RELATIONS`.
    raters : int
        How many they are.
    points : float
        Their mean in whole points; ``#N/A`` where nobody judged, or too few to be shown.
    weight : float
        What they count of the total, 0 to 1; 0 for those of whom nothing is told.
    """

    relation: Relation
    raters: int
    points: float
    weight: float


@dataclass(frozen=True)
class Feedback:
    """The result of a round of 360 度评价 for one person.

    Parameters
    ----------
    circles : tuple of Circle
        In the order of `RELATIONS`.
    total : float
        The weighted mean of those that are shown; ``#N/A`` where none is.
    gap : float
        His own points less the total: above 0 he thinks better of himself than others do.
    """

    circles: tuple[Circle, ...]
    total: float
    gap: float


def feedback(
    relations: Sequence[Relation],
    points: ArrayLike,
    weights: Mapping[Relation, float] = WEIGHTS,
    fewest: int = FEWEST_RATERS,
) -> Feedback:
    """Put together what people gave somebody in one round.

    Parameters
    ----------
    relations : sequence of str
        Who gave the points, one of `RELATIONS` for each.
    points : (n,) array_like
        From 0 to 100, one for each person who judged.
    weights : mapping of str to float
        What each side counts; only their ratio matters.
    fewest : int
        Of fewer raters nothing is told.

    Returns
    -------
    Feedback
        Sides with too few raters are neither shown nor part of the total, for whoever knows the
        total and all other sides could reckon theirs; what they weigh goes to the others in
        proportion.

    Raises
    ------
    ValueError
        For points outside 0 to 100, or a side that there is not.

    Notes
    -----
    Means are whole points: with one more rater, the exact means before and after would tell what
    he gave. Source: 360度反馈评价, 《KPI绩效管理培训》.

    Examples
    --------
    >>> sides = ["上级", "同级", "同级", "同级", "下级", "下级", "自评"]
    >>> found = feedback(sides, [80, 90, 85, 88, 40, 50, 95])
    >>> [(c.relation, c.raters, c.points) for c in found.circles if c.weight]
    [('上级', 1, 80.0), ('同级', 3, 88.0)]
    >>> round(found.total, 2), round(found.gap, 2)
    (82.67, 12.33)
    """
    given = np.asarray(points, dtype=np.float64)
    if set(relations) - set(RELATIONS):
        raise ValueError("somebody judges from a side that there is not")
    if not ((given >= 0) & (given <= 100)).all():
        raise ValueError("points are from 0 to 100")
    means: dict[Relation, float] = {}
    raters: dict[Relation, int] = {}
    for relation in RELATIONS:
        own = [p for r, p in zip(relations, given.tolist(), strict=True) if r == relation]
        raters[relation] = len(own)
        if own and (relation in _KNOWN or len(own) >= fewest):
            means[relation] = float(math.floor(math.fsum(own) / len(own) + 0.5))
    counted = {r: weights.get(r, 0) for r in means if r != SELF}
    whole = sum(counted.values())
    circles = tuple(
        Circle(
            r, raters[r], means.get(r, NOT_AVAILABLE), counted.get(r, 0) / whole if whole else 0.0
        )
        for r in RELATIONS
    )
    total = sum(counted[r] * means[r] for r in counted) / whole if whole else NOT_AVAILABLE
    own_points = means.get(SELF, NOT_AVAILABLE)
    gap = own_points - total if whole and SELF in means else NOT_AVAILABLE
    return Feedback(circles, total, gap)
