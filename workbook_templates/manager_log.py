"""销售主管工作日志: a manager's days: plan, talks and joint visits, the team's result, lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name

from kpi_xl.slots.log_values import LINES
from kpi_xl.slots.plan_slots import ACCOMPANIED, MANAGER_WEEK
from workbook_templates import daily_log, name_of
from workbook_templates.daily_log import FIRST, GROUP, HEADER, LAST, SMALL, TOTALS
from workbook_templates.form import UNIT, Column, Roll, facts, head, heads
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    BOXED,
    CENTRE,
    EDITABLE,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RIGHT,
    SECTION,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import amounts, date_input, whole_numbers
from workbook_templates.week import WEEKS, heading, top

NAME: Final = name_of(__name__)
MEMBERS: Final = 40
"""How many members have a row."""
KINDS: Final = ("面谈", "面谈", "陪访", "陪访")
"""What each of a day's four lines is for."""
"""The norm of joint visits a week."""
_TEAM: Final = "团队"
_WIDTHS: Final = (1.5, 8.5, 29, 7, 15, 25, 25, 9.5, 10, 28, 29)
_PLAN, _KIND, _WHOM, _HOW, _EFFECT, _LABEL, _COUNT, _LEARNT, _NEXT = range(2, 11)
_COUNTED: Final = ("出单人数", "预收件数", "预收保费", "日志份数")
_SUMMED: Final = {"出单人数": ("出单 ", "人"), "预收件数": ("", "件"), "预收保费": ("预收 ", "元")}
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}
_WHOLE: Final[Style] = {"num_format": "#,##0", "align": "center"}
_SMALL: Final[Style] = {"shrink": True, **LEFT, **PADDED}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    team = Page(book, _TEAM, (1.5, 14, 16, 17, 12, 17, 12, 12, 17), landscape=False)
    weeks = [Page(book, f"第{week}周", _WIDTHS, larger=1.8) for week in WEEKS]
    whose = heading(team, ("team.name", "unit.manager"), (1, 5), 8)
    roll = _team(team)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose, roll)
    _guide(book)
    book.close()


def _team(page: Page) -> Roll:
    """Who is in the team: whom the manager may choose from."""
    given = {"team.name": ("团队名称", {}), "unit.parent": ("上级单位", {}), **UNIT}
    order = ("team.name", "unit.parent", "unit.manager", "unit.headcount", "branch.name")
    chosen = {slot: given[slot] for slot in (*order, "period.working_days")}
    chosen["unit.headcount"] = ("团队人数", {"num_format": '#,##0" 人"'})
    head(page, NAME, facts(chosen, (1, 3, 5, 6, 7, 8)))
    texts: tuple[str, ...] = (
        "工号",
        "姓名",
        "职级",
        "入司\n月数",
        "上月\n首年新单保费",
        "上月件数",
        "本月\n目标件数",
    )
    texts += ("本月\n目标保费",)
    page.height(5, 32)
    heads(page, 5, dict(enumerate(texts, 1)), 8, (4, 6, 7), (5, 8))
    columns = [
        Column("工号", "members.工号", style=_SMALL),
        Column("姓名", "members.姓名", style={**_SMALL, **STRONG}),
        Column("职级", "members.职级", style=_SMALL),
        Column("入司月数", "members.入司月数", style=_WHOLE),
        Column("上月保费", "members.首年新单保费.上月", style=WHOLE),
        Column("上月件数", "members.主险件数.上月", style=_WHOLE),
        Column("目标件数", "members.主险件数.目标", style=_WHOLE),
        Column("目标保费", "members.首年新单保费.目标", style=WHOLE),
    ]
    roll = Roll(page, "members", 6, MEMBERS, columns, told_by=1)
    page.sheet.freeze_panes(6, 3)
    roll.print_used((5, 5))
    return roll


def _week(page: Page, week: int, whose: str, roll: Roll) -> None:
    slot = f"week{week}"
    top(page, week, NAME, _NEXT, whose)
    _heads(page)
    page.height(FIRST, 19, LAST)
    daily_log.days(page, slot)
    daily_log.lines(page, _PLAN, f"{slot}.log.安排", _SMALL, SMALL, EDITABLE)
    for row in range(FIRST, LAST + 1):
        kind = KINDS[(row - FIRST) % LINES]
        page.put(row, _KIND, kind, LABEL, CENTRE, BOXED, _EDGE, daily_log.band(row))
    daily_log.lines(page, _WHOM, f"{slot}.log.对象", _SMALL, EDITABLE)
    daily_log.lines(page, _HOW, f"input.{slot}.coaching.做法", _SMALL, SMALL, INPUT)
    daily_log.lines(page, _EFFECT, f"input.{slot}.coaching.效果", _SMALL, SMALL, INPUT)
    for day in range(1, daily_log.DAYS + 1):
        row = FIRST + (day - 1) * LINES
        for line, name in enumerate(_COUNTED):
            style = daily_log.band(row + line)
            page.put(row + line, _LABEL, name, LABEL, LEFT, PADDED, BOXED, _EDGE, style)
            number = WHOLE if name == "预收保费" else _WHOLE
            where = f"input.{slot}.day{day}.{name}"
            page.put(row + line, _COUNT, None, number, BOXED, INPUT, style, slot=where)
            cell = (row + line, _COUNT, row + line, _COUNT)
            if name == "预收保费":
                amounts(page, cell, "团队预收保费（元）")
            else:
                whole_numbers(page, cell, f"团队{name}")
        daily_log.text_box(page, day, _LEARNT, f"input.{slot}.day{day}.得失")
        daily_log.text_box(page, day, _NEXT, f"input.{slot}.day{day}.明日")
    _names(page, roll)
    _totals(page, slot)
    daily_log.resting(page, _NEXT)
    page.sheet.freeze_panes(FIRST, _PLAN)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page) -> None:
    groups = ((_KIND, 4, "个别辅导、陪同展业"), (_LABEL, 2, "团队当日成果"))
    wide = ((_LEARNT, "成功、失败的经验教训"), (_NEXT, "明日活动和要解决的问题"))
    daily_log.heads(page, _NEXT, "今日安排", groups, wide)
    for column, text in ((_WHOM, "对象"), (_HOW, "做法和观察"), (_EFFECT, "效果、要补的技能")):
        page.put(HEADER + 1, column, text, SUBHEAD, LEFT, PADDED)
    page.put(HEADER + 1, _KIND, "方式", SUBHEAD, CENTRE, GROUP)


