"""One process at a time changes a project; the next one waits, or says who holds it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from filelock import FileLock, Timeout

from kpi_xl.errors import InputError
from kpi_xl.project import Project

_PATIENCE: Final = 120.0
"""Seconds to wait for another process: longer than most projects take to compute."""


@contextmanager
def holding(
    project: Project, patience: float = _PATIENCE, of: str = "kpi", doing: str = "更新这个项目"
) -> Iterator[None]:
    """Hold a project while it is changed; the system lets go of it when the process ends, however.

    Parameters
    ----------
    project : Project
        The project.
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
    lock = FileLock(str(project.folder / f".{of}.lock"))
    holder = project.folder / f".{of}.holder"
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        who = holder.read_text(encoding="utf-8") if holder.is_file() else "另一个程序"
        raise InputError(f"{who}正在{doing}", "请等它结束后再试", file=project.folder) from None
    try:
        holder.write_text(f"电脑 {platform.node()} 上的进程 {os.getpid()} ", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
