"""The values of the slots about a unit: who it is, the month, its KPIs and their series.

Where a slot's cell holds a formula, the value here is what that formula gives: workbook_templates'
SLOTS.md has the formulas, and the tests let LibreOffice recalculate every one of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.data.cube import LOOKS_BACK, Cube, PartMonth, Unit, is_money
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.findings.shown import shown, with_bands
from kpi_xl.kpi import Kpi
from kpi_xl.project import Settings

SERIES_MONTHS: Final = 24
"""So many months, up to the workbook's own, are in its series."""

_OF_THIS_MONTH: Final = ("",)
_AGAINST_THE_TARGET: Final = (".达成率", ".差额")

Values = dict[str, Any]


class UnitValues:
    """Computes the slots of units.

    Parameters
    ----------
    cube : Cube
        The measures.
    settings : Settings
        The project's settings.
    month : Month
        The month; at most the one after the cube's last, as people plan ahead.
    """

    def __init__(self, cube: Cube, settings: Settings, month: Month) -> None:
        self.cube = cube
        self.settings = settings
        self.month = month
        self._kpi_settings = {"premium_weight": settings.premium_weight}
        self._kpis = [with_bands(kpi, settings) for kpi in kpis.values()]
        self._series: dict[str, NDArray[np.float64]] = {}

    def about(self, unit: Unit) -> Values:
        """Who and when."""
        first, last = self.month.span(self.settings.month_cut)
        parent = self.cube.units[unit.parent].name if unit.parent is not None else ""
        return {
            "branch.name": self.cube.units[0].name,
            "unit.name": unit.name,
            "unit.level": self.settings.level_name(unit.level),
            "unit.parent": parent,
            "team.name": unit.name,
            "department.name": self._department(unit),
            "period.month": self.month.chinese,
            "period.last_month": self._days_of(self.month - 1),
            "period.same_days": self._same_days_note(),
            "period.year": self.month.year,
            "period.first_day": first,
            "period.last_day": last,
            "period.working_days": len(working_days(first, last)),
        }

    def _department(self, unit: Unit) -> str:
        """The 营业部 that a unit is, or is in."""
        one: Unit | None = unit
        while one is not None:
            if one.level == "营业部":
                return one.name
            one = None if one.parent is None else self.cube.units[one.parent]
        return ""

    def kpis(self, unit: int, targets: Mapping[str, float]) -> Values:
        """Each KPI with its target, the month before and the same month last year."""
        values: Values = {"unit.headcount": self._headcount(unit)}
        open_month = self.month > self.cube.last
        for kpi in self._kpis:
            actual = float(self._window(kpi)[unit, -1])
            before, last_year = self._compared(kpi)[unit].tolist()
            slots = _kpi_slots(kpi, actual, before, last_year, targets.get(kpi.name))
            if open_month:  # nothing has been attained yet: the cell is empty, not a dash
                slots |= {f"kpi.{kpi.name}{part}": None for part in _OF_THIS_MONTH}
                slots |= {f"kpi.{kpi.name}{part}": "" for part in _AGAINST_THE_TARGET}
            values |= slots
        return values

    def series(self, unit: int) -> Values:
        """Each measure and each KPI over the months."""
        window = [self.month - back for back in reversed(range(SERIES_MONTHS))]
        heading = f"{self.cube.units[unit].name}　{self._days_of(self.month)}"
        values: Values = {
            "data.months": [str(month) for month in window],
            "data.labels": [_label(month) for month in window],
            "data.years": [_half_year(month) for month in window],
            "data.heading": heading,
            "trend.heading": heading,
            "setting.premium_weight": self.settings.premium_weight,
        }
        for code in self.cube.measures:
            name = MEASURES[code].name
            values[f"data.{name}"] = window_ = self._measure_window(code, unit)
            values[f"data.{name}.同期"] = self._compared_measure(code, unit, window_)
        for symbol in MEASURES.values():
            values.setdefault(f"data.{symbol.name}", [NOT_AVAILABLE] * SERIES_MONTHS)
            values.setdefault(f"data.{symbol.name}.同期", [NOT_AVAILABLE] * 2)
        for kpi in self._kpis:
            # The sheet's own formula turns every error into #N/A, which charts leave out.
            for slot, numbers in (("", self._window(kpi)), (".同期", self._compared(kpi))):
                values[f"series.{kpi.name}{slot}"] = np.where(
                    np.isfinite(numbers[unit]), numbers[unit], NOT_AVAILABLE
                ).tolist()
        return values

    def last_closed(self, kpi: Kpi, unit: int) -> float:
        """A KPI in the month before; an error where there is none."""
        return float(self._window(kpi)[unit, -2])

    def _headcount(self, unit: int) -> int:
        """People at the end of the month, or as of now for a month still to come."""
        index = min(self.month.number, self.cube.last.number) - self.cube.first.number
        return int(self.cube.measure("closing")[unit, index])

    def _window(self, kpi: Kpi) -> NDArray[np.float64]:
        """A KPI as (units, months) of the series, #N/A for months without data."""
        if kpi.code not in self._series:
            numbers = self.cube.kpi(kpi, self._kpi_settings)
            self._series[kpi.code] = _windowed(self.cube, self.month, numbers, NOT_AVAILABLE)
        return self._series[kpi.code]

    def _days_of(self, month: Month) -> str:
        """A month's name, with the days meant where this month is not over."""
        if self._part is None:
            return month.chinese
        begin, _ = self.month.span(self.settings.month_cut)
        first, last = month.span(self.settings.month_cut)
        until = min(first + (self._part.as_of - begin), last)
        return f"{month.chinese}（{first.month}月{first.day}日至{until.month}月{until.day}日）"

    def _same_days_note(self) -> str | None:
        """What to know where the month is not over."""
        if self._part is None:
            return None
        until = f"{self._part.as_of.month}月{self._part.as_of.day}日"
        return (
            f"数据截至{until}，本月还没有过完：上月、去年同期只算同样这些天，整月的数见 数据 表。"
        )

    @property
    def _part(self) -> PartMonth | None:
        """What the month is compared with, where it is not over."""
        return self.cube.part if self.month == self.cube.last else None

    def _compared(self, kpi: Kpi) -> NDArray[np.float64]:
        """A KPI of the month before and a year ago, as (units, 2): of the same days only where
        the month is not over.
        """
        if self._part and (found := self.cube.same_days(kpi, self._kpi_settings)) is not None:
            return found
        return self._window(kpi)[:, [-2, -13]]

    def _compared_measure(
        self, code: str, unit: int, window: list[float | int]
    ) -> list[float | int]:
        compared = [window[-2], window[-13]]
        if self._part is None or LOOKS_BACK.search(code):
            return compared
        found = self._part.values[self.cube.measures.index(code), unit].tolist()
        return [
            (number / 100 if is_money(code) else number) if math.isfinite(whole) else whole
            for number, whole in zip(found, compared, strict=True)
        ]

    def _measure_window(self, code: str, unit: int) -> list[float | int]:
        numbers = self.cube.measure(code)[unit : unit + 1]
        whole = _windowed(self.cube, self.month, numbers.astype(np.float64), NOT_AVAILABLE)[0]
        if is_money(code):
            return (whole / 100).tolist()  # type: ignore[no-any-return]
        return [int(v) if math.isfinite(v) else v for v in whole.tolist()]


