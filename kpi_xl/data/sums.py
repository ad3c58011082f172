"""Sum up what the steps give, by place and month, to the units of every level.

A place is a team with the names above it. numpy lays the rows out in dense arrays, adds the places
up to their units, and runs the headcount up from its changes.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.measures import COHORT_MONTHS
from kpi_xl.data.computation import AGENT_MONTHS, Computation, whole
from kpi_xl.data.cube import LOOKS_BACK, Mix
from kpi_xl.data.engines import Columns

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

HEADCOUNT: Final = ("recruits", "leavers", "transfers_in", "transfers_out")
"""What changes the headcount."""

MEASURES: Final = (
    "opening", "closing", *HEADCOUNT, "licensed", "men", "opening_managers", "promoted",
    *(f"{what}_{n}" for n in COHORT_MONTHS for what in ("cohort", "retained")),
    "confirmed_3", "confirmed_6",
    *(sum_ for sums in AGENT_MONTHS.values() for sum_ in sums),
)  # fmt: skip
"""The measures that are computed, by code."""


class Sums:
    """Sums up the measures of the units of every level.

    Parameters
    ----------
    computation : Computation
        What was defined.
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

    def fill(self, ages: bool = True) -> None:
        """Fill in the measures; without `ages` those that look months back stay zero."""
        self._headcount()
        self._transfers()
        self._promotions()
        if ages:
            self._cohorts()
        for facts, codes in AGENT_MONTHS.items():
            rows = self.computation.place_sums(facts, codes)
            if not rows["place"].size:
                continue  # there is no such table
            at = self._cells(rows)
            for code in codes:
                if ages or not LOOKS_BACK.search(code):
                    self._add(code, self._laid_out(at, rows[code]))

    def leave_out_dues_after(self, as_of: dt.date) -> None:
        """Leave out what falls due after the last day of data: nobody can have failed to pay it."""
        rows = self.computation.dues_after(as_of)
        if rows["place"].size:
            at = self._cells(rows)
            for code in AGENT_MONTHS["due_months"]:
                self._add(code, -self._laid_out(at, rows[code]))

    def mixes(self) -> dict[str, Mix]:
        """People by rank and by education, and premium by product and by pay mode."""
        return {
            "in_rank": self._people_by(self._of_ranks),
            "in_education": self._people_by(self.computation.fetch("education_headcount")),
            "product_premium": self._premium_by_product(),
            "pay_mode_premium": self._premium_by_pay_mode(),
        }

    @cached_property
    def _of_ranks(self) -> Columns:
        """What changes the number of people of each rank, by place and month."""
        return self.computation.fetch("rank_headcount")

    def _people_by(self, rows: Columns) -> Mix:
        names, of_rows = np.unique(rows["category"].astype(str), return_inverse=True)
        values = np.zeros((len(names), *self.cube.shape[1:]), np.int64)
        changes = self._laid_out((of_rows, *self._cells(rows)), rows["change"], len(names))
        for number, of_name in enumerate(changes):
            self._add_to(values[number], _running(of_name)[1])
        there = [i for i in range(len(names)) if values[i].any()]
        if not any(names[i] for i in there):
            there = []  # the roster does not tell
        return Mix([str(names[i]) or UNKNOWN for i in there], values[there])

    def _premium_by_product(self) -> Mix:
        products, rows = self.computation.product_sums()
        values = np.zeros((len(products) + 2, *self.cube.shape[1:]), np.int64)
        self._add_premium(values[:-2], rows)
        values[-2] = self._of("new_premium") - values[:-2].sum(axis=0)
        values[-1] = self._of("first_year_renewal")
        names = [*products, OTHERS, FIRST_YEAR_RENEWAL]
        most = np.argsort(-values[: len(products), 0].sum(axis=1), kind="stable").tolist()
        there = [i for i in (*most, -2, -1) if values[i].any()] if products else []
        return Mix([names[i] for i in there], values[there])

    def _premium_by_pay_mode(self) -> Mix:
        values = np.zeros((len(PAY_MODES), *self.cube.shape[1:]), np.int64)
        self._add_premium(values[1:-1], self.computation.pay_mode_sums())
        regular = self._of("regular_premium")
        values[0] = regular - values[1:-1].sum(axis=0)
        values[-1] = self._of("new_premium") - regular
        there = [i for i in range(len(PAY_MODES)) if values[i].any()]
        return Mix([PAY_MODES[i] for i in there], values[there])

    def _add_premium(self, values: NDArray[np.int64], rows: Columns) -> None:
        """Add the premium of each category, by its number from 1, place and month to the units."""
        at = (whole(rows["number"]) - 1, *self._cells(rows))
        for of_category, premium in zip(
            values, self._laid_out(at, rows["premium"], len(values)), strict=True
        ):
            self._add_to(of_category, premium)

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

    def _headcount(self) -> None:
        rows = self.computation.fetch("headcount")
        at = self._cells(rows)
        for code, column in {
            "closing": "change", "licensed": "licensed_change", "men": "men_change",
        }.items():  # fmt: skip
            opening, closing = _running(self._laid_out(at, rows[column]))
            self._add(code, closing)
            if code == "closing":
                self._add("opening", opening)
        for code in ("recruits", "leavers"):
            self._add(code, self._laid_out(at, rows[code]))

    def _transfers(self) -> None:
        """From one place to another is a transfer of those units that hold only one of the two."""
        rows = self.computation.fetch("place_moves")
        place, month = self._cells(rows)
        before, moved = whole(rows["place_before"]), whole(rows["moved"])
        for units in self.levels:
            crossing = units[place] != units[before]
            for code, side in (("transfers_in", place), ("transfers_out", before)):
                at = (units[side[crossing]], month[crossing])
                np.add.at(self._of(code), at, moved[crossing])

    def _promotions(self) -> None:
        rows = self._of_ranks
        self._add(
            "opening_managers",
            _running(self._laid_out(self._cells(rows), rows["manager_change"]))[0],
        )
        rows = self.computation.fetch("promotions_to_manager")
        self._add("promoted", self._laid_out(self._cells(rows), rows["promoted"]))

    def _cohorts(self) -> None:
        rows = self.computation.fetch("cohorts")
        place, month = self._cells(rows)
        ages = whole(rows["months"])
        for n in COHORT_MONTHS:
            these = ages == n
            at = (place[these], month[these])
            for what in ("cohort", "retained", "confirmed"):
                if f"{what}_{n}" in MEASURES:
                    self._add(f"{what}_{n}", self._laid_out(at, rows[what][these]))


def _running(
    changes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Opening and closing of every month, from its changes; the last column is what was before."""
    before = changes[:, -1:]
    closing = before + changes[:, :-1].cumsum(axis=1)
    return np.hstack([before, closing[:, :-1]]), closing
