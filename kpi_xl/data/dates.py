"""Cells that hold a day or a month."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from kpi_xl import kinds
from kpi_xl.data.cells import plain
from kpi_xl.fault import Fault
from kpi_xl.project import DateOrder

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

_TIME: Final = (
    r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm])?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _TIME
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+|\d{6})?" + _TIME)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})" + _TIME)
_SERIAL: Final = re.compile(r"(\d{5})(?:\.\d+)?")
_SHORT_YEAR: Final = re.compile(r"\d{1,2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?" + _TIME)
_YEAR_MONTH: Final = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*月?|(\d{2})(?:\.0+)?)")

# A date cell that holds 0 shows as 1900-01-00 in Excel, and stands for nothing.
_ZERO: Final = re.compile(r"0(\.0+)?")
_EPOCH: Final = date(1899, 12, 30)


def read_day(text: str, order: DateOrder = "ymd") -> date | Fault | None:
    """The day that a cell holds.

    Parameters
    ----------
    text : str
        A date with the year first, a date with the year last, eight digits, or the serial number
        by which Excel counts days; a time after it is ignored.
    order : str
        Whether dates with the year last are ``"mdy"`` or ``"dmy"``. With ``"ymd"`` such a date is
        refused where it could be either.

    Returns
    -------
    date, Fault or None
        None for a cell that holds Excel's day zero, which stands for no date.

    Examples
    --------
    >>> read_day("2024年1月5日"), read_day("45352"), read_day("8/28/1989", "mdy")
    (datetime.date(2024, 1, 5), datetime.date(2024, 3, 1), datetime.date(1989, 8, 28))
    >>> read_day("2023-02-30").reason
    '没有这一天'
    """
    text = plain(text)
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(*map(int, match.groups()))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = map(int, match.groups())
        return _year_last(first, second, year, order)
    if match := _SERIAL.fullmatch(text):
        day = _EPOCH + timedelta(int(match[1]))
        return day if day.year <= LAST_YEAR else _no_day(text)
    return None if _ZERO.fullmatch(text) else _no_day(text)


def _no_day(text: str) -> Fault:
    if _SHORT_YEAR.fullmatch(text):
        return kinds.SHORT_YEAR()
    if _YEAR_MONTH.fullmatch(text):
        return kinds.NO_DAY_IN_MONTH()
    return kinds.NO_DAY()


def _day(year: int, month: int, day: int) -> date | Fault | None:
    if (year, month, day) in ((1899, 12, 30), (1899, 12, 31), (1900, 1, 0)):
        return None
    try:
        result = date(year, month, day)
    except ValueError:
        return kinds.NO_SUCH_DAY()
    # Programs write the last day there is for "no end"; whether that is allowed, the column knows.
    if not FIRST_YEAR <= year <= LAST_YEAR and result != date.max:
        return kinds.DAY_OUT_OF_RANGE(first=FIRST_YEAR, last=LAST_YEAR)
    return result


def _year_last(first: int, second: int, year: int, order: DateOrder) -> date | Fault | None:
    if order == "mdy":
        return _day(year, first, second)
    if order == "dmy" or first > 12:
        return _day(year, second, first)
    if second > 12 or first == second:
        return _day(year, first, second)
    return kinds.DAY_OR_MONTH()


def read_month(text: str, order: DateOrder = "ymd") -> int | Fault | None:
    """The month that a cell holds, as ``year * 12 + month``.

    Examples
    --------
    >>> read_month("2024-06"), read_month("202406"), read_month("2024年6月1日")
    (24294, 24294, 24294)
    """
    text = plain(text)
    if match := _YEAR_MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2] or match[3])
        if not 1 <= month <= 12:
            return kinds.NO_SUCH_MONTH()
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return kinds.MONTH_OUT_OF_RANGE(first=FIRST_YEAR, last=LAST_YEAR)
        return year * 12 + month
    day = read_day(text, order)
    if isinstance(day, date):
        return day.year * 12 + day.month if day.year <= LAST_YEAR else _no_month()
    if isinstance(day, Fault) and day.kind is kinds.NO_DAY:
        return _no_month()
    return day


def _no_month() -> Fault:
    return kinds.NO_MONTH()


@dataclass(frozen=True)
class DayReader:
    """Reads the days of one column.

    Parameters
    ----------
    order : str
        See `read_day`.
    no_date : iterable of str
        What stands for no date, to the letter or as any way of writing the same day.
    optional : bool
        Whether the column may be empty; only then is 9999-12-31 no date rather than a mistake.
    """

    order: DateOrder = "ymd"
    no_date: Iterable[str] = ()
    optional: bool = True
    _texts: frozenset[str] = field(init=False)
    _days: frozenset[date] = field(init=False)

    def __post_init__(self) -> None:
        texts = frozenset(map(plain, self.no_date))
        days = (read_day(text, self.order) for text in texts)
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "_days", frozenset(d for d in days if isinstance(d, date)))

    def __call__(self, text: str) -> date | Fault | None:
        if plain(text) in self._texts:
            return None
        day = read_day(text, self.order)
        if isinstance(day, date) and day in self._days:
            return None
        if day == date.max:
            return None if self.optional else kinds.DAY_NEEDED()
        return day
