"""Public days off: those that the State Council published, and those by law."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any, Final, NamedTuple

_SATURDAY: Final = 5
_LATE: Final = 2004
"""Since then a library has every notice; a later year without one has not been published yet."""

_NAMES: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}
_EVE: Final = "除夕"


class PublicDay(NamedTuple):
    """A day off, or a day worked in its place, by notice or law.

    Parameters
    ----------
    works : bool
        Whether people work on the day.
    holiday : str or None
        The holiday it is off for.
    by_law : bool
        Whether the law itself makes it a holiday, whatever is published about days in lieu.
    published : bool
        Whether the notice of its year is known; else days may still be moved.
    """

    works: bool
    holiday: str | None
    by_law: bool
    published: bool


@functools.lru_cache(maxsize=4096)  # every workbook of a month asks for the same days
def published_work(day: dt.date) -> bool | None:
    """Whether a day is worked by the notice of its year; None where there is none yet.

    Nothing of the law is looked up, which takes longer to load than all else that a day needs.
    """
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@functools.lru_cache(maxsize=4096)
def public_day(day: dt.date) -> PublicDay:
    """Look up a day in the newest list that has its year.

    Examples
    --------
    >>> public_day(dt.date(2024, 6, 10))
    PublicDay(works=False, holiday='端午节', by_law=True, published=True)
    >>> public_day(dt.date(2024, 5, 11)).works, public_day(dt.date(2094, 1, 1)).works
    (True, False)
    """
    import chinese_calendar

    law = _law(day.year)
    text = law.get(day) or ""
    holiday = next((name for name in _NAMES.values() if name in text), None)
    if holiday is None and _EVE in text:
        holiday = "春节"
    by_law = holiday is not None and "补假" not in text
    works = published_work(day)
    if works is None:
        moved = {one for one in law.weekend_workdays if one.year == day.year}
        works = day in moved or (day.weekday() < _SATURDAY and day not in law)
        return PublicDay(works, holiday, by_law, bool(moved) or day.year < _LATE)
    if works:
        return PublicDay(True, None, False, True)
    named = _NAMES.get(chinese_calendar.get_holiday_detail(day)[1] or "")
    return PublicDay(False, named, by_law, True)


@functools.lru_cache(maxsize=64)
def _law(year: int) -> Any:
    """The holidays of a year by law: 春节, 清明 and others by the lunar calendar, and days in
    lieu.
    """
    import holidays

    return holidays.country_holidays("CN", years=year, expand=False, language="zh_CN")
