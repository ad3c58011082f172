"""Find the recipient of a returned workbook, by the identity in it, among all that was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.circulation.contacts import Listed
from kpi_xl.circulation.encryption import decrypted
from kpi_xl.circulation.incoming import Arrived, Aside
from kpi_xl.circulation.round_names import token_of
from kpi_xl.errors import InputError
from kpi_xl.system.libreoffice import converted, soffice
from kpi_xl.workbook import Identity
from kpi_xl.workbook.answers import ReturnedWorkbook
from kpi_xl.workbook.ooxml.package import RETURNED, Package

_MOST_TRIED: Final = 100
"""A password takes a tenth of a second to try."""

_FIRST_SAVED: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
_AHEAD: Final = dt.timedelta(days=2)
"""How far a clock may be ahead, or its zone wrong."""

_RECIPIENT: Final = (
    "SELECT recipients.*, template, period, round FROM recipients"
    " JOIN distributions USING (distribution)"
)

_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Matched:
    """A returned workbook and the row of the manifest that it belongs to.

    Parameters
    ----------
    file : Path
        Relative to the folder.
    path : Path
        The file of the returned workbook.
    content : bytes or None
        The workbook, where it had to be decrypted or converted; None where the file is it.
    sha256 : str
        Of the file as it came.
    row : sqlite3.Row
        Of ``recipients``, joined with its distribution.
    edition : sqlite3.Row
        Of ``workbooks``: what the workbook asked when it was handed out, and whose it was then.
    saved : datetime
        When it was saved, by its own word or else the file's.
    saved_by : str
        By whom, by its own word.
    changed : float
        When the file was changed.
    password : str or None
        The password that opens it; None if it has none.
    """

    file: Path
    path: Path
    content: bytes | None = field(repr=False)
    sha256: str
    row: sqlite3.Row
    edition: sqlite3.Row
    saved: dt.datetime
    saved_by: str
    changed: float
    password: str | None

    @property
    def whose(self) -> tuple[str, str, str, str]:
        """Template, period, level and recipient: the key that versions share.

        A person's remain his when he is transferred.
        """
        row = self.row
        return row["template"], row["period"], row["level"], row["recipient"]

    @property
    def age(self) -> tuple[int, dt.datetime]:
        """The sort key of versions: the round, then the time it was saved."""
        return self.row["round"], self.saved

    @property
    def order(self) -> tuple[int, dt.datetime, float, str]:
        """The sort key of versions, with a tie-breaker for those of the same age."""
        return *self.age, self.changed, self.file.as_posix()

    def opened(self) -> ReturnedWorkbook:
        """Open the workbook; not all are kept in memory.

        Raises
        ------
        InputError
            The file is not what it was a moment ago.
        """
        content = self.content
        if content is None:
            try:
                content = self.path.read_bytes()
            except OSError:
                content = b""
            if hashlib.sha256(content).hexdigest() != self.sha256:
                raise InputError(kinds.CHANGED_MEANWHILE(), file=self.file)
        return ReturnedWorkbook(self.file, content)


class Matcher:
    """Matches returned files with what was sent.

    Parameters
    ----------
    connection : sqlite3.Connection
        An open connection to the project's circulation.sqlite.
    passwords : Listed or None
        What workbooks were encrypted with.
    """

    def __init__(
        self, folder: Path, connection: sqlite3.Connection, passwords: Listed | None
    ) -> None:
        self._folder = folder
        self._connection = connection
        self._passwords = passwords

    def match(self, arrived: Arrived) -> Matched | Aside:
        """Find the recipient of a workbook, or the reason why there is none."""
        try:
            return self._matched(arrived)
        except Exception as error:
            return Aside.of(arrived.file, error)

    def _matched(self, arrived: Arrived) -> Matched:
        sha256 = hashlib.sha256(arrived.content).hexdigest()
        if (known := self._known(arrived, sha256)) is not None:
            return known
        content, password = self._content(arrived)
        try:
            returned = ReturnedWorkbook(arrived.file, content)
        except InputError:
            if _holds_workbooks(arrived):
                raise InputError(kinds.RETURNED_ARCHIVE()) from None
            raise
        if token_of(returned.workbook) is not None:
            raise InputError(kinds.ROUND_WORKBOOK())
        row, edition = self._rows(returned.identity)
        saved, saved_by = returned.saved()
        if saved is None:
            saved = dt.datetime.fromtimestamp(arrived.changed, dt.UTC).replace(microsecond=0)
        return Matched(
            file=arrived.file,
            path=self._folder / arrived.file,
            content=None if content is arrived.content else content,
            sha256=sha256,
            row=row,
            edition=edition,
            saved=_believed(saved),
            saved_by=saved_by,
            changed=arrived.changed,
            password=password,
        )

    def _known(self, arrived: Arrived, sha256: str) -> Matched | None:
        """Find a workbook that was taken before, byte for byte, without opening it.

        All that came back stays in the folder, and is looked at whenever it is collected.
        """
        taking = self._takings.get(sha256)
        if taking is None or arrived.is_compound or _OPEN_DOCUMENT in arrived.content[:200]:
            return None
        row = self._connection.execute(
            f"{_RECIPIENT} WHERE distribution = ? AND recipients.level = ? AND recipient = ?",
            [taking["distribution"], taking["level"], taking["recipient"]],
        ).fetchone()
        edition = self._connection.execute(
            "SELECT * FROM workbooks WHERE sha256 = ?", [taking["workbook"]]
        ).fetchone()
        if row is None or edition is None:
            return None
        return Matched(
            file=arrived.file,
            path=self._folder / arrived.file,
            content=None,
            sha256=sha256,
            row=row,
            edition=edition,
            saved=_believed(dt.datetime.fromisoformat(taking["saved"])),
            saved_by=taking["saved_by"],
            changed=arrived.changed,
            password=None,
        )

    @cached_property
    def _takings(self) -> dict[str, sqlite3.Row]:
        """The workbooks taken so far, by the SHA-256 of the file."""
        return {
            row["sha256"]: row
            for row in self._connection.execute(
                "SELECT sha256, distribution, level, recipient, workbook, saved, saved_by"
                " FROM takings WHERE workbook IS NOT NULL"
            )
        }

    def _content(self, arrived: Arrived) -> tuple[bytes, str | None]:
        """The workbook, decrypted or converted if needed, and its password."""
        if arrived.is_compound:
            opened = self._decrypted(arrived)
            if opened is None:
                raise self._closed(arrived)
            return opened
        if _OPEN_DOCUMENT in arrived.content[:200]:
            workbook = _from_open_document(arrived.content)
            if workbook is None:
                raise InputError(kinds.ODS_NOT_CONVERTED())
            return workbook, None
        return arrived.content, None

    def _rows(self, identity: Identity | None) -> tuple[sqlite3.Row, sqlite3.Row]:
        """The rows of the manifest that an identity proves: the recipient's, and the workbook's."""
        if identity is None:
            raise InputError(kinds.NO_IDENTITY())
        row = self._recipient(identity)
        if row is None:
            raise InputError(
                kinds.OF_ANOTHER_PROJECT(
                    period=identity.period,
                    template=identity.template,
                    recipient=identity.person or identity.unit,
                )
            )
        if not identity.token:
            raise InputError(kinds.NO_TOKEN())
        changed = InputError(kinds.IDENTITY_CHANGED())
        if not hmac.compare_digest((row["token"] or "").encode(), identity.token.encode()):
            raise changed
        edition: sqlite3.Row | None = self._connection.execute(
            "SELECT * FROM workbooks WHERE distribution = ? AND level = ? AND recipient = ?"
            " AND edition = ? LIMIT 1",
            [row["distribution"], row["level"], row["recipient"], identity.edition],
        ).fetchone()
        if edition is None:
            raise changed
        own = (row["template"], edition["version"], row["period"], edition["unit"], row["person"])
        said = identity.template, identity.version, identity.period, identity.unit, identity.person
        if own != said:
            raise changed
        return row, edition

    def _recipient(self, identity: Identity) -> sqlite3.Row | None:
        """The row of the recipient that an identity names; without a level, any of that name."""
        found: sqlite3.Row | None = self._connection.execute(
            f"{_RECIPIENT} WHERE distribution = ? AND recipient = ?"
            " AND ? IN (recipients.level, '')",
            [identity.distribution, identity.person or identity.unit, identity.level],
        ).fetchone()
        return found

    def _decrypted(self, arrived: Arrived) -> tuple[bytes, str] | None:
        for password in self._likely(arrived.file.name):
            if (content := decrypted(arrived.content, [password])) is not None:
                return content, password
        return None

    def _likely(self, name: str) -> Iterator[str]:
        """The passwords to try; first those of recipients whose workbook had this name."""
        if self._passwords is None:
            return
        rows = self._connection.execute(
            "SELECT DISTINCT level, unit, unit_name, person, file FROM recipients"
        )
        tried = set()
        for row in rows:
            if Path(row["file"]).name != name:
                continue
            unit = row["unit"]
            names = (f"{row['level']}:{unit}", unit, row["unit_name"])
            for password in self._passwords.likely(names, row["person"]):
                if password not in tried:
                    tried.add(password)
                    yield password
        others = {password for _, password in self._passwords.texts()} - tried
        if len(others) <= _MOST_TRIED:
            yield from sorted(others)

    def _closed(self, arrived: Arrived) -> InputError:
        """The reason why a compound file cannot be opened."""
        if "EncryptedPackage".encode("utf-16-le") not in arrived.content:
            if any(name.encode("utf-16-le") in arrived.content for name in ("Workbook", "Book\0")):
                return InputError(kinds.OLD_XLS())
            return InputError(kinds.NO_WORKBOOK())
        if self._passwords is None:
            return InputError(kinds.PASSWORD_NEEDED())
        return InputError(kinds.PASSWORD_OTHER())


def _believed(saved: dt.datetime) -> dt.datetime:
    """The time a workbook was saved, if it is possible; it decides which version counts.

    Raises
    ------
    InputError
        It is not: the version would count for ever, or never.
    """
    try:
        found = saved.astimezone(dt.UTC)
    except (OverflowError, ValueError):
        found = None
    if found is None or not _FIRST_SAVED <= found <= dt.datetime.now(dt.UTC) + _AHEAD:
        raise InputError(kinds.SAVED_IMPOSSIBLE(saved=saved))
    return found


def _from_open_document(content: bytes) -> bytes | None:
    """An .ods file converted by LibreOffice; None where that fails."""
    if (program := soffice()) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
        source = Path(folder, "returned.ods")
        source.write_bytes(content)
        made = converted({"": source}, "xlsx", program, Path(folder))
        return made[""].read_bytes() if made else None


def _holds_workbooks(arrived: Arrived) -> bool:
    """Whether it is a zip file that contains workbooks."""
    try:
        names = [
            entry.name.lower() for entry in Package(arrived.file, arrived.content, RETURNED).entries
        ]
    except InputError:
        return False
    return "[content_types].xml" not in names and any(
        name.endswith((".xlsx", ".xlsm", ".xls")) for name in names
    )


def by_recipient(matched: Sequence[Matched]) -> Mapping[tuple[str, str, str, str], list[Matched]]:
    """The versions of each recipient's workbook, the earliest first."""
    found: dict[tuple[str, str, str, str], list[Matched]] = {}
    for one in sorted(matched, key=lambda one: one.order):
        found.setdefault(one.whose, []).append(one)
    return found
