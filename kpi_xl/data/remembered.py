"""What was read of a raw file, kept so that a file that has not changed is not read again.

A year of monthly files is read once; with the next month only that month's file is. What is kept
is the file's typed rows and everything that was to be said of them, in an Arrow file beside the
store.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import pyarrow as pa

from kpi_xl import __version__
from kpi_xl.data.check import (
    Checked,
    CheckedFile,
    CheckedTable,
    Progress,
    check_project,
    read_file,
)
from kpi_xl.data.problem import Problem
from kpi_xl.data.schema import TABLES
from kpi_xl.project import Project, Settings

SMALLEST: Final = 10_000
"""Files of fewer bytes are read faster than it takes to look for what was kept of them."""

_ABOUT: Final = b"kpi_xl"


def check_what_changed(project: Project, progress: Progress | None = None) -> Checked:
    """Check a project as `check_project` does, and read only the files that have changed.

    Parameters and errors are those of `check_project`.
    """
    remembered = _Remembered(project)
    checked = check_project(project, progress, remembered.read)
    remembered.forget_the_rest()
    return checked


class _Remembered:
    """What was read before, and is kept in a folder of the project."""

    def __init__(self, project: Project) -> None:
        self._folder = project.folder / "kpi.read"
        self._settings = project.settings
        self._used: set[Path] = set()

    def read(self, settings: Settings, code: str, file: Path) -> tuple[CheckedTable, list[Problem]]:
        """What was read of a file when it was as it is now, or what is read now."""
        if file.stat().st_size < SMALLEST:
            return read_file(settings, code, file)
        kept = self._place(code, file)
        self._used.add(kept)
        if (known := self._get(code, file, kept)) is not None:
            return known
        part, problems = read_file(settings, code, file)
        self._keep(kept, part, problems)
        return part, problems

    def forget_the_rest(self) -> None:
        """Delete what is of files that are not there any more, or were another then."""
        if self._folder.is_dir():
            for kept in self._folder.iterdir():
                if kept not in self._used:
                    kept.unlink(missing_ok=True)

    def _get(self, code: str, file: Path, kept: Path) -> tuple[CheckedTable, list[Problem]] | None:
        try:
            with pa.memory_map(str(kept)) as source:
                data = pa.ipc.open_file(source).read_all()
            about = json.loads(data.schema.metadata[_ABOUT])
        except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
            return None
        of_file = about["file"] | {"unused": tuple(about["file"]["unused"])}
        problems = [Problem(**problem) for problem in about["problems"]]
        data = data.replace_schema_metadata(None)
        return CheckedTable(TABLES[code], data, (CheckedFile(file, **of_file),)), problems

    def _keep(self, kept: Path, part: CheckedTable, problems: list[Problem]) -> None:
        (checked,) = part.files
        file = {name: value for name, value in asdict(checked).items() if name != "file"}
        about = {"file": file, "problems": [asdict(problem) for problem in problems]}
        data = part.data.replace_schema_metadata({_ABOUT: json.dumps(about)})
        self._folder.mkdir(exist_ok=True)
        unfinished = kept.with_suffix(".tmp")
        with pa.OSFile(str(unfinished), "wb") as out, pa.ipc.new_file(out, data.schema) as writer:
            writer.write_table(data)
        unfinished.replace(kept)  # a process killed here leaves all of it or nothing

    def _place(self, code: str, file: Path) -> Path:
        status = file.stat()
        settings = self._settings
        seen = (
            __version__, code, [column.code for column in TABLES[code].columns], file.name,
            status.st_size, status.st_mtime_ns,
            settings.columns.get(code), settings.date_order, settings.no_date,
        )  # fmt: skip
        return self._folder / f"{hashlib.sha256(repr(seen).encode()).hexdigest()[:32]}.arrow"
