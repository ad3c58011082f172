"""The values that people typed into workbooks that came back."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kpi_xl.calendar import Month
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation, was_begun
from kpi_xl.record.sent import Place, SentBy, is_same
from kpi_xl.record.typed_value import Typed, read_typed

if TYPE_CHECKING:
    from kpi_xl.catalogue.units import Unit

_FREE: Final = "input."
"""How the names of cells begin that were left blank for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One input cell of a returned workbook, typed or still as prefilled.

    Parameters
    ----------
    distribution : str
        The id of the distribution its workbook was sent in.
    template : str
        The template's name.
    period : Month
        The month the workbook is about.
    unit : str
        The path of the unit, such as ``城东营业部/城东一组``; the branch has its own name.
    person : str
        工号 of whose workbook it is; empty for a unit's.
    slot : str
        The name of its cells, such as ``input.week1.done.拜访数``.
    row, column : int
        Where in the slot, counting from 1.
    key : str
        What tells its row in a list: 工号, or the day as 2024-06-03; empty where there is none.
    value : str, int, float, bool, date or datetime
        What stands there; blank cells have no entry. Money is in 元, as in the workbook.
    file, sheet, cell : str
        Where it was read.
    saved : datetime
        When the workbook was saved, by its own word.
    saved_by : str
        Who saved it, by its own word.
    collected : datetime
        When it was collected.
    about : str
        The path of the unit that its sheet is about, in a workbook with a sheet for each unit
        below; else empty.
    level : str
        The unit's level, or 个人.
    change : int
        The change in the history by which it stands there (see `kpi_xl.record.history`).
    sent : str, int, float, bool, date, datetime or None
        What stood there when the workbook was made; None where nothing did, or, in workbooks made
        by versions before 3 of the file, where nobody knows.
    """

    distribution: str
    template: str
    period: Month
    unit: str
    person: str
    slot: str
    row: int
    column: int
    key: str
    value: Typed
    file: str
    sheet: str
    cell: str
    saved: dt.datetime
    saved_by: str
    collected: dt.datetime
    about: str = ""
    level: str = ""
    change: int = 0
    sent: Typed | None = None

    @property
    def is_changed(self) -> bool:
        """Whether somebody typed the value: it differs from the prefilled one."""
        return (
            self.slot.startswith(_FREE) or self.sent is None or not is_same(self.value, self.sent)
        )

    def is_of(self, unit: Unit) -> bool:
        """Whether it comes from this unit's own workbook."""
        return (self.level, self.unit) == (unit.level, unit.path)


def collected(
    project: Project, template: str | None = None, month: Month | None = None
) -> list[Entry]:
    """The values that were collected, in the order of units, persons, slots, rows and columns.

    Every cell is in it once: of several versions of a workbook the one that counts by the rule it
    was collected by. There is nothing when nothing was collected.

    Parameters
    ----------
    template : str, optional
        A template's name; all of them without.
    month : Month, optional
        The month the workbooks are about; all of them without.
    """
    if not was_begun(project):
        return []
    with circulation(project) as connection:
        rows = connection.execute(
            "SELECT * FROM entries WHERE template = ifnull(?, template)"
            " AND period = ifnull(?, period)"
            " ORDER BY template, period, unit, person, about, slot, row, column",
            [template, None if month is None else str(month)],
        )
        sent = SentBy(connection)
        return [_entry(row, sent) for row in rows.fetchall()]


def collected_until(project: Project) -> int:
    """The number of the last change; 0 where nothing was ever collected.

    As long as it is the same, `collected` is.
    """
    with circulation(project) as connection:
        found = connection.execute("SELECT ifnull(max(change), 0) FROM changes").fetchone()
        return int(found[0])


def _entry(row: sqlite3.Row, sent: SentBy) -> Entry:
    plain = (
        "unit", "person", "slot", "row", "column", "key",
        "file", "sheet", "cell", "saved_by", "distribution", "template", "about",
        "level", "change",
    )  # fmt: skip
    place = Place.of(row["about"], row["slot"], row["key"], row["row"], row["column"])
    return Entry(
        **{name: row[name] for name in plain},
        period=Month.parse(row["period"]),
        value=read_typed(row["kind"], row["value"]),
        saved=dt.datetime.fromisoformat(row["saved"]),
        collected=dt.datetime.fromisoformat(row["collected"]),
        sent=sent.of(row["workbook"]).get(place),
    )
