"""The catalogue of kinds, and problems made of it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from kpi_xl import cli, kinds
from kpi_xl.data.check import check_project
from kpi_xl.data.problem import Problem
from kpi_xl.fault import Fault, Kind, parameters
from manual import messages

SOURCE = Path(kinds.__file__).parent
NAMES = [name for name, kind in vars(kinds).items() if isinstance(kind, Kind)]

FILES = {
    "人员.csv": "工号,签约日期,营业部\n0001,2020-01-05,东\n2,去年,东\n0001,2020-01-05,东\n",
    "保单.csv": "保单号,工号,首年保费,承保日期\nP1,0001,-5,2019-01-05\nP2,1,x,2024-01-05\n"
    "P3,1,5,2024-01-05\n",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_reads_like_every_message(name):
    kind = getattr(kinds, name)
    assert re.fullmatch(r"[a-z-]+\.[a-z0-9-]+", kind.code)
    for text in (kind.reason, kind.advice):
        assert re.search("[一-鿿]", text)
        assert not text.endswith(("。", "！", "."))
    assert all(hint.startswith("；") for hint in kind.hints)


def test_every_code_is_one_kind_and_every_kind_is_used():
    assert len(kinds.BY_CODE) == len(NAMES)
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    assert [name for name in NAMES if f"kinds.{name}" not in source] == []


def test_hints_are_given_where_they_are_known():
    known = kinds.UNKNOWN_AGENT(count=3, unassigned="未分配", aside=2, like="001、01")
    assert known.advice.endswith(
        "；人员表有 2 行搁置，他在其中的，先改好那一行；人员表里“001、01”都像，分不出是哪一个"
    )
    unknown = kinds.UNKNOWN_AGENT(count=3, unassigned="未分配", aside=0, like=None)
    assert unknown.advice == kinds.UNKNOWN_AGENT.advice


def test_used_all_the_same():
    assert kinds.NO_DAY().set_aside
    assert not Fault(kinds.NO_DAY, used=True).set_aside


def test_a_problem_from_its_record(make):
    checked = check_project(make(FILES))
    assert {problem.kind for problem in checked.problems} == {
        "date.unreadable",
        "row.repeated",
        "number.negative",
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


def test_the_manual_lists_every_kind():
    page = messages.problems()
    for kind in kinds.BY_CODE.values():
        assert f"| `{kind.code}` | {'搁置' if kind.set_aside else '提示'} |" in page
    assert "{" not in page
