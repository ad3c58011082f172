"""An open workbook's slots filled from a project: what 刷新 and `kpi_xl.excel` do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from kpi_xl.jobs.live import IDENTITY, Live, live
from kpi_xl.project import Project
from kpi_xl.system.progress import Progress, silent
from udfs import undo
from udfs.open_book import OpenBook
from udfs.restoring import Changed


class Filled(NamedTuple):
    """The values written into an open workbook.

    Attributes
    ----------
    live : Live
        The month, whose it is, and the values.
    changes : mapping of str to Changed
        What each slot held before, and holds now.
    """

    live: Live
    changes: Mapping[str, Changed]


def identity(opened: OpenBook) -> dict[str, object]:
    """The unit and the month of an open workbook."""
    return {name: opened.read(name) for name in IDENTITY if name in opened.slots}


def fill_open(
    opened: OpenBook,
    project: Project,
    present: Mapping[str, object],
    month: str | None,
    kept_in: Path,
    quiet: AbstractContextManager[None],
    progress: Progress = silent,
    seen: Collection[str] | None = None,
) -> Filled:
    """Fill the slots of an open workbook; 撤销刷新 can put back what was there.

    Parameters
    ----------
    opened : OpenBook
        The slots of the open workbook.
    project : Project
        The project; it is brought up to date first.
    present : mapping of str to object
        Whose it is, as `kpi_xl.jobs.live.live` takes it.
    month : str or None
        The month; None for its own, or the last one with data.
    kept_in : Path
        The folder that keeps what was there.
    quiet : context manager
        While it lasts the program neither draws nor calculates.
    progress : callable
        Told what is being done.
    seen : collection of str, optional
        The paths of the units that whoever asks may see; by default all.

    Raises
    ------
    InputError
        When there is no such unit or month, no slot that kpi_xl knows, or a sheet is protected.
    """
    rows = {name: slot.rows for name, slot in opened.slots.items()}
    found = live(project, rows, present, month, progress, seen)
    changes = opened.changes(found.values)
    # Kept before anything is written: whatever happens then can be undone.
    mark = undo.keep(kept_in, changes)
    with quiet:
        opened.write(changes, mark, progress)
    return Filled(found, changes)
