"""A unit that is no more is told of in the month in which it went, and not ever after."""

from __future__ import annotations

import json

import pytest

from command_line import run
from kpi_xl.calendar import Month
from small_branch import TWO_DEPARTMENTS, small_branch, write_people, write_table

GONE, NEW = "东城营业部/二组", "东城营业部/飞鹰组"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A team is called otherwise from April on: everybody in it is transferred."""
    project = small_branch(tmp_path_factory.mktemp("gone") / "p", TWO_DEPARTMENTS)
    of_team = [one for one in TWO_DEPARTMENTS if "/".join(one[2:]) == GONE]
    rest = [one for one in TWO_DEPARTMENTS if one not in of_team]
    write_people(project.folder, [*rest, *((*one[:3], "飞鹰组") for one in of_team)])
    heading = ("工号", "生效日期", "原营业部", "原营业组", "营业部", "营业组")
    places = ("东城营业部", "二组", "东城营业部", "飞鹰组")
    moves = [(agent, "2024-04-01", *places) for agent, *_ in of_team]
    write_table(project, "data/异动.csv", [heading, *moves])
    return project


def warned(project, month, unit):
    line = ("--json", "warnings", "--level", "营业组", "--month", month)
    told = run("--project", project.folder, *line)
    return [row["指标"] for row in json.loads(told.stdout)["rows"] if row["单位"] == unit]


def test_the_month_in_which_it_goes_is_told(project):
    assert "纯增率" in warned(project, Month.of(2024, 4), GONE)


@pytest.mark.parametrize("month", [5, 6])
def test_later_months_are_not(project, month):
    assert warned(project, Month.of(2024, month), GONE) == []
    assert warned(project, Month.of(2024, month), NEW)


def test_with_a_target_it_is_missed_all_the_same(project):
    table = [
        ("月份", "层级", "单位", "指标", "目标值"),
        ("2024-06", "营业组", GONE, "期末人数", "2"),
    ]
    targets = write_table(project, "data/目标.csv", table)
    try:
        assert warned(project, Month.of(2024, 6), GONE) == ["期末人数"]
    finally:
        targets.unlink()
