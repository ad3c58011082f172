"""The slots of the 鱼骨图: the causes of a unit's costliest weakness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.diagnosis import RankedCause, Verdict
from kpi_xl.analysis.knowledge import BONES
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import value_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.slots.slot import Group, Slot, Values
from kpi_xl.slots.unit_values import HEADING

CAUSES: Final = 5
"""A bone has room for so many causes."""

MARKS: Final[Mapping[Verdict, str]] = {"数据支持": "●", "请主管判断": "○", "数据不支持": "×"}
"""What the data say about a cause, before its text."""

FISHBONE: Final = Group(
    "fishbone.",
    "鱼骨图",
    {
        "heading": HEADING,
        "问题": Slot("最要紧的弱项，指标和数字"),
        **{
            bone: Slot(f"{bone}方面的原因，一列；● 数据支持，○ 看不出，× 不支持", cells=CAUSES)
            for bone in BONES
        },
        "说明": Slot("数据支持几条，别的弱项是什么"),
    },
)


def fishbone_values(findings: Findings, unit: int, about: Mapping[str, str]) -> Values:
    """The causes of a unit's costliest weakness, bone by bone, the likeliest first.

    Parameters
    ----------
    findings : Findings
        About the units of its level.
    unit : int
        Its index in the cube.
    about : mapping of str to str
        The slots ``unit.name`` and ``period.month``.
    """
    bones: dict[str, list[str]] = {bone: [] for bone in BONES}
    problem, note = "本月没有要诊断的弱项", ""
    if weaknesses := findings.weaknesses(unit):
        worst, *others = weaknesses
        kpi = findings.kpis[worst.warning.kpi]
        for one in worst.causes:
            bones[one.cause.bone].append(_text(one))
        value = value_text(kpi, findings.value(kpi.code, unit))
        problem, note = f"{worst.topic.name}\n{kpi.name} {value}", _note(worst.causes, others)
    shown = {bone: texts[:CAUSES] for bone, texts in bones.items()}
    return FISHBONE.values({"问题": problem, "说明": note, **shown}, dict(about))


def _text(ranked: RankedCause) -> str:
    """A cause with its mark and, where the data support it, its number."""
    text = f"{MARKS[ranked.verdict]} {ranked.cause.text}"
    if ranked.verdict == "数据支持":
        text += f"（{ranked.numbers[0].text.partition('（')[0]}）"
    return text


def _note(causes: Sequence[RankedCause], others: Sequence[Weakness]) -> str:
    supported = sum(one.verdict == "数据支持" for one in causes)
    told = f"数据支持 {supported} 条" if supported else "没有一条原因有数据支持，要到现场看"
    also = f"；另外的弱项：{'、'.join(one.topic.name for one in others)}" if others else ""
    return f"{len(causes)} 条可能的原因，{told}{also}。"
