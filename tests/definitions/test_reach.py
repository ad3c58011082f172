"""People and customers whose rows come to enough: as analysts write it, wherever KPIs are."""

import csv
import json
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pytest
from click.testing import CliRunner

from definition_book import type_row
from kpi_xl import api
from kpi_xl.cli.commands import app
from kpi_xl.data.own_rows import OwnRows
from kpi_xl.data.raw_rows import MOST, RawRowsOf
from kpi_xl.data.store import reading
from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.settings.definitions import COUNTED, WORKBOOK
from slots.test_sources import JUNE
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_people, write_table
from udfs import functions
from varied_branch import varied_branch

PLACE = Place("kpi.toml", None, 7)


def define(reach, take="去重人数", table="保单", **more):
    fields = {"名称": "达标人力", "表": table, "统计": take, "达标": reach, **more}
    return own_kpis([Definition(PLACE, fields)])


WRITTEN = [
    ("合计 首年保费 >= 3000", 0),
    ("合计 首年保费 >= 1000", 8),
    ("合计(首年保费)≥1,000元", 8),
    ("合计（首年保费）不低于 1千元", 8),
    ("首年保费合计 达到 1000", 8),
    ("首年保费的合计 >= 1000", 8),
    ("SUM(首年保费) > 999.99", 8),
    ("每月合计 首年保费 >= 0.1万", 8),
    ("每期 合计 首年保费 超过 1000", 0),
    ("计数 >= 1", 8),
    ("笔数 不少于 1 笔", 8),
    ("合计 件数 至少 1 件", 8),
    ("合计 件数 >= 2", 0),
    ("合计 首年保费 >= 1000 且 合计 FYC >= 300 且 计数 >= 1", 8),
    ("合计 首年保费 >= 5000 或 (合计 FYC >= 300 且 非 (计数 >= 2))", 8),
    ("合计 首年保费 >= 1000 且 合计 首年保费 < 1000", 0),
    ("合计 首年保费 >= 999999999", 0),
    ("计数 >= 1 且 合计 首年保费 >= -5", 8),
]
"""How people write what is to be reached, and how many reach it."""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A project in which each of them is a measure, read once."""
    more = "".join(
        f'[measures."甲{number}"]\ntable = "保单"\ntake = "去重人数"\nreach = "{reach}"\n'
        for number, (reach, _) in enumerate(WRITTEN)
    )
    project = small_branch(tmp_path_factory.mktemp("reach") / "p", TWO_DEPARTMENTS, more=more)
    assert project.settings.own.wrong == ()
    names = [f"甲{number}" for number in range(len(WRITTEN))]
    return api.Project(project.folder).kpis(names, months=MONTH).iloc[0]


@pytest.mark.parametrize(("number", "found"), [(n, one) for n, (_, one) in enumerate(WRITTEN)])
def test_it_is_read_as_people_write_it(written, number, found):
    assert written[f"甲{number}"] == found, WRITTEN[number]


@pytest.mark.parametrize(
    ("fields", "kind", "column"),
    [
        ({"达标": "首年保费 >= 3000"}, "reach.unknown", "达标"),
        ({"达标": "合计 首年保费"}, "reach.unknown", "达标"),
        ({"达标": "合计 首年保费 >= 3000 且"}, "reach.unknown", "达标"),
        ({"达标": "合计 首年保费 >= 3000 元整"}, "condition.value", "达标"),
        ({"达标": "去重 险种 >= 2"}, "reach.unknown", "达标"),
        ({"达标": "平均 首年保费 >= 2"}, "reach.unknown", "达标"),
        ({"达标": "合计 保废 >= 3000"}, "measure.no-such-column", "达标"),
        ({"达标": "合计 险种 >= 3000"}, "measure.no-numbers", "达标"),
        ({"达标": "合计 首年保费 >= 很多"}, "condition.value", "达标"),
        ({"达标": "合计 首年保费 >= 0.001"}, "condition.value", "达标"),
        ({"达标": "合计 件数 >= 1.5"}, "condition.value", "达标"),
        ({"达标": "计数 = 2"}, "reach.order", "达标"),
        ({"达标": "计数 不等于 2"}, "reach.order", "达标"),
        ({"达标": "合计 首年保费 >= 0"}, "reach.of-nothing", "达标"),
        ({"达标": "计数 < 3"}, "reach.of-nothing", "达标"),
        ({"达标": "非 (计数 >= 3)"}, "reach.of-nothing", "达标"),
        ({"达标": "计数 >= 3 或 合计 件数 <= 9"}, "reach.of-nothing", "达标"),
        ({"统计": "计数"}, "reach.of-people", "达标"),
        ({"统计": "合计 首年保费"}, "reach.of-people", "达标"),
        ({"统计": "去重人数 且 合计(首年保费) >= 3000"}, "measure.taken-bound", "统计"),
        ({"条件": "合计(首年保费) >= 3000"}, "condition.of-sums", "条件"),
        ({"条件": "计数 >= 3"}, "condition.of-sums", "条件"),
        ({"表": "目标"}, "measure.table-of-nobody", "表"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(fields, kind, column):
    one = {"名称": "甲", "表": "保单", "统计": "去重人数", "达标": "合计 首年保费 >= 3000"}
    found = own_kpis([Definition(PLACE, one | fields), Definition(PLACE, one | {"名称": "好"})])
    (error,) = found.wrong
    assert (error.kind, error.column, error.row) == (kind, column, 7)
    assert list(found.own) == ["KPI_好"]


LIKE_THE_STANDARD = """
[rules]
effective_fyc = 50

