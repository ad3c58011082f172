"""The B2B pack: each of its KPIs is what pandas makes of the files, at every level and month."""

import numpy as np
import pandas as pd
import pytest

from definitions.surfaces import by_formulas, counted, in_a_workbook, in_functions, on_pages
from kpi_xl import Project as Frames
from kpi_xl.calendar import Month
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.sample import pipeline, write_sample

LEVELS = {"公司": [], "大区": ["大区"], "团队": ["大区", "团队"]}
WEIGHTS = {"初步接触": 0.1, "需求确认": 0.25, "方案报价": 0.5, "商务谈判": 0.8}
MONTHS = pd.period_range("2023-01", "2024-06", freq="M")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("b2b")
    write_sample(folder, trade="b2b")
    load(Project.open(folder))
    return folder


def by(rows, day, value, units, how="sum"):
    """What pandas makes of rows, by month and unit."""
    rows = rows.dropna(subset=[day])
    of = value(rows) if callable(value) else rows[value]
    keys = [rows[day].dt.to_period("M").rename("月"), *(rows[one] for one in units)]
    return of.groupby(keys).agg(how)


def standing(deals, value, units):
    """What of opportunities stands at the end of each month."""
    found = {}
    for month in MONTHS:
        end = month.end_time.normalize()
        is_there = (deals["创建日期"] <= end) & ~(deals["关闭日期"] <= end)
        rows = deals[is_there]
        keys = [pd.Series(month, rows.index, name="月"), *(rows[one] for one in units)]
        found[month] = value(rows).groupby(keys).sum()
    return pd.concat(found.values())


def expected(folder, units):
    """Every measure and KPI of the pack by month and unit, of the files alone."""
    data = folder / "data"
    people = pd.read_excel(data / "人员.xlsx", header=1, dtype={"工号": str}, engine="openpyxl")
    place = people.set_index("工号")[["大区", "团队"]]
    read = {
        name: pd.read_csv(data / f"{name}.csv", parse_dates=days).join(place, on="负责人工号")
        for name, days in {
            "线索": ["创建日期", "转商机日期"],
            "商机": ["创建日期", "关闭日期"],
            "续约": ["到期日期", "续约日期"],
        }.items()
    }
    leads, deals, renewals = read.values()
    quotas = pd.read_csv(data / "配额.csv", parse_dates=["月初"])
    one = lambda rows: pd.Series(1, rows.index)  # noqa: E731
    won, lost = deals[deals["结果"] == "赢单"], deals[deals["结果"] == "输单"]
    took = lambda rows: (rows["关闭日期"] - rows["创建日期"]).dt.days  # noqa: E731
    guess = lambda rows: rows["预计金额"]  # noqa: E731
    weighted = lambda rows: rows["预计金额"] * rows["阶段"].map(WEIGHTS)  # noqa: E731
    talks = lambda rows: rows["预计金额"].where(rows["阶段"] == "商务谈判", 0)  # noqa: E731
    sums = {
        "新线索数": by(leads, "创建日期", one, units),
        "转化线索数": by(leads, "转商机日期", one, units),
        "转介绍线索数": by(leads[leads["来源"] == "转介绍"], "创建日期", one, units),
        "市场投入": by(quotas, "月初", "市场费用", units),
        "新商机数": by(deals, "创建日期", one, units),
        "新商机金额": by(deals, "创建日期", "预计金额", units),
        "在手商机数": standing(deals, one, units),
        "在手商机金额": standing(deals, guess, units),
        "加权商机金额": standing(deals, weighted, units),
        "谈判商机金额": standing(deals, talks, units),
        "赢单数": by(won, "关闭日期", one, units),
        "输单数": by(lost, "关闭日期", one, units),
        "价格输单数": by(lost[lost["输单原因"] == "价格"], "关闭日期", one, units),
        "赢单金额": by(won, "关闭日期", "成交金额", units),
        "赢单标价": by(won, "关闭日期", "标价金额", units),
        "大单数": by(won[won["成交金额"] >= 500_000], "关闭日期", one, units),
        "签约客户数": by(won, "关闭日期", "客户编号", units, "nunique"),
        "配额": by(quotas, "月初", "配额金额", units),
        "到期合同数": by(renewals, "到期日期", one, units),
        "续约合同数": by(renewals[renewals["续约日期"].notna()], "到期日期", one, units),
        "到期金额": by(renewals, "到期日期", "到期金额", units),
        "续约金额": by(renewals, "到期日期", "续约金额", units),
    }
    others = {
        "最大一单": by(won, "关闭日期", "成交金额", units, "max"),
        "销售周期": by(won, "关闭日期", took, units, "mean"),
        "输单周期": by(lost, "关闭日期", took, units, "mean"),
    }
    m = pd.DataFrame(sums).fillna(0.0).join(pd.DataFrame(others))
    heads = people.groupby([people[one] for one in units]).size() if units else len(people)
    m["人数"] = (
        [heads[key[1:] if len(units) > 1 else key[1]] for key in m.index] if units else heads
    )
    whose = m.groupby(level=units, group_keys=False) if units else None
    ago = lambda back: whose["赢单金额"].shift(back) if units else m["赢单金额"].shift(back)  # noqa: E731
    return m.assign(
        线索转化率=m["转化线索数"] / m["新线索数"],
        转介绍占比=m["转介绍线索数"] / m["新线索数"],
        每条线索费用=m["市场投入"] / m["新线索数"],
        人均新商机=m["新商机数"] / m["人数"],
        管道覆盖率=m["在手商机金额"] / m["配额"],
        加权覆盖率=m["加权商机金额"] / m["配额"],
        谈判占比=m["谈判商机金额"] / m["在手商机金额"],
        赢单率=m["赢单数"] / (m["赢单数"] + m["输单数"]),
        平均单值=m["赢单金额"] / m["赢单数"],
        折扣率=1 - m["赢单金额"] / m["赢单标价"],
        价格输单占比=m["价格输单数"] / m["输单数"],
        大单占比=m["大单数"] / m["赢单数"],
        配额达成率=m["赢单金额"] / m["配额"],
        人均赢单金额=m["赢单金额"] / m["人数"],
        销售速度=m["在手商机数"] * m["赢单率"] * m["平均单值"] / m["销售周期"]
        if "赢单率" in m
        else m["在手商机数"] * m["赢单金额"] / (m["赢单数"] + m["输单数"]) / m["销售周期"],
        赢单环比=m["赢单金额"] / ago(1) - 1,
        赢单同比=m["赢单金额"] / ago(12) - 1,
        赢单三月均=(m["赢单金额"] + ago(1) + ago(2)) / 3,
        续约率=m["续约合同数"] / m["到期合同数"],
        金额续约率=m["续约金额"] / m["到期金额"],
    ).drop(columns="人数")


