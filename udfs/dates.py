"""Read the days that a spreadsheet passes: datetimes, serial numbers or text.

They are read by `kpi_xl.readers.date`, as those of raw files are: 在职, 9999-12-31 or
1900-01-01 in a column of leave dates mean that there is no date.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import is_nothing, plain
from kpi_xl.readers.date import EPOCH, FIRST_SERIAL, LAST_SERIAL, ZERO_SERIALS, read_day
from udfs.arguments import BadArgumentError, cells_of, error_of, month_of, rows_of

_EPOCH: Final = np.datetime64(EPOCH, "D")
_EPOCH_ORDINAL: Final = EPOCH.toordinal()
_NO_DAY: Final = -(10**9)
_LAST_ZERO: Final = max(ZERO_SERIALS)
_HEADING: Final = re.compile(
    r"[日期时签入职离解退月]|date|day|time|sign|start|join|hire|leav|left|end|term", re.IGNORECASE
)
_DOUBT: Final = re.compile(r"待|未|不详|不明|不清|暂|缺|[?？]")
_LIKE_A_DATE: Final = re.compile(
    r".*\d.*|[一二三四五六七八九十〇零年月日号\s]+|.*(?:今|昨|前|明|去|本|上|下|年|月)[天日年月初底末周]|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b.*",
    re.IGNORECASE,
)
_ABOUT_DATES: Final = re.compile(r"日期|时间|\b(?:date|time)", re.IGNORECASE)
_THREE_NUMBERS: Final = re.compile(r"\d+\D+\d+\D+\d")


def dates(value: Any) -> NDArray[np.datetime64]:
    """Read a column or row of dates as one flat array, NaT for blanks.

    Parameters
    ----------
    value : scalar, list, list of lists, or an array of dates
        Dates as datetimes, Excel serial numbers or text; blanks; a heading may stand in the first
        cell, as when a whole column is given. An array of dates is one that was read before.

    Returns
    -------
    (n,) datetime64[D] array

    Raises
    ------
    BadArgumentError
        For an error cell, with that error; for anything else that is no date, ``#VALUE!``.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind == "M":
        return value
    cells = cells_of(value)
    days = _all_alike(cells)
    return _one_by_one(cells) if days is None else days


def _all_alike(cells: list[Any]) -> NDArray[np.datetime64] | None:
    """A column of only dates and blanks, or only serial numbers and blanks; else None."""
    if not cells:
        return np.array([], dtype="datetime64[D]")
    rest: list[Any] = cells[1:]
    types = set(map(type, rest))
    some_blank = type(None) in types
    types.discard(type(None))
    if types and all(issubclass(kind, dt.date) for kind in types):
        days = np.full(len(rest), _NO_DAY, dtype=np.int64)
        ordinals = map(dt.date.toordinal, filter(None, rest) if some_blank else rest)
        there = np.fromiter(map(bool, rest), np.bool_) if some_blank else slice(None)
        days[there] = np.fromiter(ordinals, np.int64) - _EPOCH_ORDINAL
        first, last = _LAST_ZERO + 1, LAST_SERIAL
    elif types and types <= {float, int}:
        plain = [math.nan if cell is None else cell for cell in rest] if some_blank else rest
        serials = np.array(plain, dtype=np.float64)
        blank = np.isnan(serials)
        if np.count_nonzero(blank) != rest.count(None):
            return None
        serials[blank] = _NO_DAY
        if not (np.abs(serials) <= -_NO_DAY).all():
            return None
        days = serials.astype(np.int64)
        first, last = FIRST_SERIAL, LAST_SERIAL
    else:
        return None
    # What is no ordinary day, one by one: no date, or none that can be.
    if ((days != _NO_DAY) & ((days < first) | (days > last))).any():
        return None
    found = _EPOCH + days.astype("timedelta64[D]")
    found[days == _NO_DAY] = np.datetime64("NaT", "D")
    return np.concatenate([_one_by_one(cells[:1], len(cells)), found])


def _one_by_one(cells: list[Any], among: int | None = None) -> NDArray[np.datetime64]:
    """Read days cell by cell; the first of several may be a heading."""
    known: dict[Any, Any] = {None: np.datetime64("NaT", "D")}
    days = np.empty(len(cells), dtype="datetime64[D]")
    several = (len(cells) if among is None else among) > 1
    for position, cell in enumerate(cells):
        try:
            day = known[cell]
        except (KeyError, TypeError):
            if position == 0 and several and _is_heading(cell):
                day = np.datetime64("NaT", "D")
            else:
                day = _date(cell)
                if not isinstance(cell, (bool, np.bool_)):  # True is 1 to a dict
                    known[cell] = day
        days[position] = day
    return days


def _is_heading(cell: Any) -> bool:
    """Whether a text is the heading of a column, not an unreadable date."""
    if not isinstance(cell, str) or error_of(cell) is not None or is_nothing(cell):
        return False
    found, text = read_day(cell), plain(cell)
    # 2024年签约日期 is a heading; 约2024-01-05 or 待定 is somebody's, who may not be left out.
    about = _ABOUT_DATES.search(text) and not _THREE_NUMBERS.search(text)
    named = _HEADING.search(text) and not _DOUBT.search(text)
    return (
        isinstance(found, Fault)
        and found.kind is kinds.NO_DAY
        and bool(named and (about or not _LIKE_A_DATE.fullmatch(text)))
    )


def _date(cell: Any) -> np.datetime64:
    """Read one day, NaT for none; an unreadable one ends the function."""
    if (name := error_of(cell)) is not None:
        raise BadArgumentError(name)
    found = read_day(cell.item() if isinstance(cell, np.number) else cell)
    if isinstance(found, Fault):
        # As in a spreadsheet: a number that is no day is one out of range, a text is of no use.
        number = not isinstance(cell, (str, bool)) or found.kind is kinds.DAY_OUT_OF_RANGE
        raise BadArgumentError("#NUM!" if number else "#VALUE!")
    return np.datetime64(found if isinstance(found, dt.date) else "NaT", "D")


def days(value: Any) -> tuple[list[list[dt.date | str]], int]:
    """Read days; a month stands for its last day. Otherwise as `udfs.arguments.months`.

    Examples
    --------
    >>> [str(row[0]) for row in days(["2023-12-05", "20231205", "2023-12", "202312"])[0]]
    ['2023-12-05', '2023-12-05', '2023-12-31', '2023-12-31']
    """
    rows, dimensions = rows_of(value)
    return [[_day(cell) for cell in row] for row in rows], dimensions


def _day(cell: Any) -> dt.date | str:
    if (name := error_of(cell)) is not None:
        return name
    found = read_day(cell)
    if isinstance(found, dt.date):
        return found
    month = month_of(cell)
    if isinstance(month, Month):
        return month.last
    # As in `_date`: a number that no day has; 2024.1 is one that two months could have.
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    return "#NUM!" if number and not 0 <= cell < FIRST_SERIAL else month
