"""Whose a returned workbook is: by the identity in it, looked up among all that was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kpi_xl.circulation.contacts import Listed
from kpi_xl.circulation.encryption import decrypted
from kpi_xl.circulation.incoming import RESAVE, RESEND, Arrived, Aside
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
    edition : sqlite3.Row
        Of ``workbooks``: what the workbook asked when it was handed out, and whose it was then.
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
    edition: sqlite3.Row
    saved: dt.datetime
    saved_by: str
    changed: float
    password: str | None

    @property
    def whose(self) -> tuple[str, str, str, str]:
        """Template, period, level and recipient: what later versions replace.

        A person's remain his when he is transferred.
        """
        row = self.row
        return row["template"], row["period"], row["level"], row["recipient"]

    @property
    def age(self) -> tuple[int, dt.datetime]:
        """What a later version is greater in: the round it was sent in, then when it was saved."""
        return self.row["round"], self.saved

    @property
    def order(self) -> tuple[int, dt.datetime, float, str]:
        """What tells versions of the same age apart, too."""
        return *self.age, self.changed, self.file.as_posix()

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
        except Exception as error:
            return Aside.of(arrived.file, error)

    def _matched(self, arrived: Arrived) -> Matched:
        content, password = self._content(arrived)
        try:
            returned = ReturnedWorkbook(arrived.file, content)
        except InputError:
            if _holds_workbooks(arrived):
                raise InputError("这是压缩包", "请先解压，把里面的工作簿放进来") from None
            raise
        row, edition = self._rows(returned.identity)
        saved, saved_by = returned.saved()
        if saved is None:
            saved = dt.datetime.fromtimestamp(arrived.changed, dt.UTC).replace(microsecond=0)
        return Matched(
            file=arrived.file,
            path=self._folder / arrived.file,
            content=None if content is arrived.content else content,
            sha256=hashlib.sha256(arrived.content).hexdigest(),
            row=row,
            edition=edition,
            saved=_believed(saved),
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

    def _rows(self, identity: Identity | None) -> tuple[sqlite3.Row, sqlite3.Row]:
        """The rows of the manifest that an identity proves: the recipient's, and his workbook's."""
        if identity is None:
            raise InputError(
                "里面没有下发时的标识：不是下发的表，或内容被复制到了别的工作簿里",
                "请对方在收到的原表里填写后发回",
            )
        row = self._recipient(identity)
        if row is None:
            raise InputError(
                f"不是这个项目下发的（{identity.period} {identity.template}，"
                f"{identity.person or identity.unit}）",
                "请核对是不是别的机构或别的项目的表；是的话请转交",
            )
        if not identity.token:
            raise InputError(
                "标识里没有防止冒用的暗号：它是旧版本的程序下发的，或标识被人动过",
                "旧版本下发的表都要重新下发：distribute 加上 --again，请对方填写新收到的表",
            )
        changed = InputError("里面的标识与下发记录不一致，可能被改过", RESEND)
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
        """The row of the one whom an identity names; without a level, any of that name."""
        found: sqlite3.Row | None = self._connection.execute(
            "SELECT recipients.*, template, period, round FROM recipients"
            " JOIN distributions USING (distribution)"
            " WHERE distribution = ? AND recipient = ? AND ? IN (recipients.level, '')",
            [identity.distribution, identity.person or identity.unit, identity.level],
        ).fetchone()
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


def _believed(saved: dt.datetime) -> dt.datetime:
    """When a workbook was saved; it decides which version counts, so it has to be possible.

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
        raise InputError(
            f"里面写的保存时间（{saved:%Y-%m-%d %H:%M}）不可能，分不出哪一份最新",
            "请对方核对电脑的日期，用 Excel 打开、保存一次再发回",
        )
    return found


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
