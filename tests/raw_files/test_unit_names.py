"""A name that several units have means none of them."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.catalogue.organisation import STANDARD
from kpi_xl.catalogue.units import Unit
from kpi_xl.checks.check import check_project
from kpi_xl.checks.unit_names import answering, whole_name, written
from kpi_xl.data.cube import Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.jobs.target_split import write
from small_branch import TWO_DEPARTMENTS, small_branch

_BRANCH = "城东"


@pytest.fixture(scope="module")
def cube(tmp_path_factory) -> Cube:
    """Departments called like the branch, teams like each other, like a department, like theirs."""
    people = [
        *TWO_DEPARTMENTS,
        ("2000", "甲", "城东", "一组"),
        ("2001", "乙", "城东", "城东"),
        ("2002", "丙", "东城营业部", "西城营业部"),
    ]
    project = small_branch(tmp_path_factory.mktemp("units") / "p", people, name=_BRANCH)
    return load(project).cube


def test_a_path_or_a_name_of_one_unit_is_enough(cube):
    for label, level, path in (
        ("东城营业部", "营业部", "东城营业部"),
        ("东城营业部/一组", "营业组", "东城营业部/一组"),
        ("西城营业部", "营业部", "西城营业部"),  # before the team of that name: it is a whole path
        ("东城营业部/西城营业部", "营业组", "东城营业部/西城营业部"),
        ("城东/城东", "营业组", "城东/城东"),
        ("营业部:城东", "营业部", "城东"),
        ("分公司：城东", "分公司", "城东"),
    ):
        unit = cube.units[cube.unit_index(label)]
        assert (unit.level, unit.path) == (level, path)


def test_a_name_that_several_have_is_refused_with_their_paths(cube):
    with pytest.raises(InputError) as refused:
        cube.unit_index("二组")
    assert "2 个单位叫“二组”" in refused.value.problem
    assert "东城营业部/二组、西城营业部/二组" in refused.value.advice
    with pytest.raises(InputError) as refused:
        cube.unit_index("城东")
    assert "分公司:城东、营业部:城东" in refused.value.advice


def test_a_role_sees_no_unit_that_is_only_called_alike(cube):
    assert not cube.only(["城东"]).units  # the department's, or everything?
    seen = {(unit.level, unit.path) for unit in cube.only(["营业部:城东"]).units}
    assert seen == {("营业部", "城东"), ("营业组", "城东/一组"), ("营业组", "城东/城东")}
    assert len(cube.only(["分公司:城东"]).units) == len(cube.units)


def test_a_role_that_may_mean_two_units_is_refused(cube, tmp_path):
    from kpi_xl.settings.server import ServerSettings
    from udfs.server.safe import _check_roles

    project = small_branch(tmp_path / "p", [("1", "甲", "城东", "一组")], name=_BRANCH)
    load(project)
    with pytest.raises(InputError, match="有 2 个") as refused:
        _check_roles(project, ServerSettings(roles={"主管": ("城东",)}))
    assert "分公司:城东、营业部:城东" in refused.value.advice
    _check_roles(project, ServerSettings(roles={"主管": ("营业部:城东",)}))


_NAMES = st.sampled_from(["甲", "乙", "丙", "甲部", "A:甲", "甲／乙"])


@given(st.lists(st.tuples(_NAMES, _NAMES), min_size=1, max_size=8, unique=True), _NAMES)
def test_what_is_written_means_that_unit_and_no_other(places, branch):
    units = [Unit(STANDARD.levels[0], branch, branch, None)]
    for department in dict.fromkeys(department for department, _ in places):
        units.append(Unit(STANDARD.levels[-2], department, department, 0))
    for department, team in places:
        units.append(Unit(STANDARD.levels[-1], team, f"{department}/{team}", 1))
    full = written(units)
    assert len(set(full)) == len(units)
    for number, label in enumerate(full):
        assert answering(units, label) == [number]
    for unit in units:
        assert units.index(unit) in answering(units, whole_name(unit))
        found = answering(units, unit.name)
        assert len(found) >= 1


def test_levels_are_told_apart_where_asked(cube):
    assert cube.units[cube.unit_index("城东", "营业部")].level == "营业部"
    with pytest.raises(InputError):
        cube.unit_index("一组", "营业组")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A1", "+1部", "-2部", "@SUM(A1)", "城东"])
def test_units_called_like_formulas_are_text_in_csv_files_and_come_back(make, name):
    roster = f"工号,姓名,营业部,签约日期\n1,甲,{name},2020-01-05\n"
    project = make({"人员.csv": roster})
    name = name.replace("/", "／")  # which divides units
    file = project.data / "目标.csv"
    write(file, [("2024-06", "营业部", name, "首年度保费", 5.0)])
    text = file.read_text("utf-8-sig")
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    checked = check_project(project)
    assert [p for p in checked.problems if p.table == "目标"] == []
    assert checked.tables["targets"].data["unit"].to_pylist() == [name]
    assert checked.tables["agents"].data["department"].to_pylist() == [name]
