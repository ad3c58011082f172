"""Whoever may see some units is answered as if there were no others.

Projects that are alike in his units, and differ in all the others, give him the same bytes for
whatever he asks, be it there or not.
"""

from __future__ import annotations

import inspect
import itertools
import json

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

import workbook_templates
from kpi_xl.jobs.live import IDENTITY
from server.inside import bearer, inside, sheet
from server.worlds import people, world
from udfs import functions
from udfs.commands import SERVED
from udfs.server import CALLS, SCRIPT

WHO = "department"

HERE = ["城北营业部/一组", "城北营业部/二组", "城南营业部/一组", "城南营业部/三组"]
THERE = ["滨江营业部/一组", "滨江营业部/城东营业部", "城东营业部二部/二组", "城南营业部/一组"]
"""The others' teams: renamed, removed, added; among them names like his own."""


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Two projects, the others of which have nothing in common but a name."""
    here = people(HERE, 4)
    there = people(THERE, 7, signed="2020-01-05")
    folder = tmp_path_factory.mktemp("worlds")
    return world(folder / "here", here), world(folder / "there", there, earlier=True)


UNITS = [
    "城东营业部", "城东营业部/一组", "一组", "二组", "营业部:城东营业部", " 城东营业部 ", "城东",
    *("城北营业部", "城北营业部/一组", "城南营业部", "城南营业部/一组", "三组", "江城分公司"),
    *("滨江营业部", "滨江营业部/城东营业部", "城东营业部二部", "营业部:滨江营业部", "滨江", "城"),
    *("未分配", "没有的部", "", "*", "分公司", "城东营业部/", "/", "城北营业部/城北", "1001", "#N/A"),
]  # fmt: skip
AGENTS = ["1001", "1005", "2000", "2001", "2103", "2204", "2306", "9999", "", "王一", "李2000"]
WHEN = ["2024-06", "2024-01", "2023-12", "2021-03", "2021-01", "2022-02", "2024-07", "2024-08", "x"]
NAMES = ["活动率", "人均件数", "首年度保费", "留存率", "持续率", "没有的指标", "城北营业部"]


def calls():
    """Every function that looks at the project, with everything that can be asked."""
    yield "KPI_UNITS", []
    yield "KPI_NAMES", []
    yield "KPI_STATUS", [[NAMES], 0.5]
    for name in (*NAMES, *UNITS, *AGENTS):
        yield "KPI_HELP", [name]
    column = [[unit] for unit in UNITS]
    yield "KPI_TABLE", [[NAMES], column, [[when] for when in WHEN]]
    for when, compared in itertools.product(
        WHEN, ("", "目标", "上月", "环比", "同比", "状态", "x")
    ):
        yield "KPI", [[NAMES], column, when, compared]
    for unit, when in itertools.product(UNITS, ("2024-06", "2021-03", "2024-08")):
        yield "KPI_WARNINGS", [unit, when]
        yield "KPI_UNIT_PEERS", ["活动率", unit, when]
        yield "KPI_ADVICE", ["活动率", unit, when]
        for compared in ("环比", "同比", "目标", "标杆", "全公司"):
            yield "KPI_UNIT_DRIVERS", [unit, when, compared, ""]


def test_every_function_of_the_project_is_asked():
    asked = {name for name, _ in calls()}
    assert asked == {one.__name__ for one in (*functions.BY_DATA, *functions.BY_FINDINGS)}
    # No other has a way to the project.
    for name in set(functions.__all__) - asked:
        source = inspect.getsource(inspect.getmodule(getattr(functions, name)))
        # Where months end and which days people work are no secret of any unit.
        source = source.replace("from udfs.current import dates_here\n", "")
        assert "udfs.current" not in source, name


def workbook(slots, names=()):
    """A workbook of the user's own, in the cells of which stand these slots."""
    filled = [*slots.items(), *((name, "") for name in names)]
    return {
        "name": "w.xlsx",
        "sheets": [sheet("S", [[value] for _, value in filled] or [[""]])],
        "names": [
            {"name": name, "refers": f"=S!$A${row}"} for row, (name, _) in enumerate(filled, 1)
        ],
    }


