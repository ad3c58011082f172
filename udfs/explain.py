"""Explain KPIs in words: what they tell, how they are computed, what is good."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, Final

from kpi_xl.kpi import DIRECTIONS, Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.workbook.ooxml.references import column_letters

FROM_DATES: Final = frozenset(
    {"KPI_HEADCOUNT", "KPI_AVG_HEADCOUNT", "KPI_RECRUITS", "KPI_LEAVERS", "KPI_RETENTION13"}
)
"""KPIs whose worksheet function counts people from columns of dates (`udfs.by_roster`); the
functions of all others take the KPI's measures, then its settings."""

_DATES: Final = {
    "signed": "签约日期列",
    "left": "解约日期列",
    "month": "月份",
    "day": "日期",
    "first": "开始的日期",
    "last": "结束的日期",
    "months": "月数",
}


def all_kpis(kpis: Registry) -> Iterator[str]:
    """One line a KPI: code, name, formula."""
    for kpi in kpis.values():
        yield f"{kpi.code:<26}{kpi.name} = {kpi.on_paper.formula}"


def record(kpi: Kpi) -> dict[str, Any]:
    """A KPI for programs."""
    kpi = kpi.on_paper
    return {
        "code": kpi.code,
        "name": kpi.name,
        "aliases": kpi.aliases,
        "meaning": kpi.meaning,
        "formula": kpi.formula,
        "measures": {measure.code: measure.name for measure in kpi.measures},
        "excel": kpi.excel({measure.code: measure.code for measure in kpi.measures}),
        "unit": kpi.unit,
        "direction": kpi.direction,
        "bands": kpi.bands,
        "source": kpi.source,
        "note": kpi.note,
    }


def lines(kpi: Kpi) -> Iterator[str]:
    """Everything about a KPI, for people."""
    kpi = kpi.on_paper
    references = {
        measure.code: f"{column_letters(place)}2" for place, measure in enumerate(kpi.measures, 1)
    }
    cells = "，".join(f"{references[m.code]} 为{m.name}" for m in kpi.measures)
    yield f"{kpi.name}（{kpi.code}）"
    if kpi.aliases:
        yield f"  别名      {'、'.join(kpi.aliases)}"
    if kpi.meaning:
        yield f"  含义      {kpi.meaning}"
    yield f"  公式      {kpi.formula}"
    for measure in kpi.measures:
        yield f"            {measure.name}（{measure.unit}）：{measure.meaning}"
    for setting in kpi.settings:
        yield f"            {setting.name}：{setting.meaning}，默认 {setting.default:g}"
    yield f"  Excel公式 {kpi.excel(references)}    （{cells}）"
    yield f"  函数      {worksheet_function(kpi)}"
    yield f"  单位      {kpi.unit}，显示为 {kpi.number_format}"
    yield f"  方向      {DIRECTIONS[kpi.direction]}"
    if kpi.bands is not None:
        yield f"  健康界限  {kpi.bands.text(kpi.direction, kpi.unit)}（{kpi.bands.source}）"
    yield f"  来源      {kpi.source}"
    if kpi.note:
        yield f"  说明      {kpi.note}"


def worksheet_function(kpi: Kpi) -> str:
    """How the KPI's worksheet function is called, as in ``=KPI_SIGN_RATE(促成人数, 洽谈人数)``."""
    if kpi.is_own:
        return f'=KPI("{kpi.name}", 单位, 月份)'
    required = [measure.name for measure in kpi.measures]
    optional = [setting.name for setting in kpi.settings]
    if kpi.code in FROM_DATES:
        required, optional = _of_dates(kpi)
    arguments = [*required, *(f"[{name}]" for name in optional)]
    return f"={kpi.code}({', '.join(arguments)})"


def _of_dates(kpi: Kpi) -> tuple[list[str], list[str]]:
    import udfs.by_roster  # needs numpy, which takes as long as everything else

    parameters = inspect.signature(getattr(udfs.by_roster, kpi.code)).parameters.values()
    return (
        [_DATES[p.name] for p in parameters if p.default is p.empty],
        [_DATES[p.name] for p in parameters if p.default is not p.empty],
    )
