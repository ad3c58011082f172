"""Distribute a template: a workbook for each unit or person, and optionally a mail with it."""

from __future__ import annotations

import gc
import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.circulation import manifest
from kpi_xl.circulation.contacts import ByRecipient, Listed, contacts_of, passwords_in
from kpi_xl.circulation.mailing import Mailed, Mailing, mail_everybody, prepared
from kpi_xl.circulation.making import Making
from kpi_xl.circulation.production import Blank
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import month_meant, recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.record.circulation import back_up, changing, circulation, was_begun
from kpi_xl.slots import unit_sheets
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.recipients import Recipient, files
from kpi_xl.system.file_names import file_name, room_in
from kpi_xl.system.files import make_folder
from kpi_xl.system.libreoffice import needed_soffice
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone, refuse_if_all
from kpi_xl.workbook import Template


@dataclass(frozen=True)
class Delivery:
    """The workbooks of one recipient.

    Parameters
    ----------
    recipient : str
        工号, or the unit's path.
    name : str
        For people to read.
    unit : str
        The path of the recipient's unit.
    file : Path
        The workbook that was made.
    encrypted : bool
        Whether it opens with a password only.
    address : str or None
        Where the mail goes; None when no mail is sent, or no address is known.
    already : bool
        Whether the mail has been sent before.
    """

    recipient: str
    name: str
    unit: str
    file: Path
    encrypted: bool
    address: str | None
    already: bool


