"""Definitions for other tools: MetricFlow, Open Semantic Interchange (Apache Ossie), Power BI.

All of them look at one table, a row a unit and month and a column a measure, as
`kpi_xl.Project.measures` gives it: a KPI of units together is made of the sums of their measures.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl.aggregation import Aggregation, OfRows, OverTime
from kpi_xl.definitions.metric_files import OWN, TABLE
from kpi_xl.definitions.other_languages import Dax, Sql, months_back
from kpi_xl.earlier import EarlierMeasure
from kpi_xl.formula import Lag, Measure
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.files import write_whole

MONTH: Final = "period_month"
UNIT: Final = "unit"

_PLAIN: Final = re.compile(r"[a-z][a-z0-9_]*")
_OSSIE: Final = "0.2.0.dev0"
_ABOUT: Final = (
    f"表 {TABLE}：一行一个单位一个月，列 {UNIT}、{MONTH}（月初日期）和每个项目一列，金额以元计；"
    "上级单位的数是下级的合计再按公式算。"
)
WINDOWS: Final[Mapping[OverTime, str]] = {"first": "min", "last": "max"}
"""Which of a period's months counts, in MetricFlow's words."""

_NO_SUM: Final = "（只看一个月，各月不能相加）"


@dataclass(frozen=True)
class Exported:
    """A file for another tool.

    Parameters
    ----------
    content : str
        The text of the file.
    names : list of str
        The KPIs in it.
    left : list of str
        Those that its language cannot say.
    """

    content: str
    names: list[str]
    left: list[str]


def export(project: Project, kind: str) -> tuple[Path, Exported]:
    """Write the definitions of a project for another tool.

    Parameters
    ----------
    kind : str
        The format of the other tool, one of `KINDS`.

    Raises
    ------
    FileError
        When it cannot be written.
    """
    name, make = KINDS[kind]
    made = make(project.settings)
    file = project.output / name
    write_whole(file, made.content.encode())
    return file, made


def _known(settings: Settings) -> list[Kpi]:
    """The KPIs that are counted from the raw tables."""
    return [
        kpi
        for kpi in settings.kpis.values()
        if all(one.counted.source is not None for one in kpi.measures)
    ]


def _measures(kpis: list[Kpi]) -> list[Measure]:
    """The measures of some KPIs, each once."""
    return list(dict.fromkeys(one.counted for kpi in kpis for one in kpi.measures))


def slug(one: Kpi | Measure) -> str:
    """A name in small Latin letters, for tools that allow no others."""
    plain = one.code.lower()
    if _PLAIN.fullmatch(plain):
        return plain
    kind = "kpi" if isinstance(one, Kpi) else "m"
    if isinstance(one, EarlierMeasure):
        return f"{slug(one.of)}_{one.back.code}"
    return f"{kind}_{hashlib.sha256(one.name.encode()).hexdigest()[:8]}"


def typed(settings: Settings, kpi: Kpi) -> dict[str, str]:
    """The fields of a KPI of the project's own as they were typed; empty for any other KPI."""
    own = settings.own.own.get(kpi.code)
    return {} if own is None else {**own.fields, "名称": kpi.name}


def over_units(one: Measure) -> str:
    """How a measure of several units is computed from theirs."""
    how = one.source.how if isinstance(one.source, OfRows) else "sum"
    return {"greatest": "max", "any": "max", "least": "min"}.get(how, "sum")


def over_time(one: Measure) -> OverTime:
    """How the months of a measure add up."""
    return one.source.over_time if isinstance(one.source, Aggregation | OfRows) else "sum"


def metricflow(settings: Settings) -> Exported:
    """A semantic model with its metrics, as dbt's MetricFlow reads it.

    Earlier months are metrics with an offset.
    """
    kpis = _known(settings)
    by_name = {kpi.name: kpi for kpi in kpis}
    metrics: list[dict[str, Any]] = []
    for one in _measures(kpis):
        metric = {"name": slug(one), "label": one.name, "description": one.meaning}
        kpi = by_name.pop(one.name, None)
        own = {} if kpi is None else typed(settings, kpi)
        metrics.append(metric | _kept_in_meta(own) | metric_of_measure(one))
    for kpi in by_name.values():  # those that are more than but a measure
        metric = {"name": slug(kpi), "label": kpi.name, "description": _described(kpi)}
        metrics.append(metric | _kept_in_meta(typed(settings, kpi)) | metric_of(kpi, settings))
    model = {
        "name": TABLE,
        "description": _ABOUT,
        "model": f"ref('{TABLE}')",
        "defaults": {"agg_time_dimension": MONTH},
        "entities": [{"name": UNIT, "type": "primary"}],
        "dimensions": [
            {"name": MONTH, "type": "time", "type_params": {"time_granularity": "month"}}
        ],
        "measures": [_declared(one) for one in _measures(kpis)],
    }
    content = _yaml({"semantic_models": [model], "metrics": metrics})
    return Exported(content, [kpi.name for kpi in kpis], [])


def _declared(one: Measure) -> dict[str, Any]:
    """A measure of the semantic model; stocks are not added up over months."""
    found: dict[str, Any] = {"name": slug(one), "agg": over_units(one), "description": one.name}
    if window := WINDOWS.get(over_time(one)):
        found["non_additive_dimension"] = {"name": MONTH, "window_choice": window}
    elif over_time(one) == "recount":
        found["description"] += _NO_SUM
    return found


