"""New policies: who sells how many, of what, how large, on which day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import (
    END,
    MONTHS,
    SELLING_SEASON,
    Department,
    case_size,
    season,
    shrinking,
)
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.outlets import Outlet
from kpi_xl.sample.people import Agent, serving

MODES: Final = ("年交", "月交", "趸交")


class Product(NamedTuple):
    """A product.

    Parameters
    ----------
    size : int
        Usual annual premium in 元.
    step : int
        Premiums are whole multiples of so many 分.
    rate : int
        First-year commission in thousandths of an annual premium.
    modes : tuple of float
        How often it is paid yearly, monthly, at once.
    """

    name: str
    size: int
    step: int
    rate: int
    modes: tuple[float, float, float]


LIFE: Final = Product("福享终身寿险", 9_000, 100_000, 300, (0.90, 0.02, 0.08))
ANNUITY: Final = Product("金禾年金保险", 9_500, 100_000, 140, (0.84, 0.0, 0.16))
ILLNESS: Final = Product("康护重大疾病保险", 5_200, 10, 360, (0.80, 0.20, 0.0))
MEDICAL: Final = Product("安心百万医疗保险", 680, 100, 200, (0.68, 0.32, 0.0))
ACCIDENT: Final = Product("畅行意外伤害保险", 320, 1_000, 250, (0.0, 0.0, 1.0))
ENDOWMENT: Final = Product("丰年两全保险", 6_500, 50_000, 180, (0.93, 0.0, 0.07))
PRODUCTS: Final = (LIFE, ANNUITY, ILLNESS, MEDICAL, ACCIDENT, ENDOWMENT)

RIDERS: Final = (
    Product("附加住院医疗保险", 620, 100, 200, (1.0, 0.0, 0.0)),
    Product("附加意外伤害医疗保险", 260, 1_000, 250, (1.0, 0.0, 0.0)),
    Product("附加投保人豁免保险", 380, 10, 300, (1.0, 0.0, 0.0)),
)

# How often each of PRODUCTS is sold.
_STREET_MENU: Final = (20.0, 12.0, 27.0, 21.0, 14.0, 6.0)
_BANK_MENU: Final = (34.0, 38.0, 4.0, 3.0, 4.0, 17.0)
_SMALL_FACTORS: Final = (0.85, 0.88, 0.92, 1.35, 1.3, 0.95)
"""The product mix of a department that has turned to small policies."""
_BEGINNER_FACTORS: Final = (0.7, 0.7, 1.0, 1.4, 1.4, 1.0)
"""The product mix of beginners: they start with what is quick to explain."""

_SINGLE_TIMES: Final = 3
"""A premium paid at once is so many times an annual one, ..."""
_SINGLE_RATE: Final = 30
"""... and earns so many thousandths of commission."""
_BANK_TIMES: Final = 1.7
"""Bank customers put in so much more, ..."""
_BANK_RATE_SHARE: Final = 0.55
"""... and the agent earns so much of the commission: the bank takes the rest."""

_ACTIVE: Final = 0.585
"""Share of agents selling in a usual month, all habits being usual."""
_RAMP: Final = (0.34, 0.98, 1.12, 1.04, 0.92, 0.84, 0.82, 0.84, 0.87, 0.90, 0.93, 0.96)
"""The activity of beginners by months served: friends and family first, then the hard part."""
_SEASONED: Final = ((24, 1.02), (48, 1.12))
_VETERAN: Final = 1.18
_GIVING_UP: Final = 0.4
"""The share of usual sales in the month of leaving and in the month before."""
MORE_PIECES: Final = 0.62
"""Policies beyond the first of those who sell, all habits being usual."""

_RIDER_SHARE: Final = 0.34
_OFF_DAY_SHARE: Final = 0.04
"""Share of policies that the system issues on a day off."""
_WITHDRAWN_SHARE: Final = 0.02
_COOLING_OFF: Final = 15
"""Days within which a customer can take a policy back."""
_HOME_OUTLET_SHARE: Final = 0.6
"""Share of bank policies sold at a counter that the agent looks after, if there is one."""


class Line(NamedTuple):
    """One product of a policy; money in 分."""

    product: str
    is_main: bool
    premium: int
    fyc: int


@dataclass
class Policy:
    """A policy with its main product first."""

    agent: Agent
    issued: dt.date
    mode: str
    lines: list[Line]
    outlet: Outlet | None = None
    withdrawn: dt.date | None = None
    number: str = ""

    @property
    def premium(self) -> int:
        """The premium of one instalment in 分, riders included."""
        return sum(line.premium for line in self.lines)


def make_policies(
    dice: Chance, people: list[Agent], outlets: dict[int, list[Outlet]]
) -> list[Policy]:
    """The policies issued in the months of the sample, by day of issue.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    people : list of Agent
        All agents of the branch.
    outlets : dict of int to list of Outlet
        The outlets by number of the department that sells there.
    """
    policies = []
    for month in MONTHS:
        for agent in serving(people, month.first, month.last):
            days = [day for day in agent.served_days(month) if (day - agent.signed).days >= 5]
            if days and dice.chance(_activity(agent, month)):
                policies += [
                    _policy(dice, agent, month, days, outlets)
                    for _ in range(1 + dice.count(MORE_PIECES * _eagerness(agent, month)))
                ]
    policies.sort(key=lambda policy: policy.issued)
    serials: dict[Month, int] = {}
    for policy in policies:
        month = Month.containing(policy.issued)
        serials[month] = serials.get(month, 0) + 1
        policy.number = policy_number(month, serials[month])
    return policies


def policy_number(month: Month, serial: int) -> str:
    """The number of the month's n-th policy."""
    return f"88{month.year % 100:02d}{month.month:02d}{serial:06d}"


