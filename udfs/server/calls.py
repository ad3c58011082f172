"""A call of a function as Excel's page sends it, and its answer: errors as Excel's true errors.

An argument is rows of cells. A cell is a number, a text, a truth value, null, or an object with a
``basicValue``, as dates and errors are. The answer is rows of such cells.
"""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable
from typing import Any, Final

from kpi_xl.error_values import error_name
from udfs import functions
from udfs.arguments import cells_of
from udfs.contents import BETWEEN_EPOCHS
from udfs.epochs import counted, moved, takes_days
from udfs.results import Result, grid
from udfs.server import LARGEST

_ERRORS: Final = {
    "#DIV/0!": "Div0", "#N/A": "NotAvailable", "#NUM!": "Num", "#VALUE!": "Value",
    "#NAME?": "Name", "#NULL!": "Null", "#REF!": "Ref",
}  # fmt: skip
_LONGEST_TEXT: Final = 32_767

Rows = list[list[Any]]


class Ranges:
    """Ranges that several calls of a request have: each came once, and is read once.

    Parameters
    ----------
    sent : list
        Each rows of cells; an argument ``{"range": n}`` stands for the one of this number.
    """

    def __init__(self, sent: list[Any]) -> None:
        self._sent = sent
        self._read: dict[int, Any] = {}

    def argument(self, value: Any) -> Any:
        """An argument as the functions take it."""
        if not isinstance(value, dict) or set(value) != {"range"}:
            return _argument(value)
        number = value["range"]
        if type(number) is not int or not 0 <= number < len(self._sent):
            return "#VALUE!"
        if number not in self._read:
            self._read[number] = _argument(self._sent[number])
        return self._read[number]


def answer(
    name: str, arguments: list[Any], *, from_1904: bool | None = False, ranges: Ranges | None = None
) -> Rows:
    """The answer to one call.

    Parameters
    ----------
    name : str
        The function's name, in capitals or not.
    arguments : list
        Each a cell, or rows of cells; what was left out is None.
    from_1904 : bool or None
        Whether the days of the workbook that asks count from 1904; None where nobody said.
    ranges : Ranges, optional
        What the arguments have in common with other calls.

    Returns
    -------
    rows of cells
        Whatever the arguments are: what is wrong with them is an error value.
    """
    code = name.upper()
    function: Callable[..., Result] | None = (
        getattr(functions, code) if code in functions.__all__ else None
    )
    if function is None:  # the page is of another version
        return [[_error("#NAME?")]]
    given = list(map((ranges or Ranges([])).argument, arguments))
    while given and given[-1] is None and not _is_required(function, len(given) - 1):
        given.pop()
    if _size(code, given) > LARGEST:
        return TOO_LARGE
    if from_1904 is None and _is_of_an_unknown_day(function, given):
        return [[_error("#VALUE!")]]
    if from_1904:
        function = counted(function, BETWEEN_EPOCHS)
    try:
        result = function(*given)
    except (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError):
        return [[_error("#VALUE!")]]
    if isinstance(result, list):
        return [[_cell(cell) for cell in row] for row in grid(result)]
    return [[_cell(result)]]


def _is_of_an_unknown_day(function: Callable[..., Result], given: list[Any]) -> bool:
    """Whether a bare number may be one day or another, four years later."""
    return any(
        place < len(given) and moved(given[place], BETWEEN_EPOCHS) != given[place]
        for place in takes_days(function)
    )


def _is_required(function: Callable[..., Result], place: int) -> bool:
    parameters = list(inspect.signature(function).parameters.values())
    return place < len(parameters) and parameters[place].default is inspect.Parameter.empty


def _argument(value: Any) -> Any:
    """Rows, or the cell itself where there is one only, as Excel hands it over on Windows."""
    if not isinstance(value, list):
        return _plain(value)
    if set(map(type, value)) != {list}:
        rows = [row if isinstance(row, list) else [row] for row in value]
        return _argument(rows) if rows else None
    widths = set(map(len, value))
    if len(widths) > 1 or 0 in widths:
        return [list(map(_plain, row)) for row in value]
    # Whole columns come in: cells are looked at together, and touched only where they have to be.
    cells = list(itertools.chain.from_iterable(value))
    kinds = set(map(type, cells))
    if kinds & {dict, list}:
        cells = list(map(_plain, cells))
    elif str in kinds:
        cells = [None if cell == "" else cell for cell in cells]
    (width,) = widths
    if len(cells) == 1:
        return cells[0]
    if width == 1:
        return [[cell] for cell in cells]
    return [cells[place : place + width] for place in range(0, len(cells), width)]


def _plain(cell: Any) -> Any:
    """A number, a text, a truth value or None."""
    if isinstance(cell, dict):
        cell = cell.get("basicValue")
    if isinstance(cell, (list, dict)):
        return "#VALUE!"
    return None if cell == "" else cell


def _size(code: str, given: list[Any]) -> int:
    """How large the answer may get: ranges are taken together, and a table is all by all."""
    if code == "KPI_TABLE":
        return math.prod(max(1, len(cells_of(value))) for value in given)
    rows = [value for value in given if isinstance(value, list)]
    height = max((len(value) for value in rows), default=1)
    return height * max((len(row) for value in rows for row in value[:1] if isinstance(row, list)),
                        default=1)  # fmt: skip


def _cell(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    if value is None:
        return ""
    if isinstance(value, str):
        return _error(value) if value in _ERRORS else value[:_LONGEST_TEXT]
    if isinstance(value, float):
        name = error_name(value)
        return value if name is None else _error(name)
    if isinstance(value, (bool, int)):
        return value
    return str(value)


def _error(name: str) -> dict[str, str]:
    return {"type": "Error", "errorType": _ERRORS[name]}


TOO_LARGE: Final[Rows] = [[_error("#NUM!")]]
"""The answer to what would get too large."""
