"""周计划及检讨表: a week looked back on, activity by activity, and the plan of the week after."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.plan_slots import MONTH_DONE
from kpi_xl.slots.weekly_review_values import REVIEWED
from workbook_templates import name_of
from workbook_templates.form import PERSON, facts, head
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    ACROSS,
    BOXED,
    CENTRE,
    EDITABLE,
    GAP,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RATE,
    RESTING,
    RIGHT,
    RULED,
    SECTION,
    SIGNATURE,
    STATUS,
    STRONG,
    SUBHEAD,
    WHITE,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import choices, date_input, whole_numbers
from workbook_templates.week import ACTIVITIES, WEEKDAYS, WEEKS, heading, told_apart, top
from workbook_templates.weekly_sheet import REASONS

NAME: Final = name_of(__name__)
RESULTS: Final = {"预收件数": "件", "预收保费": "元"}
PURPOSES: Final = ("积累准客户", "约到见面", "了解需求", "促成签单", "转介绍", "维护网点", "增员")
_MONTH: Final = "本月"
_DAYS: Final = len(WEEKDAYS)
_ACTIVITY, _UNIT, _PLAN = 1, 2, 3
_PLANNED: Final = _PLAN + _DAYS
_DONE: Final = _PLANNED + 1
_TOTAL: Final = _DONE + _DAYS
_GAP, _RATE, _REASON = _TOTAL + 1, _TOTAL + 2, _TOTAL + 3
_WIDTHS: Final = (
    1.5, 13, 5, *(6.2 for _ in range(_DAYS)), 7.5, *(7 for _ in range(_DAYS)), 9.5, 8, 8, 18,
)  # fmt: skip
_HEADER: Final = 3
_FIRST: Final = _HEADER + 2
_NEXT: Final = _FIRST + len(ACTIVITIES) + len(RESULTS) + 2
_NEXT_FIRST: Final = _NEXT + 2
_BOXES: Final = _NEXT_FIRST + len(ACTIVITIES) + 1
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}
_COUNT: Final[Style] = {"num_format": "#,##0", "align": "center"}
_SMALL: Final[Style] = {"shrink": True, **LEFT, **PADDED}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    month = Page(book, _MONTH, (1.5, 14, 6, 11, 11, *(9 for _ in WEEKS), 11, 11, 10))
    weeks = [Page(book, f"第{week}周", _WIDTHS, larger=0.5) for week in WEEKS]
    whose = heading(month, ("person.name", "person.team"), (1, 4), 12)
    before: Page | None = None
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose, before)
        before = page
    _overview(month, weeks)
    _guide(book)
    book.close()


def _week(page: Page, week: int, whose: str, before: Page | None) -> None:
    slot = f"week{week}"
    top(page, week, f"第 {week} 周计划及检讨表", _REASON, whose)
    page.height(2, 20)
    page.put(2, 1, "一、本周检讨", SECTION)
    page.put(2, _PLANNED, "填写日期", LABEL, RIGHT)
    date_input(page, 2, _DONE, _DONE + 2, f"input.{slot}.filled_on")
    _review_heads(page, slot)
    for number, (name, unit) in enumerate({**ACTIVITIES, **RESULTS}.items()):
        planned = before if name in ACTIVITIES else None
        _review(page, week, _FIRST + number, name, unit, planned)
    last = _FIRST + len(ACTIVITIES) + len(RESULTS) - 1
    reason = f"input.{slot}.review.原因"
    page.column(_FIRST, _REASON, last - _FIRST + 1, BOXED, INPUT, _SMALL, slot=reason)
    choices(page, (_FIRST, _REASON, last, _REASON), "没有完成的原因", REASONS)
    _next(page, slot)
    _words(page, slot)
    period, date = (
        xl_rowcol_to_cell(*at, True, True) for at in ((0, _REASON), (_HEADER + 1, _PLAN))
    )
    gone = f'AND({period}<>"",{date}="")'
    for first, end in ((_FIRST, last), (_NEXT_FIRST, _NEXT_FIRST + len(ACTIVITIES) - 1)):
        page.highlight(first, 1, end, _REASON, gone, {"bg_color": RESTING})
    page.sheet.freeze_panes(_FIRST, _PLAN)
    page.sheet.fit_to_pages(1, 1)


def _review_heads(page: Page, slot: str) -> None:
    row = _HEADER
    page.height(row, 20)
    page.height(row + 1, 20)
    page.blanks(row, 1, row, _REASON, HEAD)
    page.blanks(row + 1, 1, row + 1, _REASON, SUBHEAD)
    page.put(row, _ACTIVITY, "活动", HEAD, LEFT, PADDED)
    page.put(row, _UNIT, "单位", HEAD, CENTRE)
    for first, text in ((_PLAN, "计划"), (_DONE, "完成")):
        page.blanks(row, first, row, first + _DAYS, HEAD, ACROSS)
        page.put(row, first, text, HEAD, ACROSS, _GROUP)
        page.put(row + 1, first + _DAYS, "合计", SUBHEAD, CENTRE)
    day: Style = {"num_format": 'm"."d', **CENTRE}
    page.row(row + 1, _PLAN, _DAYS, SUBHEAD, day, slot=f"{slot}.dates")
    for number in range(_DAYS):
        page.put(row + 1, _DONE + number, WEEKDAYS[number], SUBHEAD, CENTRE)
    for column, text in ((_GAP, "差额"), (_RATE, "完成率")):
        page.put(row, column, text, HEAD, CENTRE, _GROUP if column == _GAP else {})
    page.put(row, _REASON, "没有完成的原因", HEAD, LEFT, PADDED, _GROUP)


def _review(page: Page, week: int, row: int, name: str, unit: str, before: Page | None) -> None:
    """One activity of the week: planned, done, what is missing and why."""
    slot = f"week{week}"
    page.height(row, 24)
    page.put(row, _ACTIVITY, name, STRONG, LEFT, PADDED, BOXED)
    page.put(row, _UNIT, unit, LABEL, CENTRE, BOXED)
    planned = name in ACTIVITIES
    if not planned:
        page.blanks(row, _PLAN, row, _PLANNED, BOXED, {"bg_color": RESTING})
    elif before is None:
        page.row(row, _PLAN, _DAYS, _COUNT, BOXED, EDITABLE, slot=f"{slot}.plan.{name}")
        whole_numbers(page, (row, _PLAN, row, _PLAN + _DAYS - 1), f"{name}：计划")
    else:
        at = _NEXT_FIRST + row - _FIRST
        for number in range(_DAYS):
            source = before.at(at, _PLAN + number)
            date = xl_rowcol_to_cell(_HEADER + 1, _PLAN + number, True)
            cells = {"week<周>.dates@": date, f"week{week - 1}.next.<活动>@": source}
            formula = REVIEWED.excel("<活动>", cells, 周=str(week))
            page.formula(row, _PLAN + number, formula, "", _COUNT, BOXED)
        page.name_slot(f"{slot}.review.{name}", row, _PLAN, row, _PLAN + _DAYS - 1)
    if planned:
        total = f"=SUM({_cells(row, _PLAN)})"
        where = f"{slot}.plan.{name}.合计"
        page.formula(row, _PLANNED, total, 0, _COUNT, STRONG, BOXED, slot=where)
    money: Style = {**WHOLE, "shrink": True} if name == "预收保费" else _COUNT
    page.row(row, _DONE, _DAYS, money, BOXED, INPUT, slot=f"input.{slot}.done.{name}")
    most = 99_999_999 if name == "预收保费" else 999
    whole_numbers(page, (row, _DONE, row, _DONE + _DAYS - 1), f"{name}：完成", most)
    page.put(row, _DONE, None, money, BOXED, INPUT, _EDGE)
    total = f"=SUM({_cells(row, _DONE)})"
    where = f"{slot}.done.{name}.合计"
    page.formula(row, _TOTAL, total, 0, money, STRONG, BOXED, slot=where)
    if not planned:
        page.blanks(row, _GAP, row, _RATE, BOXED, {"bg_color": RESTING})
        return
    plan, done = (xl_rowcol_to_cell(row, column) for column in (_PLANNED, _TOTAL))
    none = f"COUNT({_cells(row, _DONE)})=0"
    gap = f'=IF({none},"",{done}-{plan})'
    page.formula(row, _GAP, gap, "", GAP, CENTRE, BOXED, slot=f"{slot}.gap.{name}")
    rate = f'=IF({none},"",IFERROR({done}/{plan},"—"))'
    shown: Style = {**RATE, **CENTRE, "num_format": "0%"}
    page.formula(row, _RATE, rate, "", shown, BOXED, slot=f"{slot}.rate.{name}")
    first_done, first_plan = (xl_rowcol_to_cell(row, column) for column in (_DONE, _PLAN))
    short = f"AND(ISNUMBER({first_done}),{first_done}<N({first_plan}))"
    ink = {"font_color": STATUS["危险"]["font_color"]}
    page.highlight(row, _DONE, row, _DONE + _DAYS - 1, short, ink)


def _cells(row: int, first: int) -> str:
    return f"{xl_rowcol_to_cell(row, first)}:{xl_rowcol_to_cell(row, first + _DAYS - 1)}"


def _next(page: Page, slot: str) -> None:
    """The plan of the week after: how often, and for what."""
    row = _NEXT
    page.height(row - 1, 24)
    page.put(row - 1, 1, "二、下周计划", SECTION)
    period: Style = {"align": "right"}
    page.put(row - 1, _REASON, None, LABEL, STRONG, period, slot=f"{slot}.next.period")
    page.height(row, 20)
    page.height(row + 1, 20)
    page.blanks(row, 1, row, _REASON, HEAD)
    page.blanks(row + 1, 1, row + 1, _REASON, SUBHEAD)
    page.put(row, _ACTIVITY, "活动", HEAD, LEFT, PADDED)
    page.put(row, _UNIT, "单位", HEAD, CENTRE)
    page.blanks(row, _PLAN, row, _PLANNED, HEAD, ACROSS)
    page.put(row, _PLAN, "每天几次（可以改）", HEAD, ACROSS, _GROUP)
    for column, text in ((_DONE, "目的"), (_DONE + 2, "对象：客户、网点"), (_GAP, "主管的建议")):
        page.put(row, column, text, HEAD, LEFT, PADDED, _GROUP, {"text_wrap": False})
    day: Style = {"num_format": 'm"."d', **CENTRE}
    page.row(row + 1, _PLAN, _DAYS, SUBHEAD, day, slot=f"{slot}.next.dates")
    page.put(row + 1, _PLANNED, "合计", SUBHEAD, CENTRE)
    for number, (name, unit) in enumerate(ACTIVITIES.items()):
        at = _NEXT_FIRST + number
        page.height(at, 24)
        page.put(at, _ACTIVITY, name, STRONG, LEFT, PADDED, BOXED)
        page.put(at, _UNIT, unit, LABEL, CENTRE, BOXED)
        page.row(at, _PLAN, _DAYS, _COUNT, BOXED, EDITABLE, slot=f"{slot}.next.{name}")
        whole_numbers(page, (at, _PLAN, at, _PLAN + _DAYS - 1), f"下周{name}")
        total = f"=SUM({_cells(at, _PLAN)})"
        where = f"{slot}.next.{name}.合计"
        page.formula(at, _PLANNED, total, 0, _COUNT, STRONG, BOXED, slot=where)
        for first, last, word in (
            (_DONE, _DONE + 1, "目的"),
            (_DONE + 2, _TOTAL, "对象"),
            (_GAP, _REASON, "建议"),
        ):
            where = f"input.{slot}.next.{name}.{word}"
            page.merged(at, first, at, last, "", _SMALL, BOXED, INPUT, slot=where)
        choices(page, (at, _DONE, at, _DONE + 1), "目的", PURPOSES)


def _words(page: Page, slot: str) -> None:
    row = _BOXES
    page.height(row - 1, 6)
    page.height(row, 22)
    page.height(row + 1, 76)
    for first, last, label, name in (
        (1, _PLAN + 2, "本周问题", "problem"),
        (_PLAN + 3, _DONE + 1, "改进办法", "improve"),
        (_DONE + 2, _REASON, "主管批注", "comment"),
    ):
        page.put(row, first, label, SECTION)
        box = (WRAP, BOXED, INPUT)
        page.merged(row + 1, first, row + 1, last, "", *box, slot=f"input.{slot}.{name}")
    row += 3
    page.height(row - 1, 6)
    page.height(row, 22)
    for at, label in ((_PLANNED, "本人签字"), (_GAP - 1, "主管签字")):
        page.put(row, at, label, LABEL, RIGHT)
        page.blanks(row, at + 1, row, at + 3, SIGNATURE)


def _overview(page: Page, weeks: list[Page]) -> None:
    """The month: what was done each week against the month's quotas."""
    head(page, NAME, facts(PERSON, (1, 3, 4, 6, 8, 10, 12)))
    told_apart(page, NAME, 12)
    row = 5
    page.height(row, 24)
    page.put(row, 1, "填写日期", LABEL)
    date_input(page, row, 2, 3, "input.filled_on")
    page.height(6, 8)
    row = 7
    page.height(row, 24)
    page.blanks(row, 1, row, 12, HEAD)
    page.put(row, 1, "项目", HEAD, LEFT, PADDED)
    texts = {2: "单位", 3: "上月实绩", 4: "本月目标", 10: "本月完成", 11: "差额", 12: "完成率"}
    for column, text in texts.items():
        page.put(row, column, text, HEAD, CENTRE if column == 2 else RIGHT)
    for week in WEEKS:
        page.put(row, 4 + week, f"第{week}周", HEAD, RIGHT)
    for number, (name, unit) in enumerate({**ACTIVITIES, **RESULTS}.items(), 1):
        _line(page, weeks, row + number, _FIRST + number - 1, name, unit)
    row += len(ACTIVITIES) + len(RESULTS) + 2
    page.height(row - 1, 8)
    for offset, label, slot in ((0, "本月重点", "input.focus"), (2, "月末小结", "input.summary")):
        page.height(row + offset, 24)
        page.put(row + offset, 1, label, SECTION)
        page.height(row + offset + 1, 60)
        page.merged(row + offset + 1, 1, row + offset + 1, 12, "", WRAP, BOXED, INPUT, slot=slot)
    page.sheet.fit_to_pages(1, 1)


