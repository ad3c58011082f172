"""The tables of circulation.sqlite, and how a file of an earlier version comes to have them."""

from __future__ import annotations

import sqlite3
from typing import Final

APPLICATION: Final = 0x4B50_4943  # KPIC
"""By which SQLite files of ours are known."""

VERSION: Final = 2

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
    made         TEXT NOT NULL
);
CREATE INDEX workbooks_of ON workbooks (distribution, level, recipient);
CREATE TABLE written (                  -- what we wrote where: nothing else is replaced or removed
    distribution TEXT NOT NULL REFERENCES distributions,
    file         TEXT NOT NULL,         -- relative to the project
    sha256       TEXT NOT NULL,
    PRIMARY KEY (distribution, file, sha256)
)
"""

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
CREATE TABLE entries (
    distribution TEXT NOT NULL,
    template     TEXT NOT NULL,         -- its name
    period       TEXT NOT NULL,         -- the month, 2024-06
    unit         TEXT NOT NULL,         -- the unit's path; the branch's is its name
    person       TEXT NOT NULL,         -- 工号, empty for a unit's workbook
    slot         TEXT NOT NULL,
    row          INTEGER NOT NULL,      -- in the slot, from 1
    column       INTEGER NOT NULL,      -- in the slot, from 1
    key          TEXT NOT NULL,         -- of the row: 工号, or the day; empty where it has none
    kind         TEXT NOT NULL,         -- text, whole, number, date, time, truth
    value        TEXT NOT NULL,
    file         TEXT NOT NULL,
    sheet        TEXT NOT NULL,
    cell         TEXT NOT NULL,
    saved        TEXT NOT NULL,         -- when the workbook was saved, by its own word
    saved_by     TEXT NOT NULL,
    collected    TEXT NOT NULL,
    sha256       TEXT NOT NULL,         -- of the file, as in returns
    about        TEXT NOT NULL DEFAULT '', -- the unit's path where each unit has a sheet
    level        TEXT NOT NULL DEFAULT '', -- as in recipients
    recipient    TEXT NOT NULL DEFAULT ''  -- as in recipients
);
CREATE INDEX entries_of ON entries (template, period, level, recipient);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""

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
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    }


def bring_up_to_date(connection: sqlite3.Connection, branch: str) -> None:
    """Give a file of version 1 what it lacks; in one transaction, whoever comes first.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the file.
    branch : str
        The branch's name.
    """
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] == VERSION:
            return
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
        connection.execute("DROP INDEX IF EXISTS entries_of")
        connection.execute(
            "CREATE INDEX entries_of ON entries (template, period, level, recipient)"
        )
        connection.execute("ALTER TABLE recipients RENAME TO recipients_of_version_1")
        for statement in (_RECIPIENTS, *filter(str.strip, _WORKBOOKS.split(";"))):
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
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
