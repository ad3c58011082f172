"""Who was sent what: the rows of a distribution."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl.jobs.circulation import now
from kpi_xl.jobs.distribution.production import Blank
from kpi_xl.jobs.recipients import Recipient

SENDING: Final = "sending"
"""A mail that was begun; after a crash nobody knows whether it went."""

SENT: Final = "sent"
FAILED: Final = "failed"


@dataclass(frozen=True)
class Round:
    """One sending of a template for a month to the units of a level.

    Parameters
    ----------
    distribution : str
        Its id.
    number : int
        1, and one more each time it is sent anew.
    """

    distribution: str
    number: int


def latest(connection: sqlite3.Connection, name: str, period: str, level: str) -> Round | None:
    """The last round there was, finished or not."""
    row = connection.execute(
        "SELECT distribution, round FROM distributions"
        " WHERE template = ? AND period = ? AND level = ? ORDER BY round DESC LIMIT 1",
        [name, period, level],
    ).fetchone()
    return None if row is None else Round(row["distribution"], row["round"])


def begin(
    connection: sqlite3.Connection, blank: Blank, period: str, level: str, again: bool
) -> Round:
    """The last round, to be gone on with, or a new one where there is none or it is asked for."""
    with connection:
        connection.execute(
            "INSERT OR IGNORE INTO templates VALUES (?, ?, ?)",
            [blank.version, blank.name, blank.content],
        )
        found = latest(connection, blank.name, period, level)
        if found is not None and not again:
            connection.execute(
                "UPDATE distributions SET version = ? WHERE distribution = ?",
                [blank.version, found.distribution],
            )
            return found
        new = Round(uuid.uuid4().hex, 1 if found is None else found.number + 1)
        connection.execute(
            "INSERT INTO distributions VALUES (?, ?, ?, ?, ?, ?, ?)",
            [new.distribution, blank.name, blank.version, period, level, new.number, now()],
        )
        return new


def enlist(
    connection: sqlite3.Connection, round_: Round, to: Iterable[tuple[Recipient, Path]]
) -> None:
    """Put in everybody who is to get a workbook.

    Who is not among them any more is taken out, unless he has been written to already.
    """
    rows = [
        (
            round_.distribution, recipient.key, recipient.unit.path, recipient.unit.name,
            recipient.person.agent if recipient.person else "",
            recipient.person.name if recipient.person else "",
            file.as_posix(),
        )
        for recipient, file in to
    ]  # fmt: skip
    with connection:
        connection.executemany(
            "INSERT INTO recipients"
            " (distribution, recipient, unit, unit_name, person, person_name, file)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET unit = excluded.unit, unit_name = excluded.unit_name,"
            " person_name = excluded.person_name, file = excluded.file WHERE mail IS NULL",
            rows,
        )
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (recipient TEXT PRIMARY KEY)")
        connection.execute("DELETE FROM wanted")
        connection.executemany("INSERT INTO wanted VALUES (?)", [(row[1],) for row in rows])
        connection.execute(
            "DELETE FROM recipients WHERE distribution = ? AND mail IS NULL AND returned IS NULL"
            " AND recipient NOT IN (SELECT recipient FROM wanted)",
            [round_.distribution],
        )


def rows_of(connection: sqlite3.Connection, round_: Round) -> list[sqlite3.Row]:
    """Everybody of a round, in the order in which they were put in."""
    return connection.execute(
        "SELECT * FROM recipients WHERE distribution = ? ORDER BY rowid", [round_.distribution]
    ).fetchall()


def note_made(
    connection: sqlite3.Connection,
    round_: Round,
    made: Sequence[tuple[str, int, str, str]],
) -> None:
    """Note workbooks that are there: their SHA-256, slots, keys of lists, and whose they are."""
    with connection:
        connection.executemany(
            "UPDATE recipients SET sha256 = ?, slots = ?, keys = ?, made = ?"
            " WHERE distribution = ? AND recipient = ?",
            [
                (sha256, slots, keys, now(), round_.distribution, recipient)
                for sha256, slots, keys, recipient in made
            ],
        )


def note_pdf(connection: sqlite3.Connection, round_: Round, recipient: str, file: Path) -> None:
    """Note a PDF that is there."""
    with connection:
        connection.execute(
            "UPDATE recipients SET pdf = ? WHERE distribution = ? AND recipient = ?",
            [file.as_posix(), round_.distribution, recipient],
        )


def note_mail(
    connection: sqlite3.Connection,
    round_: Round,
    recipient: str,
    event: str,
    detail: str,
    address: str,
) -> None:
    """Note what became of a mail, with a line in the log; on the disk when this returns."""
    with connection:
        log(connection, round_, recipient, event, detail)
        connection.execute(
            "UPDATE recipients SET mail = ?, address = ?, attempts = attempts + ?,"
            " message_id = ?, sent = iif(? = ?, ?, sent)"
            " WHERE distribution = ? AND recipient = ?",
            [
                event, address, event == SENDING, message_id(round_, recipient),
                event, SENT, now(), round_.distribution, recipient,
            ],
        )  # fmt: skip


def log(
    connection: sqlite3.Connection, round_: Round, recipient: str, event: str, detail: str
) -> None:
    """Add a line to the log of mails."""
    with connection:
        connection.execute(
            "INSERT INTO mail_log VALUES (?, ?, ?, ?, ?)",
            [round_.distribution, recipient, now(), event, detail],
        )


def message_id(round_: Round, recipient: str) -> str:
    """The Message-ID of somebody's mail: the same however often it is tried."""
    return f"<{uuid.uuid5(uuid.UUID(round_.distribution), recipient).hex}@kpi-xl>"
