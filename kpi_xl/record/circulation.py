"""The record of what was sent to whom and what came back: one SQLite file for each project.

Sending and coming back are in one file so that they change together: a workbook counts as
returned in the same transaction that stores what was written in it. The raw data's store is
rebuilt at will; this file never. So a file that is damaged, empty or gone is not made anew: what
is said instead names the copy that is kept of it, which takes its place when it is copied there.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind
from kpi_xl.project import Project
from kpi_xl.record.circulation_schema import APPLICATION, SCHEMA, VERSION, bring_up_to_date, has_all
from kpi_xl.system.files import put, remove, unfinished
from kpi_xl.system.holding import holding

FILE: Final = "circulation.sqlite"
BACKUP: Final = "circulation.backup.sqlite"

_PATIENCE: Final = 60.0
"""Seconds to wait while another process writes."""

_KNOWN: Final = ((0, 0), *((APPLICATION, version) for version in range(2, VERSION + 1)))
"""How files of ours say what they are, those of earlier versions among them."""

_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def file_of(project: Project) -> Path:
    """The path of the file."""
    return project.folder / FILE


def backup_of(project: Project) -> Path:
    """The path of the copy made after the last distribution or collection."""
    return project.folder / BACKUP


def was_begun(project: Project) -> bool:
    """Whether anything was ever sent: true also when the file is gone and its copy is there."""
    return file_of(project).exists() or backup_of(project).exists()


@contextmanager
def circulation(project: Project) -> Iterator[sqlite3.Connection]:
    """A connection to the project's file, which is made on first use.

    Every ``with connection:`` in it is a transaction that is on the disk when it ends, also when
    the power fails.

    Raises
    ------
    InputError
        When the file is damaged, empty, gone, or not ours.
    """
    file = file_of(project)
    if not file.is_file():
        if backup_of(project).is_file():
            raise _lost(project, kinds.RECORD_GONE)
        _make(file)
    elif file.stat().st_size == 0:
        raise _lost(project, kinds.RECORD_EMPTY)
    with _told(project), closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection:
        connection.row_factory = sqlite3.Row

        def text(found: bytes) -> str:
            try:
                return found.decode()
            except UnicodeDecodeError as error:
                raise _lost(project, kinds.RECORD_DAMAGED) from error

        connection.text_factory = text
        try:
            # Also the folder's entry of the journal: what was committed stays when the power fails.
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            _check_kind(project, connection)
        except UnicodeDecodeError as error:  # SQLite's message quotes the damaged schema
            raise _lost(project, kinds.RECORD_DAMAGED) from error
        yield connection


@contextmanager
def changing(project: Project) -> Iterator[sqlite3.Connection]:
    """The file, locked by this process; it is checked before and copied afterwards.

    Raises
    ------
    InputError
        As `circulation`; or when another process holds it, or the copy cannot be written.
    """
    with (
        holding(project.folder, of="circulation", doing="下发或回收"),
        circulation(project) as connection,
    ):
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise _lost(project, kinds.RECORD_DAMAGED)
        try:
            yield connection
        except sqlite3.DatabaseError:
            raise  # what is copied now might be worse than the copy that there is
        except BaseException:
            back_up(project, connection)
            raise
        back_up(project, connection)


def back_up(project: Project, connection: sqlite3.Connection) -> None:
    """Copy the file, in one step, as of the last transaction."""
    file = backup_of(project)
    connection.rollback()  # what an interrupted job had begun
    with unfinished(file) as draft:
        with closing(sqlite3.connect(draft)) as copy:
            connection.backup(copy)
        put(draft, file)


def now() -> str:
    """The present time, to the second, with its zone."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def _make(file: Path) -> None:
    """Make an empty file in one step, so that no half of one is ever seen."""
    remove(file.with_name(f"{FILE}-journal"))  # of one that is gone: it would be played into it
    with unfinished(file) as draft:
        with closing(sqlite3.connect(draft)) as connection:
            connection.executescript(SCHEMA)
        put(draft, file)


def _check_kind(project: Project, connection: sqlite3.Connection) -> None:
    """Refuse a file of another kind; migrate one of an earlier version."""
    version, application = (
        connection.execute(f"PRAGMA {what}").fetchone()[0]
        for what in ("user_version", "application_id")
    )
    if application == APPLICATION and version > VERSION:
        raise InputError(kinds.RECORD_NEWER(), file=file_of(project))
    if (application, version) not in _KNOWN or not has_all(connection, version):
        raise _lost(project, kinds.RECORD_FOREIGN)
    if version != VERSION:
        bring_up_to_date(connection, project.settings.name)


@contextmanager
def _told(project: Project) -> Iterator[None]:
    """Turn an error of SQLite into a message."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        # The low byte is what it is, the others how it came.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
            raise
        raise _lost(project, kinds.RECORD_DAMAGED) from error


def _lost(project: Project, kind: Kind) -> InputError:
    file, backup = file_of(project), backup_of(project)
    there = backup.is_file()
    when = dt.datetime.fromtimestamp(backup.stat().st_mtime) if there else None
    fault = kind(file=FILE, backup=backup if there else None, when=when)
    return InputError(fault, file=file)
