"""Targets: the pace of the first year, the season, and a little more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.branch import (
    CASE_SEASON,
    DEPARTMENTS,
    MONTHS,
    NAME,
    RECRUITING_SEASON,
    SELLING_SEASON,
    TEAM_WEIGHTS,
    UNITS,
    Department,
    Unit,
    season,
)
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.people import Agent, headcount
from kpi_xl.sample.production import MORE_PIECES, Policy
from kpi_xl.sample.renewals import Due

_BASE: Final = MONTHS[:12]
"""The pace of a department is that of the first year, before anything went wrong."""
_STRETCH: Final = 1.10
"""Premium is to be so much better than that."""
_ACTIVITY: Final = 0.63
_PIECES: Final = 1.06
_RECRUITING: Final = 1.05
_RETENTION: Final = 0.33
_OUTLETS: Final = 0.75
"""What a usual department is to reach in a usual month."""

_AGENTS_FROM: Final = Month.of(2024, 4)
"""Agents have targets of their own from here on."""
_RANK_SHARES: Final = {"试用业务员": 0.55, "正式业务员": 1.0, "资深业务员": 1.35}
_MANAGER_SHARE: Final = 1.2
"""An agent's share of the team's premium, by rank."""


class Goal(NamedTuple):
    """A target: for whom, of which KPI, how much (money in 元, ratios as ratios)."""

    month: Month
    level: str
    unit: str
    kpi: str
    value: float


def make_goals(
    dice: Chance, people: list[Agent], policies: list[Policy], dues: list[Due]
) -> list[Goal]:
    """Every target of every unit, month by month, and of every agent in the last months.

    What can be added up is planned for the teams and added up for departments and the branch;
    ratios are set for each. Nobody plans for what goes wrong later.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    people, policies, dues
        What the pace of the first year is taken from.
    """
    pace = _pace(people, policies, dues)
    goals: list[Goal] = []
    for month in MONTHS:
        heads = headcount(people, month.first)
        teams = {
            unit: _plan(dice, unit, heads.get(unit, 0), pace[unit.department.number], month)
            for unit in UNITS
        }
        goals += _goals(month, "分公司", NAME, _total(teams.values()) | _branch_ratios(month))
        for department in DEPARTMENTS:
            own = [plan for unit, plan in teams.items() if unit.department == department]
            wanted = _total(own) | _ratios(department, month)
            goals += _goals(month, "营业部", department.name, wanted)
        for unit, plan in teams.items():
            name = f"{unit.department.name}/{unit.team}"
            goals += _goals(month, "营业组", name, plan | _ratios(unit.department, month))
        if month >= _AGENTS_FROM:
            goals += _agents_goals(month, people, teams)
    return goals


def _goals(month: Month, level: str, unit: str, wanted: Mapping[str, float]) -> Iterator[Goal]:
    # A target of nothing is no target.
    return (Goal(month, level, unit, kpi, value) for kpi, value in wanted.items() if value)


def _pace(people: list[Agent], policies: list[Policy], dues: list[Due]) -> dict[int, int]:
    """First-year premium a head and month in the first year, in 分, by number of department."""
    premium = {department.number: 0 for department in DEPARTMENTS}
    heads = dict.fromkeys(premium, 0)
    for policy in policies:
        if Month.containing(policy.issued) in _BASE:
            premium[policy.agent.unit_on(policy.issued).department.number] += policy.premium
    for due in dues:
        if due.in_first_year and due.paid is not None and Month.containing(due.paid) in _BASE:
            premium[due.agent.unit_on(due.paid).department.number] += due.premium
    for month in _BASE:
        for unit, count in headcount(people, month.first).items():
            heads[unit.department.number] += count
    return {number: premium[number] // heads[number] for number in premium}


def _pieces_season(month: Month) -> float:
    """The season's effect on pieces a head: more people sell, and each sells more."""
    selling = season(SELLING_SEASON, month)
    return selling * (1 + MORE_PIECES * selling) / (1 + MORE_PIECES)


def _plan(dice: Chance, unit: Unit, heads: int, pace: int, month: Month) -> dict[str, float]:
    """A team's targets that are sums."""
    department = unit.department
    factor = _pieces_season(month) * season(CASE_SEASON, month) * _STRETCH
    hope = 0.95 + 0.1 * dice.throw()  # some team leaders promise more than others
    return {
        "首年度保费": int(heads * pace * factor * hope / 100_000 + 0.5) * 1_000,
        "举绩人数": int(heads * _activity(department.drive, month) + 0.5),
        "新增人数": _recruits(unit, month),
    }


def _recruits(unit: Unit, month: Month) -> int:
    """A team's share of the department's recruits; the shares add up to the whole."""
    department = unit.department
    whole = department.recruits * season(RECRUITING_SEASON, month) * _RECRUITING
    shares = list(accumulate(TEAM_WEIGHTS, initial=0.0))
    place = department.teams.index(unit.team)
    before, after = (int(whole * share / shares[-1] + 0.5) for share in shares[place : place + 2])
    return after - before


def _total(plans: Iterable[dict[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for plan in plans:
        for kpi, value in plan.items():
            total[kpi] = total.get(kpi, 0) + value  # whole numbers, so the order does not matter
    return total


def _activity(drive: float, month: Month) -> float:
    return _percent(min(_ACTIVITY * drive * season(SELLING_SEASON, month), 0.85))


def _ratios(department: Department, month: Month) -> dict[str, float]:
    """The targets that a department and each of its teams share."""
    ratios = {
        "活动率": _activity(department.drive, month),
        "人均件数": _percent(_PIECES * department.drive * _pieces_season(month)),
        "13个月留存率": _percent(_RETENTION / department.attrition),
        "保费持续率": _percent(department.collection),
        "出勤率": _percent(department.attendance),
    }
    return ratios | ({"网点活动率": _OUTLETS} if department.banking else {})


def _branch_ratios(month: Month) -> dict[str, float]:
    """The ratios that the company expects of the branch."""
    return {
        "活动率": _activity(1.0, month),
        "人均件数": _percent(_PIECES * _pieces_season(month)),
        "13个月留存率": _RETENTION,
        "保费持续率": 0.92,
        "出勤率": 0.94,
        "网点活动率": _OUTLETS,
    }


def _percent(number: float) -> float:
    """Rounded to two places."""
    return int(number * 100 + 0.5) / 100


def _agents_goals(
    month: Month, people: list[Agent], teams: dict[Unit, dict[str, float]]
) -> Iterator[Goal]:
    """The team's premium spread over its people by rank, and a minimum of work for each."""
    members: dict[Unit, list[Agent]] = {}
    for agent in people:
        if agent.serves_on(month.first):
            members.setdefault(agent.unit_on(month.first), []).append(agent)
    for unit in UNITS:
        own = members.get(unit, [])
        # In hundredths: whole numbers add up the same in any order.
        shares = [int(_RANK_SHARES.get(agent.rank, _MANAGER_SHARE) * 100) for agent in own]
        for agent, share in zip(own, shares, strict=True):
            premium = teams[unit]["首年度保费"] * share / sum(shares)
            wanted = {
                "首年度保费": max(1, int(premium / 500 + 0.5)) * 500,
                "人均件数": 1 if agent.rank == "试用业务员" else 2,
                "出勤率": 0.95,
            }
            yield from _goals(month, "业务员", agent.number, wanted)
