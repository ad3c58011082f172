"""The slots of 营业部经理行事历: a department manager's weeks by the hour."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.time_boxes import A_DAY, MINUTES, Activity, time_boxes
from kpi_xl.calendar import USUAL, WEEKDAYS, Month, WorkCalendar, WorkDays, day_note, is_working_day
from kpi_xl.slots.becomes import WORDS
from kpi_xl.slots.cell_formula import CellFormula, call, cell, here, item, texts_in, total, when
from kpi_xl.slots.plan_slots import OVER_WEEKS, WEEK_NAMES, WEEKS, form_weeks, period_text
from kpi_xl.slots.plan_values import working_days_of
from kpi_xl.slots.slot import ByPlace, Group, Kind, Slot, Values
from kpi_xl.slots.time_values import MOST, rows_of, told_hours

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
"""The uses of a manager's time: the first two characters of an hour's text."""

WEEKEND: Final = 6
"""The place of the day of a weekend that is worked on, after Monday to Friday."""

_DAYS: Final = tuple(str(day) for day in range(1, WEEKEND + 1))

DAYS: Final = Group(
    "week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {
        "计划": Slot("各时段的计划，一列；第 6 天是周末调休日", cells=len(HOURS), becomes=WORDS),
        "合计": Slot("当日计划几小时，超出上限多少", formula=told_hours(texts_in(cell("计划")))),
        "记录合计": Slot(
            "当日实际几小时，超出上限多少",
            formula=told_hours(texts_in(cell("input.week<周>.day<日>.记录"))),
        ),
        "排不下": Slot("没有时间做的活动"),
    },
    OVER_WEEKS | {"日": _DAYS},
)

WORKDAYS: Final = Group(
    "week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {"日期": Slot("日期", Kind.DATE), "备注": Slot("休、节日")},
    OVER_WEEKS | {"日": _DAYS[:-1]},
)

_RECORDED: Final = cell("记录.合计")


def _once_recorded(value: CellFormula) -> CellFormula:
    return when(_RECORDED.equals(0), "", value)


def _time(planned: CellFormula | ByPlace, recorded: CellFormula | ByPlace) -> dict[str, Slot]:
    """The hours by use."""
    return {
        "计划": Slot("各类用途的计划小时，一列", Kind.NUMBER, len(USES), formula=planned),
        "记录": Slot("各类用途的实际小时，一列", Kind.NUMBER, len(USES), formula=recorded),
        "占比": Slot(
            "各类用途占实际的比例，一列",
            Kind.RATIO,
            len(USES),
            formula=_once_recorded(here("记录") / _RECORDED),
        ),
        "计划.合计": Slot("计划小时合计", Kind.NUMBER, formula=total(cell("计划"))),
        "记录.合计": Slot("实际小时合计", Kind.NUMBER, formula=total(cell("记录"))),
    }


def _hours_for(kind: str) -> ByPlace:
    """The hours of the week's days whose text begins with a use, planned or recorded."""

    def hours(place: int) -> CellFormula:
        begins = call("LEFT", cell("各天"), 2).equals(USES[place])
        return call("SUMPRODUCT", begins * cell("栏").equals(kind))

    return ByPlace(hours)


WEEK_TIME: Final = Group(
    "week<周>.time.",
    "第 <周> 周：时间分配",
    _time(_hours_for("计划"), _hours_for("记录"))
    | {
        "差额": Slot(
            "实际 − 计划，一列",
            Kind.NUMBER,
            len(USES),
            formula=_once_recorded(here("记录") - here("计划")),
        )
    },
    OVER_WEEKS,
)

