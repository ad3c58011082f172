"""The cube against an oracle that counts day by day, and against itself."""

import datetime as dt
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl import kpis
from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import measure
from kpi_xl.catalogue.units import Unit
from kpi_xl.data import steps
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.data.periods import by_period
from kpi_xl.data.ripening import equally_old
from kpi_xl.data.store import build
from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.progress import silent
from oracle import Oracle, PartOracle, counted, numbers_of
from worlds import FIRST, LAST, World, worlds


def project_of(folder, **settings):
    return Project(Path(folder), Settings(effective_fyc=1000, **settings))


def cube_of(world, folder, **settings):
    return build(project_of(folder, **settings), world.checked(), "", silent)


def examples(usual: int) -> settings:
    """So many examples, or as many as a more thorough profile asks for."""
    number = settings.default.max_examples
    return settings(
        max_examples=number if number > 40 else usual,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


CUTS = st.none() | st.sampled_from([1, 15, 25, 26, 28])
UNCOUNTED = st.sampled_from([(), ("M00",)])


@examples(40)
@given(st.booleans().flatmap(lambda years: worlds(years=years)), CUTS, UNCOUNTED)
def test_every_measure_is_what_counting_day_by_day_gives(world, cut, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder, month_cut=cut, uncounted_ranks=uncounted)
    as_of = cube.as_of
    oracle = Oracle(world, 60, 1000 * 100, cut, uncounted, as_of)
    assert (cube.first, cube.last) == (oracle.first, oracle.last)
    assert numbers_of(cube) == counted(oracle, cube)


@examples(15)
@given(worlds(), st.sampled_from(["季度", "半年", "累计"]), st.sampled_from([(), ("M00",)]))
def test_periods(world, kind, uncounted):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(folder, uncounted_ranks=uncounted)
        cube = build(project, world.checked(), "", silent)
        with duckdb.connect(str(project.store), read_only=True) as store:
            periods = by_period(cube, store, project.settings, kind)
        oracle = Oracle(world, 60, 1000 * 100, uncounted=uncounted)
        for level in dict.fromkeys(unit.level for unit in cube.units):
            expected = oracle.period_people(level, periods.periods, 1000 * 100)
            expected |= oracle.period_outlets(level, periods.periods)
            found = {
                (unit.path, str(period), code): int(periods.measure(code)[i, j])
                for code in ("producers", "effective", "active_outlets")
                if code in periods.values
                for i, unit in enumerate(cube.units)
                if unit.level == level
                for j, period in enumerate(periods.periods)
            }
            assert {k: v for k, v in found.items() if v} == {k: v for k, v in expected.items() if v}
        for i, period in enumerate(periods.periods):
            months = slice(cube.month_index(period.first), cube.month_index(period.last) + 1)
            m = cube.measure
            assert (periods.measure("recruits")[:, i] == m("recruits")[:, months].sum(1)).all()
            assert (periods.measure("opening")[:, i] == m("opening")[:, months][:, 0]).all()
            assert (periods.measure("closing")[:, i] == m("closing")[:, months][:, -1]).all()
            averages = (m("opening") + m("closing"))[:, months] / 2
            mean = periods.kpi(kpis["KPI_AVG_HEADCOUNT"])[:, i]
            assert np.allclose(mean, averages.mean(axis=1), rtol=1e-14)


@examples(15)
@given(worlds())
def test_identities(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        m = cube.measure
        flow = m("recruits") + m("transfers_in") - m("transfers_out") - m("leavers")
        assert (m("opening") + flow == m("closing")).all()
        assert (m("opening")[:, 1:] == m("closing")[:, :-1]).all()
        for level in ("营业部", "营业组"):
            of_level = [i for i, unit in enumerate(cube.units) if unit.level == level]
            for code in cube.measures:
                if of_level and code not in ("transfers_in", "transfers_out"):
                    assert (m(code)[of_level].sum(axis=0) == m(code)[0]).all(), (level, code)


@examples(10)
@given(worlds())
def test_a_saved_cube_opens_as_it_was(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        opened = Cube.open(Path(folder) / "kpi.cube")
        assert (opened.values == cube.values).all()
        assert opened.units == cube.units
        assert (opened.first, opened.measures) == (cube.first, cube.measures)
        assert [p.name for p in Path(folder).iterdir() if "tmp" in p.name] == []


def test_the_units_of_a_saved_cube_are_those_that_were_saved(tmp_path):
    units = [
        Unit("分公司", "甲\n“公司”", "甲\n“公司”", None),
        Unit("营业部", "乙部", "乙部", 0),
        Unit("营业组", "丙组", "乙部/丙组", 1),
    ]
    values = np.arange(2 * 3 * 4).reshape(2, 3, 4) - 7
    (tmp_path / "store").touch()
    cube = Cube(units, FIRST, ["opening", "closing"], values, "as it was")
    cube.save(tmp_path / "kpi.cube", tmp_path / "store")
    opened = Cube.open(tmp_path / "kpi.cube")
    assert (len(opened.units), list(opened.units), opened.units[1:]) == (3, units, units[1:])
    assert (opened.values == values).all()
    assert opened.unit_index("乙部/丙组") == 2


@examples(10)
@given(worlds())
def test_kpis_of_the_cube_are_ratios_of_its_measures(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        for kpi in kpis.values():
            values = cube.kpi(kpi)
            assert values.shape == cube.values.shape[1:]
            if not cube.has(kpi):
                assert {error_name(v) for v in values.ravel()} == {"#N/A"}
            else:
                shown = [
                    cube.measure(x.code) / (100 if is_money(x.code) else 1) for x in kpi.measures
                ]
                assert np.allclose(values, kpi(*shown), rtol=1e-12, equal_nan=True)


@examples(15)
@given(worlds(), st.integers(1, 26), st.sampled_from([None, 25]), st.sampled_from([(), ("M00",)]))
def test_a_part_month_is_compared_with_the_same_days(world, days, cut, uncounted):
    """What is left out of the raw tables after those days gives the same numbers."""
    last = LAST if cut is None else LAST + 1  # that the last day of the world counts in
    as_of, end = (month.span(cut)[0] + dt.timedelta(days) for month in (last, last - 1))
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder, as_of=as_of, month_cut=cut, uncounted_ranks=uncounted)
    assert cube.as_of == as_of
    oracle = PartOracle(world, last - 1, end, cut, uncounted)
    paid = [due["paid"] for due in world.dues if due["paid"]]
    seen = equally_old(max([as_of, *paid]), 1, cut)
    oracle_of_dues = Oracle(world, 60, 1000 * 100, cut, uncounted, seen=seen)
    found = {
        (unit.level, unit.path, code): int(value)
        for code in cube.measures
        if not measure(code).looks_back
        for unit, value in zip(
            cube.units,
            cube.unripe[last.number].values[cube.measures.index(code), :, 0],
            strict=True,
        )
        if value
    }
    levels = {unit.level for unit in cube.units}
    expected = {
        (level, path, code): value
        for of in (oracle, oracle_of_dues)
        for (level, path, month, code), value in of.counts.items()
        if value and month == str(last - 1) and level in levels and code in cube.measures
        and not measure(code).looks_back
        and (of is oracle_of_dues) == (measure(code) in steps.DUE.measures)
    }  # fmt: skip
    assert found == expected


def test_in_a_part_month_too_somebody_begins_where_his_first_month_finds_him(tmp_path):
    """He signed and was moved after it; where he goes a month later is not where he began."""
    first_team, next_team = (
        {"department": "甲部", "team": "一组"},
        {"department": "甲部", "team": "二组"},
    )
    came_from = {f"from_{level}": name for level, name in first_team.items()}
    agent = {"agent": "1", "signed": dt.date(2024, 5, 20), **next_team, "is_manager": False}
    moved = {"agent": "1", "valid_from": dt.date(2024, 7, 10), **next_team, **came_from}
    outlet = {"outlet": "W1", "agent": "1", "opened": None, "closed": None}
    days = [{"day": day, "agent": "1", "visits": 1} for day in (FIRST.first, LAST.last)]
    world = World(agents=[agent], transfers=[moved], outlets=[outlet], activities=days)
    cube = cube_of(world, tmp_path, as_of=dt.date(2024, 6, 2))
    outlets = cube.unripe[cube.last.number].values[cube.measures.index("outlets"), :, 0]
    found = {u.path: int(n) for u, n in zip(cube.units, outlets, strict=True) if n}
    assert found == {"分公司": 1, "甲部": 1, "甲部/一组": 1}


def test_a_month_is_whole_when_no_working_day_is_left(tmp_path):
    """Friday 28 June is the last working day; the 27th is not. One day says nothing."""
    for last_day, part in ((28, None), (27, dt.date(2024, 6, 27))):
        agent = {"agent": "1", "signed": dt.date(2024, 1, 1), "department": "甲部"}
        world = World(
            agents=[agent],
            activities=[
                {"day": dt.date(2024, month, day), "agent": "1", "visits": 1}
                for month, day in ((4, 30), (6, 3), (6, last_day))
            ],
        )
        cube = cube_of(world, tmp_path)
        assert cube.as_of == part
    world.activities = world.activities[:2]
    assert cube_of(world, tmp_path).as_of is None


def test_a_month_without_data_is_told(tmp_path):
    cube = Cube([], Month.of(2024, 1), [], np.zeros((0, 0, 6), np.int64), "")
    assert cube.month_index(Month.of(2024, 6)) == 5
    with pytest.raises(InputError, match=r"2024-07 没有数据.*2024-01 到 2024-06"):
        cube.month_index(Month.of(2024, 7))
