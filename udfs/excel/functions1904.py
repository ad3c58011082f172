"""The functions for workbooks whose days count from 1904: what a formula gives there for a day is
a bare number of that count, and would be a day four years earlier by the usual one.

The add-in's VBA names this module where the workbook that asks counts so. Cells that are shown as
dates come as dates either way.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from kpi_xl.readers.date import FIRST_SERIAL, LAST_SERIAL
from udfs import functions
from udfs.contents import BETWEEN_EPOCHS
from udfs.excel.functions import served
from udfs.results import Result

DAYS: Final = frozenset(
    ("signed", "left", "day", "month", "first", "last", "due", "as_of", "since")
)
"""The parameters that are days or months, in every function that has them."""

MONTHS: Final = frozenset({("KPI_TABLE", "months")})
"""Those of single functions: elsewhere the name is that of a number of months."""

_MONTH_DIGITS: Final = range(190_001, 210_013)


def from_1904(function: Callable[..., Result]) -> Callable[..., Result]:
    """A function whose days, where they are bare numbers, count from 1904.

    Parameters
    ----------
    function : callable
        One of `udfs.functions`.
    """
    names = list(inspect.signature(function).parameters)
    places = [
        place
        for place, name in enumerate(names)
        if name in DAYS or (function.__name__, name) in MONTHS
    ]

    @functools.wraps(function)
    def call(*args: Any) -> Result:
        given = list(args)
        for place in places:
            if place < len(given):
                given[place] = _moved(given[place])
        return function(*given)

    return call


def _moved(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_moved(cell) for cell in value]
    # 202406 is a month and 20240615 a day by their digits, whatever days count from.
    if type(value) in (int, float) and value not in _MONTH_DIGITS:
        moved = value + BETWEEN_EPOCHS
        return moved if FIRST_SERIAL <= moved <= LAST_SERIAL else value
    return value


for _name in functions.__all__:
    _function = getattr(functions, _name)
    globals()[_name] = served(_function, from_1904(_function))
