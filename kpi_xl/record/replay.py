"""The values that count, replayed from the history: one taken workbook after another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.record.sent import Place

ADDING: Final = "增量"
"""The rule by which what is there stays; by the others a workbook replaces all there was."""


class Whose(NamedTuple):
    """A recipient of a template in a month, as in the table ``recipients``."""

    template: str
    period: str
    level: str
    recipient: str


class Version(NamedTuple):
    """The value of a cell after one change: the change's number, and the value as it is kept."""

    change: int
    kind: str
    value: str


State: TypeAlias = Mapping[Place, Version]

_OF: Final = "template = ? AND period = ? AND level = ? AND recipient = ?"
_CELL: Final = "change, about, slot, key, row, column, kind, value"


def laid_over(before: State, taken: State, rule: str) -> State:
    """The values that count after a workbook was taken by a rule."""
    return {**taken, **before} if rule == ADDING else taken


def counting(connection: sqlite3.Connection, whose: Whose) -> State:
    """The values that count for a recipient now."""
    rows = connection.execute(
        f"SELECT {_CELL} FROM entries WHERE {_OF} ORDER BY change", list(whose)
    )
    return _state(rows)


def replayed(connection: sqlite3.Connection, whose: Whose) -> State:
    """The values that count for a recipient, by all workbooks taken and not taken back."""
    found: State = {}
    takings = connection.execute(
        "SELECT taking, rule FROM takings JOIN collections USING (collection)"
        f" WHERE {_OF} AND withdraws IS NULL AND collection NOT IN"
        " (SELECT withdraws FROM collections WHERE withdraws IS NOT NULL) ORDER BY taking",
        list(whose),
    ).fetchall()
    for taking, rule in takings:
        rows = connection.execute(
            f"SELECT {_CELL} FROM changes WHERE taking = ? AND value IS NOT NULL ORDER BY change",
            [taking],
        )
        found = laid_over(found, _state(rows), rule)
    return found


def everybody(connection: sqlite3.Connection, collection: int | None = None) -> list[Whose]:
    """The recipients that a collection touched; without one, all recipients."""
    rows = connection.execute(
        "SELECT DISTINCT template, period, level, recipient FROM takings"
        " WHERE collection = ifnull(?, collection) ORDER BY template, period, level, recipient",
        [collection],
    )
    return [Whose(*row) for row in rows]


def put(connection: sqlite3.Connection, before: State, after: State) -> None:
    """Set the values of a recipient that count."""
    old = {version.change for version in before.values()}
    new = {version.change for version in after.values()}
    connection.executemany("DELETE FROM counting WHERE change = ?", [(one,) for one in old - new])
    connection.executemany("INSERT INTO counting VALUES (?)", [(one,) for one in new - old])


def _state(rows: Iterable[sqlite3.Row]) -> State:
    return {
        Place.of(row["about"], row["slot"], row["key"], row["row"], row["column"]): Version(
            row["change"], row["kind"], row["value"]
        )
        for row in rows
    }
