"""Compute the cube: run the SQL steps on an engine and lay what they give into a dense array.

The steps give sparse rows of place, month and sums, a place being a team with the names above it.
numpy lays them out, sums the places up to the units of every level and runs the headcount up from
its changes. Nothing is divided or rounded on the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue.measures import COHORT_MONTHS, COUNTED
from kpi_xl.data.cube import LEVELS, LOOKS_BACK, UNASSIGNED, Cube, Mix, PartMonth, Unit
from kpi_xl.data.engines import Columns, Engine
from kpi_xl.data.steps import Calendar, Months, Spans, step, text_list
from kpi_xl.errors import InputError
from kpi_xl.project import Settings

_NEVER: Final = 999_999
"""A month that never comes."""


@dataclass(frozen=True)
class Changed:
    """What of the checked tables has changed since an engine computed last.

    Parameters
    ----------
    months : mapping of str to collection of int
        The months whose rows have changed, by raw table; under "production" those of policies and
        those that they were withdrawn in, under "renewals" those of dues and the due months of
        policies that have changed.
    roster : bool
        Whether anything has changed about who was where, as what.
    """

    months: Mapping[str, Collection[int]]
    roster: bool


AGENT_MONTHS: Final = {
    "production_months": ("pieces", "new_premium", "fyc", "regular_premium"),
    "producer_months": ("producers", "effective"),
    "due_months": ("due_pieces", "due_premium", "collected_pieces", "collected_premium"),
    "persistency_months": (
        "first_year_renewal",
        "issued_premium_13", "kept_premium_13", "issued_pieces_13", "kept_pieces_13",
        "issued_premium_25", "kept_premium_25", "issued_pieces_25", "kept_pieces_25",
    ),
    "activity_months": (
        "appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks",
    ),
    "attendance_months": ("days_due", "days_present"),
    "outlet_months": ("outlets", "active_outlets"),
    "count_months": tuple(code for code, *_ in COUNTED),
}  # fmt: skip
"""The steps of what each agent did in each month, with their sums."""

_PASSED_ON: Final = frozenset(("producer_months", "persistency_months"))
"""Those of them that are only views of others."""

_ROSTER: Final = ("moves", "rank_moves", "ranks", "stints", "uncounted")
"""The steps of who was where, as what; they are short, and computed whole."""

_BY_MONTH: Final = {
    "production_months": ("production", "month"),
    "policy_dues": ("renewals", "due_month"),
    "due_months": ("dues", "month"),
    "activity_months": ("activities", "month"),
    "attendance_months": ("attendance", "month"),
    "outlet_sales": ("policies", "month"),
    "count_months": ("counts", "month"),
}
"""The steps that are computed month by month: whose changes matter, and the column that tells the
month."""

_SUMMED_BY_MONTH: Final = _BY_MONTH | {"producer_months": _BY_MONTH["production_months"]}
"""The same for the sums of places. What is not among these looks at other months than its own, and
is summed up whole."""

COUNT_SUMS: Final = "".join(
    f",\n    CAST(SUM(CASE WHEN item = '{code}' THEN quantity ELSE 0 END)"
    f"{'' if unit == '元' else ' / 100'} AS BIGINT) AS {code}"
    for code, _, unit, _ in COUNTED
)
"""The sums of ``count_months``."""

_POLICIES_OF_DUES: Final = "AND policy IN (SELECT policy FROM dues WHERE DURING(due))"

SHOWN_PRODUCTS: Final = 20
"""So many products are shown by themselves; the rest are 其他."""

OTHERS: Final = "其他"
"""The category of the products that are not shown by themselves."""

UNKNOWN: Final = "未填"
"""The category of people whose rank or education the roster does not tell."""

FIRST_YEAR_RENEWAL: Final = "首年续期（不分险种）"
"""The category of renewals, of which the files do not tell the product."""

_HEADCOUNT: Final = ("recruits", "leavers", "transfers_in", "transfers_out")

MEASURES: Final = (
    "opening", "closing", *_HEADCOUNT, "licensed", "men", "opening_managers", "promoted",
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
    changed: Changed | None = None,
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
    changed : Changed, optional
        What has changed since the engine computed last, with the same settings; by default all.

    Raises
    ------
    InputError
        When there is nothing to compute.
    """
    calendar = Months(settings.month_cut)
    first, last = _span(engine, calendar)
    progress("汇总到人、到月", 0, 2)
    part = _part_month(engine, settings, calendar, last)
    computation = _Computation(engine, settings, calendar, first.number, last.number, changed)
    computation.define()
    progress("汇总到各级单位", 1, 2)
    levels, units = computation.organisation()
    sums = _Sums(computation, levels, len(units))
    sums.fill()
    known = [i for i, code in enumerate(MEASURES) if code in _ALWAYS_KNOWN or sums.cube[i].any()]
    progress("汇总到各级单位", 2, 2)
    return Cube(
        units=units,
        first=first,
        measures=[MEASURES[i] for i in known],
        values=sums.cube[known],
        stamp=stamp,
        mixes=sums.mixes(),
        part=part(units, known) if part else None,
    )


