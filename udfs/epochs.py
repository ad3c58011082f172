"""Functions for workbooks whose days count from another day than usual, such as 1904: a bare number
means a day of that count there, and would be another day by the usual one.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any, Final

from kpi_xl.readers.date import FIRST_SERIAL, LAST_SERIAL
from udfs.results import Result

DAYS: Final = frozenset(
    ("signed", "left", "day", "month", "first", "last", "due", "as_of", "since")
)
"""The parameters that are days or months, in every function that has them."""

MONTHS: Final = frozenset({("KPI_TABLE", "months")})
"""Those of single functions: elsewhere the name is that of a number of months."""

_MONTH_DIGITS: Final = range(190_001, 210_013)
_NUMBER: Final = re.compile(r"\d{1,5}(\.\d+)?")


def takes_days(function: Callable[..., Result]) -> tuple[int, ...]:
    """The places of a function's days and months.

    Parameters
    ----------
    function : callable
        A worksheet function, one of `udfs.functions`.
    """
    return tuple(
        place
        for place, name in enumerate(inspect.signature(function).parameters)
        if name in DAYS or (function.__name__, name) in MONTHS
    )


def counted(
    function: Callable[..., Result], later: int, *, texts: bool = False
) -> Callable[..., Result]:
    """A function whose days are counted from another epoch, where they are bare numbers.

    Parameters
    ----------
    function : callable
        A worksheet function, one of `udfs.functions`.
    later : int
        So many days after the usual one; 1462 for 1904.
    texts : bool
        Whether the program hands numbers over as texts where a month is meant.
    """
    places = takes_days(function)

    @functools.wraps(function)
    def call(*args: Any) -> Result:
        given = list(args)
        for place in places:
            if place < len(given):
                given[place] = moved(given[place], later, texts=texts)
        return function(*given)

    return call


def moved(value: Any, later: int, *, texts: bool = False) -> Any:
    """Cells with bare numbers converted to the usual epoch.

    Examples
    --------
    >>> moved([[43981.0], ["2024-06-01"], [202406.0]], 1462)
    [[45443.0], ['2024-06-01'], [202406.0]]
    """
    if isinstance(value, list | tuple):
        return [moved(cell, later, texts=texts) for cell in value]
    if texts and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    # 202406 is a month and 20240615 a day by their digits, whatever days count from.
    if type(value) in (int, float) and value not in _MONTH_DIGITS:
        there = value + later
        return there if FIRST_SERIAL <= there <= LAST_SERIAL else value
    return value
