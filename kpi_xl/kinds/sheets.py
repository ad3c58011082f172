"""Kinds of problems with the lines, worksheets and files of raw data."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

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
UNSEEN_CELLS: Final = Kind(
    "column.unseen-cells",
    "有 {count:,} 格的内容看不见（白色的字，或不显示内容的格式），也用上了",
    "请在 Excel 里把这一列的字改成黑色、格式改成“常规”看一看；不该用的请清空",
    set_aside=False,
)
COMMENT_PERHAPS: Final = Kind(
    "row.comment-perhaps",
    "单元格的批注像是说这一行不算，也算了",
    "请核对；不该算的请删去这一行",
    set_aside=False,
)
FOREIGN_MONEY: Final = Kind(
    "money.foreign",
    "金额是{currency}的，没有换算，不能与元相加",
    "请换算成人民币元再放进来；标题或币种写错了的，请改正",
)
CURRENCY_UNKNOWN: Final = Kind(
    "money.currency-unknown",
    "这一列写着“{words}”，不知道是哪种钱，金额都按元算了",
    "请核对；不是人民币的请换算，或删去那些行",
    set_aside=False,
)
PAID_WITHOUT_DAY: Final = Kind(
    "dues.paid-without-day",
    "写着已收，却没有实收日期，当作没有收，共 {count:,} 行",
    "请补上实收日期，否则继续率会算低",
    set_aside=False,
)
NO_DAY_OF_PAYMENT: Final = Kind(
    "dues.no-day-of-payment",
    "有“{there}”，没有“{column}”一列，一笔都不算收到",
    "请把“{column}”一起导出，否则继续率没有数或者算低",
    set_aside=False,
)
NO_AMOUNT_PAID: Final = Kind(
    "dues.no-amount-paid",
    "有“{there}”，没有“{column}”一列，收到的保费都算 0",
    "请把“{column}”一起导出；只有件数的继续率不受影响",
    set_aside=False,
)
DUES_OF_NOTHING_SOLD: Final = Kind(
    "dues.of-nothing-sold",
    "续期里的保单号没有一个在“保单”里，13 个月、25 个月继续率没有数",
    "请核对两张表的保单号是不是同一种号（投保单号、保单号），写法是不是一样",
    set_aside=False,
)
NOT_IN_SALES: Final = Kind(
    "agent.not-in-sales",
    "有 {count:,} 人写着“{words}”，也算在人力里",
    "请核对；不是业务员的请从这张表里删去，或放到另一个文件",
    set_aside=False,
)
REJOINED: Final = Kind(
    "agent.rejoined-beside",
    "有 {count:,} 人写着日期，这一列没有用上：再次入司的，离司以后不算在职",
    "请给再次入司的人另写一行，签约日期写再次入司的那一天",
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
GUIDE_SHEET: Final = Kind("sheet.guide", "是怎样填写的说明，没有读", "不用处理")
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
TARGETS_OR_RESULTS: Final = Kind(
    "sheet.targets-or-results",
    "有实际或达成的数，看不出哪几列是目标，没有读",
    "是目标的列，请在标题里写上“目标”，如“6月目标”“首年度保费目标”；或把目标放在单独的工作表里",
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
