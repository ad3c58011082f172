"""活动: the share of agents who work and sell, their activities, and the success of these."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.manpower import KPI_AVG_HEADCOUNT
from kpi_xl.catalogue.registry import ACTIVITY_COURSE, marketing
from kpi_xl.formula import Formula
from kpi_xl.kpi import Bands

FAMILY = "活动"
kpis = registry.kpis.of(FAMILY)


KPI_PRODUCERS = kpis.of_measure(
    "KPI_PRODUCERS",
    "producers",
    aliases=("实动人数", "实动人力"),
    meaning="本期真正出了主险业绩的人数",
    source=marketing(14),
    headline=True,
)


@kpis.kpi(
    "活动率",
    aliases=("举绩率", "实动率"),
    meaning="平均人数里有多少人出了业绩；低时看出勤、拜访量和基础管理，三大核心能力（PAR）之一",
    unit="%",
    source=marketing(14),
    bands=Bands(0.80, source="《如何运用KPI解决问题》：营业单位活动率不低于 80%"),
    headline=True,
)
def KPI_ACTIVITY(producers: Formula, opening: Formula, closing: Formula) -> Formula:
    return producers / KPI_AVG_HEADCOUNT(opening, closing)


@kpis.kpi(
    "出勤率",
    meaning="应出勤的人次里实际到了多少；能见到人才谈得上辅导，活动率大致跟着出勤率走",
    unit="%",
    source=marketing(15),
    headline=True,
)
def KPI_ATTENDANCE(days_present: Formula, days_due: Formula) -> Formula:
    return days_present / days_due


@kpis.kpi(
    "签单率",
    aliases=("促成率",),
    meaning="洽谈的客户里有多少促成，看面谈和促成技能",
    unit="%",
    source=ACTIVITY_COURSE,
    headline=True,
)
def KPI_SIGN_RATE(closings: Formula, interviews: Formula) -> Formula:
    return closings / interviews


@kpis.kpi(
    "网点活动率",
    aliases=("网点开单率",),
    meaning="负责的网点里有多少出了单，看网点经营的广度",
    unit="%",
    source=ACTIVITY_COURSE,
    headline=True,
)
def KPI_OUTLET_ACTIVITY(active_outlets: Formula, outlets: Formula) -> Formula:
    return active_outlets / outlets


KPI_APPOINTMENTS = kpis.of_measure(
    "KPI_APPOINTMENTS",
    "appointments",
    aliases=("约访量",),
    meaning="本期约了多少次客户，是拜访的来源",
    source=ACTIVITY_COURSE,
)


KPI_VISITS = kpis.of_measure(
    "KPI_VISITS",
    "visits",
    aliases=(
        "拜访量",
        "拜访次数",
    ),
    meaning="本期拜访客户或网点多少次，是一切业绩的起点",
    source=ACTIVITY_COURSE,
)


KPI_INTERVIEWS = kpis.of_measure(
    "KPI_INTERVIEWS",
    "interviews",
    aliases=(
        "面谈人数",
        "洽谈数",
    ),
    meaning="本期和多少客户谈到了保障和产品",
    source=ACTIVITY_COURSE,
)


KPI_CLOSINGS = kpis.of_measure(
    "KPI_CLOSINGS",
    "closings",
    aliases=("促成数",),
    meaning="本期有多少客户签了单",
    source=ACTIVITY_COURSE,
)


KPI_PROSPECTS = kpis.of_measure(
    "KPI_PROSPECTS",
    "prospects",
    aliases=("意向客户",),
    meaning="本期新添了多少有意向的客户，是下月的来源",
    source=ACTIVITY_COURSE,
)


KPI_RECRUITING_TALKS = kpis.of_measure(
    "KPI_RECRUITING_TALKS",
    "recruiting_talks",
    aliases=("增员面谈",),
    meaning="本期同多少准增员对象面谈，是增员的来源",
    source=ACTIVITY_COURSE,
)
