"""Ids that one file writes otherwise than another: one where the rest agrees, and told."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project

MAY = "工号,姓名,签约日期\n00101,甲一,2020-01-05\n00102,乙二,2021-03-01\n"
HEADING = "保单号,工号,首年保费,承保日期\n"
OLD = HEADING + "0088-01,00101,100,2024-06-05\n0088-02,00102,200,2024-06-06\n"


def of(checked, table, column):
    return sorted(checked.tables[table].data[column].to_pylist())


@pytest.mark.parametrize("form", [lambda one: one.lstrip("0"), lambda one: f" {one[:2]}-{one[2:]}"])
@pytest.mark.parametrize("named", [True, False])
def test_people_of_two_rosters(make, form, named):
    lines = [line.split(",") for line in MAY.splitlines()[1:]]
    head = "工号,姓名,签约日期\n" if named else "工号,签约日期\n"
    rows = [[form(one), *([name] if named else []), day] for one, name, day in lines]
    june = head + "".join(",".join(row) + "\n" for row in rows)
    checked = check_project(make({"人员202405.csv": MAY, "人员202406.csv": june}))
    assert len(of(checked, "agents", "agent")) == 2
    (told,) = [p for p in checked.problems if p.kind == "id.written-otherwise-in-file"]
    assert told.fault.about["count"] == 2


def test_a_corrected_day_of_signing_is_no_second_person(make):
    june = "工号,姓名,签约日期\n101,甲一,2020-02-05\n"
    checked = check_project(make({"人员202405.csv": MAY, "人员202406.csv": june}))
    assert set(of(checked, "agents", "agent")) == {"00101", "00102"}
    kinds = {problem.kind for problem in checked.problems}
    assert {"id.written-otherwise-in-file", "agent.signed-before-left"} <= kinds


def test_people_of_two_names_stay_two(make):
    """Also two of one name within one roster."""
    other = "工号,姓名,签约日期\n101,丙三,2020-01-05\n"
    both = "工号,姓名,签约日期\n00103,丁四,2020-01-05\n103,丁四,2021-01-05\n"
    checked = check_project(make({"人员1.csv": MAY, "人员2.csv": other, "人员3.csv": both}))
    assert of(checked, "agents", "agent") == ["00101", "00102", "00103", "101", "103"]
    assert [problem.kind for problem in checked.problems] == []


def test_policies_of_two_exports(make):
    new = HEADING + "8801,101,100,2024-06-05\n88 02,102,250,2024-06-06\n8803,102,5,2024-06-07\n"
    checked = check_project(make({"人员.csv": MAY, "保单202406.csv": OLD, "保单202407.csv": new}))
    assert of(checked, "policies", "premium") == [500, 10000, 25000]
    kinds = {problem.kind for problem in checked.problems}
    assert {"id.written-otherwise-in-file", "row.changed-in-newer-file"} <= kinds


def test_policies_of_two_agents_are_two_and_told(make):
    new = HEADING + "8801,00102,100,2024-06-05\n"
    checked = check_project(make({"人员.csv": MAY, "保单202406.csv": OLD, "保单202407.csv": new}))
    assert len(of(checked, "policies", "policy")) == 3
    (told,) = checked.problems
    assert (told.kind, told.file, told.value) == (
        "id.almost-alike-in-file",
        "保单202407.csv",
        "8801",
    )


def test_instalments_are_of_the_policies_that_are_sold(make):
    head = "保单号,工号,应收日期,应收保费\n"
    dues = (
        head + "8801,00101,2025-06-05,100\n8802,00109,2025-06-06,200\n9901,00101,2025-06-07,300\n"
    )
    checked = check_project(make({"人员.csv": MAY, "保单.csv": OLD, "续期.csv": dues}))
    assert of(checked, "dues", "policy") == ["0088-01", "0088-02", "9901"]
    (told,) = [p for p in checked.problems if p.kind == "id.written-otherwise-in-file"]
    assert (told.table, told.row, told.fault.about["count"]) == ("续期", 2, 2)


def test_instalments_that_two_policies_could_have_stay(make):
    sold = OLD + "8801,00102,100,2024-06-05\n"
    dues = "保单号,工号,应收日期,应收保费\n88-01,00101,2025-06-05,100\n"
    checked = check_project(make({"人员.csv": MAY, "保单.csv": sold, "续期.csv": dues}))
    assert of(checked, "dues", "policy") == ["88-01"]
