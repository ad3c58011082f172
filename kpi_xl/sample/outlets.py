"""The counters of partner banks that two of the departments sell at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from kpi_xl.sample.branch import BEGIN, DEPARTMENTS, END, FIRST, MONTHS, Unit, workdays
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.people import Agent

_BANKS: Final = ("惠民银行", "江城商行", "丰禾农商行", "邮通银行")
_PLACES: Final = (
    "解放路",
    "人民路",
    "中山路",
    "建设大道",
    "青年路",
    "滨江大道",
    "新华路",
    "东湖",
    "学府路",
    "和平街",
    "光明路",
    "长虹路",
    "万松园",
    "汽车城",
    "桃园",
    "古田",
    "金桥",
    "站前",
    "大桥",
    "南湖",
)
_OPENED_LATELY: Final = 3
"""How many of a department's outlets were opened within the months of the sample."""


@dataclass(frozen=True)
class Outlet:
    """A partner bank's counter.

    Parameters
    ----------
    number : str
        W001 and so on.
    name : str
        The bank and the branch.
    agent : Agent
        Who looks after it.
    opened : date
        The first day of working together.
    closed : date or None
        The day working together ended.
    footfall : float
        How likely a policy is to be sold there.
    """

    number: str
    name: str
    agent: Agent
    opened: dt.date
    closed: dt.date | None
    footfall: float

    def open_on(self, day: dt.date) -> bool:
        """Whether policies can be sold there on a day."""
        return self.opened <= day and (self.closed is None or self.closed > day)


def make_outlets(dice: Chance, people: list[Agent]) -> dict[int, list[Outlet]]:
    """Twenty outlets for each department that sells at banks.

    Returns
    -------
    dict of int to list of Outlet
        By number of the department.
    """
    outlets: dict[int, list[Outlet]] = {}
    number = 0
    for department in DEPARTMENTS:
        for i, place in enumerate(_PLACES if department.banking else ()):
            number += 1
            team = department.teams[i % len(department.teams)]
            # Two departments work the same streets for different banks.
            bank = _BANKS[number % 2 + (0 if department.number == 6 else 2)]
            outlet = _outlet(
                dice, f"W{number:03d}", f"{bank}{place}支行", people, Unit(department, team)
            )
            outlets.setdefault(department.number, []).append(outlet)
    return outlets


def _outlet(dice: Chance, number: str, name: str, people: list[Agent], home: Unit) -> Outlet:
    steady = [
        agent
        for agent in people
        if agent.home == home
        and not agent.moves
        and agent.serves_on(BEGIN)
        and agent.serves_on(END)
    ]
    agent = dice.pick(steady)
    opened = dice.pick(workdays(FIRST - dice.between(3, 40)))
    closed = None
    if int(number[1:]) % 20 < _OPENED_LATELY:
        opened = dice.pick(workdays(dice.pick(MONTHS[2:18])))
    elif int(number[1:]) % 20 == _OPENED_LATELY:
        closed = dice.pick(workdays(dice.pick(MONTHS[12:])))
    # A few counters sell a lot, most a little, some hardly anything.
    footfall = 0.02 + dice.throw() * dice.throw() * dice.throw()
    return Outlet(number, name, agent, opened, closed, footfall)
