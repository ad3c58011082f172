"""A user's template with a sheet for each unit, filled from the sample branch."""

import pytest
import xlsxwriter

from kpi_xl.jobs import start
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load as load_project
from kpi_xl.project import Project
from kpi_xl.slots.template_check import check_template, lines
from kpi_xl.workbook.growth.sheet_copies import sheet_name
from tests.office import load, needs_node_validator, open_xml_sdk_errors


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("branch")
    start.sample(folder)
    return Project.open(folder)


@pytest.fixture
def form(tmp_path):
    path = tmp_path / "各单位.xlsx"
    with xlsxwriter.Workbook(path) as book:
        total, sheet = book.add_worksheet("总表"), book.add_worksheet("单位")
        total.write("A1", "期末人数")
        sheet.write("A1", "期末人数")
        sheet.write_formula("B2", "=B1*10", None, 0)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=单位!$A$3:$X$3"})
        sheet.insert_chart("A5", chart)
        book.define_name("sheet.units", "=单位!$A$1")
        book.define_name("kpi.期末人数", "=单位!$B$1")
        book.define_name("unit.name", "=单位!$C$1")
        book.define_name("data.期末人数", "=单位!$A$3:$X$3")
        book.define_name("总表!kpi.期末人数", "=总表!$B$1")
        book.define_name("总表!unit.name", "=总表!$C$1")
    return path


def test_branch_with_departments_and_departments_with_teams(project, form):
    made = fill(project, str(form))
    cube = load_project(project).cube
    month = cube.month_index(made.month)
    at = {unit.path: number for number, unit in enumerate(cube.units)}
    heads = cube.values[cube.measures.index("closing"), :, month]
    expected = [
        number
        for number, unit in enumerate(cube.units)
        if unit.level in ("分公司", "营业部") and not unit.is_unassigned
    ]
    assert len(made.files) == len(expected)
    for file, number in zip(made.files, expected, strict=True):
        book = load(file)
        below = [unit for unit in cube.units if unit.parent == number and not unit.is_unassigned]
        assert book.sheetnames == ["总表", *(sheet_name(unit.name) for unit in below)]
        assert book["总表"]["B1"].value == heads[number]
        assert book["总表"]["C1"].value == cube.units[number].name
        for unit in below:
            sheet = book[sheet_name(unit.name)]
            assert sheet["C1"].value == unit.name
            assert sheet["B1"].value == sheet["X3"].value == heads[at[unit.path]]


def test_check_says_so(form):
    assert "每个下属单位一张的工作表：单位" in list(lines(check_template(form)))


@needs_node_validator
def test_breaks_no_rule(project, form):
    made = fill(project, str(form))
    assert not any(open_xml_sdk_errors(made.files).values())
