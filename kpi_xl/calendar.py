"""Months and working days."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.public_days import public_day, published_work
from kpi_xl.readers.month import read_month

FORM_WEEKS: Final = 5
"""So many weeks the forms have room for."""

_WEEK: Final = 7
_SATURDAY: Final = 5

WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
PROVISIONAL: Final = "放假安排未公布，按法定节日暂定"
"""Said of every plan that has a day of a year whose days off nobody has published."""


@functools.total_ordering
@dataclass(frozen=True)
class Month:
    """A calendar month.

    Parameters
    ----------
    number : int
        ``year * 12 + month``: months as whole numbers, so that the 13th month before is 13 less.

    Examples
    --------
    >>> month = Month.of(2024, 6)
    >>> str(month), str(month - 13), month.last.isoformat()
    ('2024-06', '2023-05', '2024-06-30')
    """

    number: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month of a year (1 is January)."""
        return cls(year * 12 + month)

    @classmethod
    def containing(cls, day: dt.date, cut: int | None = None) -> Month:
        """The month that a day lies in; with a cut the business month (业务月), as in `span`.

        Examples
        --------
        >>> str(Month.containing(dt.date(2024, 6, 26), 25))
        '2024-07'
        """
        month = cls.of(day.year, day.month)
        return month if cut is None or day <= month.span(cut)[1] else month + 1

    @classmethod
    def parse(cls, value: Any) -> Month:
        """Read a month as people write it.

        Parameters
        ----------
        value : Month, date, datetime, number or str
            As `kpi_xl.readers.month.read_month` reads months.

        Raises
        ------
        ValueError
            When it is no month.

        Examples
        --------
        >>> {str(Month.parse(v)) for v in ("2024-06", "202406", 202406, "2024年6月", 45444)}
        {'2024-06'}
        """
        if isinstance(value, Month):
            return value
        found = read_month(value)
        if isinstance(found, int):
            return cls(found)
        raise ValueError(f"no month: {value!r}")

    @classmethod
    def meant(cls, value: Any) -> Month:
        """The month that a user asks for; see `parse`.

        Raises
        ------
        InputError
            When it is no month, with the reason.
        """
        found = value.number if isinstance(value, Month) else read_month(value)
        if isinstance(found, int):
            return cls(found)
        if found is None or found.kind is kinds.NO_MONTH:
            raise InputError(kinds.MONTH_NOT_UNDERSTOOD(), value=value)
        raise InputError(kinds.MONTH_REFUSED(reason=found.reason), value=value)

    @property
    def year(self) -> int:
        """The year."""
        return (self.number - 1) // 12

    @property
    def month(self) -> int:
        """The month of the year, 1 to 12."""
        return (self.number - 1) % 12 + 1

    @property
    def first(self) -> dt.date:
        """Its first day, as a natural month."""
        return dt.date(self.year, self.month, 1)

    @property
    def last(self) -> dt.date:
        """Its last day, as a natural month."""
        return (self + 1).first - dt.timedelta(days=1)

    def span(self, cut: int | None) -> tuple[dt.date, dt.date]:
        """Its first and last day as a business month.

        Parameters
        ----------
        cut : int or None
            The last day of a business month; None for natural months. January begins on its first
            day and December ends on its last, so that the years stay whole.

        Examples
        --------
        >>> [f"{day:%m-%d}" for day in Month.of(2024, 6).span(25)]
        ['05-26', '06-25']
        >>> [f"{day:%m-%d}" for day in Month.of(2024, 12).span(25)]
        ['11-26', '12-31']
        """
        if cut is None:
            return self.first, self.last
        last = self.last if self.month == 12 else self.first.replace(day=cut)
        if self.month == 1:
            return self.first, last
        # The 28th may be February's last day.
        return (self - 1).first.replace(day=cut) + dt.timedelta(days=1), last

    @property
    def chinese(self) -> str:
        """The month in Chinese: 2024年6月."""
        return f"{self.year}年{self.month}月"

    @property
    def days(self) -> list[dt.date]:
        """All its days."""
        return [self.first + dt.timedelta(days=i) for i in range(self.last.day)]

    def __add__(self, months: int) -> Month:
        return Month(self.number + months)

    def __sub__(self, months: int) -> Month:
        return Month(self.number - months)

    def __lt__(self, other: Month) -> bool:
        return self.number < other.number

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"


PERIOD_KINDS: Final = {"月": 1, "季度": 3, "半年": 6, "年": 12}
"""The periods that a year is made of, by how many months they have; 累计 is January to a month."""


