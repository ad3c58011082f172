"""营业部经理行事历: a department manager's weeks by the hour, planned and recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from kpi_xl.slots.agenda_values import DAYS, HOURS, MONTH_TIME, USES, WEEK_TIME, WEEKEND
from workbook_templates import name_of
from workbook_templates.form import UNIT, facts, head
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
    NOTE,
    PADDED,
    RATE,
    RESTING,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHITE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import date_input
from workbook_templates.week import WEEKS, heading, too_much, top

NAME: Final = name_of(__name__)
_MONTH: Final = "本月"
_MEANINGS: Final = {
    "会议": "早会、夕会、周例会、主管例会、月检讨会",
    "陪访": "陪主管或客户经理拜访网点、客户",
    "辅导": "同主管、成员单独谈话，指导技能",
    "培训": "专题、训练、演练",
    "银行": "同合作银行、网点沟通",
    "招募": "增员面谈、事业说明",
    "管理": "定目标、看报表、检查活动工具、排计划",
    "学习": "自己的学习",
}
_WIDTHS: Final = (1.5, 12, *(14 for _ in range(2 * WEEKEND)))
_HOUR, _DAY = 1, 2
_END: Final = _DAY + 2 * WEEKEND - 1
_FOCUS: Final = 2
_HEADER: Final = 4
_FIRST: Final = _HEADER + 3
_LAST: Final = _FIRST + len(HOURS) - 1
_SUM: Final = _LAST + 1
_TIME: Final = _SUM + 3
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_EDGE: Final[Style] = {"left": 1, "left_color": ACCENT_MIDDLE}
_MIDDLE: Final[Style] = {**WRAP, "valign": "vcenter"}
_HOURS: Final[Style] = {"num_format": "0;-0;", "align": "center"}


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    month = Page(book, _MONTH, (1.5, 13, 13, 13, 13, 13, 13, 13, 13, 13))
    weeks = [Page(book, f"第{week}周", _WIDTHS, larger=0.8) for week in WEEKS]
    whose = heading(month, ("department.name", "unit.manager"), (1, 4), 9)
    for week, page in zip(WEEKS, weeks, strict=True):
        _week(page, week, whose)
    _overview(month, weeks)
    _guide(book)
    book.close()


def _overview(page: Page, weeks: list[Page]) -> None:
    """The month's hours by use, summed up from the weeks."""
    given = {"department.name": ("单位", {}), **UNIT}
    del given["unit.name"]
    head(page, NAME, facts(given, (1, 3, 4, 5, 6)), filled=(7, 7), signed={"经理签字": (9, 9)})
    page.height(5, 24)
    page.put(5, 1, "本月时间分配（小时）", SECTION)
    row = 6
    page.height(row, 24)
    page.blanks(row, 1, row, 9, HEAD)
    page.put(row, 1, "用途", HEAD, LEFT, PADDED)
    for week in WEEKS:
        page.put(row, 1 + week, f"第{week}周", HEAD, CENTRE)
    for column, text in ((7, "记录合计"), (8, "计划合计"), (9, "占比")):
        page.put(row, column, text, HEAD, CENTRE)
    first, last = row + 1, row + len(USES)
    for at, use in enumerate(USES, first):
        page.height(at, 26)
        page.put(at, 1, use, STRONG, LEFT, PADDED, RULED)
        cells = {
            f"week{week}.time.计划@": one.at(_TIME + 1 + at - first, _DAY + 1)
            for week, one in zip(WEEKS, weeks, strict=True)
        }
        cells |= {"各周记录@": f"C{at + 1}:G{at + 1}", "记录@": f"H{at + 1}"}
        cells["记录.合计"] = f"$H${last + 2}"
        recorded, planned, share = (
            MONTH_TIME.excel(end, cells) for end in ("记录", "计划", "占比")
        )
        for week, one in zip(WEEKS, weeks, strict=True):
            source = one.at(_TIME + 1 + at - first, _DAY + 2)
            place = (at - first) * len(WEEKS) + week - 1
            of_week = {f"week{week}.time.记录@{at - first}": source}
            hours = MONTH_TIME.excel("各周记录", of_week, place=place)
            page.formula(at, 1 + week, hours, 0, _HOURS, RULED)
        page.formula(at, 7, recorded, 0, _HOURS, STRONG, RULED)
        page.formula(at, 8, planned, 0, _HOURS, RULED)
        page.formula(at, 9, share, "", {**RATE, "num_format": "0%"}, CENTRE, RULED)
    page.name_slot("time.各周记录", first, 2, last, 6)
    page.name_slot("time.记录", first, 7, last, 7)
    page.name_slot("time.计划", first, 8, last, 8)
    page.name_slot("time.占比", first, 9, last, 9)
    page.height(last + 1, 24)
    page.blanks(last + 1, 1, last + 1, 9, TOTAL)
    page.put(last + 1, 1, "合计", TOTAL, PADDED)
    for column, name in ((7, "记录"), (8, "计划")):
        letter = xl_col_to_name(column)
        total = MONTH_TIME.excel(f"{name}.合计", {name: f"{letter}{first + 1}:{letter}{last + 1}"})
        page.formula(last + 1, column, total, 0, TOTAL, _HOURS, slot=f"time.{name}.合计")
    page.height(last + 2, 8)
    for offset, label, slot in ((3, "本月重点", "input.focus"), (5, "月末小结", "input.summary")):
        page.height(last + offset, 24)
        page.put(last + offset, 1, label, SECTION)
        page.height(last + offset + 1, 64)
        page.merged(last + offset + 1, 1, last + offset + 1, 9, "", WRAP, BOXED, INPUT, slot=slot)
    page.sheet.fit_to_pages(1, 1)


