"""团队技能培训计划: each member's skills now and to be, and what is done about them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.skill_values import LEVELS, MEAN, SKILLS, TRAINED
from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, Roll, facts, head
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACROSS,
    CENTRE,
    HEAD,
    LEFT,
    PADDED,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHITE,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import choices, dates, whole_numbers

NAME: Final = name_of(__name__)
MEMBERS: Final = 36
"""How many members have a row before more are put in."""
WAYS: Final = ("集中培训", "一对一辅导", "陪同展业", "角色演练", "自学", "师徒结对")
_SHEET: Final = "技能培训"
_SKILLS: Final = tuple(SKILLS)
_PERSON, _RANK, _SERVICE, _NOW = 2, 3, 4, 5
_AIM: Final = _NOW + len(_SKILLS)
_GAP: Final = _AIM + len(_SKILLS)
_TOPIC, _WAY, _DAY, _TRAINER, _RESULT = range(_GAP + 1, _GAP + 6)
_WIDTHS: Final = (
    1.5,
    11,
    14,
    11,
    7,
    *(6.2 for _ in range(2 * len(_SKILLS))),
    6.5,
    26,
    12,
    9.5,
    10,
    26,
)
_HEADER: Final = 5
_TOTAL: Final = _HEADER + 2
_FIRST: Final = _TOTAL + 1
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_COUNT: Final[Style] = {"num_format": "0", "align": "center"}
_SMALL: Final[Style] = {"shrink": True, **LEFT}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    page = Page(book, _SHEET, _WIDTHS, larger=2.2)
    given = {**UNIT, "unit.parent": ("上级单位", {})}
    head(
        page,
        NAME,
        facts(given, (1, 3, 5, 8, 11, 14)),
        filled=(_WAY, _DAY),
        signed={"主管签字": (_RESULT, _RESULT)},
    )
    _heads(page)
    columns = [
        Column("工号", "members.工号", style=_SMALL),
        Column("姓名", "members.姓名", style={**_SMALL, **STRONG}),
        Column("职级", "members.职级", style=_SMALL),
        Column("入司月数", "members.入司月数", style=_COUNT),
        *(Column(one, f"members.技能.{one}", "editable", _COUNT) for one in _SKILLS),
        *(Column(one, f"members.技能.{one}.目标", "editable", _COUNT) for one in _SKILLS),
        Column("差距", "", "formula"),
        Column("培训内容", "members.培训内容", "editable", {**_SMALL, **PADDED}),
        Column("方式", "input.members.方式", "input", _SMALL),
        Column("日期", "input.members.日期", "input", {**CENTRE, "num_format": 'm"月"d"日"'}),
        Column("讲师", "input.members.讲师", "input", _SMALL),
        Column("结果", "input.members.结果", "input", {**_SMALL, **PADDED}),
    ]
    first = {column: xl_rowcol_to_cell(_FIRST, column) for column in range(_NOW, _AIM)}
    flags = {column: f'AND({cell}<>"",{cell}<=2)' for column, cell in first.items()}
    roll = Roll(page, "members", _FIRST, MEMBERS, columns, told_by=1, flags=flags)
    _levels(page, roll)
    choices(page, (roll.first, _WAY, roll.last, _WAY), "方式", WAYS)
    dates(page, (roll.first, _DAY, roll.last, _DAY))
    page.sheet.freeze_panes(_FIRST, _RANK)
    roll.print_used((_HEADER, _TOTAL))
    _guide(book)
    book.close()


def _heads(page: Page) -> None:
    row = _HEADER
    page.height(row, 22)
    page.height(row + 1, 34)
    page.blanks(row, 1, row, _RESULT, HEAD)
    page.blanks(row + 1, 1, row + 1, _RESULT, SUBHEAD)
    groups = (
        (_NOW, _AIM, "现状（1—5 级）"),
        (_AIM, _GAP, "目标（1—5 级）"),
        (_TOPIC, _RESULT + 1, "培训"),
    )
    for first, end, text in groups:
        page.blanks(row, first, row, end - 1, HEAD, ACROSS)
        page.put(row, first, text, HEAD, ACROSS, _GROUP)
    page.put(row, _GAP, None, HEAD, _GROUP)
    wrapped: Style = {"text_wrap": True}
    for first in (_NOW, _AIM):
        for number, skill in enumerate(_SKILLS):
            text = skill if len(skill) < 4 else f"{skill[:-2]}\n{skill[-2:]}"
            page.put(row + 1, first + number, text, SUBHEAD, CENTRE, wrapped)
    heads = {1: "工号", _PERSON: "姓名", _RANK: "职级"}
    heads |= {_TOPIC: "培训内容", _WAY: "方式", _TRAINER: "讲师", _RESULT: "结果"}
    for column, text in heads.items():
        padded = PADDED if column in (_TOPIC, _RESULT) else {}
        page.put(row + 1, column, text, SUBHEAD, LEFT, padded)
    for column, text in {_SERVICE: "入司\n月数", _GAP: "差距", _DAY: "日期"}.items():
        page.put(row + 1, column, text, SUBHEAD, CENTRE, wrapped)


def _levels(page: Page, roll: Roll) -> None:
    page.height(_TOTAL, 22)
    page.blanks(_TOTAL, 1, _TOTAL, _RESULT, TOTAL)
    page.put(_TOTAL, 1, "平均", TOTAL)
    mean: Style = {"num_format": "0.0", "align": "center"}
    for first, part in ((_NOW, ""), (_AIM, ".目标")):
        for number, skill in enumerate(_SKILLS):
            column = first + number
            cells = roll.cells(column)
            formula = MEAN.excel(f"技能.<技能>{part}", {f"members.技能.<技能>{part}": cells})
            slot = f"members.平均.技能.{skill}{part}"
            page.formula(_TOTAL, column, formula, "", TOTAL, mean, slot=slot)
    whole_numbers(page, (roll.first, _NOW, roll.last, _GAP - 1), "技能级别", LEVELS)
    now, aim, end = (xl_col_to_name(column) for column in (_NOW, _AIM, _GAP - 1))
    before = xl_col_to_name(_AIM - 1)
    levels = {
        "members.技能.<技能>@": f"{now}{{row}}:{before}{{row}}",
        "members.技能.<技能>.目标@": f"{aim}{{row}}:{end}{{row}}",
    }
    gap = TRAINED.excel("技能差距", levels)
    roll.formulas(_GAP, gap, "members.技能差距", _COUNT, STRONG)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "主管每月评一次每位成员的技能：现在几级、要到几级、练什么、谁来教、哪天练、结果怎样。"
        "评完的级别也是陪访和辅导的依据。",
    )
    guide.steps(
        "怎样填",
        (
            "先看预填的现状：前四项由近三个月的活动量算出，同组比较；主管按平时观察修改。",
            "产品知识、售后服务数据看不出来，由主管评。",
            "定下目标级别，一个月提高一级就够；“培训内容”已按最弱的一项预填，可以改。",
            "安排方式、日期、讲师；练完填结果，下个月再评。",
        ),
    )
    guide.colours()
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("准客户开拓", "近三个月约访数", "与本组中位数比"),
            (
                "约访、销售面谈、促成",
                "拜访÷约访、洽谈÷拜访、促成÷洽谈",
                "次数少的人向本组靠拢，避免偶然",
            ),
            ("级别", "中位数的 70%、90%、110%、130%", "是 2、3、4、5 级的起点；3 级约为本组中等"),
            ("差距", "目标 − 现状，各项之和", "两格都填了的技能才算；红色是 1、2 级"),
        ),
    )
    guide.slots()
