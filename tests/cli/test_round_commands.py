"""kpi-xl rounds, as it is typed."""

import json

import openpyxl
import pytest

from command_line import run
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch

EAST = "东城营业部"


@pytest.fixture
def project(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS)


def on(project, *arguments, code=0):
    done = run("--json", "--project", project.folder, "rounds", *arguments)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout or done.stderr)


def test_a_round_from_the_command_line(project):
    begun = on(project, "propose", "首年度保费", "1.2万", "--month", MONTH, "--level", "营业部")
    assert [row["建议"] for row in begun["rows"]] == [12000, 6000, 6000]
    answered = on(project, "answer", "首年度保费", f"{EAST}=5000.05", "--reason", "电话")
    (east,) = (row for row in answered["rows"] if row["单位"].strip() == EAST)
    assert (east["回复"], east["差额"], east["状态"]) == (5000.05, -999.95, "回复")
    assert answered["rows"][0]["未分配"] == 999.95
    listed = on(project, "list")
    assert [(row["指标"], row["已回复"]) for row in listed["rows"]] == [("首年度保费", 1)]
    log = on(project, "log", "首年度保费", "--unit", EAST)
    assert [(row["步骤"], row["原因"]) for row in log["rows"]] == [("建议", "—"), ("回复", "电话")]
    refused = on(project, "lock", "首年度保费", code=2)
    assert refused["error"]["kind"] == "rounds.not-agreed"


def test_decisions_typed_into_the_workbook_are_taken_and_doubts_told(project):
    on(project, "propose", "主险件数", "80", "--month", MONTH)
    on(project, "answer", "主险件数", f"{EAST}=30")
    file = on(project, "workbook")["file"]
    book = openpyxl.load_workbook(file)
    page = book["主险件数"]
    page["N7"] = "接受"
    page["N10"], page["O10"] = "还价", "许多"
    book.save(file)
    done = on(project, "take", file, code=2)
    assert done["taken"] == 1
    assert [(one["cell"], one["value"]) for one in done["problems"]] == [("O10", "许多")]
    shown = on(project, "show", "主险件数", "--unit", EAST)
    assert (shown["rows"][0]["议定"], shown["rows"][0]["状态"]) == (30, "议定")


def test_what_cannot_be_read_is_refused_with_what_to_do(project):
    assert on(project, "show", "主险件数", code=2)["error"]["kind"] == "rounds.none-at-all"
    none = on(project, "propose", "主险件数", "--month", MONTH, code=2)
    assert none["error"]["kind"] == "rounds.no-total"
    on(project, "propose", "主险件数", "80", "--month", MONTH)
    pair = on(project, "counter", "主险件数", EAST, code=2)
    assert pair["error"]["kind"] == "rounds.pair"
    other = on(project, "show", "首年度保费", code=2)
    assert other["error"]["kind"] == "rounds.none"
