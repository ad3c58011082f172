"""The common part of the two daily logs: a sheet a week, every day a band of four lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.slots.log_values import LINES
from workbook_templates.style import (
    ACCENT_MIDDLE,
    ACROSS,
    BOXED,
    CENTRE,
    DAY,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RESTING,
    STRONG,
    SUBHEAD,
    TOTAL,
    WHITE,
    WRAP,
    Page,
    Style,
)
from workbook_templates.week import MADE_UP

DAYS: Final = 7
ROWS: Final = DAYS * LINES
HEADER: Final = 2
FIRST: Final = HEADER + 2
LAST: Final = FIRST + ROWS - 1
TOTALS: Final = LAST + 1
"""The line of the week's totals."""
DATE: Final = 1
PLAN: Final = 2
GROUP: Final[Style] = {"left": 1, "left_color": WHITE}
"""What sets a heading of several columns off from the one before it."""
BAND: Final[Style] = {"top": 1, "top_color": ACCENT_MIDDLE}
"""The line above a day's first line."""
_NOTED: Final = 2
"""The line of a day that says what is out of the ordinary about it."""
SMALL: Final[Style] = {"font_size": 10}


def heads(
    page: Page,
    last: int,
    plan: str,
    groups: Sequence[tuple[int, int, str]],
    wide: Sequence[tuple[int, str]],
) -> None:
    """The two lines of headings.

    Parameters
    ----------
    last : int
        The index of the last column, from 0.
    plan : str
        What stands above the day's plan.
    groups : sequence of (int, int, str)
        Headings of several columns: the first, how many, the text.
    wide : sequence of (int, str)
        Headings of single columns.
    """
    page.height(HEADER, 22)
    page.height(HEADER + 1, 20)
    page.blanks(HEADER, 1, HEADER, last, HEAD)
    page.blanks(HEADER + 1, 1, HEADER + 1, last, SUBHEAD)
    page.put(HEADER, DATE, "日期", HEAD, CENTRE)
    page.put(HEADER, PLAN, plan, HEAD, LEFT, PADDED)
    for first, count, text in groups:
        page.blanks(HEADER, first, HEADER, first + count - 1, HEAD, ACROSS)
        page.put(HEADER, first, text, HEAD, ACROSS, GROUP)
    for column, text in wide:
        page.put(HEADER, column, text, HEAD, LEFT, PADDED, GROUP)


def day_total(
    page: Page, column: int, counted: int, line: int, number_format: str, slot: str
) -> None:
    """The week's total of what is counted on a line of each day, in the line of totals.

    Parameters
    ----------
    column : int
        The column of the total, from 0.
    counted : int
        The column of the counts.
    line : int
        Which line of a day.
    number_format : str
        How it is shown, such as ``"出单 "0" 人"``.
    slot : str
        The name of the slot.
    """
    total = f"=SUM({day_cells(counted, line)})"
    shown: Style = {"num_format": number_format, "align": "left", "indent": 1}
    page.formula(TOTALS, column, total, 0, TOTAL, shown, slot=slot)


def band(row: int) -> Style:
    """The style that a line's cells have at the edge of a day's band."""
    return BAND if (row - FIRST) % LINES == 0 else {}


def lines(page: Page, column: int, slot: str, *styles: Style) -> None:
    """A column of lines, four a day."""
    for row in range(FIRST, LAST + 1):
        page.put(row, column, None, BOXED, *styles, band(row))
    page.name_slot(slot, FIRST, column, LAST, column)


def days(page: Page, slot: str) -> None:
    """The first column: each day's date, weekday, and what is out of the ordinary about it."""
    sides: Style = {"left": 1, "left_color": ACCENT_MIDDLE, "shrink": True}
    looks = ({**DAY, **STRONG}, LABEL, LABEL, LABEL)
    for row in range(FIRST, LAST + 1):
        look = looks[(row - FIRST) % LINES]
        page.put(row, DATE, None, look, CENTRE, sides, band(row))
    page.name_slot(f"{slot}.log.日期", FIRST, DATE, LAST, DATE)
    counted: Style = {"num_format": '0" 个工作日"', "align": "left", "indent": 1}
    page.put(1, DATE + 1, None, LABEL, counted, slot=f"{slot}.log.工作日")


def text_box(page: Page, day: int, column: int, slot: str) -> None:
    """A box as high as a day to write in."""
    row = FIRST + (day - 1) * LINES
    styles = (WRAP, SMALL, BOXED, INPUT, BAND)
    page.merged(row, column, row + LINES - 1, column, "", *styles, slot=slot)


def resting(page: Page, last: int) -> None:
    """Grey out the days off, and the days of a week that the month does not have."""
    period = xl_rowcol_to_cell(0, last, True, True)
    for day in range(DAYS):
        row = FIRST + day * LINES
        date, noted = (xl_rowcol_to_cell(row + line, DATE, True, True) for line in (0, _NOTED))
        off = f'OR({date}="",AND({noted}<>"",{noted}<>"{MADE_UP}"))'
        page.highlight(
            row,
            1,
            row + LINES - 1,
            last,
            f'AND({period}<>"",{off})',
            {"bg_color": RESTING},
        )


def day_cells(column: int, line: int) -> str:
    """The cells of one line of each day, as the arguments of a function."""
    return ",".join(xl_rowcol_to_cell(FIRST + day * LINES + line, column) for day in range(DAYS))
