"""平衡计分卡: four perspectives, weights that make 100%, scores with floor and cap.

Weights are whole hundredths of a percent (万分之一), so that they add up to 100% and not nearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import DIV0
from kpi_xl.formula import divide
from kpi_xl.kpi import Direction

Perspective = Literal["财务", "客户", "内部流程", "学习成长"]

PERSPECTIVES: Final[tuple[Perspective, ...]] = ("财务", "客户", "内部流程", "学习成长")

WHOLE: Final = 10_000
"""All weights of a scorecard together: 100%."""


@dataclass(frozen=True)
class Item:
    """A line of a scorecard.

    Parameters
    ----------
    kpi : str
        The code of the KPI.
    perspective : str
        The perspective of the scorecard, one of `PERSPECTIVES`.
    weight : int
        In hundredths of a percent: 2,500 for 25%.
    direction : str
        ``"lower"`` when less is better.
    floor : float
        An attainment below this scores 0; 0.6 for 60%.
    cap : float
        An attainment above this scores no more; 1.2 for 120%.
    """

    kpi: str
    perspective: Perspective
    weight: int
    direction: Direction = "higher"
    floor: float = 0.6
    cap: float = 1.2


@dataclass(frozen=True)
class Scores:
    """The scores of units or people.

    Parameters
    ----------
    items : (items, ...) float64 array
        Points of each line, 100 for an attained target, before weighting.
    perspectives : (4, ...) float64 array
        The weighted mean of each perspective's lines, in the order of `PERSPECTIVES`;
        ``#DIV/0!`` for a perspective without lines.
    total : (...) float64 array
        The weighted mean of all lines.
    """

    items: NDArray[np.float64]
    perspectives: NDArray[np.float64]
    total: NDArray[np.float64]


def attainment(actual: ArrayLike, target: ArrayLike, direction: Direction) -> NDArray[np.float64]:
    """How much of a target was attained.

    Parameters
    ----------
    actual, target : array_like
        In one unit, of any shapes that broadcast.
    direction : str
        ``"lower"`` when less is better.

    Returns
    -------
    float64 array
        1 is on target; ``#DIV/0!`` without a target.

    Notes
    -----
    actual ÷ target; 2 − actual ÷ target where less is better, so that a tenth too much costs as
    much as a tenth too little does elsewhere.

    Examples
    --------
    >>> attainment([90, 110], 100, "higher").tolist(), attainment([90, 110], 100, "lower").tolist()
    ([0.9, 1.1], [1.1, 0.8999999999999999])
    """
    rate = divide(actual, target)
    return 2 - rate if direction == "lower" else rate


def scores(items: Sequence[Item], actual: ArrayLike, target: ArrayLike) -> Scores:
    """Score units or people.

    Parameters
    ----------
    items : sequence of Item
        The lines of the scorecard.
    actual, target : (items, ...) array_like
        For every line, in its KPI's unit.

    Returns
    -------
    Scores
        A line whose KPI is an error carries it into its perspective and the total: a total
        without it would be no total.

    Raises
    ------
    ValueError
        When the weights do not make 100%, or a floor is above its cap.

    Notes
    -----
    points = 100 × attainment, 0 below the floor and no more than the cap. Source: 平衡计分卡 in
    《KPI绩效管理》 and 《绩效考核之KPI》.

    Examples
    --------
    >>> card = [Item("KPI_FYP", "财务", 6000), Item("KPI_ATTRITION", "内部流程", 4000, "lower")]
    >>> found = scores(card, [[150, 50], [0.04, 0.05]], [[100, 100], [0.05, 0.05]])
    >>> found.items.round(6).tolist(), found.total.round(6).tolist()
    ([[120.0, 0.0], [120.0, 100.0]], [120.0, 40.0])
    """
    if sum(item.weight for item in items) != WHOLE or any(item.weight < 0 for item in items):
        raise ValueError("the weights of a scorecard make 100%")
    if any(item.floor > item.cap for item in items):
        raise ValueError("a floor is not above its cap")
    done, goal = np.broadcast_arrays(
        np.asarray(actual, dtype=np.float64), np.asarray(target, dtype=np.float64)
    )
    points = np.stack([_points(item, done[i], goal[i]) for i, item in enumerate(items)])
    weights = np.array([item.weight for item in items], dtype=np.float64)
    groups = [
        [i for i, item in enumerate(items) if item.perspective == perspective and item.weight]
        for perspective in PERSPECTIVES
    ]
    return Scores(
        items=points,
        perspectives=np.stack([_weighted(points[group], weights[group]) for group in groups]),
        total=_weighted(points, weights),
    )


def _points(
    item: Item, actual: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    rate = attainment(actual, target, item.direction)
    # Half a millionth below the floor is the floor: 0.6 is not always 0.6 in floats.
    points = np.where(rate < item.floor - 5e-7, 0.0, np.clip(rate, 0, item.cap) * 100)
    return np.where(np.isnan(rate), rate, points)


def _weighted(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(weights):
        return np.full(points.shape[1:], DIV0)
    mean: NDArray[np.float64] = np.tensordot(weights, points, axes=1) / weights.sum()
    return mean
