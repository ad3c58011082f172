"""The KPIs of a month that are not mature: some of their data is still to come.

Such a KPI is shown and compared with equally old ones, but it is no reason for a status, a warning
or a cause, and nobody pays for it.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Final

from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.analysis.knowledge import Signal
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.kpi import Kpi


class Ripeness:
    """When each KPI of a month is mature.

    Parameters
    ----------
    cube : Cube
        The measures by unit and month.
    kpis : mapping of str to Kpi
        The KPIs, by code.
    """

    def __init__(self, cube: Cube, month: Month, kpis: Mapping[str, Kpi]) -> None:
        self._cube = cube
        self._kpis = kpis
        self._month = month
        unripe = cube.unripe.get(month.number)
        self._measures = unripe.until if unripe else {}

    @functools.cached_property
    def until(self) -> Mapping[str, dt.date]:
        """The KPIs that are not mature, by code, each with the day up to which the files must
        go.
        """
        if not self._measures:
            return {}
        days = {code: self._cube.ripe_on(kpi, self._month) for code, kpi in self._kpis.items()}
        return {code: day for code, day in days.items() if day is not None}

    def is_ripe(self, signal: Signal) -> bool:
        """Whether the last value of a signal is based on complete data."""
        if signal.numerator is None or signal.denominator is None:
            return self.day(signal.code) is None
        # What both lack alike leaves their ratio as it is.
        return self.day(signal.numerator) == self.day(signal.denominator)

    def day(self, code: str) -> dt.date | None:
        """The day up to which the files must go for a measure or KPI to be mature; None where it
        is.
        """
        return self._measures.get(code) or self.until.get(code)

    @functools.cached_property
    def notes(self) -> list[str]:
        """Notes on the KPIs that are not mature: which, until when, and the last mature value."""
        named: dict[dt.date, list[str]] = {}
        for code, day in self.until.items():
            if self._kpis[code].direction != "neutral":
                named.setdefault(day, []).append(self._kpis[code].name)
        return [
            f"{UNRIPE}：{_listed(names)}，{day_text(day)}的数据齐了才看得准，先不判断状态、不预警；"
            "上月、去年同期取当时同样早的数"
            for day, names in sorted(named.items())
        ]


def day_text(day: dt.date) -> str:
    """A day for people: 8月29日."""
    return f"{day.month}月{day.day}日"


def ripe_text(day: dt.date) -> str:
    """The day on which a KPI is mature, as shown in a cell: 8月29日成熟."""
    return f"{day_text(day)}成熟"


_NAMED: Final = 5


def _listed(names: list[str]) -> str:
    """The first few names, and how many in all."""
    few = "、".join(names[:_NAMED])
    return few if len(names) <= _NAMED else f"{few}等 {len(names)} 项"
