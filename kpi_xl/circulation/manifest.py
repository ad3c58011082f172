"""The manifest: who was sent what, a row for each recipient."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl.circulation.production import Blank
from kpi_xl.record.circulation import now
from kpi_xl.slots.recipients import Recipient

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
        The id of the distribution.
    number : int
        1, and one more each time it is sent anew.
    """

    distribution: str
    number: int


def latest(connection: sqlite3.Connection, name: str, period: str, level: str) -> Round | None:
    """The last round, finished or not."""
    row = connection.execute(
        "SELECT distribution, round FROM distributions"
        " WHERE template = ? AND period = ? AND level = ? ORDER BY round DESC LIMIT 1",
        [name, period, level],
    ).fetchone()
    return None if row is None else Round(row["distribution"], row["round"])


def begin(
    connection: sqlite3.Connection, blank: Blank, period: str, level: str, again: bool
) -> Round:
    """The last round, to continue it; a new one where there is none or it is asked for."""
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


@dataclass(frozen=True)
class Edition:
    """The description of a workbook that was sent; the returned one is read by it.

    Parameters
    ----------
    version : str
        The hash of the template, `Blank.version`.
    unit, unit_name, person_name : str
        Whose it is, as the data said when it was made.
    keys : str
        The 工号 in its lists, by unit with a sheet and slot, as JSON.
    shown : str
        What it shows people of whose it is, by unit with a sheet and slot, as JSON.
    sent : str
        What stands in the cells that people fill in (see `kpi_xl.record.sent`).
    """

    version: str
    unit: str
    unit_name: str
    person_name: str
    keys: str
    shown: str
    sent: str

    @property
    def mark(self) -> str:
        """The mark that tells this edition from others of the same recipient."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:16]


class Noted(NamedTuple):
    """A workbook with its recipient, input cells, number of filled slots, file and SHA-256."""

    recipient: Recipient
    edition: Edition
    slots: int
    file: Path
    sha256: str


def enlist(
    connection: sqlite3.Connection, round_: Round, to: Iterable[tuple[Recipient, Path]]
) -> None:
    """Enter every recipient; each has a token of their own in each round.

    Whose mail the server has stays as he is. Who is not among them any more is taken out, or, if
    there was a workbook of his already, withdrawn: it may have been handed out.
    """
    rows = [
        (
            round_.distribution, recipient.level, recipient.key, recipient.unit.path,
            recipient.unit.name, recipient.person.agent if recipient.person else "",
            recipient.person.name if recipient.person else "",
            file.as_posix(), secrets.token_urlsafe(32),
        )
        for recipient, file in to
    ]  # fmt: skip
    with connection:
        connection.executemany(
            "INSERT INTO recipients"
            " (distribution, level, recipient, unit, unit_name, person, person_name, file, token)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET unit = excluded.unit, unit_name = excluded.unit_name,"
            " person_name = excluded.person_name, file = excluded.file, withdrawn = NULL,"
            " token = ifnull(token, excluded.token) WHERE mail IS NOT 'sent'",
            rows,
        )
        connection.execute(
            "CREATE TEMP TABLE IF NOT EXISTS wanted"
            " (level TEXT, recipient TEXT, PRIMARY KEY (level, recipient))"
        )
        connection.execute("DELETE FROM wanted")
        connection.executemany("INSERT INTO wanted VALUES (?, ?)", [row[1:3] for row in rows])
        gone = (
            " WHERE distribution = ? AND mail IS NOT 'sent'"
            " AND (level, recipient) NOT IN (SELECT level, recipient FROM wanted)"
        )
        connection.execute(
            f"DELETE FROM recipients{gone} AND sha256 IS NULL", [round_.distribution]
        )
        connection.execute(
            f"UPDATE recipients SET withdrawn = ifnull(withdrawn, ?){gone}",
            [now(), round_.distribution],
        )


def rows_of(connection: sqlite3.Connection, round_: Round) -> list[sqlite3.Row]:
    """The rows of a round's recipients, in the order in which they were entered."""
    return connection.execute(
        "SELECT * FROM recipients WHERE distribution = ? AND withdrawn IS NULL ORDER BY rowid",
        [round_.distribution],
    ).fetchall()


def is_ours(connection: sqlite3.Connection, round_: Round, file: str, sha256: str) -> bool:
    """Whether a file with this content was written by a round and has not been changed since."""
    found = connection.execute(
        "SELECT 1 FROM written WHERE distribution = ? AND file = ? AND sha256 = ?",
        [round_.distribution, file, sha256],
    )
    return found.fetchone() is not None


