"""The slots of 本周要事 in 周工作计划: a week's tasks, those with the most premium first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from kpi_xl.analysis.priorities import A_UNTIL, B_UNTIL
from kpi_xl.calendar import USUAL, Month, WorkCalendar
from kpi_xl.data.dues_to_collect import DueToCollect
from kpi_xl.slots.becomes import KEPT, WORDS
from kpi_xl.slots.cell_formula import call, cell, formula, here, number_in, total, when
from kpi_xl.slots.plan_slots import OVER_WEEKS, form_weeks
from kpi_xl.slots.slot import Group, Kind, Slot, Values

TASKS: Final = 5
"""So many a week: who has ten things that matter has none."""

# As `kpi_xl.analysis.priorities` has it.
_BRINGS, _ALL = here("影响"), total(cell("影响"))
_GREATER: Final = 10 * call("SUMIF", cell("影响"), formula(">").then(_BRINGS))

WEEK_TASKS: Final = Group(
    "week<周>.tasks.",
    "第 <周> 周要事",
    {
        "要事": Slot(
            "要做的事，一列；预填要收的续期",
            cells=TASKS,
            value=lambda tasks: [task.text for task in tasks],
            becomes=KEPT,
        ),
        "影响": Slot(
            "做成了带来多少元，一列",
            Kind.MONEY,
            TASKS,
            lambda tasks: [task.yuan for task in tasks],
            becomes=KEPT,
        ),
        "期限": Slot(
            "期限，一列",
            Kind.DATE,
            TASKS,
            lambda tasks: [task.until for task in tasks],
            becomes=KEPT,
        ),
        "级": Slot(
            "A、B 或 C：比它大的合计不到七成是 A，不到九成是 B，一列",
            cells=TASKS,
            formula=when(
                _BRINGS.equals(""),
                "",
                when(
                    number_in(_BRINGS) <= 0,
                    "C",
                    when(_GREATER < A_UNTIL * _ALL, "A", when(_GREATER < B_UNTIL * _ALL, "B", "C")),
                ),
            ),
        ),
    },
    OVER_WEEKS,
)

TYPED: Final = Group(
    "input.week<周>.tasks.",
    "第 <周> 周要事",
    {"完成": Slot("做完没有，一列", cells=TASKS, becomes=WORDS)},
    OVER_WEEKS,
)


class _Task(NamedTuple):
    text: str
    yuan: float
    until: dt.date


def task_values(
    to_collect: Sequence[DueToCollect],
    month: Month,
    dates: WorkCalendar = USUAL,
) -> Values:
    """A person's tasks by week: the instalments to collect, the largest first.

    Parameters
    ----------
    to_collect : sequence of DueToCollect
        His instalments that are not paid.
    dates : WorkCalendar
        The days of the project.
    """
    found: Values = {}
    left = list(to_collect)
    for name, week in form_weeks(month, dates).items():
        days = [day for day in week if day]
        own = [one for one in left if days and _comes_up(one, days[0], days[-1])]
        left = [one for one in left if one not in own]
        found |= WEEK_TASKS.values(_tasks(own), 周=name)
    return found


def _comes_up(one: DueToCollect, first: dt.date, last: dt.date) -> bool:
    return first <= one.due <= last or first <= one.last <= last


def _tasks(own: Sequence[DueToCollect]) -> list[_Task]:
    """The largest instalments; the last row has all others together."""
    ordered = sorted(own, key=lambda one: -one.premium)
    shown = ordered if len(ordered) <= TASKS else ordered[: TASKS - 1]
    tasks = [
        _Task(
            f"收续期：保单 {one.policy}，{one.due.month}月{one.due.day}日应收",
            one.premium / 100,
            one.last,
        )
        for one in shown
    ]
    if rest := ordered[len(shown) :]:
        premium = sum(one.premium for one in rest) / 100
        tasks.append(_Task(f"收续期：其余 {len(rest)} 件", premium, min(one.last for one in rest)))
    return tasks
