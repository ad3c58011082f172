"""Propose a month's target to units and people, from the top down: every sum is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_xl import kinds
from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.negotiation import Move, Step
from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.data.cube import Cube
from kpi_xl.data.people import People, Person
from kpi_xl.data.store import reading
from kpi_xl.data.targets import targets_of
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.findings.aggregation import units_add_up, weights
from kpi_xl.jobs.fill import month_meant
from kpi_xl.jobs.load import load
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.record.round_answers import as_amount
from kpi_xl.record.target_round import Round, RoundPlace
from kpi_xl.system.progress import Progress, silent

_YEAR: Final = 12
_FEN: Final = 100
_OF_RATIOS: Final = 10**6

PREMIUM: Final = ("首年新单保费", "首年度保费")
PIECES: Final = "主险件数"


@dataclass(frozen=True)
class Proposal:
    """The targets to propose.

    Parameters
    ----------
    round : Round
        The round, not kept yet.
    moves : list of Move
        The proposal of every place.
    """

    round: Round
    moves: list[Move]


def proposal(
    project: Project,
    label: str,
    total: float | None,
    month: str | None,
    level: str | None = None,
    progress: Progress = silent,
) -> Proposal:
    """Split a month's target over the units and people there are.

    Parameters
    ----------
    label : str
        The KPI's name, alias or code, as a user types it.
    total : float or None
        The target of the branch, in the KPI's unit; None for the one that the raw table has.
    month : str or None
        The month; the last with data, or the one after it.
    level : str, optional
        Down to which level; by default to people where their targets are typed in a workbook,
        else to the lowest units.
    progress : callable
        Told what is being done.

    Returns
    -------
    Proposal
        Each unit's amount is in proportion to its last twelve months, among those of the unit
        above; of people half of it is in equal parts, so that nobody new gets nothing. Of a ratio
        everybody gets the same.

    Raises
    ------
    InputError
        When there is no such KPI, month or level, or no total.
    """
    settings = project.settings
    kpi = kpi_meant(label, settings.kpis)
    cube = load(project, progress).cube
    wanted = month_meant(cube, month)
    chosen = settings.level_meant(level) if level and level != PERSON else level
    lowest, there = cube.lowest_level, cube.levels
    if chosen not in (None, PERSON, *there):
        known = "、".join([*map(settings.level_name, there), PERSON])
        raise InputError(kinds.NO_UNITS_OF_LEVEL(known=known), value=level)
    if chosen is None:
        chosen = PERSON if _is_typed_for_people(kpi) else lowest
    down_to = lowest if chosen == PERSON else chosen
    with reading(project, cube) as store:
        people = People(store, settings, down_to, wanted, cube.last)
        tree = _Tree(cube, kpi, wanted, people, down_to, with_people=chosen == PERSON)
        if total is None:
            total = targets_of(store, wanted, settings.kpis).of_unit(cube.units[0]).get(kpi.name)
    scale, is_sum = _counted(kpi)
    round_ = Round(0, wanted, kpi, scale, is_sum, tree.places)
    if total is None:
        branch = cube.units[0].name
        fault = kinds.ROUND_TOTAL_MISSING(branch=branch, month=wanted.chinese, kpi=kpi.name)
        raise InputError(fault)
    whole = as_amount(total, round_)
    if isinstance(whole, Fault):
        raise InputError(whole)
    is_split = is_sum or not kpi.is_comparable
    amounts = tree.split(whole, scale) if is_split else [whole] * len(tree.places)
    moves = [Move(place, Step.PROPOSED, amount) for place, amount in enumerate(amounts)]
    return Proposal(round_, moves)


def _is_typed_for_people(kpi: Kpi) -> bool:
    """Whether a form asks for the targets of people."""
    return kpi.name in (PREMIUM[0], PIECES, *ACTIVITIES.values())


def _counted(kpi: Kpi) -> tuple[int, bool]:
    """The unit of the amounts, and whether they add up over units."""
    found = weights(kpi)
    if not found or not units_add_up(kpi):
        return (_FEN if kpi.unit == "元" else _OF_RATIOS), False
    if kpi.unit == "元":
        return _FEN, True
    are_whole = all(weight == int(weight) for weight in found.values())
    return (1 if are_whole else _OF_RATIOS), True


class _Tree:
    """The units and people of a round, with their weights."""

    def __init__(
        self, cube: Cube, kpi: Kpi, month: Month, people: People, down_to: str, *, with_people: bool
    ) -> None:
        self.places: list[RoundPlace] = []
        self._weights: list[float] = []
        self._below: list[list[int]] = []
        usual = _usual(cube, kpi, month)
        children: dict[int, list[int]] = {}
        for number, unit in enumerate(cube.units):
            if unit.parent is not None and not unit.is_unassigned:
                children.setdefault(unit.parent, []).append(number)
        nobody = not any(people.of(cube.units[one]) for one in cube.of_level(down_to))
        alive = _alive(cube, children, people, down_to, all_of_them=nobody)
        stack: list[tuple[int, int | None]] = [(0, None)]
        while stack:
            number, above = stack.pop()
            unit = cube.units[number]
            place = self._add(RoundPlace(unit.level, unit.path, unit.name, above), usual[number])
            if unit.level != down_to:
                below = [one for one in children.get(number, ()) if one in alive]
                stack += [(one, place) for one in reversed(below)]
            elif with_people:
                self._add_people(people.of(unit), kpi, month, place)

    def split(self, total: int, scale: int) -> list[int]:
        """The amount of every place; each level adds up to the one above."""
        amounts = [0] * len(self.places)
        amounts[0] = total
        for place, below in enumerate(self._below):
            if not below:
                continue
            # Whole 元 are split into whole 元.
            step = scale if amounts[place] % scale == 0 else 1
            shares = apportion(amounts[place] // step, [self._weights[one] for one in below])
            for one, share in zip(below, shares, strict=True):
                amounts[one] = share * step
        return amounts

    def _add(self, new: RoundPlace, weight: float) -> int:
        place = len(self.places)
        self.places.append(new)
        self._weights.append(weight)
        self._below.append([])
        if new.above is not None:
            self._below[new.above].append(place)
        return place

    def _add_people(self, people: Sequence[Person], kpi: Kpi, month: Month, above: int) -> None:
        done = [_done(one, kpi, month) for one in people]
        mean = sum(done) / len(done) if done else 0
        for person, own in zip(people, done, strict=True):
            self._add(RoundPlace(PERSON, person.agent, person.name, above), own + mean)


def _usual(cube: Cube, kpi: Kpi, month: Month) -> list[float]:
    """The values of every unit in the twelve months before, as far as there is data."""
    if not cube.has(kpi):
        return [1.0] * len(cube.units)
    end = min(max(month.number - cube.months[0].number, 1), len(cube.months))
    months = np.nan_to_num(cube.kpi(kpi)[:, max(end - _YEAR, 0) : end])
    found: list[float] = np.maximum(months, 0).sum(axis=1).tolist()
    return found


def _alive(
    cube: Cube,
    children: Mapping[int, Sequence[int]],
    people: People,
    down_to: str,
    *,
    all_of_them: bool,
) -> set[int]:
    """The units with people who can answer."""
    found = {
        number for number in cube.of_level(down_to) if all_of_them or people.of(cube.units[number])
    }
    for number in reversed(range(len(cube.units))):
        if any(one in found for one in children.get(number, ())):
            found.add(number)
    return found


def _done(person: Person, kpi: Kpi, month: Month) -> float:
    """An agent's value in the twelve months before, as far as it is known by person."""
    by_name = {name: person.activities.get(code, {}) for code, name in ACTIVITIES.items()}
    by_name |= {PIECES: person.pieces} | dict.fromkeys(PREMIUM, person.premium)
    months = by_name.get(kpi.name, {})
    return float(sum(max(months.get(month.number - back, 0), 0) for back in range(1, _YEAR + 1)))
