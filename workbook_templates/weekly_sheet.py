"""One week of 周工作计划: seven days of activities, what became of them, and the review."""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_col_to_name

from kpi_xl.slots.plan_slots import WEEK_DONE, WEEK_PLAN
from kpi_xl.slots.task_values import TASKS, WEEK_TASKS
from workbook_templates.style import (
    ACCENT_MIDDLE,
    ACROSS,
    BOXED,
    CENTRE,
    DAY,
    EDITABLE,
    GAP,
    HAIRLINE,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RATE,
    RIGHT,
    SECTION,
    SIGNATURE,
    STRONG,
    SUBHEAD,
    TINT,
    TOTAL,
    WHITE,
    WHOLE,
    WRAP,
    Page,
    Style,
)
from workbook_templates.validation import amounts, choices, date_input, dates, whole_numbers
from workbook_templates.week import ACTIVITIES, WEEKDAYS, no_week, resting, top

REASONS: Final = (
    "按计划完成",
    "客户改期",
    "客户不在",
    "约访不足",
    "准备不充分",
    "会议或培训",
    "网点有事",
    "请假",
    "其他",
)
WIDTHS: Final = (1.5, 9, 6.5, 9, *(7.2 for _ in range(12)), 8.5, 11.5, 16)
_DATE, _WEEKDAY, _NOTE, _ACTIVITY, _PIECES, _PREMIUM, _REASON = 1, 2, 3, 4, 16, 17, 18
_HEADER: Final = 2
_FIRST: Final = _HEADER + 2
_LAST: Final = _FIRST + len(WEEKDAYS) - 1
TOTALS: Final = _LAST + 1
"""The row of the week's totals; differences and rates are below it."""
_TASKS: Final = TOTALS + 3
_TASK_HEADS: Final = {
    "要事": "",
    "期限": "期限",
    "级": "级",
    "影响": "影响（元）",
    "完成": "做完没有",
}
_TASK, _UNTIL, _GRADE, _IMPACT, _DONE = 1, 15, 16, 17, 18
DONE: Final = ("做完", "没做完", "排到下周")
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}
_COUNT: Final[Style] = {"num_format": "#,##0", "align": "center"}
_WARNING: Final[Style] = {"font_color": "#9A2F24"}
_BOXES: Final = (
    (1, 5, "本周问题", "problem"),
    (6, 10, "改进办法", "improve"),
    (11, 15, "下周重点", "next"),
    (16, 18, "主管批注", "comment"),
)


def done_column(name: str) -> int:
    """The column of what was done of an activity, or of 预收件数, 预收保费."""
    extra = {"预收件数": _PIECES, "预收保费": _PREMIUM}
    return extra[name] if name in extra else _ACTIVITY + 2 * list(ACTIVITIES).index(name) + 1


def done_cells(page: Page, name: str) -> str:
    """The cells where people type what they did, for a formula on another sheet."""
    return _cells(done_column(name), page)


def _cells(column: int, page: Page | None = None) -> str:
    letter = xl_col_to_name(column)
    cells = f"{letter}{_FIRST + 1}:{letter}{_LAST + 1}"
    return f"{page.name}!{cells}" if page else cells


