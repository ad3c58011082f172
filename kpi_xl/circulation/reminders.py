"""Remind those who have sent nothing back, and tell the managers above them: one mail each.

As with workbooks, a mail is noted as begun before it is handed to the server, and as sent when the
server has said that it has it. One that was begun and of which nobody knows is sent again under
its own Message-ID.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.units import Unit
from kpi_xl.circulation.contacts import ByRecipient, contacts_of
from kpi_xl.circulation.distribute import record
from kpi_xl.circulation.mail import (
    RefusedError,
    Server,
    UnreachableError,
    message,
    password_of,
)
from kpi_xl.circulation.manifest import FAILED, SENDING, SENT
from kpi_xl.circulation.reminder_plan import (
    OWN,
    WRITTEN,
    Late,
    Reminder,
    due,
    who_is_late,
)
from kpi_xl.circulation.reminder_texts import LIST, subject, text, write_list, write_texts
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.record.circulation import now, was_begun
from kpi_xl.settings.mail import MailSettings
from kpi_xl.slots.recipients import PERSONS
from kpi_xl.system.file_names import file_name, room_in
from kpi_xl.system.progress import Progress, silent
from kpi_xl.workbook import Template


@dataclass
class Reminded:
    """The reminders that were sent, or would be.

    Parameters
    ----------
    folder : Path
        Where the list is, and without mails the texts.
    late : list of Late
        Everybody who has sent nothing back.
    reminders : list of Reminder
        What is to be written today.
    sent : int
        How many mails were sent.
    files : list of Path
        The texts that were written instead.
    uncertain : list of str
        Whose mail had been begun before and was sent again under the same Message-ID.
    failed : dict of str to str
        The server's answer, by the name of those it would not take a mail for.
    without_address : list of str
        Who is not in the 通讯录.
    """

    template: str
    month: Month
    folder: Path
    late: list[Late]
    reminders: list[Reminder]
    sent: int = 0
    files: list[Path] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    without_address: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every reminder was sent."""
        return not (self.failed or self.without_address)


def remind(
    project: Project,
    template: str,
    month: str | None = None,
    *,
    mail: bool = False,
    dry_run: bool = False,
    today: dt.date | None = None,
    progress: Progress = silent,
) -> Reminded:
    """Remind whoever was sent a template and has sent nothing back.

    It can be killed anywhere and run again, and be run every day: nobody is written to twice for
    the same day of the settings. What is collected meanwhile is no longer asked for.

    Parameters
    ----------
    template : str
        The template's name, as for `kpi_xl.circulation.distribute.distribute`.
    month : str, optional
        The month; by default the last one that was sent.
    mail : bool
        Whether to mail the reminders; otherwise they are written into files, ready to be pasted.
    dry_run : bool
        Only tell who would be reminded: nothing is written, noted or sent.
    today : date, optional
        The day; by default as the computer has it.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When nothing of it was ever sent, or something cannot be used.
    """
    path = template_path(template)
    day = today or dt.date.today()
    settings = project.settings.mail
    contacts, password = None, ""
    if mail:
        if not settings.host:
            raise InputError(kinds.NO_MAIL_SERVER(), file=project.folder / "kpi.toml")
        contacts = contacts_of(project)
        password = password_of(settings) if settings.user and not dry_run else ""
    if not was_begun(project):
        raise InputError(kinds.NOTHING_TO_REMIND(month="", template=path.stem))
    with record(project, dry_run) as connection:
        period = _period(connection, path.stem, month)
        units, managers = _organisation(project, path, period, progress)
        late = who_is_late(
            connection, path.stem, str(period), units, managers, day, project.settings.work
        )
        reminders = due(connection, late, project.settings.reminders, day)
        name = file_name(path.stem, room=room_in(project.folder), cased=True)
        folder = project.output / str(period) / "催交" / name / day.isoformat()
        done = Reminded(path.stem, period, folder, late, reminders)
        if dry_run:
            return done
        if contacts is None:
            done.files = write_texts(folder, reminders, path.stem, period)
            for one in reminders:
                _note(connection, one, WRITTEN, day)
        else:
            addresses = _Addresses(contacts.among(units), units, managers)
            _mail(connection, done, settings, password, addresses, day, progress)
        write_list(folder / LIST, late, _told(done, connection, day))
    return done


def _told(
    done: Reminded, connection: sqlite3.Connection, day: dt.date
) -> dict[tuple[str, str], str]:
    """Today's result for each recipient who has sent nothing back, by level and key."""
    found: dict[tuple[str, str], list[str]] = {}
    rows = connection.execute(
        "SELECT * FROM reminders WHERE day = ? AND state <> ? ORDER BY reminder",
        [day.isoformat(), SENDING],
    ).fetchall()
    rounds = {one.distribution for one in done.late}
    for row in rows:
        if row["distribution"] not in rounds:
            continue
        what = "提醒本人" if row["whom"] == OWN else f"告知主管（{row['recipient']}）"
        how = {SENT: "", WRITTEN: "，已写成文字"}.get(row["state"], f"，没有发成：{row['detail']}")
        for level, key, _ in json.loads(row["about"]):
            found.setdefault((level, key), []).append(f"{what}{how}")
    return {whose: "；".join(texts) for whose, texts in found.items()}