def _week(page: Page, week: int, whose: str) -> None:
    slot = f"week{week}"
    top(page, week, "营业部经理行事历", _END, whose)
    page.height(_FOCUS, 26)
    page.put(_FOCUS, 1, "工作重点", HEAD, CENTRE)
    focus = (_MIDDLE, BOXED, EDITABLE)
    page.merged(_FOCUS, 2, _FOCUS, _END, "", *focus, slot=f"{slot}.focus")
    page.height(_FOCUS + 1, 8)
    _heads(page, slot)
    page.height(_FIRST, 38, _LAST)
    for row, hour in enumerate(HOURS, _FIRST):
        page.put(row, _HOUR, hour, LABEL, CENTRE, BOXED)
    for day in range(1, WEEKEND + 1):
        column = _DAY + 2 * (day - 1)
        planned = (_MIDDLE, BOXED, EDITABLE, _EDGE)
        recorded = (_MIDDLE, BOXED, INPUT)
        page.column(_FIRST, column, len(HOURS), *planned, slot=f"{slot}.day{day}.计划")
        record = f"input.{slot}.day{day}.记录"
        page.column(_FIRST, column + 1, len(HOURS), *recorded, slot=record)
        if day < WEEKEND:
            date, note = (
                xl_rowcol_to_cell(_HEADER + 1, at, True, True) for at in (column, column + 1)
            )
            period = xl_rowcol_to_cell(0, _END, True, True)
            off = f'AND({period}<>"",OR({date}="",{note}<>""))'
            page.highlight(_FIRST, column, _LAST, column + 1, off, {"bg_color": RESTING})
    page.sheet.data_validation(
        _FIRST,
        _DAY,
        _LAST,
        _END,
        {
            "validate": "any",
            "input_title": "先写用途，再写内容",
            "input_message": f"前两个字写用途：{'、'.join(USES)}。例如“陪访：人民路网点”。",
        },
    )
    _sums(page, slot)
    _use(page, slot)
    page.sheet.freeze_panes(_FIRST, _DAY)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page, slot: str) -> None:
    page.height(_HEADER, 20)
    page.height(_HEADER + 1, 18)
    page.height(_HEADER + 2, 18)
    page.blanks(_HEADER, 1, _HEADER + 1, _END, HEAD)
    page.blanks(_HEADER + 2, 1, _HEADER + 2, _END, SUBHEAD)
    page.put(_HEADER, _HOUR, "时间", HEAD, CENTRE)
    for day, text in enumerate(("星期一", "星期二", "星期三", "星期四", "星期五", ""), 1):
        column = _DAY + 2 * (day - 1)
        small: Style = {"bold": False}
        for row in (_HEADER, _HEADER + 1):
            page.put(row, column, None, HEAD, ACROSS, _GROUP)
            page.put(row, column + 1, None, HEAD, ACROSS)
        if text:
            page.put(_HEADER, column, text, HEAD, ACROSS, _GROUP)
            shown: Style = {"num_format": 'm"月"d"日"', **small}
            page.put(_HEADER + 1, column, None, HEAD, ACROSS, _GROUP, shown)
            page.name_slot(f"{slot}.day{day}.日期", _HEADER + 1, column)
            page.put(_HEADER + 1, column + 1, None, HEAD, CENTRE, small)
            page.name_slot(f"{slot}.day{day}.备注", _HEADER + 1, column + 1)
        else:
            page.put(_HEADER, column, None, HEAD, ACROSS, _GROUP, slot=f"{slot}.weekend")
        page.put(_HEADER + 2, column, "计划", SUBHEAD, LEFT, PADDED, _GROUP)
        page.put(_HEADER + 2, column + 1, "记录", SUBHEAD, LEFT, PADDED)


