"""Month two: files of one table that overlap."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter

import pytest

from kpi_xl.checks.check import check_project
from tests.raw_files.conftest import AGENTS, ROSTER

MAY = (
    AGENTS + "1,甲,城东,一组,2020-01-05,\n2,乙,城东,一组,2021-03-01,\n3,丙,城西,二组,2021-03-01,\n"
)
JUNE = AGENTS + (
    "1,甲,城东,一组,2020-01-05,\n2,乙,城西,一组,2021-03-01,2024-06-11\n4,丁,城西,二组,2024-06-03,\n"
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("人员202405.csv", "人员202406.csv"),
        ("z人员2024-05-31.csv", "a人员2024-06-30.csv"),
        ("人员5月.csv", "人员6月.csv"),
        ("花名册（旧）.csv", "花名册.csv"),
    ],
)
def test_the_newer_roster_counts(make, old, new):
    checked = check_project(make({old: MAY, new: JUNE}))
    agents = {row["agent"]: row for row in checked.tables["agents"].data.to_pylist()}
    assert sorted(agents) == ["1", "2", "3", "4"]
    assert agents["2"]["department"] == "城西"
    assert agents["2"]["left"] == dt.date(2024, 6, 11)
    told = {(p.kind, p.file, p.row) for p in checked.problems}
    assert told == {
        ("row.changed-in-newer-file", old, 3),
        ("agent.missing-in-newer-file", old, 4),
        ("file.repeated-in-newer-file", old, None),
    }


def test_a_month_without_a_year_is_no_date(make):
    head = "保单号,工号,首年保费,承保日期,撤单日期\n"
    old = head + "P1,00123,100,2023-12-05,\n"
    new = head + "P1,00123,100,2023-12-05,2024-01-15\n"
    checked = check_project(make({"人员.csv": ROSTER, "保单12月.csv": old, "保单1月.csv": new}))
    assert checked.tables["policies"].data["withdrawn"].to_pylist() == [dt.date(2024, 1, 15)]
    told = [(p.kind, p.file) for p in checked.problems]
    assert told == [("row.changed-in-newer-file", "保单12月.csv")]


def test_the_time_tells_where_nothing_else_does(make):
    project = make({"人员a.csv": MAY, "人员b.csv": MAY.replace("城东", "城南")})
    os.utime(project.data / "人员b.csv", (1, 1))
    checked = check_project(project)
    assert set(checked.tables["agents"].data["department"].to_pylist()) == {"城东", "城西"}


def test_the_newer_export_of_policies_counts(make):
    head = "保单号,工号,首年保费,承保日期,撤单日期\n"
    old, new = head + "P1,00123,100,2024-06-05,\n", head + "P1,00123,100,2024-06-05,2024-06-15\n"
    files = {"人员.csv": ROSTER, "保单202406.csv": old, "保单202407.csv": new}
    checked = check_project(make(files))
    assert checked.tables["policies"].data["withdrawn"].to_pylist() == [dt.date(2024, 6, 15)]
    assert [p.kind for p in checked.problems] == ["row.changed-in-newer-file"]


def test_people_of_two_lists_are_not_missing(make):
    gone = AGENTS + "9,戊,城东,一组,2020-01-05,2023-01-01\n"
    checked = check_project(make({"在职人员202406.csv": MAY, "离职人员202405.csv": gone}))
    assert checked.problems == []
    assert checked.tables["agents"].used == 4


def test_activities_of_two_files_count_once(make):
    head = "日期,工号,拜访数\n"
    half = head + "2024-06-01,00123,3\n2024-06-02,00123,4\n2024-06-02,00123,4\n"
    whole = half + "2024-06-20,00123,5\n"
    checked = check_project(
        make({"人员.csv": ROSTER, "活动上半月.csv": half, "活动全月.csv": whole})
    )
    table = checked.tables["activities"]
    assert sum(table.data["visits"].to_pylist()) == 16
    assert (table.read, table.used) == (7, 4)
    assert [p.kind for p in checked.problems] == ["rows.alike", *["row.in-two-files"] * 3]


def test_the_same_day_with_other_numbers_is_told(make):
    head = "日期,工号,拜访数\n"
    files = {
        "人员.csv": ROSTER,
        "活动1.csv": head + "2024-06-01,00123,3\n",
        "活动2.csv": head + "2024-06-01,00123,4\n",
    }
    checked = check_project(make(files))
    assert [p.kind for p in checked.problems] == ["row.same-day-in-two-files"]


def test_many_files_that_meet_are_told_once_each(make):
    head = "日期,工号,拜访数\n"
    files = {f"活动{n}.csv": head + f"2024-06-01,00123,{n}\n" for n in range(1, 7)}
    checked = check_project(make({"人员.csv": ROSTER, **files}))
    told = [p for p in checked.problems if p.kind == "row.same-day-in-two-files"]
    assert [p.file for p in told] == [f"活动{n}.csv" for n in range(2, 7)]
    assert "“活动1.csv”等 5 个文件" in told[-1].reason


def test_records_of_several_files_count_as_often_as_in_the_one_with_most(make):
    """Against counting by hand, on random files of few people and days."""
    head = "日期,工号,拜访数\n"
    for seed in range(30):
        chance = random.Random(seed)
        lines = [f"2024-06-0{day},00123,{n}\n" for day in (1, 2) for n in (3, 4)]
        files = [
            [*chance.choices(lines, k=chance.randint(0, 5)), f"2024-07-0{n},00123,{n}\n"]
            for n in range(1, 5)
        ]
        named = {f"活动{n}.csv": head + "".join(own) for n, own in enumerate(files)}
        data = check_project(make({"人员.csv": ROSTER, **named})).tables["activities"].data
        kept = Counter()
        for own in files:
            kept |= Counter(own)
        assert len(data) == kept.total()
        assert sum(data["visits"].to_pylist()) == sum(
            int(line.split(",")[2]) * n for line, n in kept.items()
        )
