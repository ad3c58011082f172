"""The values of the slots of the daily logs: 客户经理工作日志 and 销售主管工作日志.

A sheet is a week; each of its days takes four lines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb

from kpi_xl.analysis.spread import spread
from kpi_xl.calendar import WEEKDAYS, Month, day_note, planned_weeks
from kpi_xl.data.people import ACTIVITIES
from kpi_xl.slots.plan_values import WEEKS, ManagerDay, working_days_of
from kpi_xl.slots.unit_values import Values

LINES: Final = 4
"""So many lines a day has."""

LOGGED: Final = ("拜访数", "洽谈人数", "促成人数", "意向客户数", "预收件数", "预收保费")
"""What the log of a 客户经理 adds up."""

_EVENING: Final = "夕会：总结当天，检查工作日志"


def log_days(month: Month, cut: int | None = None) -> Values:
    """Each day's date, weekday, and what is out of the ordinary about it, line by line."""
    weeks = planned_weeks(month, cut)
    found: Values = {}
    for number in range(1, WEEKS + 1):
        days = weeks[number - 1] if number <= len(weeks) else []
        told = [[day, WEEKDAYS[day.weekday()], day_note(day)] if day else [] for day in days]
        found[f"week{number}.log.日期"] = _lines(told)
        found[f"week{number}.log.工作日"] = len(working_days_of([days]))
    return found


def person_log(
    quotas: Mapping[str, int],
    outlets: Sequence[str],
    products: Sequence[str],
    month: Month,
    cut: int | None = None,
) -> Values:
    """What a person's log has before he writes in it.

    Parameters
    ----------
    quotas : mapping of str to int
        The month's quotas by activity code; each day's plan says that day's.
    outlets, products : sequence of str
        What he may choose from.
    month : Month
        The month.
    cut : int or None
        The last day of a business month.
    """
    weeks = planned_weeks(month, cut)
    working = working_days_of(weeks)
    by_day: dict[dt.date, list[str]] = {day: [] for day in working}
    for code, name in ACTIVITIES.items():
        for day, share in zip(working, spread(quotas[code], len(working)), strict=True):
            if share:
                by_day[day].append(f"{name.removesuffix('数').removesuffix('人')} {share}")
    found: Values = {"lists.网点": list(outlets), "lists.险种": list(products)}
    for number in range(1, WEEKS + 1):
        slot = f"week{number}"
        days = weeks[number - 1] if number <= len(weeks) else []
        plans = [_in_pairs(by_day.get(day, [])) if day else [] for day in days]
        found[f"{slot}.log.计划"] = _lines(plans)
        found |= {f"{slot}.day{day}.保费合计": 0 for day in range(1, 8)}
    return found


def manager_log(days: Mapping[dt.date, ManagerDay], month: Month, cut: int | None = None) -> Values:
    """What a manager's log has before he writes in it: what he planned, and for whom.

    Parameters
    ----------
    days : mapping
        His working days; see `kpi_xl.slots.plan_values.manager_days`.
    month : Month
        The month.
    cut : int or None
        The last day of a business month.
    """
    weeks = planned_weeks(month, cut)
    found: Values = {}
    for number in range(1, WEEKS + 1):
        slot = f"week{number}"
        its_days = weeks[number - 1] if number <= len(weeks) else []
        plans, people = [], []
        for day in its_days:
            plan = days.get(day) if day else None
            plans.append([plan.morning, plan.afternoon, _EVENING] if plan else [])
            people.append([plan.talked_to, None, plan.accompanied] if plan else [])
        found[f"{slot}.log.安排"] = _lines(plans)
        found[f"{slot}.log.对象"] = _lines(people)
        for name in ("出单人数", "预收件数", "预收保费"):
            found[f"{slot}.team.{name}.合计"] = 0
    return found


def outlets_of(store: duckdb.DuckDBPyConnection, agent: str, month: Month) -> list[str]:
    """The names of the outlets somebody looks after in a month."""
    rows = store.execute(
        "SELECT DISTINCT coalesce(name, outlet) AS name FROM outlets WHERE agent = ?"
        " AND coalesce(opened <= ?, TRUE) AND coalesce(closed > ?, TRUE) ORDER BY name",
        [agent, month.last, month.first],
    ).fetchall()
    return [name for (name,) in rows]


def _in_pairs(texts: Sequence[str]) -> list[str]:
    """Two to a line."""
    return ["、".join(texts[start : start + 2]) for start in range(0, len(texts), 2)]


def _lines(days: Sequence[Sequence[Any]]) -> list[Any]:
    """The lines of the days, each filled up to its number of lines."""
    return [line for day in days for line in [*day, *[None] * LINES][:LINES]]
