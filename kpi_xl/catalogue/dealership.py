"""汽车经销: from the customers looked for to those looked after, stage by stage.

The nine stages are those of the course; 成交 stands between 潜在客户跟踪 and 交车, so that there
are nine steps from one count to the next.
"""

from __future__ import annotations

from typing import Final

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.registry import DEALER_COURSE
from kpi_xl.formula import Formula

FAMILY = "汽车经销"
kpis = registry.kpis.of(FAMILY)

_STAGES: Final = DEALER_COURSE + "：销售流程九个环节"
_TEST_DRIVE: Final = DEALER_COURSE + "：试乘试驾流程环节"
_COUNTS: Final = "原文只列环节；这里用同一期两个环节的客户数相除，不追踪同一批客户"


@kpis.kpi(
    "开发来电率",
    meaning="联系过的基盘客户带来多少来电，看客户开发的效果",
    unit="%",
    source=_STAGES,
    note=_COUNTS + "；自己打来的也算，可以超过 100%",
)
def KPI_DEVELOPMENT_CALL_RATE(callers: Formula, developed: Formula) -> Formula:
    return callers / developed


@kpis.kpi(
    "来电进店率",
    meaning="来电的客户引来多少进店，看接听和邀请",
    unit="%",
    source=_STAGES,
    note=_COUNTS + "；没有来电直接进店的也算，可以超过 100%",
)
def KPI_CALL_VISIT_RATE(visitors: Formula, callers: Formula) -> Formula:
    return visitors / callers


@kpis.kpi(
    "需求分析率",
    meaning="进店的客户里有多少问清了需求、介绍了产品，看接待",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_NEEDS_RATE(needs_analysed: Formula, visitors: Formula) -> Formula:
    return needs_analysed / visitors


@kpis.kpi(
    "试乘试驾率",
    meaning="问清需求的客户里有多少体验了车",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_TEST_DRIVE_RATE(test_drives: Formula, needs_analysed: Formula) -> Formula:
    return test_drives / needs_analysed


@kpis.kpi(
    "报价率",
    meaning="试驾过的客户里有多少谈到了价格和成交条件",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_QUOTE_RATE(quoted: Formula, test_drives: Formula) -> Formula:
    return quoted / test_drives


@kpis.kpi(
    "客户跟踪率",
    aliases=("潜在客户跟踪率",),
    meaning="报过价的客户里有多少跟踪到了，没有跟踪的多半买了别家",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_FOLLOW_UP_RATE(followed_up: Formula, quoted: Formula) -> Formula:
    return followed_up / quoted


@kpis.kpi(
    "跟踪成交率",
    meaning="跟踪的客户里有多少成交",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_CLOSE_RATE(deals: Formula, followed_up: Formula) -> Formula:
    return deals / followed_up


@kpis.kpi(
    "交车率",
    meaning="成交的客户里有多少提了车；低时看车源和退订",
    unit="%",
    source=_STAGES,
    note=_COUNTS + "；交上月订的车也算，可以超过 100%",
)
def KPI_DELIVERY_RATE(delivered: Formula, deals: Formula) -> Formula:
    return delivered / deals


@kpis.kpi(
    "售后跟踪率",
    aliases=("交车回访率",),
    meaning="提了车的客户里有多少回访到了，他们的介绍是下一轮的基盘",
    unit="%",
    source=_STAGES,
    note=_COUNTS,
)
def KPI_AFTER_SALES_RATE(after_sales: Formula, delivered: Formula) -> Formula:
    return after_sales / delivered


@kpis.kpi(
    "试乘试驾邀约率",
    meaning="按原文：每位试驾客户对应多少位受邀客户；它的考核目的是让顾问多用试驾展示产品",
    unit="%",
    direction="neutral",
    source=_TEST_DRIVE,
    note="原文印作 邀约客户数 ÷ 试驾客户数，照录，所以一般不低于 100%，高低都不能直接说好坏；"
    "通常的算法是反过来，见“试乘试驾应邀率”",
)
def KPI_TEST_DRIVE_INVITE(invited: Formula, test_drives: Formula) -> Formula:
    return invited / test_drives


@kpis.kpi(
    "试乘试驾应邀率",
    aliases=("试乘试驾到场率",),
    meaning="受邀的客户里有多少真的来试驾了，看邀约的质量和试驾的安排",
    unit="%",
    source=_TEST_DRIVE,
    note="试驾客户数 ÷ 邀约客户数，是通常的算法；原文的“试乘试驾邀约率”印成了它的倒数",
)
def KPI_TEST_DRIVE_SHOW(test_drives: Formula, invited: Formula) -> Formula:
    return test_drives / invited


@kpis.kpi(
    "试乘试驾满意率",
    meaning="试驾过的客户回访时有多少满意，看试驾流程和体验点",
    unit="%",
    source=_TEST_DRIVE,
)
def KPI_TEST_DRIVE_SATISFACTION(drives_satisfied: Formula, test_drives: Formula) -> Formula:
    return drives_satisfied / test_drives


KPI_DEVELOPED = kpis.of_measure(
    "KPI_DEVELOPED",
    "developed",
    meaning="本期联系了多少基盘客户，是来电和进店的来源",
    source=_STAGES,
)


KPI_CALLERS = kpis.of_measure(
    "KPI_CALLERS",
    "callers",
    meaning="本期有多少客户来电",
    source=_STAGES,
)


KPI_NEEDS_ANALYSED = kpis.of_measure(
    "KPI_NEEDS_ANALYSED",
    "needs_analysed",
    meaning="本期问清了多少客户的需求",
    source=_STAGES,
)


KPI_TEST_DRIVES = kpis.of_measure(
    "KPI_TEST_DRIVES",
    "test_drives",
    meaning="本期有多少客户体验了车",
    source=_STAGES,
)


KPI_QUOTED = kpis.of_measure(
    "KPI_QUOTED",
    "quoted",
    meaning="本期同多少客户谈到了价格",
    source=_STAGES,
)


KPI_FOLLOWED_UP = kpis.of_measure(
    "KPI_FOLLOWED_UP",
    "followed_up",
    meaning="本期跟踪到多少报过价的客户",
    source=_STAGES,
)


KPI_DELIVERED = kpis.of_measure(
    "KPI_DELIVERED",
    "delivered",
    meaning="本期交了多少台车",
    source=_STAGES,
)


KPI_AFTER_SALES = kpis.of_measure(
    "KPI_AFTER_SALES",
    "after_sales",
    meaning="本期回访了多少提车客户",
    source=_STAGES,
)
