"""Refresh when raw files change. Files are polled, so that shared disks work, too.

A file that is still being written is waited for: it has to stay as it is for some seconds, and to
let itself be opened, which a file that Excel just saves does not.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import Filled, refresh
from kpi_xl.project import Project
from kpi_xl.raw_files.tables_found import raw_files
from kpi_xl.system.system_errors import file_error

EVERY: Final = 2.0
"""Seconds between two looks."""

SETTLED: Final = 5.0
"""Seconds for which nothing may have changed before it is read."""

State = dict[Path, tuple[int, int]]
"""The files, each with the time of its last change and its size."""


def watch(
    folder: Path,
    tell: Callable[[Filled | InputError], None],
    *,
    every: float = EVERY,
    settled: float = SETTLED,
    pause: Callable[[float], None] = time.sleep,
    is_ended: Callable[[], bool] = lambda: False,
) -> None:
    """Refresh now if needed, and then whenever files change, until it is stopped.

    Parameters
    ----------
    folder : Path
        Where the project is that is watched.
    tell : callable
        Told what was made, or why nothing could be: it goes on with the next change.
    every, settled : float
        Seconds between two looks, and for which nothing may change before it is read.
    pause : callable
        Waits for some seconds.
    is_ended : callable
        Whether somebody wants it to end.

    Raises
    ------
    InputError
        When the data are in a database, which tells nobody of changes.
    """
    if Project.open(folder).settings.in_database:
        raise InputError(kinds.WATCH_DATABASE())
    done: State | None = None
    while not is_ended():
        now = _state(folder)
        if now != done and _has_settled(folder, now, every, settled, pause):
            done = now
            try:
                tell(refresh(Project.open(folder)))
            except InputError as error:
                tell(error)
            except OSError as error:
                tell(file_error(error))
        pause(every)


def _state(folder: Path) -> State:
    """The state of all files that numbers are made of."""
    files = [folder / "kpi.toml"]
    # It may just be written, or be wrong: that is told when it is read.
    with contextlib.suppress(InputError, OSError):
        project = Project.open(folder)
        files = [*project.settings_files, *raw_files(project)]
    found: State = {}
    for file in files:
        try:
            about = file.stat()
        except OSError:
            continue
        found[file] = (about.st_mtime_ns, about.st_size)
    return found


def _has_settled(
    folder: Path, now: State, every: float, settled: float, pause: Callable[[float], None]
) -> bool:
    """Whether nothing has changed for a while and every file can be opened."""
    waited = 0.0
    while waited < settled:
        pause(min(every, settled - waited))
        waited += every
        if _state(folder) != now:
            return False
    return all(_opens(file) for file in now)


def _opens(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except OSError:
        return False
    return True