OF_UNITS = ("kpi.活动率", "kpi.人均件数", "kpi.首年度保费", "kpi.活动率.系列", "unit.manager")
CONTENTS = {
    "unit.name": OF_UNITS,
    "department.name": ("members.姓名", "members.工号"),
    "team.name": ("members.姓名", "members.合计.人均件数"),
    "person.id": ("person.姓名", "person.name", "team.name", "unit.name"),
}


def books():
    """Workbooks that say whose they are in every way there is."""
    for slot, names in CONTENTS.items():
        few = {"person.id": AGENTS, "unit.name": UNITS}.get(slot, UNITS[:20:4])
        for label in few:
            yield workbook({slot: label}, [name for name in names if name != slot])
    for slot, labels in (("unit.name", UNITS[:9:8]), ("person.id", AGENTS[::3])):
        for label, when in itertools.product(labels, WHEN[::2]):
            yield workbook({slot: label, "period.month": when}, CONTENTS[slot][:1])
    for level, parent in itertools.product(("营业部", "营业组", "x"), ("城南营业部", "江城分公司")):
        yield workbook({"unit.name": "一组", "unit.level": level, "unit.parent": parent}, OF_UNITS)
    for owner in ("城北营业部", "滨江营业部", "城东营业部"):
        hidden = {"kpi_xl.unit": owner, "kpi_xl.person": "2000", "kpi_xl.round": "x"}
        yield workbook({"unit.name": "城东营业部", **hidden}, OF_UNITS)
    yield workbook({}, OF_UNITS)
    yield workbook({}, ("unknown.slot",))
    yield {}


def presses():
    """Every button, on every workbook, with every choice."""
    few = [{}, workbook({"unit.name": "城北营业部"}, OF_UNITS)]
    for command in SERVED:
        given = few
        if command.name == "refresh":
            given = list(books())
        elif command.name == "diagnose":
            given = list(books())[::4]
        choices = [[]]
        if command.of_template:
            choices = [[one, "通常"] for one in (*workbook_templates.NAMES[:3], "没有")]
        if command.name == "settings":
            choices = [[when] for when in (*WHEN, "")]
        for book, choice in itertools.product(given, choices):
            yield command.name, {"workbook": book, "arguments": choice}
    for text in ("活动率", "城北营业部", "2000"):
        selected = {"sheet": "S", "value": text, "right": "B1", "right_is_empty": True}
        for answers in ([], [True]):
            yield "explain", {"workbook": {**few[1], "selection": selected}, "answers": answers}
    yield "没有的按钮", {"workbook": {}}


@pytest.fixture(autouse=True)
def the_same_marks(monkeypatch):
    """What a refresh leaves in a workbook is a random mark: here always the same one."""
    monkeypatch.setattr("secrets.token_hex", lambda size: "0" * 2 * size)


def answers(project, monkeypatch):
    """What he is answered, question by question."""
    found = {}
    with inside(project, monkeypatch) as client:
        asked = list(calls())
        body = {"calls": [{"func_name": name, "args": arguments} for name, arguments in asked]}
        results = client.post(CALLS, json=body, headers=bearer(WHO)).json()["results"]
        for one, result in zip(asked, results, strict=True):
            found[json.dumps(one, ensure_ascii=False)] = json.dumps(result)
        for name, body in presses():
            if name == "settings" and body["arguments"]:
                # Chosen, used, and put back.
                for one in ("settings", "refresh", "diagnose"):
                    given = body if one == "settings" else {"workbook": workbook({}, OF_UNITS)}
                    answer = client.post(f"{SCRIPT}/{one}", json=given, headers=bearer(WHO))
                    found[f"{one} after {body}"] = answer.text
                client.post(f"{SCRIPT}/settings", json={"arguments": [""]}, headers=bearer(WHO))
                continue
            answer = client.post(f"{SCRIPT}/{name}", json=body, headers=bearer(WHO))
            assert answer.status_code == 200, answer.text
            found[json.dumps([name, body], ensure_ascii=False)] = answer.text
    return {asked: text.replace(str(project.folder), "…") for asked, text in found.items()}


