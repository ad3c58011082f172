"""The slots about members' activities week by week and day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from kpi_xl.calendar import USUAL, WEEKDAYS, Month, WorkCalendar
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.daily_activities import DailyActivities
from kpi_xl.data.people import Person
from kpi_xl.slots.activity_quotas import FUNNEL
from kpi_xl.slots.becomes import WORDS, Activity, Received
from kpi_xl.slots.cell_formula import (
    CellFormula,
    call,
    cell,
    here,
    item,
    numbers_in,
    of_kpi,
    texts_in,
    total,
    unless_error,
    when,
)
from kpi_xl.slots.day_plans import ByDay, evenly
from kpi_xl.slots.plan_slots import OVER_WEEKS, RECEIVED, WEEK_NAMES, WEEKS, form_weeks
from kpi_xl.slots.plan_slots import PLANNED as ALL_PLANNED
from kpi_xl.slots.plan_values import working_days_of
from kpi_xl.slots.slot import ByPlace, ByWord, Group, Kind, Slot, Values

PLANNED: Final = tuple(ACTIVITIES[code] for code in FUNNEL)
"""The activities that the daily check has a plan for."""


_SHOWN: Final = 4
"""So many days that a form has no place for are named."""


class _Member(NamedTuple):
    """A person, and the name of his team."""

    person: Person
    team: str


_TEAMED: Final = {
    "营业组": Slot("所在营业组", cells=None, value=lambda one: one.team),
    "工号": Slot("工号", cells=None, value=lambda one: one.person.agent),
    "姓名": Slot("姓名", cells=None, value=lambda one: one.person.name),
}

WEEK_MEMBERS: Final = Group("week<周>.members.", "第 <周> 周，每位成员一行", _TEAMED, OVER_WEEKS)

WEEK_ACTIVITY: Final = Group(
    "week<周>.members.<活动>",
    "第 <周> 周，每位成员一行",
    {
        ".计划": Slot("<活动>计划", Kind.NUMBER, None),
        "": Slot("<活动>完成", Kind.NUMBER, None, becomes=Activity("<活动>", "周")),
    },
    OVER_WEEKS | {"活动": ALL_PLANNED},
)

TEAM_OF: Final = Group("members.", "每位成员一行", {"营业组": _TEAMED["营业组"]})


def _weeks(name: str) -> tuple[CellFormula, ...]:
    """A member's cells of the weeks."""
    return tuple(here(name.replace("<周>", week)) for week in WEEK_NAMES)


def _once_typed(name: str) -> CellFormula:
    """The weeks together; blank until something is known of one."""
    weeks = _weeks(name)
    return when(numbers_in(*weeks).equals(0), "", total(*weeks))


MONTH_ACTIVITY: Final = Group(
    "members.",
    "每位成员一行",
    {
        "<活动>.计划": Slot(
            "<活动>本月计划",
            Kind.NUMBER,
            None,
            formula=when(
                here("members.姓名").equals(""),
                "",
                total(*_weeks("week<周>.members.<活动>.计划")),
            ),
        )
    },
    {"活动": ALL_PLANNED},
)

MONTH_DONE: Final = Group(
    "members.",
    "每位成员一行",
    {
        "<项目>": Slot(
            "<项目>，五周合计",
            Kind.NUMBER,
            None,
            formula=(
                _once_typed("week<周>.members.<项目>"),
                _once_typed("input.week<周>.members.<项目>"),
            ),
        )
    },
    {"项目": (*ALL_PLANNED, *RECEIVED)},
)


def _totals(members: str) -> dict[str, Slot]:
    """The totals of an activity over the members' columns."""
    done = cell(f"{members}<活动>")
    share = unless_error(of_kpi(kpis["KPI_ATTAINMENT"], cell("<活动>"), cell("<活动>.计划")))
    return {
        "<活动>.计划": Slot(
            "<活动>计划", Kind.NUMBER, formula=total(cell(f"{members}<活动>.计划"))
        ),
        "<活动>": Slot("<活动>完成", Kind.NUMBER, formula=total(done)),
        "<活动>.完成率": Slot(
            "<活动>完成率", Kind.RATIO, formula=when(numbers_in(done).equals(0), "", share)
        ),
    }


