"""The slots of 营业部经理行事历: a department manager's weeks by the hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from kpi_xl.calendar import WEEKDAYS, Month, day_note, is_working_day, planned_weeks
from kpi_xl.slots.plan_slots import OVER_WEEKS, WEEKS, period_text
from kpi_xl.slots.plan_values import working_days_of
from kpi_xl.slots.slot import Group, Kind, Slot, Values

HOURS: Final = (
    "8:30—9:30",
    "9:30—10:30",
    "10:30—11:30",
    "13:30—14:30",
    "14:30—15:30",
    "15:30—16:30",
    "16:30—17:30",
    "晚间",
)
"""The hours of a day."""

USES: Final = ("会议", "陪访", "辅导", "培训", "银行", "招募", "管理", "学习")
"""What a manager's time goes to: the first two characters of what stands in an hour."""

WEEKEND: Final = 6
"""The place of the day of a weekend that is worked on, after Monday to Friday."""

_DAYS: Final = tuple(str(day) for day in range(1, WEEKEND + 1))

DAYS: Final = Group(
    "week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {"计划": Slot("各时段的计划，一列；第 6 天是周末调休日", cells=len(HOURS))},
    OVER_WEEKS | {"日": _DAYS},
)

WORKDAYS: Final = Group(
    "week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {"日期": Slot("日期", Kind.DATE), "备注": Slot("休、节日")},
    OVER_WEEKS | {"日": _DAYS[:-1]},
)

_TIME: Final = {
    "计划": Slot("各类用途的计划小时，一列", Kind.NUMBER, len(USES)),
    "记录": Slot("各类用途的实际小时，一列", Kind.NUMBER, len(USES)),
    "占比": Slot("各类用途占实际的比例，一列", Kind.RATIO, len(USES)),
    "计划.合计": Slot("计划小时合计", Kind.NUMBER),
    "记录.合计": Slot("实际小时合计", Kind.NUMBER),
}

WEEK_TIME: Final = Group(
    "week<周>.time.",
    "第 <周> 周：时间分配",
    _TIME | {"差额": Slot("实际 − 计划，一列", Kind.NUMBER, len(USES))},
    OVER_WEEKS,
)

MONTH_TIME: Final = Group(
    "time.",
    "全月时间分配",
    _TIME | {"各周记录": Slot("各类用途各周的实际小时，一行五周", Kind.NUMBER, len(USES) * WEEKS)},
)

WEEKENDS: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {"weekend": Slot("周末；有调休上班日时是它的日期")},
    OVER_WEEKS,
)

TYPED: Final = Group(
    "input.week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {"记录": Slot("各时段实际做了什么，前两个字是用途", cells=len(HOURS))},
    OVER_WEEKS | {"日": _DAYS},
)

_FORENOON: Final = (1, 2)


def agenda_values(teams: Sequence[str], month: Month, cut: int | None = None) -> Values:
    """A proposal for the month: meetings, and the teams in turn, the weakest first.

    Parameters
    ----------
    teams : sequence of str
        The department's teams, the one that needs the manager most first.
    month : Month
        The month.
    cut : int or None
        The last day of a business month.
    """
    weeks = planned_weeks(month, cut)
    working = working_days_of(weeks)
    turn = 0
    whole = dict.fromkeys(USES, 0)
    found: Values = {}
    for number in range(1, WEEKS + 1):
        slot = f"week{number}"
        week = weeks[number - 1] if number <= len(weeks) else []
        made_up = [day for day in week[5:] if day and is_working_day(day)]
        days = [*week[:5], *made_up[:1]]
        found[f"{slot}.weekend"] = _weekend(made_up)
        planned = 0
        uses = dict.fromkeys(USES, 0)
        for place in range(1, WEEKEND + 1):
            day = days[place - 1] if place <= len(days) else None
            plan: list[str | None] = [None] * len(HOURS)
            if day and day in working:
                team = teams[turn % len(teams)] if teams else None
                plan = _day(day, day == working[0], day == working[-1], team)
                turn += day.weekday() in (1, 2, 3)
            found[f"{slot}.day{place}.计划"] = plan
            if place < WEEKEND:
                found[f"{slot}.day{place}.日期"] = day
                found[f"{slot}.day{place}.备注"] = day and day_note(day)
            for text in filter(None, plan):
                uses[text[:2]] += 1
                whole[text[:2]] += 1
                planned += 1
        found[f"{slot}.time.计划"] = list(uses.values())
        found[f"{slot}.time.记录"] = [0] * len(USES)
        found[f"{slot}.time.差额"] = [""] * len(USES)
        found[f"{slot}.time.占比"] = [""] * len(USES)
        found[f"{slot}.time.计划.合计"] = planned
        found[f"{slot}.time.记录.合计"] = 0
    return found | {
        "time.各周记录": [[0] * WEEKS for _ in USES],
        "time.记录": [0] * len(USES),
        "time.计划": list(whole.values()),
        "time.占比": [""] * len(USES),
        "time.记录.合计": 0,
        "time.计划.合计": sum(whole.values()),
    }


def _day(day: dt.date, is_first: bool, is_last: bool, team: str | None) -> list[str | None]:
    """A working day by the hour."""
    plan: list[str | None] = [None] * len(HOURS)
    plan[0], plan[6] = "会议：早会", "会议：夕会"
    weekday = day.weekday()
    if weekday == 0:
        for hour in _FORENOON:
            plan[hour] = "会议：部门周例会"
    if weekday in (1, 2, 3) and team:
        for hour in _FORENOON:
            plan[hour] = f"陪访：{team}"
        plan[4] = f"辅导：{team}主管"
    if weekday == 2:
        plan[3] = "培训：专题训练"
    if weekday == 4:
        plan[4] = "会议：主管例会"
        plan[5] = "管理：检查活动工具，排下周"
    if is_first:
        plan[3] = "管理：定本月KPI，分解目标"
    if is_last:
        plan[3] = "会议：月检讨会"
    return plan


def _weekend(made_up: Sequence[dt.date]) -> str:
    if not made_up:
        return "周末"
    day = made_up[0]
    told = "调休上班" if day.weekday() >= WEEKEND - 1 else "上班"
    left = f"；{period_text(made_up[1:])}请另排" if len(made_up) > 1 else ""
    return f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}（{told}{left}）"
