"""The raw tables about work: activities, attendance, targets, counts, ratings."""

from __future__ import annotations

from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.measures import ITEMS
from kpi_xl.catalogue.raw_table import AGENT, OUTLET_CODES, Column, Events, Table


def _count(code: str, name: str, meaning: str, *aliases: str) -> Column:
    return Column(code, name, "count", meaning, aliases=aliases, default="0")


ACTIVITIES: Final = Table(
    "activities",
    "活动",
    "活动量记录，每人每天（或每月汇总）一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "活动日期",
            required=True,
            aliases=("活动日期", "拜访日期", "date"),
        ),
        AGENT,
        Column(
            "outlet",
            "网点",
            "id",
            "拜访的网点代码",
            aliases=("拜访网点", "outlet"),
            sooner=OUTLET_CODES,
        ),
        _count("appointments", "约访数", "约访次数", "约访次数", "约访", "约访量", "appointments"),
        _count(
            "visits", "拜访数", "拜访次数", "拜访次数", "拜访", "拜访量", "拜访客户数", "visits"
        ),
        _count("interviews", "洽谈人数", "洽谈的客户人数", "洽谈", "面谈数", "interviews"),
        _count("closings", "促成人数", "促成的客户人数", "促成", "促成数", "closings"),
        _count("prospects", "意向客户数", "有购买意向的客户数", "意向客户", "prospects"),
        _count("recruiting_talks", "增员面谈数", "增员面谈次数", "增员面谈", "recruiting_talks"),
    ),
    aliases=("活动量", "工作日志", "activities"),
    events=Events("day", of_months=True),
    of_agents=True,
)

ATTENDANCE: Final = Table(
    "attendance",
    "出勤",
    "出勤记录，每人每天一行，或每人每月汇总一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "日期；每月汇总时写该月任一天",
            required=True,
            aliases=("考勤日期", "date"),
        ),
        AGENT,
        _count("days_due", "应出勤", "应出勤天数", "应出勤天数", "days_due"),
        _count(
            "days_present",
            "实出勤",
            "实际出勤天数",
            *("实际出勤天数", "实际出勤", "实出勤天数", "days_present"),
        ),
    ),
    key=("agent", "day"),
    aliases=("考勤", "attendance"),
    events=Events("day", is_ahead=True, of_months=True),
    of_agents=True,
    grid="days",
)

TARGETS: Final = Table(
    "targets",
    "目标",
    "各单位、各人的指标目标",
    (
        Column("month", "月份", "month", "目标月份", required=True, aliases=("目标月份", "month")),
        Column(
            "level",
            "层级",
            "text",
            "分公司、营业部、营业组或业务员；不写的，看单位只能是哪一级",
            required=True,
            aliases=("单位层级", "level"),
            instead="unit",
        ),
        Column(
            "unit",
            "单位",
            "id",
            "单位名称，个人填工号；营业组写作“营业部/营业组”",
            required=True,
            aliases=("单位名称", "机构", "机构名称", "unit"),
        ),
        Column("kpi", "指标", "text", "指标名称或代码", required=True, aliases=("指标名称", "kpi")),
        Column(
            "target",
            "目标值",
            "number",
            "目标值；比率写 0.8 或 80%，金额以元计",
            required=True,
            aliases=("目标", "target"),
        ),
    ),
    key=("month", "level", "unit", "kpi"),
    aliases=("targets",),
    grid="targets",
)

_ALSO_CALLED: Final = {
    "visitors": ("进店客户数", "进店客户", "客流", "客流量"),
    "deals": ("成交客户数", "成交台数", "成交单数"),
    "units_sold": ("件数",),
    "sales": ("销售金额", "销售收入"),
}
"""Other names of what is counted."""

COUNTS: Final = Table(
    "counts",
    "计数",
    "任何行业都能用的计数，每人每天（或每月汇总）每个项目一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "日期；每月汇总时写该月任一天",
            required=True,
            aliases=("date",),
        ),
        Column(
            "agent",
            "工号",
            "id",
            "记在谁名下；客流等不属于某一个人的，记在店长名下",
            required=True,
            aliases=AGENT.aliases,
        ),
        Column(
            "item",
            "项目",
            "choice",
            "数的是什么，如进店人数、试乘试驾客户数、成交笔数、销售额",
            required=True,
            aliases=("项目名称", "item"),
            choices=tuple(
                (label, item.code)
                for item in ITEMS
                for label in (item.name, item.code, *_ALSO_CALLED.get(item.code, ()))
            ),
        ),
        Column(
            "quantity",
            "数量",
            "money",
            "数量，整数；金额以元计，最多两位小数",
            required=True,
            aliases=("数", "数值", "金额", "quantity"),
        ),
    ),
    aliases=("counts",),
    events=Events("day", of_months=True),
    of_agents=True,
)

RATINGS: Final = Table(
    "ratings",
    "360评分",
    "360 度评价的打分，每个打分的人给每个被评的人一行；工作簿里只有平均分，人少的一方不显示",
    (
        Column(
            "agent",
            "工号",
            "id",
            "被评的人的工号",
            required=True,
            aliases=("被评人工号", "被评价人工号", "被评人", *AGENT.aliases),
        ),
        Column("month", "月份", "month", "哪个月的评价", required=True, aliases=("评价月份",)),
        Column(
            "relation",
            "关系",
            "choice",
            "打分的人是被评的人的什么人",
            required=True,
            aliases=("评价关系", "评价人关系", "relation"),
            choices=(
                *((name, name) for name in ("上级", "同级", "下级", "客户", "自评")),
                ("上司", "上级"),
                ("同事", "同级"),
                ("平级", "同级"),
                ("下属", "下级"),
                ("本人", "自评"),
                ("自己", "自评"),
            ),
        ),
        Column(
            "rater",
            "评分人",
            "id",
            "谁打的分，可以是匿名的编号，只用来看出重复",
            required=True,
            aliases=("评价人", "打分人", "评分人编号", "评分人工号", "rater"),
        ),
        Column(
            "points",
            "分数",
            "number",
            "0 到 100 分",
            required=True,
            aliases=("得分", "评分", "points"),
        ),
    ),
    key=("agent", "month", "relation", "rater"),
    aliases=("360评价", "360度", "ratings"),
    unknown_agent=kinds.UNKNOWN_RATED,
)
