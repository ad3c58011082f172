"""基本法: the people of each unit who break a rule, by name, and what the unit lacks.

A list of names is for the manager concerned: whoever fills a workbook takes `RuleLists.of` of the
workbook's own unit and of no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import duckdb
import numpy as np

from kpi_xl.analysis.rules import (
    ATTENDANCE,
    MONTHLY_PIECES,
    UNIT_ACTIVITY,
    ZERO_MONTHS,
    attendance_and_activity,
    pieces_short,
    producers_short,
    trainees_to_clear,
    zero_production,
)
from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.units import Unit
from kpi_xl.data import steps
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.sql_calendar import Months
from kpi_xl.findings.findings import Findings
from kpi_xl.settings.project_settings import Settings

Rule = Literal["试用清退", "维持差件", "零业绩"]

RULES: Final[tuple[Rule, ...]] = ("试用清退", "维持差件", "零业绩")
"""The rules about people, the gravest first."""

_PERIOD: Final = 3  # 维持 is judged over a quarter
_TRAINEE_RANKS: Final = ("试用", "见习", "M00")


@dataclass(frozen=True)
class Breach:
    """A person who breaks a rule.

    Parameters
    ----------
    agent, name, rank, team : str
        工号, 姓名, 职级, and the path of his team.
    rule : str
        The rule that is broken, one of `RULES`.
    text : str
        What he lacks and what is to be done, in Chinese.
    """

    agent: str
    name: str
    rank: str
    team: str
    rule: Rule
    text: str


class RuleLists:
    """The people who break rules in a month.

    Parameters
    ----------
    month : Month
        The month, one with data.
    level : str
        The level of the teams.
    as_of : datetime.date
        The day as of which an open month is looked at.

    Notes
    -----
    Months are whole months: neither the month of signing nor that of 转正 counts, as nobody can be
    held to two pieces, or be cleared, for the days before he came. Who is not confirmed is a
    trainee; where the roster has no 转正日期 at all, the rank tells.
    """

    def __init__(
        self,
        store: duckdb.DuckDBPyConnection,
        settings: Settings,
        month: Month,
        level: str,
        as_of: dt.date,
    ) -> None:
        last = month.span(settings.month_cut)[1]
        days_left = len(working_days(as_of, last, settings.work)) if as_of <= last else 0
        # Where no policies are counted at all, nobody can be short of them.
        there = f"SELECT EXISTS (SELECT * FROM {steps.PRODUCTION.table()})"
        counted = store.execute(there).fetchone()
        has_production = counted is not None and counted[0]
        self._breaches = (
            _breaches(store, settings, month, level, days_left) if has_production else []
        )

    def of(self, unit: Unit) -> list[Breach]:
        """The breaches of a unit and its teams: by rule, then by team; each person once."""
        if unit.level == TOP:
            return list(self._breaches)
        inside = f"{unit.path}/"
        return [b for b in self._breaches if f"{b.team}/".startswith(inside)]


def _breaches(
    store: duckdb.DuckDBPyConnection, settings: Settings, month: Month, level: str, days_left: int
) -> list[Breach]:
    paths = unit_paths(store, level)
    members = steps.PEOPLE.query(
        Months(settings.month_cut),
        membership=membership_table(level),
        month=month.number,
    ).sql
    rows = store.execute(
        "SELECT unit, m.agent, m.name, m.rank, m.is_manager, m.signed_month, MAX(a.confirmed)"
        f" FROM ({members}) AS m JOIN agents AS a ON a.agent = m.agent"
        " GROUP BY ALL ORDER BY unit, m.agent"
    ).fetchall()
    rows = [row for row in rows if not row[4]]  # a manager is held to other rules
    if not rows:
        return []
    place = {row[1]: i for i, row in enumerate(rows)}
    pieces = np.zeros((len(rows), _PERIOD), dtype=np.int64)
    fyc = np.zeros_like(pieces)
    for agent, number, count, amount in store.execute(
        f"SELECT agent, month, pieces, fyc FROM {steps.PRODUCTION.table()}"
        " WHERE month BETWEEN ? AND ?",
        [month.number - _PERIOD + 1, month.number],
    ).fetchall():
        if agent in place:
            column = number - month.number - 1
            pieces[place[agent], column], fyc[place[agent], column] = count, amount
    confirmed = [_month(row[6], settings.month_cut) for row in rows]
    dated = any(one is not None for one in confirmed)
    trainee = np.array(
        [
            (one is None or one > month) if dated else (row[3] or "").startswith(_TRAINEE_RANKS)
            for row, one in zip(rows, confirmed, strict=True)
        ]
    )
    since_signing = np.array([month.number - row[5] for row in rows])
    since_confirmed = np.array(
        [
            month.number - (one.number if one else row[5])
            for row, one in zip(rows, confirmed, strict=True)
        ]
    )
    clear = trainees_to_clear(fyc, since_signing, trainee)
    short = pieces_short(pieces, np.where(trainee, 0, np.clip(since_confirmed, 0, _PERIOD)))
    zero = zero_production(pieces[:, -1], days_left)
    found = []
    for i, (unit, agent, name, rank, *_) in enumerate(rows):
        rule: Rule
        if clear[i]:
            rule, text = "试用清退", f"试用，连续 {ZERO_MONTHS} 个整月没有 FYC，按基本法应清退"
        elif short[i] > 0:
            months = int(min(max(since_confirmed[i], 0), _PERIOD))
            rule = "维持差件"
            text = (
                f"近 {months} 个整月 {int(pieces[i, _PERIOD - months :].sum())} 件，"
                f"月均要 {MONTHLY_PIECES:g} 件，差 {short[i]} 件"
            )
            if zero[i]:
                text += f"；{_zero_text(days_left)}"
        elif zero[i]:
            rule, text = "零业绩", _zero_text(days_left)
        else:
            continue
        found.append(Breach(agent, name or agent, rank or "", paths[unit], rule, text))
    return sorted(found, key=lambda b: (RULES.index(b.rule), b.team, b.agent))


def _zero_text(days_left: int) -> str:
    if days_left == 0:
        return "本月没有开单"
    return f"本月还没有开单，离月末 {days_left} 个工作日，请集中面谈"


def _month(day: dt.date | None, cut: int | None) -> Month | None:
    """The business month of a day."""
    return Month.containing(day, cut) if day else None


def unit_rules(findings: Findings, unit: int) -> Sequence[str]:
    """The rules that a unit as a whole breaks, in Chinese; empty where it keeps all."""
    found = []
    now = {
        code: int(findings.measure(code)[findings.units.index(unit), -1])
        for code in ("producers", "opening", "closing", "days_present", "days_due")
        if code in findings.cube.measures
    }
    if "producers" in now:
        bands = findings.kpis["KPI_ACTIVITY"].bands
        rate = bands.healthy if bands else UNIT_ACTIVITY
        short = int(producers_short(now["producers"], now["opening"], now["closing"], rate))
        if short:
            found.append(f"活动率不到 {rate:.0%}：还要 {short} 人开单")
    if {"producers", "days_due"} <= now.keys():
        people = (now["opening"] + now["closing"]) / 2
        said = int(
            attendance_and_activity(now["days_present"], now["days_due"], now["producers"], people)
        )
        if said > 0:
            found.append(f"出勤与活动率：{ATTENDANCE[said]}")
    return found
