"""Agents that a file names otherwise than 人员: matched where only one can be meant, and said."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project

PEOPLE = "工号,姓名,签约日期\n00101,甲一,2020-01-05\n00102,乙二,2020-01-05\nA7,丙三,2020-01-05\n"
HEADING = "保单号,工号,首年保费,承保日期\n"


def checked_with(make, *agents, people=PEOPLE):
    rows = "".join(f"P{n},{agent},100,2024-01-05\n" for n, agent in enumerate(agents))
    return check_project(make({"人员.csv": people, "保单.csv": HEADING + rows}))


@pytest.mark.parametrize(
    "given",
    ["101", "００１０１", "00101\u200b", "00101 甲一", "甲一（00101）", "101.0", "101 甲一"],
)
def test_one_who_can_only_be_meant(make, given):
    checked = checked_with(make, given, "00102", given)
    assert checked.tables["policies"].data["agent"].to_pylist() == ["00101", "00102", "00101"]
    (problem,) = checked.problems
    assert (problem.kind, problem.row) == ("agent.written-otherwise", 2)
    assert problem.fault.about["id"] == "00101" and problem.fault.about["count"] == 2


def test_never_a_guess_between_two(make):
    people = PEOPLE + "101,丁四,2020-01-05\n"
    checked = checked_with(make, "0101", "a7", people=people)
    assert checked.tables["policies"].data["agent"].to_pylist() == ["0101", "A7"]
    unknown = next(p for p in checked.problems if p.kind == "agent.unknown")
    assert unknown.advice.endswith("；人员表里“00101、101”都像，分不出是哪一个")


def test_two_ways_of_writing_one_key_are_one(make):
    """Attendance is told apart by agent: the second row of one agent's month is a duplicate."""
    files = {
        "人员.csv": PEOPLE,
        "保单.csv": HEADING + "P1,00101,1,2024-01-05\nP1,101,1,2024-01-05\n",
    }
    checked = check_project(make(files))
    assert checked.tables["policies"].data["agent"].to_pylist() == ["00101"]
    assert [p.kind for p in checked.problems] == ["agent.written-otherwise", "row.repeated"]


def test_ids_that_are_known_stay(make):
    checked = checked_with(make, "00101", "999")
    assert checked.tables["policies"].data["agent"].to_pylist() == ["00101", "999"]
    assert [p.kind for p in checked.problems] == ["agent.unknown"]
