"""营业部每周活动情况统计表: every member of a department × activities, week by week."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.weekly_member_values import (
    MONTH_ACTIVITY,
    MONTH_DONE,
    MONTH_TOTALS,
)
from workbook_templates import name_of
from workbook_templates.form import UNIT, Column, Roll, facts, head
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACROSS,
    CENTRE,
    HAIRLINE,
    HEAD,
    LEFT,
    PADDED,
    RIGHT,
    STRONG,
    SUBHEAD,
    TOTAL,
    UNSEEN_ZERO,
    WHITE,
    WHOLE,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import amounts, whole_numbers
from workbook_templates.week import ACTIVITIES, WEEKS, heading, top

NAME: Final = name_of(__name__)
MEMBERS: Final = 56
"""How many members have a row before more are put in."""
_MONTH: Final = "本月"
_TEAM, _ID, _PERSON, _FIRST_ACTIVITY = 1, 2, 3, 4
_PIECES: Final = _FIRST_ACTIVITY + 2 * len(ACTIVITIES)
_PREMIUM, _REMARK = _PIECES + 1, _PIECES + 2
_WIDTHS: Final = (1, 9.5, 9, 8.5, *(5 for _ in range(2 * len(ACTIVITIES))), 5, 9, 14)
"""A page stands upright: so most people fit on it, and their text is still large enough."""
_ROW: Final = 15
_HEADER: Final = 5
_TOTAL: Final = _HEADER + 2
_RATE: Final = _TOTAL + 1
_FIRST: Final = _RATE + 1
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_SMALL: Final[Style] = {"shrink": True, **LEFT}
_COUNT: Final[Style] = {"num_format": "#,##0", "align": "center", "shrink": True}
_MONEY: Final[Style] = {**WHOLE, "shrink": True}
_SHARE: Final[Style] = {"num_format": "0%", "align": "center", "bold": False, "shrink": True}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    month = Page(book, _MONTH, _WIDTHS, landscape=False, larger=0.3)
    weeks = [Page(book, f"第{week}周", _WIDTHS, landscape=False, larger=0.3) for week in WEEKS]
    whose = heading(month, ("department.name", "unit.manager"), (_TEAM, 5), _REMARK)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose)
    _overview(month, weeks)
    _guide(book)
    book.close()


def _columns(prefix: str, *, typed: bool) -> list[Column]:
    """The columns of a list; of the month's only who they are is given."""
    columns = [
        Column("团队", f"{prefix}members.营业组", style=_SMALL),
        Column("工号", f"{prefix}members.工号", style=_SMALL),
        Column("姓名", f"{prefix}members.姓名", style={**_SMALL, **STRONG}),
    ]
    for name in ACTIVITIES:
        planned = Column("计划", f"{prefix}members.{name}.计划", style=_COUNT)
        done = Column("完成", f"{prefix}members.{name}", "editable", _COUNT)
        formula = [Column("计划", "", "formula"), Column("完成", "", "formula")]
        columns += [planned, done] if typed else formula
    if not typed:
        return [*columns, Column("件数", "", "formula"), Column("保费", "", "formula")]
    return [
        *columns,
        Column("件数", f"input.{prefix}members.预收件数", "input", _COUNT),
        Column("保费", f"input.{prefix}members.预收保费", "input", _MONEY),
        Column("备注", f"input.{prefix}members.备注", "input", {**_SMALL, **PADDED}),
    ]


def _week(page: Page, week: int, whose: str) -> None:
    slot = f"week{week}."
    top(page, week, NAME, _REMARK, whose)
    page.height(2, 4)
    page.height(3, 4)
    page.height(4, 4)
    _heads(page)
    done = [_FIRST_ACTIVITY + 2 * number + 1 for number in range(len(ACTIVITIES))]
    flags = {column: _short(column) for column in done}
    columns = _columns(slot, typed=True)
    roll = Roll(page, f"week{week}", _FIRST, MEMBERS, columns, told_by=2, flags=flags)
    last = _PIECES - 1
    whole_numbers(page, (roll.first, _FIRST_ACTIVITY, roll.last, last), "完成")
    whole_numbers(page, (roll.first, _PIECES, roll.last, _PIECES), "预收件数")
    amounts(page, (roll.first, _PREMIUM, roll.last, _PREMIUM), "预收保费（元）")
    _totals(page, roll, f"{slot}合计.")
    _finish(page, roll)


def _overview(page: Page, weeks: list[Page]) -> None:
    given = {"department.name": ("单位", {}), **UNIT}
    del given["unit.name"]
    head(
        page,
        NAME,
        facts(given, (1, 3, 5, 7, 9)),
        filled=(11, 13),
        signed={"经理签字": (_PIECES, _REMARK)},
    )
    _heads(page)
    roll = Roll(page, "members", _FIRST, MEMBERS, _columns("", typed=False), told_by=2)
    for number, name in enumerate(ACTIVITIES):
        column = _FIRST_ACTIVITY + 2 * number
        planned = _of_weeks(weeks, "week{}.members.<活动>.计划@", column)
        formula = MONTH_ACTIVITY.excel("<活动>.计划", planned | {"members.姓名@": "$D{row}"})
        roll.formulas(column, formula, f"members.{name}.计划", _COUNT, UNSEEN_ZERO)
        done = _of_weeks(weeks, "week{}.members.<项目>@", column + 1)
        formula = MONTH_DONE.excel("<项目>", done)
        roll.formulas(column + 1, formula, f"members.{name}", _COUNT, UNSEEN_ZERO)
    for column, name, style in ((_PIECES, "预收件数", _COUNT), (_PREMIUM, "预收保费", _MONEY)):
        typed = _of_weeks(weeks, "input.week{}.members.<项目>@", column)
        formula = MONTH_DONE.excel("<项目>", typed)
        roll.formulas(column, formula, f"members.{name}", style, UNSEEN_ZERO)
    _totals(page, roll, "members.合计.")
    line = {"bottom": 1, "bottom_color": HAIRLINE}
    page.highlight(_FIRST, _REMARK, roll.last, _REMARK, f'$D{_FIRST + 1}<>""', line)
    _finish(page, roll)


