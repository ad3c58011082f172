"""What every unit did on each working day of a month, and the pace of its targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.pace import Pace, pace
from kpi_xl.calendar import Month, working_days
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.data.engines import DuckDb
from kpi_xl.data.organisation import unit_positions
from kpi_xl.project import Settings

PACED: Final[Mapping[str, str]] = {
    "KPI_NEW_PREMIUM": "new_premium",
    "KPI_PIECES": "pieces",
}
"""The KPIs whose pace is followed, with the measure that is summed up day by day."""

HISTORY: Final = 12
"""The usual month is that of so many months before."""

_SQL: Final = """
WITH events AS (
    SELECT agent, issued AS day, CASE WHEN is_main THEN pieces ELSE 0 END AS pieces, premium
    FROM policies WHERE issued BETWEEN DATE '{first}' AND DATE '{last}'
    UNION ALL
    SELECT agent, withdrawn, CASE WHEN is_main THEN -pieces ELSE 0 END, -premium
    FROM policies WHERE withdrawn BETWEEN DATE '{first}' AND DATE '{last}'
)
SELECT agent, CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100
    + EXTRACT(day FROM day) AS INTEGER) AS day,
    CAST(SUM(pieces) AS BIGINT) AS pieces, CAST(SUM(premium) AS BIGINT) AS new_premium
FROM events GROUP BY agent, day
"""


@dataclass(frozen=True)
class DaySums:
    """Sums by unit and working day; what happens on a day off counts to the working day before.

    Parameters
    ----------
    month : Month
        The last of the months.
    as_of : datetime.date
        The last day with data.
    elapsed : int
        The working days of the month that are over by then.
    days : (months,) int64 array
        The working days of each month.
    sums : mapping of str to (units, months, 31) int64 array
        By measure; units in the cube's order, 0 after a month's last working day.
    """

    month: Month
    as_of: dt.date
    elapsed: int
    days: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.int64]]

    def done(self, code: str, unit: int) -> int:
        """What a unit did in the month so far, in whole units of the measure."""
        return int(self.sums[PACED[code]][unit, -1].sum())

    def pace(self, code: str, units: Sequence[int], targets: NDArray[np.float64]) -> Pace:
        """The pace of a KPI of `PACED`.

        Parameters
        ----------
        code : str
            The KPI.
        units : sequence of int
            Which units.
        targets : (units,) float64 array
            Their targets in whole units of the measure: 分, 件; NaN for none.
        """
        sums = self.sums[PACED[code]][list(units)]
        return pace(
            sums[:, -1].sum(axis=-1),
            targets,
            self.elapsed,
            int(self.days[-1]),
            sums[:, :-1],
            self.days[:-1],
        )


def day_sums(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    cube: Cube,
    month: Month,
    level: str,
    day: dt.date | None = None,
) -> DaySums | None:
    """Sum up the days of a month and of those before it.

    Parameters
    ----------
    store : duckdb connection
        To the store.
    settings : Settings
        The project's settings.
    cube : Cube
        The measures.
    month : Month
        The month.
    level : str
        The level of the units.
    day : datetime.date, optional
        The day as of which the month is looked at; by default the last day with data, or the
        month's last day when there are data of later days.

    Returns
    -------
    DaySums or None
        None for a project whose policies stay in the company's database, as only their monthly
        sums come over, and for one without policies.
    """
    if settings.in_database:
        return None
    cut = settings.month_cut
    first_month = max(month - HISTORY, cube.first)
    months = [Month(n) for n in range(first_month.number, month.number + 1)]
    first, last = months[0].span(cut)[0], month.span(cut)[1]
    sql = _SQL.format(first=first, last=last)
    rows = DuckDb(store).fetch(sql)
    if not rows["agent"].size:
        return None
    agents, days = rows["agent"], rows["day"].astype(np.int64)
    as_of = min(day or _latest(store, cube, month, last) or first, last)
    open_days = [working_days(*m.span(cut)) for m in months]
    place = _places(months, cut, open_days)
    at = np.array([place[int(d)] for d in days], dtype=np.int64).reshape(-1, 2)
    units = _units(store, cube, level, agents, at[:, 0] + first_month.number)
    kept = days <= int(f"{as_of:%Y%m%d}")
    sums = {}
    for code in PACED.values():
        table = np.zeros((len(cube.units), len(months), 31), dtype=np.int64)
        np.add.at(table, (units[kept], at[kept, 0], at[kept, 1]), rows[code][kept])
        sums[code] = table
    return DaySums(
        month=month,
        as_of=as_of,
        elapsed=sum(one <= as_of for one in open_days[-1]),
        days=np.array([max(len(d), 1) for d in open_days]),
        sums=sums,
    )


def _latest(
    store: duckdb.DuckDBPyConnection, cube: Cube, month: Month, last: dt.date
) -> dt.date | None:
    """The last day that the data tell of; a month that others follow is over."""
    if month < cube.last:
        return last
    row = store.execute(
        "SELECT GREATEST((SELECT MAX(issued) FROM policies WHERE issued <= ?),"
        " (SELECT MAX(day) FROM activities WHERE day <= ?))",
        [last, last],
    ).fetchone()
    return row[0] if row else None


def _places(
    months: list[Month], cut: int | None, open_days: list[list[dt.date]]
) -> dict[int, tuple[int, int]]:
    """For every day the place of its month, and which working day it counts to."""
    found = {}
    for number, (month, working) in enumerate(zip(months, open_days, strict=True)):
        first, last = month.span(cut)
        for offset in range((last - first).days + 1):
            day = first + dt.timedelta(days=offset)
            over = sum(one <= day for one in working)
            found[int(f"{day:%Y%m%d}")] = number, max(over - 1, 0)
    return found


def _units(
    store: duckdb.DuckDBPyConnection,
    cube: Cube,
    level: str,
    agents: NDArray[np.str_],
    months: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The unit that each agent was in in each month; the unassigned one for nobody's."""
    positions = unit_positions(store, level, cube.units)
    if level == LEVELS[0]:
        return np.zeros(len(agents), dtype=np.int64)
    import pyarrow as pa

    depth = LEVELS.index(level)
    wanted = pa.table(
        {"agent": pa.array(agents.tolist()), "month": months, "row": range(len(months))}
    )
    found = store.execute(
        f"SELECT wanted.row, m.unit FROM wanted JOIN membership_{depth} AS m"
        " ON m.agent = wanted.agent AND from_month <= month AND month < next_month"
    ).fetchnumpy()
    units = np.full(len(agents), positions[0], dtype=np.int64)
    units[found["row"]] = positions[found["unit"]]
    del wanted
    return units
