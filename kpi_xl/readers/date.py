"""Read days, and texts that mean "no day"."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import is_nothing, plain

DateOrder = Literal["ymd", "mdy", "dmy"]
"""The order of dates with the year last; with ``"ymd"`` it is not known."""

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100

EPOCH: Final = dt.date(1899, 12, 30)
"""The day from which spreadsheets count."""

FIRST_SERIAL: Final = 10_000
"""Smaller numbers (before May 1927) are no days that people mean by a number."""

LAST_SERIAL: Final = (dt.date(LAST_YEAR, 12, 31) - EPOCH).days

ZERO_SERIALS: Final = frozenset((0, 1, 2))
"""What a date cell without a date holds: zero, or 1900-01-01 as Excel or LibreOffice count it."""

MONTH_NAMES: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_NAME: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
MONTH_NAME: Final = _NAME
"""An English month's name or its first letters, as a pattern."""

# Before a day's time, or in place of it, its weekday may stand.
_WEEKDAY: Final = (
    r"(?:[,\s]*\(?(?:(?:星期|周|礼拜)[一二三四五六日天]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\)?)?"
)
_TIME: Final = (
    r"(?:(?:[T,\s]|(?=[上下中凌早晚]))\s*(?:[上下中]午|凌晨|早上|晚上)?\s*\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?"
    r"\s*(?:[ap]m|[上下]午)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_BEHIND: Final = _WEEKDAY + _TIME + _WEEKDAY


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first met: all of them take longer than a command's start."""
    return re.compile(pattern, re.IGNORECASE)


_USUAL: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")
_YEAR_FIRST: Final = r"(\d{4})\s*[-/.年、]\s*(\d{1,2})\s*[-/.月、]\s*(\d{1,2})\s*[日号]?" + _BEHIND
_UTC: Final = r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:Z|\+00:?00)"
_MIDNIGHT: Final = 16
"""The hour of Universal Time at which the next day begins in China."""

_COMPACT: Final = r"(\d{4})(\d{2})(\d{2})(?:\.0+|\d{6})?" + _BEHIND
_YEAR_LAST: Final = r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})" + _BEHIND
_SHORT_YEAR: Final = r"\d{1,2}\s*[-/.年、]\s*\d{1,2}\s*[-/.月、]\s*\d{1,2}\s*[日号]?" + _BEHIND
_DAY_NAME_YEAR: Final = rf"(\d{{1,2}})[-/.\s]*{_NAME}[-/.,\s]*(\d{{4}}|\d{{2}})" + _BEHIND
_NAME_DAY_YEAR: Final = rf"{_NAME}\s*(\d{{1,2}})(?:st|nd|rd|th)?[,\s]+(\d{{4}})" + _BEHIND
_YEAR_NAME_DAY: Final = rf"(\d{{4}})[-/.\s]*{_NAME}[-/.\s]*(\d{{1,2}})" + _BEHIND
# As an Oracle in Chinese writes days.
_DAY_MONTH_YEAR: Final = r"(\d{1,2})\s*-\s*(\d{1,2})月\s*-\s*(\d{4}|\d{2})" + _BEHIND
_SERIAL: Final = r"(\d{5,7})(?:\.\d+)?"
_WITHOUT_YEAR: Final = r"\d{1,2}\s*月\s*\d{1,2}\s*[日号]?" + _BEHIND
_YEAR_MONTH: Final = (
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*(?:月份?)?|\d{6}(?:\.0+)?|"
    rf"{_NAME}[-/.,\s]*(?:\d{{4}}|\d{{2}})"
)
_ZERO: Final = r"0(\.0+)?"

NO_DAY_WORDS: Final = frozenset(
    (
        "在职",
        "在岗",
        "在册",
        "在司",
        "至今",
        "长期",
        "长期有效",
        "永久",
        "无期限",
        "无固定期限",
        "不限",
    )
) | frozenset(
    (
        "未离职",
        "未离司",
        "未解约",
        "未脱落",
        "未转正",
        "未撤单",
        "未退保",
        "否",
        "没有",
        "暂无",
        "空",
        "空白",
        "n",
        "no",
    )
)
"""What is written in a column of days where the day has not come: 解约日期 在职."""

