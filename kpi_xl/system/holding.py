"""A lock on a project: one process at a time changes it; others wait, or say who holds it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.files import mode_in, write_whole
from kpi_xl.system.system_errors import file_error

_PATIENCE: Final = 120.0
"""Seconds to wait for another process: longer than most projects take to compute."""


@contextmanager
def holding(
    project: Path, patience: float = _PATIENCE, of: str = "kpi", doing: str = "更新这个项目"
) -> Iterator[None]:
    """Lock a project while it is changed; the system releases the lock when the process ends.

    Parameters
    ----------
    project : Path
        The folder of the project.
    patience : float
        How many seconds to wait for another process.
    of : str
        What of it: what comes from the raw data, or what was sent and came back.
    doing : str
        What it is held for, in Chinese.

    Raises
    ------
    InputError
        When another process still holds it; the message says which.
    """
    # The holder's name stays, as the lock file does: whoever holds it next writes his own.
    place = project / f".{of}.lock"
    holder = project / f".{of}.holder"
    try:
        lock = FileLock(str(place), mode=mode_in(project))
        lock.acquire(timeout=patience)
    except OSError as error:
        if not isinstance(error, Timeout):
            raise file_error(error, place, "write") from error
        who = holder.read_text(encoding="utf-8") if holder.is_file() else "另一个程序"
        raise InputError(kinds.PROJECT_BUSY(who=who, doing=doing), file=project) from None
    try:
        write_whole(holder, f"电脑 {platform.node()} 上的进程 {os.getpid()} ".encode())
        yield
    finally:
        lock.release()
