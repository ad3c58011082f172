"""An organisation of two to six levels of its own is what plain loops over days give."""

import csv
import datetime as dt
import itertools
import json
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.data.store import reading
from kpi_xl.data.targets import targets_of
from kpi_xl.errors import InputError
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.jobs.propose import proposal
from kpi_xl.jobs.start import init
from kpi_xl.jobs.views import diagnosis_view, scope
from kpi_xl.project import Project
from manual.clerk import types_targets
from test_store import examples

NAMES = ["集团", "大区", "省", "城市", "门店", "班组"]
SIGNED = dt.date(2024, 1, 10)
FIRST, LAST = Month.of(2024, 1), Month.of(2024, 4)
MEASURED = ("主险件数", "首年新单保费", "期末人数")


def _days(first, last):
    return st.dates(first, last)


@st.composite
def organisations(draw):
    """The levels, and of each agent the places from which day on, and what he sold on which day."""
    depth = draw(st.integers(2, 6))
    levels = NAMES[:depth]
    main = draw(st.sampled_from([None, *levels[1:]]))
    place = st.tuples(
        *(
            st.sampled_from(["甲", "乙", ""]) if n else st.sampled_from("东西")
            for n in range(depth - 1)
        )
    )
    agents = {}
    for number in range(draw(st.integers(1, 5))):
        places = [(SIGNED, draw(place))]
        if draw(st.booleans()):
            moved = draw(_days(dt.date(2024, 1, 20), dt.date(2024, 4, 20)))
            # Where nothing is said of where somebody came from, he was where he is.
            places = [(SIGNED, draw(place.filter(any))), (moved, draw(place.filter(any)))]
        sold = draw(
            st.lists(
                st.tuples(_days(SIGNED, dt.date(2024, 4, 30)), st.integers(1, 99_999)), max_size=4
            )
        )
        agents[f"{number:03}"] = places, sold
    return levels, main, agents


