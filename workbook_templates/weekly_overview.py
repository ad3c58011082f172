"""The sheet 本月总览 of 周工作计划: the month's activities, summed up from the weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.slots.plan_slots import MONTH_DONE, MONTH_PLAN
from workbook_templates import weekly_sheet
from workbook_templates.style import (
    ACCENT,
    ACCENT_LIGHT,
    ACROSS,
    BOXED,
    CENTRE,
    EDITABLE,
    FONT,
    GAP,
    GREY,
    GROUP,
    HAIRLINE,
    HEAD,
    INK,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STRONG,
    SUBHEAD,
    WHITE,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)
from workbook_templates.validation import date_input, whole_numbers
from workbook_templates.week import ACTIVITIES, WEEKS, told_apart
from workbook_templates.week import heading as whose

_WIDTHS: Final = (
    1.5,
    13,
    5.5,
    10.5,
    10.5,
    *(7.5 for _ in WEEKS),
    9.5,
    *(9 for _ in WEEKS),
    10.5,
    9.5,
    9,
)
_NAME, _UNIT, _LAST_MONTH, _TARGET, _PLAN, _PLANNED, _DONE, _TOTAL, _GAP, _RATE = (
    1,
    2,
    3,
    4,
    5,
    10,
    11,
    16,
    17,
    18,
)
_HEADER: Final = 5
_RESULTS: Final = {"预收件数": "件", "预收保费": "元"}
_GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
_FACTS: Final = {
    1: ("姓名", "person.name", {}),
    3: ("工号", "person.id", {}),
    4: ("职级", "person.rank", {}),
    6: ("团队", "person.team", {}),
    8: ("单位", "unit.name", {}),
    11: ("主管", "unit.manager", {}),
    12: ("机构", "branch.name", {}),
    14: ("工作日", "period.working_days", {"num_format": '0" 天"'}),
}


def place(book: Book) -> Page:
    """Add the sheet, still empty, so that it stands first."""
    return Page(book, "本月总览", _WIDTHS, larger=0.2)


def heading(page: Page) -> str:
    """The formula of whose plan it is and of which month."""
    return whose(page, ("person.name", "person.team"), (1, 6), _RATE)


def write(page: Page, weeks: Sequence[Page]) -> None:
    """Write the sheet; `weeks` are the sheets it sums up."""
    page.title("周工作计划　本月总览")
    page.month()
    told_apart(page, "周工作计划", _RATE)
    page.fields(2, _FACTS)
    page.put(2, 16, "填写日期", LABEL, {"valign": "bottom"})
    date_input(page, 3, 16, _RATE, "input.filled_on")
    page.height(4, 8)
    _heads(page)
    row = _HEADER + 2
    for name, unit in ACTIVITIES.items():
        _row(page, weeks, row, name, unit, planned=True)
        row += 1
    page.height(row, 20)
    page.blanks(row, 1, row, _RATE, GROUP)
    page.put(row, 1, "预收（差额、完成率与本月目标相比）", GROUP)
    for name, unit in _RESULTS.items():
        row += 1
        _row(page, weeks, row, name, unit, planned=False)
    _below(page, row + 1)
    page.sheet.freeze_panes(_HEADER + 2, _UNIT)
    page.sheet.fit_to_pages(1, 1)


def _heads(page: Page) -> None:
    page.height(_HEADER, 22)
    page.height(_HEADER + 1, 20)
    page.blanks(_HEADER, 1, _HEADER, _RATE, HEAD)
    page.blanks(_HEADER + 1, 1, _HEADER + 1, _RATE, SUBHEAD)
    page.put(_HEADER, _NAME, "活动", HEAD, LEFT)
    page.put(_HEADER, _UNIT, "单位", HEAD, CENTRE)
    page.put(_HEADER, _LAST_MONTH, "上月实绩", HEAD, RIGHT)
    page.put(_HEADER + 1, _LAST_MONTH, None, SUBHEAD, RIGHT, slot="period.last_month")
    page.put(_HEADER, _TARGET, "本月目标", HEAD, RIGHT, PADDED)
    for first, text in ((_PLAN, "计划"), (_DONE, "完成")):
        page.blanks(_HEADER, first, _HEADER, first + 5, HEAD, ACROSS)
        page.put(_HEADER, first, text, HEAD, ACROSS, _GROUP)
        for week in WEEKS:
            edge = _GROUP if week == 1 else {}
            page.put(_HEADER + 1, first + week - 1, f"第{week}周", SUBHEAD, RIGHT, edge)
        page.put(_HEADER + 1, first + 5, "合计", SUBHEAD, STRONG, RIGHT)
    page.put(_HEADER, _GAP, "差额", HEAD, RIGHT, _GROUP)
    page.put(_HEADER + 1, _GAP, None, SUBHEAD, _GROUP)
    page.put(_HEADER, _RATE, "完成率", HEAD, RIGHT)


def _row(
    page: Page, weeks: Sequence[Page], row: int, name: str, unit: str, *, planned: bool
) -> None:
    """One activity, or what was received, against plan or target."""
    page.height(row, 26)
    page.put(row, _NAME, name, RULED)
    page.put(row, _UNIT, unit, LABEL, CENTRE, RULED)
    page.put(row, _LAST_MONTH, None, WHOLE, RULED, slot=f"month.last.{name}")
    page.put(row, _TARGET, None, WHOLE, EDITABLE, PADDED, RULED, slot=f"month.target.{name}")
    whole_numbers(page, (row, _TARGET, row, _TARGET), f"{name}：本月目标", 99_999_999)
    column = weekly_sheet.done_column(name)
    for number, one in enumerate(weeks):
        if planned:
            cells = {f"week{number + 1}.plan.<活动>.合计": one.at(weekly_sheet.TOTALS, column - 1)}
            plan = MONTH_PLAN.excel("plan.weekly.<活动>", cells, place=number)
            page.formula(row, _PLAN + number, plan, 0, WHOLE, RULED)
        else:
            page.put(row, _PLAN + number, None, RULED)
        cells = {
            f"input.week{number + 1}.done.<项目>": weekly_sheet.done_cells(one, name),
            f"week{number + 1}.done.<项目>.合计": one.at(weekly_sheet.TOTALS, column),
        }
        done = MONTH_DONE.excel("done.weekly.<项目>", cells, place=number)
        page.formula(row, _DONE + number, done, "", WHOLE, RULED)
    page.name_slot(f"month.done.weekly.{name}", row, _DONE, row, _DONE + 4)
    if planned:
        page.name_slot(f"month.plan.weekly.{name}", row, _PLAN, row, _PLAN + 4)
        total = f"=SUM({_range(row, _PLAN)})"
        page.formula(row, _PLANNED, total, 0, STRONG, WHOLE, RULED, slot=f"month.plan.{name}")
    else:
        page.put(row, _PLANNED, None, RULED)
    total = f"=SUM({_range(row, _DONE)})"
    page.formula(row, _TOTAL, total, 0, STRONG, WHOLE, RULED, slot=f"month.done.{name}")

    done, aim = (
        xl_rowcol_to_cell(row, _TOTAL),
        xl_rowcol_to_cell(row, _PLANNED if planned else _TARGET),
    )
    cells = {"done.weekly.<项目>": _range(row, _DONE), "done.<项目>": done}
    cells["month.plan.<项目>" if planned else "target.<项目>"] = aim
    gap, rate = (MONTH_DONE.excel(f"{end}.<项目>", cells) for end in ("gap", "rate"))
    page.formula(row, _GAP, gap, "", GAP, RULED, slot=f"month.gap.{name}")
    page.formula(row, _RATE, rate, "", RATE, RULED, slot=f"month.rate.{name}")


def _range(row: int, first: int) -> str:
    return f"{xl_rowcol_to_cell(row, first)}:{xl_rowcol_to_cell(row, first + 4)}"


def _below(page: Page, row: int) -> None:
    """The month in a chart, and in words."""
    page.height(row, 10)
    page.height(row + 1, 24)
    page.put(row + 1, 11, "本月重点", SECTION)
    page.merged(row + 2, 11, row + 4, _RATE, "", WRAP, BOXED, INPUT, slot="input.focus")
    page.put(row + 5, 11, "月末小结", SECTION)
    page.merged(row + 6, 11, row + 8, _RATE, "", WRAP, BOXED, INPUT, slot="input.summary")
    page.height(row + 2, 36, row + 8)
    page.height(row + 5, 26)
    _chart(page, row + 1)
    page.sheet.print_area(0, 0, row + 8, _RATE)


def _chart(page: Page, row: int) -> None:
    chart = page.book.workbook.add_chart({"type": "column"})
    first, last = _HEADER + 2, _HEADER + 1 + len(ACTIVITIES)
    names = f"={page.range(first, _NAME, last, _NAME)}"
    for text, column, colour in (("计划", _PLANNED, ACCENT_LIGHT), ("完成", _TOTAL, ACCENT)):
        values = f"={page.range(first, column, last, column)}"
        chart.add_series(
            {
                "name": text,
                "categories": names,
                "values": values,
                "fill": {"color": colour},
                "border": {"none": True},
                "gap": 70,
                "overlap": 0,
                "data_labels": {"value": True, "font": {"name": FONT, "size": 8, "color": GREY}},
            }
        )
    small = {"name": FONT, "size": 9, "color": GREY}
    chart.set_title(
        {
            "name": "本月计划与完成",
            "name_font": {"name": FONT, "size": 11, "bold": True, "color": INK},
            "layout": {"x": 0.012, "y": 0.03},
            "overlay": True,
        }
    )
    chart.set_legend(
        {
            "position": "top",
            "font": small,
            "layout": {"x": 0.76, "y": 0.03, "width": 0.22, "height": 0.1},
        }
    )
    chart.set_x_axis({"num_font": small, "line": {"color": GREY}, "major_tick_mark": "none"})
    chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"color": HAIRLINE, "width": 0.75}})
    chart.set_plotarea({"layout": {"x": 0.02, "y": 0.2, "width": 0.96, "height": 0.66}})
    chart.set_size({"width": 640, "height": 342})
    page.sheet.insert_chart(row, 1, chart, {"object_position": 2, "y_offset": 6})
