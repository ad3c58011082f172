"""Define the steps on an engine: where everybody was, and what everybody did in every month.

After a change only the months that it touches are computed anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import COUNTED, SECOND_YEAR, THIRD_YEAR, measure
from kpi_xl.catalogue.organisation import TOP, Organisation, depth_of
from kpi_xl.catalogue.raw_table import unit_sign
from kpi_xl.catalogue.units import UNASSIGNED, Unit, path_of
from kpi_xl.data import steps
from kpi_xl.data.engines import Columns, Engine, Query
from kpi_xl.data.organisation import membership_table, names_of, places_table
from kpi_xl.data.sql_calendar import Calendar, Months
from kpi_xl.data.step import Step, table, text_of, written
from kpi_xl.data.steps import STEPS
from kpi_xl.settings.project_settings import Settings


@dataclass(frozen=True)
class Changed:
    """The parts of the checked tables that changed since the last computation.

    Parameters
    ----------
    months : mapping of str to collection of int
        For each step that is kept by month, by name: the months whose facts have changed.
    roster : bool
        Whether anything has changed about who was where, as what.
    tables : mapping of str to collection of int
        By raw table, the months whose rows have changed; those of short tables are of the month 0.
    """

    months: Mapping[str, Collection[int]]
    roster: bool
    tables: Mapping[str, Collection[int]] = field(default_factory=dict)


DUES_TO_COME: Final = "dues_to_come"
"""The table of what falls due of each agent after the last day that the dues tell of."""


class Computation:
    """Runs the steps with one calendar.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are.
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
        self._touched: dict[str, set[int]] = {}  # the months each table has changed in
        self._values: dict[str, int | str | Query] = {
            **steps.rules(settings),
            **_place_texts(settings.organisation),
            "first": first,
            "last": last,
            "months": ", ".join(f"({n})" for n in range(first, last + 1)),
        }

    def define(self) -> None:
        """Define the steps for all months, or only for those that have changed."""
        for one in steps.WHO if self._roster_changed else ():
            self.engine.define(one.table(), self._query(one))
        for one in STEPS.values():
            if one.gives not in ("agents", "outlets") or one.is_view:
                continue
            if one.kept_by:
                self._keep_months(one, self._months(one))
            elif "month" in one.grains:
                self.engine.define(one.table(), self._query(one))

    @property
    def _roster_changed(self) -> bool:
        return self.changed is None or self.changed.roster

    def _months(self, one: Step) -> Collection[int] | None:
        """The months in which the facts of a kept step have changed; None for all."""
        return None if self.changed is None else self.changed.months[one.name]

    def _keep_months(self, one: Step, months: Collection[int] | None) -> None:
        """Define a step for all months, or replace its rows of some."""
        calendar, only = self.calendar, "TRUE"
        if months is not None:
            calendar, only = Months(self.settings.month_cut, months), one.only
        before = self._counting(one, months)

        def define(**parts: Query) -> None:
            query = one.query(calendar, **(self._values | {"only": only} | parts))
            self._keep(one.table(), query, one.kept_by, months)

        if one.variant is None:
            define()
        else:
            name = one.variant.name
            values = self._values | {"only": only}
            quick = written(text_of(one.variant.quick), (), calendar, **values)
            define(**{name: quick})
            if (months is None or months) and self._counted_twice(one, calendar, months):
                values[name] = quick
                careful = written(text_of(one.variant.careful), (), calendar, **values)
                define(**{name: careful})
        self._touched[one.table()] = before | self._counting(one, months)

    def _counting(self, one: Step, months: Collection[int] | None) -> set[int]:
        """The months in which rows that a step makes for some months are counted."""
        if not months or one.kept_by == "month":
            return set(months or ())
        query = (
            f"SELECT DISTINCT month FROM {one.table()}"
            f" WHERE month IS NOT NULL AND {one.kept_by} IN ({_listed(months)})"
        )
        found = self.engine.fetch(Query(query, frozenset((one.table(),))))
        return set(whole(found["month"]).tolist())

    def _keep(self, name: str, query: Query, column: str, months: Collection[int] | None) -> None:
        """Keep the result of a step for all months, or replace its rows of some."""
        if months is None:
            self.engine.define(name, query)
        elif months:
            self.engine.replace(name, f"{column} IN ({_listed(months)})", query)

    def _counted_twice(self, one: Step, calendar: Calendar, months: Collection[int] | None) -> bool:
        """Whether the quick form of a step would count a row more than once."""
        assert one.variant is not None
        where = "" if months is None else f" WHERE {one.kept_by} IN ({_listed(months)})"
        counted = Query(
            f"SELECT CAST(COALESCE(SUM({one.variant.counted}), 0) AS BIGINT) AS number"
            f" FROM {one.table()}{where}",
            frozenset((one.table(),)),
        )
        rows = written(text_of(one.variant.rows), one.reads[:1], calendar)
        numbers = [int(self.engine.fetch(query)["number"][0]) for query in (counted, rows)]
        return numbers[0] > numbers[1]

    def _changed_in(self, one: Step) -> Collection[int] | None:
        """The months in which a kept step or a view differs from before; None for all."""
        if self._roster_changed:
            return None
        if one.kept_by:
            return self._touched[one.table()]
        return {
            month + later
            for name in one.reads
            for month in self._touched.get(name, ())
            for later in one.looks_back.get(name, (0,))
        }

    def _query(self, one: Step, **values: int | str | Query) -> Query:
        return one.query(self.calendar, **(self._values | values))

    def fetch(self, one: Step, **values: int | str | Query) -> Columns:
        """Run a step and return its columns."""
        return self.engine.fetch(self._query(one, **values))

    def place_sums(self, one: Step) -> Columns:
        """The sums of each place and month, from a step that counts by agent."""
        facts = _inside(self._query(one)) if one.is_view else table(one.table())
        if not one.kept_by and not one.is_view:
            return self.engine.fetch(self._by_place(one, facts, f"facts.{self._in_span}"))
        months = self._changed_in(one)
        only = f"facts.month IN ({_listed(months)})" if months else "TRUE"
        name = f"{one.table()}_by_place"
        self._keep(name, self._by_place(one, facts, only), "month", months)
        return self._fetch_all(name)

    def dues_after(self, day: dt.date) -> Columns:
        """The dues of each place and month after the last day of the list of dues: it is not known
        yet whether they were paid.

        What it is of each agent stays defined: his months lack it as well.
        """
        months = range(self._month_of(day), self.last + 1)
        facts = self._during(steps.DUE, months, only=f"due > DATE '{day.isoformat()}'")
        self.engine.define(DUES_TO_COME, facts)
        return self.engine.fetch(self._by_place(steps.DUE, table(DUES_TO_COME), "TRUE"))

    def dues_seen(self, months: Collection[int], day: dt.date) -> Columns:
        """What fell due in each place in some months, and came, as it was seen on a day."""
        seen = day.isoformat()
        facts = self._during(steps.DUE, months, only=f"due <= DATE '{seen}'", seen=seen)
        return self.engine.fetch(self._by_place(steps.DUE, _inside(facts), "TRUE"))

    def kept_seen(self, months: Collection[int], day: dt.date) -> Columns:
        """What came in each place for some months of persistency, as it was seen on a day."""
        due = {month - before for month in months for before in range(3)}
        # All that came is there already; few of it came later than that.
        later = self._instalments(due, f"paid > DATE '{day.isoformat()}'")
        instalments = _inside(self._query(steps.KEPT_SEEN, later=later))
        facts = self._query(steps.KEPT_MONTHS, of_months=_listed(months), instalments=instalments)
        sums = ", ".join(
            f"CAST(COALESCE(SUM({code}), 0) AS BIGINT) AS {code}"
            for code in in_grace(steps.PERSISTENCY)
        )
        return self.fetch(steps.PLACE_SUMS, facts=_inside(facts), sums=sums, only="TRUE")

    def open_instalments(self, day: dt.date) -> Mapping[int, Mapping[str, dt.date]]:
        """The measures that may still grow after a day, by month, and until when.

        Returns
        -------
        mapping of int to mapping of str to date
            By month and measure, the last day of grace of what fell due and is not paid.
        """
        grace = dt.timedelta(self.settings.grace_days)
        months = range(self._month_of(day - grace), self.last + 1)
        seen = day.isoformat()
        rows = self.engine.fetch(self._during(steps.OPEN_DUES, months, seen=seen))
        of = [(in_grace(steps.DUE), rows)]
        meant = f"paid IS NULL AND instalments.due + {grace.days} > DATE '{seen}'"
        kept = self.fetch(steps.OPEN_KEPT, instalments=self._instalments(months, meant))
        for later in (SECOND_YEAR, THIRD_YEAR):
            mine = whole(kept["later"]) == later
            codes = [c for c in in_grace(steps.PERSISTENCY) if measure(c).looks_back == later]
            of.append((codes, {name: column[mine] for name, column in kept.items()}))
        found: dict[int, dict[str, dt.date]] = {}
        for codes, columns in of:
            for month, last_due in zip(whole(columns["month"]), columns["last_due"], strict=True):
                until = np.datetime64(last_due, "D").item() + grace
                found.setdefault(int(month), {}).update(dict.fromkeys(codes, until))
        return found

    def _instalments(self, months: Collection[int], meant: str) -> Query:
        """Query the instalments of one kind that fall due in some months."""
        one = steps.POLICY_DUES
        assert one.variant is not None
        calendar = Months(self.settings.month_cut, months)
        # Few policies have such an instalment; of these all are looked at.
        only = (
            "policy IN (SELECT policy FROM dues AS instalments"
            f" WHERE {meant} AND DURING(instalments.due))"
        )
        values = self._values | {"only": only, "instalments_meant": meant}
        for text in (one.variant.quick, one.variant.careful):
            values[one.variant.name] = written(text_of(text), (), calendar, **values)
        return _inside(one.query(calendar, **values))

    def _during(self, one: Step, months: Collection[int], **values: int | str) -> Query:
        """A step for some months only."""
        calendar = Months(self.settings.month_cut, months)
        return one.query(calendar, **(self._values | values))

    def _month_of(self, day: dt.date) -> int:
        return Month.containing(day, self.settings.month_cut).number

    def product_sums(self) -> tuple[list[str], Columns]:
        """The products shown, and the premium of each by its number, place and month."""
        name = steps.PRODUCTS.table()
        names = Query(f"SELECT product FROM {name} ORDER BY number", frozenset((name,)))
        before = [] if self.changed is None else _texts(self.engine.fetch(names)["product"])
        self.engine.define(name, self._query(steps.PRODUCTS))
        products = _texts(self.engine.fetch(names)["product"])
        return products, self.category_sums(steps.PRODUCT, as_before=products == before)

    def category_sums(self, one: Step, *, as_before: bool = True) -> Columns:
        """The rows of a kept step, by number of category, place and month.

        Parameters
        ----------
        as_before : bool
            Whether the categories are those of the last time.
        """
        whole_anew = self._roster_changed or not as_before
        self._keep_months(one, None if whole_anew else self._months(one))
        return self._fetch_all(one.table())

    def _by_place(self, one: Step, facts: Query, only: str) -> Query:
        sums = ", ".join(
            f"CAST(COALESCE(SUM({m.code}), 0) AS BIGINT) AS {m.code}" for m in one.measures
        )
        return self._query(steps.PLACE_SUMS, facts=facts, sums=sums, only=only)

    def _fetch_all(self, name: str) -> Columns:
        return self.engine.fetch(
            Query(f"SELECT * FROM {name} WHERE {self._in_span}", frozenset((name,)))
        )

    @property
    def _in_span(self) -> str:
        return f"month BETWEEN {self.first} AND {self.last}"

    def organisation(self) -> tuple[list[NDArray[np.int64]], list[Unit]]:
        """Define the unit of everybody on every level, and list the units.

        The levels come as arrays: where a place's unit of that level stands in the list.
        """
        organisation = self.settings.organisation
        units = [Unit(TOP, self.settings.name, self.settings.name, None)]
        numbers: dict[tuple[str, ...], int] = {(): 0}  # by the names from the top
        levels = []
        found = self._places(steps.PLACES_IN_ALL, organisation.columns, "'-'")
        places = dict(zip(names_of(found), found["unit"].tolist(), strict=True))
        if self._roster_changed:
            self.engine.define(steps.STAYS.table(), self._query(steps.STAYS))
        for level in organisation.levels:
            names = organisation.columns[: depth_of(level)]
            found = self._places(places_table(level), names, names[-1] if names else "'-'")
            if names and not (found["unit"] > 0).any():
                continue  # nobody has a 营业区: the level is not there
            if self._roster_changed:
                here = table(places_table(level))
                units_here = _own_units(self.settings, level)
                self.engine.define(
                    membership_table(level),
                    self._query(steps.MEMBERSHIP, places=here, units=units_here),
                )
            of_units = _list_units(organisation, level, found, units, numbers)
            of_places = np.full(len(places) + 1, of_units[0])
            of_places[[places[place] for place in names_of(found)]] = of_units[whole(found["unit"])]
            levels.append(of_places)
        return levels, units

    def _places(self, name: str, names: Sequence[str], own_name: str) -> Columns:
        """Define the unit of every place on a level, by its own name and the names above it."""
        all_names = ", ".join(names) or f"{self.settings.organisation.columns[0]} IS NULL"
        query = self._query(steps.PLACES, names=all_names, own_name=own_name)
        self.engine.define(name, query)
        return self.engine.fetch(Query(f"SELECT * FROM {name}", frozenset((name,))))


