"""Kinds of problems with a project's own measures: conditions, aggregations, weights."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

CONDITION_TOO_LONG: Final = Kind(
    "condition.too-long", "条件有 {length} 个字，太长", "请用“属于 {{…}}”合并，或拆成几个指标"
)
CONDITION_TOO_DEEP: Final = Kind("condition.too-deep", "条件的括号套得太深", "请拆成几个指标")
CONDITION_UNFINISHED: Final = Kind(
    "condition.unfinished",
    "条件没有写完",
    "请这样写：险种 属于 {{年金, 终身寿}} 且 首年保费 > 5000",
)
CONDITION_NOT_EXPECTED: Final = Kind(
    "condition.not-expected",
    "条件里的“{text}”放得不对",
    "请这样写：险种 属于 {{年金, 终身寿}} 且 首年保费 > 5000；值里有空格、括号、逗号的加引号",
)
CONDITION_ASKS_NOTHING: Final = Kind(
    "condition.asks-nothing",
    "条件里“{column}”后面的“{text}”看不懂",
    "可以写：= ≠ < > <= >= 属于 不属于 包含 开头是 为空 不为空",
)
CONDITION_NO_TEXT: Final = Kind(
    "condition.no-text", "“{column}”不是文字，不能用包含、开头是", "请用 =、属于、< 或 >"
)
CONDITION_NO_ORDER: Final = Kind(
    "condition.no-order", "“{column}”不分大小", "请用 =、≠、属于、不属于"
)
CONDITION_PARTS_OF_FEN: Final = Kind("condition.parts-of-fen", "比分还小", "金额最多两位小数")
CONDITION_VALUE: Final = Kind(
    "condition.value", "条件里的“{text}”不能是“{column}”的值", "请改正条件", hints=("；{why}",)
)
CONDITION_OF_NOTHING: Final = Kind(
    "condition.of-nothing", "条件里的引号里什么也没有", "要找没有填的请写 为空，填了的写 不为空"
)
CONDITION_WILDCARD: Final = Kind(
    "condition.wildcard",
    "条件里的“{text}”有 * 或 ?，这里不代表别的字",
    "请写 开头是、结尾是或包含；就是这个符号的，加上引号",
)
CONDITION_WORD: Final = Kind(
    "condition.word",
    "“{column}”里没有“{text}”这个值",
    "可以写的有：{known}",
    near="是不是：{like}",
)
NO_SUCH_COLUMN: Final = Kind(
    "measure.no-such-column",
    "{table}表里没有“{name}”这一列",
    "可以写的有：{known}；原始文件里另外的列，先写在 kpi.toml 的 [own_columns] 里",
    near="是不是：{like}；原始文件里另外的列，先写在 kpi.toml 的 [own_columns] 里",
)
MEASURE_NO_TABLE: Final = Kind("measure.no-table", "没有写数哪一张表", "请写表名：{known}")
MEASURE_TABLE: Final = Kind(
    "measure.table", "没有“{name}”这张表", "可以写的有：{known}", near="是不是：{like}"
)
MEASURE_TABLE_OF_NOBODY: Final = Kind(
    "measure.table-of-nobody", "{table}表的行不属于哪一个人，不能这样数", "请换一张有工号的表"
)
MEASURE_TAKEN: Final = Kind("measure.taken", "没有写统计什么", "可以写的有：{known}")
MEASURE_TAKEN_UNKNOWN: Final = Kind(
    "measure.taken-unknown", "统计“{text}”看不懂", "可以写的有：{known}"
)
MEASURE_TAKEN_BOUND: Final = Kind(
    "measure.taken-bound",
    "统计里的“{text}”写了要达到多少",
    "统计只写 去重人数 或 去重 某列；达标（kpi.toml 里是 reach）另写，如 合计 首年保费 >= 3000",
)
CONDITION_OF_SUMS: Final = Kind(
    "condition.of-sums",
    "条件是一行一行看的，一行没有合计、笔数",
    "一个人合起来要达到多少，写在达标（kpi.toml 里是 reach）里，如 合计 首年保费 >= 3000",
)
REACH_OF_PEOPLE: Final = Kind(
    "reach.of-people",
    "写了达标的，统计只能是去重人数或去重 某列",
    "请改正统计；哪些行算，写在条件里",
)
REACH_UNKNOWN: Final = Kind(
    "reach.unknown",
    "达标里的“{text}”看不懂",
    "请这样写：合计 首年保费 >= 3000，或 计数 >= 2；几个用 且、或 连起来",
)
REACH_ORDER: Final = Kind(
    "reach.order", "达标里的“{sum}”只能比大小", "请用 >=、>、< 或 <=；正好几件的写 >= 2 且 < 3"
)
REACH_TOO_FINE: Final = Kind("reach.too-fine", "达标里的“{text}”太细", "最多四位小数")
REACH_OF_NOTHING: Final = Kind(
    "reach.of-nothing",
    "照这样写，一行也没有的人也达标，而没有行的人数不出来",
    "请写要达到的数，如 计数 >= 1；没有达到的人数，用 期末人数 减去达到的",
)
MEASURE_NO_COLUMN: Final = Kind(
    "measure.no-column", "“{word}”后面没有写是哪一列", "请这样写：{word} 首年保费"
)
MEASURE_NO_NUMBERS: Final = Kind(
    "measure.no-numbers", "“{column}”里不是数，不能{word}", "请换一列；数不同的值用“去重 {column}”"
)
MEASURE_NO_DAY: Final = Kind("measure.no-day", "“{column}”不是日期", "日期列可以写：{known}")
MEASURE_TABLE_WITHOUT_DAY: Final = Kind(
    "measure.table-without-day", "{table}表没有日期列", "请换一张有日期的表"
)
CONDITION_VALUE_NOT_THERE: Final = Kind(
    "condition.value-not-there",
    "{table}的{column}里没有“{value}”，只有相近的：{like}",
    "请改成文件里的写法；以后才会有的，可以不改",
)
MEASURE_TOO_LARGE: Final = Kind(
    "measure.too-large",
    "统计出来的数太大，整数放不下，没有算",
    "请核对统计的列（是不是编号、电话）和条件；有折算的，系数少写几位小数",
    hints=("；最大的在 {month}，工号 {agent}",),
)
EACH_NOT_KNOWN: Final = Kind(
    "each.not-known",
    "“{column}”有哪几种，没有写出来",
    "请在列名后面写出来，如 {column} {{甲, 乙, 其他}}；没有写出的归“其他”",
)
EACH_TOO_MANY: Final = Kind(
    "each.too-many", "一下子分成 {count} 种，太多", "最多 {most} 种；少见的归“其他”"
)
EACH_LABELS: Final = Kind(
    "each.labels", "写了每的一行是几个指标，不能写代码、别名", "请清空代码、别名，或分成几行写"
)
SHARE_OF_ALL: Final = Kind(
    "measure.share-of-all",
    "占比没有写是哪些行的，全部占全部总是 100%",
    "请写条件，如 缴费方式 <> 趸交；要一种一个占比的，写每，如 缴费方式",
)
WEIGHTS_OF_SUMS: Final = Kind("weights.of-sums", "只有合计和计数能折算", "请去掉折算，或改成合计")
WEIGHTS_UNKNOWN: Final = Kind(
    "weights.unknown",
    "没有“{name}”这张折算表",
    '请在 kpi.toml 的 [weights."{name}"] 里写',
    near="是不是：{like}",
)
WEIGHTS_WRONG: Final = Kind("weights.wrong", "折算表“{name}”自己有错", "请先改正折算表")
WEIGHTS_OF_OTHER_TABLE: Final = Kind(
    "weights.of-other-table", "折算表“{name}”是{of}表的，不能用在{table}表", "请核对表名"
)
WEIGHTS_NO_COLUMN: Final = Kind(
    "weights.no-column", "折算表要有一列、也只有一列系数", "请把那一列叫作：{known}"
)
WEIGHTS_BY_NOTHING: Final = Kind(
    "weights.by-nothing", "折算表除了系数没有别的列", "请加上{table}表的列，如 险种"
)
WEIGHTS_TOO_MANY: Final = Kind(
    "weights.too-many", "折算表多于 {most} 行", "请合并：一格里可以写 {{甲, 乙}}、10-19、>=20"
)
WEIGHTS_LINE_OF_ALL: Final = Kind(
    "weights.line-of-all", "折算表的这一行没有写是哪一种", "其余的一行写“{word}”，放在第一列"
)
WEIGHTS_NO_OTHERS: Final = Kind(
    "weights.no-others",
    "折算表没有写其余的算多少",
    "请加一行，第一列写“{word}”：没有列出的按它算，不计的写 0",
)
WEIGHTS_NO_NUMBER: Final = Kind("weights.no-number", "系数“{text}”不是数", "请写数，如 0.35 或 35%")
WEIGHTS_TOO_FINE: Final = Kind(
    "weights.too-fine", "系数“{text}”太细或太大", "系数最多 {digits} 位小数，不超过 {largest}"
)
WEIGHTS_SECTION: Final = Kind(
    "weights.section",
    "折算表“{name}”看不懂",
    "请写 table、columns 和 rows，或 table 和 file",
)
WEIGHTS_KEY: Final = Kind(
    "weights.key",
    '[weights."{name}"] 里没有“{key}”这一项',
    "可以写的有：{known}",
    near="是不是：{like}",
)
WEIGHTS_NO_TABLE: Final = Kind(
    "weights.no-table", "折算表“{name}”没有写是哪一张表的", '请加上 table = "保单"'
)
WEIGHTS_EMPTY: Final = Kind("weights.empty", "折算表是空的", "第一行写列名，下面一行写一种情形")
WEIGHTS_NO_FILE: Final = Kind(
    "weights.no-file", "没有折算表这个文件", "路径相对 kpi.toml 所在的文件夹"
)
WEIGHTS_UNREADABLE: Final = Kind(
    "weights.unreadable", "折算表读不了", "请另存为 CSV UTF-8 或 .xlsx"
)
OWN_NAME: Final = Kind(
    "own.name", "“{name}”不能做名称", "名称用汉字、字母、数字，最长 40 个字，和文件里的写法一样"
)
OWN_COLUMN_TAKEN: Final = Kind(
    "own.column-taken", "“{name}”就是标准列“{other}”", "不用另写，条件里直接用它"
)
OWN_COLUMN_KEY: Final = Kind(
    "own.column-key",
    "列“{name}”没有“{key}”这一项",
    "可以写的有：{known}",
    near="是不是：{like}",
)
OWN_COLUMN_KIND: Final = Kind(
    "own.column-kind", "列“{name}”没有写是什么，或“{kind}”看不懂", "可以写的有：{known}"
)
OWN_COLUMN_CHOICES: Final = Kind(
    "own.column-choices",
    "列“{name}”是选项才写 choices，是选项就要写",
    '请这样写：{{ kind = "选项", choices = ["甲", "乙"] }}',
)
OWN_COLUMN_ABSENT: Final = Kind(
    "own.column-absent",
    "自定义指标用到的“{column}”这一列，这个文件里没有，按空白算",
    "没有这一列的旧文件不用管；列名变了的，把文件里的写法写进 kpi.toml 里这一列的 aliases",
    set_aside=False,
    hints=("；是不是“{like}”",),
)
OWN_TABLE_TAKEN: Final = Kind("own.table-taken", "“{name}”就是标准表“{other}”", "请换一个名称")
OWN_TABLE_COLUMNS: Final = Kind(
    "own.table-columns", "表“{name}”没有写有哪些列", '请写 [tables."{name}".columns]'
)
OWN_TABLE_KEY: Final = Kind(
    "own.table-key",
    "表“{name}”没有“{key}”这一项",
    "可以写的有：{known}",
    near="是不是：{like}",
)
OWN_TABLE_PERSON: Final = Kind(
    "own.table-person",
    "表“{name}”要有一列、也只有一列是“工号”，或者有“单位”",
    "把写着业务员工号的那一列写成“工号”；一行不是哪个人的，把写着单位的那一列写成“单位”",
)
OWN_TABLE_LEVEL: Final = Kind(
    "own.table-level",
    "表“{name}”的列“{column}”没有写是哪一级单位",
    '请在 kind = "单位" 后面写上 level，可以写的有：{known}',
)
OWN_TABLE_LEVELS: Final = Kind(
    "own.table-levels", "表“{name}”有两列都是{level}", "一级单位只写一列，另一列写成“文字”"
)
DIAGNOSIS_INCOMPLETE: Final = Kind(
    "diagnosis.incomplete",
    "诊断没有写全",
    "要有 kpis 和 causes；每个原因要有 text 和 remedies，每条措施要有 text",
)
DIAGNOSIS_KEY: Final = Kind(
    "diagnosis.no-such-key", "诊断里没有“{key}”这一项", "可以写的有：{known}", near="是不是：{like}"
)
DIAGNOSIS_KPI: Final = Kind(
    "diagnosis.unknown-kpi", "诊断里的“{name}”不是指标", "请写指标的名称", near="是不是：{like}"
)
DIAGNOSIS_WORD: Final = Kind("diagnosis.word", "诊断里的“{word}”看不懂", "可以写的有：{known}")
MEASURE_UNTIL_OF_SUMS: Final = Kind(
    "measure.until-of-sums", "写了截止列的，只能计数、合计或平均", "请改正统计，或清空截止列"
)
MEASURE_PEOPLE_OF_UNITS: Final = Kind(
    "measure.people-of-units",
    "“{table}”是按单位记的，没有工号，数不了人",
    "可以数行、合计、去重单位",
)
OWN_TABLE_NO_KEY: Final = Kind(
    "own.table-no-key", "表“{name}”没有写哪一列区分各行", '请加上 key = "编号那一列的名称"'
)
OWN_TABLE_NO_COLUMN: Final = Kind(
    "own.table-no-column",
    "表“{table}”的列里没有“{name}”",
    "可以写的有：{known}",
    near="是不是：{like}",
)
