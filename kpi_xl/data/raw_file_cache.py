"""The rows of raw files that were read before: a file that has not changed is not read again.

A year of monthly files is read once; with the next month only that month's file is. What is kept
is the file's typed rows and everything that was to be said of them, in a sealed Arrow file beside
the store; and what the files together are judged by, so that the rows of a file that has not
changed need not be looked at again: the hash of every row's key, who is in it, its fingerprints.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from kpi_xl.checks import hashes, rules
from kpi_xl.checks.check import Progress, check_project
from kpi_xl.checks.check_file import read_file
from kpi_xl.checks.checked import Checked, CheckedFile, CheckedTable, Part
from kpi_xl.checks.returned import Returned
from kpi_xl.data import fingerprints
from kpi_xl.data.code_version import program
from kpi_xl.data.recognised import Recognised
from kpi_xl.project import Project
from kpi_xl.raw_files.content import Contents
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.sources import Source
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.sealed import DamagedError, sealing, unsealed

SMALLEST: Final = 10_000
"""Files of fewer bytes are read faster than it takes to look for what was kept of them."""

MANY: Final = 10_000
"""Fewer rows are looked at again faster than it takes to look for what was known of them."""

_log: Final = logging.getLogger(__name__)

_ABOUT: Final = b"kpi_xl"
_AGENTS: Final = b"agents"
_OTHERS: Final = (Contents.NAME, Recognised.NAME)
"""What else is in the folder."""

_KEY: Final = "hash of the key"
"""A column beside those of the table."""


def check_what_changed(
    project: Project,
    progress: Progress | None = None,
    contents: Contents | None = None,
    returned: Returned | None = None,
) -> Checked:
    """Check a project as `check_project` does, and read only the files that have changed.

    Parameters and errors are those of `check_project`, and the hashes of its files.
    """
    contents = contents or Contents(project.memory)
    cache, recognised = _Cache(project, contents), Recognised(project, contents)
    checked = check_project(project, progress, cache.read, returned, recognised.look)
    cache.forget_the_rest()
    recognised.keep()
    return checked


class _Cache:
    """The rows and problems of files that were read before, kept in a folder of the project."""

    def __init__(self, project: Project, contents: Contents) -> None:
        self._folder = project.memory
        self._contents = contents
        self._settings = project.settings
        self._used: set[Path] = set()

    def read(self, settings: Settings, source: Source) -> tuple[CheckedTable, list[Problem]]:
        """The kept rows and problems of a file if it has not changed; else it is read."""
        if source.file.stat().st_size < SMALLEST:
            return read_file(settings, source)
        kept = self._place(source)
        self._used.add(kept)
        if (known := self._get(source.code, source.file, kept)) is not None:
            return known
        checked, problems = read_file(settings, source)
        if checked.used >= MANY:
            checked = replace(checked, parts=(self._looked_at(checked),))
        # What was written while it was read is another file than the one that was hashed.
        if self._place(source) == kept:
            self._keep(kept, checked, problems)
        return checked, problems

    def _looked_at(self, checked: CheckedTable) -> Part:
        table, data = checked.table, checked.data
        return Part(
            data,
            hashes.of_keys(table, data) if table.key else None,
            rules.agents_in(data) if table.of_agents else None,
            fingerprints.of_part(table.code, data, self._settings),
        )

    def forget_the_rest(self) -> None:
        """Delete what is of files that are not there any more, or were another then."""
        if self._folder.is_dir():
            for kept in self._folder.iterdir():
                if kept.is_dir():  # of a process that was killed
                    shutil.rmtree(kept, ignore_errors=True)
                elif kept not in self._used and not any(name in kept.name for name in _OTHERS):
                    kept.unlink(missing_ok=True)

    def _get(self, code: str, file: Path, kept: Path) -> tuple[CheckedTable, list[Problem]] | None:
        try:
            # The library would follow damaged offsets anywhere: it gets no byte but the right ones.
            data = pa.ipc.open_file(pa.py_buffer(unsealed(kept))).read_all()
            about = json.loads(data.schema.metadata[_ABOUT])
            if about["place"] != kept.name:
                raise DamagedError(kept)
        except FileNotFoundError:
            return None
        except (DamagedError, pa.ArrowInvalid, KeyError, TypeError):
            _log.warning("%s/%s 损坏，已重新生成", self._folder.name, kept.name)
            return None
        of_file = about["file"] | {"unused": tuple(about["file"]["unused"])}
        problems = [Problem.of_record(record) for record in about["problems"]]
        agents = data.schema.metadata.get(_AGENTS)
        months = about["months"] and {
            int(month): (number, total) for month, (number, total) in about["months"].items()
        }
        data = data.replace_schema_metadata(None)
        keys = None
        if _KEY in data.column_names:
            keys = np.asarray(data[_KEY], np.uint64)
            data = data.drop_columns(_KEY)
        part = Part(data, keys, None if agents is None else _unpacked(agents), months)
        return CheckedTable(
            self._settings.lists[code], data, (CheckedFile(file, **of_file),), (part,)
        ), problems

    def _keep(self, kept: Path, checked: CheckedTable, problems: list[Problem]) -> None:
        (of_file,), (part,) = checked.files, checked.parts
        file = {name: value for name, value in asdict(of_file).items() if name != "file"}
        about = {
            "place": kept.name, "file": file,
            "problems": [problem.record() for problem in problems],
            "months": part.months,
        }  # fmt: skip
        metadata: dict[bytes, Any] = {_ABOUT: json.dumps(about)}
        data = part.data
        if part.keys is not None:
            data = data.append_column(_KEY, pa.array(part.keys))
        if part.agents is not None:
            metadata[_AGENTS] = _packed(part.agents)
        data = data.replace_schema_metadata(metadata)
        with sealing(kept) as out:
            sink = pa.PythonFile(out, "w")
            with pa.ipc.new_file(sink, data.schema) as writer:
                writer.write_table(data)

    @functools.cached_property
    def _of_targets(self) -> tuple[object, ...]:
        """What targets are read by: the levels, and which KPI is a percent or money."""
        settings = self._settings
        kpis = tuple((kpi.code, kpi.labels, kpi.unit) for kpi in settings.kpis.values())
        return settings.levels, settings.organisation, kpis

    def _place(self, source: Source) -> Path:
        settings, code = self._settings, source.code
        seen = (
            program(), duckdb.__version__, code, source.label, source.sheet,
            self._contents.of(source.file),
            settings.columns.get(code), settings.said_of(source.name, source.sheet),
            settings.date_order, settings.no_date,
            settings.lists[code] if settings.lists[code] in settings.beside_standard else None,
            self._of_targets if code == "targets" else None, settings.month_cut, settings.work,
        )  # fmt: skip
        return self._folder / f"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}.arrow"


def _packed(table: pa.Table) -> bytes:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return bytes(out.getvalue())


def _unpacked(packed: bytes) -> pa.Table:
    with pa.ipc.open_stream(packed) as source:
        return source.read_all()
