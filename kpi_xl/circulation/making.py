"""Make the workbooks of a round; a failure of one does not stop the others.

Every workbook is noted before it is written, so that whatever lies in the folder is known. Nothing
is replaced or removed but what was written there by the same round and changed by nobody since:
people fill workbooks in where they find them.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.circulation import manifest
from kpi_xl.circulation.contacts import ByRecipient
from kpi_xl.circulation.encryption import locked_pdf
from kpi_xl.circulation.manifest import Edition, Noted, Round
from kpi_xl.circulation.prefilled import Prefilled
from kpi_xl.circulation.production import Blank, Made, Order, processes, produced
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.slots import unit_sheets
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.recipients import Recipient
from kpi_xl.slots.unit_sheets import UnitSheet
from kpi_xl.system.files import remove, write_whole
from kpi_xl.system.libreoffice import converted
from kpi_xl.system.progress import Progress
from kpi_xl.system.undone import Failure, Undone
from kpi_xl.workbook import Identity, Template

_TOGETHER: Final = 64
"""So many workbooks are noted in one transaction."""

_OLD_FILE: Final = "以前生成的旧文件"
_KEY: Final = ".工号"
_SHOWN: Final = ("person.id", "unit.name", "department.name", "team.name")
"""The slots that tell people whose a workbook is."""


class _Ordered(NamedTuple):
    """A workbook to make: recipient, place, input cells, number of filled slots."""

    recipient: Recipient
    file: Path
    edition: Edition
    slots: int


class Making:
    """The workbooks of one round.

    Parameters
    ----------
    blank : Blank
        The same, as tasks carry it.
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    progress : callable
        Told what is being done.

    Attributes
    ----------
    undone : dict of (str, str) to Undone
        Whose could not be made, by level and key.
    pdfs : int
        How many PDFs were made.
    removed : list of Path
        Files that were nobody's any more.
    """

    def __init__(
        self,
        project: Project,
        template: Template,
        blank: Blank,
        month: Month,
        connection: sqlite3.Connection,
        round_: Round,
        progress: Progress,
    ) -> None:
        self._project = project
        self._template = template
        self._blank = blank
        self._month = month
        self._connection = connection
        self._round = round_
        self._progress = progress
        self._prefilled = Prefilled(template, blank.content)
        self._plain: list[tuple[Recipient, Path, Path]] = []
        self.undone: dict[tuple[str, str], Undone] = {}
        self.pdfs = 0
        self.removed: list[Path] = []

    def make(
        self,
        to: RecipientValues,
        placed: Sequence[tuple[Recipient, Path]],
        passwords: ByRecipient | None,
        executor: Executor | None,
        workers: int,
        *,
        plain: Path | None,
    ) -> None:
        """Make the workbooks of all recipients who have no mail yet.

        Parameters
        ----------
        to : RecipientValues
            Computes the values of each recipient's workbook.
        placed : sequence of (Recipient, Path)
            Everybody, with the file relative to the project.
        passwords : ByRecipient or None
            What they open with.
        executor : concurrent.futures.Executor or None
            What fills them; None for processes of this computer.
        workers : int
            How many tasks it takes at a time.
        plain : Path or None
            A folder where they are kept as they are without a password, for `make_pdfs`.
        """
        rows = {
            (row["level"], row["recipient"]): row
            for row in manifest.rows_of(self._connection, self._round)
        }
        wanted = [
            (one, file)
            for one, file in placed
            if rows[one.level, one.key]["mail"] != manifest.SENT and self._has_place(one, file)
        ]
        tokens = {whose: row["token"] for whose, row in rows.items()}
        if executor is not None:
            self._make(to, wanted, tokens, passwords, executor, workers, plain)
            return
        with processes(len(wanted), passwords is not None) as (own, number):
            self._make(to, wanted, tokens, passwords, own, number, plain)

    def _has_place(self, recipient: Recipient, file: Path) -> bool:
        """Whether the place of a workbook is free, or holds a file that may be replaced."""
        try:
            found = hashlib.sha256((self._project.folder / file).read_bytes()).hexdigest()
        except FileNotFoundError:
            return True
        except OSError as error:
            self._fails(recipient, file, error)
            return False
        if manifest.is_ours(self._connection, self._round, file.as_posix(), found):
            return True
        self._fails(recipient, file, InputError(kinds.NOT_OURS()))
        return False

    def _make(
        self,
        to: RecipientValues,
        wanted: Sequence[tuple[Recipient, Path]],
        tokens: Mapping[tuple[str, str], str],
        passwords: ByRecipient | None,
        executor: Executor | None,
        workers: int,
        plain: Path | None,
    ) -> None:
        doing = f"生成{self._blank.name}"
        ordered: deque[_Ordered] = deque()

        def orders() -> Iterator[Order]:
            for recipient, file in wanted:
                try:
                    values, sheets = unit_sheets.values(self._template, to, recipient)
                    sent = self._prefilled.of(values, sheets)
                    edition = _edition(self._blank, recipient, values, sheets, sent)
                    order = Order(
                        self._identity(recipient, edition, tokens[recipient.level, recipient.key]),
                        values,
                        _password(passwords, recipient),
                        sheets,
                    )
                except Exception as error:
                    self._fails(recipient, file, error)
                    continue
                slots = len(values) + sum(len(sheet.values) for sheet in sheets)
                ordered.append(_Ordered(recipient, file, edition, slots))
                yield order

        ready: list[tuple[_Ordered, Made]] = []
        for number, made in enumerate(produced(self._blank, orders(), executor, workers)):
            self._progress(doing, number, len(wanted))
            one = ordered.popleft()
            if isinstance(made, Failure):
                self._fails(one.recipient, one.file, made)
                continue
            ready.append((one, made))
            if len(ready) == _TOGETHER:
                self._write(ready, plain)
                ready.clear()
        self._write(ready, plain)
        self._progress(doing, len(wanted), len(wanted))

    def _write(self, ready: Sequence[tuple[_Ordered, Made]], plain: Path | None) -> None:
        noted = [
            Noted(one.recipient, one.edition, one.slots, one.file, made.sha256)
            for one, made in ready
        ]
        manifest.announce(self._connection, self._round, noted)
        there = []
        for note, (one, made) in zip(noted, ready, strict=True):
            try:
                write_whole(self._project.folder / one.file, made.content)
            except Exception as error:
                self._fails(one.recipient, one.file, error)
                continue
            there.append(note)
            if plain is not None:
                kept = plain / f"{len(self._plain)}{one.file.suffix}"
                kept.write_bytes(made.plain)
                self._plain.append((one.recipient, one.file, kept))
        manifest.note_made(self._connection, self._round, there)

    def make_pdfs(self, soffice: Path, passwords: ByRecipient | None) -> None:
        """Make a PDF beside each workbook that was made.

        Parameters
        ----------
        soffice : Path
            The program file of LibreOffice.
        passwords : ByRecipient or None
            What they open with.
        """
        total = len(self._plain)
        self._progress("生成 PDF", 0, total)
        workbooks = {str(number): one[-1] for number, one in enumerate(self._plain)}
        with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
            made = converted(workbooks, "pdf", soffice, Path(folder))
            for number, (recipient, file, _) in enumerate(self._plain):
                if (result := made.get(str(number))) is None:
                    continue
                try:
                    self._put_pdf(recipient, file.with_suffix(".pdf"), result, passwords)
                except Exception as error:
                    self._fails(recipient, file.with_suffix(".pdf"), error)
        self._progress("生成 PDF", total, total)

    def _put_pdf(
        self, recipient: Recipient, place: Path, result: Path, passwords: ByRecipient | None
    ) -> None:
        content = result.read_bytes()
        if (password := _password(passwords, recipient)) is not None:
            content = locked_pdf(content, password)
        sha256 = hashlib.sha256(content).hexdigest()
        manifest.announce_pdf(self._connection, self._round, place, sha256)
        write_whole(self._project.folder / place, content)
        manifest.note_pdf(self._connection, self._round, recipient, place)
        self.pdfs += 1

    def remove_left_over(self) -> None:
        """Remove files that earlier runs of the round made and that have no recipient any more.

        What somebody has written into stays.
        """
        for name, contents in manifest.left_over(self._connection, self._round).items():
            file = self._project.folder / name
            try:
                if hashlib.sha256(file.read_bytes()).hexdigest() in contents:
                    remove(file)
                    self.removed.append(file)
            except FileNotFoundError:
                continue
            except (OSError, InputError) as error:
                found = Failure.of(error).error
                fault = kinds.NOT_REMOVED(reason=found.told, advice=found.advice)
                self.undone["", name] = Undone(_OLD_FILE, "", file, InputError(fault))

    def _identity(self, recipient: Recipient, edition: Edition, token: str) -> Identity:
        return Identity(
            distribution=self._round.distribution,
            template=self._blank.name,
            version=self._blank.version,
            period=str(self._month),
            unit=recipient.unit.path,
            person=recipient.person.agent if recipient.person else "",
            level=recipient.level,
            edition=edition.mark,
            token=token,
        )

    def _fails(self, recipient: Recipient, file: Path, error: Exception | Failure) -> None:
        self.undone[recipient.level, recipient.key] = Undone.of(
            recipient.name, recipient.unit.path, self._project.folder / file, error
        )


def _password(passwords: ByRecipient | None, recipient: Recipient) -> str | None:
    return None if passwords is None else passwords.of(recipient.level, recipient.key)


def _edition(
    blank: Blank,
    recipient: Recipient,
    values: Mapping[str, Any],
    sheets: Sequence[UnitSheet],
    sent: str,
) -> Edition:
    """Describe the workbook that is sent: its recipient and its cells. A different one that comes
    back does not match.

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
    shown = {
        unit: {
            name: of_unit[name]
            for name in _SHOWN
            if isinstance(of_unit.get(name), str) and of_unit[name]
        }
        for unit, of_unit in by_unit.items()
    }
    return Edition(
        blank.version,
        recipient.unit.path,
        recipient.unit.name,
        recipient.person.name if recipient.person else "",
        json.dumps(keys, ensure_ascii=False),
        json.dumps(shown, ensure_ascii=False),
        sent,
    )
