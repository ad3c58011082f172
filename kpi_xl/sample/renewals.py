"""Renewal premiums: what falls due on policies sold before, and what of it is paid."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import BEGIN, END, FIRST, collection, same_day, workdays
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.people import Agent
from kpi_xl.sample.production import ILLNESS, LIFE, Policy, policy_number

_OLD_A_MONTH: Final = 0.42
"""Policies from each month that an agent served before the sample and that still run."""
_ORPHAN_LOSS: Final = 0.08
"""How much less is collected on policies whose agent has left."""
_MONTHLY_LOSS: Final = 0.35
"""A monthly instalment is missed so many times as often as an annual one."""
_TOO_LATE_SHARE: Final = 0.03
"""Share of the payments that come after the 60 days of grace."""
_IN_TIME: Final = ((0.90, 0, 0), (0.96, 1, 10), (0.98, 11, 30), (1.0, 31, 60))
"""Payments in time: up to this share of them, from so many to so many days after the due date. The
bank debits nearly everybody on the day. What is left is still to come when the sample ends, which
shows in its last two months as it does in a real branch."""


class Contract(NamedTuple):
    """A policy that goes on being paid for: so much (分) every so many months."""

    number: str
    agent: Agent
    issued: dt.date
    premium: int
    every: int


@dataclass(frozen=True)
class Due:
    """An instalment; money in 分. Whoever pays, pays all of it."""

    policy: str
    agent: Agent
    due: dt.date
    premium: int
    paid: dt.date | None
    in_first_year: bool


def make_dues(dice: Chance, people: list[Agent], policies: list[Policy]) -> list[Due]:
    """The instalments falling due in the months of the sample, by due date.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    people : list of Agent
        Everybody; those who signed before the sample have older policies, too.
    policies : list of Policy
        The policies issued in the sample.
    """
    contracts = [
        Contract(p.number, p.agent, p.issued, p.premium, 1 if p.mode == "月交" else 12)
        for p in policies
        if p.mode != "趸交" and p.withdrawn is None
    ]
    dues = []
    for contract in contracts + _old_contracts(dice, people):
        dues += _instalments(dice, contract)
    dues.sort(key=lambda due: (due.due, due.policy))
    return dues


def _old_contracts(dice: Chance, people: list[Agent]) -> list[Contract]:
    """Policies issued before the sample and in force when it begins."""
    contracts = []
    serials: dict[Month, int] = {}
    for agent in people:
        month = Month.containing(agent.signed) + 1
        while month < FIRST and agent.serves_on(month.last):
            for _ in range(dice.count(_OLD_A_MONTH * (0.5 + agent.talent))):
                serials[month] = serials.get(month, 0) + dice.between(1, 9)
                premium = int(dice.pick((ILLNESS, LIFE)).size * dice.spread()) * 100
                number = policy_number(month, serials[month])
                contracts.append(Contract(number, agent, dice.pick(workdays(month)), premium, 12))
            month += 1
    return contracts


def _instalments(dice: Chance, contract: Contract) -> list[Due]:
    """The premiums due until the sample ends, or until a policy lapses unpaid."""
    dues = []
    months = contract.every
    while (day := same_day(contract.issued, months)) <= END:
        if day >= BEGIN:
            missing = _missing(contract, day)
            lapses = dice.chance(missing)
            paid = None if lapses else _paid(dice, day)
            in_first_year = months < 12
            dues.append(
                Due(contract.number, contract.agent, day, contract.premium, paid, in_first_year)
            )
            if lapses:
                break
        months += contract.every
    return dues


def _missing(contract: Contract, due: dt.date) -> float:
    """The chance that an instalment is never paid."""
    agent = contract.agent
    department = agent.unit_on(due).department
    missing = 1 - collection(department, Month.containing(due))
    if agent.left is not None and agent.left <= due:
        missing += _ORPHAN_LOSS
    return missing * (_MONTHLY_LOSS if contract.every == 1 else 1.0)


def _paid(dice: Chance, due: dt.date) -> dt.date | None:
    """The day of payment; None when it is still to come when the sample ends."""
    if dice.chance(_TOO_LATE_SHARE):
        delay = dice.between(61, 120)
    else:
        throw = dice.throw()
        low, high = next((low, high) for share, low, high in _IN_TIME if throw < share)
        delay = dice.between(low, high)
    day = due + dt.timedelta(days=delay)
    return day if day <= END else None
