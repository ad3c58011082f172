"""Whose a returned workbook is: by the identity in it, looked up among all that was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl.errors import InputError
from kpi_xl.jobs.collection.files import RESAVE, RESEND, Arrived, Aside
from kpi_xl.jobs.distribution.contacts import Listed
from kpi_xl.jobs.distribution.encryption import decrypted
from kpi_xl.jobs.libreoffice import converted, soffice
from kpi_xl.workbook import Identity
from kpi_xl.workbook.answers import ReturnedWorkbook
from kpi_xl.workbook.package import RETURNED, Package

_MOST_TRIED: Final = 100
"""A password takes a tenth of a second to try."""

_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"


@dataclass(frozen=True)
class Matched:
    """A returned workbook and the row of the manifest that it belongs to.

    Parameters
    ----------
    file : Path
        Relative to the folder.
    path : Path
        Where it is.
    content : bytes or None
        The workbook, where it had to be decrypted or converted; None where the file is it.
    sha256 : str
        Of the file as it came.
    row : sqlite3.Row
        Of ``recipients``, joined with its distribution.
    version : str
        Of the template it was made from.
    saved : datetime
        When it was saved, by its own word or else the file's.
    saved_by : str
        By whom, by its own word.
    changed : float
        When the file was changed.
    password : str or None
        What opens it.
    """

    file: Path
    path: Path
    content: bytes | None = field(repr=False)
    sha256: str
    row: sqlite3.Row
    version: str
    saved: dt.datetime
    saved_by: str
    changed: float
    password: str | None

    @property
    def whose(self) -> tuple[str, str, str, str]:
        """Template, period, unit and person: what later versions replace."""
        row = self.row
        return row["template"], row["period"], row["unit"], row["person"]

    @property
    def order(self) -> tuple[dt.datetime, float, str]:
        """What a later version is greater in."""
        return self.saved, self.changed, self.file.as_posix()

    def opened(self) -> ReturnedWorkbook:
        """The workbook, to be read; thousands of them are not kept in memory.

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
                raise InputError("收取时文件变了", "请等文件放好后再收一次", file=self.file)
        return ReturnedWorkbook(self.file, content)


class Matcher:
    """Matches returned files with what was sent.

    Parameters
    ----------
    connection : sqlite3.Connection
        To the manifest.
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
        """Whose it is, or why nobody can tell."""
        try:
            return self._matched(arrived)
        except InputError as error:
            return Aside(arrived.file, error.problem, error.advice)

    def _matched(self, arrived: Arrived) -> Matched:
        content, password = self._content(arrived)
        try:
            returned = ReturnedWorkbook(arrived.file, content)
        except InputError:
            if _holds_workbooks(arrived):
                raise InputError("这是压缩包", "请先解压，把里面的工作簿放进来") from None
            raise
        row = self._row(returned.identity)
        assert returned.identity is not None
        saved, saved_by = returned.saved()
        changed = dt.datetime.fromtimestamp(arrived.changed, dt.UTC)
        return Matched(
            file=arrived.file,
            path=self._folder / arrived.file,
            content=None if content is arrived.content else content,
            sha256=hashlib.sha256(arrived.content).hexdigest(),
            row=row,
            version=returned.identity.version,
            saved=saved or changed.replace(microsecond=0),
            saved_by=saved_by,
            changed=arrived.changed,
            password=password,
        )

    def _content(self, arrived: Arrived) -> tuple[bytes, str | None]:
        """The workbook, decrypted or converted where need be, and its password."""
        if arrived.is_compound:
            opened = self._decrypted(arrived)
            if opened is None:
                raise self._closed(arrived)
            return opened
        if _OPEN_DOCUMENT in arrived.content[:200]:
            workbook = _from_open_document(arrived.content)
            if workbook is None:
                raise InputError("这是 .ods 文件，转换不了", RESAVE)
            return workbook, None
        return arrived.content, None

    def _row(self, identity: Identity | None) -> sqlite3.Row:
        """The row of the manifest that an identity names."""
        if identity is None:
            raise InputError(
                "里面没有下发时的标识：不是下发的表，或内容被复制到了别的工作簿里",
                "请对方在收到的原表里填写后发回",
            )
        found: sqlite3.Row | None = self._connection.execute(
            "SELECT recipients.*, template, period, level, round FROM recipients"
            " JOIN distributions USING (distribution) WHERE distribution = ? AND recipient = ?",
            [identity.distribution, identity.person or identity.unit],
        ).fetchone()
        if found is None:
            raise InputError(
                f"不是这个项目下发的（{identity.period} {identity.template}，"
                f"{identity.person or identity.unit}）",
                "请核对是不是别的机构或别的项目的表；是的话请转交",
            )
        own = (found["template"], found["period"], found["unit"], found["person"])
        if own != (identity.template, identity.period, identity.unit, identity.person):
            raise InputError("里面的标识与下发记录不一致，可能被改过", RESEND)
        return found

    def _decrypted(self, arrived: Arrived) -> tuple[bytes, str] | None:
        for password in self._likely(arrived.file.name):
            if (content := decrypted(arrived.content, [password])) is not None:
                return content, password
        return None

    def _likely(self, name: str) -> Iterator[str]:
        """The passwords to try: first of those whose workbook had this name."""
        if self._passwords is None:
            return
        rows = self._connection.execute(
            "SELECT DISTINCT recipient, unit, unit_name, file FROM recipients"
        )
        tried = set()
        for row in rows:
            if Path(row["file"]).name != name:
                continue
            password = self._passwords.at(row["unit"], row["unit_name"], row["recipient"])
            if password is not None and password not in tried:
                tried.add(password)
                yield password
        others = set(self._passwords.by_key.values()) - tried
        if len(others) <= _MOST_TRIED:
            yield from sorted(others)

    def _closed(self, arrived: Arrived) -> InputError:
        """Why a compound file cannot be opened."""
        if "EncryptedPackage".encode("utf-16-le") not in arrived.content:
            if any(name.encode("utf-16-le") in arrived.content for name in ("Workbook", "Book\0")):
                return InputError("这是旧版 .xls 工作簿", RESAVE)
            return InputError("这不是 Excel 工作簿", RESEND)
        if self._passwords is None:
            return InputError(
                "工作簿设有打开密码",
                "请用 --passwords 给出密码表再收一次，或请对方取消密码后发回",
            )
        return InputError(
            "工作簿设有打开密码，密码表里没有一个能打开它",
            "请保持下发时的文件名再试，或请对方取消密码后发回",
        )


def _from_open_document(content: bytes) -> bytes | None:
    """An .ods file as LibreOffice turns it into a workbook; None where it does not."""
    if (program := soffice()) is None:
        return None
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as folder:
        source = Path(folder, "returned.ods")
        source.write_bytes(content)
        made = converted({"": source}, "xlsx", program, Path(folder))
        return made[""].read_bytes() if made else None


def _holds_workbooks(arrived: Arrived) -> bool:
    """Whether it is a zip file with workbooks in it."""
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
    """The versions of each workbook, the earliest first."""
    found: dict[tuple[str, str, str, str], list[Matched]] = {}
    for one in sorted(matched, key=lambda one: one.order):
        found.setdefault(one.whose, []).append(one)
    return found
