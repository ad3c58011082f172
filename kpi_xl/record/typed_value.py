"""Typed values: their kinds, and how they are stored as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

Typed: TypeAlias = str | int | float | bool | dt.date
"""What an input cell holds; a `datetime.datetime` where a date has a time."""

_READERS: Final[Mapping[str, Callable[[str], Typed]]] = {
    "text": str,
    "whole": int,
    "number": float,
    "truth": lambda text: text == "true",
    "date": dt.date.fromisoformat,
    "time": dt.datetime.fromisoformat,
}


def stored(value: Typed) -> tuple[str, str]:
    """The kind of a value and its text, for storing."""
    if isinstance(value, bool):
        return "truth", str(value).lower()
    if isinstance(value, dt.datetime):
        return "time", value.isoformat()
    if isinstance(value, dt.date):
        return "date", value.isoformat()
    kinds = {int: "whole", float: "number"}
    return kinds.get(type(value), "text"), str(value)


def read_typed(kind: str, text: str) -> Typed:
    """Read a stored value."""
    return _READERS[kind](text)
