"""Numbers, counts and amounts of money from what a spreadsheet hands over.

What cannot be read ends the function with the error that its cell shows.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.error_values import error_name
from kpi_xl.kpi import Direction
from udfs.arguments import BadArgumentError, numbers, only, word

MOST: Final = 1e15
"""Greater numbers are neither counts nor money."""

_LOWER: Final = frozenset(("1", "是", "越低越好", "低", "lower", "true", "True", "↓"))

Ints = NDArray[np.int64]


def floats(value: Any) -> NDArray[np.float64]:
    """The numbers of a range, row by row; blanks are left out, an error is the whole result."""
    read, blank, _ = numbers(value)
    flat = read[~blank]
    if not flat.size:
        raise BadArgumentError("#VALUE!")
    return sound(flat)


def sound(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same numbers, where none is an error or too great."""
    for number in values.ravel().tolist():
        if (error := error_name(number)) is not None:
            raise BadArgumentError(error)
    if (np.abs(values) > MOST).any():
        raise BadArgumentError("#NUM!")
    return values


def one(value: Any, default: float | None = None) -> float:
    """A single number; the default for a blank cell, of several cells the error."""
    read, blank, _ = numbers(value)
    if read.size != 1 or (blank.any() and default is None):
        raise BadArgumentError("#VALUE!")
    return float(default) if blank.any() and default is not None else float(sound(read)[0, 0])


def count(value: Any, default: int | None = None) -> int:
    """A whole number of 0 or more."""
    number = one(value, default)
    if number < 0 or number != int(number):
        raise BadArgumentError("#NUM!")
    return int(number)


def direction(lower: Any) -> Direction:
    """越低越好 where it is said; higher is better otherwise."""
    return "lower" if word(lower) in _LOWER or only(lower) is True else "higher"


def grid(value: Any) -> NDArray[np.float64]:
    """A block of numbers; blanks are 0."""
    return sound(numbers(value)[0])


def chain(value: Any) -> NDArray[np.float64]:
    """Quantities that belong together in their order: none may be blank, or what follows moves."""
    read, blank, _ = numbers(value)
    if read.size < 2 or blank.any():
        raise BadArgumentError("#VALUE!")
    return sound(read.ravel())


def given(value: Any) -> list[float | None]:
    """Cells as numbers or blanks, row by row."""
    read, blank, _ = numbers(value)
    sound(read[~blank])
    return [
        None if empty else number
        for number, empty in zip(read.ravel().tolist(), blank.ravel().tolist(), strict=True)
    ]


def bounded(values: NDArray[np.float64], none: float = np.nan) -> NDArray[np.float64]:
    """Numbers too great to be counts or money are none."""
    return np.where(np.abs(values) > MOST, none, values)


def cell(number: float) -> float | str:
    """A number as a cell shows it: an error by its name."""
    return error_name(number) or number
