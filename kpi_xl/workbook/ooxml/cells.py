"""A cell's value: from the text in the file, and back."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, Final, TypeAlias
from xml.etree import ElementTree

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.workbook.ooxml import serials
from kpi_xl.workbook.ooxml.parts import MAIN

Value: TypeAlias = str | int | float | bool | dt.date | None
"""What a cell can hold when it is read; a `datetime.datetime` where the date has a time."""

BLANK: Final = ""
NUMBER: Final = "n"
TEXT: Final = "s"
BOOLEAN: Final = "b"
ERROR: Final = "e"
DATE: Final = "d"
DATE_TIME: Final = "dt"

_LONGEST_TEXT: Final = 32_767
_MOST_DIGITS: Final = 15
_BEYOND_DIGITS: Final = 10**_MOST_DIGITS

# What XML cannot hold (halves of surrogate pairs are no characters), and an underscore that with
# what follows would be taken for an escape.
_CONTROL: Final = "[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]"
_UNSAFE: Final = re.compile(f"{_CONTROL}|_(?=x[0-9A-Fa-f]{{4}}(?:_|{_CONTROL}))")
_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")


Written: TypeAlias = tuple[str, str]
"""A value as it stands in the file: what kind it is, and its text."""


class UnwritableError(Exception):
    """A cell cannot hold this value."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.reason)


def written(value: object, date1904: bool) -> Written:
    """A value as the text in the file.

    Parameters
    ----------
    value : object
        None, text, a truth value, a whole number, a float, a `Decimal`, a date, a date with a
        time, or a numpy scalar of these. A NaN or infinity is an error value.
    date1904 : bool
        Whether the workbook's dates count from 1904.

    Returns
    -------
    Written
        Its kind and text. A whole number of more than 15 digits is an identifier and becomes
        text: as a number the spreadsheet would lose its last digits.

    Raises
    ------
    UnwritableError
        A cell cannot hold it: a text too long, a date too early or with a time zone.
    TypeError
        It is not of these types.
    """
    writer = WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    if type(value) is dt.date:
        return _day(value, date1904)
    if isinstance(value, dt.date):
        return _date(value, date1904)
    if isinstance(value, Decimal):
        return _decimal(value)
    return written(_plain(value), date1904)


def _float(value: float) -> Written:
    if isfinite(value):
        return NUMBER, repr(value)
    # numpy comes in with it, which filling ordinary numbers has no need of.
    from kpi_xl.error_values import error_name

    return ERROR, error_name(value) or ""


def _int(value: int) -> Written:
    if -_BEYOND_DIGITS < value < _BEYOND_DIGITS:
        return NUMBER, str(value)
    return TEXT, str(value)


def _decimal(value: Decimal) -> Written:
    if not value.is_finite():
        return _float(float(value))
    if value == value.to_integral_value():
        return _int(int(value))
    return NUMBER, str(value)


@lru_cache(maxsize=1 << 12)  # thousands of workbooks have the same days
def _day(value: dt.date, date1904: bool) -> Written:
    return _date(value, date1904)


def _date(value: dt.date, date1904: bool) -> Written:
    if value != value:  # noqa: PLR0124 - pandas' NaT calls itself a datetime
        return BLANK, ""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        raise UnwritableError(kinds.DAY_WITH_ZONE(value=value))
    number = serials.serial(value, date1904)
    if number is None:
        first = 1904 if date1904 else 1900
        raise UnwritableError(kinds.DAY_TOO_EARLY(value=value, year=first))
    return DATE if isinstance(number, int) else DATE_TIME, repr(number)


def _string(value: str) -> Written:
    if len(value) > _LONGEST_TEXT // 2 and len(value.encode("utf-16-le", "surrogatepass")) > (
        2 * _LONGEST_TEXT
    ):
        raise UnwritableError(kinds.TEXT_TOO_LONG(count=len(value)))
    return TEXT, escaped(value)


WRITERS: Final[dict[type, Callable[[Any], Written]]] = {
    float: _float,
    int: _int,
    str: _string,
    bool: lambda value: (BOOLEAN, "1" if value else "0"),
    type(None): lambda _: (BLANK, ""),
}
"""How the values that are commonest are written."""


