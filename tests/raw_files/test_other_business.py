"""Premium in a second column, rows that are no new business, and policies taken back."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.raw_files.units_of_money import unit_of
from tests.raw_files.conftest import ROSTER


def checked_with(make, text, name="保单.csv"):
    checked = check_project(make({"人员.csv": ROSTER, name: text}))
    return checked.tables["policies"].data.to_pylist(), checked.problems


@pytest.mark.parametrize("word", ["交", "缴"])
@pytest.mark.parametrize("none", ["0", "", "0.00"])
def test_single_premium_in_a_column_of_its_own(make, word, none):
    text = f"保单号,工号,期{word}保费,趸{word}保费,承保日期\n"
    text += f"P1,00123,100,{none},2024-06-05\nP2,00123,0,200,2024-06-06\n"
    rows, problems = checked_with(make, text)
    assert [one["policy"] for one in rows] == ["P1"]
    assert [(p.kind, p.row) for p in problems] == [("policy.premium-in-two-columns", 3)]


def test_other_amounts_beside_premium_are_none_of_it(make):
    text = "保单号,工号,期交保费,趸交标准保费,承保日期\nP1,00123,100,10,2024-06-05\n"
    assert [one["premium"] for one in checked_with(make, text)[0]] == [10000]
    text = "保单号,工号,首年保费,趸交保费,承保日期\nP1,00123,100,100,2024-06-05\n"
    rows, problems = checked_with(make, text)
    assert [one["premium"] for one in rows] == [10000] and problems == []


@pytest.mark.parametrize(
    ("heading", "new", "other"),
    [
        ("保单年度", "1", "2"), ("缴费期次", "第1期", "第3期"), ("业务类型", "新单", "续期"),
        ("核保结论", "标准体", "拒保"), ("交易", "承保", "退保"),
    ],
)  # fmt: skip
def test_rows_that_are_no_new_business_are_told(make, heading, new, other):
    text = f"保单号,工号,首年保费,承保日期,{heading}\nP1,00123,100,2024-06-05,{new}\n"
    assert checked_with(make, text)[1] == []
    text += f"P2,00123,200,2024-06-06,{other}\nP3,00123,200,2024-06-06,{other}\n"
    (told,) = checked_with(make, text)[1]
    assert (told.kind, told.row, told.column) == ("policy.no-new-business", 3, heading)
    assert told.fault.about == {"words": other, "count": 2}


@pytest.mark.parametrize(
    ("amounts", "pieces"),
    [
        (["200", "-200"], 0),  # taken back
        (["200", "-50"], 1),  # less premium of a policy that stays
        (["-200"], -1),  # sold in a month whose file is not here
    ],
)
def test_pieces_of_what_takes_premium_back(make, amounts, pieces):
    rows = "".join(f"P1,00123,{amount},2024-06-05\n" for amount in amounts)
    found, problems = checked_with(make, "保单号,工号,首年保费,承保日期\n" + rows)
    assert sum(one["pieces"] for one in found) == pieces
    kinds = ["policy.pieces-taken-back", "number.negative"]
    assert [problem.kind for problem in problems] == kinds


def test_pieces_that_are_written_stay(make):
    text = "保单号,工号,首年保费,件数,承保日期\nP1,00123,200,1,2024-06-05\nP1,00123,-200,0,2024-06-05\n"
    rows, problems = checked_with(make, text)
    assert [one["pieces"] for one in rows] == [1, 0]
    assert [problem.kind for problem in problems] == ["number.negative"]


def test_subtotals_that_the_product_names(make):
    text = "保单号,工号,险种,首年保费,承保日期\nP1,00123,年金,100,2024-06-05\n"
    text += "00123JH,00123,小计,100,2024-06-30\n"
    rows, problems = checked_with(make, text)
    assert len(rows) == 1 and [problem.kind for problem in problems] == ["line.totals"]


def test_a_correction_of_one_month_is_newer(make):
    text = "保单号,工号,首年保费,承保日期\nP1,00123,100,2024-06-05\n"
    whole = text + "P2,00123,200,2024-06-20\n"
    for name, old in (("保单202406更正.csv", "保单202406.csv"), ("保单（修订）.csv", "保单.csv")):
        files = {"人员.csv": ROSTER, old: whole, name: text.replace("100", "150")}
        checked = check_project(make(files))
        assert sorted(checked.tables["policies"].data["premium"].to_pylist()) == [15000, 20000]
        (told,) = checked.problems
        assert (told.kind, told.file) == ("row.changed-in-newer-file", old)
        for file in files:
            (checked.tables["agents"].files[0].file.parent / file).unlink()


def test_a_correction_is_older_than_a_later_month(make):
    text = "保单号,工号,首年保费,承保日期\nP1,00123,100,2024-06-05\n"
    later = text.replace("100", "300")
    files = {"人员.csv": ROSTER, "保单202406更正.csv": text, "保单202407.csv": later}
    checked = check_project(make(files))
    assert checked.tables["policies"].data["premium"].to_pylist() == [30000]


def test_two_byte_order_marks_are_no_part_of_a_heading(make):
    text = "\ufeff\ufeff保单号,工号,首年保费,承保日期\nP1,00123,100,2024-06-05\n"
    assert len(checked_with(make, text)[0]) == 1


def test_amounts_in_hundreds(make):
    text = "保单号,工号,首年保费（百元）,承保日期\nP1,00123,123,2024-06-05\n"
    assert [one["premium"] for one in checked_with(make, text)[0]] == [1230000]
    assert unit_of("FYC", "单位：百元") == "百"
