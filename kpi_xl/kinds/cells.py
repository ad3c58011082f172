"""Kinds of problems with the cells of raw data."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_WRITE_DAY: Final = "请写成 2024-01-05 这样的日期"
_WRITE_MONTH: Final = "请写成 2024-06 这样的月份"

# Numbers.

NO_NUMBER: Final = Kind("number.unreadable", "不是数字", "请改成数字；没有就清空")
TOO_LARGE: Final = Kind("number.too-large", "数字大得不合理", "请检查是不是填错了列")
DIGITS_LOST: Final = Kind(
    "money.digits-lost",
    "科学计数法，后面的数字已经丢失",
    "请在原始数据里把这一列设为数值格式（保留两位小数）后重新导出",
)
NO_MONEY: Final = Kind("money.unreadable", "不是金额", "请改成以元计的数字")
PARTS_OF_FEN: Final = Kind(
    "money.rounded",
    "金额不止两位小数，已四舍五入到分",
    "如果要精确到分，请改成两位小数",
    set_aside=False,
)
NO_COUNT: Final = Kind("count.unreadable", "不是个数", "请改成整数")
NOT_WHOLE: Final = Kind("count.not-whole", "不是整数", "请改成整数")

# Cells: days and months.

NO_DAY: Final = Kind("date.unreadable", "不是日期", _WRITE_DAY)
SHORT_YEAR: Final = Kind(
    "date.short-year", "年份只有两位，看不出是哪一年", "请把年份写成四位，如 2024-01-05"
)
NO_YEAR: Final = Kind("date.without-year", "没有写年份", "请补上年份，如 2024-01-05")
NO_DAY_IN_MONTH: Final = Kind(
    "date.without-day",
    "只有年月，没有日",
    "请补上日；每月汇总的数据写该月任一天，如 2024-01-31",
)
LATE_UTC: Final = Kind(
    "date.late-utc",
    "写的是世界时（末尾的 Z），在中国已经是第二天，看不出指哪一天",
    "请让系统导出北京时间，或只写日期",
)
NO_SUCH_DAY: Final = Kind("date.impossible", "没有这一天", "请改成正确的日期")
DAY_OUT_OF_RANGE: Final = Kind(
    "date.year-out-of-range", "年份不在 {first} 到 {last} 之间", "请改成正确的日期"
)
DAY_OR_MONTH: Final = Kind(
    "date.order-unknown",
    "看不出哪个是月、哪个是日",
    "请改成 2024-01-05 这样的日期；整列都这样写的，在 kpi.toml 的 [dates] 里写明 "
    'order = "mdy"（月/日/年）或 "dmy"（日/月/年）',
)
DAY_NEEDED: Final = Kind("date.none", "没有写明日期", "请写上实际的日期")
NO_MONTH: Final = Kind("month.unreadable", "不是月份", _WRITE_MONTH)
NO_SUCH_MONTH: Final = Kind("month.impossible", "没有这个月", _WRITE_MONTH)
MONTH_ALONE: Final = Kind("month.without-year", "没有写年份", "请补上年份，如 2024-06")
MONTH_OR_TENFOLD: Final = Kind(
    "month.lost-zero",
    "{value} 看不出是 1 月还是 10 月",
    "请写成 2024-10 或 202410：按数字存放的 2024.10 会变成 2024.1",
)
MONTH_OUT_OF_RANGE: Final = Kind(
    "month.year-out-of-range", "年份不在 {first} 到 {last} 之间", "请改成正确的月份"
)

# Cells: everything else.

FAILED_FORMULA: Final = Kind(
    "cell.formula-failed",
    "单元格是公式错误",
    "请在 Excel 里改正公式，或换成实际的值；没有就清空",
)
NOT_COMPUTED: Final = Kind(
    "cell.formula-not-computed",
    "单元格是公式，还没有算过，不知道是多少",
    "请在 Excel 中打开这个文件，保存一次，再运行",
)
COMPUTED: Final = Kind(
    "column.formulas-computed",
    "{count:,} 个单元格是没有算过的公式，程序替它算出了",
    "请抽查几个；不放心的话，在 Excel 中打开这个文件，保存一次，再运行",
    set_aside=False,
)
FAILED_TEXT: Final = Kind(
    "text.formula-failed",
    "单元格是公式错误，当作空白",
    "请在 Excel 里改正公式，或换成实际的值；没有就清空",
    set_aside=False,
)
EMPTY: Final = Kind("cell.empty", "必填的单元格是空的", "请补上")
UNKNOWN_WORD: Final = Kind("choice.unknown", "不认识的写法", "可以写的有：{words}")
READ_AS_EMPTY: Final = Kind(
    "cell.read-as-empty",
    "{why}，当作{taken}，共 {count} 行",
    "这一行照用，改好以后才用得上这一格：{what_to_do}",
    set_aside=False,
)
# An id in this form has lost digits, but as long as it is the same in all files it still serves.
ID_LOST: Final = Kind(
    "id.digits-lost",
    "编号成了科学计数法，后面的数字已经丢失，按现在的文字使用，共 {count} 行",
    "请在原始数据里把这一列设为文本格式后重新导出，否则不同的编号可能变成同一个",
    set_aside=False,
)
ID_CUT: Final = Kind(
    "id.cut-at-15-digits",
    "这一列的编号超过 15 位，而第 15 位以后没有数字：Excel 按数字存放时会把它们变成 0",
    "请核对原始编号；如果不同，请在原始数据里把这一列设为文本格式后重新导出",
    set_aside=False,
)