def _names(page: Page, roll: Roll) -> None:
    first = f"{_TEAM}!$C${roll.first + 1}"
    cells = f"{first}:$C${roll.last + 1}"
    page.sheet.data_validation(
        FIRST,
        _WHOM,
        LAST,
        _WHOM,
        {
            "validate": "list",
            "source": f'=OFFSET({first},0,0,MAX(1,COUNTIF({cells},"?*")),1)',
            "input_title": "对象",
            "input_message": "点右侧箭头选成员，也可以自己写。",
            "error_type": "information",
            "error_title": "不在列表里",
            "error_message": "这个姓名不在成员列表里。点“确定”保留所写的内容。",
        },
    )


def _totals(page: Page, slot: str) -> None:
    row = TOTALS
    page.height(row, 22)
    page.height(row + 1, 20)
    page.blanks(row, 1, row + 1, _NEXT, TOTAL)
    page.put(row, 1, "本周合计", TOTAL)
    plain: Style = {"bold": False}
    page.put(row + 1, 1, "要求", TOTAL, plain)
    page.put(row + 1, _PLAN, "每天面谈一两位；一周陪访三到四次", TOTAL, plain, PADDED)
    kinds, effects = (
        f"{letter}${FIRST + 1}:{letter}${LAST + 1}"
        for letter in (f"${xl_col_to_name(column)}" for column in (_KIND, _EFFECT))
    )
    for column, kind, name, unit in (
        (_HOW, "面谈", "talks", "人"),
        (_EFFECT, "陪访", "accompany", "次"),
    ):
        cells = {"方式": kinds, "input.week<周>.coaching.效果": effects}
        cells |= {
            f"{name}.合计": f"{xl_col_to_name(column)}{row + 1}",
            "week<周>.log.工作日": "$C$2",
        }
        total, hint = (MANAGER_WEEK.excel(f"{name}.{end}", cells) for end in ("合计", "提示"))
        shown: Style = {"num_format": f'"{kind} "0" {unit}"', "align": "left", "indent": 1}
        page.formula(row, column, total, 0, TOTAL, shown, slot=f"{slot}.{name}.合计")
        page.formula(row + 1, column, hint, "", TOTAL, plain, PADDED, slot=f"{slot}.{name}.提示")
    for line, name in enumerate(_COUNTED[:3]):
        column = (_LABEL, _COUNT, _LEARNT)[line]
        text, unit = _SUMMED[name]
        where = f"{slot}.team.{name}.合计"
        daily_log.day_total(page, column, _COUNT, line, f'"{text}"#,##0" {unit}"', where)
    row += 3
    page.height(row - 1, 6)
    page.height(row, 56)
    page.put(row, 1, "本周小结", SECTION, {"valign": "top"})
    page.merged(row, _PLAN, row, _LEARNT, "", WRAP, BOXED, INPUT, slot=f"input.{slot}.summary")
    date_input(page, row, _NEXT, _NEXT, f"input.{slot}.filled_on", CENTRE)
    page.put(row + 1, _NEXT, "填写日期", LABEL, RIGHT)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "主管一月一份，一周一页，一天一栏：今天安排什么，同谁面谈、陪谁展业，团队当天做成了什么，"
        "学到什么，明天做什么。一周在一张纸上，看得出时间和辅导给了谁。",
    )
    guide.steps(
        "怎样填",
        (
            "早上看今日安排：陪访、面谈的对象已按“最需要关注的人”预填，按实际改。",
            "面谈、陪访之后写做法和观察、效果；没有写效果的不算完成。",
            "下班前填团队当日成果和收到的日志份数，写经验教训和明日活动。",
            "每天检查客户经理的日志；周五写本周小结。",
        ),
    )
    guide.colours(resting="休息日、节假日；变灰的格子照样可以填")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("面谈、陪访合计", "方式相同、写了效果的行数", "一行一人（次）"),
            ("提示 · 面谈", "合计与当周工作日数比", "每个工作日至少一人"),
            ("提示 · 陪访", f"合计与 {ACCOMPANIED} 次比", "一周陪同展业三到四次"),
            ("团队合计", "七天之和", "出单、件数、保费"),
        ),
    )
    guide.slots()
