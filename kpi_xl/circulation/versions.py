"""Put what was collected into the project's file, by the rule for versions."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, Literal, get_args

from kpi_xl import kinds
from kpi_xl.circulation.matching import Matched
from kpi_xl.circulation.validation import Valid
from kpi_xl.data.circulation import now
from kpi_xl.data.collected import stored
from kpi_xl.errors import InputError

Rule = Literal["覆盖", "增量", "清空"]
"""What a later version does with what is there already.

覆盖: the latest workbook of a recipient replaces what he had sent before.
增量: only cells of which nothing is stored yet are added; what is there stays.
清空: everything of the templates and months that came back is removed first.
"""

RULES: Final[tuple[Rule, ...]] = get_args(Rule)

_OF: Final = "entries.template = ? AND entries.period = ? AND entries.level = ? AND recipient = ?"


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
    raise InputError(kinds.NO_RULE(rule=text, known="、".join(RULES)))


def clear(connection: sqlite3.Connection, whose: Iterable[tuple[str, str]]) -> None:
    """Remove all entries of some templates and months."""
    for template, period in whose:
        connection.execute(
            "DELETE FROM entries WHERE template = ? AND period = ?", [template, period]
        )


def newest(connection: sqlite3.Connection, one: Matched) -> tuple[int, dt.datetime] | None:
    """The round, and when it was saved, of the workbook that a recipient's entries are from."""
    found = connection.execute(
        "SELECT round, saved FROM entries JOIN distributions USING (distribution)"
        f" WHERE {_OF} AND sha256 <> ? ORDER BY round DESC, saved DESC LIMIT 1",
        [*one.whose, one.sha256],
    ).fetchone()
    return None if found is None else (found["round"], dt.datetime.fromisoformat(found["saved"]))


def is_as_sent(connection: sqlite3.Connection, one: Matched) -> bool:
    """Whether a file is byte for byte one that was handed out."""
    found = connection.execute("SELECT 1 FROM workbooks WHERE sha256 = ?", [one.sha256])
    return found.fetchone() is not None


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
        "INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET file = excluded.file, problems = excluded.problems",
        [
            one.sha256, row["distribution"], row["recipient"], one.file.as_posix(),
            _time(one.saved), one.saved_by, now(), problems, row["level"],
        ],
    )  # fmt: skip
    connection.execute(
        "UPDATE recipients SET returned = ifnull(returned, ?)"
        " WHERE distribution = ? AND level = ? AND recipient = ?",
        [now(), row["distribution"], row["level"], row["recipient"]],
    )


def _insert(connection: sqlite3.Connection, one: Matched, valid: Sequence[Valid]) -> None:
    found = connection.execute(
        "SELECT collected FROM returns WHERE sha256 = ?", [one.sha256]
    ).fetchone()
    collected = now() if found is None else found["collected"]
    row = one.row
    connection.executemany(
        f"INSERT INTO entries VALUES ({', '.join('?' * 21)})",
        [
            (
                row["distribution"], row["template"], row["period"], one.edition["unit"],
                row["person"], each.slot, each.row, each.column, each.key, *stored(each.value),
                one.file.as_posix(), each.sheet, each.cell, _time(one.saved), one.saved_by,
                collected, one.sha256, each.about, row["level"], row["recipient"],
            )
            for each in valid
        ],
    )  # fmt: skip


def _time(moment: dt.datetime) -> str:
    """In universal time, so that texts compare as times do."""
    return moment.astimezone(dt.UTC).isoformat()
