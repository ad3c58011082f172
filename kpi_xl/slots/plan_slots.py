"""The slots of plans by week and day: for a person, and for a manager."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from kpi_xl.calendar import (
    FORM_WEEKS,
    PUBLIC,
    USUAL,
    WEEKDAYS,
    Month,
    WorkCalendar,
    WorkDays,
    day_note,
    planned_weeks,
)
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.people import Person
from kpi_xl.slots.becomes import (
    IN_REVIEW,
    KEPT,
    WORDS,
    Activity,
    Becomes,
    Managed,
    Plan,
    Received,
    Target,
)
from kpi_xl.slots.cell_formula import (
    CellFormula,
    any_of,
    call,
    cell,
    formula,
    in_brackets,
    numbers_in,
    texts_in,
    total,
    unless_error,
    when,
)
from kpi_xl.slots.slot import ByPlace, Group, Kind, Slot

WEEKS: Final = FORM_WEEKS
"""The templates have a sheet for each week."""

WEEK_NAMES: Final = tuple(str(week) for week in range(1, WEEKS + 1))
OVER_WEEKS: Final = {"周": WEEK_NAMES}
"""What stands in the names of the slots of a week's sheet."""

PLANNED: Final = tuple(ACTIVITIES.values())
RECEIVED: Final = ("预收件数", "预收保费")


def done_of_day(words: Mapping[str, str]) -> Becomes:
    """The use of a day's number in a line of the form."""
    item = words["项目"]
    return Received(item) if item in RECEIVED else Activity(item)


def _target_of_month(words: Mapping[str, str]) -> Becomes:
    item = words["项目"]
    # What is to be received ahead is what is to be sold: the form shows the targets of that.
    return Target("个人", _SOLD[item]) if item in _SOLD else Plan(item, "月")


_SOLD: Final = {"预收件数": "主险件数", "预收保费": "首年新单保费"}


class Week(NamedTuple):
    """A week of a month's plans; without days where the month has no such week."""

    number: int
    days: Sequence[dt.date | None]
    work: WorkDays = PUBLIC

    @property
    def period(self) -> str | None:
        """The first and last day, as `period_text`."""
        return period_text(self.days, self.work) if self.days else None

    @property
    def notes(self) -> list[str | None]:
        """A note on each unusual day."""
        return [day_note(day, self.work) if day else None for day in self.days]


WEEK: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "name": Slot("第几周", value=lambda week: f"第{week.number}周"),
        "period": Slot(
            "起止日期",
            value=lambda week: week.period,
        ),
        "dates": Slot("七天的日期", Kind.DATE, 7, lambda week: week.days),
        "weekday": Slot(
            "七天是周几",
            cells=7,
            value=lambda week: [day and WEEKDAYS[day.weekday()] for day in week.days],
        ),
        "note": Slot("休、节日或调休上班", cells=7, value=lambda week: week.notes),
        "days": Slot("周一到周五的日期", Kind.DATE, 5, lambda week: week.days[:5]),
        "days.note": Slot("周一到周五的备注", cells=5, value=lambda week: week.notes[:5]),
    },
    OVER_WEEKS,
)


def _heading(whose: str, beside: str) -> CellFormula:
    """The heading of a week: whose it is, and of which month."""
    return cell(whose).then("　").then(cell(beside)).then("　").then(cell("period.month"))


WEEK_HEADING: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "heading": Slot(
            "表头",
            formula=(
                _heading("person.name", "person.team"),
                _heading("unit.name", "unit.manager"),
                _heading("team.name", "unit.manager"),
                _heading("department.name", "unit.manager"),
            ),
        )
    },
    OVER_WEEKS,
)

FOCUS: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {"focus": Slot("工作重点", value=lambda text: text, becomes=KEPT)},
    OVER_WEEKS,
)

ACCOMPANIED: Final = 3
"""The norm of joint visits a week."""


def _times(name: str, kind: str) -> tuple[CellFormula, CellFormula]:
    """How often: added up by day, or counted where the lines of a log have an effect."""
    log = call("COUNTIFS", cell("方式"), kind, cell("input.week<周>.coaching.效果"), "?*")
    return total(cell(f"input.week<周>.{name}")), log


def _enough(
    name: str, unit: str, by_day: CellFormula, in_log: CellFormula
) -> tuple[CellFormula, CellFormula]:
    """Whether it was often enough, beside what is expected; blank until something is typed."""
    times = cell(f"{name}.合计")

    def told(expected: CellFormula) -> CellFormula:
        short = formula("还差").then(in_brackets(expected - times)).then(unit)
        return when(times >= expected, "已达到", short)

    return (
        when(numbers_in(cell(f"input.week<周>.{name}")).equals(0), "", told(by_day)),
        when(times.equals(0), "", told(in_log)),
    )


