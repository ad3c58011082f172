"""The reminders of today: who has sent nothing back, for how long, and who is their manager."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kpi_xl.calendar import WorkDays, working_days
from kpi_xl.catalogue.units import Unit
from kpi_xl.circulation.outstanding import sent_to
from kpi_xl.record.circulation_schema import REMINDERS
from kpi_xl.settings.reminders import ReminderSettings
from kpi_xl.slots.recipients import PERSONS

OWN: Final = "own"
MANAGER: Final = "manager"
WRITTEN: Final = "written"

_DONE: Final = ("sent", WRITTEN)


@dataclass(frozen=True)
class Late:
    """A recipient who has sent nothing back.

    Parameters
    ----------
    distribution : str
        The round he was sent a workbook in.
    level, key : str
        The recipient, as in `kpi_xl.slots.recipients.Recipient`.
    unit, name : str
        For people to read.
    file : str
        The workbook, relative to the project.
    since : date
        The day he was sent it.
    days : int
        Working days since then.
    boss : Unit or None
        The unit whose manager is told of him; None for the branch, and where nobody knows.
    """

    distribution: str
    level: str
    key: str
    unit: str
    name: str
    file: str
    since: dt.date
    days: int
    boss: Unit | None


@dataclass(frozen=True)
class Reminder:
    """A reminder to one reader.

    Parameters
    ----------
    whom : str
        Whether it goes to the recipient (`OWN`) or to the manager (`MANAGER`).
    distribution, level, key, name : str
        Of which round, and to whom.
    late : tuple of Late
        Himself, or those he is told of.
    steps : tuple of int
        For each of them, the working day that this reminder is for.
    """

    whom: str
    distribution: str
    level: str
    key: str
    name: str
    late: tuple[Late, ...]
    steps: tuple[int, ...]

    @property
    def about(self) -> str:
        """The addressee and the day, as in the record."""
        pairs = zip(self.late, self.steps, strict=True)
        return json.dumps([[one.level, one.key, step] for one, step in pairs], ensure_ascii=False)


def who_is_late(
    connection: sqlite3.Connection,
    template: str,
    period: str,
    units: Sequence[Unit],
    managers: Mapping[str, str],
    today: dt.date,
    work: WorkDays,
) -> list[Late]:
    """The recipients of a template for a month who have sent nothing back.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    template, period : str
        The template's name, and the month.
    units : sequence of Unit
        All units of the organisation.
    managers : mapping of str to str
        The 工号 of who leads a unit, by its path: of his own workbook the level above is told.
    today : date
        The day from which lateness is counted.
    work : WorkDays
        The days of the project.
    """
    found = []
    for row in sent_to(connection, template, period):
        if row["back"]:
            continue
        since = dt.datetime.fromisoformat(row["since"]).date()
        after = since + dt.timedelta(days=1)
        found.append(
            Late(
                distribution=row["distribution"],
                level=row["level"],
                key=row["recipient"],
                unit=row["unit"],
                name=row["person_name"] or row["unit_name"],
                file=row["file"],
                since=since,
                days=len(working_days(after, today, work)),
                boss=_boss(row, units, managers),
            )
        )
    return found


def _boss(row: sqlite3.Row, units: Sequence[Unit], managers: Mapping[str, str]) -> Unit | None:
    """The unit whose manager is told: a person's own, or the one above where the person leads
    it.
    """
    if row["level"] != PERSONS:
        own = [one for one in units if (one.level, one.path) == (row["level"], row["recipient"])]
        return units[own[0].parent] if own and own[0].parent is not None else None
    unit = next((one for one in reversed(units) if one.path == row["unit"]), None)
    while unit is not None and managers.get(unit.path) == row["recipient"]:
        unit = None if unit.parent is None else units[unit.parent]
    return unit


def due(
    connection: sqlite3.Connection,
    late: Sequence[Late],
    settings: ReminderSettings,
    today: dt.date,
) -> list[Reminder]:
    """The reminders to send today, one for each reader, without those sent before.

    Of several days that have passed unnoticed, the last one counts. What was only written into
    files today is given again, so that the day's folder is whole however often it is made.
    """
    done = _noted(connection, today)
    found = []
    for one in late:
        step = _reached(settings.own, one.days)
        if step and (one.distribution, OWN, one.level, one.key, step) not in done:
            found.append(
                Reminder(OWN, one.distribution, one.level, one.key, one.name, (one,), (step,))
            )
    above: dict[tuple[str, str, str], list[Late]] = {}
    for one in late:
        if one.boss is not None and _reached(settings.manager, one.days):
            whose = one.distribution, one.boss.level, one.boss.path
            above.setdefault(whose, []).append(one)
    for (distribution, level, path), own in above.items():
        steps = [_reached(settings.manager, one.days) for one in own]
        is_new = any(
            (distribution, MANAGER, one.level, one.key, step) not in done
            for one, step in zip(own, steps, strict=True)
        )
        if is_new:
            name = path.rpartition("/")[2]
            found.append(
                Reminder(MANAGER, distribution, level, path, name, tuple(own), tuple(steps))
            )
    return found


def _reached(days: Sequence[int], elapsed: int) -> int:
    """The last of the days that has come; 0 for none."""
    return max((day for day in days if day <= elapsed), default=0)


def _noted(connection: sqlite3.Connection, today: dt.date) -> set[tuple[str, str, str, str, int]]:
    """The reminders sent, and those written into files before today."""
    connection.execute(REMINDERS)
    found = set()
    for row in connection.execute("SELECT * FROM reminders WHERE state IN (?, ?)", _DONE):
        if row["state"] == WRITTEN and row["day"] == today.isoformat():
            continue
        for level, key, step in json.loads(row["about"]):
            found.add((row["distribution"], row["whom"], level, key, int(step)))
    return found
