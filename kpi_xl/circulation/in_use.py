"""Compute the numbers again after a collection has changed the facts."""

from __future__ import annotations

from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone

_WHAT = "收回的数计入指标"


def put_to_use(project: Project, progress: Progress = silent) -> Undone | None:
    """Compute the cube with the collected values, so that worksheet functions have them, too.

    A project whose numbers were never computed stays as it is: whatever is done next with it
    computes them.

    Parameters
    ----------
    project : Project
        The project; what was collected is stored already.
    progress : callable
        Told what is being done.

    Returns
    -------
    Undone or None
        Why it could not be done; what was collected is stored all the same.
    """
    if not project.cube.is_file():
        return None
    try:
        undone = load(project, progress).undone
    except Exception as error:
        return Undone.of(_WHAT, _WHAT, project.store, error)
    return undone[0] if undone else None