def _period(connection: sqlite3.Connection, template: str, month: str | None) -> Month:
    """The month asked for; by default the last that was sent."""
    periods = [
        row["period"]
        for row in connection.execute(
            "SELECT DISTINCT period FROM distributions WHERE template = ? ORDER BY period",
            [template],
        )
    ]
    wanted = None if month is None else Month.meant(month)
    if not periods or (wanted is not None and str(wanted) not in periods):
        told = "" if wanted is None else wanted.chinese
        raise InputError(kinds.NOTHING_TO_REMIND(month=told, template=template))
    return wanted or Month.parse(periods[-1])


def _organisation(
    project: Project, path: Path, month: Month, progress: Progress
) -> tuple[Sequence[Unit], dict[str, str]]:
    """The units, and the 工号 of each unit's head."""
    cube = load(project, progress).cube
    managers = {}
    with recipients_of(
        project, cube, Template(path), max(min(month, cube.last + 1), cube.first)
    ) as to:
        for level in cube.levels:
            people = to.filling.people(level)
            for number in cube.of_level(level):
                unit = cube.units[number]
                leader = people.manager_of(unit)
                if leader is not None:
                    managers[unit.path] = leader.agent
    return list(cube.units), managers


class _Addresses:
    """The mail address of a recipient; of a unit its own, or its head's."""

    def __init__(
        self, listed: ByRecipient, units: Sequence[Unit], managers: Mapping[str, str]
    ) -> None:
        self._listed = listed
        self._managers = managers

    def of(self, reminder: Reminder) -> str | None:
        own = self._listed.of(reminder.level, reminder.key)
        if own is not None or reminder.level == PERSONS:
            return own
        return self._listed.of(PERSONS, self._managers.get(reminder.key, ""))


def _mail(
    connection: sqlite3.Connection,
    done: Reminded,
    settings: MailSettings,
    password: str,
    addresses: _Addresses,
    day: dt.date,
    progress: Progress,
) -> None:
    with Server(settings, password, lambda why: None) as server:
        for number, one in enumerate(done.reminders):
            progress("发提醒", number, len(done.reminders))
            address = addresses.of(one)
            if address is None:
                done.without_address.append(one.name)
                continue
            begun = _begun(connection, one)
            if begun is not None:
                done.uncertain.append(one.name)
            message_id = begun or _message_id(connection, one)
            reminder = _note(connection, one, SENDING, day, address, message_id)
            mail = message(
                settings,
                address,
                message_id,
                subject(one, done.template, done.month),
                text(one, done.template, done.month),
                {},
            )
            try:
                server.send(mail)
            except RefusedError as error:
                _ended(connection, reminder, FAILED, str(error))
                done.failed[one.name] = str(error)
                continue
            except UnreachableError as error:
                raise InputError(kinds.MAIL_STOPPED(error=error, sent=done.sent)) from None
            _ended(connection, reminder, SENT, "")
            done.sent += 1
        progress("发提醒", len(done.reminders), len(done.reminders))


def _begun(connection: sqlite3.Connection, one: Reminder) -> str | None:
    """The Message-ID of an earlier mail of which it is not known whether it went."""
    row = connection.execute(
        "SELECT message_id FROM reminders WHERE distribution = ? AND whom = ? AND level = ?"
        " AND recipient = ? AND state = ?",
        [one.distribution, one.whom, one.level, one.key, SENDING],
    ).fetchone()
    return None if row is None else str(row["message_id"])


def _message_id(connection: sqlite3.Connection, one: Reminder) -> str:
    """A new Message-ID; it counts earlier mails, so that a repeated attempt has the same one."""
    (count,) = connection.execute(
        "SELECT count(*) FROM reminders WHERE distribution = ? AND whom = ? AND level = ?"
        " AND recipient = ?",
        [one.distribution, one.whom, one.level, one.key],
    ).fetchone()
    own = f"reminder:{one.whom}:{one.level}:{one.key}:{count}"
    return f"<{uuid.uuid5(uuid.UUID(one.distribution), own).hex}@kpi-xl>"


def _note(
    connection: sqlite3.Connection,
    one: Reminder,
    state: str,
    day: dt.date,
    address: str = "",
    message_id: str = "",
) -> int:
    """Note a reminder before it is sent; one begun before is continued."""
    with connection:
        connection.execute(
            "DELETE FROM reminders WHERE distribution = ? AND whom = ? AND level = ?"
            " AND recipient = ? AND (state = ? OR (state = ? AND day = ?))",
            [
                one.distribution, one.whom, one.level, one.key,
                SENDING, WRITTEN, day.isoformat(),
            ],
        )  # fmt: skip
        cursor = connection.execute(
            "INSERT INTO reminders (distribution, whom, level, recipient, about, day, state,"
            " address, message_id, detail, noted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
            [
                one.distribution, one.whom, one.level, one.key, one.about, day.isoformat(),
                state, address, message_id, now(),
            ],
        )  # fmt: skip
    return int(cursor.lastrowid or 0)


def _ended(connection: sqlite3.Connection, reminder: int, state: str, detail: str) -> None:
    """Note the state of a mail; it is on disk when this returns."""
    with connection:
        connection.execute(
            "UPDATE reminders SET state = ?, detail = ?, noted = ? WHERE reminder = ?",
            [state, detail, now(), reminder],
        )
