"""The days of what a project declares are what loops over the rows give, and add up to its months."""

import datetime as dt
import tempfile
from collections import defaultdict
from fractions import Fraction

import duckdb
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from declarations import DECLARED, code, settings_of
from kpi_xl.calendar import Month
from kpi_xl.data.organisation import unit_positions
from kpi_xl.data.own_days import own_unit_days
from kpi_xl.data.store import build
from kpi_xl.definitions.own_kpis import Definition, Place
from kpi_xl.findings.aggregation import by_day
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.system.progress import silent
from oracle import Oracle
from test_own_measures import facts, same, shown, taken
from test_store import CUTS, UNCOUNTED, examples, project_of
from worlds import World, worlds

FOLLOWED = ("合计", "计数", "去重人数", "平均", "占比")
OF_MONTHS = ("活动", "计数")
"""The tables of which a row may stand for a whole month: then nobody knows the days."""


@examples(12)
@given(worlds(), DECLARED, CUTS, UNCOUNTED)
def test_every_day_is_what_loops_over_the_rows_give(world, declared, cut, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        settings = {"month_cut": cut, "uncounted_ranks": uncounted, **settings_of(declared)}
        project = project_of(folder, **settings)
        cube = build(project, world.checked(), "", silent)
        found = {}
        with duckdb.connect(str(project.store), read_only=True) as store:
            for level in dict.fromkeys(unit.level for unit in cube.units):
                positions = unit_positions(store, level, cube.units)
                for one in own_unit_days(
                    store, project.settings, cube, level, cube.first, cube.last, cube.own
                ):
                    for name, numbers in one.sums.items():
                        for unit, day, number in zip(one.units, one.days, numbers, strict=True):
                            of = found.setdefault((level, name), defaultdict(int))
                            of[cube.units[positions[unit]].path, int(day)] += int(number)
    oracle = Oracle(world, 60, 1000 * 100, cut, uncounted, cube.as_of)
    payments = [due["paid"] for due in world.dues if due["paid"]]
    until = max([cube.as_of or cube.last.span(cut)[1], *payments])
    for one in declared:
        kpi = project.settings.kpis.find(one.fields["名称"])
        is_followed = one.take in FOLLOWED
        assert (by_day(kpi) is not None) == is_followed
        if not is_followed or not cube.has(kpi):
            continue
        rows = [
            row
            for row in facts(world, one, oracle.month_of, until)
            if cube.first <= row.month <= cube.last
        ]
        for level in dict.fromkeys(unit.level for unit in cube.units):
            for measure in kpi.measures:
                if (level, measure.code) not in found:
                    assert one.table in OF_MONTHS
                    continue
                told = {at: n for at, n in found[level, measure.code].items() if n}
                assert told == _days(one, measure, rows, level, oracle), (one.fields, level)


def _days(one, measure, rows, level, oracle):
    """What each unit had on each day, in the parts that the measure is held in; zeros left out."""
    days = defaultdict(Fraction)
    for agent, month in sorted({(row.agent, row.month) for row in rows}):
        mine = [row for row in rows if (row.agent, row.month) == (agent, month)]
        before = 0
        for day in sorted({row.row[code(one.day)] for row in mine}):
            so_far = [row for row in mine if row.row[code(one.day)] <= day]
            if measure.name.endswith("·部分"):
                so_far = [row for row in so_far if one.meets(row.row)]
            if one.take == "去重人数":
                reached = one.reaches is None or one.reaches(
                    [(row.row, row.weight) for row in so_far], 1
                )
                now = int(reached and oracle.counts_producing(agent, month))
            elif measure.name.endswith("·笔数"):
                now = len(so_far)
            else:
                # Money is in 分 as in the rows; weights have parts of their own.
                parts = Fraction(measure.to_unit, 100 if measure.is_money else 1)
                now = sum((row.value * row.weight for row in so_far), Fraction(0)) * parts
            at = oracle._unit(level, agent, month), int(f"{day:%Y%m%d}")
            days[at] += now - before
            before = now
    return {at: n for at, n in days.items() if n}


@examples(10)
@given(worlds(), DECLARED, CUTS, st.integers(0, 3), st.integers(0, 30))
def test_what_is_done_by_a_day(world, declared, cut, back, offset):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(folder, month_cut=cut, **settings_of(declared))
        cube = build(project, world.checked(), "", silent)
        month = Month(max(cube.last.number - back, cube.first.number))
        begin, end = month.span(cut)
        day = min(begin + dt.timedelta(offset), end, cube.as_of or end)
        with duckdb.connect(str(project.store), read_only=True) as store:
            level = cube.lowest_level
            days = day_sums(store, project.settings, cube, month, level, day)
    if days is None:
        return
    oracle = Oracle(world, 60, 1000 * 100, cut, (), cube.as_of)
    payments = [due["paid"] for due in world.dues if due["paid"]]
    until = max([cube.as_of or cube.last.span(cut)[1], *payments])
    for one in declared:
        kpi = project.settings.kpis.find(one.fields["名称"])
        if kpi not in days.paced:
            continue
        by_now = [
            row
            for row in facts(world, one, oracle.month_of, until)
            if row.month == month and row.row[code(one.day)] <= day
        ]
        units = [number for number, unit in enumerate(cube.units) if unit.level == level]
        for number, value in zip(units, days.done(kpi, units), strict=True):
            path = cube.units[number].path
            mine = [r for r in by_now if oracle._unit(level, r.agent, month) == path]
            assert same(shown(value), taken(one, mine)), (one.fields, path, day)
        first = cube.month_index(month) - len(days.days) + 1
        for measure in kpi.measures:
            whole = cube.measure(measure.code)[units, first : first + len(days.days) - 1]
            np.testing.assert_array_equal(days.sums[measure.code][units, :-1].sum(axis=-1), whole)


AGENT = {
    "signed": dt.date(2022, 1, 1), "department": "甲部", "team": "一组", "rank": "M01",
    "is_manager": False,
}  # fmt: skip
REACHING = Definition(
    Place(None),
    {
        "名称": "合格人力",
        "表": "保单",
        "统计": "去重人数",
        "达标": "合计 首年保费 >= 3000 且 计数 >= 2",
    },
)


def test_people_reach_it_on_the_day_they_have_enough(tmp_path):
    """One on his second policy, one never, one takes it back, one is of a rank that does not count."""
    agents = [AGENT | {"agent": name} for name in "甲乙丙"]
    agents.append(AGENT | {"agent": "丁", "rank": "M00"})
    sold = [
        ("甲", 3, 5000), ("甲", 5, 1000), ("甲", 7, 9000),
        ("乙", 3, 2000), ("乙", 5, 500),
        ("丙", 4, 3000), ("丙", 4, 100), ("丙", 10, -200), ("丙", 12, 300),
        ("丁", 3, 9000), ("丁", 3, 9000),
    ]  # fmt: skip
    policies = [
        {
            "policy": f"P{n}", "agent": agent, "issued": dt.date(2024, 6, day), "is_main": True,
            "pieces": 1, "premium": premium * 100, "fyc": 0, "pay_mode": "年交",
        }
        for n, (agent, day, premium) in enumerate(sold)
    ]  # fmt: skip
    activities = [{"day": dt.date(2024, 6, 28), "agent": "甲", "visits": 1}]
    project = project_of(tmp_path, definitions=(REACHING,), uncounted_ranks=("M00",))
    world = World(agents, policies=policies, activities=activities)
    cube = build(project, world.checked(), "", silent)
    kpi = project.settings.kpis.find("合格人力")
    done = {}
    with duckdb.connect(str(project.store), read_only=True) as store:
        for day in (3, 4, 5, 10, 12, 28):
            last = dt.date(2024, 6, day)
            days = day_sums(store, project.settings, cube, cube.last, "分公司", last)
            done[day] = days.done(kpi, [0])[0]
    assert done == {3: 0, 4: 1, 5: 2, 10: 1, 12: 2, 28: 2}
    assert cube.kpi(kpi)[0, -1] == 2