def left_over(connection: sqlite3.Connection, round_: Round) -> dict[str, set[str]]:
    """Files that a round wrote and that belong to no recipient any more, with their hashes."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(
        "SELECT file, sha256 FROM written WHERE distribution = :round AND file NOT IN"
        " (SELECT file FROM recipients WHERE distribution = :round AND withdrawn IS NULL"
        " UNION SELECT pdf FROM recipients WHERE distribution = :round AND withdrawn IS NULL"
        " AND pdf IS NOT NULL)",
        {"round": round_.distribution},
    ):
        found.setdefault(row["file"], set()).add(row["sha256"])
    return found


def announce(connection: sqlite3.Connection, round_: Round, made: Sequence[Noted]) -> None:
    """Note workbooks before they are written, so that every file is known."""
    with connection:
        connection.executemany(
            "INSERT OR IGNORE INTO workbooks (sha256, distribution, level, recipient, edition,"
            " version, unit, unit_name, person_name, keys, shown, sent, slots, made)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    one.sha256, round_.distribution, one.recipient.level, one.recipient.key,
                    one.edition.mark, *astuple(one.edition), one.slots, now(),
                )
                for one in made
            ],
        )  # fmt: skip
        _announce(connection, round_, [(one.file, one.sha256) for one in made])


def note_made(connection: sqlite3.Connection, round_: Round, made: Sequence[Noted]) -> None:
    """Note that workbooks are written; earlier PDFs of them are no longer valid."""
    with connection:
        connection.executemany(
            "UPDATE recipients SET pdf = iif(sha256 = :sha256, pdf, NULL), sha256 = :sha256"
            " WHERE distribution = :round AND level = :level AND recipient = :recipient",
            [
                {
                    "sha256": one.sha256,
                    "round": round_.distribution,
                    "level": one.recipient.level,
                    "recipient": one.recipient.key,
                }
                for one in made
            ],
        )


def announce_pdf(connection: sqlite3.Connection, round_: Round, file: Path, sha256: str) -> None:
    """Note a PDF before it is written."""
    with connection:
        _announce(connection, round_, [(file, sha256)])


def note_pdf(
    connection: sqlite3.Connection, round_: Round, recipient: Recipient, file: Path
) -> None:
    """Note that a PDF is written."""
    with connection:
        connection.execute(
            "UPDATE recipients SET pdf = ? WHERE distribution = ? AND level = ? AND recipient = ?",
            [file.as_posix(), round_.distribution, recipient.level, recipient.key],
        )


def _announce(
    connection: sqlite3.Connection, round_: Round, files: Iterable[tuple[Path, str]]
) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO written VALUES (?, ?, ?)",
        [(round_.distribution, file.as_posix(), sha256) for file, sha256 in files],
    )


def note_mail(
    connection: sqlite3.Connection,
    round_: Round,
    row: sqlite3.Row,
    event: str,
    detail: str,
    address: str,
) -> None:
    """Note the state of a mail, with a line in the log.

    It is on the disk when this returns.
    """
    with connection:
        log(connection, round_, row, event, detail)
        connection.execute(
            "UPDATE recipients SET mail = ?, address = ?, attempts = attempts + ?,"
            " message_id = ?, sent = iif(? = ?, ?, sent)"
            " WHERE distribution = ? AND level = ? AND recipient = ?",
            [
                event, address, event == SENDING, message_id(round_, row),
                event, SENT, now(), round_.distribution, row["level"], row["recipient"],
            ],
        )  # fmt: skip


def log(
    connection: sqlite3.Connection, round_: Round, row: sqlite3.Row, event: str, detail: str
) -> None:
    """Add a line to the log of mails."""
    with connection:
        connection.execute(
            "INSERT INTO mail_log VALUES (?, ?, ?, ?, ?, ?)",
            [round_.distribution, row["recipient"], now(), event, detail, row["level"]],
        )


def message_id(round_: Round, row: sqlite3.Row) -> str:
    """The Message-ID of a recipient's mail: the same at every attempt."""
    if row["message_id"]:
        return str(row["message_id"])
    own = f"{row['level']}:{row['recipient']}"
    return f"<{uuid.uuid5(uuid.UUID(round_.distribution), own).hex}@kpi-xl>"
