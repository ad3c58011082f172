"""比较: any quantity compared with its target, the period before, or last year."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.registry import ACTIVITY_COURSE, marketing
from kpi_xl.formula import Base, Formula, Measure
from kpi_xl.kpi import Bands

FAMILY = "比较"
kpis = registry.kpis.of(FAMILY)


@kpis.kpi(
    "达成率",
    aliases=("目标达成率", "完成率"),
    meaning="实际达成了目标的多少",
    unit="%",
    source=ACTIVITY_COURSE,
    bands=Bands(1.0, source="目标本身"),
)
def KPI_ATTAINMENT(actual: Measure, target: Measure) -> Formula:
    return actual / Base(target)


@kpis.kpi(
    "同比",
    aliases=("同比增长", "同比增长率"),
    meaning="比去年同一期增长了多少，排除了季节的影响",
    unit="%",
    source=marketing(15),
)
def KPI_YOY(current: Measure, last_year: Measure) -> Formula:
    return (current - last_year) / Base(last_year)


@kpis.kpi(
    "环比",
    aliases=("环比增长", "环比增长率"),
    meaning="比上一期增长了多少，看近期的变化",
    unit="%",
    source=marketing(15),
)
def KPI_MOM(current: Measure, previous: Measure) -> Formula:
    return (current - previous) / Base(previous)