WEEK_TOTALS: Final = Group(
    "week<周>.合计.",
    "第 <周> 周，成员合计",
    _totals("week<周>.members."),
    OVER_WEEKS | {"活动": ALL_PLANNED},
)

WEEK_SUMS: Final = Group(
    "week<周>.合计.",
    "第 <周> 周，成员合计",
    {
        "姓名": Slot("人数", Kind.NUMBER, formula=texts_in(cell("week<周>.members.姓名"))),
        **{
            name: Slot(name, Kind.NUMBER, formula=total(cell(f"input.week<周>.members.{name}")))
            for name in RECEIVED
        },
    },
    OVER_WEEKS,
)

MONTH_TOTALS: Final = Group("members.合计.", "成员合计", _totals("members."), {"活动": ALL_PLANNED})

MONTH_SUMS: Final = Group(
    "members.合计.",
    "成员合计",
    {name: Slot(name, Kind.NUMBER, formula=total(cell(f"members.{name}"))) for name in RECEIVED},
)

CHECKS: Final = Group(
    "week<周>.checks.",
    "第 <周> 周，每人每个工作日一行",
    {
        "日期": Slot("日期", Kind.DATE, None, lambda line: line[0]),
        "星期": Slot("星期", cells=None, value=lambda line: WEEKDAYS[line[0].weekday()]),
        "姓名": Slot("姓名", cells=None, value=lambda line: line[1].name),
        "工号": Slot("工号", cells=None, value=lambda line: line[1].agent),
    },
    OVER_WEEKS,
)

CHECKED: Final = Group(
    "week<周>.checks.",
    "第 <周> 周，每人每个工作日一行",
    {"<活动>.计划": Slot("<活动>计划", Kind.NUMBER, None, lambda plans: plans)},
    OVER_WEEKS | {"活动": PLANNED},
)

CHECKED_DONE: Final = Group(
    "week<周>.checks.",
    "第 <周> 周，每人每个工作日一行",
    {
        "<活动>": Slot(
            "<活动>完成", Kind.NUMBER, None, lambda done: done, becomes=Activity("<活动>")
        )
    },
    OVER_WEEKS | {"活动": ALL_PLANNED},
)

_DAILY: Final = (*ALL_PLANNED, "应填", "已填", *RECEIVED)
_DATES, _DATE = cell("week<周>.checks.日期"), here("week<周>.dates")


def _added_up(name: str) -> CellFormula:
    """The lines of a day together."""
    return call("SUMIF", _DATES, _DATE, cell(name))


def _of_item(named: Mapping[str, str]) -> CellFormula:
    """What a day's lines come to: how many there are, are filled in, or what stands in them."""
    name = named["项目"]
    if name == "应填":
        return call("COUNTIF", _DATES, _DATE)
    if name == "已填":
        return call("COUNTIFS", _DATES, _DATE, cell("week<周>.checks.拜访数"), ">=0")
    typed = "input." if name in RECEIVED else ""
    return _added_up(f"{typed}week<周>.checks.<项目>")


def _of_a_day(part: str, value: Callable[[Mapping[str, str]], CellFormula]) -> dict[str, Slot]:
    """A row for each day, blank without one, and the week."""
    own = f"<项目>{part}"
    return {
        own: Slot(
            f"{own}，每天合计，一列七天",
            Kind.NUMBER,
            7,
            formula=ByWord(lambda named: when(_DATE.equals(""), "", value(named))),
        ),
        f"{own}.合计": Slot(f"{own}，全周合计", Kind.NUMBER, formula=total(cell(own))),
    }


DAILY: Final = Group(
    "week<周>.daily.", "第 <周> 周", _of_a_day("", _of_item), OVER_WEEKS | {"项目": _DAILY}
)

