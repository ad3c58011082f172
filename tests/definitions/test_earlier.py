"""Last month's, last year's, the mean of months: as a plain loop over the months has it."""

from __future__ import annotations

import functools
import math

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from python_calamine import CalamineWorkbook

from kpi_xl import api
from kpi_xl.calendar import Month, Period
from kpi_xl.catalogue import kpis
from kpi_xl.cli.commands import app
from kpi_xl.data.cube import Cube
from kpi_xl.data.months_back import earlier, places
from kpi_xl.data.periods import by_period
from kpi_xl.data.store import reading
from kpi_xl.definitions.own_kpis import Definition, own_kpis
from kpi_xl.error_values import error_name
from kpi_xl.formula import Lag
from random_definitions import (
    COUNTS,
    DEFINITIONS,
    PLACE,
    RATIOS,
    define,
    fault_of,
    kpi_of,
    value,
)
from small_branch import TWO_DEPARTMENTS, small_branch
from udfs import functions
from varied_branch import varied_branch


class Sample:
    """The sample's months, quarters, half-years, years and years up to a month."""

    def __init__(self, project):
        cube = Cube.open(project.cube)
        with reading(project, cube) as store:
            of = project.settings
            kinds = ("季度", "半年", "年", "累计")
            self.sources = {"月": cube, **{k: by_period(cube, store, of, k) for k in kinds}}
        self.periods = {
            kind: [Period(m, m) for m in one.months] if kind == "月" else one.periods
            for kind, one in self.sources.items()
        }
        self._places = {
            kind: {str(one): place for place, one in enumerate(every)}
            for kind, every in self.periods.items()
        }
        self._values = {
            (kind, name): one.kpi(kpis.find(name) or kpi_of(name))
            for kind, one in self.sources.items()
            for name in (*COUNTS, *RATIOS)
        }

    def __repr__(self):
        return "the sample"

    def known(self, kind, unit, at, name, back):
        """What a standard name is worth so much earlier."""
        place = earlier_place(self.periods[kind][at], self._places[kind], kind, back)
        if place is None:
            return "#N/A"
        number = self._values[kind, name][unit, place]
        return float(number) if math.isfinite(number) else error_name(number)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return Sample(varied_branch(tmp_path_factory.mktemp("v") / "p"))


def earlier_place(period, texts, kind, back):
    """Counted in months by hand: the same length so much earlier, or the year up to that month."""
    periods, years = back
    last, first = period.last, period.first
    if kind == "累计":
        month, year = last.month - periods, last.year - years
        return texts.get(text_of(year, 1, month)) if month >= 1 else None
    length = period.months
    moved = length * periods + 12 * years
    begin, end = first.number - moved, last.number - moved
    return texts.get(
        text_of(Month(begin).year, Month(begin).month, Month(begin).month + end - begin)
    )


def text_of(year, first, last):
    return str(Period(Month.of(year, first), Month.of(year, last)))


