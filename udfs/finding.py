"""One thing of an installation that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from kpi_xl.fault import Fault


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
        The thing that was checked.
    fine : bool
        Whether it is as it should be.
    found : str
        The state that was found.
    advice : str
        What to do; empty where there is nothing to do.
    kind : str
        The code of what is wrong; empty where nothing is.
    """

    name: str
    fine: bool
    found: str
    advice: str = ""
    kind: str = ""

    @classmethod
    def wrong(cls, name: str, fault: Fault) -> Self:
        """A finding of what is wrong, or of a remark."""
        return cls(name, not fault.set_aside, fault.reason, fault.advice, fault.kind.code)
