"""Compute the cube: run the SQL steps on an engine and lay what they give into a dense array.

The steps give sparse rows of place, month and sums, a place being a team with the names above it.
numpy lays them out, sums the places up to the units of every level and runs the headcount up from
its changes. Nothing is divided or rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import COHORT_MONTHS
from kpi_xl.data.cube import LEVELS, UNASSIGNED, Cube, Unit
from kpi_xl.data.engines import Columns, Engine
from kpi_xl.data.steps import step, text_list
from kpi_xl.errors import InputError
from kpi_xl.project import Settings

_NEVER: Final = 999_999
"""A month that never comes."""

AGENT_MONTHS: Final = {
    "production_months": (
        "pieces", "new_premium", "fyc", "regular_premium", "producers", "effective",
    ),
    "due_months": ("due_pieces", "due_premium", "collected_pieces", "collected_premium"),
    "first_year_renewal_months": ("first_year_renewal",),
    "activity_months": (
        "appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks",
    ),
    "attendance_months": ("days_due", "days_present"),
    "outlet_months": ("outlets", "active_outlets"),
}  # fmt: skip
"""The steps of what each agent did in each month, with their sums."""

_HEADCOUNT: Final = ("recruits", "leavers", "transfers_in", "transfers_out")

MEASURES: Final = (
    "opening", "closing", *_HEADCOUNT, "licensed", "men",
    *(f"{what}_{n}" for n in COHORT_MONTHS for what in ("cohort", "retained")),
    "confirmed_3", "confirmed_6",
    *(sum_ for sums in AGENT_MONTHS.values() for sum_ in sums),
)  # fmt: skip
"""The measures that are computed, by code."""

_ALWAYS_KNOWN: Final = frozenset(
    (
        *("opening", "closing", *_HEADCOUNT, "first_year_renewal"),
        *(f"{what}_{n}" for n in COHORT_MONTHS for what in ("cohort", "retained")),
    )
)
"""Measures of which nothing but zeros is an answer. Any other without a single number in all units
and months was not in the files: its KPIs have no value then, which is not the same as zero."""

# How a place is named on each level: its own name, and all names from the top.
_NAMES: Final = (
    ("region IS NULL", "'-'"),
    ("region", "region"),
    ("region, department", "department"),
    ("region, department, team", "team"),
)


def compute(
    engine: Engine,
    settings: Settings,
    stamp: str = "",
    progress: Callable[[str, int, int], None] = lambda text, done, total: None,
) -> Cube:
    """Compute every measure of every unit and month.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
    settings : Settings
        The project's settings.
    stamp : str
        What the tables were made from.
    progress : callable
        Told what is being done, as (text, done, total).

    Raises
    ------
    InputError
        When there is nothing to compute.
    """
    return _Computation(engine, settings, progress).run(stamp)


class _Computation:
    def __init__(
        self, engine: Engine, settings: Settings, progress: Callable[[str, int, int], None]
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.progress = progress
        self.values: dict[str, int | str] = {
            "never": _NEVER,
            "effective_fyc": round(settings.effective_fyc * 100),
            "grace_days": settings.grace_days,
            "uncounted_ranks": text_list(settings.uncounted_ranks),
            "cohort_months": ", ".join(f"({n})" for n in COHORT_MONTHS),
        }

    def run(self, stamp: str) -> Cube:
        self.progress("汇总到人、到月", 0, 2)
        first, last = self._span()
        self.values |= {
            "first": first.number,
            "last": last.number,
            "months": ", ".join(f"({n})" for n in range(first.number, last.number + 1)),
        }
        for name in ("stints", "uncounted", "moves", *AGENT_MONTHS):
            self.engine.define(name, self._step(name))
        self.progress("汇总到各级单位", 1, 2)
        levels, units = self._organisation()
        cube = np.zeros((len(MEASURES), len(units), last.number - first.number + 1), np.int64)
        _Sums(self, levels, cube).fill()
        known = [i for i, code in enumerate(MEASURES) if code in _ALWAYS_KNOWN or cube[i].any()]
        self.progress("汇总到各级单位", 2, 2)
        return Cube(units, first, [MEASURES[i] for i in known], cube[known], stamp)

    def _step(self, name: str, **values: int | str) -> str:
        return step(name, self.settings.month_cut, **(self.values | values))

    def fetch(self, name: str, **values: int | str) -> Columns:
        """Run a step and take what it gives."""
        return self.engine.fetch(self._step(name, **values))

    def _span(self) -> tuple[Month, Month]:
        """From the first to the last month that anything happened in."""
        for name in ("span", "roster_span"):
            row = self.engine.fetch(self._step(name))
            if row["first_month"].size and row["first_month"][0] > 0:  # not blank
                return Month(int(row["first_month"][0])), Month(int(row["last_month"][0]))
        raise InputError("没有可用的数据", "请先运行 kpi-xl check，按校验报告改正后再试")

    def _organisation(self) -> tuple[list[NDArray[np.int64]], list[Unit]]:
        """Define who belongs to which unit on every level that there is, and list the units.

        The levels come as arrays: where a place's unit of that level stands in the list.
        """
        units = [Unit("分公司", self.settings.name, self.settings.name, None)]
        numbers: dict[tuple[str, ...], int] = {(): 0}  # by the names from the top
        levels = []
        found = self._places("places_in_all", _NAMES[-1][0], "'-'")
        places = dict(zip(_names(found), found["unit"].tolist(), strict=True))
        self.engine.define("stays", self._step("stays"))
        for depth, (level, (names, own_name)) in enumerate(zip(LEVELS, _NAMES, strict=True)):
            found = self._places(f"places_{depth}", names, own_name)
            if depth and not (found["unit"] > 0).any():
                continue  # nobody has a 营业区: the level is not there
            self.engine.define(
                f"membership_{depth}", self._step("membership", places=f"places_{depth}")
            )
            of_units = _list_units(level, depth, found, units, numbers)
            of_places = np.full(len(places) + 1, of_units[0])
            of_places[[places[place] for place in _names(found)]] = of_units[_whole(found["unit"])]
            levels.append(of_places)
        return levels, units

    def _places(self, table: str, names: str, own_name: str) -> Columns:
        """Define which unit of a level every place is."""
        self.engine.define(table, self._step("places", names=names, own_name=own_name))
        return self.engine.fetch(f"SELECT * FROM {table}")


def _names(places: Columns) -> list[tuple[str, ...]]:
    """The names of places from the top."""
    columns = (places[name].tolist() for name in ("region", "department", "team"))
    return list(zip(*columns, strict=True))


def _list_units(
    level: str, depth: int, found: Columns, units: list[Unit], numbers: dict[tuple[str, ...], int]
) -> NDArray[np.int64]:
    """Add a level's units to the list, in the order of their names; the first holds the rest.

    Returns
    -------
    int64 array
        Where they stand in the list, by their number in the store.
    """
    positions = np.zeros(int(found["unit"].max(initial=0)) + 1, np.int64)
    if depth == 0:
        return np.zeros(2, np.int64)  # the branch holds everything, also what belongs to nobody
    positions[0] = len(units)
    units.append(Unit(level, UNASSIGNED, UNASSIGNED, 0))
    for place, number in sorted(zip(_names(found), found["unit"].tolist(), strict=True)):
        names = tuple(name for name in place[:depth] if name)
        key = (level, *names)
        if number == 0:
            continue
        if key not in numbers:
            numbers[key] = len(units)
            above = _parent(numbers, level, names[:-1])
            units.append(Unit(level, names[-1], "/".join(names), above))
        positions[number] = numbers[key]
    return positions


def _parent(numbers: dict[tuple[str, ...], int], level: str, names: tuple[str, ...]) -> int:
    """The unit above: that of the nearest level with these names, else the branch."""
    for above in reversed(LEVELS[1 : LEVELS.index(level)]):
        if (above, *names) in numbers:
            return numbers[above, *names]
    return 0


class _Sums:
    """Fills in the measures of the units of every level."""

    def __init__(
        self, computation: _Computation, levels: list[NDArray[np.int64]], cube: NDArray[np.int64]
    ) -> None:
        self.computation = computation
        self.levels = levels
        self.cube = cube
        self.first = int(computation.values["first"])

    def fill(self) -> None:
        self._headcount()
        self._transfers()
        self._cohorts()
        for facts, sums in AGENT_MONTHS.items():
            columns = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in sums)
            rows = self.computation.fetch("place_sums", facts=facts, sums=columns)
            at = self._cells(rows)
            for code in sums:
                self._add(code, self._laid_out(at, rows[code]))

    def _cells(self, rows: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The place and the month of every row, the first month being 0."""
        return _whole(rows["place"]), _whole(rows["month"]) - self.first

    def _laid_out(
        self, at: tuple[NDArray[np.int64], NDArray[np.int64]], column: Any
    ) -> NDArray[np.int64]:
        """A column as a (places, months) array; at its end what was before the first month."""
        laid_out = np.zeros((len(self.levels[0]), self.cube.shape[2] + 1), np.int64)
        laid_out[at] = _whole(column)  # month -1 is the last
        return laid_out

    def _add(self, code: str, numbers: NDArray[np.int64]) -> None:
        """Add a measure's numbers by place and month to the units that the places belong to."""
        measure = self.cube[MEASURES.index(code)]
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
            changes = self._laid_out(at, rows[column])
            before = changes[:, -1:].copy()
            running = before + changes[:, :-1].cumsum(axis=1)
            self._add(code, running)
            if code == "closing":
                self._add("opening", np.hstack([before, running[:, :-1]]))
        for code in ("recruits", "leavers"):
            self._add(code, self._laid_out(at, rows[code]))

    def _transfers(self) -> None:
        """From one place to another is a transfer of those units that hold only one of the two."""
        rows = self.computation.fetch("place_moves")
        place, month = self._cells(rows)
        before, moved = _whole(rows["place_before"]), _whole(rows["moved"])
        for units in self.levels:
            crossing = units[place] != units[before]
            for code, side in (("transfers_in", place), ("transfers_out", before)):
                at = (units[side[crossing]], month[crossing])
                np.add.at(self.cube[MEASURES.index(code)], at, moved[crossing])

    def _cohorts(self) -> None:
        rows = self.computation.fetch("cohorts")
        place, month = self._cells(rows)
        ages = _whole(rows["months"])
        for n in COHORT_MONTHS:
            these = ages == n
            at = (place[these], month[these])
            for what in ("cohort", "retained", "confirmed"):
                if f"{what}_{n}" in MEASURES:
                    self._add(f"{what}_{n}", self._laid_out(at, rows[what][these]))


def _whole(column: Any) -> NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)
