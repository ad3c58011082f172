"""Whatever a unit of one channel is told is the same whatever the other channel does."""

import csv
import datetime as dt
import random

import numpy as np
import pytest

from kpi_xl.calendar import Month
from kpi_xl.data.store import reading
from kpi_xl.findings.retention import Retention
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.jobs.survival_view import survival_view
from kpi_xl.jobs.views import (
    diagnosis_view,
    drivers_view,
    pace_view,
    peers_view,
    rules_view,
    scope,
    warnings_view,
)
from kpi_xl.pages.html import html
from kpi_xl.pages.make import pages_of
from kpi_xl.project import Project
from kpi_xl.slots import unit_sheets
from kpi_xl.workbook import Template
from udfs import current, functions
from workbook_templates import NAMES

MONTH = "2024-06"
LAST_DAY = dt.date(2024, 6, 20)
MONTHS = [Month.of(2023, 5) + back for back in range(14)]
DEPARTMENTS = 4
HEADS = {
    "人员": ("工号", "姓名", "渠道", "营业部", "营业组", "职级", "学历", "推荐人", "签约日期", "离职日期"),
    "保单": ("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期"),
    "续期": ("保单号", "工号", "应收日期", "应收件数", "实收件数", "应收保费", "实收保费"),
    "活动": ("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"),
    "出勤": ("日期", "工号", "应出勤天数", "实际出勤天数"),
    "目标": ("月份", "层级", "单位", "指标", "目标值"),
}  # fmt: skip


def department(channel, number):
    return f"{channel}{'一二三四'[number]}部"


def rows_of(channel, seed):
    """What a channel's people did: all of it by chance."""
    chance, rows = random.Random(f"{channel}{seed}"), {name: [] for name in HEADS}
    busy = 1 if channel == "个险" else chance.choice([2, 4])
    for place in range(DEPARTMENTS):
        for month in MONTHS:
            goal = chance.randint(20, 90) * 1000 * busy
            name = department(channel, place)
            rows["目标"].append((str(month), "营业部", name, "首年度保费", goal))
            rows["目标"].append(
                (str(month), "营业部", name, "活动率", chance.randint(50, 90) / 100)
            )
        for one in range(12):
            agent = f"{'12'[channel == '银保']}{place}{one:02}"
            signed = dt.date(2022, 1, 5) + dt.timedelta(days=chance.randrange(700))
            # The roster has those who left early, whichever channel is looked at.
            left = dt.date(2022, 3, 1) if not one else None
            if one > 8:
                left = signed + dt.timedelta(days=chance.randrange(90, 800))
            signed = min(signed, dt.date(2022, 2, 1)) if not one else signed
            gone = left and left <= LAST_DAY
            team = f"{'甲乙'[one % 2]}组"
            rows["人员"].append(
                (agent, f"员{agent}", channel, department(channel, place), team,
                 "主管" if one == 1 else "业务员", chance.choice(["本科", "大专"]),
                 f"1{place}01", signed, left if gone else ""),
            )  # fmt: skip
            for month in MONTHS:
                if signed >= month.first or (gone and left <= month.last):
                    continue
                days = [
                    day for day in range(1, 29) if dt.date(month.year, month.month, day) <= LAST_DAY
                ]
                for sold in range(chance.choice([0, 0, 1, 2]) * busy):
                    day = dt.date(month.year, month.month, chance.choice(days))
                    premium = chance.randrange(90_000, 900_000) * busy / 100
                    rows["保单"].append(
                        (f"P{agent}{month}{sold}", agent, chance.choice(["终身寿险", "年金保险"]),
                         "主险", 1, premium, premium / 5, "年交", day)
                    )  # fmt: skip
                done = [chance.randrange(1, 12) for _ in range(4)]
                rows["活动"].append(
                    (month.first + dt.timedelta(days=chance.randrange(15)), agent, *done)
                )
                rows["出勤"].append((month.first, agent, 21, chance.randint(12, 21)))
                due = chance.randint(1, 4)
                rows["续期"].append(
                    (
                        f"D{agent}{month}",
                        agent,
                        month.first,
                        due,
                        chance.randint(0, due),
                        due * 100,
                        due * 70,
                    )
                )
    return rows


