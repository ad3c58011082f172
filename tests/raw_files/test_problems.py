"""Problems in raw data: their kinds, in records and in ``--json``."""

from __future__ import annotations

import json
import sys

import pytest

from kpi_xl import cli
from kpi_xl.checks.check import check_project
from kpi_xl.fault import parameters
from kpi_xl.raw_files.problem import Problem

FILES = {
    "人员.csv": "工号,签约日期,营业部\n0001,2020-01-05,东\n2,去年,东\n0001,2020-01-05,东\n",
    "保单.csv": "保单号,工号,首年保费,承保日期\nP1,0001,-5,2019-01-05\nP2,1,x,2024-01-05\n"
    "P3,1,5,2024-01-05\n",
}


def test_a_problem_from_its_record(make):
    checked = check_project(make(FILES))
    assert {problem.kind for problem in checked.problems} == {
        "date.unreadable",
        "row.repeated",
        "number.negative",
        "policy.pieces-taken-back",
        "policy.before-signed",
        "number.unreadable",
        "agent.written-otherwise",
    }
    for problem in checked.problems:
        record = json.loads(json.dumps(problem.record()))
        again = Problem.of_record(record)
        assert again.record() == problem.record()
        assert set(problem.fault.about) >= parameters(problem.fault.kind.reason)


def test_json_has_the_kind(make, monkeypatch, capsys):
    folder = make(FILES).folder
    (folder / "kpi.toml").write_text('[project]\nname = "小分公司"\n', encoding="utf-8")
    command = ["kpi-xl", "--project", str(folder), "--json", "check"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 0
    problems = json.loads(capsys.readouterr().out)["problems"]
    meant = next(one for one in problems if one["kind"] == "agent.written-otherwise")
    assert (meant["file"], meant["row"], meant["column"]) == ("保单.csv", 4, "工号")
    assert (meant["about"]["given"], meant["about"]["id"]) == ("1", "0001")
    assert "请核对是不是同一个人" in meant["advice"]
