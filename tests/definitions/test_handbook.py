"""Forty definitions as handbooks have them, each worth the same on six surfaces and by hand."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest

from definitions.surfaces import by_formulas, in_a_workbook, in_functions, on_pages
from kpi_xl import api
from kpi_xl.catalogue.measures import COUNTED, MEASURES
from kpi_xl.data.cube import Cube
from kpi_xl.definitions.other_languages import Sql
from kpi_xl.formula import Measure
from kpi_xl.project import Project
from udfs import functions
from varied_branch import LAST, varied_branch

FILE = Path(__file__).parents[2] / "examples" / "own-kpis" / "kpi.toml"
MONTH = str(LAST)
UNIT = "东城营业部"

CODES = {
    one.name: code
    for code, one in MEASURES.items()
    if isinstance(one, Measure) and code in COUNTED and not COUNTED[code][1].apart
}


class Numbers:
    """The measures of a unit in a month, in 元; of months before and of last year, too."""

    def __init__(self, cube, unit, at):
        self._cube, self._unit, self._at = cube, unit, at

    def __getitem__(self, name):
        code = CODES[name]
        amount = int(self._cube.measure(code)[self._unit, self._at])
        return amount / 100 if MEASURES[code].is_money else amount

    def back(self, months):
        return Numbers(self._cube, self._unit, self._at - months)

    @property
    def people(self):
        return (self["期初人数"] + self["期末人数"]) / 2

    @property
    def active(self):
        return self["举绩人数"] / self.people

    @property
    def fyp(self):
        return self["首年新单保费"] + self["首年续期保费"]


def standard(n):
    return n["期交新单保费"] + (n["首年新单保费"] - n["期交新单保费"]) * 0.1


def profit(n):
    return n["销售额"] - n["销售成本"]


def mean(n, months, what):
    return sum(what(n.back(k)) for k in range(months)) / months


def total(n):
    return n["首年新单保费"] + n["首年续期保费"] + n["实收续期保费"]


def activity(n):
    return (
        math.floor((n["约访数"] + n["拜访数"] * 2 + n["洽谈人数"] * 3) / n.people * 10 + 0.5) / 10
    )


BY_HAND = {
    "标准保费": standard,
    "标保率": lambda n: standard(n) / n["首年新单保费"],
    "人均标保": lambda n: standard(n) / n.people,
    "新单同比": lambda n: n["首年新单保费"] / n.back(12)["首年新单保费"] - 1,
    "新单环比": lambda n: n["首年新单保费"] / n.back(1)["首年新单保费"] - 1,
    "新单三月均": lambda n: mean(n, 3, lambda m: m["首年新单保费"]),
    "新单趋势": lambda n: n["首年新单保费"] / mean(n, 12, lambda m: m["首年新单保费"]),
    "期交贡献": lambda n: n["期交新单保费"] / n["首年新单保费"],
    "件均佣金": lambda n: n["FYC"] / n["主险件数"],
    "佣金率": lambda n: n["FYC"] / n["首年新单保费"],
    "佣金波动": lambda n: abs(n["FYC"] - n.back(1)["FYC"]),
    "撤单率": lambda n: n["犹豫期撤单件数"] / (n["主险件数"] + n["犹豫期撤单件数"]),
    "续期达成": lambda n: n["实收续期保费"] / n["应收续期保费"],
    "总保费": total,
    "新业务占比": lambda n: n["首年新单保费"] / total(n),
    "净增人力": lambda n: n["新增人数"] - n["脱落人数"],
    "净增比": lambda n: (n["新增人数"] - n["脱落人数"]) / n["期初人数"],
    "流动率": lambda n: (n["新增人数"] + n["脱落人数"]) / n.people,
    "有效占比": lambda n: n["有效人数"] / n["期末人数"],
    "主管占比": lambda n: n["期初主管人数"] / n["期初人数"],
    "新人三月转正": lambda n: n["3个月前签约已转正人数"] / n["3个月前签约人数"],
    "缺勤人次": lambda n: max(0, n["应出勤人次"] - n["实际出勤人次"]),
    "人均拜访": lambda n: n["拜访数"] / n.people,
    "约访成功率": lambda n: n["拜访数"] / n["约访数"],
    "洽谈促成率": lambda n: n["促成人数"] / n["洽谈人数"] if n["洽谈人数"] else 0,
    "每百访成交": lambda n: n["促成人数"] / n["拜访数"] * 100 if n["拜访数"] else 0,
    "面谈产出": lambda n: n["新增人数"] / n["增员面谈数"],
    "活动量": activity,
    "综合健康分": lambda n: (
        min(1, n.active / 0.7) * 50 + min(1, n["实际出勤人次"] / n["应出勤人次"] / 0.9) * 50
    ),
    "活动率改善": lambda n: n.active - mean(n, 3, lambda m: m.active),
    "进店成交": lambda n: n["成交笔数"] / n["进店人数"],
    "试驾成交": lambda n: n["成交笔数"] / n["试乘试驾客户数"],
    "线索到店": lambda n: n["进店人数"] / n["来电客户数"],
    "毛利额": profit,
    "毛利率三月均": lambda n: mean(n, 3, lambda m: profit(m) / m["销售额"]),
    "客均利润": lambda n: n["净利润"] / n["购买客户数"],
    "新客占比": lambda n: n["新客户数"] / n["购买客户数"],
    "一次合格率": lambda n: 1 - n["缺陷件数"] / n["完成件数"],
    "份额变化": lambda n: (
        n["销售额"] / n["市场销售额"] - n.back(12)["销售额"] / n.back(12)["市场销售额"]
    ),
    "达标人次率": lambda n: float(
        n["应到培训人次"] > 0 and n["实到培训人次"] / n["应到培训人次"] >= 0.8
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project in which every measure of the catalogue has numbers."""
    more = FILE.read_text(encoding="utf-8").partition("[kpis]")[2]
    made = varied_branch(tmp_path_factory.mktemp("h") / "p", f"\n[kpis]{more}")
    cube = Cube.open(made.cube)
    codes = [code for code in COUNTED if code in CODES.values()]
    dice = random.Random(5)
    shape = (len(codes), len(cube.units), len(cube.months))
    values = np.array([dice.randrange(1, 90) for _ in range(math.prod(shape))], np.int64)
    scale = np.array([137 if MEASURES[code].is_money else 1 for code in codes])
    whole = values.reshape(shape) * scale[:, None, None]
    every = replace(cube, measures=codes, values=whole, mixes={}, unripe={})
    every.save(made.cube, made.store)
    return made


