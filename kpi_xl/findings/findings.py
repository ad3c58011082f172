"""The findings of a month for every unit of a level: warnings, causes, actions."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.diagnosis import RankedCause, diagnose
from kpi_xl.analysis.evidence import MONTHS, Signals, measure, side_by_side
from kpi_xl.analysis.knowledge import Knowledge, Topic
from kpi_xl.analysis.service_loss import limited_by_chance
from kpi_xl.analysis.signals import FEWEST
from kpi_xl.analysis.trees import main_tree
from kpi_xl.analysis.warnings import KpiWarning, costliest, warnings
from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.data.targets import Targets, targets_back
from kpi_xl.findings.drivers import Drivers, Split
from kpi_xl.findings.facts import Facts
from kpi_xl.findings.judged_month import Floats, JudgedMonth
from kpi_xl.findings.peer_groups import PeerGroups, peer_groups
from kpi_xl.findings.retention import NOBODY_KNOWS, Losses, losses
from kpi_xl.findings.shown import IS_USUAL, since_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings

TOPICS: Final = 3
"""So many weaknesses of a unit are diagnosed: who works on everything works on nothing."""


class Findings(JudgedMonth):
    """The findings about all units of a level in a month.

    Parameters
    ----------
    cube, settings, month, level, targets, earlier, groups
        As for `JudgedMonth`.
    lost : Losses, optional
        Who left in which month of service; by default nobody knows.

    Raises
    ------
    InputError
        When there is no data for the month.
    """

    def __init__(
        self,
        cube: Cube,
        settings: Settings,
        month: Month,
        level: str,
        targets: Mapping[int, Mapping[str, float]],
        lost: Losses = NOBODY_KNOWS,
        earlier: Sequence[Mapping[int, Mapping[str, float]]] = (),
        groups: PeerGroups | None = None,
    ) -> None:
        super().__init__(cube, settings, month, level, targets, earlier, groups)
        self._lost = lost

    @property
    def headlines(self) -> list[Kpi]:
        """The KPIs on top that have data."""
        return [kpi for kpi in self._settings.headlines if self.cube.has(kpi)]

    @property
    def main(self) -> list[Kpi]:
        """The KPIs on top that the project names; none where it leaves the choice to the trade."""
        return self.headlines if self._settings.main_kpis else []

    @classmethod
    def read(
        cls,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        settings: Settings,
        month: Month,
        level: str,
        told: Sequence[Targets] | None = None,
    ) -> Findings:
        """Make the findings, with targets, leavers and peers from the store.

        Parameters
        ----------
        told : sequence of Targets, optional
            What `told_back` gives for the month, where several levels are looked at.
        """
        units = cube.of_level(level)
        of, *earlier = (
            {unit: targets.of_unit(cube.units[unit]) for unit in units}
            for targets in (told or told_back(store, settings, month))
        )
        lost = losses(cube, store, settings, month, level)
        groups = peer_groups(cube, store, settings, month, level)
        return cls(cube, settings, month, level, of, lost, earlier, groups)

    @functools.cached_property
    def drivers(self) -> Drivers | None:
        """The factors of the units' results; None when the data lack their measures."""
        return None if main_tree(self.cube.measures) is None else Drivers(self)

    @kept
    def chain(self, unit: int) -> Split | None:
        """The difference of a unit's result, split over its factors. All amounts in its warnings
        come from this split. None where there is no result, or nothing to compare with.
        """
        return None if self.drivers is None else self.drivers.chain(unit)

    @functools.cached_property
    def warnings(self) -> Sequence[KpiWarning]:
        """The warnings of every unit, one for each fact, the costliest first."""
        return costliest(one for unit in self.units for one in self.warnings_of(unit))

    @kept
    def warnings_of(self, unit: int) -> list[KpiWarning]:
        """The warnings of one unit: each fact once, with all KPIs that show it."""
        return self._facts.of(unit, self._by_unit.get(str(unit), []), self.chain(unit))

    @functools.cached_property
    def _facts(self) -> Facts:
        return Facts(self, None if self.drivers is None else self.drivers.tree)

    @functools.cached_property
    def _by_unit(self) -> Mapping[str, list[KpiWarning]]:
        """Every KPI that is not 健康, by unit."""
        found: dict[str, list[KpiWarning]] = {}
        for one in warnings(self.judged.values(), [str(unit) for unit in self.units]):
            reasons = (*one.reasons, *((IS_USUAL,) if self._is_usual(one) else ()))
            since = since_text(self.month, one.months)
            found.setdefault(one.unit, []).append(replace(one, reasons=reasons, since=since))
        return found

    def _is_usual(self, warning: KpiWarning) -> bool:
        """Whether a warning is known to be within the unit's usual swing."""
        before = self.given[warning.kpi][self._place[int(warning.unit)], :-1]
        return not warning.is_signal and int(np.isfinite(before).sum()) >= FEWEST

    @functools.cached_property
    def signals(self) -> Signals:
        """How unusual every possible evidence is."""
        parts = [(places, self._signals(places)) for places in self.groups.places]
        return side_by_side(parts) if len(parts) > 1 else parts[0][1]

    def _signals(self, places: NDArray[np.int64]) -> Signals:
        """The same for units that are each other's peers."""
        ripe = {c: s for c, s in self.knowledge.signals.items() if self.ripeness.is_ripe(s)}
        given = {code: values[places] for code, values in self._all_given.items()}
        left, served = (
            {f"left_in_month_{n}": counts[places] for n, counts in of.items()}
            for of in (self._lost.left, self._lost.served)
        )
        return limited_by_chance(measure(ripe, given, self.fewest_peers), left, served)

    @functools.cached_property
    def _all_given(self) -> Mapping[str, Floats]:
        return {**self.given, **self._losses}

    @property
    def _losses(self) -> Mapping[str, Floats]:
        """The leavers by month of service in the last twelve months together, as `given`."""
        found: dict[str, Floats] = {}
        for what, by_month in (("left", self._lost.left), ("served", self._lost.served)):
            for n, counts in by_month.items():
                column = np.full((len(self.units), self._end), math.nan)
                column[:, -1] = counts
                found[f"{what}_month_{n}"] = column
        return found

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge about weaknesses in this trade."""
        return self._settings.knowledge

    def causes(self, code: str, unit: int) -> list[RankedCause]:
        """The possible causes of a KPI's weakness, the likeliest first; none for a KPI without a
        topic.
        """
        if self._topic(code) is None:
            return []
        return diagnose(code, self._place[unit], self.signals, self.knowledge)

    @kept
    def _topic(self, code: str) -> Topic | None:
        """The topic about a KPI's weakness in this trade."""
        try:
            topic = self.knowledge.topic(code)
        except KeyError:
            return None
        return topic if topic.needs <= set(self.cube.measures) else None

    def weaknesses(self, unit: int, most: int = TOPICS) -> list[Weakness]:
        """The topics a unit should work on, each once, the costliest first. Before these come
        topics without an amount whose KPI is 危险 for the first time, such as lapsing policies.
        """
        found: dict[str, Weakness] = {}
        for fact in sorted(self.warnings_of(unit), key=lambda one: not one.is_grave_without_money):
            # What explains comes first; of that which nothing is known about, the others tell.
            known = (one for one in fact.shown_by if self._topic(one.kpi) is not None)
            warning = next(known, None)
            topic = None if warning is None else self._topic(warning.kpi)
            if warning is not None and topic is not None and topic.name not in found:
                causes = self.causes(warning.kpi, unit)
                found[topic.name] = Weakness(topic, warning, causes, self._settings.called)
            if len(found) == most:
                break
        return list(found.values())


def told_back(store: duckdb.DuckDBPyConnection, settings: Settings, month: Month) -> list[Targets]:
    """The targets of a month and of the months looked back on, the latest first."""
    return list(targets_back(store, month, MONTHS, settings.kpis, settings.targets))
