"""Write lines of the history: each is written once and never changed."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from kpi_xl.circulation.matching import Matched
from kpi_xl.record.circulation import now
from kpi_xl.record.circulation_schema import COLLECT, WITHDRAW
from kpi_xl.record.replay import Version, Whose
from kpi_xl.system.user import login


def collected(connection: sqlite3.Connection, rule: str, folder: Path) -> int:
    """Note a collection, and return its number."""
    return _inserted(
        connection,
        "INSERT INTO collections (kind, at, by, rule, folder, reason) VALUES (?, ?, ?, ?, ?, '')",
        [COLLECT, now(), login(), rule, str(folder)],
    )


def withdrawn(connection: sqlite3.Connection, collection: int, reason: str) -> int:
    """Note that a collection is taken back, and return the number of that."""
    return _inserted(
        connection,
        "INSERT INTO collections (kind, at, by, rule, folder, withdraws, reason)"
        " VALUES (?, ?, ?, '', '', ?, ?)",
        [WITHDRAW, now(), login(), collection, reason],
    )


def taken(connection: sqlite3.Connection, collection: int, one: Matched) -> int:
    """Note that a workbook was taken, and return the number of the taking.

    One that is taken a second time was collected when it was collected first.
    """
    row = one.row
    found = connection.execute(
        "SELECT collected FROM returns WHERE sha256 = ?", [one.sha256]
    ).fetchone()
    return _inserted(
        connection,
        "INSERT INTO takings (collection, distribution, template, period, level, recipient, unit,"
        " person, workbook, file, sha256, saved, saved_by, collected)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            collection, row["distribution"], *one.whose, one.edition["unit"], row["person"],
            one.edition["sha256"], one.file.as_posix(), one.sha256, moment(one.saved),
            one.saved_by, now() if found is None else found["collected"],
        ],
    )  # fmt: skip


def without_file(connection: sqlite3.Connection, collection: int, whose: Whose) -> int:
    """Note that a recipient's values end or come back without a workbook; return the number."""
    return _inserted(
        connection,
        "INSERT INTO takings (collection, distribution, template, period, level, recipient, unit,"
        " person, file, sha256, saved, saved_by, collected)"
        " SELECT ?, distribution, template, period, level, recipient, unit, person, '', '', ?, '',"
        " ? FROM takings WHERE template = ? AND period = ? AND level = ? AND recipient = ?"
        " ORDER BY taking DESC LIMIT 1",
        [collection, now(), now(), *whose],
    )


def next_change(connection: sqlite3.Connection) -> int:
    """The number of the next change."""
    found = connection.execute("SELECT ifnull(max(change), 0) + 1 FROM changes")
    return int(found.fetchone()[0])


def changed(connection: sqlite3.Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Note the values of cells of a taking.

    Each row is its number, the taking, slot, row, column, key, unit of the sheet, kind and value,
    sheet, cell, and the numbers of the change it replaces and of that which goes on counting.
    """
    connection.executemany(
        "INSERT INTO changes (change, taking, slot, row, column, key, about, kind, value, sheet,"
        " cell, replaces, yields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def removed(connection: sqlite3.Connection, taking: int, gone: Iterable[Version]) -> None:
    """Note that the values of some changes no longer count, with nothing in their place."""
    connection.executemany(
        "INSERT INTO changes (taking, slot, row, column, key, about, kind, value, sheet, cell,"
        " replaces) SELECT ?, slot, row, column, key, about, kind, NULL, sheet, cell, change"
        " FROM changes WHERE change = ?",
        [(taking, version.change) for version in gone],
    )


def restored(
    connection: sqlite3.Connection, taking: int, back: Iterable[tuple[Version, Version | None]]
) -> None:
    """Note the values that count again, and the ones that counted instead."""
    connection.executemany(
        "INSERT INTO changes (taking, slot, row, column, key, about, kind, value, sheet, cell,"
        " replaces, restores) SELECT ?, slot, row, column, key, about, kind, value, sheet, cell,"
        " ?, change FROM changes WHERE change = ?",
        [(taking, old.change if old else None, new.change) for new, old in back],
    )


def not_returned(connection: sqlite3.Connection, whose: Whose) -> None:
    """Note that rounds have nothing returned any more, since all of it was taken back."""
    connection.execute(
        "UPDATE recipients SET returned = NULL WHERE level = :level AND recipient = :recipient"
        " AND distribution IN (SELECT distribution FROM distributions"
        "  WHERE template = :template AND period = :period)"
        " AND NOT EXISTS (SELECT 1 FROM takings WHERE takings.sha256 <> ''"
        "  AND takings.distribution = recipients.distribution AND takings.level = recipients.level"
        "  AND takings.recipient = recipients.recipient AND collection NOT IN"
        "  (SELECT withdraws FROM collections WHERE withdraws IS NOT NULL))",
        whose._asdict(),
    )


def moment(time: dt.datetime) -> str:
    """The time in UTC as text, so that texts sort as times do."""
    return time.astimezone(dt.UTC).isoformat()


def _inserted(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> int:
    number = connection.execute(statement, values).lastrowid
    assert number is not None
    return number
