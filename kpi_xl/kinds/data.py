"""What can be wrong with raw data: cells, rows, files that are left out, and between tables."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_WRITE_DAY: Final = "请写成 2024-01-05 这样的日期"
_WRITE_MONTH: Final = "请写成 2024-06 这样的月份"

# Cells: numbers.

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
    "{count:,} 个单元格是没有算过的公式，已用 {by} 算出",
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

# Lines and files.

TOTALS: Final = Kind(
    "line.totals", "合计行，不是一条记录", "不用处理；不想再看到这条提示，请删去合计行"
)
OPEN_QUOTE: Final = Kind(
    "line.open-quote", "引号没有配对", "请检查这一行的引号，补上或删去多余的一个"
)
CELLS_OF_LINE: Final = Kind(
    "line.number-of-cells",
    "有 {cells} 个单元格，标题行有 {headings} 个",
    "请检查这一行是不是多了或少了分隔符；内容里有分隔符的单元格要加引号",
)
ONLY_HEADINGS: Final = Kind(
    "file.only-headings",
    "只有标题行，没有数据",
    "请检查是不是导出时没有选中数据",
    set_aside=False,
)

NAME_CONTRADICTED: Final = Kind(
    "file.name-contradicted",
    "文件名像是{named}，标题行却是{table}表的，按{table}读了",
    '请核对；不对的话，在 kpi.toml 的 [files] 里写明 "{named}" = "{file}"',
    set_aside=False,
)

HIDDEN_ROWS: Final = Kind(
    "file.hidden-rows",
    "有 {count:,} 行是隐藏的（筛选掉的，或手工隐藏的），也读了",
    "请在 Excel 里取消筛选和隐藏看一看；不该算的请删去",
    set_aside=False,
)
HEADINGS_AGAIN: Final = Kind(
    "line.headings-again", "又是标题行，不是一条记录", "不用处理；不想再看到这条提示，请删去这一行"
)
OTHER_TABLE: Final = Kind(
    "line.of-another-table",
    "第 {row} 行起是另一张表（{table}的标题行），不是上面那张表的记录，没有读",
    "请把那张表放到另一张工作表或另一个文件里",
)
STRUCK_ROW: Final = Kind(
    "line.struck-through",
    "整行划了删除线，当作不算的行",
    "要算的，请去掉删除线；不算的不用处理，想不再看到这条提示，请删去这一行",
)
STRUCK_AND_ENDED: Final = Kind(
    "column.struck-and-ended",
    "有 {count:,} 行整行划了删除线，这一列写着日期，照读了",
    "不用处理；整条记录都不该算的，请删去这一行",
    set_aside=False,
)
STRUCK_CELLS: Final = Kind(
    "column.struck-cells",
    "有 {count:,} 格划了删除线，第一格在第 {row} 行，也用上了",
    "请核对；不该用的请清空",
    set_aside=False,
)
STRUCK_BY_RULE: Final = Kind(
    "file.struck-by-rule",
    "有条件格式会划上删除线，它的条件没有看，这些行都照读了",
    "请在 Excel 里看一看哪些行划了删除线；不该算的请删去",
    set_aside=False,
)
SAID_NOT_TO_COUNT: Final = Kind(
    "row.said-not-to-count",
    "写着“{words}”，当作不算的行",
    "要算的，请清空这一格，或运行 kpi-xl map 把这一列选作不用；不算的不用处理",
)
PERHAPS_NOT_TO_COUNT: Final = Kind(
    "row.perhaps-not-to-count",
    "写着“{words}”，也算了，共 {count:,} 行",
    "请核对；不该算的请删去这些行",
    set_aside=False,
)
BELOW_NOT_TO_COUNT: Final = Kind(
    "line.below-not-to-count",
    "这一行只写着“{words}”，像是说别的行不算；那些行都照读了",
    "请核对；不该算的行请删去",
)
UNIT_IN_SHEET_NAME: Final = Kind(
    "agent.unit-in-sheet-name",
    "工作表名“{name}”像是{column}，表里没有{column}一列，这些人没有归入任何{column}",
    "请在表里加一列“{column}”写上“{name}”；不是单位的不用处理",
    set_aside=False,
)
HIDDEN_COLUMN: Final = Kind(
    "column.hidden",
    "这一列是隐藏的，也用上了",
    "请在 Excel 里取消隐藏看一看；不该用的请删去，或运行 kpi-xl map 换一列",
    set_aside=False,
)
SAID_OF_NO_FILE: Final = Kind(
    "sheets.of-no-file",
    "kpi.toml 的 [sheets] 里有这一段，但没有哪个文件或工作表叫这个名字，这一段没有用上",
    "请核对名字；文件已经不用了的，请删去这一段",
    set_aside=False,
)
COLUMN_NOT_USED: Final = Kind(
    "column.not-used",
    "这一列像是{column}，但标题不认识，没有用上",
    "是的话，请运行 kpi-xl map，或把标题改成“{column}”；不是的不用处理",
    set_aside=False,
)
STATUS_UNKNOWN: Final = Kind(
    "column.status-unknown",
    "这一列里的“{words}”不知道是什么意思，当作{usual}",
    "请运行 kpi-xl map 说明它们的意思，或说整列都不看",
    set_aside=False,
)
DAYS_NOT_USED: Final = Kind(
    "column.days-not-used",
    "这一列是日期，标题不认识，没有用上；会不会是{column}",
    "是的话，请运行 kpi-xl map，或把标题改成“{column}”；不是的不用处理",
    set_aside=False,
)
COLUMN_WITHOUT_HEADING: Final = Kind(
    "column.without-heading",
    "{where}的列没有标题，有 {count} 格内容，没有用上",
    "是要用的数据，请补上标题；标题是公式的，请在 Excel 里打开文件保存一次；不是的不用处理",
    set_aside=False,
)
SMALL_AMOUNTS: Final = Kind(
    "money.too-small",
    "金额的中位数只有 {median} 元，单位会不会是万元",
    "是万元的，请运行 kpi-xl map 选单位，或在标题里写明，如“首年保费（万元）”；确实是元的不用处理",
    set_aside=False,
)
RIDERS_BY_NAME: Final = Kind(
    "policy.riders-by-name",
    "{count:,} 行的险种名称里有“附加”，但没有主附险一列，都算了主险，件数可能偏多",
    "请加一列“主附险”，写主险或附加险；都是主险的不用处理",
    set_aside=False,
)
AMOUNTS_DIFFER: Final = Kind(
    "money.unlike-other-files",
    "金额的中位数是 {median} 元，其他文件是 {others} 元，单位会不会不同",
    "请核对单位；是万元的，请在标题里写明，如“首年保费（万元）”",
    set_aside=False,
)
TOTAL_DIFFERS: Final = Kind(
    "file.total-differs",
    "文件自己的合计（{label}）是 {own}，读到 {read}",
    "请核对有没有行搁置、漏掉或重复；合计行是旧的，请在 Excel 里重新计算",
    set_aside=False,
)

# Files and worksheets that are not read.

_SAY_WHICH: Final = "请运行 kpi-xl map 选它是哪张表，或在 kpi.toml 的 [files] 里指定"
UNREADABLE: Final = Kind("file.unreadable", "文件读不了：{reason}", "改好以后再放进来：{advice}")
ARCHIVE: Final = Kind("file.archive", "压缩包，里面的文件没有读", "请解压到 data 文件夹里")
NOT_A_TABLE: Final = Kind(
    "file.not-a-table",
    "不是表格文件（{suffix}）",
    "里面有要用的数据，请另存为 .xlsx 或 .csv；没有的不用处理",
)
UNRECOGNISED: Final = Kind(
    "file.unrecognised",
    "文件名里没有表名，标题行也认不出是哪张表",
    "可运行 kpi-xl map 选它是哪张表，或在 kpi.toml 的 [files] 里指定",
    hints=("；文件里的标题：{headings}",),
)
ADD_COLUMNS: Final = (
    "请补上这些列，或在 kpi.toml 的 [columns.{table}] 里写明对应的标题，"
    '如 "{example}" = "文件里的标题"'
)
HEADINGS_NEAR: Final = (
    "（文件里相近的标题：{like}）",
    "（文件里没有用上的标题：{unused}）",
)
LACKING: Final = Kind(
    "file.lacking-columns",
    "像是{table}表，缺少必需的列：{columns}",
    "是这张表的话，" + ADD_COLUMNS,
    hints=HEADINGS_NEAR,
)
EMPTY_SHEET: Final = Kind("sheet.empty", "工作表是空的", "不用处理")
HIDDEN_SHEET: Final = Kind(
    "sheet.hidden", "隐藏的工作表，没有读", "要用的话，请在 Excel 里取消隐藏；不用的请删去"
)
SAID_NOT_TO_READ: Final = Kind(
    "file.said-not-to-read", "kpi.toml 的 [sheets] 里写着不读", "要用的话，请运行 kpi-xl map 再选"
)
NO_HEADINGS: Final = Kind(
    "sheet.without-headings",
    "没有哪张表的标题行",
    "要用的话，请核对标题行；不是数据的不用处理",
)
CONTINUED: Final = Kind(
    "sheet.continued",
    "没有标题行，但列数与读进来的表相同，像是它的续页，没有读",
    "要用的话，请接到那张表的下面，或补上标题行后另存为 .xlsx；不是数据的请删去",
)
PUT_ASIDE: Final = Kind(
    "sheet.put-aside", "工作表名里写着不是要用的数据，没有读", "要用的话，请改工作表名"
)
NOT_CHOSEN: Final = Kind(
    "file.not-chosen",
    "是{table}表，但 kpi.toml 的 [files] 里写的是“{files}”",
    "也要用的话，请在 [files] 里加上这个文件",
)
RENEWALS_OR_NOT: Final = Kind(
    "file.renewals-or-new",
    "名字像是续期，标题行却是保单表的，不知道是新单还是续期，没有读",
    "是续期的，请把标题写成应收日期、应收保费，或在 kpi.toml 的 [columns.续期] 里写明对应的标题；"
    '是新单的，请在 [files] 里写明 "保单" = "{file}"',
)
NOT_TELLING: Final = Kind(
    "file.headings-common", "标题行里只有许多表都有的列，看不出是哪张表", _SAY_WHICH
)
SEVERAL_TABLES: Final = Kind(
    "file.headings-of-several", "标题行可能是几张表的（{tables}），没有读", _SAY_WHICH
)

# Rows.

NO_UNIT: Final = Kind(
    "agent.no-unit",
    "没有写{level}，他的业绩不会算进哪个{level}",
    "请补上；本来就不属于哪个{level}的不用改",
    set_aside=False,
)
NEGATIVE: Final = Kind(
    "number.negative",
    "{column}是负数，已照用",
    "冲正、退保的负数不用处理；否则请改正",
    set_aside=False,
)
LEFT_BEFORE_SIGNED: Final = Kind(
    "agent.left-before-signed",
    "解约日期早于签约日期（{signed}）",
    "请改正其中一个日期；还在职就清空解约日期",
)
SIGNED_TWICE: Final = Kind(
    "agent.signed-before-left",
    "{where}的同一工号此时还没有解约",
    "请在前一行补上或改正解约日期；同一个人只签约一次的，请删去多余的行",
    set_aside=False,
)
PART_OF_ONE: Final = Kind("counts.not-whole", "这个项目的数量应是整数", "请改成整数")
POINTS_OUT_OF_RANGE: Final = Kind(
    "ratings.out-of-range", "分数不在 0 到 100 之间", "请改成百分制的分数"
)
NO_LEVEL: Final = Kind("target.no-such-level", "没有这个层级", "可以写的有：{levels}")
NO_KPI: Final = Kind("target.no-such-kpi", "没有这个指标", "请改成指标清单里的名称或代码")
LIKE_KPI: Final = Kind("target.misspelt-kpi", "没有这个指标", "是不是：{like}")
REPEATED: Final = Kind("row.repeated", "与{where}重复", "请删去重复的行")
CONFLICTING: Final = Kind(
    "row.conflicting",
    "{key}与{where}相同，但{columns}不同；用了前一行",
    "请核对哪一行是对的，删去另一行",
)
CUT_ALIKE: Final = Kind(
    "id.cut-alike",
    "编号的后几位已经丢失（Excel 按数字存放只留 15 位），与{where}分不清是不是同一个，没有用",
    "不要删去这一行：请在原始数据里把这一列设为文本格式后重新导出",
)
RIDER_OR_REPEATED: Final = Kind(
    "policy.rider-or-repeated",
    "保单号与{where}相同，{columns}不同，又没有写险种，分不清是附加险还是重复，没有用",
    "是附加险的，请加上“险种”列；是重复的，请删去一行",
)
SUM_OF_OTHERS: Final = Kind(
    "row.sum-of-others",
    "最后一行的金额正好是上面各行之和，样样都填了，当作一条记录",
    "是合计行的，请删去，或在保单号、工号里写“合计”；是记录的不用处理",
    set_aside=False,
)

LEFT_WITHOUT_DAY: Final = Kind(
    "agent.left-without-day",
    "写着“{status}”，却没有解约日期，不知道在职到哪一天",
    "请补上解约日期；还在职的，请改状态",
)
NO_TRANSFER: Final = Kind(
    "transfer.no-move",
    "写着“{status}”，不是调动",
    "离司写在人员表的解约日期里，入司写在签约日期里；这一行不用处理",
)
LEFT_BY_TRANSFER: Final = Kind(
    "transfer.left",
    "写着“{status}”，不是调动，当作 {day} 离司，与人员表的解约日期核对",
    "不用处理",
)
NO_TARGET_UNIT: Final = Kind(
    "transfer.nowhere", "没有写调到哪里", "请补上调入的营业部、营业组；离司写在人员表的解约日期里"
)
WITHDRAWN_WITHOUT_DAY: Final = Kind(
    "policy.withdrawn-without-day",
    "写着“{status}”，却没有撤单日期，不知道算在哪个月",
    "请补上撤单日期；没有撤单的，请改状态",
)
ENDED_WITHOUT_DAY: Final = Kind(
    "policy.ended-without-day",
    "写着“{status}”，却没有终止日期，当作有效",
    "请补上终止日期，否则继续率会算高；犹豫期内撤单的，请补上撤单日期",
    set_aside=False,
)
PERHAPS_EXPIRY: Final = Kind(
    "policy.perhaps-expiry",
    "几乎每张保单都有{column}，而且都在承保满一年以后，会不会是保险期满的日期",
    "是期满日期的，请把标题改成“期满日期”，否则继续率会算错；确实都终止了的不用处理",
    set_aside=False,
)
TAKEN_FOR_WITHDRAWAL: Final = Kind(
    "policy.taken-for-withdrawal",
    "承保后 {days} 天内退保，当作犹豫期撤单",
    "不是的话，请把标题改成终止日期，撤单的写在撤单日期里",
    set_aside=False,
)
PERHAPS_WITHDRAWAL: Final = Kind(
    "policy.perhaps-withdrawal",
    "承保后 {days} 天退保，不知道在不在犹豫期内，当作退保",
    "在犹豫期内的，请写在撤单日期里，或加一列“是否犹撤”",
    set_aside=False,
)
DAY_IN_FUTURE: Final = Kind(
    "date.in-future", "日期还没有到（今天是 {today}）", "请核对年份，改正日期"
)
SIGNED_IN_FUTURE: Final = Kind(
    "agent.signed-in-future",
    "签约日期还没有到（今天是 {today}）",
    "请核对年份；确实以后才签约的不用处理",
    set_aside=False,
)
DAY_FAR_AHEAD: Final = Kind(
    "date.far-ahead",
    "日期在一年以后（今天是 {today}），会不会写错了年份",
    "请核对年份；确实是那一天的不用处理，还没有定的请清空",
    set_aside=False,
)
PERCENT_OR_RATIO: Final = Kind(
    "target.percent-or-ratio",
    "标题写着百分数，不知道 {value} 是百分之几，还是几成",
    "请写明百分号，如 80%",
)
RATIO_TOO_LARGE: Final = Kind(
    "target.ratio-too-large",
    "比率的目标写着 {value}，就是 {percent}，大得不合理",
    "请写成 80% 或 0.8；写的都是百分数的，请把标题改成“目标值（%）”",
)
UNITS_IN_FIRST_ROWS: Final = Kind(
    "agent.units-in-first-rows",
    "{level}只写在每个{level}的第一行，另有 {count} 行空着，没有归入任何{level}",
    "请在每一行都写上{level}：在 Excel 里取消合并，再向下填充",
    set_aside=False,
)

CHANGED_IN_NEWER: Final = Kind(
    "row.changed-in-newer-file",
    "更新的{where}里{columns}不同，用了更新的",
    "请看一眼对不对；对的不用处理",
)
SAME_IN_NEWER: Final = Kind(
    "file.repeated-in-newer-file",
    "有 {count} 行在更新的文件里原样都有，只算一次",
    "不用处理",
    set_aside=False,
)
MISSING_NOW: Final = Kind(
    "agent.missing-in-newer-file",
    "更新的“{newer}”里没有这个人了，没有解约日期，仍算在职",
    "已经离开的，请补上解约日期",
    set_aside=False,
)
IN_TWO_FILES: Final = Kind(
    "row.in-two-files", "与文件“{where}”里的一行完全相同，只算一次", "请删去其中一个文件里的"
)
SAME_DAY_ELSEWHERE: Final = Kind(
    "row.same-day-in-two-files",
    "同一个人同一天在文件“{where}”里也有，数字不同，两行都算了",
    "请核对是不是重复；重复的请删去一行",
    set_aside=False,
)

UNKNOWN_MARK: Final = Kind(
    "attendance.unknown-mark",
    "不认识的考勤记号“{mark}”，或这个月没有这一天，共 {count} 格，没有算（第 {row} 行起）",
    "可以写：√、出勤、迟到（算出勤），事假、病假、旷工、×（算缺勤），休（不算应出勤）",
    set_aside=False,
)
BLANK_DAYS: Final = Kind(
    "attendance.blank-days",
    "工作日里有 {count} 格空着，没有算应出勤",
    "缺勤的请写旷工、事假等；休息或还没有来的不用处理",
    set_aside=False,
)

# Lists that go into 人员, and outlets.

LEFT_BY_LIST: Final = Kind(
    "agent.left-by-list",
    "人员表里没有解约日期，按“{where}”算 {day} 离司",
    "请核对；不对的，请改正那一行",
    set_aside=False,
)
LEFT_OTHERWISE: Final = Kind(
    "agent.left-otherwise",
    "解约日期是 {left}，“{where}”里写的是 {day}，用了人员表的",
    "请核对是哪一天，改正另一个",
    set_aside=False,
)
LEAVER_UNKNOWN: Final = Kind(
    "leaver.unknown",
    "人员表里没有这个工号在 {day} 以前签约，这条离司用不上",
    "请核对工号和日期，或把这个人补进人员表",
    set_aside=False,
)
BY_OUTLET: Final = Kind(
    "policy.agent-by-outlet",
    "没有写工号，有 {count} 行按网点表里负责这个网点的人算",
    "请核对网点表里的工号",
    set_aside=False,
)
OUTLET_OF_NOBODY: Final = Kind(
    "policy.outlet-of-nobody",
    "没有写工号，网点“{outlet}”也不知道由谁负责，共 {count} 行，归入“{unassigned}”",
    "请补上工号，或把这个网点和负责人的工号写进网点表",
    set_aside=False,
)
OUTLET_MEANT: Final = Kind(
    "outlet.written-otherwise",
    "网点表里没有“{given}”，只能是“{outlet}”，已按它使用，共 {count} 行（差在{how}）",
    "请核对是不是同一个网点；不是的，请改正",
    set_aside=False,
)
UNKNOWN_OUTLET: Final = Kind(
    "outlet.unknown",
    "网点表里没有这个网点，共 {count} 行，它的业绩不算进网点活动率",
    "请核对代码，或把这个网点补进网点表",
    set_aside=False,
    hints=("；网点表里“{like}”都像，分不出是哪一个",),
)

# Units.

UNIT_MEANT: Final = Kind(
    "unit.written-otherwise",
    "{level}“{given}”只能是“{name}”，已按它使用，共 {count} 行（差在{how}）",
    "请核对是不是同一个{level}；不是的，请把两个名称改得不同",
    set_aside=False,
)
UNIT_LIKE_OTHERS: Final = Kind(
    "unit.like-others",
    "{level}“{given}”像是“{like}”，看不出是不是同一个，当作单独的{level}，共 {count} 行",
    "同一个{level}请写成一样的；不是的，请把名称改得不同",
    set_aside=False,
)
UNIT_WITHOUT_UPPER: Final = Kind(
    "unit.without-upper",
    "{level}“{unit}”有 {count} 行没有写{upper}，别的行写着“{name}”，当作两个{level}",
    "请在这些行补上{upper}",
    set_aside=False,
)
TARGET_OF_NO_UNIT: Final = Kind(
    "target.unknown-unit",
    "没有这个{level}，它的目标用不上，共 {count} 行",
    "请写成人员表里的名称；分公司写 kpi.toml 里的名称，个人写工号",
    set_aside=False,
    hints=("；是不是：{like}",),
)

# Between tables.

_ASIDE: Final = "；人员表有 {aside} 行搁置，他在其中的，先改好那一行"
AGENT_MEANT: Final = Kind(
    "agent.written-otherwise",
    "人员表里没有“{given}”，只能是“{id}”，已按它使用，共 {count} 行（差在{how}）",
    "请核对是不是同一个人；不是的，请改正工号",
    set_aside=False,
)
UNKNOWN_AGENT: Final = Kind(
    "agent.unknown",
    "人员表里没有这个工号，共 {count} 行，归入“{unassigned}”",
    "请核对工号，或把这个人补进人员表",
    set_aside=False,
    hints=(_ASIDE, "；人员表里“{like}”都像，分不出是哪一个"),
)
UNKNOWN_RATED: Final = Kind(
    "ratings.unknown-agent",
    "人员表里没有这个工号，打的分不算",
    "请核对工号，或把这个人补进人员表",
    set_aside=False,
    hints=(_ASIDE,),
)
UNKNOWN_KEEPER: Final = Kind(
    "outlet.unknown-agent",
    "人员表里没有这个工号",
    "请核对工号，或把这个人补进人员表",
    set_aside=False,
    hints=(_ASIDE,),
)
ISSUED_EARLY: Final = Kind(
    "policy.before-signed",
    "承保日期早于业务员签约日期（{signed}）",
    "请核对承保日期、工号和人员表里的签约日期",
    set_aside=False,
)
ISSUED_LATE: Final = Kind(
    "policy.after-left",
    "承保日期晚于业务员解约日期（{left}）",
    "请核对承保日期、工号和人员表里的解约日期；孤儿单请改为接手人的工号",
    set_aside=False,
)

# Tables of a company's own database, of which rows are counted and not listed.

ROWS_EMPTY: Final = Kind("rows.empty", "有 {count} 行没有填，不参与计算", "请在数据库里补上")
ROWS_UNKNOWN: Final = Kind(
    "rows.unknown-choice", "有 {count} 行写的认不得", "请在数据库里改成：{words}", set_aside=False
)
ROWS_REPEATED: Final = Kind(
    "rows.repeated",
    "{key}相同的多出 {count} 行，会重复计算",
    "请在数据库里删去重复的行",
    set_aside=False,
)
