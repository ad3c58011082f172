"""Targets of a KPI of one's own: agreed in rounds, typed into workbooks, split over the year."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.styles import Protection
from openpyxl.workbook.defined_name import DefinedName

from kpi_xl import api
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.round_decisions import take
from kpi_xl.circulation.round_workbook import make
from kpi_xl.errors import InputError
from kpi_xl.jobs import rounds
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.jobs.propose import proposal
from kpi_xl.jobs.rounds import Asked
from kpi_xl.jobs.trace import trace
from kpi_xl.project import Project
from kpi_xl.record.origins import origins_of
from kpi_xl.slots.source_values import target_slots
from kpi_xl.workbook import read
from small_branch import MONTH, TWO_DEPARTMENTS, small_branch
from udfs import functions

KPIS = """
[kpis."标准佣金"]
formula = "FYC*1.2+上月(FYC)*0"
unit = "元"

[kpis."促成占比"]
formula = "促成人数/拜访数"
unit = "%"

[kpis."折算件数"]
formula = "主险件数*0.5"
unit = "件"

[kpis."大单佣金"]
formula = "MAX(FYC-100,0)"
"""
EAST = "东城营业部"


@pytest.fixture
def project(tmp_path, monkeypatch):
    made = small_branch(tmp_path / "p", TWO_DEPARTMENTS, more=KPIS)
    monkeypatch.setenv("KPI_XL_PROJECT", str(made.folder))
    return made


def without(project, name):
    """The project after somebody has taken a definition away."""
    file = project.folder / "kpi.toml"
    text = file.read_text(encoding="utf-8").replace(f'"{name}"', f'"{name}的旧名"')
    file.write_text(text, encoding="utf-8")
    return Project.open(project.folder)


def amounts(project, label, total):
    found = proposal(project, label, total, MONTH)
    places = found.round.places
    return {
        places[one.place].unit: found.round.value(one.amount)
        for one in found.moves
        if places[one.place].level in ("分公司", "营业部")
    }, found.round


def test_sums_are_split_ratios_are_the_same_for_all(project):
    split, round_ = amounts(project, "标准佣金", 10_000.01)
    assert (round_.is_sum, round_.scale) == (True, 100)
    assert split["东城营业部"] + split["西城营业部"] == pytest.approx(10_000.01, abs=1e-9)
    rates, round_ = amounts(project, "促成占比", 0.125)
    assert not round_.is_sum
    assert set(rates.values()) == {0.125}
    pieces, round_ = amounts(project, "折算件数", 7)
    assert round_.is_sum
    assert pieces[EAST] + pieces["西城营业部"] == 7
    great, round_ = amounts(project, "大单佣金", 1000)
    assert not round_.is_sum  # what the units lack of 100 they lack apart
    assert great[EAST] == great["西城营业部"] == 500


def test_a_round_from_proposal_to_lock(project):
    rounds.propose(project, "标准佣金", 10_000, MONTH)
    rounds.answer(project, "标准佣金", MONTH, [Asked(EAST, "4000")], "少两个人")
    rounds.accept(project, "KPI_标准佣金", None, [Asked(EAST, None)], "同意", below=True)
    (row,) = (one for one in rounds.courses(project) if one.round.kpi.name == "标准佣金")
    assert row.round.month.chinese == "2024年6月"
    load(project)
    assert functions.KPI("标准佣金", EAST, MONTH, "目标") == 4000.0
    assert functions.KPI("标准佣金", EAST, MONTH, "达成率") == pytest.approx(1440 / 4000)
    kept = origins_of(project, row.round.month, ())
    assert ("营业部", EAST, "KPI_标准佣金") in kept.decided
    file = make(project, MONTH)
    book = openpyxl.load_workbook(file)
    page = book["标准佣金"]
    heads = {
        page.cell(r, c).value: (r, c)
        for r in range(1, 8)
        for c in range(1, page.max_column + 1)
        if page.cell(r, c).value in ("决定", "金额", "原因", "您的决定")
    }
    assert heads
    assert take(project, file).problems == []


def test_a_round_whose_kpi_is_gone_is_told_and_comes_back(project):
    rounds.propose(project, "标准佣金", 10_000, MONTH)
    gone = without(project, "标准佣金")
    told = [one for one in check(gone)[0].problems if one.fault.kind.code == "rounds.undefined"]
    assert "KPI_标准佣金" in str(told[0].fault.reason)
    with pytest.raises(InputError):
        rounds.course(gone, "标准佣金")
    back = gone.folder / "kpi.toml"
    back.write_text(
        back.read_text(encoding="utf-8").replace("标准佣金的旧名", "标准佣金"), encoding="utf-8"
    )
    assert rounds.course(Project.open(gone.folder), "标准佣金").stands[0].proposed == 1_000_000


def form(project):
    """A workbook of the user's own, in which targets of a KPI of his own are typed."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "目标"
    cells = ("unit.name", "period.month", "kpi.标准佣金", "kpi.标准佣金.目标", "kpi.促成占比.目标")
    for row, name in enumerate(cells, 1):
        page.cell(row, 1, name)
        page.cell(row, 2).protection = Protection(locked=not name.endswith(".目标"))
        book.defined_names[name] = DefinedName(name, attr_text=f"目标!$B${row}")
    page.protection.sheet = True
    file = project.folder / "目标表.xlsx"
    book.save(file)
    return file


def sent_and_typed(project, **typed):
    done = distribute(project, str(form(project)), MONTH, level="营业部")
    file = next(one.file for one in done.deliveries if EAST in str(one.recipient))
    project.returned.mkdir(exist_ok=True)
    book = openpyxl.load_workbook(file)
    for cell, value in typed.items():
        book["目标"][cell] = value
    book.save(project.returned / "东城.xlsx")
    return file


def test_what_is_typed_is_the_target(project):
    file = sent_and_typed(project, B4=2000.5, B5=0.2)
    assert read(file)["kpi.标准佣金"] == 1440.0
    found = collect(project)
    assert found.problems == []
    load(project)
    assert functions.KPI("标准佣金", EAST, MONTH, "目标") == 2000.5
    assert functions.KPI("促成占比", EAST, MONTH, "目标") == 0.2
    again = fill(project, str(form(project)), MONTH)
    (mine,) = (one for one in again.files if EAST in one.name)
    assert read(mine)["kpi.标准佣金.目标"] == 2000.5
    shown = trace(project, EAST, "促成占比.目标", MONTH)
    assert "20.00%" in str(shown.versions)
    assert {"kpi.标准佣金.目标"} <= target_slots(["标准佣金"]).keys()


def test_a_typed_target_of_a_kpi_that_is_gone_is_told(project):
    sent_and_typed(project, B4=2000.5)
    collect(project)
    (told,) = [
        one for one in check(without(project, "标准佣金"))[0].problems
        if one.fault.kind.code == "typed.unknown-kpi"
    ]  # fmt: skip
    assert "标准佣金" in told.fault.reason


def test_the_frame_has_the_numbers_that_targets_are_held_against(project):
    frame = api.Project(project.folder).kpis(["标准佣金"], level="营业部", months=MONTH)
    assert frame["标准佣金"].tolist() == [0.0, 1440.0, 1440.0]
