"""How a value is shown where there is none, and a KPI with the bounds that a project has set."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from kpi_xl.kpi import Bands, Kpi
from kpi_xl.project import Settings

NOTHING: Final = "—"
"""What is shown where there is no value."""


def shown(value: float) -> float | str:
    """The value of a cell that shows — in place of an error."""
    return value if math.isfinite(value) else NOTHING


def with_bands(kpi: Kpi, settings: Settings) -> Kpi:
    """The KPI with the project's own bounds, if kpi.toml sets any."""
    if kpi.name not in settings.bands:
        return kpi
    healthy, danger = settings.bands[kpi.name]
    return replace(kpi, bands=Bands(healthy, danger=danger, source="kpi.toml"))
