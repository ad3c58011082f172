"""The slots about members' skill and will: 团队技能培训计划, 技能意愿评估框."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from kpi_xl.analysis.quadrants import SKILL_WILL, skill_will_boxes
from kpi_xl.analysis.quotas import expected_ratios
from kpi_xl.analysis.skills import skill_levels
from kpi_xl.calendar import USUAL, Month, WorkCalendar, working_days
from kpi_xl.data.people import Person
from kpi_xl.findings.shown import NOTHING, shown
from kpi_xl.formula import divide
from kpi_xl.slots.activity_quotas import FUNNEL, MONTHS, history
from kpi_xl.slots.becomes import IN_REVIEW, WORDS, Box, Skill, Training
from kpi_xl.slots.cell_formula import (
    CellFormula,
    any_of,
    call,
    cell,
    formula,
    here,
    in_brackets,
    numbers_in,
    so_far,
    texts_in,
    unless_error,
    when,
    word,
)
from kpi_xl.slots.slot import ByPlace, Group, Kind, Slot, Values

SKILLS: Final = {
    "准客户开拓": "客户来源盘点与名单整理",
    "约访": "约访话术与异议处理演练",
    "销售面谈": "需求分析与产品说明演练",
    "促成": "促成时机、促成话术演练",
    "产品知识": "主推产品卖点与常见问答",
    "售后服务": "保单服务与转介绍",
}
"""The skills, in the order of the sales cycle, with what is trained for each."""

LEVELS: Final = 5

BOX_ROWS: Final = 10
BOX_COLUMNS: Final = 4
"""So many names are shown in each box."""

UNDECIDED: Final = "待判断"
"""The box of those whom the data do not show, until the manager judges."""


LEVELLED: Final = Group(
    "members.",
    "每位成员一行",
    {
        "技能.<技能>": Slot(
            "<技能>现状，1 到 5 级", Kind.NUMBER, None, becomes=Skill("<技能>", "现状")
        ),
        "技能.<技能>.目标": Slot(
            "<技能>目标，1 到 5 级", Kind.NUMBER, None, becomes=Skill("<技能>", "目标")
        ),
    },
    {"技能": tuple(SKILLS)},
)


def _mean(end: str) -> CellFormula:
    """The mean of all levels; empty where there is none."""
    levels = cell(f"members.{end}")
    return when(numbers_in(levels).equals(0), "", call("AVERAGE", levels))


MEAN: Final = Group(
    "members.平均.",
    "成员平均",
    {
        end: Slot(LEVELLED.slots[end].meaning, Kind.NUMBER, formula=_mean(end))
        for end in LEVELLED.slots
    },
    {"技能": tuple(SKILLS)},
)

# All skills of a member. Only where both levels are there is a gap.
_NOW, _AIM = here("members.技能.<技能>"), here("members.技能.<技能>.目标")
_BOTH: Final = _NOW.differs("") * _AIM.differs("")

TRAINED: Final = Group(
    "members.",
    "每位成员一行",
    {
        "技能差距": Slot(
            "各项技能的目标与现状之差合计",
            Kind.NUMBER,
            None,
            formula=when(
                call("SUMPRODUCT", _BOTH).equals(0), "", call("SUMPRODUCT", _BOTH, _AIM - _NOW)
            ),
        ),
        "培训内容": Slot("最弱一项的培训内容", cells=None, becomes=Training("内容")),
    },
)

_NAME: Final = here("members.姓名")
_BY_MANAGER, _BY_DATA = here("input.members.主管判断"), here("members.数据判断")
_RESULTS: Final = cell("members.评估结果")

BOXED: Final = Group(
    "members.",
    "每位成员一行",
    {
        "签单率": Slot("近三个月促成 ÷ 洽谈", Kind.RATIO, None),
        "日均拜访": Slot("近三个月每个工作日的拜访数", Kind.NUMBER, None),
        "数据判断": Slot("技能意愿框，由数据判断", cells=None),
    },
)

JUDGED: Final = Group(
    "members.",
    "每位成员一行",
    {
        "评估结果": Slot(
            "技能意愿框，主管的判断优先",
            cells=None,
            formula=when(
                _NAME.equals(""),
                "",
                when(
                    _BY_MANAGER.differs(""),
                    _BY_MANAGER,
                    when(_BY_DATA.equals(NOTHING), UNDECIDED, _BY_DATA),
                ),
            ),
        ),
        "位次": Slot(
            "框的名称和在框里的位次",
            cells=None,
            formula=when(
                any_of(here("评估结果").equals(""), here("评估结果").equals(UNDECIDED)),
                "",
                here("评估结果").then(texts_in(so_far("评估结果"), here("评估结果"))),
            ),
        ),
    },
)


def _in_box(place: int) -> CellFormula:
    """The name of who is in a place of a box."""
    found = call("MATCH", word(f"<框>{place + 1}"), cell("members.位次"), 0)
    return unless_error(call("INDEX", cell("members.姓名"), found), "")


_ROOM: Final = BOX_ROWS * BOX_COLUMNS
_IN_BOX: Final = cell(".人数")
_UNDECIDED: Final = texts_in(_RESULTS, UNDECIDED)

BOXES: Final = Group(
    "boxes.<框>",
    "<框>",
    {
        "": Slot("姓名，10 行 4 列", cells=_ROOM, formula=ByPlace(_in_box), columns=BOX_COLUMNS),
        ".人数": Slot("人数", Kind.NUMBER, formula=texts_in(_RESULTS, word("<框>"))),
        ".其余": Slot(
            "放不下的人数",
            formula=when(
                _IN_BOX > _ROOM, formula("另有 ").then(in_brackets(_IN_BOX - _ROOM)).then(" 人"), ""
            ),
        ),
    },
    {"框": SKILL_WILL},
)

ABOUT_BOXES: Final = Group(
    "boxes.",
    "",
    {
        "待判断": Slot(
            "还有几人要主管判断",
            formula=when(
                _UNDECIDED.equals(0),
                "全部成员均已评估",
                _UNDECIDED.then(" 人待判断，请在“评估”里选择"),
            ),
        ),
        "period": Slot("评估所看的三个月"),
    },
)

TYPED: Final = (
    Group(
        "input.members.",
        "每位成员一行",
        {
            "方式": Slot("怎样练", cells=None, becomes=Training("方式")),
            "日期": Slot("哪天练", Kind.DATE, None, becomes=Training("日期")),
            "讲师": Slot("谁教", cells=None, becomes=Training("讲师")),
            "结果": Slot("练得怎样", cells=None, becomes=Training("结果")),
            "主管判断": Slot("四个框之一，只能从列表选", cells=None, becomes=Box()),
            "措施": Slot("打算怎么做", cells=None, becomes=WORDS),
            "签字": Slot("本人签字，可填姓名", cells=None, becomes=WORDS),
            "备注": Slot("备注", cells=None, becomes=WORDS),
        },
    ),
    Group(
        "input.boxes.<框>.",
        "<框>",
        {"措施": Slot("本月打算", becomes=IN_REVIEW)},
        {"框": SKILL_WILL},
    ),
)


def skill_values(
    people: Sequence[Person],
    month: Month,
    rows: int,
    judged: Callable[[str, str, str], int | None] = lambda *_: None,
    dates: WorkCalendar = USUAL,
) -> Values:
    """Members' present levels, their aims, and the training.

    The data show the first four skills: how much somebody prospects, and how many of each stage of
    the funnel he gets to the next, beside his team. The others are for the manager to judge: what
    he judged last stands there.

    Parameters
    ----------
    people : sequence of Person
        The people of the team in the month.
    month : Month
        The months before it are looked at.
    rows : int
        How many rows the workbook has for them.
    judged : callable
        The level that a manager gave a 工号 last, by skill, 现状 or 目标.
    dates : WorkCalendar
        The days of the project.
    """
    levels = _levels(people, month, dates)
    found: Values = {}
    skills: dict[str, list[list[int | None]]] = {end: [] for end in LEVELLED.slots}
    for number, skill in enumerate(SKILLS):
        shown = levels[number] if number < len(levels) else [None] * len(people)
        own = [(judged(one.agent, skill, "现状"), level) for one, level in _pairs(people, shown)]
        now = [level if said is None else said for said, level in own]
        wanted = [(judged(one.agent, skill, "目标"), level) for one, level in _pairs(people, now)]
        aims = [
            (None if level is None else _aim(level)) if said is None else said
            for said, level in wanted
        ]
        columns = {"技能.<技能>": now, "技能.<技能>.目标": aims}
        found |= LEVELLED.values(columns, 技能=skill)
        found |= MEAN.values(None, found, 技能=skill)
        for end, column in columns.items():
            skills[end].append(column)
    blank = [[None] * len(SKILLS)] * (rows - len(people))
    own_rows: Values = {
        f"members.{end}": [*map(list, zip(*columns, strict=True)), *blank]
        for end, columns in skills.items()
    }
    weakest = weakest_skills(people, month, dates)
    taught = [None if skill is None else SKILLS[skill] for skill in weakest]
    return found | TRAINED.values({"培训内容": taught}, own_rows, rows)


def _pairs(
    people: Sequence[Person], levels: Sequence[int | None]
) -> Iterator[tuple[Person, int | None]]:
    return zip(people, levels, strict=True)


def weakest_skills(
    people: Sequence[Person], month: Month, dates: WorkCalendar = USUAL
) -> list[str | None]:
    """The weakest measured skill of each member; None for members without activity."""
    found: list[str | None] = []
    for own in zip(*_levels(people, month, dates), strict=True):
        known = [level for level in own if level is not None]
        found.append(list(SKILLS)[own.index(min(known))] if known else None)
    return found


def _levels(people: Sequence[Person], month: Month, dates: WorkCalendar) -> list[list[int | None]]:
    """The levels that the data show, by skill and member; None for members without activity.

    How much somebody prospects is by the days that he was there to do so.
    """
    funnel = np.array([[history(one, code, month) for one in people] for code in FUNNEL])
    active = funnel.any(axis=0)
    ratios = expected_ratios(funnel, funnel.sum(axis=1, keepdims=True))
    prospects = divide(funnel[:1], [days_before(one, month, dates) for one in people])
    numbers = np.vstack([prospects, ratios])
    levels = skill_levels(np.where(active, numbers, math.nan))
    return [[int(level) or None for level in skill] for skill in levels]


def _aim(level: int) -> int:
    """The aim: one step up for members not above the middle; the others keep their level."""
    return level + 1 if level <= LEVELS // 2 + 1 else level


def days_before(person: Person, month: Month, dates: WorkCalendar = USUAL) -> int:
    """The working days in service of a person, in the months looked at before a month."""
    first, last = dates.span(month - MONTHS)[0], dates.span(month - 1)[1]
    return sum(map(person.serves, working_days(first, last, dates.work)))


def box_values(
    people: Sequence[Person],
    month: Month,
    last: Month,
    rows: int,
    dates: WorkCalendar = USUAL,
) -> Values:
    """The members in each box of skill and will, by the last three months with data.

    Parameters
    ----------
    people : sequence of Person
        The people of the team in the month.
    month, last : Month
        The month, and the last one with data.
    rows : int
        How many rows the workbook has for them.
    dates : WorkCalendar
        The days of the project.
    """
    after = min(month, last) + 1
    days = np.array([days_before(one, after, dates) for one in people], dtype=np.int64)
    interviews, closings, visits = (
        np.array([history(one, code, after) for one in people], dtype=np.int64)
        for code in ("interviews", "closings", "visits")
    )
    skill, will = divide(closings, interviews), divide(visits, days)
    # Who was never out has no skill to show, but it shows how willing he is.
    boxes = skill_will_boxes(skill, will)
    judged = [SKILL_WILL[box] if box >= 0 else NOTHING for box in boxes.tolist()]
    boxed = {
        "签单率": [shown(value) for value in skill.tolist()],
        "日均拜访": [shown(value) for value in will.tolist()],
        "数据判断": judged,
    }
    found = BOXED.values(boxed)
    named = {"members.姓名": [one.name for one in people]}
    found |= JUDGED.values(None, found | named, rows)
    about = {"period": f"{(after - MONTHS).chinese}—{(after - 1).chinese}"}
    found |= ABOUT_BOXES.values(about, found)
    for box in SKILL_WILL:
        found |= BOXES.values(None, found | named, 框=box)
    return found
