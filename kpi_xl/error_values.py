"""The spreadsheet's error values inside ordinary float64 arrays.

A computation over a whole range must not stop at one empty denominator, and must not hide it
either. So an error is a NaN whose payload says which error it is: the array stays a plain float64
array, slicing and arithmetic carry the error along (the left operand's first, as in a
spreadsheet), and the host turns it into its own true error at the very end. The payloads are the
codes LibreOffice uses for the same purpose.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_QUIET_NAN: Final = 0x7FF8_0000_0000_0000
_PAYLOAD: Final = 0x0007_FFFF_FFFF_FFFF
_CODES: Final = {"#NUM!": 503, "#VALUE!": 519, "#DIV/0!": 532, "#N/A": 32767}
_NAMES: Final = {code: name for name, code in _CODES.items()}

ERROR_NAMES: Final = frozenset(_CODES)
"""The error values that kpi_xl itself gives."""


def error_value(name: str) -> float:
    """The NaN that stands for an error value.

    Parameters
    ----------
    name : str
        ``"#DIV/0!"``, ``"#N/A"``, ``"#VALUE!"`` or ``"#NUM!"``.

    Returns
    -------
    float
        A quiet NaN that carries the error.

    Raises
    ------
    KeyError
        For any other name.
    """
    (value,) = struct.unpack("<d", struct.pack("<Q", _QUIET_NAN | _CODES[name]))
    assert isinstance(value, float)
    return value


DIV0: Final = error_value("#DIV/0!")
NOT_AVAILABLE: Final = error_value("#N/A")
VALUE: Final = error_value("#VALUE!")
NUM: Final = error_value("#NUM!")


def error_name(value: float) -> str | None:
    """The error value that a number stands for; None for an ordinary number.

    An infinity and a NaN without a payload of ours come from outside and are ``#NUM!``.

    Examples
    --------
    >>> error_name(DIV0), error_name(0.9), error_name(float("nan"))
    ('#DIV/0!', None, '#NUM!')
    """
    if math.isfinite(value):
        return None
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    return _NAMES.get(bits & _PAYLOAD, "#NUM!")


def error_names(values: NDArray[np.float64]) -> NDArray[Any]:
    """`error_name` of every element, as an object array of names and Nones.

    Examples
    --------
    >>> import numpy as np
    >>> error_names(np.array([1.0, DIV0, NOT_AVAILABLE])).tolist()
    [None, '#DIV/0!', '#N/A']
    """
    import numpy as np

    names = np.full(values.shape, None, dtype=object)
    wrong = ~np.isfinite(values)
    if wrong.any():
        names[wrong] = [error_name(float(value)) for value in values[wrong]]
    return names
