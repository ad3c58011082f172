"""Dates as serial numbers: days since an epoch, with the time as a fraction."""

from __future__ import annotations

import datetime as dt
from typing import Final

_EPOCH_1900: Final = dt.datetime(1899, 12, 30)
_EPOCH_1904: Final = dt.datetime(1904, 1, 1)
# Spreadsheets believe that 1900 was a leap year: day 60 is a 29 February that never was, and the
# days before it are one less than the count from the epoch.
_LEAP_DAY: Final = 60
_LAST_DAY: Final = 2_958_465  # 9999-12-31
_DAY_MS: Final = 86_400_000


def serial(moment: dt.date, date1904: bool) -> int | float | None:
    """The serial number of a date or time; None when it is too early.

    Examples
    --------
    >>> serial(dt.date(1900, 1, 1), False), serial(dt.date(1900, 3, 1), False)
    (1, 61)
    >>> serial(dt.datetime(2026, 11, 21, 12), False), serial(dt.date(1904, 1, 2), True)
    (46347.5, 1)
    """
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    passed = moment - (_EPOCH_1904 if date1904 else _EPOCH_1900)
    days = passed.days
    if not date1904 and days <= _LEAP_DAY:
        days -= 1
    if days < (0 if date1904 else 1):
        return None
    fraction = (passed.seconds + passed.microseconds / 1e6) / 86_400
    return days + fraction if fraction else days


def moment(number: float, date1904: bool) -> dt.date | None:
    """The date and time of a serial number; None when it is none.

    Times are rounded to the millisecond, which is as fine as the number is exact.

    Examples
    --------
    >>> moment(46347, False), moment(46347.5, False), moment(60, False)
    (datetime.date(2026, 11, 21), datetime.datetime(2026, 11, 21, 12, 0), None)
    """
    if not (0 if date1904 else 1) <= number <= _LAST_DAY - (1462 if date1904 else 0) + 1:
        return None
    days, milliseconds = divmod(round(number * _DAY_MS), _DAY_MS)
    if not date1904:
        if days == _LEAP_DAY:
            return None
        if days < _LEAP_DAY:
            days += 1
    try:
        found = (_EPOCH_1904 if date1904 else _EPOCH_1900) + dt.timedelta(days=days)
    except OverflowError:
        return None
    return found + dt.timedelta(milliseconds=milliseconds) if milliseconds else found.date()
