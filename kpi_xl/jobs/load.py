"""Bring the store and the cube up to date with the raw files or tables, and the settings."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.checks.checked import Checked
from kpi_xl.checks.returned import Returned, Where
from kpi_xl.data.code_version import program
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Database
from kpi_xl.data.engines.connect import database_of
from kpi_xl.data.own_faults import wrong_definitions
from kpi_xl.data.own_sums import declared
from kpi_xl.data.store import build, build_from, has_log, update_own
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.content import Contents
from kpi_xl.raw_files.tables_found import raw_files
from kpi_xl.record.circulation import was_begun
from kpi_xl.record.collected import collected, collected_until
from kpi_xl.record.round_targets import (
    put_over,
    round_targets,
    rounds_undefined,
    rounds_until,
)
from kpi_xl.system.holding import holding
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.system_errors import FileError
from kpi_xl.system.undone import Undone

REPORT: str = "校验报告.xlsx"

_PATIENCE: Final = 3
"""So often raw files are read again that were written meanwhile."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """The store and the cube, up to date.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    checked : Checked or None
        The result of the check; None when nothing had changed since the last one.
    undone : list of Undone
        The report of the check, where it could not be written.
    """

    cube: Cube
    checked: Checked | None
    undone: list[Undone] = field(default_factory=list)


def load(project: Project, progress: Progress = silent) -> Loaded:
    """Read, check and compute what has changed; use what is there when nothing has.

    Raises
    ------
    InputError
        When the raw files, or the tables of the database, cannot be used.
    """
    contents = Contents(project.memory)
    with database_of(project) as database:
        stamp = _stamp(project, database, contents)
        cube = _up_to_date(project, stamp, contents)
        if cube is None or not _is_counted(project, cube):
            with holding(project.folder):
                # Another process may have done it while this one waited.
                stamp = _stamp(project, database, contents)
                cube = _up_to_date(project, stamp, contents)
                if cube is not None and not _is_counted(project, cube):
                    cube = update_own(project, cube) if database is None else None
                if cube is None:
                    loaded = _made(project, database, stamp, contents, progress)
                    contents.keep()
                    return loaded
        contents.keep()
        return Loaded(cube, None)


def _made(
    project: Project,
    database: Database | None,
    stamp: str,
    contents: Contents,
    progress: Progress,
) -> Loaded:
    """Read, check and compute; the caller holds the lock of the project."""
    # Readers of every kind of file take as long to import as the numbers to open.
    from kpi_xl.data.engines.check import check_database
    from kpi_xl.data.raw_file_cache import check_what_changed

    damaged = _damaged(project)
    if database is None:
        for _ in range(_PATIENCE):
            checked = check_what_changed(project, progress, contents, returned_facts(project))
            # Whoever copies a file into the folder just now may not be done yet.
            if (now := _stamp(project, database, contents)) == stamp:
                break
            stamp = now
        else:
            raise InputError(kinds.CHANGING_ALL_THE_TIME(), file=project.data)
        undone = _reported(project, checked)
        cube = build(project, checked, "" if undone else stamp, progress)
    else:
        checked = check_database(database, project.settings, thorough=False)
        undone = _reported(project, checked)
        cube = build_from(project, database, checked, "" if undone else stamp, progress)
    if cube.too_large and not undone:
        undone = _reported(project, checked, cube)
    if damaged is not None:
        _log.warning("%s，已重新生成", damaged)
    contents.of(project.store)
    return Loaded(cube, checked, undone)


def _reported(project: Project, checked: Checked, cube: Cube | None = None) -> list[Undone]:
    """Write the check report; if that fails, return the message about it.

    What is then computed has no stamp, so that the next run writes the report, too. It is written
    again where only the numbers show what is wrong with a definition.
    """
    from kpi_xl.checks.report import write_report

    wrong = wrong_definitions(project, cube) if cube is not None else project.settings.own.wrong
    report = report_path(project)
    try:
        write_report(replace(checked, definitions=wrong), report)
    except FileError as error:
        return [Undone.of(report.stem, report.stem, report, error)]
    return []


def check_source(project: Project, progress: Progress = silent) -> Checked:
    """Check a project's raw files, or the tables of its database.

    Raises
    ------
    InputError
        When they cannot be used at all.
    """
    from kpi_xl.checks.check import check_project
    from kpi_xl.data.engines.check import check_database

    with database_of(project) as database:
        if database is not None:
            return check_database(database, project.settings)
        return check_project(project, progress, returned=returned_facts(project))


def returned_facts(project: Project) -> Returned | None:
    """The facts from returned workbooks for the raw tables; None where nothing was ever sent."""
    if not was_begun(project):
        return None
    from kpi_xl.slots.typed import facts_of, weeks_for

    settings = project.settings
    found = facts_of(collected(project), weeks_for(settings), settings.kpis)
    put_over(found, round_targets(project), settings.kpis)
    for number, code in rounds_undefined(project):
        fault = kinds.ROUND_UNDEFINED(number=number, code=code)
        found.say("目标商定", Where("目标商定", code, "", ""), fault)
    return found


def _up_to_date(project: Project, stamp: str, contents: Contents) -> Cube | None:
    """The saved cube, if it is of the store that is there and of the raw tables as they are."""
    if not stamp or has_log(project.store):
        return None
    try:
        cube = Cube.open(project.cube)
        if cube.stamp == stamp and cube.store == contents.of(project.store):
            return cube
    except (FileNotFoundError, InputError):
        pass  # never made, of an older version, or damaged: it is made anew
    return None


def _is_counted(project: Project, cube: Cube) -> bool:
    """Whether a cube has the project's own measures as they are declared now."""
    return cube.declared == declared(project.settings)


def _damaged(project: Project) -> str | None:
    """Which derived file is damaged, in Chinese; None where all are whole."""
    if not (project.cube.is_file() and project.store.is_file()):
        return None
    try:
        cube = Cube.open(project.cube)
    except InputError:
        return f"{project.cube.name} 损坏或不是这个版本的"
    if has_log(project.store) or cube.is_of(project.store):
        return None
    return f"{project.store.name} 损坏或没有写完"


def report_path(project: Project) -> Path:
    """Where the check report goes."""
    return project.output / REPORT


def _stamp(project: Project, database: Database | None, contents: Contents) -> str:
    """A hash that changes with settings, program and raw data; empty when it is not known.

    It is empty when nobody knows.
    """
    if database is None:
        seen: object = [
            (str(file.relative_to(project.data)), contents.of(file)) for file in raw_files(project)
        ]
    elif (seen := database.state()) is None:
        return ""
    settings = project.settings
    what: tuple[object, ...] = (
        program(), settings, settings.engine, settings.beside_standard, seen,
    )  # fmt: skip

    if database is None and was_begun(project):
        until = collected_until(project), rounds_until(project)
        if any(until):  # the record may have been begun for what no number depends on
            what = (*what, *until)
    return hashlib.sha256(repr(what).encode()).hexdigest()
