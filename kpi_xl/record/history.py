"""Every version of every cell that came back: who, when, from which file, and what it replaced."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kpi_xl.calendar import Month
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation, was_begun
from kpi_xl.record.circulation_schema import WITHDRAW
from kpi_xl.record.sent import Place, SentBy, is_same
from kpi_xl.record.typed_value import Typed, read_typed

if TYPE_CHECKING:
    from kpi_xl.catalogue.units import Unit


@dataclass(frozen=True, slots=True)
class Collection:
    """An entry of the history: a collection, or a withdrawal of one.

    Parameters
    ----------
    collection : int
        Its number, from 1.
    kind : str
        ``collect``; ``withdraw``, where an earlier one was taken back; ``earlier``, for all that
        had been stored before there was a history.
    at : datetime
        The time at which it was done.
    by : str
        Who did it, as the computer knows him.
    rule : str
        覆盖, 增量 or 清空; empty for a withdrawal.
    folder : str
        Where the workbooks were.
    withdraws : int or None
        Which one it took back.
    withdrawn_by : int or None
        Which one took it back.
    reason : str
        Why it was taken back, as far as that was said.
    workbooks, values : int
        How many workbooks were taken, and how many cells were noted.
    """

    collection: int
    kind: str
    at: dt.datetime
    by: str
    rule: str
    folder: str
    withdraws: int | None
    withdrawn_by: int | None
    reason: str
    workbooks: int
    values: int

    @property
    def is_withdrawal(self) -> bool:
        """Whether it takes an earlier collection back."""
        return self.kind == WITHDRAW


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one cell.

    Parameters
    ----------
    change : int
        Its number, in the order in which they came.
    collection : int
        The collection it came in.
    kind : str
        What that was; see `Collection`.
    at : datetime
        The time of the collection.
    by : str
        Who collected, as the computer knows him.
    rule : str
        The collection's rule; empty for a withdrawal.
    distribution, template, level, recipient, unit, person, about, slot, key : str
        Whose cell it is, and which; see `kpi_xl.record.collected.Entry`.
    period : Month
        The month the workbook is about.
    row, column : int
        Where in the slot, counting from 1.
    value : str, int, float, bool, date, datetime or None
        What stands there; None where nothing does any more.
    sent : str, int, float, bool, date, datetime or None
        What stood there when the workbook was made, as far as that is known.
    before : str, int, float, bool, date, datetime or None
        What counted until then; None where nothing did.
    replaces, yields, restores : int or None
        The change that counted until then; the one that went on counting, by the rule 增量; the
        one that counts again, after a withdrawal.
    counts : bool
        Whether it is what counts now.
    is_withdrawn : bool
        Whether its collection was taken back.
    file, sheet, cell : str
        Where it was read; of a withdrawal, where that was read which counts again.
    saved : datetime
        When the workbook was saved, by its own word.
    saved_by : str
        Who saved it, by its own word.
    """

    change: int
    collection: int
    kind: str
    at: dt.datetime
    by: str
    rule: str
    distribution: str
    template: str
    period: Month
    level: str
    recipient: str
    unit: str
    person: str
    about: str
    slot: str
    row: int
    column: int
    key: str
    value: Typed | None
    sent: Typed | None
    before: Typed | None
    replaces: int | None
    yields: int | None
    restores: int | None
    counts: bool
    is_withdrawn: bool
    file: str
    sheet: str
    cell: str
    saved: dt.datetime
    saved_by: str

    @property
    def was(self) -> Typed | None:
        """The value before the change: the one that counted, or else the one that was sent."""
        return self.sent if self.replaces is None and self.restores is None else self.before

    @property
    def is_other(self) -> bool:
        """Whether the value differs from the one before."""
        was, value = self.was, self.value
        if was is None or value is None:
            return was is not value
        return not is_same(was, value)

    @property
    def place(self) -> Place:
        """The cell within its workbook."""
        return Place.of(self.about, self.slot, self.key, self.row, self.column)

    def is_of_person(self, agent: str) -> bool:
        """Whether it is from a person's own workbook, or from the person's row in a list."""
        return agent in (self.person, self.key.split(" ")[0])

    def is_of_unit(self, unit: Unit) -> bool:
        """Whether it is from a unit's own workbook, or from its sheet in that of the unit above."""
        own = not self.person and (self.level, self.unit) == (unit.level, unit.path)
        return self.about == unit.path or (own and not self.about)


