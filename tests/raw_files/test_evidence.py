"""Units, totals, statuses and days: what a file says beside its records."""

from __future__ import annotations

import datetime as dt

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.raw_files.units_of_money import unit_of
from tests.raw_files.conftest import ROSTER

POLICY = "保单号,工号,首年保费,FYC,承保日期"
ROWS = [("P1", 10000, 3000), ("P2", 20000, 6000), ("P3", 3000, 900), ("P4", 40000, 8000)]


def policies(heading=POLICY, scale=1, above="", below="", extra=lambda place: ""):
    lines = [
        f"{policy},00123,{premium / scale:g},{fyc / scale:g},2024-06-0{place}{extra(place)}"
        for place, (policy, premium, fyc) in enumerate(ROWS, 1)
    ]
    return above + "\n".join((heading, *lines)) + "\n" + below


def check(make, **files):
    return check_project(make({"人员.csv": ROSTER} | {f"{k}.csv": v for k, v in files.items()}))


def premium(checked):
    return sum(checked.tables["policies"].data["premium"].to_pylist()) / 100


def told(checked):
    return [problem.kind for problem in checked.problems]


@pytest.mark.parametrize(
    "heading",
    ["（万元）", "（万）", "(单位：万元)", "【万】", "/万元", "_万元", "[人民币万元]", "万元"],
)
def test_the_unit_in_a_heading(make, heading):
    head = POLICY.replace("首年保费", f"首年保费{heading}").replace("FYC", f"FYC{heading}")
    checked = check(make, 保单=policies(head, 10_000))
    assert (premium(checked), told(checked)) == (73_000, [])


@pytest.mark.parametrize("line", ["单位：万元", "清单（单位:人民币万元）", "金额单位：万元"])
def test_the_unit_above_the_table(make, line):
    checked = check(make, 保单=policies(scale=10_000, above=f"{line},,,,\n"))
    assert premium(checked) == 73_000
    checked = check(make, 保单=policies(POLICY.replace("FYC", "FYC(元)"), above=f"{line},,,,\n"))
    assert premium(checked) == 730_000_000


def test_what_is_no_unit():
    for heading in ("万能险保费", "首年保费", "首年保费（元）", "千里马计划"):
        assert unit_of(heading, "统计到 1 万人") == ""


def test_amounts_too_small_are_told(make):
    checked = check(make, 保单=policies(scale=10_000))
    assert told(checked) == ["money.too-small"] * 2  # the premium and FYC


def test_files_in_other_units_are_told(make):
    large = policies().replace("000,", "0000,")
    checked = check(make, 保单1=large, 保单2=policies(scale=100).replace("P", "Q"))
    assert told(checked) == ["money.unlike-other-files"]


@pytest.mark.parametrize(
    ("heading", "kpi", "cell", "target", "kind"),
    [
        ("目标值（万元）", "首年新单保费", "10", 100_000, None),
        ("目标值（万元）", "期末人数", "10", 10, None),
        ("目标值（万元）", "首年新单保费", "10万", 100_000, None),
        ("目标值(%)", "活动率", "80", 0.8, None),
        ("目标值(%)", "活动率", "80%", 0.8, None),
        ("目标值(%)", "活动率", "0.8", None, "target.percent-or-ratio"),
        ("目标值", "活动率", "80", None, "target.ratio-too-large"),
        ("目标值", "活动率", "0.8", 0.8, None),
    ],
)
def test_targets_are_in_the_unit_of_their_kpi(make, heading, kpi, cell, target, kind):
    text = f"月份,层级,单位,指标,{heading}\n2024-06,分公司,分公司,{kpi},{cell}\n"
    checked = check(make, 目标=text)
    assert told(checked) == ([kind] if kind else [])
    values = checked.tables["targets"].data["target"].to_pylist()
    assert values == ([] if target is None else [pytest.approx(target)])


@pytest.mark.parametrize(
    ("below", "kinds"),
    [
        ("合计,,73000,17900,\n", ["line.totals"]),
        ("小计,00123,73000,17900,2024-06-30\n", ["line.totals"]),
        ("00123 汇总,00123,73000,17900,2024-06-30\n", ["line.totals"]),
        ("其中：期交,00123,1,1,2024-06-30\n", ["line.totals"]),
        ("总计,,80000,17900,\n", ["file.total-differs", "line.totals"]),
        ("全部,x,73000,17900,2024-06-30\n", ["line.totals"]),
        ("P9,00124,73000,17900,2022-06-30\n", ["row.sum-of-others"]),
        ("P9,00124,73000,17901,2022-06-30\n", []),
    ],
)
def test_totals_are_no_records_but_a_proof(make, below, kinds):
    checked = check(make, 保单=policies(below=below))
    assert told(checked) == kinds
    table = checked.tables["policies"]
    assert table.read == table.used + table.set_aside == 5
    assert table.used == (4 if "line.totals" in kinds else 5)


def test_a_total_is_told_with_all_its_digits(make):
    checked = check(make, 保单=policies(below="总计,,123456789.5,17900,\n"))
    (problem,) = [p for p in checked.problems if p.kind == "file.total-differs"]
    assert "123456789.50" in problem.reason
    assert "73000" in problem.reason