_NEVER: Final = frozenset(
    dt.date(*day)
    for day in ((1900, 1, 1), (2099, 12, 31), (2999, 12, 31), (3000, 1, 1), (3000, 12, 31))
)
"""Days that programs write for no day, besides all of the year 9999."""


@dataclass(frozen=True)
class NoDay:
    """A text that means "no day", such as 至今, and is not merely an empty cell."""


NO_DAY: Final = NoDay()

_Read = Callable[[re.Match[str]], dt.date | Fault | NoDay]


def read_day(cell: Any, order: DateOrder = "ymd") -> dt.date | Fault | NoDay | None:
    """Read a day.

    Parameters
    ----------
    cell : str, date, datetime, number or None
        A date with the year first or last, with a month's name, or of eight digits; or the number
        by which spreadsheets count days, as a number or as text. A time or weekday is ignored.
    order : str
        Whether dates with the year last are ``"mdy"`` or ``"dmy"``. With ``"ymd"`` such a date is
        refused where it could be either.

    Returns
    -------
    date, Fault, NoDay or None
        None for an empty cell; `NO_DAY` for what stands for no day, such as 在职, 9999-12-31 or the
        spreadsheet's day zero.

    Examples
    --------
    >>> read_day("2024年1月5日 星期五"), read_day(45352), read_day("8/28/1989", "mdy")
    (datetime.date(2024, 1, 5), datetime.date(2024, 3, 1), datetime.date(1989, 8, 28))
    >>> read_day("5-Jun-24"), read_day("至今"), read_day("2023-02-30").reason
    (datetime.date(2024, 6, 5), NoDay(), '没有这一天')
    """
    # Most days are written so, and need no other look.
    if isinstance(cell, str) and (match := _USUAL.fullmatch(cell)):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if is_nothing(cell):
        return None
    if isinstance(cell, dt.date):
        return _known(cell.date() if isinstance(cell, dt.datetime) else cell)
    if isinstance(cell, str):
        return _of_text(plain(cell), order)
    if isinstance(cell, (int, float, decimal.Decimal)) and not isinstance(cell, bool):
        return _of_number(float(cell))
    return kinds.NO_DAY()


def _of_number(number: float) -> dt.date | Fault | NoDay:
    if not math.isfinite(number) or number < 0:
        return kinds.NO_DAY()
    whole = int(number)
    if whole in ZERO_SERIALS:
        return NO_DAY
    return _of_digits(str(whole))


def _of_digits(digits: str) -> dt.date | Fault | NoDay:
    """Read digits: eight are year, month and day; fewer are a day number, or a month such as
    202406.
    """
    if len(digits) == 8:
        return _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if len(digits) == 6 and FIRST_YEAR <= int(digits[:4]) <= LAST_YEAR:
        return kinds.NO_DAY_IN_MONTH()
    if 5 <= len(digits) <= 7:
        serial = int(digits)
        if FIRST_SERIAL <= serial <= LAST_SERIAL:
            return EPOCH + dt.timedelta(serial)
        if serial <= (dt.date.max - EPOCH).days:
            day = EPOCH + dt.timedelta(serial)
            if day in _NEVER or day.year == dt.MAXYEAR:
                return NO_DAY
    return kinds.NO_DAY()


def _of_text(text: str, order: DateOrder) -> dt.date | Fault | NoDay:
    for pattern, read in _FORMS:
        if match := _compiled(pattern).fullmatch(text):
            return read(match)
    if match := _compiled(_YEAR_LAST).fullmatch(text):
        first, second, year = map(int, match.groups())
        return _year_last(first, second, year, order)
    if text.casefold() in NO_DAY_WORDS:
        return NO_DAY
    for pattern, kind in _LACKING:
        if _compiled(pattern).fullmatch(text):
            return kind()
    return kinds.NO_DAY()


def month_named(name: str) -> int:
    """The number of a month by its English name."""
    return MONTH_NAMES[name[:3].casefold()]


def whole_year(year: str) -> int | None:
    """A year of four digits, or of two by the usual rule; else None.

    Examples
    --------
    >>> whole_year("2024"), whole_year("24"), whole_year("86"), whole_year("40")
    (2024, 2024, 1986, None)
    """
    number = int(year)
    if len(year) == 4:
        return number
    # From 30 on Excel means the last century, from 50 on Oracle does.
    return 2000 + number if number < 30 else 1900 + number if number >= 50 else None


