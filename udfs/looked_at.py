"""One thing of an installation that was looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        What it is.
    fine : bool
        Whether it is as it should be.
    found : str
        How it is.
    advice : str
        What to do; empty when it is fine.
    """

    name: str
    fine: bool
    found: str
    advice: str = ""
