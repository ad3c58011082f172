"""What is made for a month whose days off nobody has published: marked, and 春节 is off."""

import datetime as dt
import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from kpi_xl.calendar import PROVISIONAL, working_days
from kpi_xl.checks import doubtful_days
from kpi_xl.cli.commands import app
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.jobs.views import pace_view, scope
from kpi_xl.project import Project
from kpi_xl.workbook import read
from tests.small_branch import TWO_DEPARTMENTS, small_branch
from udfs import current
from udfs.functions import KPI_PERIOD_TARGETS
from workbook_templates import NAMES

MONTH = "2027-02"
HOLIDAY = [dt.date(2027, 2, day) for day in range(5, 11)]
ANNOUNCED = """
[calendar]
"休息日" = ["2027-02-05 至 2027-02-11"]
"上班日" = ["2027-02-14", "2027-02-27"]
"已公布" = [2027]
"""


OF_THE_PAST = {
    "月度KPI表", "销售漏斗月报", "门店月度KPI表", "留存分析表", "业务改善措施计划",
    "上月改善措施进展检讨", "月度经营检讨",
}  # fmt: skip
"""Made of months with data only."""


class InFebruary(dt.date):
    """The day on which these plans are made: nothing is read that has not come yet."""

    @classmethod
    def today(cls):
        return dt.date(2027, 2, 1)


@pytest.fixture(scope="module", autouse=True)
def february():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doubtful_days, "dt", SimpleNamespace(date=InFebruary, timedelta=dt.timedelta))
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory, february):
    """Six months of data, August to January."""
    folder = tmp_path_factory.mktemp("days off") / "branch"
    small_branch(folder, TWO_DEPARTMENTS)
    for file in (folder / "data").glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace(",9,8,3,1", ",90,80,30,10")
        for month in range(6, 0, -1):
            number = 2026 * 12 + 6 + month
            text = text.replace(f"2024-0{month}-", f"{number // 12}-{number % 12 + 1:02d}-")
        file.write_text(text, encoding="utf-8")
    return Project.open(folder)


@pytest.fixture(scope="module")
def announced(project, tmp_path_factory):
    """The same project, when the notice is in its settings."""
    folder = tmp_path_factory.mktemp("announced") / "branch"
    shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns("output", "kpi.*"))
    text = (project.folder / "kpi.toml").read_text(encoding="utf-8")
    (folder / "kpi.toml").write_text(text + ANNOUNCED, encoding="utf-8")
    return Project.open(folder)


def values_of(project, template, month=MONTH):
    filled = fill(project, template, month)
    assert not filled.undone
    return read(filled.files[0])


@pytest.mark.parametrize("template", NAMES)
def test_every_form_says_so(project, announced, template):
    month = MONTH if template not in OF_THE_PAST else "2027-01"
    found = values_of(project, template, month)
    assert found["period.calendar"] == PROVISIONAL
    periods = [value for name, value in found.items() if re.fullmatch(r"week\d\.period", name)]
    assert all(PROVISIONAL in one for one in periods if one)  # blank: the month has no such week
    known = values_of(announced, template, month)
    assert known["period.calendar"] is None
    assert not any(PROVISIONAL in str(value) for value in known.values())
    if "period.working_days" in found and month == MONTH:
        # 20 weekdays without six days of 春节; the notice gives one more, and takes two weekend days.
        assert (found["period.working_days"], known["period.working_days"]) == (16, 17)


def by_day(found):
    """What is planned on each day, from all weeks of 周工作计划."""
    plans = {}
    for week in range(1, 6):
        days, counts = (np.ravel(found[f"week{week}.{name}"]) for name in ("dates", "plan.拜访数"))
        plans |= {day: n for day, n in zip(days, counts, strict=True) if day is not None}
    return plans


def test_nobody_visits_anybody_on_a_holiday(project, announced):
    plans, known = (by_day(values_of(one, "周工作计划")) for one in (project, announced))
    assert len(plans) == len(known) == 28
    assert not any(plans[day] for day in HOLIDAY)
    assert sum(bool(count) for count in plans.values()) > 0
    eleventh, worked = dt.date(2027, 2, 11), [dt.date(2027, 2, day) for day in (14, 27)]
    assert plans[eleventh] is not None and known[eleventh] is None
    assert all(plans[day] is None and known[day] is not None for day in worked)


@pytest.mark.parametrize(
    "template", ["主管日程", "营业部经理行事历", "客户经理工作日志", "每日活动检查表"]
)
def test_the_notice_moves_every_plan(project, announced, template):
    before, after = values_of(project, template), values_of(announced, template)
    assert {name for name in before if before[name] != after[name]} - {"period.calendar"}


def test_commands_say_so(project, announced):
    def run(of, *arguments):
        done = CliRunner().invoke(app, ["--project", str(of.folder), *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    for arguments in (
        ("fill", "主管日程", "--month", MONTH),
        ("distribute", "主管日程", "--month", MONTH, "--dry-run"),
        ("pace", "--month", "2027-01"),
    ):
        assert PROVISIONAL in run(project, *arguments), arguments
        assert PROVISIONAL not in run(announced, *arguments), arguments
    told = json.loads(run(project, "--json", "fill", "主管日程", "--month", MONTH))
    assert told["calendar"] == PROVISIONAL


def test_functions_say_so():
    heading, *rows = KPI_PERIOD_TARGETS(1600, "2027-02-01", "2027-02-28", "月")
    assert heading == ["期间", f"工作日（{PROVISIONAL}）", "目标"]
    assert rows == [["2027-02", 16, 1600]]
    assert KPI_PERIOD_TARGETS(1600, "2026-02-01", "2026-02-28", "月")[0][1] == "工作日"


def test_functions_follow_the_calendar_of_the_project_in_use(announced, monkeypatch):
    load(announced)
    monkeypatch.setattr(current, "_watch", current._Watch())
    monkeypatch.setenv("KPI_XL_PROJECT", str(announced.folder))
    heading, *rows = KPI_PERIOD_TARGETS(1600, "2027-02-01", "2027-02-28", "月")
    assert heading == ["期间", "工作日", "目标"]
    days = len(working_days(dt.date(2027, 2, 1), dt.date(2027, 2, 28), announced.settings.work))
    assert rows == [["2027-02", days, 1600]] and days != 16


def test_functions_have_the_months_of_the_project_in_use(tmp_path, monkeypatch):
    branch = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more="[rules]\nmonth_cut = 25\n")
    load(branch)
    monkeypatch.setattr(current, "_watch", current._Watch())
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.folder))
    _, *rows = KPI_PERIOD_TARGETS(1600, "2024-05-26", "2024-06-28", "月")
    days = [len(working_days(*span)) for span in (
        (dt.date(2024, 5, 26), dt.date(2024, 6, 25)), (dt.date(2024, 6, 26), dt.date(2024, 6, 28)),
    )]  # fmt: skip
    assert [row[:2] for row in rows] == [["2024-06", days[0]], ["2024-07", days[1]]]
    assert sum(row[2] for row in rows) == 1600


def test_the_pace_of_a_month_counts_the_days_worked(project, announced):
    for of, days in ((project, 20), (announced, 20)):
        with scope(of, "2027-01") as at:
            assert f"{days} 个工作日" in pace_view(at, None).notes[0]
