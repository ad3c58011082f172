"""The measures of every unit on each day, from the store.

With files the raw tables are in the store, and their days are summed up when they are asked for.
From a company's own database only sums come over: those of the last months' days are kept.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import LONG
from kpi_xl.data import steps
from kpi_xl.data.engines import Columns, DuckDb, Engine, Query
from kpi_xl.data.organisation import membership_table
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import Step, table
from kpi_xl.data.steps import STEPS
from kpi_xl.settings.project_settings import Settings

MONTHS_BEFORE: Final = 24
"""The days of so many months before a month show what its days usually bring; two years show how
special a month of the year is."""


def keep_days(engine: Engine, settings: Settings, last: Month) -> None:
    """Keep what each agent did on each day of a month and of those before it.

    Parameters
    ----------
    engine : Engine
        Where the raw tables are.
    """
    for one in _DAYS:
        if set(one.reads) & LONG.keys():
            engine.define(one.table("day"), _query(one, settings, last - MONTHS_BEFORE, last))


def unit_days(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    level: str,
    first: Month,
    last: Month,
    wanted: Collection[str],
) -> dict[Step, Columns]:
    """The sums of each unit of a level on each day.

    Parameters
    ----------
    level : str
        One of the levels that the cube has.
    first, last : Month
        From which month to which.
    wanted : collection of str
        Measures of `kpi_xl.data.steps.BY_DAY`; those that are counted along with them come along.

    Returns
    -------
    dict of Step to columns
        By step: ``unit``, its number in the store (0 for none), ``day`` as yyyymmdd, and a
        column of whole numbers a measure, money in 分.
    """
    found = {}
    for one in _DAYS:
        if not set(wanted).isdisjoint(one.by_day):
            facts = _facts(one, settings, first, last)
            sums = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in one.by_day)
            membership = table(membership_table(level))
            found[one] = DuckDb(store).fetch(
                _query(
                    steps.UNIT_DAYS, settings, first, last,
                    facts=facts, sums=sums, membership=membership,
                )
            )  # fmt: skip
    return found


def is_monthly(one: Step) -> bool:
    """Whether a whole month may stand under one day in what a step reads."""
    return any(LONG[code].of_months for code in one.reads if code in LONG)


def _facts(one: Step, settings: Settings, first: Month, last: Month) -> Query:
    """What each agent did on each day, as SQL over the store."""
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