def write(page: Page, week: int, heading: str) -> None:
    """Write the sheet.

    Parameters
    ----------
    heading : str
        The formula of whose week it is.
    """
    top(page, week, "周工作计划", _REASON, heading)
    _heads(page)
    slot = f"week{week}"
    page.height(_FIRST, 31, _LAST)
    page.column(_FIRST, _DATE, 7, DAY, BOXED, slot=f"{slot}.dates")
    page.column(_FIRST, _WEEKDAY, 7, CENTRE, BOXED, slot=f"{slot}.weekday")
    page.column(_FIRST, _NOTE, 7, LABEL, CENTRE, BOXED, {"shrink": True}, slot=f"{slot}.note")
    _totals_labels(page)
    for number, name in enumerate(ACTIVITIES):
        _activity(page, week, name, _ACTIVITY + 2 * number)
    money: Style = {**WHOLE, **PADDED}
    for name, column, style in (
        ("预收件数", _PIECES, {**_COUNT, **_EDGE}),
        ("预收保费", _PREMIUM, money),
    ):
        page.column(_FIRST, column, 7, BOXED, INPUT, style, slot=f"input.{slot}.done.{name}")
        total = f"=SUM({_cells(column)})"
        shown = money if column == _PREMIUM else _COUNT
        page.formula(TOTALS, column, total, 0, TOTAL, shown, slot=f"{slot}.done.{name}.合计")
    whole_numbers(page, (_FIRST, _PIECES, _LAST, _PIECES), "预收件数")
    amounts(page, (_FIRST, _PREMIUM, _LAST, _PREMIUM), "预收保费（元）")
    page.column(_FIRST, _REASON, 7, LEFT, BOXED, INPUT, _EDGE, PADDED, slot=f"input.{slot}.reason")
    choices(page, (_FIRST, _REASON, _LAST, _REASON), "未完成的原因", REASONS)
    resting(page, _FIRST, _LAST, _REASON, _NOTE)
    no_week(page, _FIRST, _LAST, _REASON)
    _tasks(page, slot)
    _review(page, slot)
    page.sheet.freeze_panes(_FIRST, _ACTIVITY)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page) -> None:
    page.height(_HEADER, 22)
    page.height(_HEADER + 1, 20)
    page.blanks(_HEADER, 1, _HEADER, _REASON, HEAD)
    page.blanks(_HEADER + 1, 1, _HEADER + 1, _REASON, SUBHEAD)
    for column, text in ((_DATE, "日期"), (_WEEKDAY, "星期"), (_NOTE, "备注")):
        page.put(_HEADER, column, text, HEAD, CENTRE)
    for number, (name, unit) in enumerate(ACTIVITIES.items()):
        column = _ACTIVITY + 2 * number
        page.put(_HEADER, column, f"{name}（{unit}）", HEAD, ACROSS, _GROUP, {"text_wrap": False})
        page.put(_HEADER, column + 1, None, HEAD, ACROSS, {"text_wrap": False})
        page.put(_HEADER + 1, column, "计划", SUBHEAD, CENTRE, _GROUP)
        page.put(_HEADER + 1, column + 1, "完成", SUBHEAD, CENTRE)
    page.put(_HEADER, _PIECES, "当日预收", HEAD, ACROSS, _GROUP)
    page.put(_HEADER, _PREMIUM, None, HEAD, ACROSS)
    page.put(_HEADER + 1, _PIECES, "件数", SUBHEAD, CENTRE, _GROUP)
    page.put(_HEADER + 1, _PREMIUM, "保费（元）", SUBHEAD, RIGHT, PADDED)
    page.put(_HEADER, _REASON, "未完成的原因", HEAD, LEFT, _GROUP, PADDED)
    page.put(_HEADER + 1, _REASON, None, SUBHEAD, _GROUP)


def _totals_labels(page: Page) -> None:
    for row, text in enumerate(("本周合计", "差额（完成 − 计划）", "完成率"), TOTALS):
        page.height(row, 22)
        page.blanks(row, 1, row, _REASON, TOTAL)
        page.put(row, 1, text, TOTAL, {"bold": row == TOTALS})


