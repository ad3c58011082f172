"""Mail a round's workbooks: everybody gets exactly one mail, however often it is run.

Before a mail is handed to the server it is noted as begun, and when the server has said that it
has it, as sent. A crash in between leaves one mail of which nobody knows: it is sent again under
its own Message-ID.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.circulation import manifest
from kpi_xl.circulation.contacts import ByRecipient
from kpi_xl.circulation.mail import (
    SUBJECT,
    TEXT,
    RefusedError,
    Server,
    UnreachableError,
    message,
    password_of,
    written,
)
from kpi_xl.circulation.manifest import Round
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.mail import MailSettings
from kpi_xl.system.progress import Progress

_FIELDS = ("单位", "姓名", "月份", "模板", "文件")


@dataclass(frozen=True)
class Mailing:
    """The text of the mails and the server that sends them.

    Parameters
    ----------
    settings : MailSettings
        The address of the server and the account.
    subject, text : str
        With fields in braces.
    """

    settings: MailSettings
    password: str = field(repr=False)
    subject: str
    text: str


@dataclass
class Mailed:
    """The result of sending mails.

    Parameters
    ----------
    sent, already : int
        How many were sent now, and how many had been sent before.
    uncertain : list of str
        Whose mail had been begun before and was sent again under the same Message-ID.
    failed : dict of str to str
        The server's answer, by the name of those it would not take a mail for.
    without_address : list of str
        Who is not in the 通讯录.
    changed : list of str
        Whose file is no longer what was made, so that it was not sent.
    """

    sent: int = 0
    already: int = 0
    uncertain: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    without_address: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everybody has a mail."""
        return not (self.failed or self.without_address or self.changed)


def prepared(project: Project, *, rehearsal: bool) -> Mailing:
    """The text of the mails and the server's password; a rehearsal needs no password.

    Raises
    ------
    InputError
        When kpi.toml names no server, there is no password, or a text cannot be used.
    """
    settings = project.settings.mail
    if not settings.host:
        raise InputError(kinds.NO_MAIL_SERVER(), file=project.folder / "kpi.toml")
    text, file = TEXT, None
    if settings.text:
        file = project.folder / settings.text
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError(kinds.NO_MAIL_TEXT(), file=file) from None
        except UnicodeDecodeError:
            raise InputError(kinds.MAIL_TEXT_ENCODING(), file=file) from None
    subject = settings.subject or SUBJECT
    sample = dict.fromkeys(_FIELDS, "")
    written(text, sample, file)
    written(subject, sample, project.folder / "kpi.toml")
    password = password_of(settings) if settings.user and not rehearsal else ""
    return Mailing(settings, password, subject, text)


def mail_everybody(
    project: Project,
    connection: sqlite3.Connection,
    round_: Round,
    mailing: Mailing,
    addresses: ByRecipient,
    left_out: Collection[tuple[str, str]],
    progress: Progress,
) -> Mailed:
    """Send a mail to every recipient who has none yet.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    mailing : Mailing
        The server and what the mails say.
    addresses : ByRecipient
        The mail address of each recipient.
    left_out : collection of (str, str)
        Those whose workbook could not be made, by level and key.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When the server cannot be reached or does not let us in; what was sent stays noted.
    """
    about = connection.execute(
        "SELECT template, period FROM distributions WHERE distribution = ?", [round_.distribution]
    ).fetchone()
    rows = manifest.rows_of(connection, round_)
    mailed = Mailed()
    current: sqlite3.Row

    def retrying(why: str) -> None:
        manifest.log(connection, round_, current, "retry", why)

    with Server(mailing.settings, mailing.password, retrying) as server:
        for number, row in enumerate(rows):
            progress("发邮件", number, len(rows))
            if row["mail"] == manifest.SENT:
                mailed.already += 1
                continue
            current, name = row, row["person_name"] or row["unit_name"]
            whose = row["level"], row["recipient"]
            if whose in left_out:
                continue
            address = addresses.of(*whose)
            if address is None:
                mailed.without_address.append(name)
                continue
            attachments = _attachments(project, connection, round_, row)
            if attachments is None:
                mailed.changed.append(name)
                continue
            if row["mail"] == manifest.SENDING:
                mailed.uncertain.append(name)
            fields = {
                "单位": row["unit_name"],
                "姓名": name,
                "月份": Month.parse(about["period"]).chinese,
                "模板": about["template"],
                "文件": Path(row["file"]).name,
            }
            mail = message(
                mailing.settings,
                address,
                manifest.message_id(round_, row),
                written(mailing.subject, fields, None),
                written(mailing.text, fields, None),
                attachments,
            )
            manifest.note_mail(connection, round_, row, manifest.SENDING, "", address)
            try:
                server.send(mail)
            except RefusedError as error:
                manifest.note_mail(connection, round_, row, manifest.FAILED, str(error), address)
                mailed.failed[name] = str(error)
                continue
            except UnreachableError as error:
                manifest.log(connection, round_, row, "retry", str(error))
                raise InputError(
                    kinds.MAIL_STOPPED(error=error, sent=mailed.already + mailed.sent)
                ) from None
            manifest.note_mail(connection, round_, row, manifest.SENT, "", address)
            mailed.sent += 1
        progress("发邮件", len(rows), len(rows))
    return mailed


def _attachments(
    project: Project, connection: sqlite3.Connection, round_: Round, row: sqlite3.Row
) -> Mapping[str, bytes] | None:
    """The files of a mail, unchanged since they were made; None where one has changed."""
    found = {}
    for file in filter(None, (row["file"], row["pdf"])):
        try:
            content = (project.folder / file).read_bytes()
        except OSError:
            return None
        sha256 = hashlib.sha256(content).hexdigest()
        if file == row["file"] and sha256 != row["sha256"]:
            return None
        if not manifest.is_ours(connection, round_, file, sha256):
            return None
        found[Path(file).name] = content
    return found
