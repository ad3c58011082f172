"""The bounds and default targets of KPIs, from kpi.toml and 设置.xlsx together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.name import near
from kpi_xl.settings.file import row_of
from kpi_xl.settings.settings_sheet import DANGER, HEALTHY, SettingsSheet, Typed, differs

Band = tuple[float, float | None]

_MOST: Final = 10
"""A share of more than 1000% is a percentage that somebody typed without its sign."""

_GREATEST: Final = 1e15


@dataclass(frozen=True)
class OfKpis:
    """The settings of KPIs: bounds and default targets.

    Parameters
    ----------
    bands : mapping of str to (float, float or None)
        Healthy and danger bounds by KPI name.
    in_sheet : frozenset of str
        Those of them that stand in 设置.xlsx.
    targets : mapping of str to float
        The target by KPI name of a unit that has none of its own.
    notes : tuple of InputError
        What does not count, and what is said in two ways.
    """

    bands: Mapping[str, Band]
    in_sheet: frozenset[str]
    targets: Mapping[str, float]
    notes: tuple[InputError, ...]


def of_kpis(
    kpis: Registry,
    bands: Mapping[str, Band],
    targets: Mapping[str, float],
    sheet: SettingsSheet,
    file: Path,
    text: str,
) -> OfKpis:
    """Put together the bounds and default targets of kpi.toml and of 设置.xlsx.

    Parameters
    ----------
    kpis : Registry
        Every KPI of the project.
    bands, targets : mapping
        What kpi.toml says, by any name of the KPI.
    sheet : SettingsSheet
        What the workbook says; it goes before.
    file, text : Path, str
        kpi.toml, for the lines of what is wrong there.
    """
    both = _Both(kpis, file, text)
    for name, band in bands.items():
        both.in_toml("bands", name, band)
    for name, target in targets.items():
        both.in_toml("targets", name, target)
    both.bounds(sheet)
    both.default_targets(sheet)
    return OfKpis(both.bands, frozenset(both.in_sheet), both.targets, tuple(both.notes))


class _Both:
    def __init__(self, kpis: Registry, file: Path, text: str) -> None:
        self._kpis = kpis
        self._file = file
        self._text = text
        self.bands: dict[str, Band] = {}
        self.targets: dict[str, float] = {}
        self.in_sheet: set[str] = set()
        self.notes: list[InputError] = []

    def in_toml(self, section: str, name: str, value: Band | float) -> None:
        kpi = self._kpis.find(name)
        if kpi is None:
            fault: Fault | None = self._unknown(name)
        elif isinstance(value, tuple):
            fault = _band_fault(kpi, value)
        else:
            fault = _target_fault(kpi, value)
        if fault is not None:
            row = row_of(self._text, (section, name))
            self.notes.append(InputError(fault, file=self._file, row=row, value=name))
        elif kpi is not None and isinstance(value, tuple):
            self.bands[kpi.name] = value
        elif kpi is not None and not isinstance(value, tuple):
            self.targets[kpi.name] = value

    def bounds(self, sheet: SettingsSheet) -> None:
        rows: dict[str, dict[str, Typed]] = {}
        for one in sheet.bounds:
            rows.setdefault(one.path[1], {})[one.path[2]] = one
        for name, cells in rows.items():
            any_cell = next(iter(cells.values()))
            kpi = self._kpis.find(name)
            if kpi is None:
                self.notes.append(any_cell.error(self._unknown(name)))
                continue
            before = self.bands.get(kpi.name) or (
                (kpi.bands.healthy, kpi.bands.danger) if kpi.bands else None
            )
            # Without a healthy bound the one that goes so far goes on; a danger bound belongs to
            # its healthy one.
            if "healthy" in cells:
                healthy = float(cells["healthy"].value)
            elif before is not None:
                healthy = before[0]
            else:
                self.notes.append(any_cell.error(kinds.DEFINITION_BOUND(which=HEALTHY)))
                continue
            band: Band = healthy, cells["danger"].value if "danger" in cells else None
            if (fault := _band_fault(kpi, band)) is not None:
                self.notes.append(any_cell.error(fault))
                continue
            if (said := self.bands.get(kpi.name)) is not None and said != band:
                fault = differs(kpi.name, _band_text(kpi, band), _band_text(kpi, said))
                self.notes.append(any_cell.error(fault))
            self.bands[kpi.name] = band
            self.in_sheet.add(kpi.name)

    def default_targets(self, sheet: SettingsSheet) -> None:
        for one in sheet.targets:
            kpi = self._kpis.find(one.path[1])
            fault = self._unknown(one.path[1]) if kpi is None else _target_fault(kpi, one.value)
            if kpi is None or fault is not None:
                assert fault is not None
                self.notes.append(one.error(fault))
                continue
            if self.targets.get(kpi.name, one.value) != one.value:
                there = _number_text(kpi, self.targets[kpi.name])
                here = _number_text(kpi, one.value)
                self.notes.append(one.error(differs(f"{kpi.name}的目标", here, there)))
            self.targets[kpi.name] = one.value

    def _unknown(self, name: str) -> Fault:
        return no_kpi(self._kpis, name)


def no_kpi(kpis: Registry, name: str) -> Fault:
    """The message about an unknown KPI."""
    names = [kpi.name for kpi in kpis.values()]
    return kinds.SETTING_NO_KPI(name=name, like="、".join(near(name, names)))


def _band_fault(kpi: Kpi, band: Band) -> Fault | None:
    healthy, danger = band
    if kpi.direction == "neutral":
        return kinds.DEFINITION_BOUNDS_NEUTRAL()
    for which, bound in ((HEALTHY, healthy), (DANGER, danger)):
        if bound is not None and (fault := _size_fault(kpi, bound, which)) is not None:
            return fault
    sign = -1 if kpi.direction == "lower" else 1
    if danger is not None and sign * danger > sign * healthy:
        return kinds.DEFINITION_BOUNDS_CROSSED()
    return None


def _target_fault(kpi: Kpi, target: float) -> Fault | None:
    if not kpi.is_comparable:
        return kinds.SETTING_TARGET_OF_TOTAL(name=kpi.name)
    return _size_fault(kpi, target, "目标")


def _size_fault(kpi: Kpi, number: float, which: str) -> Fault | None:
    if abs(number) > _GREATEST:
        return kinds.DEFINITION_BOUND(which=which)
    if kpi.unit == "%" and abs(number) > _MOST:
        return kinds.SETTING_NO_PERCENT(which=which, number=f"{number:g}", share=f"{number:g}%")
    return None


def _band_text(kpi: Kpi, band: Band) -> str:
    healthy, danger = band
    text = f"健康线 {_number_text(kpi, healthy)}"
    return text if danger is None else f"{text}、危险线 {_number_text(kpi, danger)}"


def _number_text(kpi: Kpi, number: float) -> str:
    return f"{round(number * 100, 6):g}%" if kpi.unit == "%" else f"{number:.12g}"
