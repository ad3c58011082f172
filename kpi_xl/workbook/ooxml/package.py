"""The zip file of a workbook, read defensively.

Only plain zip files are accepted: anything that could be misread is refused with the reason.
"""

from __future__ import annotations

import copy
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.parsers import expat

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.workbook.ooxml.zip_records import (
    CENTRAL,
    DEFLATED,
    ENCRYPTED,
    END,
    LOCAL,
    STORED,
    UTF8,
    Entry,
    framed,
    new_entry,
    repacked,
    written,
)

_LONGEST_COMMENT: Final = 0xFFFF
_ZIP64_EXTRA: Final = 1
_IN_EXTRA: Final = 0xFFFF_FFFF
_NEEDS: Final = 20
"""The version of a program that can read what is written here: nothing is zip64 any more."""
_LOCATOR: Final = struct.Struct("<4sLQL")
_LONG_END: Final = struct.Struct("<4sQ2H2L4Q")

_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")


class Limits(NamedTuple):
    """The largest unpacked size of a workbook's parts, each and all together, in bytes."""

    part: int
    workbook: int


TRUSTED: Final = Limits(512 << 20, 1 << 30)
"""For what the user himself chose."""

RETURNED: Final = Limits(16 << 20, 64 << 20)
"""For forms that came from elsewhere, which are far smaller: reading one takes little memory."""

# A real sheet shrinks some 10 to 50 times; a big entry that shrinks 200 times is a trap.
RATIO_MATTERS_FROM: Final = 16 << 20
HIGHEST_RATIO: Final = 200

_DAMAGE: Final = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError,
    StopIteration, RecursionError, SyntaxError, expat.ExpatError,
)  # fmt: skip
"""What Python and its XML parsers raise over what is not as it should be."""


