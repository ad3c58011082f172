"""The tables of circulation.sqlite, and migrations from earlier versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from kpi_xl.record.rounds_schema import ROUNDS

APPLICATION: Final = 0x4B50_4943  # KPIC
"""By which SQLite files of ours are known."""

VERSION: Final = 4

COLLECT: Final = "collect"
WITHDRAW: Final = "withdraw"
EARLIER: Final = "earlier"
"""What a collection is; `EARLIER` is all that a file of an earlier version had in it."""

_RECIPIENTS: Final = """
CREATE TABLE recipients (
    distribution TEXT NOT NULL REFERENCES distributions,
    level        TEXT NOT NULL,         -- the unit's, or 个人
    recipient    TEXT NOT NULL,         -- 工号, or the unit's path
    unit         TEXT NOT NULL,         -- the unit's path; the branch's is its name
    unit_name    TEXT NOT NULL,
    person       TEXT NOT NULL,         -- 工号, empty for a unit's workbook
    person_name  TEXT NOT NULL,
    file         TEXT NOT NULL,         -- relative to the project
    token        TEXT,                  -- that proves a workbook theirs; none in version 1
    sha256       TEXT,                  -- of the file; empty until it is made
    pdf          TEXT,
    address      TEXT,                  -- of the mail
    message_id   TEXT,
    mail         TEXT,                  -- sending, sent, failed
    attempts     INTEGER NOT NULL DEFAULT 0,
    sent         TEXT,
    returned     TEXT,                  -- when a workbook was collected from them first
    withdrawn    TEXT,                  -- when they were no longer among those who get one
    PRIMARY KEY (distribution, level, recipient)
);
"""

_WORKBOOKS: Final = """
CREATE TABLE workbooks (                -- all there ever were: any of them may be handed out
    sha256       TEXT PRIMARY KEY,      -- of the file
    distribution TEXT NOT NULL REFERENCES distributions,
    level        TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    edition      TEXT NOT NULL,         -- of what is asked: template, unit, lists
    version      TEXT NOT NULL REFERENCES templates,
    unit         TEXT NOT NULL,         -- the unit's path at that time
    unit_name    TEXT NOT NULL,
    person_name  TEXT NOT NULL,
    keys         TEXT NOT NULL,         -- of the lists, by unit with a sheet and slot, as JSON
    shown        TEXT NOT NULL,         -- whose it says it is, by unit and slot, as JSON
    slots        INTEGER NOT NULL,      -- how many were filled
    made         TEXT NOT NULL,
    sent         TEXT                   -- what stood in the cells that people fill in, as JSON (see
                                        -- data/sent.py); none before version 3
);
CREATE INDEX workbooks_of ON workbooks (distribution, level, recipient);
CREATE TABLE written (                  -- what we wrote where: nothing else is replaced or removed
    distribution TEXT NOT NULL REFERENCES distributions,
    file         TEXT NOT NULL,         -- relative to the project
    sha256       TEXT NOT NULL,
    PRIMARY KEY (distribution, file, sha256)
)
"""

_HISTORY: Final = f"""
CREATE TABLE collections (              -- what was done with returned workbooks: nothing is removed
    collection INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,           -- {COLLECT}, {WITHDRAW}, {EARLIER}
    at         TEXT NOT NULL,
    by         TEXT NOT NULL,           -- who, as the computer knows him
    rule       TEXT NOT NULL,           -- 覆盖, 增量, 清空; empty of a withdrawal
    folder     TEXT NOT NULL,
    withdraws  INTEGER UNIQUE REFERENCES collections,
    reason     TEXT NOT NULL
);
CREATE TABLE takings (                  -- what became of one recipient's values in it
    taking       INTEGER PRIMARY KEY,
    collection   INTEGER NOT NULL REFERENCES collections,
    distribution TEXT NOT NULL,
    template     TEXT NOT NULL,         -- its name
    period       TEXT NOT NULL,         -- the month, 2024-06
    level        TEXT NOT NULL,         -- as in recipients
    recipient    TEXT NOT NULL,         -- as in recipients
    unit         TEXT NOT NULL,         -- the unit's path; the branch's is its name
    person       TEXT NOT NULL,         -- 工号, empty for a unit's workbook
    workbook     TEXT,                  -- which it was when it was handed out, as in workbooks
    file         TEXT NOT NULL,         -- empty where values went or came back without one
    sha256       TEXT NOT NULL,         -- of the file, as in returns
    saved        TEXT NOT NULL,         -- when it was saved, by its own word
    saved_by     TEXT NOT NULL,
    collected    TEXT NOT NULL
);
CREATE INDEX takings_of ON takings (template, period, level, recipient);
CREATE INDEX takings_in ON takings (collection);
CREATE TABLE changes (                  -- every version of every cell
    change   INTEGER PRIMARY KEY AUTOINCREMENT,
    taking   INTEGER NOT NULL REFERENCES takings,
    slot     TEXT NOT NULL,
    row      INTEGER NOT NULL,          -- in the slot, from 1
    column   INTEGER NOT NULL,          -- in the slot, from 1
    key      TEXT NOT NULL,             -- of the row: 工号, or the day; empty where it has none
    about    TEXT NOT NULL,             -- the unit's path where each unit has a sheet
    kind     TEXT NOT NULL,             -- text, whole, number, date, time, truth
    value    TEXT,                      -- none where nothing stands there any more
    sheet    TEXT NOT NULL,
    cell     TEXT NOT NULL,
    replaces INTEGER REFERENCES changes, -- what counted before
    yields   INTEGER REFERENCES changes, -- what went on counting, by a rule that only adds
    restores INTEGER REFERENCES changes  -- what counts again, after a withdrawal
);
CREATE INDEX changes_of ON changes (taking);
CREATE TABLE counting (                 -- what replaying the takings gives: see data/replay.py
    change INTEGER PRIMARY KEY REFERENCES changes
);
CREATE VIEW entries AS
    SELECT change, distribution, template, period, unit, person, slot, row, "column", key, kind,
        value, file, sheet, cell, saved, saved_by, collected, sha256, about, level, recipient,
        workbook
    FROM counting JOIN changes USING (change) JOIN takings USING (taking);