def in_grace(one: Step) -> list[str]:
    """The measures of a step that wait for the days of grace, by code."""
    return [m.code for m in one.measures if COUNTED[m.code][1].in_grace]


def _place_texts(organisation: Organisation) -> dict[str, str]:
    """The SQL texts of the steps of places, for each level below the top."""
    columns = organisation.columns
    is_told = f"COALESCE({', '.join(f'transfers.from_{one}' for one in columns)})"
    return {
        "levels": ", ".join(columns),
        "levels_before": ",\n    ".join(
            f"CASE WHEN {is_told} IS NULL THEN COALESCE(agents.{one}, '')"
            f" ELSE COALESCE(transfers.from_{one}, '') END AS {one}"
            for one in columns
        ),
        "levels_after": ",\n    ".join(f"COALESCE({one}, '') AS {one}" for one in columns),
    }


def _own_units(settings: Settings, level: str) -> str:
    """The units that rows may belong to directly, each in its unit of a level, to be put after the
    people.
    """
    organisation = settings.organisation
    of_rows = {
        table.unit_columns[-1][0] for table in settings.tables.values() if table.unit_columns
    }
    parts = []
    for own in organisation.levels[max(1, depth_of(level)) :]:
        if own in of_rows:
            *above, name = organisation.columns[: depth_of(own)]
            path = " || ".join(
                [f"CASE WHEN {one} = '' THEN '' ELSE {one} || '/' END" for one in above] + [name]
            )
            parts.append(
                f"SELECT '{unit_sign(own, '')}' || {path} AS agent, unit"
                f" FROM {places_table(level)} WHERE {name} <> ''"
            )
    if not parts:
        return ""
    # One path may be written in two ways, with a level left out; a row is never counted twice.
    return (
        "UNION ALL SELECT agent, MIN(unit) AS unit, 0 AS from_month, $never AS next_month"
        f" FROM ({' UNION ALL '.join(parts)}) AS signs GROUP BY agent"
    )


