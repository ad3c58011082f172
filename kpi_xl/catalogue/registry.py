"""The one registry that every family of the catalogue declares its KPIs in."""

from __future__ import annotations

from typing import Final

from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.kpi_registry import Registry

kpis: Final = Registry(MEASURES)
"""Every KPI by code."""

HANDBOOK: Final = "平安公开的健康度标准"


def marketing(page: int) -> str:
    """The source: a page of the course on marketing KPIs, where most formulas come from."""
    return f"《营销KPI指标说明与绩效分析及改善措施》第 {page} 页"


ACTIVITY_COURSE: Final = "《银行保险网点活动量管理》"

DEALER_COURSE: Final = "《销售流程关键KPI管理和提升技巧》"
RETAIL_COURSE: Final = "《KPI与销售管理》"
SALES_COURSE: Final = "《KPI工具概述》"