"""

_KEPT: Final = "".join(
    f"CREATE TRIGGER {table}_{done}_refused BEFORE {done} ON {table}"
    f" BEGIN SELECT raise(ABORT, '{table} is only added to'); END;\n"
    for table in ("collections", "takings", "changes")
    for done in ("UPDATE", "DELETE")
)
"""The history is only added to, whoever writes."""

SCHEMA: Final = f"""
CREATE TABLE templates (
    version  TEXT PRIMARY KEY,          -- the first 16 digits of its SHA-256
    name     TEXT NOT NULL,
    content  BLOB NOT NULL
);
CREATE TABLE distributions (
    distribution TEXT PRIMARY KEY,      -- a random id
    template     TEXT NOT NULL,         -- its name
    version      TEXT NOT NULL REFERENCES templates,
    period       TEXT NOT NULL,         -- the month, 2024-06
    level        TEXT NOT NULL,         -- of the units, or 个人; empty for the usual ones
    round        INTEGER NOT NULL,      -- 1, and one more each time it is sent out anew
    made         TEXT NOT NULL,         -- when
    UNIQUE (template, period, level, round)
);
{_RECIPIENTS}
{_WORKBOOKS};
CREATE TABLE mail_log (
    distribution TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    time         TEXT NOT NULL,
    event        TEXT NOT NULL,         -- sending, sent, retry, failed
    detail       TEXT NOT NULL,
    level        TEXT NOT NULL DEFAULT ''
);
CREATE TABLE returns (
    sha256       TEXT PRIMARY KEY,      -- of the file that came back
    distribution TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    file         TEXT NOT NULL,         -- relative to the folder it was collected from
    saved        TEXT NOT NULL,
    saved_by     TEXT NOT NULL,
    collected    TEXT NOT NULL,
    problems     INTEGER NOT NULL,
    level        TEXT NOT NULL DEFAULT ''
);
{_HISTORY}
{_KEPT}
{ROUNDS}
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""

REMINDERS: Final = """
CREATE TABLE IF NOT EXISTS reminders (  -- made when somebody is reminded first
    reminder     INTEGER PRIMARY KEY AUTOINCREMENT,
    distribution TEXT NOT NULL REFERENCES distributions,
    whom         TEXT NOT NULL,         -- own: who has sent nothing back; manager: the one above
    level        TEXT NOT NULL,         -- who is written to, as in recipients
    recipient    TEXT NOT NULL,         -- as in recipients
    about        TEXT NOT NULL,         -- [[level, recipient, day]] of who has sent nothing back
    day          TEXT NOT NULL,         -- when it was begun
    state        TEXT NOT NULL,         -- sending, sent, failed, written
    address      TEXT NOT NULL,         -- of the mail; empty where it was written into a file
    message_id   TEXT NOT NULL,
    detail       TEXT NOT NULL,         -- the server's answer
    noted        TEXT NOT NULL
)
"""

GROUPS: Final = (
    """
CREATE TABLE IF NOT EXISTS group_messages (  -- made when something is sent into a group first
    message  INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,             -- wecom, dingtalk, feishu
    month    TEXT NOT NULL,             -- 2024-06
    round    INTEGER NOT NULL,          -- 1, and one more each time it is sent anew
    level    TEXT NOT NULL,             -- of the unit whose group it is
    unit     TEXT NOT NULL,             -- its path
    part     TEXT NOT NULL,             -- words, picture, page
    state    TEXT NOT NULL,             -- empty, sending, sent, failed, unsure
    attempts INTEGER NOT NULL,
    noted    TEXT NOT NULL,
    UNIQUE (platform, month, round, level, unit, part)
)
""",
    """
CREATE TABLE IF NOT EXISTS group_log (
    platform TEXT NOT NULL,
    month    TEXT NOT NULL,
    round    INTEGER NOT NULL,
    level    TEXT NOT NULL,
    unit     TEXT NOT NULL,
    part     TEXT NOT NULL,
    time     TEXT NOT NULL,
    event    TEXT NOT NULL,             -- as the states
    detail   TEXT NOT NULL              -- what the platform answered, as a code
)
""",
)

