"""A KPI of one's own is wherever a standard one is, and what is wrong is told and stops nothing."""

import json
import zipfile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from definition_book import type_row
from kpi_xl import api
from kpi_xl.cli.commands import app
from kpi_xl.definitions.own_kpis import own_kpis
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.project import Project
from kpi_xl.settings.definitions import WORKBOOK, in_workbook
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch
from udfs import current, functions

KPIS = """
[kpis."每访佣金"]
formula = "=FYC÷拜访数"
unit = "元"
healthy = 50
meaning = "一次拜访的佣金"

[kpis."两倍"]
formula = "=每访佣金*2+MAX(主险件数,0)*0*FYC"
"""


@pytest.fixture
def project(tmp_path):
    return small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=KPIS)


def run(project, *words):
    from click.testing import CliRunner

    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def typed(project, *rows, sheet=None, headings=None):
    """The workbook of definitions as somebody fills it in."""
    file = project.folder / WORKBOOK
    file.write_bytes(definition_form())
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    for number, row in enumerate(rows, 2):
        type_row(page, number, **row)
    book.save(file)
    return Project.open(project.folder)


def test_frames_have_it(project):
    frame = api.Project(project.folder).kpis(["每访佣金", "两倍"], level="营业组", months=MONTH)
    # FYC 300 and 8 visits a person and month.
    frame = frame.dropna()  # of 未分配 there is nothing
    assert frame["每访佣金"].tolist() == [37.5] * 4
    assert frame["两倍"].tolist() == [75.0] * 4


def test_the_month_has_it_with_status_and_family(project):
    done = run(project, "refresh", "--month", MONTH)
    assert done.exit_code == 0, done.output
    (file, *_) = sorted(project.output.rglob("*.xlsx"))
    page = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("全部指标").to_python()
    rows = {row[0]: row for row in page if row and row[0]}
    assert "自定义指标" in rows
    assert rows["每访佣金"][1:3] == ["元", 37.5]
    assert "危险" in rows["每访佣金"]
    assert "一次拜访的佣金" in rows["每访佣金"]


def test_explain_bounds_and_targets_have_it(project):
    (project.data / "目标.csv").write_text(
        f"月份,层级,单位,指标,目标\n{MONTH},营业部,东城营业部,每访佣金,60\n", encoding="utf-8"
    )
    told = run(project, "explain", "每访佣金")
    assert "FYC ÷ 拜访数" in told.output
    assert '=KPI("每访佣金", 单位, 月份)' in told.output
    assert "健康 ≥ 50" in told.output
    checked = run(project, "check")
    assert checked.exit_code == 0, checked.output
    warned = run(project, "--json", "warnings", "--month", MONTH, "--level", "营业部")
    assert "每访佣金" in warned.output


def test_functions_have_it(project, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    run(project, "refresh", "--month", MONTH)
    assert functions.KPI("每访佣金", "东城营业部", MONTH) == 37.5
    assert functions.KPI("每访佣金", "东城营业部", MONTH, "状态") == "危险"
    assert ["每访佣金"] in [row[:1] for row in functions.KPI_NAMES()]
    assert "FYC ÷ 拜访数" in functions.KPI_HELP("每访佣金")


def test_functions_see_what_is_typed_while_they_run(project, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    monkeypatch.setattr(current, "_INTERVAL", 0)
    run(project, "refresh", "--month", MONTH)
    assert functions.KPI("新的", "东城营业部", MONTH) == "#N/A"
    typed(project, {"名称": "新的", "公式": "FYC*2"})
    assert functions.KPI("新的", "东城营业部", MONTH) == 2400.0
    typed(project, {"名称": "新的", "公式": "=FYC*3"})
    assert functions.KPI("新的", "东城营业部", MONTH) == 3600.0


def test_the_workbook_says_the_same(project):
    opened = typed(
        project,
        {
            "名称": "每约佣金",
            "公式": "=FYC/约访数",
            "单位": "元",
        },  # a formula of the sheet, by mistake
        {"名称": "坏的", "公式": "=首年保险费/拜访数"},
        {"名称": "差", "公式": "约访数-拜访数", "健康线": 0.5, "危险线": "10%"},
    )
    assert list(opened.settings.own.own) == ["KPI_每访佣金", "KPI_两倍", "KPI_每约佣金", "KPI_差"]
    (error,) = opened.settings.own.wrong
    assert (error.file.name, error.sheet, error.row) == (WORKBOOK, "指标定义", 3)
    assert "首年保费" in str(error)
    listed = run(project, "--json", "definitions", "list")
    assert listed.exit_code == 2
    answer = json.loads(listed.stdout)
    assert [one["name"] for one in answer["kpis"]] == ["每访佣金", "两倍", "每约佣金", "差"]
    assert [one["kind"] for one in answer["wrong"]] == ["formula.name-unknown"]
    done = run(project, "refresh", "--month", MONTH)
    assert done.exit_code == 0
    assert "自定义指标：1 个定义不能用" in done.output


def test_a_workbook_that_cannot_be_read_stops_no_number(project):
    (project.folder / WORKBOOK).write_bytes(b"PK no workbook")
    opened = Project.open(project.folder)
    assert [one.kind for one in opened.settings.own.wrong] == ["definitions.unreadable"]
    assert "每访佣金" in run(project, "definitions", "list").output
    assert run(project, "refresh", "--month", MONTH).exit_code == 0


def test_a_workbook_made_to_fill_the_memory_is_not_unpacked(project):
    with zipfile.ZipFile(project.folder / WORKBOOK, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sharedStrings.xml", bytes(80 << 20))
    (error,) = Project.open(project.folder).settings.own.wrong
    assert error.kind == "definitions.too-large"


@pytest.mark.parametrize(
    ("toml", "kind"),
    [
        ('[kpis."甲"]\nformel = "FYC"', "definition.field"),
        ('[kpis."甲"]\nformula = {a = 1}', "definition.field-text"),
        ('[kpis]\n"甲" = 3', "formula.empty"),
    ],
)
def test_what_kpi_toml_says_wrongly_is_told_with_the_line(tmp_path, toml, kind):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=f"\n{toml}\n")
    (error,) = project.settings.own.wrong
    assert error.kind == kind
    assert error.row is not None
    assert project.settings.own.own == {}


def test_a_line_is_enough(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more='\n[kpis]\n"甲" = "FYC/拜访数"\n')
    assert project.settings.kpis.find("甲").formula == "FYC ÷ 拜访数"


def test_new_writes_no_second_one_over_the_first(project):
    assert run(project, "definitions", "new").exit_code == 0
    again = run(project, "definitions", "new")
    assert again.exception.kind == "definitions.there"
    assert run(project, "definitions", "new", "--force").exit_code == 0
    assert Project.open(project.folder).settings.own.wrong == ()


def test_the_examples_of_the_workbook_are_kpis(tmp_path):
    file = tmp_path / WORKBOOK
    file.write_bytes(definition_form())
    book = openpyxl.load_workbook(file)
    for name in ("指标定义", "标准指标", "公式里的名称", "说明"):
        del book[name]
    book["示例"].title = "指标定义"
    book.save(file)
    found = own_kpis(in_workbook(file))
    assert found.wrong == ()
    assert len(found.own) == 5


def test_the_workbook_is_read_once_and_again_when_it_changes(project):
    first = in_workbook(typed(project, {"名称": "甲", "公式": "FYC"}).folder / WORKBOOK)
    assert in_workbook(project.folder / WORKBOOK) is first
    typed(project, {"名称": "乙", "公式": "=FYC*2"})
    assert [one.name for one in in_workbook(project.folder / WORKBOOK)] == ["乙"]
