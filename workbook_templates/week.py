"""The common parts of the weekly templates: five weeks, and people's activities in each."""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl.slots.plan_slots import WEEK_HEADING
from workbook_templates.style import (
    GREY,
    LABEL,
    NOTE,
    RESTING,
    RIGHT,
    SECTION,
    STATUS,
    STRONG,
    Page,
)

WEEKS: Final = range(1, 6)
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ACTIVITIES: Final[dict[str, str]] = {
    "约访数": "次",
    "拜访数": "次",
    "洽谈人数": "人",
    "促成人数": "人",
    "意向客户数": "人",
    "增员面谈数": "次",
}
"""The activities with their units."""
ONE_OF_THREE: Final = {
    "周工作计划": "一天一行，写每天计划几次、做了几次，排本周要事",
    "周计划及检讨表": "一周一页，上半页检讨本周，下半页订下周",
    "客户经理工作日志": "一天四行，逐次写拜访、洽谈和出单",
}
"""What each of a person's forms of the week is for: who fills in one of them needs no other."""

MADE_UP: Final = "调休上班"
"""The note of a day off that is worked on."""


def heading(page: Page, names: tuple[str, str], columns: tuple[int, int], last: int) -> str:
    """The formula of whose week it is and of which month, from the page that has these.

    Parameters
    ----------
    names : (str, str)
        The slots of whose it is, and of the team or the manager.
    columns : (int, int)
        In which columns they stand.
    last : int
        The column of the month.
    """
    cells = {
        name: page.at(3, column, absolute=True) for name, column in zip(names, columns, strict=True)
    }
    return WEEK_HEADING.excel("heading", cells | {"period.month": page.at(0, last, absolute=True)})


def top(page: Page, week: int, title: str, last: int, heading: str) -> None:
    """The title with the week's number and dates.

    Parameters
    ----------
    last : int
        The index of the last column, from 0.
    heading : str
        The formula of whose week it is.
    """
    page.title(title)
    page.aside(f"week{week}.period")
    page.height(1, 24)
    page.put(1, 1, None, SECTION, slot=f"week{week}.name")
    page.formula(1, last, heading, "　　", LABEL, STRONG, RIGHT, slot=f"week{week}.heading")


def told_apart(page: Page, name: str, last: int) -> None:
    """Say below the title what the form is for, and which to take instead.

    Parameters
    ----------
    last : int
        The index of the last column, from 0.
    """
    others = "；".join(f"“{other}”{use}" for other, use in ONE_OF_THREE.items() if other != name)
    page.height(1, 28)
    text = f"{ONE_OF_THREE[name]}。三种周表选一种就够：{others}。"
    page.merged(1, 1, 1, last, text, NOTE, {"valign": "vcenter"})


def resting(page: Page, row: int, last_row: int, last: int, note: int) -> None:
    """Grey out days off: those with a note, unless it says that the day is made up for.

    Parameters
    ----------
    row, last_row : int
        The rows of the days.
    last : int
        The index of the last column, from 0.
    note : int
        The column of the notes; the dates are in column B.
    """
    noted = f"${chr(ord('A') + note)}{row + 1}"
    page.highlight(
        row,
        1,
        last_row,
        last,
        f'=AND({noted}<>"",{noted}<>"{MADE_UP}")',
        {"bg_color": RESTING, "font_color": GREY},
    )


def no_week(page: Page, row: int, last_row: int, last: int) -> None:
    """Grey out days without a date, as in a month that has no fifth week.

    Parameters
    ----------
    row, last_row : int
        The rows of the days, the dates in column B.
    last : int
        The last column, with the week's dates in the first row.
    """
    period = xl_rowcol_to_cell(0, last, True, True)
    page.highlight(
        row, 1, last_row, last, f'=AND({period}<>"",$B{row + 1}="")', {"bg_color": RESTING}
    )


def too_much(page: Page, row: int, column: int, last_row: int) -> None:
    """Turn the sums that are too large red."""
    cell = xl_rowcol_to_cell(row, column)
    ink = {"bold": True, "font_color": STATUS["危险"]["font_color"]}
    page.highlight(row, column, last_row, column, f'ISNUMBER(SEARCH("超出",{cell}))', ink)