MANAGER_WEEK: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "morning": Slot(
            "周一到周五上午的计划",
            cells=5,
            value=lambda days: [day.morning for day in days],
            becomes=KEPT,
        ),
        "afternoon": Slot(
            "周一到周五下午的计划",
            cells=5,
            value=lambda days: [day.afternoon for day in days],
            becomes=KEPT,
        ),
        "accompany.合计": Slot("陪同次数合计", Kind.NUMBER, formula=_times("accompany", "陪访")),
        "talks.合计": Slot("面谈人数合计", Kind.NUMBER, formula=_times("talks", "面谈")),
        "accompany.提示": Slot(
            "陪同次数够不够",
            formula=_enough("accompany", "次", formula(ACCOMPANIED), formula(ACCOMPANIED)),
        ),
        "talks.提示": Slot(
            "面谈人数够不够",
            formula=_enough(
                "talks",
                "人",
                numbers_in(cell("input.week<周>.talks")),
                cell("week<周>.log.工作日"),
            ),
        ),
    },
    OVER_WEEKS,
)


class Placed(NamedTuple):
    """A person with the names of their units."""

    person: Person
    team: str
    department: str


NAMED: Final = Group("person.", "", {"name": Slot("姓名", value=lambda name: name)})

PERSON: Final = Group(
    "person.",
    "",
    {
        "id": Slot("工号；有这个名称的工作簿每人一份", value=lambda one: one.person.agent),
        "rank": Slot("职级", value=lambda one: one.person.rank),
        "team": Slot("所在营业组", value=lambda one: one.team),
        "department": Slot("所在营业部", value=lambda one: one.department),
    },
)

MONTH_PLAN: Final = Group(
    "month.",
    "<活动>",
    {
        "plan.weekly.<活动>": Slot(
            "各周计划，一行五周",
            Kind.NUMBER,
            WEEKS,
            formula=ByPlace(lambda place: cell(f"week{place + 1}.plan.<活动>.合计")),
        ),
        "plan.<活动>": Slot("本月计划", Kind.NUMBER, formula=total(cell("plan.weekly.<活动>"))),
    },
    {"活动": PLANNED},
)


def _done_in_week(place: int) -> tuple[CellFormula, ...]:
    """What was done in a week; blank until something is typed, in a log on a line of its own."""
    week = f"week{place + 1}"
    typed = numbers_in(cell(f"input.{week}.done.<项目>"))
    visited = texts_in(cell(f"input.{week}.visits.网点"))
    return tuple(
        when(one.equals(0), "", cell(f"{week}.done.<项目>.合计")) for one in (typed, visited)
    )


_WEEKLY: Final = cell("done.weekly.<项目>")
_DONE_IN_MONTH, _TARGET = cell("done.<项目>"), cell("target.<项目>")
_PLANNED: Final = cell("month.plan.<项目>")


def _beside(value: Callable[[CellFormula], CellFormula]) -> tuple[CellFormula, CellFormula]:
    """What was done beside the target, or beside the plan where the form plans it; blank until
    something is typed.
    """
    none = numbers_in(_WEEKLY).equals(0)
    return (
        when(any_of(_TARGET.equals(""), none), "", value(_TARGET)),
        when(none, "", value(_PLANNED)),
    )


MONTH_DONE: Final = Group(
    "month.",
    "<项目>",
    {
        "last.<项目>": Slot("上月实绩", Kind.NUMBER),
        "target.<项目>": Slot("本月目标", Kind.NUMBER, becomes=_target_of_month),
        "done.weekly.<项目>": Slot(
            "各周完成，一行五周", Kind.NUMBER, WEEKS, formula=ByPlace(_done_in_week)
        ),
        "done.<项目>": Slot("本月完成", Kind.NUMBER, formula=total(cell("done.weekly.<项目>"))),
        "gap.<项目>": Slot(
            "本月差额", Kind.NUMBER, formula=_beside(lambda aim: _DONE_IN_MONTH - aim)
        ),
        "rate.<项目>": Slot(
            "本月完成率",
            Kind.RATIO,
            formula=_beside(lambda aim: unless_error(_DONE_IN_MONTH / aim)),
        ),
    },
    {"项目": (*PLANNED, *RECEIVED)},
)

WEEK_PLAN: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "plan.<活动>": Slot(
            "<活动>每天的计划", Kind.NUMBER, 7, lambda plan: plan, becomes=Plan("<活动>", "天")
        ),
        "plan.<活动>.合计": Slot("<活动>计划合计", Kind.NUMBER, formula=total(cell("plan.<活动>"))),
    },
    OVER_WEEKS | {"活动": PLANNED},
)

_TYPED: Final = cell("input.week<周>.done.<项目>")
_DONE: Final = cell("done.<项目>.合计")
_PLAN: Final = cell("week<周>.plan.<项目>.合计")


