"""Explain KPIs in words: what they tell, how they are computed, what is good."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator
from typing import Final

from kpi_xl.catalogue import kpis
from kpi_xl.errors import InputError
from kpi_xl.kpi import Kpi

_DIRECTIONS: Final = {"higher": "越高越好", "lower": "越低越好", "neutral": "看结构，不分高低"}


def all_kpis() -> Iterator[str]:
    """One line a KPI: code, name, formula."""
    for kpi in kpis.values():
        yield f"{kpi.code:<26}{kpi.name} = {kpi.formula}"


def one_kpi(label: str) -> Iterator[str]:
    """Everything about a KPI.

    Parameters
    ----------
    label : str
        Its code, Chinese name or alias.

    Raises
    ------
    InputError
        When there is no such KPI; the message has those with similar names.
    """
    kpi = kpis.find(label)
    if kpi is None:
        known = [name for each in kpis.values() for name in sorted(each.labels)]
        near = difflib.get_close_matches(label, known, n=3, cutoff=0.3)
        hint = f"是不是：{'、'.join(near)}？" if near else ""
        raise InputError(f"没有名为“{label}”的指标", f"{hint}运行 kpi-xl explain 可看全部指标")
    return _lines(kpi)


def _lines(kpi: Kpi) -> Iterator[str]:
    references = {
        measure.code: f"{column}2"
        for column, measure in zip("ABCDEFGH", kpi.measures, strict=False)
    }
    cells = "，".join(f"{references[m.code]} 为{m.name}" for m in kpi.measures)
    yield f"{kpi.name}（{kpi.code}）"
    if kpi.aliases:
        yield f"  别名      {'、'.join(kpi.aliases)}"
    yield f"  含义      {kpi.meaning}"
    yield f"  公式      {kpi.formula}"
    for measure in kpi.measures:
        yield f"            {measure.name}（{measure.unit}）：{measure.meaning}"
    for setting in kpi.settings:
        yield f"            {setting.name}：{setting.meaning}，默认 {setting.default:g}"
    yield f"  Excel公式 {kpi.excel(references)}    （{cells}）"
    yield f"  函数      {_function(kpi)}"
    yield f"  单位      {kpi.unit}，显示为 {kpi.number_format}"
    yield f"  方向      {_DIRECTIONS[kpi.direction]}"
    if kpi.bands is not None:
        yield f"  健康界限  {kpi.bands.text(kpi.direction, kpi.unit)}（{kpi.bands.source}）"
    yield f"  来源      {kpi.source}"
    if kpi.note:
        yield f"  说明      {kpi.note}"


def _function(kpi: Kpi) -> str:
    """How the worksheet function of the KPI is called."""
    import udfs.functions

    signature = inspect.signature(getattr(udfs.functions, kpi.code))
    names = {m.code: m.name for m in kpi.measures} | {s.code: s.name for s in kpi.settings}
    names |= {
        "signed": "签约日期列",
        "left": "解约日期列",
        "month": "月份",
        "day": "日期",
        "months": "月数",
    }
    arguments = [
        names[p.name] if p.default is p.empty else f"[{names[p.name]}]"
        for p in signature.parameters.values()
    ]
    return f"={kpi.code}({', '.join(arguments)})"
