"""Rows that somebody has struck out, with a line or in words: set aside, or told, never silent."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.styles import Font

from kpi_xl.checks.check import check_project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.sheets import SheetSettings
from tests.raw_files.conftest import ROSTER
from tests.raw_files.test_formats import html, spreadsheetml
from tests.raw_files.test_merged_cells import MANIFEST
from tests.raw_files.test_what_nobody_sees import HEADINGS, ROWS, told_of
from tests.raw_files.xlsb import xlsb


def xlsx_struck(cells=(), rows=ROWS, headings=HEADINGS):
    """A workbook with a line through some cells, named as A1."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [headings, *rows]:
        book.active.append(row)
    for cell in cells:
        book.active[cell].font = Font(strike=True)
    book.save(out)
    return out.getvalue()


def xlsx_struck_letters():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        line = book.add_format({"font_strikeout": True})
        sheet = book.add_worksheet("保单")
        for number, row in enumerate([HEADINGS, *ROWS]):
            for column, cell in enumerate(row):
                if number == 2:
                    sheet.write_rich_string(number, column, line, cell[:1], line, cell[1:])
                else:
                    sheet.write(number, column, cell)
    return out.getvalue()


def xls_struck():
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("保单")
    line = xlwt.easyxf("font: struck_out on")
    for number, row in enumerate([HEADINGS, *ROWS]):
        for column, cell in enumerate(row):
            value = float(cell) if column == 3 and number else cell
            sheet.write(number, column, value, *([line] if number == 2 else []))
    book.save(out)
    return out.getvalue()


def in_row_2(before: bytes, content: bytes, struck: bytes) -> bytes:
    assert content.count(before) == 1
    return content.replace(before, struck)


def html_struck(how: str):
    content = html([HEADINGS, *ROWS])
    if how == "row":
        return in_row_2(b"<tr><td>P2", content, b'<tr style="TEXT-DECORATION: line-through"><td>P2')
    if how == "class":
        styled = content.replace(
            b"<table", b"<style><!--\n.xl65\n{text-decoration:line-through;}--></style><table", 1
        )
        return in_row_2(b"<tr><td>P2", styled, b'<tr class="a xl65"><td>P2')
    begin, end = content.index(b"<td>P2"), content.index(b"</tr>", content.index(b"<td>P2"))
    cells = content[begin:end].replace(b"<td>", b"<td><s>").replace(b"</td>", b"</s></td>")
    return content[:begin] + cells + content[end:]


def ods(of_columns: str = "", style: str = "", letters: str = "", row: str = "") -> bytes:
    """An .ods file: what is written of its columns; the style of the cells, letters, row of P2."""

    def cell(text: str, second: bool) -> str:
        inner = f'<text:span text:style-name="{letters}">{text}</text:span>' if letters else text
        name = f' table:style-name="{style}"' if second and style else ""
        said = inner if second else text
        return f'<table:table-cell office:value-type="string"{name}><text:p>{said}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row{row if line[0] == 'P2' else ''}>"
        + "".join(cell(text, line[0] == "P2") for text in line)
        + "</table:table-row>"
        for line in [HEADINGS, *ROWS]
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    styles = (
        '<style:style style:name="a" style:family="table-cell"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="b" style:family="table-cell" style:parent-style-name="a"/>'
        '<style:style style:name="c" style:family="table-cell" style:parent-style-name="a">'
        '<style:text-properties style:text-line-through-style="none"/></style:style>'
    )
    content = (
        f"<office:document-content{names}><office:automatic-styles>{styles}"
        '</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="保单">'
        f"{of_columns}{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr("content.xml", content)
    return out.getvalue()


def test_columns_of_ods_that_nobody_sees(make):
    columns = (
        '<table:table-column table:number-columns-repeated="2"/><table:table-column-group>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        '</table:table-column-group><table:table-column table:number-columns-repeated="16380"/>'
    )
    _, told = told_of(make, "保单.ods", ods(columns))
    assert told == [("column.hidden", "承保日期", {}), ("column.hidden", "首年保费", {})]


@pytest.mark.parametrize(
    ("content", "used"),
    [
        (ods(style="a"), 2),
        (ods(style="b"), 2),
        (ods(style="c"), 3),
        (ods(letters="a"), 2),
        (ods(row=' table:default-cell-style-name="b"'), 2),
        (ods(), 3),
    ],
    ids=["style", "inherited", "taken off again", "letters", "row", "none"],
)
def test_rows_of_ods_that_are_struck_through(make, content, used):
    checked, told = told_of(make, "保单.ods", content)
    assert checked.tables["policies"].used == used
    assert [one[0] for one in told] == ["line.struck-through"] * (3 - used)


def test_the_columns_of_a_page_that_nobody_sees(make):
    columns = b"<table border=1><col><col span=2 style='display:none'>"
    content = html([HEADINGS, *ROWS]).replace(b"<table border=1>", columns, 1)
    assert columns in content
    _, told = told_of(make, "保单.xls", content)
    assert told == [("column.hidden", "工号", {}), ("column.hidden", "承保日期", {})]


def xml_struck():
    content = spreadsheetml([HEADINGS, *ROWS])
    style = (
        b'<Styles><Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style>'
        b'<Style ss:ID="s2" ss:Parent="s1"/></Styles><Worksheet'
    )
    content = content.replace(b"<Worksheet", style, 1)
    return in_row_2(
        b'<Row><Cell><Data ss:Type="String">P2',
        content,
        b'<Row ss:StyleID="s2"><Cell><Data ss:Type="String">P2',
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("保单.xlsx", xlsx_struck(["A3", "B3", "C3", "D3"])),
        ("保单.xlsx", xlsx_struck_letters()),
        ("保单.xls", xls_struck()),
        ("保单.xlsb", xlsb([HEADINGS, *ROWS], struck=(2,))),
        ("保单.xls", html_struck("row")),
        ("保单.xls", html_struck("class")),
        ("保单.xls", html_struck("letters")),
        ("保单.xls", xml_struck()),
    ],
    ids=["xlsx", "letters", "xls", "xlsb", "html-row", "html-class", "html-letters", "xml"],
)
def test_rows_struck_through_are_set_aside(make, name, content):
    checked, told = told_of(make, name, content)
    assert (checked.tables["policies"].read, checked.tables["policies"].used) == (3, 2)
    assert told == [("line.struck-through", None, {})]