[measures."我的举绩"]
table = "保单"
take = "去重人数"
where = "主附险 = 主险"
reach = "合计 件数 >= 1"

[measures."我的有效"]
table = "保单"
take = "去重人数"
reach = "合计 FYC >= 50"
"""


@pytest.mark.parametrize("period", ["月", "季度", "半年", "年", "累计"])
@pytest.mark.parametrize("level", ["分公司", "营业部", "营业组", "业务员"])
def test_it_counts_as_the_standard_does(like, period, level):
    found = like.kpis(["我的举绩", "举绩人数", "我的有效", "有效人数"], period=period, level=level)
    assert found["我的举绩"].equals(found["举绩人数"].rename("我的举绩"))
    assert found["我的有效"].equals(found["有效人数"].rename("我的有效"))
    assert found["我的有效"].sum() > 0


@pytest.fixture(scope="module")
def like(tmp_path_factory):
    return api.Project(
        varied_branch(tmp_path_factory.mktemp("like") / "p", LIKE_THE_STANDARD).folder
    )


CUSTOMERS = """
[own_columns."保单"]
"投保人" = "文字"

[measures."多件客户"]
table = "保单"
take = "去重 投保人"
reach = "计数 >= 2"

[measures."大客户"]
table = "保单"
take = "去重 投保人"
where = "险种 = 终身寿"
reach = "合计 首年保费 >= 2000"

[measures."钻石人力"]
table = "保单"
take = "去重人数"
reach = "合计 首年保费 >= 1500"
weights = "折算"
healthy = 1

[measures."每期两件"]
table = "保单"
take = "去重人数"
reach = "每期合计 件数 >= 2"

