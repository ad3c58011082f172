"""One forgiving reader for everything that a spreadsheet hands to a function.

The same cell arrives differently from every host: a date as a datetime, a serial number or text;
an empty cell as None or an empty string; an error as a name or as a large negative number; a range
of one cell as a scalar; a range of one row or column as a flat or a nested list. All of it becomes
numpy arrays here, and everything else in `udfs` is spared the matter.
"""

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
from kpi_xl.error_values import NUM, VALUE, error_value

_NAMED_ERRORS: Final = {
    "#DIV/0!": "#DIV/0!",
    "#N/A": "#N/A",
    "#NUM!": "#NUM!",
    **dict.fromkeys(
        ("#VALUE!", "#REF!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA"),
        "#VALUE!",
    ),
}
# Excel hands error cells over COM as 0x800A0000 + 2000 and more.
_COM_ERROR_BASE: Final = -2146828288
_COM_ERRORS: Final = {2007: "#DIV/0!", 2036: "#NUM!", 2042: "#N/A"}
_FIRST_COM_ERROR, _LAST_COM_ERROR = 2000, 2100

_EPOCH: Final = np.datetime64("1899-12-30", "D")
_LAST_SERIAL: Final = 2_958_465  # 9999-12-31
_DATE_TEXT: Final = re.compile(
    r"((?:18|19|20|21)\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ]\d{1,2}:\d\d(?::\d\d)?)?"
)
_NUMBER_TEXT: Final = re.compile(r"[-+]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?%?|[-+]?[\d,]+\.%?")

Grid = list[list[Any]]


class BadArgumentError(ValueError):
    """An argument that cannot be read; the function's whole result is this error value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def is_blank(cell: Any) -> bool:
    """Whether a cell is empty: None, or text without anything in it."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _rows(value: Any) -> tuple[Any, int]:
    """Nested rows and the number of dimensions they came with; a flat list is one column."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return [[value]], 0
    if not value:
        return [[None]], 0
    if not any(isinstance(row, (list, tuple)) for row in value):
        return [[cell] for cell in value], 1
    rows = [list(row) if isinstance(row, (list, tuple)) else [row] for row in value]
    width = max(1, *(len(row) for row in rows))
    return [row + [None] * (width - len(row)) for row in rows], 2


def numbers(value: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Read numbers.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Numbers, Decimals, numbers as text (``1,234.5``, ``85%``), blanks, error values.

    Returns
    -------
    numbers : (rows, columns) float64 array
        Blanks are 0, as in a native formula; what is no number is ``#VALUE!``.
    blank : (rows, columns) bool array
        Where the cell is empty.
    dimensions : int
        0 for a scalar, 1 for a flat list, 2 for rows.
    """
    rows, dimensions = _rows(value)
    try:
        # Nearly every range holds plain numbers and blanks, which numpy reads by itself.
        plain = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        plain = None
    if plain is not None and plain.ndim == 2 and not _suspicious(plain):
        blank = np.isnan(plain)
        if not blank.any() or all(is_blank(rows[r][c]) for r, c in np.argwhere(blank)):
            return np.where(blank, 0.0, plain), blank, dimensions
    cells = np.array([[_number(cell) for cell in row] for row in rows], dtype=np.float64)
    blank = np.array([[is_blank(cell) for cell in row] for row in rows], dtype=np.bool_)
    shape = (len(rows), len(rows[0]) if rows else 0)
    return cells.reshape(shape), blank.reshape(shape), dimensions


def _suspicious(plain: NDArray[np.float64]) -> bool:
    """Whether there may be error codes or infinities among plain numbers."""
    with np.errstate(invalid="ignore"):
        return bool((plain < _COM_ERROR_BASE + _LAST_COM_ERROR).any() or np.isinf(plain).any())


def _number(cell: Any) -> float:
    if is_blank(cell):
        return 0.0
    if (name := error_of(cell)) is not None:
        return error_value(name)
    if isinstance(cell, (bool, int, float, decimal.Decimal, np.number)):
        try:
            number = float(cell)
        except OverflowError:
            return NUM
        return number if math.isfinite(number) else NUM
    if isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).strip()
        if _NUMBER_TEXT.fullmatch(text):
            number = float(text.rstrip("%").replace(",", ""))
            return number / 100 if text.endswith("%") else number
    return VALUE


def error_of(cell: Any) -> str | None:
    """The error value that a cell holds, as one of ours; None for a cell without one."""
    if isinstance(cell, str):
        return _NAMED_ERRORS.get(cell.strip().upper()) if cell.strip()[:1] == "#" else None
    if isinstance(cell, int) and not isinstance(cell, bool):
        code = cell - _COM_ERROR_BASE
        if _FIRST_COM_ERROR <= code <= _LAST_COM_ERROR:
            return _COM_ERRORS.get(code, "#VALUE!")
    return None


def dates(value: Any) -> NDArray[np.datetime64]:
    """Read a column or row of dates as one flat array, NaT for blanks.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Dates as datetimes, Excel serial numbers or text; blanks; a heading may stand in the first
        cell, as when a whole column is given.

    Returns
    -------
    (n,) datetime64[D] array

    Raises
    ------
    BadArgumentError
        For an error cell, with that error; for anything else that is no date, ``#VALUE!``.
    """
    rows, _ = _rows(value)
    cells = [cell for row in rows for cell in row]
    if not cells:
        return np.array([], dtype="datetime64[D]")
    known: dict[Any, Any] = {None: np.datetime64("NaT")}
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
                day = np.datetime64("NaT")
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
                return np.datetime64(dt.date(*map(int, match.groups())), "D")
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


def months(value: Any) -> tuple[list[list[Month | str]], int]:
    """Read months, each as a `Month` or as the error value it gives.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Months in any form that `Month.parse` knows.

    Returns
    -------
    months : rows of Month or str
    dimensions : int
        As for `numbers`.
    """
    rows, dimensions = _rows(value)
    return [[_month(cell) for cell in row] for row in rows], dimensions


def _month(cell: Any) -> Month | str:
    if (name := error_of(cell)) is not None:
        return name
    if is_blank(cell):
        return "#VALUE!"
    try:
        return Month.parse(float(cell) if isinstance(cell, decimal.Decimal) else cell)
    except (ValueError, OverflowError, TypeError):
        return "#VALUE!"


def days(value: Any) -> tuple[list[list[dt.date | str]], int]:
    """Read days; a month stands for its last day. As `months` otherwise."""
    rows, dimensions = _rows(value)
    return [[_day(cell) for cell in row] for row in rows], dimensions


def _day(cell: Any) -> dt.date | str:
    if is_blank(cell):
        return "#VALUE!"
    try:
        whole_month = isinstance(cell, (int, float)) and 190001 <= cell <= 209912
        if not whole_month:
            day: Any = _date(cell).astype(object)
            if isinstance(day, dt.date):
                return day
    except BadArgumentError as error:
        if error.name != "#VALUE!" or not isinstance(cell, str):
            return error.name
    month = _month(cell)
    return month.last if isinstance(month, Month) else month
