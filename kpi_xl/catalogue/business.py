"""经营: sales, customers, quality and staff, in any trade."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.registry import SALES_COURSE
from kpi_xl.formula import Formula

FAMILY = "经营"
kpis = registry.kpis.of(FAMILY)

_SAME_PERIOD = "分子、分母都是同一期的数，不追踪同一批客户"


KPI_SALES = kpis.of_measure(
    "KPI_SALES",
    "sales",
    aliases=("销售收入", "营业额"),
    meaning="本期卖出多少钱，是业绩的总量",
    source=SALES_COURSE,
)


KPI_NEW_CUSTOMERS = kpis.of_measure(
    "KPI_NEW_CUSTOMERS",
    "new_customers",
    aliases=("新客户获取",),
    meaning="本期新做成的客户有多少，看开拓能力",
    source=SALES_COURSE,
)


@kpis.kpi(
    "转化率",
    aliases=("销售转化率", "客户转化率"),
    meaning="潜在客户里有多少变成了客户，看销售效率",
    unit="%",
    source=SALES_COURSE,
    note=_SAME_PERIOD,
)
def KPI_CONVERSION(new_customers: Formula, leads: Formula) -> Formula:
    return new_customers / leads


@kpis.kpi(
    "回购率",
    aliases=("客户回购率", "复购率"),
    meaning="本期的顾客里有多少是再次来买的，看满意和忠诚",
    unit="%",
    source=SALES_COURSE,
)
def KPI_REPURCHASE(repeat_customers: Formula, customers: Formula) -> Formula:
    return repeat_customers / customers


@kpis.kpi(
    "客户满意度",
    aliases=("满意度", "客户满意率"),
    meaning="调查或回访到的客户里有多少表示满意",
    unit="%",
    source=SALES_COURSE,
    note="原文没有给出算法；这里取满意的客户占回访到的客户的比例",
)
def KPI_SATISFACTION(satisfied: Formula, surveyed: Formula) -> Formula:
    return satisfied / surveyed


@kpis.kpi(
    "客户流失率",
    meaning="期初的客户里本期失去了多少",
    unit="%",
    direction="lower",
    source=SALES_COURSE,
)
def KPI_CHURN(lost_customers: Formula, opening_customers: Formula) -> Formula:
    return lost_customers / opening_customers


@kpis.kpi(
    "客户留存率",
    aliases=("客户保留率",),
    meaning="期初的客户里本期末还留下多少，与客户流失率合为 100%",
    unit="%",
    source=SALES_COURSE,
)
def KPI_CUSTOMER_RETENTION(opening_customers: Formula, lost_customers: Formula) -> Formula:
    return (opening_customers - lost_customers) / opening_customers


@kpis.kpi(
    "毛利率",
    meaning="每卖一元，扣除销售成本以后还剩多少",
    unit="%",
    source=SALES_COURSE,
)
def KPI_GROSS_MARGIN(sales: Formula, cost_of_sales: Formula) -> Formula:
    return (sales - cost_of_sales) / sales


@kpis.kpi(
    "净利率",
    aliases=("利润率",),
    meaning="每卖一元，最后落下多少净利润",
    unit="%",
    source=SALES_COURSE,
)
def KPI_NET_MARGIN(net_profit: Formula, sales: Formula) -> Formula:
    return net_profit / sales


@kpis.kpi(
    "资产回报率",
    aliases=("总资产收益率", "ROA"),
    meaning="每一元资产带来多少净利润，看资产用得好不好",
    unit="%",
    source=SALES_COURSE,
    note="资产取期初和期末的平均",
)
def KPI_ROA(net_profit: Formula, opening_assets: Formula, closing_assets: Formula) -> Formula:
    return net_profit / ((opening_assets + closing_assets) / 2)


@kpis.kpi(
    "市场占有率",
    aliases=("市场份额", "占有率"),
    meaning="市场上同类产品的销售里有多少是自己的，看竞争的地位",
    unit="%",
    source=SALES_COURSE,
    note="原文只列名称；市场销售额取自行业统计，范围要与销售额一致",
)
def KPI_MARKET_SHARE(sales: Formula, market_sales: Formula) -> Formula:
    return sales / market_sales


@kpis.kpi(
    "订单处理时间",
    aliases=("订单处理时长", "平均订单处理时间"),
    meaning="一笔订单从接单到处理完平均要几小时，看内部流程快不快",
    unit="小时",
    direction="lower",
    number_format="#,##0.0",
    source=SALES_COURSE,
    note="原文没有给出算法；这里取本期处理完的订单用的小时数的平均",
)
def KPI_ORDER_TIME(processing_hours: Formula, processed_orders: Formula) -> Formula:
    return processing_hours / processed_orders


@kpis.kpi(
    "生产效率",
    aliases=("工时效率", "劳动效率"),
    meaning="每投入一小时工时完成多少件，看人和设备用得好不好",
    unit="件",
    number_format="#,##0.00",
    source=SALES_COURSE,
    note="原文没有给出算法；这里取完成件数与投入工时的比",
)
def KPI_EFFICIENCY(outputs: Formula, work_hours: Formula) -> Formula:
    return outputs / work_hours


@kpis.kpi(
    "缺陷率",
    aliases=("不合格率", "差错率"),
    meaning="做出来的里面有多少是有毛病的，看内部流程的质量",
    unit="%",
    direction="lower",
    source=SALES_COURSE,
)
def KPI_DEFECT_RATE(defects: Formula, outputs: Formula) -> Formula:
    return defects / outputs


@kpis.kpi(
    "培训参与率",
    aliases=("到训率",),
    meaning="应当参加培训的人次里实际到了多少",
    unit="%",
    source=SALES_COURSE,
)
def KPI_TRAINING(trained: Formula, due_training: Formula) -> Formula:
    return trained / due_training


@kpis.kpi(
    "员工满意度",
    meaning="接受调查的员工里有多少表示满意，低时要防人员流失",
    unit="%",
    source=SALES_COURSE,
    note="原文没有给出算法；这里取满意的员工占接受调查的员工的比例",
)
def KPI_STAFF_SATISFACTION(satisfied_staff: Formula, surveyed_staff: Formula) -> Formula:
    return satisfied_staff / surveyed_staff
