"""Files with KPI formulas: saved by Calc, opened again, and opened without the add-in."""

import datetime as dt
import re
import zipfile

import openpyxl
import pytest

from calc.cells import computed, content, put
from calc.running import Office

FORMULAS = {
    "D1": ("=KPI_ACTIVITY(A1;B1;C1)", "KPI_ACTIVITY(A1,B1,C1)", 0.9),
    "D2": ('=KPI_HEADCOUNT(A3:A5;B3:B5;"2023-06")', 'KPI_HEADCOUNT(A3:A5,B3:B5,"2023-06")', 2.0),
    "D3": ("=KPI_ACTIVITY(1;0;0)", "KPI_ACTIVITY(1,0,0)", "#DIV/0!"),
    "D4": ('=KPI_STATUS("活动率";D1)', 'KPI_STATUS("活动率",D1)', "健康"),
    "D5": ('=IF(KPI_ATTAINMENT(B1;C1)=1;"满";"缺")', 'IF(KPI_ATTAINMENT(B1,C1)=1,"满","缺")', "满"),
}


def filled(document):
    sheet = document.Sheets.getByIndex(0)
    put(sheet, 1, 1, [[1800, 2000, 2000], [], [45000], [45001, 45900], [45002, 45050]])
    for cell, (formula, _, _) in FORMULAS.items():
        sheet.getCellRangeByName(cell).setFormula(formula)
    return sheet


def contents(document):
    sheet = document.Sheets.getByIndex(0)
    return {cell: content(sheet.getCellRangeByName(cell)) for cell in FORMULAS}


VALUES = {cell: value for cell, (_, _, value) in FORMULAS.items()}


@pytest.fixture
def saved(office, document, tmp_path):
    filled(document)
    assert contents(document) == VALUES
    file = tmp_path / "公式.xlsx"
    office.save(document, file)
    return file


def test_an_xlsx_keeps_plain_names_and_values(office, saved):
    with zipfile.ZipFile(saved) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    written = [text.replace("&quot;", '"') for text in re.findall(r"<f[^>]*>([^<]*)</f>", xml)]
    assert sorted(written) == sorted(formula for _, formula, _ in FORMULAS.values())
    cached = openpyxl.load_workbook(saved, data_only=True).active
    assert {cell: cached[cell].value for cell in FORMULAS} == VALUES
    again = office.open(saved, Hidden=True)
    try:
        assert contents(again) == VALUES
        again.calculateAll()
        assert contents(again) == VALUES
        sheet = again.Sheets.getByIndex(0)
        assert [sheet.getCellRangeByName(c).FormulaLocal for c in FORMULAS] == [
            f"={formula}" for _, formula, _ in FORMULAS.values()
        ]
        sheet.getCellRangeByName("A1").setValue(1600)
        assert content(sheet.getCellRangeByName("D1")) == 0.8
    finally:
        again.close(True)


def test_an_ods_keeps_them_too(office, document, tmp_path):
    filled(document)
    file = tmp_path / "公式.ods"
    office.save(document, file, "calc8")
    again = office.open(file, Hidden=True)
    try:
        again.calculateAll()
        assert contents(again) == VALUES
    finally:
        again.close(True)


def test_a_file_of_another_program_is_computed(office, tmp_path):
    """Plain names without values, as openpyxl writes them."""
    book = openpyxl.Workbook()
    for row in ([1800, 2000, 2000], [], [45000], [45001, 45900], [45002, 45050]):
        book.active.append(row)
    for cell, (_, formula, _) in FORMULAS.items():
        book.active[cell] = f"={formula}"
    file = tmp_path / "别的程序.xlsx"
    book.save(file)
    opened = office.open(file, Hidden=True)
    try:
        assert contents(opened) == VALUES
    finally:
        opened.close(True)


def test_without_the_addin_the_cached_values_are_shown(office, saved, tmp_path):
    without = Office(tmp_path / "without", None)
    try:
        opened = without.open(saved, Hidden=True)
        # An error is the one value that LibreOffice does not take from the file.
        assert contents(opened) == VALUES | {"D3": "Err:525"}
        again = tmp_path / "再存.xlsx"
        without.save(opened, again)
        opened.Sheets.getByIndex(0).getCellRangeByName("F1").setFormula("=KPI_ACTIVITY(1;1;1)")
        assert content(opened.Sheets.getByIndex(0).getCellRangeByName("F1")) == "Err:525"
        assert without.close() == 0
    finally:
        without.kill()
    # Somebody without the add-in saved it in between: with it, it computes as before.
    back = office.open(again, Hidden=True)
    try:
        assert contents(back) == VALUES
        back.calculateAll()
        assert contents(back) == VALUES
    finally:
        back.close(True)


def test_documents_whose_days_count_from_1904(office):
    """Dates in cells, bare numbers and what DATE gives mean there what they mean to the user."""
    document = office.new()
    try:
        first = document.NullDate
        first.Day, first.Month, first.Year = 1, 1, 1904
        document.NullDate = first
        sheet = document.Sheets.getByIndex(0)
        there = float((dt.date(2024, 3, 11) - dt.date(1904, 1, 1)).days)
        gone = float((dt.date(2024, 5, 20) - dt.date(1904, 1, 1)).days)
        signed = put(sheet, 1, 1, [[there]] * 50)
        left = put(sheet, 2, 1, [[gone]] * 10 + [[None]] * 40)
        for formula, expected in (
            (f'=KPI_HEADCOUNT({signed};{left};"2024-06")', 40.0),
            (f"=KPI_HEADCOUNT({signed};{left};DATE(2024;6;1))", 40.0),
            (f"=KPI_HEADCOUNT({signed};{left};DATE(2024;5;1))", 50.0),
            (f"=KPI_RETENTION13({signed};{left};DATE(2024;6;1);3)", 0.8),
            (
                '=KPI("活动率";"城东营业部";DATE(2024;6;1))=KPI("活动率";"城东营业部";"2024-06")',
                1.0,
            ),
        ):
            assert computed(sheet, "E1", formula) == [[expected]], formula
    finally:
        document.close(True)
