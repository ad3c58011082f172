"""The units below a unit and their people as tables, limited to what the reader may see."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kpi_xl.catalogue.organisation import TOP, depth_of
from kpi_xl.catalogue.units import UNASSIGNED, Unit
from kpi_xl.findings.aggregation import units_add_up
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Kpi
from kpi_xl.pages.asked import MOST
from kpi_xl.slots import shown_value
from kpi_xl.slots.member_values import MEMBERS, PIECES, PREMIUM, member_values
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.shown_value import Shown

_FEWEST_TOLD: Final = 4
_NO_UNIT: Final = -1


@dataclass(frozen=True)
class UnitRow:
    """The row of a unit below.

    Parameters
    ----------
    number : int
        Its index in the cube; -1 for what belongs to none.
    unit : Unit
        What is told of it: name, path, level.
    cells : list of (Shown, str)
        Each KPI with its status.
    below : list of UnitRow
        The units directly below it.
    """

    number: int
    unit: Unit
    cells: list[tuple[Shown, str]]
    below: list[UnitRow]


@dataclass(frozen=True)
class Team:
    """The people of a team, a mapping of slots for each."""

    unit: Unit
    number: int
    people: list[dict[str, Any]]


class Below:
    """Makes the tables of units and people below a unit.

    Parameters
    ----------
    to : RecipientValues
        Whose slots these are.
    """

    def __init__(self, to: RecipientValues) -> None:
        self._to = to

    def kpis(self, number: int) -> list[Kpi]:
        """The KPIs in the table of units: those with targets, else those on top that compare
        units.
        """
        levels = {self._to.cube.units[one].level for one in self._under(number)}
        if not levels:
            return []
        highest = min(levels, key=depth_of)
        findings = self._to.findings(highest)
        mine = set(self._under(number))
        places = [place for place, unit in enumerate(findings.units) if unit in mine]
        aimed = [
            kpi
            for kpi in findings.kpis.values()
            if np.isfinite(findings.targets(kpi)[places]).any()
        ]
        for kpi in findings.headlines:
            if len(aimed) >= _FEWEST_TOLD:
                break
            if kpi not in aimed and kpi.code in findings.kpis and kpi.is_comparable:
                aimed.append(findings.kpis[kpi.code])
        return sorted(aimed[:MOST], key=lambda kpi: kpi.unit != "元")

    def units(self, number: int, columns: list[Kpi]) -> list[UnitRow]:
        """The rows of the units below a unit, level by level, and of the unassigned rest."""
        rows = [
            UnitRow(one, self._to.cube.units[one], self._cells(one, columns), under)
            for one in self._children.get(number, ())
            for under in [self.units(one, columns)]
        ]
        return [*rows, *self._unassigned(number, rows, columns)] if rows else []

    def _unassigned(
        self, number: int, rows: list[UnitRow], columns: list[Kpi]
    ) -> Iterator[UnitRow]:
        """The rest of each sum that no unit has; with it the rows add up to the whole."""
        whole, left = self._cells(number, columns), []
        for place, kpi in enumerate(columns):
            listed = sum(float(row.cells[place][0].value or 0) for row in rows)
            own = float(whole[place][0].value or 0)
            left.append(round(own - listed, 6) if units_add_up(kpi) else 0.0)
        if any(left):
            cells = [
                (shown_value.of_kpi(kpi, one or None, f"kpi.{kpi.name}"), NOTHING)
                for kpi, one in zip(columns, left, strict=True)
            ]
            unit = Unit(rows[0].unit.level, UNASSIGNED, UNASSIGNED, number)
            yield UnitRow(_NO_UNIT, unit, cells, [])

    def teams(self, number: int) -> list[Team]:
        """The people of a unit's teams; empty for the branch, since only a unit's manager sees
        names.
        """
        if self._to.cube.units[number].level == TOP or not self._has_production:
            return []
        level = self._to.recipients.lowest_level
        found = []
        for one in (number, *self._under(number)):
            unit = self._to.cube.units[one]
            if unit.level == level and (people := self._people(unit)):
                found.append(Team(unit, one, people))
        return found

    def _people(self, unit: Unit) -> list[dict[str, Any]]:
        to = self._to
        people = to.filling.people(unit.level).of(unit)
        targets = to.filling.targets(to.month)
        columns = member_values(people, targets, to.month, to.cube.last, len(people))
        ends = list(MEMBERS.slots)
        rows = zip(*(columns[f"{MEMBERS.pattern}{end}"] for end in ends), strict=True)
        return [_member(dict(zip(ends, row, strict=True)), n) for n, row in enumerate(rows, 1)]

    @property
    def _has_production(self) -> bool:
        return {"new_premium", "pieces"} <= set(self._to.cube.measures)

    @functools.cached_property
    def _children(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, unit in enumerate(self._to.cube.units):
            if unit.parent is not None and not unit.is_unassigned:
                found.setdefault(unit.parent, []).append(number)
        return found

    def _under(self, number: int) -> Iterator[int]:
        for one in self._children.get(number, ()):
            yield one
            yield from self._under(one)

    def _cells(self, number: int, columns: list[Kpi]) -> list[tuple[Shown, str]]:
        findings = self._to.findings(self._to.cube.units[number].level)
        return [
            (
                shown_value.of_kpi(kpi, findings.value(kpi.code, number), f"kpi.{kpi.name}"),
                findings.status(kpi.code, number),
            )
            for kpi in columns
        ]


def _member(values: dict[str, Any], row: int) -> dict[str, Any]:
    """A person's row, with amounts as texts."""
    found: dict[str, Any] = {end: values[end] or NOTHING for end in ("姓名", "职级", "举绩")}
    for end in (
        "入司月数",
        PREMIUM,
        f"{PREMIUM}.上月",
        f"{PREMIUM}.目标",
        PIECES,
        f"{PIECES}.目标",
    ):
        found[end] = shown_value.count(values[end], f"members.{end}#{row}")
    for end in (f"{PREMIUM}.达成率", f"{PIECES}.达成率"):
        found[end] = shown_value.ratio(values[end], f"members.{end}#{row}")
    return found
