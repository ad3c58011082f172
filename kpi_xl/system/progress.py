"""Progress messages of jobs."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(text: str, done: int, total: int) -> None:
    """Report no progress."""
