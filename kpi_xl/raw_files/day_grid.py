"""Attendance as a grid: a row for each person, a column for each day of a month.

It is laid out as a row for every person and day. Marks that nobody can tell are set aside and
told; an empty cell is no record, and on a working day that is told, too.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.calendar import WorkDays, is_working_day
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain
from kpi_xl.readers.date import read_day

FEWEST: Final = 7
"""So many columns of days one after the other are a grid."""

_NUMBER: Final = re.compile(r"(?:\d{1,2}月)?0?(\d{1,2})(?:\.0|日|号)?")
_MONTH: Final = re.compile(r"(?<!\d)(20\d\d)\s*[-_.年/]?\s*(0?[1-9]|1[0-2])(?!\d)")
_PRESENT: Final = re.compile(
    r"[√✓✔☑1pyPY]|1\.0|出勤|出|正常|全勤|上班|到岗?|实到|迟到|早退|迟到早退|公出|出差|外勤|外出"
)
_ABSENT: Final = re.compile(
    r"[×✕✗xX0旷缺病事婚产丧年假]|0\.0|旷工|缺勤|缺卡|未到|请假|.{0,3}假|absent", re.IGNORECASE
)
_REST: Final = re.compile(r"休|休息|公休|轮休|调休|周末|节|节日|节假日|法定.*|[-—/]|无|未入职|离职")


def day_columns(headings: Sequence[str | None]) -> tuple[int, ...]:
    """The consecutive columns that are days; empty where there is no grid.

    Examples
    --------
    >>> day_columns(["工号", *map(str, range(1, 31))])[:3], day_columns(["工号", "1", "2"])
    ((1, 2, 3), ())
    """
    best: list[int] = []
    run: list[int] = []
    before: int | None = None
    for place, heading in enumerate(headings):
        found = _ordinal(heading)
        if found is None or before is None or found != before + 1:
            run = []
        if found is not None:
            run.append(place)
        before = found
        best = run.copy() if len(run) > len(best) else best
    return tuple(best) if len(best) >= FEWEST else ()


def _ordinal(heading: str | None) -> int | None:
    """A day as an ordinal number: within the month, or of the calendar."""
    text = plain(heading or "")
    if number := _NUMBER.fullmatch(text):
        return int(number[1]) if 1 <= int(number[1]) <= 31 else None
    day = read_day(text) if text else None
    return day.toordinal() if isinstance(day, dt.date) else None


def month_named(text: str) -> tuple[int, int] | None:
    """The year and month that a text names; None for none.

    Examples
    --------
    >>> month_named("考勤202406"), month_named("2024年6月考勤"), month_named("考勤")
    ((2024, 6), (2024, 6), None)
    """
    found = _MONTH.search(plain(text))
    return (int(found[1]), int(found[2])) if found else None


def days_meant(headings: Sequence[str], said: Sequence[str], file: Path) -> list[dt.date | None]:
    """The days that headings mean; None for a day that the month does not have.

    Parameters
    ----------
    headings : sequence of str
        They are numbers of a month, or days.
    said : sequence of str
        Where year and month may be said, the likeliest first.

    Raises
    ------
    InputError
        When they are mere numbers and nothing says of which month.
    """
    days = [read_day(plain(heading)) for heading in headings]
    if all(isinstance(day, dt.date) for day in days):
        return [day if isinstance(day, dt.date) else None for day in days]
    named = next(filter(None, map(month_named, said)), None)
    if named is None:
        raise InputError(kinds.DAYS_OF_NO_MONTH(), file=file)
    meant: list[dt.date | None] = []
    for heading in headings:
        number = _NUMBER.fullmatch(plain(heading))
        try:
            meant.append(dt.date(*named, int(number[1]) if number else 0))
        except ValueError:
            meant.append(None)
    return meant


def attendance(mark: str) -> tuple[int, int] | None:
    """Whether a person was due and present, by the mark; None for an unknown mark.

    Examples
    --------
    >>> attendance("√"), attendance("事假"), attendance("休"), attendance("△")
    ((1, 1), (1, 0), (0, 0), None)
    """
    text = plain(mark)
    if _PRESENT.fullmatch(text):
        return 1, 1
    if _REST.fullmatch(text):
        return 0, 0
    return (1, 0) if _ABSENT.fullmatch(text) else None


@dataclass(frozen=True)
class Records:
    """The cells of a grid as records.

    Parameters
    ----------
    columns : dict of str to pyarrow string array
        The columns of 出勤, by code.
    rows : pyarrow int64 array
        The number of each record's row.
    unknown : dict of str to list of int
        The rows of each mark that nobody can tell, or that stands on a day that there is not.
    blanks : int
        How many working days of people have no mark.
    """

    columns: dict[str, Any]
    rows: Any
    unknown: dict[str, list[int]]
    blanks: int


def records(
    agents: Any, rows: Any, columns: Sequence[tuple[dt.date | None, Any]], work: WorkDays
) -> Records:
    """A record for every person and day on which the person was due.

    Parameters
    ----------
    agents : pyarrow string array
        Who each row is of.
    rows : pyarrow int64 array
        The number of each row.
    columns : sequence of (date or None, pyarrow string array)
        The cells of each day.
    work : WorkDays
        The days of the project.
    """
    found: list[tuple[str | None, int, str, str, str]] = []
    unknown: dict[str, list[int]] = {}
    blanks = 0
    who, numbers = agents.to_pylist(), rows.to_pylist()
    for day, cells in columns:
        for agent, number, mark in zip(who, numbers, cells.to_pylist(), strict=True):
            if mark is None:
                blanks += day is not None and agent is not None and is_working_day(day, work)
                continue
            meant = attendance(mark)
            if meant is None or day is None:
                unknown.setdefault(mark, []).append(number)
            elif meant[0]:
                found.append((agent, number, day.isoformat(), "1", str(meant[1])))
    found.sort(key=lambda record: record[1])
    places = {"agent": 0, "day": 2, "days_due": 3, "days_present": 4}
    return Records(
        {
            code: pa.array([record[place] for record in found], pa.string())
            for code, place in places.items()
        },
        pa.array([record[1] for record in found], pa.int64()),
        unknown,
        blanks,
    )
