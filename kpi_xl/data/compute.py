"""Compute the cube: run the SQL steps on an engine and lay what they give into a dense array.

The steps give, for each level of the organisation, sparse rows of unit, month and sums; numpy lays
them out and runs the headcount up from its changes. Nothing is divided or rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
        for level in levels:
            _Level(self, level, cube).fill()
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

    def _organisation(self) -> tuple[list[_LevelUnits], list[Unit]]:
        """Define who belongs to which unit on every level that there is, and list the units."""
        units = [Unit("分公司", self.settings.name, self.settings.name, None)]
        numbers: dict[tuple[str, ...], int] = {(): 0}  # by the names from the top
        levels = []
        for depth, (level, (names, own_name)) in enumerate(zip(LEVELS, _NAMES, strict=True)):
            places = f"places_{depth}"
            self.engine.define(places, self._step("places", names=names, own_name=own_name))
            found = self.engine.fetch(f"SELECT * FROM {places}")
            if depth and not (found["unit"] > 0).any():
                continue  # nobody has a 营业区: the level is not there
            self.engine.define(f"membership_{depth}", self._step("membership", places=places))
            levels.append(_LevelUnits(depth, _list_units(level, depth, found, units, numbers)))
        return levels, units


@dataclass(frozen=True)
class _LevelUnits:
    """A level: its depth, and where each of its units' numbers stands in the cube."""

    depth: int
    positions: NDArray[np.int64]


def _list_units(
    level: str, depth: int, found: Columns, units: list[Unit], numbers: dict[tuple[str, ...], int]
) -> NDArray[np.int64]:
    """Add a level's units to the list, in the order of their names; the first holds the rest."""
    positions = np.zeros(int(found["unit"].max(initial=0)) + 1, np.int64)
    if depth == 0:
        return np.zeros(2, np.int64)  # the branch holds everything, also what belongs to nobody
    positions[0] = len(units)
    units.append(Unit(level, UNASSIGNED, UNASSIGNED, 0))
    columns = [found[name].tolist() for name in ("region", "department", "team")][:depth]
    for *place, number in sorted(zip(*columns, found["unit"].tolist(), strict=True)):
        names = tuple(name for name in place if name)
        key = (level, *names)
        if number == 0 or key in numbers:
            continue
        positions[number] = numbers[key] = len(units)
        units.append(Unit(level, names[-1], "/".join(names), _parent(numbers, level, names[:-1])))
    return positions


def _parent(numbers: dict[tuple[str, ...], int], level: str, names: tuple[str, ...]) -> int:
    """The unit above: that of the nearest level with these names, else the branch."""
    for above in reversed(LEVELS[1 : LEVELS.index(level)]):
        if (above, *names) in numbers:
            return numbers[above, *names]
    return 0


class _Level:
    """Fills in the measures of the units of one level."""

    def __init__(
        self, computation: _Computation, level: _LevelUnits, cube: NDArray[np.int64]
    ) -> None:
        self.computation = computation
        self.positions = level.positions
        self.membership = f"membership_{level.depth}"
        self.cube = cube
        self.first = int(computation.values["first"])

    def fill(self) -> None:
        self._headcount()
        self._cohorts()
        for facts, sums in AGENT_MONTHS.items():
            columns = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in sums)
            rows = self._fetch("unit_sums", facts=facts, sums=columns)
            at = self._cells(rows)
            for code in sums:
                # Two numbers may stand for one unit (the branch), so they are added.
                np.add.at(self.cube[MEASURES.index(code)], at, _whole(rows[code]))

    def _fetch(self, name: str, **values: int | str) -> Columns:
        return self.computation.fetch(name, membership=self.membership, **values)

    def _cells(self, rows: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self.positions[_whole(rows["unit"])], _whole(rows["month"]) - self.first

    def _headcount(self) -> None:
        rows = self._fetch("headcount")
        unit, month = self._cells(rows)
        units, months = self.cube.shape[1:]
        running = np.zeros((3, units, months + 1), np.int64)
        for position, name in enumerate(("change", "licensed_change", "men_change")):
            np.add.at(running[position], (unit, month + 1), _whole(rows[name]))
        running = running.cumsum(axis=2)
        mine = np.unique(unit)
        for code, (position, months_from) in {
            "opening": (0, 0), "closing": (0, 1), "licensed": (1, 1), "men": (2, 1),
        }.items():  # fmt: skip
            counted = running[position, mine, months_from : months_from + months]
            self.cube[MEASURES.index(code), mine] = counted
        inside = month >= 0
        for code in _HEADCOUNT:
            at = (unit[inside], month[inside])
            np.add.at(self.cube[MEASURES.index(code)], at, _whole(rows[code])[inside])

    def _cohorts(self) -> None:
        rows = self._fetch("cohorts")
        unit, month = self._cells(rows)
        ages = _whole(rows["months"])
        for n in COHORT_MONTHS:
            these = ages == n
            for what in ("cohort", "retained", "confirmed"):
                if f"{what}_{n}" in MEASURES:
                    at = (unit[these], month[these])
                    np.add.at(
                        self.cube[MEASURES.index(f"{what}_{n}")], at, _whole(rows[what])[these]
                    )


def _whole(column: Any) -> NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)
