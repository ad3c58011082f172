"""The workbook of the manual's page: it is what is made, and another engine computes its values."""

import re
import zipfile

import formulon
import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from manual.formulas_workbook import FILE, workbook
from office import openxml_audit_errors


def test_it_is_the_one_that_is_made():
    assert FILE.read_bytes() == workbook()
    assert openxml_audit_errors(FILE) == []


def test_another_engine_computes_what_stands_in_it():
    values = openpyxl.load_workbook(FILE, data_only=True).active
    formulas = openpyxl.load_workbook(FILE).active
    cells = [
        c
        for row in formulas.iter_rows()
        for c in row
        if isinstance(c.value, ArrayFormula) and c.column == 5
    ]
    assert len(cells) == 7
    with formulon.Workbook.load(FILE.read_bytes()) as book:
        book.recalc()
        for cell in cells:
            found = book.get_value(0, cell.row - 1, cell.column - 1)
            expected = values.cell(cell.row, cell.column).value
            if expected == "#DIV/0!":
                assert found.error_code is not None
            else:
                assert found.number == pytest.approx(expected, rel=1e-12)


def test_formulas_are_marked_so_that_excel_puts_no_at_sign_before_them():
    with zipfile.ZipFile(FILE) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert b'fDynamic="1"' in archive.read("xl/metadata.xml")
    calls = re.findall(r"<c ([^>]*)><f([^>]*)>", sheet)
    assert len(calls) == 7
    assert all('cm="1"' in cell and 't="array"' in formula for cell, formula in calls)
