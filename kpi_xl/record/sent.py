"""The values in the input cells of a workbook when it was made, as they are kept."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.record.typed_value import Typed, read_typed, stored

_SAME: Final = 1e-13
"""Programs keep 15 digits of a number, or 17."""


class Place(NamedTuple):
    """A cell within its workbook, also after its row was sorted elsewhere.

    Attributes
    ----------
    about : str
        The unit's path, where each unit has a sheet; else empty.
    slot : str
        The name of its cells.
    row : str or int
        The key of its row, or, where nothing tells the rows, its number.
    column : int
        Where in the slot, counting from 1.
    """

    about: str
    slot: str
    row: str | int
    column: int

    @classmethod
    def of(cls, about: str, slot: str, key: str, row: int, column: int) -> Place:
        """The place of a cell, by its row's key if it has one."""
        return cls(about, slot, key or row, column)


Sent: TypeAlias = Mapping[Place, Typed]


def as_text(cells: Iterable[tuple[Place, Typed]]) -> str:
    """Turn the values into stored JSON: by unit with a sheet and slot, lists of row, column, kind
    and value.
    """
    found: dict[str, dict[str, list[list[str | int]]]] = {}
    for place, value in cells:
        of_slot = found.setdefault(place.about, {}).setdefault(place.slot, [])
        of_slot.append([place.row, place.column, *stored(value)])
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Sent:
    """Read the stored JSON."""
    return {
        Place(about, slot, row, column): read_typed(kind, value)
        for about, by_slot in json.loads(text).items()
        for slot, cells in by_slot.items()
        for row, column, kind, value in cells
    }


class SentBy:
    """The values that the workbooks of a record were sent with, each looked up once.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str | None, Sent] = {None: {}}

    def of(self, workbook: str | None) -> Sent:
        """The values a workbook was sent with, by its SHA-256; empty where it is not known."""
        if workbook not in self._known:
            row = self._connection.execute(
                "SELECT sent FROM workbooks WHERE sha256 = ?", [workbook]
            ).fetchone()
            self._known[workbook] = from_text(row["sent"] or "{}") if row else {}
        return self._known[workbook]


def is_same(one: Typed, other: Typed) -> bool:
    """Whether two values are equal to a person's eyes.

    Examples
    --------
    >>> is_same(0.1 + 0.2, 0.3), is_same(3, 3.0), is_same(1, True), is_same("a  b", "a b")
    (True, True, False, True)
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=_SAME)
    if isinstance(one, str) and isinstance(other, str):
        return one.split() == other.split()
    return one == other
