"""Split a year's target over units and months by what the last twelve months were like."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.targets import break_down
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.cube import LEVELS
from kpi_xl.errors import InputError
from kpi_xl.jobs.files import write_whole
from kpi_xl.jobs.load import load
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.jobs.review_month import ADD_UP
from kpi_xl.jobs.views import View
from kpi_xl.project import Project

Row = tuple[str, str, str, str, float]
"""月份, 层级, 单位, 指标, 目标值."""

_USUAL_LEVEL: Final = "营业部"
_YEAR: Final = 12


def split(
    project: Project,
    label: str,
    total: float,
    year: int,
    level: str | None = None,
    progress: Progress = silent,
) -> tuple[View, list[Row]]:
    """Split a target.

    Parameters
    ----------
    project : Project
        The project.
    label : str
        The KPI: one whose months add up to the year.
    total : float
        The year's target of the branch, in the KPI's unit.
    year : int
        The year.
    level : str, optional
        Down to which level; by default the departments.
    progress : callable
        Told what is being done.

    Returns
    -------
    view : View
        A row a unit, a column a month.
    rows : list of Row
        As in the raw table 目标, the branch first; every sum is exact.

    Raises
    ------
    InputError
        When the KPI cannot be split, or there are no twelve months to go by.
    """
    kpi = kpis.find(label)
    if kpi is None or kpi.code not in ADD_UP:
        known = "、".join(kpi.name for kpi in kpis.values() if kpi.code in ADD_UP)
        raise InputError("这个指标不能按月分解", f"可以写的有：{known}", value=label)
    if total < 0 or total != int(total):
        raise InputError(
            "目标应当是不小于 0 的整数", "请写以元、件或人计的整数", value=f"{total:g}"
        )
    cube = load(project, progress).cube
    level = level or (_USUAL_LEVEL if cube.of_level(_USUAL_LEVEL) else LEVELS[0])
    units = cube.of_level(level)
    if not units:
        raise InputError("没有这一层级的单位", "可以写 分公司、营业部、营业组", value=level)
    history = cube.kpi(kpi)[units, -_YEAR:]
    if history.shape[1] < _YEAR:
        raise InputError("数据不满十二个月，看不出各月的轻重", "请补上以往月份的数据再分")
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
    rows: list[Row] = [
        (str(month), LEVELS[0], whole, kpi.name, by_month[str(month)]) for month in months
    ]
    if level != LEVELS[0]:
        rows += [
            (str(month), level, name, kpi.name, int(amount))
            for name, line in zip(names, table, strict=True)
            for month, amount in zip(months, line.tolist(), strict=True)
        ]
    lines = [
        (name, *(f"{n:,}" for n in line.tolist()), f"{line.sum():,}")
        for name, line in zip(names, table, strict=True)
    ]
    lines.append((whole, *(f"{n:,}" for n in table.sum(axis=0).tolist()), f"{int(total):,}"))
    headings = ("单位", *(f"{month.month}月#" for month in months), "全年#")
    note = "按最近十二个月各月、各单位的实际分解；各行各列的合计都等于上一级。"
    return View(f"{year}年 {kpi.name} 目标", headings, lines, (note,)), rows


def write(file: Path, rows: Sequence[Row]) -> None:
    """Write targets as a csv file like the raw table 目标."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(("月份", "层级", "单位", "指标", "目标值"))
    out.writerows(rows)
    write_whole(file, text.getvalue().encode("utf-8-sig"))
