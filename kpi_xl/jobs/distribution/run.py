"""Send a template out: a workbook for each unit or person, and where wanted a mail with it."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kpi_xl.calendar import Month
from kpi_xl.errors import InputError
from kpi_xl.file_names import file_name, room_in
from kpi_xl.files import write_whole
from kpi_xl.jobs import unit_sheets
from kpi_xl.jobs.circulation import circulation, file_of
from kpi_xl.jobs.distribution import manifest
from kpi_xl.jobs.distribution.contacts import Listed, contacts_of, passwords_in
from kpi_xl.jobs.distribution.encryption import locked_pdf
from kpi_xl.jobs.distribution.mailing import Mailed, Mailing, mail_everybody, prepared
from kpi_xl.jobs.distribution.manifest import Round
from kpi_xl.jobs.distribution.production import Blank, Order, processes, produced
from kpi_xl.jobs.fill import month_meant, recipients_of, template_path
from kpi_xl.jobs.holding import holding
from kpi_xl.jobs.libreoffice import converted, needed_soffice
from kpi_xl.jobs.load import load
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.jobs.recipients import Recipient, Recipients, files
from kpi_xl.jobs.unit_sheets import UnitSheet
from kpi_xl.project import Project
from kpi_xl.workbook import Identity, Template

_NOTED_TOGETHER: Final = 64
"""So many workbooks are noted in one transaction; after a crash they are made again."""

_KEY: Final = ".工号"


@dataclass(frozen=True)
class Delivery:
    """What one recipient gets.

    Parameters
    ----------
    recipient : str
        工号, or the unit's path.
    name : str
        For people to read.
    unit : str
        The unit's path.
    file : Path
        The workbook.
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
    """What was sent out, or would be.

    Parameters
    ----------
    month : Month
        The month.
    folder : Path
        Where the workbooks are.
    deliveries : list of Delivery
        Everybody's.
    number : int
        Which round it is; 0 for a rehearsal of the first one.
    pdfs : int
        How many PDFs were made.
    mailed : Mailed or None
        What became of the mails; None where none were to be sent.
    """

    month: Month
    folder: Path
    deliveries: list[Delivery]
    number: int
    pdfs: int = 0
    mailed: Mailed | None = None


@dataclass(frozen=True)
class _Wishes:
    """What is wanted of a distribution, checked before anything is made."""

    passwords: Listed | None
    contacts: Listed | None
    mailing: Mailing | None
    soffice: Path | None
    executor: Executor | None
    workers: int
    progress: Progress = field(repr=False)


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
    project : Project
        The project.
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
    wishes = _wishes(project, passwords, pdf, mail, dry_run, executor, workers, progress)
    path = template_path(template)
    workbook = Template(path)
    cube = load(project, progress).cube
    wanted = month_meant(cube, month)
    with recipients_of(project, cube, workbook, wanted) as to:
        everybody = list(
            files(
                unit_sheets.recipients(workbook, to, level),
                workbook.suffix,
                cube.units[0].name,
                room_in(project.folder),
            )
        )
        chosen = (level if workbook.sheets_for_units else to.level(level)) or ""
        _all_have_passwords(wishes.passwords, everybody)
        with _rounds(project, dry_run) as connection:
            blank = Blank(path.stem, path.read_bytes())
            found = manifest.latest(connection, blank.name, str(wanted), chosen)
            number = 1 if found is None else found.number + again
            folder = _folder(project, wanted, blank.name, number)
            if dry_run:
                old = None if again else found
                deliveries = _deliveries(connection, old, everybody, folder, wishes)
                return Distributed(wanted, folder, deliveries, number)
            round_ = manifest.begin(connection, blank, str(wanted), chosen, again)
            placed = [
                (recipient, (folder / file).relative_to(project.folder))
                for recipient, file in everybody
            ]
            manifest.enlist(connection, round_, placed)
            project.returned.mkdir(exist_ok=True)  # so that what comes back has a place
            sending = _Sending(project, workbook, blank, wanted, to, connection, round_, wishes)
            pdfs = sending.make(placed)
            mailed = None
            if wishes.mailing is not None and wishes.contacts is not None:
                mailed = mail_everybody(
                    project, connection, round_, wishes.mailing, wishes.contacts, progress
                )
            deliveries = _deliveries(connection, round_, everybody, folder, wishes)
    return Distributed(wanted, folder, deliveries, round_.number, pdfs, mailed)


def _wishes(
    project: Project,
    passwords: Path | None,
    pdf: bool,
    mail: bool,
    dry_run: bool,
    executor: Executor | None,
    workers: int,
    progress: Progress,
) -> _Wishes:
    return _Wishes(
        passwords=None if passwords is None else passwords_in(passwords),
        contacts=contacts_of(project) if mail else None,
        mailing=prepared(project, rehearsal=dry_run) if mail else None,
        soffice=needed_soffice("生成 PDF ") if pdf else None,
        executor=executor,
        workers=workers,
        progress=progress,
    )


@contextmanager
def _rounds(project: Project, dry_run: bool) -> Iterator[sqlite3.Connection]:
    """The manifest, held by this process alone; a rehearsal looks at a copy, if there is one."""
    if not dry_run:
        with holding(project, of="circulation", doing="下发或回收"), circulation(project) as own:
            yield own
        return
    with tempfile.TemporaryDirectory() as folder:
        rehearsal = Project(Path(folder), project.settings)
        with circulation(rehearsal) as copy:
            if file_of(project).is_file():
                with circulation(project) as own:
                    own.backup(copy)
            yield copy


def _folder(project: Project, month: Month, name: str, number: int) -> Path:
    named = name if number == 1 else f"{name}（第{number}轮）"
    own = file_name(named, room=room_in(project.folder), cased=True)
    return project.output / str(month) / "下发" / own


