"""A value as people read it, with its number and its slot."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from kpi_xl.findings.shown import NOTHING, value_text
from kpi_xl.kpi import Kpi


class Shown(NamedTuple):
    """A value as it is shown.

    Attributes
    ----------
    text : str
        The value as a text for people.
    value : str
        The number as exactly as the workbook has it; empty where there is none.
    slot : str
        Which slot of the workbooks has it.
    """

    text: str
    value: str = ""
    slot: str = ""


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and math.isfinite(value):
        return value
    return None


def of_kpi(kpi: Kpi, value: Any, slot: str = "") -> Shown:
    """A value of a KPI, such as ``72.0%``; — where there is none."""
    number = _number(value)
    text = NOTHING if number is None else value_text(kpi, number)
    return Shown(text, "" if number is None else repr(number), slot)


def ratio(value: Any, slot: str = "") -> Shown:
    """A share, such as ``94.1%``."""
    number = _number(value)
    if number is None:
        return Shown(NOTHING, "", slot)
    return Shown(f"{number:.1%}", repr(number), slot)


def change(kpi: Kpi, value: Any, slot: str = "") -> Shown:
    """A change: of ratios in points, of other values in percent."""
    number = _number(value)
    if number is None:
        return Shown(NOTHING, "", slot)
    return Shown(f"{number:+.1f}点" if kpi.unit == "%" else f"{number:+.1%}", repr(number), slot)


def money(value: Any, slot: str = "", sign: str = "") -> Shown:
    """An amount of 元."""
    number = _number(value)
    if number is None:
        return Shown(NOTHING, "", slot)
    text = f"{number:{sign},.0f}"
    return Shown("0" if text in ("+0", "-0") else text, repr(number), slot)


def count(value: Any, slot: str = "") -> Shown:
    """A whole number."""
    number = _number(value)
    if number is None:
        return Shown(NOTHING, "", slot)
    return Shown(f"{number:,.0f}", repr(number), slot)
