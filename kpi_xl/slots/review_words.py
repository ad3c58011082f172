"""The texts and counts of a unit's manager, as 月度经营检讨 shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from kpi_xl.analysis.quadrants import SKILL_WILL
from kpi_xl.catalogue.units import Unit
from kpi_xl.record.collected import Entry
from kpi_xl.slots import becomes
from kpi_xl.slots.agreed import Agreed
from kpi_xl.slots.registry import declaration

MONTHLY_KPI: Final = "月度KPI表"
NOT_RETURNED: Final = "（没有交回）"

_PROBLEMS: Final = ("input.problem", "input.summary", "input.kpi.", "input.week")
_DECISION: Final = "input.decision"


def problems_said(agreed: Agreed, unit: Unit) -> str:
    """The problems and causes that a manager wrote in the month's forms."""
    first, others = _words(agreed, unit, problems=True)
    return "；".join([*(first or [NOT_RETURNED]), *others])


def actions_said(agreed: Agreed, unit: Unit) -> str:
    """The actions that the manager wrote, the decisions of the month before, and the manager's
    counts.
    """
    first, others = _words(agreed, unit, problems=False)
    decided = [
        f"上月检讨会决定：{entry.value}"
        for entry, _ in agreed.of_unit_before(unit)
        if entry.slot == _DECISION
    ]
    return "；".join([*(first or [NOT_RETURNED]), *others, *decided, *_counts(agreed, unit)])


def _words(agreed: Agreed, unit: Unit, *, problems: bool) -> tuple[list[str], list[str]]:
    """The texts in 月度KPI表, and those in other forms, each with its form's name."""
    first, others = [], []
    for entry, what in agreed.of_unit(unit):
        if what != becomes.IN_REVIEW or entry.slot == _DECISION:
            continue
        if entry.slot.startswith(_PROBLEMS) != problems:
            continue
        if entry.template == MONTHLY_KPI and entry.slot in ("input.problem", "input.measures"):
            first.append(str(entry.value))
        else:
            others.append(f"《{entry.template}》{_about(entry)}：{entry.value}")
    return first, others


def _about(entry: Entry) -> str:
    """The subject of an entry: the KPI, the box, the week, or the cell's name."""
    one = declaration(entry.slot)
    assert one is not None  # it is known what becomes of it
    named = "".join(f"第{word}周" if place == "周" else word for place, word in one.named.items())
    return named or one.slot.meaning


def _counts(agreed: Agreed, unit: Unit) -> list[str]:
    """The manager's counts: own activities, trainings held, people in each box."""
    sums: Counter[str] = Counter()
    trained: Counter[str] = Counter()
    boxes: Counter[str] = Counter()
    held: set[int] = set()
    for entry, what in agreed.of_unit(unit):
        if isinstance(what, becomes.Managed) and isinstance(entry.value, int):
            sums[what.item] += entry.value
        elif isinstance(what, becomes.Training) and isinstance(entry.value, int):
            trained[what.part] += entry.value
            held.add(entry.row)
        elif isinstance(what, becomes.Box):
            boxes[str(entry.value)] += 1
    told = []
    if sums:
        told.append("主管：" + "，".join(f"{item} {count}" for item, count in sums.items()))
    if trained:
        people = "，".join(f"{part} {count} 人" for part, count in trained.items())
        told.append(f"培训 {len(held)} 场，{people}")
    if boxes:
        told.append("主管判断：" + _in_order(boxes, SKILL_WILL))
    return told


def _in_order(counts: Counter[str], order: Sequence[str]) -> str:
    return "，".join(f"{name} {counts[name]} 人" for name in order if counts[name])