def _eagerness(agent: Agent, month: Month) -> float:
    """The part of an agent's habits that shows in the number of policies as well."""
    department = agent.unit_on(month.last).department
    return department.drive * season(SELLING_SEASON, month) * (0.6 + 0.7 * agent.talent)


def _activity(agent: Agent, month: Month) -> float:
    """The chance that an agent sells anything in a month."""
    age = agent.age(month)
    if age < len(_RAMP):
        ramp = _RAMP[age]
    else:
        ramp = next((factor for below, factor in _SEASONED if age < below), _VETERAN)
    giving_up = _GIVING_UP if agent.is_going(month) else 1.0
    drive = _ACTIVE * ramp * _eagerness(agent, month) * giving_up
    return min(drive, 0.95)


def _policy(
    dice: Chance,
    agent: Agent,
    month: Month,
    days: list[dt.date],
    outlets: dict[int, list[Outlet]],
) -> Policy:
    issued = _issue_day(dice, agent, month, days)
    department = agent.unit_on(issued).department
    product = dice.weighted(PRODUCTS, _menu(department, agent, month))
    mode = dice.weighted(MODES, product.modes)
    policy = Policy(agent, issued, mode, [_line(dice, product, mode, department, month)])
    if product not in (MEDICAL, ACCIDENT) and mode == "年交" and dice.chance(_RIDER_SHARE):
        first = dice.below(len(RIDERS))
        for i in range(1 if dice.chance(0.8) else 2):
            rider = RIDERS[(first + i) % len(RIDERS)]
            line = _line(dice, rider, mode, department, month)
            policy.lines.append(line._replace(is_main=False))
    if department.banking:
        policy.outlet = _sold_at(dice, policy, outlets[department.number])
    if dice.chance(_WITHDRAWN_SHARE):
        withdrawn = issued + dt.timedelta(days=dice.between(2, _COOLING_OFF))
        policy.withdrawn = withdrawn if withdrawn <= END else None
    return policy


def _issue_day(dice: Chance, agent: Agent, month: Month, days: list[dt.date]) -> dt.date:
    """A working day, more often one of the last ten; now and then a day off."""
    if dice.chance(_OFF_DAY_SHARE):
        day = dice.pick(month.days)
        if day >= days[0] and agent.serves_on(day):
            return day
    return dice.pick(days[-10:] if dice.chance(0.3) else days)


def _menu(department: Department, agent: Agent, month: Month) -> list[float]:
    menu = list(_BANK_MENU if department.banking else _STREET_MENU)
    if agent.age(month) < 3:
        menu = [w * f for w, f in zip(menu, _BEGINNER_FACTORS, strict=True)]
    if shrinking(department, month):
        menu = [w * f for w, f in zip(menu, _SMALL_FACTORS, strict=True)]
    return menu


def _line(dice: Chance, product: Product, mode: str, department: Department, month: Month) -> Line:
    size = product.size * 100 * case_size(department, month) * dice.spread()
    rate = product.rate
    if department.banking:
        size *= _BANK_TIMES
        rate = int(rate * _BANK_RATE_SHARE)
    if mode == "月交":
        premium = max(1, int(size / 12 / 10)) * 10  # whole 角
    else:
        single = mode == "趸交" and product is not ACCIDENT  # accident cover runs for one year
        size *= _SINGLE_TIMES if single else 1
        rate = _SINGLE_RATE if single else rate
        premium = max(1, int(size / product.step + 0.5)) * product.step
    return Line(product.name, True, premium, premium * rate // 1000)


def _sold_at(dice: Chance, policy: Policy, outlets: list[Outlet]) -> Outlet:
    open_now = [outlet for outlet in outlets if outlet.open_on(policy.issued)]
    own = [outlet for outlet in open_now if outlet.agent is policy.agent]
    if own and dice.chance(_HOME_OUTLET_SHARE):
        open_now = own
    return dice.weighted(open_now, [outlet.footfall for outlet in open_now])
