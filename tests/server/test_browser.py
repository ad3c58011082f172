"""The page in Chromium on a workbook in memory: nothing but Microsoft's own file is made up."""

from __future__ import annotations

import itertools
import json
import math
import os
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

import workbook_templates
from conftest import MONTH
from kpi_xl.error_values import error_name
from kpi_xl.workbook import Template, read
from manual.chromium import PROGRAM, Chromium
from server.conftest import HERE, KEYS
from server.opened import opened, serial, source_of
from udfs import current, functions

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium")

PICTURES = Path(os.environ.get("KPI_XL_PICTURES", HERE / "pictures"))
"""Where pictures of the page are kept; git ignores them."""

AXE = HERE.parent / "pages" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
READY = "globalThis.test && Object.keys(test.told.actions).length > 10"


@pytest.fixture(scope="module")
def page(served, tmp_path_factory):
    """The task pane, with the key of somebody who may see all."""
    PICTURES.mkdir(exist_ok=True)
    office = {"/office.js": (HERE / "office.js").read_bytes()}
    chromium = Chromium(tmp_path_factory.mktemp("chromium"), office)
    try:
        chromium.open(f"{served.address}/taskpane.html", READY)
        chromium.run("key => kpiKey.set(key)", KEYS["all"])
        yield chromium
    finally:
        chromium.close()


@pytest.fixture(autouse=True)
def clean(page):
    """Nothing was asked of the outside, and no error is left in the console."""
    page.errors.clear()
    page.requests.clear()
    yield
    assert page.outside == []
    assert page.errors == []


