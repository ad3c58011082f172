"""KPIs of one's own as named formulas, in templates, and split over what they are made of."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import formulon
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.cli.commands import app
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.formula_drivers import FORMULA_COMPARISONS, FormulaDrivers, factors
from kpi_xl.jobs.fill import fill
from kpi_xl.slots.registry import declaration, slot_names
from kpi_xl.slots.template_check import check_template
from kpi_xl.workbook import read
from random_definitions import DEFINITIONS, define, kpi_of
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch
from udfs.lambdas.names import names, too_long
from udfs.lambdas.workbook import with_names
from varied_branch import varied_branch

KPIS = """
[kpis]
"标准保费达成" = "=FYP/(1+平均人数)"
"增长" = "=FYC/上月(FYC)-1"
"三月均" = "移动平均(主险件数,3)"
"每访佣金" = "IF(拜访数=0,0,FYC/拜访数)"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_branch(tmp_path_factory.mktemp("s") / "p", TWO_DEPARTMENTS, more=KPIS)


def run(project, *words, code=0):
    done = CliRunner().invoke(app, ["--json", "--project", str(project.folder), *words])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def evaluated(content, *formulas):
    with formulon.Workbook.load(content) as book:
        found = [book.evaluate_formula_array(0, 50, 50, one)[0][0] for one in formulas]
    return [
        f"#{formulon.ErrorCode(one.error_code).name}"
        if one.error_code is not None
        else one.text
        if one.number is None
        else one.number
        for one in found
    ]


def test_the_workbook_gets_the_project_s_names(project, tmp_path):
    file = tmp_path / "我的.xlsx"
    openpyxl.Workbook().save(file)
    put = run(project, "template", "lambdas", str(file))["put"]
    assert {"标准保费达成", "KPI_增长", "三月均", "活动率"} <= set(put)
    called = (
        "=标准保费达成(3000,500,9,11)", "=增长(120,100)", "=三月均(1,2,6)", "=每访佣金(0,100)",
        "=KPI_每访佣金(50,100)",
    )  # fmt: skip
    found = evaluated(file.read_bytes(), *called)
    assert found == pytest.approx([3500 / 11, 0.2, 3.0, 0.0, 2.0])
    again = run(project, "template", "lambdas", str(file), "--remove")
    assert "标准保费达成" in again["removed"]


def test_without_a_project_there_are_the_standard_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    done = CliRunner().invoke(app, ["--json", "template", "lambdas", "a.xlsx"])
    assert done.exit_code == 0, done.output
    assert "标准保费达成" not in json.loads(done.stdout)["put"]


@given(one=DEFINITIONS, numbers=st.lists(st.integers(0, 50), min_size=60, max_size=60))
def test_any_named_formula_is_worth_what_the_kpi_is(one, numbers):
    made = define(one[0])
    if made.wrong:
        return
    kpi = made.kpis.find("试")
    if too_long(kpi):
        assert len(kpi.excel([m.name for m in kpi.measures])) > 2000
        return
    book = openpyxl.Workbook()
    written = io.BytesIO()
    book.save(written)
    content = with_names(Path("a.xlsx"), written.getvalue(), own=[kpi]).content
    given_ = [numbers[place % 60] for place in range(len(kpi.measures))]
    (found,) = evaluated(content, f"=试({','.join(map(str, given_))})")
    expected = kpi(*given_)
    if math.isnan(expected) or isinstance(found, str):
        assert isinstance(found, str)
        assert math.isnan(expected), (one[0], found, expected)
        return
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-7), one[0]


def test_what_is_too_long_for_a_name_is_told(tmp_path):
    project = small_branch(
        tmp_path / "p", TWO_DEPARTMENTS, more='\n[kpis]\n"长" = "移动平均(移动平均(FYP,16),36)"\n'
    )
    assert too_long(project.settings.kpis.find("长"))
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    done = run(project, "template", "lambdas", str(tmp_path / "a.xlsx"))
    assert done["too_long"] == ["长"]
    assert "长" not in done["put"]
    assert not [one for one in names(project.settings.own.made) if one.name == "长"]


def form(folder, *slots):
    book = openpyxl.Workbook()
    page = book.active
    for row, name in enumerate(("unit.name", "period.month", *slots), 1):
        one = declaration(name)
        cells = one.slot.cells if one else 1
        last = openpyxl.utils.get_column_letter(1 + (cells or 1))
        book.defined_names[name] = DefinedName(
            name, attr_text=f"{page.title}!$B${row}:${last}${row}"
        )
    file = folder / "我的表.xlsx"
    book.save(file)
    return file


