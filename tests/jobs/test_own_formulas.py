"""Formulas of one's own template that only a spreadsheet computes: LibreOffice does, where it is."""

import datetime as dt
import zipfile

import openpyxl
import pytest
import xlsxwriter

from kpi_xl.jobs import fill as job
from kpi_xl.jobs.fill import fill
from office import needs_soffice
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_branch(tmp_path_factory.mktemp("own") / "p", TWO_DEPARTMENTS)


@pytest.fixture
def form(tmp_path):
    """Formulas of all kinds over a KPI, and a chart of them."""
    path = tmp_path / "我的月报.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write("B1", None)
        formulas = ["B1*2", 'INDIRECT("B1")*3', "OFFSET(B1,0,0)*4", "TODAY()", "B4+1",
                    "KPI_ACTIVITY(B1,B1,B1)", "1/(B1-INDIRECT(\"B1\"))", 'INDIRECT("C1")&"人"']  # fmt: skip
        for row, formula in enumerate(formulas, 2):
            sheet.write_formula(f"B{row}", f"={formula}", None, 77)
        book.define_name("kpi.期末人数", "=表!$B$1")
        book.define_name("unit.name", "=表!$C$1")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=表!$B$2:$B$4"})
        sheet.insert_chart("E1", chart)
    return path


def shown(file):
    sheet = openpyxl.load_workbook(file, data_only=True)["表"]
    return [cell.value for (cell,) in sheet["B1:B9"]]


@needs_soffice
def test_they_have_their_values(project, form):
    done = fill(project, str(form), MONTH)
    assert len(done.files) == 3
    assert len({file.read_bytes() for file in done.files}) == 3
    for file in done.files:
        people, *found = shown(file)
        today = (dt.date.today() - dt.date(1899, 12, 30)).days
        assert found[:3] == [people * 2, people * 3, people * 4]
        assert abs(found[3] - today) <= 1
        assert found[4] == people * 4 + 1
        # What LibreOffice does not know, or what ends in an error, is left to who opens it.
        assert found[5:7] == [None, None]
        name = openpyxl.load_workbook(file)["表"]["C1"].value
        assert found[7] == f"{name}人"
        with zipfile.ZipFile(file) as archive:
            chart = archive.read("xl/charts/chart1.xml").decode()
        assert f"<c:v>{int(people * 3)}</c:v>" in chart


def test_without_libreoffice_they_are_left_out(project, form, monkeypatch):
    monkeypatch.setattr(job, "soffice", lambda: None)
    for file in fill(project, str(form), MONTH).files:
        people, *found = shown(file)
        assert found == [people * 2, *[None] * 7]
