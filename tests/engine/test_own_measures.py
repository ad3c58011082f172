"""What a project declares is what plain loops over the rows give: by unit, period and agent."""

import datetime as dt
import tempfile
from fractions import Fraction
from typing import NamedTuple

import duckdb
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from declarations import DECLARED, ROWS, code, settings_of
from kpi_xl.data.agents import agent_periods
from kpi_xl.data.periods import by_period
from kpi_xl.data.store import build
from kpi_xl.system.progress import silent
from oracle import Oracle
from test_store import CUTS, UNCOUNTED, examples, project_of
from worlds import LAST, worlds


class Fact(NamedTuple):
    """A row that counts: what is taken of it, and what it weighs."""

    agent: str
    month: object
    value: object
    weight: Fraction
    row: dict


def facts(world, one, month_of, until):
    """The rows that count."""
    for row in getattr(world, ROWS[one.table]):
        day = row.get(code(one.day))
        if day is None or not (one.take == "占比" or one.meets(row)):
            continue  # a share is of all rows
        if one.day == "应收日期" and until is not None and day > until:
            continue
        value = row.get(code(one.column)) if one.column else 1
        if value is not None:
            yield Fact(row["agent"], month_of(day), value, one.weigh(row), row)


def taken(one, rows, months=1, counts=lambda agent: True):
    """What is made of rows of one unit in so many months: exactly, or None for nothing.

    Of people those count who are of a rank that does.
    """
    rows = list(rows)
    if one.take in ("合计", "计数"):
        total = sum((fact.value * fact.weight for fact in rows), Fraction(0))
        return total if one.column not in ("首年保费", "FYC", "应收保费", "数量") else total / 100
    if one.take == "占比":
        part, whole = (
            sum((fact.value * fact.weight for fact in some), Fraction(0))
            for some in ([fact for fact in rows if one.meets(fact.row)], rows)
        )
        return part / whole if whole else None
    values = [fact.value for fact in rows]
    if one.take in ("去重人数", "去重"):
        apart = {}
        for fact in rows:
            key = fact.agent if one.take == "去重人数" else fact.value
            apart.setdefault(key, []).append((fact.row, fact.weight))
        return Fraction(
            sum(
                (one.take == "去重" or counts(key))
                and (one.reaches is None or one.reaches(his, months))
                for key, his in apart.items()
            )
        )
    if not values:
        return None
    found = {"平均": lambda v: Fraction(sum(v), len(v)), "最大": max, "最小": min}[one.take](values)
    return Fraction(found) / (1 if one.column in ("件数", "拜访数", "约访数") else 100)


def shown(value):
    """A cell of the cube's KPI as a fraction; an error as None."""
    return None if np.isnan(value) else Fraction(float(value)).limit_denominator(10**12)


def same(found, expected):
    if expected is None or found is None:
        return found is expected
    return abs(found - expected) <= abs(expected) * Fraction(1, 10**12) + Fraction(1, 10**9)


def dues_told(world, cube):
    payments = [due["paid"] for due in world.dues if due["paid"]]
    end = cube.as_of or cube.last.span(None)[1]
    return max([end, *payments]) if world.dues else None


@examples(20)
@given(worlds(), DECLARED, CUTS, UNCOUNTED)
def test_by_unit_and_month(world, declared, cut, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(
            folder, month_cut=cut, uncounted_ranks=uncounted, **settings_of(declared)
        )
        assert not project.settings.own.wrong
        cube = build(project, world.checked(), "", silent)
    oracle = Oracle(world, 60, 1000 * 100, cut, uncounted, cube.as_of)
    payments = [due["paid"] for due in world.dues if due["paid"]]
    until = max([cube.as_of or cube.last.span(cut)[1], *payments])
    for one in declared:
        kpi = project.settings.kpis.find(one.fields["名称"])
        rows = list(facts(world, one, oracle.month_of, until))
        if not cube.has(kpi):
            assert not [row for row in rows if cube.first <= row[1] <= cube.last]
            continue
        values = cube.kpi(kpi)
        for i, unit in enumerate(cube.units):
            for j, month in enumerate(cube.months):
                mine = [
                    row for row in rows
                    if row[1] == month and oracle._unit(unit.level, row[0], month) == unit.path
                ]  # fmt: skip
                counts = lambda agent, month=month: oracle.counts_producing(agent, month)  # noqa: E731
                expected = taken(one, mine, 1, counts)
                assert same(shown(values[i, j]), expected), (one.fields, unit.path, month)


@examples(8)
@given(worlds(), DECLARED, st.sampled_from(["季度", "半年", "累计"]), UNCOUNTED)
def test_by_period_and_agent(world, declared, kind, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(folder, uncounted_ranks=uncounted, **settings_of(declared))
        cube = build(project, world.checked(), "", silent)
        with duckdb.connect(str(project.store), read_only=True) as store:
            periods = by_period(cube, store, project.settings, kind)
            people = agent_periods(cube, store, project.settings, periods.periods)
    oracle = Oracle(world, 60, 1000 * 100, None, uncounted, cube.as_of)
    until = dues_told(world, cube)
    for one in declared:
        kpi = project.settings.kpis.find(one.fields["名称"])
        if not cube.has(kpi):
            continue
        rows = list(facts(world, one, oracle.month_of, until))
        values = periods.kpi(kpi)
        for j, period in enumerate(periods.periods):
            during = [row for row in rows if period.first <= row[1] <= period.last]
            counts = lambda agent, month=period.last: oracle.counts_producing(agent, month)  # noqa: E731
            for i, unit in enumerate(cube.units):
                mine = [
                    row for row in during
                    if oracle._unit(
                        unit.level, row[0], period.last if one.take == "去重人数" else row[1]
                    ) == unit.path
                ]  # fmt: skip
                expected = taken(one, mine, period.months, counts)
                assert same(shown(values[i, j]), expected), (one.fields, unit.path, period)
            if one.take in ("平均", "最大", "最小", "占比"):
                continue  # two measures, of which the frame shows each
            for (agent, label), row in people.iterrows():
                if label == str(period):
                    his = [r for r in during if r[0] == agent]
                    expected = taken(one, his, period.months, counts)
                    assert same(shown(row[kpi.name]), expected), (one.fields, agent)


@examples(8)
@given(worlds(), DECLARED, st.integers(1, 26))
def test_a_part_month_is_compared_with_the_same_days(world, declared, days):
    """The month before, as if its rows ended on the same day."""
    as_of, end = (month.first + dt.timedelta(days) for month in (LAST, LAST - 1))
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(folder, as_of=as_of, **settings_of(declared))
        cube = build(project, world.checked(), "", silent)
    oracle = Oracle(world, 60, 1000 * 100)
    for one in declared:
        kpi = project.settings.kpis.find(one.fields["名称"])
        if not cube.has(kpi) or one.day == "应收日期":
            continue
        rows = [
            row
            for row in facts(world, one, lambda day: day, None)
            if (LAST - 1).first <= row[1] <= end
        ]
        values = cube.compared(kpi, LAST)[:, 0]
        for i, unit in enumerate(cube.units):
            mine = [r for r in rows if oracle._unit(unit.level, r[0], LAST - 1) == unit.path]
            assert same(shown(values[i]), taken(one, mine)), (one.fields, unit.path)
