"""The operators and functions of slot formulas, as a sheet computes them.

A blank cell is None, an error a NaN or infinite number, a range a list, one of several rows and
columns a list of rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from kpi_xl.error_values import NOT_AVAILABLE


class CellError(Exception):
    """An error value, raised up to the formula that handles it."""


def each(operate: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """An operation over two values, or over each of the cells of a range.

    Parameters
    ----------
    operate : callable
        One of `OPERATIONS`.
    one, other : object
        Values of cells, or ranges of one shape.
    """
    if isinstance(one, list) and isinstance(other, list):
        if one and isinstance(one[0], list) and not isinstance(other[0], list):
            return [each(operate, row, other) for row in one]
        return [each(operate, *both) for both in zip(one, other, strict=True)]
    if isinstance(one, list):
        return [each(operate, cell, other) for cell in one]
    if isinstance(other, list):
        return [each(operate, one, cell) for cell in other]
    return operate(one, other)


def _arithmetic(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda one, other: operate(as_number(one), as_number(other))


def _divided(one: Any, other: Any) -> Any:
    if not other:
        raise CellError
    return one / other


def as_number(value: Any) -> Any:
    """A cell as a number: a blank one is 0.

    Raises
    ------
    CellError
        For a text, and where an error value stands in it.
    """
    if value is None or value is False:
        return 0
    if value is True:
        return 1
    if isinstance(value, str) or not math.isfinite(value):
        raise CellError
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


def _same(one: Any, other: Any) -> bool:
    """As Excel compares: case does not matter, a blank cell equals "" and 0."""
    if one is None or other is None:
        return (one or other) in (None, "", 0)
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return isinstance(one, str) == isinstance(other, str) and bool(one == other)


def _cells(values: Iterable[Any]) -> Iterator[Any]:
    """The cells of ranges and single cells."""
    for value in values:
        if isinstance(value, list):
            yield from _cells(value)
        else:
            yield value


def _numbers(values: Iterable[Any]) -> list[Any]:
    """The numbers among values: texts and blanks are skipped, an error is not."""
    found = (cell for cell in _cells(values) if cell is not None and not isinstance(cell, str))
    return [as_number(cell) for cell in found]


_CRITERION: Final = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)


def _meets(criterion: Any) -> Callable[[Any], bool]:
    """Whether a cell meets what ``COUNTIF`` and the like ask for: ``?*`` stands for any text."""
    if criterion == "?*":
        return lambda cell: isinstance(cell, str) and cell != ""
    if not isinstance(criterion, str):
        return lambda cell: bool(cell == criterion)
    match = _CRITERION.fullmatch(criterion)
    assert match is not None
    sign, text = match.groups()
    if sign is None:
        return lambda cell: isinstance(cell, str) and cell != "" and _same(cell, criterion)
    bound, compare = float(text), OPERATIONS[sign]
    return lambda cell: isinstance(cell, int | float) and compare(cell, bound)


def _counted(*pairs: Any) -> int:
    """``COUNTIF``, ``COUNTIFS``: in how many places each range meets its criterion."""
    ranges = [[*_cells([one])] for one in pairs[::2]]
    criteria = [_meets(one) for one in pairs[1::2]]
    return sum(
        all(meets(cell) for meets, cell in zip(criteria, row, strict=True))
        for row in zip(*ranges, strict=False)
    )


def _summed_where(cells: Any, criterion: Any, *summed: Any) -> Any:
    """``SUMIF``; a range that nobody has typed into yet has no cells."""
    meets = _meets(criterion)
    given = [*_cells([cells])]
    beside = [*_cells(summed)] if summed else given
    return sum(_numbers(other for cell, other in zip(given, beside, strict=False) if meets(cell)))


def _products_summed(*ranges: Any) -> Any:
    """``SUMPRODUCT``."""
    table = zip(*([*_cells([one])] for one in ranges), strict=True)
    return sum(math.prod(map(as_number, row)) for row in table)


def _mean(*values: Any) -> Any:
    numbers = _numbers(values)
    return _divided(sum(numbers), len(numbers))


def _rounded(value: Any, digits: int) -> Decimal:
    """Half away from zero, of the fifteen digits that Excel shows."""
    exact = Decimal(f"{as_number(value):.15g}")
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _formatted(value: Any, number_format: str) -> str:
    """``TEXT`` with the formats ``0%``, ``0.0`` and the like."""
    number = as_number(value)
    if number_format.endswith("%"):
        return f"{_rounded(number * 100, len(number_format[:-1].partition('.')[2]))}%"
    return str(_rounded(number, len(number_format.partition(".")[2])))


def _found(text: str, inside: Any) -> int:
    place = _as_text(inside).find(text)
    if place < 0:
        raise CellError
    return place + 1


def _part(text: Any, first: int, count: int) -> Any:
    return _as_text(text)[first - 1 : first - 1 + count]


def _left(text: Any, count: int) -> Any:
    if isinstance(text, list):
        return [_left(one, count) for one in text]
    return _as_text(text)[:count]


_TIME: Final = re.compile(r"\s*(\d{1,2}):(\d{2})\s*")


def _time(text: str) -> float:
    """A time of day, as a part of a day."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise CellError
    return (int(match[1]) * 60 + int(match[2])) / (24 * 60)


def _number_of(text: Any) -> Any:
    try:
        number = float(_as_text(text))
    except ValueError:
        raise CellError from None
    return int(number) if number.is_integer() else number


def _place_of(wanted: Any, cells: Any, _exact: Any) -> int:
    """``MATCH``, exact."""
    for place, cell in enumerate(_cells([cells]), 1):
        if cell is not None and _same(cell, wanted):
            return place
    raise CellError


def _is_number(value: Any) -> Any:
    if isinstance(value, list):
        return [_is_number(one) for one in value]
    return isinstance(value, int | float) and math.isfinite(value)


OPERATIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "&": lambda one, other: _as_text(one) + _as_text(other),
    "=": _same,
    "<>": lambda one, other: not _same(one, other),
    "+": _arithmetic(lambda one, other: one + other),
    "-": _arithmetic(lambda one, other: one - other),
    "*": _arithmetic(lambda one, other: one * other),
    "/": _arithmetic(_divided),
    "<": _arithmetic(lambda one, other: one < other),
    ">": _arithmetic(lambda one, other: one > other),
    "<=": _arithmetic(lambda one, other: one <= other),
    ">=": _arithmetic(lambda one, other: one >= other),
}

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "ABS": lambda value: abs(as_number(value)),
    "AND": lambda *values: all(values),
    "AVERAGE": _mean,
    "COUNT": lambda *values: sum(map(_is_number, _cells(values))),
    "COUNTIF": _counted,
    "COUNTIFS": _counted,
    "FIND": _found,
    "INDEX": lambda cells, place: [*_cells([cells])][place - 1],
    "ISNUMBER": _is_number,
    "LEFT": _left,
    "MATCH": _place_of,
    "MAX": lambda *values: max(_numbers(values), default=0),
    "MID": _part,
    "MIN": lambda *values: min(_numbers(values), default=0),
    "N": lambda value: value if isinstance(value, int | float) else 0.0,
    "NA": lambda: NOT_AVAILABLE,
    "OR": lambda *values: any(values),
    "RIGHT": lambda text, count: _as_text(text)[-count:],
    "ROUND": lambda value, digits: float(_rounded(value, digits)),
    "SUM": lambda *values: sum(_numbers(values)),
    "SUMIF": _summed_where,
    "SUMPRODUCT": _products_summed,
    "TEXT": _formatted,
    "TIMEVALUE": _time,
    "VALUE": _number_of,
}
