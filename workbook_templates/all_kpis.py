"""The sheet 全部指标: every KPI that there is data of, a row each, as many as there are."""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from workbook_templates.form import Column, Roll, heads
from workbook_templates.style import (
    ACCENT,
    CENTRE,
    CHANGE,
    GROUP,
    HAIRLINE,
    HEAD,
    LABEL,
    LEFT,
    NOTE,
    PADDED,
    POINTS,
    RATE,
    RIGHT,
    STATUS,
    STRONG,
    WHOLE,
    WRAP,
    Book,
    Page,
    Style,
)

SHEET: Final = "全部指标"
_COLUMNS: Final = {
    "指标": 28.0,
    "单位": 5.0,
    "本月": 12.5,
    "目标": 12.0,
    "上月": 12.5,
    "环比": 9.0,
    "同期": 12.5,
    "同比": 9.0,
    "状态": 8.0,
    "含义": 47.0,
}
_AT: Final = {name: column for column, name in enumerate(_COLUMNS, 1)}
_LAST: Final = len(_COLUMNS)
_HEADER: Final = 4
_FIRST: Final = _HEADER + 1
_ROWS: Final = 110
_NUMBERS: Final = ("本月", "目标", "上月", "同期")
_CHANGES: Final = ("环比", "同比")
_CENTRED: Final = (_AT["单位"], _AT["状态"])
_PARTS: Final[Style] = {"num_format": "#,##0.00"}
_LINE: Final[Style] = {"bottom": 1, "bottom_color": HAIRLINE}
_TEXT: Final[Style] = {**WRAP, "valign": "vcenter", "font_size": 10}
_STYLES: Final[dict[str, Style]] = {
    "指标": {**LEFT, **PADDED, "shrink": True},
    "单位": {**LABEL, **CENTRE, "font_size": 10},
    "本月": {**RIGHT, **STRONG},
    "状态": CENTRE,
    "含义": _TEXT,
}


def place(book: Book) -> Page:
    """Add the sheet, still empty, so that it stands where it should."""
    return Page(book, SHEET, (1.5, *_COLUMNS.values()), printed=False)


def write(page: Page, heading: str) -> None:
    """Write the sheet.

    Parameters
    ----------
    page : Page
        The sheet that is written.
    heading : str
        The formula of whose numbers and which month these are.
    """
    page.title(SHEET)
    page.formula(
        0, _LAST, heading, "　", STRONG, RIGHT, {"bottom": 5, "bottom_color": ACCENT},
        slot="all.heading",
    )  # fmt: skip
    page.height(1, 6)
    page.height(2, 42)
    page.merged(2, 1, 2, _LAST, "", NOTE, {"font_size": 10}, slot="all.没有数据")
    page.height(3, 16)
    page.put(3, 1, None, NOTE, {"text_wrap": False, "font_size": 10}, slot="all.same_days")
    page.height(_HEADER, 24)
    heads(page, _HEADER, {column: name for name, column in _AT.items()}, _LAST, _CENTRED)
    for name in _NUMBERS + _CHANGES:
        page.put(_HEADER, _AT[name], name, HEAD, RIGHT)
    _formats(page)
    columns = [Column(name, f"all.{name}", style=_STYLES.get(name, RIGHT)) for name in _COLUMNS]
    roll = Roll(page, "all", _FIRST, _ROWS, columns)
    page.height(_FIRST, 28, roll.last)
    page.sheet.freeze_panes(_FIRST, 2)
    roll.fold()


def _formats(page: Page) -> None:
    """How a row is shown goes by its unit, which only the month tells.

    LibreOffice looks for the first range that a cell is in, and there for the first rule that
    holds: so the rules of a column are on the same cells, and each has all of the look.
    """
    row, last = _FIRST + 1, _FIRST + _ROWS - 1
    for column in _AT.values():
        family = f'=AND($B{row}<>"",$C{row}="")'
        page.highlight(_FIRST, column, last, column, family, {**GROUP, **_LINE})
    for word, style in STATUS.items():
        column = _AT["状态"]
        page.highlight(_FIRST, column, last, column, f'=$J{row}="{word}"', {**style, **_LINE})
    for name in _NUMBERS + _CHANGES:
        column = _AT[name]
        cell = xl_rowcol_to_cell(_FIRST, column, col_abs=True)
        shown = {
            f'$C{row}="%"': POINTS if name in _CHANGES else RATE,
            f'AND($C{row}<>"元",{cell}<>INT({cell}))': CHANGE if name in _CHANGES else _PARTS,
            f'$B{row}<>""': CHANGE if name in _CHANGES else WHOLE,
        }
        for holds, style in shown.items():
            look = {"num_format": style["num_format"], **_LINE}
            formula = f"=IF(ISNUMBER({cell}),{holds},FALSE)"
            page.highlight(_FIRST, column, last, column, formula, look)