_CHANGES: Final = """
SELECT changes.*, takings.*, collections.kind AS of_kind, at, "by", rule,
    old.kind AS old_kind, old.value AS old_value,
    counting.change IS NOT NULL AS counts,
    EXISTS (SELECT 1 FROM collections AS later WHERE later.withdraws = takings.collection)
        AS is_withdrawn,
    source.file AS source_file, source.saved AS source_saved, source.saved_by AS source_saved_by,
    source.workbook AS source_workbook
FROM changes JOIN takings USING (taking) JOIN collections USING (collection)
LEFT JOIN changes AS old ON old.change = changes.replaces
LEFT JOIN counting ON counting.change = changes.change
LEFT JOIN changes AS again ON again.change = changes.restores
LEFT JOIN takings AS source ON source.taking = ifnull(again.taking, changes.taking)
WHERE takings.template = ifnull(:template, takings.template)
    AND takings.period = ifnull(:period, takings.period)
    AND takings.collection = ifnull(:collection, takings.collection)
    AND (:slots IS NULL OR changes.slot IN (SELECT value FROM json_each(:slots)))
ORDER BY changes.change
"""


def changes(
    project: Project,
    *,
    template: str | None = None,
    month: Month | None = None,
    collection: int | None = None,
    slots: Iterable[str] | None = None,
) -> list[Change]:
    """Every version of every cell, in order.

    Parameters
    ----------
    template : str, optional
        A template's name; all of them without.
    month : Month, optional
        The month the workbooks are about; all of them without.
    collection : int, optional
        A collection's number; all of them without.
    slots : iterable of str, optional
        The names of cells; all of them without.
    """
    if not was_begun(project):
        return []
    with circulation(project) as connection:
        return changes_in(
            connection, template=template, month=month, collection=collection, slots=slots
        )


def changes_in(
    connection: sqlite3.Connection,
    *,
    template: str | None = None,
    month: Month | None = None,
    collection: int | None = None,
    slots: Iterable[str] | None = None,
) -> list[Change]:
    """Every version of every cell in an open record."""
    rows = connection.execute(
        _CHANGES,
        {
            "template": template,
            "period": None if month is None else str(month),
            "collection": collection,
            "slots": None if slots is None else json.dumps(list(slots)),
        },
    ).fetchall()
    sent = SentBy(connection)
    return [_change(row, sent) for row in rows]


def collections(project: Project) -> list[Collection]:
    """All collections and withdrawals, the earliest first."""
    if not was_begun(project):
        return []
    with circulation(project) as connection:
        return collections_in(connection)


def collections_in(connection: sqlite3.Connection) -> list[Collection]:
    """All collections and withdrawals in an open record."""
    rows = connection.execute(
        "SELECT collections.*,"
        " (SELECT collection FROM collections AS later"
        "  WHERE later.withdraws = collections.collection) AS withdrawn_by,"
        " (SELECT count(*) FROM takings WHERE takings.collection = collections.collection"
        "  AND sha256 <> '') AS workbooks,"
        " (SELECT count(*) FROM changes JOIN takings USING (taking)"
        '  WHERE takings.collection = collections.collection) AS "values"'
        " FROM collections ORDER BY collection"
    )
    return [Collection(**{**dict(row), "at": dt.datetime.fromisoformat(row["at"])}) for row in rows]


_PLAIN: Final = (
    "change", "collection", "by", "rule", "distribution", "template", "level", "recipient",
    "unit", "person", "about", "slot", "row", "column", "key", "replaces", "yields", "restores",
    "sheet", "cell",
)  # fmt: skip


def _change(row: sqlite3.Row, sent: SentBy) -> Change:
    place = Place.of(row["about"], row["slot"], row["key"], row["row"], row["column"])
    return Change(
        **{name: row[name] for name in _PLAIN},
        kind=row["of_kind"],
        at=dt.datetime.fromisoformat(row["at"]),
        period=Month.parse(row["period"]),
        value=_typed(row["kind"], row["value"]),
        sent=sent.of(row["source_workbook"]).get(place),
        before=_typed(row["old_kind"], row["old_value"]),
        counts=bool(row["counts"]),
        is_withdrawn=bool(row["is_withdrawn"]),
        file=row["source_file"],
        saved=dt.datetime.fromisoformat(row["source_saved"]),
        saved_by=row["source_saved_by"],
    )


def _typed(kind: str | None, value: str | None) -> Typed | None:
    return None if kind is None or value is None else read_typed(kind, value)
