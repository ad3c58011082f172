"""Attendance as a grid: a row for each person, a column for each day of a month.

It is laid out as a row for every person and day. Marks that nobody can tell are set aside and
told; an empty cell is no record, and on a working day that is told, too.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.calendar import Month, WorkDays, is_working_day
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain
from kpi_xl.readers.date import read_day

FEWEST: Final = 7
"""So many columns of days, each later than the one before, are a grid."""

_DAY: Final = re.compile(r"(?:0?(\d{1,2})月)?0?(\d{1,2})(?:\.0|日|号)?")
_LONGEST: Final = 31  # days
_YEAR: Final = 12  # months
_MONTH: Final = re.compile(r"(?<!\d)(20\d\d)\s*[-_.年/]?\s*(0?[1-9]|1[0-2])(?!\d)")
_PRESENT: Final = re.compile(
    r"[√✓✔☑1pyPY]|1\.0|出勤|出|正常|全勤|上班|到岗?|实到|迟到|早退|迟到早退|公出|出差|外勤|外出"
)
_ABSENT: Final = re.compile(
    r"[×✕✗xX0旷缺病事婚产丧年假]|0\.0|旷工|缺勤|缺卡|未到|请假|.{0,3}假|absent", re.IGNORECASE
)
_REST: Final = re.compile(r"休|休息|公休|轮休|调休|周末|节|节日|节假日|法定.*|[-—/]|无|未入职|离职")


def day_columns(headings: Sequence[str | None]) -> tuple[int, ...]:
    """The columns that are days, in their order; empty where there is no grid.

    Other columns, such as a sum of ten days, may stand between them. Where some day is not later
    than the one before, nobody can tell which of them are the days: there is no grid.

    Examples
    --------
    >>> day_columns(["工号", *map(str, range(1, 31))])[:3], day_columns(["工号", "1", "2"])
    ((1, 2, 3), ())
    >>> len(day_columns([*"12345", "小计", *"6789", *map(str, range(10, 32))]))
    31
    """
    found = [(place, _said(heading)) for place, heading in enumerate(headings)]
    days = [day for _, day in found if day is not None]
    if len(days) < FEWEST or not _are_in_order(days):
        return ()
    return tuple(place for place, day in found if day is not None)


class _Day(NamedTuple):
    """A heading that is a day.

    Parameters
    ----------
    whole : date or None
        The day, where the heading tells its year.
    month : int or None
        Else the month, where the heading tells one.
    number : int
        Else the day of the month.
    """

    whole: dt.date | None
    month: int | None
    number: int

    @classmethod
    def of(cls, heading: str | None) -> _Day | None:
        """What a heading says; None where it is no day."""
        text = plain(heading or "")
        if match := _DAY.fullmatch(text):
            month, number = int(match[1]) if match[1] else None, int(match[2])
            is_day = 1 <= number <= _LONGEST and (month is None or 1 <= month <= _YEAR)
            return cls(None, month, number) if is_day else None
        day = read_day(text) if text else None
        return cls(day, None, day.day) if isinstance(day, dt.date) else None


_said: Final = functools.lru_cache(1 << 12)(_Day.of)
"""The day that a heading says; files of every month have the same headings."""


def _are_in_order(days: Sequence[_Day]) -> bool:
    """Whether days follow each other, all written alike; those of two months may."""
    if any((d.whole is None, d.month is None) != _written(days[0]) for d in days):
        return False
    wholes = [day.whole for day in days if day.whole is not None]
    if wholes:
        return all(a < b for a, b in pairwise(wholes))
    return (
        sum(_is_next_month(a, b) for a, b in pairwise(days)) <= 1
        and all(a.number < b.number or _is_next_month(a, b) for a, b in pairwise(days))
        and all((b.month or 0) == (a.month or 0) or _is_next_month(a, b) for a, b in pairwise(days))
    )


def _written(day: _Day) -> tuple[bool, bool]:
    return day.whole is None, day.month is None


def _is_next_month(before: _Day, after: _Day) -> bool:
    """Whether the next month begins with a day."""
    if before.month is None or after.month is None:
        return after.number < before.number
    return after.month == before.month % _YEAR + 1


def month_named(text: str) -> tuple[int, int] | None:
    """The year and month that a text names; None for none.

    Examples
    --------
    >>> month_named("考勤202406"), month_named("2024年6月考勤"), month_named("考勤")
    ((2024, 6), (2024, 6), None)
    """
    found = _MONTH.search(plain(text))
    return (int(found[1]), int(found[2])) if found else None


def days_meant(
    headings: Sequence[str], said: Sequence[str], file: Path, cut: int | None = None
) -> list[dt.date | None]:
    """The days that headings mean; None for a day that the month does not have.

    Parameters
    ----------
    headings : sequence of str
        They are days as `day_columns` finds them.
    said : sequence of str
        Where year and month may be said, the likeliest first.
    file : Path
        Where they stand.
    cut : int or None
        The last day of a business month: numbers such as 26 to 25 are its days.

    Raises
    ------
    InputError
        When they are mere numbers and nothing says of which month, or what is said is not so.
    """
    days = [day for day in map(_Day.of, headings) if day is not None]
    if all(day.whole for day in days):
        return [day.whole for day in days]
    named = next(filter(None, map(month_named, said)), None)
    if named is None:
        raise InputError(kinds.DAYS_OF_NO_MONTH(), file=file)
    month = Month.of(*named)
    turns = next((n for n, two in enumerate(pairwise(days), 1) if _is_next_month(*two)), None)
    told = {day.month for day in days} - {None}
    if told and month.month not in told:
        raise InputError(
            kinds.DAYS_OF_OTHER_MONTH(heading=headings[0], month=month.chinese), file=file
        )
    # The last days are of the month named, unless the headings tell that the first are.
    begins = turns is not None and days[0].month in (None, (month - 1).month)
    first = month - 1 if begins else month
    meant = [
        _day_of(first if turns is None or n < turns else first + 1, day.number)
        for n, day in enumerate(days)
    ]
    if turns is not None and not told:
        begin, end = month.span(cut)
        if cut is None or any(day and not begin <= day <= end for day in meant):
            raise InputError(
                kinds.DAYS_OF_TWO_MONTHS(first=headings[0], last=headings[-1]), file=file
            )
    return meant


def _day_of(month: Month, number: int) -> dt.date | None:
    return month.first.replace(day=number) if number <= month.last.day else None


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