class Package:
    """A workbook's zip file, held in memory.

    Parameters
    ----------
    path : path
        The .xlsx or .xlsm file.
    content : bytes, optional
        Its content, where it does not stand in the file as it is.
    limits : Limits
        How large it may be.

    Raises
    ------
    InputError
        The file cannot be read, is no zip file, is incomplete, is encrypted, or is a kind of zip
        that could not be copied faithfully (duplicate entries, unusual compression).
    """

    def __init__(
        self, path: str | Path, content: bytes | None = None, limits: Limits = TRUSTED
    ) -> None:
        self.path = Path(path)
        self._read_last = ""
        data = _read(self.path) if content is None else content
        self._hold(_Directory(self.path, _workbook(self.path, data), limits).entries())

    def _hold(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._by_name: dict[str, Entry] = {}
        for entry in self.entries:
            # Part names differ in more than case, so that two such entries are one part twice.
            if self._by_name.setdefault(entry.name.lower(), entry) is not entry:
                raise self.refusal(kinds.PART_TWICE(part=entry.name))

    def refusal(self, fault: Fault) -> InputError:
        """The error to raise about this file."""
        return InputError(fault, file=self.path)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn any error in reading the parts into the message that the file is damaged.

        What a part says is checked where it is used. A damaged one may say anything.

        Raises
        ------
        InputError
            The part that was read last is damaged.
        """
        try:
            yield
        except _DAMAGE as error:
            part = self._read_last or "[Content_Types].xml"
            raise self.refusal(kinds.PART_IRREGULAR(part=part)) from error

    def find(self, name: str) -> Entry | None:
        """The entry of a part, whatever the case of its name; None when there is none."""
        return self._by_name.get(name.lower())

    def read(self, name: str) -> bytes:
        """The uncompressed bytes of a part.

        Parameters
        ----------
        name : str
            The part's name, such as ``"xl/workbook.xml"``.

        Raises
        ------
        InputError
            The part is missing or damaged, or is not of the size it declares.
        """
        entry = self.find(name)
        if entry is None:
            raise self.refusal(kinds.NO_PART(name=name))
        content = _unpacked(entry)
        if content is None:
            raise self.refusal(kinds.PART_DAMAGED(part=entry.name))
        self._read_last = entry.name
        return content

    def changed(
        self,
        parts: Mapping[str, bytes],
        dropped: Collection[str] = (),
        added: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Package:
        """A package with other content in some parts, without some, and with new ones.

        Parameters
        ----------
        parts : mapping of str to bytes
            The new content by the part's name in lower case.
        dropped : collection of str
            The names of the parts to leave out, in lower case.
        added : mapping of str to bytes
            The content of new parts by their names.
        """
        package = copy.copy(self)
        package._hold(
            tuple(
                repacked(entry, parts[entry.name.lower()]) if entry.name.lower() in parts else entry
                for entry in self.entries
                if entry.name.lower() not in dropped
            )
            + tuple(new_entry(name, content) for name, content in added.items())
        )
        return package

    def written(self) -> bytes:
        """The zip file."""
        return written(framed(entry) for entry in self.entries)

    def check(self) -> None:
        """Read every entry once, so that no damaged one is copied into many workbooks.

        Raises
        ------
        InputError
            An entry is damaged.
        """
        for entry in self.entries:
            self.read(entry.name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(kinds.WORKBOOK_MISSING(), file=path) from None
    except IsADirectoryError:
        raise InputError(kinds.WORKBOOK_A_FOLDER(), file=path) from None
    except OSError as error:
        raise InputError(kinds.WORKBOOK_CLOSED(reason=error.strerror or error), file=path) from None


def _workbook(path: Path, data: bytes) -> bytes:
    """The bytes of a file that begins like a zip file."""
    if not data:
        raise InputError(kinds.WORKBOOK_EMPTY(), file=path)
    if data.startswith(_OLE):
        raise _old_format(path, data)
    if not data.startswith(b"PK"):
        raise InputError(kinds.NO_XLSX(), file=path)
    return data


def _old_format(path: Path, data: bytes) -> InputError:
    """The refusal of a compound file: a password or an old .xls, told apart by stream names."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return InputError(kinds.WORKBOOK_LOCKED(), file=path)
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book\0")):
        return InputError(kinds.WORKBOOK_XLS(), file=path)
    return InputError(kinds.NO_XLSX(), file=path)


def _unpacked(entry: Entry) -> bytes | None:
    """The content of an entry, at most of the declared size; None when it is damaged."""
    content = entry.packed
    if entry.method == DEFLATED:
        decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than declared is enough to see that the declaration lies, and a limit
            # of 0 would mean no limit.
            content = decompressor.decompress(entry.packed, entry.size + 1)
        except zlib.error:
            return None
    return content if len(content) == entry.size and zlib.crc32(content) == entry.crc else None


class _Directory:
    """The directory at the end of a zip file."""

    def __init__(self, path: Path, data: bytes, limits: Limits) -> None:
        self._path = path
        self._data = data
        self._limits = limits

    def _damaged(self) -> InputError:
        return InputError(kinds.WORKBOOK_INCOMPLETE(), file=self._path)

    def _unsupported(self, what: str) -> InputError:
        return InputError(kinds.COMPRESSION(what=what), file=self._path)

    def entries(self) -> tuple[Entry, ...]:
        """Every entry in the directory's order."""
        data = self._data
        end = data.rfind(b"PK\5\6", max(0, len(data) - END.size - _LONGEST_COMMENT))
        if end < 0 or end + END.size > len(data):
            raise self._damaged()
        _, disk, first_disk, _, count, size, start, _ = END.unpack_from(data, end)
        if data[end - _LOCATOR.size :].startswith(b"PK\6\7"):
            disk, first_disk, count, size, start = self._long_end(end)
        if disk or first_disk or start + size > end:
            raise self._damaged()
        entries, position = [], start
        for _ in range(count):
            entry, position = self._entry(position)
            entries.append(entry)
        if not entries or sum(len(entry.packed) for entry in entries) > len(data):
            raise self._damaged()
        if sum(entry.size for entry in entries) > self._limits.workbook:
            raise self._too_large()
        return tuple(entries)

    def _long_end(self, end: int) -> tuple[int, int, int, int, int]:
        """The values of the zip64 record before the end of the directory."""
        try:
            _, disk, at, _ = _LOCATOR.unpack_from(self._data, end - _LOCATOR.size)
            signature, *_, own, first, _, count, size, start = _LONG_END.unpack_from(self._data, at)
        except struct.error:
            raise self._damaged() from None
        if signature != b"PK\6\6" or disk:
            raise self._damaged()
        return own, first, count, size, start

    def _too_large(self) -> InputError:
        return InputError(kinds.BOMB(), file=self._path)

    def _entry(self, position: int) -> tuple[Entry, int]:
        """The entry of a directory record, and the offset of the next record."""
        data = self._data
        try:
            (
                signature, made_by, needs, flags, method, time, date, crc, packed_size, size,
                name_size, extra_size, comment_size, _, internal, external, local,
            ) = CENTRAL.unpack_from(data, position)  # fmt: skip
            name_at = position + CENTRAL.size
            extra = data[name_at + name_size : name_at + name_size + extra_size]
            size, packed_size, local = _long_sizes(extra, size, packed_size, local)
            local_record = LOCAL.unpack_from(data, local)
        except struct.error:
            raise self._damaged() from None
        raw_name = data[name_at : name_at + name_size]
        local_name_size, local_extra_size = local_record[-2:]
        local_extra_at = local + LOCAL.size + local_name_size
        packed_at = local_extra_at + local_extra_size
        if (
            signature != b"PK\1\2"
            or local_record[0] != b"PK\3\4"
            or data[local + LOCAL.size : local_extra_at] != raw_name
        ):
            raise self._damaged()
        if packed_at + packed_size > len(data):
            raise self._damaged()
        if flags & ENCRYPTED:
            raise InputError(kinds.ZIP_ENCRYPTED(), file=self._path)
        if method not in (STORED, DEFLATED):
            raise self._unsupported(f"方式 {method}")
        if size > self._limits.part or (
            size > RATIO_MATTERS_FROM and size > packed_size * HIGHEST_RATIO
        ):
            raise self._too_large()
        name = raw_name.decode("utf-8" if flags & UTF8 else "cp437", "replace")
        entry = Entry(
            # Some programs write folders as Windows does, or from the root.
            name.replace("\\", "/").lstrip("/"),
            raw_name, made_by, min(needs, _NEEDS), flags, method, time, date, crc, size,
            internal, external,
            data[packed_at : packed_at + packed_size],
        )  # fmt: skip
        return entry, name_at + name_size + extra_size + comment_size


def _long_sizes(extra: bytes, *sizes: int) -> tuple[int, ...]:
    """Sizes and offset of an entry, those taken from its extra field that do not fit elsewhere.

    Programs that do not know in advance how long an entry gets, write them in 64 bits.
    """
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        position += 4
        if kind == _ZIP64_EXTRA:
            given = iter(struct.unpack_from(f"<{length // 8}Q", extra, position))
            return tuple(next(given, size) if size == _IN_EXTRA else size for size in sizes)
        position += length
    return sizes
