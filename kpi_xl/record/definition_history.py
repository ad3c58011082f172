"""The history of a project's definitions: every change, kept in the project's record.

It is only added to. What a definition said before is found by going through it.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kpi_xl.record.circulation import now

_SCHEMA: Final = (
    """
CREATE TABLE IF NOT EXISTS definition_changes (
    change   INTEGER PRIMARY KEY AUTOINCREMENT,
    at       TEXT NOT NULL,             -- when it was noticed
    by       TEXT NOT NULL,             -- by whose run
    saved    TEXT NOT NULL,             -- when its file was saved
    saved_by TEXT NOT NULL,             -- who saved it; empty where the file does not say
    name     TEXT NOT NULL,             -- the KPI's name
    kind     TEXT NOT NULL,             -- as in What
    was      TEXT,                      -- what was typed, as JSON; NULL where there was nothing
    now      TEXT,
    period   TEXT NOT NULL              -- the month of the values
)
""",
    """
CREATE TABLE IF NOT EXISTS definition_values (  -- of the units whose value is another
    change INTEGER NOT NULL REFERENCES definition_changes,
    level  TEXT NOT NULL,
    unit   TEXT NOT NULL,               -- the path
    was    REAL,                        -- NULL where there is no value
    now    REAL,
    PRIMARY KEY (change, level, unit)
)
""",
    *(
        f"CREATE TRIGGER IF NOT EXISTS {table}_{done}_refused BEFORE {done} ON {table}"
        f" BEGIN SELECT raise(ABORT, '{table} is only added to'); END"
        for table in ("definition_changes", "definition_values")
        for done in ("UPDATE", "DELETE")
    ),
)
"""Made when a definition is looked at first."""

Fields = Mapping[str, str]


class What(StrEnum):
    """The kind of a change to a definition."""

    NEW = "新写的"
    CHANGED = "改了"
    GONE = "删去了"
    MOVED = "用到的指标改了"


@dataclass(frozen=True)
class UnitValue:
    """A unit's value before and after; NaN for none."""

    level: str
    unit: str
    was: float
    now: float


@dataclass(frozen=True)
class DefinitionChange:
    """A change of a definition.

    Parameters
    ----------
    name : str
        The name of the KPI.
    what : What
        What became of it.
    was, now : mapping of str to str, or None
        What is typed of it; None where nothing is.
    period : str
        The month of the values.
    saved, saved_by : str
        When its file was saved, and by whom, as far as the file says.
    values : sequence of UnitValue
        Of the units whose value is another.
    number : int
        Which change of all it is; 0 before it is kept.
    at, by : str
        When it was noticed, and by whose run.
    """

    name: str
    what: What
    was: Fields | None
    now: Fields | None
    period: str
    saved: str
    saved_by: str
    values: Sequence[UnitValue] = ()
    number: int = 0
    at: str = ""
    by: str = ""

    @property
    def fields(self) -> list[str]:
        """The fields that changed."""
        was, now = self.was or {}, self.now or {}
        return [one for one in dict.fromkeys((*was, *now)) if was.get(one) != now.get(one)]


def changes(connection: sqlite3.Connection, name: str | None = None) -> list[DefinitionChange]:
    """Every change, the earliest first.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the project's record.
    name : str, optional
        Only the changes of this KPI.
    """
    if not _is_there(connection):
        return []
    rows = connection.execute(
        "SELECT * FROM definition_changes WHERE name = ifnull(?, name) ORDER BY change", [name]
    ).fetchall()
    return [_change(connection, row) for row in rows]


def last_known(connection: sqlite3.Connection) -> dict[str, Fields]:
    """The fields of each definition as last seen, by KPI name."""
    if not _is_there(connection):
        return {}
    rows = connection.execute("SELECT name, now FROM definition_changes ORDER BY change")
    said = {row["name"]: row["now"] for row in rows}
    return {name: json.loads(text) for name, text in said.items() if text is not None}


def keep(connection: sqlite3.Connection, found: Sequence[DefinitionChange], by: str) -> None:
    """Keep changes, inside a transaction."""
    for statement in _SCHEMA:
        connection.execute(statement)
    for one in found:
        number = connection.execute(
            "INSERT INTO definition_changes (at, by, saved, saved_by, name, kind, was, now, period)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                now(), by, one.saved, one.saved_by, one.name, one.what.value, _text(one.was),
                _text(one.now), one.period,
            ],
        ).lastrowid  # fmt: skip
        connection.executemany(
            "INSERT INTO definition_values VALUES (?, ?, ?, ?, ?)",
            [(number, v.level, v.unit, _number(v.was), _number(v.now)) for v in one.values],
        )


def _is_there(connection: sqlite3.Connection) -> bool:
    found = connection.execute(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'definition_changes'"
    ).fetchone()[0]
    return bool(found)


def _change(connection: sqlite3.Connection, row: sqlite3.Row) -> DefinitionChange:
    values = connection.execute(
        "SELECT * FROM definition_values WHERE change = ? ORDER BY rowid", [row["change"]]
    )
    return DefinitionChange(
        name=row["name"],
        what=What(row["kind"]),
        was=None if row["was"] is None else json.loads(row["was"]),
        now=None if row["now"] is None else json.loads(row["now"]),
        period=row["period"],
        saved=row["saved"],
        saved_by=row["saved_by"],
        values=[
            UnitValue(one["level"], one["unit"], _float(one["was"]), _float(one["now"]))
            for one in values
        ],
        number=row["change"],
        at=row["at"],
        by=row["by"],
    )


def _text(fields: Fields | None) -> str | None:
    return None if fields is None else json.dumps(dict(fields), ensure_ascii=False)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _float(value: float | None) -> float:
    return math.nan if value is None else value
