"""The record of messages to groups, so that no group gets one twice.

A message is noted as begun before it is handed over, and as sent when the platform has said that
it has it. Where a process ended, or a connection, in between, nobody knows, and it is not sent
again by itself: robots know no copies, and a group would see it twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from kpi_xl.record.circulation import now
from kpi_xl.record.circulation_schema import GROUPS

SENDING: Final = "sending"
SENT: Final = "sent"
UNSURE: Final = "unsure"
FAILED: Final = "failed"
WAITING: Final = ""


class Part(NamedTuple):
    """One part for one group."""

    level: str
    unit: str
    part: str


class Sending(NamedTuple):
    """One sending of a month on a platform."""

    platform: str
    month: str
    round: int


def begun(connection: sqlite3.Connection, platform: str, month: str, *, again: bool) -> Sending:
    """The last sending, to continue it; a new one where there is none or it is asked for.

    What was begun and not noted as ended is what nobody knows of from now on.
    """
    with connection:
        for statement in GROUPS:
            connection.execute(statement)
    row = connection.execute(
        "SELECT max(round) FROM group_messages WHERE platform = ? AND month = ?", [platform, month]
    ).fetchone()
    found = Sending(platform, month, (row[0] or 0) + again or 1)
    with connection:
        connection.execute(
            "UPDATE group_messages SET state = ?, noted = ? WHERE state = ? AND platform = ?",
            [UNSURE, now(), SENDING, platform],
        )
    return found


def enlist(connection: sqlite3.Connection, sending: Sending, parts: Iterable[Part]) -> None:
    """Add the parts to send; parts already there stay as they are."""
    with connection:
        connection.executemany(
            "INSERT OR IGNORE INTO group_messages"
            " (platform, month, round, level, unit, part, state, attempts, noted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
            [(*sending, *part, WAITING, now()) for part in parts],
        )


def states(connection: sqlite3.Connection, sending: Sending) -> dict[Part, str]:
    """The state of each part so far."""
    rows = connection.execute(
        "SELECT level, unit, part, state FROM group_messages"
        " WHERE platform = ? AND month = ? AND round = ? ORDER BY message",
        sending,
    )
    return {Part(row["level"], row["unit"], row["part"]): row["state"] for row in rows}


def note(
    connection: sqlite3.Connection, sending: Sending, part: Part, state: str, detail: str = ""
) -> None:
    """Note the state of a part; it is on disk when this returns.

    Parameters
    ----------
    detail : str
        The platform's code; nothing of what was sent, to whom or where.
    """
    about: Sequence[object] = [*sending, *part]
    with connection:
        connection.execute(
            "UPDATE group_messages SET state = ?, attempts = attempts + ?, noted = ?"
            " WHERE platform = ? AND month = ? AND round = ? AND level = ? AND unit = ?"
            " AND part = ?",
            [state, state == SENDING, now(), *about],
        )
        connection.execute(
            "INSERT INTO group_log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*about, now(), state, detail],
        )
