"""零售: the share of visitors who buy, the amount per customer, and sales per head."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.manpower import KPI_AVG_HEADCOUNT
from kpi_xl.catalogue.registry import RETAIL_COURSE
from kpi_xl.formula import Formula

FAMILY = "零售"
kpis = registry.kpis.of(FAMILY)

KPI_VISITORS = kpis.of_measure(
    "KPI_VISITORS",
    "visitors",
    aliases=("客流", "客流量"),
    meaning="本期进店的客户有多少，看位置、推广和陈列能不能把人引进来",
    source=RETAIL_COURSE,
)


KPI_DEALS = kpis.of_measure(
    "KPI_DEALS",
    "deals",
    aliases=("成交单数",),
    meaning="本期成交多少笔",
    source=RETAIL_COURSE,
)


KPI_UNITS_SOLD = kpis.of_measure(
    "KPI_UNITS_SOLD",
    "units_sold",
    meaning="本期卖出多少件",
    source=RETAIL_COURSE,
)


@kpis.kpi(
    "成交率",
    aliases=("进店成交率",),
    meaning="进店的客户里有多少买了；低时看接待、推荐、体验和排班",
    unit="%",
    source=RETAIL_COURSE,
    note="汽车经销也用它看从进店到成交的全程；分子、分母是同一期的数",
)
def KPI_DEAL_RATE(deals: Formula, visitors: Formula) -> Formula:
    return deals / visitors


@kpis.kpi(
    "连带率",
    aliases=("附加率", "客单件数"),
    meaning="平均每笔成交买几件；低时看展示件数、成套陈列和收银前的推荐",
    unit="件",
    number_format="0.00",
    source=RETAIL_COURSE,
)
def KPI_UNITS_PER_TICKET(units_sold: Formula, deals: Formula) -> Formula:
    return units_sold / deals


@kpis.kpi(
    "客单价",
    aliases=("平均订单",),
    meaning="平均每笔成交多少钱，等于连带率 × 件单价",
    unit="元",
    source=RETAIL_COURSE,
)
def KPI_SALES_PER_TICKET(sales: Formula, deals: Formula) -> Formula:
    return sales / deals


@kpis.kpi(
    "件单价",
    meaning="平均每件卖多少钱，看商品结构和折扣",
    unit="元",
    source=RETAIL_COURSE,
)
def KPI_PRICE_PER_UNIT(sales: Formula, units_sold: Formula) -> Formula:
    return sales / units_sold


@kpis.kpi(
    "人均单产",
    aliases=("人均销售额", "人效"),
    meaning="平均每名员工卖多少钱；高于它的人值得请来分享做法",
    unit="元",
    source=RETAIL_COURSE,
)
def KPI_SALES_PER_HEAD(sales: Formula, opening: Formula, closing: Formula) -> Formula:
    return sales / KPI_AVG_HEADCOUNT(opening, closing)
