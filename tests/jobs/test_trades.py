"""Other trades work from the same core: their samples, reports and diagnosis; no insurance in it."""

import ast
import csv
import datetime as dt
import itertools
import math
import re
from collections import defaultdict
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner

import kpi_xl
from all_kpis import check
from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.cli import app
from kpi_xl.errors import InputError
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.findings.drivers import Drivers
from kpi_xl.findings.rule_lists import RuleLists
from kpi_xl.jobs import start
from kpi_xl.jobs.fill import refresh
from kpi_xl.jobs.load import load
from kpi_xl.jobs.target_split import PERIODS, split
from kpi_xl.jobs.views import pace_view, scope
from kpi_xl.project import Project
from kpi_xl.sample import dealer, shops, write_sample
from kpi_xl.workbook import Template, read
from office import (
    cached_values,
    convert,
    formulas_and_values,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from udfs.functions import KPI_DRIVERS, KPI_SOLVE

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

REPORTS = {"汽车经销商": "销售漏斗月报", "零售门店": "门店月度KPI表"}
PACKAGE = Path(kpi_xl.__file__).parent


@pytest.fixture(scope="module")
def trades(tmp_path_factory):
    """Both samples with the reports of their last month."""
    made = {}
    for trade in REPORTS:
        folder = tmp_path_factory.mktemp("trade")
        project = start.sample(folder, trade=trade)
        made[trade] = project, refresh(project)
    return made


@pytest.fixture(scope="module")
def counted(trades):
    """Sums by trade, store, month and item, added up from the raw files with the csv module."""
    sums = {}
    for trade, (project, _) in trades.items():
        sheet = openpyxl.load_workbook(project.data / "人员.xlsx").active
        rows = list(sheet.iter_rows(values_only=True))
        head = next(number for number, row in enumerate(rows) if "工号" in row)
        at = {name: column for column, name in enumerate(rows[head])}
        store_of = {row[at["工号"]]: row[at["门店"]] for row in rows[head + 1 :]}
        found = sums[trade] = defaultdict(int)
        for name in ("计数.csv", "出勤.csv"):
            with (project.data / name).open(encoding="utf-8-sig") as file:
                for row in csv.DictReader(file):
                    store, month = store_of[row["工号"]], row["日期"][:7]
                    if name == "计数.csv":
                        found[store, month, row["项目"]] += int(row["数量"])
                    else:
                        found[store, month, "实出勤"] += int(row["实出勤"])
                        found[store, month, "应出勤"] += int(row["应出勤"])
    return sums


def test_the_samples_are_the_same_each_time(trades, tmp_path):
    for trade, (project, _) in trades.items():
        folder = tmp_path / trade
        for file in write_sample(folder, trade=trade):
            assert file.read_bytes() == (project.folder / file.relative_to(folder)).read_bytes()


def test_every_kpi_of_the_trade_is_in_the_report_with_the_value_of_the_api(trades):
    for project, filled in trades.values():
        cube = load(project).cube
        files = {file.stem: file for file in filled.files}
        for unit in cube.units[:1] + [one for one in cube.units if one.path in files][:3]:
            if unit.path in files:
                check(project, files[unit.path], unit, cube.last)


def test_the_stores_numbers_are_those_of_the_files(trades, counted):
    project, _ = trades["汽车经销商"]
    cube = load(project).cube
    names = {m.name: m.code for m in MEASURES.values()}
    checked = 0
    for (store, month, item), amount in counted["汽车经销商"].items():
        if item in names:
            unit, at = cube.unit_index(store), cube.month_index(Month.parse(month))
            assert cube.measure(names[item])[unit, at] == amount * (100 if item == "销售额" else 1)
            checked += 1
    assert checked == 8 * 18 * 13  # stores, months, items


def test_money_is_kept_in_fen(trades, counted):
    project, _ = trades["零售门店"]
    cube = load(project).cube
    unit, at = cube.unit_index("大学城店"), cube.month_index(Month.parse("2024-06"))
    assert (
        cube.measure("sales")[unit, at]
        == counted["零售门店"]["大学城店", "2024-06", "销售额"] * 100
    )


WORKED = {
    "汽车经销商": {
        "成交率": ("成交笔数", "进店人数"), "试乘试驾率": ("试乘试驾客户数", "需求分析客户数"),
        "试乘试驾邀约率": ("邀约试乘试驾客户数", "试乘试驾客户数"),
        "试乘试驾应邀率": ("试乘试驾客户数", "邀约试乘试驾客户数"),
        "开发来电率": ("来电客户数", "开发客户数"), "售后跟踪率": ("售后跟踪客户数", "交车客户数"),
        "出勤率": ("实出勤", "应出勤"),
    },
    "零售门店": {
        "成交率": ("成交笔数", "进店人数"), "连带率": ("销售件数", "成交笔数"),
        "客单价": ("销售额", "成交笔数"), "回购率": ("回购客户数", "购买客户数"),
        "件单价": ("销售额", "销售件数"), "出勤率": ("实出勤", "应出勤"),
    },
}  # fmt: skip


@pytest.mark.parametrize("trade", REPORTS)
def test_the_reports_ratios_are_those_of_the_raw_files(trade, trades, counted):
    _, filled = trades[trade]
    assert filled.folder.name == REPORTS[trade]
    stores = dealer.STORES if trade == "汽车经销商" else shops.STORES
    assert len(filled.files) == len(stores) + 1
    for file in filled.files:
        if file.stem not in stores:
            continue
        values = read(file)
        sums = counted[trade]
        for name, (above, below) in WORKED[trade].items():
            for part, month in (("", "2024-06"), (".上月", "2024-05"), (".去年同期", "2023-06")):
                whole = sums[file.stem, month, below]
                expected = sums[file.stem, month, above] / whole
                assert values[f"kpi.{name}{part}"] == pytest.approx(expected, rel=1e-12)


def test_sales_per_head_is_per_head_on_the_roster(trades, counted):
    _, filled = trades["零售门店"]
    values = read(next(file for file in filled.files if file.stem == "河西店"))
    sales = counted["零售门店"]["河西店", "2024-06", "销售额"]
    assert values["kpi.人均单产"] == pytest.approx(sales / 6)


@pytest.mark.parametrize(
    ("trade", "store", "kpi", "cause"),
    [
        ("dealer", dealer.NO_TRIALS, "成交率", "no_trial"),
        ("dealer", dealer.BAD_TRIALS, "成交率", "bad_trial"),
        ("retail", shops.SHORT_OF_STAFF, "成交率", "staff"),
        ("retail", shops.SINGLE_PIECES, "人均单产", "tickets"),
    ],
)
def test_the_planted_weakness_is_the_first_cause(trades, trade, store, kpi, cause):
    project, _ = trades["汽车经销商" if trade == "dealer" else "零售门店"]
    with scope(project) as of:
        unit = of.cube.unit_index(store)
        findings = of.findings
        code = kpis.find(kpi).code
        assert findings.causes(code, unit)[0].cause.id == cause
        facts = findings.warnings_of(unit)
        assert code in {one.kpi for fact in facts for one in fact.shown_by}


def test_the_command_line_speaks_the_trade(trades):
    project, _ = trades["汽车经销商"]
    run = CliRunner()
    told = run.invoke(app, ["--project", str(project.folder), "diagnose", "-u", dealer.NO_TRIALS])
    assert told.exit_code == 0
    assert "成交率低" in told.output
    told = run.invoke(app, ["explain", "试乘试驾邀约率"])
    assert "邀约试乘试驾客户数 ÷ 试乘试驾客户数" in told.output
    assert "试乘试驾应邀率" in told.output
    told = run.invoke(app, ["--project", str(project.folder), "pace", "--level", "门店"])
    assert told.exit_code == 0
    assert "2024年6月 各门店 进度" in told.output


@pytest.mark.parametrize(
    ("trade", "store", "compare", "factor"),
    [
        ("汽车经销商", dealer.NO_TRIALS, "同比", "试驾比例"),
        ("汽车经销商", dealer.BAD_TRIALS, "同比", "试驾成交率"),
        ("零售门店", shops.SINGLE_PIECES, "标杆", "连带率"),
    ],
)
def test_the_planted_weakness_is_the_factor_that_made_the_difference(
    trades, trade, store, compare, factor
):
    project, _ = trades[trade]
    with scope(project) as of:
        drivers = Drivers(of.findings)
        split = drivers.split(of.cube.unit_index(store), compare)
    assert MEASURES[split.tree.result].name == "销售额"
    assert sum(split.shares) == sum(split.shapley) == split.after - split.before
    worst = split.tree.factors[split.shares.index(min(split.shares))]
    assert worst.name == factor


def test_the_waterfall_of_a_report_stands_on_the_trades_own_factors(trades):
    _, filled = trades["汽车经销商"]
    file = next(file for file in filled.files if file.stem == dealer.NO_TRIALS)
    values = read(file)
    assert values["drivers.title"] == "销售额的因素分解（元）"
    names = [["进店人数", "试驾比例", "试驾成交率", "单台均价"]]
    assert values["drivers.因素"] == values["waterfall.同比.因素"] == names
    ((start, *shares, end),) = values["drivers.同比"]
    assert sum(shares) == pytest.approx(end - start, abs=0.005)
    assert end == values["kpi.销售额"]


def test_what_if_works_on_a_trades_chain():
    """A fifth more sales from visitors alone: 94 × 1.2 = 112.8, so 113 visitors."""
    assert KPI_SOLVE([94, 24, 6, 819965], 819965 * 1.2) == [[113.0], [29.0], [8.0]]
    rows = KPI_DRIVERS([94, 24, 6, 819965], [94, 48, 12, 1639930], "dealer")
    assert [row[0] for row in rows] == [
        "因素",
        "进店人数",
        "试驾比例",
        "试驾成交率",
        "单台均价",
        "合计",
    ]
    assert [row[3] for row in rows[1:]] == [0, 819965, 0, 0, 819965]


def test_the_pace_of_a_store_is_that_of_its_counts(trades):
    project, _ = trades["零售门店"]
    day = dt.date(2024, 6, 14)
    with (project.data / "计数.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if "2024-06-01" <= row["日期"] <= str(day)]
    done = sum(int(row["数量"]) for row in rows if row["项目"] == "销售额")
    with scope(project, level="公司") as of:
        days = day_sums(of.store, project.settings, of.cube, of.month, of.level, day)
        assert days.done(kpis.find("销售额"), of.units) == done
        (row,) = [row for row in pace_view(of, day).rows if row[1] == "销售额"]
        assert row[3] == f"{done:,}"
        assert value_of(row[7]) < value_of(row[6]) < value_of(row[8])


def value_of(text):
    return float(text.replace(",", ""))


def test_the_status_of_a_report_is_that_of_the_warnings(trades):
    project, filled = trades["汽车经销商"]
    with scope(project) as of:
        findings = of.findings
        grounds = set()
        for file in filled.files[1:]:
            values, unit = read(file), of.cube.unit_index(file.stem)
            facts = findings.warnings_of(unit)
            warned = {kpis[w.kpi].name: w.status for fact in facts for w in fact.shown_by}
            shown = {
                name.split(".")[1]: status
                for name, status in values.items()
                if name.endswith(".状态") and status in ("异常", "危险")
            }
            assert shown == {name: warned[name] for name in warned if f"kpi.{name}.状态" in values}
            for name in shown:
                ground = {"界限", "目标", "同类", "信号"}
                *said, since = values[f"kpi.{name}.依据"].split("·")
                said += [since] if since in ground else []
                assert said and set(said) <= ground
                assert since in ground or since == "新" or re.search("[月年]", since), since
                grounds |= set(said)
    assert {"界限", "目标", "同类"} <= grounds


@pytest.mark.parametrize("by", PERIODS)
def test_a_year_is_split_exactly_down_to_any_period(trades, by):
    project, _ = trades["零售门店"]
    view, rows = split(project, "销售额", 13_000_001, 2025, by=by)
    whole = [row for row in rows if row[1] == "公司"]
    shops_ = [row for row in rows if row[1] == "门店"]
    assert sum(row[4] for row in whole) == sum(row[4] for row in shops_) == 13_000_001
    if by in ("季度", "月"):
        lines, periods = view.rows, len(view.headings) - 2
        table = [[value_of(cell) for cell in line[1:]] for line in lines]
    else:
        lines, periods = view.rows, len(view.rows) - 1
        table = [list(line) for line in zip(*[map(value_of, r[1:]) for r in lines], strict=True)]
    assert periods == {"季度": 4, "月": 12, "日": len(working_days(*YEAR))}.get(by, periods)
    *units, total = table
    assert [sum(column) for column in zip(*units, strict=True)] == total
    assert all(sum(line[:-1]) == line[-1] for line in table)
    assert total[-1] == 13_000_001
    if by == "周":  # the parts of a month's weeks are its month
        january = sum(t for r, t in zip(lines, total, strict=True) if r[0].startswith("2025-01"))
        assert january == whole[0][4]


YEAR = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


def test_the_levels_have_the_trades_own_names(trades):
    project, _ = trades["汽车经销商"]
    assert project.settings.level_name("营业部") == "门店"
    cube = load(project).cube
    assert len(cube.of_level("营业部")) == 8
    with duckdb.connect(str(project.store), read_only=True) as store:
        levels = store.execute("SELECT DISTINCT level FROM targets ORDER BY 1").fetchall()
    assert levels == [("分公司",), ("营业部",)]  # written as 公司 and 门店
    with pytest.raises(InputError, match="公司、门店"), scope(project, level="营业组"):
        pass


def test_what_a_weakness_costs_is_sales(trades, counted):
    """成交率 has what it took from the sales, against what a shop is compared with; no more."""
    project, _ = trades["零售门店"]
    items = ("进店人数", "成交笔数", "销售件数", "销售额")
    sums = [counted["零售门店"]["河西店", "2024-06", item] for item in items]
    with scope(project) as of:
        unit = of.cube.unit_index("河西店")
        chain = of.findings.chain(unit)
        (found,) = [w for w in of.findings.warnings_of(unit) if w.kpi == "KPI_DEAL_RATE"]
    own = [sums[0], *(b / a for a, b in itertools.pairwise(sums))]
    before = [float(one) for one in chain.values[0][:-1]] + [float(chain.values[0][-1]) / 100]
    first, last = math.prod(before), math.prod(own)
    mean = (last - first) / math.log(last / first)
    share = mean * math.log(own[1] / before[1])
    assert found.cost == pytest.approx(-100 * share, rel=1e-5)
    assert sum(chain.shares) == chain.after - chain.before == pytest.approx(100 * (last - first))


def test_nobody_breaks_rules_about_policies_that_there_are_none_of(trades):
    project, _ = trades["汽车经销商"]
    with scope(project) as of:
        rules = RuleLists(of.store, project.settings, of.month, "营业部", dt.date(2024, 6, 30))
        assert rules.of(of.cube.units[0]) == []


def test_no_such_trade(tmp_path):
    with pytest.raises(InputError, match="汽车经销商"):
        write_sample(tmp_path, trade="餐饮")
    assert not any(tmp_path.iterdir())


def test_a_count_that_is_none_is_set_aside(trades, tmp_path):
    start.sample(tmp_path, trade="retail")
    file = tmp_path / "data" / "计数.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    lines += ["2024-06-30,R0101,成交笔数,2.5", "2024-06-30,R0101,销售额,2.5"]
    lines += ["2024-06-30,R0101,成交笔,2", "2024-06-30,R0101,客流,1"]
    file.write_text("\n".join(lines), encoding="utf-8")
    before = load(trades["零售门店"][0]).cube
    loaded = load(Project.open(tmp_path))
    after = loaded.cube
    assert (after.measure("sales") - before.measure("sales"))[0, -1] == 250
    assert (after.measure("visitors") - before.measure("visitors"))[0, -1] == 1
    assert (after.measure("deals") == before.measure("deals")).all()


@needs_soffice
def test_libreoffice_calculates_what_the_reports_show(trades, tmp_path):
    (tmp_path / "out").mkdir()
    for _, filled in trades.values():
        files = filled.files[:2]
        made = convert(files, "xlsx", tmp_path / "out")
        for file, back in zip(files, made, strict=True):
            formulas, cached = formulas_and_values(file)
            calculated = cached_values(back)
            wrong = {
                cell: (text, cached[cell], calculated.get(cell))
                for cell, text in formulas.items()
                if not _same(cached[cell], calculated.get(cell))
            }
            assert formulas
            assert wrong == {}


def _same(one, other):
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return (one or None) == (other or None)


@needs_node_validator
def test_the_open_xml_sdk_finds_no_error(trades):
    files = [file for _, filled in trades.values() for file in filled.files[:3]]
    assert {file: errors for file, errors in open_xml_sdk_errors(files).items() if errors} == {}
    assert openxml_audit_errors(files[0]) == []


def test_the_funnel_is_a_native_chart(trades):
    _, filled = trades["汽车经销商"]
    book = openpyxl.load_workbook(filled.files[0])
    assert len(book["首页"]._charts) == 1
    assert len(book["趋势"]._charts) == 4


def test_every_slot_of_the_reports_is_filled(trades):
    for _, filled in trades.values():
        values = read(filled.files[0])
        slots = Template(filled.files[0]).slots
        given = [name for name in slots if name.startswith(("count.", "kpi."))]
        empty = {name for name in given if values[name] is None}
        assert {name.rsplit(".", 1)[-1] for name in empty} <= {"目标", "达成率"}


# What only an insurer says. 举绩, 危险 and so on are words of other trades too, or of every one.
INSURANCE = re.compile(
    r"insur|polic(?:y|ies)|premium|保费|保单|保险|险种|主险|寿险|承保|保全|续期|佣金|FYP|FYC|代理人|基本法",
    re.IGNORECASE,
)


def _code_without_documentation(file):
    """A module as its names and texts, without comments and docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not hasattr(node, "body") or not isinstance(node.body, list):
            continue
        node.body = [
            part for part in node.body
            if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        ] or [ast.Pass()]  # fmt: skip
    return ast.unparse(tree)


CORE = ["kpi.py", "formula.py", "calendar.py", "errors.py", "error_values.py"]
NEUTRAL = [
    *(PACKAGE / name for name in CORE),
    *sorted((PACKAGE / "analysis").glob("*.py")),
    *sorted((PACKAGE / "workbook").glob("*.py")),
]


@pytest.mark.parametrize("file", NEUTRAL, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_nothing_about_insurance_is_in_the_core(file):
    assert INSURANCE.findall(_code_without_documentation(file)) == []
