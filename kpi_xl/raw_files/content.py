"""The identity of a file's content: a hash of all its bytes, not its size and time alone.

Where the system notes every change of a file in a time that nobody can set (ctime), the hash of a
file that has not changed since is remembered. Windows has no such time there: it hashes each time.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import xxhash

from kpi_xl.errors import InputError
from kpi_xl.system.files import write_whole

_PIECE: Final = 1 << 20  # stays in the processor's own memory between reading and hashing

_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which another change of a file is sure to have another time."""

_TELLS_CHANGES: Final = os.name == "posix"


def digest(file: Path) -> str:
    """The hash of a file's bytes."""
    found = xxhash.xxh3_128()
    piece = bytearray(_PIECE)
    view = memoryview(piece)
    with file.open("rb", buffering=0) as source:
        while read := source.readinto(piece):
            found.update(view[:read])
    return found.hexdigest()


class Contents:
    """The hashes of a project's files, with those remembered.

    Parameters
    ----------
    folder : Path
        Where they are remembered.
    """

    NAME: Final = "contents.json"

    def __init__(self, folder: Path) -> None:
        self._file = folder / self.NAME
        self._known = self._read()
        self._new: dict[str, Any] = {}

    def of(self, file: Path) -> str:
        """The hash of a file's bytes as they are now."""
        seen, now = _seen(file), time.time_ns()
        known = self._known.get(str(file))
        if _TELLS_CHANGES and known and known[0] == seen:
            found = str(known[1])
        else:
            found = digest(file)
            settled = now - max(seen[1:3]) > _SETTLED
            # A file that is being written now may change again within the same tick of the clock.
            known = [seen if settled else None, found]
        self._new[str(file)] = known
        return found

    def keep(self) -> None:
        """Remember the hashes that were asked for; a failure to write them does no harm."""
        if self._new == self._known:
            return
        with suppress(InputError):
            write_whole(self._file, json.dumps(self._new).encode())
            self._known = dict(self._new)

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._file.read_bytes())
            return {name: [seen, str(found)] for name, (seen, found) in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}


def _seen(file: Path) -> list[int]:
    status = file.stat()
    return [
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev,
    ]  # fmt: skip
