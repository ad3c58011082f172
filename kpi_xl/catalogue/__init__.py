"""The KPIs, one file a family. Adding a KPI is adding one function in one of them."""

from kpi_xl.catalogue import (
    activity,
    business,
    dealership,
    general,
    manpower,
    persistency,
    production,
    retail,
)
from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.catalogue.registry import kpis

FAMILIES = tuple(
    module.FAMILY
    for module in (
        production,
        manpower,
        activity,
        persistency,
        business,
        dealership,
        retail,
        general,
    )
)
"""The families of KPIs, in the order they are shown."""

__all__ = [
    "FAMILIES",
    "MEASURES",
    "activity",
    "business",
    "dealership",
    "general",
    "kpis",
    "manpower",
    "persistency",
    "production",
    "retail",
]
