"""Further calls of the add-in's VBA, besides the functions: they save transfers to Python.

Large ranges cross once and are kept until their cells differ, which VBA looks at; cells filled
with one formula are computed in one call. The other side is KpiSent.bas and KpiGather.bas in `vba`.
"""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Callable
from typing import Any, Final

from udfs.arguments import BadArgumentError
from udfs.contents import BETWEEN_EPOCHS
from udfs.dates import dates
from udfs.epochs import moved
from udfs.excel import functions
from udfs.excel.offline import importable

with importable():
    from xlwings.udfs import call_udf, xlarg, xlfunc, xlret

_MISSING: Final = -2147352572
"""How an argument arrives that was left out."""

_LARGEST: Final = 2**53  # so far a number of VBA is exact

_COLUMNS_OF_DATES: Final = frozenset({"signed", "left"})


class _Range:
    """A range as it came, with the values read from it."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self._dates: dict[str, Any] = {}

    def dates(self, module: str) -> Any:
        """Its dates, or the error of reading them."""
        if module not in self._dates:
            rows = moved(self.rows, BETWEEN_EPOCHS) if module.endswith("1904") else self.rows
            try:
                self._dates[module] = dates(rows)
            except BadArgumentError as error:
                self._dates[module] = error.name
        return self._dates[module]


_kept: Final[dict[float, dict[int, _Range]]] = {}


def _offered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function that VBA calls like a worksheet function, with raw arguments."""
    for name in inspect.signature(function).parameters:
        xlarg(name, "raw")(function)
    xlret("raw")(function)
    offered: Callable[..., Any] = xlfunc(function)
    return offered


@_offered
def begun(before: Any) -> list[list[float]]:
    """Begin a session and return its number.

    Parameters
    ----------
    before : number or None
        The session that it comes after, which is forgotten.

    Returns
    -------
    rows with one number
    """
    _kept.pop(before, None)
    session = float(secrets.randbelow(_LARGEST))
    _kept[session] = {}
    return [[session]]


@_offered
def kept(session: float, module: str, name: str, places: Any, arguments: Any) -> Any:
    """Call a function; kept ranges stand for those not sent again.

    Parameters
    ----------
    session : number
        As `begun` gave it. One that is not known is an error, so that VBA sends all anew.
    module, name : str
        The module and the name of the function.
    places : sequence
        For each argument, where it is kept; 0 where it is not.
    arguments : sequence
        The arguments; one that is kept already is None.
    """
    about, there = _function(module, name).__xlfunc__["args"], _kept[session]
    given = list(arguments)
    # One after the other, as VBA counted: a place may be given away within one call.
    for i, place in enumerate(places):
        if not place:
            continue
        if given[i] is not None:
            there[int(place)] = _Range(given[i])
        found = there[int(place)]
        is_of_dates = about[i]["name"] in _COLUMNS_OF_DATES
        given[i] = found.dates(module) if is_of_dates else found.rows
    return call_udf(module, name, tuple(given))  # type: ignore[no-untyped-call]


@_offered
def gathered(
    module: str, name: str, rows: float, columns: float, arguments: Any
) -> list[list[Any]]:
    """The answers for cells that have the same formula, row by row.

    Parameters
    ----------
    module, name : str
        The module and the name of the function.
    rows, columns : number
        How many cells there are.
    arguments : sequence
        Each a value for all cells, or rows of values; one row or column holds for all of them.

    Returns
    -------
    rows with one cell
        False where a cell has to be asked for by itself: such answers are of several cells.
    """
    function = _function(module, name)
    about = function.__xlfunc__["args"]
    given = [
        about[i].get("optional") if argument == _MISSING else argument
        for i, argument in enumerate(arguments)
    ]
    found: list[list[Any]] = []
    height, width = int(rows), int(columns)
    for row in range(height):
        for column in range(width):
            answer = function(*(_at(argument, row, column) for argument in given))
            if len(answer) != 1 or len(answer[0]) != 1:
                return found + [[False]] * (height * width - len(found))
            found.append([answer[0][0]])
    return found


def _function(module: str, name: str) -> Any:
    """The worksheet function of this name; no others are called."""
    if module == functions.__name__:
        return getattr(functions, name)
    from udfs.excel import functions1904

    if module != functions1904.__name__:
        raise ValueError(module)
    return getattr(functions1904, name)


def _at(values: Any, row: int, column: int) -> Any:
    if not isinstance(values, tuple):
        return values
    line = values[row if len(values) > 1 else 0]
    return line[column if len(line) > 1 else 0]
