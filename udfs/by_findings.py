"""Functions by findings: the judgement of a unit's month, and the causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kpi_xl.analysis.trees import trees
from kpi_xl.analysis.warnings import news_first
from kpi_xl.error_values import error_name
from udfs.arguments import BadArgumentError, month_of, only, word
from udfs.compare import kpi_of, named
from udfs.current import data
from udfs.known_findings import findings_beside
from udfs.results import Result, never_raises

if TYPE_CHECKING:
    from kpi_xl.findings.findings import Findings


def _findings(unit: Any, month: Any) -> tuple[Findings, int]:
    """The findings of a unit's level, and the unit's index in the cube."""
    when = month_of(only(month))
    if isinstance(when, str):
        raise BadArgumentError(when)
    source = data()
    number = source.unit(named(only(unit)))
    return findings_beside(source, number, when), number


@never_raises
def KPI_UNIT_DRIVERS(unit: Any, month: Any, compare: Any = None, tree: Any = None) -> Result:
    """单位的因素分解：业绩（首年新单保费或销售额）的变化分摊到人力、举绩率、件数、件均等因素。

    Parameters
    ----------
    unit : unit name
        单位名称。
    month : month
        月份。
    compare : optional
        可省略为环比；可写 同比、目标、标杆（最好的同级单位）、全公司。
    tree : optional
        可省略；可写 production、productivity、pieces、effort、outlets、dealer、shop 等。

    Returns
    -------
    rows
        标题为 因素、起点、终点、影响；末行是合计，元。
    """
    from kpi_xl.findings.drivers import COMPARISONS, Drivers

    wanted = word(compare) or COMPARISONS[0]
    code = word(tree) or None
    if wanted not in COMPARISONS or code not in (None, *trees()):
        return "#VALUE!"
    findings, number = _findings(unit, month)
    try:
        split = Drivers(findings, code).split(number, wanted)
    except KeyError:
        return "#N/A"
    if split is None:
        return "#N/A"
    table: list[list[Any]] = [["因素", "起点", "终点", "影响"]]
    money = len(split.tree.factors) - 1
    for place, factor in enumerate(split.tree.factors):
        start, end = (split.values[i, place] / (100 if place == money else 1) for i in (0, 1))
        table.append([factor.name, _cell(start), _cell(end), split.shares[place] / 100])
    change = split.after - split.before
    return [*table, ["合计", split.before / 100, split.after / 100, change / 100]]


def _cell(value: Any) -> float | str:
    number = float(value)
    return error_name(number) or number


@never_raises
def KPI_WARNINGS(unit: Any, month: Any) -> Result:
    """预警：单位当月异常和危险的指标，先列新出现的和信号，各按少收的首年保费从大到小。

    Parameters
    ----------
    unit : unit name
        单位名称。
    month : month
        月份。

    Returns
    -------
    rows
        标题为 指标、状态、实际、应达、影响、原因；没有预警则只有标题。
    """
    findings, number = _findings(unit, month)
    place = findings.units.index(number)
    table: list[list[Any]] = [["指标", "状态", "实际", "应达", "影响", "原因"]]
    for warning in news_first(findings.warnings_of(number)):
        kpi = findings.kpis[warning.kpi]
        goal = findings.reference(kpi)[place]
        table.append(
            [
                kpi.name,
                warning.status,
                _cell(warning.value),
                _cell(goal),
                warning.cost / 100 if warning.cost else "",
                "；".join((*warning.reasons, warning.since)),
            ]
        )
    return table


@never_raises
def KPI_ADVICE(name: Any, unit: Any, month: Any) -> Result:
    """诊断：一个指标偏弱的可能原因，按数据里的证据排序，和该采取的措施。

    Parameters
    ----------
    name : KPI name
        指标的名称、别名或代码，如 活动率。
    unit : unit name
        单位名称。
    month : month
        月份。

    Returns
    -------
    rows
        标题为 原因、判断、依据、措施、责任对象、工具、几天内；知识库里没有的指标是 #N/A。
    """
    kpi = kpi_of(named(only(name)))
    findings, number = _findings(unit, month)
    causes = findings.causes(kpi.code, number)
    if not causes:
        return "#N/A"
    remedies = findings.knowledge.topic(kpi.code).remedies
    table: list[list[Any]] = [["原因", "判断", "依据", "措施", "责任对象", "工具", "几天内"]]
    for cause in causes:
        remedy = next(one for one in remedies if cause.cause.id in one.causes)
        proof = "；".join(number.text for number in cause.numbers)
        table.append(
            [
                cause.cause.text,
                cause.verdict,
                proof,
                remedy.text,
                remedy.owner,
                remedy.tool,
                remedy.days,
            ]
        )
    return table


@never_raises
def KPI_UNIT_PEERS(name: Any, unit: Any, month: Any) -> Result:
    """标杆：单位的一个指标，和同级单位里最好的、四分位、中位，以及名次。

    Parameters
    ----------
    name : KPI name
        指标的名称、别名或代码，如 活动率。
    unit : unit name
        单位名称。
    month : month
        月份。

    Returns
    -------
    rows
        本单位、最好、上四分位、中位、下四分位、名次、单位数，一项一行；只在同一渠道里比的写明范围；
        同级单位太少或数据没到齐的，末行说明。
    """
    from kpi_xl.analysis.bands import UNRIPE
    from kpi_xl.findings.ripeness import ripe_text
    from kpi_xl.findings.shown import NOTHING, too_few

    kpi = kpi_of(named(only(name)))
    findings, number = _findings(unit, month)
    if kpi.code not in findings.kpis or not kpi.is_comparable:
        return "#N/A"
    found = findings.peers(kpi.code, number)
    rank, count = findings.rank(kpi.code, number), int(np.asarray(found.count))
    is_told = count >= findings.fewest_peers
    marks = (found.best, found.upper, found.median, found.lower)
    shown = [_cell(mark) if is_told else NOTHING for mark in marks]
    table: list[list[Any]] = [
        ["本单位", _cell(findings.value(kpi.code, number))],
        *map(list, zip(("最好", "上四分位", "中位", "下四分位"), shown, strict=True)),
        ["名次", rank or "#N/A"],
        ["单位数", count],
    ]
    if group := findings.group_of(number):
        table.append(["范围", group])
    if not is_told:
        table.append(["说明", too_few(findings.fewest_peers)])
    if (day := findings.ripe_on(kpi.code, number)) is not None:
        table.append([UNRIPE, ripe_text(day)])
    return table
