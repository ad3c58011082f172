"""The measures that a project declares itself, of every unit and month.

As with those of the catalogue, a step reduces the rows of a raw table to what each agent had in
each month, and what the units had comes of that. One table of the store holds all that is counted
of the same rows by the same day; its name has the hash of the declarations, so that what was
declared otherwise is never taken for it, and what has not changed stays as it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.raw_table import UNIT_SIGNS
from kpi_xl.catalogue.schema import LONG
from kpi_xl.data import steps
from kpi_xl.data.computation import Changed, whole
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Columns, Engine, Query
from kpi_xl.data.kept_measure import Kept, TooLarge
from kpi_xl.data.months_back import Unripe
from kpi_xl.data.organisation import membership_table, positions
from kpi_xl.data.own_sql import columns_of, is_too_large_sql, reach_sql, sum_name, values_sql
from kpi_xl.data.ripening import BACK
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import Step, table
from kpi_xl.definitions.own_measures import Counted
from kpi_xl.settings.project_settings import Settings

if TYPE_CHECKING:
    import duckdb

OWN_PREFIX: Final = "own_"
"""How the names of the store's tables begin."""

Spans = Sequence[tuple[int, int, int]]
"""Periods: a number each, the first and the last month."""


@dataclass(frozen=True)
class Group:
    """The measures over the same rows of one raw table, by the same date column.

    Parameters
    ----------
    raw, day : str
        The raw table, and the column of the day.
    counted : sequence of Counted
        The measures, as they are declared.
    until : str
        The column of the day from which on the rows stand no more; empty where they happen.
    """

    raw: str
    day: str
    counted: Sequence[Counted]
    until: str = ""

    @property
    def table(self) -> str:
        """The store's table."""
        days = (self.raw, self.day, self.until) if self.until else (self.raw, self.day)
        told = repr([days, *((one.measure.code, one) for one in self.counted)])
        return f"{OWN_PREFIX}{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    @property
    def is_of_values(self) -> bool:
        """Whether it holds different values, and no sums."""
        return self.counted[0].source.how == "values"

    def kept(self) -> Iterator[tuple[Counted, Kept]]:
        """Each measure and the column that it is kept in."""
        name = self.table
        for number, one in enumerate(self.counted):
            column = f"m{number}"
            sums = tuple(sum_name(column, place) for place in range(len(one.sums)))
            if one.source.how == "people" and not sums:
                sums = (column,)
            reaches = reach_sql(one, column) if sums else ""
            kept = "counted_value" if self.is_of_values else column
            yield one, Kept(one.measure, name, kept, sums=sums, reaches=reaches)


def groups_of(settings: Settings) -> list[Group]:
    """The measures that a project declares, grouped by raw table."""
    together: dict[tuple[str, ...], list[Counted]] = {}
    for one in settings.own.counted:
        source = one.source
        apart = (one.measure.code,) if source.how == "values" else ()
        together.setdefault((source.raw, source.day, source.until, *apart), []).append(one)
    return [Group(key[0], key[1], counted, key[2]) for key, counted in together.items()]


def declared(settings: Settings) -> str:
    """The hash of all that a project declares to be counted; empty for nothing."""
    tables = [group.table for group in groups_of(settings)]
    return hashlib.sha256("".join(tables).encode()).hexdigest() if tables else ""


def with_own(
    engine: Engine,
    settings: Settings,
    cube: Cube,
    told: Mapping[str, dt.date],
    changed: Changed | None = None,
    there: Collection[str] = (),
) -> Cube:
    """A cube with the measures that the project declares beside those of the catalogue.

    Parameters
    ----------
    engine : Engine
        Where the checked tables are, and who belongs to which unit is defined.
    cube : Cube
        The measures of the catalogue.
    told : mapping of str to date
        The last day that each raw table of days tells of.
    changed : Changed, optional
        What of the raw tables has changed; by default all.
    there : collection of str
        The tables of an earlier time that the engine has kept.

    Returns
    -------
    Cube
        What the files tell nothing of is not in it; nor is what is more than whole numbers hold:
        that is in its `too_large`.
    """
    groups = groups_of(settings)
    cube = replace(cube, declared=declared(settings))
    if not groups:
        return cube
    counting = _Counting(engine, settings, cube, told)
    for group in groups:
        counting.define(group, changed, group.table in there)
    months: Spans = [(i, month.number, month.number) for i, month in enumerate(cube.months)]
    while True:
        found = {
            kept.measure.code: (kept, values)
            for group in groups
            for kept, values in counting.units(group, months)
        }
        known = len(counting.too_large)
        whole_cube = counting.together(cube, found, groups)
        if len(counting.too_large) == known:
            return whole_cube
        # As old as a month is now, an earlier one was more than whole numbers hold.


