"""What each agent did on each day, from the store."""

from __future__ import annotations

import datetime as dt

import duckdb

from kpi_xl.jobs.people import ACTIVITIES


class DailyActivities:
    """The activities of some days, by agent and day.

    A company's own database keeps the records of single days to itself: only sums of months come
    over. Then, and where nobody records activities, there is nothing.

    Parameters
    ----------
    connection : duckdb connection
        To the store.
    first, last : datetime.date
        The days.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, first: dt.date, last: dt.date
    ) -> None:
        self._days: dict[tuple[str, dt.date], dict[str, int]] = {}
        exists = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'activities'"
        if connection.execute(exists).fetchone() is None:
            return
        sums = ", ".join(f"CAST(SUM({code}) AS BIGINT)" for code in ACTIVITIES)
        for agent, day, *counts in connection.execute(
            f"SELECT agent, day, {sums} FROM activities WHERE day BETWEEN ? AND ? GROUP BY ALL",
            [first, last],
        ).fetchall():
            self._days[agent, day] = dict(zip(ACTIVITIES.values(), counts, strict=True))

    def of(self, agent: str, day: dt.date, name: str) -> int | None:
        """How often somebody did something on a day; None when there is no record of the day.

        Parameters
        ----------
        agent : str
            工号.
        day : datetime.date
            The day.
        name : str
            The activity's Chinese name.
        """
        counts = self._days.get((agent, day))
        return None if counts is None else counts[name]
