"""A definition that changes is noticed: who, when, what, and which numbers are others by that."""

from __future__ import annotations

import json
import sqlite3

import openpyxl
import pytest
from click.testing import CliRunner

from kpi_xl.cli.commands import app
from kpi_xl.jobs.definition_changes import history, note_changes
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.record.circulation import FILE
from kpi_xl.settings.definitions import WORKBOOK
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

KPIS = '\n[kpis]\n"甲" = "FYC/拜访数"\n"乙" = "甲*2"\n"丙" = "主险件数"\n'


@pytest.fixture
def project(tmp_path):
    made = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=KPIS)
    load(made)
    return made


def run(project, *words):
    done = CliRunner().invoke(app, ["--json", "--project", str(project.folder), *words])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def rewritten(project, old, new):
    file = project.folder / "kpi.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return Project.open(project.folder)


def test_a_change_tells_the_numbers_it_moved_and_those_of_who_uses_it(project):
    assert {one.what for one in note_changes(project)} == {"新写的"}
    assert note_changes(project) == []
    changed = rewritten(project, "FYC/拜访数", "FYC/约访数")
    one, other = note_changes(changed)
    assert (one.name, one.what, one.fields) == ("甲", "改了", ["公式"])
    assert (other.name, other.what, other.fields) == ("乙", "用到的指标改了", [])
    by_unit = {value.unit: (value.was, value.now) for value in one.values}
    # Two people to a team: FYC 300, 8 visits, 9 appointments each.
    assert by_unit["东城营业部"] == pytest.approx((300 / 8, 300 / 9))
    assert {value.unit: value.now for value in other.values}["东城营业部"] == pytest.approx(600 / 9)
    assert len(by_unit) == 7  # the branch, two departments, four teams
    kept = history(changed)
    assert [(each.name, each.what) for each in kept[-2:]] == [
        ("甲", "改了"),
        ("乙", "用到的指标改了"),
    ]
    assert list(kept[-2].values) == list(one.values)
    assert kept[-2].period == MONTH


def test_refresh_and_check_notice_it(project):
    first = run(project, "refresh", "--month", MONTH)
    assert {one["what"] for one in first["notice"]["definition_changes"]} == {"新写的"}
    changed = rewritten(project, '"丙" = "主险件数"', '"丙" = "主险件数*3"')
    told = run(changed, "check")
    (one,) = told["notice"]["definition_changes"]
    assert (one["name"], one["what"], len(one["values"])) == ("丙", "改了", 7)
    shown = run(changed, "definitions", "history", "丙")
    assert [row["变化"] for row in shown["changes"]] == ["新写的", "改了"]
    assert {row["现在"] for row in shown["values"]} == {6, 12, 24}
    assert run(changed, "refresh", "--month", MONTH)["notice"]["definition_changes"] == []


def test_bounds_words_and_what_is_gone(project):
    note_changes(project)
    changed = rewritten(
        project, '"丙" = "主险件数"', '[kpis."丙"]\nformula = "主险件数"\nhealthy = 5'
    )
    (one,) = note_changes(changed)
    assert (one.fields, list(one.values)) == (["健康线"], [])
    gone = rewritten(changed, '[kpis."丙"]\nformula = "主险件数"\nhealthy = 5', "")
    (one,) = note_changes(gone)
    assert (one.name, one.what, one.now) == ("丙", "删去了", None)
    wrong = rewritten(gone, '"甲" = "FYC/拜访数"', '"甲" = "FYC/没有"')
    told = {each.name: each for each in note_changes(wrong)}
    assert all(value.now != value.now for value in told["甲"].values)
    assert told["乙"].what == "用到的指标改了"


def test_who_saved_the_workbook_is_told(project):
    file = project.folder / WORKBOOK
    file.write_bytes(definition_form())
    book = openpyxl.load_workbook(file)
    book.worksheets[0]["A2"], book.worksheets[0]["B2"] = "丁", "FYC"
    book.properties.lastModifiedBy = "王芳"
    book.save(file)
    found = {one.name: one for one in note_changes(Project.open(project.folder))}
    assert found["丁"].saved_by == "王芳"
    assert found["甲"].saved_by == ""
    assert run(project, "definitions", "history", "丁")["changes"][0]["谁"] == "王芳"


def test_the_record_is_only_added_to_and_no_number_depends_on_it(project):
    stamp = load(project).cube.stamp
    note_changes(project)
    assert load(project).cube.stamp == stamp
    with sqlite3.connect(project.folder / FILE) as connection:
        for words in ("UPDATE definition_changes SET name = ''", "DELETE FROM definition_values"):
            if "values" in words:
                connection.execute("INSERT INTO definition_values VALUES (1, '', '', 0, 0)")
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                connection.execute(words)


def test_a_project_without_definitions_gets_no_record(tmp_path):
    made = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    load(made)
    assert note_changes(made) == []
    assert not (made.folder / FILE).exists()
    assert history(made) == []
