"""SMART: the faults of a target, found before anybody is held to it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kpi_xl.kpi import Direction

Letter = Literal["S", "M", "A", "R", "T"]

BEST_TIMES: Final = 1.3
"""A target this many times better than anything reached so far is hardly attainable."""


@dataclass(frozen=True)
class Goal:
    """A target as somebody wrote it down.

    Parameters
    ----------
    kpi : str
        What is measured: the code of a KPI or measure; empty when nobody said.
    owner : str
        Who answers for it; empty when nobody does.
    amount : float or None
        How much, in the KPI's unit.
    unit : str
        人, 件, 元, % …; empty when not given.
    start, due : datetime.date or None
        From when, and by when.
    supports : str
        The greater target that it serves; empty for none.
    direction : str
        ``"lower"`` when less is better.
    """

    kpi: str
    owner: str
    amount: float | None
    unit: str
    start: dt.date | None
    due: dt.date | None
    supports: str
    direction: Direction = "higher"


@dataclass(frozen=True)
class Finding:
    """Something to put right.

    Parameters
    ----------
    letter : str
        Which of the five: S, M, A, R or T.
    text : str
        What is wrong and what to do, in Chinese.
    """

    letter: Letter
    text: str


def smart_check(goal: Goal, reached: Sequence[float]) -> list[Finding]:
    """Check a target: specific, measurable, attainable, relevant, time-bound.

    Parameters
    ----------
    goal : Goal
        The target to check.
    reached : sequence of float
        What this unit and its peers reached in periods of the same length, in the same unit; may
        be empty. Errors (NaN) are left out.

    Returns
    -------
    list of Finding
        Empty for a sound target.

    Notes
    -----
    Attainable is: at most `BEST_TIMES` the best that anybody reached. Challenging is: no worse
    than what the weakest quarter reaches already. Source: SMART, 《KPI绩效管理培训课件》.

    Examples
    --------
    >>> first, last = dt.date(2024, 6, 1), dt.date(2024, 6, 30)
    >>> june = Goal("KPI_PIECES", "王芳", 50, "件", first, last, "营业部")
    >>> [finding.letter for finding in smart_check(june, [20, 25, 30])]
    ['A']
    >>> smart_check(june, [35, 40, 45])
    []
    """
    found: list[Finding] = []
    if not goal.kpi:
        found.append(Finding("S", "没有说清衡量什么：请选定一个 KPI"))
    if not goal.owner:
        found.append(Finding("S", "没有责任人：请写明由谁负责"))
    if goal.amount is None or not math.isfinite(goal.amount):
        found.append(Finding("M", "没有数字：请写明达到多少"))
    elif goal.amount <= 0:
        found.append(Finding("M", "目标要大于 0：请重新填写"))
    elif text := _attainable(goal.amount, goal.direction, reached):
        found.append(Finding("A", text))
    if not goal.unit:
        found.append(Finding("M", "没有单位：请写明是人、件、元还是百分比"))
    if not goal.supports:
        found.append(Finding("R", "看不出支持哪个上级目标：请写明它服务于哪个目标"))
    if goal.due is None:
        found.append(Finding("T", "没有期限：请写明到哪一天完成"))
    elif goal.start is not None and goal.due < goal.start:
        found.append(Finding("T", "期限早于开始日：请核对两个日期"))
    return found


def _attainable(amount: float, direction: Direction, reached: Sequence[float]) -> str | None:
    known = sorted(value for value in reached if math.isfinite(value))
    if not known:
        return None
    if direction == "lower":
        best, weak = known[0], known[-1 - (len(known) - 1) // 4]
        if amount * BEST_TIMES < best:
            return f"最好的一次是 {best:g}，目标 {amount:g} 恐怕做不到：请分步设定"
        return f"大多数时候已经好于 {amount:g}：目标可以再高一些" if amount > weak else None
    best, weak = known[-1], known[(len(known) - 1) // 4]
    if amount > best * BEST_TIMES:
        return f"最好的一次是 {best:g}，目标 {amount:g} 恐怕做不到：请分步设定"
    return f"大多数时候已经达到 {weak:g}：目标可以再高一些" if amount < weak else None
