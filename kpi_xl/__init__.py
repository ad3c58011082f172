"""KPI formulas, filled official templates and a closed management loop for sales teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpi_xl._version import __version__

if TYPE_CHECKING:
    from kpi_xl.api import Project
    from kpi_xl.catalogue import kpis

__all__ = ["Project", "__version__", "kpis"]


def __getattr__(name: str) -> object:
    # The catalogue needs numpy, the project's numbers a database: not every caller needs them.
    if name == "kpis":
        from kpi_xl.catalogue import kpis

        return kpis
    if name == "Project":
        from kpi_xl.api import Project

        return Project
    raise AttributeError(name)
