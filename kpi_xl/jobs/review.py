"""The job review: a month's 月度经营检讨 for the branch and each department."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kpi_xl.jobs.fill import Filled, fill
from kpi_xl.jobs.typed_words import NAME, write_words
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.system_errors import FileError
from kpi_xl.system.undone import Undone

TEMPLATE: Final = "月度经营检讨"


def review(project: Project, month: str | None = None, progress: Progress = silent) -> Filled:
    """Make 月度经营检讨: what was planned, done and missed, the causes, and the next targets.

    What came back is looked at as far as it was collected; without it, last month's proposals
    stand for the plans. Beside the workbooks is a list of what people wrote in the month.

    Parameters
    ----------
    month : str, optional
        By default the last month with data.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When there is no data for the month.
    """
    filled = fill(project, TEMPLATE, month, progress)
    try:
        words = write_words(project, filled.month)
    except FileError as error:
        words = project.output / str(filled.month) / NAME
        filled.undone.append(Undone.of(words.stem, words.stem, words, error))
        return filled
    return replace(filled, words=words)