[weights."折算"]
table = "保单"
columns = ["险种", "系数"]
rows = [["年金", 0.5], ["其他", 1]]
"""
HEADING = (
    "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期", "投保人",
)  # fmt: skip
FIRST, SECOND, *_ = (agent for agent, *_ in TWO_DEPARTMENTS)
OTHER = TWO_DEPARTMENTS[-1][0]  # of the other department


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    """Who bought what: 甲 from two departments, 乙 twice from one person, 丙 in two months."""
    made = small_branch(tmp_path_factory.mktemp("customers") / "p", TWO_DEPARTMENTS, more=CUSTOMERS)
    (made.data / "保单.csv").unlink()
    rows = [
        (FIRST, "终身寿", 1100, "2024-06-01", "甲"),
        (OTHER, "终身寿", 1100, "2024-06-02", "甲"),
        (FIRST, "年金", 1000, "2024-06-03", "乙"),
        (FIRST, "年金", 2000, "2024-06-04", "乙"),
        (SECOND, "终身寿", 1600, "2024-05-05", "丙"),
        (SECOND, "终身寿", 500, "2024-06-05", "丙"),
        (OTHER, "终身寿", 9000, "2024-06-06", ""),
    ]
    policies = [
        (f"P{n}", agent, product, "主险", 1, premium, 1, "年交", day, customer)
        for n, (agent, product, premium, day, customer) in enumerate(rows)
    ]
    write_table(made, "data/保单.csv", [HEADING, *policies])
    load(made)
    return made


def found(project, name, **asked):
    frame = api.Project(project.folder).kpis([name], **asked)
    return {unit: value for (unit, *_), value in frame[name].items() if value}


def test_customers_and_people_by_unit_and_period(customers):
    june = {"months": MONTH}
    assert found(customers, "多件客户", **june) == {"总公司": 2}  # 甲 and 乙
    assert found(customers, "多件客户", level="营业部", **june) == {
        "东城营业部": 1
    }  # 甲: one in each
    assert found(customers, "大客户", **june) == {"总公司": 1}
    assert found(customers, "大客户", level="营业部", **june) == {}
    # 丙's are of May and June: of the quarter they are two, and 2100.
    assert found(customers, "多件客户", period="季度") == {"总公司": 3}
    assert found(customers, "大客户", level="营业部", period="季度") == {"东城营业部": 1}
    # 1100 + 3000 / 2 of the first; the bound of a quarter is three times as much.
    assert found(customers, "钻石人力", **june) == {"总公司": 2}
    assert found(customers, "钻石人力", period="季度") == {"总公司": 1}
    assert found(customers, "每期两件", **june) == {"总公司": 2}
    assert found(customers, "每期两件", period="季度") == {"总公司": 3}
    assert found(customers, "钻石人力", level="业务员", **june) == {FIRST: 1, OTHER: 1}


def test_functions_explain_and_the_list_have_it(customers, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(customers.folder))
    assert functions.KPI("钻石人力", "东城营业部", MONTH) == 1
    assert functions.KPI("钻石人力", "东城营业部", "2024-05", "状态") == "健康"

    def told(*words):
        done = CliRunner().invoke(app, ["--project", str(customers.folder), *words])
        assert done.exit_code == 0, done.output
        return done.output.replace("\n", "")

    assert "达标 合计 首年保费 >= 1500（每月；季度、年按月数乘）" in told("explain", "钻石人力")
    assert "达标 计数 >= 2（不论看月、季度还是年）" in told("explain", "多件客户")
    assert "钻石人力" in told("definitions", "list")


def test_the_rows_that_are_named_are_of_those_who_reach_it(customers):
    cube, settings = load(customers).cube, customers.settings
    with (customers.data / "保单.csv").open(encoding="utf-8", newline="") as file:
        there = dict(enumerate(csv.DictReader(file), 2))
    expected = {
        ("钻石人力", ""): {"甲", "乙", ""},
        ("钻石人力", "东城营业部"): {"甲", "乙"},
        ("多件客户", ""): {"甲", "乙"},
        ("多件客户", "东城营业部"): {"乙"},
        ("大客户", ""): {"甲"},
        ("大客户", "东城营业部"): set(),
    }
    with reading(customers, cube) as store:
        own = OwnRows(store, settings, cube, JUNE, MOST)
        rows_of = RawRowsOf(store, JUNE, None, MOST, tables=settings.tables, own=own)
        for (name, path), whose in expected.items():
            kpi = settings.kpis.find(name)
            (unit,) = (
                one
                for one in cube.units
                if one.path == path or not (path or one.parent is not None)
            )
            taken = [row for one in rows_of.of(kpi, unit) for row in one.rows]
            assert {there[row]["投保人"] for row in taken} == whose, (name, path)
            assert all(there[row]["承保日期"] >= "2024-06" for row in taken)
    done = CliRunner().invoke(
        app, ["--project", str(customers.folder), "--json", "trace", FIRST, "多件客户", MONTH]
    )
    assert done.exit_code == 0, done.output
    assert sum(one["count"] for one in json.loads(done.stdout)["rows"]) == 2


def test_the_workbook_says_the_same_and_moves(customers, tmp_path):
    """A column 达标 of the sheet 统计项, also where an older workbook has none."""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=CUSTOMERS)
    file = project.folder / WORKBOOK
    file.write_bytes(definition_form([]))
    book = openpyxl.load_workbook(file)
    page = book[COUNTED]
    columns = [cell.value for cell in page[1]]
    row = {"名称": "两件的", "表": "保单", "统计": "去重人数", "达标": "计数 >= 2"}
    type_row(page, 2, **row)
    book.save(file)
    assert {"两件的", "钻石人力"} <= {
        one.name for one in Project.open(project.folder).settings.kpis.values()
    }
    book = openpyxl.load_workbook(file)
    book[COUNTED].delete_cols(columns.index("达标") + 1)
    book[COUNTED].delete_rows(2)
    book.save(file)
    before = {
        one.name: dict(one.fields) for one in Project.open(project.folder).settings.definitions
    }
    for way in ("import", "export"):
        done = CliRunner().invoke(app, ["--project", str(project.folder), "definitions", way])
        assert done.exit_code == 0, done.output
        opened = Project.open(project.folder)
        assert {one.name: dict(one.fields) for one in opened.settings.definitions} == before


def test_who_moves_counts_where_he_is_at_the_end(tmp_path):
    """In April in one team, from May on in the other one."""
    more = """
