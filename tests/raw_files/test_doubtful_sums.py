"""Rows that sum others up, parts that are more than the whole, and moves that 人员 does not have."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project
from tests.raw_files.conftest import ROSTER

DAYS = "".join(f"2024-06-0{day},00123,{day},1\n" for day in range(1, 9))
HEADING = "日期,工号,拜访数,洽谈人数\n"
TOLD = "rows.sum-of-month"


def kinds_of(make, **files):
    checked = check_project(make({"人员.csv": ROSTER, **{f"{n}.csv": t for n, t in files.items()}}))
    return [problem.kind for problem in checked.problems]


def test_days_and_their_sum(make):
    assert kinds_of(make, 活动=HEADING + DAYS) == []
    whole = "2024-06-30,00123,36,8\n"
    assert kinds_of(make, 活动=HEADING + DAYS + whole) == [TOLD]
    assert kinds_of(make, 活动=HEADING + DAYS, 活动月报=HEADING + whole) == [TOLD]


def test_a_day_that_is_so_by_chance_is_not_told(make):
    """Where others' days are not so, or somebody has few of them."""
    others = "".join(DAYS.replace("00123", f"{n:05}") for n in range(3))
    text = HEADING + DAYS + "2024-06-30,00123,36,8\n" + others
    assert TOLD not in kinds_of(make, 活动=text)
    assert kinds_of(make, 活动=HEADING + DAYS[:63] + "2024-06-30,00123,6,3\n") == []


def test_policies_and_a_list_of_what_they_come_to(make):
    head = "保单号,工号,首年保费,件数,承保日期\n"
    each = "".join(
        f"P{who}{n},{who},{n}50,1,2022-06-0{n}\n" for who in ("00123", "00124") for n in (1, 2, 4)
    )
    assert kinds_of(make, 保单=head + each) == []
    sums = "".join(f"S{who},{who},850,3,2022-06-30\n" for who in ("00123", "00124"))
    assert kinds_of(make, 保单=head + each, 月报=head + sums) == [TOLD]


@pytest.mark.parametrize("word", ["合计", "本月合计", "小计", "个人小计", "累计"])
def test_a_remark_that_names_a_total(make, word):
    text = "日期,工号,拜访数,备注\n2024-06-01,00123,3,\n2024-06-30,00123,7," + word + "\n"
    assert kinds_of(make, 活动=text)[0] == "line.totals"
    assert kinds_of(make, 活动=text.replace(word, "合计三人到访")) == []


def test_parts_that_are_more_than_the_whole(make):
    text = "日期,工号,应出勤,实出勤\n2024-06-30,00123,20,160\n"
    assert kinds_of(make, 出勤=text) == ["amount.more-than-all"]
    assert kinds_of(make, 出勤=text.replace("160", "20")) == []
    text = (
        "保单号,工号,应收日期,应收保费,实收日期,实收保费\nP1,00123,2024-06-05,100,2024-06-06,101\n"
    )
    assert kinds_of(make, 续期=text) == ["amount.more-than-all"]
    assert kinds_of(make, 续期=text.replace("101", "100")) == []


def test_premium_that_is_another_number(make):
    text = "保单号,工号,首年保费,承保日期\nP1,00123,8820240601,2024-06-05\n"
    assert kinds_of(make, 保单=text) == ["money.too-much"]


def test_visits_without_a_number(make):
    assert kinds_of(make, 活动="日期,工号,客户\n2024-06-01,00123,甲\n") == ["file.no-amounts"]


def test_what_was_planned_beside_what_was_done(make):
    text = "日期,工号,拜访数,类型\n2024-06-01,00123,3,计划\n2024-06-01,00123,2,完成\n"
    assert kinds_of(make, 活动=text) == ["row.perhaps-not-to-count"]


def test_days_on_which_contracts_end(make):
    head = "工号,姓名,签约日期,合同终止日期\n"
    people = [f"{n},甲{n},2022-0{n}-05,202{4 + n % 2}-0{n}-04\n" for n in range(1, 6)]
    checked = check_project(make({"人员.csv": head + "".join(people)}))
    assert [problem.kind for problem in checked.problems] == ["agent.perhaps-contract-end"]
    people[0] = "1,甲1,2022-01-05,2023-08-09\n"
    checked = check_project(make({"人员.csv": head + "".join(people)}))
    assert checked.problems == []


def test_a_move_that_the_roster_does_not_have(make):
    text = "工号,生效日期,原营业部,营业部\n00123,2024-05-10,城西,城东\n"
    assert kinds_of(make, 异动=text) == ["transfer.not-as-roster"]
    back = text + "00123,2024-06-10,城东,城西\n"
    assert kinds_of(make, 异动=back) == []


def test_of_two_lists_of_targets_the_adjusted_one_counts(make):
    head = "月份,层级,单位,指标,目标值\n"
    one = head + "2024-06,分公司,分公司,首年新单保费,{}\n"
    files = {"人员.csv": ROSTER, "目标调整.csv": one.format(120), "目标.csv": one.format(100)}
    checked = check_project(make(files))
    assert checked.tables["targets"].data["target"].to_pylist() == [120]
