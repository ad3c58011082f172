"""Lists that belong to others: leavers to 人员, outlets to policies that name no agent."""

from __future__ import annotations

import pytest

from kpi_xl.calendar import Month
from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load

ROSTER = (
    "工号,营业部,签约日期,解约日期\n"
    "A1,城东,2020-01-05,\nA2,城西,2020-01-05,\nA3,城西,2020-01-05,2024-02-01\n"
)
OUTLETS = "网点代码,网点名称,工号\n001,城东支行,A1\n002,城西支行,A2\n003,南支行,A2\n"
BANK = "保单号,首年保费,承保日期,网点代码\n"


def told(checked):
    return [(p.kind, p.table, p.row) for p in checked.problems]


def left(checked):
    agents = checked.tables["agents"].data
    days = agents["left"].to_pylist()
    return {
        who: day and day.isoformat()
        for who, day in zip(agents["agent"].to_pylist(), days, strict=True)
    }


@pytest.mark.parametrize("name", ["离职人员.csv", "6月离司名单.csv", "名单.csv", "离职.csv"])
@pytest.mark.parametrize("heading", ["离职日期", "离司时间", "最后工作日", "解约日"])
def test_leavers_as_a_list_of_their_own(make, name, heading):
    files = {"人员.csv": ROSTER, name: f"员工编号,姓名,{heading}\nA1,甲,2024-03-01\n"}
    checked = check_project(make(files))
    assert left(checked) == {"A1": "2024-03-01", "A2": None, "A3": "2024-02-01"}
    assert told(checked) == [("agent.left-by-list", "人员", 2)]
    assert checked.tables["leavers"].used == 1


def test_a_list_that_says_otherwise_or_of_nobody(make):
    text = "工号,离职日期\nA3,2024-02-05\nA9,2024-01-01\nA1,2019-01-01\nA3,2024-02-01\n"
    checked = check_project(make({"人员.csv": ROSTER, "离职.csv": text}))
    assert left(checked) == {"A1": None, "A2": None, "A3": "2024-02-01"}
    assert told(checked) == [
        ("agent.left-otherwise", "人员", 4),
        ("leaver.unknown", "离职", 3),
        ("leaver.unknown", "离职", 4),
    ]


def test_a_contract_that_ends_is_no_leaving(make):
    files = {"人员.csv": ROSTER, "合同.csv": "工号,合同终止日期\nA1,2024-12-31\n"}
    checked = check_project(make(files))
    assert left(checked)["A1"] is None
    assert [one.name for one in checked.left_out] == ["合同.csv"]


@pytest.mark.parametrize("word", ["离职", "辞职", "解约离司"])
def test_who_leaves_by_a_transfer(make, word):
    text = f"工号,异动类型,异动日期,调入营业部\nA1,{word},2024-03-01,\nA2,调动,2024-03-01,城东\n"
    checked = check_project(make({"人员.csv": ROSTER, "异动.csv": text}))
    assert left(checked)["A1"] == "2024-03-01"
    assert checked.tables["transfers"].used == 1
    assert told(checked) == [
        ("agent.left-by-list", "人员", 2),
        ("transfer.left", "异动", 2),
        ("transfer.not-as-roster", "异动", 3),
    ]


def test_who_leaves_is_not_there_at_the_end(make):
    files = {"人员.csv": ROSTER, "离职.csv": "工号,离职日期\nA1,2024-03-01\n"}
    cube = load(make(files)).cube
    month = cube.month_index(Month.of(2024, 3))
    assert cube.values[cube.measures.index("closing"), 0, month] == 1


def test_policies_of_outlets(make):
    rows = (
        "P1,5000,2024-01-05,001\nP2,6000,2024-01-06,3\nP3,7000,2024-01-06,999\nP4,1,2024-01-06,\n"
    )
    checked = check_project(
        make({"人员.csv": ROSTER, "网点.csv": OUTLETS, "保单.csv": BANK + rows})
    )
    policies = checked.tables["policies"].data
    assert policies["agent"].to_pylist() == ["A1", "A2", "网点:999"]
    assert policies["outlet"].to_pylist() == ["001", "003", "999"]
    assert sorted(told(checked)) == sorted(
        [
            ("policy.agent-by-outlet", "保单", 2), ("outlet.written-otherwise", "保单", 3),
            ("outlet.unknown", "保单", 4), ("policy.outlet-of-nobody", "保单", 4),
            ("cell.empty", "保单", 5),
        ]
    )  # fmt: skip


def test_policies_of_outlets_that_nobody_keeps(make):
    checked = check_project(
        make({"人员.csv": ROSTER, "保单.csv": BANK + "P1,5000,2024-01-05,001\n"})
    )
    assert checked.tables["policies"].data["premium"].to_pylist() == [500000]
    assert told(checked) == [("policy.outlet-of-nobody", "保单", 2)]


def test_an_agent_that_is_written_goes_first(make):
    text = "保单号,工号,首年保费,承保日期,网点\nP1,A2,5000,2024-01-05,城东支行\nP2,,6000,2024-01-05,城东支行\n"
    checked = check_project(make({"人员.csv": ROSTER, "网点.csv": OUTLETS, "保单.csv": text}))
    assert checked.tables["policies"].data["agent"].to_pylist() == ["A2", "A1"]
    assert checked.tables["policies"].data["outlet"].to_pylist() == ["001", "001"]
    assert ("outlet.written-otherwise", "保单", 2) in told(checked)


def test_two_outlets_of_one_name_are_not_guessed_between(make):
    keepers = OUTLETS.replace("南支行", "城东支行")
    text = "保单号,工号,首年保费,承保日期,网点\nP1,A2,5000,2024-01-05,城东支行\n"
    checked = check_project(make({"人员.csv": ROSTER, "网点.csv": keepers, "保单.csv": text}))
    (problem,) = checked.problems
    assert problem.kind == "outlet.unknown"
    assert "001、003" in problem.advice


def test_neither_agent_nor_outlet(make):
    files = {"人员.csv": ROSTER, "保单.csv": "保单号,首年保费,承保日期\nP1,5000,2024-01-05\n"}
    with pytest.raises(InputError, match="缺少必需的列：工号"):
        check_project(make(files))


@pytest.mark.parametrize("name", ["保单.csv", "人员.csv"])
def test_no_known_heading_lists_those_that_are_there(make, name):
    files = {"人员.csv": ROSTER, name: "甲列,乙列,丙列\n1,2,3\n"}
    with pytest.raises(InputError) as refused:
        check_project(make(files))
    assert "文件里的标题：甲列、乙列、丙列" in str(refused.value)
