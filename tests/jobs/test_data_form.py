"""原始数据.xlsx: the form that comes with a new project, filled in and read back."""

import datetime as dt
import io

import openpyxl
import pytest

from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.notice import notice_of
from kpi_xl.errors import InputError
from kpi_xl.jobs import start
from kpi_xl.jobs.check import check
from kpi_xl.jobs.data_form import NAME, data_form
from kpi_xl.jobs.load import load
from kpi_xl.settings.project_settings import Settings
from office import needs_node_validator, open_xml_sdk_errors, openxml_audit_errors

ROWS = {
    "人员": [
        ["001", "王芳", None, "城东部", "一组", "正式", "是", "女", "本科", "Z1", dt.date(2022, 5, 1), None, None],
        ["002", "李强", None, "城东部", "一组", "正式", "否", "男", "大专", None, dt.date(2024, 6, 3), None, None],
    ],
    "保单": [
        ["P1", "001", "安心两全", "主险", 1, 12000.5, 3600, "期交", None, dt.date(2024, 6, 12), None, None, None],
    ],
    "目标": [["2024-06", "分公司", "江北分公司", "首年度保费", 20000]],
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    return start.init(tmp_path / "江北", "江北分公司")


def fill_in(project, rows):
    """Type rows into the form, as a clerk does."""
    file = project.data / NAME
    book = openpyxl.load_workbook(file)
    for sheet, lines in rows.items():
        for row, line in enumerate(lines, 2):
            for column, value in enumerate(line, 1):
                book[sheet].cell(row, column).value = value
    book.save(file)


def test_a_new_project_has_the_form(project):
    assert (project.data / NAME).read_bytes() == data_form(Settings())


def test_it_has_every_column_of_every_table():
    book = openpyxl.load_workbook(io.BytesIO(data_form(Settings())))
    assert book.sheetnames == ["说明", *(table.name for table in TABLES.values()), "可选项"]
    for table in TABLES.values():
        sheet = book[table.name]
        assert [cell.value for cell in sheet[1]] == [column.name for column in table.columns]
        hints = [
            rule.prompt
            for column in range(1, len(table.columns) + 1)
            for rule in sheet.data_validations.dataValidation
            if sheet.cell(2, column).coordinate in rule.sqref
        ]
        assert len(hints) == len(table.columns)
        for column, hint in zip(table.columns, hints, strict=True):
            assert column.meaning in hint
            assert column.required == hint.startswith("必填")
    offered = [cell.value for cell in book["可选项"]["A"]][1:]
    assert [kpis.find(name).name for name in offered] == offered


def test_filled_in_it_is_read_as_it_is(project):
    fill_in(project, ROWS)
    checked, _ = check(project)
    assert {table.table.name: table.used for table in checked.tables.values()} == {
        name: len(rows) for name, rows in ROWS.items()
    }
    assert checked.problems == []
    assert checked.unrecognised == []
    assert notice_of(checked).left_out == ()  # nothing is said of its guide
    cube = load(project).cube
    # The sheets left empty say nothing: no activity is not zero activity.
    assert "visits" not in cube.measures
    assert cube.measure("new_premium")[0, -1] == 1_200_050


def test_beside_files_of_their_own_it_does_no_harm(project):
    (project.data / "花名册.csv").write_text("工号,签约日期\n001,2022-05-01\n", encoding="utf-8")
    checked, _ = check(project)
    assert list(checked.tables) == ["agents"]
    assert checked.problems == []


def test_left_empty_it_says_what_is_missing(project):
    with pytest.raises(InputError, match="还没有填写人员"):
        load(project)


@needs_node_validator
def test_it_is_a_valid_workbook(tmp_path):
    file = tmp_path / NAME
    file.write_bytes(data_form(Settings()))
    assert open_xml_sdk_errors([file]) == {str(file): []}
    assert openxml_audit_errors(file) == []