@pytest.mark.parametrize("level", LEVELS)
def test_every_kpi_is_what_pandas_makes_of_the_files(folder, level):
    units = LEVELS[level]
    settings = Project.open(folder).settings
    assert not settings.own.wrong
    names = [settings.kpis[code].name for code in settings.own.own]
    wanted = expected(folder, units)
    assert set(names) == set(wanted.columns)
    found = Frames(folder).kpis(names, level=level, months="2023-01:2024-06")
    rows = 0
    for key, line in found.iterrows():
        path, month = (str(part) for part in key[:2])
        if "未分配" in path:
            assert not np.nan_to_num(line.to_numpy(float)).any()
            continue
        place = (pd.Period(month), *path.split("/")) if units else pd.Period(month)
        there = wanted.loc[place]
        rows += 1
        for name in names:
            value = there[name]
            value = np.nan if not np.isfinite(value) else value
            given = float(line[name]) if line[name] is not None else np.nan
            assert np.isclose(given, value, rtol=1e-9, equal_nan=True), (level, key, name)
    assert rows == len(MONTHS) * {"公司": 1, "大区": 3, "团队": 9}[level]


def test_every_way_to_look_at_it_tells_the_same(folder, tmp_path, monkeypatch):
    """The frame, which is what pandas makes of the files, beside all other surfaces."""
    project, month, unit = Project.open(folder), "2024-06", "华南"
    mine = project.settings.own.made
    names = [kpi.name for kpi in mine]
    frame = Frames(folder).kpis(names, level="大区", months=month).loc[(unit, month)]
    given = {kpi.name: counted(project, kpi, unit, Month.of(2024, 6)) for kpi in mine}
    for found in (
        in_functions(project, names, unit, month, monkeypatch),
        *in_a_workbook(project, names, unit, month, tmp_path),
        on_pages(project, names, unit, month),
        *by_formulas(mine, given),
    ):
        assert found.keys() == set(names)
        for name in names:
            assert found[name] == pytest.approx(frame[name], rel=1e-9), name


def test_it_is_the_same_each_time():
    from pathlib import Path

    assert pipeline.files(Path("/p")) == pipeline.files(Path("/p"))
