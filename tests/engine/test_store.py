"""The cube against an oracle that counts day by day, and against itself."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from worlds import FIRST, LAST, Oracle, worlds

from kpi_xl import kpis
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.data.store import build
from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from kpi_xl.jobs.progress import silent
from kpi_xl.project import Project, Settings


def cube_of(world, folder):
    return build(Project(Path(folder), Settings(effective_fyc=1000)), world.checked(), "", silent)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_every_measure_is_what_counting_day_by_day_gives(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        assert (cube.first, cube.last) == (FIRST, LAST)
        expected = Oracle(world, grace_days=60, effective_fyc=1000 * 100).counts
        found = {
            (unit.level, unit.path, str(month), code): int(value)
            for code in cube.measures
            for unit, row in zip(cube.units, cube.measure(code), strict=True)
            for month, value in zip(cube.months, row, strict=True)
            if value
        }
        levels = {unit.level for unit in cube.units}  # a level that nobody is in is not there
        assert found == {k: value for k, value in expected.items() if value and k[0] in levels}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_a_saved_cube_opens_as_it_was(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        opened = Cube.open(Path(folder) / "kpi.cube")
        assert (opened.values == cube.values).all()
        assert opened.units == cube.units
        assert (opened.first, opened.measures) == (cube.first, cube.measures)
        assert [p.name for p in Path(folder).iterdir() if "tmp" in p.name] == []


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_kpis_of_the_cube_are_ratios_of_its_measures(world):
    with tempfile.TemporaryDirectory() as folder:
        cube = cube_of(world, folder)
        for kpi in kpis.values():
            values = cube.kpi(kpi)
            assert values.shape == cube.values.shape[1:]
            if not cube.has(kpi):
                assert {error_name(v) for v in values.ravel()} == {"#N/A"}
            elif kpi.code != "KPI_FYC":
                shown = [
                    cube.measure(x.code) / (100 if is_money(x.code) else 1) for x in kpi.measures
                ]
                assert np.allclose(values, kpi(*shown), rtol=1e-12, equal_nan=True)


def test_a_month_without_data_is_told(tmp_path):
    cube = Cube([], Month.of(2024, 1), [], np.zeros((0, 0, 6), np.int64), "")
    assert cube.month_index(Month.of(2024, 6)) == 5
    with pytest.raises(InputError, match=r"2024-07 没有数据.*2024-01 到 2024-06"):
        cube.month_index(Month.of(2024, 7))
