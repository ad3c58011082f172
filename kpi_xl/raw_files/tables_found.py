"""Find the tables in the data folder: which file and worksheet is read as which table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Table
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.project import Project
from kpi_xl.raw_files.sources import LeftOut, Source

_NOT_DATA: Final = {"thumbs.db", "desktop.ini", "kpi.toml", "kpi.duckdb", "kpi.cube"}


@dataclass(frozen=True)
class Found:
    """The content of the data folder: every file and sheet that is read, and every one that is not.

    Parameters
    ----------
    sources : list of Source
        By table, then by file and worksheet.
    left_out : list of LeftOut
        The files and worksheets that are not read, with the reason.
    told : list of (Source, Fault)
        What is to be said of how a source was recognised.
    """

    sources: list[Source]
    left_out: list[LeftOut]
    told: list[tuple[Source, Fault]]


def raw_files(project: Project) -> list[Path]:
    """All files in the project's data folder and its subfolders, by name.

    Raises
    ------
    InputError
        When there is no data folder.
    """
    folder = project.data
    if not folder.is_dir():
        raise InputError(kinds.NO_DATA_FOLDER(folder=folder), file=folder)
    ours = {project.output.resolve(), project.returned.resolve()}
    found = []
    for place, folders, files in os.walk(folder):
        at = Path(place)
        folders[:] = [
            name
            for name in folders
            if not name.startswith((".", "__MACOSX", "kpi.read"))
            and (at / name).resolve() not in ours
        ]
        found += [at / name for name in files if _is_data(name)]
    return sorted(found)


def _is_data(name: str) -> bool:
    lower = name.lower()
    return not name.startswith((".", "~$")) and lower not in _NOT_DATA


class InFile(NamedTuple):
    """What one file holds, as `Found` has it of all files."""

    sources: list[Source]
    left_out: list[LeftOut]
    told: list[tuple[Source, Fault]]


Look = Callable[[Project, Path, tuple[str, ...]], InFile]
"""Finds the tables in one file, as `in_file` does."""


def in_file(project: Project, file: Path, named: tuple[str, ...]) -> InFile:
    """Find the tables in one file.

    Parameters
    ----------
    named : tuple of str
        The tables that kpi.toml assigns to it, by code.

    Raises
    ------
    InputError
        When a file that is named after a table cannot be read.
    """
    # The readers of all kinds of files, which whoever only lists files has no use for.
    from kpi_xl.raw_files.recognise import Finder

    finder = Finder(project, file, named)
    finder.find()
    return InFile(finder.sources, finder.left_out, finder.told)


def find_tables(project: Project, look: Look = in_file) -> Found:
    """Find the table in each file and worksheet.

    What ``[files]`` in kpi.toml says goes first.

    Parameters
    ----------
    look : callable
        Finds the tables in one file, as `in_file` does.

    Raises
    ------
    InputError
        When there is no data folder, a file named in kpi.toml is not there, two files of one
        table are the same to the byte, or a file that is named after a table cannot be read.
    """
    present = raw_files(project)
    named = named_tables(project, present)
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    told: list[tuple[Source, Fault]] = []
    for file in present:
        found = look(project, file, named.get(file, ()))
        sources += found.sources
        left_out += found.left_out
        told += found.told
    lists = project.settings.lists
    order = list(lists)
    sources.sort(key=lambda source: order.index(source.code))
    for table in lists.values():
        _refuse_copies(table, list(dict.fromkeys(s.file for s in sources if s.code == table.code)))
    return Found(sources, left_out, told)


def named_tables(project: Project, present: Sequence[Path]) -> dict[Path, tuple[str, ...]]:
    """The tables that kpi.toml assigns to a file."""
    named: dict[Path, tuple[str, ...]] = {}
    for code, patterns in project.settings.files.items():
        for pattern in patterns:
            fits = [path for path in present if path.match(pattern)]
            if not fits:
                raise InputError(
                    kinds.FILE_NAMED_MISSING(pattern=pattern, data=project.data),
                    file=project.folder / "kpi.toml",
                )
            for path in fits:
                if code not in named.get(path, ()):
                    named[path] = (*named.get(path, ()), code)
    return named


def _refuse_copies(table: Table, paths: list[Path]) -> None:
    """Refuse two copies of one file: everything would count twice."""
    from kpi_xl.raw_files.day_grid import month_named  # which imports what reads files

    by_size: dict[int, list[Path]] = {}
    for path in paths:
        by_size.setdefault(path.stat().st_size, []).append(path)
    for same_size in by_size.values():
        seen: dict[tuple[str, object], Path] = {}
        for path in same_size if len(same_size) > 1 else ():
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            # Everybody may be there all of two months; the name tells which month a grid is of.
            month = month_named(path.stem) if table.grid == "days" else None
            if other := seen.get((digest, month)):
                raise InputError(kinds.SAME_CONTENT(other=other.name, table=table.name), file=path)
            seen[digest, month] = path
