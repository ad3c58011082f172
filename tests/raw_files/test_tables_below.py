"""Several tables in one worksheet, and what is written above a table of a page."""

from __future__ import annotations

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from tests.raw_files.conftest import ROSTER
from tests.raw_files.test_formats import html
from tests.raw_files.test_what_nobody_sees import HEADINGS, ROWS, told_of

PEOPLE = [line.split(",") for line in ROSTER.strip().splitlines()]


def text(rows):
    return "\n".join(",".join(row) for row in rows) + "\n"


@pytest.mark.parametrize("rows", [[*PEOPLE, [], HEADINGS, *ROWS], [HEADINGS, *ROWS, [], *PEOPLE]])
def test_a_sheet_of_two_tables_is_named_where_one_is_missing(make, rows):
    with pytest.raises(InputError, match=r"没有人员表.*数据.csv（保单）.*分成两张工作表"):
        check_project(make({"数据.csv": text(rows)}))


def test_headings_again_are_no_record(make):
    checked, told = told_of(make, "保单.csv", text([HEADINGS, ROWS[0], HEADINGS, *ROWS[1:]]))
    assert (checked.tables["policies"].read, checked.tables["policies"].used) == (4, 3)
    assert told == [("line.headings-again", None, {})]


def test_what_stands_below_other_headings_is_no_record(make):
    """Below 城西 the columns stand in another order; each row is told of."""
    other = [[row[1], row[0], *row[2:]] for row in [HEADINGS, *ROWS[1:]]]
    checked, told = told_of(make, "保单.csv", text([HEADINGS, ROWS[0], [""] * 4, *other]))
    assert (checked.tables["policies"].read, checked.tables["policies"].used) == (4, 1)
    assert told == [("line.of-another-table", None, {"table": "保单", "row": 4})] * 3
    people = [["工号", "姓名", "营业部", "签约日期"], ["00123", "甲一", "城东", "2022-03-01"]]
    checked, told = told_of(make, "保单.csv", text([HEADINGS, *ROWS, *people]))
    assert checked.tables["policies"].used == 3
    assert {about["table"] for _, _, about in told} == {"人员"}


@pytest.mark.parametrize(
    "above",
    [
        "<h1>保单</h1><div>单位：万元</div><table border=1>",
        "<table><tr><td>保单明细</td><td>单位：万元</td></tr></table><table border=1>",
        "<table border=1><caption>保单（单位：万元）</caption>",
        f"单位：元{'<table>' + '<tr><td>1</td><td>2</td></tr>' * 4 + '</table>'}单位:万元<table border=1>",
    ],
    ids=["line", "table", "caption", "below another list"],
)
def test_the_unit_above_a_table_of_a_page(make, above):
    content = html([HEADINGS, *ROWS]).decode().replace("<table border=1>", above, 1)
    checked, _ = told_of(make, "保单.xls", content)
    assert sum(checked.tables["policies"].data["premium"].to_pylist()) == 6000_0000_00
