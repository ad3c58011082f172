"""The activities of agents in a week, and the days on which they come in."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import BEGIN, END, MONTHS, attendance, recruiting_talks, workdays
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.outlets import Outlet
from kpi_xl.sample.people import Agent, serving
from kpi_xl.sample.production import Policy

_IDLE_SHARE: Final = 0.10
"""Share of the weeks in which an agent without a sale writes no log."""

# The funnel, backwards from the sale, per agent and week at a usual pace.
_TALKS_A_SALE: Final = 1.3
"""Talks beside the one that a sale needs anyway."""
_TALKS_A_WEEK: Final = 1.5
_VISITS_A_TALK: Final = 0.8
_VISITS_A_WEEK: Final = 3.2
_CALLS_A_VISIT: Final = 0.45
_PROSPECTS_A_TALK: Final = 0.4
_RECRUITING_A_WEEK: Final = 0.10
_MANAGERS_RECRUIT: Final = 7
"""Managers have so many times the recruiting talks of others."""


class Week(NamedTuple):
    """An agent's week, logged under one of its working days."""

    day: dt.date
    agent: Agent
    outlet: Outlet | None
    appointments: int
    visits: int
    interviews: int
    closings: int
    prospects: int
    recruiting_talks: int


class Attendance(NamedTuple):
    """An agent's month: working days under contract, and how many of them he came in."""

    day: dt.date
    agent: Agent
    due: int
    present: int


def make_weeks(
    dice: Chance,
    people: list[Agent],
    policies: list[Policy],
    outlets: dict[int, list[Outlet]],
) -> list[Week]:
    """The weekly logs: what was sold is closed in the week of issue, the rest of the funnel fits.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    people : list of Agent
        All agents of the branch.
    policies : list of Policy
        The policies that were sold.
    outlets : dict of int to list of Outlet
        The outlets by number of the department.
    """
    closings: dict[tuple[str, dt.date], int] = {}
    for policy in policies:
        key = policy.agent.number, _monday(policy.issued)
        closings[key] = closings.get(key, 0) + 1
    weeks = []
    monday = _monday(BEGIN)
    while monday <= END:
        days = _working_week(monday)
        for agent in serving(people, monday, monday + dt.timedelta(days=6)):
            own = [day for day in days if agent.serves_on(day)]
            sold = closings.get((agent.number, monday), 0)
            if own and (sold or not dice.chance(_IDLE_SHARE)):
                weeks.append(_week(dice, agent, dice.pick(own), len(own), sold, outlets))
        monday += dt.timedelta(days=7)
    weeks.sort(key=lambda week: week.day)
    return weeks


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _working_week(monday: dt.date) -> list[dt.date]:
    week = [monday + dt.timedelta(days=i) for i in range(7)]
    return [day for day in week if BEGIN <= day <= END and day in workdays(Month.containing(day))]


def _diligence(agent: Agent, day: dt.date) -> float:
    """Share of the working days that an agent comes in, about a day."""
    month = Month.containing(day)
    share = attendance(agent.unit_on(day).department, month) * (0.90 + 0.14 * agent.talent)
    if agent.is_going(month):
        share -= 0.22  # one foot out of the door
    return min(share, 1.0)


def _week(
    dice: Chance,
    agent: Agent,
    day: dt.date,
    days: int,
    sold: int,
    outlets: dict[int, list[Outlet]],
) -> Week:
    department = agent.unit_on(day).department
    effort = _diligence(agent, day) * department.drive * days / 5
    interviews = sold + dice.count(_TALKS_A_SALE * sold + _TALKS_A_WEEK * effort)
    visits = interviews + dice.count(_VISITS_A_TALK * interviews + _VISITS_A_WEEK * effort)
    appointments = visits + dice.count(_CALLS_A_VISIT * visits)
    talks = _RECRUITING_A_WEEK * recruiting_talks(department, Month.containing(day))
    if agent.is_manager:
        talks *= _MANAGERS_RECRUIT
    outlet = None
    if department.banking:
        open_now = [outlet for outlet in outlets[department.number] if outlet.open_on(day)]
        own = [outlet for outlet in open_now if outlet.agent is agent]
        outlet = dice.pick(own or open_now)
    return Week(
        day,
        agent,
        outlet,
        appointments,
        visits,
        interviews,
        sold,
        min(interviews, dice.count(_PROSPECTS_A_TALK * interviews)),
        dice.count(talks),
    )


def make_attendance(dice: Chance, people: list[Agent]) -> list[Attendance]:
    """One row an agent and month, dated the last day under contract in it."""
    rows = []
    for month in MONTHS:
        last = month.last
        for agent in serving(people, month.first, last):
            days = agent.served_days(month)
            if days:
                due = len(days)
                day = last if agent.serves_on(last) else days[-1]
                present = min(due, dice.rounded(due * _diligence(agent, day)))
                rows.append(Attendance(day, agent, due, present))
    return rows