class _Counting:
    """Counts what is declared, on an engine."""

    def __init__(
        self, engine: Engine, settings: Settings, cube: Cube, told: Mapping[str, dt.date]
    ) -> None:
        self._engine = engine
        self._cut = settings.month_cut
        self._cube = cube
        self._told = told
        self.too_large: dict[str, TooLarge] = {}
        """What is more than whole numbers hold, by code."""
        self._levels = list(dict.fromkeys(unit.level for unit in cube.units))
        self._positions = {level: positions(engine, level, cube.units) for level in self._levels}

    def define(self, group: Group, changed: Changed | None, is_there: bool) -> None:
        """Define what each agent had, or put what has changed in its place."""
        months = None if changed is None else changed.tables.get(group.raw, frozenset())
        # What stands is told of every month that there is: there may be one more.
        if changed is None or not is_there or group.until or (months and not self._is_kept(group)):
            self._engine.define(group.table, self._facts(group, Months(self._cut)))
        elif months:
            listed = ", ".join(map(str, sorted(months)))
            query = self._facts(group, Months(self._cut, months))
            self._engine.replace(group.table, f"month IN ({listed})", query)

    @staticmethod
    def _is_kept(group: Group) -> bool:
        """Whether a changed month of the raw table is one of the group's."""
        events = LONG.get(group.raw)
        return events is not None and group.day == events.day and not events.is_ahead

    def _until(self, group: Group) -> dt.date | None:
        """The last day that counts: what is still to come has not happened."""
        events = LONG.get(group.raw)
        is_ahead = events is not None and events.is_ahead and group.day == events.day
        return self._told.get(group.raw) if is_ahead else None

    def _facts(self, group: Group, calendar: Months, only: str = "TRUE") -> Query:
        day = f'"{group.day}"'
        if (until := self._until(group)) is not None:
            only += f" AND {day} <= DATE '{until.isoformat()}'"
        values: dict[str, Any] = {"facts": table(group.raw), "day": day, "only": only}
        columns = ",\n    ".join(columns_of(one, f"m{n}") for n, one in enumerate(group.counted))
        if group.is_of_values:
            values |= {"value": values_sql(group.counted[0])}
            if columns:
                return steps.OWN_KEYS.query(calendar, columns=columns, **values)
            return steps.OWN_VALUES.query(calendar, **values)
        if group.until:
            months = range(self._cube.first.number, self._cube.last.number + 1)
            values |= {"until": f'"{group.until}"', "months": ", ".join(f"({n})" for n in months)}
            return steps.OWN_STANDING.query(Months(self._cut), columns=columns, **values)
        return steps.OWN_ROWS.query(calendar, columns=columns, **values)

    def together(
        self,
        cube: Cube,
        found: Mapping[str, tuple[Kept, NDArray[np.int64]]],
        groups: Sequence[Group],
    ) -> Cube:
        """A cube with what was found, and with what it is compared with."""
        if found:
            values = [cube.values, np.stack([values for _, values in found.values()])]
            cube = replace(
                cube,
                measures=[*cube.measures, *found],
                values=np.concatenate(values),
                own={code: kept for code, (kept, _) in found.items()},
            )
            cube = replace(cube, unripe=self.unripe(cube, groups))
        return replace(cube, too_large=dict(self.too_large))

    def _held(self, group: Group, name: str) -> list[Kept]:
        """The columns of a group's table that fit into an integer; the others are noted."""
        until = self._until(group)
        every = [replace(kept, table=name, until=until) for _, kept in group.kept()]
        checked = [(kept, column) for kept in every for column in _summed(kept)]
        if not checked:
            return every
        columns = ",\n    ".join(is_too_large_sql(kept.source, column) for kept, column in checked)
        row = self._engine.fetch(
            steps.OWN_TOO_LARGE.query(Months(), columns=columns, facts=table(name))
        )
        for kept, column in checked:
            if row[f"{column}_is"][0] == 1:
                largest = self._engine.fetch(
                    steps.OWN_LARGEST.query(Months(), column=column, facts=table(name))
                )
                self.too_large.setdefault(
                    kept.measure.code,
                    TooLarge(
                        kept.source.declared, str(largest["agent"][0]), int(largest["month"][0])
                    ),
                )
        return [kept for kept in every if kept.measure.code not in self.too_large]

    def units(
        self, group: Group, periods: Spans, name: str = ""
    ) -> Iterator[tuple[Kept, NDArray[np.int64]]]:
        """The measures of every unit in each period; nothing where the raw table has no rows.

        Parameters
        ----------
        name : str
            The table of what agents had, where it is not the group's own.
        """
        length = len(self._cube.units), len(periods)
        every = self._held(group, name or group.table)
        found: dict[str, NDArray[np.int64]] = {}
        for level in self._levels:
            place, membership = self._positions[level], membership_of(level)
            for one, unit, period, numbers in counted_of(
                self._engine.fetch, every, periods, membership
            ):
                if not numbers.size:
                    continue
                values = found.setdefault(one.measure.code, np.zeros(length, np.int64))
                np.add.at(values, (place[unit], period), numbers)
        for kept in every:
            if kept.measure.code in found:
                yield kept, found[kept.measure.code]

    def unripe(self, cube: Cube, groups: Sequence[Group]) -> dict[int, Unripe]:
        """The months some of whose facts are still to come, with what they are compared with."""
        lacking: dict[tuple[Month, dt.date], list[Group]] = {}
        for group in groups:
            for month, day in self._lacking(group):
                lacking.setdefault((month, day), []).append(group)
        until = {month: dict(one.until) for month, one in cube.unripe.items()}
        compared = {month: self._before(cube, month, one) for month, one in cube.unripe.items()}
        for (month, day), of_month in lacking.items():
            end = month.span(self._cut)[1]
            values = compared.setdefault(month.number, self._before(cube, month.number, None))
            waiting = until.setdefault(month.number, {})
            for group in of_month:
                then = {kept.measure.code: was for kept, was in self._as_old(group, month, day)}
                for code in (kept.measure.code for _, kept in group.kept()):
                    if code in cube.own:
                        waiting[code] = end
                        values[cube.measures.index(code)] = then.get(code, 0)  # no rows yet
        return {month: Unripe(until[month], compared[month]) for month in sorted(until)}

    def _before(self, cube: Cube, month: int, one: Unripe | None) -> NDArray[np.int64]:
        """The values of earlier months that a month is compared with; for a month that is not
        mature, those at the same age.
        """
        values = np.zeros((*cube.values.shape[:2], len(BACK)), np.int64)
        for place, back in enumerate(BACK):
            if (at := month - back - cube.first.number) >= 0:
                values[:, :, place] = cube.values[:, :, at]
        if one is not None:
            values[: len(one.values)] = one.values
        return values

    def _lacking(self, group: Group) -> Iterator[tuple[Month, dt.date]]:
        """The months that rows are still to come of, and the last day that there are any of."""
        if group.until:
            return  # what stands is that of the day
        cube = self._cube
        last = cube.last
        end = cube.as_of or last.span(self._cut)[1]
        events = LONG.get(group.raw)
        day = end
        if events is not None and group.day == events.day:
            day = min(end, self._told.get(group.raw, end))
        for number in range(
            max(Month.containing(day, self._cut), cube.first).number, last.number + 1
        ):
            if Month(number).span(self._cut)[1] > day:
                yield Month(number), day

    def _as_old(
        self, group: Group, month: Month, day: dt.date
    ) -> Iterator[tuple[Kept, NDArray[np.int64]]]:
        """The values of the month before and of a year ago, as they were known at the same age."""
        begin = month.span(self._cut)[0]
        spans, periods = [], []
        for place, back in enumerate(BACK):
            first, last = (month - back).span(self._cut)
            until = min(first + (day - begin), last)
            spans.append(f"\"{group.day}\" BETWEEN DATE '{first}' AND DATE '{until}'")
            periods.append((place, month.number - back, month.number - back))
        name = f"{group.table}_then"
        with self._engine.aside():
            only = f"({' OR '.join(spans)})"
            self._engine.define(name, self._facts(group, Months(self._cut), only))
            yield from list(self.units(group, periods, name))


