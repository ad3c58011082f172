"""The slots of plans of actions, of their follow-up, and of the month's review."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final, NamedTuple

from kpi_xl.findings.improvement import Progress
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Kpi
from kpi_xl.slots.becomes import IN_REVIEW, Answer, Measure
from kpi_xl.slots.cell_formula import cell, formula, texts_in
from kpi_xl.slots.slot import Group, Kind, Slot
from kpi_xl.slots.unit_values import HEADING


def _text(meaning: str, value: Callable[[Any], Any], kind: Kind = Kind.TEXT) -> Slot:
    return Slot(meaning, kind, None, value)


def _action(meaning: str, value: Callable[[Any], Any], kind: Kind = Kind.TEXT) -> Slot:
    return Slot(meaning, kind, None, value, becomes=Measure(meaning))


def _with_note(progress: Progress) -> str:
    """The verdict, with the manager's note."""
    note = progress.answer.note
    return f"{progress.verdict}。主管：{note}" if note else progress.verdict


PLAN: Final = Group(
    "plan.",
    "建议的改善措施，每条一行",
    {
        "编号": _text("措辞、次序改了也认得出是哪一条", lambda one: one.code),
        "指标": _action("要改善的指标", lambda one: one.kpi),
        "问题": _action("问题", lambda one: one.problem),
        "根源问题": _action("根源问题", lambda one: one.cause),
        "改善措施": _action("改善措施", lambda one: one.text),
        "责任对象": _action("责任对象", lambda one: one.owner),
        "工具": _action("工具", lambda one: one.tool),
        "期限": _action("期限", lambda one: one.due, Kind.DATE),
    },
)

STATES: Final = ("已完成", "进行中", "没有做")
"""What a manager chooses from to say how far an action is."""

_TEXTS: Final = cell("plan.改善措施")
_REFUSED: Final = cell("input.plan.采用")

PLAN_COUNT: Final = Group(
    "plan.",
    "",
    {
        "条数": Slot(
            "采用几条，自己的几条",
            formula=formula("采用 ")
            .then(texts_in(_TEXTS) - texts_in(_REFUSED, "不采用"))
            .then(" 条，自己的 ")
            .then(texts_in(cell("input.own.改善措施")))
            .then(" 条"),
        )
    },
)

PROGRESS: Final = Group(
    "progress.",
    "上月的措施，每条一行",
    {
        "编号": _text("和计划里的编号相同", lambda one: one.planned.code),
        "指标": _text("要改善的指标", lambda one: one.planned.kpi),
        "问题": _text("问题", lambda one: one.planned.problem),
        "改善措施": _text("改善措施", lambda one: one.planned.text),
        "责任对象": _text("责任对象", lambda one: one.planned.owner),
        "期限": _text("期限", lambda one: one.planned.due, Kind.DATE),
        "上月": _text("指标的上月，文字", lambda one: one.before),
        "本月": _text("指标的本月，文字", lambda one: one.after),
        "变化": _text("指标的变化，文字", lambda one: one.change),
        "同类变化": _text("没做这项措施的同类的变化，没有则“—”", lambda one: one.expected),
        "结论": _text("和同类比，措施有没有作用；说不出时直说", lambda one: one.verdict),
        "来源": _text("交回的计划，或系统上月的建议", lambda one: one.planned.source),
        "完成情况": _text("交回的进展检讨里写的", lambda one: one.answer.state or NOTHING),
        "检讨": _text("结论，和主管写的说明", _with_note),
    },
)

PROGRESS_NOTE: Final = Group(
    "progress.",
    "",
    {
        "note": Slot("上月的措施从哪里来", value=lambda note: note),
        "条数": Slot(
            "完成几条，共几条",
            formula=formula("已完成 ")
            .then(texts_in(cell("input.progress.完成"), STATES[0]))
            .then(" 条，共 ")
            .then(texts_in(cell("progress.改善措施")))
            .then(" 条"),
        ),
    },
)


class TargetLine(NamedTuple):
    """The line of a target, as texts."""

    kpi: Kpi
    target: str
    actual: str
    gap: str
    attained: str
    status: str
    before: str
    next_target: str
    why: str


REVIEWED: Final = Group(
    "review.",
    "有目标的指标，每项一行，数字是文字",
    {
        "指标": _text("指标", lambda one: one.kpi.name),
        "目标": _text("目标", lambda one: one.target),
        "实际": _text("实际", lambda one: one.actual),
        "差额": _text("差额", lambda one: one.gap),
        "达成率": _text("达成率", lambda one: one.attained),
        "状态": _text("状态", lambda one: one.status),
        "上月": _text("上月", lambda one: one.before),
        "下月目标": _text(
            "已定的，没有则沿用；总量加上本年欠数的一份", lambda one: one.next_target
        ),
        "说明": _text("下月目标怎么来的", lambda one: one.why),
    },
)

SUMMARY: Final = Group(
    "review.",
    "",
    {
        "summary": Slot("一句话：几项目标，几项健康，最该改善什么"),
        "heading": HEADING,
        "问题": Slot("交回的月度KPI表里写的主要问题和原因"),
        "措施": Slot("交回的月度KPI表里写的改善措施"),
    },
)

RULE_LISTS: Final = Group(
    "rules.",
    "不符合基本法的人，每人一行；分公司只有各单位的人数",
    {
        name: _text(name, itemgetter(place))
        for place, name in enumerate(("团队", "姓名", "工号", "职级", "事项", "说明"))
    },
)

ABOUT_RULES: Final = Group(
    "rules.",
    "",
    {"单位": Slot("单位离基本法的要求还差什么", cells=None, value=lambda texts: texts)},
)

_OWN: Final = ("指标", "问题", "根源问题", "改善措施", "责任对象", "工具", "期限")

TYPED: Final = (
    Group(
        "input.plan.",
        "建议的改善措施，每条一行",
        {"采用": Slot("采用、不采用；留空算采用", cells=None, becomes=Measure("采用"))},
    ),
    Group(
        "input.own.",
        "自己的改善措施，每条一行",
        {
            name: Slot(
                name, Kind.DATE if name == "期限" else Kind.TEXT, None, becomes=Measure(name)
            )
            for name in _OWN
        },
    ),
    Group(
        "input.progress.",
        "上月的措施，每条一行",
        {
            "完成": Slot("已完成、进行中、没有做", cells=None, becomes=Answer("完成")),
            "说明": Slot("说明和下一步", cells=None, becomes=Answer("说明")),
        },
    ),
    Group(
        "input.",
        "",
        {
            "decision": Slot("检讨会的决定", becomes=IN_REVIEW),
            "problem": Slot("主要问题和原因", becomes=IN_REVIEW),
            "measures": Slot("下一步改善措施：谁、做什么、何时完成", becomes=IN_REVIEW),
        },
    ),
)
