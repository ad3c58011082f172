"""The rows of the raw files that a declared measure counts, with the weight of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.checks.rows_of_file import RawRows
from kpi_xl.data import steps
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Query
from kpi_xl.data.kept_measure import Kept
from kpi_xl.data.organisation import unit_paths
from kpi_xl.data.own_sql import taken_sql, values_sql
from kpi_xl.data.own_sums import membership_of, sums_sql
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import table as table_named
from kpi_xl.definitions.own_measures import Counted, is_of_rows
from kpi_xl.formula import Measure
from kpi_xl.settings.project_settings import Settings


class OwnRows:
    """The rows of the measures that a project declares, of a month.

    Each counts where its agent was in the month, as in the measure itself.

    Parameters
    ----------
    store : duckdb connection
        To the store that the cube was computed with.
    settings : Settings
        The settings with the declared measures.
    cube : Cube
        What was counted by it.
    most : int
        So many rows of a file are named.
    agent : str
        One person, instead of all of a unit; empty for all.
    """

    def __init__(
        self,
        store: duckdb.DuckDBPyConnection,
        settings: Settings,
        cube: Cube,
        month: Month,
        most: int,
        agent: str = "",
    ) -> None:
        self._store = store
        self._tables = settings.tables
        self._span = month.span(settings.month_cut)
        self._month = month.number
        self._most = most
        self._agent = agent
        self._kept = cube.own
        self._counted = {one.measure.code: one for one in settings.own.counted}
        self._names = {
            measure.code: settings.kpis[code].name
            for code, definition in settings.own.own.items()
            if is_of_rows(definition.fields)
            for measure in settings.kpis[code].measures
        }
        self._found: dict[tuple[str, str], Mapping[str, list[RawRows]]] = {}

    def of(self, measures: Sequence[Measure], level: str, path: str) -> Iterator[RawRows]:
        """The rows that declared measures of a unit are counted from.

        Parameters
        ----------
        measures : sequence of Measure
            What a mean or a greatest is made of is of the same rows: they are told once.
        level, path : str
            The level and the path of the unit.
        """
        told = set()
        for measure in measures:
            name = self._names.get(measure.code)
            if name is None or name in told or measure.code not in self._kept:
                continue
            told.add(name)
            key = measure.code, level
            if key not in self._found:
                self._found[key] = self._by_unit(name, self._counted[measure.code], level)
            yield from self._found[key].get(path, ())

    def _by_unit(self, name: str, one: Counted, level: str) -> Mapping[str, list[RawRows]]:
        """The rows by the path of a unit of a level."""
        table: Table = self._tables[one.source.raw]
        if not self._store.execute(
            "SELECT 1 FROM information_schema.columns"
            " WHERE table_name = ? AND column_name = 'source_row'",
            [table.code],
        ).fetchall():
            return {}  # in a database rows have no place
        meets, value, weight = taken_sql(one)
        first, last = self._span
        kept = self._kept[one.measure.code]
        last = last if kept.until is None else min(last, kept.until)
        is_of_keys = one.source.how == "values"
        membership = membership_of(level)
        query = steps.OWN_TAKEN.query(
            Months(),
            most=self._most,
            value=value,
            weight=weight,
            facts=table_named(table.code),
            during=_during(one, first, last),
            meets=meets,
            key=values_sql(one) if is_of_keys else "NULL",
            reaching=self._reaching(kept, membership),
            membership=membership,
            month=self._month,
        )
        asked = [self._agent, self._agent] * (2 if is_of_keys and kept.reaches else 1)
        rows = self._store.execute(query.sql, asked).fetchall()
        paths = unit_paths(self._store, level)
        found: dict[str, list[RawRows]] = {}
        for number, file, parts, count, some, total in rows:
            weighs = total_of = None
            if one.weights is not None:
                weighs = Decimal(int(parts)) / one.weights.parts
            if one.source.how == "sum":
                total_of = Decimal(int(total)) / one.measure.to_unit
            found.setdefault(paths[number], []).append(
                RawRows(table.name, str(file), count, sorted(some), name, weighs, total_of)
            )
        return found

    def _reaching(self, kept: Kept, membership: Query) -> str:
        """Whether a row belongs to a person or key that reaches the bounds of a measure."""
        if not kept.reaches:
            return "TRUE"
        is_of_keys = kept.source.how == "values"
        step = steps.OWN_KEYS_TAKEN if is_of_keys else steps.OWN_PEOPLE_REACHING
        found = step.query(
            Months(),
            facts=table_named(kept.table),
            membership=membership,
            month=self._month,
            reaches=kept.reaches,
            sums=sums_sql([kept]),
        )
        row = "(COALESCE(membership.unit, 0), taken.counted_value)" if is_of_keys else "taken.agent"
        return f"{row} IN (\n{found.sql}\n)"


def _during(one: Counted, first: dt.date, last: dt.date) -> str:
    """Whether a row counts in a month: by its day, or as of the month's end."""
    day, until = (f'"{name}"' for name in (one.source.day, one.source.until))
    if not one.source.until:
        return f"{day} BETWEEN DATE '{first}' AND DATE '{last}'"
    return f"{day} <= DATE '{last}' AND ({until} IS NULL OR {until} > DATE '{last}')"
