"""The slots of the front page: a month to read in a minute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kpi_xl.findings.in_brief import HEADLINES, MEASURES_SHOWN
from kpi_xl.slots.slot import Group, Kind, Slot
from kpi_xl.slots.unit_values import HEADING

TOTAL: Final = "合计"
"""What the last of the units side by side is called: all of them."""

COLUMNS: Final = 11
"""So many columns has the table of units."""


@dataclass(frozen=True)
class Headline:
    """A headline number as texts."""

    name: str
    value: str
    goal: str
    change: str
    pace: str | None
    status: str


@dataclass(frozen=True)
class Row:
    """The line of a unit or person in the table."""

    name: str
    people: int | None
    done: float | None
    goal: float | None
    attained: float | None
    gap: float | None
    change: str
    first: str
    second: str
    status: str
    problem: str


FRONT: Final = Group(
    "front.",
    "首页",
    {
        "heading": HEADING,
        "截至": Slot("数据到哪一天，本月过完没有，凭什么这样看"),
        "单位标题": Slot("下面并排的是哪些单位，按什么排"),
        "列名": Slot("并排的表的列名，一行十一格", cells=COLUMNS),
        "没有数据": Slot("没有数据的指标，和补上哪些表就有，一句话"),
        "金额单位": Slot("大的金额写成万元还是元"),
    },
)

HEADLINE: Final = Group(
    "front.<数>.",
    "首页第 <数> 个数",
    {
        "名称": Slot("哪个指标", value=lambda one: one and one.name),
        "值": Slot("本月实际，连单位", value=lambda one: one and one.value),
        "目标": Slot("目标和达成率", value=lambda one: one and one.goal),
        "变化": Slot("比上月、比去年同期", value=lambda one: one and one.change),
        "进度": Slot(
            "本月没有过完时：到今天应完成多少，月末会到多少", value=lambda one: one and one.pace
        ),
        "状态": Slot("状态，前面有记号，后面是依据", value=lambda one: one and one.status),
    },
    {"数": tuple(str(place) for place in range(1, HEADLINES + 1))},
)

SENTENCES: Final = Group(
    "front.",
    "首页",
    {
        "结果": Slot(
            "做到多少，离目标、比上月、比去年同期差多少，一句话", value=lambda one: one[0]
        ),
        "原因": Slot("差额出在哪几个因素，一句话", value=lambda one: one[1]),
        "问题": Slot("哪些单位差得最多，哪些问题是新的，一句话", value=lambda one: one[2]),
    },
)

UNITS: Final = Group(
    "front.单位.",
    "首页，下属单位每个一行，团队是每人一行；最后一行是合计",
    {
        "名称": Slot("单位或姓名", cells=None, value=lambda one: one.name),
        "人数": Slot("期末人数", Kind.NUMBER, None, lambda one: one.people),
        "完成": Slot("完成", Kind.MONEY, None, lambda one: one.done),
        "目标": Slot("目标", Kind.MONEY, None, lambda one: one.goal),
        "达成率": Slot("完成 ÷ 目标", Kind.RATIO, None, lambda one: one.attained),
        "差额": Slot("完成 − 目标；没有目标的是比上月", Kind.MONEY, None, lambda one: one.gap),
        "同比": Slot("比去年同期", cells=None, value=lambda one: one.change),
        "指标一": Slot("第三个数，如活动率", cells=None, value=lambda one: one.first),
        "指标二": Slot("第四个数，如人均件数", cells=None, value=lambda one: one.second),
        "状态": Slot("状态，前面有记号", cells=None, value=lambda one: one.status),
        "最该管": Slot("最该管的指标和它的数", cells=None, value=lambda one: one.problem),
    },
)


@dataclass(frozen=True)
class ToDo:
    """An action as texts."""

    what: str
    why: str
    who: str
    until: str


TO_DO: Final = Group(
    "front.措施.",
    f"首页，要做的 {MEASURES_SHOWN} 件事",
    {
        "做什么": Slot("措施", cells=None, value=lambda one: one.what),
        "为什么": Slot("针对哪个指标、哪个原因", cells=None, value=lambda one: one.why),
        "谁": Slot("责任对象", cells=None, value=lambda one: one.who),
        "何时": Slot("期限", cells=None, value=lambda one: one.until),
    },
)