@functools.total_ordering
@dataclass(frozen=True)
class Period:
    """A span of months: a month, quarter, half-year or year, or a year up to a month.

    Parameters
    ----------
    first, last : Month
        Its first and last month.

    Examples
    --------
    >>> [str(p) for p in Period.all("季度", Month.of(2024, 1), Month.of(2024, 6))]
    ['2024Q1', '2024Q2']
    >>> [str(p) for p in Period.all("累计", Month.of(2024, 1), Month.of(2024, 5))]
    ['2024-01', '2024-01~02', '2024Q1', '2024-01~04', '2024-01~05']
    """

    first: Month
    last: Month

    @classmethod
    def all(cls, kind: str, first: Month, last: Month) -> list[Period]:
        """Every period of a kind that lies wholly between two months.

        Parameters
        ----------
        kind : str
            月, 季度, 半年, 年, or 累计 (for each month, the year up to it).

        Raises
        ------
        KeyError
            For another kind.
        """
        months = [Month(number) for number in range(first.number, last.number + 1)]
        if kind == "累计":
            begun = [month for month in months if month - (month.month - 1) >= first]
            return [cls(month - (month.month - 1), month) for month in begun]
        length = PERIOD_KINDS[kind]
        ends = [month for month in months if month.month % length == 0]
        return [cls(end - (length - 1), end) for end in ends if end - (length - 1) >= first]

    @property
    def months(self) -> int:
        """How many months it has."""
        return self.last.number - self.first.number + 1

    @property
    def before(self) -> Period:
        """The period before, of the same length."""
        return Period(self.first - self.months, self.last - self.months)

    @property
    def last_year(self) -> Period:
        """The same period of last year."""
        return Period(self.first - 12, self.last - 12)

    def __lt__(self, other: Period) -> bool:
        return (self.first, self.last) < (other.first, other.last)

    def __str__(self) -> str:
        year, end = self.first.year, self.last.month
        if self.months == 1:
            return str(self.first)
        if self.months == 12 and end == 12:
            return str(year)
        for months, letter in ((3, "Q"), (6, "H")):
            if self.months == months and end % months == 0 and (months == 3 or end == 12):
                return f"{year}{letter}{end // months}"
        return f"{self.first}~{end:02d}"


@dataclass(frozen=True)
class WorkDays:
    """The working days of a project: its own settings first, then the published calendar.

    Parameters
    ----------
    off, on : frozenset of date
        Days off, and days worked: what stands here wins.
    announced : frozenset of int
        Years of which the project says all: there nothing is off but weekends, what the law names
        and what stands in `off`.

    Examples
    --------
    >>> own = WorkDays(off=frozenset({dt.date(2024, 6, 3)}))
    >>> is_working_day(dt.date(2024, 6, 3)), is_working_day(dt.date(2024, 6, 3), own)
    (True, False)
    """

    off: frozenset[dt.date] = frozenset()
    on: frozenset[dt.date] = frozenset()
    announced: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        # In the order of time: sets of days come in another one in every process.
        parts = ([f"{day}" for day in sorted(days)] for days in (self.off, self.on))
        return f"WorkDays({', '.join(map(str, (*parts, sorted(self.announced))))})"

    def told(self, first: dt.date, last: dt.date) -> str:
        """A note on a span of days: `PROVISIONAL`, or an empty text.

        Examples
        --------
        >>> WorkDays().told(dt.date(2024, 6, 1), dt.date(2024, 6, 30))
        ''
        >>> WorkDays().told(dt.date(2094, 6, 1), dt.date(2094, 6, 30))
        '放假安排未公布，按法定节日暂定'
        """
        days = (first + dt.timedelta(days=i) for i in range((last - first).days + 1))
        return PROVISIONAL if any(map(self._is_provisional, days)) else ""

    def _is_provisional(self, day: dt.date) -> bool:
        said = day in self.off or day in self.on or day.year in self.announced
        return not said and published_work(day) is None and not public_day(day).published


PUBLIC: Final = WorkDays()
"""The days of everybody."""


def is_working_day(day: dt.date, work: WorkDays = PUBLIC) -> bool:
    """Whether a day is a working day, by the State Council's holidays and 调休.

    In years for which nothing has been published yet, the law's holidays are off.

    Examples
    --------
    >>> is_working_day(dt.date(2024, 6, 10)), is_working_day(dt.date(2024, 5, 11))
    (False, True)
    """
    if day in work.on:
        return True
    if day in work.off:
        return False
    works = published_work(day)
    if works is not None:
        return works
    public = public_day(day)
    if day.year in work.announced and not public.published:
        return day.weekday() < _SATURDAY and not public.by_law
    return public.works


