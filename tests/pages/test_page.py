"""The pages of the sample branch say what its workbooks say, and nothing of others."""

import re
from collections import Counter

import pytest
from lxml import etree

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.circulation.robot_words import as_text, lines_of, title_of
from kpi_xl.data.cube import Cube
from kpi_xl.pages.html import html
from kpi_xl.pages.make import make, pages_of
from kpi_xl.pages.picture import LAYOUTS, svg
from kpi_xl.workbook import read
from pages.reading import cells_of, flat, member_cells, numbers, parsed, same, texts, unit_cells
from udfs import current, functions

WORKBOOKS = ("月度KPI表", "月度经营检讨", "留存分析表")
LEVELS = {"ok": "健康", "warn": "异常", "bad": "危险", "unripe": "未成熟", "none": "—"}


@pytest.fixture(scope="module")
def cube(branch):
    return Cube.open(branch.project.cube)


@pytest.fixture(scope="module")
def shown(branch, cube):
    """What every unit's page shows, by its path."""
    with pages_of(branch.project, cube, Month.parse(MONTH)) as of:
        return {
            unit.path: of.of(number)
            for number, unit in enumerate(cube.units)
            if not unit.is_unassigned
        }


@pytest.fixture(scope="module")
def pages(shown):
    """Every unit's page by its path, as bytes."""
    return {path: html(page) for path, page in shown.items()}


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


def test_every_number_of_words_picture_and_message_is_the_workbooks(shown, workbooks, cube):
    """What is said, drawn and sent of each unit: the cells of its workbooks, as they are shown."""
    seen = Counter()
    for unit in cube.units:
        if unit.path not in shown:
            continue
        month = shown[unit.path].month
        message = "\n".join(lines_of(month))
        pictures = ["".join(_svg_texts(svg(month, layout))) for layout in LAYOUTS]
        for sentence in month.sentences:
            # The message is cut for a platform, and no markup; the picture breaks lines.
            assert as_text(sentence.text) in message
            assert all(sentence.text in picture for picture in pictures), unit.path
            for number in sentence.numbers:
                _check(number, workbooks.get(unit.name), unit.path)
                seen["words"] += 1
        for layout, picture in zip(LAYOUTS, pictures, strict=True):
            for tile in month.tiles[: layout.most]:
                for number in (tile.actual, tile.target):
                    assert not number.value or number.text in picture
                    _check(number, workbooks.get(unit.name), unit.path)
                    seen["picture"] += bool(number.value)
    assert seen["words"] > 300 and seen["picture"] > 300


def _check(number, cells, path):
    """A number is what the cell that it names has, where the unit has workbooks."""
    assert not number.value or number.slot, path
    name, _, place = number.slot.partition("#")
    if not number.value or cells is None or name not in cells:
        return
    assert same(float(number.value), cells[name][(int(place) if place else 1) - 1]), (path, name)


def _svg_texts(content):
    root = etree.fromstring(content.encode())
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_words_pictures_and_messages_hold_nothing_of_others(shown, cube):
    names = {unit.path: unit.name for unit in cube.units if not unit.is_unassigned}
    for path, page in shown.items():
        said = [
            title_of(page.month),
            *lines_of(page.month),
            *(svg(page.month, one) for one in LAYOUTS),
        ]
        text = "\n".join(said)
        for other, name in names.items():
            related = f"{other}/".startswith(f"{path}/") or path.startswith(f"{other}/")
            assert related or cube.units[0].path in (path, other) or name not in text, (path, name)


def test_the_units_below_are_what_their_own_workbooks_say(
    roots, workbooks, cube, branch, monkeypatch
):
    monkeypatch.setenv("KPI_XL_PROJECT", str(branch.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    names = {unit.path: unit.name for unit in cube.units}
    top = roots[cube.units[0].path]
    seen = Counter()
    for path, slot, cell in unit_cells(top):
        if path == UNASSIGNED:
            continue
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
    assert {path for path, _, _ in unit_cells(top)} - {UNASSIGNED} == {
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


def test_a_team_leads_to_its_people(roots, shown):
    """From the unit down to each of its people, as far as its reader may see."""
    seen = 0
    for path, root in roots.items():
        page = shown[path]
        leads = {link.text: link.get("href") for link in root.xpath("//tr[@data-unit]/th/a")}
        assert len(leads) == len([team for team in page.teams if team.unit.path != path])
        for team in page.teams:
            if team.unit.path != path:
                (table,) = root.xpath(f"//*[@id='{leads[team.unit.name][1:]}']/table")
                assert table.get("data-unit") == team.unit.path
                assert len(table.xpath("./tbody/tr")) == len(team.people) > 0
                seen += 1
    assert seen == 32


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
        text = text.replace(_manager(roots[path]), "")  # who is told of
        for name, team in of_one.items():
            seen = path != whole and f"{team}/".startswith(f"{path}/")
            # A short name may be part of a longer one.
            assert seen or len(name) < 3 or name not in text, (path, name)


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
