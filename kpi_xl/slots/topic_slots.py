"""The slots of 专题、培训计划表."""

from __future__ import annotations

from typing import Final

from kpi_xl.slots.becomes import Training
from kpi_xl.slots.cell_formula import any_of, cell, texts_in, unless_error, when
from kpi_xl.slots.slot import Group, Kind, Slot

TOPICS: Final = Group(
    "topics.",
    "专题、培训，每项一行",
    {
        "类别": Slot(
            "专题或培训", cells=None, value=lambda one: one.kind, becomes=Training("类别")
        ),
        "主题": Slot("主题", cells=None, value=lambda one: one.text, becomes=Training("主题")),
        "目的": Slot(
            "为什么办", cells=None, value=lambda one: one.reason, becomes=Training("目的")
        ),
        "对象": Slot("谁参加", cells=None, value=lambda one: one.people, becomes=Training("对象")),
        "讲师": Slot("讲师", cells=None, value=lambda one: one.trainer, becomes=Training("讲师")),
    },
)

_DUE: Final = cell("input.topics.应到")
_CAME: Final = cell("input.topics.实到")

PROPOSED: Final = Group(
    "topics.",
    "专题、培训，每项一行",
    {
        "日期": Slot("日期", Kind.DATE, None, lambda day: day, becomes=Training("日期")),
        "到训率": Slot(
            "实到 ÷ 应到",
            Kind.RATIO,
            None,
            formula=when(any_of(_DUE.equals(""), _CAME.equals("")), "", unless_error(_CAME / _DUE)),
        ),
    },
)

COUNTS: Final = Group(
    "topics.",
    "专题、培训",
    {
        "场次": Slot("共几项", Kind.NUMBER, formula=texts_in(cell("topics.主题"))),
        "已办": Slot("填了结果的几项", Kind.NUMBER, formula=texts_in(cell("input.topics.结果"))),
    },
)

TYPED: Final = Group(
    "input.topics.",
    "专题、培训，每项一行",
    {
        "地点": Slot("地点", cells=None, becomes=Training("地点")),
        "应到": Slot("应到人数", Kind.NUMBER, None, becomes=Training("应到")),
        "实到": Slot("实到人数", Kind.NUMBER, None, becomes=Training("实到")),
        "结果": Slot("结果和跟进", cells=None, becomes=Training("结果")),
    },
)