def _short(year: str, month: int, day: str) -> dt.date | Fault | NoDay:
    found = whole_year(year)
    return kinds.SHORT_YEAR() if found is None else _day(found, month, int(day))


def _day(year: int, month: int, day: int) -> dt.date | Fault | NoDay:
    if (year, month, day) == (1900, 1, 0):
        return NO_DAY
    try:
        return _known(dt.date(year, month, day))
    except ValueError:
        return kinds.NO_SUCH_DAY()


def _known(day: dt.date) -> dt.date | Fault | NoDay:
    """A day, if it is in the range that people mean."""
    if day in _NEVER or day.year == dt.MAXYEAR or 0 <= (day - EPOCH).days <= 1:
        return NO_DAY
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return kinds.DAY_OUT_OF_RANGE(first=FIRST_YEAR, last=LAST_YEAR)
    return day


def _of_utc(found: re.Match[str]) -> dt.date | Fault | NoDay:
    """The day of a time in UTC: midnight in China is 16:00 of the day before."""
    day = _day(int(found[1]), int(found[2]), int(found[3]))
    if not isinstance(day, dt.date) or int(found[4]) < _MIDNIGHT:
        return day
    if int(found[4]) == _MIDNIGHT and not found[5].strip("0:."):
        return _known(day + dt.timedelta(1))
    return kinds.LATE_UTC()


_FORMS: Final[tuple[tuple[str, _Read], ...]] = (
    (_UTC, _of_utc),
    (_YEAR_FIRST, lambda found: _day(int(found[1]), int(found[2]), int(found[3]))),
    (_COMPACT, lambda found: _day(int(found[1]), int(found[2]), int(found[3]))),
    (_DAY_NAME_YEAR, lambda found: _short(found[3], month_named(found[2]), found[1])),
    (_NAME_DAY_YEAR, lambda found: _day(int(found[3]), month_named(found[1]), int(found[2]))),
    (_YEAR_NAME_DAY, lambda found: _day(int(found[1]), month_named(found[2]), int(found[3]))),
    (_DAY_MONTH_YEAR, lambda found: _short(found[3], int(found[2]), found[1])),
    (_SERIAL, lambda found: _of_digits(found[1])),
    (_ZERO, lambda found: NO_DAY),
)
_LACKING: Final = (
    (_SHORT_YEAR, kinds.SHORT_YEAR),
    (_YEAR_MONTH, kinds.NO_DAY_IN_MONTH),
    (_WITHOUT_YEAR, kinds.NO_YEAR),
)


def _year_last(first: int, second: int, year: int, order: DateOrder) -> dt.date | Fault | NoDay:
    if order == "mdy":
        return _day(year, first, second)
    if order == "dmy" or first > 12:
        return _day(year, second, first)
    if second > 12 or first == second:
        return _day(year, first, second)
    return kinds.DAY_OR_MONTH()


@dataclass(frozen=True)
class DayReader:
    """Reads the days of one column.

    Parameters
    ----------
    order : str
        The order of day, month and year; see `read_day`.
    no_date : iterable of str
        What stands for no date besides, to the letter or as any way of writing the same day.
    optional : bool
        Whether the column may be empty; only then may what stands for no date stand in it.
    """

    order: DateOrder = "ymd"
    no_date: Iterable[str] = ()
    optional: bool = True
    _texts: frozenset[str] = field(init=False)
    _days: frozenset[dt.date] = field(init=False)

    def __post_init__(self) -> None:
        texts = frozenset(map(plain, self.no_date))
        days = (read_day(text, self.order) for text in texts)
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "_days", frozenset(d for d in days if isinstance(d, dt.date)))

    def __call__(self, cell: Any) -> dt.date | Fault | None:
        """Read the day in a cell; None where there is none."""
        day = read_day(cell, self.order)
        said = isinstance(cell, str) and plain(cell) in self._texts
        if day is NO_DAY or said or (isinstance(day, dt.date) and day in self._days):
            return None if self.optional else kinds.DAY_NEEDED()
        assert not isinstance(day, NoDay)
        return day
