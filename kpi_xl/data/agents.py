"""The measures of each agent in each period: the level below the teams, from the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Period
from kpi_xl.catalogue.manpower import KPI_AVG_HEADCOUNT
from kpi_xl.data import steps
from kpi_xl.data.computation import DUES_TO_COME
from kpi_xl.data.cube import Cube
from kpi_xl.data.engines import Query
from kpi_xl.data.months_back import earlier, places
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.own_sums import own_months
from kpi_xl.data.periods import PeriodCube, counted_again
from kpi_xl.data.sql_calendar import Months
from kpi_xl.formula import Lag
from kpi_xl.kpi import Kpi
from kpi_xl.settings.project_settings import Settings

if TYPE_CHECKING:
    import pandas as pd


def agent_periods(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, periods: Sequence[Period]
) -> pd.DataFrame:
    """The measures of each agent in each period.

    Parameters
    ----------
    cube : Cube
        The measures that there are.
    store : duckdb connection
        To the store that the cube was computed with.
    periods : sequence of Period
        Months, quarters, …, by their ends.

    Returns
    -------
    DataFrame
        A row for each agent and period in which he was here or did anything, by 工号 and 期间; the
        path of his team at the period's end in 单位, then a column for each measure by Chinese
        name, money in 元. What looks back on those who signed together is left out; who moves is in
        and out of no agent.
    """
    import pandas as pd

    summed, _ = _sums(cube, store, settings, periods)
    known = [cube.measured(code) for code in summed.columns]
    shown = summed.assign(
        **{one.code: summed[one.code] / one.to_unit for one in known if one.to_unit > 1}
    ).rename(columns={one.code: one.name for one in known})
    shown.insert(0, "单位", _teams(cube, store, summed.index, periods))
    shown.index = pd.MultiIndex.from_arrays(_labels(summed, periods), names=["工号", "期间"])
    return shown


def agent_kpis(
    cube: Cube,
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    periods: Sequence[Period],
    kpis: Sequence[Kpi],
    kind: str,
) -> pd.DataFrame:
    """KPIs of each agent in each period; parameters as for `agent_periods`.

    Parameters
    ----------
    kind : str
        What the periods are: 月, 季度, 半年, 年 or 累计.

    Returns
    -------
    DataFrame
        A row for each agent and period as of `agent_periods`, by 单位 (his number) and 期间, and a
        column for each KPI by Chinese name; NaN where it has no value for one agent, as those of
        cohorts.
    """
    import pandas as pd

    every = periods
    if any(kpi.has_earlier for kpi in kpis):
        every = Period.all(kind, cube.first, cube.last)
    summed, average = _sums(cube, store, settings, every)
    of_agents = _AgentCube(
        cube=cube,
        periods=every,
        kind=kind,
        values={code: summed[code].to_numpy() for code in summed.columns},
        average_headcount=average,
        rows=summed.index,
    )
    found = pd.DataFrame(
        {kpi.name: of_agents.kpi(kpi, settings.in_formulas) for kpi in kpis},
        pd.MultiIndex.from_arrays(_labels(summed, every), names=["单位", "期间"]),
    )
    wanted = [number for number, period in enumerate(every) if period in periods]
    return found[summed.index.get_level_values("position").isin(wanted)]


@dataclass(frozen=True)
class _AgentCube(PeriodCube):
    """Measures by agent and period, in one row; an agent who was not there has no value.

    Parameters
    ----------
    rows : MultiIndex
        The agent and the position of the period of each.
    """

    rows: pd.MultiIndex

    def earlier(self, kpi: Kpi) -> dict[str, Any]:
        # Behind them all stands a row of nothing, for who was not there at the time.
        above, below = self.average_headcount
        average = np.append(above, 0), np.append(below, 1)
        return earlier(
            kpi,
            lambda code: np.append(self.values[code], 0),
            self.places,
            {KPI_AVG_HEADCOUNT.code: average},
        )

    def places(self, lag: Lag) -> NDArray[np.int64]:
        at = places(self.periods, self.kind, lag)[self.rows.get_level_values("position")]
        before = list(zip(self.rows.get_level_values("agent"), at, strict=True))
        found = self.rows.get_indexer(before) if before else np.zeros(0, np.int64)
        return np.where(at < 0, -1, np.where(found < 0, len(self.rows), found))


def _labels(summed: pd.DataFrame, periods: Sequence[Period]) -> list[list[str]]:
    """The agent and the period of every row, as people write them."""
    agents, at = (summed.index.get_level_values(i) for i in (0, 1))
    return [[str(agent) for agent in agents], [str(periods[position]) for position in at]]


def _sums(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, periods: Sequence[Period]
) -> tuple[pd.DataFrame, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The measures of every agent and period by code, and numerator and denominator of 平均人数."""
    import pandas as pd

    by_month = _months(cube, store, settings, periods)
    months = by_month.index.get_level_values("month")
    agents = by_month.index.get_level_values("agent").unique().sort_values()
    again = _counted_again(cube, store, settings, periods, agents)
    frames = []
    for position, period in enumerate(periods):
        during = (months >= period.first.number) & (months <= period.last.number)
        sums = by_month[during].groupby("agent").sum()
        average = sums["opening"] + sums["closing"]
        for over_time, month in (("first", period.first), ("last", period.last)):
            of_month = by_month[months == month.number].droplevel("month")
            for code in sums.columns:
                if cube.over_time(code) == over_time:
                    sums[code] = of_month[code].reindex(sums.index, fill_value=0)
        for code, counted in again.items():
            sums[code] = counted[agents.get_indexer(sums.index), position]
        sums = sums.assign(_AVERAGE=average, position=position)
        frames.append(sums.set_index("position", append=True))
    if not frames:
        frames = [by_month.assign(_AVERAGE=0).rename_axis(["agent", "position"])]
    summed = pd.concat(frames).sort_index()
    average = summed.pop("_AVERAGE").to_numpy(np.int64)
    lengths = np.array([period.months for period in periods], np.int64)
    return summed, (average, 2 * lengths[summed.index.get_level_values("position")])