def _kept_in_meta(own: Mapping[str, str]) -> dict[str, Any]:
    return {"config": {"meta": {OWN: dict(own)}}} if own else {}


def metric_of_measure(one: Measure) -> dict[str, Any]:
    """MetricFlow's metric for a measure."""
    return {"type": "simple", "type_params": {"measure": {"name": slug(one)}}}


def metric_of(kpi: Kpi, settings: Settings) -> dict[str, Any]:
    """MetricFlow's metric for a formula."""
    expr = Sql(slug, settings.in_formulas).text(kpi.expression)
    return {
        "type": "derived",
        "type_params": {"expr": expr, "metrics": [_input(one) for one in kpi.measures]},
    }


def _input(one: Measure) -> dict[str, str]:
    found = {"name": slug(one.counted)}
    if one.lag != Lag():
        months = months_back(one.lag)
        found |= {"alias": slug(one), "offset_window": f"{months} month{'s' * (months > 1)}"}
    return found


def ossie(settings: Settings) -> Exported:
    """A semantic model of Open Semantic Interchange, now Apache Ossie.

    It has no word for earlier months: such KPIs are left out.
    """
    every = _known(settings)
    kpis = [kpi for kpi in every if not kpi.has_earlier]
    metrics: list[dict[str, Any]] = []
    for kpi in kpis:
        metric = {"name": slug(kpi), **expression_of(kpi, settings)}
        metric |= {
            "description": _described(kpi),
            "ai_context": {"synonyms": [kpi.name, *kpi.aliases]},
        }
        if own := typed(settings, kpi):
            data = json.dumps(own, ensure_ascii=False)
            metric["custom_extensions"] = [{"vendor_name": OWN, "data": data}]
        metrics.append(metric)
    columns = [(UNIT, "单位", "String"), (MONTH, "月初日期", "Date")]
    for one in _measures(kpis):
        meaning = f"{one.name}：{one.meaning}" + _NO_SUM * (over_time(one) != "sum")
        kind = "Decimal" if one.to_unit > 1 else "Integer"
        columns.append((slug(one), meaning, kind))
    fields = [
        {
            "name": name,
            "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": name}]},
            "description": meaning,
            "datatype": kind,
        }
        for name, meaning, kind in columns
    ]
    model = {
        "name": "kpi",
        "description": _ABOUT,
        "datasets": [
            {"name": TABLE, "source": TABLE, "primary_key": [UNIT, MONTH], "fields": fields}
        ],
        "metrics": metrics,
    }
    content = _yaml({"version": _OSSIE, "semantic_model": [model]})
    left = [kpi.name for kpi in every if kpi.has_earlier]
    return Exported(content, [kpi.name for kpi in kpis], left)


def expression_of(kpi: Kpi, settings: Settings) -> dict[str, Any]:
    """Ossie's metric for a formula."""
    sql = Sql(lambda one: f"{over_units(one).upper()}({TABLE}.{slug(one)})", settings.in_formulas)
    text = sql.text(kpi.expression)
    return {"expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}}


def power_bi(settings: Settings) -> Exported:
    """DAX measures as text, one a line, to paste into Power BI."""
    kpis = _known(settings)
    dax = Dax(_dax_measure, settings.in_formulas)
    lines = [
        "// 由 kpi-xl definitions export --to dax 写出；没有在 Power BI 里试过，用前请核对几个数",
        f"// {_ABOUT}",
        f"// 另要一张日期表 '日历'[日期]，与 '{TABLE}'[{MONTH}] 建立关系",
    ]
    if alone := [one.name for one in _measures(kpis) if over_time(one) != "sum"]:
        lines.append(f"// 只看一个月、不能跨月相加的：{'、'.join(alone)}")
    lines += [
        f"{_dax_name(one.name)} = {over_units(one).upper()}('{TABLE}'[{slug(one)}])"
        for one in _measures(kpis)
    ]
    counted = {one.name for one in _measures(kpis)}
    lines += [
        f"{_dax_name(kpi.name)} = {dax.text(kpi.expression)}"
        for kpi in kpis
        if kpi.name not in counted  # it is but the measure
    ]
    return Exported("\n".join(lines) + "\n", [kpi.name for kpi in kpis], [])


def _dax_measure(one: Measure) -> str:
    name = f"[{one.counted.name}]"
    if one.lag == Lag():
        return name
    return f"CALCULATE({name}, DATEADD('日历'[日期], -{months_back(one.lag)}, MONTH))"


def _dax_name(name: str) -> str:
    return name.replace("[", "(").replace("]", ")")


def _described(kpi: Kpi) -> str:
    unit = f"（{kpi.unit}）"
    return f"{kpi.name} = {kpi.formula}{unit}" + (f"：{kpi.meaning}" if kpi.meaning else "")


def _yaml(content: Mapping[str, Any]) -> str:
    """YAML, written as JSON, which is valid YAML."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


KINDS: Final[Mapping[str, tuple[str, Callable[[Settings], Exported]]]] = {
    "metricflow": ("指标定义.metricflow.yml", metricflow),
    "osi": ("指标定义.osi.yml", ossie),
    "dax": ("指标定义.dax", power_bi),
}
"""The tools, with the file's name and what makes it."""
