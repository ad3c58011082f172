"""Texts for values, errors, bounds and durations, as people read them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from kpi_xl.analysis.evidence import MONTHS
from kpi_xl.calendar import Month
from kpi_xl.kpi import Bands, Kpi
from kpi_xl.settings.project_settings import Settings
from kpi_xl.settings.settings_sheet import WORKBOOK

IS_USUAL: Final = "不是信号"
"""A reason of a warning that is red, but no signal."""

NOTHING: Final = "—"
"""The text shown where there is no value."""

_WAN: Final = 10_000


def shown(value: float) -> float | str:
    """The value of a cell; — in place of an error."""
    return value if math.isfinite(value) else NOTHING


def meaning_text(kpi: Kpi) -> str:
    """The meaning of a KPI, the bounds it is judged by, and notes."""
    bounds = "" if kpi.bands is None else kpi.bands.text(kpi.direction, kpi.unit)
    return "。".join(filter(None, (kpi.meaning, bounds, kpi.note)))


def with_bands(kpi: Kpi, settings: Settings) -> Kpi:
    """The KPI with the project's own bounds, if there are any."""
    if kpi.name not in settings.bands:
        return kpi
    healthy, danger = settings.bands[kpi.name]
    source = WORKBOOK if kpi.name in settings.bands_in_sheet else "kpi.toml"
    bands = Bands(healthy, danger=danger, source=source)
    by_hand = replace(kpi.by_hand, bands=bands) if kpi.by_hand else None
    return replace(kpi, bands=bands, by_hand=by_hand)


def too_few(fewest: int) -> str:
    """The reason why no figure of the peers is shown."""
    return f"同级单位少于 {fewest} 个的，不显示最好、四分位和中位：那就是别的单位自己的数"


def value_text(kpi: Kpi, value: float) -> str:
    """A value of a KPI for people: ``72.0%``, ``412,386``, ``1.14``; — for an error."""
    if not math.isfinite(value):
        return NOTHING
    if kpi.unit == "%":
        return f"{value:.1%}"
    return f"{value:,.2f}" if "0.00" in kpi.number_format and abs(value) < 100 else f"{value:,.0f}"


def short_text(kpi: Kpi, value: float, *, in_wan: bool) -> str:
    """A short text with the unit: ``665.9 万元``, ``9,925 元``, ``1.29 件``.

    Parameters
    ----------
    in_wan : bool
        Whether amounts from ten thousand 元 on are told in 万.
    """
    if kpi.unit == "%" or not math.isfinite(value):
        return value_text(kpi, value)
    if kpi.unit == "元":
        return money_text(value, in_wan=in_wan)
    return f"{value_text(kpi, value)} {kpi.unit}"


def money_text(yuan: float, *, in_wan: bool) -> str:
    """A short text of an amount in 元.

    Examples
    --------
    >>> money_text(6_658_595, in_wan=True), money_text(9_925, in_wan=True)
    ('665.9 万元', '9,925 元')
    """
    return f"{yuan / _WAN:,.1f} 万元" if in_wan and abs(yuan) >= _WAN else f"{yuan:,.0f} 元"


def months_text(months: int) -> str:
    """How long a KPI has been short: 新, or 4个月."""
    if months <= 1:
        return "新"
    return f"{months}个月" if months <= MONTHS else "一年多"


def since_text(month: Month, months: int) -> str:
    """Whether a KPI is short for the first time, or since when.

    Examples
    --------
    >>> since_text(Month.of(2024, 6), 1), since_text(Month.of(2024, 6), 4)
    ('本月新出现', '2024年3月起')
    """
    if months <= 1:
        return "本月新出现"
    return f"{(month - (months - 1)).chinese}起" if months <= MONTHS else "一年多来一直这样"
