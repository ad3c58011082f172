"""The sheet 预警与诊断 of 月度KPI表: pace, warnings by what they cost, causes and measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kpi_xl.slots.analysis_slots import ON_THE_WAY
from workbook_templates import monthly_data
from workbook_templates.style import (
    ACCENT,
    CENTRE,
    HEAD,
    LEFT,
    NOTE,
    RATE,
    RIGHT,
    RULED,
    SECTION,
    STATUS,
    STRONG,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)

SHEET: Final = "预警与诊断"
PACED: Final = (
    "首年度保费", "首年新单保费", "主险件数", "举绩人数", "新增人数", "活动率", "人均件数",
)  # fmt: skip
WARNINGS: Final = 8
BELOW: Final = 12
DIAGNOSED: Final = 6

_WIDTHS: Final = (1.5, 15, 13, 10, 12, 12, 13, 13, 13, 13)
_LAST: Final = len(_WIDTHS) - 1
_BEHIND: Final[Style] = {"font_color": STATUS["危险"]["font_color"]}
_FIT: Final[Style] = {"shrink": True}
_ONE_LINE: Final[Style] = {"text_wrap": False}


def place(book: Book) -> Page:
    """Add the sheet, still empty."""
    return Page(book, SHEET, _WIDTHS, landscape=False, larger=0.5, printed=False)


def write(page: Page, heading: str) -> None:
    """Write the sheet.

    Parameters
    ----------
    heading : str
        The formula of whose findings and which month these are.
    """
    page.title("预警与诊断")
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.formula(0, _LAST, heading, "　", STRONG, RIGHT, line, slot="findings.heading")
    row = pace(page, 1, PACED)
    row = _warnings(page, row, "预警：本单位", "warnings", WARNINGS)
    row = _warnings(page, row, "预警：下属单位", "below", BELOW)
    row = diagnosis(page, row, DIAGNOSED, _LAST)
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(1, 0)


def _section(page: Page, row: int, text: str, note: str = "", slot: str = "") -> None:
    page.height(row, 24)
    page.put(row, 1, text, SECTION, {"valign": "bottom"})
    page.put(row, 4, note or None, NOTE, {"text_wrap": False, "valign": "bottom"}, slot=slot)


def _heads(page: Page, row: int, heads: tuple[str, ...], left: tuple[int, ...]) -> None:
    page.height(row, 20)
    for column, text in enumerate(heads, 1):
        page.put(row, column, text, HEAD, LEFT if column in left else RIGHT)


def pace(page: Page, row: int, names: Sequence[str]) -> int:
    """The pace of the targets of some KPIs; returns the row below it."""
    _section(page, row, "目标进度", slot="pace.as_of")
    _heads(page, row + 1, ("指标", "目标", "已完成", "达成率"), (1,))
    slot = "pace.列名"
    page.row(row + 1, 5, len(ON_THE_WAY), HEAD, RIGHT, {"shrink": True}, slot=slot)
    parts = ("目标", "完成", "达成率", "应完成", "进度", "预测", "下限", "上限")
    for line, name in enumerate(names, row + 2):
        page.height(line, 20)
        page.put(line, 1, name, RULED)
        for column, part in enumerate(parts, 2):
            style = (
                RATE if part in ("达成率", "进度") else monthly_data.number(monthly_data.kpi(name))
            )
            page.put(line, column, None, style, RIGHT, RULED, slot=f"pace.{name}.{part}")
    last = row + 1 + len(names)
    page.highlight(row + 2, 6, last, 6, f"=AND(ISNUMBER(G{row + 3}),G{row + 3}<1)", _BEHIND)
    page.height(last + 1, 16)
    page.put(last + 1, 1, None, NOTE, {"text_wrap": False}, slot="pace.说明")
    page.fold("pace", row + 2, last + 1)
    return last + 2


def _warnings(page: Page, row: int, title: str, slot: str, count: int) -> int:
    """A list of warnings; with the unit in front where there are several."""
    below = slot == "below"
    note = "先列新出现的和超出平时波动的，各按影响排序；一件事几个指标都看得出的，并成一行。"
    _section(page, row, title, "" if below else note)
    first = 1 if below else 0
    heads = (
        *(("单位",) if below else ()),
        "指标",
        "状态",
        "实际",
        "应达",
        "影响（元）",
        "原因",
    )
    row += 1
    page.height(row, 20)
    columns = {"单位": 1, "指标": 1 + first, "状态": 2 + first, "实际": 3 + first}
    columns |= {"应达": 4 + first, "影响（元）": 5 + first, "原因": 6 + first}
    page.blanks(row, 1, row, _LAST, HEAD)
    for head in heads:
        place = LEFT if head in ("单位", "指标", "原因") else CENTRE if head == "状态" else RIGHT
        indent: Style = {"indent": 1} if head == "原因" else {}
        page.put(row, columns[head], head, HEAD, place, indent, _ONE_LINE)
    top = row + 1
    small: Style = {"valign": "vcenter", "indent": 1}
    for number in range(top, top + count):
        page.height(number, 40)
        page.blanks(number, 1, number, _LAST, RULED)
        page.merged(number, columns["原因"], number, _LAST, "", WRAP, RULED, small)
    for head in heads:
        name = "影响" if head == "影响（元）" else head
        styles: tuple[Style, ...] = {
            "状态": (CENTRE,),
            "实际": (RIGHT,),
            "应达": (RIGHT,),
            "影响": (WHOLE,),
        }.get(name, (_FIT,))
        if name == "原因":
            page.name_slot(f"{slot}.{name}", top, columns[head], top + count - 1)
            continue
        page.column(top, columns[head], count, *styles, RULED, slot=f"{slot}.{name}")
    statuses(page, top, columns["状态"], top + count - 1)
    if below:
        page.fold(slot, row - 1, top + count - 1)
        return top + count
    last = top + count
    page.height(last, 30)
    page.merged(last, 1, last, _LAST, "", NOTE, WRAP)
    page.name_slot("warnings.差额", last, 1, last)
    page.fold(slot, row - 1, last)
    return last + 1


def statuses(page: Page, row: int, column: int, last: int) -> None:
    """Colour the words 健康, 异常, 危险."""
    for status, style in STATUS.items():
        rule = {"type": "cell", "criteria": "==", "value": f'"{status}"'}
        page.sheet.conditional_format(
            row, column, last, column, {**rule, "format": page.book.changed(style)}
        )


def diagnosis(page: Page, row: int, count: int, last: int) -> int:
    """The likeliest causes of the weakest KPIs, and measures; returns its last row."""
    _section(page, row, "诊断与建议", "原因按数据里的证据排序；措施供参考，由主管定。")
    row += 1
    page.height(row, 20)
    middle = 3 + (last - 2) // 2
    page.blanks(row, 1, row, last, HEAD)
    for column, head in (
        (1, "问题"),
        (3, "最可能的原因和依据"),
        (middle, "建议措施：做什么；谁；用什么；何时"),
    ):
        page.put(row, column, head, HEAD, LEFT, _ONE_LINE, {"indent": 1} if column > 1 else {})
    for number in range(row + 1, row + 1 + count):
        page.height(number, 50)
        small: Style = {"valign": "vcenter"}
        page.merged(number, 1, number, 2, "", WRAP, RULED, small, {"indent": 0})
        page.merged(number, 3, number, middle - 1, "", WRAP, RULED, small)
        page.merged(number, middle, number, last, "", WRAP, RULED, small)
    for column, name in ((1, "问题"), (3, "原因"), (middle, "措施")):
        page.name_slot(f"diagnosis.{name}", row + 1, column, row + count)
    page.fold("diagnosis", row - 1, row + count)
    return row + count
