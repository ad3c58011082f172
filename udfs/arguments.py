"""Read everything that a spreadsheet passes to a function.

The same cell arrives differently from every host: a date as a datetime, a serial number or text;
an empty cell as None or an empty string; an error as a name or as a large negative number; a range
of one cell as a scalar; a range of one row or column as a flat or a nested list. All of it becomes
numpy arrays here, and everything else in `udfs` is spared the matter.
"""

from __future__ import annotations

import contextlib
import decimal
import itertools
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.error_values import NUM, VALUE, error_value
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import is_nothing
from kpi_xl.readers.month import read_month
from kpi_xl.readers.number import read_number

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

_SEQUENCES: Final[frozenset[type]] = frozenset({list, tuple})

Grid = list[list[Any]]


class BadArgumentError(ValueError):
    """An argument that cannot be read; the function's whole result is this error value."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def is_blank(cell: Any) -> bool:
    """Whether a cell is empty: None, or an empty text."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def only(value: Any) -> Any:
    """The cell of an argument that must be one cell; several are ``#VALUE!``.

    Examples
    --------
    >>> only([["活动率"]]), only("活动率")
    ('活动率', '活动率')
    """
    if not isinstance(value, (list, tuple, np.ndarray)):
        return value
    cells = cells_of(value)
    if len(cells) != 1:
        raise BadArgumentError("#VALUE!")
    return cells[0]


def left_out(value: Any) -> bool:
    """Whether an optional argument is missing: none, or one blank cell."""
    if isinstance(value, (list, tuple, np.ndarray)):
        cells = cells_of(value)
        return len(cells) == 1 and is_blank(cells[0])
    return is_blank(value)


def word(value: Any) -> str:
    """The name in an argument; empty for a blank. An error becomes the whole result."""
    cell = only(value)
    if (name := error_of(cell)) is not None:
        raise BadArgumentError(name)
    return text_of(cell)


def rows_of(value: Any) -> tuple[Grid, int]:
    """Nested rows, and the number of dimensions of the argument; a flat list is one column."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return [[value]], 0
    if not value:
        return [[None]], 0
    kinds = set(map(type, value))
    if kinds <= _SEQUENCES:
        rows = list(map(list, value))
    elif kinds & _SEQUENCES:
        rows = [list(row) if type(row) in _SEQUENCES else [row] for row in value]
    else:
        return [[cell] for cell in value], 1
    widths = set(map(len, rows))
    if len(widths) == 1 and 0 not in widths:
        return rows, 2
    width = max(1, *widths)
    return [row + [None] * (width - len(row)) for row in rows], 2


def cells_of(value: Any) -> list[Any]:
    """All cells, row by row."""
    # A column, as most are, is taken apart by its shape; types are compared as sets: a generator
    # over ten thousand rows takes longer than all else.
    if type(value) in _SEQUENCES:
        with contextlib.suppress(TypeError, ValueError):
            return [cell for (cell,) in value]
    if type(value) in _SEQUENCES and set(map(type, value)) <= _SEQUENCES:
        return list(itertools.chain.from_iterable(value))
    return [cell for row in rows_of(value)[0] for cell in row]


def numbers(value: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Read numbers.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Numbers, Decimals, numbers as text as `kpi_xl.readers.number` reads them, blanks (also
        written ``-`` or 无, as in raw files), error values.

    Returns
    -------
    numbers : (rows, columns) float64 array
        Blanks are 0, as in a native formula; what is no number is ``#VALUE!``.
    blank : (rows, columns) bool array
        Where the cell is empty.
    dimensions : int
        0 for a scalar, 1 for a flat list, 2 for rows.
    """
    rows, dimensions = rows_of(value)
    plain = None
    # Nearly every range holds plain numbers and blanks, which numpy reads by itself; it would read
    # text, too, but by a grammar of its own.
    if str not in set(map(type, itertools.chain.from_iterable(rows))):
        with contextlib.suppress(TypeError, ValueError):
            plain = np.array(rows, dtype=np.float64)
    if plain is not None and plain.ndim == 2 and not _suspicious(plain):
        blank = np.isnan(plain)
        if not blank.any() or all(is_nothing(rows[r][c]) for r, c in np.argwhere(blank)):
            return np.where(blank, 0.0, plain), blank, dimensions
    cells = np.array([[_number(cell) for cell in row] for row in rows], dtype=np.float64)
    blank = np.array([[is_nothing(cell) for cell in row] for row in rows], dtype=np.bool_)
    shape = (len(rows), len(rows[0]) if rows else 0)
    return cells.reshape(shape), blank.reshape(shape), dimensions


def _suspicious(plain: NDArray[np.float64]) -> bool:
    """Whether plain numbers may contain error codes or infinities."""
    with np.errstate(invalid="ignore"):
        return bool((plain < _COM_ERROR_BASE + _LAST_COM_ERROR).any() or np.isinf(plain).any())


def _number(cell: Any) -> float:
    if (name := error_of(cell)) is not None:
        return error_value(name)
    if is_nothing(cell):
        return 0.0
    if isinstance(cell, str):
        found = read_number(cell)
        wrong = NUM if isinstance(found, Fault) and found.kind is kinds.TOO_LARGE else VALUE
        return wrong if isinstance(found, Fault) else found
    if not isinstance(cell, (bool, int, float, decimal.Decimal, np.number)):
        return VALUE
    try:
        number = float(cell)
    except OverflowError:
        return NUM
    return number if math.isfinite(number) else NUM


def error_of(cell: Any) -> str | None:
    """The error value in a cell, as one of ours; None for a cell without one."""
    if isinstance(cell, str):
        return _NAMED_ERRORS.get(cell.strip().upper()) if cell.strip()[:1] == "#" else None
    if isinstance(cell, int) and not isinstance(cell, bool):
        code = cell - _COM_ERROR_BASE
        if _FIRST_COM_ERROR <= code <= _LAST_COM_ERROR:
            return _COM_ERRORS.get(code, "#VALUE!")
    return None


def months(value: Any) -> tuple[list[list[Month | str]], int]:
    """Read months, each as a `Month` or as an error value.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Months in any form that `kpi_xl.readers.month` reads.

    Returns
    -------
    months : rows of Month or str
    dimensions : int
        As for `numbers`.
    """
    rows, dimensions = rows_of(value)
    return [[month_of(cell) for cell in row] for row in rows], dimensions


def month_of(cell: Any) -> Month | str:
    """Read one month; an unreadable one is an error value."""
    if (name := error_of(cell)) is not None:
        return name
    found = cell if isinstance(cell, Month) else read_month(cell)
    if isinstance(found, int):
        return Month(found)
    return found if isinstance(found, Month) else "#VALUE!"


def texts(value: Any) -> tuple[list[list[str]], int]:
    """Read names: text without outer spaces, numbers as shown, blanks as empty texts.

    Parameters
    ----------
    value : scalar, list, or list of lists
        Cells; an error value stays one, as its name.

    Returns
    -------
    texts : rows of str
    dimensions : int
        As for `numbers`.
    """
    rows, dimensions = rows_of(value)
    return [[text_of(cell) for cell in row] for row in rows], dimensions


def text_of(cell: Any) -> str:
    """Read one name."""
    if isinstance(cell, str):
        return error_of(cell) or cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return error_of(cell) or str(cell)