def _plain(value: object) -> object:
    """The builtin value of a numpy scalar or of a subclass of a builtin type."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, int):
        return int.__int__(value)
    dtype: Any = getattr(value, "dtype", None)
    if dtype is not None and getattr(value, "ndim", 0) == 0:
        scalar: Any = value
        # Nanoseconds, pandas' unit, would come out as a whole number.
        plain = (scalar.astype("datetime64[us]") if dtype.kind == "M" else scalar).item()
        if type(plain) in (bool, int, float, str, dt.datetime, dt.date, type(None)):
            return plain
    raise TypeError(f"a cell cannot hold a {type(value).__name__}")


def escaped(text: str) -> str:
    r"""Text as in the file: XML entities, control characters and their escapes.

    Line breaks are ``\n``, as the spreadsheet's own.

    Examples
    --------
    >>> escaped("a<b"), escaped("\x07"), escaped("_x0007_"), escaped("1\r\n2")
    ('a&lt;b', '_x0007_', '_x005F_x0007_', '1\n2')
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(_escape, text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def _escape(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"


def unescaped(text: str) -> str:
    """Text as people see it; the reverse of what `escaped` does to control characters."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def plain(text: str) -> str:
    """Text as people see it, from the file; the reverse of `escaped`."""
    return unescaped(html.unescape(text) if "&" in text else text)


def string(element: ElementTree.Element) -> str:
    """The text of a shared or inline string, without its phonetic readings."""
    pieces = []
    for child in element:
        if child.tag == _T:
            pieces.append(child.text or "")
        elif child.tag == _R:
            pieces += (part.text or "" for part in child if part.tag == _T)
    return unescaped("".join(pieces))


_T, _R, _F, _V, _IS = (f"{{{MAIN}}}{name}" for name in ("t", "r", "f", "v", "is"))


Raw: TypeAlias = tuple[str, int, str | None]
"""A cell as it stands in the file: its type, style and value; None where there is no value."""

UNCALCULATED: Final = "f"
"""The type of a formula that has no value."""


def raw(cell: ElementTree.Element) -> Raw:
    """The value of a ``<c>`` element."""
    # Some programs write attributes without a value for what they leave out.
    kind, style = cell.get("t") or NUMBER, int(cell.get("s") or 0)
    computed = False
    for child in cell:
        if child.tag == _F:
            computed = True
        elif child.tag == _V:
            if computed and kind == "n" and not child.text:
                break
            return kind, style, child.text or ""
        if child.tag == _IS:
            # The text is as people see it already.
            return "inlineStr", style, string(child)
    return (UNCALCULATED if computed else kind), style, None


def read(
    cell: Raw,
    shared_strings: Sequence[ElementTree.Element],
    date_styles: Sequence[bool],
    date1904: bool,
) -> Value:
    """The value of a cell.

    Parameters
    ----------
    shared_strings : sequence of Element
        The ``<si>`` elements of the workbook's shared texts.
    date_styles : sequence of bool
        For every cell style whether it shows a date.
    date1904 : bool
        Whether the workbook's dates count from 1904.

    Returns
    -------
    str, int, float, bool, date, datetime or None
        None for a blank cell, and for a formula without a value. A number is whole when it is
        written without a point. An error value is the NaN that stands for it, one that kpi_xl
        does not have (``#REF!``, ``#NAME?``) the NaN of ``#VALUE!``.

    Raises
    ------
    ValueError, IndexError
        The file is damaged here.
    """
    kind, style, text = cell
    if text is None or (not text and kind not in ("str", "inlineStr")):
        return None
    if kind == NUMBER:
        shows_date = style < len(date_styles) and date_styles[style]
        return _number(text, shows_date, date1904)
    if kind == "s":
        return string(shared_strings[int(text)])
    reader = _READERS.get(kind)
    return text if reader is None else reader(text)


def _number(text: str, shows_date: bool, date1904: bool) -> Value:
    number = float(text) if "." in text or "e" in text or "E" in text else int(text)
    if shows_date:
        moment = serials.moment(number, date1904)
        return number if moment is None else moment
    return number


def _error(text: str) -> float:
    from kpi_xl.error_values import ERROR_NAMES, error_value  # see _float

    return error_value(text if text in ERROR_NAMES else "#VALUE!")


def _moment(text: str) -> Value:
    """Read an ISO 8601 date; the text itself where it is none.

    Spreadsheets know no time zones: where a program writes one, the time is that on the wall.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        try:
            time = dt.time.fromisoformat(text.strip()).replace(tzinfo=None)
        except ValueError:
            return text
        # Like a number that shows a time only.
        return (dt.datetime.combine(dt.date.min, time) - dt.datetime.min) / dt.timedelta(days=1)
    return found.date() if found.time() == dt.time() else found


_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "str": unescaped,
    "b": lambda text: text.strip() in ("1", "true"),
    "e": _error,
    "d": _moment,
}


def is_error_name(text: str) -> bool:
    """Whether a text is the name of an error value that kpi_xl gives."""
    if not text.startswith("#"):
        return False
    from kpi_xl.error_values import ERROR_NAMES  # see _float

    return text in ERROR_NAMES
