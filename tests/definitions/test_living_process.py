"""A definition that is changed gives its new number everywhere in a process that lives on."""

import gc
import threading
import weakref

import pytest

pytest.importorskip("mcp", reason="kpi_xl[mcp] is not installed")
pytest.importorskip("starlette", reason="kpi_xl[server] is not installed")

from command_line import run
from kpi_xl import api
from kpi_xl.assistant.tools import Asking, ask
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES as STANDARD
from kpi_xl.definitions.own_kpis import Definition, Place
from kpi_xl.jobs.definition_form import definition_form
from kpi_xl.jobs.load import load
from kpi_xl.jobs.watch import watch
from kpi_xl.project import Project
from kpi_xl.settings.definitions import WORKBOOK
from kpi_xl.site.shelf import Shelf
from server.conftest import with_server
from server.inside import call, inside
from server.opened import source_of
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch, write_table
from udfs import current, functions
from udfs.calc.server import Ranges, answer

UNIT = "东城营业部"
MEASURES = """
[measures."折算"]
table = "保单"
take = "合计 首年保费"
weights = "系数表"

[weights."系数表"]
table = "保单"
file = "系数.csv"
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    made = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=MEASURES)
    weights(made, 0)
    # What has a target is on the page.
    heading = ("月份", "层级", "单位", "指标", "目标")
    write_table(made, "data/目标.csv", [heading, (MONTH, "营业部", UNIT, "变的", 5000)])
    monkeypatch.setattr(current, "_INTERVAL", 0.0)
    return with_server(made.folder)


def weights(project, weight):
    write_table(project, "系数.csv", [("险种", "系数"), ("终身寿", weight), ("其他", 0)])


def defined(project, times):
    """In 指标定义.xlsx, of this month and of the month before."""
    formula = f"=FYC/主险件数*{times}+上月(FYC/主险件数)+IFERROR(上月(折算),0)*0"
    fields = {"名称": "变的", "公式": formula, "单位": "元"}
    (project.folder / WORKBOOK).write_bytes(definition_form([Definition(Place(None), fields)]))


def everywhere(project, client, name):
    """A KPI of a unit as each surface has it."""
    asking = Asking(Project.open(project.folder), None)
    told = ask(asking, "values", {"kpis": [name], "unit": UNIT}).record()
    (row,) = told["tables"][0]["rows"]
    return {
        "function": functions.KPI(name, UNIT, MONTH),
        "calc": answer(Ranges(), ("KPI", (name, UNIT, MONTH), 0)),
        "server": call(client, "all", "KPI", name, UNIT, MONTH)[0][0],
        "assistant": row["实际"]["number"],
    }


def test_on_every_surface(project, monkeypatch):
    defined(project, 1)
    cube = load(Project.open(project.folder)).cube
    shelf, unit = Shelf(project), cube.unit_index(UNIT)
    with inside(project, monkeypatch) as client:
        for times in (1, 2, 7):
            defined(project, times)
            found = everywhere(project, client, "变的")
            assert set(found.values()) == {300.0 * times + 300}, found
            weights(project, times)
            load(Project.open(project.folder))
            found = everywhere(project, client, "折算")
            assert set(found.values()) == {4000.0 * times}, found
            assert f"{300 * times + 300:,}" in shelf.page(Month.parse(MONTH), unit).decode()


def test_watch_makes_new_numbers(project):
    defined(project, 1)
    told, changed, ended = [], threading.Event(), threading.Event()

    def go_on(_seconds):
        if told and not changed.is_set():
            defined(project, 5)
            changed.set()
        elif len(told) > 1:
            ended.set()

    watch(project.folder, told.append, every=0.01, settled=0.02, pause=go_on, is_ended=ended.is_set)
    assert 1800 in cells(told[1])


def cells(filled):
    return {
        value
        for file in filled.files
        for page in source_of(file, data_only=True).worksheets
        for row in page.iter_rows(values_only=True)
        for value in row
    }


def test_old_definitions_go(project):
    """A process that runs for weeks does not hold what nobody uses any more."""
    seen = []
    for times in range(3):
        defined(project, times)
        opened = Project.open(project.folder)
        kpi = opened.settings.kpis.find("变的")
        api.Project(project.folder).kpis(["变的"], months=MONTH)
        assert run("--project", str(project.folder), "warnings").returncode == 0
        its = [one for one in kpi.measures if one.counted.code not in STANDARD]
        assert {one.lag.periods for one in its} == {1}
        seen += map(weakref.ref, (kpi, *its))
        del opened, kpi, its
    gc.collect()
    assert [one() for one in seen if one() is not None] == []