def _counted_again(
    cube: Cube,
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    periods: Sequence[Period],
    agents: pd.Index,
) -> dict[str, NDArray[np.int64]]:
    """Producing, effective and selling outlets of each agent and period, as units of one agent."""
    import pandas as pd

    numbered = pd.DataFrame({"agent": agents.astype(str), "unit": np.arange(len(agents)) + 1})
    store.register("numbered", numbered)
    membership = Query(
        f"(SELECT agent, unit, 0 AS from_month, {steps.NEVER} AS next_month FROM numbered)"
    )
    found: dict[str, NDArray[np.int64]] = {}
    for code, unit, period, number in counted_again(cube, store, settings, periods, membership):
        counted = found.setdefault(code, np.zeros((len(agents) + 1, len(periods)), np.int64))
        np.add.at(counted, (unit, period), number)
    store.unregister("numbered")
    return {code: counted[1:] for code, counted in found.items()}


def _months(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, periods: Sequence[Period]
) -> pd.DataFrame:
    """The measures of every agent and month of the periods by code, as whole numbers."""
    import pandas as pd

    numbers = (
        min((period.first.number for period in periods), default=1),
        max((period.last.number for period in periods), default=0),
    )
    calendar = Months(settings.month_cut)
    here = steps.AGENT_HEADCOUNT.query(
        calendar,
        first=numbers[0],
        last=numbers[1],
        sums=steps.HEADCOUNT.sums("at_the_start", "at_the_end"),
    )
    counted = [one.code for one in steps.HEADCOUNT.measures]
    frames = [store.execute(here.sql).df()]
    for one in steps.MEASURING:
        if one.gives != "agents":
            continue
        sums = [measure.code for measure in one.measures]
        counted += sums
        facts = one.table()
        if one.is_view:
            facts = f"({one.query(calendar, **steps.rules(settings)).sql})"
        frames.append(
            store.execute(
                f"SELECT agent, month, {', '.join(sums)} FROM {facts} AS facts"
                " WHERE month BETWEEN ? AND ?",
                numbers,
            ).df()
        )
    frames += [rows.df() for rows in own_months(cube, store, *numbers)]
    counted += cube.own
    # What falls due after the last day of data, nobody can have failed to pay.
    columns = ", ".join(f"-{one.code} AS {one.code}" for one in steps.DUE.measures)
    frames.append(
        store.execute(
            f"SELECT agent, month, {columns} FROM {DUES_TO_COME} WHERE month BETWEEN ? AND ?",
            numbers,
        ).df()
    )
    codes = [code for code in counted if code in cube.measures]
    summed = pd.concat(frames).groupby(["agent", "month"], sort=True).sum().reindex(columns=codes)
    summed = summed.fillna(0).astype(np.int64)
    return summed[(summed != 0).any(axis=1)]


def _teams(
    cube: Cube, store: duckdb.DuckDBPyConnection, index: pd.MultiIndex, periods: Sequence[Period]
) -> list[str]:
    """The path of the lowest unit that each agent is in, at the end of each period."""
    level = cube.lowest_level
    paths = unit_paths(store, level)
    spans: dict[str, list[tuple[int, int]]] = {}
    for agent, unit, begin in store.execute(
        f"SELECT agent, unit, from_month FROM {membership_table(level)} ORDER BY from_month"
    ).fetchall():
        spans.setdefault(agent, []).append((begin, unit))
    found = []
    for agent, position in index:
        month = periods[position].last.number
        here = [unit for begin, unit in spans.get(agent, ()) if begin <= month]
        found.append(paths[here[-1] if here else 0])
    return found
