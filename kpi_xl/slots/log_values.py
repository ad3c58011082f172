"""The slots of the daily logs: 客户经理工作日志 and 销售主管工作日志.

A sheet is a week; each of its days takes four lines.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb

from kpi_xl.calendar import USUAL, WEEKDAYS, Month, WorkCalendar, day_note
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.slots.becomes import KEPT, WORDS, Activity, Control, Managed, Received, Visit
from kpi_xl.slots.cell_formula import cell, total
from kpi_xl.slots.day_plans import ByDay, evenly
from kpi_xl.slots.plan_slots import OVER_WEEKS, form_weeks
from kpi_xl.slots.plan_values import ManagerDay, working_days_of
from kpi_xl.slots.slot import Group, Kind, Slot, Values

LINES: Final = 4
"""So many lines a day has."""

LOGGED: Final = ("拜访数", "洽谈人数", "促成人数", "意向客户数", "预收件数", "预收保费")
"""What the log of a 客户经理 adds up."""

_LINES_OF_A_WEEK: Final = 7 * LINES
_DAYS: Final = tuple(str(day) for day in range(1, 8))
_TEAM: Final = ("出单人数", "预收件数", "预收保费")

LOG: Final = Group(
    "week<周>.log.",
    "第 <周> 周",
    {
        "日期": Slot("每天四行：日期，周几，休、节日或调休上班，空行", cells=_LINES_OF_A_WEEK),
        "工作日": Slot("这一周的工作日数", Kind.NUMBER),
    },
    OVER_WEEKS,
)

PERSON_LOG: Final = Group(
    "week<周>.log.",
    "第 <周> 周",
    {
        "计划": Slot(
            "客户经理当日计划，每天四行",
            cells=_LINES_OF_A_WEEK,
            value=lambda lines: lines,
            becomes=KEPT,
        )
    },
    OVER_WEEKS,
)

MANAGER_LOG: Final = Group(
    "week<周>.log.",
    "第 <周> 周",
    {
        "安排": Slot("主管当日安排，每天四行", cells=_LINES_OF_A_WEEK, becomes=KEPT),
        "对象": Slot("主管面谈、陪访的对象，每天四行", cells=_LINES_OF_A_WEEK, becomes=KEPT),
    },
    OVER_WEEKS,
)

DAY_PREMIUM: Final = Group(
    "week<周>.day<日>.",
    "第 <周> 周第 <日> 天",
    {
        "保费合计": Slot(
            "当日预收保费合计", Kind.MONEY, formula=total(cell("input.week<周>.sales.保费"))
        )
    },
    OVER_WEEKS | {"日": _DAYS},
)

TEAM: Final = Group(
    "week<周>.team.",
    "第 <周> 周",
    {
        "<项目>.合计": Slot(
            "团队<项目>合计", Kind.NUMBER, formula=total(cell("input.week<周>.day<日>.<项目>"))
        )
    },
    OVER_WEEKS | {"项目": _TEAM},
)

LISTS: Final = Group(
    "lists.",
    "",
    {
        "网点": Slot("本人负责的网点，一列", cells=None, becomes=KEPT),
        "险种": Slot("主险险种，卖得多的在前，一列", cells=None, becomes=KEPT),
    },
)

TYPED: Final = (
    Group(
        "input.week<周>.",
        "第 <周> 周，每天四行",
        {
            "visits.时间": Slot("银行拜访的时间", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "visits.网点": Slot("拜访的网点，一行一次", cells=_LINES_OF_A_WEEK, becomes=Visit()),
            "visits.原因": Slot("为什么拜访", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "visits.效果": Slot("拜访的效果", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "visits.意向客户": Slot("意向客户", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "sales.险种": Slot("当日预收的险种，一行一单", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "sales.件数": Slot("件数", Kind.NUMBER, _LINES_OF_A_WEEK, becomes=Received("预收件数")),
            "sales.保费": Slot("保费", Kind.MONEY, _LINES_OF_A_WEEK, becomes=Received("预收保费")),
            "sales.网点": Slot("出单的网点", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "coaching.做法": Slot("面谈、陪访的做法和观察", cells=_LINES_OF_A_WEEK, becomes=WORDS),
            "coaching.效果": Slot("效果，要补的技能", cells=_LINES_OF_A_WEEK, becomes=WORDS),
        },
        OVER_WEEKS,
    ),
    Group(
        "input.week<周>.day<日>.",
        "第 <周> 周第 <日> 天",
        {
            "洽谈人数": Slot("洽谈人数", Kind.NUMBER, becomes=Activity("洽谈人数")),
            "促成人数": Slot("促成人数", Kind.NUMBER, becomes=Activity("促成人数")),
            "意向客户数": Slot("意向客户数", Kind.NUMBER, becomes=Activity("意向客户数")),
            "心得": Slot("问题及心得", becomes=WORDS),
            "出单人数": Slot("团队当日出单人数", Kind.NUMBER, becomes=Managed("出单人数")),
            "预收件数": Slot("团队当日预收件数", Kind.NUMBER, becomes=Control("预收件数")),
            "预收保费": Slot("团队当日预收保费", Kind.MONEY, becomes=Control("预收保费")),
            "日志份数": Slot("交了日志的人数", Kind.NUMBER, becomes=Managed("日志份数")),
            "得失": Slot("经验教训", becomes=WORDS),
            "明日": Slot("明日活动和要解决的问题", becomes=WORDS),
        },
        OVER_WEEKS | {"日": _DAYS},
    ),
)

_EVENING: Final = "夕会：总结当天，检查工作日志"


def log_days(month: Month, dates: WorkCalendar = USUAL) -> Values:
    """Each day's date, weekday and special notes, line by line."""
    found: Values = {}
    for name, days in form_weeks(month, dates).items():
        told = [
            [day, WEEKDAYS[day.weekday()], day_note(day, dates.work)] if day else [] for day in days
        ]
        count = len(working_days_of([days], dates))
        found |= LOG.values({"日期": _lines(told), "工作日": count}, 周=name)
    return found


