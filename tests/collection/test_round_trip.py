"""Filled, edited in LibreOffice as a person would, saved, collected: it gives what was typed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path

import pytest

from collection.conftest import MONTH, TEMPLATE, of
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.circulation.round_decisions import take
from kpi_xl.circulation.round_workbook import make
from kpi_xl.jobs import rounds
from kpi_xl.jobs.rounds import Asked
from kpi_xl.record.collected import collected
from office import load, needs_soffice

SYSTEM_PYTHON = Path("/usr/bin/python3")
_HAS_UNO = (
    SYSTEM_PYTHON.exists()
    and subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    .returncode == 0
)  # fmt: skip
pytestmark = [
    needs_soffice,
    pytest.mark.skipif(not _HAS_UNO, reason="python3-uno is not installed"),
]


def edit(source: Path, target: Path, *actions: list) -> None:
    hands = Path(__file__).with_name("hands.py")
    profile = target.parent / "profile"
    done = subprocess.run(
        [SYSTEM_PYTHON, hands, profile, source, target, json.dumps(actions)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(target.parent)},
    )
    assert done.returncode == 0, done.stderr


def test_a_managers_schedule(circulating, tmp_path):
    source = circulating.deliveries[0].file
    before = load(source)["关注名单"]
    people = [(before.cell(row, 4).value, before.cell(row, 3).value) for row in range(7, 17)]
    people = [(agent, name) for agent, name in people if agent]
    target = tmp_path / "edited.xlsx"
    edit(
        source,
        target,
        ["type", "第1周", "L7", "2"],
        ["type", "第1周", "L8", "=1+2"],
        ["type", "第1周", "G7", "见了三家网点"],
        ["type", "第1周", "G8", "'=不是公式"],
        ["type", "关注名单", "I4", "2024-06-03"],
        *[["type", "关注名单", f"I{7 + n}", f"找{name}谈"] for n, (_, name) in enumerate(people)],
        ["unprotect", "关注名单"],
        ["sort", "关注名单", f"C7:J{6 + len(people)}", 0, False],
        ["unprotect", "第1周"],
        ["insert rows", "第1周", 9, 2],
        ["insert rows", "第1周", 3, 1],
        ["rename", "第1周", "六月头一周"],
    )
    (circulating.returned / "填好了.xlsx").write_bytes(target.read_bytes())
    done = collect(circulating.project)
    assert [str(one.file) for one in done.taken] == ["填好了.xlsx"]
    assert not [problem for problem in done.problems if not problem.taken]
    found = {(e.slot, e.key or e.row): e for e in collected(circulating.project, TEMPLATE)}
    assert found["input.week1.accompany", "2024-06-03"].value == 2
    assert found["input.week1.accompany", "2024-06-04"].value == 3
    assert found["input.week1.accompany", "2024-06-03"].sheet == "六月头一周"
    assert found["input.week1.accompany", "2024-06-03"].cell == "L8"
    assert found["input.week1.morning.result", "2024-06-03"].value == "见了三家网点"
    assert found["input.week1.morning.result", "2024-06-04"].value == "=不是公式"
    assert found["input.filled_on", 1].value == dt.date(2024, 6, 3)
    typed = {
        key: entry.value for (slot, key), entry in found.items() if slot == "input.attention.action"
    }
    assert typed == {agent: f"找{name}谈" for agent, name in people}
    # What had been filled in before and was left is as it was.
    again = {
        (entry.slot, entry.key): entry.value
        for entry in collected(circulating.project, TEMPLATE)
        if entry.slot.endswith((".morning", ".afternoon", ".focus"))
    }
    (circulating.returned / "填好了.xlsx").write_bytes(source.read_bytes())
    collect(circulating.project, rule="清空")
    assert again == {
        (entry.slot, entry.key): entry.value
        for entry in collected(circulating.project, TEMPLATE)
        if entry.slot.endswith((".morning", ".afternoon", ".focus"))
    }


def test_a_persons_week(circulating, tmp_path):
    deliveries = distribute(circulating.project, "周工作计划", MONTH).deliveries
    target = tmp_path / "edited.xlsx"
    typed = {f"H{row}": row for row in range(5, 11)}
    edit(
        deliveries[0].file,
        target,
        *[["type", "第2周", cell, str(value)] for cell, value in typed.items()],
        ["type", "第2周", "R5", "12000.5"],
        ["type", "第2周", "S5", "客户改期"],
        ["type", "第2周", "B22", "约访太少\n下周先打电话"],
        ["type", "本月总览", "E9", "88"],
    )
    (circulating.returned / "周计划.xlsx").write_bytes(target.read_bytes())
    done = collect(circulating.project)
    assert not done.problems
    found = {(e.slot, e.row): e.value for e in collected(circulating.project, "周工作计划")}
    assert [found["input.week2.done.拜访数", row] for row in range(1, 7)] == list(typed.values())
    assert found["input.week2.done.预收保费", 1] == 12000.5
    assert found["input.week2.reason", 1] == "客户改期"
    assert found["input.week2.problem", 1] == "约访太少\n下周先打电话"
    assert found["month.target.拜访数", 1] == 88


def test_members_sorted_and_a_row_more(circulating, tmp_path):
    targets = of(circulating.project, "月度目标设定、达成表")
    source = targets.deliveries[0].file
    sheet = load(source).worksheets[0]
    agents = [sheet[f"B{row}"].value for row in range(22, 82) if sheet[f"B{row}"].value]
    target = tmp_path / "edited.xlsx"
    name = sheet.title
    edit(
        source,
        target,
        *[["type", name, f"Q{22 + n}", f"备注{agent}"] for n, agent in enumerate(agents)],
        ["unprotect", name],
        ["sort", name, f"B22:Q{21 + len(agents)}", 1, False],
        ["insert rows", name, 24, 1],
    )
    (targets.returned / "目标.xlsx").write_bytes(target.read_bytes())
    done = collect(targets.project)
    assert not [problem for problem in done.problems if not problem.taken]
    entries = collected(targets.project, "月度目标设定、达成表")
    notes = {e.key: e.value for e in entries if e.slot == "input.members.备注"}
    assert notes == {agent: f"备注{agent}" for agent in agents}


def test_a_managers_decisions_about_targets(circulating, tmp_path):
    """Typed into 目标商定表, with the sheet renamed, rows put in above and a row sorted away."""
    project = circulating.project
    rounds.propose(project, "首年度保费", 1_000_000.07, MONTH, level="营业部")
    rounds.answer(
        project, "首年度保费", None, [Asked("城东营业部", "150000.5"), Asked("城西营业部", "99999")]
    )
    source, target = make(project), tmp_path / "decided.xlsx"
    page = load(source)["首年度保费"]
    row_of = {page.cell(row, 4).value: row for row in range(6, 15)}
    east, west, north = (row_of[f"{name}营业部"] + 2 for name in ("城东", "城西", "城北"))
    edit(
        source,
        target,
        ["unprotect", "首年度保费"],
        ["insert rows", "首年度保费", 2, 2],
        ["type", "首年度保费", f"N{east}", "接受"],
        ["type", "首年度保费", f"N{west}", "还价"],
        ["type", "首年度保费", f"O{west}", "=110000+0.25"],
        ["type", "首年度保费", f"P{west}", "去年同期十二万"],
        ["type", "首年度保费", f"N{north}", "还价"],
        ["sort", "首年度保费", "B9:Q16", 2, False],
        ["rename", "首年度保费", "保费"],
    )
    done = take(project, target)
    assert done.taken == 2
    assert [(one.sheet, one.fault.kind.code) for one in done.problems] == [
        ("保费", "rounds.counter-empty")
    ]
    course = rounds.course(project, "首年度保费")
    stands = dict(zip(course.round.keys, course.stands, strict=True))
    assert stands["城东营业部"].agreed == 15_000_050
    assert stands["城西营业部"].countered == 11_000_025
    assert course.events[-1].reason in ("去年同期十二万", "")
