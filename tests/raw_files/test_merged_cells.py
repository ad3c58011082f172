"""Merged cells of .xls, .xlsb and .ods say what they say of all their rows."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlwt

from kpi_xl.checks.check import check_project
from tests.raw_files.xlsb import xlsb as write_xlsb

ROWS = [["营业部", "工号", "签约日期"], *([None, f"A{n}", "2020-01-05"] for n in range(1, 5))]
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type='
    '"application/vnd.oasis.opendocument.spreadsheet"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
ROWS[1][0], ROWS[4][0] = "城东", "城西"


def xls(column: int) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("人员")
    for row, cells in enumerate(ROWS):
        for place, cell in enumerate(cells):
            if cell and (row, place) != (1, 0):
                sheet.write(row, column + place, cell)
    sheet.write_merge(1, 3, column, column, "城东")
    book.save(out)
    return out.getvalue()


def ods(column: int) -> bytes:
    def cell(text: str | None, spanned: str = "") -> str:
        if text is None:
            return "<table:covered-table-cell/>"
        value = f'office:value-type="string"{spanned}><text:p>{text}</text:p>'
        return f"<table:table-cell {value}</table:table-cell>"

    lead = f'<table:table-cell table:number-columns-repeated="{column}"/>' if column else ""
    span = ' table:number-rows-spanned="3" table:number-columns-spanned="1"'
    rows = "".join(
        f"<table:table-row>{lead}"
        + "".join(cell(text, span if text == "城东" else "") for text in row)
        + "</table:table-row>"
        for row in ROWS
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = f'<table:table table:name="人员">{rows}</table:table>'
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr("content.xml", content)
    return out.getvalue()


def xlsb(column: int) -> bytes:
    return write_xlsb(ROWS, "人员", [(1, 3, column, column)], corner=(0, column))


@pytest.mark.parametrize("column", [0, 2])
@pytest.mark.parametrize("write", [xls, ods, xlsb])
def test_filled_down(make, write, column):
    checked = check_project(make({f"人员.{write.__name__}": write(column)}))
    agents = checked.tables["agents"].data
    assert agents["department"].to_pylist() == ["城东", "城东", "城东", "城西"]
    assert checked.problems == []
