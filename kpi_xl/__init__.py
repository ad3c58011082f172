"""KPI formulas, filled official templates and a closed management loop for sales teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi_xl.kpi import Registry

    kpis: Registry

__version__ = "0.1.0"
__all__ = ["__version__", "kpis"]


def __getattr__(name: str) -> object:
    # The catalogue needs numpy, and many a caller of the package does not need the catalogue.
    if name == "kpis":
        from kpi_xl.catalogue import kpis

        return kpis
    raise AttributeError(name)