def _sums(page: Page, slot: str) -> None:
    """How many hours each day has, and what has no room in it."""
    page.height(_SUM, 30)
    page.height(_SUM + 1, 30)
    page.blanks(_SUM, _HOUR, _SUM, _END, TOTAL)
    limit: Style = {"num_format": '"合计 ≤ "0.0'}
    page.put(_SUM, _HOUR, None, TOTAL, limit, CENTRE, slot=f"{slot}.时间.上限")
    page.put(_SUM + 1, _HOUR, "排不下", LABEL, CENTRE, BOXED)
    most = xl_rowcol_to_cell(_SUM, _HOUR, True, True)
    small: Style = {"bold": False, "text_wrap": True}
    for day in range(1, WEEKEND + 1):
        column = _DAY + 2 * (day - 1)
        for at, name in ((column, "合计"), (column + 1, "记录合计")):
            letter = xl_col_to_name(at)
            texts = f"{letter}{_FIRST + 1}:{letter}{_LAST + 1}"
            cells = dict.fromkeys(("计划", "input.week<周>.day<日>.记录"), texts)
            text = DAYS.excel(name, cells | {"week<周>.时间.上限": most})
            page.formula(_SUM, at, text, "", TOTAL, small, CENTRE, slot=f"{slot}.day{day}.{name}")
            too_much(page, _SUM, at, _SUM)
        left = f"{slot}.day{day}.排不下"
        red: Style = {"font_color": STATUS["危险"]["font_color"]}
        page.merged(_SUM + 1, column, _SUM + 1, column + 1, "", _MIDDLE, BOXED, red, slot=left)


