"""Sum up what the steps give, by place and month, to the units of every level.

A place is a team with the names above it. numpy lays the rows out in dense arrays, adds the places
up to their units, and runs the headcount up from its changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.data import steps
from kpi_xl.data.computation import Computation, whole
from kpi_xl.data.cube import Mix
from kpi_xl.data.engines import Columns
from kpi_xl.data.step import Step
from kpi_xl.data.steps import STEPS

OTHERS: Final = "其他"
"""The category of the products that are not shown by themselves."""

PAY_MODES: Final = ("年交", "半年交", "季交", "月交", "期交", "趸交")
"""The categories of pay modes; 期交 is regular premium of which the files do not tell how often.

The step ``pay_mode_months`` numbers those between the first and the last by their place here.
"""

UNKNOWN: Final = "未填"
"""The category of people whose rank or education the roster does not tell."""

FIRST_YEAR_RENEWAL: Final = "首年续期（不分险种）"
"""The category of renewals, of which the files do not tell the product."""

MEASURES: Final = tuple(code for code, (_, how) in COUNTED.items() if not how.apart)
"""The measures that are computed by themselves, by code."""


class Sums:
    """Sums up the measures of the units of every level.

    Parameters
    ----------
    computation : Computation
        The steps, defined in an engine.
    levels : list of int64 arrays
        For each level, where each place's unit stands in the list of units.
    units : int
        How many units there are.
    """

    def __init__(
        self, computation: Computation, levels: list[NDArray[np.int64]], units: int
    ) -> None:
        self.computation = computation
        self.levels = levels
        self.first = computation.first
        self.cube = np.zeros((len(MEASURES), units, computation.months), np.int64)
        self._fetched: dict[str, Columns] = {}

    def fill(self, ages: bool = True) -> None:
        """Fill in the measures; without `ages` those that look months back stay zero."""
        for one in steps.MEASURING:
            codes = [
                m.code for m in one.measures
                if not COUNTED[m.code][1].apart and (ages or not m.looks_back)
            ]  # fmt: skip
            if not codes:
                continue
            if one.gives == "moves":
                self._transfers(one, codes)
                continue
            rows = self._rows(one)
            if rows["place"].size:  # otherwise there is no such table
                self._sum_up(rows, codes, changes=one.changes)

    def leave_out_dues_after(self, day: dt.date) -> None:
        """Leave out what falls due after the last day that the dues tell of: nobody can have failed
        to pay it.
        """
        rows = self.computation.dues_after(day)
        if rows["place"].size:
            at = self._cells(rows)
            for one in steps.DUE.measures:
                self._add(one.code, -self._laid_out(at, rows[one.code]))

    def of_units(self, rows: Columns, codes: Sequence[str]) -> dict[str, NDArray[np.int64]]:
        """The sums of a month's rows by place, for every unit."""
        found = {}
        for code in codes:
            of_places = np.zeros(len(self.levels[0]), np.int64)
            np.add.at(of_places, whole(rows["place"]), whole(rows[code]))
            found[code] = np.zeros(self.cube.shape[1], np.int64)
            for units in self.levels:
                np.add.at(found[code], units, of_places)
        return found

    def mixes(self) -> dict[str, Mix]:
        """The measures that are counted apart by category."""
        return {
            code: self._people_by(STEPS[how.step], code)
            if STEPS[how.step].changes
            else _CATEGORIES[how.step](self, code)
            for code, (_, how) in COUNTED.items()
            if how.apart
        }

    def _rows(self, one: Step) -> Columns:
        """The rows of a step, by place and month."""
        if one.gives == "agents":
            return self.computation.place_sums(one)
        if one.name not in self._fetched:
            self._fetched[one.name] = self.computation.fetch(one)
        return self._fetched[one.name]

    def _sum_up(self, rows: Columns, codes: Sequence[str], *, changes: bool) -> None:
        """Add measures to the units; those that stand are the running total of their changes."""
        at = self._cells(rows)
        for code in codes:
            numbers, over_time = self._laid_out(at, rows[code]), COUNTED[code][1].over_time
            if changes and over_time != "sum":
                opening, closing = _running(numbers)
                numbers = opening if over_time == "first" else closing
            self._add(code, numbers)

    def _people_by(self, one: Step, code: str) -> Mix:
        """People of every category there is, as the running total of their changes."""
        rows = self._rows(one)
        names, of_rows = np.unique(rows["category"].astype(str), return_inverse=True)
        values = np.zeros((len(names), *self.cube.shape[1:]), np.int64)
        changes = self._laid_out((of_rows, *self._cells(rows)), rows[code], len(names))
        for number, of_name in enumerate(changes):
            self._add_to(values[number], _running(of_name)[1])
        there = [i for i in range(len(names)) if values[i].any()]
        if not any(names[i] for i in there):
            there = []  # the roster does not tell
        return Mix([str(names[i]) or UNKNOWN for i in there], values[there])

    def _by_product(self, code: str) -> Mix:
        products, rows = self.computation.product_sums()
        values = np.zeros((len(products) + 2, *self.cube.shape[1:]), np.int64)
        self._add_categories(values[:-2], rows, code)
        values[-2] = self._of("new_premium") - values[:-2].sum(axis=0)
        values[-1] = self._of("first_year_renewal")
        names = [*products, OTHERS, FIRST_YEAR_RENEWAL]
        most = np.argsort(-values[: len(products), 0].sum(axis=1), kind="stable").tolist()
        there = [i for i in (*most, -2, -1) if values[i].any()] if products else []
        return Mix([names[i] for i in there], values[there])

    def _by_pay_mode(self, code: str) -> Mix:
        values = np.zeros((len(PAY_MODES), *self.cube.shape[1:]), np.int64)
        self._add_categories(values[1:-1], self.computation.category_sums(steps.PAY_MODE), code)
        regular = self._of("regular_premium")
        values[0] = regular - values[1:-1].sum(axis=0)
        values[-1] = self._of("new_premium") - regular
        there = [i for i in range(len(PAY_MODES)) if values[i].any()]
        return Mix([PAY_MODES[i] for i in there], values[there])

    def _add_categories(self, values: NDArray[np.int64], rows: Columns, code: str) -> None:
        """Add a measure of each category, by its number from 1, place and month to the units."""
        at = (whole(rows["number"]) - 1, *self._cells(rows))
        laid_out = self._laid_out(at, rows[code], len(values))
        for of_category, numbers in zip(values, laid_out, strict=True):
            self._add_to(of_category, numbers)

    def _of(self, code: str) -> NDArray[np.int64]:
        """A measure of every unit and month."""
        measure: NDArray[np.int64] = self.cube[MEASURES.index(code)]
        return measure

    def _cells(self, rows: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The place and the month of every row, the first month being 0."""
        return whole(rows["place"]), whole(rows["month"]) - self.first

    def _laid_out(
        self, at: tuple[NDArray[np.int64], ...], column: Any, *categories: int
    ) -> NDArray[np.int64]:
        """A column as a (categories, places, months) array, or (places, months) without categories.

        At the end of the months stands what was before the first.
        """
        places, months = len(self.levels[0]), self.cube.shape[2] + 1
        laid_out = np.zeros((*categories, places, months), np.int64)
        np.add.at(laid_out, at, whole(column))  # month -1 is the last
        return laid_out

    def _add(self, code: str, numbers: NDArray[np.int64]) -> None:
        """Add a measure's numbers by place and month to the units that the places belong to."""
        self._add_to(self._of(code), numbers)

    def _add_to(self, measure: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        numbers = numbers[:, : measure.shape[1]]
        for units in self.levels:
            order = np.argsort(units, kind="stable")
            found, begin = np.unique(units[order], return_index=True)
            measure[found] += np.add.reduceat(numbers[order], begin, axis=0)

    def _transfers(self, one: Step, codes: Sequence[str]) -> None:
        """From one place to another is a transfer of those units that hold only one of the two."""
        rows = self.computation.fetch(one)
        place, month = self._cells(rows)
        before, moved = whole(rows["place_before"]), whole(rows["moved"])
        for units in self.levels:
            crossing = units[place] != units[before]
            for code in codes:
                side = whole(rows[COUNTED[code][1].sql])
                at = (units[side[crossing]], month[crossing])
                np.add.at(self._of(code), at, moved[crossing])


def _running(
    changes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Opening and closing of every month, from its changes; the last column is what was before."""
    before = changes[:, -1:]
    closing = before + changes[:, :-1].cumsum(axis=1)
    return np.hstack([before, closing[:, :-1]]), closing


_CATEGORIES: Final[Mapping[str, Callable[[Sums, str], Mix]]] = {
    steps.PRODUCT.name: Sums._by_product,
    steps.PAY_MODE.name: Sums._by_pay_mode,
}
"""How the categories are named that a step numbers, and what the rest is called."""


def _check_categories() -> None:
    """Refuse a measure that is counted by category where nothing names the categories."""
    for code, (_, how) in COUNTED.items():
        if how.apart and not STEPS[how.step].changes and how.step not in _CATEGORIES:
            raise ValueError(f"measure {code}: nothing names the categories of step {how.step}")


_check_categories()
