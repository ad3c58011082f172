"""360 度评价 of the department managers: what those around each gave him in the last month."""

from __future__ import annotations

from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import END
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.people import Agent

MONTH: Final = Month.containing(END)
_MANAGER: Final = "营业部经理"
_BANKS: Final = (3, 4)
"""So many people of banks judge one; in every fourth department two, too few to be shown."""


class Rating(NamedTuple):
    """The marks that somebody gave a manager."""

    agent: Agent
    relation: str
    rater: str
    points: int


def make_ratings(dice: Chance, people: list[Agent]) -> list[Rating]:
    """The branch's head, the other managers, the leaders of his teams, banks, and himself.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    people : list of Agent
        All agents of the branch.
    """
    leaders = [one for one in people if one.is_manager and one.serves_on(END)]
    managers = [one for one in leaders if one.rank == _MANAGER]
    found = []
    for place, manager in enumerate(managers):
        home = manager.unit_on(END).department
        below = [
            one for one in leaders if one not in managers and one.unit_on(END).department == home
        ]
        raters = [("上级", "FGS01")]
        raters += [("同级", other.number) for other in managers if other is not manager]
        raters += [("下级", one.number) for one in below]
        banks = 2 if place % 4 == 3 else dice.between(*_BANKS)
        raters += [("客户", f"YH{place + 1:02d}{bank + 1:02d}") for bank in range(banks)]
        usual = 68 + dice.below(18)
        for relation, rater in raters:
            found.append(Rating(manager, relation, rater, usual + dice.between(-7, 7)))
        found.append(Rating(manager, "自评", manager.number, usual + dice.between(-2, 12)))
    return found