def _all_have_passwords(
    passwords: Listed | None, everybody: Sequence[tuple[Recipient, Path]]
) -> None:
    if passwords is None:
        return
    lacking = [recipient for recipient, _ in everybody if not passwords.of(recipient)]
    if lacking:
        some = "、".join(f"{recipient.name}（{recipient.key}）" for recipient in lacking[:5])
        raise InputError(
            f"有 {len(lacking)} 份没有密码：{some}{' 等' if len(lacking) > 5 else ''}",
            "请在密码表里补上；什么都还没有生成",
            file=passwords.file,
        )


def _deliveries(
    connection: sqlite3.Connection,
    round_: Round | None,
    everybody: Sequence[tuple[Recipient, Path]],
    folder: Path,
    wishes: _Wishes,
) -> list[Delivery]:
    rows = [] if round_ is None else manifest.rows_of(connection, round_)
    sent = {row["recipient"] for row in rows if row["mail"] == manifest.SENT}
    return [
        Delivery(
            recipient=recipient.key,
            name=recipient.name,
            unit=recipient.unit.path,
            file=folder / file,
            encrypted=wishes.passwords is not None,
            address=wishes.contacts.of(recipient) if wishes.contacts else None,
            already=recipient.key in sent,
        )
        for recipient, file in everybody
    ]


@dataclass(frozen=True)
class _Sending:
    """The workbooks of one round."""

    project: Project
    template: Template
    blank: Blank
    month: Month
    to: Recipients
    connection: sqlite3.Connection
    round_: Round
    wishes: _Wishes

    def make(self, placed: Sequence[tuple[Recipient, Path]]) -> int:
        """Make the workbooks of all who have not been written to; how many PDFs were made."""
        rows = manifest.rows_of(self.connection, self.round_)
        sent = {row["recipient"] for row in rows if row["mail"] == manifest.SENT}
        wanted = [(one, file) for one, file in placed if one.key not in sent]
        with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
            plain = None if self.wishes.soffice is None else Path(folder)
            if self.wishes.executor is not None:
                self._workbooks(wanted, self.wishes.executor, self.wishes.workers, plain)
            else:
                encrypting = self.wishes.passwords is not None
                with processes(len(wanted), encrypting) as (executor, workers):
                    self._workbooks(wanted, executor, workers, plain)
            return 0 if plain is None else self._pdfs(wanted, plain)

    def _workbooks(
        self,
        wanted: Sequence[tuple[Recipient, Path]],
        executor: Executor | None,
        workers: int,
        plain: Path | None,
    ) -> None:
        doing = f"生成{self.blank.name}"
        about: deque[tuple[int, str]] = deque()

        def orders() -> Iterator[Order]:
            for recipient, _ in wanted:
                values, sheets = unit_sheets.values(self.template, self.to, recipient)
                filled = len(values) + sum(len(sheet.values) for sheet in sheets)
                about.append((filled, _keys(values, sheets)))
                password = self._password(recipient)
                yield Order(self._identity(recipient), values, password, sheets)

        noted: list[tuple[str, int, str, str]] = []
        results = produced(self.blank, orders(), executor, workers)
        for number, ((recipient, file), made) in enumerate(zip(wanted, results, strict=True)):
            self.wishes.progress(doing, number, len(wanted))
            write_whole(self.project.folder / file, made.content)
            if plain is not None:
                (plain / f"{number}.xlsx").write_bytes(made.plain)
            noted.append((made.sha256, *about.popleft(), recipient.key))
            if len(noted) == _NOTED_TOGETHER:
                manifest.note_made(self.connection, self.round_, noted)
                noted.clear()
        manifest.note_made(self.connection, self.round_, noted)
        self.wishes.progress(doing, len(wanted), len(wanted))

    def _pdfs(self, wanted: Sequence[tuple[Recipient, Path]], folder: Path) -> int:
        assert self.wishes.soffice is not None
        self.wishes.progress("生成 PDF", 0, len(wanted))
        workbooks = {str(number): folder / f"{number}.xlsx" for number in range(len(wanted))}
        made = converted(workbooks, "pdf", self.wishes.soffice, folder)
        for number, (recipient, file) in enumerate(wanted):
            if (result := made.get(str(number))) is None:
                continue
            content = result.read_bytes()
            if (password := self._password(recipient)) is not None:
                content = locked_pdf(content, password)
            place = file.with_suffix(".pdf")
            write_whole(self.project.folder / place, content)
            manifest.note_pdf(self.connection, self.round_, recipient.key, place)
        self.wishes.progress("生成 PDF", len(wanted), len(wanted))
        return len(made)

    def _identity(self, recipient: Recipient) -> Identity:
        return Identity(
            distribution=self.round_.distribution,
            template=self.blank.name,
            version=self.blank.version,
            period=str(self.month),
            unit=recipient.unit.path,
            person=recipient.person.agent if recipient.person else "",
        )

    def _password(self, recipient: Recipient) -> str | None:
        return None if self.wishes.passwords is None else self.wishes.passwords.of(recipient)


def _keys(values: Mapping[str, Any], sheets: Sequence[UnitSheet]) -> str:
    """The 工号 in the lists of a workbook, as JSON: others coming back are no match.

    By unit, empty for the workbook as a whole, and slot; so that it also says which units have a
    sheet.
    """
    by_unit = {"": values} | {sheet.unit: sheet.values for sheet in sheets}
    keys = {
        unit: {
            name: [str(key) for key in value if key is not None]
            for name, value in of_unit.items()
            if name.endswith(_KEY) and isinstance(value, list)
        }
        for unit, of_unit in by_unit.items()
    }
    return json.dumps(keys, ensure_ascii=False)
