"""Define on an engine, step by step, who was where and what everybody did in every month.

After a change only the months that it touches are computed anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.measures import COHORT_MONTHS, COUNTED
from kpi_xl.data.cube import LEVELS, UNASSIGNED, Unit
from kpi_xl.data.engines import Columns, Engine
from kpi_xl.data.steps import Calendar, Months, step, text_list
from kpi_xl.project import Settings

NEVER: Final = 999_999
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
    "production_months": (
        "pieces", "withdrawn_pieces", "new_premium", "fyc", "regular_premium",
    ),
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
    "outlet_sales": ("production", "month"),
    "count_months": ("counts", "month"),
}
"""The steps that are computed month by month: whose changes matter, and the column that tells the
month."""

_SUMMED_BY_MONTH: Final = _BY_MONTH | {"producer_months": _BY_MONTH["production_months"]}
"""The same for the sums of places. Persistency looks at other months than its own, and these are
found out; what stands neither here nor there is summed up whole."""

_LATER: Final = (0, 14, 26)
"""So many months after the month that an instalment counts in, persistency looks at it, as the step
``persistency_months`` says."""

_ISSUED_LATER: Final = 14
"""So many months after the month of issue persistency looks at the policy."""

COUNT_SUMS: Final = "".join(
    f",\n    CAST(SUM(CASE WHEN item = '{code}' THEN quantity ELSE 0 END)"
    f"{'' if unit == '元' else ' / 100'} AS BIGINT) AS {code}"
    for code, _, unit, _ in COUNTED
)
"""The sums of ``count_months``."""

_POLICIES_OF_DUES: Final = "AND policy IN (SELECT policy FROM dues WHERE DURING(due))"

SHOWN_PRODUCTS: Final = 20
"""So many products are shown by themselves; the rest are 其他."""

# How a place is named on each level: its own name, and all names from the top.
_NAMES: Final = (
    ("region IS NULL", "'-'"),
    ("region", "region"),
    ("region, department", "department"),
    ("region, department, team", "team"),
)


class Computation:
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
        self._persistency: set[int] = set()  # the months it has changed in
        self.values: dict[str, int | str] = {
            "never": NEVER,
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
            months = self._months(source)
            if name == "policy_dues":
                self._note_persistency(months)  # of what was there
            self._define_months(name, column, months)
            if name == "policy_dues":
                self._note_persistency(months)
        self.engine.define("outlet_months", self._step("outlet_months"))

    @property
    def _roster_changed(self) -> bool:
        return self.changed is None or self.changed.roster

    def _months(self, source: str) -> Collection[int] | None:
        """The months of a raw table that have changed; None for all."""
        return None if self.changed is None else self.changed.months[source]

    def _note_persistency(self, due_months: Collection[int] | None) -> None:
        """Note the months in which persistency looks at what came for some months."""
        if not due_months:
            return
        found = self.engine.fetch(
            "SELECT DISTINCT month FROM policy_dues"
            f" WHERE month IS NOT NULL AND due_month IN ({_listed(due_months)})"
        )
        months = whole(found["month"]).tolist()
        self._persistency |= {month + later for month in months for later in _LATER}

    def _persistency_months(self) -> Collection[int] | None:
        """The months in which persistency has changed; None for all."""
        issued = self._months("production")
        if issued is None:
            return None
        return self._persistency | {month + _ISSUED_LATER for month in issued}

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
        sums = ", ".join(f"CAST(COALESCE(SUM({code}), 0) AS BIGINT) AS {code}" for code in codes)
        # These are only passed through.
        given = f"(\n{self._step(facts)}\n)" if facts in _PASSED_ON else facts
        if facts == "persistency_months":
            months = self._persistency_months()
        elif facts in _SUMMED_BY_MONTH:
            months = self._months(_SUMMED_BY_MONTH[facts][0])
        else:
            return self.fetch(
                "place_sums", facts=given, sums=sums, months_meant=f"facts.{self._in_span}"
            )
        if self._roster_changed:
            months = None
        meant = f"facts.month IN ({_listed(months)})" if months else "TRUE"
        name = f"{facts}_by_place"
        sql = self._step("place_sums", facts=given, sums=sums, months_meant=meant)
        self._keep(name, sql, "month", months)
        return self.engine.fetch(f"SELECT * FROM {name} WHERE {self._in_span}")

    def dues_after(self, as_of: dt.date) -> Columns:
        """What falls due in each place after the last day of data, in the last month."""
        this_month = Months(self.settings.month_cut, [self.last])
        facts = step("dues_to_come", this_month, **(self.values | {"as_of": as_of.isoformat()}))
        sums = ", ".join(
            f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in AGENT_MONTHS["due_months"]
        )
        return self.fetch("place_sums", facts=f"(\n{facts}\n)", sums=sums, months_meant="TRUE")

    def product_sums(self) -> tuple[list[str], Columns]:
        """The products shown, and the premium of each by its number, place and month."""
        names = "SELECT product FROM products ORDER BY number"
        before = [] if self.changed is None else _texts(self.engine.fetch(names)["product"])
        self.engine.define("products", self._step("products"))
        products = _texts(self.engine.fetch(names)["product"])
        same = products == before and not self._roster_changed
        self._define_months("product_months", "month", self._months("production") if same else None)
        return products, self.engine.fetch(f"SELECT * FROM product_months WHERE {self._in_span}")

    def pay_mode_sums(self) -> Columns:
        """Regular premium that is not paid once a year, by number of pay mode, place and month."""
        months = None if self._roster_changed else self._months("production")
        self._define_months("pay_mode_months", "month", months)
        return self.engine.fetch(f"SELECT * FROM pay_mode_months WHERE {self._in_span}")

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
            of_places[[places[place] for place in _names(found)]] = of_units[whole(found["unit"])]
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


def _texts(column: Any) -> list[str]:
    return [str(text) for text in column]


def _listed(months: Collection[int]) -> str:
    return ", ".join(map(str, sorted(months)))


def whole(column: Any) -> NDArray[np.int64]:
    """A column of an engine as whole numbers, which some engines give as others."""
    return np.asarray(column, dtype=np.int64)
