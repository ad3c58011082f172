"""The sheet 来源: where each number of a workbook comes from, a row a file or typed cell."""

from __future__ import annotations

from typing import Final

from workbook_templates.form import Column, Roll, heads
from workbook_templates.style import (
    ACCENT,
    CENTRE,
    GREY,
    HEAD,
    LABEL,
    NOTE,
    RIGHT,
    STRONG,
    WRAP,
    Book,
    Page,
    Style,
)

SHEET: Final = "来源"
_COLUMNS: Final = {
    "数字": 22.0,
    "数值": 17.0,
    "怎样来的": 46.0,
    "表": 6.5,
    "文件": 30.0,
    "行数": 8.0,
    "位置": 36.0,
}
_AT: Final = {name: column for column, name in enumerate(_COLUMNS, 1)}
_LAST: Final = len(_COLUMNS)
_HEADER: Final = 3
_FIRST: Final = _HEADER + 1
_ROWS: Final = 60
_SMALL: Final[Style] = {**WRAP, "valign": "vcenter", "font_size": 9}
_STYLES: Final[dict[str, Style]] = {
    "数字": {**_SMALL, **STRONG, "font_size": 10},
    "数值": {**RIGHT, "valign": "vcenter"},
    "怎样来的": {**_SMALL, "font_color": GREY},
    "表": {**LABEL, **CENTRE, "valign": "vcenter"},
    "文件": _SMALL,
    "行数": {**RIGHT, "num_format": "#,##0", "valign": "vcenter"},
    "位置": _SMALL,
}
_TEXT: Final = (
    "每个数字一段：先是公式和其中的数，后面是算它时看的每个原始文件、几行、哪几行；目标和填写的数写明谁、"
    "什么时候、在哪一格填的，以前是多少。全部的行和每一次改动：kpi-xl trace 单位 指标 月份。"
)


def add(book: Book) -> None:
    """Add the sheet behind those that are there."""
    page = Page(book, SHEET, (1.5, *_COLUMNS.values()), printed=False)
    page.title(SHEET)
    line: Style = {"bottom": 5, "bottom_color": ACCENT}
    page.put(0, _LAST, None, STRONG, RIGHT, line, slot="source.heading")
    page.height(1, 30)
    page.merged(1, 1, 1, _LAST, _TEXT, NOTE)
    page.height(2, 6)
    page.height(_HEADER, 24)
    heads(page, _HEADER, {column: name for name, column in _AT.items()}, _LAST, (_AT["表"],))
    for name in ("数值", "行数"):
        page.put(_HEADER, _AT[name], name, HEAD, RIGHT)
    columns = [Column(name, f"source.{name}", style=_STYLES[name]) for name in _COLUMNS]
    roll = Roll(page, "source", _FIRST, _ROWS, columns, told_by=_AT["文件"] - 1)
    page.height(_FIRST, 27, roll.last)
    page.sheet.freeze_panes(_FIRST, 2)
    roll.fold()