@given(one=DEFINITIONS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_definition_is_what_a_loop_makes_of_it(one, sample):
    text, tree = one
    made = define(text)
    if made.wrong:
        assert made.wrong[0].kind in ("formula.by-zero", "formula.too-much"), (text, made.wrong[0])
        return
    kpi = made.kpis.find("试")
    for kind, source in sample.sources.items():
        mine, periods = source.kpi(kpi), len(sample.periods[kind])
        for unit in (0, 1, 5):
            for at in {0, 1, 2, periods // 2, periods - 1} & set(range(periods)):
                known = functools.partial(sample.known, kind, unit, at)
                same(mine[unit, at], value(tree, known), (text, kind, unit, at))


def same(mine, expected, about):
    if isinstance(expected, str):
        assert error_name(float(mine)) == expected, about
    else:
        assert mine == pytest.approx(expected, rel=1e-9, abs=1e-7), about


def test_frames_are_what_pandas_makes_of_them(with_kpis):
    frame = api.Project(with_kpis.folder).kpis(
        ["首年度保费", "环比增", "同比增", "三月均", "上月活动率", "活动率"], level="营业部"
    )
    by_unit = frame.groupby(level="单位")
    shifted = by_unit["首年度保费"].shift(1)
    expected = pd.DataFrame(
        {
            "环比增": frame["首年度保费"] / shifted - 1,
            "同比增": frame["首年度保费"] / by_unit["首年度保费"].shift(12) - 1,
            "三月均": by_unit["首年度保费"].transform(lambda one: one.rolling(3).mean()),
            "上月活动率": by_unit["活动率"].shift(1),
        }
    ).replace([np.inf, -np.inf], np.nan)
    pd.testing.assert_frame_equal(frame[list(expected)], expected, check_exact=False, rtol=1e-9)
    assert frame["三月均"].notna().sum() > 20


def test_agents_are_what_pandas_makes_of_them(with_kpis):
    project = api.Project(with_kpis.folder)
    names = ["主险件数", "上月件数", "两月均件"]
    frame = project.kpis(names, level="业务员")
    wide = frame["主险件数"].unstack("期间")
    there = frame.index
    before = wide.fillna(0).shift(1, axis=1).stack(future_stack=True)
    pd.testing.assert_series_equal(
        frame["上月件数"], before.reindex(there), check_names=False, check_dtype=False
    )
    both = (wide.fillna(0) + wide.fillna(0).shift(1, axis=1)) / 2
    pd.testing.assert_series_equal(
        frame["两月均件"], both.stack(future_stack=True).reindex(there), check_names=False,
        check_dtype=False,
    )  # fmt: skip
    alone = project.kpis(names, level="业务员", months="2024-06")
    pd.testing.assert_frame_equal(alone, frame[frame.index.get_level_values(1) == "2024-06"])


KPIS = """
[kpis]
"环比增" = "FYP/上月(FYP)-1"
"同比增" = "FYP/去年同期(FYP)-1"
"三月均" = "移动平均(FYP,3)"
"上月活动率" = "上月(活动率)"
"上月件数" = "上月(主险件数)"
"两月均件" = "移动平均(主险件数,2)"
"""


@pytest.fixture(scope="module")
def with_kpis(tmp_path_factory):
    return varied_branch(tmp_path_factory.mktemp("own") / "p", KPIS)


def run(project, *words):
    done = CliRunner().invoke(app, ["--project", str(project.folder), *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_surface_has_it(tmp_path, monkeypatch):
    more = '\n[kpis]\n"上月佣金" = "上月(FYC)"\n"佣金比" = "FYC/上月(FYC)"\n'
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    run(project, "refresh", "--month", "2024-06")
    assert functions.KPI("上月佣金", "东城营业部", "2024-06") == 1200.0
    assert functions.KPI("佣金比", "东城营业部", "2024-06") == 1.0
    assert functions.KPI("上月佣金", "东城营业部", "2024-01") == "#N/A"
    assert functions.KPI("上月佣金", "东城营业部", "2024-02", "上月") == "#N/A"
    told = run(project, "explain", "佣金比")
    assert "首年度佣金 ÷ 上月（首年度佣金）" in told or "FYC ÷ 上月（FYC）" in told
    assert "=A2/B2" in told
    (file, *_) = sorted(project.output.rglob("*.xlsx"))
    page = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("全部指标").to_python()
    rows = {row[0]: row for row in page if row and row[0]}
    assert rows["上月佣金"][2] == 1200.0
    assert "更早的月份" in run(project, "trace", "东城营业部", "佣金比", "2024-06")


def test_a_month_that_is_not_over_looks_back_at_as_many_days(tmp_path, monkeypatch):
    more = (
        '[rules]\nas_of = "2024-06-10"\n[kpis]\n"上月佣金" = "上月(FYC)"\n"增长" = "FYC/上月(FYC)"\n'
        '"两月均" = "移动平均(FYC,2)"\n'
    )
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=more)
    late = "P9,10000,终身寿,主险,1,1000,500,年交,2024-05-20\n"
    heading = "保单号,工号,险种,主附险,件数,首年保费,FYC,缴费方式,承保日期\n"
    (project.data / "保单5月.csv").write_text(heading + late, encoding="utf-8")
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    run(project, "refresh", "--month", "2024-06")
    unit = "东城营业部"
    assert functions.KPI("FYC", unit, "2024-05") == 1700.0
    assert functions.KPI("FYC", unit, "2024-06", "上月") == 1200.0
    assert functions.KPI("上月佣金", unit, "2024-06") == 1200.0
    assert functions.KPI("两月均", unit, "2024-06") == 1450.0
    # It lacks above and below alike, so that it is ripe, and is compared with whole months.
    assert functions.KPI("增长", unit, "2024-06") == 1.0
    assert functions.KPI("增长", unit, "2024-06", "成熟") == "已成熟"
    assert functions.KPI("增长", unit, "2024-06", "上月") == pytest.approx(1700 / 1200)
    assert functions.KPI("上月佣金", unit, "2024-06", "上月") == "#N/A"


@pytest.mark.parametrize(
    ("formula", "kind", "told"),
    [
        ("上月()", "formula.arguments", "1"),
        ("上月(FYP,2)", "formula.arguments", "1"),
        ("移动平均(FYP)", "formula.arguments", "2"),
        ("移动平均(FYP,拜访数)", "formula.months", "整数"),
        ("移动平均(FYP,2.5)", "formula.months", "整数"),
        ("移动平均(FYP,1)", "formula.months", "2 到 36"),
        ("移动平均(FYP,37)", "formula.months", "2 到 36"),
        ("上月(FYP)+拜访数", "formula.units", "元 和 次"),
        ("FYP-上月FYP", "formula.name-unknown", "上月(FYP)"),
        ("FYP/去年同期的FYP", "formula.name-unknown", "去年同期(FYP)"),
        ("上个月(FYP)", "formula.function-unknown", "去年同期"),
        ("上月(本期值)", "formula.name-given", "本期值"),
        ("移动平均(移动平均(移动平均(移动平均(FYP,9),9),9),9)", "formula.too-much", "5,000"),
    ],
)
def test_what_cannot_be_meant_is_told(formula, kind, told):
    error = fault_of(formula)
    assert error.kind == kind
    assert told in str(error)


def test_definitions_that_double_each_other_stay_small():
    rows = [("甲0", "拜访数+约访数")] + [(f"甲{n}", f"甲{n - 1}+甲{n - 1}") for n in range(1, 60)]
    made = own_kpis([Definition(PLACE, {"名称": a, "公式": b}) for a, b in rows])
    assert 5 < len(made.own) < 15
    assert {one.kind for one in made.wrong} == {"formula.too-much", "definition.part-wrong"}


def test_a_mean_of_many_months_of_money_does_not_wrap():
    kpi = kpi_of("移动平均(FYC,36)")
    cents = np.full((1, 40), 1234, np.int64)
    months = [Period(Month.of(2020, 1) + n, Month.of(2020, 1) + n) for n in range(40)]
    given_ = {"fyc": cents}
    given_ |= earlier(kpi, given_.__getitem__, lambda lag: places(months, "月", lag))
    found = kpi.compute(given_)[0]
    assert found[35:] == pytest.approx([12.34] * 5)
    assert np.isnan(found[:35]).all()


def test_units_go_on():
    assert [kpi_of(f).unit for f in ("上月(FYP)", "去年同期(活动率)", "移动平均(FYP,3)")] == [
        "元", "%", "元",
    ]  # fmt: skip


def test_of_ratios_and_totals():
    assert kpi_of("FYP/上月(FYP)").is_comparable
    assert not kpi_of("移动平均(FYP,3)").is_comparable


def test_where_earlier_periods_stand():
    first, last = Month.of(2023, 3), Month.of(2024, 4)
    ends = Period.all("累计", first, last)
    assert [str(one) for one in ends] == ["2024-01", "2024-01~02", "2024Q1", "2024-01~04"]
    assert places(ends, "累计", Lag(1)).tolist() == [-1, 0, 1, 2]
    quarters = Period.all("季度", first, last)
    assert places(quarters, "季度", Lag(years=1)).tolist() == [-1, -1, -1, -1]
    assert places(quarters, "季度", Lag(2)).tolist() == [-1, -1, 0, 1]
