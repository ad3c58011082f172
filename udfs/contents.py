"""Cell contents in any program: compared, kept as JSON, written back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

from kpi_xl.error_values import error_name
from kpi_xl.workbook.ooxml.serials import serial

ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)
"""The names of a spreadsheet's error values."""

_AS_EXACT: Final = 1e-12  # a program may keep fifteen digits
_ONE_SECOND: Final = 1.2e-5  # days
BETWEEN_EPOCHS: Final = 1462
"""Days from where spreadsheets count from to where those of 1904 do."""

Content = Any
"""None, a truth value, a number, a text; or a dict with ``error``, ``date`` or ``formula``."""


class ErrorName(str):
    """The name of an error value, as a type of its own."""

    __slots__ = ()


def is_formula(typed: Any) -> bool:
    """Whether a typed text is a formula; an error value by itself is none."""
    return isinstance(typed, str) and typed.startswith("=") and typed[1:] not in ERRORS


def of_value(value: Any) -> Content:
    """The content of a cell after a value was written into it.

    Examples
    --------
    >>> of_value(float("nan")), of_value(dt.date(2024, 6, 1)), of_value("")
    ({'error': '#NUM!'}, {'date': '2024-06-01T00:00:00'}, None)
    """
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, dt.date):
        whole = value if isinstance(value, dt.datetime) else dt.datetime(*value.timetuple()[:3])
        return {"date": whole.replace(tzinfo=None).isoformat()}
    if isinstance(value, (int, float)):
        name = error_name(float(value))
        return float(value) if name is None else {"error": name}
    return str(value)


def of_cell(value: Any, typed: Any) -> Content:
    """The content of a cell, from its value (None for an error) and the text that was typed.

    Examples
    --------
    >>> of_cell(0.5, "0.5"), of_cell("001", "001"), of_cell(None, "#N/A"), of_cell(3.0, "=A1*2")
    (0.5, '001', {'error': '#N/A'}, {'formula': '=A1*2'})
    """
    if typed is None or typed == "":
        return None
    if is_formula(typed) and value != typed:
        return {"formula": typed}
    if value is None:
        return {"error": str(typed).removeprefix("=")}
    if not isinstance(value, (bool, int, float, str, dt.date)):
        value = float(typed)  # an amount of money, which the program rounds when it shows it
    return of_value(value)


def to_write(content: Content) -> Any:
    """The value to write into a cell to give it this content."""
    if not isinstance(content, dict):
        return content
    if "date" in content:
        return dt.datetime.fromisoformat(content["date"])
    return ErrorName(content["error"])


def same(one: Content, other: Content) -> bool:
    """Whether two cells have the same content; a date equals its serial number.

    Examples
    --------
    >>> same(45444.0, {"date": "2024-06-01T00:00:00"}), same(1.0, True), same("1", 1.0)
    (True, False, False)
    """
    if type(one) is not type(other) and not (_is_day(one) and _is_day(other)):
        return False
    if _is_day(one) and _is_day(other):
        first, second = _number(one), _number(other)
        if math.isclose(first, second, rel_tol=_AS_EXACT, abs_tol=_AS_EXACT):
            return True
        apart = abs(first - second)
        is_date = isinstance(one, dict) or isinstance(other, dict)
        return is_date and min(apart, abs(apart - BETWEEN_EPOCHS)) < _ONE_SECOND
    return bool(one == other)


def shown(content: Content) -> str:
    """The content as a text for people.

    Examples
    --------
    >>> shown(None), shown(12.5), shown({"formula": "=A1"}), shown({"date": "2024-06-01T00:00:00"})
    ('空', '12.5', '=A1', '2024-06-01')
    """
    if content is None:
        return "空"
    if isinstance(content, dict):
        (text,) = content.values()
        return str(text).removesuffix("T00:00:00")
    return f"{content:.15g}" if isinstance(content, float) else str(content)


def _is_day(content: Content) -> bool:
    """Whether a content is a number or a date."""
    return type(content) is float or (isinstance(content, dict) and "date" in content)


def _number(content: Content) -> float:
    if isinstance(content, dict):
        return float(serial(dt.datetime.fromisoformat(content["date"]), date1904=False) or 0)
    return float(content)
