"""How results leave: in the shape of what was given, errors as the spreadsheet's names."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_xl.error_values import error_names
from udfs.arguments import BadArgumentError

Result = float | str | None | list[Any]


def shaped(rows: list[list[Any]], dimensions: int) -> Result:
    """Rows as the caller gave them: a scalar for a scalar, a flat list for a flat list."""
    if dimensions == 0:
        result: Result = rows[0][0]
        return result
    return rows if dimensions == 2 else [row[0] for row in rows]


def cells(values: NDArray[np.float64]) -> list[list[Any]]:
    """Numbers as rows of cells, NaNs as the errors they stand for."""
    found: list[list[Any]] = values.tolist()
    if np.isfinite(values).all():
        return found
    names = error_names(values)
    for row, column in np.argwhere(names != None):  # noqa: E711 - elementwise
        found[row][column] = names[row, column]
    return found


def grid(result: list[Any]) -> list[list[Any]]:
    """A result of several cells as rows.

    A flat list was given as one only by a constant such as ``{"2024-05","2024-06"}``: a row.
    """
    return result if isinstance(result[0], list) else [result]


def never_raises(function: Callable[..., Result]) -> Callable[..., Result]:
    """A function that gives an error value instead of raising."""

    @functools.wraps(function)
    def guarded(*args: Any, **named: Any) -> Result:
        try:
            return function(*args, **named)
        except BadArgumentError as error:
            return error.name
        except (ValueError, OverflowError):
            return "#VALUE!"

    return guarded