def write(folder, levels, main, agents):
    (folder / "data").mkdir()
    text = (
        f'[project]\nname = "总公司"\n[levels]\nnames = {json.dumps(levels, ensure_ascii=False)}\n'
    )
    text += f'main = "{main}"\n' if main else ""
    (folder / "kpi.toml").write_text(text + "[rules]\nas_of = 2024-04-30\n", encoding="utf-8")
    below = levels[1:]
    people = [("工号", *below, "签约日期")]
    moves = [("工号", "生效日期", *below, *(f"原{one}" for one in below))]
    policies = [("保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "承保日期")]
    for agent, (places, sold) in agents.items():
        people.append((agent, *places[-1][1], SIGNED))
        moves += [
            (agent, day, *there, *before)
            for (_, before), (day, there) in itertools.pairwise(places)
        ]
        policies += [
            (f"P{agent}{n}", agent, "终身寿", "主险", 1, f"{cents / 100:.2f}", 1, day)
            for n, (day, cents) in enumerate(sold)
        ]
    for name, rows in (("人员", people), ("异动", moves), ("保单", policies)):
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return Project.open(folder)


def unit_of(names, depth):
    if not depth:
        return "总公司"
    return "/".join(name for name in names[:depth] if name) if names[depth - 1] else UNASSIGNED


def day_by_day(levels, agents):
    """What every unit has in each month, by its level, path and measure."""
    found = Counter()
    for places, sold in agents.values():
        for month in (FIRST + n for n in range(4)):
            end = month.span(None)[1]
            there = [names for day, names in places if day <= end][-1]
            mine = [cents for day, cents in sold if month.span(None)[0] <= day <= end]
            for depth, level in enumerate(levels):
                unit = level, unit_of(there, depth), str(month)
                found[(*unit, "主险件数")] += len(mine)
                found[(*unit, "首年新单保费")] += sum(mine)
                found[(*unit, "期末人数")] += 1
    return +found


@examples(8)
@given(organisations())
def test_every_level_is_what_loops_over_days_give(world):
    levels, main, agents = world
    with tempfile.TemporaryDirectory() as folder:
        project = write(Path(folder), levels, main, agents)
        cube = load(project).cube
        known, called = project.settings.kpis, project.settings.level_name
        expected = day_by_day(levels, agents)
        there = {called(level) for level in cube.levels}
        found = Counter()
        for name in MEASURED:
            values = np.nan_to_num(cube.kpi(known[known.find(name).code]))
            for unit, row in zip(cube.units, values, strict=True):
                for month, value in zip(cube.months, row.tolist(), strict=True):
                    number = round(value * (100 if name == "首年新单保费" else 1))
                    found[called(unit.level), unit.path, str(month), name] += number
        months = [str(month) for month in cube.months]
        assert +found == Counter(
            {key: n for key, n in expected.items() if key[0] in there and key[2] in months}
        )
        # A level that is not there is one that nobody ever was in a unit of.
        every = [names for places, _ in agents.values() for _, names in places]
        assert there == {levels[0]} | {
            level for depth, level in enumerate(levels[1:]) if any(names[depth] for names in every)
        }
        assert [called(one) for one in cube.levels] == [one for one in levels if one in there]
        wished = main or levels[max(1, len(levels) - 2)]
        assert called(cube.usual_level) == (wished if wished in there else levels[0])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('names = ["集团"]', "settings.level-names"),
        ('names = ["一", "二", "三", "四", "五", "六", "七"]', "settings.level-names"),
        ('names = ["集团", "大/区"]', "settings.level-names"),
        ('names = ["集团", "集团"]', "settings.levels-alike"),
        ('names = ["集团", "姓名"]', "settings.level-name-taken"),
        ('names = ["集团", "个人"]', "settings.level-name-taken"),
        ('names = ["集团", "大区"]\n"营业部" = "门店"', "settings.levels-mixed"),
        ('names = ["集团", "大区"]\nmain = "集团"', "settings.level-main"),
        ('main = "大区"', "settings.level-main-alone"),
    ],
)
def test_levels_that_cannot_be(tmp_path, said, kind):
    (tmp_path / "kpi.toml").write_text(f"[levels]\n{said}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Project.open(tmp_path).settings  # noqa: B018 - read when asked for
    assert caught.value.fault.kind.code == kind


@pytest.fixture(scope="module")
def group(tmp_path_factory):
    """A group of six levels, of which 城市 is the main one."""
    folder = tmp_path_factory.mktemp("集团")
    agents = {}
    for number, place in enumerate(itertools.product("东西", "甲乙", "子丑", ("前店",), "红蓝")):
        sold = [(dt.date(2024, month, 5), 100_000 + number) for month in range(1, 5)]
        agents[f"{number:03}"] = [(SIGNED, place)], sold
    project = write(folder, NAMES, "城市", agents)
    rows = [("月份", "层级", "单位", "指标", "目标值")]
    rows += [
        ("2024-04", "集团", "总公司", "主险件数", 100),
        ("2024-04", "省", "东/甲", "主险件数", 30),
        ("2024-04", "班组", "东/甲/子/前店/红", "主险件数", 7),
        ("2024-04", "营业部", "东/甲/子", "主险件数", 9),
    ]
    with (folder / "data" / "目标.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return project


def test_targets_are_of_any_level_and_no_other(group):
    loaded = load(group)
    told = [one.fault for one in check(group)[0].problems if one.table == "目标"]
    assert [one.kind.code for one in told] == ["target.no-such-level"]
    assert "集团、大区、省、城市、门店、班组" in told[0].advice
    with reading(group, loaded.cube) as store:
        targets = targets_of(store, LAST, group.settings.kpis)
        found = {
            unit.path: one["主险件数"]
            for unit in loaded.cube.units
            if (one := targets.of_unit(unit))
        }
    assert found == {"总公司": 100, "东/甲": 30, "东/甲/子/前店/红": 7}


def test_a_proposal_adds_up_through_six_levels(group):
    for level in [*NAMES[1:], "业务员"]:
        found = proposal(group, "主险件数", 200, "2024-05", level)
        amounts = {one.place: one.amount for one in found.moves}
        below = Counter()
        for place, one in enumerate(found.round.places):
            if one.above is not None:
                below[one.above] += amounts[place]
        assert amounts[0] == 200
        assert all(amounts[above] == total for above, total in below.items())
        last = found.round.places[-1].level
        assert group.settings.level_name(last) == level


def test_workbooks_go_to_the_levels_that_are_meant(group):
    made = fill(group, "月度KPI表", "2024-04")
    names = {file.stem for file in made.files}
    assert names == {"总公司"} | {
        "／".join(one) for one in itertools.product("东西", "甲乙", "子丑")
    }
    assert len(fill(group, "月度目标设定、达成表", "2024-04").files) == 16  # 班组
    with pytest.raises(InputError, match="营业部"):
        distribute(group, "主管日程", "2024-04", level="营业部")
    sent = distribute(group, "主管日程", "2024-04", level="门店")
    assert len(sent.deliveries) == 8


def test_whoever_sees_one_unit_sees_what_is_below_it_at_every_level(group):
    cube = load(group).cube
    mine = cube.only(["东/甲"])
    called = group.settings.level_name
    assert [called(level) for level in mine.levels] == ["省", "城市", "门店", "班组"]
    assert {unit.path for unit in mine.units} == {
        unit.path for unit in cube.units if f"{unit.path}/".startswith("东/甲/")
    }


def test_a_new_project_asks_for_its_own_levels(tmp_path):
    project = init(tmp_path / "新", "总公司", levels=["集团", "大区", "门店"])
    book = openpyxl.load_workbook(project.data / "原始数据.xlsx")
    heading = [cell.value for cell in book["人员"][1]]
    assert heading[2:4] == ["大区", "门店"]
    assert "营业部" not in heading
    moves = [cell.value for cell in book["异动"][1]]
    assert moves == ["工号", "生效日期", "大区", "门店", "原大区", "原门店"]


def test_levels_are_typed_into_the_settings_sheet(tmp_path):
    project = init(tmp_path / "新", "总公司")
    file = project.folder / "设置.xlsx"
    book = openpyxl.load_workbook(file)
    for row in book["项目"].iter_rows(min_row=2):
        typed = {"各级单位": "集团、大区、省、门店", "主要看哪一级": "大区"}.get(row[0].value)
        row[2].value = typed
    book.save(file)
    settings = Project.open(project.folder).settings
    assert settings.level_names == ["集团", "大区", "省", "门店"]
    assert settings.level_name(settings.organisation.main) == "大区"
    assert not settings.notes


def test_a_heading_of_a_unit_that_no_level_is_called_by_is_told(tmp_path):
    project = write(tmp_path, ["集团", "大区"], None, {"001": ([(SIGNED, ("东",))], [])})
    people = (tmp_path / "data" / "人员.csv").read_text(encoding="utf-8")
    (tmp_path / "data" / "人员.csv").write_text(people.replace("大区", "营业部"), encoding="utf-8")
    told = [
        f"{one.fault.reason}{one.fault.advice}"
        for one in check(project)[0].problems
        if one.column == "营业部"
    ]
    assert any("大区" in text for text in told)


def test_measures_are_for_who_is_called_so_here(group):
    with scope(group, "2024-04", level="城市") as of:
        measures = [measure for *_, measure in diagnosis_view(of, None).rows]
    heads = {one.rpartition("。")[2].partition("；")[0] for one in measures}
    assert {"城市经理", "班组主管"} <= heads <= {"城市经理", "班组主管", "组训", "业务员"}


@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_what_a_unit_of_any_level_sends_back_is_its_own(group):
    form = "月度目标设定、达成表"
    distribute(group, form, "2024-05", level="城市")
    types_targets(str(group.folder), form, "2024-05", ".")
    collect(group)
    cube = load(group).cube
    with reading(group, cube) as store:
        targets = targets_of(store, LAST + 1, group.settings.kpis)
        found = {
            (group.settings.level_name(unit.level), unit.path)
            for unit in cube.units
            if targets.of_unit(unit)
        }
    assert found == {("城市", "/".join(one)) for one in itertools.product("东西", "甲乙", "子丑")}
