"""Kinds of problems with a whole raw file, or with the raw data as a whole."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind
from kpi_xl.kinds.sheets import ADD_COLUMNS, HEADINGS_NEAR

_AS_LEAVERS: Final = "；“{leavers}”没有签约日期，只当作离职人员名单"
NOT_FILLED_IN: Final = Kind(
    "table.not-filled-in",
    "还没有填写{table}",
    "请打开这个文件，在“{table}”工作表里从第二行起填写；已有现成的{table}文件，"
    "放在同一个文件夹里也可以",
    hints=(_AS_LEAVERS,),
)
NOTHING_USABLE: Final = Kind(
    "data.nothing-usable", "没有可用的数据", "请先运行 kpi-xl check，按校验报告改正后再试"
)
MIXED_ENCODINGS: Final = Kind(
    "file.mixed-encodings",
    "这一行的文字编码与其他行不同（UTF-8 与 GBK 混在一个文件里），或者文件不完整",
    "请检查这一行是不是从别的文件粘贴来的；请在 Excel 里打开原始数据，另存为“CSV "
    "UTF-8（逗号分隔）”或 .xlsx",
)
WORKBOOK_AS_CSV: Final = Kind(
    "file.workbook-named-csv",
    "文件其实是 Excel 工作簿，只是名字以 .csv 结尾",
    "请把扩展名改为 .xlsx（旧版的 .xls 请在 Excel 里另存为 .xlsx）",
)
NUL_IN_TEXT: Final = Kind(
    "file.nul-in-text",
    "文件不是文本文件，或已损坏（有空字符）",
    "请重新导出；如果是 Excel 工作簿，请把扩展名改为 .xlsx",
)
NEITHER_ENCODING: Final = Kind(
    "file.unknown-encoding",
    "文字编码既不是 UTF-8 也不是 GBK，读不了",
    "请在 Excel 里打开原始数据，另存为“CSV UTF-8（逗号分隔）”或 .xlsx",
)
ENCODING_BROKEN: Final = Kind(
    "file.encoding-broken",
    "文件编码有误，读不了",
    "请在 Excel 里打开原始数据，另存为“CSV UTF-8（逗号分隔）”或 .xlsx",
)
FILE_INCOMPLETE: Final = Kind(
    "file.incomplete", "文件不完整或已损坏，可能只复制或下载了一半", "请重新导出或重新复制这个文件"
)
SHEET_UNREADABLE: Final = Kind(
    "sheet.unreadable",
    "工作表读不了，文件可能已损坏",
    "请在 Excel 里打开这个文件，确认内容完整后另存一份",
)
NOT_A_WORKBOOK: Final = Kind(
    "file.only-named-workbook",
    "文件不是 Excel 工作簿，只是名字以 {suffix} 结尾",
    "请在 Excel 里打开，另存为“Excel 工作簿 (*.xlsx)”",
)
DAY_TOO_LARGE: Final = Kind(
    "sheet.day-too-large",
    "工作表里有日期格式的数字大得没有这一天，读不了",
    "请在 Excel 里找到显示为 ##### 的单元格，改成正确的日期或清空",
)
FILE_LOCKED: Final = Kind(
    "file.password",
    "文件有打开密码，读不了",
    "请在 Excel 里打开，用“文件→信息→保护工作簿→用密码进行加密”清空密码后另存",
)
OLD_FILE_DAMAGED: Final = Kind(
    "file.old-format-damaged",
    "旧版格式的文件已损坏，或者加了密，读不了",
    "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”",
)
FILE_EMPTY: Final = Kind("file.empty", "文件是空的", "请重新导出这个文件")
FILE_IN_USE: Final = Kind(
    "file.in-use", "文件打不开，可能正被别的程序使用", "请在 Excel 里关闭这个文件再试"
)
COLUMNS_MISSING: Final = Kind(
    "table.lacking-columns",
    "{table}表缺少必需的列：{columns}",
    ADD_COLUMNS,
    hints=(*HEADINGS_NEAR, "；其他工作表（{others}）里也没有"),
)
HEADINGS_ALIKE: Final = Kind(
    "table.headings-alike",
    "有 {count} 列的标题相同（{names}），不知道该用哪一列",
    "请删去多余的列，或把标题改得不同，再在 kpi.toml 的 [columns.{table}] 里写明用哪一个",
)
PAGE_WITHOUT_TABLE: Final = Kind(
    "file.page-without-table",
    "文件是网页，里面没有表格",
    "请从系统里重新导出为 Excel 或 CSV，不要另存网页",
)
MARKUP_TOO_LARGE: Final = Kind(
    "file.too-large", "文件太大，读不了", "请在 Excel 里打开，另存为 .xlsx"
)
CELLS_FAR_AWAY: Final = Kind(
    "file.cells-far-away",
    "有内容的单元格离表格太远，中间几乎都是空的，读不了",
    "请在 Excel 里打开，删去表格以外的行和列，另存为 .xlsx",
)
NOT_PARQUET: Final = Kind(
    "file.not-parquet", "文件不是 Parquet 文件，或不完整、已损坏", "请重新导出或重新复制这个文件"
)
COLUMN_OF_OTHER_TYPE: Final = Kind(
    "column.type", "这一列的类型（{type}）不能用", "请改用文本、数字或日期类型"
)
NOT_READ: Final = Kind("file.format", "不能读 {suffix} 文件", "请另存为 .xlsx 或 .csv")
WITHOUT_SUFFIX: Final = Kind(
    "file.without-suffix", "不能读没有扩展名的文件", "请另存为 .xlsx 或 .csv"
)
NO_SUCH_FILE: Final = Kind("file.missing", "文件不存在", "请检查文件名")
_LAST_CELL: Final = (
    "请在 Excel 里按 Ctrl+End 找到最后的单元格，删去表格以外的行和列后保存；"
    "或把表格复制到新的工作簿"
)
LAST_CELL_FAR: Final = Kind(
    "sheet.cells-far-away",
    "工作表有内容的单元格一直到 {cell}，中间几乎都是空的，读不了",
    _LAST_CELL,
)
NO_DATA_FOLDER: Final = Kind(
    "data.no-folder", "没有数据文件夹“{folder}”", "请建立这个文件夹，把原始文件放进去"
)
FILE_NAMED_MISSING: Final = Kind(
    "file.named-and-missing",
    "kpi.toml 的 [files] 里写的“{pattern}”没有找到",
    "请检查文件名，文件要放在“{data}”里",
)
SAME_CONTENT: Final = Kind(
    "file.same-content", "与“{other}”内容完全相同，{table}会重复计算", "请删去其中一个"
)
CHANGING_ALL_THE_TIME: Final = Kind(
    "data.changing", "原始文件在读取时一直有改动", "请等文件写完，再运行一次"
)
TARGET_UNIT_SEVERAL: Final = Kind(
    "target.unit-several",
    "目标表 {month} 的“{label}”：有 {count} 个单位叫这个名字",
    "请在目标表的“单位”列写全称：{paths}",
)
DAYS_OF_NO_MONTH: Final = Kind(
    "day-grid.no-month",
    "考勤表的标题只有几号，不知道是哪年哪月",
    "请在表格上面、工作表名或文件名里写上年月，如“2024年6月考勤”",
)
DAYS_OF_OTHER_MONTH: Final = Kind(
    "day-grid.other-month",
    "考勤表的标题是“{heading}”，文件名、工作表名或表格上面写的却是{month}，不知道哪个对",
    "请改成一样的月份，或把标题写成完整的日期，如 2024-06-01",
)
DAYS_OF_TWO_MONTHS: Final = Kind(
    "day-grid.two-months",
    "考勤表的标题从 {first} 排到 {last}，是两个月的日子，和业务月截止的那一天对不上，"
    "不知道从哪个月开始",
    "请把标题写成完整的日期，如 2024-05-26；业务月不在月底结束的，"
    "在 kpi.toml 的 [rules] 里写 month_cut，如 month_cut = 25",
)
MONTHS_OF_NO_YEAR: Final = Kind(
    "target-grid.no-year",
    "目标表的标题只有几月，不知道是哪一年",
    "请在表格上面、工作表名或文件名里写上年份，如“2024年目标”；跨年的，标题里写“2024年4月”",
)
TABLE_MISSING: Final = Kind(
    "table.missing",
    "数据文件夹里没有{table}表",
    "请放入文件名里有“{names}”之一的 .xlsx 或 .csv 文件，或运行 kpi-xl map 选是哪个文件",
    hints=(
        "（文件夹里没有读的文件：{others}）",
        "（文件夹里读作别的表的：{taken}；一张工作表里有两张表的，请分成两张工作表）",
        _AS_LEAVERS,
    ),
)
_HEADINGS: Final = (
    "标题行要在前 {within} 行里，要有这些标题：{wanted}；请检查是不是放错了文件，"
    "或在 kpi.toml 的 [columns.{table}] 里写明对应的标题"
)
NO_HEADING_ROW: Final = Kind(
    "table.no-headings", "找不到{table}表的标题行", _HEADINGS, hints=("（文件里的标题：{there}）",)
)
NO_SHEET_OF_TABLE: Final = Kind(
    "table.no-sheet-with-headings",
    "没有一张工作表有{table}表的标题行（文件里的工作表：{sheets}）",
    _HEADINGS,
    hints=("（文件里的标题：{there}）",),
)
RAW_BOMB: Final = Kind(
    "file.unpacks-too-large",
    "解压后大得不正常（{part}），可能是恶意文件",
    "不要使用这个文件；确认来源后请对方重新导出一份",
)
RAW_PART_TWICE: Final = Kind(
    "file.part-twice",
    "文件里有两份“{part}”，不知道哪一份是真的",
    "请在 Excel 里打开核对，另存为 .xlsx；打不开的请重新导出",
)
UNITS_BY_FORMAT: Final = Kind(
    "amount.units-by-format",
    "这一列的单元格格式把数字显示成不同的单位，不知道是多少元",
    "请在 Excel 里选中这一列，把单元格格式改成“常规”，核对数字是不是标题写的单位，再保存",
)
_IN_REPORT: Final = "请看校验报告，改好后放回 data 文件夹"
ROWS_SET_ASIDE: Final = Kind("raw.rows-set-aside", "搁置 {rows:,} 行", _IN_REPORT)
FILES_LEFT_OUT: Final = Kind(
    "raw.not-read", "没有读 {files:,} 个文件或工作表（{names}）", _IN_REPORT
)
REMARKS: Final = Kind("raw.remarks", "提示 {remarks:,} 条", "请看校验报告", set_aside=False)
