"""Functions by data: KPIs of the project in use, see `udfs.current`."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from udfs.arguments import (
    BadArgumentError,
    Grid,
    cells_of,
    is_blank,
    month_of,
    numbers,
    only,
    rows_of,
    texts,
)
from udfs.compare import NO_STATUS, judged_here, kpi_of, kpis_here, named, one_value
from udfs.current import data
from udfs.results import Result, never_raises, shaped

_MOST_ROWS: Final = 1_048_576


@never_raises
def KPI(name: Any, unit: Any, month: Any, compare: Any = None) -> Result:
    """项目数据：某单位某月的一个指标，或它的目标、环比、同比等。

    Parameters
    ----------
    name : KPI name, or a range of them
        指标的名称、别名或代码，如 活动率。
    unit : unit name, or a range of them
        单位名称；同名的单位写路径，如 城东营业部/一组。
    month : month, or a range of months
        月份，如 2024-06。
    compare : optional
        不写为实际值；可写 目标、达成率、差额、上月、环比、去年同期、同比、状态、成熟（哪天才齐）。

    Returns
    -------
    float, str or rows of them
        比率型指标的环比、同比、差额是百分点，与月度KPI表一致。
    """
    given = [name, unit, month, compare]
    if not any(isinstance(value, (list, tuple, np.ndarray)) for value in given):
        return one_value(name, unit, month, compare)
    grids = [rows_of(value) for value in given]
    try:
        height, width = np.broadcast_shapes(*((len(rows), len(rows[0])) for rows, _ in grids))
    except ValueError:
        return "#VALUE!"  # ranges that do not fit together
    found = [
        [_cell(*(_at(rows, row, column) for rows, _ in grids)) for column in range(width)]
        for row in range(height)
    ]
    return shaped(found, max(dimensions for _, dimensions in grids))


def _at(rows: Grid, row: int, column: int) -> Any:
    line = rows[row if len(rows) > 1 else 0]
    return line[column if len(line) > 1 else 0]


def _cell(name: Any, unit: Any, month: Any, compare: Any) -> float | str | None:
    """One cell of a range: blank for a blank, an error for itself alone."""
    if is_blank(name) and is_blank(unit):
        return None
    try:
        return one_value(name, unit, month, compare)
    except BadArgumentError as error:
        return error.name


@never_raises
def KPI_TABLE(names: Any, units: Any, months: Any) -> Result:
    """项目数据表：一个单位一个月一行，一个指标一列，第一行是标题。

    Parameters
    ----------
    names : range of KPI names
        指标，一格一个。
    units : range of unit names
        单位，一格一个。
    months : range of months
        月份，一格一个。

    Returns
    -------
    rows
        标题为 单位、月份和各指标；结果会溢出到旁边的格子。
    """
    wanted = [named(cell) for cell in _listed(names, "指标")]
    where = [named(cell) for cell in _listed(units, "单位")]
    when = _listed(months, "月份")
    if not wanted or not where or not when:
        return "#VALUE!"
    if len(where) * len(when) >= _MOST_ROWS:
        return "#NUM!"
    read, known = [month_of(cell) for cell in when], kpis_here()
    titles = [found.name if (found := known.find(name)) else name for name in wanted]
    table: list[list[Any]] = [["单位", "月份", *titles]]
    for unit in where:
        for month in read:
            values = [_cell(name, unit, month, None) for name in wanted]
            table.append([unit, str(month), *values])
    return table


def _listed(value: Any, heading: str) -> list[Any]:
    """The cells with values, without a heading such as `KPI_UNITS` has."""
    cells = [cell for cell in cells_of(value) if not is_blank(cell)]
    return cells[1:] if cells and cells[0] == heading else cells


@never_raises
def KPI_UNITS() -> Result:
    """项目里的单位：公式里写的名称、层级、上级单位，第一行是标题。

    Returns
    -------
    rows
        名称有重复的单位给出路径，如 城东营业部/一组。
    """
    source = data()
    units, settings = source.cube.units, source.project.settings
    table: list[list[Any]] = [["单位", "层级", "上级单位"]]
    for unit in units:
        parent = "" if unit.parent is None else source.written(units[unit.parent])
        table.append([source.written(unit), settings.level_name(unit.level), parent])
    return table


@never_raises
def KPI_NAMES() -> Result:
    """全部指标：名称、代码、单位、公式，第一行是标题。

    Returns
    -------
    rows
        每个指标一行。

    Examples
    --------
    >>> KPI_NAMES()[0]
    ['指标', '代码', '单位', '公式']
    """
    table: list[list[Any]] = [["指标", "代码", "单位", "公式"]]
    table += [[kpi.name, kpi.code, kpi.unit, kpi.on_paper.formula] for kpi in kpis_here().values()]
    return table


@never_raises
def KPI_STATUS(name: Any, value: Any) -> Result:
    """状态：按健康界限判断一个指标的值是健康、异常还是危险。

    Parameters
    ----------
    name : KPI name, or a range of them
        指标的名称、别名或代码。
    value : number, or a range of numbers
        指标的值，比率写小数或百分数。

    Returns
    -------
    str, or rows of str
        界限以项目的 kpi.toml 为先；没有界限的指标为 —。

    Examples
    --------
    >>> KPI_STATUS("活动率", [0.9, 0.75, 0.1])
    ['健康', '异常', '危险']
    """
    labels, label_dimensions = texts(name)
    values, blank, dimensions = numbers(value)
    try:
        height, width = np.broadcast_shapes((len(labels), len(labels[0])), values.shape)
    except ValueError:
        return "#VALUE!"
    shown = np.broadcast_to(values, (height, width))
    nothing = np.broadcast_to(blank, (height, width))

    def status(row: int, column: int) -> str | None:
        if nothing[row, column]:
            return None
        try:
            kpi = judged_here(kpi_of(named(_at(labels, row, column))))
        except BadArgumentError as error:
            return error.name
        number = float(shown[row, column])
        if not math.isfinite(number):
            return error_name(number)
        return kpi.status(number) or NO_STATUS

    found = [[status(row, column) for column in range(width)] for row in range(height)]
    return shaped(found, max(dimensions, label_dimensions))


@never_raises
def KPI_HELP(name: Any) -> Result:
    """说明：一个指标的含义、公式和健康界限（以项目的为先）；写单位名称则说明公式里怎么写它。

    Parameters
    ----------
    name : KPI name or unit name
        指标的名称、别名或代码，也可写单位名称。

    Returns
    -------
    str
        多行文字，单元格请设为自动换行。

    Examples
    --------
    >>> KPI_HELP("活动率").splitlines()[0]
    '活动率（KPI_ACTIVITY）'
    """
    from kpi_xl.catalogue.names import kpi_meant
    from udfs.explain import lines

    text = named(only(name))
    if not text:
        return '请写一个指标的名称，如 =KPI_HELP("活动率")；=KPI_NAMES() 列出全部指标'
    try:
        return "\n".join(line.strip() for line in lines(judged_here(kpi_meant(text, kpis_here()))))
    except InputError as error:
        return _unit_help(text) or str(error)


def _unit_help(name: str) -> str | None:
    try:
        source = data()
    except BadArgumentError:
        return None
    found = [source.cube.units[index] for index in source.units(name)]
    if len(found) > 1:
        written = "、".join(map(source.written, found))
        return f"有 {len(found)} 个单位叫“{name}”，请写路径：{written}"
    if not found:
        return None
    level = data().project.settings.level_name(found[0].level)
    return f"单位 {found[0].path}（{level}）"