def test_what_a_line_says_twice_is_read(make):
    """Who has left is struck through, and the day says it; the months before still count."""
    rows = [["P1", "00123", "2024-06-01", "1000", "2024-06-20"], [*ROWS[1], None]]
    content = xlsx_struck(
        [f"{c}{r}" for c in "ABCDE" for r in (2, 3)], rows, [*HEADINGS, "撤单日期"]
    )
    checked, told = told_of(make, "保单.xlsx", content)
    assert checked.tables["policies"].used == 1
    assert told == [
        ("column.struck-and-ended", "撤单日期", {"count": 1}),
        ("line.struck-through", None, {}),
    ]


def test_single_cells_are_told(make):
    """Also where the rest of a row is not used, a line through what is used is one through it."""
    content = xlsx_struck(["D2", "D4"])
    checked, told = told_of(make, "保单.xlsx", content)
    assert checked.tables["policies"].used == 3
    assert told == [("column.struck-cells", "首年保费", {"count": 2, "row": 2})]
    rows = [[*row, "改过"] for row in ROWS]
    content = xlsx_struck(["A2", "B2", "C2", "D2"], rows, [*HEADINGS, "说法"])
    assert told_of(make, "保单.xlsx", content)[0].tables["policies"].used == 2


def test_lines_drawn_by_rules_are_told(make):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS, *ROWS]):
            sheet.write_row(number, 0, row)
        rule = {
            "type": "formula",
            "criteria": "=$A2=1",
            "format": book.add_format({"font_strikeout": True}),
        }
        sheet.conditional_format("A2:D9", rule)
    assert told_of(make, "保单.xlsx", out.getvalue())[1] == [("file.struck-by-rule", None, {})]


@pytest.mark.parametrize(
    ("heading", "text", "used", "kind"),
    [
        ("备注", "已作废", 2, "row.said-not-to-count"),
        ("备注", "（此单取消）", 2, "row.said-not-to-count"),
        ("备注", "录入错误。", 2, "row.said-not-to-count"),
        (None, "作废", 2, "row.said-not-to-count"),
        ("保单状态", "作废", 2, "row.said-not-to-count"),
        ("是否删除", "是", 2, "row.said-not-to-count"),
        ("del_flag", "1", 2, "row.said-not-to-count"),
        ("remark", "VOID", 2, "row.said-not-to-count"),
        ("跟进", "作废", 3, "row.perhaps-not-to-count"),
        ("备注", "客户说重复录了一次", 3, "row.perhaps-not-to-count"),
        ("是否有效", "否", 3, "row.perhaps-not-to-count"),
        ("备注", "未作废", 3, None),
        ("备注", "取消面谈后又约了", 3, None),
        ("是否删除", "否", 3, None),
    ],
)  # fmt: skip
def test_what_remarks_say(make, heading, text, used, kind):
    rows = [[*row, text if row[0] == "P2" else None] for row in ROWS]
    content = xlsx_struck(rows=rows, headings=[*HEADINGS, heading])
    checked, told = told_of(make, "保单.xlsx", content)
    assert checked.tables["policies"].used == used
    assert [one[0] for one in told] == ([kind] if kind else [])


def test_a_column_that_is_not_to_be_used_says_nothing(make):
    rows = [[*row, "作废"] for row in ROWS]
    content = xlsx_struck(rows=rows, headings=[*HEADINGS, "备注"])
    settings = Settings(sheets={"保单.xlsx": SheetSettings(unused=("备注",))})
    project = make({"人员.csv": ROSTER, "保单.xlsx": content}, settings)
    assert check_project(project).tables["policies"].used == 3


@pytest.mark.parametrize("words", ["以下保单作废", "作废：", "以下不计入本月"])
def test_rows_that_say_it_of_others_are_told(make, words):
    content = xlsx_struck(rows=[*ROWS[:2], [words], ROWS[2]])
    checked, told = told_of(make, "保单.xlsx", content)
    assert (checked.tables["policies"].read, checked.tables["policies"].used) == (4, 3)
    assert told == [("line.below-not-to-count", None, {"words": words})]
