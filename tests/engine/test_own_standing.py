"""What stands at the end of a month, and days between two days, is what loops over rows give."""

import csv
import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.data.periods import by_period
from kpi_xl.data.store import reading
from kpi_xl.jobs.check import check
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from test_levels import SIGNED, write
from test_store import examples

PLACES = {"000": ("东", "甲"), "001": ("东", "乙"), "002": ("西", "甲")}
DECLARED = """
[tables."合同"]
key = "合同号"
[tables."合同".columns]
"合同号" = "编号"
"工号" = "工号"
"开始" = "日期"
"结束" = "日期"
"类别" = { kind = "选项", choices = ["甲类", "乙类"] }
"金额" = "金额"
[weights."折"]
table = "合同"
columns = ["类别", "系数"]
rows = [["甲类", 0.5], ["其他", 0.25]]
[measures]
"在手数" = { table = "合同", take = "计数", until = "结束" }
"在手额" = { table = "合同", take = "合计 金额", until = "结束", weights = "折" }
"甲类在手均额" = { table = "合同", take = "平均 金额", where = "类别 = 甲类", until = "结束" }
"平均天数" = { table = "合同", take = "平均 天数(开始, 结束)", day = "结束" }
"最长天数" = { table = "合同", take = "最大 天数(开始，结束)", day = "结束" }
"新签数" = { table = "合同", take = "计数" }
"""


@st.composite
def contracts(draw):
    day = st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 30))
    row = st.tuples(
        st.sampled_from(sorted(PLACES)), day, st.none() | day, st.sampled_from(["甲类", "乙类"]),
        st.integers(1, 99_999),
    )  # fmt: skip
    return draw(st.lists(row, min_size=1, max_size=10))


def project_of(folder, rows):
    agents = {agent: ([(SIGNED, place)], []) for agent, place in PLACES.items()}
    project = write(folder, ["公司", "大区", "团队"], None, agents)
    file = folder / "kpi.toml"
    text = file.read_text(encoding="utf-8").replace("2024-04-30", "2024-06-30")
    file.write_text(text + DECLARED, encoding="utf-8")
    with (folder / "data" / "合同.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("合同号", "工号", "开始", "结束", "类别", "金额"))
        for n, (agent, begin, end, kind, cents) in enumerate(rows):
            writer.writerow((f"H{n}", agent, begin, end or "", kind, f"{cents / 100:.2f}"))
    return Project.open(project.folder)


def value_of(name, rows, month):
    """What rows of one unit give, at the end of a month or in it; None for nothing."""
    last = month.span(None)[1]
    there = [r for r in rows if r[1] <= last and not (r[2] and r[2] <= last)]
    # Of one that begins after its end nothing ever stands.
    closed = [(r[2] - r[1]).days for r in rows if r[2] and month.first <= r[2] <= last]
    if name == "在手数":
        return len(there)
    if name == "在手额":
        return sum(r[4] * (50 if r[3] == "甲类" else 25) for r in there) / 10_000
    if name == "新签数":
        return sum(month.first <= r[1] <= last for r in rows)
    if name == "甲类在手均额":
        some = [r[4] / 100 for r in there if r[3] == "甲类"]
        return sum(some) / len(some) if some else None
    if not closed:
        return None
    return max(closed) if name == "最长天数" else sum(closed) / len(closed)


NAMES = ("在手数", "在手额", "甲类在手均额", "平均天数", "最长天数", "新签数")


@examples(8)
@given(contracts())
def test_every_level_month_and_quarter_is_what_loops_give(rows):
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(Path(folder), rows)
        assert not project.settings.own.wrong
        cube, kpis = load(project).cube, project.settings.kpis
        with reading(project, cube) as store:
            quarters = by_period(cube, store, project.settings, "季度")
        inside = {
            unit.path: [r for r in rows if f"{'/'.join(PLACES[r[0]])}/".startswith(f"{unit.path}/")]
            for unit in cube.units
        }
        inside[cube.units[0].path] = rows
        for name in NAMES:
            kpi = kpis.find(name)
            if not cube.has(kpi):
                assert all(not value_of(name, rows, month) for month in cube.months)
                continue
            of_quarters = quarters.kpi(kpi)
            for unit, line, quarter in zip(cube.units, cube.kpi(kpi), of_quarters, strict=True):
                for month, given_ in zip(cube.months, line, strict=True):
                    wanted = value_of(name, inside.get(unit.path, ()), month)
                    wanted = np.nan if wanted is None else wanted
                    assert np.isclose(given_, wanted, equal_nan=True), (name, unit.path, month)
                if name in ("在手数", "在手额", "甲类在手均额"):
                    for period, given_ in zip(quarters.periods, quarter, strict=True):
                        wanted = value_of(name, inside.get(unit.path, ()), period.last)
                        wanted = np.nan if wanted is None else wanted
                        assert np.isclose(given_, wanted, equal_nan=True), (name, unit.path)


@pytest.mark.parametrize(
    "said",
    [
        'take = "去重人数", until = "结束"',
        'take = "最大 金额", until = "结束"',
        'take = "计数", until = "金额"',
        'take = "平均 天数(开始, 金额)"',
        'take = "去重 天数(开始, 结束)"',
        'take = "平均 天数(开始, 没有)"',
    ],
)
def test_what_cannot_be_counted_so_is_told(tmp_path, said):
    project = project_of(tmp_path, [])
    file = tmp_path / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f'{text}"坏的" = {{ table = "合同", {said} }}\n', encoding="utf-8")
    settings = Project.open(project.folder).settings
    assert len(settings.own.wrong) == 1
    assert settings.kpis.find("坏的") is None
    assert settings.kpis.find("在手数") is not None


def test_a_month_more_has_what_still_stands(tmp_path):
    project = project_of(tmp_path, [("000", dt.date(2024, 1, 5), None, "甲类", 100)])
    kpi = project.settings.kpis.find("在手数")
    assert load(project).cube.kpi(kpi)[0].tolist()[-1] == 1
    file = tmp_path / "kpi.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("2024-06-30", "2024-08-31"), encoding="utf-8"
    )
    later = Project.open(tmp_path)
    cube = load(later).cube
    assert str(cube.last) == "2024-08"
    assert cube.kpi(later.settings.kpis.find("在手数"))[0].tolist() == [1] * len(cube.months)
    assert not [one for one in check(later)[0].problems if one.table == "合同"]
