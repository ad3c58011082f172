"""The Chinese descriptions of functions and arguments in Excel's function wizard.

For a function by counts it comes from the KPI's declaration; for those by analysis and findings
from the docstring; for the others from its first line and the names of their arguments below.
Excel takes 255 characters a text.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.formula import Measure
from kpi_xl.kpi import Kpi
from udfs import functions

CATEGORY: Final = "KPI"
"""The functions' category in the wizard."""

LONGEST: Final = 255
"""So many UTF-16 units may a description have."""

_ARGUMENTS: Final = {
    "signed": "签约日期列：一人一格，可选整列，第一格可以是标题",
    "left": "解约日期列：与签约日期列一一对应，在职的留空；没有人解约时可给一个空格",
    "month": "月份：2024-06、202406、2024年6月，或该月任一天的日期；可选一片区域",
    "months": "月份：一格一个，可选一片区域",
    "day": "日期，或月份（取月末那天）；可选一片区域",
    "first": "开始的日期；写月份则为月末",
    "last": "结束的日期；写月份则为月末",
    "name": "指标的名称、别名或代码，如 活动率；=KPI_NAMES() 列出全部",
    "names": "指标的名称：一格一个，可选一片区域",
    "unit": "单位名称，如 城东营业部；同名的写路径，如 城东营业部/一组；=KPI_UNITS() 列出全部",
    "units": "单位名称：一格一个，可选一片区域",
    "compare": "可省略，为实际值；可写：目标、达成率、差额、上月、环比、去年同期、同比、状态",
    "value": "指标的值，比率写小数或百分数；可选一片区域",
    "as_of": "可省略，为两列里最后的日期：数据到哪一天为止，写月份则为月末",
    "since": "可省略，认为都在：这一天以前离开的人不在名单里，如系统启用的日期",
}
_OWN_ARGUMENTS: Final = {
    ("KPI_RETENTION13", "months"): "可省略：看签约后第几个月，默认 13，也可为 3、6、7、12、25 等",
    ("KPI_SURVIVAL", "months"): "签约满几个月，从 0 起；可选一片区域",
    ("KPI_SURVIVAL_RANGE", "months"): "签约满几个月，从 0 起",
    ("KPI_HELP", "name"): "指标的名称、别名或代码，如 活动率；也可写单位名称，看公式里怎么写它",
}

_NAMES: Final = {
    "signed": "签约日期列", "left": "解约日期列", "month": "月份", "months": "月份", "day": "日期",
    "first": "开始日期", "last": "结束日期", "name": "指标", "names": "指标", "unit": "单位",
    "units": "单位", "compare": "比较", "value": "数值",
    "as_of": "截至日期", "since": "名单起始日",
    "relations": "关系", "points": "分数", "weights": "权重", "fewest": "最少人数",
    "impact": "影响", "skill": "技能", "will": "意愿", "override": "主管判断", "before": "起点",
    "after": "终点", "method": "算法", "premium": "保费", "base": "底薪", "allowance": "补贴",
    "tiers": "提成档", "wished": "想要的收入", "funnel": "漏斗", "done": "完成",
    "elapsed": "已过天数", "days": "天数",
    "history": "往月", "history_days": "往月天数", "values": "数值", "lower": "越低越好",
    "total": "合计", "by": "分法", "activity": "活动率标准", "meaning": "要不要说明",
    "quota": "责任额", "targets": "目标", "floor": "下限", "cap": "上限", "kpi": "指标",
    "owner": "责任人", "amount": "达到多少", "due": "期限", "supports": "支持什么",
    "reached": "以往做到", "quantities": "数量", "goal": "目标", "place": "第几个",
    "planned": "应完成", "locked": "已定的份", "important": "重要", "days_left": "还有几天",
    "urgent_days": "几天算紧急", "tree": "构成", "successes": "做到数", "trials": "总数",
    "confidence": "把握",
}  # fmt: skip
_OWN_NAMES: Final = {
    ("KPI_RETENTION13", "months"): "第几个月",
    ("KPI_SURVIVAL", "months"): "满几个月",
    ("KPI_SURVIVAL_RANGE", "months"): "满几个月",
    ("KPI_DRIVERS", "names"): "因素名称",
    ("KPI_TARGETS", "unit"): "最小单位",
}


@dataclass(frozen=True)
class Described:
    """The description of a function in words.

    Parameters
    ----------
    text : str
        The description of the function's result.
    arguments : mapping of str to str
        What each argument is, in order.
    """

    text: str
    arguments: Mapping[str, str]


def described(function: Callable[..., Any]) -> Described:
    """Describe a function of `udfs.functions`.

    Examples
    --------
    >>> described(functions.KPI_HEADCOUNT).text
    '在职人数：某一天（写月份则为月末）合同有效的人数。'
    """
    code = function.__name__
    text = inspect.getdoc(function) or ""
    names = inspect.signature(function).parameters
    if function in (*functions.BY_ANALYSIS, *functions.BY_TARGETS, *functions.BY_FINDINGS):
        return Described(
            _short(text.splitlines()[0]), {name: _short(_documented(text, name)) for name in names}
        )
    own = function in (*functions.BY_DATA, *functions.BY_ROSTER)
    return Described(
        _short(text.splitlines()[0] if own else _of_kpi(kpis[code])),
        {name: _short(_argument(code, name)) for name in names},
    )


def named_as(call: Callable[..., Any], function: Callable[..., Any]) -> Described:
    """Give a function the name, text and parameters that a host shows.

    Parameters
    ----------
    call : callable
        What the host calls; it is changed.
    function : callable
        A worksheet function, one of `udfs.functions`.

    Returns
    -------
    Described
        The function in words.
    """
    about = described(function)
    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = about.text
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in inspect.signature(function).parameters.values()
        ]
    )
    return about


def _documented(text: str, name: str) -> str:
    """The description of an argument in a docstring, on the line below its name."""
    lines = text.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith(f"{name} : "))
    return lines[place + 1].strip().rstrip("。")


def _of_kpi(kpi: Kpi) -> str:
    bands = f"{kpi.bands.text(kpi.direction, kpi.unit)}。" if kpi.bands is not None else ""
    return f"{kpi.name} = {kpi.on_paper.formula}。{kpi.meaning}。{bands}"


def _argument(code: str, name: str) -> str:
    text = _OWN_ARGUMENTS.get((code, name)) or _ARGUMENTS.get(name)
    if text is not None:
        return text
    symbol = MEASURES[name]
    if isinstance(symbol, Measure):
        return f"{symbol.name}（{symbol.unit}）：{symbol.meaning}；可选一片区域"
    return f"可省略。{symbol.name}：{symbol.meaning}，默认 {symbol.default:g}"


def _short(text: str) -> str:
    """Cut a text to Excel's limit, counted in UTF-16 as VBA counts."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def named(function: str, argument: str) -> str:
    """The Chinese name of an argument.

    Examples
    --------
    >>> named("KPI_RETENTION13", "signed"), named("KPI_RETENTION13", "months")
    ('签约日期列', '第几个月')
    """
    own = _OWN_NAMES.get((function, argument)) or _NAMES.get(argument)
    if own is not None:
        return own
    measure = MEASURES.get(argument)
    return argument if measure is None else measure.name