_LEVEL: Final = """
CASE
    WHEN (SELECT level FROM distributions WHERE distributions.distribution = {table}.distribution)
        <> ''
    THEN (SELECT level FROM distributions WHERE distributions.distribution = {table}.distribution)
    WHEN {unit} = :branch THEN '分公司'
    ELSE '营业部'
END
"""
"""The level of a recipient of version 1, which told units by their paths alone: of those whose
level nobody chose, the branch is known by its name."""


_OF_ENTRIES: Final = (
    "distribution, template, period, level, recipient, unit, person, file, sha256, saved,"
    " saved_by, collected"
)


def has_all(connection: sqlite3.Connection, version: int) -> bool:
    """Whether a file has the tables and columns of its version."""
    with sqlite3.connect(":memory:") as blank:
        blank.executescript(SCHEMA)
        wanted = _columns(blank)
    blank.close()
    there = _columns(connection)
    if version == VERSION:
        return all(columns <= there.get(table, set()) for table, columns in wanted.items())
    return "distribution" in there.get("recipients", ()) and "slot" in there.get("entries", ())


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    return {
        table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        )
    }


def bring_up_to_date(connection: sqlite3.Connection, branch: str) -> None:
    """Migrate a file of an earlier version, in one transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to circulation.sqlite.
    branch : str
        The name of the branch.
    """
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == VERSION:
            return
        if version < 2:
            _from_version_1(connection, branch)
        if version < 3:
            _from_version_2(connection)
        _from_version_3(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _from_version_1(connection: sqlite3.Connection, branch: str) -> None:
    named = {"branch": branch}
    for table in ("mail_log", "returns", "entries"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN level TEXT NOT NULL DEFAULT ''")
        unit = "unit" if table == "entries" else "recipient"
        level = _LEVEL.format(table=table, unit=unit)
        connection.execute(f"UPDATE {table} SET level = {level}", named)
    if "about" not in _columns(connection)["entries"]:
        connection.execute("ALTER TABLE entries ADD COLUMN about TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE entries ADD COLUMN recipient TEXT NOT NULL DEFAULT ''")
    connection.execute("UPDATE entries SET recipient = iif(person = '', unit, person)")
    connection.execute("ALTER TABLE recipients RENAME TO recipients_of_version_1")
    for statement in _statements(f"{_RECIPIENTS}{_WORKBOOKS};"):
        connection.execute(statement)
    level = _LEVEL.format(table="old", unit="old.unit")
    connection.execute(
        "INSERT INTO recipients (distribution, level, recipient, unit, unit_name, person,"
        " person_name, file, sha256, pdf, address, message_id, mail, attempts, sent, returned)"
        f" SELECT distribution, {level}, recipient, unit, unit_name, person, person_name, file,"
        " sha256, pdf, address, message_id, mail, attempts, sent, returned"
        " FROM recipients_of_version_1 AS old ORDER BY rowid",
        named,
    )
    connection.execute("DROP TABLE recipients_of_version_1")
    connection.execute(
        "INSERT OR IGNORE INTO written SELECT distribution, file, sha256 FROM recipients"
        " WHERE sha256 IS NOT NULL"
    )


def _from_version_2(connection: sqlite3.Connection) -> None:
    """Begin the history: the stored values become its first collection."""
    if "sent" not in _columns(connection)["workbooks"]:
        connection.execute("ALTER TABLE workbooks ADD COLUMN sent TEXT")
    connection.execute("DROP INDEX IF EXISTS entries_of")
    connection.execute("ALTER TABLE entries RENAME TO entries_of_version_2")
    for statement in _statements(f"{_HISTORY}{_KEPT}"):
        connection.execute(statement)
    # By a rule that only adds: one recipient's values may be of several files.
    connection.execute(
        "INSERT INTO collections SELECT 1, ?, max(collected), '', '增量', '', NULL, ''"
        " FROM entries_of_version_2 HAVING count(*) > 0",
        [EARLIER],
    )
    connection.execute(
        f"INSERT INTO takings (collection, {_OF_ENTRIES})"
        f" SELECT 1, {_OF_ENTRIES} FROM entries_of_version_2"
        f" GROUP BY {_OF_ENTRIES} ORDER BY min(rowid)"
    )
    connection.execute(
        "INSERT INTO changes (taking, slot, row, column, key, about, kind, value, sheet, cell)"
        " SELECT taking, slot, row, old.column, key, about, kind, value, sheet, cell"
        f" FROM entries_of_version_2 AS old JOIN takings USING ({_OF_ENTRIES}) ORDER BY old.rowid"
    )
    connection.execute("INSERT INTO counting SELECT change FROM changes")
    connection.execute("DROP TABLE entries_of_version_2")


def _from_version_3(connection: sqlite3.Connection) -> None:
    """Add the tables of rounds of targets."""
    for statement in _statements(ROUNDS):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: run as a whole it would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