[measures."达标"]
table = "保单"
take = "去重人数"
reach = "合计 首年保费 >= 1000"
"""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS[:3], more=more)
    moved = (FIRST, "2024-05-02", "东城营业部", "二组", "东城营业部", "一组")
    heading = ("工号", "生效日期", "营业部", "营业组", "原营业部", "原营业组")
    write_table(project, "data/异动.csv", [heading, moved])
    people = [list(one) for one in TWO_DEPARTMENTS[:3]]
    people[0][3] = "二组"
    write_people(project.folder, people)
    by_team = defaultdict(dict)
    frame = api.Project(project.folder).kpis(["达标"], level="营业组")
    for (unit, month), value in frame["达标"].items():
        by_team[unit][str(month)] = value
    assert by_team["东城营业部/一组"]["2024-04"] == 2
    assert by_team["东城营业部/一组"]["2024-05"] == 1
    assert by_team["东城营业部/二组"]["2024-05"] == 2
    quarter = api.Project(project.folder).kpis(["达标"], level="营业组", period="季度")
    assert [int(value) for value in quarter["达标"]][-3:].count(2) == 1


def test_what_is_too_large_is_told(tmp_path):
    more = """
[own_columns."保单"]
"积分" = "数"

[measures."积分达标"]
table = "保单"
take = "去重人数"
reach = "计数 >= 1 且 合计 积分 >= 1.5"
"""
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    rows = [
        (f"Q{n}", FIRST, "终身寿", "主险", 1, 1, 1, "年交", "2024-06-01", "999999999999999")
        for n in range(10)
    ]
    write_table(project, "data/保单2.csv", [(*HEADING[:-1], "积分"), *rows])
    cube = load(project).cube
    kpi = project.settings.kpis.find("积分达标")
    assert cube.too_large
    assert not cube.has(kpi)
    listed = CliRunner().invoke(app, ["--project", str(project.folder), "definitions", "list"])
    assert "统计出来的数太大" in listed.output
    assert Decimal(cube.too_large[kpi.measures[0].code].month) == JUNE.number
