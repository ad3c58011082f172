"""Sealed files: they end with a hash of their content, so that damage is noticed.

They are put on the disk and renamed, so that nobody sees half of one. To be read they are opened
once, and all of their bytes are compared with the hash before any of them is looked at.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import xxhash

from kpi_xl.system.files import put, unfinished

_MARK: Final = b"kpi_xl sealed 1\n"
_LENGTH: Final = len(_MARK) + xxhash.xxh3_128().digest_size

_MAPPED: Final = 8 << 20
"""Files of fewer bytes are read faster than they are mapped."""

_MAPS: Final = os.name == "posix"
"""Windows lets nobody replace a file that somebody has mapped."""


class DamagedError(Exception):
    """A file is damaged, or of another version."""


class Sealing:
    """The writer of a sealed file; it hashes the bytes as they are written.

    Parameters
    ----------
    file : binary file
        The file that the bytes are written to.
    """

    closed = False
    """Libraries ask; whoever opened the file closes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = xxhash.xxh3_128()

    def write(self, content: bytes | memoryview) -> int:
        """Write bytes."""
        self._hash.update(content)
        return self._file.write(content)

    def seal(self) -> None:
        """Write the hash at the end."""
        self._file.write(_MARK + self._hash.digest())


@contextmanager
def sealing(file: Path) -> Iterator[Sealing]:
    """Write a sealed file, whole or not at all.

    Raises
    ------
    FileError
        When the system does not let us.
    """
    with unfinished(file) as draft:
        with draft.open("wb") as out:
            sealed = Sealing(out)
            yield sealed
            sealed.seal()
        put(draft, file)


def unsealed(file: Path) -> memoryview:
    """The bytes of a sealed file, after they were verified.

    Raises
    ------
    DamagedError
        When they are not.
    OSError
        When there is no file, or it cannot be read.
    """
    with file.open("rb") as source:
        length = os.fstat(source.fileno()).st_size - _LENGTH
        if length < 0:
            raise DamagedError(file)
        if _MAPS and length >= _MAPPED:
            whole = memoryview(mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ))
        else:
            whole = memoryview(source.read())
    content, mark = whole[:length], whole[length:]
    if mark != _MARK + xxhash.xxh3_128_digest(content):
        raise DamagedError(file)
    return content
