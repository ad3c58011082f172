"""Kinds of problems with a file of definitions from another tool or another project."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_MEASURE_IT: Final = "请在“统计项”里写条件、自己数出来，再在公式里用它"
_SAY_IT: Final = "请照它的意思自己写公式，见“自己的指标”一页"

YAML_UNREADABLE: Final = Kind(
    "yaml.unreadable",
    "YAML 写法有误，从这里起看不懂",
    "请核对这一行的缩进、冒号和引号；有花括号的文字要加引号",
)
YAML_TAG: Final = Kind("yaml.tag", "YAML 里有标签 {tag}", "标签不读，请去掉它，把内容直接写出来")
YAML_KEY_TWICE: Final = Kind("yaml.key-twice", "“{key}”在一处写了两次", "请只留一个")
YAML_TOO_LARGE: Final = Kind(
    "yaml.too-large", "文件太大，或引用展开以后太大", "最多 {most} 万字，请分成几个文件"
)
DEFINITION_FILE_KIND: Final = Kind(
    "definition-file.kind",
    "认不出这是哪一种定义文件",
    "可以读 MetricFlow、OSI 的 .yml、.yaml、.json，别的项目的 指标定义.xlsx 和 kpi.toml",
)
DEFINITION_FILE_MIXED: Final = Kind(
    "definition-file.mixed", "MetricFlow 的和 OSI 的写在一个文件里", "请分成两个文件"
)
DEFINITION_FILE_EMPTY: Final = Kind(
    "definition-file.empty",
    "里面没有指标",
    "MetricFlow 写在 metrics、semantic_models 或 models 里，OSI 写在 semantic_model 的 metrics 里",
)
METRIC_SHAPE: Final = Kind(
    "metric.shape", "“{metric}”：{key} 的写法看不懂", "请照 MetricFlow、OSI 的规范改正"
)
METRIC_TWICE: Final = Kind("metric.twice", "“{metric}”在文件里定义了两次", "请只留一个")
METRIC_KEY: Final = Kind(
    "metric.key", "“{metric}”写了 {key}，这里没有这个意思", "请去掉它；" + _SAY_IT
)
METRIC_OFF: Final = Kind("metric.off", "“{metric}”在文件里是停用的", "要用请改成启用")
METRIC_TYPE: Final = Kind("metric.type", "“{metric}”是 {type} 指标，这里没有这一种", _SAY_IT)
METRIC_CUMULATIVE: Final = Kind(
    "metric.cumulative",
    "“{metric}”是累计指标（window、grain_to_date）",
    "年初累计查的时候选“累计”就有；几个月的平均请写 移动平均(…, 3)",
)
METRIC_CONVERSION: Final = Kind(
    "metric.conversion",
    "“{metric}”是转化指标：一件事以后多久有另一件事",
    "请在数据里给后一件事写上前一件事的编号或日期，自己统计",
)
METRIC_FILTER: Final = Kind(
    "metric.filter", "“{metric}”有筛选条件：{filter}", "这里的项目没有这个条件；" + _MEASURE_IT
)
METRIC_FILL: Final = Kind(
    "metric.fill",
    "“{metric}”把没有的数填成 {value}（fill_nulls_with）",
    "这里没有行的月份是 0，数据开始以前没有数；别的请写成 IFERROR(…, {value})",
)
METRIC_WINDOW: Final = Kind(
    "metric.window",
    "“{metric}”取 {window} 以前的数",
    "这里只有整月、整季、整年以前的：上月、去年同期",
)
METRIC_TO_GRAIN: Final = Kind(
    "metric.to-grain", "“{metric}”取一段时间开头的数（offset_to_grain）", _SAY_IT
)
METRIC_MEASURE_UNKNOWN: Final = Kind(
    "metric.measure-unknown",
    "“{metric}”用到的“{name}”这里没有",
    "请把它在文件里的名称或 label 写成这里的名称或代码；没有的先在“统计项”里定义",
    near="是不是：{like}？请把它在文件里的名称或 label 写成这里的名称或代码",
)
METRIC_MEASURE_SEVERAL: Final = Kind(
    "metric.measure-several",
    "“{metric}”用到的“{name}”像这里的几个：{found}",
    "请在文件里只留一个名称",
)
METRIC_NO_SUM: Final = Kind(
    "metric.no-sum",
    "“{metric}”把“{name}”当成一列来 {agg}，这里它是算出来的指标",
    "请在公式里直接用它",
)
METRIC_AGG: Final = Kind(
    "metric.agg",
    "“{metric}”里“{name}”的合计方法是 {agg}，这里不是",
    "两边的数会不一样；请核对，要文件里的算法就在“统计项”里定义",
)
METRIC_ROWS: Final = Kind(
    "metric.rows", "“{metric}”先逐行算了再合计：{expr}", "这里没有这个数；" + _MEASURE_IT
)
METRIC_INPUT_LEFT: Final = Kind(
    "metric.input-left", "“{metric}”用到的“{name}”没有读进来", "请先改正“{name}”"
)
METRIC_CIRCLE: Final = Kind("metric.circle", "“{metric}”绕了一圈又用到自己", "请改正文件里的公式")
METRIC_DIALECT: Final = Kind(
    "metric.dialect", "“{metric}”没有 SQL 的写法，只有 {dialects}", "请补上 ANSI_SQL 的写法"
)
METRIC_SQL: Final = Kind("metric.sql", "“{metric}”的 SQL 看不懂：{sql}", "请核对写法；" + _SAY_IT)
METRIC_SQL_PART: Final = Kind(
    "metric.sql-part",
    "“{metric}”的 SQL 里有 {part}，这里说不了",
    "可以用 + - * /、CASE、COALESCE、NULLIF、ABS、ROUND、比较、AND、OR、NOT",
)
METRIC_SQL_NO_ELSE: Final = Kind(
    "metric.sql-no-else",
    "“{metric}”的 CASE 有没有值的一支：{part}",
    "请补上 ELSE，每一支都写出数",
)
METRIC_SQL_NULL: Final = Kind(
    "metric.sql-null",
    "“{metric}”里 {part} 的数可能是空的，各种数据库、Excel 的结果不一样",
    "请先用 COALESCE 说明空的算多少",
)
METRIC_HERE: Final = Kind(
    "metric.here",
    "“{metric}”这里已经有，意思不一样或认不出一样：这里是 {here}",
    "两个都要，请在文件里换一个名称和 label",
)
METRIC_REFUSED: Final = Kind("metric.refused", "“{metric}”不能用：{reason}", "{advice}")
