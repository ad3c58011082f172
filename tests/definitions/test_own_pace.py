"""A month that is not over: a measure of one's own has the pace, forecast and words of a standard one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.workbook.defined_name import DefinedName

from kpi_xl.calendar import Month
from kpi_xl.cli.commands import app
from kpi_xl.data.store import reading
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.pages.make import pages_of
from kpi_xl.project import Project
from kpi_xl.workbook import read
from small_branch import write_table
from varied_branch import LAST, varied_branch

UNIT = "东城营业部"
ALIKE = {
    "我的保费": "首年新单保费",
    "我的举绩": "举绩人数",
    "我的件均": "件均保费",
    "半保费": "首年新单保费",
}
"""What is declared here, and which of the catalogue is the same."""

DECLARED = """
[rules]
as_of = "2024-06-14"

[measures."我的保费"]
table = "保单"
take = "合计 首年保费"
unit = "元"

[measures."我的举绩"]
table = "保单"
take = "去重人数"
where = "主附险 = 主险"
reach = "合计 件数 >= 1"

[measures."半保费"]
table = "保单"
take = "合计 首年保费"
weights = "一半"

[weights."一半"]
table = "保单"
columns = ["险种", "系数"]
rows = [["终身寿", 0.5], ["其他", 0.5]]

[kpis]
"我的件均" = "我的保费/主险件数"
"两样" = "半保费+FYC"
"大概" = "ROUND(我的保费/主险件数,0)"
"""


TARGETS = {"首年新单保费": 9000, "我的保费": 9000, "举绩人数": 5, "我的举绩": 5, "半保费": 4500}


def until_the_14th(folder: Path, without: str = "") -> Project:
    made = varied_branch(folder, DECLARED)
    assert made.settings.own.wrong == ()
    for name in ("保单", "活动"):
        file = made.data / f"{name}.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not re.search(r"2024-06-(1[5-9]|2)", line)]
        assert len(kept) < len(lines)
        file.write_text("".join(kept), encoding="utf-8")
    rows = [("2024-06", "营业部", UNIT, name, n) for name, n in TARGETS.items() if name != without]
    write_table(made, "data/目标.csv", [("月份", "层级", "单位", "指标", "目标值"), *rows])
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return until_the_14th(tmp_path_factory.mktemp("pace") / "p")


def run(project, *words):
    done = CliRunner().invoke(app, ["--json", "--project", str(project.folder), *words])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_command_follows_it(project):
    rows = {row["指标"]: row for row in run(project, "pace", "--unit", UNIT)["rows"]}
    figures = {
        name: [value for column, value in row.items() if column not in ("指标", "单位")]
        for name, row in rows.items()
    }
    assert figures["我的保费"] == figures["首年新单保费"]
    assert figures["我的举绩"] == figures["举绩人数"]
    assert rows["首年新单保费"]["月末预测"] > rows["首年新单保费"]["完成"] > 0
    (one,) = run(project, "pace", "我的件均", "--unit", UNIT)["rows"]
    (other,) = run(project, "pace", "件均保费", "--unit", UNIT)["rows"]
    assert one["完成"] == pytest.approx(other["完成"])
    assert one["月末预测"] == pytest.approx(other["月末预测"])
    done = CliRunner().invoke(app, ["--json", "--project", str(project.folder), "pace", "大概"])
    assert done.exit_code
    assert "我的件均" in str(done.exception)


def test_parts_of_another_size_add_up(project):
    """Weights of one decimal make parts of a 分 of what is added to 分."""
    cube = load(project).cube
    kpis = project.settings.kpis
    with reading(project, cube) as store:
        days = day_sums(store, project.settings, cube, cube.last, "营业部")
    units = cube.of_level("营业部")
    two, half, whole, fyc = (
        days.done(kpis.find(name), units) for name in ("两样", "半保费", "我的保费", "FYC")
    )
    assert whole.sum() > 0
    assert half.tolist() == pytest.approx((whole / 2).tolist())
    assert two.tolist() == pytest.approx((half + fyc).tolist())


def form(folder: Path, *names: str) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for row, name in enumerate(("unit.name", "period.month", *names), 1):
        book.defined_names[name] = DefinedName(name, attr_text=f"{page.title}!$B${row}")
    file = folder / "进度表.xlsx"
    book.save(file)
    return file


ENDS = ("目标", "完成", "达成率", "应完成", "进度", "预测", "下限", "上限")


def test_a_template_of_one_s_own_has_its_pace(project):
    names = [f"pace.{name}.{end}" for name in (*ALIKE, "首年新单保费", "大概") for end in ENDS]
    file = form(project.folder, *names)
    checked = run(project, "template", "check", str(file))
    assert not checked["unknown"]
    done = fill(project, str(file), str(LAST))
    values = read(next(one for one in done.files if UNIT in one.name))
    for end in ENDS:
        assert values[f"pace.我的保费.{end}"] == values[f"pace.首年新单保费.{end}"]
        assert values[f"pace.大概.{end}"] is None
    for end in ("完成", "预测"):
        half = values[f"pace.首年新单保费.{end}"] / 2
        assert values[f"pace.半保费.{end}"] == pytest.approx(half, abs=0.01)
    assert values["pace.我的保费.预测"] > values["pace.我的保费.完成"]
    misspelt = run(project, "template", "check", str(form(project.folder, "pace.我的保废.完成")))
    assert misspelt["unknown"]


def test_last_month_and_last_year_are_those_of_the_same_day(project):
    cube, kpis = load(project).cube, project.settings.kpis
    assert cube.as_of is not None
    for own, standard in ALIKE.items():
        times = 2 if own == "半保费" else 1
        one, other = (cube.compared(kpis.find(name), LAST) for name in (own, standard))
        np.testing.assert_allclose(one * times, other)
    whole = cube.kpi(kpis.find("我的保费"))[:, [-2, -13]]
    assert (cube.compared(kpis.find("我的保费"), LAST) < whole).any()


def test_the_page_foretells_it(project):
    cube = load(project).cube
    with pages_of(project, cube, LAST) as pages:
        page = pages.of(cube.unit_index(UNIT)).month
    tiles = {tile.kpi.name: tile for tile in page.tiles}
    own, standard = tiles["我的保费"], tiles["首年新单保费"]
    assert own.forecast is not None
    assert [one.text for one in own.forecast] == [one.text for one in standard.forecast]
    assert own.pace.text == standard.pace.text


def test_the_morning_words_are_of_it_where_it_alone_has_a_target(project, tmp_path):
    made = until_the_14th(tmp_path / "p", without="首年新单保费")
    both = [run(one, "words", "--unit", UNIT)["sentences"][0]["text"] for one in (project, made)]
    assert both[0].count("首年新单保费") == 1
    assert both[1] == both[0].replace("首年新单保费", "我的保费")
    assert "月末大约" in both[1]
    assert Month.parse("2024-06") == LAST