def _of_weeks(weeks: list[Page], name: str, column: int) -> dict[str, str]:
    """A member's cells in the sheets of the weeks."""
    cell = f"{xl_col_to_name(column)}{{row}}"
    return {name.format(week): f"{page.name}!{cell}" for week, page in enumerate(weeks, 1)}


def _short(column: int) -> str:
    """Whether less was done than planned."""
    done, plan = (xl_rowcol_to_cell(_FIRST, at) for at in (column, column - 1))
    return f"AND(ISNUMBER({done}),{done}<{plan})"


def _heads(page: Page) -> None:
    row = _HEADER
    page.height(row, 22)
    page.height(row + 1, 20)
    page.blanks(row, 1, row, _REMARK, HEAD)
    page.blanks(row + 1, 1, row + 1, _REMARK, SUBHEAD)
    one_line: Style = {"text_wrap": False}
    for number, name in enumerate(ACTIVITIES):
        column = _FIRST_ACTIVITY + 2 * number
        page.put(row, column, name, HEAD, ACROSS, _GROUP, one_line)
        page.put(row, column + 1, None, HEAD, ACROSS, one_line)
        page.put(row + 1, column, "计划", SUBHEAD, CENTRE, _GROUP)
        page.put(row + 1, column + 1, "完成", SUBHEAD, CENTRE)
    page.put(row, _PIECES, "预收", HEAD, ACROSS, _GROUP)
    page.put(row, _PREMIUM, None, HEAD, ACROSS)
    page.put(row + 1, _PIECES, "件数", SUBHEAD, CENTRE, _GROUP)
    page.put(row + 1, _PREMIUM, "保费/元", SUBHEAD, RIGHT)
    for column, text in ((_TEAM, "团队"), (_ID, "工号"), (_PERSON, "姓名")):
        page.put(row, column, text, HEAD, LEFT)
    page.put(row, _REMARK, "备注", HEAD, LEFT, PADDED, _GROUP)
    page.put(row + 1, _REMARK, None, SUBHEAD, _GROUP)


def _totals(page: Page, roll: Roll, slot: str) -> None:
    page.height(_TOTAL, 22)
    page.height(_RATE, 20)
    page.blanks(_TOTAL, 1, _RATE, _REMARK, TOTAL)
    page.put(_TOTAL, 1, "合计", TOTAL)
    page.put(_RATE, 1, "完成率", TOTAL, {"bold": False})
    people: Style = {"num_format": '0" 人"', "align": "left", "shrink": True}
    names = f'=COUNTIF({roll.cells(_PERSON)},"?*")'
    page.formula(_TOTAL, _PERSON, names, 0, TOTAL, people, slot=f"{slot}姓名")
    for number, name in enumerate(ACTIVITIES):
        column = _FIRST_ACTIVITY + 2 * number
        plan, done = (xl_rowcol_to_cell(_TOTAL, at) for at in (column, column + 1))
        cells = {"<活动>.计划": plan, "<活动>": done}
        cells |= {
            "members.<活动>.计划": roll.cells(column),
            "members.<活动>": roll.cells(column + 1),
        }
        planned, total, rate = (
            MONTH_TOTALS.slots[f"<活动>{end}"].formula_of().excel(cells)
            for end in (".计划", "", ".完成率")
        )
        page.formula(_TOTAL, column, planned, 0, TOTAL, _COUNT, slot=f"{slot}{name}.计划")
        page.formula(_TOTAL, column + 1, total, 0, TOTAL, _COUNT, slot=f"{slot}{name}")
        page.formula(_RATE, column + 1, rate, "", TOTAL, _SHARE, slot=f"{slot}{name}.完成率")
    for column, name, style in ((_PIECES, "预收件数", _COUNT), (_PREMIUM, "预收保费", _MONEY)):
        total = f"=SUM({roll.cells(column)})"
        page.formula(_TOTAL, column, total, 0, TOTAL, style, slot=f"{slot}{name}")


def _finish(page: Page, roll: Roll) -> None:
    page.height(roll.first, _ROW, roll.last)
    page.sheet.freeze_panes(_FIRST, _FIRST_ACTIVITY)
    roll.print_used((_HEADER, _RATE))


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "营业部每周把每个人的活动量放在一起：计划多少、完成多少、收了多少。"
        "周例会上看这张表：谁少、少在哪一步、下周怎么补。",
    )
    guide.steps(
        "怎样填",
        (
            "“计划”由系统按每人的责任额和当周工作日算出（调休上班日算在内）。",
            "“完成”有每天活动记录的已由系统填入；没有的，由组训在周末按日志填。",
            "预收件数、保费按日志填；完成比计划少的数显示为红色。",
            "“本月”自动汇总五周，不用填。",
        ),
    )
    guide.colours()
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("计划", "本月责任额按工作日摊到各天，取当周", "见“周工作计划”；各周之和为全月"),
            ("合计", "各成员之和", "在成员上面一行"),
            ("完成率", "完成合计 ÷ 计划合计", "一个人都没有填时为空"),
            ("本月", "五周之和", "没有第5周的月份，那一页不显示"),
        ),
    )
    guide.slots()
