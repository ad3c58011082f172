"""Rows that are hidden where nothing stands in them, and only those."""

import io
import math
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.workbook import Template, explain, read

NAMES = {
    "活动率": "表!$B$3",
    "活动率.目标": "表!$C$3",
    "拜访数": "表!$B$4",
    "持续率": "表!$B$7",
    "列表": "表!$B$9:$B$11",
    "folds.指标": "表!$2:$7",
    "folds.列表": "表!$9:$11",
}
CELLS = {"A2": "活动", "A3": "活动率", "A4": "拜访数", "A5": "持续", "A6": "（率）", "A7": "持续率"}


@pytest.fixture
def hidden(small):
    """Fills a small workbook and gives the rows that nobody sees."""
    template = Template(small(NAMES, CELLS))

    def fill(**values):
        sheet = openpyxl.load_workbook(io.BytesIO(template.fill(values)))["表"]
        return [row for row, one in sorted(sheet.row_dimensions.items()) if one.hidden]

    return fill


@pytest.mark.parametrize("nothing", [None, "", "—", math.nan])
def test_a_row_without_anything_is_hidden_and_a_heading_with_all_below_it(hidden, nothing):
    assert hidden(活动率=nothing, 拜访数=3, 持续率=nothing) == [3, 5, 6, 7]
    assert hidden(活动率=nothing, 拜访数=nothing, 持续率=0.9) == [2, 3, 4]


def test_zero_and_words_are_something_and_so_is_a_target(hidden):
    assert hidden(活动率=0, 拜访数="未成熟", 持续率=0.0) == []
    assert hidden(**{"活动率": "—", "活动率.目标": 0.8, "拜访数": 1, "持续率": 1}) == []


def test_each_row_of_a_list_goes_by_itself_and_what_is_not_filled_stays(hidden):
    assert hidden(列表=["甲", None, "丙"]) == [10]
    assert hidden(列表=["甲"]) == [10, 11]


def test_rows_that_come_in_are_looked_at_as_well(small):
    template = Template(small({**NAMES, "rows.列表": "表!$9:$11"}, CELLS))
    content = template.fill({"列表": ["甲", "乙", "", "丁", "戊"]})
    sheet = openpyxl.load_workbook(io.BytesIO(content))["表"]
    assert [row for row, one in sheet.row_dimensions.items() if one.hidden] == [11]
    assert [sheet.cell(row, 2).value for row in range(9, 14)] == ["甲", "乙", "", "丁", "戊"]


def test_a_hidden_row_is_read_as_any_other_and_nothing_else_is_changed(small, tmp_path):
    template = Template(small(NAMES, CELLS))
    plain = Template(small({name: at for name, at in NAMES.items() if "folds" not in name}, CELLS))
    values = {"活动率": "—", "拜访数": 2, "持续率": "—"}
    file = tmp_path / "filled.xlsx"
    file.write_bytes(template.fill(values))
    assert {name: read(file)[name] for name in values} == values
    shown = openpyxl.load_workbook(io.BytesIO(plain.fill(values)))["表"]
    found = openpyxl.load_workbook(file)["表"]
    assert [[c.value for c in row] for row in found] == [[c.value for c in row] for row in shown]


def test_a_fold_that_leads_nowhere_is_told(small):
    template = Template(small({"活动率": "表!$B$3", "folds.x": "表!#REF!"}, CELLS))
    assert [(one.name, one.fault.kind.code) for one in explain(template, {"活动率"}).unusable] == [
        ("folds.x", "slot.no-rows")
    ]


def charted(tmp_path):
    """Two charts side by side over rows, and a sheet for a week."""
    file = tmp_path / "charted.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page, week = book.add_worksheet("表"), book.add_worksheet("第5周")
        for at, text in ((5, "环比"), (9, "同比")):
            chart = book.add_chart({"type": "line"})
            chart.add_series({"values": f"=表!$A${at - 4}:$C${at - 4}"})
            page.insert_chart(11, at, chart, {"description": text})
        page.write(0, 5, "数")
        week.write(0, 0, "周")
        for name, cells in {
            "环比": "表!$A$1:$C$1",
            "同比": "表!$A$5:$C$5",
            "日期": "第5周!$B$2:$B$4",
            "charts.环比": "表!$A$1:$C$1",
            "charts.同比": "表!$A$5:$C$5",
            "folds.图": "表!$12:$20",
            "told.图": "表!$A$1:$C$1",
            "told.图.2": "表!$A$5:$C$5",
            "pages.week5": "第5周!$B$2:$B$4",
        }.items():
            book.define_name(name, f"={cells}")
    return Template(file)


@pytest.mark.parametrize(
    ("year", "month", "drawn", "rows"),
    [
        ([0.5, 0.2, 1], [0.5, math.nan, 1], ["环比", "同比"], 0),
        ([0.0, math.nan, None], [0.5, 0.4, 1], ["环比"], 0),
        ([None] * 3, [math.nan] * 3, [], 9),
    ],
)
def test_a_chart_without_points_is_left_out_and_its_rows_with_the_last(
    tmp_path, year, month, drawn, rows
):
    content = charted(tmp_path).fill({"环比": month, "同比": year, "日期": [1, 2, 3]})
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["表"]
    assert len(page._charts) == len(drawn)
    drawing = zipfile.ZipFile(io.BytesIO(content)).read("xl/drawings/drawing1.xml").decode()
    assert re.findall('descr="(.*?)"', drawing) == drawn
    hidden = [row for row, one in page.row_dimensions.items() if one.hidden]
    assert hidden == list(range(12, 12 + rows))
    assert book["第5周"].sheet_state == "visible"


def test_a_sheet_of_which_there_is_nothing_is_hidden_and_read_all_the_same(tmp_path):
    template = charted(tmp_path)
    content = template.fill({"日期": [None] * 3})
    assert openpyxl.load_workbook(io.BytesIO(content))["第5周"].sheet_state == "hidden"
    file = tmp_path / "filled.xlsx"
    file.write_bytes(content)
    assert read(file)["日期"] == [[None]] * 3
    # What nobody fills tells nothing.
    shown = openpyxl.load_workbook(io.BytesIO(template.fill({"环比": [1, 2, 3]})))
    assert shown["第5周"].sheet_state == "visible"


def test_one_sheet_stays_whatever_is_missing(tmp_path, small):
    template = Template(small({"日期": "表!$B$3", "pages.x": "表!$B$3"}, CELLS))
    book = openpyxl.load_workbook(io.BytesIO(template.fill({"日期": None})))
    assert [sheet.sheet_state for sheet in book].count("visible") >= 1
