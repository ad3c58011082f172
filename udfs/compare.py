"""One value of a KPI, or what it is compared with: target, month before, last year, status."""

from __future__ import annotations

from typing import Any, Final

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.error_values import error_name
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from udfs.arguments import BadArgumentError, month_of, text_of
from udfs.current import Data, data
from udfs.known_findings import findings_beside

_ACTUAL, _TARGET, _ATTAINMENT, _GAP = "实际", "目标", "达成率", "差额"
_BEFORE, _MOM, _LAST_YEAR, _YOY, _STATUS = "上月", "环比", "去年同期", "同比", "状态"
_RIPE = "成熟"
_COMPARISONS: Final = {
    **dict.fromkeys(("", "实际", "实际值", "本月", "本期", "actual"), _ACTUAL),
    **dict.fromkeys(("目标", "目标值", "target"), _TARGET),
    **dict.fromkeys(("达成率", "达成", "完成率", "目标达成率", "attainment"), _ATTAINMENT),
    **dict.fromkeys(("差额", "缺口", "gap"), _GAP),
    **dict.fromkeys(("上月", "上期", "previous"), _BEFORE),
    **dict.fromkeys(("环比", "环比增长", "环比增长率", "mom"), _MOM),
    **dict.fromkeys(("去年同期", "上年同期", "去年", "lastyear"), _LAST_YEAR),
    **dict.fromkeys(("同比", "同比增长", "同比增长率", "yoy"), _YOY),
    **dict.fromkeys(("状态", "健康度", "status"), _STATUS),
    **dict.fromkeys(("成熟", "成熟日", "ripe"), _RIPE),
}
_EARLIER: Final = {_ACTUAL: 0, _BEFORE: 1, _LAST_YEAR: 12}
_CHANGES: Final = {_MOM: ("KPI_MOM", 1), _YOY: ("KPI_YOY", 12)}

NO_STATUS: Final = "—"
"""The status of a KPI without bounds."""


def one_value(name: Any, unit: Any, month: Any, compare: Any) -> float | str:
    """The value for one cell.

    Parameters
    ----------
    name, unit, month, compare : cell
        The arguments of the cell, as for `udfs.by_data.KPI`.

    Raises
    ------
    BadArgumentError
        With the error that the cell shows.
    """
    wanted = _COMPARISONS.get(named(compare).casefold().replace("_", "")) if compare else _ACTUAL
    kpi = kpi_of(named(name))
    where = named(unit)
    when = month_of(month)
    if isinstance(when, str):
        return when
    if wanted is None:
        return "#VALUE!"
    source = data()
    found = _compared(source, kpi, source.unit(where), when, wanted)
    return found if isinstance(found, str) else error_name(found) or found


def _compared(source: Data, kpi: Kpi, unit: int, month: Month, wanted: str) -> float | str:
    if wanted in _EARLIER:
        return source.compared(kpi, unit, month, _EARLIER[wanted])
    if wanted == _TARGET:
        return source.target(kpi, unit, month)
    actual = source.value(kpi, unit, month)
    if wanted in (_STATUS, _RIPE):
        return _judged(source, kpi, unit, month, wanted)
    if wanted in _CHANGES:
        code, back = _CHANGES[wanted]
        return _change(kpi, code, actual, source.compared(kpi, unit, month, back))
    target = source.target(kpi, unit, month)
    if wanted == _GAP:
        return (actual - target) * _points(kpi)
    return float(kpis["KPI_ATTAINMENT"](actual, target))


def _change(kpi: Kpi, code: str, actual: float, base: float) -> float:
    """A change: of ratios in 百分点, of other values in percent, as in the templates."""
    if kpi.unit == "%":
        return (actual - base) * _points(kpi)
    return float(kpis[code](actual, base))


def _points(kpi: Kpi) -> int:
    """Differences of ratios are in 百分点, as in the official templates."""
    return 100 if kpi.unit == "%" else 1


def _judged(source: Data, kpi: Kpi, unit: int, month: Month, wanted: str) -> str:
    """The status, as in the templates; or the day on which a KPI is mature."""
    if (error := error_name(source.value(kpi, unit, month))) is not None:
        return error
    if wanted == _STATUS:
        return findings_beside(source, unit, month).status(kpi.code, unit)
    day = source.cube.ripe_on(kpi, month)
    return "已成熟" if day is None else day.isoformat()


def kpis_here() -> Registry:
    """The KPIs of the project in use; without one, those of the catalogue."""
    try:
        return data().project.settings.kpis
    except BadArgumentError:
        return kpis


def judged_here(kpi: Kpi) -> Kpi:
    """The KPI with the bounds of the project in use."""
    from kpi_xl.findings.shown import with_bands

    try:
        return with_bands(kpi, data().project.settings)
    except BadArgumentError:
        return kpi


def named(cell: Any) -> str:
    """The name in a cell; an error cell gives that error."""
    text = text_of(cell)
    if text.startswith("#"):
        raise BadArgumentError(text)
    return text


def kpi_of(name: str) -> Kpi:
    """The KPI of a name, alias or code; #N/A for an unknown one."""
    kpi = kpis_here().find(name)
    if kpi is None:
        raise BadArgumentError("#N/A")
    return kpi
