"""Rules for input cells: shown before people type, and when they type something else."""

from __future__ import annotations

import datetime as dt
from typing import Final, TypeAlias

from kpi_xl.kpi import Kpi
from workbook_templates.style import DATE, INPUT, Page, Style

Area: TypeAlias = tuple[int, int, int, int]
"""First row and column, last row and column."""

_FIRST_DAY: Final = dt.date(2000, 1, 1)


def whole_numbers(page: Page, cells: Area, title: str, most: int = 999) -> None:
    """Take whole numbers up to `most` only."""
    page.sheet.data_validation(
        *cells,
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": most,
            "input_title": title,
            "input_message": f"请填 0 到 {most:,} 的整数；没有就填 0 或留空。",
            "error_title": "请填整数",
            "error_message": f"这里只能填 0 到 {most:,} 的整数，不要带单位或文字。",
        },
    )


def amounts(page: Page, cells: Area, title: str) -> None:
    """Take amounts in 元 only."""
    page.sheet.data_validation(
        *cells,
        {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "input_title": title,
            "input_message": "请填金额，单位元，例如 12000。",
            "error_title": "请填金额",
            "error_message": "这里只能填不小于 0 的数字，单位是元，不要写“万”“元”等字。",
        },
    )


def target_of(page: Page, row: int, column: int, kpi: Kpi) -> None:
    """Take a target of a KPI only: no share of more than 1000%, nothing else below zero."""
    share = kpi.unit == "%"
    low, high = (-1.0, 10.0) if share else (0.0, 1e12)
    how = "比率写 80% 或 0.8" if share else f"单位{kpi.unit}，不小于 0"
    page.sheet.data_validation(
        row,
        column,
        row,
        column,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "input_title": f"{kpi.name}：目标"[:32],
            "input_message": f"请填数，{how}；没有目标就留空。",
            "error_title": "请填数",
            "error_message": f"这里只能填数，{how}，不要带单位或文字。",
        },
    )


def choices(page: Page, cells: Area, title: str, offered: tuple[str, ...]) -> None:
    """Offer choices; other words are taken as well."""
    page.sheet.data_validation(
        *cells,
        {
            "validate": "list",
            "source": list(offered),
            "input_title": title,
            "input_message": "点右侧箭头选一项，也可以自己写。",
            "error_type": "information",
            "error_title": "不在列表里",
            "error_message": "这一项不在列表里。点“确定”保留所写的内容。",
        },
    )


def dates(page: Page, cells: Area) -> None:
    """Take dates only."""
    page.sheet.data_validation(
        *cells,
        {
            "validate": "date",
            "criteria": ">=",
            "value": _FIRST_DAY,
            "input_title": "日期",
            "input_message": "请填日期，例如 2024-6-3。按 Ctrl+; 填今天。",
            "error_title": "请填日期",
            "error_message": "这里要填日期，例如 2024-6-3。",
        },
    )


def date_input(page: Page, row: int, column: int, last: int, slot: str, *styles: Style) -> None:
    """A cell for a date, as wide as the columns up to `last`."""
    if column == last:
        page.put(row, column, None, DATE, INPUT, *styles, slot=slot)
    else:
        page.merged(row, column, row, last, "", DATE, INPUT, *styles, slot=slot)
    dates(page, (row, column, row, last))