DAILY_PLAN: Final = Group(
    "week<周>.daily.",
    "第 <周> 周",
    _of_a_day(".计划", lambda _: _added_up("week<周>.checks.<项目>.计划")),
    OVER_WEEKS | {"项目": PLANNED},
)

MONTH_CHECKS: Final = Group(
    "checks.",
    "每日检查",
    {
        "各周.<项目>": Slot(
            "<项目>，一列五周",
            Kind.NUMBER,
            WEEKS,
            formula=ByPlace(lambda place: cell(f"week{place + 1}.daily.<项目>.合计")),
        ),
        "合计.<项目>": Slot("<项目>，本月合计", Kind.NUMBER, formula=total(cell("各周.<项目>"))),
    },
    {"项目": _DAILY},
)


def _filled_in(place: int) -> CellFormula:
    """The share of lines that are filled in: of a week, and last of the month."""
    due, filled = (
        item(f"checks.各周.{name}", place) if place < WEEKS else cell(f"checks.合计.{name}")
        for name in ("应填", "已填")
    )
    return when(due.equals(0), "", filled / due)


FILLED_IN: Final = Group(
    "checks.",
    "每日检查",
    {"填写率": Slot("各周和本月，已填 ÷ 应填", Kind.RATIO, WEEKS + 1, formula=ByPlace(_filled_in))},
)

TYPED: Final = (
    Group(
        "input.week<周>.members.",
        "第 <周> 周，每位成员一行",
        {
            "预收件数": Slot("预收件数", Kind.NUMBER, None, becomes=Received("预收件数", "周")),
            "预收保费": Slot("预收保费", Kind.MONEY, None, becomes=Received("预收保费", "周")),
            "备注": Slot("备注", cells=None, becomes=WORDS),
        },
        OVER_WEEKS,
    ),
    Group(
        "input.week<周>.checks.",
        "第 <周> 周，每人每个工作日一行",
        {
            "预收件数": Slot("预收件数", Kind.NUMBER, None, becomes=Received("预收件数")),
            "预收保费": Slot("预收保费", Kind.MONEY, None, becomes=Received("预收保费")),
            "日志": Slot("日志交了没有", cells=None, becomes=WORDS),
            "检查": Slot("检查结果", cells=None, becomes=WORDS),
            "指导": Slot("指导和要求", cells=None, becomes=WORDS),
        },
        OVER_WEEKS,
    ),
)

Quotas = Mapping[str, Mapping[str, int]]
"""The month's quotas by 工号 and activity code."""


class MemberDays:
    """The planned and done activities of members on the days of a month's weeks.

    Parameters
    ----------
    people : sequence of Person
        The people of the team in the month.
    quotas : mapping
        The quotas of each member, by activity.
    done : DailyActivities
        The activities that were recorded.
    dates : WorkCalendar
        The days of the project.
    by_day : callable
        How somebody's quotas are spread over days.
    """

    def __init__(
        self,
        people: Sequence[Person],
        quotas: Quotas,
        done: DailyActivities,
        month: Month,
        dates: WorkCalendar = USUAL,
        by_day: Callable[[Person], ByDay] = lambda _: evenly,
    ) -> None:
        self.people = people
        self.weeks = form_weeks(month, dates)
        self.dates = dates
        self._span = dates.span(month)
        self._done = done
        working = working_days_of(self.weeks.values(), dates)
        self._plans = {
            (one.agent, name): by_day(one)(name, quotas[one.agent][code], working)
            for one in people
            for code, name in ACTIVITIES.items()
        }

    def plan(self, person: Person, name: str, days: Sequence[dt.date | None]) -> int | None:
        """Somebody's plan of an activity on some days; None where he is in service on none."""
        plan = self._plans[person.agent, name]
        there = [plan.get(day, 0) for day in days if day and person.serves(day)]
        return sum(there) if there else None

    def done(self, person: Person, name: str, days: Sequence[dt.date | None]) -> int | None:
        """The count that was done; None as long as nothing is known."""
        counts = [self._done.of(person.agent, day, name) for day in days if day]
        known = [count for count in counts if count is not None]
        return sum(known) if known else None

    def not_listed(self, *, working_only: bool) -> str | None:
        """A note on activities on days that a form has no place for; None if there are none.

        A weekend at an end of the month is in none of its weeks, and people do work on it.

        Parameters
        ----------
        working_only : bool
            Whether the form has the working days of the weeks only.
        """
        first, last = self._span
        weeks = self.weeks.values()
        listed = (
            set(working_days_of(weeks, self.dates))
            if working_only
            else {day for week in weeks for day in week}
        )
        days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
        counts = {
            day: sum(
                self.done(one, name, [day]) or 0
                for one in self.people
                for name in ACTIVITIES.values()
            )
            for day in days
            if day not in listed
        }
        if not (there := [f"{day.month}月{day.day}日" for day, count in counts.items() if count]):
            return None
        shown = "、".join(there[:_SHOWN]) + (f"等 {len(there)} 天" if len(there) > _SHOWN else "")
        return f"{shown}不在表里，那时做的 {sum(counts.values()):,} 次没有列入"


