"""Read months."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import is_nothing, plain
from kpi_xl.readers.date import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTH_NAME,
    DateOrder,
    NoDay,
    month_named,
    read_day,
    whole_year,
)

_YEAR_MONTH: Final = re.compile(r"(\d{4})\s*(?:[-/.年]\s*(\d{1,2})\s*(?:月份?)?|(\d{2})(?:\.0+)?)")
_NAMED: Final = re.compile(rf"{MONTH_NAME}[-/.,\s]*(\d{{4}}|\d{{2}})", re.IGNORECASE)
_YEAR_NAMED: Final = re.compile(rf"(\d{{4}})[-/.,\s]*{MONTH_NAME}", re.IGNORECASE)
_ONLY_MONTH: Final = re.compile(r"\d{1,2}\s*月份?")
_LARGEST: Final = 1e15
# January, or October typed as a number, which keeps no zero at its end.
_LOST_ZERO: Final = re.compile(r"\d{4}\.1")


def read_month(cell: Any, order: DateOrder = "ymd") -> int | Fault | None:
    """Read a month as ``year * 12 + month``.

    Parameters
    ----------
    cell : str, date, datetime, number or None
        A month such as 2024-06, 202406, 2024年6月份, Jun-24; or a day in it, however written.
    order : str
        The order of day, month and year; see `kpi_xl.readers.date.read_day`.

    Returns
    -------
    int, Fault or None
        None for an empty cell.

    Examples
    --------
    >>> {read_month(m) for m in ("2024-06", 202406, "2024年6月份", "Jun-24", 45444, 2024.06)}
    {24294}
    >>> read_month(2024.1).reason
    '2024.1 看不出是 1 月还是 10 月'
    """
    if is_nothing(cell):
        return None
    if isinstance(cell, (int, float, decimal.Decimal)) and not isinstance(cell, bool):
        # As a sheet's file writes it; 202406.0 is 202406.
        number = float(cell)
        whole = abs(number) < _LARGEST and number.is_integer()
        cell = str(int(number)) if whole else str(number)
    if isinstance(cell, str) and (found := _of_text(plain(cell))) is not None:
        return found
    day = read_day(cell, order)
    if isinstance(day, dt.date):
        return day.year * 12 + day.month
    if isinstance(day, NoDay) or (day is not None and day.kind is kinds.NO_DAY):
        return kinds.NO_MONTH()
    return day


def _of_text(text: str) -> int | Fault | None:
    """Read a month from a text that names no day; None for any other text."""
    for pattern, kind in ((_LOST_ZERO, kinds.MONTH_OR_TENFOLD), (_ONLY_MONTH, kinds.MONTH_ALONE)):
        if pattern.fullmatch(text):
            return kind(value=text)
    if match := _YEAR_MONTH.fullmatch(text):
        return _month(int(match[1]), int(match[2] or match[3]))
    if match := _NAMED.fullmatch(text):
        return _month(whole_year(match[2]), month_named(match[1]))
    if match := _YEAR_NAMED.fullmatch(text):
        return _month(int(match[1]), month_named(match[2]))
    return None


def _month(year: int | None, month: int) -> int | Fault:
    if year is None:
        return kinds.SHORT_YEAR()
    if not 1 <= month <= 12:
        return kinds.NO_SUCH_MONTH()
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return kinds.MONTH_OUT_OF_RANGE(first=FIRST_YEAR, last=LAST_YEAR)
    return year * 12 + month
