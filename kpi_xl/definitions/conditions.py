"""A condition on the rows of a raw table, as a small tree.

`kpi_xl.definitions.condition_text` reads it, `kpi_xl.data.own_sql` writes it as SQL. It holds or it
does not: an empty cell meets 为空 and every condition that says what a cell is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kpi_xl.catalogue.raw_table import Column

Value = str | int | float | bool | dt.date
"""What a cell is compared with, as the column is stored: money in 分, months by their number."""

Sign = Literal["=", "<>", "<", ">", "<=", ">="]

Place = Literal["anywhere", "begin", "end"]


@dataclass(frozen=True)
class Compared:
    """A column compared with a value, or with another column of the same kind."""

    column: Column
    sign: Sign
    value: Value | Column


@dataclass(frozen=True)
class OneOf:
    """Whether a column is one of some values."""

    column: Column
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Holds:
    """Whether a column's text holds another, anywhere or at an end."""

    column: Column
    text: str
    place: Place


@dataclass(frozen=True)
class Empty:
    """Whether a column is empty."""

    column: Column


@dataclass(frozen=True)
class Not:
    """The negation of a condition."""

    part: Condition


@dataclass(frozen=True)
class Together:
    """Several conditions joined by "and" or "or"."""

    how: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Compared | OneOf | Holds | Empty | Not | Together


def columns_of(condition: Condition) -> set[str]:
    """The codes of the columns in a condition."""
    if isinstance(condition, Together):
        return set().union(*map(columns_of, condition.parts))
    if isinstance(condition, Not):
        return columns_of(condition.part)
    found = {condition.column.code}
    if isinstance(condition, Compared) and isinstance(condition.value, Column):
        found.add(condition.value.code)
    return found


def texts_of(condition: Condition) -> Iterator[tuple[Column, str]]:
    """The texts that a condition compares whole cells with, each with its column."""
    if isinstance(condition, Together):
        for part in condition.parts:
            yield from texts_of(part)
    elif isinstance(condition, Not):
        yield from texts_of(condition.part)
    elif isinstance(condition, OneOf | Compared) and condition.column.kind == "text":
        values = condition.values if isinstance(condition, OneOf) else (condition.value,)
        is_whole = isinstance(condition, OneOf) or condition.sign in ("=", "<>")
        for value in values if is_whole else ():
            if isinstance(value, str):
                yield condition.column, value
