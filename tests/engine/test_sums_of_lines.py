"""Wherever units stand below one, their lines and what is nobody's make what it has itself."""

import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given

from kpi_xl.api import Project as Frames
from kpi_xl.assistant.tools import Asking, ask
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.findings.aggregation import units_add_up
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.jobs.sight import Sight
from kpi_xl.pages.make import pages_of
from kpi_xl.slots.recipients import Recipient
from kpi_xl.slots.registry import declared
from kpi_xl.slots.side_by_side import GONE
from kpi_xl.workbook import Template
from lines import BRANCH, LAST, PEOPLE, PIECES, PREMIUM, PRODUCTS, VISITS, worlds
from test_store import examples

MOVES = ["调入人数", "调出人数"]
LINE = [name for name in declared() if name.startswith("front.单位.")]
CENT = 0.006


def summed(frame):
    """Of each period, all units."""
    return frame.groupby(level="期间", sort=False).sum()


def numbers(column):
    return [0 if one is None or isinstance(one, str) else one for one in column]


@examples(5)
@given(worlds())
def test_lines_make_the_whole_everywhere(world):
    with tempfile.TemporaryDirectory() as folder:
        project = world.write(Path(folder) / "p")
        cube = load(project).cube
        expected = world.row_by_row()
        _frames(project, cube, world, expected)
        _mixes(cube, world, expected)
        fronts = _fronts(project, cube)
        for number, slots in fronts.items():
            _front(world, cube, cube.units[number], slots)
        _pages(project, cube)
        _assistant(project, cube, world)
        _told_of_targets(project, world, cube, fronts)


def _frames(project, cube, world, expected):
    """The API gives every unit what a loop over the rows gives it, in months and longer."""
    frames = Frames(project.folder)
    depths = {cube.units[0].level: 0} | {
        level: world.levels.index(project.settings.level_name(level)) for level in cube.levels
    }
    for period in ("月", "季度", "累计"):
        whole = frames.measures(period=period).droplevel("单位")
        for level in cube.levels:
            lines = frames.measures(level=level, period=period)
            apart = (summed(lines) - whole).drop(columns=MOVES)
            assert not apart.abs().max().max() > CENT, (period, level, apart)
            if period != "月":
                continue
            found = Counter()
            for (path, month), row in lines.iterrows():
                unit = BRANCH if not depths[level] else path
                for name, scale in ((PREMIUM, 100), (PIECES, 1), (PEOPLE, 1), (VISITS, 1)):
                    if name in row:
                        found[depths[level], unit, month, name] += round(row[name] * scale)
            right = {
                key: n
                for key, n in expected.items()
                if key[0] == depths[level] and key[3] not in PRODUCTS
            }
            assert {key: n for key, n in found.items() if n} == right
    agents = frames.agents()
    flows = [name for name in (PREMIUM, PIECES, VISITS) if name in agents]
    apart = summed(agents[flows]) - frames.measures()[flows].droplevel("单位")
    assert not apart.abs().max().max() > CENT
    sums = [kpi.name for kpi in kpis.values() if units_add_up(kpi) and cube.has(kpi)]
    for period in ("月", "累计"):
        whole = frames.kpis(sums, period=period).droplevel("单位")
        for level in cube.levels[1:]:
            apart = summed(frames.kpis(sums, level=level, period=period)) - whole
            assert not apart.abs().max().max() > CENT, (period, level)


def _mixes(cube, world, expected):
    """The products of all units of a level are those of the branch."""
    mix = cube.mixes.get("product_premium")
    if mix is None or not mix.categories:
        return
    levels = list(dict.fromkeys(unit.level for unit in cube.units))
    for level in levels:
        of_level = [n for n, unit in enumerate(cube.units) if unit.level == level]
        for code, one in cube.mixes.items():
            assert (one.values[:, of_level].sum(axis=1) == one.values[:, 0]).all(), (level, code)
    for product, values in zip(mix.categories, mix.values, strict=True):
        for month, value in zip(cube.months, values[0].tolist(), strict=True):
            assert value == expected[0, BRANCH, str(month), product] or product not in PRODUCTS


def _fronts(project, cube):
    template = Template(template_path("月度KPI表"))
    with recipients_of(project, cube, template, LAST) as to:
        return {
            number: to.values(Recipient(unit, number))
            for number, unit in enumerate(cube.units)
            if not unit.is_unassigned
        }


def rows_of(slots):
    names = [name.rpartition(".")[2] for name in LINE]
    return [
        dict(zip(names, line, strict=True))
        for line in zip(*(slots[name] for name in LINE), strict=True)
        if line[0]
    ]