def counted_of(
    fetch: Callable[[Query], Columns], kept: Sequence[Kept], periods: Spans, membership: Query
) -> Iterator[tuple[Kept, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """The measures of a level's units in each period, from one table.

    Parameters
    ----------
    fetch : callable
        Runs a query and returns its columns.
    kept : sequence of Kept
        What is counted, all in one table.
    membership : Query
        Who belongs to which unit from when until when.

    Yields
    ------
    Kept and three (rows,) int64 arrays
        What is counted; the unit's number in `membership`, the period's number, and the number.
    """
    by_step: dict[Step, list[Kept]] = {}
    for one in kept:
        by_step.setdefault(_step_of(one), []).append(one)
    listed = ", ".join(map(str, periods))
    for step, some in by_step.items() if periods else ():
        values: dict[str, Any] = {
            "columns": ",\n    ".join(map(_of_units, some)),
            "sums": sums_sql(some),
            "facts": table(some[0].table),
            "membership": membership,
            "periods": listed,
        }
        rows = fetch(step.query(Months(), **values))
        unit, period = whole(rows["unit"]), whole(rows["period"])
        for one in some:
            yield one, unit, period, whole(rows[_result(one)])


def _step_of(one: Kept) -> Step:
    """The step that counts a measure again, for units and periods."""
    if one.source.how == "people":
        return steps.OWN_PEOPLE
    return steps.OWN_KEYS_REACHING if one.reaches else steps.OWN_UNITS


def sums_sql(kept: Sequence[Kept]) -> str:
    """The columns of a SELECT that sum up what the bounds of a measure are compared with."""
    columns = dict.fromkeys(column for one in kept for column in one.sums)
    return ", ".join(f"SUM({column}) AS {column}" for column in columns)


def _summed(one: Kept) -> tuple[str, ...]:
    """The columns of it that are sums, and may be too large."""
    return one.sums or (() if one.source.how == "values" else (one.column,))


def membership_of(level: str) -> Query:
    """Who belongs to which unit of a level; all to the branch, as to no unit of it."""
    if level == TOP:
        return Query("(SELECT '' AS agent, 1 AS unit, 0 AS from_month, 0 AS next_month)")
    return table(membership_table(level))


def _result(one: Kept) -> str:
    return f"{one.column}_counted"


def _of_units(one: Kept) -> str:
    """The column of a SELECT that makes a unit's measure from its agents'."""
    how, column = one.source.how, one.column
    if one.reaches:
        counts = "counts = 1 AND " if how == "people" else ""
        found = f"SUM(CASE WHEN {counts}{one.reaches} THEN 1 ELSE 0 END)"
    elif how == "values":
        found = f"COUNT(DISTINCT facts.{column})"
    else:
        function = {"greatest": "MAX", "least": "MIN", "any": "MAX"}.get(how, "SUM")
        found = f"COALESCE({function}(facts.{column}), 0)"
    return f"CAST({found} AS BIGINT) AS {_result(one)}"


def own_months(
    cube: Cube, store: duckdb.DuckDBPyConnection, first: int, last: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The measures of each agent in each of some months, as results by agent, month and measure.

    Of what is counted again over a period, and for a unit, it says but that there is something.
    """
    tables: dict[str, list[str]] = {}
    for code, kept in cube.own.items():
        column = kept.column
        if kept.source.how == "values":
            column = f"COUNT(DISTINCT {column})"
        elif kept.source.how == "people":
            column = f"CASE WHEN {column} > 0 THEN 1 ELSE 0 END"
        tables.setdefault(kept.table, []).append(f'COALESCE({column}, 0) AS "{code}"')
    for name, columns in tables.items():
        grouped = " GROUP BY agent, month" if "COUNT(DISTINCT" in columns[0] else ""
        yield store.execute(
            f"SELECT agent, month, {', '.join(columns)} FROM {name}"
            f" WHERE agent NOT LIKE ? AND month BETWEEN ? AND ?{grouped}",
            (UNIT_SIGNS, first, last),
        )
