"""Kinds of problems with unknown names: KPIs, units, levels, months, views."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_ONE_OF: Final = "可以写的有：{known}"

NO_LEVEL_HERE: Final = Kind("level.unknown", "没有“{level}”这一级", "现有的有：{known}")
NO_PERIOD: Final = Kind("period.unknown", "没有“{name}”这种期间", _ONE_OF)
NO_CATEGORIES: Final = Kind(
    "kpi.without-categories",
    "“{kpi}”没有分类的数据",
    "按类别看的指标有：{mixed}；人员或保单表里要有对应的列（学历、职级、险种、缴费方式）",
)
MONTHS_NOT_UNDERSTOOD: Final = Kind(
    "months.unreadable", "月份写法看不懂", "请写成 2024-06，或 2024-01:2024-06"
)
KPI_UNKNOWN: Final = Kind(
    "kpi.unknown",
    "没有名为“{label}”的指标",
    "运行 kpi-xl explain 可看全部指标",
    near="是不是：{like}？运行 kpi-xl explain 可看全部指标",
)
UNIT_UNKNOWN: Final = Kind(
    "unit.unknown",
    "没有名为“{label}”的单位",
    "有这些单位：{known}，和它们的下属单位",
    near="是不是：{like}",
)
NO_SUCH_DATA: Final = Kind(
    "month.no-data",
    "{month} 没有数据",
    "现有数据从 {first} 到 {last}，请换一个月份，或把该月的文件放进 data 文件夹",
)
UNIT_SEVERAL: Final = Kind("unit.several", "有 {count} 个单位叫“{label}”", "请写全称，如：{paths}")
MONTH_NOT_UNDERSTOOD: Final = Kind(
    "month.not-understood", "月份写法看不懂", "请写成 2024-06、202406 或 2024年6月"
)
UNIT_OR_PERSON: Final = Kind(
    "unit.or-person",
    "单位和个人只能给一个",
    "工作簿要么是一个单位的，要么是一个人的：请去掉一个",
)
UNIT_SEVERAL_HERE: Final = Kind(
    "unit.several-here", "有 {count} 个单位叫“{name}”", "请写路径：{paths}"
)
MONTH_REFUSED: Final = Kind(
    "month.refused", "月份写法看不懂：{reason}", "请写成 2024-06、202406 或 2024年6月"
)
NO_SUCH_LEVEL: Final = Kind(
    "level.not-of-template",
    "没有“{level}”这一层级的单位，或这个模板不能按它生成",
    "可以写的层级有：{known}",
)
NOBODY_THERE: Final = Kind("unit.nobody", "单位“{unit}”在 {month} 没有人", "请核对单位和月份")
NOT_BY_MONTH: Final = Kind("target.not-by-month", "这个指标不能按月分解", _ONE_OF)
NO_PERIOD_OF: Final = Kind("target.no-period", "没有这种期间", _ONE_OF)
TARGET_NUMBER: Final = Kind(
    "target.number", "目标应当是不小于 0 的整数", "请写以元、件或人计的整数"
)
NO_UNITS_OF_LEVEL: Final = Kind("level.no-units", "没有这一层级的单位", "可以写的层级有：{known}")
LESS_THAN_A_YEAR: Final = Kind(
    "target.less-than-a-year", "数据不满十二个月，看不出各月的轻重", "请补上以往月份的数据再分"
)
NO_TREE: Final = Kind("view.no-tree", "没有这个业绩构成", _ONE_OF)
NO_COMPARISON: Final = Kind("view.no-comparison", "没有这种比较", _ONE_OF)
NOT_COMPARABLE: Final = Kind(
    "kpi.not-comparable",
    "这个指标不能在单位之间比较",
    "请换一个比率或人均的指标，如 活动率、人均FYP",
)
NO_DAYS: Final = Kind(
    "view.no-days",
    "没有按日的数据，看不出进度",
    "一个月只有一行的文件请改成按日记；数据在公司数据库里的，只能看最后一个月",
)
TREE_LACKS: Final = Kind(
    "view.tree-lacks",
    "数据里没有这个业绩构成需要的项目：{names}",
    "请补上原始文件；现有的数据，哪一种构成都不够。也可以写一个指标的名称，按它的公式分",
    near="请补上原始文件，或换一个 --tree：{others}",
)
NO_PACE: Final = Kind("kpi.no-pace", "这个指标没有按日的进度", "可以看的有：{known}")
UNIT_NOT_HERE: Final = Kind(
    "unit.not-here", "项目里没有这个单位", "请在工作簿的单位格里写单位的名称，或留空表示全公司"
)
AGENT_NOT_HERE: Final = Kind(
    "agent.not-here", "项目里没有这个工号的人（{month}）", "请在工作簿的工号格里写上工号"
)
NO_GROUPING: Final = Kind("view.no-grouping", "不能按这个分组", _ONE_OF)
GROUPING_ABSENT: Final = Kind(
    "view.grouping-absent",
    "人员表里没有“{column}”，不能按它分组",
    "请在人员表里加一列“{column}”，或换一个分组",
)
