"""Bring the store and the cube up to date with the raw files or tables, and the settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kpi_xl.data.check import Checked, check_project
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Database
from kpi_xl.data.engines.check import check_database
from kpi_xl.data.engines.connect import database_of
from kpi_xl.data.program import program
from kpi_xl.data.remembered import check_what_changed
from kpi_xl.data.report import write_report
from kpi_xl.data.store import build, build_from
from kpi_xl.data.tables_found import raw_files
from kpi_xl.errors import InputError
from kpi_xl.jobs.holding import holding
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.project import Project

REPORT: str = "校验报告.xlsx"


@dataclass(frozen=True)
class Loaded:
    """What is ready to be used.

    Parameters
    ----------
    cube : Cube
        The measures.
    checked : Checked or None
        The result of the check; None when nothing had changed since the last one.
    """

    cube: Cube
    checked: Checked | None


def load(project: Project, progress: Progress = silent) -> Loaded:
    """Read, check and compute what has changed; use what is there when nothing has.

    Raises
    ------
    InputError
        When the raw files, or the tables of the database, cannot be used.
    """
    with database_of(project) as database:
        stamp = _stamp(project, database)
        if (cube := _up_to_date(project, stamp)) is not None:
            return Loaded(cube, None)
        with holding(project):
            # Another process may have done it while this one waited.
            stamp = _stamp(project, database)
            if (cube := _up_to_date(project, stamp)) is not None:
                return Loaded(cube, None)
            if database is None:
                checked = check_what_changed(project, progress)
                write_report(checked, report_path(project))
                return Loaded(build(project, checked, stamp, progress), checked)
            checked = check_database(database, thorough=False)
            write_report(checked, report_path(project))
            return Loaded(build_from(project, database, stamp, progress), checked)


def check_source(project: Project, progress: Progress = silent) -> Checked:
    """Check a project's raw files, or the tables of its database.

    Raises
    ------
    InputError
        When they cannot be used at all.
    """
    with database_of(project) as database:
        return check_project(project, progress) if database is None else check_database(database)


def _up_to_date(project: Project, stamp: str) -> Cube | None:
    """The saved cube, if it is of the store that is there and of the raw tables as they are."""
    if not (stamp and project.cube.is_file() and project.store.is_file()):
        return None
    try:
        cube = Cube.open(project.cube)
    except InputError:
        return None  # of an older version, or spoilt: it is made anew
    return cube if cube.stamp == stamp and cube.is_of(project.store) else None


def report_path(project: Project) -> Path:
    """Where the check report goes."""
    return project.output / REPORT


def _stamp(project: Project, database: Database | None) -> str:
    """Changes when a raw file or table, a setting or the program does; empty when nobody knows."""
    if database is None:
        seen: object = [
            (str(file.relative_to(project.data)), file.stat().st_size, file.stat().st_mtime_ns)
            for file in raw_files(project)
        ]
    elif (seen := database.state()) is None:
        return ""
    settings = project.settings
    return hashlib.sha256(repr((program(), settings, settings.engine, seen)).encode()).hexdigest()