def _span(engine: Engine, calendar: Months) -> tuple[Month, Month]:
    """From the first to the last month that anything happened in."""
    for name in ("span", "roster_span"):
        row = engine.fetch(step(name, calendar))
        if row["first_month"].size and row["first_month"][0] > 0:  # not blank
            return Month(int(row["first_month"][0])), Month(int(row["last_month"][0]))
    raise InputError("没有可用的数据", "请先运行 kpi-xl check，按校验报告改正后再试")


def _part_month(
    engine: Engine, settings: Settings, calendar: Months, last: Month
) -> Callable[[list[Unit], list[int]], PartMonth] | None:
    """The same days of the month before and of a year ago, where the last month is not over.

    The steps are the same as for the months, for other spans.
    """
    as_of = _as_of(engine, settings, calendar, last)
    begin, end = last.span(settings.month_cut)
    if as_of is None or not begin <= as_of < end:
        return None
    elapsed = as_of - begin
    spans = []
    for month in (last - 12, last - 1):
        first_day, last_day = month.span(settings.month_cut)
        spans.append((first_day, min(first_day + elapsed, last_day)))
    computation = _Computation(engine, settings, Spans(spans, settings.month_cut), 1, 3)
    with engine.aside():
        computation.define()
        levels, units = computation.organisation()
        sums = _Sums(computation, levels, len(units))
        sums.fill(ages=False)
    values = sums.cube[:, :, [2, 0]]  # the month before, a year ago

    def part(same_units: list[Unit], known: list[int]) -> PartMonth:
        assert units == same_units
        return PartMonth(as_of, values[known])

    return part


