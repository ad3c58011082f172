"""Which tables a raw file was recognised to hold: of a file that has not changed that is known.

Only what leaves nothing to be said is kept: every worksheet is a table that is read. Whatever was
left out, or told, is found again each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl.data.code_version import program
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.content import Contents
from kpi_xl.raw_files.formats import Format
from kpi_xl.raw_files.sources import Source
from kpi_xl.raw_files.tables_found import InFile, in_file
from kpi_xl.system.sealed import DamagedError, sealing, unsealed

_log: Final = logging.getLogger(__name__)


class _Table(NamedTuple):
    """What a `Source` says, but for the file."""

    code: str
    sheet: str | None
    format: Format
    several: bool


class _Known(NamedTuple):
    """The tables of a file, and of which bytes and settings they are."""

    seen: str
    tables: list[_Table]


class Recognised:
    """The tables of a project's files, kept in a sealed file of its folder.

    Parameters
    ----------
    contents : Contents
        The hashes of the project's files.
    """

    NAME: Final = "recognised.json"

    def __init__(self, project: Project, contents: Contents) -> None:
        self._file = project.memory / self.NAME
        self._contents = contents
        settings = project.settings
        # All that recognising looks at, but for the file itself.
        said = (
            program(), settings.files, settings.columns, settings.sheets, settings.beside_standard,
            [kpi.labels for kpi in settings.kpis.values() if kpi.is_own],  # headings of targets
        )  # fmt: skip
        self._said = hashlib.sha256(repr(said).encode()).hexdigest()
        self._known = self._read()
        self._new: dict[str, _Known] = {}

    def look(self, project: Project, file: Path, named: tuple[str, ...]) -> InFile:
        """The tables in a file; parameters and errors as for `in_file`."""
        name = file.relative_to(project.data).as_posix()
        before = self._seen(file, named)
        known = self._known.get(name)
        if known is not None and known.seen == before:
            sources = [
                Source(one.code, file, name, one.sheet, one.format, one.several)
                for one in known.tables
            ]
            found = InFile(sources, [], [])
        else:
            found = in_file(project, file, named)
        plain = found.sources and not found.left_out and not found.told
        # What was written meanwhile is another file than the one that was hashed.
        if plain and self._seen(file, named) == before:
            tables = [_Table(s.code, s.sheet, s.format, s.several) for s in found.sources]
            self._new[name] = _Known(before, tables)
        return found

    def keep(self) -> None:
        """Keep what was found; a failure to write it does no harm."""
        if self._new != self._known:
            with suppress(InputError), sealing(self._file) as out:
                out.write(json.dumps(self._new).encode())

    def _seen(self, file: Path, named: tuple[str, ...]) -> str:
        return " ".join((self._said, self._contents.of(file), *named))

    def _read(self) -> dict[str, _Known]:
        try:
            found = json.loads(bytes(unsealed(self._file)))
            return {
                name: _Known(seen, [_Table(*table) for table in tables])
                for name, (seen, tables) in found.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, DamagedError, ValueError, TypeError, AttributeError):
            _log.warning("%s/%s 损坏，已重新生成", self._file.parent.name, self._file.name)
            return {}
