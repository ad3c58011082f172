"""Mail a round's workbooks: everybody gets exactly one mail, however often it is begun.

Before a mail is handed to the server it is noted as begun, and when the server has said that it
has it, as sent. A crash in between leaves one mail of which nobody knows: it is sent again under
its own Message-ID.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl.calendar import Month
from kpi_xl.errors import InputError
from kpi_xl.jobs.distribution import manifest
from kpi_xl.jobs.distribution.contacts import Listed
from kpi_xl.jobs.distribution.mail import (
    SUBJECT,
    TEXT,
    RefusedError,
    Server,
    UnreachableError,
    message,
    password_of,
    written,
)
from kpi_xl.jobs.distribution.manifest import Round
from kpi_xl.jobs.progress import Progress
from kpi_xl.mail_settings import MailSettings
from kpi_xl.project import Project

_FIELDS = ("单位", "姓名", "月份", "模板", "文件")


@dataclass(frozen=True)
class Mailing:
    """What the mails say and where they go out.

    Parameters
    ----------
    settings : MailSettings
        The server.
    password : str
        Its password.
    subject, text : str
        With fields in braces.
    """

    settings: MailSettings
    password: str = field(repr=False)
    subject: str
    text: str


@dataclass
class Mailed:
    """What became of the mails.

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
    """

    sent: int = 0
    already: int = 0
    uncertain: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    without_address: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everybody has a mail."""
        return not (self.failed or self.without_address)


def prepared(project: Project, *, rehearsal: bool) -> Mailing:
    """The mails' text and the server's password; for a rehearsal no password is needed.

    Raises
    ------
    InputError
        When kpi.toml names no server, there is no password, or a text cannot be used.
    """
    settings = project.settings.mail
    if not settings.host:
        raise InputError(
            "还没有设置邮件服务器",
            "请在 kpi.toml 的 [mail] 里写上 host、user、sender",
            file=project.folder / "kpi.toml",
        )
    text, file = TEXT, None
    if settings.text:
        file = project.folder / settings.text
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError(
                "找不到邮件正文", "请核对 kpi.toml 里 [mail] 的 text", file=file
            ) from None
        except UnicodeDecodeError:
            raise InputError("邮件正文不是 UTF-8 编码", "请另存为 UTF-8", file=file) from None
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
    contacts: Listed,
    progress: Progress,
) -> Mailed:
    """Mail everybody's workbook who has none yet.

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
    current = ""

    def retrying(why: str) -> None:
        manifest.log(connection, round_, current, "retry", why)

    with Server(mailing.settings, mailing.password, retrying) as server:
        for number, row in enumerate(rows):
            progress("发邮件", number, len(rows))
            if row["mail"] == manifest.SENT:
                mailed.already += 1
                continue
            current, name = row["recipient"], row["person_name"] or row["unit_name"]
            address = contacts.at(row["unit"], row["unit_name"], current)
            if address is None:
                mailed.without_address.append(name)
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
                manifest.message_id(round_, current),
                written(mailing.subject, fields, None),
                written(mailing.text, fields, None),
                _attachments(project, row),
            )
            manifest.note_mail(connection, round_, current, manifest.SENDING, "", address)
            try:
                server.send(mail)
            except RefusedError as error:
                manifest.note_mail(
                    connection, round_, current, manifest.FAILED, str(error), address
                )
                mailed.failed[name] = str(error)
                continue
            except UnreachableError as error:
                manifest.log(connection, round_, current, "retry", str(error))
                raise InputError(
                    f"邮件服务器多次没有接受（{error}），已发出 {mailed.already + mailed.sent} 封",
                    "请检查网络和 kpi.toml 里的 [mail]，再运行同一条命令，会接着发完",
                ) from None
            manifest.note_mail(connection, round_, current, manifest.SENT, "", address)
            mailed.sent += 1
        progress("发邮件", len(rows), len(rows))
    return mailed


def _attachments(project: Project, row: sqlite3.Row) -> Mapping[str, bytes]:
    files = [Path(row["file"]), *([Path(row["pdf"])] if row["pdf"] else [])]
    return {file.name: (project.folder / file).read_bytes() for file in files}
