"""Bring the store and the cube up to date with the raw files and settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kpi_xl import __version__
from kpi_xl.data.check import Checked, check_project
from kpi_xl.data.cube import Cube
from kpi_xl.data.read import find_files
from kpi_xl.data.report import write_report
from kpi_xl.data.store import build
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
        When the raw files cannot be used.
    """
    stamp = _stamp(project)
    if project.cube.is_file() and project.store.is_file():
        cube = Cube.open(project.cube)
        if cube.stamp == stamp:
            return Loaded(cube, None)
    checked = check_project(project, progress)
    write_report(checked, report_path(project))
    return Loaded(build(project, checked, stamp, progress), checked)


def report_path(project: Project) -> Path:
    """Where the check report goes."""
    return project.output / REPORT


def _stamp(project: Project) -> str:
    """Changes when a raw file, a setting or the program does."""
    files, _ = find_files(project)
    seen = [
        (code, file.name, file.stat().st_size, file.stat().st_mtime_ns)
        for code, found in files.items()
        for file in found
    ]
    return hashlib.sha256(repr((__version__, project.settings, seen)).encode()).hexdigest()
