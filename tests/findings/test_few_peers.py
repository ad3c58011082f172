"""Of fewer than four peers nobody learns a figure that is another unit's own."""

from __future__ import annotations

import dataclasses

import duckdb
import numpy as np
import pytest

from kpi_xl.analysis.peers import peers
from kpi_xl.catalogue import kpis
from kpi_xl.findings.drivers import Drivers
from kpi_xl.findings.findings import Findings
from kpi_xl.jobs.load import load
from kpi_xl.jobs.views import drivers_view, peers_view, scope
from kpi_xl.project import Project
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.recipient_values import RecipientValues
from server.worlds import people, write
from udfs import current, functions

OTHERS = ["城北营业部/一组", "城南营业部/一组", "城西营业部/一组"]
FIGURES = ("最好", "上四分位", "中位", "下四分位")
NAMES = ("活动率", "人均件数", "人均FYP")


@pytest.fixture(scope="module")
def branches(tmp_path_factory):
    """Projects of two, three and four departments."""
    folder = tmp_path_factory.mktemp("peers")
    found = {}
    for count in (2, 3, 4):
        found[count] = write(folder / str(count), people(OTHERS[: count - 1], 3))
        load(found[count])
    return found


def slots_of(project, unit, settings=None):
    """What a workbook with all slots about peers says."""
    cube = load(project).cube
    slots = {f"peers.{name}.{part}": 1 for name in NAMES for part in FIGURES} | {"kpi.活动率": 1}
    with duckdb.connect(str(project.store), read_only=True) as store:
        given = settings or project.settings
        to = RecipientValues(Filling(given, cube, store, cube.last, slots))
        return to.unit(next(i for i, one in enumerate(cube.units) if one.path == unit))


def own_figures(project, unit):
    """What the other departments reached."""
    cube = load(project).cube
    others = [i for i in cube.of_level("营业部") if cube.units[i].path != unit]
    weight = {"premium_weight": 0.7}
    values = {float(cube.kpi(kpis.find(name), weight)[i, -1]) for name in NAMES for i in others}
    # What is as small as a count may be anybody's.
    found = {round(value, 9) for value in values if value > 100}
    assert len(found) == len(others)
    return found


@pytest.mark.parametrize("count", [2, 3])
def test_a_workbook_has_no_figure_of_few(branches, count):
    project = branches[count]
    values = slots_of(project, "城东营业部")
    for name in NAMES:
        assert {values[f"peers.{name}.{part}"] for part in FIGURES} == {"—"}
        assert values[f"peers.{name}.名次"] != "—"
    assert "少于 4 个" in values["peers.note"]
    assert values["drivers.标杆"] == values["drivers.全公司"] == [None] * 6
    told = {
        round(one, 9)
        for value in values.values()
        for one in (value if isinstance(value, list) else [value])
        if isinstance(one, float)
    }
    assert not told & own_figures(project, "城东营业部")


def test_of_four_there_are_figures_and_of_how_many_is_a_setting(branches):
    four = slots_of(branches[4], "城东营业部")
    assert all(isinstance(four[f"peers.人均FYP.{part}"], float) for part in FIGURES)
    assert isinstance(four["drivers.标杆"][0], float) or isinstance(
        four["drivers.全公司"][0], float
    )
    strict = dataclasses.replace(branches[4].settings, fewest_peers=5)
    values = slots_of(branches[4], "城东营业部", strict)
    assert values["peers.人均FYP.最好"] == "—" and "少于 5 个" in values["peers.note"]
    open_ = dataclasses.replace(branches[2].settings, fewest_peers=2)
    assert isinstance(slots_of(branches[2], "城东营业部", open_)["peers.人均FYP.最好"], float)


def test_the_branch_sees_its_own_units(branches):
    values = slots_of(branches[2], "江城分公司")
    assert isinstance(values["peers.人均FYP.最好"], float)
    assert values["peers.note"] is None


def test_kpi_toml_says_of_how_many(branches):
    file = branches[3].folder / "kpi.toml"
    text = file.read_text(encoding="utf-8")
    assert Project.open(branches[3].folder).settings.fewest_peers == 4
    try:
        file.write_text(f"{text}[rules]\nfewest_peers = 2\n", encoding="utf-8")
        assert Project.open(branches[3].folder).settings.fewest_peers == 2
    finally:
        file.write_text(text, encoding="utf-8")


def test_what_a_warning_says_should_be_is_nobody_elses(branches):
    """Without band and target the median of the peers would be it."""
    for count in (2, 3):
        project = branches[count]
        with scope(project) as of:
            findings = of.findings
            for kpi in findings.kpis.values():
                if kpi.is_comparable and kpi.bands is None:
                    bound = dataclasses.replace(kpi)
                    should = findings.reference(bound)
                    values = findings.given[kpi.code][:, -1]
                    middle = peers(values, kpi.direction).median
                    own = findings.given[kpi.code][0]
                    assert should[0] != middle or middle in own, kpi.name
            assert np.isnan(findings.signals.peers).all()


def test_a_function_says_why_there_is_no_figure(branches, monkeypatch):
    for count in (3, 4):
        project = branches[count]
        monkeypatch.setattr(current._watch, "_look", lambda: None)
        monkeypatch.setattr(current._watch, "_data", current.Data.open(project))
        table = functions.KPI_UNIT_PEERS("人均FYP", "城东营业部", "2024-06")
        rows = dict(table)
        if count == 3:
            assert {rows[part] for part in FIGURES} == {"—"} and "少于 4 个" in rows["说明"]
            for compared in ("标杆", "全公司"):
                split = functions.KPI_UNIT_DRIVERS("城东营业部", "2024-06", compared)
                assert split == "#N/A"
        else:
            assert all(isinstance(rows[part], float) for part in FIGURES) and "说明" not in rows
        assert rows["单位数"] == count and isinstance(rows["本单位"], float)


def test_the_command_line_shows_every_unit_anyway(branches):
    with scope(branches[2]) as of:
        view = peers_view(of, "人均FYP")
        assert len(view.rows) == 2 and "—" not in view.notes[0]
        assert drivers_view(of, "全公司").rows
        cube, month = of.cube, of.month
        findings = Findings.read(cube, of.store, of.project.settings, month, "营业部")
        assert Drivers(findings).split(of.units[0], "全公司") is None


def test_ranks_and_counts_are_told_of_few():
    found = peers([0.6, 0.9, 0.7], "higher", fewest=4)
    assert found.rank.tolist() == [3, 1, 2] and found.count == 3
    assert np.isnan([found.best, found.upper, found.median, found.lower]).all()
