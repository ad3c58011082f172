"""目标: split exactly over periods and units, and corrected on the way.

A target is split over periods and units by weights, level by level; what a week falls short is
spread over those that remain; after the second week the month's target becomes two steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.apportion import apportion

STEPS_BEHIND: Final = (85, 95)
STEPS_AHEAD: Final = (100, 110)
"""After week two: the two steps of a month's target, in percent of it."""


def break_down(
    total: int,
    weights: Sequence[float],
    levels: Sequence[Sequence[str]],
    locked: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Split a target level by level: year → quarter → month → week → day, or branch → unit → team.

    Parameters
    ----------
    total : int
        The whole target: 分, 件, 人 or 次.
    weights : sequence of n numbers
        Of the smallest parts (days, teams): working days, headcount, last year's amounts.
    levels : sequence of sequences of n str
        For every level, the greatest first, the name of what each smallest part belongs to; the
        smallest parts' own names are the last level. Names differ between levels and parents: a
        week that lies in two months is two weeks.
    locked : mapping of str to int, optional
        Targets that are fixed already, by name, at any level.

    Returns
    -------
    dict of str to int
        The target of every name, each level adding up to the one above exactly.

    Raises
    ------
    ValueError
        When a name is in two parents or levels, a locked name does not exist, or what is locked
        does not fit into what is above it.

    Notes
    -----
    Each target is split over its parts by the sums of their weights, by largest remainder. What is
    locked below is made room for above: a locked week is never more than its month.

    Examples
    --------
    >>> months = ["1月", "1月", "2月", "2月"]
    >>> weeks = ["1月上", "1月下", "2月上", "2月下"]
    >>> break_down(100_000, [10, 12, 8, 10], [months, weeks], locked={"1月": 60_000})
    {'1月': 60000, '2月': 40000, '1月上': 27273, '1月下': 32727, '2月上': 17778, '2月下': 22222}
    """
    fixed = dict(locked or {})
    parents: dict[str, str] = {}
    sums: list[dict[str, float]] = []
    above: Sequence[str] = [""] * len(weights)
    for names in levels:
        weight_of: dict[str, float] = {}
        own: dict[str, str] = {}
        for name, parent, weight in zip(names, above, weights, strict=True):
            if name in parents or own.setdefault(name, parent) != parent:
                raise ValueError(f"{name} is the name of two targets")
            weight_of[name] = weight_of.get(name, 0) + weight
        parents |= own
        sums.append(weight_of)
        above = names
    if unknown := fixed.keys() - parents.keys():
        raise ValueError(f"no target has the name {', '.join(sorted(unknown))}")
    least = _least(parents, fixed)
    targets = {"": total}
    for weight_of in sums:
        families: dict[str, list[str]] = {}
        for name in weight_of:
            families.setdefault(parents[name], []).append(name)
        for parent, children in families.items():
            parts = _apportion_at_least(
                targets[parent],
                [weight_of[name] for name in children],
                [fixed.get(name) for name in children],
                [least.get(name, 0) for name in children],
            )
            targets |= dict(zip(children, parts, strict=True))
    return {name: targets[name] for weight_of in sums for name in weight_of}


def _least(parents: Mapping[str, str], fixed: Mapping[str, int]) -> dict[str, int]:
    """The least that every target can be: the sum of its locked parts."""
    least: dict[str, int] = {}
    for name in reversed(list(parents)):  # the smallest first
        mine = fixed.get(name, least.get(name, 0))
        if mine < least.get(name, 0):
            raise ValueError(f"{name} is locked at {mine}, its parts at {least[name]}")
        least[name] = mine
        least[parents[name]] = least.get(parents[name], 0) + mine
    return least


def _apportion_at_least(
    total: int, weights: list[float], fixed: list[int | None], least: list[int]
) -> list[int]:
    """Apportion so that no part is less than the locked parts inside it."""
    now = list(fixed)
    while True:
        parts = apportion(total, weights, now)
        short = [i for i, part in enumerate(parts) if part < least[i]]
        if not short:
            return parts
        for i in short:
            now[i] = least[i]


@dataclass(frozen=True)
class CarryOver:
    """The targets of the remaining periods, after a shortfall was carried over to them.

    Parameters
    ----------
    short : int
        How much less than the targets so far was done; 0 when nothing is missing.
    more : list of int
        How much of it each remaining period takes over.
    targets : list of int
        The new targets of the remaining periods.
    """

    short: int
    more: list[int]
    targets: list[int]


def carry_over(targets: Sequence[int], done: Sequence[int]) -> CarryOver:
    """Spread what is missing so far over the periods that remain.

    Parameters
    ----------
    targets : sequence of int
        The targets of all periods, in order: weeks of a month, months of a year.
    done : sequence of int
        What was done in the periods that are over, in the same unit.

    Returns
    -------
    CarryOver

    Notes
    -----
    Spread in proportion to the remaining targets, equally over equal ones. More than was asked for
    lowers no later target: for that there are the steps of `stepped_targets`. Source:
    《KPI与销售管理》, 目标管理小技巧.

    Examples
    --------
    10万 a month, 2.5万 a week; the first week reaches 70%:

    >>> carry_over([25_000] * 4, [17_500])
    CarryOver(short=7500, more=[2500, 2500, 2500], targets=[27500, 27500, 27500])
    """
    remaining = list(targets[len(done) :])
    short = max(sum(targets[: len(done)]) - sum(done), 0)
    more = apportion(short, remaining) if remaining else []
    return CarryOver(short, more, [t + m for t, m in zip(remaining, more, strict=True)])


def stepped_targets(
    target: ArrayLike, planned: ArrayLike, done: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The two steps that take the place of a month's target after its second week.

    Parameters
    ----------
    target : array_like of int64
        The target of the whole month.
    planned, done : array_like of int64
        What was to be done by now, and what was; all broadcast.

    Returns
    -------
    first, second : int64 arrays
        85% and 95% of the target for those who are behind, 100% and 110% for the others; rounded
        up to the whole unit.

    Notes
    -----
    A target that is out of reach is given up on; a step below it is not. Source:
    《KPI与销售管理》, 目标管理小技巧.

    Examples
    --------
    >>> first, second = stepped_targets(100_000, 50_000, [40_000, 55_000])
    >>> first.tolist(), second.tolist()
    ([85000, 100000], [95000, 110000])
    """
    goal, plan, actual = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.int64) for value in (target, planned, done))
    )
    behind = actual < plan
    first, second = (
        -(-goal * np.where(behind, low, high) // 100)
        for low, high in zip(STEPS_BEHIND, STEPS_AHEAD, strict=True)
    )
    return first, second
