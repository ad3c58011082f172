"""全部指标: every KPI of the trade, with the value that the Python API gives, and new ones too."""

from dataclasses import replace

import numpy as np
import pytest

from all_kpis import check, rows_of
from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.slots.unit_values import UnitValues


@pytest.mark.parametrize("path", ["江城分公司", "城东营业部"])
def test_every_kpi_of_insurance_is_in_the_report_with_the_value_of_the_api(branch, path):
    cube = load(branch.project).cube
    unit = next(one for one in cube.units if one.path == path)
    (file,) = [one for one in branch.filled["月度KPI表"].files if one.stem == path]
    rows = check(branch.project, file, unit, Month.parse(MONTH))
    for name in ("13个月保费继续率", "6个月脱落率", "平均脱落率", "持证率", "犹豫期退保率"):
        assert isinstance(rows[name]["本月"], float)
    assert any(name.startswith("险种FYP比率：") for name in rows)


def test_what_both_sheets_show_of_a_kpi_is_the_same(branch):
    from kpi_xl.workbook import read

    file = branch.filled["月度KPI表"].files[0]
    slots, (rows, _) = read(file), rows_of(file)
    columns = {"本月": "", "上月": ".上月", "环比": ".环比", "同期": ".去年同期", "同比": ".同比"}
    shown = [name for name in rows if f"kpi.{name}" in slots]
    assert len(shown) == len([one for one in kpis.values() if one.headline])
    for name in shown:
        for column, end in columns.items():
            assert rows[name][column] == slots[f"kpi.{name}{end}"]
        assert rows[name]["状态"] == slots[f"kpi.{name}.状态"]


@pytest.fixture
def new_kpi():
    """A KPI that nobody has heard of, declared as the catalogue declares its own."""

    @kpis.of("活动").kpi("每人拜访", meaning="平均每人拜访几次", unit="次", source="试")
    def KPI_VISITS_EACH(visits, closing):
        return visits / closing

    yield KPI_VISITS_EACH
    del kpis._kpis[KPI_VISITS_EACH.code]
    for label in KPI_VISITS_EACH.labels:
        del kpis._by_label[label.casefold()]


def test_a_new_kpi_is_there_without_another_line(branch, new_kpi, copied_branch):
    from kpi_xl.project import Project

    project = Project.open(copied_branch)
    files = fill(project, "月度KPI表", MONTH).files
    rows, _ = rows_of(files[0])
    assert rows["每人拜访"]["含义"] == new_kpi.meaning
    unit = load(project).cube.units[0]
    (file,) = [one for one in files if one.stem == unit.path]
    assert "每人拜访" in check(project, file, unit, Month.parse(MONTH))


def test_a_month_that_is_not_over_has_no_mix_to_compare_with(branch):
    cube = load(branch.project).cube
    month, kpi = cube.last, kpis["KPI_RANK_MIX"]
    whole = UnitValues(cube, branch.project.settings, month).mix(kpi, 0)
    found = UnitValues(replace(cube, as_of=month.first), branch.project.settings, month).mix(kpi, 0)
    assert found.keys() == whole.keys()
    for name, (actual, before, last_year) in found.items():
        assert actual == whole[name][0]
        assert np.isnan([before, last_year]).all()
        assert np.isfinite(whole[name]).all()
