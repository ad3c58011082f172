"""The values of the slots about members' activities week by week and day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kpi_xl.analysis.spread import spread
from kpi_xl.calendar import WEEKDAYS, Month, planned_weeks
from kpi_xl.data.daily_activities import DailyActivities
from kpi_xl.data.people import ACTIVITIES, Person
from kpi_xl.slots.activity_quotas import FUNNEL
from kpi_xl.slots.plan_values import working_days_of
from kpi_xl.slots.unit_values import Values, attainment

WEEKS: Final = 5
PLANNED: Final = tuple(ACTIVITIES[code] for code in FUNNEL)
"""The activities that the daily check has a plan for."""

Quotas = Mapping[str, Mapping[str, int]]
"""The month's quotas by 工号 and activity code."""


class MemberDays:
    """What members are to do, and did, on the days of a month's weeks.

    Parameters
    ----------
    people : sequence of Person
        The members.
    quotas : mapping
        Their quotas.
    done : DailyActivities
        The records.
    month, last : Month
        The month, and the last one with data.
    cut : int or None
        The last day of a business month.
    """

    def __init__(
        self,
        people: Sequence[Person],
        quotas: Quotas,
        done: DailyActivities,
        month: Month,
        last: Month,
        cut: int | None = None,
    ) -> None:
        self.people = people
        self.weeks = planned_weeks(month, cut)
        self._done = done
        self._closed = month <= last
        working = working_days_of(self.weeks)
        self._plans = {
            (one.agent, name): dict(
                zip(working, spread(quotas[one.agent][code], len(working)), strict=True)
            )
            for one in people
            for code, name in ACTIVITIES.items()
        }

    def plan(self, person: Person, name: str, days: Sequence[dt.date | None]) -> int:
        """What somebody is to do of an activity on some days."""
        plan = self._plans[person.agent, name]
        return sum(plan.get(day, 0) for day in days if day)

    def done(self, person: Person, name: str, days: Sequence[dt.date | None]) -> int | None:
        """What he did; None as long as nothing is known."""
        counts = [self._done.of(person.agent, day, name) for day in days if day]
        known = [count for count in counts if count is not None]
        return sum(known) if known and self._closed else None


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
    found: Values = {}
    whole: dict[str, list[list[int | None]]] = {}
    for week in range(1, WEEKS + 1):
        slot = f"week{week}"
        its_days = days.weeks[week - 1] if week <= len(days.weeks) else []
        there = people if its_days else []
        found |= {
            f"{slot}.members.营业组": [teams.get(one.agent, "") for one in there],
            f"{slot}.members.工号": [one.agent for one in there],
            f"{slot}.members.姓名": [one.name for one in there],
        }
        for name in ACTIVITIES.values():
            plans = [days.plan(one, name, its_days) for one in there]
            done = [days.done(one, name, its_days) for one in there]
            found[f"{slot}.members.{name}.计划"] = plans
            found[f"{slot}.members.{name}"] = done
            found |= _totals(f"{slot}.合计.{name}", plans, done)
            whole.setdefault(f"{name}.计划", []).append(list(plans))
            whole.setdefault(name, []).append(list(done))
        found |= {f"{slot}.合计.预收件数": 0, f"{slot}.合计.预收保费": 0}
        found[f"{slot}.合计.姓名"] = len(there)
    room = max(rows.get("members.工号", 0), len(people))
    blank: list[Any] = [""] * (room - len(people))
    found["members.营业组"] = [teams.get(one.agent, "") for one in people]
    for name in ACTIVITIES.values():
        plans = [sum(cells) for cells in zip(*filter(None, whole[f"{name}.计划"]), strict=True)]
        weeks = zip(*filter(None, whole[name]), strict=True)
        known = [[count for count in cells if count is not None] for cells in weeks]
        done = [sum(cells) if cells else None for cells in known]
        found[f"members.{name}.计划"] = [*plans, *blank]
        found[f"members.{name}"] = ["" if count is None else count for count in done] + blank
        found |= _totals(f"members.合计.{name}", plans, done)
    for name in ("预收件数", "预收保费"):
        found[f"members.{name}"] = [""] * room
        found[f"members.合计.{name}"] = 0
    return found


def _totals(slot: str, plans: Sequence[int], done: Sequence[int | None]) -> Values:
    known = [count for count in done if count is not None]
    plan, total = sum(plans), sum(known)
    rate = attainment(total, plan) if known else ""
    return {f"{slot}.计划": plan, slot: total, f"{slot}.完成率": rate}


def daily_checks(days: MemberDays) -> Values:
    """每日活动检查表: a row for each member on each working day, and each day summed up.

    Parameters
    ----------
    days : MemberDays
        The team's people and what they do.
    """
    found: Values = {}
    for week in range(1, WEEKS + 1):
        slot = f"week{week}"
        its_days = days.weeks[week - 1] if week <= len(days.weeks) else []
        lines = [(day, one) for day in working_days_of([its_days]) for one in days.people]
        found |= {
            f"{slot}.checks.日期": [day for day, _ in lines],
            f"{slot}.checks.星期": [WEEKDAYS[day.weekday()] for day, _ in lines],
            f"{slot}.checks.姓名": [one.name for _, one in lines],
            f"{slot}.checks.工号": [one.agent for _, one in lines],
        }
        for name in PLANNED:
            plans = [days.plan(one, name, [day]) for day, one in lines]
            planned = [
                sum(plan for (day, _), plan in zip(lines, plans, strict=True) if day == one)
                for one in its_days
            ]
            found |= {
                f"{slot}.checks.{name}.计划": plans,
                f"{slot}.daily.{name}.计划": _of_days(planned),
                f"{slot}.daily.{name}.计划.合计": sum(planned),
            }
        for name in ACTIVITIES.values():
            done = [days.done(one, name, [day]) for day, one in lines]
            found[f"{slot}.checks.{name}"] = done
            by_day = [
                sum(count or 0 for (day, _), count in zip(lines, done, strict=True) if day == one)
                for one in its_days
            ]
            found[f"{slot}.daily.{name}"] = _of_days(by_day)
            found[f"{slot}.daily.{name}.合计"] = sum(by_day)
        there = [sum(day == one for day, _ in lines) for one in its_days]
        visited = found[f"{slot}.checks.拜访数"]
        recorded = [
            sum(count is not None for (d, _), count in zip(lines, visited, strict=True) if d == day)
            for day in its_days
        ]
        found |= {
            f"{slot}.daily.应填": _of_days(there),
            f"{slot}.daily.已填": _of_days(recorded),
            f"{slot}.daily.应填.合计": sum(there),
            f"{slot}.daily.已填.合计": sum(recorded),
        }
        for name in ("预收件数", "预收保费"):
            found[f"{slot}.daily.{name}"] = _of_days([0] * len(its_days))
            found[f"{slot}.daily.{name}.合计"] = 0
    for name in (*ACTIVITIES.values(), "预收件数", "预收保费", "应填", "已填"):
        weeks = [found[f"week{week}.daily.{name}.合计"] for week in range(1, WEEKS + 1)]
        found |= {f"checks.各周.{name}": weeks, f"checks.合计.{name}": sum(weeks)}
    due, filled = (
        [*found[f"checks.各周.{name}"], found[f"checks.合计.{name}"]] for name in ("应填", "已填")
    )
    rates = [done / all_ if all_ else "" for done, all_ in zip(filled, due, strict=True)]
    return found | {"checks.填写率": rates}


def _of_days(counts: Sequence[int]) -> list[int | str]:
    """A column of seven days; empty texts where a month has no such week."""
    return list(counts) if counts else [""] * 7
