"""Put what was collected into the project's file, by the rule for versions."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, Literal, get_args

from kpi_xl.errors import InputError
from kpi_xl.jobs.circulation import now
from kpi_xl.jobs.collection.entries import stored
from kpi_xl.jobs.collection.matching import Matched
from kpi_xl.jobs.collection.validation import Valid

Rule = Literal["覆盖", "增量", "清空"]
"""What a later version does with what is there already.

覆盖: the latest workbook of a recipient replaces what he had sent before.
增量: only cells of which nothing is stored yet are added; what is there stays.
清空: everything of the templates and months that came back is removed first.
"""

RULES: Final[tuple[Rule, ...]] = get_args(Rule)

_OF: Final = "template = ? AND period = ? AND unit = ? AND person = ?"


def rule_meant(text: str) -> Rule:
    """The rule that a word means.

    Raises
    ------
    InputError
        When it means none.
    """
    for rule in RULES:
        if rule == text:
            return rule
    raise InputError(f"没有“{text}”这条规则", "可以写：" + "、".join(RULES))


def clear(connection: sqlite3.Connection, whose: Iterable[tuple[str, str]]) -> None:
    """Remove all entries of some templates and months."""
    for template, period in whose:
        connection.execute(
            "DELETE FROM entries WHERE template = ? AND period = ?", [template, period]
        )


def newest(connection: sqlite3.Connection, one: Matched) -> dt.datetime | None:
    """When the workbook was saved that the stored entries of a recipient are from, if any."""
    found = connection.execute(
        f"SELECT max(saved) FROM entries WHERE {_OF} AND sha256 <> ?", [*one.whose, one.sha256]
    ).fetchone()[0]
    return None if found is None else dt.datetime.fromisoformat(found)


def replace(connection: sqlite3.Connection, one: Matched, valid: Sequence[Valid]) -> int:
    """Store a workbook's values instead of all its recipient had sent before; how many."""
    connection.execute(f"DELETE FROM entries WHERE {_OF}", list(one.whose))
    _insert(connection, one, valid)
    return len(valid)


def add(connection: sqlite3.Connection, one: Matched, valid: Sequence[Valid]) -> int:
    """Store those of a workbook's values of which there is nothing yet; how many."""
    there = {
        (row["about"], row["slot"], row["key"] or str(row["row"]), row["column"])
        for row in connection.execute(
            f"SELECT about, slot, key, row, column FROM entries WHERE {_OF}", list(one.whose)
        )
    }
    new = [
        each
        for each in valid
        if (each.about, each.slot, each.key or str(each.row), each.column) not in there
    ]
    _insert(connection, one, new)
    return len(new)


def note_returned(connection: sqlite3.Connection, one: Matched, problems: int) -> None:
    """Note that a recipient's workbook came back."""
    row = one.row
    connection.execute(
        "INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET file = excluded.file, problems = excluded.problems",
        [
            one.sha256, row["distribution"], row["recipient"], one.file.as_posix(),
            _time(one.saved), one.saved_by, now(), problems,
        ],
    )  # fmt: skip
    connection.execute(
        "UPDATE recipients SET returned = ifnull(returned, ?)"
        " WHERE distribution = ? AND recipient = ?",
        [now(), row["distribution"], row["recipient"]],
    )


def _insert(connection: sqlite3.Connection, one: Matched, valid: Sequence[Valid]) -> None:
    found = connection.execute(
        "SELECT collected FROM returns WHERE sha256 = ?", [one.sha256]
    ).fetchone()
    collected = now() if found is None else found["collected"]
    connection.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                one.row["distribution"], *one.whose, each.slot, each.row, each.column, each.key,
                *stored(each.value), one.file.as_posix(), each.sheet, each.cell,
                _time(one.saved), one.saved_by, collected, one.sha256, each.about,
            )
            for each in valid
        ],
    )  # fmt: skip


def _time(moment: dt.datetime) -> str:
    """In universal time, so that texts compare as times do."""
    return moment.astimezone(dt.UTC).isoformat()
