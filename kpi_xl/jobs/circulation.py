"""What was sent to whom and what came back: one SQLite file a project.

Sending and coming back are in one file so that they change together: a workbook counts as
returned in the same transaction that stores what was written in it. The raw data's store is
rebuilt at will; this file is never.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kpi_xl.project import Project

FILE: Final = "circulation.sqlite"

_PATIENCE: Final = 60.0
"""Seconds to wait while another process writes."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS templates (
    version  TEXT PRIMARY KEY,          -- the first 16 digits of its SHA-256
    name     TEXT NOT NULL,
    content  BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS distributions (
    distribution TEXT PRIMARY KEY,      -- a random id
    template     TEXT NOT NULL,         -- its name
    version      TEXT NOT NULL REFERENCES templates,
    period       TEXT NOT NULL,         -- the month, 2024-06
    level        TEXT NOT NULL,         -- of the units, or 个人
    round        INTEGER NOT NULL,      -- 1, and one more each time it is sent out anew
    made         TEXT NOT NULL,         -- when
    UNIQUE (template, period, level, round)
);
CREATE TABLE IF NOT EXISTS recipients (
    distribution TEXT NOT NULL REFERENCES distributions,
    recipient    TEXT NOT NULL,         -- 工号, or the unit's path
    unit         TEXT NOT NULL,         -- the unit's path; the branch's is its name
    unit_name    TEXT NOT NULL,
    person       TEXT NOT NULL,         -- 工号, empty for a unit's workbook
    person_name  TEXT NOT NULL,
    file         TEXT NOT NULL,         -- relative to the project
    sha256       TEXT,                  -- of the file; empty until it is made
    slots        INTEGER,               -- how many were filled
    keys         TEXT,                  -- of the lists, by unit with a sheet and slot, as JSON
    made         TEXT,
    pdf          TEXT,
    address      TEXT,                  -- of the mail
    message_id   TEXT,
    mail         TEXT,                  -- sending, sent, failed
    attempts     INTEGER NOT NULL DEFAULT 0,
    sent         TEXT,
    returned     TEXT,                  -- when a workbook was collected from them first
    PRIMARY KEY (distribution, recipient)
);
CREATE TABLE IF NOT EXISTS mail_log (
    distribution TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    time         TEXT NOT NULL,
    event        TEXT NOT NULL,         -- sending, sent, retry, failed
    detail       TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS returns (
    sha256       TEXT PRIMARY KEY,      -- of the file that came back
    distribution TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    file         TEXT NOT NULL,         -- relative to the folder it was collected from
    saved        TEXT NOT NULL,
    saved_by     TEXT NOT NULL,
    collected    TEXT NOT NULL,
    problems     INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS entries (
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
    about        TEXT NOT NULL DEFAULT ''  -- the unit's path where each unit has a sheet
);
CREATE INDEX IF NOT EXISTS entries_of ON entries (template, period, unit, person);
"""


def file_of(project: Project) -> Path:
    """Where it is."""
    return project.folder / FILE


@contextmanager
def circulation(project: Project) -> Iterator[sqlite3.Connection]:
    """A connection to the project's file, which is made if need be.

    Every ``with connection:`` in it is a transaction that is on the disk when it ends.
    """
    connection = sqlite3.connect(file_of(project), timeout=_PATIENCE)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        _bring_up_to_date(connection)
        yield connection
    finally:
        connection.close()


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Give a file that an earlier version made what it lacks."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(entries)")}
    if "about" not in columns:
        with connection:
            connection.execute("ALTER TABLE entries ADD COLUMN about TEXT NOT NULL DEFAULT ''")


def now() -> str:
    """The time, to the second, with its zone."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