def _as_of(engine: Engine, settings: Settings, calendar: Months, last: Month) -> dt.date | None:
    """The day up to which the last month's data goes, where it is a part of the month.

    Files with one row a month say nothing about days; and a month is over when no working day of it
    is left.
    """
    if settings.as_of is not None:
        return settings.as_of
    row = engine.fetch(step("last_days", Months(settings.month_cut, [last.number])))
    if not row["days"].size or not row["days"][0] > 1:
        return None
    number = int(row["last_day"][0])
    day = dt.date(number // 10000, number // 100 % 100, number % 100)
    _, end = last.span(settings.month_cut)
    over = day >= end or not working_days(day + dt.timedelta(days=1), end)
    return None if over else day


class _Computation:
    """Runs the steps with one calendar.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
    settings : Settings
        The project's settings.
    calendar : Months or Spans
        What the months are.
    first, last : int
        The numbers of the first and the last month.
    changed : Changed, optional
        What has changed since the engine computed last; by default all.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        calendar: Calendar,
        first: int,
        last: int,
        changed: Changed | None = None,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.calendar = calendar
        self.first = first
        self.last = last
        self.months = last - first + 1
        self.changed = changed
        self.values: dict[str, int | str] = {
            "never": _NEVER,
            "effective_fyc": round(settings.effective_fyc * 100),
            "grace_days": settings.grace_days,
            "uncounted_ranks": text_list(settings.uncounted_ranks),
            "excluded_endings": text_list(settings.excluded_endings),
            "shown_products": SHOWN_PRODUCTS,
            "policies_meant": "",
            "months_meant": "TRUE",
            "count_sums": COUNT_SUMS,
            "cohort_months": ", ".join(f"({n})" for n in COHORT_MONTHS),
            "first": first,
            "last": last,
            "months": ", ".join(f"({n})" for n in range(first, last + 1)),
        }

    def define(self) -> None:
        """Define what everybody did in every month, or in those that have changed."""
        if self._roster_changed:
            for name in _ROSTER:
                self.engine.define(name, self._step(name))
        for name, (source, column) in _BY_MONTH.items():
            self._define_months(name, column, self._months(source))
        self.engine.define("outlet_months", self._step("outlet_months"))

    @property
    def _roster_changed(self) -> bool:
        return self.changed is None or self.changed.roster

    def _months(self, source: str) -> Collection[int] | None:
        """The months of a raw table that have changed; None for all."""
        return None if self.changed is None else self.changed.months[source]

    def _define_months(self, name: str, column: str, months: Collection[int] | None) -> None:
        """Define one of `_BY_MONTH`, or only what it gives for some months."""
        calendar, values = self.calendar, dict(self.values)
        if months is not None:
            calendar = Months(self.settings.month_cut, months)
            values["policies_meant"] = _POLICIES_OF_DUES

        def define() -> None:
            self._keep(name, step(name, calendar, **values), column, months)

        if name != "policy_dues":
            define()
            return
        values["terms"] = step("policy_terms", calendar, **values)
        define()
        if (months is None or months) and self._counted_twice(calendar, months):
            # Some policies have several main rows. Few companies have any, and summing up the rows
            # of every policy takes longer than all else about the instalments.
            values["terms"] = step("policy_terms_summed", calendar, **values)
            define()

    def _keep(self, name: str, sql: str, column: str, months: Collection[int] | None) -> None:
        """Keep what a step gives for all months, or in place of what it gave for some."""
        if months is None:
            self.engine.define(name, sql)
        elif months:
            self.engine.replace(name, f"{column} IN ({_listed(months)})", sql)

    def _counted_twice(self, calendar: Calendar, months: Collection[int] | None) -> bool:
        """Whether an instalment that was paid counts more than once."""
        where = "" if months is None else f" WHERE due_month IN ({_listed(months)})"
        counted = self.engine.fetch(
            "SELECT CAST(COALESCE(SUM(instalments), 0) AS BIGINT) AS number"
            f" FROM policy_dues{where}"
        )
        paid = self.engine.fetch(step("paid_dues", calendar))
        return int(counted["number"][0]) > int(paid["number"][0])

    def _step(self, name: str, **values: int | str) -> str:
        return step(name, self.calendar, **(self.values | values))

    def place_sums(self, facts: str, codes: Sequence[str]) -> Columns:
        """What each place did in each month, by one of `AGENT_MONTHS`."""
        sums = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in codes)
        # These are only passed through.
        given = f"(\n{self._step(facts)}\n)" if facts in _PASSED_ON else facts
        if facts not in _SUMMED_BY_MONTH:
            return self.fetch(
                "place_sums", facts=given, sums=sums, months_meant=f"facts.{self._in_span}"
            )
        source, _ = _SUMMED_BY_MONTH[facts]
        months = None if self._roster_changed else self._months(source)
        meant = f"facts.month IN ({_listed(months)})" if months else "TRUE"
        name = f"{facts}_by_place"
        sql = self._step("place_sums", facts=given, sums=sums, months_meant=meant)
        self._keep(name, sql, "month", months)
        return self.engine.fetch(f"SELECT * FROM {name} WHERE {self._in_span}")

    def product_sums(self) -> tuple[list[str], Columns]:
        """The products shown, and the premium of each by its number, place and month."""
        names = "SELECT product FROM products ORDER BY number"
        before = [] if self.changed is None else _texts(self.engine.fetch(names)["product"])
        self.engine.define("products", self._step("products"))
        products = _texts(self.engine.fetch(names)["product"])
        same = products == before and not self._roster_changed
        self._define_months("product_months", "month", self._months("production") if same else None)
        return products, self.engine.fetch(f"SELECT * FROM product_months WHERE {self._in_span}")

    @property
    def _in_span(self) -> str:
        return f"month BETWEEN {self.first} AND {self.last}"

    def fetch(self, name: str, **values: int | str) -> Columns:
        """Run a step and take what it gives."""
        return self.engine.fetch(self._step(name, **values))

    def organisation(self) -> tuple[list[NDArray[np.int64]], list[Unit]]:
        """Define who belongs to which unit on every level that there is, and list the units.

        The levels come as arrays: where a place's unit of that level stands in the list.
        """
        units = [Unit("分公司", self.settings.name, self.settings.name, None)]
        numbers: dict[tuple[str, ...], int] = {(): 0}  # by the names from the top
        levels = []
        found = self._places("places_in_all", _NAMES[-1][0], "'-'")
        places = dict(zip(_names(found), found["unit"].tolist(), strict=True))
        if self._roster_changed:
            self.engine.define("stays", self._step("stays"))
        for depth, (level, (names, own_name)) in enumerate(zip(LEVELS, _NAMES, strict=True)):
            found = self._places(f"places_{depth}", names, own_name)
            if depth and not (found["unit"] > 0).any():
                continue  # nobody has a 营业区: the level is not there
            if self._roster_changed:
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
    """Sums up the measures of the units of every level.

    Parameters
    ----------
    computation : _Computation
        What was defined.
    levels : list of int64 arrays
        For each level, where each place's unit stands in the list of units.
    units : int
        How many units there are.
    """

    def __init__(
        self, computation: _Computation, levels: list[NDArray[np.int64]], units: int
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

    def mixes(self) -> dict[str, Mix]:
        """People by rank and by education, and premium by product."""
        return {
            "in_rank": self._people_by("rank_headcount"),
            "in_education": self._people_by("education_headcount"),
            "product_premium": self._premium_by_product(),
        }

    def _people_by(self, name: str) -> Mix:
        rows = self.computation.fetch(name)
        names, of_rows = np.unique(rows["category"].astype(str), return_inverse=True)
        place, month = self._cells(rows)
        values = np.zeros((len(names), *self.cube.shape[1:]), np.int64)
        for number in range(len(names)):
            these = of_rows == number
            changes = self._laid_out((place[these], month[these]), rows["change"][these])
            self._add_to(values[number], _running(changes)[1])
        there = [i for i in range(len(names)) if values[i].any()]
        if not any(names[i] for i in there):
            there = []  # the roster does not tell
        return Mix([str(names[i]) or UNKNOWN for i in there], values[there])

    def _premium_by_product(self) -> Mix:
        products, rows = self.computation.product_sums()
        values = np.zeros((len(products) + 2, *self.cube.shape[1:]), np.int64)
        if products:
            place, month = self._cells(rows)
            of_rows, premium = _whole(rows["number"]) - 1, rows["premium"]
            for number in range(len(products)):
                these = of_rows == number
                laid_out = self._laid_out((place[these], month[these]), premium[these])
                self._add_to(values[number], laid_out)
        new_premium = self.cube[MEASURES.index("new_premium")]
        values[-2] = new_premium - values[:-2].sum(axis=0)
        values[-1] = self.cube[MEASURES.index("first_year_renewal")]
        names = [*products, OTHERS, FIRST_YEAR_RENEWAL]
        most = np.argsort(-values[: len(products), 0].sum(axis=1), kind="stable").tolist()
        there = [i for i in (*most, -2, -1) if values[i].any()] if products else []
        return Mix([names[i] for i in there], values[there])

    def _cells(self, rows: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The place and the month of every row, the first month being 0."""
        return _whole(rows["place"]), _whole(rows["month"]) - self.first

    def _laid_out(
        self, at: tuple[NDArray[np.int64], NDArray[np.int64]], column: Any
    ) -> NDArray[np.int64]:
        """A column as a (places, months) array; at its end what was before the first month."""
        laid_out = np.zeros((len(self.levels[0]), self.cube.shape[2] + 1), np.int64)
        np.add.at(laid_out, at, _whole(column))  # month -1 is the last
        return laid_out

    def _add(self, code: str, numbers: NDArray[np.int64]) -> None:
        """Add a measure's numbers by place and month to the units that the places belong to."""
        self._add_to(self.cube[MEASURES.index(code)], numbers)

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
        before, moved = _whole(rows["place_before"]), _whole(rows["moved"])
        for units in self.levels:
            crossing = units[place] != units[before]
            for code, side in (("transfers_in", place), ("transfers_out", before)):
                at = (units[side[crossing]], month[crossing])
                np.add.at(self.cube[MEASURES.index(code)], at, moved[crossing])

    def _promotions(self) -> None:
        rows = self.computation.fetch("rank_headcount")
        self._add(
            "opening_managers",
            _running(self._laid_out(self._cells(rows), rows["manager_change"]))[0],
        )
        rows = self.computation.fetch("promotions_to_manager")
        self._add("promoted", self._laid_out(self._cells(rows), rows["promoted"]))

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


def _running(
    changes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Opening and closing of every month, from its changes; the last column is what was before."""
    before = changes[:, -1:]
    closing = before + changes[:, :-1].cumsum(axis=1)
    return np.hstack([before, closing[:, :-1]]), closing


def _texts(column: Any) -> list[str]:
    return [str(text) for text in column]


def _listed(months: Collection[int]) -> str:
    return ", ".join(map(str, sorted(months)))


def _whole(column: Any) -> NDArray[np.int64]:
    return np.asarray(column, dtype=np.int64)