def test_what_he_may_not_see_makes_no_difference(projects, monkeypatch):
    here, there = (answers(project, monkeypatch) for project in projects)
    assert here.keys() == there.keys() and len(here) > 1000
    different = {
        asked: (here[asked], there[asked]) for asked in here if here[asked] != there[asked]
    }
    assert different == {}


def test_not_there_and_not_his_are_the_same_words(projects, monkeypatch):
    there = projects[1]
    for slot, names in CONTENTS.items():
        his, foreign, none = (
            ("1001", "2000", "9999")
            if slot == "person.id"
            else ("城东营业部", "滨江营业部", "没有的部")
        )
        with inside(there, monkeypatch) as client:
            for button in ("refresh", "diagnose"):
                told = {}
                for label in (his, foreign, none):
                    body = {"workbook": workbook({slot: label}, [n for n in names if n != slot])}
                    answer = client.post(f"{SCRIPT}/{button}", json=body, headers=bearer(WHO))
                    told[label] = answer.text.replace(label, "…")
                assert told[foreign] == told[none] != told[his], (slot, button)
                assert "不在你的权限里" in told[none]


def test_a_file_that_cannot_be_read_is_told_to_who_sees_all(projects, monkeypatch):
    project = projects[0]
    file = project.data / "保单.csv"
    whole = file.read_bytes()
    try:
        file.write_bytes("保单号,没有的列\nP2000,李2000\n".encode())
        with inside(project, monkeypatch) as client:
            for button in ("refresh", "diagnose"):
                body = {"workbook": workbook({"unit.name": "城东营业部"}, OF_UNITS)}
                told = client.post(f"{SCRIPT}/{button}", json=body, headers=bearer(WHO)).text
                assert "项目的数据现在不能用" in told and "保单" not in told
                told = client.post(f"{SCRIPT}/{button}", json=body, headers=bearer("all")).text
                assert "保单.csv" in told
    finally:
        file.write_bytes(whole)


def test_where_only_names_differ_all_that_a_workbook_says_is_the_same(tmp_path, monkeypatch):
    """The figures of his peers among it, which have no names."""
    from kpi_xl.jobs.fill import template_path
    from kpi_xl.workbook import Template

    renamed = {"城北营业部": "滨江营业部", "城南营业部": "高新营业部", "一组": "甲", "二组": "乙"}
    here = people([*HERE, "城西营业部/一组"], 3)
    there = [
        (agent, f"赵{agent}", *(renamed.get(unit, unit) for unit in units), signed)
        for agent, _, *units, signed in here
    ]
    slots = Template(template_path("月度KPI表")).slots
    content = [["城东营业部", *[""] * 30]] + [[""] * 31 for _ in range(40 * len(slots))]
    names = [{"name": "unit.name", "refers": "=S!$A$1"}]
    for place, (name, one) in enumerate(slots.items()):
        if name not in IDENTITY:
            row, column = 2 + 40 * place, chr(64 + one.columns) if one.columns < 27 else "AD"
            refers = f"=S!$A${row}:${column}${row + one.rows - 1}"
            names.append({"name": name, "refers": refers})
    book = {"name": "w.xlsx", "sheets": [sheet("S", content)], "names": names}
    told = []
    for place, others in enumerate((here, there)):
        project = world(tmp_path / str(place), others)
        with inside(project, monkeypatch) as client:
            body = {"workbook": book}
            answer = client.post(f"{SCRIPT}/refresh", json=body, headers=bearer(WHO))
        told.append(answer.text)
    assert told[0] == told[1]
    assert len(answer.json()["actions"][0]["areas"]) > 500
