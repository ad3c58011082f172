"""Boxes of four: skill and will of people, importance and urgency of tasks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.peers import median

SKILL_WILL: Final = ("高技能高意愿", "低技能高意愿", "高技能低意愿", "低技能低意愿")
"""The boxes 0 to 3; -1 is "cannot be told"."""

SKILL_WILL_LEADS_TO: Final = (
    "放手授权，请他带人、分享做法",
    "培训技能，安排陪同展业",
    "面谈激励，找出没有干劲的原因",
    "先指导具体动作，短期内看改变",
)

TASK_QUADRANTS: Final = ("重要且紧急", "重要不紧急", "紧急不重要", "不重要不紧急")
"""The quadrants 0 to 3, in the order in which tasks are done."""


def skill_will_boxes(
    skill: ArrayLike, will: ArrayLike, override: ArrayLike | None = None
) -> NDArray[np.int8]:
    """Put the members of a team into the four boxes of skill and will.

    Parameters
    ----------
    skill : (..., members) array_like
        What shows skill: 签单率, or premium a talk.
    will : (..., members) array_like
        What shows will: visits a working day, or 出勤率.
    override : (..., members) array_like of int, optional
        The manager's own judgement: a place in `SKILL_WILL`, or -1 for none.

    Returns
    -------
    (..., members) int8 array
        Places in `SKILL_WILL`; -1 where a number is missing.

    Notes
    -----
    High is from the team's median on. Source: 技能/意愿评估框, 《银行保险网点活动量管理》.

    Examples
    --------
    >>> skill_will_boxes([0.4, 0.1, 0.3, 0.1], [9, 8, 2, 1], override=[-1, -1, -1, 1]).tolist()
    [0, 1, 2, 1]
    """
    can = np.asarray(skill, dtype=np.float64)
    wants = np.asarray(will, dtype=np.float64)
    known = np.isfinite(can) & np.isfinite(wants)
    box = (can < median(can)[..., None]) + 2 * (wants < median(wants)[..., None])
    box = np.where(known, box, -1)
    if override is not None:
        own = np.asarray(override)
        box = np.where(own >= 0, own, box)
    return box.astype(np.int8)


def task_order(
    important: ArrayLike, days_left: ArrayLike, urgent_days: int = 2
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Order a week's tasks by importance and urgency.

    Parameters
    ----------
    important : (tasks,) array_like of bool
        Whether the task matters for the goals of the week.
    days_left : (tasks,) array_like of int
        Working days until it is due; negative when it is overdue.
    urgent_days : int
        Urgent is what is due within so many working days.

    Returns
    -------
    quadrant : (tasks,) int8 array
        Places in `TASK_QUADRANTS`.
    order : (tasks,) int64 array
        The tasks' indices, the first to be done first: by quadrant, then by the day they are due.

    Examples
    --------
    >>> quadrant, order = task_order([False, True, True], [0, 9, 1])
    >>> [TASK_QUADRANTS[q] for q in quadrant], order.tolist()
    (['紧急不重要', '重要不紧急', '重要且紧急'], [2, 1, 0])
    """
    matters = np.asarray(important, dtype=bool)
    left = np.asarray(days_left, dtype=np.int64)
    quadrant = (~matters * 2 + (left > urgent_days)).astype(np.int8)
    return quadrant, np.lexsort((left, quadrant)).astype(np.int64)
