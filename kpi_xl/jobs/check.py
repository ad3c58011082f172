"""Check the raw files and write the report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kpi_xl.checks.checked import Checked
from kpi_xl.checks.report import write_report
from kpi_xl.data.own_faults import wrong_definitions
from kpi_xl.jobs.load import check_source, report_path
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent


def check(project: Project, progress: Progress = silent) -> tuple[Checked, Path]:
    """Check every raw file of a project.

    Returns
    -------
    checked : Checked
        The tables and what is wrong with them.
    report : Path
        The report, an .xlsx workbook.

    Raises
    ------
    InputError
        When a file cannot be used at all.
    """
    found = check_source(project, progress)
    checked = replace(found, definitions=wrong_definitions(project))
    report = report_path(project)
    write_report(checked, report)
    return checked, report