def _use(page: Page, slot: str) -> None:
    """Lay out how the hours were used, and the week's summary."""
    row = _TIME
    page.height(row - 1, 8)
    page.height(row, 20)
    texts = ("用途", "计划小时", "记录小时", "差额", "占比", "包括什么")
    page.blanks(row, 1, row, 9, HEAD)
    for column, text in enumerate(texts, _HOUR):
        place = (CENTRE, {}) if 1 < column < 6 else (LEFT, PADDED)
        page.put(row, column + (column > 1), text, HEAD, *place)
    page.put(row, 2, None, HEAD)
    first, last = row + 1, row + len(USES)
    area = f"$C${_FIRST + 1}:${xl_col_to_name(_END)}${_LAST + 1}"
    kinds = f"$C${_HEADER + 3}:${xl_col_to_name(_END)}${_HEADER + 3}"
    for at, use in enumerate(USES, first):
        page.height(at, 17)
        page.blanks(at, 1, at, 9, RULED)
        page.put(at, 1, use, STRONG, LEFT, PADDED, RULED)
        for column, kind in ((3, "计划"), (4, "记录")):
            hours = WEEK_TIME.excel(kind, {"各天": area, "栏": kinds}, place=at - first)
            page.formula(at, column, hours, 0, _HOURS, RULED)
        cells = {"记录.合计": f"$E${last + 2}", "记录@": f"E{at + 1}", "计划@": f"D{at + 1}"}
        gap, share = (WEEK_TIME.excel(end, cells) for end in ("差额", "占比"))
        page.formula(at, 5, gap, "", GAP, CENTRE, RULED)
        page.formula(at, 6, share, "", {**RATE, "num_format": "0%"}, CENTRE, RULED)
        page.put(at, 7, _MEANINGS[use], LABEL, LEFT, PADDED, RULED)
    names = {3: "计划", 4: "记录", 5: "差额", 6: "占比"}
    for column, name in names.items():
        page.name_slot(f"{slot}.time.{name}", first, column, last, column)
    page.height(last + 1, 18)
    page.blanks(last + 1, 1, last + 1, 9, TOTAL)
    page.put(last + 1, 1, "合计", TOTAL, PADDED)
    for column in (3, 4):
        letter = xl_col_to_name(column)
        name = f"{names[column]}.合计"
        cells = {names[column]: f"{letter}{first + 1}:{letter}{last + 1}"}
        total = WEEK_TIME.excel(name, cells)
        page.formula(last + 1, column, total, 0, TOTAL, _HOURS, slot=f"{slot}.time.{name}")
    page.put(row, 10, "本周小结", HEAD, LEFT, PADDED)
    page.blanks(row, 11, row, _END, HEAD)
    summary = f"input.{slot}.summary"
    page.merged(row + 1, 10, last, _END, "", WRAP, BOXED, INPUT, slot=summary)
    page.put(last + 1, 10, "填写日期", LABEL)
    date_input(page, last + 1, 11, 12, f"input.{slot}.filled_on")
    note = "没有写用途的时间不计入。"
    page.put(last + 1, 7, note, TOTAL, NOTE, {"text_wrap": False, "valign": "vcenter"}, PADDED)


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "营业部经理每周工作时间计划及记录表：周初把一周的时间排到小时，每天下班前记下实际做了什么，"
        "周末看时间花在哪里，和计划差多少。",
    )
    guide.steps(
        "怎样填",
        (
            "周初看预填的计划：早会、夕会、例会已排好，各组按上月活动率从低到高轮流陪访、辅导。",
            "按实际改计划。每格前两个字写用途，例如“陪访：人民路网点”，下面的时间分配靠它统计。",
            "每天下班前填“记录”；没有按计划做的写实际做了什么。",
            "周五看时间分配，写本周小结；“本月”汇总各周，月末写小结。",
        ),
    )
    guide.colours(resting="休息日、节假日；变灰的格子照样可以填")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("计划小时、记录小时", "前两个字是该用途的格数", "一格算一小时"),
            ("差额", "记录 − 计划", "还没有记录时为空"),
            ("占比", "该用途记录 ÷ 记录合计", "时间花在哪里"),
            (
                "合计",
                "有内容的格数，一格一小时",
                "超过上限就写超出多少；上限在设置 [time_boxes] 里",
            ),
            ("排不下", "时间盒排完以后剩下的活动", "每项活动几分钟在设置 [time_boxes] 里"),
            ("周末一栏", "有调休上班日时显示它的日期", "预填当天的早会、夕会"),
        ),
    )
    guide.slots()
