"""Hidden rows and columns, days counted from 1904, parts of a heading, totals above their rows."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import xlwt

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.raw_files.read import read_table
from tests.raw_files.conftest import ROSTER
from tests.raw_files.test_formats import html, spreadsheetml
from tests.raw_files.xlsb import xlsb

HEADINGS = ["保单号", "工号", "承保日期", "首年保费"]
ROWS = [[f"P{n}", "00123", f"2024-06-0{n}", str(1000 * n)] for n in (1, 2, 3)]


def xlsx_with(hidden_row=0, hidden_column="", rows=ROWS, headings=HEADINGS):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [headings, *rows]:
        book.active.append(row)
    book.active.row_dimensions[hidden_row or 99].hidden = True
    book.active.column_dimensions[hidden_column or "Z"].hidden = True
    book.save(out)
    return out.getvalue()


def xls_with(hidden_row=0, hidden_column="", rows=ROWS, headings=HEADINGS, epoch=False):
    book, out = xlwt.Workbook(), io.BytesIO()
    book.dates_1904 = epoch
    sheet = book.add_sheet("保单")
    for number, row in enumerate([headings, *rows]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    if hidden_row:
        sheet.row(hidden_row - 1).hidden = True
    if hidden_column:
        sheet.col(ord(hidden_column) - 65).hidden = True
    book.save(out)
    return out.getvalue()


def told_of(make, name, content):
    checked = check_project(make({"人员.csv": ROSTER, name: content}))
    return checked, [
        (p.kind, p.column, p.fault.about) for p in checked.problems if p.table == "保单"
    ]


def hidden_in_html():
    return html([HEADINGS, *ROWS]).replace(b"<tr><td>P2", b'<tr style="display: none"><td>P2')


def hidden_in_xml():
    return spreadsheetml([HEADINGS, *ROWS]).replace(
        b'<Row><Cell><Data ss:Type="String">P2',
        b'<Row ss:Hidden="1"><Cell><Data ss:Type="String">P2',
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("保单.xlsx", xlsx_with(3)),
        ("保单.xls", xls_with(3)),
        ("保单.xlsb", xlsb([HEADINGS, *ROWS], hidden=(2,))),
        ("保单.xls", hidden_in_html()),
        ("保单.xls", hidden_in_xml()),
    ],
    ids=["xlsx", "xls", "xlsb", "html", "xml"],
)
def test_hidden_rows_are_read_and_said_to_be(make, name, content):
    checked, told = told_of(make, name, content)
    assert checked.tables["policies"].used == 3
    assert told == [("file.hidden-rows", None, {"count": 1})]


def test_hidden_rows_without_anything_are_nothing_to_tell(make):
    assert told_of(make, "保单.xlsx", xlsx_with(90))[1] == []
    assert told_of(make, "保单.xlsx", xlsx_with(1))[1] == []


@pytest.mark.parametrize("write", [xlsx_with, xls_with])
def test_a_hidden_column_that_is_used_is_said_to_be(make, write):
    suffix = "xlsx" if write is xlsx_with else "xls"
    assert told_of(make, f"保单.{suffix}", write(hidden_column="D"))[1] == [
        ("column.hidden", "首年保费", {})
    ]
    more = [[*row, "备注"] for row in ROWS]
    content = write(hidden_column="E", rows=more, headings=[*HEADINGS, "备注"])
    assert told_of(make, f"保单.{suffix}", content)[1] == []


def test_numbers_of_days_counted_from_1904(tmp_path):
    days = (dt.date(2024, 6, 3) - dt.date(1904, 1, 1)).days
    row = ["P1", "00123", days, 1000]
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(HEADINGS)
    book.active.append(row)
    book.save(out)
    for name, content in (
        ("a.xlsx", out.getvalue()),
        ("b.xls", xls_with(rows=[row], epoch=True)),
        ("c.xlsb", xlsb([HEADINGS, row], from_1904=True)),
    ):
        (tmp_path / name).write_bytes(content)
        raw = read_table(tmp_path / name, TABLES["policies"])
        assert raw.columns["issued"].to_pylist() == ["45446"], name


@pytest.mark.parametrize("parts", [["首年保费", "续期保费"], ["续期保费", "首年保费"]])
def test_the_row_below_says_which_part_is_meant(make, parts):
    upper = ["保单号", "工号", "承保日期", "保费", None]
    lower = [None, None, None, *parts]
    rows = [[*row[:3], *(row[3] if part == "首年保费" else "7" for part in parts)] for row in ROWS]
    content = xlsx_with(headings=upper, rows=[lower, *rows])
    checked, told = told_of(make, "保单.xlsx", content)
    assert sum(checked.tables["policies"].data["premium"].to_pylist()) == 6000_00
    assert told == []


@pytest.mark.parametrize("parts", [["当月", "累计"], ["累计", "当月"]])
def test_parts_that_say_nothing_are_asked_about(make, parts):
    upper = ["保单号", "工号", "承保日期", "首年保费", None]
    rows = [[*row, "7"] for row in ROWS]
    content = xlsx_with(headings=upper, rows=[[None, None, None, *parts], *rows])
    with pytest.raises(InputError, match="首年保费当月"):
        told_of(make, "保单.xlsx", content)


def test_remarks_below_a_heading_are_no_parts_of_it(make):
    content = xlsx_with(rows=[[None, None, None, "不含税"], *ROWS])
    checked, _ = told_of(make, "保单.xlsx", content)
    assert (checked.tables["policies"].read, checked.tables["policies"].used) == (4, 3)


@pytest.mark.parametrize(("own", "said"), [("6000", []), ("6001", ["file.total-differs"])])
def test_totals_above_what_they_are_the_total_of(make, own, said):
    content = xlsx_with(rows=[["合计", None, None, own], *ROWS])
    _, told = told_of(make, "保单.xlsx", content)
    assert [kind for kind, *_ in told if kind != "line.totals"] == said


def test_riders_that_only_their_names_tell_are_told(make):
    rows = [
        [*row, product] for row, product in zip(ROWS, ["鑫享", "附加意外", "鑫享"], strict=True)
    ]
    _, told = told_of(make, "保单.xlsx", xlsx_with(rows=rows, headings=[*HEADINGS, "产品名称"]))
    assert told == [("policy.riders-by-name", "产品名称", {"count": 1})]
    known = [[*row, "主险" if row[-1] == "鑫享" else "附加险"] for row in rows]
    content = xlsx_with(rows=known, headings=[*HEADINGS, "产品名称", "主附险"])
    assert told_of(make, "保单.xlsx", content)[1] == []