@pytest.fixture(scope="module")
def expected(project):
    cube = Cube.open(project.cube)
    numbers = Numbers(cube, cube.unit_index(UNIT), cube.month_index(LAST))
    return {name: by_hand(numbers) for name, by_hand in BY_HAND.items()}


def own(project):
    return {kpi.name: kpi for kpi in project.settings.own.made}


def cells(project, kpi):
    """The measures of the unit and month by code, as they would stand in cells."""
    cube = Cube.open(project.cube)
    numbers = Numbers(cube, cube.unit_index(UNIT), cube.month_index(LAST))
    return {
        m.code: numbers.back(m.lag.periods + 12 * m.lag.years)[m.counted.name] for m in kpi.measures
    }


def alike(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_there_are_forty_and_none_is_wrong(project):
    assert project.settings.own.wrong == ()
    assert len(BY_HAND) == 40
    assert own(project).keys() == BY_HAND.keys()
    assert Project.open(FILE.parent).settings.own.wrong == ()


def test_frames(project, expected):
    frame = api.Project(project.folder).kpis(list(expected), level="营业部", months=MONTH)
    alike(frame.loc[(UNIT, MONTH)].to_dict(), expected)


def test_functions(project, expected, monkeypatch):
    alike(in_functions(project, list(expected), UNIT, MONTH, monkeypatch), expected)


def test_a_template_and_all_of_them(project, expected, tmp_path):
    by_slot, listed = in_a_workbook(project, list(expected), UNIT, MONTH, tmp_path)
    alike(by_slot, expected)
    alike(listed, expected)


def test_pages(project, expected):
    alike(on_pages(project, list(expected), UNIT, MONTH), expected)


def test_formulas_over_cells_and_named_ones(project, expected):
    mine = own(project)
    given = {name: list(cells(project, kpi).values()) for name, kpi in mine.items()}
    over_cells, named = by_formulas([*mine.values()], given)
    alike(over_cells, expected)
    alike(named, expected)


def test_sql_for_a_data_team(project, expected):
    found = {}
    for name, kpi in own(project).items():
        columns = ", ".join(f"{v:.15g}::DOUBLE AS {c}" for c, v in cells(project, kpi).items())
        sql = Sql(lambda one: one.code, {}).text(kpi.expression)
        (found[name],) = duckdb.execute(f"SELECT {sql} FROM (SELECT {columns})").fetchone()
    alike(found, expected)


def test_before_the_first_month_there_is_nothing(project, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    first = str(Cube.open(project.cube).first)
    back = {name for name, kpi in own(project).items() if kpi.has_earlier}
    assert len(back) == 8
    for name in BY_HAND:
        value = functions.KPI(name, UNIT, first)
        assert (value == "#N/A") == (name in back), name