def _once_typed(value: CellFormula) -> CellFormula:
    """Blank until somebody has typed the result."""
    return when(numbers_in(_TYPED).equals(0), "", value)


WEEK_DONE: Final = Group(
    "week<周>.",
    "第 <周> 周",
    {
        "done.<项目>.合计": Slot("<项目>完成合计", Kind.NUMBER, formula=total(_TYPED)),
        "gap.<项目>": Slot("<项目>差额", Kind.NUMBER, formula=_once_typed(_DONE - _PLAN)),
        "rate.<项目>": Slot(
            "<项目>完成率", Kind.RATIO, formula=_once_typed(unless_error(_DONE / _PLAN))
        ),
    },
    OVER_WEEKS | {"项目": (*PLANNED, *RECEIVED)},
)

ATTENTION: Final = Group(
    "attention.",
    "主管要关注的人，每人一行",
    {
        "姓名": Slot("姓名", cells=None, value=lambda seen: seen.member.name, becomes=KEPT),
        "工号": Slot("工号", cells=None, value=lambda seen: seen.member.agent),
        "职级": Slot("职级", cells=None, value=lambda seen: seen.member.rank),
        "原因": Slot("为什么关注", cells=None, value=lambda seen: seen.reason, becomes=KEPT),
        "方式": Slot("陪同、面谈或电话", cells=None, value=lambda seen: seen.manner, becomes=KEPT),
    },
)

WHO_LEADS: Final = Group(
    "attention.",
    "",
    {"说明": Slot("花名册看不出谁是主管时，名单里可能有主管自己", value=lambda text: text)},
)

NOBODY_LEADS: Final = (
    "花名册里看不出谁是主管（没有“是否主管”一列，职级里也没有主管、组长、营业部经理），"
    "名单里可能有主管自己。"
)

TYPED: Final = (
    Group(
        "input.week<周>.",
        "第 <周> 周",
        {
            "done.<项目>": Slot("<项目>每天完成", Kind.NUMBER, 7, becomes=done_of_day),
        },
        OVER_WEEKS | {"项目": (*PLANNED, *RECEIVED)},
    ),
    Group(
        "input.week<周>.",
        "第 <周> 周",
        {
            "reason": Slot("未完成的原因", cells=7, becomes=WORDS),
            "problem": Slot("本周问题", becomes=WORDS),
            "improve": Slot("改进办法", becomes=WORDS),
            "next": Slot("下周重点", becomes=WORDS),
            "comment": Slot("主管批注", becomes=WORDS),
            "summary": Slot("本周小结", becomes=IN_REVIEW),
            "filled_on": Slot("该周的填写日期", Kind.DATE, becomes=WORDS),
            "morning.result": Slot("周一到周五上午的结果", cells=5, becomes=WORDS),
            "afternoon.result": Slot("周一到周五下午的结果", cells=5, becomes=WORDS),
            "accompany": Slot(
                "周一到周五的陪同展业次数", Kind.NUMBER, 5, becomes=Managed("陪同展业次数")
            ),
            "talks": Slot("周一到周五的面谈人数", Kind.NUMBER, 5, becomes=Managed("面谈人数")),
        },
        OVER_WEEKS,
    ),
    Group(
        "input.attention.",
        "主管要关注的人，每人一行",
        {
            "date": Slot("计划日期", Kind.DATE, None, becomes=WORDS),
            "action": Slot("打算怎么做", cells=None, becomes=WORDS),
            "result": Slot("结果", cells=None, becomes=WORDS),
        },
    ),
    Group(
        "input.",
        "",
        {
            "focus": Slot("本月重点", becomes=IN_REVIEW),
            "summary": Slot("月末小结、检讨", becomes=IN_REVIEW),
            "comment": Slot("上级意见", becomes=IN_REVIEW),
            "filled_on": Slot("填写日期", Kind.DATE, becomes=WORDS),
        },
    ),
)
"""What people type into plans and many other forms."""


def form_weeks(month: Month, dates: WorkCalendar = USUAL) -> dict[str, list[dt.date | None]]:
    """A month's weeks by the numbers of their sheets; without days where it has no such week."""
    weeks = planned_weeks(month, dates)
    return {
        name: weeks[place] if place < len(weeks) else [] for place, name in enumerate(WEEK_NAMES)
    }


def period_text(week: Sequence[dt.date | None], work: WorkDays) -> str:
    """The first and last day of a week, with a note where days off are provisional:
    6月3日—6月9日.
    """
    days = [day for day in week if day]
    first, last = days[0], days[-1]
    told = work.told(first, last)
    text = f"{first.month}月{first.day}日—{last.month}月{last.day}日"
    return f"{text}（{told}）" if told else text
