"""The measures that a project declares itself, by unit and day.

As with those of the catalogue, the days of raw tables that are in the store are summed up when they
are asked for; those of a company's own database are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import LONG
from kpi_xl.data import steps
from kpi_xl.data.cube import Cube
from kpi_xl.data.days import MONTHS_BEFORE, UnitDays, are_monthly, unit_sums
from kpi_xl.data.engines import DuckDb, Engine, Query
from kpi_xl.data.kept_measure import Kept
from kpi_xl.data.own_sql import columns_of
from kpi_xl.data.own_sums import Group, groups_of
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import table
from kpi_xl.definitions.own_measures import Counted
from kpi_xl.settings.project_settings import Settings

_ROWS: Final = "rows_of_day"
"""How many rows the raw table has on a day, also of those that nothing declared takes."""


def keep_own_days(engine: Engine, settings: Settings, cube: Cube) -> None:
    """Keep the measures by agent and day of a company's own tables, for the months looked back on.

    Parameters
    ----------
    engine : Engine
        Where the raw tables are.
    cube : Cube
        What was counted of them.
    """
    for one in _followed(settings, cube, cube.own):
        if one.group.raw in LONG:
            engine.define(one.kept_days, one.facts(settings, cube.last - MONTHS_BEFORE, cube.last))


def own_unit_days(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    cube: Cube,
    level: str,
    first: Month,
    last: Month,
    wanted: Collection[str],
) -> Iterator[UnitDays]:
    """The sums of each unit of a level on each day; parameters as for `kpi_xl.data.days.unit_days`.

    Parameters
    ----------
    cube : Cube
        What was counted: what is declared otherwise now has no days until it is counted again.
    """
    engine = DuckDb(store)
    for one in _followed(settings, cube, wanted):
        raw = one.group.raw
        facts = one.facts(settings, first, last)
        if settings.in_database and raw in LONG:
            facts = Query(f"SELECT * FROM {one.kept_days}")
        sums = {kept.column: kept.measure.code for kept in one.sums}
        found = unit_sums(engine, settings, level, first, last, facts, {**sums, _ROWS: _ROWS})
        may_be_monthly = raw in settings.own_tables or (raw in LONG and LONG[raw].of_months)
        if may_be_monthly and are_monthly(found.days, [found.sums[_ROWS]]):
            continue
        if one.sums:
            yield found
        if one.people:
            columns = {kept.column: kept.measure.code for kept in one.people}
            yield unit_sums(
                engine, settings, level, first, last, _reaching(one.people, facts), columns
            )


@dataclass(frozen=True)
class _Followed:
    """The measures that are followed by day, of the same rows and the same date column."""

    group: Group
    some: Sequence[tuple[Counted, Kept]]

    @property
    def sums(self) -> list[Kept]:
        return [kept for _, kept in self.some if kept.source.how != "people"]

    @property
    def people(self) -> list[Kept]:
        return [kept for _, kept in self.some if kept.source.how == "people"]

    @property
    def kept_days(self) -> str:
        """The store's table of the days of a company's own database."""
        return f"{self.some[0][1].table}_days"

    def facts(self, settings: Settings, first: Month, last: Month) -> Query:
        """The SQL for the measures of each agent on each day of some months."""
        day = f'"{self.group.day}"'
        until: dt.date | None = self.some[0][1].until
        return steps.OWN_DAYS.query(
            Months(settings.month_cut, range(first.number, last.number + 1)),
            facts=table(self.group.raw),
            day=day,
            columns=",\n    ".join(columns_of(one, kept.column) for one, kept in self.some),
            only="TRUE" if until is None else f"{day} <= DATE '{until.isoformat()}'",
        )


def _followed(settings: Settings, cube: Cube, wanted: Collection[str]) -> Iterator[_Followed]:
    """The wanted measures that add up by day and are computed as declared now."""
    for group in groups_of(settings):
        some = []
        for one, kept in group.kept():
            counted = cube.own.get(kept.measure.code)
            if (
                kept.measure.code in wanted
                and counted is not None
                and counted.source == kept.source
                and kept.source.by_day
            ):
                some.append((one, counted))
        if some:
            yield _Followed(group, some)


def _reaching(people: Sequence[Kept], facts: Query) -> Query:
    """The people who reach the bounds of a measure, by day."""
    so_far = dict.fromkeys(column for one in people for column in one.sums)
    return steps.OWN_PEOPLE_DAYS.query(
        Months(),
        facts=Query(f"(\n{facts.sql}\n)", facts.reads),
        so_far=", ".join(f"SUM({column}) OVER month_so_far AS {column}" for column in so_far),
        reaching=", ".join(
            f"CASE WHEN {one.reaches} THEN 1 ELSE 0 END AS {_state(one)}" for one in people
        ),
        columns=", ".join(
            f"{_state(one)} - COALESCE(LAG({_state(one)}) OVER month_so_far, 0) AS {one.column}"
            for one in people
        ),
    )


def _state(one: Kept) -> str:
    return f"{one.column}_is"
