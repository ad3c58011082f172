"""Put collected values into the history, by the rule for versions."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, get_args

from kpi_xl import kinds
from kpi_xl.circulation import notes
from kpi_xl.circulation.matching import Matched
from kpi_xl.circulation.validation import Valid
from kpi_xl.errors import InputError
from kpi_xl.record import replay
from kpi_xl.record.circulation import now
from kpi_xl.record.circulation_schema import COLLECT
from kpi_xl.record.replay import ADDING, State, Version, Whose
from kpi_xl.record.sent import Place
from kpi_xl.record.typed_value import stored

Rule = Literal["覆盖", "增量", "清空"]
"""What a later version does with what is there already.

覆盖: the latest workbook of a recipient replaces what he had sent before.
增量: only cells of which nothing is stored yet are added; what is there stays.
清空: everything of the templates and months that came back is removed first.

Whatever the rule, what was there before stays in the history.
"""

RULES: Final[tuple[Rule, ...]] = get_args(Rule)

_OF: Final = "entries.template = ? AND entries.period = ? AND entries.level = ? AND recipient = ?"


def rule_meant(text: str) -> Rule:
    """The rule that a word names.

    Raises
    ------
    InputError
        When it means none.
    """
    for rule in RULES:
        if rule == text:
            return rule
    raise InputError(kinds.NO_RULE(rule=text, known="、".join(RULES)))


def newest(connection: sqlite3.Connection, one: Matched) -> tuple[int, dt.datetime] | None:
    """The round and time of saving of the workbook that a recipient's values are from."""
    found = connection.execute(
        "SELECT round, saved FROM entries JOIN distributions USING (distribution)"
        f" WHERE {_OF} AND sha256 <> ? ORDER BY round DESC, saved DESC LIMIT 1",
        [*one.whose, one.sha256],
    ).fetchone()
    return None if found is None else (found["round"], dt.datetime.fromisoformat(found["saved"]))


def is_as_sent(connection: sqlite3.Connection, one: Matched) -> bool:
    """Whether a file is byte for byte one that was sent."""
    found = connection.execute("SELECT 1 FROM workbooks WHERE sha256 = ?", [one.sha256])
    return found.fetchone() is not None


def note_returned(connection: sqlite3.Connection, one: Matched, problems: int) -> None:
    """Note that a recipient's workbook came back."""
    row = one.row
    connection.execute(
        "INSERT INTO returns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET file = excluded.file, problems = excluded.problems",
        [
            one.sha256, row["distribution"], row["recipient"], one.file.as_posix(),
            notes.moment(one.saved), one.saved_by, now(), problems, row["level"],
        ],
    )  # fmt: skip
    connection.execute(
        "UPDATE recipients SET returned = ifnull(returned, ?)"
        " WHERE distribution = ? AND level = ? AND recipient = ?",
        [now(), row["distribution"], row["level"], row["recipient"]],
    )


class Versions:
    """The lines that one collection adds to the history.

    It is noted as a collection when it has something to add: a folder that is collected again
    adds nothing.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the record, in a transaction.
    folder : Path
        Where the workbooks are.

    Attributes
    ----------
    number : int or None
        The number of the collection; None as long as it has added nothing.
    """

    def __init__(self, connection: sqlite3.Connection, rule: Rule, folder: Path) -> None:
        self._connection = connection
        self._rule = rule
        self._folder = folder
        self._touched: set[Whose] = set()
        self._came: set[str] = set()
        self.number: int | None = None

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Do all of the work on one workbook, or none of it."""
        number, touched = self.number, set(self._touched)
        self._connection.execute("SAVEPOINT one_file")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO one_file")
            self.number, self._touched = number, touched
            raise
        finally:
            self._connection.execute("RELEASE one_file")

    def take(self, one: Matched, valid: Sequence[Valid]) -> int:
        """Take a workbook's values; returns how many count."""
        whose = Whose(*one.whose)
        self._touched.add(whose)
        self._came.add(one.sha256)
        before = replay.counting(self._connection, whose)
        wanted = {_place(each): stored(each.value) for each in valid}
        new = [place for place in wanted if place not in before]
        if self._rule == ADDING:
            if new or not self._was_taken(one, whose):
                self._add(one, whose, before, valid)
            return len(new)
        there = {place: (version.kind, version.value) for place, version in before.items()}
        if there != wanted or not self._is_what_counts(one, whose):
            self._add(one, whose, before, valid)
        return len(valid)

    def empty_others(self, months: Collection[tuple[str, str]]) -> None:
        """For some templates and months, let only the values taken now count."""
        for whose in replay.everybody(self._connection):
            if whose[:2] not in months or whose in self._touched:
                continue
            before = replay.counting(self._connection, whose)
            if before:
                taking = notes.without_file(self._connection, self._collection(), whose)
                notes.removed(self._connection, taking, before.values())
                replay.put(self._connection, before, {})

    def repeated(self) -> int | None:
        """The last collection, if all its workbooks came again: the run after it was killed.

        What is reported then is what would have been reported of it.
        """
        last = self._connection.execute(
            "SELECT collection FROM collections WHERE kind = ? AND collection ="
            " (SELECT max(collection) FROM collections)",
            [COLLECT],
        ).fetchone()
        if last is None:
            return None
        of_it = self._connection.execute(
            "SELECT sha256 FROM takings WHERE collection = ?", [last["collection"]]
        )
        files = {row["sha256"] for row in of_it} - {""}
        return int(last["collection"]) if files and files <= self._came else None

    def _was_taken(self, one: Matched, whose: Whose) -> bool:
        """Whether this very file was taken before and not taken back."""
        found = self._connection.execute(
            "SELECT 1 FROM takings WHERE template = ? AND period = ? AND level = ?"
            " AND recipient = ? AND sha256 = ? AND collection NOT IN"
            " (SELECT withdraws FROM collections WHERE withdraws IS NOT NULL)",
            [*whose, one.sha256],
        )
        return found.fetchone() is not None

    def _is_what_counts(self, one: Matched, whose: Whose) -> bool:
        """Whether all values that count are from this very file."""
        found = self._connection.execute(
            f"SELECT DISTINCT sha256 FROM entries WHERE {_OF}", list(whose)
        ).fetchall()
        if not found:
            return self._was_taken(one, whose)
        return [row["sha256"] for row in found] == [one.sha256]

    def _add(self, one: Matched, whose: Whose, before: State, valid: Sequence[Valid]) -> None:
        taking = notes.taken(self._connection, self._collection(), one)
        taken: dict[Place, Version] = {}
        first = notes.next_change(self._connection)
        rows = []
        for number, each in enumerate(valid, first):
            place = _place(each)
            kind, value = stored(each.value)
            taken[place] = Version(number, kind, value)
            there = before[place].change if place in before else None
            adds = self._rule == ADDING
            rows.append(
                (
                    number, taking, each.slot, each.row, each.column, each.key, each.about,
                    kind, value, each.sheet, each.cell,
                    None if adds else there, there if adds else None,
                )
            )  # fmt: skip
        notes.changed(self._connection, rows)
        after = replay.laid_over(before, taken, self._rule)
        gone = [version for place, version in before.items() if place not in after]
        notes.removed(self._connection, taking, gone)
        replay.put(self._connection, before, after)

    def _collection(self) -> int:
        """The number of the collection, which begins with its first line."""
        if self.number is None:
            self.number = notes.collected(self._connection, self._rule, self._folder)
        return self.number


def _place(each: Valid) -> Place:
    return Place.of(each.about, each.slot, each.key, each.row, each.column)
