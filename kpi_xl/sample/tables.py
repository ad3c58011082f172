"""The rows of each file, in its columns' order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from kpi_xl.sample.activity import Attendance, Week
from kpi_xl.sample.branch import DEPARTMENTS, Unit
from kpi_xl.sample.files import Cell
from kpi_xl.sample.goals import Goal
from kpi_xl.sample.outlets import Outlet
from kpi_xl.sample.people import Agent
from kpi_xl.sample.production import Policy
from kpi_xl.sample.ratings import MONTH, Rating
from kpi_xl.sample.renewals import Due

AGENT_COLUMNS: Final = (
    "agent",
    "name",
    "department",
    "team",
    "rank",
    "is_manager",
    "gender",
    "education",
    "licence",
    "signed",
    "confirmed",
    "left",
    "recruiter",
)
TRANSFER_COLUMNS: Final = (
    "agent",
    "valid_from",
    "from_department",
    "from_team",
    "department",
    "team",
)
POLICY_COLUMNS: Final = (
    "policy",
    "agent",
    "product",
    "is_main",
    "pieces",
    "premium",
    "fyc",
    "pay_mode",
    "outlet",
    "issued",
    "withdrawn",
)
DUE_COLUMNS: Final = ("policy", "agent", "due", "due_premium", "paid", "paid_premium")
RATING_COLUMNS: Final = ("agent", "month", "relation", "rater", "points")
WEEK_COLUMNS: Final = (
    "day",
    "agent",
    "outlet",
    "appointments",
    "visits",
    "interviews",
    "closings",
    "prospects",
    "recruiting_talks",
)
ATTENDANCE_COLUMNS: Final = ("day", "agent", "days_due", "days_present")
GOAL_COLUMNS: Final = ("month", "level", "unit", "kpi", "target")
OUTLET_COLUMNS: Final = ("outlet", "name", "agent", "opened", "closed")


def agent_rows(
    people: Iterable[Agent], odd_dates: dict[str, str], recruiters: dict[str, str]
) -> Iterator[list[Cell]]:
    """The roster by unit, where everybody is now, after all moves."""
    teams = [(d, team) for d in DEPARTMENTS for team in d.teams]

    def now(agent: Agent) -> Unit:
        return agent.moves[-1][1] if agent.moves else agent.home

    for agent in sorted(people, key=lambda a: (teams.index(now(a)), not a.is_manager, a.number)):
        yield [
            agent.number,
            agent.name,
            now(agent).department.name,
            now(agent).team,
            agent.rank,
            "是" if agent.is_manager else "否",
            agent.gender,
            agent.education,
            agent.licence or None,
            odd_dates.get(agent.number, agent.signed),
            agent.confirmed,
            agent.left,
            recruiters.get(agent.number),
        ]


def transfer_rows(people: Iterable[Agent]) -> Iterator[list[str]]:
    """The moves by day: from where to where."""
    moves = [
        (day, agent.number, before, after)
        for agent in people
        for before, (day, after) in zip(
            [agent.home, *(unit for _, unit in agent.moves)], agent.moves, strict=False
        )
    ]
    for day, number, before, after in sorted(moves, key=lambda move: move[:2]):
        yield [
            number,
            _day(day),
            before.department.name,
            before.team,
            after.department.name,
            after.team,
        ]


def policy_rows(policies: Iterable[Policy]) -> Iterator[list[str]]:
    """One row a product of a policy."""
    for policy in policies:
        for line in policy.lines:
            yield [
                policy.number,
                policy.agent.number,
                line.product,
                "主险" if line.is_main else "附加险",
                "1",
                _yuan(line.premium),
                _yuan(line.fyc),
                policy.mode,
                policy.outlet.number if policy.outlet else "",
                _day(policy.issued),
                _day(policy.withdrawn),
            ]


def due_rows(dues: Iterable[Due]) -> Iterator[list[str]]:
    """One row an instalment."""
    for due in dues:
        premium = _yuan(due.premium)
        paid = premium if due.paid else ""
        yield [due.policy, due.agent.number, _day(due.due), premium, _day(due.paid), paid]


def week_rows(weeks: Iterable[Week]) -> Iterator[list[str]]:
    """One row an agent and week."""
    for week in weeks:
        outlet = week.outlet.number if week.outlet else ""
        yield [_day(week.day), week.agent.number, outlet, *map(str, week[3:])]


def attendance_rows(rows: Iterable[Attendance]) -> Iterator[list[str]]:
    """One row an agent and month."""
    return ([_day(row.day), row.agent.number, str(row.due), str(row.present)] for row in rows)


def rating_rows(ratings: Iterable[Rating]) -> Iterator[list[str]]:
    """One row somebody who judged."""
    for one in ratings:
        yield [one.agent.number, str(MONTH), one.relation, one.rater, str(one.points)]


def goal_rows(goals: Iterable[Goal]) -> Iterator[list[Cell]]:
    """One row a target."""
    return ([str(goal.month), *goal[1:]] for goal in goals)


def outlet_rows(outlets: dict[int, list[Outlet]]) -> Iterator[list[str]]:
    """One row an outlet."""
    for listed in outlets.values():
        for outlet in listed:
            days = _day(outlet.opened), _day(outlet.closed)
            yield [outlet.number, outlet.name, outlet.agent.number, *days]


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
