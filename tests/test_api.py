"""The Python API: the cube's numbers as frames, and clear errors."""

import numpy as np
import pytest

from kpi_xl import Project, kpis
from kpi_xl.errors import InputError


@pytest.fixture(scope="module")
def project(branch):
    return Project(branch.project.folder)


def test_kpis_of_a_level_over_months(project):
    frame = project.kpis(["活动率", "FYC"], level="营业部", months="2024-01:2024-06")
    assert list(frame.columns) == ["活动率", "首年度佣金"]
    assert list(frame.index.names) == ["单位", "期间"]
    cube = project.cube()
    number = cube.unit_index("高新营业部")
    expected = cube.kpi(kpis["KPI_ACTIVITY"])[number, -6:]
    assert frame.loc["高新营业部", "活动率"].tolist() == expected.tolist()
    assert len(frame) == 6 * 9  # eight departments and 未分配


def test_everything_there_is_data_for(project):
    frame = project.kpis()
    assert "活动率" in frame.columns
    assert "学历比率" not in frame.columns
    assert len(frame) == 24


def test_a_quarters_producers_are_different_people(project):
    months = project.kpis("举绩人数", months="2024-04:2024-06")["举绩人数"]
    quarter = project.kpis("举绩人数", months="2024-06", period="季度")["举绩人数"]
    assert months.max() <= quarter.item() < months.sum()
    averages = project.kpis("平均人数", months="2024-04:2024-06")["平均人数"]
    average = project.kpis("平均人数", months="2024-06", period="季度")["平均人数"]
    assert average.item() == pytest.approx(averages.mean())


def test_measures_add_up(project):
    teams = project.measures(level="营业组", months="2024-06")
    branch = project.measures(months="2024-06")
    for name in ("首年新单保费", "主险件数", "期末人数"):
        assert teams[name].sum() == pytest.approx(branch[name].item(), abs=1e-6)
    year = project.measures(period="累计", months="2024-06")["首年新单保费"]
    months = project.measures(months="2024-01:2024-06")["首年新单保费"]
    assert np.isclose(year.item(), months.sum())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"names": "活动绿"}, "活动率"),
        ({"level": "大区"}, "营业部"),
        ({"months": "六月"}, "2024-06"),
        ({"months": "2031-01"}, "2031-01 没有数据"),
        ({"period": "周"}, "季度"),
    ],
)
def test_what_is_not_there_is_told(project, arguments, said):
    with pytest.raises(InputError, match=said):
        project.kpis(**arguments)


def test_units_by_name_and_path(project):
    cube = project.cube()
    assert cube.units[cube.unit_index("城东营业部/城东一组")].name == "城东一组"
    assert cube.unit_index("城东一组") == cube.unit_index("城东营业部/城东一组")
    with pytest.raises(InputError, match="城东营业部"):
        cube.unit_index("城东营业不")
    with pytest.raises(InputError, match="有 2 个单位"):
        cube.unit_index("未分配")
    assert cube.units[cube.unit_index("未分配", "营业组")].level == "营业组"


@pytest.mark.parametrize("period", ["月", "季度", "半年", "累计"])
def test_agents_add_up_to_the_branch(project, period):
    agents = project.agents(months="2024-04:2024-06", period=period)
    measures = project.measures(months="2024-04:2024-06", period=period)
    summed = agents.drop(columns="单位").groupby(level="期间").sum()
    for name in summed.columns:
        theirs = measures[name].droplevel("单位")
        assert (summed[name].round(2) == theirs.round(2)).all(), name
    assert {"期末人数", "主险件数", "首年新单保费", "拜访数"} <= set(summed.columns)
    # and by team to the teams
    teams = project.measures(level="营业组", months="2024-06", period=period)
    last = teams.index.get_level_values("期间")[-1]
    ours = agents.xs(last, level="期间").groupby("单位")
    # Who moved within a quarter counts where he was in each month; who had business, where he is.
    for name in ("举绩人数", "期末人数", *(["主险件数"] if period == "月" else [])):
        theirs = teams[name].droplevel("期间")
        assert ours[name].sum()[lambda n: n != 0].to_dict() == theirs[theirs != 0].to_dict(), name


def test_kpis_of_agents(project):
    names = ["件均保费", "KPI_RETENTION13", "FYC"]
    kpis = project.kpis(names, level="业务员", months="2024-05:2024-06")
    assert list(kpis.index.names) == ["单位", "期间"]
    agents = project.agents(months="2024-05:2024-06")
    sold = agents["主险件数"] > 0
    assert sold.sum() > 50
    per_piece = (agents["首年新单保费"] / agents["主险件数"])[sold].to_numpy()
    assert np.allclose(kpis["件均保费"][sold.to_numpy()], per_piece, rtol=1e-12)
    assert np.allclose(kpis["首年度佣金"], agents["FYC"], rtol=1e-12)
    assert kpis.iloc[:, 1].isna().all()  # there is no cohort of one
    with pytest.raises(InputError, match="没有“旬”这种期间"):
        project.kpis(names, level="业务员", period="旬")


def test_kpis_of_agents_in_a_quarter(project):
    """Somebody who had business in two of its months is one producer; the mean of his headcounts."""
    kpis = project.kpis(["人均件数", "活动率"], level="业务员", months="2024-06", period="季度")
    months = project.agents(months="2024-04:2024-06")
    pieces = months["主险件数"].groupby(level="工号").sum()
    people = (months["期初人数"] + months["期末人数"]).groupby(level="工号").sum() / 6
    expected = (pieces / people).where(people > 0)
    theirs = kpis["人均件数"].droplevel("期间")
    assert len(theirs) > 100
    assert np.allclose(theirs, expected.reindex(theirs.index), rtol=1e-12, equal_nan=True)
    expected = ((pieces > 0) / people).where(people > 0)
    theirs = kpis["活动率"].droplevel("期间")
    assert np.allclose(theirs, expected.reindex(theirs.index), rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", ["险种FYP比率", "缴费方式比率", "职级比率", "学历比率"])
def test_categories_add_up_to_one(project, name):
    mix = project.mix(name, level="营业部", months="2024-01:2024-06")
    assert mix.shape[1] > 2
    there = mix.notna().all(axis=1)
    assert there.sum() >= 8 * 6
    assert np.allclose(mix[there].sum(axis=1), 1, rtol=1e-12)


def test_a_kpi_without_categories_is_told(project):
    with pytest.raises(InputError, match=r"没有分类的数据.*险种FYP比率"):
        project.mix("活动率")
