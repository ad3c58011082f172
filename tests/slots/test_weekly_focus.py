"""Each week of a manager's plan has its own focus, the greatest shortfall first."""

import pytest

from kpi_xl.jobs.fill import fill
from kpi_xl.workbook import read
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table

WHOLE = "上月没有目标可比；先与每位成员定下本月目标"


@pytest.fixture(scope="module")
def branch(tmp_path_factory):
    project = small_branch(tmp_path_factory.mktemp("focus") / "p", TWO_DEPARTMENTS)
    targets = [("首年度保费", 4000), ("主险件数", 8), ("拜访数", 16)]  # 2000, 2 and 16 were reached
    write_table(
        project,
        "data/目标.csv",
        [("月份", "层级", "单位", "指标", "目标值")]
        + [("2024-05", "营业组", "东城营业部/一组", name, str(value)) for name, value in targets],
    )
    return project


def test_a_shortfall_each_week_and_again_where_they_are_fewer(branch):
    of_team = {
        file.parent.name: [read(file)[f"week{week}.focus"] for week in range(1, 6)]
        for file in fill(branch, "主管日程", MONTH).files
        if file.stem == "一组"
    }
    first, second = "主险件数上月 2，目标 8", "首年度保费上月 2,000，目标 4,000"
    assert of_team["东城营业部"] == [
        first, second, f"继续：{first}", f"继续：{second}", None,
    ]  # fmt: skip
    assert of_team["西城营业部"] == [WHOLE, None, None, None, None]
