"""review: the month's 月度经营检讨 for the branch and each department."""

from __future__ import annotations

from typing import Final

from kpi_xl.jobs.fill import Filled, fill
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent

TEMPLATE: Final = "月度经营检讨"


def review(project: Project, month: str | None = None, progress: Progress = silent) -> Filled:
    """Close the loop of a month: what was planned, done and missed, why, and what is next.

    What came back is looked at as far as it was collected; without it, last month's proposals
    stand for the plans.

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
    return fill(project, TEMPLATE, month, progress)
