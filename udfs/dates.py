"""Days that a spreadsheet hands over: dates as datetimes, serial numbers or text."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import re
import unicodedata
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from udfs.arguments import BadArgumentError, cells_of, error_of, is_blank, month_of, rows_of

_EPOCH: Final = np.datetime64("1899-12-30", "D")
_EPOCH_ORDINAL: Final = dt.date(1899, 12, 30).toordinal()
_LAST_SERIAL: Final = 2_958_465  # 9999-12-31
_NO_DAY: Final = -(10**9)
_DATE_TEXT: Final = re.compile(
    r"((?:18|19|20|21)\d\d)(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))"
    r"(?:[T ]\d{1,2}:\d\d(?::\d\d)?)?"
)


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
    """A column of nothing but dates and blanks, or serial numbers and blanks; else None."""
    if not cells:
        return np.array([], dtype="datetime64[D]")
    kinds = set(map(type, cells[1:])) - {type(None)}
    rest: list[Any] = cells[1:]
    if kinds and all(issubclass(kind, dt.date) for kind in kinds):
        ordinals = [_NO_DAY if cell is None else cell.toordinal() - _EPOCH_ORDINAL for cell in rest]
        days = np.array(ordinals, dtype=np.int64)
    elif kinds and kinds <= {float, int}:
        serials = np.array(rest, dtype=np.float64)
        blank = np.isnan(serials)
        if np.count_nonzero(blank) != rest.count(None):
            return None
        serials[blank] = 0
        if serials.min() < 0 or serials.max() > _LAST_SERIAL:
            return None
        days = serials.astype(np.int64)
        # A zero is what an empty cell becomes in many a formula.
        days[serials == 0] = _NO_DAY
    else:
        return None
    first = _one_by_one(cells[:1])
    found = _EPOCH + days.astype("timedelta64[D]")
    found[days == _NO_DAY] = np.datetime64("NaT", "D")
    return np.concatenate([first, found])


def _one_by_one(cells: list[Any]) -> NDArray[np.datetime64]:
    known: dict[Any, Any] = {None: np.datetime64("NaT", "D")}
    days = np.empty(len(cells), dtype="datetime64[D]")
    for position, cell in enumerate(cells):
        try:
            day = known[cell]
        except (KeyError, TypeError):
            try:
                day = known[cell] = _date(cell)
            except BadArgumentError:
                heading = position == 0 and isinstance(cell, str) and error_of(cell) is None
                if not heading:
                    raise
                day = np.datetime64("NaT", "D")
        days[position] = day
    return days


def _date(cell: Any) -> np.datetime64:
    if is_blank(cell):
        return np.datetime64("NaT", "D")
    if (name := error_of(cell)) is not None:
        raise BadArgumentError(name)
    if isinstance(cell, dt.datetime):
        return np.datetime64(cell.date(), "D")
    if isinstance(cell, dt.date):
        return np.datetime64(cell, "D")
    if isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).strip()
        if match := _DATE_TEXT.fullmatch(text):
            try:
                return np.datetime64(dt.date(*(int(part) for part in match.groups() if part)), "D")
            except ValueError:
                raise BadArgumentError("#VALUE!") from None
        try:
            cell = float(text)
        except ValueError:
            raise BadArgumentError("#VALUE!") from None
    if isinstance(cell, (int, float, decimal.Decimal, np.number)) and not isinstance(cell, bool):
        serial = float(cell)
        if not math.isfinite(serial) or serial < 0 or serial > _LAST_SERIAL:
            raise BadArgumentError("#NUM!")
        # A zero is what an empty cell becomes in many a formula.
        return _EPOCH + np.timedelta64(int(serial), "D") if serial else np.datetime64("NaT", "D")
    raise BadArgumentError("#VALUE!")


def days(value: Any) -> tuple[list[list[dt.date | str]], int]:
    """Read days; a month stands for its last day. As `udfs.arguments.months` otherwise.

    Examples
    --------
    >>> [str(row[0]) for row in days(["2023-12-05", "20231205", "2023-12", "202312"])[0]]
    ['2023-12-05', '2023-12-05', '2023-12-31', '2023-12-31']
    """
    rows, dimensions = rows_of(value)
    return [[_day(cell) for cell in row] for row in rows], dimensions


def _day(cell: Any) -> dt.date | str:
    if is_blank(cell):
        return "#VALUE!"
    try:
        if not _is_compact_month(cell):
            day: Any = _date(cell).astype(object)
            if isinstance(day, dt.date):
                return day
    except BadArgumentError as error:
        if error.name != "#VALUE!" or not isinstance(cell, str):
            return error.name
    month = month_of(cell)
    return month.last if isinstance(month, Month) else month


def _is_compact_month(cell: Any) -> bool:
    """Whether it is a month such as 202406, as a number or as text, and not a day's number."""
    if isinstance(cell, str):
        try:
            cell = float(cell)
        except ValueError:
            return False
    return isinstance(cell, (int, float)) and 190001 <= cell <= 209912
