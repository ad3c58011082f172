"""Split a year's target over units, quarters, months, weeks and days: every sum is exact.

Units and months get their shares by what the last twelve months were like, the days of a month by
its working days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.targets import break_down
from kpi_xl.calendar import Month, WorkCalendar, is_working_day, weeks_of
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.errors import InputError
from kpi_xl.findings.aggregation import adds_up
from kpi_xl.jobs.load import load
from kpi_xl.jobs.views import Figure, View
from kpi_xl.project import Project
from kpi_xl.readers.cell import as_text
from kpi_xl.system.files import write_whole
from kpi_xl.system.progress import Progress, silent

Row = tuple[str, str, str, str, float]
"""月份, 层级, 单位, 指标, 目标值."""

_YEAR: Final = 12

PERIODS: Final = ("季度", "月", "周", "日")
"""Down to which periods a target may be split."""


def split(
    project: Project,
    label: str,
    total: float,
    year: int,
    level: str | None = None,
    progress: Progress = silent,
    by: str = "月",
) -> tuple[View, list[Row]]:
    """Split a target.

    Parameters
    ----------
    label : str
        The KPI: one whose months add up to the year.
    total : float
        The year's target of the branch, in the KPI's unit.
    level : str, optional
        Down to which level; by default the departments.
    progress : callable
        Told what is being done.
    by : str
        One of `PERIODS`: what is shown.

    Returns
    -------
    view : View
        A row a unit and a column a period; of weeks and days a row a period and a column a unit.
    rows : list of Row
        By month as in the raw table 目标, the branch first; every sum is exact.

    Raises
    ------
    InputError
        When the KPI cannot be split, or there are no twelve months to go by.
    """
    kpi = kpi_meant(label, project.settings.kpis)
    cube = load(project, progress).cube
    if not adds_up(kpi) or not cube.has(kpi):
        every = project.settings.kpis.values()
        known = "、".join(kpi.name for kpi in every if adds_up(kpi) and cube.has(kpi))
        raise InputError(kinds.NOT_BY_MONTH(known=known), value=label)
    if by not in PERIODS:
        raise InputError(kinds.NO_PERIOD_OF(known="、".join(PERIODS)), value=by)
    if total < 0 or total != int(total):
        raise InputError(kinds.TARGET_NUMBER(), value=f"{total:g}")
    settings = project.settings
    asked = settings.level_meant(level) if level else None
    level = asked or cube.usual_level
    units = cube.of_level(level)
    if not units:
        there = "、".join(map(settings.level_name, cube.levels))
        raise InputError(kinds.NO_UNITS_OF_LEVEL(known=there), value=level)
    history = cube.kpi(kpi)[units, -_YEAR:]
    if history.shape[1] < _YEAR:
        raise InputError(kinds.LESS_THAN_A_YEAR())
    # By calendar month, January first; the share of a month is the branch's, of a unit its own.
    order = [(cube.last - back).month for back in reversed(range(_YEAR))]
    amounts = np.maximum(np.nan_to_num(history), 0)
    months = [Month.of(year, number) for number in range(1, _YEAR + 1)]
    season = [float(amounts[:, order.index(month.month)].sum()) for month in months]
    by_month = break_down(int(total), season, [[str(month) for month in months]])
    sizes = [float(amount) for amount in amounts.sum(axis=1)]
    table = np.array([apportion(by_month[str(month)], sizes) for month in months]).T
    names = [cube.units[unit].path for unit in units]
    whole = cube.units[0].name
    levels = [settings.level_name(one) for one in (TOP, level)]
    rows: list[Row] = [
        (str(month), levels[0], whole, kpi.name, by_month[str(month)]) for month in months
    ]
    if level != TOP:
        rows += [
            (str(month), levels[1], name, kpi.name, int(amount))
            for name, line in zip(names, table, strict=True)
            for month, amount in zip(months, line.tolist(), strict=True)
        ]
    dates = settings.dates
    parts = [_parts(month, dates, by) for month in months]
    title = f"{year}年 {kpi.name} 目标"
    told = dates.work.told(dates.span(months[0])[0], dates.span(months[-1])[1])
    return _shown(title, [*names, whole], _by_period(table, parts), by, told), rows


def _parts(month: Month, dates: WorkCalendar, by: str) -> list[tuple[str, int]]:
    """The periods that a month is shown in, with their working days."""
    if by == "季度":
        return [(f"{(month.month - 1) // 3 + 1}季度", 1)]
    if by == "月":
        return [(f"{month.month}月", 1)]
    if by == "日":
        return [(day.isoformat(), 1) for day in dates.working_days(month)]
    return [
        (f"{month} 第{number}周", sum(is_working_day(day, dates.work) for day in week))
        for number, week in enumerate(weeks_of(month, dates), 1)
    ]


def _by_period(
    table: NDArray[np.int64], parts: Sequence[Sequence[tuple[str, int]]]
) -> dict[str, list[int]]:
    """The target of every unit by period; those of a month's parts add up to the month."""
    found: dict[str, list[int]] = {}
    for place, of_month in enumerate(parts):
        shares = [
            apportion(amount, [float(days) for _, days in of_month])
            for amount in table[:, place].tolist()
        ]
        for number, (name, _) in enumerate(of_month):
            known = found.get(name, [0] * len(table))
            found[name] = [old + line[number] for old, line in zip(known, shares, strict=True)]
    return found


def _shown(
    title: str, names: Sequence[str], found: Mapping[str, Sequence[int]], by: str, told: str
) -> View:
    """The names to show; the last is that of the whole, whose targets are the units' sums."""
    columns = {period: [*amounts, sum(amounts)] for period, amounts in found.items()}
    total = [sum(amounts) for amounts in zip(*columns.values(), strict=True)]
    how = "单位和月按最近十二个月的实际分，月内按工作日分；各行各列的合计都等于上一级。"
    notes = (how, f"{told}。") if told and by in ("周", "日") else (how,)
    if by in ("季度", "月"):
        lines = [
            (name, *(_figure(amounts[place]) for amounts in (*columns.values(), total)))
            for place, name in enumerate(names)
        ]
        return View(title, ("单位", *(f"{period}#" for period in columns), "全年#"), lines, notes)
    lines = [
        (period, *map(_figure, amounts)) for period, amounts in {**columns, "全年": total}.items()
    ]
    return View(title, (by, *(f"{name}#" for name in names)), lines, notes)


def write(file: Path, rows: Sequence[Row]) -> None:
    """Write targets as a csv file like the raw table 目标."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(("月份", "层级", "单位", "指标", "目标值"))
    out.writerows([(month, level, as_text(unit), *rest) for month, level, unit, *rest in rows])
    write_whole(file, text.getvalue().encode("utf-8-sig"))


def _figure(amount: int) -> Figure:
    return Figure(f"{amount:,}", amount)
