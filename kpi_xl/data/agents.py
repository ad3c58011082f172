"""What each agent did in each month: the level below the teams, looked up in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import duckdb
import numpy as np

from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES
from kpi_xl.data.computation import AGENT_MONTHS
from kpi_xl.data.cube import LEVELS, Cube, is_money
from kpi_xl.data.organisation import unit_paths
from kpi_xl.data.steps import Months, step
from kpi_xl.kpi import Kpi
from kpi_xl.project import Settings

if TYPE_CHECKING:
    import pandas as pd

_PEOPLE: Final = ("opening", "closing", "recruits", "leavers", "licensed", "men")


def agent_months(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, months: Sequence[Month]
) -> pd.DataFrame:
    """What each agent did in each month.

    Parameters
    ----------
    cube : Cube
        The measures that there are.
    store : duckdb connection
        To the store that the cube was computed with.
    settings : Settings
        The project's settings.
    months : sequence of Month
        The months, one after the other.

    Returns
    -------
    DataFrame
        A row for each agent and month in which he was here or did anything, by 工号 and 期间; the
        path of his team in 单位, then a column for each measure by Chinese name, money in 元. What
        looks back on those who signed together is left out; who moves is in and out of no agent.
    """
    import pandas as pd

    summed = _sums(cube, store, settings, months)
    units = _teams(cube, store, summed.index)
    shown = summed.assign(
        **{code: summed[code] / 100 for code in summed.columns if is_money(code)}
    ).rename(columns={code: MEASURES[code].name for code in summed.columns})
    shown.insert(0, "单位", units)
    shown.index = pd.MultiIndex.from_arrays(_labels(summed), names=["工号", "期间"])
    return shown


def agent_kpis(
    cube: Cube,
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    months: Sequence[Month],
    kpis: Sequence[Kpi],
) -> pd.DataFrame:
    """KPIs of each agent in each month; parameters as for `agent_months`.

    Returns
    -------
    DataFrame
        A row for each agent and month as of `agent_months`, by 单位 (his number) and 期间, and a
        column for each KPI by Chinese name; NaN where it has no value for one agent, as those of
        cohorts.
    """
    import pandas as pd

    summed = _sums(cube, store, settings, months)
    of_agents = Cube(
        units=[],
        first=cube.first,
        measures=list(summed.columns),
        values=summed.to_numpy(np.int64).T[:, :, None],
        stamp="",
    )
    weights = {"premium_weight": settings.premium_weight}
    return pd.DataFrame(
        {kpi.name: of_agents.kpi(kpi, weights)[:, 0] for kpi in kpis},
        pd.MultiIndex.from_arrays(_labels(summed), names=["单位", "期间"]),
    )


def _labels(summed: pd.DataFrame) -> list[list[str]]:
    """The agent and the month of every row, as people write them."""
    agents, numbers = (summed.index.get_level_values(i) for i in (0, 1))
    return [[str(agent) for agent in agents], [str(Month(int(number))) for number in numbers]]


def _sums(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, months: Sequence[Month]
) -> pd.DataFrame:
    """The measures of every agent and month by code, as whole numbers."""
    import pandas as pd

    numbers = (months[0].number, months[-1].number) if months else (1, 0)
    codes = [
        code
        for code in (*_PEOPLE, *(code for sums in AGENT_MONTHS.values() for code in sums))
        if code in cube.measures
    ]
    tables = _tables(store)
    effective_fyc = round(settings.effective_fyc * 100)
    frames = [_people(store, numbers)]
    for name, sums in AGENT_MONTHS.items():
        columns = ", ".join(sums)
        facts = name
        if name not in tables:
            view = step(name, Months(settings.month_cut), effective_fyc=effective_fyc)
            facts = f"({view})"
        frames.append(
            store.execute(
                f"SELECT agent, month, {columns} FROM {facts} AS facts WHERE month BETWEEN ? AND ?",
                numbers,
            ).df()
        )
    # Somebody with two stints has two rows in a month that he left and signed in.
    summed = pd.concat(frames).groupby(["agent", "month"], sort=True).sum().reindex(columns=codes)
    summed = summed.fillna(0).astype(np.int64)
    return summed[(summed != 0).any(axis=1)]


def _people(store: duckdb.DuckDBPyConnection, numbers: tuple[int, int]) -> pd.DataFrame:
    """Whether each agent was here at the begin and the end of each month, came, and left."""
    return store.execute(
        """
        SELECT
            agent, month,
            CAST(signed_month < month AND left_month >= month AS BIGINT) AS opening,
            CAST(signed_month <= month AND left_month > month AS BIGINT) AS closing,
            CAST(signed_month = month AS BIGINT) AS recruits,
            CAST(left_month = month AS BIGINT) AS leavers,
            CAST(signed_month <= month AND left_month > month AND licensed = 1 AS BIGINT)
                AS licensed,
            CAST(signed_month <= month AND left_month > month AND men = 1 AS BIGINT) AS men
        FROM stints
        JOIN range(?, ? + 1) AS listed (month) ON signed_month <= month AND left_month >= month
        """,
        numbers,
    ).df()


def _tables(store: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in store.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


def _teams(cube: Cube, store: duckdb.DuckDBPyConnection, index: pd.MultiIndex) -> list[str]:
    """The path of the lowest unit that each agent is in, in each month."""
    level = next(level for level in reversed(LEVELS) if any(u.level == level for u in cube.units))
    paths = unit_paths(store, level)
    spans: dict[str, list[tuple[int, int]]] = {}
    for agent, unit, begin in store.execute(
        f"SELECT agent, unit, from_month FROM membership_{LEVELS.index(level)} ORDER BY from_month"
    ).fetchall():
        spans.setdefault(agent, []).append((begin, unit))
    found = []
    for agent, month in index:
        here = [unit for begin, unit in spans.get(agent, ()) if begin <= month]
        found.append(paths[here[-1] if here else 0])
    return found
