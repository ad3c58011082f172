"""Shares, and a measure for each category of a column by one row of the definitions."""

from __future__ import annotations

import json

import openpyxl
import pytest
from click.testing import CliRunner

from definition_book import type_row
from kpi_xl import api
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.cli.commands import app
from kpi_xl.definitions.condition_text import read_condition
from kpi_xl.definitions.each import for_each
from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis
from kpi_xl.findings.aggregation import by_day
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.settings.definitions import COUNTED, WORKBOOK
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

PLACE = Place("kpi.toml", None, 7)
SHARES = """
[measures."期交份额"]
table = "保单"
take = "占比 首年保费"
where = "缴费方式 <> 趸交"

[measures."大单件占"]
table = "保单"
take = "占比"
where = "首年保费 >= 3000"

[measures."险种"]
table = "保单"
take = "占比 首年保费"
where = "主附险 = 主险"
each = "险种 {终身寿, 年金, 其他}"

[measures."方式"]
table = "保单"
take = "合计 首年保费"
each = "缴费方式"

[measures."折标"]
table = "保单"
take = "占比 首年保费"
where = "险种 = 年金"
weights = "折"

[weights."折"]
table = "保单"
columns = ["险种", "系数"]
rows = [["年金", 0.5], ["其他", 1]]

[kpis]
"两种合计" = "险种_终身寿+险种_年金"
"""
HEADING = (
    "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期",
)  # fmt: skip
AGENTS = [agent for agent, *_ in TWO_DEPARTMENTS]
SOLD = [
    (AGENTS[0], "终身寿", "主险", 6000, "年交", "2024-06-03"),
    (AGENTS[1], "年金", "主险", 2000, "趸交", "2024-06-04"),
    (AGENTS[1], "", "主险", 1500, "月交", "2024-06-04"),
    (AGENTS[-1], "重疾", "主险", 500, "年交", "2024-06-05"),
    (AGENTS[-1], "重疾", "附加险", 1000, "年交", "2024-06-05"),
    (AGENTS[-1], "年金", "主险", 9000, "趸交", "2024-05-05"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = small_branch(tmp_path_factory.mktemp("shares") / "p", TWO_DEPARTMENTS, more=SHARES)
    rows = [
        (f"P{n}", agent, product, main, 1, premium, 1, mode, day)
        for n, (agent, product, main, premium, mode, day) in enumerate(SOLD)
    ]
    write_table(made, "data/保单.csv", [HEADING, *rows])
    assert made.settings.own.wrong == ()
    load(made)
    return made


def values(project, *names, **asked):
    frame = api.Project(project.folder).kpis(list(names), **asked)
    return {unit: list(row) for (unit, *_), row in zip(frame.index, frame.to_numpy(), strict=True)}


def test_a_share_is_of_what_its_condition_takes_in_all(project):
    found = values(project, "期交份额", "大单件占", "折标", months=MONTH)["总公司"]
    assert found == pytest.approx([9000 / 11000, 1 / 5, 1000 / 10000])
    east = values(project, "期交份额", months=MONTH, level="营业部")["东城营业部"]
    assert east == pytest.approx([7500 / 9500])
    of_quarter = values(project, "期交份额", period="季度")["总公司"]
    assert of_quarter == pytest.approx([9000 / 20000])


def test_a_row_for_each_category_is_as_many_kpis_and_their_shares_are_one(project):
    kinds = ("险种_终身寿", "险种_年金", "险种_其他")
    found = values(project, *kinds, "两种合计", months=MONTH)["总公司"]
    assert found == pytest.approx([0.6, 0.2, 0.2, 0.8])
    for level in ("营业部", "营业组"):
        for unit, shares in values(project, *kinds, months=MONTH, level=level).items():
            assert unit not in ("东城营业部", "西城营业部") or sum(shares) == pytest.approx(1)
    modes = [name for name in project.settings.own.kpis if "方式" in name]
    assert {f"KPI_方式_{mode}" for mode in ("年交", "半年交", "季交", "月交", "趸交")} <= set(modes)
    found = values(project, "方式_年交", "方式_趸交", "方式_月交", months=MONTH)["总公司"]
    assert found == [7500, 2000, 1500]
    assert by_day(project.settings.kpis.find("险种_终身寿")) is not None
    assert project.settings.kpis.find("险种_终身寿").unit == "%"


def test_lists_rows_and_targets_have_them(project):
    def told(*words):
        done = CliRunner().invoke(app, ["--project", str(project.folder), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert "其中 险种 属于 {终身寿}" in told("explain", "险种_终身寿").replace("\n", "")
    assert "险种_其他 =" in told("definitions", "list")
    rows = json.loads(told("--json", "trace", "东城营业部", "方式_月交", MONTH))["rows"]
    assert sum(one["count"] for one in rows) == 1
    target = ("2024-06", "营业部", "东城营业部", "险种_年金", "0.5")
    write_table(project, "data/目标.csv", [("月份", "层级", "单位", "指标", "目标值"), target])
    assert not [one for one in load(project).checked.problems if one.table == "目标"]


@pytest.mark.parametrize(
    ("fields", "kind", "column"),
    [
        ({"每": "险种"}, "each.not-known", "每"),
        ({"每": "险种 {}"}, "each.not-known", "每"),
        ({"每": "险种 {其他}"}, "each.not-known", "每"),
        ({"每": "品种 {甲, 乙}"}, "measure.no-such-column", "每"),
        ({"每": "缴费方式 {年交, 日交}"}, "condition.word", "每"),
        ({"每": "险种 {" + ",".join(map(str, range(50))) + "}"}, "each.too-many", "每"),
        ({"每": "缴费方式", "代码": "KPI_X"}, "each.labels", "每"),
        ({"每": "缴费方式", "统计": "合计 保废"}, "measure.no-such-column", "统计"),
        ({"每": "缴费方式", "表": "保但"}, "measure.table", "表"),
        ({"统计": "占比 首年保费"}, "measure.share-of-all", "条件"),
        ({"统计": "占比 险种", "条件": "件数 > 1"}, "measure.no-numbers", "统计"),
        (
            {"统计": "占比 首年保费", "条件": "件数 > 1", "单位": "元"},
            "definition.unit-other",
            "单位",
        ),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(fields, kind, column):
    one = {"名称": "甲", "表": "保单", "统计": "合计 首年保费"}
    found = own_kpis([Definition(PLACE, one | fields), Definition(PLACE, one | {"名称": "好"})])
    (error,) = found.wrong
    assert (error.kind, error.column, error.row) == (kind, column, 7)
    assert list(found.own) == ["KPI_好"]


def test_what_is_of_one_category_is_called_as_it_is():
    """So that what one row became can be said again, one by one."""
    one = {"名称": "甲", "表": "保单", "统计": "占比 首年保费"}
    for each in ("险种 {年金}", "[险种] 属于 {「年金」}", "险种 不属于 {年金, 终身寿}"):
        made = own_kpis([Definition(PLACE, {**one, "每": each})])
        assert made.wrong == ()
        (definition,) = made.own.values()
        assert definition.name == "甲"
        again = own_kpis([definition])
        assert again.made[0].measures[0].source == made.made[0].measures[0].source


def test_the_sheet_says_it_and_it_moves_whole(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=SHARES)
    names = {kpi.name for kpi in project.settings.own.made}
    before = {one.name: dict(one.fields) for one in project.settings.definitions}
    for way in ("import", "export"):
        done = CliRunner().invoke(app, ["--project", str(project.folder), "definitions", way])
        assert done.exit_code == 0, done.output
        opened = Project.open(project.folder)
        assert {one.name: dict(one.fields) for one in opened.settings.definitions} == before
        assert {kpi.name for kpi in opened.settings.own.made} == names
    file = project.folder / WORKBOOK
    file.write_bytes(definition_form([]))
    book = openpyxl.load_workbook(file)
    page = book[COUNTED]
    row = {"名称": "各种", "表": "保单", "统计": "占比 首年保费", "每": "险种：终身寿、年金、其他"}
    type_row(page, 2, **row)
    book.save(file)
    made = {kpi.name for kpi in Project.open(project.folder).settings.own.made}
    assert {"各种_终身寿", "各种_年金", "各种_其他"} <= made


@pytest.mark.parametrize(
    "word", ["医疗「优」", "“甲”款", "终身寿(A)", '5"款', "「甲」和“乙”", "甲 乙"]
)
def test_categories_with_quotes_and_brackets_in_them(word):
    for typed in (f"险种 {{{word}, 年金}}", f"险种 {{年金, {word}}}"):
        found = dict(for_each("数", typed, TABLES["policies"])).values()
        words = {read_condition(one, TABLES["policies"]).values for one in found}
        assert words == {(word,), ("年金",)}


def test_a_comma_within_quotes_parts_no_categories():
    found = list(for_each("数", "险种 {“甲，乙”, 丙}", TABLES["policies"]))
    assert [name for name, _ in found] == ["数_甲乙", "数_丙"]