def _list_units(
    organisation: Organisation,
    level: str,
    found: Columns,
    units: list[Unit],
    numbers: dict[tuple[str, ...], int],
) -> NDArray[np.int64]:
    """Add a level's units to the list, in the order of their names; the first is the unassigned
    one.

    Returns
    -------
    int64 array
        Where they stand in the list, by their number in the store.
    """
    positions = np.zeros(int(found["unit"].max(initial=0)) + 1, np.int64)
    depth = depth_of(level)
    if depth == 0:
        return np.zeros(2, np.int64)  # the branch holds everything, also what belongs to nobody
    positions[0] = len(units)
    units.append(Unit(level, UNASSIGNED, UNASSIGNED, 0))
    for place, number in sorted(zip(names_of(found), found["unit"].tolist(), strict=True)):
        names = tuple(name for name in place[:depth] if name)
        key = (level, *names)
        if number == 0:
            continue
        if key not in numbers:
            numbers[key] = len(units)
            above = _parent(numbers, organisation.levels[1:depth], names[:-1])
            units.append(Unit(level, names[-1], path_of(names), above))
        positions[number] = numbers[key]
    return positions


def _parent(
    numbers: dict[tuple[str, ...], int], levels: Sequence[str], names: tuple[str, ...]
) -> int:
    """The unit above: that of the nearest level above with these names, else the branch."""
    for above in reversed(levels):
        if (above, *names) in numbers:
            return numbers[above, *names]
    return 0


def _texts(column: Any) -> list[str]:
    return [str(text) for text in column]


def _inside(query: Query) -> Query:
    return Query(f"(\n{query.sql}\n)", query.reads)


def _listed(months: Collection[int]) -> str:
    return ", ".join(map(str, sorted(months)))


def whole(column: Any) -> NDArray[np.int64]:
    """A column of an engine as integers; some engines return other types."""
    return np.asarray(column, dtype=np.int64)