def _line(page: Page, weeks: list[Page], row: int, source: int, name: str, unit: str) -> None:
    page.height(row, 26)
    page.put(row, 1, name, STRONG, LEFT, PADDED, RULED)
    page.put(row, 2, unit, LABEL, CENTRE, RULED)
    page.put(row, 3, None, WHOLE, RULED, slot=f"month.last.{name}")
    page.put(row, 4, None, WHOLE, EDITABLE, RULED, slot=f"month.target.{name}")
    whole_numbers(page, (row, 4, row, 4), f"{name}：本月目标", 99_999_999)
    for week, one in zip(WEEKS, weeks, strict=True):
        first, last = (xl_col_to_name(column) for column in (_DONE, _DONE + _DAYS - 1))
        refs = {
            f"input.week{week}.done.<项目>": f"{one.name}!{first}{source + 1}:{last}{source + 1}",
            f"week{week}.done.<项目>.合计": one.at(source, _TOTAL),
        }
        done = MONTH_DONE.excel("done.weekly.<项目>", refs, place=week - 1)
        page.formula(row, 4 + week, done, "", WHOLE, RULED)
    page.name_slot(f"month.done.weekly.{name}", row, 5, row, 9)
    cells = f"F{row + 1}:J{row + 1}"
    total = f"=SUM({cells})"
    page.formula(row, 10, total, 0, STRONG, WHOLE, RULED, slot=f"month.done.{name}")
    refs = {"done.weekly.<项目>": cells}
    refs |= {"done.<项目>": f"K{row + 1}", "target.<项目>": f"E{row + 1}"}
    gap, rate = (MONTH_DONE.excel(f"{end}.<项目>", refs) for end in ("gap", "rate"))
    page.formula(row, 11, gap, "", GAP, RULED, slot=f"month.gap.{name}")
    page.formula(row, 12, rate, "", RATE, RULED, slot=f"month.rate.{name}")


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "一人一月一份，一周一页：上半页检讨本周，哪项活动差多少、为什么；下半页订下周计划，每天几次、"
        "为了什么、找谁。本周订的计划自动成为下周检讨的计划，计划、执行、检讨、再计划就连成一圈。"
        "要看每天填写的版式，用“周工作计划”。",
    )
    guide.steps(
        "怎样填",
        (
            "每天下班前填“完成”；不会的、没做的也填 0，才看得出差额。",
            "周末看差额和完成率，从列表里选没有完成的原因，也可以自己写。",
            "订下周计划：次数已按责任额和工作日预填（调休上班日在内），可以改；写目的和对象。",
            "主管看过后写建议和批注，双方签字。计划管的是活动的量，不是出了多少单。",
            "“本月”自动汇总，与本月目标比较，不用填。",
        ),
    )
    guide.colours(resting="不订计划的项目")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            (
                "责任额（本月目标）",
                "目标件数 ÷ 各步转化率，逐步倒推",
                "不低于近三个月平均，不高于其 1.5 倍",
            ),
            ("下周计划", "责任额按本月工作日摊到各天", "最后一周订的是下月第一周"),
            ("本周计划", "上一周订的计划", "第1周为月初预填"),
            ("差额、完成率", "完成 − 计划、完成 ÷ 计划", "一天都没有填时为空；红色是当天没达到"),
        ),
    )
    guide.slots()
