"""The pages of the sample branch say what its workbooks say, and nothing of others."""

import re
from collections import Counter

import pytest

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.pages.html import html
from kpi_xl.pages.make import make, pages_of
from kpi_xl.workbook import read
from pages.reading import cells_of, flat, member_cells, numbers, parsed, same, texts, unit_cells
from udfs import current, functions

WORKBOOKS = ("月度KPI表", "月度经营检讨", "留存分析表")
LEVELS = {"ok": "健康", "warn": "异常", "bad": "危险", "unripe": "未成熟", "none": "—"}


@pytest.fixture(scope="module")
def cube(branch):
    return Cube.open(branch.project.cube)


@pytest.fixture(scope="module")
def pages(branch, cube):
    """Every unit's page by its path, as bytes."""
    with pages_of(branch.project, cube, Month.parse(MONTH)) as of:
        return {
            unit.path: html(of.of(number))
            for number, unit in enumerate(cube.units)
            if not unit.is_unassigned
        }


@pytest.fixture(scope="module")
def roots(pages, tmp_path_factory):
    found = {}
    for number, (path, content) in enumerate(pages.items()):
        file = tmp_path_factory.mktemp("pages") / f"{number}.html"
        file.write_bytes(content)
        found[path] = parsed(file)
    return found


@pytest.fixture(scope="module")
def workbooks(branch):
    """The cells of each unit's monthly workbooks, by the unit's name."""
    files = {}
    for template in WORKBOOKS:
        for file in branch.filled[template].files:
            files.setdefault(read(file)["unit.name"], []).append(file)
    return {name: cells_of(of_unit) for name, of_unit in files.items()}


def test_every_number_is_the_workbooks(roots, workbooks, cube):
    seen = Counter()
    for unit in cube.units:
        if unit.name not in workbooks or unit.path not in roots:
            continue
        cells = workbooks[unit.name]
        for name, place, value in numbers(roots[unit.path]):
            if name.endswith(".差额") and name not in cells and name.startswith("kpi."):
                whole = name.removesuffix(".差额")  # the workbooks do not show it: 实际 − 目标
                gap = cells[whole][0] - cells[f"{whole}.目标"][0]
                assert same(value, gap * (100 if whole.endswith("率") else 1)), (unit.name, name)
                continue
            assert name in cells, (unit.name, name)
            cell = cells[name][(place or 1) - 1]
            assert same(value, cell), (unit.name, name, place, value, cell)
            seen[name.partition(".")[0]] += 1
    assert set(seen) >= {"kpi", "series", "drivers", "warnings", "cohorts", "unit"}
    assert sum(seen.values()) > 3000


def test_every_text_is_the_workbooks(roots, workbooks, cube):
    seen = 0
    for unit in cube.units:
        if unit.name not in workbooks or unit.path not in roots:
            continue
        cells = workbooks[unit.name]
        for name, place, text in texts(roots[unit.path]):
            cell = cells[name][(place or 1) - 1]
            if name.startswith(("warnings", "below")) and "另有" in str(cell):
                continue
            assert text == (cell or ""), (unit.name, name, place)
            seen += 1
    assert seen > 300


def test_the_units_below_are_what_their_own_workbooks_say(
    roots, workbooks, cube, branch, monkeypatch
):
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    names = {unit.path: unit.name for unit in cube.units}
    top = roots[cube.units[0].path]
    seen = Counter()
    for path, slot, cell in unit_cells(top):
        value, level = cell.get("data-value"), cell.get("class").split()[-1]
        kpi = slot.removeprefix("kpi.")
        if names[path] in workbooks and slot in workbooks[names[path]]:
            own = workbooks[names[path]][slot][0]
            assert (own == "—") if not value else same(float(value), own), (path, slot)
            status = workbooks[names[path]].get(f"{slot}.状态")
            if status:
                assert LEVELS[level] == status[0], (path, slot)
            seen["workbook"] += 1
        elif value:
            assert same(float(value), functions.KPI(kpi, path, MONTH)), (path, slot)
            seen["function"] += 1
        if "/" in path and value:
            assert LEVELS[level] == functions.KPI(kpi, path, MONTH, "状态"), (path, slot)
    assert seen["workbook"] >= 8 * 5 and seen["function"] > 100
    teams = [path for path in roots if "/" in path]
    assert {path for path, _, _ in unit_cells(top)} == {
        path for path in roots if path != cube.units[0].path
    }
    assert len(teams) == 32


def test_the_people_are_those_of_their_teams_workbook(roots, branch, cube):
    teams = {}
    for file in branch.filled["月度目标设定、达成表"].files:
        teams[file.stem] = read(file)
    seen = 0
    for unit in cube.units:
        for path, place, slot, value in (
            member_cells(roots.get(unit.path, [])) if unit.path in roots else ()
        ):
            cells = teams[path.rpartition("/")[2]]
            if slot in cells and value:
                assert same(float(value), flat(cells[slot])[place]), (path, slot, place)
                seen += 1
    assert seen > 5000
    assert not list(member_cells(roots[cube.units[0].path]))  # the whole names nobody


def test_a_page_holds_nothing_of_others(pages, roots, cube):
    """Neither their names nor their people's, but for the unit right above."""
    whole = cube.units[0].path
    names = {unit.path: unit.name for unit in cube.units if not unit.is_unassigned}
    people = {}
    for path in names:
        if "/" in path:
            for name in roots[path].xpath("//table[@data-sorts='rows']/tbody//th"):
                people.setdefault(name.text, set()).add(path)
    of_one = {name: paths.pop() for name, paths in people.items() if len(paths) == 1 and name}
    assert len(of_one) > 200
    for path, content in pages.items():
        text = content.decode()
        for other, name in names.items():
            related = f"{other}/".startswith(f"{path}/") or path.startswith(f"{other}/")
            seen = whole in (path, other) or related
            assert seen or name not in text, (path, name)
        assert path == whole or "/" not in path or names[whole] not in text
        for name, team in of_one.items():
            seen = path != whole and f"{team}/".startswith(f"{path}/")
            # A short name may be part of a longer one, or a manager's, who is told of.
            assert seen or len(name) < 3 or name not in text.replace(_manager(roots[path]), ""), (
                path,
                name,
            )


def _manager(root):
    """Who leads the unit: he may be in another team's list."""
    facts = root.xpath("//p[@class='facts']")[0].text_content()
    return facts.partition("主管：")[2].partition("\n")[0] or "\0"


def test_it_runs_nothing_but_its_own_and_asks_for_nothing(pages):
    for content in pages.values():
        text = content.decode()
        assert len(content) < 2_000_000
        assert text.count("<script") == 1 and " on" not in re.sub(r">[^<]*<", "><", text).replace(
            " one", ""
        )
        assert not re.search(r"(?:src|href|action)\s*=\s*[\"'](?!#)", text)
        assert "http" not in re.sub(r"http-equiv", "", text)
        assert "default-src 'none'" in text


def test_a_second_run_gives_the_same_bytes(branch, tmp_path, pages):
    unit = "城东营业部"
    made = make(branch.project, MONTH, unit)
    assert [file.name for file in made.files] == [f"{unit}.html"]
    assert made.files[0].read_bytes() == pages[unit]
    made.files[0].unlink()
