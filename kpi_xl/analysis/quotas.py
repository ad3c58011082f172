"""活动量责任额 (AQS): activities for each working day, those done, and those a target needs.

A quota asks for activities, not for results. The loop is plan, comparison, action: quotas by
working day, the gap, and the next plan from what the activities have brought so far.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import DIV0
from kpi_xl.formula import divide

TEAM_TRIES: Final = 10
"""The team's ratio weighs as much as so many tries of one's own."""


def day_quotas(quota: ArrayLike, days: int) -> NDArray[np.int64]:
    """Spread quotas over working days, as evenly as whole numbers can be.

    Parameters
    ----------
    quota : array_like of int64
        次 or 人 over all the days, of any shape: agents × activities, say. What is below 0 (more
        done than planned) counts as 0.
    days : int
        The working days to come, 1 or more.

    Returns
    -------
    (..., days) int64 array
        Adds up to the quota along the last axis; no two days differ by more than 1, and the
        greater ones are spaced out.

    Examples
    --------
    >>> day_quotas([7, 30], 5).tolist()
    [[1, 2, 1, 2, 1], [6, 6, 6, 6, 6]]
    """
    total = np.maximum(np.asarray(quota, dtype=np.int64), 0)[..., None]
    # What is due by the end of each day, rounded: a few do not all wait for the last days.
    ends = (2 * total * np.arange(days + 1) + days) // (2 * days)
    return np.asarray(np.diff(ends, axis=-1))


def gap(plan: ArrayLike, done: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The gap between plan and done.

    Parameters
    ----------
    plan, done : array_like of int64
        次 or 人, of any shapes that broadcast.

    Returns
    -------
    missing : int64 array
        Plan − done; negative when more was done.
    rate : float64 array
        Done ÷ plan; ``#DIV/0!`` where nothing was planned.

    Examples
    --------
    >>> missing, rate = gap([10, 5], [8, 6])
    >>> missing.tolist(), rate.tolist()
    ([2, -1], [0.8, 1.2])
    """
    planned, actual = np.asarray(plan, dtype=np.int64), np.asarray(done, dtype=np.int64)
    return planned - actual, divide(actual, planned)


def funnel_ratios(counts: ArrayLike) -> NDArray[np.float64]:
    """The share of each stage that reaches the next.

    Parameters
    ----------
    counts : (stages, ...) array_like of int64
        约访, 拜访, 洽谈, 促成 …, the first stage first; the last may be premium in 分.

    Returns
    -------
    (stages − 1, ...) float64 array
        Each stage ÷ the one before; ``#DIV/0!`` where nobody was in it.

    Examples
    --------
    >>> funnel_ratios([50, 20, 5]).tolist()
    [0.4, 0.25]
    """
    stages = np.asarray(counts, dtype=np.int64)
    return divide(stages[1:], stages[:-1])


def expected_ratios(counts: ArrayLike, team: ArrayLike) -> NDArray[np.float64]:
    """The ratios to plan with: the agent's own, shrunk to the team's while the counts are small.

    Parameters
    ----------
    counts : (stages, ...) array_like of int64
        The agent's counts at each stage of the funnel.
    team : (stages, ...) array_like of int64
        The team's funnel, himself included.

    Returns
    -------
    (stages − 1, ...) float64 array
        ``#DIV/0!`` where the team has nobody in a stage.

    Notes
    -----
    (own successes + 10 × team's ratio) ÷ (own tries + 10): the mean of a beta distribution that
    weighs the team's ratio as `TEAM_TRIES` tries. One sale in one talk is no ratio of 100%.

    Examples
    --------
    >>> expected_ratios([[1, 0], [1, 0]], [[100], [20]]).round(3).tolist()
    [[0.273, 0.2]]
    """
    own = np.asarray(counts, dtype=np.int64)
    usual = funnel_ratios(team)
    found: NDArray[np.float64] = (own[1:] + TEAM_TRIES * usual) / (own[:-1] + TEAM_TRIES)
    return found


def activities_needed(ratios: ArrayLike, goal: ArrayLike) -> NDArray[np.float64]:
    """The counts of every stage that a goal at the end of the funnel needs.

    Parameters
    ----------
    ratios : (stages − 1, ...) array_like
        The ratio of each stage to the one before, as `expected_ratios` gives them.
    goal : (...) array_like
        What the last stage has to reach: sales still missing, or premium in 分.

    Returns
    -------
    (stages, ...) float64 array
        Whole numbers, rounded up, the goal itself last; ``#DIV/0!`` where a ratio is 0.

    Notes
    -----
    实收保费 = 活动量 × 签单率 × 件均, solved for each stage. Source: 《银行保险网点活动量管理》.

    Examples
    --------
    Four sales, one in four talks, one talk from 2.5 visits:

    >>> activities_needed([0.4, 0.25], 4).tolist()
    [40.0, 16.0, 4.0]
    """
    rates = np.asarray(ratios, dtype=np.float64)
    wanted = np.maximum(np.asarray(goal, dtype=np.float64), 0)
    # To the end of the funnel: each stage times all the ratios behind it is the goal.
    to_end = np.cumprod(rates[::-1], axis=0)[::-1]
    to_end, last = np.broadcast_arrays(to_end, wanted)
    needed = np.where(to_end == 0, DIV0, divide(last, to_end))
    # 3 ÷ 0.3 is a hair above 10 in floats and must not become 11.
    stages = np.concatenate([np.ceil(needed - 1e-9 * np.abs(needed)), np.ceil(last[:1])])
    return np.asarray(stages)
