"""Take a collection back: the values before it count again, and the history notes it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.circulation import notes
from kpi_xl.circulation.in_use import put_to_use
from kpi_xl.circulation.report import write_changes
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.record import replay
from kpi_xl.record.circulation import changing, was_begun
from kpi_xl.record.circulation_schema import EARLIER
from kpi_xl.record.history import Change, Collection, changes_in, collections_in
from kpi_xl.system.system_errors import FileError
from kpi_xl.system.undone import Undone

REPORT: Final = "撤回报告.xlsx"


@dataclass(frozen=True)
class TakenBack:
    """A collection that was taken back.

    Parameters
    ----------
    collection : int
        The number under which its taking back stands in the history.
    changes : list of Change
        What became of its cells: what counts again, and what counts no more.
    files : list of str
        The files that had been taken in it; they are where they were.
    undone : list of Undone
        The report, where it could not be written, and numbers that could not be computed.
    """

    of: Collection
    collection: int
    changes: list[Change]
    files: list[str]
    report: Path
    undone: list[Undone]


def take_back(project: Project, number: int, reason: str = "") -> TakenBack:
    """Take a whole collection back, as if it had never been; in one transaction.

    Parameters
    ----------
    number : int
        The number of the collection, as `history` lists it.
    reason : str
        Why; it is kept.

    Raises
    ------
    InputError
        There is no such collection, it is a taking back itself, was taken back before, or is what
        was there before there was a history.
    """
    if not was_begun(project):
        raise InputError(kinds.NOTHING_HANDED_OUT(), file=project.folder)
    with changing(project) as connection:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            found = _meant(connection, number)
            own = _taken_back(connection, number, reason)
        changes = changes_in(connection, collection=own)
        files = [
            row["file"]
            for row in connection.execute(
                "SELECT file FROM takings WHERE collection = ? AND file <> '' ORDER BY taking",
                [number],
            )
        ]
    done = TakenBack(found, own, changes, files, project.output / REPORT, [])
    try:
        title = f"第 {number} 次回收已撤回"
        write_changes(done.report, title, changes, project.settings.kpis)
    except FileError as error:
        done.undone.append(Undone.of(done.report.stem, done.report.stem, done.report, error))
    if (undone := put_to_use(project)) is not None:
        done.undone.append(undone)
    return done


def _meant(connection: sqlite3.Connection, number: int) -> Collection:
    listed = collections_in(connection)
    found = next((one for one in listed if one.collection == number), None)
    if found is None:
        raise InputError(kinds.NO_COLLECTION(number=number, last=len(listed)))
    if found.is_withdrawal:
        raise InputError(kinds.IS_WITHDRAWAL(number=number, other=found.withdraws))
    if found.kind == EARLIER:
        raise InputError(kinds.IS_EARLIER(number=number))
    if found.withdrawn_by is not None:
        later = listed[found.withdrawn_by - 1]
        raise InputError(kinds.ALREADY_WITHDRAWN(number=number, at=later.at, by=later.by or "？"))
    return found


def _taken_back(connection: sqlite3.Connection, number: int, reason: str) -> int:
    own = notes.withdrawn(connection, number, reason)
    for whose in replay.everybody(connection, number):
        before = replay.counting(connection, whose)
        after = replay.replayed(connection, whose)
        gone = [version for place, version in before.items() if place not in after]
        back = [
            (version, before.get(place))
            for place, version in after.items()
            if before.get(place) != version
        ]
        if gone or back:
            taking = notes.without_file(connection, own, whose)
            notes.removed(connection, taking, gone)
            notes.restored(connection, taking, back)
            replay.put(connection, before, after)
        notes.not_returned(connection, whose)
    return own