def _label(month: Month) -> str:
    """A month on a chart's axis: 11, 12, 24年, 2 …"""
    return f"{month.year % 100:02d}年" if month.month == 1 else str(month.month)


def _half_year(month: Month) -> str:
    """A month on a small chart's axis: only 24年 and 7月 are named."""
    return _label(month) if month.month == 1 else "7月" if month.month == 7 else ""


def _windowed(
    cube: Cube, month: Month, numbers: NDArray[np.float64], missing: float
) -> NDArray[np.float64]:
    """The months of the series cut out of all months."""
    result = np.full((numbers.shape[0], SERIES_MONTHS), missing)
    start = month.number - SERIES_MONTHS + 1 - cube.first.number
    first, last = max(start, 0), min(start + SERIES_MONTHS, numbers.shape[1])
    if first < last:
        result[:, first - start : last - start] = numbers[:, first:last]
    return result


def _kpi_slots(
    kpi: Kpi, actual: float, before: float, last_year: float, target: float | None
) -> Values:
    slot = f"kpi.{kpi.name}"
    return {
        slot: shown(actual),
        f"{slot}.目标": target,
        f"{slot}.达成率": attainment(actual, target),
        f"{slot}.差额": _gap(kpi, actual, target),
        f"{slot}.上月": shown(before),
        f"{slot}.环比": _change("KPI_MOM", kpi, actual, before),
        f"{slot}.去年同期": shown(last_year),
        f"{slot}.同比": _change("KPI_YOY", kpi, actual, last_year),
    }


def attainment(actual: float | None, target: float | None) -> float | str:
    """A 达成率 as the sheets' formula gives it: empty until there is something to compare."""
    if actual is None or target is None:
        return ""
    return shown(kpis["KPI_ATTAINMENT"](actual, target))


def _change(code: str, kpi: Kpi, actual: float, base: float) -> float | str:
    """A change: of ratios in percentage points, of everything else relative."""
    if kpi.unit == "%":
        return shown((actual - base) * 100)
    return shown(kpis[code](actual, base))


def _gap(kpi: Kpi, actual: float, target: float | None) -> float | str:
    if target is None:
        return ""
    return shown((actual - target) * (100 if kpi.unit == "%" else 1))
