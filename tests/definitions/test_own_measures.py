"""A measure of one's own is wherever a KPI is; what is wrong with one is told and stops nothing."""

import csv

import openpyxl
import pytest
from click.testing import CliRunner

from definition_book import type_row
from kpi_xl import api
from kpi_xl.cli.commands import app
from kpi_xl.data import store
from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.settings.definitions import COUNTED, WORKBOOK
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch
from udfs import functions

PLACE = Place("kpi.toml", None, 7)

MEASURES = """
[measures."长险件数"]
table = "保单"
take = "合计 件数"
where = "险种 属于 {年金, 终身寿} 且 首年保费 > 500"
meaning = "长期险的件数"
healthy = 3

[measures."标准保费"]
table = "保单"
take = "合计 首年保费"
weights = "折算"

[measures."出单人数"]
table = "保单"
take = "去重人数"
unit = "人"

[weights."折算"]
table = "保单"
file = "折算.csv"

[kpis]
"长险人均" = "长险件数/出单人数"
"标保率" = "标准保费/首年新单保费"
"""


@pytest.fixture
def project(tmp_path):
    opened = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=MEASURES)
    weights(opened, "0.35")
    return Project.open(opened.folder)


def weights(project, weight):
    text = f"险种,首年保费,系数\n终身寿,900-1500,{weight}\n其他,,0\n"
    (project.folder / "折算.csv").write_text(text, encoding="utf-8")


def run(project, *words):
    return CliRunner().invoke(app, ["--project", str(project.folder), *words])


def frame(project, *names, **more):
    found = api.Project(project.folder).kpis(list(names), months=MONTH, **more)
    return found[~found.index.get_level_values(0).isin(["未分配"])].iloc[:, : len(names)]


def test_frames_functions_explain_and_the_month_have_it(project, monkeypatch):
    names = ("长险件数", "标准保费", "出单人数", "长险人均", "标保率")
    assert frame(project, *names).to_numpy().tolist() == [[8, 2800, 8, 1, 0.35]]
    assert frame(project, "出单人数", level="营业组").dropna()["出单人数"].tolist() == [2] * 4
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    assert functions.KPI("标准保费", "东城营业部", MONTH) == 1400.0
    assert functions.KPI("长险件数", "东城营业部", "2024-05", "状态") == "健康"
    told = run(project, "explain", "长险件数").output
    assert "长期险的件数" in told
    told = run(project, "definitions", "list").output
    assert "标保率 = 标准保费 ÷ 首年新单保费" in told
    done = run(project, "refresh", "--month", MONTH)
    assert done.exit_code == 0, done.output


def test_people_are_counted_again_over_a_year(project):
    of_year = api.Project(project.folder).kpis(["出单人数", "长险件数"], period="半年")
    assert of_year.iloc[-1].tolist() == [8, 48]


def test_people_have_theirs(project):
    people = frame(project, "长险件数", "标准保费", "出单人数", level="业务员")
    assert people.to_numpy().tolist() == [[1, 350, 1]] * 8


def test_a_changed_declaration_is_counted_anew_and_nothing_else(project, monkeypatch):
    load(project)
    done = []
    for name in ("compute", "compute_own"):
        whole = getattr(store, name)

        def noted(*given, whole=whole, name=name, **more):
            done.append(name)
            return whole(*given, **more)

        monkeypatch.setattr(store, name, noted)
    load(Project.open(project.folder))
    assert done == []
    weights(project, "0.5")
    assert frame(project, "标准保费").to_numpy().tolist() == [[4000]]
    assert done == ["compute_own"]


def test_what_was_declared_otherwise_is_never_shown(project, monkeypatch):
    """Until the next refresh there is no number of the new declaration."""
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    cube = load(project).cube
    weights(project, "0.5")
    kpis = Project.open(project.folder).settings.kpis
    assert not cube.has(kpis.find("标准保费"))
    assert not cube.has(kpis.find("标保率"))
    assert cube.has(kpis.find("长险件数"))


def test_new_rows_are_counted_and_months_that_did_not_change_stay(project):
    load(project)
    file = project.data / "保单.csv"
    with file.open("a", encoding="utf-8", newline="") as out:
        csv.writer(out).writerow(
            ["P", TWO_DEPARTMENTS[0][0], "终身寿", "主险", 5, "1000", "0", "年交", "2024-06-09"]
        )
    assert frame(project, "长险件数", "标准保费").to_numpy().tolist() == [[13, 3150]]
    months = api.Project(project.folder).kpis(["长险件数"])["长险件数"].tolist()
    assert months == [8, 8, 8, 8, 8, 13]


