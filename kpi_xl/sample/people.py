"""Who works in the branch: signing, staying, confirmation, leaving, moving."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import (
    BEGIN,
    COMPLETE_FROM,
    DEPARTMENTS,
    END,
    LAST,
    MONTHS,
    OLDEST,
    TEAM_WEIGHTS,
    Department,
    Unit,
    attrition,
    recruiting,
    workdays,
)
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.names import Gender, person_name

_LEAVING: Final = ((1, 0.012), (2, 0.05), (8, 0.125), (14, 0.060), (25, 0.030))
_LEAVING_LATER: Final = 0.015
"""Share of the agents leaving in a month, by months served: below so many months, so many.

Most give up when they have sold to everybody they know, in the third to eighth month. About three
in ten see the end of their thirteenth month.
"""

_TALENT_HOLDS: Final = 0.9
"""How much rather the able stay: the ablest leave 0.55 times as fast, the least able 1.45 times."""

_EDUCATION: Final = ("初中", "高中", "中专", "大专", "本科", "研究生")
_EDUCATION_WEIGHTS: Final = (4.0, 26.0, 14.0, 36.0, 19.0, 1.0)
_WOMEN_SHARE: Final = 0.62
_FIRST_NUMBER: Final = 101200
"""The number of the longest-serving agent; numbers rise by one to nine from one to the next."""

_MOVES_A_MONTH: Final = 1.7


@dataclass
class Agent:
    """An agent's whole career.

    Parameters
    ----------
    signed : date
        The day of signing.
    home : Unit
        Where he signed on.
    talent : float
        0 to 1: the able sell more and stay longer.
    name, gender, education, licence : str
        As the roster has them.
    is_manager : bool
        Whether he leads a team or a department.
    rank : str
        The 职级 at the end, or on leaving.
    confirmed, left : date, optional
        The days of confirmation and of leaving.
    number : str
        The 工号.
    moves : list of (date, Unit)
        Where he went since, and from which day on, in order.
    """

    signed: dt.date
    home: Unit
    talent: float
    name: str
    gender: Gender
    education: str
    is_manager: bool = False
    rank: str = "试用业务员"
    licence: str = ""
    confirmed: dt.date | None = None
    left: dt.date | None = None
    number: str = ""
    moves: list[tuple[dt.date, Unit]] = field(default_factory=list)

    def serves_on(self, day: dt.date) -> bool:
        """Whether he is under contract on a day."""
        return self.signed <= day and (self.left is None or self.left > day)

    def served_days(self, month: Month) -> tuple[dt.date, ...]:
        """The working days of a month on which he is under contract."""
        days = workdays(month)
        if self.serves_on(days[0]) and self.serves_on(days[-1]):
            return days
        return tuple(day for day in days if self.serves_on(day))

    def is_going(self, month: Month) -> bool:
        """Whether he leaves in this month or the next."""
        return self.left is not None and Month.containing(self.left) <= month + 1

    def age(self, month: Month) -> int:
        """Months served: 0 in the month of signing."""
        return month.number - Month.containing(self.signed).number

    def unit_on(self, day: dt.date) -> Unit:
        """Where he belongs on a day."""
        unit = self.home
        for since, moved_to in self.moves:
            if since <= day:
                unit = moved_to
        return unit


def make_people(dice: Chance) -> list[Agent]:
    """Everybody the roster names, by number, before any moves.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    """
    everybody = []
    for department in DEPARTMENTS:
        everybody += _managers(dice, department)
        for number in range(OLDEST.number, LAST.number + 1):
            month = Month(number)
            for _ in range(dice.count(recruiting(department, month))):
                agent = _recruit(dice, department, month)
                if month >= COMPLETE_FROM or agent.left is None or agent.left > BEGIN:
                    everybody.append(agent)
    everybody.sort(key=lambda agent: agent.signed)  # a stable sort: who came first stays first
    number = _FIRST_NUMBER
    for agent in everybody:
        number += dice.between(1, 9)
        agent.number = f"{number:08d}"
        agent.licence = _licence(dice, agent)
    return everybody


def _person(dice: Chance, unit: Unit, signed: dt.date, talent: float) -> Agent:
    gender: Gender = "女" if dice.chance(_WOMEN_SHARE) else "男"
    return Agent(
        signed=signed,
        home=unit,
        talent=talent,
        name=person_name(dice, gender),
        gender=gender,
        education=dice.weighted(_EDUCATION, _EDUCATION_WEIGHTS),
    )


def _managers(dice: Chance, department: Department) -> list[Agent]:
    """The manager of the department, who leads its first team besides, and one of each team."""
    ranks = ["营业部经理"] + [dice.pick(("高级主任", "业务主任")) for _ in department.teams]
    managers = []
    for rank, team in zip(ranks, (department.teams[0], *department.teams), strict=True):
        month = OLDEST + dice.below(24)
        manager = _person(dice, Unit(department, team), dice.pick(workdays(month)), 0.9)
        manager.is_manager = True
        manager.rank = rank
        manager.confirmed = (month + dice.between(3, 6)).first
        managers.append(manager)
    return managers


def _recruit(dice: Chance, department: Department, month: Month) -> Agent:
    team = dice.weighted(department.teams, TEAM_WEIGHTS)
    agent = _person(dice, Unit(department, team), dice.pick(workdays(month)), dice.throw())
    agent.left = _leaving_day(dice, agent)
    agent.confirmed = _confirmation_day(dice, agent)
    seniority = (agent.left or END) - agent.signed
    if agent.confirmed is not None:
        senior = seniority.days > 3 * 365 and agent.talent > 0.5
        agent.rank = "资深业务员" if senior else "正式业务员"
    return agent


def _leaving_day(dice: Chance, agent: Agent) -> dt.date | None:
    month = Month.containing(agent.signed)
    steadiness = 1 + _TALENT_HOLDS * (0.5 - agent.talent)
    while month <= LAST:
        share = _leaving_share(agent.age(month)) * attrition(agent.home.department, month)
        days = [day for day in workdays(month) if day > agent.signed]
        if dice.chance(share * steadiness) and days:
            return dice.pick(days)
        month += 1
    return None


def _leaving_share(age: int) -> float:
    return next((share for below, share in _LEAVING if age < below), _LEAVING_LATER)


def _confirmation_day(dice: Chance, agent: Agent) -> dt.date | None:
    """The first of the third to sixth month for the able; who stays a year gets there as well."""
    in_time = dice.chance(0.22 + 0.6 * agent.talent)
    months = dice.weighted((3, 4, 5, 6), (4.0, 3.0, 2.0, 1.0)) if in_time else dice.between(8, 12)
    day = (Month.containing(agent.signed) + months).first
    return day if agent.serves_on(day) and day <= END else None


def _licence(dice: Chance, agent: Agent) -> str:
    """A licence number of 26 digits, as the regulator gives them; some on trial have none yet."""
    if agent.confirmed is None and not dice.chance(0.82):
        return ""
    serial = "".join(str(dice.below(10)) for _ in range(10))
    return f"02000142{agent.number[-4:]}{agent.signed.year}{serial}"


def move_people(dice: Chance, people: list[Agent]) -> None:
    """Move a few agents to another team, some of them to another department.

    Nobody moves twice, and only people who stay for a while are moved; bank counters and streets
    are different trades, so nobody crosses from one to the other.
    """
    for month in MONTHS[1:]:
        first, stays = month.first, (month + 3).last
        for _ in range(dice.count(_MOVES_A_MONTH)):
            movable = [
                agent
                for agent in people
                if not agent.is_manager
                and not agent.moves
                and agent.serves_on(stays)
                and agent.age(month) >= 4
            ]
            agent = dice.pick(movable)
            # Mostly from the first of the month, which need not be a working day.
            day = first if dice.chance(0.85) else dice.pick(workdays(month)[5:])
            agent.moves.append((day, _destination(dice, agent.home)))


def _destination(dice: Chance, home: Unit) -> Unit:
    department = home.department
    if dice.chance(0.35):
        others = [d for d in DEPARTMENTS if d != department and d.banking == department.banking]
        department = dice.pick(others)
    return Unit(department, dice.pick([team for team in department.teams if team != home.team]))


def make_recruiters(dice: Chance, people: list[Agent]) -> dict[str, str]:
    """Who brought whom: 工号 by 工号; some came by themselves, as managers did.

    Few recruit much: in each team its leader, and two of those who stay long.
    """
    active: dict[Unit, list[Agent]] = {}
    for agent in people:
        if agent.is_manager or (agent.talent > 0.75 and agent.left is None):
            active.setdefault(agent.home, []).append(agent)
    found = {}
    for agent in people:
        there = [one for one in active[agent.home] if one.signed < agent.signed][:3]
        if there and not agent.is_manager and dice.chance(0.85):
            found[agent.number] = dice.pick(there).number
    return found


def serving(people: list[Agent], first: dt.date, last: dt.date) -> list[Agent]:
    """Who is under contract on any day from `first` to `last`."""
    return [a for a in people if a.signed <= last and (a.left is None or a.left > first)]


def headcount(people: list[Agent], day: dt.date) -> dict[Unit, int]:
    """How many agents each team has on a day."""
    counts: dict[Unit, int] = {}
    for agent in people:
        if agent.serves_on(day):
            unit = agent.unit_on(day)
            counts[unit] = counts.get(unit, 0) + 1
    return counts
