"""The front page of a monthly report: what a manager reads in a minute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.chart import Chart

from kpi_xl.findings.in_brief import HEADLINES, MEASURES_SHOWN, SIGNS
from kpi_xl.slots.front_slots import COLUMNS, TOTAL
from workbook_templates.form import Column, Roll
from workbook_templates.style import (
    ACCENT,
    ACCENT_LIGHT,
    ACCENT_PALE,
    GAP,
    GREY,
    HAIRLINE,
    HEAD,
    LABEL,
    LEFT,
    NOTE,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    WHITE,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)

SHEET: Final = "首页"
_WIDTHS: Final = (1, 16.5, 7, 10, 10, 9.5, 9.5, 8.5, 8, 8.5, 10, 21)
_LAST: Final = COLUMNS
_TILES: Final = ((1, 2), (3, 4), (5, 6), (7, 9), (10, 11))
_ROWS: Final = 14
_CHART: Final = (437, 230)
_ONE_CHART: Final = (884, 300)
_CHART_ROW: Final = 20
_MONEY: Final = ("完成", "目标", "差额")
_WAN: Final = {"完成": r"0\.0,", "目标": r"0\.0,", "差额": r"+0\.0,;-0\.0,;0"}
"""Amounts in 万: thousands with a point before the last digit."""
_NAMES: Final = (
    "名称", "人数", "完成", "目标", "达成率", "差额", "同比", "指标一", "指标二", "状态", "最该管",
)  # fmt: skip
_BOTTOM: Final[Style] = {"valign": "bottom"}
_BODY: Final[Style] = {"font_size": 10.5}
"""Printed on one page, this is still larger than 8 points."""


def place(book: Book) -> Page:
    """Add the sheet, still empty: it stands before all others."""
    return Page(book, SHEET, _WIDTHS, landscape=False)


def write(page: Page, heading: str, title: str, charts: Sequence[Chart] = ()) -> None:
    """Write the sheet.

    Parameters
    ----------
    heading : str
        The formula of whose numbers and which month these are.
    title : str
        What the report is called.
    charts : sequence of Chart
        What is drawn below: one, or two side by side.
    """
    page.title(title)
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, _LAST, heading, "　", STRONG, RIGHT, {"font_size": 12}, line,
                 slot="front.heading")  # fmt: skip
    page.height(1, 18)
    page.put(1, 1, None, NOTE, _BODY, {"text_wrap": False, "valign": "vcenter"}, slot="front.截至")
    _tiles(page, 2)
    row = _sentences(page, 9)
    row = _side_by_side(page, row)
    row = _to_do(page, row)
    page.height(row, 18)
    signs = "　".join(f"{sign} {word}" for word, sign in SIGNS.items())
    note = f"{signs}。明细、目标和要填的格子在后面的表里。"
    page.put(row, 1, note, NOTE, _BODY, {"text_wrap": False, "valign": "vcenter"})
    row = _charts(page, row + 1, charts)
    page.sheet.print_area(0, 0, row, _LAST)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(1, 0)


def _charts(page: Page, row: int, charts: Sequence[Chart]) -> int:
    """The charts side by side; returns their last row."""
    width, height = _ONE_CHART if len(charts) == 1 else _CHART
    for place_, chart in enumerate(charts):
        chart.set_size({"width": width, "height": height})
        offset = {"x_offset": place_ * (width + 10), "y_offset": 4}
        page.sheet.insert_chart(row, 1, chart, {"object_position": 2, **offset})
    last = row + height // _CHART_ROW if charts else row - 1
    for number in range(row, last + 1):
        page.sheet.set_row_pixels(number, _CHART_ROW)
    return last


def _tiles(page: Page, top: int) -> None:
    """The numbers on top, each with its target, its change, its pace and its status."""
    lines: dict[str, tuple[float, Style]] = {
        "名称": (19, {**STRONG, **_BODY, "font_color": ACCENT}),
        "值": (32, {"font_size": 17, "bold": True, "shrink": True}),
        "目标": (17, {"font_size": 10.5, "shrink": True}),
        "变化": (30, {"font_size": 10.5, "font_color": GREY, "text_wrap": True}),
        "进度": (17, {"font_size": 10.5, "font_color": GREY, "shrink": True}),
        "状态": (32, {"font_size": 10.5, "bold": True, "text_wrap": True, "valign": "top"}),
    }
    page.height(top, 6)
    for number, (name, (height, style)) in enumerate(lines.items(), top + 1):
        page.height(number, height)
        for place_, (first, last) in enumerate(_TILES[:HEADLINES], 1):
            look: Style = {
                "bg_color": ACCENT_PALE, "indent": 1, "align": "left",
                "right": 5, "right_color": WHITE,
            }  # fmt: skip
            page.merged(number, first, number, last, "", look, style, slot=f"front.{place_}.{name}")
    last_row = top + len(lines)
    for first, last in _TILES:
        _signs(page, last_row, first, last_row, last)
    page.fold("front.数", last_row - 1, last_row - 1)


def _signs(page: Page, row: int, column: int, last_row: int, last: int) -> None:
    """Colour what begins with the sign of a status; the sign tells it without colours, too."""
    cell = page.at(row, column).partition("!")[2]
    for word, sign in SIGNS.items():
        look = {"font_color": STATUS[word]["font_color"]}
        page.highlight(row, column, last_row, last, f'=LEFT({cell},1)="{sign}"', look)


def _section(page: Page, row: int, text: str | None, slot: str = "") -> None:
    page.height(row, 26)
    page.put(row, 1, text, SECTION, _BOTTOM, {"font_size": 12}, slot=slot)


def _sentences(page: Page, row: int) -> int:
    """Lay out the sentences: results and causes. Returns the row below them."""
    _section(page, row, "怎么样，为什么")
    for number, (label, name) in enumerate(
        (("结果", "结果"), ("原因", "原因"), ("问题", "问题")), row + 1
    ):
        page.height(number, 33)
        page.put(number, 1, label, LABEL, RULED, LEFT, {"indent": 1}, _BODY)
        text: Style = {"valign": "vcenter", "indent": 0, **_BODY}
        page.merged(number, 2, number, _LAST, "", WRAP, text, RULED, slot=f"front.{name}")
    page.fold("front.话", row + 1, row + 3)
    return row + 4


def _side_by_side(page: Page, row: int) -> int:
    """The units below, or the people; returns the row below them."""
    _section(page, row, None, "front.单位标题")
    page.put(row, _LAST, None, LABEL, RIGHT, _BOTTOM, _BODY, slot="front.金额单位")
    head = row + 1
    page.height(head, 24)
    left: Style = {**LEFT, "indent": 1}
    styles: dict[str, Style] = {
        "名称": {**left, "shrink": True},
        "人数": WHOLE,
        "完成": {**WHOLE, **STRONG},
        "目标": WHOLE,
        "达成率": RATE,
        "差额": GAP,
        "同比": RIGHT,
        "指标一": RIGHT,
        "指标二": RIGHT,
        "状态": {**left, **STRONG},
        "最该管": {**LEFT, "shrink": True},
    }
    for column, style in enumerate(styles.values(), 1):
        side = {key: style[key] for key in ("align", "indent") if key in style}
        page.put(head, column, None, HEAD, _BODY, {"shrink": True, "text_wrap": False}, side)
    page.name_slot("front.列名", head, 1, head, COLUMNS)
    flag = page.at(row, _LAST, absolute=True).partition("!")[2]
    for column, name in enumerate(_NAMES, 1):
        _looks(page, head + 1, column, name, flag)
    columns = [
        Column(name, f"front.单位.{name}", style={**styles[name], **_BODY}) for name in _NAMES
    ]
    roll = Roll(page, "front", head + 1, _ROWS, columns)
    first, last = roll.first, roll.last
    page.height(first, 20, last)
    column = 1 + _NAMES.index("达成率")
    page.sheet.conditional_format(
        first, column, last, column,
        {
            "type": "data_bar", "data_bar_2010": True, "bar_solid": True,
            "bar_color": ACCENT_LIGHT, "bar_border_color": ACCENT_LIGHT,
            "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1.5,
        },
    )  # fmt: skip
    page.fold("front.单位", row, last)
    return last + 1


def _looks(page: Page, first: int, column: int, name: str, flag: str) -> None:
    """How the rows of a column look that are used: the last one is the total.

    LibreOffice takes the first range that a cell is in, and there the first rule that holds: so the
    rules of a column are on the same cells, and each has all of the look.
    """
    last = first + _ROWS - 1
    used, total = f'$B{first + 1}<>""', f'$B{first + 1}="{TOTAL}"'
    line: Style = {"bottom": 1, "bottom_color": HAIRLINE}
    whole: Style = {**line, "bold": True, "bg_color": ACCENT_PALE}
    rules: list[tuple[str, Style]] = []
    if name in _MONEY:
        wan = {"num_format": _WAN[name]}
        rules = [(f'AND({total},{flag}="万元")', {**whole, **wan})]
        rules += [(f"{total}", whole), (f'AND({used},{flag}="万元")', {**line, **wan})]
    elif name == "状态":
        cell = page.at(first, column).partition("!")[2]
        for word, sign in SIGNS.items():
            ink = {"font_color": STATUS[word]["font_color"]}
            rules.append((f'LEFT({cell},1)="{sign}"', {**line, **ink}))
    for formula, look in (*rules, (total, whole), (used, line)):
        page.highlight(first, column, last, column, f"={formula}", look)


def _to_do(page: Page, row: int) -> int:
    """Lay out the actions: what, why, who, until when. Returns the row below them."""
    _section(page, row, f"先做这 {MEASURES_SHOWN} 件事")
    head = row + 1
    page.height(head, 22)
    page.blanks(head, 1, head, _LAST, HEAD, _BODY)
    parts = (("做什么", 1, 4), ("为什么", 5, 9), ("谁", 10, 10), ("何时", 11, 11))
    for text, first, _ in parts:
        page.put(head, first, text, HEAD, _BODY, LEFT, {"indent": 1, "text_wrap": False})
    for number in range(head + 1, head + 1 + MEASURES_SHOWN):
        page.height(number, 36)
        for _, first, last in parts:
            look: Style = {**_BODY, "valign": "vcenter", "bottom": 1, "bottom_color": HAIRLINE}
            if first == last:
                page.put(number, first, None, WRAP, look)
            else:
                page.merged(number, first, number, last, "", WRAP, look)
    last_row = head + MEASURES_SHOWN
    for text, first, _ in parts:
        page.name_slot(f"front.措施.{text}", head + 1, first, last_row)
    page.fold("front.措施", row, last_row)
    return last_row + 1