def test_template_check_knows_own_names_and_those_that_are_meant(project, tmp_path):
    file = form(
        tmp_path, "kpi.标准保费达成", "kpi.标准保费达成.目标", "kpi.标准保费达城", "kpi.kpi_增长"
    )
    known = run(project, "template", "check", str(file))
    assert [one["name"] for one in known["slots"]][2:] == [
        "kpi.标准保费达成",
        "kpi.标准保费达成.目标",
    ]
    near = {one["slot"]["name"]: one["near"] for one in known["unknown"]}
    assert near["kpi.标准保费达城"][0] == "kpi.标准保费达成"
    assert near["kpi.kpi_增长"][0] == "kpi.增长"
    assert len(check_template(file).unknown) == 4
    assert "kpi.增长.目标" in run(project, "template", "names")["names"]


def test_every_name_that_is_declared_for_own_kpis_is_filled(project):
    own = [name for name in slot_names(["每访佣金"]) if ".每访佣金" in name]
    assert len(own) > 10
    done = fill(project, str(form(project.folder, *own)), MONTH)
    file = next(one for one in done.files if "东城" in one.name)
    values = read(file)
    assert set(own) <= set(values)
    assert values["kpi.每访佣金"] == 37.5
    assert values["kpi.每访佣金.上月"] == 37.5


def test_drivers_of_an_own_kpi(project):
    view = run(project, "drivers", "--tree", "每访佣金", "--month", MONTH, "--compare", "环比")
    assert view["rows"]
    assert "每访佣金" in view["title"]
    words = ["--project", str(project.folder), "drivers", "--tree", "没有的"]
    assert CliRunner().invoke(app, words).exception.kind == "view.no-tree"


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    project = varied_branch(tmp_path_factory.mktemp("v") / "p")
    cube = Cube.open(project.cube)
    with reading(project, cube) as store:
        return Findings.read(cube, store, project.settings, cube.last, "营业组")


@pytest.mark.parametrize(
    ("formula", "made_of"),
    [
        ("FYC/主险件数", ["首年度佣金", "主险件数"]),
        ("活动率*人均件数*FYC/主险件数", ["活动率", "人均件数", "首年度佣金", "主险件数"]),
        ("FYC*1.2+首年新单保费*0.1", ["首年度佣金 × 1.2", "首年新单保费 × 10%"]),
        ("FYC/(FYC+首年新单保费)", ["首年度佣金", "首年度佣金 + 首年新单保费"]),
        ("FYP/上月(FYP)-1", ["首年度保费", "上月（首年度保费）"]),
        ("MIN(1,活动率/0.8)*60", ["活动率"]),
        ("IF(拜访数=0,0,FYC/拜访数)", ["拜访数", "首年度佣金"]),
        ("FYC*FYC/FYC", ["首年度佣金"]),
    ],
)
def test_a_change_is_split_exactly_over_what_the_formula_says(findings, formula, made_of):
    kpi = kpi_of(formula)
    named = [name.replace("FYC", "首年度佣金") for name in factors(kpi.expression)]
    assert named == made_of
    drivers = FormulaDrivers(findings, kpi)
    series = findings._whole.kpi(kpi) if kpi.has_earlier else findings.cube.kpi(kpi)
    seen = 0
    for unit in findings.units:
        for one in FORMULA_COMPARISONS:
            split = drivers.split(unit, one)
            if split is None:
                continue
            seen += 1
            assert sum(split.shares) == pytest.approx(split.after - split.before, abs=1e-8)
            assert split.after == pytest.approx(series[unit, -1], abs=0.006)
            if one == "环比":
                assert split.before == pytest.approx(series[unit, -2], abs=0.006)
    assert seen >= 3


def test_shares_of_a_product_are_those_of_every_order(findings):
    kpi = kpi_of("FYC/主险件数")
    split = FormulaDrivers(findings, kpi).split(findings.units[0], "环比")
    given_ = findings.measures_of(kpi)
    (f0, f1), (n0, n1) = ((given_[code][0, -2], given_[code][0, -1]) for code in ("fyc", "pieces"))
    of_fyc = ((f1 / n0 - f0 / n0) + (f1 / n1 - f0 / n1)) / 2
    assert split.shares[0] == pytest.approx(of_fyc, abs=0.011)


def test_numbers_in_formulas_are_told_as_they_are():
    assert kpi_of("FYC*0.125+FYC*1234567.5").formula.endswith(
        "× 12.5% + 首年度佣金 × 1234567.5"
    ) or (kpi_of("FYC*0.125+FYC*1234567.5").formula == "FYC × 12.5% + FYC × 1234567.5")
    assert np.isfinite(float(kpis["KPI_ACTIVITY"](1, 2, 3)))
    assert Month.parse(MONTH).chinese == "2024年6月"