def test_two_equal_rows_are_no_total(make):
    text = f"{POLICY}\nP1,00123,100,30,2024-06-01\nP2,00123,100,30,2024-06-02\n"
    assert check(make, 保单=text).tables["policies"].used == 2


def test_subtotals_are_compared_with_their_block(make):
    text = (
        f"{POLICY}\nP1,00123,1000,30,2024-06-01\nP2,00123,2000,30,2024-06-02\n小计,,3000,60,\n"
        "P3,00123,5000,30,2024-06-02\n小计,,5000,30,\n合计,,8000,90,\n"
    )
    assert "file.total-differs" not in told(check(make, 保单=text))
    assert "file.total-differs" in told(check(make, 保单=text.replace("合计,,8000", "合计,,9000")))


@pytest.mark.parametrize(
    "heading",
    ["离职时间", "离司时间", "离司日", "离职日", "退司日期", "终止日期", "离岗日期", "合同终止日期",
     "解除合同日期", "“解约日期：在职不填”"],
)  # fmt: skip
def test_leaving_by_any_name(make, heading):
    checked = check_project(make({"人员.csv": ROSTER.replace("解约日期", heading.strip("“”"))}))
    assert checked.tables["agents"].data["left"].to_pylist() == [None, dt.date(2023, 6, 30)]


@pytest.mark.parametrize("heading", ["何时离开", "最后工作日期", "离队时间"])
def test_days_that_may_be_leave_dates_are_asked_about(make, heading):
    checked = check_project(make({"人员.csv": ROSTER.replace("解约日期", heading)}))
    assert set(told(checked)) <= {"column.not-used", "column.days-not-used"}
    assert checked.problems or checked.tables["agents"].data["left"].null_count == 1


@pytest.mark.parametrize(
    ("heading", "word", "used"),
    [
        ("人员状态", "离职", 1),
        ("是否在职", "否", 1),
        ("是否离职", "是", 1),
        ("状态", "已解约", 1),
        ("人员状态", "在职", 2),
        ("是否离职", "否", 2),
    ],
)
def test_who_has_left_without_a_day_is_set_aside(make, heading, word, used):
    text = f"工号,签约日期,{heading}\n1,2020-01-01,{word}\n2,2020-01-01,\n"
    checked = check_project(make({"人员.csv": text}))
    assert checked.tables["agents"].used == used
    assert told(checked) == ["agent.left-without-day"] * (2 - used)


@pytest.mark.parametrize(
    ("columns", "cells", "withdrawn", "ended", "kind"),
    [
        (",退保日期", ",2024-06-10", "2024-06-10", None, "policy.taken-for-withdrawal"),
        (",退保日期", ",2024-06-25", None, "2024-06-25", "policy.perhaps-withdrawal"),
        (",退保日期", ",2026-06-10", None, "2026-06-10", None),
        (",退保日期,是否犹撤", ",2024-06-25,是", "2024-06-25", None, None),
        (",退保日期,是否犹撤", ",2024-06-10,否", None, "2024-06-10", None),
        (",犹撤日期", ",2024-06-10", "2024-06-10", None, None),
        (",保单状态", ",撤单", None, None, "policy.withdrawn-without-day"),
        (",保单状态", ",退保", None, None, "policy.ended-without-day"),
        (",是否犹撤", ",是", None, None, "policy.withdrawn-without-day"),
        (",保单状态", ",有效", None, None, None),
    ],
)
def test_what_became_of_a_policy(make, columns, cells, withdrawn, ended, kind):
    text = f"{POLICY}{columns}\nP1,00123,1000,300,2024-06-01{cells}\n"
    checked = check(make, 保单=text)
    assert told(checked) == ([kind] if kind else [])
    data = checked.tables["policies"].data
    if data.num_rows:
        found = [str(data[code][0].as_py()) for code in ("withdrawn", "ended")]
        assert found == [str(withdrawn), str(ended)]


def test_days_that_have_not_come_are_set_aside(make):
    late = dt.date.today().replace(day=1) + dt.timedelta(400)
    text = policies(below=f"P9,00123,1000,300,{late}\n")
    checked = check(make, 保单=text)
    assert told(checked) == ["date.in-future"]
    assert checked.tables["policies"].used == 4


def test_leaving_is_no_transfer(make):
    text = "工号,异动类型,生效日期,原营业部,营业部\n00123,离职,2024-06-01,城西,\n00124,调动,2023-01-01,城西,\n"
    checked = check(make, 异动=text)
    assert told(checked) == ["agent.left-by-list", "transfer.left", "transfer.nowhere"]
    assert checked.tables["transfers"].used == 0


def test_units_in_the_first_row_only_are_told(make):
    text = (
        "营业部,工号,签约日期\n城西,1,2020-01-01\n,2,2020-01-01\n城东,3,2020-01-01\n,4,2020-01-01\n"
    )
    assert told(check_project(make({"人员.csv": text}))) == ["agent.units-in-first-rows"]


def test_the_code_of_an_outlet_goes_before_its_name(make):
    text = f"{POLICY},网点,网点编码\nP1,00123,1000,300,2024-06-01,城西支行,N1\n"
    assert check(make, 保单=text).tables["policies"].data["outlet"].to_pylist() == ["N1"]