MONTH_TIME: Final = Group(
    "time.",
    "全月时间分配",
    _time(
        functools.reduce(operator.add, (here(f"week{week}.time.计划") for week in WEEK_NAMES)),
        total(here("各周记录")),
    )
    | {
        "各周记录": Slot(
            "各类用途各周的实际小时，一行五周",
            Kind.NUMBER,
            len(USES) * WEEKS,
            formula=ByPlace(
                lambda place: item(f"week{place % WEEKS + 1}.time.记录", place // WEEKS)
            ),
            columns=WEEKS,
        )
    },
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
    {"记录": Slot("各时段实际做了什么，前两个字是用途", cells=len(HOURS), becomes=WORDS)},
    OVER_WEEKS | {"日": _DAYS},
)

_HOUR: Final = 60
_STARTS: Final = (510, 570, 630, 810, 870, 930, 990)
_DAYTIME: Final = tuple((start, start + _HOUR) for start in _STARTS)
_PERIODS: Final = ((510, 690), (810, 1050))
"""When `HOURS` begin, without the evening; when they go on without a break."""


def agenda_values(
    teams: Sequence[str],
    month: Month,
    dates: WorkCalendar = USUAL,
    minutes: Mapping[str, int] = MINUTES,
    most: int = A_DAY,
) -> Values:
    """Propose a month: meetings, and visits to the teams in turn, the weakest first.

    Parameters
    ----------
    teams : sequence of str
        The department's teams, the one that needs the manager most first.
    dates : WorkCalendar
        The days of the project.
    minutes : mapping of str to int
        How long each kind of activity takes; a box takes whole hours of the form.
    most : int
        How many minutes of a day may be planned.
    """
    weeks = form_weeks(month, dates)
    working = working_days_of(weeks.values(), dates)
    turn = 0
    found: Values = {}
    for name, week in weeks.items():
        made_up = [day for day in week[5:] if day and is_working_day(day, dates.work)]
        days = [*week[:5], *made_up[:1]]
        found |= WEEKENDS.values({"weekend": _weekend(made_up, dates.work)}, 周=name)
        found |= MOST.values(most, 周=name)
        columns: list[Sequence[str | None]] = []
        for place in range(1, WEEKEND + 1):
            day = days[place - 1] if place <= len(days) else None
            wanted: list[tuple[str, str, int]] = []
            if day and day in working:
                team = teams[turn % len(teams)] if teams else None
                wanted = _day(day, day == working[0], day == working[-1], team)
                turn += day.weekday() in (1, 2, 3)
            activities = [
                Activity(text, -(-minutes[kind] // _HOUR) * _HOUR, _STARTS[hour])
                for kind, text, hour in wanted
            ]
            boxes, left = time_boxes(activities, _PERIODS, most)
            plan = [*rows_of(boxes, _DAYTIME), None]
            of_day = {"计划": plan, "排不下": "；".join(one.text for one in left)}
            found |= DAYS.values(of_day, found, 周=name, 日=str(place))
            if place < WEEKEND:
                dated = {"日期": day, "备注": day and day_note(day, dates.work)}
                found |= WORKDAYS.values(dated, 周=name, 日=str(place))
            columns += [plan, [None] * len(HOURS)]  # nothing is recorded yet
        of_week = {
            "各天": [[*row] for row in zip(*columns, strict=True)],
            "栏": ["计划", "记录"] * WEEKEND,
        }
        found |= WEEK_TIME.values(None, of_week, 周=name)
    return found | MONTH_TIME.values(None, found)


def _day(
    day: dt.date, is_first: bool, is_last: bool, team: str | None
) -> list[tuple[str, str, int]]:
    """The duties of a working day, the most important first: use, text, preferred hour."""
    wanted = [("会议", "会议：早会", 0), ("会议", "会议：夕会", 6)]
    weekday = day.weekday()
    if is_first:
        wanted.append(("管理", "管理：定本月KPI，分解目标", 3))
    if is_last:
        wanted.append(("会议", "会议：月检讨会", 3))
    if weekday == 0:
        wanted.append(("例会", "会议：部门周例会", 1))
    if weekday in (1, 2, 3) and team:
        wanted.append(("陪访", f"陪访：{team}", 1))
        wanted.append(("辅导", f"辅导：{team}主管", 4))
    if weekday == 2:
        wanted.append(("培训", "培训：专题训练", 3))
    if weekday == 4:
        wanted.append(("会议", "会议：主管例会", 4))
        wanted.append(("管理", "管理：检查活动工具，排下周", 5))
    return wanted


def _weekend(made_up: Sequence[dt.date], work: WorkDays) -> str:
    if not made_up:
        return "周末"
    day = made_up[0]
    told = "调休上班" if day.weekday() >= WEEKEND - 1 else "上班"
    left = f"；{period_text(made_up[1:], work)}请另排" if len(made_up) > 1 else ""
    return f"{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}（{told}{left}）"
