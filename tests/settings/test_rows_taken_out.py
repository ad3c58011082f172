"""Rows of typed workbooks with a line through them, or hidden, do not count, and are told."""

from __future__ import annotations

import io

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.definition_moves import to_workbook
from kpi_xl.jobs.settings_form import settings_form
from kpi_xl.project import Project

HOW = st.sampled_from(["counts", "struck", "hidden"])


def project(folder, more=""):
    folder.mkdir(exist_ok=True)
    (folder / "kpi.toml").write_text(f'[project]\nname = "江城"\n{more}', encoding="utf-8")
    return Project.open(folder)


def take_out(page, row, how):
    """Take a row out of count as people do."""
    if how == "struck":
        for cell in page[row]:
            cell.font = Font(strike=True)
    if how == "hidden":
        page.row_dimensions[row].hidden = True


def workbook(file, hows, *, filtered=""):
    """A workbook of definitions, the rows of which are taken out in these ways."""
    book = openpyxl.load_workbook(io.BytesIO(definition_form()))
    page = book["指标定义"]
    for row, how in enumerate(hows, 2):
        page.cell(row, 1, f"指标{row}")
        page.cell(row, 2, f"=拜访数*{row}")
        take_out(page, row, how)
    if filtered == "sheet":
        page.auto_filter.ref = "A1:M30"
        page.auto_filter.add_filter_column(0, ["指标2"])
    if filtered == "table":
        table = Table(displayName="定义", ref=f"A1:M{len(hows) + 1}")
        table._initialise_columns()
        for cell, column in zip(page[1], table.tableColumns, strict=False):
            column.name = cell.value
        table.autoFilter.add_filter_column(0, ["指标2"])
        page.add_table(table)
    book.save(file)


@given(hows=st.lists(HOW, min_size=1, max_size=6))
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
def test_a_row_counts_or_is_told(tmp_path_factory, hows):
    folder = tmp_path_factory.mktemp("p")
    project(folder)
    workbook(folder / "指标定义.xlsx", hows)
    found = Project.open(folder).settings
    counts = [f"指标{row}" for row, how in enumerate(hows, 2) if how == "counts"]
    assert [one.name for one in found.own.made] == counts
    told = {error.row: error for error in found.own.wrong}
    assert list(told) == [row for row, how in enumerate(hows, 2) if how != "counts"]
    for row, error in told.items():
        kind = "struck-through" if "struck" in hows[row - 2] else "hidden"
        assert (error.kind, error.value) == (f"typed-row.{kind}", f"指标{row}")
        assert (error.sheet, error.file.name) == ("指标定义", "指标定义.xlsx")


def test_a_line_through_the_letters_is_one_through_the_cell(tmp_path):
    """Who marks letters in a cell strikes these; some of them only are no line through it."""
    of = project(tmp_path / "p")
    with xlsxwriter.Workbook(of.folder / "指标定义.xlsx") as book:
        page = book.add_worksheet("指标定义")
        struck, bold = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
        page.write_row(0, 0, ("名称", "公式"))
        page.write_rich_string(1, 0, struck, "指", struck, "标2")
        page.write_rich_string(2, 0, struck, "指", bold, "标3")
        for row in (1, 2):
            page.write_string(row, 1, f"=拜访数*{row}")
    own = Project.open(of.folder).settings.own
    assert [one.name for one in own.made] == ["指标3"]
    assert [(one.kind, one.row) for one in own.wrong] == [("typed-row.struck-through", 2)]


@pytest.mark.parametrize("filtered", ["sheet", "table"])
def test_what_a_filter_hides_counts(tmp_path, filtered):
    """It is what somebody looks at just now."""
    project(tmp_path / "p")
    file = tmp_path / "p" / "指标定义.xlsx"
    workbook(file, ["counts", "hidden", "struck", "hidden"], filtered=filtered)
    own = Project.open(tmp_path / "p").settings.own
    assert [one.name for one in own.made] == ["指标2", "指标3", "指标5"]
    assert [(error.kind, error.row) for error in own.wrong] == [("typed-row.struck-through", 4)]


def test_a_name_that_is_struck_keeps_none_of_the_same_name_out(tmp_path):
    """A definition that moves is written below; it was lost beside the one that does not count."""
    of = project(tmp_path / "p", '[kpis]\n"指标2" = "=约访数*7"\n')
    workbook(of.folder / "指标定义.xlsx", ["struck", "counts"])
    done = to_workbook(Project.open(of.folder))
    assert done.names == ["指标2"]
    now = Project.open(of.folder).settings
    assert {one.name: one.formula for one in now.own.made} == {
        "指标3": "拜访数 × 3",
        "指标2": "约访数 × 7",
    }


def test_measures_and_settings_are_read_alike(tmp_path):
    of = project(tmp_path / "p")
    book = openpyxl.load_workbook(io.BytesIO(definition_form()))
    page = book["统计项"]
    headings = [cell.value for cell in page[1]]
    for row, (name, how) in enumerate([("甲数", "counts"), ("乙数", "struck")], 2):
        for heading, text in (("名称", name), ("表", "保单"), ("统计", "计数")):
            page.cell(row, headings.index(heading) + 1, text)
        take_out(page, row, how)
    book.save(of.folder / "指标定义.xlsx")
    (of.folder / "设置.xlsx").write_bytes(settings_form(of))
    book = openpyxl.load_workbook(of.folder / "设置.xlsx")
    page = book["项目"]
    rows = {cell.value: cell.row for cell in page["A"]}
    for name, value, how in (
        ("有效人力的佣金", 800, "struck"),
        ("续期宽限天数", 40, "hidden"),
        ("保费持续率的权重", 0.6, "counts"),
    ):
        page.cell(rows[name], [cell.value for cell in page[1]].index("值") + 1, value)
        take_out(page, rows[name], how)
    take_out(page, rows["不计入人力的职级"], "hidden")  # says nothing: nobody needs to know
    book.save(of.folder / "设置.xlsx")
    found = Project.open(of.folder).settings
    assert [one.name for one in found.own.made] == ["甲数"]
    assert [error.kind for error in found.own.wrong] == ["typed-row.struck-through"]
    assert (found.grace_days, found.premium_weight) == (of.settings.grace_days, 0.6)
    assert [(note.kind, note.row) for note in found.notes] == [
        ("typed-row.struck-through", rows["有效人力的佣金"]),
        ("typed-row.hidden", rows["续期宽限天数"]),
    ]


def test_a_line_of_weights_that_is_struck_weighs_nothing(tmp_path):
    text = '[measures."标准保费"]\ntable = "保单"\ntake = "合计 首年保费"\nweights = "折算"\n'
    of = project(tmp_path / "p", f'{text}[weights."折算"]\ntable = "保单"\nfile = "折算.xlsx"\n')
    book = openpyxl.Workbook()
    for line in (("险种", "系数"), ("年金", 0.3), ("终身", 0.9), ("意外", 0.2), ("其他", 1)):
        book.active.append(line)
    take_out(book.active, 3, "struck")
    take_out(book.active, 4, "hidden")
    book.save(of.folder / "折算.xlsx")
    own = Project.open(of.folder).settings.own
    (one,) = own.counted
    assert [float(weight) for _, weight in one.weights.lines] == [0.3]
    assert [(error.kind, error.row, error.value) for error in own.wrong] == [
        ("typed-row.struck-through", 3, "终身，0.9"),
        ("typed-row.hidden", 4, "意外，0.2"),
    ]
