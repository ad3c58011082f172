"""KPIs by the names that people give them."""

from __future__ import annotations

from kpi_xl.catalogue import kpis
from kpi_xl.errors import InputError
from kpi_xl.kpi import Kpi
from kpi_xl.readers.name import near


def kpi_meant(label: str) -> Kpi:
    """The KPI with this code, Chinese name or alias.

    Raises
    ------
    InputError
        When there is no such KPI; the message has those with similar names.
    """
    kpi = kpis.find(label)
    if kpi is None:
        like = like_kpi(label)
        hint = f"是不是：{'、'.join(like)}？" if like else ""
        raise InputError(f"没有名为“{label}”的指标", f"{hint}运行 kpi-xl explain 可看全部指标")
    return kpi


def like_kpi(label: str) -> list[str]:
    """The names of KPIs that are like a name."""
    return near(label, (name for kpi in kpis.values() for name in sorted(kpi.labels)))
