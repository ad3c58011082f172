"""The Python API: a project's numbers as pandas frames.

>>> from kpi_xl import Project                                              # doctest: +SKIP
>>> Project("demo").kpis(["活动率"], level="营业部", months="2024-01:2024-06")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kpi_xl import kinds, project
from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.calendar import PERIOD_KINDS, Month, Period
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.data.cube import Cube
from kpi_xl.data.periods import PeriodCube, by_period
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry

if TYPE_CHECKING:
    import pandas as pd


_SURVIVAL = (
    "看到的人", "离开", "流失率", "流失率下限", "流失率上限", "留存率", "留存率下限", "留存率上限",
)  # fmt: skip

AGENT = "业务员"
"""The level below the lowest units."""


class Project:
    """A project folder, and its numbers.

    Parameters
    ----------
    folder : path
        The folder with kpi.toml.

    Raises
    ------
    InputError
        When the folder is no project, or kpi.toml cannot be used.
    """

    def __init__(self, folder: str | Path) -> None:
        self._project = project.Project.open(folder)

    def cube(self) -> Cube:
        """The measures of every unit and month, up to date with the raw files.

        Raises
        ------
        InputError
            When the raw files cannot be used.
        """
        return load(self._project).cube

    def kpis(
        self,
        names: str | Iterable[str] | None = None,
        *,
        level: str = "分公司",
        months: str | Month | None = None,
        period: str = "月",
    ) -> pd.DataFrame:
        """KPIs by unit and period.

        Parameters
        ----------
        names : str or iterable of str, optional
            KPIs by code, Chinese name or alias; by default all that there is data for.
        level : str
            分公司, 营业区, 营业部, 营业组, or 业务员 (each agent, by 工号).
        months : str or Month, optional
            A month such as ``2024-06``, or a range such as ``2024-01:2024-06``; by default all.
        period : str
            月, 季度, 半年, 年, or 累计 (for each month, the year up to it). Only whole periods are
            given.

        Returns
        -------
        DataFrame
            A row for each unit (by path) and period, a column for each KPI by Chinese name: ratios
            as fractions, money in 元, NaN where there is no value. Its ``attrs["未成熟"]`` has the
            KPIs some of whose facts are still to come: by Chinese name, by period, the day up to
            which the files must go for them to be ripe.

        Raises
        ------
        InputError
            For a KPI, level, month or period that is not there.
        """
        cube = self.cube()
        chosen = list(_chosen(names, cube, self._project.settings.kpis))
        if level == AGENT:
            found = self._of_agents(cube, months, period, chosen)
        else:
            settings = self._project.settings.in_formulas
            source = self._source(cube, period)
            found = _frame(
                source,
                self._project.settings.level_meant(level),
                months,
                {kpi.name: source.kpi(kpi, settings) for kpi in chosen},
            )
        found.attrs[UNRIPE] = _unripe(cube, _wanted_periods(period, months, cube), chosen)
        return found

    def measures(
        self, *, level: str = "分公司", months: str | Month | None = None, period: str = "月"
    ) -> pd.DataFrame:
        """The measures that the KPIs are made of, by unit and period; parameters as for `kpis`.

        Returns
        -------
        DataFrame
            A column for each measure by Chinese name: whole numbers, money in 元.
        """
        source = self._source(self.cube(), period)
        codes = source.measures if isinstance(source, Cube) else list(source.values)
        return _frame(
            source,
            self._project.settings.level_meant(level),
            months,
            {
                one.name: source.measure(one.code) / one.to_unit
                if one.to_unit > 1
                else source.measure(one.code)
                for one in map(self.cube().measured, codes)
            },
        )

    def mix(
        self, name: str, *, level: str = "分公司", months: str | Month | None = None
    ) -> pd.DataFrame:
        """A KPI by category, such as 险种FYP比率, 缴费方式比率 or 职级比率, by unit and month.

        Returns
        -------
        DataFrame
            A row for each unit and month, a column for each category: fractions, NaN where there
            is no value. The categories of a unit and month add up to 1.

        Raises
        ------
        InputError
            The KPI has no categories, or the files hold none; otherwise as `kpis`.
        """
        cube = self.cube()
        (kpi,) = _chosen(name, cube, self._project.settings.kpis)
        categories, values = cube.mix(kpi)
        if not categories:
            known = self._project.settings.kpis.values()
            mixed = "、".join(each.name for each in known if cube.mix_measure(each))
            raise InputError(kinds.NO_CATEGORIES(kpi=kpi.name, mixed=mixed))
        return _frame(
            cube,
            self._project.settings.level_meant(level),
            months,
            dict(zip(categories, values, strict=True)),
        )

    def agents(self, *, months: str | Month | None = None, period: str = "月") -> pd.DataFrame:
        """The measures of each agent in each period; parameters as for `kpis`.

        Returns
        -------
        DataFrame
            A row for each agent (工号) and period with anything to count; columns 单位 (the path of
            the team he is in at its end) and one for each measure by Chinese name: whole numbers,
            money in 元. Summed up over agents, they are the branch's measures.

        Raises
        ------
        InputError
            For a month or period that is not there.
        """
        from kpi_xl.data.agents import agent_periods

        cube = self.cube()
        wanted = _wanted_periods(period, months, cube)
        with reading(self._project, cube) as store:
            return agent_periods(cube, store, self._project.settings, wanted)

    def survival(
        self,
        by: str = "单位",
        *,
        level: str = "分公司",
        unit: str | None = None,
        month: str | Month | None = None,
        months: int = 24,
    ) -> pd.DataFrame:
        """How long people stay: the share still there by months of service (Kaplan-Meier).

        Whoever signed counts, whatever his rank, in the unit he signed in, moves or not; who comes
        back signs anew. Of who signed before anybody is known to have left only the time after
        that counts: those who left before may not be on the roster.

        Parameters
        ----------
        by : str
            单位, 推荐人, 签约季度 or 学历.
        level : str
            分公司, 营业区, 营业部 or 营业组.
        unit : str, optional
            A unit by name or path; by default all of the level.
        month : str or Month, optional
            Up to the end of which month people are seen, or the last day of its data; by default
            the last month.
        months : int
            Up to which month of service.

        Returns
        -------
        DataFrame
            A row for each group of at least ten people and month of service: 看到的人 and 离开 in
            it; 流失率, the share that leaves in the month; 留存率, the share still there after it;
            both with the ends of their 95% intervals. NaN where nobody was seen for so long.

        Raises
        ------
        InputError
            For a level, unit or month that is not there, and for what people cannot be grouped by.
        """
        import pandas as pd

        from kpi_xl.findings.retention import BY, Retention
        from kpi_xl.jobs.fill import month_meant

        cube, settings = self.cube(), self._project.settings
        if by not in BY:
            raise InputError(kinds.NO_GROUPING(known="、".join(BY)), value=by)
        level = settings.level_meant(level)
        units = _units_of(cube, level)
        if unit is not None:
            units = [cube.unit_index(unit)]
            level = cube.units[units[0]].level
        at = month_meant(cube, None if month is None else str(month))
        with reading(self._project, cube) as store:
            groups = Retention(cube, store, settings, at, level).groups(by, units).shown
        columns = ("at_risk", "left", "hazard", "hazard_low", "hazard_high", "share", "low", "high")
        found = [group.survival(months) for group in groups]
        values = [np.concatenate([getattr(one, c) for one in found] or [[]]) for c in columns]
        return pd.DataFrame(
            dict(zip(_SURVIVAL, values, strict=True)),
            pd.MultiIndex.from_product(
                [[group.name for group in groups], range(1, months + 1)], names=[by, "服务月"]
            ),
        )

    def _of_agents(
        self,
        cube: Cube,
        months: str | Month | None,
        period: str,
        chosen: Sequence[Kpi],
    ) -> pd.DataFrame:
        from kpi_xl.data.agents import agent_kpis

        wanted = _wanted_periods(period, months, cube)
        with reading(self._project, cube) as store:
            return agent_kpis(cube, store, self._project.settings, wanted, chosen, period)

    def _source(self, cube: Cube, period: str) -> Cube | PeriodCube:
        if period == "月":
            return cube
        _check_period(period)
        with reading(self._project, cube) as store:
            return by_period(cube, store, self._project.settings, period)


def _chosen(names: str | Iterable[str] | None, cube: Cube, known: Registry) -> Iterable[Kpi]:
    if names is None:
        yield from (kpi for kpi in known.values() if cube.has(kpi))
        return
    for name in [names] if isinstance(names, str) else names:
        yield kpi_meant(name, known)


def _frame(
    source: Cube | PeriodCube, level: str, months: str | Month | None, columns: dict[str, Any]
) -> pd.DataFrame:
    import pandas as pd

    cube = source if isinstance(source, Cube) else source.cube
    units = _units_of(cube, level)
    every = (
        source.periods
        if isinstance(source, PeriodCube)
        else [Period(month, month) for month in cube.months]
    )
    wanted = _wanted(every, months, cube)
    index = pd.MultiIndex.from_product(
        [[cube.units[i].path for i in units], [str(every[i]) for i in wanted]],
        names=["单位", "期间"],
    )
    cells = np.ix_(units, wanted)
    return pd.DataFrame({name: values[cells].ravel() for name, values in columns.items()}, index)


def _unripe(
    cube: Cube, periods: Sequence[Period], chosen: Iterable[Kpi]
) -> dict[str, dict[str, str]]:
    """The KPIs of these periods that are not mature, each with the day on which it is.

    Days are text, as what else may stand in the metadata of a frame that is saved.
    """
    found: dict[str, dict[str, str]] = {}
    for kpi in chosen:
        for period in periods:
            within = [n for n in cube.unripe if period.first.number <= n <= period.last.number]
            days = [day for n in within if (day := cube.ripe_on(kpi, Month(n))) is not None]
            if days:
                found.setdefault(kpi.name, {})[str(period)] = max(days).isoformat()
    return found


def _units_of(cube: Cube, level: str) -> list[int]:
    """The units of a level."""
    units = [i for i, unit in enumerate(cube.units) if unit.level == level]
    if not units:
        there = dict.fromkeys(unit.level for unit in cube.units)
        raise InputError(kinds.NO_LEVEL_HERE(level=level, known="、".join(there)))
    return units


def _check_period(kind: str) -> None:
    known = (*PERIOD_KINDS, "累计")
    if kind not in known:
        raise InputError(kinds.NO_PERIOD(name=kind, known="、".join(known)))


def _wanted_periods(kind: str, months: str | Month | None, cube: Cube) -> list[Period]:
    """The periods of a kind that end in the months asked for."""
    _check_period(kind)
    every = Period.all(kind, cube.first, cube.last)
    return [every[i] for i in _wanted(every, months, cube)]


def _wanted(every: Sequence[Period], months: str | Month | None, cube: Cube) -> list[int]:
    """The periods that end in the months asked for."""
    if months is None:
        return list(range(len(every)))
    begin, _, end = months.partition(":") if isinstance(months, str) else (months, "", "")
    try:
        first = Month.parse(begin)
        last = Month.parse(end) if end else first
    except ValueError:
        raise InputError(kinds.MONTHS_NOT_UNDERSTOOD(), value=months) from None
    cube.month_index(first)
    cube.month_index(last)
    return [i for i, period in enumerate(every) if first <= period.last <= last]