def person_log(
    quotas: Mapping[str, int],
    outlets: Sequence[str],
    products: Sequence[str],
    month: Month,
    dates: WorkCalendar = USUAL,
    by_day: ByDay = evenly,
) -> Values:
    """The prefilled values of a person's log.

    Parameters
    ----------
    quotas : mapping of str to int
        The month's quotas by activity code; each day's plan says that day's.
    outlets, products : sequence of str
        What he may choose from.
    dates : WorkCalendar
        The days of the project.
    by_day : callable
        How the quotas are spread over days.
    """
    weeks = form_weeks(month, dates)
    working = working_days_of(weeks.values(), dates)
    texts: dict[dt.date, list[str]] = defaultdict(list)
    for code, name in ACTIVITIES.items():
        for day, share in by_day(name, quotas[code], working).items():
            if share:
                texts[day].append(f"{name.removesuffix('数').removesuffix('人')} {share}")
    found = LISTS.values({"网点": list(outlets), "险种": list(products)})
    for week, days in weeks.items():
        plans = [_in_pairs(texts.get(day, [])) if day else [] for day in days]
        found |= PERSON_LOG.values(_lines(plans), 周=week)
        for place in _DAYS:
            found |= DAY_PREMIUM.values(None, 周=week, 日=place)
    return found


def manager_log(
    days: Mapping[dt.date, ManagerDay],
    month: Month,
    dates: WorkCalendar = USUAL,
) -> Values:
    """The prefilled values of a manager's log: plans, with the person each is for.

    Parameters
    ----------
    days : mapping
        His working days; see `kpi_xl.slots.plan_values.manager_days`.
    dates : WorkCalendar
        The days of the project.
    """
    found: Values = {}
    for week, its_days in form_weeks(month, dates).items():
        plans, people = [], []
        for day in its_days:
            plan = days.get(day) if day else None
            plans.append([plan.morning, plan.afternoon, _EVENING] if plan else [])
            people.append([plan.talked_to, None, plan.accompanied] if plan else [])
        found |= MANAGER_LOG.values({"安排": _lines(plans), "对象": _lines(people)}, 周=week)
        for name in _TEAM:
            found |= TEAM.values(None, 周=week, 项目=name)
    return found


def outlets_of(
    store: duckdb.DuckDBPyConnection, agent: str, first: dt.date, last: dt.date
) -> list[str]:
    """The names of the outlets that a person looks after between two days."""
    rows = store.execute(
        "SELECT DISTINCT coalesce(name, outlet) AS name FROM outlets WHERE agent = ?"
        " AND coalesce(opened <= ?, TRUE) AND coalesce(closed > ?, TRUE) ORDER BY name",
        [agent, last, first],
    ).fetchall()
    return [name for (name,) in rows]


def _in_pairs(texts: Sequence[str]) -> list[str]:
    """Two to a line."""
    return ["、".join(texts[start : start + 2]) for start in range(0, len(texts), 2)]


def _lines(days: Sequence[Sequence[Any]]) -> list[Any]:
    """The lines of the days, each padded to its number of lines."""
    return [line for day in days for line in [*day, *[None] * LINES][:LINES]]
