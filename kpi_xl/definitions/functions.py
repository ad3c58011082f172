"""The functions of a spreadsheet that a typed formula may use, computed on arrays.

Each gives what every spreadsheet gives: the first error among its arguments is its value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from kpi_xl.formula import Function

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MANY: Final = 255
_MOST_DIGITS: Final = 15


def _carrying_errors(compute: Callable[..., Any]) -> Callable[..., Any]:
    """The result of a function; where an argument is an error, the first such error."""

    @functools.wraps(compute)
    def carried(*arguments: Floats) -> Any:
        import numpy as np

        arrays = np.broadcast_arrays(*arguments)
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.array(compute(*arrays), dtype=np.float64)
        for one in reversed(arrays):
            np.copyto(found, one, where=np.isnan(one))
        return found

    return carried


@_carrying_errors
def _least(*arguments: Floats) -> Any:
    import numpy as np

    return np.minimum.reduce(arguments)


@_carrying_errors
def _greatest(*arguments: Floats) -> Any:
    import numpy as np

    return np.maximum.reduce(arguments)


@_carrying_errors
def _absolute(one: Floats) -> Any:
    import numpy as np

    return np.abs(one)


@_carrying_errors
def _rounded(number: Floats, digits: Floats) -> Any:
    """Round halves away from zero, in decimal: 2.675 is 2.68 although the float is a bit less."""
    import numpy as np

    places = np.clip(np.trunc(digits), -_MOST_DIGITS, _MOST_DIGITS)
    scale = np.power(10.0, np.abs(places))
    scaled = np.abs(np.where(places < 0, number / scale, number * scale))
    whole = np.floor(scaled * (1 + 4 * np.finfo(np.float64).eps) + 0.5)
    return np.copysign(np.where(places < 0, whole * scale, whole / scale), number)


@_carrying_errors
def _all(*arguments: Floats) -> Any:
    import numpy as np

    return np.logical_and.reduce([one != 0 for one in arguments]).astype(np.float64)


@_carrying_errors
def _any(*arguments: Floats) -> Any:
    import numpy as np

    return np.logical_or.reduce([one != 0 for one in arguments]).astype(np.float64)


@_carrying_errors
def _not(one: Floats) -> Any:
    import numpy as np

    return (one == 0).astype(np.float64)


def _chosen(condition: Floats, then: Floats, otherwise: Floats) -> Any:
    """Choose between values; an error in the other one is ignored."""
    import numpy as np

    found = np.where(condition != 0, then, otherwise)
    return np.where(np.isnan(condition), condition, found)


def _unless_error(one: Floats, otherwise: Floats) -> Any:
    import numpy as np

    return np.where(np.isfinite(one), one, otherwise)


FUNCTIONS: Final = {
    one.name: one
    for one in (
        Function("IF", _chosen, 3, 3),
        Function("IFERROR", _unless_error, 2, 2),
        Function("MIN", _least, 1, _MANY),
        Function("MAX", _greatest, 1, _MANY),
        Function("ABS", _absolute, 1, 1),
        Function("ROUND", _rounded, 2, 2),
        Function("AND", _all, 1, _MANY),
        Function("OR", _any, 1, _MANY),
        Function("NOT", _not, 1, 1),
    )
}
"""All of them by name; ``SUM`` and ``AVERAGE`` are written as what they are short for."""
