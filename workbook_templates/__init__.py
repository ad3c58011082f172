"""The official templates: .xlsx files, and the scripts that build them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["NAMES", "OFFICIAL", "Official", "name_of", "offered", "path"]


class Official(NamedTuple):
    """An official template.

    Attributes
    ----------
    builder : str
        The module of this package that builds it.
    sign : str
        The character that stands for it in SLOTS.md.
    of_a_trade : bool
        Whether it is the month's report of one trade, of no use to others.
    """

    builder: str
    sign: str
    of_a_trade: bool = False


OFFICIAL: Final = {
    "月度KPI表": Official("monthly_kpi", "月"),
    "销售漏斗月报": Official("sales_funnel", "漏", of_a_trade=True),
    "门店月度KPI表": Official("shop_month", "店", of_a_trade=True),
    "留存分析表": Official("retention", "留"),
    "月度目标设定、达成表": Official("monthly_targets", "标"),
    "营业部经理月度KPI设定表": Official("manager_kpis", "设"),
    "专题、培训计划表": Official("training_topics", "训"),
    "团队技能培训计划": Official("skill_training", "技"),
    "业务改善措施计划": Official("improvement_plan", "改"),
    "上月改善措施进展检讨": Official("improvement_progress", "进"),
    "月度经营检讨": Official("monthly_review", "营"),
    "周工作计划": Official("weekly_plan", "周"),
    "周计划及检讨表": Official("weekly_review", "检"),
    "主管日程": Official("manager_schedule", "程"),
    "营业部经理行事历": Official("manager_agenda", "历"),
    "营业部每周活动情况统计表": Official("weekly_statistics", "统"),
    "客户经理工作日志": Official("person_log", "志"),
    "销售主管工作日志": Official("manager_log", "管"),
    "每日活动检查表": Official("daily_check", "查"),
    "技能意愿评估框": Official("skill_will", "框"),
}
"""The templates by name, in the order of menus: the only list of them."""

NAMES: Final = tuple(OFFICIAL)
"""The templates' names."""


def offered(report: str = "") -> tuple[str, ...]:
    """The templates that a project has use for.

    Parameters
    ----------
    report : str
        What its month's report is: of those of one trade that is offered.

    Examples
    --------
    >>> "门店月度KPI表" in offered("月度KPI表"), "门店月度KPI表" in offered("门店月度KPI表")
    (False, True)
    """
    return tuple(name for name in NAMES if name == report or not OFFICIAL[name].of_a_trade)


def name_of(module: str) -> str:
    """The name of the template that a module builds.

    Parameters
    ----------
    module : str
        The value of the module's ``__name__``.

    Raises
    ------
    KeyError
        It builds none.

    Examples
    --------
    >>> name_of("workbook_templates.weekly_plan")
    '周工作计划'
    """
    return {f"{__name__}.{one.builder}": name for name, one in OFFICIAL.items()}[module]


def path(name: str) -> Path:
    """Where a template is.

    Parameters
    ----------
    name : str
        The name of the template, one of `NAMES`.

    Raises
    ------
    KeyError
        There is no such template.

    Examples
    --------
    >>> path("周工作计划").name
    '周工作计划.xlsx'
    """
    if name not in NAMES:
        raise KeyError(name)
    return Path(__file__).parent / f"{name}.xlsx"
