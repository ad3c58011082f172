"""主管日程: a manager's weeks, morning and afternoon, and whom to look after."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.plan_slots import ACCOMPANIED, MANAGER_WEEK
from kpi_xl.slots.time_values import DAY_BOXES
from workbook_templates import name_of
from workbook_templates.guide import Guide
from workbook_templates.style import (
    ACCENT_MIDDLE,
    ACROSS,
    BOXED,
    CENTRE,
    DAY,
    EDITABLE,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    SECTION,
    SIGNATURE,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHITE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import choices, date_input, dates, whole_numbers
from workbook_templates.week import WEEKS, heading, no_week, resting, too_much, top

NAME: Final = name_of(__name__)
ATTENTION: Final = 10
"""How many people the list takes."""
WAYS: Final = ("陪同展业", "单独面谈", "电话跟进", "训练辅导", "家访慰问")
_LIST: Final = "关注名单"
_DAYS: Final = ("星期一", "星期二", "星期三", "星期四", "星期五")
_WIDTHS: Final = (1.5, 9.5, 9, 9.5, 13, 26, 26, 13, 26, 26, 11, 8.5, 8.5)
_DATE, _WEEKDAY, _NOTE, _MORNING, _AFTERNOON, _SUM, _ACCOMPANY, _TALKS = 1, 2, 3, 4, 7, 10, 11, 12
_FOCUS: Final = 2
_HEADER: Final = 4
_FIRST: Final = _HEADER + 2
_LAST: Final = _FIRST + len(_DAYS) - 1
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    weeks = [Page(book, f"第{week}周", _WIDTHS, larger=0.8) for week in WEEKS]
    people = Page(book, _LIST, (1.5, 5, 10, 12, 12, 38, 13, 15, 36, 36))
    whose = heading(people, ("unit.name", "unit.manager"), (1, 5), 9)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose)
    _attention(people)
    _guide(book)
    book.close()


def _week(page: Page, week: int, whose: str) -> None:
    slot = f"week{week}"
    top(page, week, "主管日程安排", _TALKS, whose)
    page.height(_FOCUS, 44)
    page.put(_FOCUS, 1, "工作重点", HEAD, CENTRE)
    page.merged(
        _FOCUS,
        2,
        _FOCUS,
        _TALKS,
        "",
        WRAP,
        {"valign": "vcenter"},
        BOXED,
        EDITABLE,
        slot=f"{slot}.focus",
    )
    page.height(_FOCUS + 1, 8)
    _heads(page)
    page.height(_FIRST, 70, _LAST)
    page.column(_FIRST, _DATE, 5, DAY, BOXED, slot=f"{slot}.days")
    for row, day in enumerate(_DAYS, _FIRST):
        page.put(row, _WEEKDAY, day, CENTRE, BOXED)
    note: Style = {"text_wrap": True}
    page.column(_FIRST, _NOTE, 5, LABEL, CENTRE, BOXED, note, slot=f"{slot}.days.note")
    for column, name in ((_MORNING, "morning"), (_AFTERNOON, "afternoon")):
        box: Style = {"text_wrap": True, "valign": "top"}
        hours = (CENTRE, BOXED, EDITABLE, box, _EDGE)
        page.column(_FIRST, column, 5, *hours, slot=f"{slot}.{name}.时间")
        page.column(_FIRST, column + 1, 5, WRAP, BOXED, EDITABLE, slot=f"{slot}.{name}")
        result = f"input.{slot}.{name}.result"
        page.column(_FIRST, column + 2, 5, WRAP, BOXED, INPUT, slot=result)
        _like_hours(page, column)
    _sums(page, slot)
    _norms(page, slot)
    resting(page, _FIRST, _LAST, _TALKS, _NOTE)
    no_week(page, _FIRST, _LAST, _TALKS)
    row = _LAST + 3
    page.height(row, 26)
    page.put(row, 1, "本周小结", SECTION)
    page.height(row + 1, 76)
    page.merged(row + 1, 1, row + 1, _TALKS, "", WRAP, BOXED, INPUT, slot=f"input.{slot}.summary")
    page.sheet.freeze_panes(_FIRST, _NOTE)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page) -> None:
    page.height(_HEADER, 22)
    page.height(_HEADER + 1, 20)
    page.blanks(_HEADER, 1, _HEADER, _TALKS, HEAD)
    page.blanks(_HEADER + 1, 1, _HEADER + 1, _TALKS, SUBHEAD)
    for column, text in ((_DATE, "日期"), (_WEEKDAY, "星期"), (_NOTE, "备注")):
        page.put(_HEADER, column, text, HEAD, CENTRE)
    for column, text in ((_MORNING, "上午"), (_AFTERNOON, "下午")):
        page.put(_HEADER, column, text, HEAD, ACROSS, _GROUP)
        page.blanks(_HEADER, column + 1, _HEADER, column + 2, HEAD, ACROSS)
        page.put(_HEADER + 1, column, "时间盒", SUBHEAD, CENTRE, _GROUP)
        page.put(_HEADER + 1, column + 1, "计划", SUBHEAD, LEFT, PADDED)
        page.put(_HEADER + 1, column + 2, "结果", SUBHEAD, LEFT, PADDED)
    page.put(_HEADER, _SUM, "计划合计", HEAD, CENTRE, _GROUP)
    page.put(_HEADER, _ACCOMPANY, "陪同", HEAD, CENTRE, _GROUP)
    page.put(_HEADER + 1, _ACCOMPANY, "次", SUBHEAD, CENTRE, _GROUP)
    page.put(_HEADER, _TALKS, "面谈", HEAD, CENTRE)
    page.put(_HEADER + 1, _TALKS, "人", SUBHEAD, CENTRE)


def _like_hours(page: Page, column: int) -> None:
    """Say how hours are written, so that they can be added up."""
    page.sheet.data_validation(
        _FIRST,
        column,
        _LAST,
        column,
        {
            "validate": "any",
            "input_title": "从几点到几点",
            "input_message": "写成 9:00—11:00；一项活动一个时间盒，时间到了就收。",
        },
    )


def _sums(page: Page, slot: str) -> None:
    """How many hours of each day are planned, and whether they are too many."""
    limit: Style = {"num_format": '"上限 "0.0'}
    page.put(_HEADER + 1, _SUM, None, SUBHEAD, CENTRE, _GROUP, limit, slot=f"{slot}.时间.上限")
    most = xl_rowcol_to_cell(_HEADER + 1, _SUM, True, True)
    for row in range(_FIRST, _LAST + 1):
        cells = {
            "morning.时间@": xl_rowcol_to_cell(row, _MORNING),
            "afternoon.时间@": xl_rowcol_to_cell(row, _AFTERNOON),
            "week<周>.时间.上限": most,
        }
        style: Style = {"text_wrap": True}
        hours = DAY_BOXES.excel("时间.合计", cells)
        page.formula(row, _SUM, hours, "", CENTRE, BOXED, style, _EDGE)
    page.name_slot(f"{slot}.时间.合计", _FIRST, _SUM, _LAST, _SUM)
    too_much(page, _FIRST, _SUM, _LAST)


def _norms(page: Page, slot: str) -> None:
    """How often the manager went along and talked, beside what is expected."""
    counts: Style = {"num_format": "0", "align": "center"}
    row = _LAST + 1
    page.height(row, 22)
    page.height(row + 1, 20)
    page.blanks(row, 1, row + 1, _TALKS, TOTAL)
    page.put(row, 1, "本周合计", TOTAL)
    reminder = "基本要求：一周陪同展业三到四次；每个工作日至少同一两位伙伴单独谈话。"
    plain: Style = {"bold": False}
    page.put(row + 1, 1, reminder, TOTAL, plain)
    edges = {_ACCOMPANY: _EDGE, _TALKS: {}}
    kinds = ((_ACCOMPANY, "accompany", "陪同展业次数"), (_TALKS, "talks", "面谈人数"))
    for column, name, title in kinds:
        letter = xl_col_to_name(column)
        cells, total = f"{letter}{_FIRST + 1}:{letter}{_LAST + 1}", f"{letter}{row + 1}"
        page.column(
            _FIRST, column, 5, counts, BOXED, INPUT, edges[column], slot=f"input.{slot}.{name}"
        )
        whole_numbers(page, (_FIRST, column, _LAST, column), title, 20)
        refs = {f"input.week<周>.{name}": cells, f"{name}.合计": total}
        times, hint = (MANAGER_WEEK.excel(f"{name}.{end}", refs) for end in ("合计", "提示"))
        page.formula(row, column, times, 0, TOTAL, counts, slot=f"{slot}.{name}.合计")
        page.formula(row + 1, column, hint, "", TOTAL, plain, CENTRE, slot=f"{slot}.{name}.提示")


def _attention(page: Page) -> None:
    page.title("关注名单")
    page.month()
    page.height(1, 6)
    page.fields(
        2,
        {
            1: ("单位", "unit.name", {}),
            3: ("上级单位", "unit.parent", {}),
            4: ("机构", "branch.name", {}),
            5: ("主管", "unit.manager", {}),
            6: ("期末人数", "unit.headcount", {"num_format": '#,##0" 人"'}),
            7: ("工作日", "period.working_days", {"num_format": '0" 天"'}),
        },
    )
    page.put(2, 8, "填写日期", LABEL, {"valign": "bottom"})
    date_input(page, 3, 8, 8, "input.filled_on", {"right": 5, "right_color": WHITE})
    page.put(2, 9, "主管签字", LABEL, {"valign": "bottom"})
    page.put(3, 9, None, SIGNATURE)
    page.height(4, 14)
    page.put(4, 1, None, NOTE, {"text_wrap": False}, slot="attention.说明")
    row = 5
    page.height(row, 26)
    heads = ("序号", "姓名", "工号", "职级", "为什么关注", "方式", "计划日期", "打算怎么做", "结果")
    for column, text in enumerate(heads, 1):
        page.put(
            row, column, text, HEAD, CENTRE if column == 1 else LEFT, {} if column == 1 else PADDED
        )
    first, last = row + 1, row + ATTENTION
    page.height(first, 46, last)
    for number in range(ATTENTION):
        page.put(first + number, 1, number + 1, LABEL, CENTRE, BOXED)
    middle: Style = {"valign": "vcenter"}
    cells: tuple[tuple[str, Style], ...] = (
        ("attention.姓名", {**EDITABLE, **STRONG}),
        ("attention.工号", {}),
        ("attention.职级", {}),
        ("attention.原因", {**WRAP, **EDITABLE}),
        ("attention.方式", EDITABLE),
        ("input.attention.date", {**INPUT, "num_format": 'm"月"d"日"'}),
        ("input.attention.action", {**WRAP, **INPUT}),
        ("input.attention.result", {**WRAP, **INPUT}),
    )
    for column, (slot, style) in enumerate(cells, 2):
        page.column(first, column, ATTENTION, LEFT, BOXED, style, middle, PADDED, slot=slot)
    choices(page, (first, 6, last, 6), "方式", WAYS)
    dates(page, (first, 7, last, 7))
    page.height(last + 1, 8)
    page.height(last + 2, 18)
    note = (
        "名单由系统按业绩、出勤和活动量的变化列出，可以增改；写明打算怎么做，谈过或陪访之后填结果。"
    )
    page.put(last + 2, 1, note, NOTE, {"text_wrap": False, "valign": "vcenter"})
    page.sheet.freeze_panes(row + 1, 3)
    page.sheet.fit_to_pages(1, 1)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "主管的一个月：每周先定重点，再把周一到周五的上午、下午排好，当天记下结果；"
        "谁最需要陪访、谈话，写在“关注名单”里。",
    )
    guide.steps(
        "怎样填",
        (
            "月初先看“关注名单”：为什么关注、用什么方式，定下日期和打算，再排进各周的日程。",
            "周初看工作重点和预填的计划，按实际情况修改。",
            "每天下班前写结果，填陪同展业的次数和单独面谈的人数。",
            "周五写本周小结；没有做完的事排到下一周。",
        ),
    )
    guide.colours(resting="休息日、节假日；变灰的格子照样可以填")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("计划合计", "上午、下午时间盒的长度之和", "超过上限就写超出多少；“排不下”的不算"),
            ("本周合计", "五天之和", "陪同次数、面谈人数"),
            ("提示 · 陪同", f"合计与 {ACCOMPANIED} 次比", "一周陪同展业三到四次"),
            ("提示 · 面谈", "合计与已填天数比", "每个填了的日子至少一人"),
        ),
    )
    guide.slots()
