"""Look up KPIs by the names that people use."""

from __future__ import annotations

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.name import near


def kpi_meant(label: str, kpis: Registry) -> Kpi:
    """The KPI with this code, Chinese name or alias.

    Parameters
    ----------
    label : str
        What somebody called it.
    kpis : Registry
        The KPIs there are.

    Raises
    ------
    InputError
        When there is no such KPI; the message has those with similar names.
    """
    kpi = kpis.find(label)
    if kpi is None:
        raise InputError(kinds.KPI_UNKNOWN(label=label, like="、".join(like_kpi(label, kpis))))
    return kpi


def like_kpi(label: str, kpis: Registry) -> list[str]:
    """The names of KPIs that are similar to a name."""
    return near(label, (name for kpi in kpis.values() for name in sorted(kpi.labels)))