def _front(world, cube, unit, slots):
    """Done, aimed and people of the lines make the last of them, which is the unit's own."""
    rows = rows_of(slots)
    if not rows:
        return
    *lines, total = rows
    name = slots["front.列名"][2]
    assert total["名称"] == "合计"
    assert slots["front.金额单位"] == ("万元" if name in (PREMIUM, "首年度保费") else None)
    if name is None:
        assert {one["完成"] for one in rows} == {None}
    else:
        assert units_add_up(kpis.find(name))
        assert total["完成"] == pytest.approx(slots[f"kpi.{name}"])
        assert sum(numbers(one["完成"] for one in lines)) == pytest.approx(total["完成"], abs=CENT)
    if lines[0]["人数"] is not None:
        assert sum(one["人数"] for one in lines) == total["人数"]
    elif slots["front.列名"][7] == PIECES:
        assert sum(int(one["指标一"] or 0) for one in lines) == int(total["指标一"])
    children = [u for u in cube.units if u.parent == cube.units.index(unit) and not u.is_unassigned]
    if children:
        names = [one["名称"] for one in lines if one["名称"] != UNASSIGNED]
        assert sorted(names) == sorted(one.name for one in children)
    assert [one["名称"] for one in lines[:-1] if one["名称"] in (UNASSIGNED, GONE)] == []


def _pages(project, cube):
    """The rows right below a unit make its own number in every column that is a sum."""
    with pages_of(project, cube, LAST) as pages:
        for number, unit in enumerate(cube.units):
            if unit.is_unassigned:
                continue
            page = pages.of(number)
            stack = [(number, page.units)]
            while stack:
                above, rows = stack.pop()
                stack += [(row.number, row.below) for row in rows]
                for place, kpi in enumerate(page.columns if rows else ()):
                    if units_add_up(kpi):
                        listed = sum(float(row.cells[place][0].value or 0) for row in rows)
                        own = cube.kpi(kpi)[above, cube.month_index(LAST)]
                        assert listed == pytest.approx(own, abs=CENT), (unit.path, kpi.name)
                    else:
                        assert all(not row.cells[place][0].value for row in rows if row.number < 0)


def _assistant(project, cube, world):
    """Who sees all and who sees one unit can add up what they are told of a level."""
    names = [name for name in (PREMIUM, PIECES, PEOPLE) if cube.has(kpis.find(name))]
    units = [unit for unit in cube.units if not unit.is_unassigned]
    for top in (units[0], *[unit for unit in units[1:] if unit.parent == 0][:1]):
        seen = None if top.parent is None else [top.path]
        if sum(unit.path == top.path for unit in units) > 1:
            continue
        own = {name: cube.kpi(kpis.find(name))[cube.units.index(top)] for name in names}
        for level in cube.levels:
            if level != top.level and not any(
                unit.level == level and (seen is None or unit.path.startswith(f"{top.path}/"))
                for unit in units
            ):
                continue
            if world.levels.index(project.settings.level_name(level)) < world.levels.index(
                project.settings.level_name(top.level)
            ):
                continue
            asking = Asking(project, seen)
            asked = {"kpis": names, "level": project.settings.level_name(level)}
            last = Sight.kept(project, seen).cube.last  # who sees a part has its months only
            told = ask(asking, "values", asked)
            sums = defaultdict(float)
            for row in told.record()["tables"][0]["rows"]:
                sums[row["指标"]] += number(row["实际"])
            for name in names:
                right = own[name][cube.month_index(last)]
                assert sums[name] == pytest.approx(right, abs=CENT), (top.path, level, name)
            table = ask(asking, "table", asked).record()["tables"][0]["rows"]
            for name in names:
                unit = kpis.find(name).unit
                listed = sum(number(row[f"{name}（{unit}）"]) for row in table)
                assert listed == pytest.approx(sums[name], abs=CENT)


def number(cell):
    return (cell["number"] or 0) if isinstance(cell, dict) else 0


def _told_of_targets(project, world, cube, fronts):
    """Targets that are set count for their unit; whose unit is not there is said."""
    known = {(project.settings.level_name(unit.level), unit.path) for unit in cube.units}
    lost = [
        one
        for one in world.targets
        if one[0] != "业务员" and one[1] != BRANCH and one[:2] not in known
    ]
    told = [
        one for one in check(project)[0].problems if one.fault.kind.code == "target.unknown-unit"
    ]
    assert bool(told) == bool(lost), (told, lost)
    for number_, slots in fronts.items():
        unit = cube.units[number_]
        rows, name = rows_of(slots), (slots["front.列名"] or [None] * 3)[2]
        if not rows or rows[0]["人数"] is None or name is None:
            continue
        level = project.settings.level_name(unit.level)
        goals = {(one[0], one[1]): one[3] for one in world.targets if one[2] == name}
        own = goals.get((level, unit.path if unit.parent is not None else BRANCH))
        children = [u for u in cube.units if u.parent == number_ and not u.is_unassigned]
        below = {
            child.name: goals.get((project.settings.level_name(child.level), child.path))
            for child in children
        }
        *lines, total = rows
        aimed = [goal for goal in below.values() if goal is not None]
        title = slots["front.单位标题"]
        if not aimed or len(below) < len(children):  # two levels may have units of one name
            assert aimed or "目标合计" not in title
            continue
        assert {one["名称"]: one["目标"] for one in lines if one["名称"] != UNASSIGNED} == below
        assert total["目标"] == own
        assert (f"{len(below) - len(aimed)} 个没有目标" in title) == (len(aimed) < len(below))
        if own is None:
            assert "本单位没有定目标" in title
        else:
            assert sum(numbers(one["目标"] for one in lines)) == pytest.approx(own)
            apart = own - sum(aimed)
            assert ("比本单位的少" in title) == (apart > 0)
            assert ("比本单位的多" in title) == (apart < 0)
