"""The activities of each agent on each day, from the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TypeAlias

import duckdb

from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.steps import ACTIVITY

Days: TypeAlias = Mapping[str, int]
"""How often each activity was done on a day, by its Chinese name; those nobody noted are not in it.
"""


class DailyActivities:
    """The activities of some days, by agent and day.

    From a company's own database the sums of days have come over, see `kpi_xl.data.days`. Where
    nobody records activities there is nothing.

    Parameters
    ----------
    connection : duckdb connection
        An open connection to the store.
    first, last : datetime.date
        The first and the last day that are read.
    typed : mapping, optional
        What people typed that is not in the store yet, as ``days``.

    Attributes
    ----------
    days : dict
        By 工号 and day, how often each activity was done.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        first: dt.date,
        last: dt.date,
        typed: Mapping[tuple[str, dt.date], Days] | None = None,
    ) -> None:
        self.days: dict[tuple[str, dt.date], Days] = dict(typed or {})
        days = _days(connection)
        if days is None:
            return
        sums = ", ".join(f"CAST(SUM({code}) AS BIGINT)" for code in ACTIVITIES)
        for agent, day, *counts in connection.execute(
            f"SELECT agent, day, {sums} FROM ({days}) WHERE day BETWEEN ? AND ? GROUP BY ALL",
            [first, last],
        ).fetchall():
            self.days[agent, day] = dict(zip(ACTIVITIES.values(), counts, strict=True))

    def of(self, agent: str, day: dt.date, name: str) -> int | None:
        """How often an agent did something on a day; None when the day has no record.

        Parameters
        ----------
        agent : str
            The agent's id, 工号.
        name : str
            The activity's Chinese name.
        """
        counts = self.days.get((agent, day))
        return None if counts is None else counts.get(name)


def _days(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The SQL for the activities by day; None where there are none."""
    rows = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    there = {name for (name,) in rows}
    (raw,), days = ACTIVITY.reads, ACTIVITY.table("day")
    if raw in there:
        return f"FROM {raw}"
    if days in there:
        day = "make_date(day_number // 10000, day_number // 100 % 100, day_number % 100)"
        return f"SELECT *, {day} AS day FROM {days}"
    return None
