"""The data functions on the sample project, beside what the workbooks of the same project say."""

import shutil
import time

import pytest

from kpi_xl.analysis.evidence import MONTHS
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.cube import Cube
from kpi_xl.data.targets import targets_back
from kpi_xl.findings.findings import Findings
from kpi_xl.slots.unit_values import UnitValues
from udfs import current
from udfs.functions import KPI, KPI_HELP, KPI_NAMES, KPI_STATUS, KPI_TABLE, KPI_UNITS

MONTH = Month.of(2024, 6)
PARTS = {
    "": "", "目标": ".目标", "达成率": ".达成率", "差额": ".差额", "上月": ".上月", "环比": ".环比",
    "去年同期": ".去年同期", "同比": ".同比", "状态": ".状态",
}  # fmt: skip


@pytest.fixture(autouse=True)
def project(branch, monkeypatch):
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    return branch.project


@pytest.fixture
def cube(project):
    return Cube.open(project.cube)


def test_every_kpi_and_comparison_is_that_of_the_workbooks(project, cube):
    import duckdb

    with duckdb.connect(str(project.store), read_only=True) as store:
        targets, *before = targets_back(store, MONTH, MONTHS, kpis)
    values = UnitValues(cube, project.settings, MONTH)
    findings = {}
    for number, unit in list(enumerate(cube.units))[:12]:
        slots = values.kpis(number, targets.of_unit(unit))
        if unit.level not in findings:
            findings[unit.level] = Findings(
                cube,
                project.settings,
                MONTH,
                unit.level,
                {i: targets.of_unit(one) for i, one in enumerate(cube.units)},
                earlier=[
                    {i: one.of_unit(each) for i, each in enumerate(cube.units)} for one in before
                ],
            )
        judged = findings[unit.level]
        for kpi in kpis.values():
            for compare, part in PARTS.items():
                if compare == "状态":
                    known = number in cube.of_level(unit.level)  # not what belongs to nobody
                    shown = judged.status(kpi.code, number) if known else "—"
                else:
                    shown = slots[f"kpi.{kpi.name}{part}"]
                given = KPI(kpi.name, f"{unit.level}：{unit.path}", "2024-06", compare)
                if shown in ("", None) or (shown == "—" and compare != "状态"):
                    assert given in ("#N/A", "#DIV/0!"), (kpi.name, compare)
                elif compare == "状态" and shown == "—":
                    assert given in ("—", "#N/A", "#DIV/0!")
                else:
                    assert given == shown, (kpi.name, compare)


def test_names_units_and_months_in_every_form():
    one = KPI("活动率", "城东营业部", "2024-06")
    assert 0 < one < 1
    for name in ("KPI_ACTIVITY", "举绩率", " 活动率 ", "kpi_activity"):
        assert KPI(name, "城东营业部", "2024-06") == one
    for month in (202406, 45473.0, "2024年6月", "2024/6"):
        assert KPI("活动率", " 城东营业部", month) == one
    branch = KPI_UNITS()[1][0]
    assert KPI("活动率", branch, "2024-06") != one


def test_comparisons_by_other_names():
    ask = ["活动率", "城东营业部", "2024-06"]
    assert KPI(*ask, "YoY") == KPI(*ask, "同比")
    assert KPI(*ask, None) == KPI(*ask, "") == KPI(*ask) == KPI(*ask, "实际")
    assert KPI(*ask, "别的") == "#VALUE!"


def test_what_is_not_there():
    assert KPI("没有的", "城东营业部", "2024-06") == "#N/A"
    assert KPI("活动率", "没有的", "2024-06") == "#N/A"
    assert KPI("活动率", "城东营业部", "2034-06") == "#N/A"
    assert KPI("活动率", "城东营业部", "某月") == "#VALUE!"
    assert KPI("活动率", "#REF!", "2024-06") == "#VALUE!"
    assert KPI("目标达成率", "城东营业部", "2024-06") == "#N/A"


def test_ranges():
    names, months = [["活动率"], ["人均件数"], [None]], [["2024-05", "2024-06"]]
    result = KPI(names, "城东营业部", months)
    assert result[1][0] == KPI("人均件数", "城东营业部", "2024-05")
    assert [len(row) for row in result] == [2, 2, 2]
    assert KPI(["活动率", "没有的"], "城东营业部", "2024-06")[1] == "#N/A"
    assert KPI([["活动率"] * 3], ["城东营业部"] * 2, [[202406, 202405]]) == "#VALUE!"


