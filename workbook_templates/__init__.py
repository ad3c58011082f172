"""The official templates: .xlsx files, and the scripts that build them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

__all__ = ["NAMES", "path"]

NAMES: Final = (
    "月度KPI表",
    "销售漏斗月报",
    "门店月度KPI表",
    "月度目标设定、达成表",
    "营业部经理月度KPI设定表",
    "专题、培训计划表",
    "团队技能培训计划",
    "业务改善措施计划",
    "上月改善措施进展检讨",
    "月度经营检讨",
    "周工作计划",
    "周计划及检讨表",
    "主管日程",
    "营业部经理行事历",
    "营业部每周活动情况统计表",
    "客户经理工作日志",
    "销售主管工作日志",
    "每日活动检查表",
    "技能意愿评估框",
)
"""The templates by name."""


def path(name: str) -> Path:
    """Where a template is.

    Parameters
    ----------
    name : str
        One of `NAMES`.

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
    return Path(str(resources.files(__name__))) / f"{name}.xlsx"
