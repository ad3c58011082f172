"""What every unit did on each day, from the store.

With files the raw tables are in the store, and their days are summed up when they are asked for.
From a company's own database only sums come over: those of the last months' days are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.data.computation import AGENT_MONTHS, COUNT_SUMS
from kpi_xl.data.cube import LEVELS
from kpi_xl.data.engines import Columns, DuckDb, Engine
from kpi_xl.data.steps import Months, step
from kpi_xl.project import Settings

MONTHS_BEFORE: Final = 24
"""The days of so many months before a month show what its days usually bring; two years show how
special a month of the year is."""

_STEPS: Final[Mapping[str, Sequence[str]]] = {
    "policy_days": ("pieces", "new_premium", "fyc", "regular_premium"),
    "renewal_days": ("first_year_renewal",),
    "activity_days": AGENT_MONTHS["activity_months"],
    "attendance_days": AGENT_MONTHS["attendance_months"],
    "count_days": AGENT_MONTHS["count_months"],
}
"""The steps over the long raw tables of what each agent did on each day, with their sums."""

_FURTHER: Final[Mapping[str, Sequence[str]]] = {
    "recruit_days": ("recruits",),
    "reached_days": ("producers", "effective"),
}
"""The steps over what is in the store in any case."""

MAY_BE_MONTHLY: Final = ("activity_days", "attendance_days", "count_days")
"""The steps over raw tables in which a whole month may stand under one day."""

BY_DAY: Final = frozenset(
    code for steps in (_STEPS, _FURTHER) for codes in steps.values() for code in codes
)
"""The measures whose month is the sum of its days."""


def keep_days(engine: Engine, settings: Settings, last: Month) -> None:
    """Keep what each agent did on each day of a month and of those before it.

    Parameters
    ----------
    engine : Engine
        Where the raw tables are.
    settings : Settings
        The project's settings.
    last : Month
        The last month.
    """
    for name in _STEPS:
        engine.define(name, _step(name, settings, last - MONTHS_BEFORE, last))


def unit_days(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    level: str,
    first: Month,
    last: Month,
    wanted: Collection[str],
) -> dict[str, Columns]:
    """The sums of each unit of a level on each day.

    Parameters
    ----------
    store : duckdb connection
        To the store.
    settings : Settings
        The project's settings.
    level : str
        One of the levels that the cube has.
    first, last : Month
        From which month to which.
    wanted : collection of str
        Measures of `BY_DAY`; those that are counted along with them come along.

    Returns
    -------
    dict of str to columns
        By step: ``unit``, its number in the store (0 for none), ``day`` as yyyymmdd, and a
        column of whole numbers a measure, money in 分.
    """
    found = {}
    for name, codes in {**_STEPS, **_FURTHER}.items():
        if not set(wanted).isdisjoint(codes):
            facts = _facts(name, settings, first, last)
            sums = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in codes)
            membership = f"membership_{LEVELS.index(level)}"
            sql = _step(
                "unit_days", settings, first, last, facts=facts, sums=sums, membership=membership
            )
            found[name] = DuckDb(store).fetch(sql)
    return found


def _facts(name: str, settings: Settings, first: Month, last: Month) -> str:
    """What each agent did on each day, as SQL over the store."""
    if name in _STEPS and settings.in_database:
        return f"SELECT * FROM {name}"
    facts = _facts("policy_days", settings, first, last) if name == "reached_days" else ""
    return _step(name, settings, first, last, facts=facts)


def _step(name: str, settings: Settings, first: Month, last: Month, **values: int | str) -> str:
    calendar = Months(settings.month_cut, range(first.number, last.number + 1))
    values |= {
        "first": first.number,
        "last": last.number,
        "count_sums": COUNT_SUMS,
        "effective_fyc": round(settings.effective_fyc * 100),
    }
    return step(name, calendar, **values)
