"""The records of a zip file, and writing them.

The standard library's `zipfile` recompresses every entry; filling a template must leave all
entries but a few untouched, so an unchanged entry is copied here as the compressed bytes it came
with.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

try:
    from isal import isal_zlib as zlib  # a third of the time
except ModuleNotFoundError:  # there is none for this kind of processor
    import zlib  # type: ignore[no-redef]

END: Final = struct.Struct("<4s4H2LH")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
LOCAL: Final = struct.Struct("<4s5H3L2H")
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8
_LEVEL: Final = 1  # a third of the time of 6 for files that are a tenth larger


@dataclass(frozen=True, slots=True)
class Entry:
    """One file inside the zip: its directory record and its compressed bytes."""

    name: str
    raw_name: bytes
    made_by: int
    needs: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    size: int
    internal: int
    external: int
    packed: bytes


class Framed(NamedTuple):
    """An entry ready to be written: local record and directory record."""

    local: bytes
    before_offset: bytes
    after_offset: bytes


def framed(entry: Entry, content: bytes | None = None) -> Framed:
    """An entry ready to be written, unchanged or with new content.

    Timestamps, attributes and name stay. Sizes go into the local record, so that there is no data
    descriptor behind the data.

    Parameters
    ----------
    entry : Entry
        The entry as it was read.
    content : bytes, optional
        Its new uncompressed content; without it the compressed bytes are copied.

    Returns
    -------
    Framed
        The records to hand to `written`.
    """
    if content is not None:
        entry = repacked(entry, content)
    shared = (
        entry.flags & ~DESCRIPTOR, entry.method, entry.time, entry.date, entry.crc,
        len(entry.packed), entry.size, len(entry.raw_name),
    )  # fmt: skip
    local = LOCAL.pack(b"PK\3\4", entry.needs, *shared, 0) + entry.raw_name + entry.packed
    central = CENTRAL.pack(
        b"PK\1\2", entry.made_by, entry.needs, *shared, 0, 0, 0, entry.internal, entry.external, 0
    )
    return Framed(local, central[:-4], entry.raw_name)


def repacked(entry: Entry, content: bytes) -> Entry:
    """An entry with other content."""
    return replace(
        entry,
        # Bits 1 and 2 would tell how the old content was compressed.
        flags=entry.flags & UTF8,
        method=DEFLATED,
        crc=zlib.crc32(content),
        size=len(content),
        packed=_deflated(content, zlib.Z_FINISH),
    )


def new_entry(name: str, content: bytes) -> Entry:
    """A new entry, dated the first day that a zip file can have."""
    raw_name = name.encode()
    flags = 0 if name.isascii() else UTF8
    blank = Entry(name, raw_name, 20, 20, flags, DEFLATED, 0, 0x21, 0, 0, 0, 0, b"")
    return repacked(blank, content)


class Divided:
    """An entry whose content is fixed but for one place, compressed once around that place.

    Deflate streams that were flushed to whole bytes can be joined: only what comes in between
    is compressed for each file.

    Parameters
    ----------
    entry : Entry
        The entry as it was read.
    before, after : bytes
        The content on both sides of the place.
    """

    def __init__(self, entry: Entry, before: bytes, after: bytes) -> None:
        self._entry = entry
        self._after = after
        self._crc = zlib.crc32(before)
        self._size = len(before) + len(after)
        self._head = _deflated(before, zlib.Z_SYNC_FLUSH)
        self._tail = _deflated(after, zlib.Z_FINISH)

    def framed(self, content: bytes) -> Framed:
        """The entry with this content at its place, ready to be written."""
        entry = self._entry
        return framed(
            replace(
                entry,
                flags=entry.flags & UTF8,
                method=DEFLATED,
                crc=zlib.crc32(self._after, zlib.crc32(content, self._crc)),
                size=self._size + len(content),
                packed=self._head + _deflated(content, zlib.Z_SYNC_FLUSH) + self._tail,
            )
        )


def _deflated(content: bytes, flush: int) -> bytes:
    if flush == zlib.Z_FINISH:
        return zlib.compress(content, _LEVEL, -zlib.MAX_WBITS)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush(flush)


def written(entries: Iterable[Framed]) -> bytes:
    """A zip file with these entries, in this order."""
    locals_: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for local, before_offset, after_offset in entries:
        locals_.append(local)
        directory += before_offset, offset.to_bytes(4, "little"), after_offset
        offset += len(local)
    records = b"".join(directory)
    count = len(locals_)
    end = END.pack(b"PK\5\6", 0, 0, count, count, len(records), offset, 0)
    return b"".join((*locals_, records, end))