def _activity(page: Page, week: int, name: str, column: int) -> None:
    """One activity's two columns and what they come to."""
    slot, plain = f"week{week}", {"bold": False}
    page.column(_FIRST, column, 7, _COUNT, BOXED, EDITABLE, _EDGE, slot=f"{slot}.plan.{name}")
    page.column(_FIRST, column + 1, 7, _COUNT, BOXED, INPUT, slot=f"input.{slot}.done.{name}")
    whole_numbers(page, (_FIRST, column, _LAST, column), f"{name}：计划")
    whole_numbers(page, (_FIRST, column + 1, _LAST, column + 1), f"{name}：完成")
    planned, done = (f"{xl_col_to_name(at)}{TOTALS + 1}" for at in (column, column + 1))
    cells = {"plan.<活动>": _cells(column), "input.week<周>.done.<项目>": _cells(column + 1)}
    cells |= {"week<周>.plan.<项目>.合计": planned, "done.<项目>.合计": done}
    plan = WEEK_PLAN.slots["plan.<活动>.合计"].formula_of().excel(cells)
    total, gap, rate = (
        WEEK_DONE.slots[end].formula_of().excel(cells)
        for end in ("done.<项目>.合计", "gap.<项目>", "rate.<项目>")
    )
    page.formula(TOTALS, column, plan, 0, TOTAL, _COUNT, slot=f"{slot}.plan.{name}.合计")
    page.formula(TOTALS, column + 1, total, 0, TOTAL, _COUNT, slot=f"{slot}.done.{name}.合计")
    page.formula(
        TOTALS + 1, column + 1, gap, "", TOTAL, plain, GAP, CENTRE, slot=f"{slot}.gap.{name}"
    )
    shown = {**RATE, **CENTRE, "num_format": "0%"}
    page.formula(TOTALS + 2, column + 1, rate, "", TOTAL, plain, shown, slot=f"{slot}.rate.{name}")
    first_done = f"{xl_col_to_name(column + 1)}{_FIRST + 1}"
    first_plan = f"{xl_col_to_name(column)}{_FIRST + 1}"
    short = f'=AND({first_done}<>"",{first_done}<{first_plan})'
    page.highlight(_FIRST, column + 1, _LAST, column + 1, short, _WARNING)


def _tasks(page: Page, slot: str) -> None:
    """The week's tasks with their classes: the few that bring most are A.

    A task is written across empty cells: merged ones would not come back one by one.
    """
    row = _TASKS
    page.height(row, 24)
    page.put(row, _TASK, "本周要事（先做 A）", SECTION)
    first, last = row + 1, row + TASKS
    page.height(first, 19, last)
    line: Style = {"top": 1, "top_color": HAIRLINE, "bottom": 1, "bottom_color": HAIRLINE}
    page.blanks(first, _TASK + 1, last, _UNTIL - 1, line, {"bg_color": TINT})
    columns: tuple[tuple[int, tuple[Style, ...]], ...] = (
        (_TASK, (line, LEFT, PADDED, EDITABLE)),
        (_UNTIL, (BOXED, DAY, EDITABLE, {"shrink": True})),
        (_GRADE, (BOXED, CENTRE, STRONG)),
        (_IMPACT, (BOXED, WHOLE, PADDED, EDITABLE)),
        (_DONE, (BOXED, LEFT, PADDED, INPUT)),
    )
    for (column, style), (name, text) in zip(columns, _TASK_HEADS.items(), strict=True):
        if text:
            page.put(row, column, text, LABEL, CENTRE)
        typed = "input." if name == "完成" else ""
        page.column(first, column, TASKS, *style, slot=f"{typed}{slot}.tasks.{name}")
    letter = xl_col_to_name(_IMPACT)
    cells = f"${letter}${first + 1}:${letter}${last + 1}"
    for at in range(first, last + 1):
        graded = WEEK_TASKS.excel("级", {"影响": cells, "影响@": f"{letter}{at + 1}"})
        page.formula(at, _GRADE, graded, "", BOXED, CENTRE, STRONG)
    amounts(page, (first, _IMPACT, last, _IMPACT), "影响（元）")
    dates(page, (first, _UNTIL, last, _UNTIL))
    choices(page, (first, _DONE, last, _DONE), "做完没有", DONE)
    top_class = f'{xl_col_to_name(_GRADE)}{first + 1}="A"'
    page.highlight(first, _GRADE, last, _GRADE, top_class, _WARNING)


def _review(page: Page, slot: str) -> None:
    """The week's review, and who filled it in."""
    row = _TASKS + TASKS + 1
    page.height(row, 26)
    page.height(row + 1, 120)
    for first, last, label, name in _BOXES:
        page.put(row, first, label, SECTION)
        page.merged(
            row + 1, first, row + 1, last, "", WRAP, BOXED, INPUT, slot=f"input.{slot}.{name}"
        )
    row += 3
    page.height(row - 1, 8)
    page.height(row, 22)
    page.put(row, 1, "填写日期", LABEL)
    date_input(page, row, 2, 4, f"input.{slot}.filled_on")
    for at, first, last, label in ((6, 8, 10, "本人签字"), (11, 13, 15, "主管签字")):
        page.put(row, at, label, LABEL)
        page.blanks(row, first, row, last, SIGNATURE, STRONG)