def day_note(day: dt.date, work: WorkDays = PUBLIC) -> str | None:
    """A note on an unusual day: 休, 端午节, 调休上班; None for a usual one.

    Examples
    --------
    >>> [day_note(dt.date(2024, *day)) for day in ((6, 10), (5, 11), (6, 4))]
    ['端午节', '调休上班', None]
    """
    public = public_day(day)
    if not is_working_day(day, work):
        return public.holiday or "休"
    if day.weekday() >= _SATURDAY:
        return "调休上班"
    return "上班" if public.by_law else None


def working_days(first: dt.date, last: dt.date, work: WorkDays = PUBLIC) -> list[dt.date]:
    """The working days from a first to a last day, both included."""
    days = (first + dt.timedelta(days=i) for i in range((last - first).days + 1))
    return [day for day in days if is_working_day(day, work)]


@dataclass(frozen=True)
class WorkCalendar:
    """The calendar of a project: the ends of its months, and its working days.

    Parameters
    ----------
    cut : int or None
        The last day of a business month; see `Month.span`.
    work : WorkDays
        Which days people work.

    Examples
    --------
    >>> first, last = WorkCalendar(cut=25).span(Month.of(2024, 6))
    >>> f"{first} {last}"
    '2024-05-26 2024-06-25'
    """

    cut: int | None = None
    work: WorkDays = PUBLIC

    def span(self, month: Month) -> tuple[dt.date, dt.date]:
        """The first and the last day of a month."""
        return month.span(self.cut)

    def working_days(self, month: Month) -> list[dt.date]:
        """The working days of a month."""
        return working_days(*self.span(month), self.work)


USUAL: Final = WorkCalendar()
"""Months of the calendar, and the days of everybody."""


def weeks_of(month: Month, dates: WorkCalendar = USUAL) -> list[list[dt.date]]:
    """The weeks of a month, Monday to Sunday, cut off at the month's ends.

    A weekend at an end is no week of its own, unless somebody works on it. A long business month
    such as December may have more than five weeks: the shortest neighbours are then one.

    Parameters
    ----------
    dates : WorkCalendar
        The days of the project.

    Returns
    -------
    list of lists of dates
        At most five; every working day of the month is in exactly one.

    Examples
    --------
    >>> weeks = weeks_of(Month.of(2024, 7))
    >>> [f"{week[0]:%m-%d} {week[-1]:%m-%d}" for week in weeks]
    ['07-01 07-07', '07-08 07-14', '07-15 07-21', '07-22 07-28', '07-29 07-31']
    """
    first, last = dates.span(month)
    by_monday: dict[dt.date, list[dt.date]] = {}
    for day in (first + dt.timedelta(days=i) for i in range((last - first).days + 1)):
        by_monday.setdefault(_monday(day), []).append(day)
    weeks = [
        week
        for week in by_monday.values()
        if any(day.weekday() < _SATURDAY or is_working_day(day, dates.work) for day in week)
    ]
    while len(weeks) > FORM_WEEKS:
        lengths = [sum(is_working_day(day, dates.work) for day in week) for week in weeks]
        at = min(range(len(weeks) - 1), key=lambda i: lengths[i] + lengths[i + 1])
        weeks[at : at + 2] = [weeks[at] + weeks[at + 1]]
    return weeks


def planned_weeks(month: Month, dates: WorkCalendar = USUAL) -> list[list[dt.date | None]]:
    """The weeks of a month as forms show them, each of seven days from Monday.

    A day of another month is None. A week made of two has its working days only.

    Raises
    ------
    InputError
        When a week has more working days than a form has room for.

    Examples
    --------
    >>> [day and day.day for day in planned_weeks(Month.of(2024, 7))[-1]]
    [29, 30, 31, None, None, None, None]
    """
    found: list[list[dt.date | None]] = []
    for week in weeks_of(month, dates):
        by_weekday = {day.weekday(): day for day in week}
        if _monday(week[0]) == _monday(week[-1]):
            found.append([by_weekday.get(weekday) for weekday in range(_WEEK)])
            continue
        working: list[dt.date | None] = [day for day in week if is_working_day(day, dates.work)]
        if len(working) > _WEEK:
            raise InputError(kinds.MONTH_TOO_LONG(month=month.chinese))
        found.append(working + [None] * (_WEEK - len(working)))
    return found


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
