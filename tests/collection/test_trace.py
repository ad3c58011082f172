"""Where a number comes from: who typed it, and the rows of the raw files behind it."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from click.testing import CliRunner

from collection.conftest import edited
from collection.test_history import MONTH, TARGET, project, sent, target
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.take_back import take_back
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.jobs import rounds
from kpi_xl.jobs.trace import trace
from kpi_xl.record.collected import collected
from small_branch import TWO_DEPARTMENTS, small_branch

__all__ = ["project", "sent"]


@pytest.fixture
def typed(project):
    target(project, 0, 8, 0.7)
    collect(project)
    target(project, 0, 9, 0.85)
    target(project, 1, 9, 0.6)
    collect(project)
    return project


def unit_of(project, file):
    return next(one.unit for one in collected(project) if one.file == file)


def lines_of(project, name):
    with (project.data / name).open(encoding="utf-8") as file:
        return dict(enumerate(csv.reader(file), 1))


@pytest.mark.parametrize("what", [TARGET, "活动率.目标", "举绩率.目标"])
def test_every_version_is_told_of_the_unit_alone(typed, what):
    found = trace(typed, unit_of(typed, "0.xlsx"), what, MONTH)
    assert [(one.was, one.value) for one in found.changes if one.is_other][-1] == (0.7, 0.85)
    assert {one.file for one in found.changes} == {"0.xlsx"}
    last = found.versions.rows[-1]
    assert last[4:8] == ("70.00%", "85.00%", "改了以前收的", "算")
    assert last[-1].startswith("0.xlsx「") and last[-1].endswith(found.changes[-1].cell)


def test_what_was_taken_back_is_told(typed):
    unit = unit_of(typed, "0.xlsx")
    take_back(typed, 2)
    found = trace(typed, unit, TARGET, MONTH)
    assert [one.value for one in found.changes] == [0.7, 0.85, 0.7]
    assert [one.counts for one in found.changes] == [True, False, False]
    assert found.versions.rows[1][6].endswith("已撤回")
    assert found.versions.rows[2][6] == "撤回后恢复"


def test_the_rows_behind_a_number_are_those_of_the_unit_and_month(project):
    """Counted beside: the rows of 保单 of the team's people in June."""
    unit = "东城营业部/一组"
    (found,) = trace(project, unit, "首年新单保费", MONTH).rows
    lines = lines_of(project, "保单.csv")
    wanted = [
        number
        for number, row in lines.items()
        if row[1] in ("10000", "10001") and row[8].startswith("2024-06")
    ]
    assert (found.table, found.file, found.rows) == ("保单", "保单.csv", wanted)
    tables = {one.table for one in trace(project, unit, "活动率", MONTH).rows}
    assert tables == {"保单", "人员"}
    everybody = trace(project, "总公司", "首年新单保费", MONTH).rows[0]
    assert everybody.count == sum(row[8].startswith("2024-06") for row in lines.values())


def test_a_person_by_number_or_name(project):
    for whose in ("10000", lines_of(project, "人员.csv")[2][1]):
        (found,) = trace(project, whose, "首年新单保费", MONTH).rows
        assert found.count == 1


def test_who_sees_a_part_is_told_of_that_alone(typed):
    unit, other = unit_of(typed, "0.xlsx"), unit_of(typed, "1.xlsx")
    assert trace(typed, unit, TARGET, MONTH, seen=[unit]).changes
    with pytest.raises(InputError):
        trace(typed, other, TARGET, MONTH, seen=[unit])
    with pytest.raises(InputError):
        trace(typed, "10011", "首年新单保费", MONTH, seen=["西城营业部"])


def test_what_is_no_name_is_refused(project):
    with pytest.raises(InputError, match="没有指标叫"):
        trace(project, "总公司", "不存在的", MONTH)


def test_the_command_and_its_json(typed):
    unit = unit_of(typed, "0.xlsx")
    run = CliRunner().invoke(app, ["-p", str(typed.folder), "trace", unit, "活动率.目标", MONTH])
    assert run.exit_code == 0 and "85.00%" in run.output and "0.xlsx" in run.output
    run = CliRunner().invoke(
        app, ["-p", str(typed.folder), "--json", "trace", unit, "首年新单保费", MONTH]
    )
    answer = json.loads(run.stdout)
    assert answer["rows"][0]["file"] == "保单.csv" and answer["rows"][0]["rows"]


@pytest.mark.parametrize("form", ["周工作计划", "周计划及检讨表"])
def test_a_day_in_a_row_or_in_a_column(project, form):
    """In one form the days of a week stand below each other, in the other beside."""
    one = distribute(project, form, MONTH).deliveries[0]
    file = project.returned / "一个人.xlsx"
    shutil.copy(one.file, file)

    def edit(book):
        ((sheet, area),) = book.defined_names["input.week2.done.洽谈人数"].destinations
        cells = [cell for row in book[sheet][area.replace("$", "")] for cell in row]
        cells[0].value, cells[2].value = 3, 4

    edited(file, edit)
    collect(project)
    found = trace(project, one.recipient, "洽谈人数", "2024-06-12")
    assert [change.value for change in found.changes] == [4]
    assert [
        change.value for change in trace(project, one.recipient, "洽谈人数", "2024-06-10").changes
    ] == [3]
    assert not trace(project, one.recipient, "洽谈人数", "2024-06-11").changes


def test_a_target_of_a_round_is_told_with_its_step(tmp_path):
    branch = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    rounds.propose(branch, "主险件数", 80, MONTH, reason="年初定的")
    found = trace(branch, "东城营业部", "主险件数.目标", MONTH)
    (row,) = found.files.rows
    assert row[:2] == ("目标", "目标商定第 1 轮")
    assert row[2].startswith("建议：") and row[2].endswith("，年初定的")