@dataclass(frozen=True)
class Distributed:
    """The result of a distribution, or of a trial run.

    Parameters
    ----------
    folder : Path
        Where the workbooks are.
    deliveries : list of Delivery
        Everybody's who has one.
    number : int
        Which round it is; 0 for a rehearsal of the first one.
    pdfs : int
        How many PDFs were made.
    mailed : Mailed or None
        What became of the mails; None where none were to be sent.
    undone : list of Undone
        Whose workbook could not be made.
    removed : list of Path
        Files of earlier runs that were nobody's any more, as after a transfer.
    """

    month: Month
    folder: Path
    deliveries: list[Delivery]
    number: int
    pdfs: int = 0
    mailed: Mailed | None = None
    undone: list[Undone] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every recipient has a workbook, and a mail if one was wanted."""
        return not self.undone and (self.mailed is None or self.mailed.complete)


@dataclass(frozen=True)
class _Wishes:
    """The options of a distribution that can be checked before the data is read."""

    passwords: Listed | None
    contacts: Listed | None
    mailing: Mailing | None
    soffice: Path | None


@dataclass(frozen=True)
class _Asked:
    """The recipients and their workbooks, checked before anything is made."""

    month: Month
    level: str
    everybody: Sequence[tuple[Recipient, Path]]
    passwords: ByRecipient | None
    addresses: ByRecipient | None
    undone: Sequence[Undone]


def distribute(
    project: Project,
    template: str,
    month: str | None = None,
    *,
    level: str | None = None,
    passwords: Path | None = None,
    pdf: bool = False,
    mail: bool = False,
    dry_run: bool = False,
    again: bool = False,
    executor: Executor | None = None,
    workers: int = 4,
    progress: Progress = silent,
) -> Distributed:
    """Make a workbook for each unit or person, note it in the manifest, and mail it.

    It can be killed anywhere and run again: it goes on with the same round, makes what is not
    there yet, and sends no mail that the server has accepted before. Where it was killed between
    handing a mail over and hearing the server's answer, nobody can know whether the mail went; it
    is sent again with the same Message-ID, by which mailboxes drop the copy.

    Parameters
    ----------
    template : str
        The Chinese name of an official template, or the path of any workbook with slots.
    month : str, optional
        The month; by default the last one with data.
    level : str, optional
        The level of the units; by default as `kpi_xl.jobs.fill.fill`.
    passwords : Path, optional
        A table with 单位 or 工号, and 密码; with it every workbook opens with its password only.
    pdf : bool
        Whether to make a PDF beside each workbook, through LibreOffice.
    mail : bool
        Whether to mail the workbooks to the addresses in the project's 通讯录.
    dry_run : bool
        Only tell who would get what: nothing is made, noted or sent.
    again : bool
        Begin a new round: everybody gets a workbook once more.
    executor : concurrent.futures.Executor, optional
        What fills the workbooks: a pool of processes, or a cluster's. By default a pool of as
        many processes as there are processors. It is handed bytes and gives bytes back.
    workers : int
        How many tasks that executor takes at a time.
    progress : callable
        Told what is being done.

    Returns
    -------
    Distributed

    Raises
    ------
    InputError
        When something cannot be used, or a password is missing: nothing has been sent then.
    """
    wishes = _Wishes(
        passwords=None if passwords is None else passwords_in(passwords),
        contacts=contacts_of(project) if mail else None,
        mailing=prepared(project, rehearsal=dry_run) if mail else None,
        soffice=needed_soffice("生成 PDF ") if pdf else None,
    )
    path = template_path(template)
    workbook = Template(path)
    blank = Blank(path.stem, path.read_bytes())
    with ExitStack() as held:
        # The store and the cube are let go of before mails are sent, which may take hours.
        with _reading(project, workbook, month, level, wishes, progress) as (asked, to):
            connection = held.enter_context(record(project, dry_run))
            found = manifest.latest(connection, blank.name, str(asked.month), asked.level)
            number = 1 if found is None else found.number + again
            folder = _folder(project, asked.month, blank.name, number)
            placed = [
                (recipient, (folder / file).relative_to(project.folder))
                for recipient, file in asked.everybody
            ]
            if dry_run:
                rows = [] if again or found is None else manifest.rows_of(connection, found)
                deliveries = _deliveries(project, rows, placed, asked, set())
                return Distributed(asked.month, folder, deliveries, number)
            round_ = manifest.begin(connection, blank, str(asked.month), asked.level, again)
            manifest.enlist(connection, round_, placed)
            make_folder(project.returned)  # so that what comes back has a place
            making = Making(project, workbook, blank, asked.month, connection, round_, progress)
            plain = None
            if pdf:
                plain = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="kpi_xl-")))
            making.make(to, placed, asked.passwords, executor, workers, plain=plain)
        del to
        gc.collect()  # what answers are kept in goes round in a circle, and holds the cube's file
        if wishes.soffice is not None:
            making.make_pdfs(wishes.soffice, asked.passwords)
        failed = set(making.undone)
        refuse_if_all(list(making.undone.values()), len(placed) - len(failed))
        making.remove_left_over()
        mailed = None
        if wishes.mailing is not None and asked.addresses is not None:
            back_up(project, connection)  # with the tokens of what is now sent
            mailed = mail_everybody(
                project, connection, round_, wishes.mailing, asked.addresses, failed, progress
            )
        rows = manifest.rows_of(connection, round_)
        deliveries = _deliveries(project, rows, placed, asked, failed)
    return Distributed(
        asked.month, folder, deliveries, round_.number, making.pdfs, mailed,
        [*asked.undone, *making.undone.values()], making.removed,
    )  # fmt: skip


@contextmanager
def _reading(
    project: Project,
    workbook: Template,
    month: str | None,
    level: str | None,
    wishes: _Wishes,
    progress: Progress,
) -> Iterator[tuple[_Asked, RecipientValues]]:
    """The recipients, and the computation of their values, while the store is open."""
    loaded = load(project, progress)
    cube = loaded.cube
    wanted = month_meant(cube, month)
    passwords, contacts = wishes.passwords, wishes.contacts
    with recipients_of(project, cube, workbook, wanted) as to:
        recipients = unit_sheets.recipients(workbook, to, level)
        room = room_in(project.folder)
        asked = _Asked(
            wanted,
            (level if workbook.sheets_for_units else to.recipients.level(level)) or "",
            list(files(recipients, workbook.suffix, project.settings, room)),
            None if passwords is None else passwords.among(cube.units),
            None if contacts is None else contacts.among(cube.units),
            loaded.undone,
        )
        _all_have_passwords(asked)
        yield asked, to


@contextmanager
def record(project: Project, dry_run: bool) -> Iterator[sqlite3.Connection]:
    """The record, locked by this process; for a rehearsal a copy of it, if there is one."""
    if not dry_run:
        with changing(project) as own:
            yield own
        return
    with tempfile.TemporaryDirectory() as folder:
        rehearsal = Project(Path(folder), project.settings)
        with circulation(rehearsal) as copy:
            if was_begun(project):
                with circulation(project) as own:
                    own.backup(copy)
            yield copy


def _folder(project: Project, month: Month, name: str, number: int) -> Path:
    named = name if number == 1 else f"{name}（第{number}轮）"
    own = file_name(named, room=room_in(project.folder), cased=True)
    return project.output / str(month) / "下发" / own


def _all_have_passwords(asked: _Asked) -> None:
    passwords = asked.passwords
    if passwords is None:
        return
    lacking = [one for one, _ in asked.everybody if not passwords.of(one.level, one.key)]
    if lacking:
        some = "、".join(f"{recipient.name}（{recipient.key}）" for recipient in lacking[:5])
        raise InputError(
            kinds.PASSWORDS_MISSING(
                count=len(lacking), names=some, more=" 等" if len(lacking) > 5 else ""
            ),
            file=passwords.file,
        )


def _deliveries(
    project: Project,
    rows: Sequence[sqlite3.Row],
    placed: Sequence[tuple[Recipient, Path]],
    asked: _Asked,
    failed: Collection[tuple[str, str]],
) -> list[Delivery]:
    """A delivery for each recipient; for those who got a mail before, the file that was mailed
    then.
    """
    sent = {(row["level"], row["recipient"]): row for row in rows if row["mail"] == manifest.SENT}
    found = []
    for recipient, file in placed:
        whose = recipient.level, recipient.key
        if whose in failed:
            continue
        row = sent.get(whose)
        found.append(
            Delivery(
                recipient=recipient.key,
                name=recipient.name,
                unit=recipient.unit.path if row is None else row["unit"],
                file=project.folder / (file if row is None else row["file"]),
                encrypted=asked.passwords is not None,
                address=asked.addresses.of(*whose) if asked.addresses else None,
                already=row is not None,
            )
        )
    return found
