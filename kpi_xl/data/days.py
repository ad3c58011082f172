"""The measures of every unit on each day, from the store.

With files the raw tables are in the store, and their days are summed up when they are asked for.
From a company's own database only sums come over: those of the last months' days are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import LONG
from kpi_xl.data import steps
from kpi_xl.data.computation import whole
from kpi_xl.data.engines import DuckDb, Engine, Query
from kpi_xl.data.organisation import membership_table
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import Step, table
from kpi_xl.data.steps import STEPS
from kpi_xl.settings.project_settings import Settings

MONTHS_BEFORE: Final = 24
"""The days of so many months before a month show what its days usually bring; two years show how
special a month of the year is."""

_NEARLY_ALL: Final = 0.8


def keep_days(engine: Engine, settings: Settings, last: Month) -> None:
    """Keep the measures of each agent on each day of a month and of the months before.

    Parameters
    ----------
    engine : Engine
        Where the raw tables are.
    """
    for one in _DAYS:
        if set(one.reads) & LONG.keys():
            engine.define(one.table("day"), _query(one, settings, last - MONTHS_BEFORE, last))


@dataclass(frozen=True)
class UnitDays:
    """The measures of a level's units by day, a row for each unit and day.

    Parameters
    ----------
    units : int64 array
        Their numbers in the store; 0 for none.
    days : int64 array
        The day of each row, as yyyymmdd.
    sums : mapping of str to int64 array
        The measures by code; money in 分.
    """

    units: NDArray[np.int64]
    days: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.int64]]


def unit_days(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    level: str,
    first: Month,
    last: Month,
    wanted: Collection[str],
) -> Iterator[UnitDays]:
    """The sums of each unit of a level on each day, where the files tell the days.

    Parameters
    ----------
    level : str
        One of the levels that the cube has.
    first, last : Month
        From which month to which.
    wanted : collection of str
        Codes of measures, of those in `kpi_xl.data.steps.BY_DAY`.
    """
    engine = DuckDb(store)
    for one in _DAYS:
        if columns := {code: code for code in one.by_day if code in wanted}:
            facts = _facts(one, settings, first, last)
            found = unit_sums(engine, settings, level, first, last, facts, columns)
            if not (is_monthly(one) and are_monthly(found.days, [*found.sums.values()])):
                yield found


def unit_sums(
    engine: DuckDb,
    settings: Settings,
    level: str,
    first: Month,
    last: Month,
    facts: Query,
    columns: Mapping[str, str],
) -> UnitDays:
    """Sum up the measures of agents by day to units.

    Parameters
    ----------
    level, first, last
        As for `unit_days`.
    facts : Query
        What each agent had.
    columns : mapping of str to str
        The columns that are summed up, each with the measure that it is.
    """
    rows = engine.fetch(
        steps.UNIT_DAYS.query(
            Months(settings.month_cut),
            facts=facts,
            sums=", ".join(f"CAST(SUM({column}) AS BIGINT) AS {column}" for column in columns),
            membership=table(membership_table(level)),
            first=first.number,
            last=last.number,
        )
    )
    sums = {code: whole(rows[column]) for column, code in columns.items()}
    return UnitDays(whole(rows["unit"]), whole(rows["day"]), sums)


def are_monthly(days: NDArray[np.int64], columns: Sequence[NDArray[np.int64]]) -> bool:
    """Whether nearly all of a month usually has the same day."""
    amounts = np.abs(np.array(columns, dtype=np.float64)).sum(axis=0)
    by_day, of_row = np.unique(days, return_inverse=True)
    day_sums = np.bincount(of_row, weights=amounts, minlength=len(by_day))
    months = [day_sums[by_day // 100 == month] for month in np.unique(by_day // 100)]
    alone = [bool(one.max() > _NEARLY_ALL * one.sum()) for one in months if one.sum() > 0]
    return sum(alone) * 2 >= len(alone)


def is_monthly(one: Step) -> bool:
    """Whether the rows of a step may have one day for a whole month."""
    return any(LONG[code].of_months for code in one.reads if code in LONG)


def _facts(one: Step, settings: Settings, first: Month, last: Month) -> Query:
    """The SQL over the store for the measures of each agent on each day."""
    if settings.in_database and set(one.reads) & LONG.keys():
        return Query(f"SELECT * FROM {one.table('day')}", frozenset((one.table("day"),)))
    values = {}
    if one is steps.REACHED:
        values["facts"] = _facts(steps.PRODUCTION, settings, first, last)
    return _query(one, settings, first, last, **values)


def _query(
    one: Step, settings: Settings, first: Month, last: Month, **values: int | str | Query
) -> Query:
    calendar = Months(settings.month_cut, range(first.number, last.number + 1))
    rest = {"first": first.number, "last": last.number}
    return one.query(calendar, "day", **(steps.rules(settings) | rest | values))


_DAYS: Final = tuple(one for one in STEPS.values() if one.by_day)
"""The steps of what each agent did on each day."""
