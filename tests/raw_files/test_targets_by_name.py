"""A target for a name that several units have is refused; one unit's name or a path is enough."""

from __future__ import annotations

import duckdb
import pytest

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.targets import targets_of
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table


def with_targets(folder, rows, people=TWO_DEPARTMENTS):
    project = small_branch(folder / "p", people)
    heading = ("月份", "层级", "单位", "指标", "目标值")
    write_table(project, "data/目标.csv", [heading, *((MONTH, *row) for row in rows)])
    return project


def targets_in(project):
    cube = load(project).cube
    with duckdb.connect(str(project.store), read_only=True) as store:
        found = targets_of(store, Month.parse(MONTH), kpis)
    return {
        (unit.level, unit.path): of["首年新单保费"]
        for unit in cube.units
        if (of := found.of_unit(unit))
    }


def test_a_name_that_two_teams_have_is_refused_before_anything_is_made(tmp_path):
    rows = [("营业组", "一组", "首年新单保费", "1000")]
    project = with_targets(tmp_path, rows)
    with pytest.raises(InputError) as refused:
        fill(project, "月度KPI表", MONTH)
    assert "2 个单位叫这个名字" in refused.value.problem
    assert "东城营业部/一组、西城营业部/一组" in refused.value.advice
    assert not (project.output / MONTH).exists()


def test_paths_and_names_of_one_unit(tmp_path):
    people = [*TWO_DEPARTMENTS, ("3000", "丙", "东城营业部", "三组")]
    rows = [
        ("营业组", "东城营业部/一组", "首年新单保费", "1"),
        ("营业组", "三组", "首年新单保费", "3"),
        ("营业部", "西城营业部", "首年新单保费", "7"),
        ("分公司", "总公司", "首年新单保费", "9"),
    ]
    assert targets_in(with_targets(tmp_path, rows, people)) == {
        ("营业组", "东城营业部/一组"): 1,
        ("营业组", "东城营业部/三组"): 3,
        ("营业部", "西城营业部"): 7,
        ("分公司", "总公司"): 9,
    }


def test_a_whole_path_is_not_also_anothers_name(tmp_path):
    """A department without a region has the path that another has for a name."""
    people = [
        ("1", "甲", "东区", "城东", "一组"), ("2", "乙", "", "城东", "二组"),
        ("3", "丙", "东区", "城西", "一组"),
    ]  # fmt: skip
    rows = [("营业部", "城东", "首年新单保费", "1"), ("营业部", "城西", "首年新单保费", "2")]
    assert targets_in(with_targets(tmp_path, rows, people)) == {
        ("营业部", "城东"): 1,
        ("营业部", "东区/城西"): 2,
    }
