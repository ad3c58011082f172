"""Days far ahead, units that only the names of worksheets tell, names with codes before them."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.readers.unit import spellings

HEAD = "工号,营业部,签约日期,解约日期\n"


def kinds_of(checked):
    return [(p.kind, p.row) for p in checked.problems]


@pytest.mark.parametrize("word", ["2099-12-31", "2099/12/31", "2999-12-31", "9999-01-01"])
def test_days_that_never_come_are_none(make, word):
    checked = check_project(make({"人员.csv": HEAD + f"A1,城东,2020-01-05,{word}\n"}))
    assert checked.tables["agents"].data["left"].to_pylist() == [None]
    assert not checked.problems


def test_a_leave_years_ahead_is_told(make):
    soon = dt.date.today() + dt.timedelta(60)
    rows = f"A1,城东,2020-01-05,2042-05-31\nA2,城东,2020-01-05,{soon}\n"
    checked = check_project(make({"人员.csv": HEAD + rows}))
    assert kinds_of(checked) == [("date.far-ahead", 2)]
    assert checked.tables["agents"].used == 2


def roster_of(tmp_path, names, heading="姓名"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, name in enumerate(names):
        sheet = book.create_sheet(name)
        sheet.append(["工号", heading, "签约日期"])
        sheet.append([f"A{number}", "甲", "2020-01-05"])
    book.save(tmp_path / "x.xlsx")
    return (tmp_path / "x.xlsx").read_bytes()


def test_units_that_only_the_names_of_worksheets_tell_are_told(make, tmp_path):
    content = roster_of(tmp_path, ["城东营业部", "城西营业部"])
    told = check_project(make({"人员.xlsx": content})).problems
    assert [p.kind for p in told] == ["agent.unit-in-sheet-name"] * 2
    assert "“城东营业部”像是营业部" in told[0].reason


@pytest.mark.parametrize(
    ("names", "heading"), [(["全部", "人员"], "姓名"), (["城东营业部", "城西营业部"], "营业部")]
)
def test_other_names_say_nothing(make, tmp_path, names, heading):
    checked = check_project(make({"人员.xlsx": roster_of(tmp_path, names, heading)}))
    assert not checked.problems


def test_a_name_with_a_code_before_it_may_be_the_one_without():
    assert spellings({"01-城东营业部": 1, "城东营业部": 3}).doubtful == {
        "01-城东营业部": ("城东营业部",)
    }
    assert not spellings({"1城东营业部": 1, "2城东营业部": 3, "城东营业部": 2}).doubtful
    assert not spellings({"A组": 1, "B组": 3}).doubtful
    assert not spellings({"3部": 1, "5部": 3, "部": 1}).doubtful
