"""The official templates: .xlsx files, and the scripts that build them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

__all__ = ["NAMES", "path"]

NAMES: Final = ("月度KPI表", "月度目标设定、达成表", "周工作计划", "主管日程")
"""The templates by name."""


def path(name: str) -> Path:
    """Where a template is.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    KeyError
        There is no such template.

    Examples
    --------
    >>> path("周工作计划").name
    '周工作计划.xlsx'
    """
    if name not in NAMES:
        raise KeyError(name)
    return Path(str(resources.files(__name__))) / f"{name}.xlsx"
