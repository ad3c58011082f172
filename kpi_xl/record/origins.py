"""The origin of typed values: of a month's targets, and of returned workbooks."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.checks.returned import file_and_sheet, is_returned
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation, was_begun
from kpi_xl.record.history import Change, changes_in
from kpi_xl.record.rounds import Course, Event, course_of, latest

_BY: Final = """
SELECT file, saved, saved_by FROM takings
WHERE file <> '' AND taking IN (SELECT taking FROM changes JOIN counting USING (change))
ORDER BY taking
"""


class Saved(NamedTuple):
    """Who saved a returned workbook and when, as the file says."""

    by: str
    at: dt.datetime


class Decided(NamedTuple):
    """The result of a round of targets for one recipient.

    Attributes
    ----------
    course : Course
        The state of the round.
    place : int
        The index of the target in the round.
    event : Event or None
        The last step that moved it; None where it only follows from others'.
    """

    course: Course
    place: int
    event: Event | None

    @property
    def name(self) -> str:
        """The name of the round."""
        return f"目标商定第 {self.course.round.number} 轮"

    @property
    def how(self) -> str:
        """The last step: which, by whom, when, and why."""
        if self.event is None:
            return "按下级的数合计"
        how = f"{self.event.step}：{by_and_when(self.event.by, self.event.at)}"
        return how + (f"，{self.event.reason}" if self.event.reason else "")

    @property
    def where(self) -> str:
        """The workbook in which the step was taken; empty for a command."""
        return "" if self.event is None else self.event.where


@dataclass(frozen=True)
class Origins:
    """The origins of the typed values of a month.

    Parameters
    ----------
    targets : sequence of Change
        The typed targets that count.
    saved : mapping of str to Saved
        When and by whom each file was saved.
    decided : mapping of (str, str, str) to Decided
        Targets of rounds by level, unit's path or 工号, and the KPI's code.
    """

    targets: Sequence[Change] = ()
    saved: Mapping[str, Saved] = field(default_factory=dict)
    decided: Mapping[tuple[str, str, str], Decided] = field(default_factory=dict)

    def saved_text(self, file: str) -> str:
        """Who saved a workbook and when, by its name in the raw tables; empty for a raw file."""
        saved = self.saved.get(file_and_sheet(file)[0]) if is_returned(file) else None
        return "" if saved is None else by_and_when(saved.by, saved.at)


def by_and_when(by: str, at: dt.datetime) -> str:
    """Author and time, as a text."""
    return f"{by or '（没有写名字）'} {at.astimezone():%Y-%m-%d %H:%M}"


def origins_of(project: Project, month: Month, target_slots: Iterable[str]) -> Origins:
    """The origins of a month's typed values; empty where nothing came back.

    Parameters
    ----------
    target_slots : iterable of str
        The names of cells that targets are typed into.
    """
    if not was_begun(project):
        return Origins()
    with circulation(project) as connection:
        typed = changes_in(connection, month=month, slots=target_slots)
        return Origins(
            [one for one in typed if one.counts],
            {
                row["file"]: Saved(row["saved_by"], dt.datetime.fromisoformat(row["saved"]))
                for row in connection.execute(_BY)
            },
            dict(_decided(connection, project.settings.kpis, month)),
        )


def _decided(
    connection: sqlite3.Connection, kpis: Mapping[str, Kpi], month: Month
) -> Iterable[tuple[tuple[str, str, str], Decided]]:
    for round_ in latest(connection, kpis, month):
        course = course_of(connection, round_)
        last = {event.place: event for event in course.events if event.counts}
        for number, one in enumerate(round_.places):
            yield (one.level, one.unit, round_.kpi.code), Decided(course, number, last.get(number))