def test_a_definition_that_goes_leaves_nothing(project):
    load(project)
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('[measures."标准保费"]', '[measures."标保"]'), encoding="utf-8")
    again = load(Project.open(project.folder)).cube
    assert "标准保费" not in again.measures
    assert "标保" in again.measures


@pytest.mark.parametrize(
    ("fields", "kind", "column"),
    [
        ({"表": ""}, "measure.no-table", "表"),
        ({"表": "保但"}, "measure.table", "表"),
        ({"表": "目标"}, "measure.table-of-nobody", "表"),
        ({"统计": ""}, "measure.taken", "统计"),
        ({"统计": "乘积 件数"}, "measure.taken-unknown", "统计"),
        ({"统计": "合计"}, "measure.no-column", "统计"),
        ({"统计": "合计 险种"}, "measure.no-numbers", "统计"),
        ({"统计": "合计 保废"}, "measure.no-such-column", "统计"),
        ({"条件": "件数 > 一点"}, "condition.value", "条件"),
        ({"日期列": "险种"}, "measure.no-day", "日期列"),
        ({"折算": "没有的"}, "weights.unknown", "折算"),
        ({"折算": "没有的", "统计": "平均 件数"}, "weights.of-sums", "折算"),
        ({"公式": "FYC*2"}, "definition.two-ways", "公式"),
        ({"单位": "元"}, "definition.unit-other", "单位"),
        ({"名称": "主险件数"}, "definition.taken", "名称"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(fields, kind, column):
    one = {"名称": "甲", "表": "保单", "统计": "合计 件数"}
    good = Definition(PLACE, one | {"名称": "好"})
    found = own_kpis([Definition(PLACE, one | fields), good])
    (error,) = found.wrong
    assert (error.kind, error.column, error.row) == (kind, column, 7)
    assert list(found.own) == ["KPI_好"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("险种,系数\n年金,1\n", "weights.no-others"),
        ("险种,比例\n年金,1\n其他,0\n", "weights.no-column"),
        ("系数\n1\n", "weights.by-nothing"),
        ("品种,系数\n年金,1\n其他,0\n", "measure.no-such-column"),
        ("险种,系数\n年金,很多\n其他,0\n", "weights.no-number"),
        ("险种,系数\n年金,0.12345\n其他,0\n", "weights.too-fine"),
        ("险种,件数,系数\n年金,多,1\n其他,,0\n", "condition.value"),
        ("险种,系数\n,1\n其他,0\n", "weights.line-of-all"),
        ("", "weights.empty"),
    ],
)
def test_wrong_weights_are_told_and_stop_no_other(project, text, kind):
    (project.folder / "折算.csv").write_text(text, encoding="utf-8")
    opened = Project.open(project.folder)
    wrong = {error.kind for error in opened.settings.own.wrong}
    assert wrong == {kind, "weights.wrong", "definition.part-wrong"}
    assert {"长险件数", "出单人数", "长险人均"} <= {k.name for k in opened.settings.kpis.values()}


def test_weights_may_stand_in_kpi_toml_and_be_conditions(project):
    text = project.folder / "kpi.toml"
    lines = '[["{年金, 终身寿}", ">= 1000", 0.1], ["其他", "", "100%"]]'
    inline = f'columns = ["险种", "首年保费", "系数"]\nrows = {lines}'
    text.write_text(
        text.read_text(encoding="utf-8").replace('file = "折算.csv"', inline), encoding="utf-8"
    )
    assert frame(project, "标准保费").to_numpy().tolist() == [[800]]


def test_the_sheet_of_the_workbook_says_the_same(project):
    """What is typed into it, and what it is written with."""
    given = Definition(PLACE, {"名称": "给的", "表": "活动", "统计": "合计 拜访数", "单位": "次"})
    file = project.folder / WORKBOOK
    file.write_bytes(definition_form([given]))
    book = openpyxl.load_workbook(file)
    page = book[COUNTED]
    row = {"名称": "大单", "表": "保单", "统计": "计数", "条件": "首年保费 >= 1000"}
    type_row(page, 3, **row)
    page.cell(4, 1, "坏的")
    page.cell(4, 3, "合计 保废")
    book.save(file)
    opened = Project.open(project.folder)
    assert [(e.kind, e.sheet, e.row) for e in opened.settings.own.wrong] == [
        ("measure.no-table", COUNTED, 4)
    ]
    assert frame(project, "给的", "大单").to_numpy().tolist() == [[64, 8]]
