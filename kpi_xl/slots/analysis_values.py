"""The values of the slots of the analysis: pace, factors, peers, causes.

A workbook tells about its own unit and those below it; of its peers it has the best value, the
median and the quartiles, never a name, and nothing of peers that are few.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from kpi_xl.analysis.pace import Pace
from kpi_xl.analysis.peers import peers as compare
from kpi_xl.analysis.trees import FACTORS
from kpi_xl.cached import kept
from kpi_xl.catalogue import kpis
from kpi_xl.data.targets import Targets
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.findings.aggregation import by_day
from kpi_xl.findings.day_sums import DaySums, day_sums, misses_text, paced
from kpi_xl.findings.drivers import COMPARISONS, Drivers
from kpi_xl.findings.findings import Findings, told_back
from kpi_xl.findings.in_brief import InBrief
from kpi_xl.findings.shown import too_few
from kpi_xl.kpi import Kpi
from kpi_xl.slots.analysis_slots import (
    AS_OF,
    BELOW,
    CHAIN,
    COMPARED,
    DIAGNOSIS,
    DRIVERS,
    HEADINGS,
    JUDGED,
    MONEY,
    ON_THE_WAY,
    PACE,
    PACE_NOTE,
    PAR,
    PEER_SERIES,
    PEERS,
    PEERS_NOTE,
    SPLIT,
    WARNINGS,
    WATERFALL,
    WATERFALLS,
    Among,
    Judged,
    Line,
    Paced,
    lines_of,
)
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.slot import Values
from kpi_xl.slots.unit_values import SERIES_MONTHS

_ROOM: Final[Mapping[str, int]] = {"warnings.指标": 8, "below.指标": 12, "diagnosis.问题": 6}
_PER_WEAKNESS: Final = 2


class AnalysisValues:
    """Computes the slots of a month's analysis.

    Parameters
    ----------
    filling : Filling
        A workbook of a month of the cube.
    """

    def __init__(self, filling: Filling) -> None:
        self.cube = filling.cube
        self.month = filling.month
        self._store = filling.store
        self._settings = filling.settings
        self._rows = filling.rows
        self._asks = filling.asks

    @kept
    def findings(self, level: str) -> Findings:
        """The findings about the units of a level."""
        return Findings.read(self.cube, self._store, self._settings, self.month, level, self._told)

    @functools.cached_property
    def _told(self) -> list[Targets]:
        """The targets, read once for all levels."""
        return told_back(self._store, self._settings, self.month)

    @kept
    def drivers(self, level: str) -> Drivers | None:
        """The factors of a level's units; None when the data lack their measures."""
        found = self.findings(level).drivers
        return found if found is not None and len(found.tree.factors) == FACTORS else None

    @kept
    def days(self, level: str) -> DaySums | None:
        """The sums by day of a level's units; None where they are not known."""
        asked = [by_day(kpi) for kpi in self._paced]
        wanted = {code for ratio in asked if ratio for code in ratio.measures}
        return day_sums(self._store, self._settings, self.cube, self.month, level, wanted=wanted)

    def unit(self, number: int) -> Values:
        """The slots of a unit, by its index in the cube."""
        level = self.cube.units[number].level
        about = {"unit.name": self.cube.units[number].name, "period.month": self.month.chinese}
        return (
            self._pace(number, level, self.days(level))
            | self._factors(number, level)
            | self._warnings(number, level)
            | self._diagnosis(number, level)
            | (self._peers(number, level) if self._asks("peers.") else {})
            | HEADINGS.values(None, about)
        )

    def statuses(self, number: int) -> Values:
        """Every KPI's status with its reasons; empty for a month still to come."""
        if self.month > self.cube.last:
            return {one.name: None for one in JUDGED.declared()}
        findings = self.findings(self.cube.units[number].level)
        values: Values = {}
        for kpi in self._settings.kpis.values():
            if self._asks(f"kpi.{kpi.name}."):
                values |= JUDGED.values(Judged(findings, kpi.code, number), 指标=kpi.name)
        return values

    # -- pace ------------------------------------------------------------------------------------

    @functools.cached_property
    def _paced(self) -> list[Kpi]:
        """The KPIs with a pace that the workbook asks for."""
        every = self._settings.kpis
        followed = paced(every)
        return [
            kpi
            for code, kpi in every.items()
            if (kpi.is_own or code in followed) and self._asks(f"pace.{kpi.name}.")
        ]

    def _pace(self, number: int, level: str, days: DaySums | None) -> Values:
        text = None
        asked = self._paced
        is_over = days is not None and days.elapsed >= days.days[-1]
        if days is not None:
            text = (
                f"截至 {days.as_of.month}月{days.as_of.day}日，"
                f"{days.days[-1]} 个工作日已过 {days.elapsed} 个"
            )
            known = [kpi for kpi in asked if kpi in days.paced]
            if known and 0 < days.elapsed < days.days[-1]:
                found = self._paces(level, known[0].code)
                place = self.cube.of_level(level).index(number)
                missed = misses_text(known[0], found, [place])
                text += f"；{missed}" if missed else ""
        heads = [None if is_over else head for head in ON_THE_WAY]
        note = None if is_over else PACE_NOTE
        values = AS_OF.values({"as_of": text, "列名": heads, "说明": note})
        for kpi in asked:
            values |= PACE.values(self.pace_of(kpi, number), 指标=kpi.name)
        return values

    def pace_of(self, kpi: Kpi, number: int) -> Paced | None:
        """The pace of a KPI of a unit; None where the days are not known."""
        level = self.cube.units[number].level
        days = self.days(level)
        if days is None or kpi not in days.paced:
            return None
        units = self.cube.of_level(level)
        place, found = units.index(number), self._paces(level, kpi.code)
        of_all = (found.expected, found.by_shape, found.forecast, found.low, found.high)
        expected, by_shape, forecast, low, high = (float(one[place]) for one in of_all)
        return Paced(
            self.findings(level).goal(kpi, number),
            float(days.done(kpi, [number])[0]),
            expected,
            by_shape,
            forecast,
            low,
            high,
            is_over=days.elapsed >= int(days.days[-1]),
        )

    @kept
    def _paces(self, level: str, code: str) -> Pace:
        """The pace of a KPI in all units of a level: peers are forecast together."""
        days, findings = self.days(level), self.findings(level)
        assert days is not None
        units = self.cube.of_level(level)
        kpi = self._settings.kpis[code]
        goals = np.array([findings.goal(kpi, unit) for unit in units])
        return days.pace(kpi, units, goals, findings.groups)

    # -- factors ---------------------------------------------------------------------------------

    def _factors(self, number: int, level: str) -> Values:
        drivers = self.drivers(level)
        chain = self.findings(level).chain(number)
        values = DRIVERS.values(drivers.tree if drivers else None)
        values |= CHAIN.values(None if chain is None else chain.comparison)
        for comparison in COMPARISONS:
            split = drivers.split(number, comparison) if drivers else None
            values |= SPLIT.values(split, 比较=comparison)
            if comparison in WATERFALLS:
                values |= WATERFALL.values(None, values, 比较=comparison)
        return values

    # -- warnings --------------------------------------------------------------------------------

    def _warnings(self, number: int, level: str) -> Values:
        own = self.findings(level)
        lines = lines_of(own, own.warnings_of(number), self._room("warnings.指标"))
        note = InBrief(own, number, self._settings.in_wan).money_note() if lines else None
        return WARNINGS.columns(lines) | MONEY.values(note) | BELOW.columns(self._below(number))

    def _below(self, number: int) -> list[Line]:
        """The warnings of the units directly below."""
        level = self.level_below(number)
        if level is None:
            return []
        findings = self.findings(level)
        mine = {str(u) for u in findings.units if number in self._above(u)}
        found = [w for w in findings.warnings if w.unit in mine]
        return lines_of(findings, found, self._room("below.指标"), self.cube.units)

    def level_below(self, number: int) -> str | None:
        """The level of the units below; None where there are none."""
        return self.cube.level_below(self.cube.units[number].level)

    def _above(self, number: int) -> set[int]:
        found = set()
        above = self.cube.units[number].parent
        while above is not None:
            found.add(above)
            above = self.cube.units[above].parent
        return found

    def _room(self, slot: str) -> int:
        return self._rows.get(slot, _ROOM[slot])

    # -- diagnosis -------------------------------------------------------------------------------

    def _diagnosis(self, number: int, level: str) -> Values:
        today = self._settings.dates.span(self.month)[1] + dt.timedelta(days=1)
        findings = self.findings(level)
        rows = [
            (weakness, findings.kpis[weakness.warning.kpi], proposal)
            for weakness in findings.weaknesses(number)
            for proposal in weakness.proposals(today, _PER_WEAKNESS)
        ]
        return DIAGNOSIS.columns(rows[: self._room("diagnosis.问题")])

    # -- peers -----------------------------------------------------------------------------------

    def _peers(self, number: int, level: str) -> Values:
        # The branch has no peers: what its units reach is what it can be compared with.
        own_level = len(self.findings(level).units) > 1
        group_level = level if own_level else self.level_below(number)
        fewest = self._settings.fewest_peers if own_level else 1  # those below are its own
        group = self.findings(group_level) if group_level else None
        if group is not None and len(group.units) == 1:
            group = None  # a single unit below is no peer of anybody
        one = None  # whose peers are meant
        if group is not None and (own_level or not group.groups.are_several):
            one = number if own_level else group.units[0]
        values = PEERS_NOTE.values(self._peers_note(number, group, own_level))
        for kpi in COMPARED:
            own = self.findings(level)
            actual = own.value(kpi.code, number) if kpi.code in own.kpis else math.nan
            peers, rank = None, 0
            if group is not None and one is not None and kpi.code in group.kpis:
                peers = group.peers(kpi.code, one, fewest)
                rank = group.rank(kpi.code, number) if own_level else 0
            ripe = kpi.code not in own.kpis or own.ripe_on(kpi.code, number) is None
            among = Among(kpi, actual, peers, fewest, rank, ripe)
            values |= PEERS.values(among, 指标=kpi.name)
        for name in PAR:
            values |= self._peer_series(name, group, one, fewest)
        return values

    @staticmethod
    def _peers_note(number: int, group: Findings | None, own_level: bool) -> str | None:
        """A note on who the peers are, and on figures hidden because they are few."""
        if group is None:
            return None
        if not own_level:
            if not group.groups.are_several:
                return None
            listed = "、".join(sorted(set(group.groups.names)))
            return f"下级单位分属 {listed}，各比各的，不合在一起"
        few = too_few(group.fewest_peers)
        name = group.group_of(number)
        return (
            f"同类、名次、标杆和全公司都只算 {name} 的 {len(group.beside(number))} 个单位。{few}"
            if name
            else few
        )

    def _peer_series(
        self, name: str, group: Findings | None, one: int | None, fewest: int
    ) -> Values:
        kpi = kpis.find(name)
        assert kpi is not None
        nothing = [NOT_AVAILABLE] * SERIES_MONTHS
        found = {"中位系列": nothing, "最好系列": nothing}
        if group is not None and one is not None and kpi.code in group.kpis:
            history = group.given[kpi.code][group.beside(one), -SERIES_MONTHS:]
            missing = [NOT_AVAILABLE] * (SERIES_MONTHS - history.shape[1])
            months = compare(history.T, kpi.direction, fewest)
            found = {
                "中位系列": missing + months.median.tolist(),
                "最好系列": missing + months.best.tolist(),
            }
        return PEER_SERIES.values(found, 指标=name)
