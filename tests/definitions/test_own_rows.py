"""The rows that 来源 and trace name of a measure of one's own are those that it takes, and sum to it."""

import csv
import json
import random
from decimal import Decimal

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.workbook.defined_name import DefinedName

from kpi_xl.cli.commands import app
from kpi_xl.data.own_rows import OwnRows
from kpi_xl.data.raw_rows import MOST, RawRowsOf
from kpi_xl.data.store import reading
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from slots.test_sources import COLUMNS, JUNE, lines_of
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

PRODUCTS = ("终身寿", "年金", "意外$险(甲)")
WEIGHT = {"终身寿": Decimal("0.35"), "年金": Decimal("1.25"), "意外$险(甲)": Decimal(0)}
MEASURES = """
[measures."大单保费"]
table = "保单"
take = "合计 首年保费"
where = "首年保费 >= 900 且 险种 <> '意外$险(甲)'"

[measures."标准保费"]
table = "保单"
take = "合计 首年保费"
weights = "折算"

[measures."大单几件"]
table = "保单"
take = "计数"
where = "首年保费 >= 900"

[measures."平均一单"]
table = "保单"
take = "平均 首年保费"
where = "险种 = 年金"

[measures."撤了几件"]
table = "保单"
take = "计数"
day = "撤单日期"

[weights."折算"]
table = "保单"
columns = ["险种", "系数"]
rows = [["终身寿", 0.35], ["年金", 1.25], ["其他", 0]]

[kpis]
"大单占比" = "大单保费/首年新单保费"
"""
HEADING = (
    "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期", "撤单日期",
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = small_branch(tmp_path_factory.mktemp("rows") / "p", TWO_DEPARTMENTS, more=MEASURES)
    dice = random.Random(23)
    people = [agent for agent, *_ in TWO_DEPARTMENTS] + ["不在册"]
    rows = []
    for number in range(120):
        day, withdrawn = (f"2024-0{dice.randint(5, 6)}-{dice.randint(1, 28):02}" for _ in range(2))
        rows.append(
            (
                f"M{number}", dice.choice(people), dice.choice(PRODUCTS), "主险", 1,
                f"{dice.randint(50_000, 150_000) / 100:.2f}", 0, "年交", day,
                withdrawn if number % 9 == 0 and withdrawn >= day else "",
            )
        )  # fmt: skip
    for half in range(2):
        write_table(made, f"data/保单{half}.csv", [HEADING, *rows[half * 60 : half * 60 + 60]])
    load(made)
    return made


def lines(project, name):
    with (project.data / name).open(encoding="utf-8", newline="") as file:
        return dict(enumerate(csv.DictReader(file), 2))


MEETS = {
    "大单保费": lambda r: float(r["首年保费"]) >= 900 and r["险种"] != PRODUCTS[2],
    "标准保费": lambda r: True,
    "大单几件": lambda r: float(r["首年保费"]) >= 900,
    "撤了几件": lambda r: bool(r.get("撤单日期")),
}


@pytest.mark.parametrize("name", MEETS)
def test_they_are_taken_and_sum_to_the_number(project, name):
    cube, settings = load(project).cube, project.settings
    kpi = settings.kpis.find(name)
    (measure,) = kpi.measures
    month = JUNE.number - cube.first.number
    checked = 0
    with reading(project, cube) as store:
        own = OwnRows(store, settings, cube, JUNE, MOST)
        rows_of = RawRowsOf(store, JUNE, None, MOST, tables=settings.tables, own=own)
        for number, unit in enumerate(cube.units):
            rows = rows_of.of(kpi, unit)
            value = Decimal(int(cube.measure(measure.code)[number, month])) / measure.to_unit
            assert sum((one.total for one in rows), Decimal(0)) == value, unit.path
            for one in rows:
                there = lines(project, one.file)
                assert len(one.rows) == one.count
                assert all(MEETS[name](there[row]) for row in one.rows)
                if one.weight is not None:
                    assert {WEIGHT[there[row]["险种"]] for row in one.rows} == {one.weight}
                checked += one.count
    assert checked > 50 or name == "撤了几件"


def test_of_a_person(project):
    agent = TWO_DEPARTMENTS[0][0]
    done = CliRunner().invoke(
        app, ["--project", str(project.folder), "--json", "trace", agent, "标准保费", MONTH]
    )
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["rows"]
    total = sum(
        Decimal(line["首年保费"]) * WEIGHT[line["险种"]]
        for name in ("保单.csv", "保单0.csv", "保单1.csv")
        for line in lines(project, name).values()
        if line["工号"] == agent and line["承保日期"].startswith(MONTH)
    )
    assert sum(Decimal(one["total"]) for one in rows) == total
    assert {one["of"] for one in rows} == {"标准保费"}


def test_trace_tells_the_weight_and_the_sum(project):
    def told(*words):
        done = CliRunner().invoke(app, ["--project", str(project.folder), "trace", *words, MONTH])
        assert done.exit_code == 0, done.output
        return done.output

    assert "系数 1.25，合计" in told("东城营业部", "标准保费")
    both = told("东城营业部", "大单占比")
    assert "保单（大单保费）" in both  # beside all rows of 首年新单保费
    assert told("东城营业部", "平均一单").count("保单（平均一单）") == 2  # once a file


def test_the_sheet_of_sources_has_them(project, tmp_path):
    """A workbook of one's own with the columns of 来源."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "表"
    places = {"kpi.大单保费": "$A$1"}
    for place, name in enumerate(COLUMNS):
        letter = "BCDEFGH"[place]
        places[f"source.{name}"] = f"${letter}$2:${letter}$40"
    for name, place in places.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"'表'!{place}")
    book.save(tmp_path / "我的.xlsx")
    (file,) = fill(project, str(tmp_path / "我的.xlsx"), MONTH).files[:1]
    found = lines_of(file)["大单保费"]
    assert {one["表"] for one in found} == {"保单（大单保费）"}
    assert all("合计" in one["位置"] for one in found)