@pytest.fixture
def here(served, monkeypatch):
    """The same functions in this process, on the same project."""
    monkeypatch.setenv("KPI_XL_PROJECT", str(served.project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())


def loaded(page, file, **more):
    page.run("(sheets, names) => test.load(sheets, names)", *opened(file, **more))


def press(page, name):
    """Press a button and wait for the end; what the pane says."""
    assert page.run("name => test.press(name)", name) == 1  # event.completed() was called once
    return page.run("() => document.getElementById('kpi-out').innerText")


def posts(page, path):
    return [one for one in page.requests if one.startswith("POST") and one.endswith(path)]


# --- functions -------------------------------------------------------------------------------------


def test_every_function_is_there_under_its_name(page, served):
    meta = page.run("async () => (await fetch('/xlwings/custom-functions-meta.json')).json()")
    names = {one["name"] for one in meta["functions"]}
    assert names == set(functions.__all__)
    assert {one["id"] for one in meta["functions"]} == names
    assert set(page.run("() => Object.keys(test.told.functions)")) == names
    assert all(one["description"] for one in meta["functions"])
    by_name = {one["name"]: one for one in meta["functions"]}
    retention = by_name["KPI_RETENTION13"]["parameters"]
    assert [(one["name"], one.get("optional", False)) for one in retention] == [
        ("signed", False), ("left", False), ("month", False), ("months", True),
    ]  # fmt: skip
    assert all("月" in one["description"] or "日期" in one["description"] for one in retention)


def column(*values):
    return [[value] for value in values]


UNIT = "城东营业部"
FAMILIES = {
    "counts of a cell": ("KPI_ACTIVITY", [[1800]], [[2000]], [[2000]]),
    "counts of columns": ("KPI_ATTAINMENT", column(90, 50, "", 7), column(100, 0, "", "x")),
    "roster": (
        "KPI_RETENTION13", column(45231, 45235, 45240, 45260), column("", 45300, "", ""),
        [["2024-12", "2024-11"]], None,
    ),
    "headcount": ("KPI_HEADCOUNT", column("签约", 45231, 45240), column("解约", "", ""), [[45444]]),
    "data": ("KPI", [["活动率"]], [[UNIT]], [["2024-06"]], None),
    "data compared": ("KPI", column("活动率", "增员率"), [[UNIT]], [[45444]], [["同比"]]),
    "no unit": ("KPI", [["活动率"]], [["没有"]], [["2024-06"]], None),
    "table": ("KPI_TABLE", column("活动率", "人均件数"), column(UNIT, "城北营业部"), [["2024-05", "2024-06"]]),
    "units": ("KPI_UNITS",),
    "names": ("KPI_NAMES",),
    "status": ("KPI_STATUS", [["活动率"]], column(0.9, 0.75, 0.1)),
    "help": ("KPI_HELP", [["活动率"]]),
    "analysis": ("KPI_PEERS", column(0.9, 0.8, 0.7, "")),
    "targets": ("KPI_TARGETS", [[1000]], column(1, 1, 2)),
    "warnings": ("KPI_WARNINGS", [[UNIT]], [["2024-06"]]),
    "advice": ("KPI_ADVICE", [["活动率"]], [[UNIT]], [["2024-06"]]),
    "drivers": ("KPI_UNIT_DRIVERS", [[UNIT]], [["2024-06"]], [["同比"]], None),
    "peers": ("KPI_UNIT_PEERS", [["活动率"]], [[UNIT]], [["2024-06"]]),
    "an error comes in": (
        "KPI_ACTIVITY",
        [[{"type": "Error", "basicType": "Error", "basicValue": "#N/A"}]], [[2]], [[2]],
    ),
    "a date comes in": (
        "KPI", [["活动率"]], [[UNIT]],
        [[{"type": "FormattedNumber", "basicValue": 45457, "numberFormat": "yyyy/m/d"}]], None,
    ),
}  # fmt: skip


def plain(argument):
    """An argument as the classic add-in hands it over."""
    if argument is None:
        return None
    rows = [
        [one["basicValue"] if isinstance(one, dict) else one for one in row] for row in argument
    ]
    rows = [[None if one == "" else one for one in row] for row in rows]
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def shown(result):
    """A result as cells show it."""
    rows = result if isinstance(result, list) else [[result]]
    rows = rows if isinstance(rows[0], list) else [rows]
    return [["" if one is None else one for one in row] for row in rows]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_gives_what_the_classic_add_in_gives(page, here, family):
    name, *arguments = FAMILIES[family]
    given = [plain(one) for one in arguments]
    while given and given[-1] is None:
        given.pop()
    expected = shown(getattr(functions, name)(*given))
    found = page.run("(name, given) => test.call(name, ...given)", name, arguments)
    assert len(found) == len(expected)
    for ours, theirs in zip(itertools.chain(*found), itertools.chain(*expected), strict=True):
        if isinstance(theirs, float):
            assert math.isclose(ours, theirs, rel_tol=1e-15), (ours, theirs)
        else:
            assert ours == theirs
    assert len(posts(page, "/kpi/calls")) == 1


def test_what_days_count_from_is_asked_of_the_workbook(page):
    """In a copy of the module, as each asks once."""
    found = page.run(
        """async () => {
            const found = [];
            for (const does of [false, true]) {
                test.from1904(does);
                const book = await import(`/static/js/kpi/workbook.js?${does}`);
                found.push(await book.countsFrom1904(), await book.countsFrom1904());
            }
            test.from1904(false);
            return found;
        }"""
    )
    assert found == [False, False, True, True]


def test_a_sheet_of_single_cells_is_few_requests(page):
    found = page.run(
        """(units, months) => Promise.all(units.flatMap((unit) => months.map((month) =>
            test.call("KPI", [["活动率"]], [[unit]], [[month]], null))))""",
        [UNIT, "城北营业部", "城南营业部", "城西营业部", "滨江营业部"] * 2,
        [f"{year}-{month:02}" for year in (2022, 2023, 2024) for month in range(1, 13)][6:26],
    )
    assert len(found) == 200
    assert all(isinstance(one[0][0], float) for one in found)
    assert found[0] != found[20]
    assert len(posts(page, "/kpi/calls")) <= 10
    assert posts(page, "custom-functions-call") == []


def test_ten_thousand_cells_are_ten_requests(page):
    found = page.run(
        """async (unit) => {
            const month = (i) => [[`2024-0${1 + (i % 6)}`]];
            const cell = (_, i) => test.call("KPI", [["活动率"]], [[unit]], month(i), null);
            const found = await Promise.all(Array.from({ length: 10_000 }, cell));
            return found.every((one, i) => one[0][0] === found[i % 6][0][0]) && found.length;
        }""",
        UNIT,
    )
    assert found == 10_000
    # The page of xlwings Server has a thousand calls under way at most.
    assert len(posts(page, "/kpi/calls")) <= 12


def test_a_range_of_many_cells_crosses_once(page):
    """What the page posts is counted on its way out."""
    sent = page.run(
        """async () => {
            const { batched } = await import("/static/js/kpi/batch.js");
            const bodies = [];
            const post = batched(async (url, body) => {
                bodies.push(JSON.stringify(body));
                return { data: { results: body.calls.map((one) => one) } };
            }, async () => false);
            const column = (day) => Array.from({ length: 1000 }, (_, i) => [day + i]);
            const cell = (month, first) => post(
                "x/xlwings/custom-functions-call",
                { func_name: "KPI_HEADCOUNT", args: [column(first), column(50_000), [[month]]] },
                { headers: { Authorization: "" } },
            );
            const months = Array.from({ length: 500 }, (_, i) => 202_001 + (i % 12));
            await Promise.all(months.map((month) => cell(month, 40_000)));
            await Promise.all([cell(202_406, 40_000), cell(202_406, 40_001)]);
            return bodies;
        }"""
    )
    many, few = map(json.loads, sent)
    assert len(many["calls"]) == 500 and len(many["ranges"]) == 2
    assert many["calls"][7]["args"] == [{"range": 0}, {"range": 1}, [[202008]]]
    assert len(sent[0]) < 60_000
    assert [one[0] for one in few["ranges"]] == [[40000], [50000], [40001]]
    assert [one["args"][0] for one in few["calls"]] == [{"range": 0}, {"range": 2}]


def test_the_page_is_there_before_the_functions(page):
    """Else calls that Excel makes at once would go by themselves, without what days count from."""
    order = page.run("() => [...document.querySelectorAll('script[src]')].map((one) => one.src)")
    ours, functions = (
        next(i for i, one in enumerate(order) if name in one)
        for name in ("/kpi/page.js", "custom-functions-code")
    )
    assert ours < functions


def test_whole_columns_are_cut_where_they_end(page):
    found = page.run(
        """async () => {
            const column = (fill) => Array.from({ length: 1_048_576 }, (_, i) => [fill(i)]);
            const signed = column((i) => (i === 0 ? "签约日期" : i < 500 ? 45231 : ""));
            const left = column((i) => (i === 0 ? "解约日期" : i < 100 ? 45300 : ""));
            return test.call("KPI_HEADCOUNT", signed, left, [["2024-06"]]);
        }"""
    )
    assert found == [[400]]


def test_who_has_no_key_is_told_in_the_cell(page):
    page.run("() => kpiKey.set('kpi_wrong')")
    try:
        found = page.run("() => test.call('KPI_UNITS')")
        assert found["code"] == "#VALUE!"
        assert "密钥不对" in found["message"]
        assert "密钥不对" in press(page, "help")
        page.errors.clear()  # the browser notes that it was refused
    finally:
        page.run("key => kpiKey.set(key)", KEYS["all"])


def test_who_may_see_one_department_sees_it_only(page):
    page.run("key => kpiKey.set(key)", KEYS["department"])
    try:
        units = page.run("() => test.call('KPI_UNITS')")
        assert {row[0] for row in units[1:]} == {UNIT, *(f"城东{n}组" for n in "一二三四")}
        ask = "unit => test.call('KPI', [['活动率']], [[unit]], [['2024-06']], null)"
        assert isinstance(page.run(ask, UNIT)[0][0], float)
        assert page.run(ask, "城北营业部") == [["#N/A"]]
        assert "你的权限只到自己的单位" in press(page, "check")
    finally:
        page.run("key => kpiKey.set(key)", KEYS["all"])


# --- buttons ---------------------------------------------------------------------------------------

TEMPLATES = ("月度KPI表", "月度目标设定、达成表", "周工作计划", "主管日程")
WHOSE = ["unit.name", "unit.level", "unit.parent", "department.name", "team.name", "person.id"]


def rows_of(value):
    return value if isinstance(value, list) else [[value]]


def slot_cells(slots):
    """The cells of slots that are filled: name, sheet, row and column, and the place in the slot."""
    for name, slot in slots.items():
        if not name.startswith("input."):
            for r, c in itertools.product(range(slot.rows), range(slot.columns)):
                yield name, (slot.sheet, slot.first_row + r, slot.first_column + c), (r, c)


def cells(page, sheets):
    """What is in the cells: value and formula by sheet, row and column."""
    return {
        (sheet, r + 1, c + 1): (value, formula)
        for sheet in sheets
        for r, c, value, formula in page.run("name => test.cells(name)", sheet)
    }


@pytest.mark.parametrize("template", TEMPLATES)
def test_refresh_fills_as_the_command_line_does(page, branch, template):
    file = next(
        one for one in branch.filled[template].files if template != TEMPLATES[0] or one.stem == UNIT
    )
    slots = Template(file).slots
    expected = read(file)
    identity = [name for name in WHOSE if name in slots]
    emptied = {place for name, place, _ in slot_cells(slots) if name not in identity}
    source = source_of(file)
    formulas = {place for place in emptied if source[place[0]].cell(*place[1:]).data_type == "f"}
    loaded(page, file, emptied=emptied - formulas)
    sheets = source.sheetnames
    before = cells(page, sheets)
    protection = [page.run("name => test.protection(name)", name) for name in sheets]
    said = press(page, "refresh")
    page.picture(PICTURES / f"refresh-{TEMPLATES.index(template) + 1}.png")
    assert "已按" in said, said
    after = cells(page, sheets)
    compared = 0
    for name, place, (r, c) in slot_cells(slots):
        value = rows_of(expected[name])[r][c]
        if place in formulas:
            assert after[place] == before[place]
            continue
        ours = after.get(place, ("", ""))[0]
        if isinstance(value, float) and not math.isfinite(value):
            assert ours == error_name(value), (name, place)
        elif value is None or value == "":
            assert ours == "", (name, place)
        else:
            assert ours == serial(value), (name, place, ours, value)
        compared += 1
    assert compared > 30
    outside = {place: cell for place, cell in after.items() if place not in emptied}
    assert outside == {place: cell for place, cell in before.items() if place not in emptied}
    assert [page.run("name => test.protection(name)", name) for name in sheets] == protection


def month_is(page, month):
    """Set the month in the task pane."""
    page.run("() => { test.done = test.press('settings') }")
    page.wait(lambda: bool(page.run("() => !!document.querySelector('form [name=month]')")))
    page.picture(PICTURES / "settings.png")
    page.run(
        """month => {
            const form = document.querySelector("form");
            form.elements.month.value = month;
            form.requestSubmit();
            return test.done;
        }""",
        month,
    )
    return page.run("() => document.getElementById('kpi-out').innerText")


def test_another_month_and_undo_brings_everything_back(page, branch):
    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    loaded(page, file)
    sheets = Template(file).slots
    names = sorted({slot.sheet for slot in sheets.values()})
    before = cells(page, names)
    assert "月份：2024-05" in month_is(page, "2024年5月")
    try:
        said = press(page, "refresh")
        assert "2024年5月" in said
        changed = cells(page, names)
        assert changed != before
        assert any(value == "2024年5月" for value, _ in changed.values())
        assert "已恢复" in press(page, "undo")
        after = cells(page, names)
        assert after == before
        assert "没有可以撤销的刷新" in press(page, "undo")
        assert all(one["name"] != "kpi_xl_refresh" for one in page.run("() => test.book.names"))
    finally:
        assert "有数据的最后一个月" in month_is(page, "")


def test_all_or_nothing(page, branch):
    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    slots = Template(file).slots
    place = slots["unit.name"]
    wrong = {(place.sheet, place.first_row, place.first_column): "没有的营业部"}
    loaded(page, file, typed=wrong)
    sheets = sorted({slot.sheet for slot in slots.values()})
    before = cells(page, sheets)
    said = press(page, "refresh")
    assert "没有这个单位" in said and "没有的营业部" in said
    page.picture(PICTURES / "failed.png")
    assert cells(page, sheets) == before
    # Excel itself refuses in the middle of writing.
    loaded(page, file)
    page.run(
        "name => { test.book.sheets.find((one) => one.name === name).type(30, 0, 5); }", sheets[0]
    )
    page.run("() => { test.told.failAt = 40; }")
    before = cells(page, sheets)
    protection = [page.run("name => test.protection(name)", name) for name in sheets]
    said = press(page, "refresh")
    assert "工作簿没有改动" in said
    assert cells(page, sheets) == before
    assert [page.run("name => test.protection(name)", name) for name in sheets] == protection
    page.run("() => { test.told.failAt = 0; }")
    # A sheet with a password is said to be one, and nothing is written.
    page.run(
        "name => { test.book.sheets.find((one) => one.name === name).protection = { password: true }; }",
        sheets[0],
    )
    said = press(page, "refresh")
    assert "有密码保护" in said
    assert cells(page, sheets) == before


def marks(page):
    names = page.run("() => test.book.names")
    return [(one["refers"], one["visible"]) for one in names if one["name"] == "kpi_xl_refresh"]


def test_undo_follows_rows_and_lets_be_what_was_typed(page, branch):
    """A row comes in on top; somebody types over a cell; Excel refuses the first undo halfway."""
    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    sheets, names = opened(file)
    page.run("(sheets, names) => test.load(sheets, names)", sheets, names)
    slots = Template(file).slots
    every = sorted({slot.sheet for slot in slots.values()})
    month_is(page, "2024-05")
    try:
        before = cells(page, every)
        assert "2024年5月" in press(page, "refresh")
        (mark,) = marks(page)
        assert mark[1] is False  # it is hidden
        refreshed = cells(page, every)
        # What Excel does when a row comes in: cells and names below move.
        page.run(
            """name => {
                const sheet = test.book.sheets.find((one) => one.name === name);
                sheet.cells = new Map([...sheet.cells].map(([key, cell]) => {
                    const [r, c] = key.split(",").map(Number);
                    return [`${r + 1},${c}`, cell];
                }));
                sheet.merged = sheet.merged.map((one) => one.replace(/\\d+/g, (row) => Number(row) + 1));
                for (const one of test.book.names) {
                    if (one.refers.replaceAll("'", "").startsWith(`=${name}!`)) {
                        one.refers = one.refers.replace(/\\$(\\d+)/g, (_, row) => `$${Number(row) + 1}`);
                    }
                }
            }""",
            every[0],
        )
        sheet, row, column = next(
            place
            for place, (value, _) in refreshed.items()
            if place[0] == every[0] and isinstance(value, float) and before[place][0] != value
        )
        typed = (sheet, row + 1, column)
        page.run(
            "(name, r, c) => test.book.sheets.find((one) => one.name === name).type(r, c, 777)",
            typed[0], typed[1] - 1, typed[2] - 1,
        )  # fmt: skip
        held = cells(page, every)
        page.run("() => { test.told.failAt = 3; }")
        assert "工作簿没有改动" in press(page, "undo")
        page.run("() => { test.told.failAt = 0; }")
        assert cells(page, every) == held and marks(page) == [mark]
        said = press(page, "undo")
        assert "已恢复" in said and "有 1 个单元格没有动" in said and "现在是 777" in said
        moved = {(s, r + (s == every[0]), c): cell for (s, r, c), cell in before.items()}
        after = cells(page, every)
        assert after.pop(typed) == (777, 777)
        moved.pop(typed, None)
        assert after == moved
        assert marks(page) == []
    finally:
        page.run("() => { test.told.failAt = 0; }")
        month_is(page, "")


def test_a_name_that_excel_refuses_leaves_nothing_written(page, branch):
    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    loaded(page, file)
    every = sorted({slot.sheet for slot in Template(file).slots.values()})
    month_is(page, "2024-05")
    try:
        before = cells(page, every)
        page.run("() => { test.told.namesFail = true; }")
        assert "工作簿没有改动" in press(page, "refresh")
        assert cells(page, every) == before and marks(page) == []
    finally:
        page.run("() => { test.told.namesFail = false; }")
        month_is(page, "")


def test_diagnose_says_what_the_command_line_says(page, branch):
    from kpi_xl.jobs.views import diagnosis_view, scope

    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    loaded(page, file)
    said = press(page, "diagnose")
    page.picture(PICTURES / "diagnose.png")
    with scope(branch.project, MONTH, UNIT) as of:
        view = diagnosis_view(of, None)
    assert view.title in said
    for row in view.rows:
        for cell in row:
            assert " ".join(str(cell).split()) in " ".join(said.split())


def test_a_kpi_is_explained_and_its_formula_put_beside_it(page):
    cell = [[0, 0, "举绩率"]]
    page.run(
        "sheets => test.load(sheets, [])",
        [{"name": "表", "cells": cell, "merged": [], "protection": None}],
    )
    page.run("() => { test.done = test.press('explain') }")
    page.wait(lambda: bool(page.run("() => !!document.querySelector('.kpi-question button')")))
    page.picture(PICTURES / "explain.png")
    assert "B1" in page.run("() => document.querySelector('.kpi-question').innerText")
    page.run("() => { document.querySelector('.kpi-question button').click(); return test.done; }")
    assert cells(page, ["表"])["表", 1, 2][1] == '=KPI("活动率","江城分公司","2024-06")'


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
def test_the_pane_is_as_wide_as_excel_has_it(page, branch):
    """320 pixels: nothing is cut off, nothing is said twice, axe finds nothing."""
    file = next(one for one in branch.filled["月度KPI表"].files if one.stem == UNIT)
    loaded(page, file)
    page.size(320, 720)
    axe = AXE.read_text(encoding="utf-8")
    try:
        for name in ("diagnose", "doctor", "help", "explain"):
            said = press(page, name)
            page.picture(PICTURES / f"pane-{name}.png")
            assert page.run("() => document.documentElement.scrollWidth") <= 320, name
            wider = (
                "() => [...document.querySelectorAll('main *')].filter((e) => e.scrollWidth > 321)"
            )
            assert page.run(f"{wider}.length") == 0, name
            sentences = [one for one in said.splitlines() if len(one) > 20]
            assert name != "diagnose" or len(sentences) == len(set(sentences))
            page.order("Runtime.evaluate", expression=axe)
            found = page.run(
                "async () => (await axe.run()).violations.map((v) => [v.id, v.impact,"
                " v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))])"
            )
            assert found == [], name
    finally:
        page.size(420, 760)


def test_generate_check_help_and_the_other_buttons(page, served):
    place = workbook_templates.NAMES.index("主管日程") + 1
    said = press(page, f"fill.{place}")
    folder = served.project.output / MONTH / "主管日程"
    files = list(folder.rglob("*.xlsx"))
    assert f"生成 {len(files)} 份" in said and len(files) > 10
    said = press(page, "check")
    assert "读入" in said
    assert len(page.run("() => test.told.opened")) == 1
    said = press(page, "help")
    assert "KPI_RETENTION13(签约日期列, 解约日期列, 月份, 第几个月)" in said
    assert "正常" in press(page, "doctor")
    # It asks for the level, and distributes.
    page.run("name => { test.done = test.press(name) }", f"distribute.{place}")
    page.wait(lambda: bool(page.run("() => !!document.querySelector('.kpi-question button')")))
    page.picture(PICTURES / "distribute.png")
    page.run("() => { document.querySelector('.kpi-question button').click(); return test.done; }")
    assert f"下发 {len(files)} 份" in page.run("() => document.getElementById('kpi-out').innerText")
    assert "没有" in press(page, "collect")
