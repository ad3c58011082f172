"""Units of one channel are compared with each other only, on every surface."""

import csv
import random
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from kpi_xl.catalogue import kpis
from kpi_xl.cli.commands import app
from kpi_xl.data.store import reading
from kpi_xl.findings.drivers import Drivers
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.peer_groups import _channel
from kpi_xl.findings.retention import Losses
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from small_branch import TWO_DEPARTMENTS, small_branch
from udfs import functions

MONTH = "2024-06"
CHANNELS = ("个险", "银保")
DEPARTMENTS = {
    channel: [f"{channel}{number}营业部" for number in "一二三四五"] for channel in CHANNELS
}


def write(folder, name, rows):
    with (folder / "data" / name).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def two_channels(folder, more='peers_within = "渠道"'):
    """A branch in which a bank department sells twenty times what an agency department does."""
    chance = random.Random(5)
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text(
        f'[project]\nname = "分公司"\n[rules]\nas_of = 2024-06-30\n{more}\n', encoding="utf-8"
    )
    people = [("工号", "姓名", "销售渠道", "营业部", "签约日期")]
    policies = [("保单号", "工号", "主附险", "件数", "首年保费", "FYC", "承保日期")]
    visits = [("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数")]
    for number, channel in enumerate(CHANNELS):
        for place, department in enumerate(DEPARTMENTS[channel]):
            for one in range(10):
                agent = f"{number + 1}{place}{one:02}"
                # One of ten is noted under the other channel: that makes no other department.
                noted = CHANNELS[1 - number] if (place, one) == (1, 9) else channel
                people.append((agent, f"员{agent}", noted, department, "2022-01-05"))
                for month in range(1, 7):
                    visits.append((f"2024-0{month}-03", agent, 9, chance.randint(1, 9), 3, 1))
                    for sold in range(chance.randint(0, 2 + 2 * number)):
                        premium = chance.randint(1000, 3000) * (1 + 9 * number)
                        row = (premium, premium // 5, f"2024-0{month}-{5 + sold:02}")
                        policies.append((f"P{agent}{month}{sold}", agent, "主险", 1, *row))
    for name, rows in (("人员.csv", people), ("保单.csv", policies), ("活动.csv", visits)):
        write(folder, name, rows)
    return Project.open(folder)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = two_channels(tmp_path_factory.mktemp("channels") / "p")
    done = CliRunner().invoke(app, ["-p", str(project.folder), "refresh", "--month", MONTH])
    assert done.exit_code == 0, done.output
    return project


@pytest.fixture(scope="module")
def cube(project):
    return load(project).cube


def findings_of(cube, project, level="营业部"):
    with reading(project, cube) as store:
        return Findings.read(cube, store, project.settings, cube.last, level)


def same(one, other):
    np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_channel_is_judged_as_if_the_other_were_not_there(project, cube, channel):
    """Statuses, peers, ranks, what is short, signals and the best: all within the channel."""
    both = findings_of(cube, project)
    part = cube.only(DEPARTMENTS[channel])
    alone = Findings(part, project.settings, cube.last, "营业部", {}, *_lost(both, channel))
    units = [u for u in both.units if both.group_of(u) == channel]
    assert {cube.units[u].name for u in units} == set(DEPARTMENTS[channel])
    places = [both.units.index(u) for u in units]
    for code, judged in alone.judged.items():
        mine = both.judged[code]
        for name in ("level", "peers", "band", "worsened", "months"):
            same(getattr(mine.judgement, name)[places], getattr(judged.judgement, name))
        for unit, other in zip(units, alone.units, strict=True):
            assert both.rank(code, unit) == alone.rank(code, other)
            for name in ("best", "upper", "median", "lower", "count"):
                same(getattr(both.peers(code, unit), name), getattr(alone.peers(code, other), name))
    for unit, other in zip(units, alone.units, strict=True):
        mine, its = both.warnings_of(unit), alone.warnings_of(other)
        assert [(one.kpi, one.cost) for one in mine] == [(one.kpi, one.cost) for one in its]
    for name in ("value", "usual", "peers", "deviation"):
        same(getattr(both.signals, name)[:, places], getattr(alone.signals, name))
    for comparison in ("标杆", "全公司"):
        mine, other = Drivers(both, fewest=1), Drivers(alone, fewest=1)
        for unit, its in zip(units, alone.units, strict=True):
            found, wanted = mine.split(unit, comparison), other.split(its, comparison)
            assert (found is None) == (wanted is None)
            if found is not None:
                assert (found.before, found.shares) == (wanted.before, wanted.shares)


def _lost(both, channel):
    places = [p for p, u in enumerate(both.units) if both.group_of(u) == channel]
    lost = both._lost
    return (
        Losses(
            {n: counts[places] for n, counts in lost.left.items()},
            {n: counts[places] for n, counts in lost.served.items()},
        ),
    )


def test_without_the_setting_all_are_compared(project, cube):
    settings = replace(project.settings, peers_within=None)
    with reading(project, cube) as store:
        found = Findings.read(cube, store, settings, cube.last, "营业部")
    code = kpis.find("人均件数").code
    assert not found.groups.are_several
    assert int(found.peers(code, found.units[0]).count) == 10


def cells(file):
    book = CalamineWorkbook.from_path(str(file))
    return [
        (name, value)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for value in row
        if value not in ("", None)
    ]


def test_a_department_is_told_nothing_of_the_other_channel(project, cube):
    findings = findings_of(cube, project)
    (file,) = project.output.rglob("*个险一营业部*.xlsx")
    told = cells(file)
    texts = " ".join(str(value) for _, value in told)
    assert "都只算 个险 的 5 个单位" in texts
    assert "/5" in texts
    assert "/10" not in texts
    numbers = {round(value, 6) for _, value in told if isinstance(value, float)}
    for name in ("人均FYP", "件均保费"):
        code = kpis.find(name).code
        own, other = (
            findings.peers(code, next(u for u in findings.units if findings.group_of(u) == channel))
            for channel in CHANNELS
        )
        assert round(float(own.best), 6) in numbers, code
        assert round(float(other.best), 6) not in numbers, code


def test_the_branch_does_not_put_channels_together(project):
    (file,) = (one for one in project.output.rglob("*.xlsx") if "分公司" in one.name)
    texts = " ".join(str(value) for _, value in cells(file))
    assert "下级单位分属 个险、银保，各比各的，不合在一起" in texts


def test_the_command_and_the_function_compare_within(project, monkeypatch):
    told = CliRunner().invoke(app, ["-p", str(project.folder), "peers", "人均件数"])
    assert told.exit_code == 0, told.output
    assert "渠道" in told.output
    assert "个险：最好" in told.output
    assert "银保：最好" in told.output
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    table = dict(functions.KPI_UNIT_PEERS("人均件数", "银保一营业部", MONTH))
    assert table["单位数"] == 5
    assert table["范围"] == "银保"


def test_a_level_may_part_them(tmp_path):
    """Teams are compared within their department."""
    project = small_branch(
        tmp_path / "p", TWO_DEPARTMENTS, more='[rules]\npeers_within = "营业部"\n'
    )
    cube = load(project).cube
    teams = findings_of(cube, project, "营业组")
    assert sorted(map(len, teams.groups.places)) == [2, 2]
    assert {teams.group_of(unit) for unit in teams.units} == {"东城营业部", "西城营业部"}
    assert not findings_of(cube, project, "营业部").groups.are_several


def test_a_unit_of_several_channels_is_a_peer_of_the_likes_of_it():
    assert _channel({"个险": 9, "银保": 1}) == "个险"
    assert _channel({"个险": 5, "银保": 5}) == "个险、银保"
    assert _channel({}) == ""