def two_channels(folder, seed):
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text(
        f'[project]\nname = "分公司"\n[rules]\nas_of = {LAST_DAY}\npeers_within = "渠道"\n',
        encoding="utf-8",
    )
    both = [rows_of("个险", 0), rows_of("银保", seed)]
    for name, head in HEADS.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([head, *(row for rows in both for row in rows[name])])
    return Project.open(folder)


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Two that are alike in one channel, and in nothing else."""
    folder = tmp_path_factory.mktemp("channels")
    found = [two_channels(folder / str(seed), seed) for seed in (1, 2)]
    for project in found:
        load(project)
    return found


def mine(cube):
    """The units of the channel that is the same: a department and its teams."""
    name = department("个险", 0)
    return [n for n, unit in enumerate(cube.units) if unit.path.split("/")[0] == name]


def same(one, other):
    """Whether two values say the same, errors as errors."""
    np.testing.assert_equal(one, other)


@pytest.mark.parametrize("template", NAMES)
def test_workbooks(projects, template):
    workbook, told = Template(template_path(template)), []
    for project in projects:
        cube = load(project).cube
        with recipients_of(project, cube, workbook, Month.parse(MONTH)) as to:
            units = set(mine(cube))
            told.append(
                {
                    recipient.key: unit_sheets.values(workbook, to, recipient)
                    for recipient in unit_sheets.recipients(workbook, to)
                    if recipient.number in units
                }
            )
    same(*told)


def test_pages_and_what_a_manager_says(projects):
    told = []
    for project in projects:
        cube = load(project).cube
        with pages_of(project, cube, Month.parse(MONTH)) as pages:
            told.append(
                [(html(pages.of(unit)), pages.months.of(unit).sentences) for unit in mine(cube)]
            )
    same(*told)
    assert told[0]


QUESTIONS = {
    "预警": warnings_view,
    "因素": lambda of: drivers_view(of, None),
    "诊断": lambda of: diagnosis_view(of, None),
    "同类": lambda of: peers_view(of, "人均FYP"),
    "进度": lambda of: pace_view(of, None),
    "留存": lambda of: survival_view(of, None),
    "基本法": lambda of: rules_view(of, None),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("level", ["营业部", "营业组"])
def test_commands(projects, question, level):
    told = []
    for project in projects:
        with scope(project, MONTH, level=level) as of:
            found = QUESTIONS[question](of)
            told.append([row for row in found.rows if row[0].startswith(department("个险", 0))])
    same(*told)
    assert told[0] or question in ("基本法", "诊断", "留存")


def test_functions(projects, monkeypatch):
    told = []
    for project in projects:
        monkeypatch.setattr(current._watch, "_look", lambda: None)
        monkeypatch.setattr(current._watch, "_data", current.Data.open(project))
        unit = department("个险", 0)
        told.append(
            [
                functions.KPI_WARNINGS(unit, MONTH),
                functions.KPI_ADVICE("人均FYP", unit, MONTH),
                functions.KPI_UNIT_PEERS("人均FYP", unit, MONTH),
                functions.KPI_TABLE(["FYP", "活动率"], unit, MONTH),
                *(functions.KPI(name, unit, MONTH, "状态") for name in ("活动率", "人均FYP")),
                *(functions.KPI_UNIT_DRIVERS(unit, MONTH, one) for one in ("标杆", "全公司")),
            ]
        )
    same(*told)


def test_people_stay_differently_only_within_a_channel(projects):
    """The other channel's people leave sooner: that is no news of this one's."""
    project = projects[0]
    cube = load(project).cube
    with reading(project, cube) as store:
        people = Retention(cube, store, project.settings, cube.last, "营业部")
        for by in ("单位", "学历", "签约季度"):
            groups = people.groups(by, cube.of_level("营业部"))
            assert groups.channels == 2
            assert "只在同一渠道里比" in groups.verdict
            for group in groups.shown:
                assert len(group.channel) == len(group.people.end)
                assert by != "单位" or len(set(group.channel.tolist())) == 1


def test_a_manager_sees_first_whose_team_is_behind_its_own_channel(tmp_path):
    """Of a department with both: the bank team sells more often, but less than others of its kind."""
    sellers = {("混合部", "银保组"): 6, ("银保部", "一组"): 9, ("银保部", "二组"): 9,
               ("混合部", "个险组"): 5, ("个险部", "一组"): 3, ("个险部", "二组"): 3}  # fmt: skip
    for within, first in (("", "个险组"), ('peers_within = "渠道"\n', "银保组")):
        folder = tmp_path / first
        (folder / "data").mkdir(parents=True)
        (folder / "kpi.toml").write_text(
            f'[project]\nname = "分公司"\n[rules]\nas_of = 2024-06-30\n{within}', encoding="utf-8"
        )
        people, policies = [], []
        for place, ((above, team), count) in enumerate(sellers.items()):
            for one in range(10):
                agent = f"{place}{one:02}"
                channel = "银保" if place < 3 else "个险"
                people.append((agent, f"员{agent}", channel, above, team, "2022-01-05"))
                if one < count:
                    policies.append((f"P{agent}", agent, "主险", 1, 1000, "2024-06-05"))
        heads = {
            "人员": ("工号", "姓名", "渠道", "营业部", "营业组", "签约日期"),
            "保单": ("保单号", "工号", "主附险", "件数", "首年保费", "承保日期"),
        }
        for name, rows in (("人员", people), ("保单", policies)):
            with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows([heads[name], *rows])
        project = Project.open(folder)
        cube, workbook = load(project).cube, Template(template_path("营业部经理行事历"))
        with recipients_of(project, cube, workbook, Month.parse("2024-07")) as to:
            (whose,) = (one for one in to.recipients.everybody() if one.unit.name == "混合部")
            values = to.values(whose)
        visits = [text for name, cells in values.items() if name.startswith("week1.") and name.endswith(".计划")
                  and isinstance(cells, list) for text in cells if str(text).startswith("陪访")]  # fmt: skip
        assert visits[0] == f"陪访：{first}", within