def week_statistics(days: MemberDays, teams: Mapping[str, str], rows: Mapping[str, int]) -> Values:
    """营业部每周活动情况统计表: members × activities by week, and the month.

    Parameters
    ----------
    days : MemberDays
        The department's people and what they do.
    teams : mapping of str to str
        The team of each agent.
    rows : mapping of str to int
        How many rows each slot has.
    """
    people = days.people
    members = [_Member(one, teams.get(one.agent, "")) for one in people]
    found = TEAM_OF.columns(members)
    named = {"members.姓名": [one.name for one in people]}
    for week, its_days in days.weeks.items():
        there = people if its_days else []
        found |= WEEK_MEMBERS.columns(members if its_days else [], 周=week)
        for name in ACTIVITIES.values():
            plans = [days.plan(one, name, its_days) for one in there]
            done = [days.done(one, name, its_days) for one in there]
            found |= WEEK_ACTIVITY.values({".计划": plans, "": done}, 周=week, 活动=name)
            found |= WEEK_TOTALS.values(None, found, 周=week, 活动=name)
        found |= WEEK_SUMS.values(None, found, 周=week)
    room = max(rows.get("members.工号", 0), len(people))
    for name in ACTIVITIES.values():
        found |= MONTH_ACTIVITY.values(None, found | named, room, 活动=name)
        found |= MONTH_DONE.values(None, found, room, 项目=name)
        found |= MONTH_TOTALS.values(None, found, 活动=name)
    for name in RECEIVED:
        found |= MONTH_DONE.values(None, found, room, 项目=name)
    return found | MONTH_SUMS.values(None, found)


def daily_checks(days: MemberDays) -> Values:
    """每日活动检查表: a row for each member on each working day, and each day summed up.

    Parameters
    ----------
    days : MemberDays
        The team's people and what they do.
    """
    found: Values = {}
    for named, its_days in days.weeks.items():
        lines = [
            (day, one)
            for day in working_days_of([its_days], days.dates)
            for one in days.people
            if one.serves(day)
        ]
        dates_of = {f"week{named}.dates": its_days}
        found |= CHECKS.columns(lines, 周=named)
        for name in PLANNED:
            plans = [days.plan(one, name, [day]) or 0 for day, one in lines]
            found |= CHECKED.values(plans, 周=named, 活动=name)
            found |= DAILY_PLAN.values(None, found | dates_of, 周=named, 项目=name)
        for name in ACTIVITIES.values():
            done = [days.done(one, name, [day]) for day, one in lines]
            found |= CHECKED_DONE.values(done, 周=named, 活动=name)
        for name in _DAILY:
            found |= DAILY.values(None, found | dates_of, 周=named, 项目=name)
    for name in _DAILY:
        found |= MONTH_CHECKS.values(None, found, 项目=name)
    return found | FILLED_IN.values(None, found)