def test_table():
    table = KPI_TABLE(
        ["活动率", "举绩人数"], [["城东营业部"], [None], ["没有的"]], [["2024-05", 202406]]
    )
    assert table[0] == ["单位", "月份", "活动率", "举绩人数"]
    assert [row[:2] for row in table[1:]] == [
        ["城东营业部", "2024-05"], ["城东营业部", "2024-06"], ["没有的", "2024-05"], ["没有的", "2024-06"],
    ]  # fmt: skip
    assert table[2][2] == KPI("活动率", "城东营业部", "2024-06")
    assert table[4][2:] == ["#N/A", "#N/A"]
    assert KPI_TABLE(None, "城东营业部", "2024-06") == "#VALUE!"
    units = [[row[0]] for row in KPI_UNITS()]  # with its heading
    whole = KPI_TABLE([["指标"], ["期末人数"]], units, "2024-06")
    assert len(whole) == len(units)
    assert all(isinstance(row[2], float) for row in whole[1:])


def test_units_and_names(cube):
    units = KPI_UNITS()
    assert units[0] == ["单位", "层级", "上级单位"]
    assert len(units) == len(cube.units) + 1
    for name, *_ in units[1:]:
        assert KPI("期末人数", name, "2024-06") != "#N/A"
    assert [row[0] for row in KPI_NAMES()[1:]] == [kpi.name for kpi in kpis.values()]


def test_status_by_the_projects_bands(project, tmp_path, monkeypatch):
    assert KPI_STATUS("活动率", [0.9, None, "#N/A", "x"]) == ["健康", None, "#N/A", "#VALUE!"]
    assert KPI_STATUS("首年度保费", 1) == "—"
    assert KPI_STATUS("没有的", 1) == "#N/A"
    other = tmp_path / "项目 二"
    shutil.copytree(project.folder, other, ignore=shutil.ignore_patterns("output", "data"))
    text = '[bands]\n"活动率" = { healthy = 0.95, danger = 0.92 }\n'
    (other / "kpi.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("KPI_XL_PROJECT", str(other))
    monkeypatch.setattr(current, "_watch", current._Watch())
    assert KPI_STATUS("活动率", [0.96, 0.93, 0.9]) == ["健康", "异常", "危险"]


def test_help(monkeypatch):
    assert "举绩人数 ÷ 平均人数" in KPI_HELP("活动率")
    assert "没有名为“活动律”的指标" in KPI_HELP("活动律")
    assert "营业部" in KPI_HELP("城东营业部")


def test_a_name_of_several_units_is_not_guessed(cube, project, monkeypatch):
    from dataclasses import replace

    units = [replace(u, name="一组") if "一组" in u.name else u for u in cube.units]
    monkeypatch.setattr(Cube, "open", classmethod(lambda cls, file: replace(cube, units=units)))
    assert KPI("期末人数", "一组", "2024-06") == "#N/A"
    paths = [unit.path for unit in units if unit.name == "一组"]
    assert len(paths) > 1
    assert all(path in KPI_HELP("一组") for path in paths)
    assert KPI("期末人数", paths[0].replace("/", "\\"), "2024-06") > 0
    assert set(paths) <= {row[0] for row in KPI_UNITS()}


def test_a_refreshed_cube_is_noticed(project, cube, tmp_path, monkeypatch):
    other = tmp_path / "project"
    other.mkdir()
    for name in ("kpi.toml", "kpi.cube", "kpi.duckdb"):
        shutil.copy2(project.folder / name, other)
    monkeypatch.setenv("KPI_XL_PROJECT", str(other))
    monkeypatch.setattr(current, "_watch", current._Watch())
    branch = cube.units[0].name
    before = KPI("期末人数", branch, "2024-06")
    from dataclasses import replace

    replace(cube, values=cube.values + 1).save(other / "kpi.cube", other / "kpi.duckdb")
    assert KPI("期末人数", branch, "2024-06") == before  # not looked at again yet
    monkeypatch.setattr(current, "_INTERVAL", 0.0)
    assert KPI("期末人数", branch, "2024-06") == before + 1
    # A cube that is just being written: the old one serves on.
    (other / "kpi.cube").write_bytes(b"{")
    assert KPI("期末人数", branch, "2024-06") == before + 1
    monkeypatch.setenv("KPI_XL_PROJECT", str(tmp_path / "gone"))
    assert KPI("期末人数", branch, "2024-06") == "#N/A"


def test_the_files_are_looked_at_twice_a_second_at_most(monkeypatch):
    looks = []
    watch = current._Watch()
    monkeypatch.setattr(watch, "_look", lambda: looks.append(time.monotonic()))
    begun = time.monotonic()
    while time.monotonic() - begun < 0.7:
        with pytest.raises(ValueError, match="#N/A"):
            watch.data()
    assert len(looks) == 2


def test_nothing_heavy_is_loaded_before_a_data_function_asks():
    import subprocess
    import sys
    from pathlib import Path

    code = (
        "import sys, udfs.functions as f; f.KPI_ACTIVITY(1., 2., 2.);"
        "print(sorted({'duckdb', 'pandas', 'pyarrow', 'xlwings', 'fastexcel'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
