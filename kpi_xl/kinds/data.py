"""Kinds of problems with rows of raw data, between rows, and between tables."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

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
PIECES_TAKEN_BACK: Final = Kind(
    "policy.pieces-taken-back",
    "保费是负数而没有写件数的有 {rows} 行，当作减 {count} 件",
    "冲掉一张保单的减一件，同一张保单只减一部分保费的不减；不是这样的，请写上件数",
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
LEVEL_NOT_TOLD: Final = Kind(
    "target.no-level",
    "没有写层级，“{unit}”看不出是哪一级：没有这个单位，或几级里都有",
    "请加一列“层级”，写：{levels}",
)
NO_KPI: Final = Kind("target.no-such-kpi", "没有这个指标", "请改成指标清单里的名称或代码")
LIKE_KPI: Final = Kind("target.misspelt-kpi", "没有这个指标", "是不是：{like}")
REPEATED: Final = Kind("row.repeated", "与{where}重复", "请删去重复的行")
ROWS_ALIKE: Final = Kind(
    "rows.alike",
    "和{where}一模一样，这样的行共 {count} 行，都计入了",
    "重复导出的，请删去多余的行；本来就有两次的不用处理",
    set_aside=False,
)
TARGET_BELOW_NOTHING: Final = Kind(
    "target.below-nothing",
    "目标是负数，已照用",
    "净增之类的指标本来可以是负数；否则请改正",
    set_aside=False,
)
CONFLICTING: Final = Kind(
    "row.conflicting",
    "{key}与{where}相同，但{columns}不同；用了前一行",
    "请核对哪一行是对的，删去另一行",
)
SHARED_OR_CONFLICTING: Final = Kind(
    "row.conflicting-agents",
    "{key}与{where}相同，但{columns}不同，不知道是两个人分一张保单，还是写错了；用了前一行",
    "写错了的，删去不对的那一行；是两个人分的（拆单），请把保单号写成两个，如 {mine}、{his}，"
    "保费、FYC 各写各的一份，件数一行写 1、一行写 0",
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
SUM_BESIDE: Final = Kind(
    "rows.sum-of-month",
    "有 {count} 行正好是这个人当月其他各行之和，会不会是月合计，都计入了",
    "是合计的，请删去这些行，或删去只有合计的文件；不是的不用处理",
    set_aside=False,
)
MORE_THAN_ALL: Final = Kind(
    "amount.more-than-all",
    "{part}比{whole}多，共 {count} 行，已照用",
    "请核对单位（天数写成小时、元写成分）和两列的标题；没有错的不用处理",
    set_aside=False,
)
HUGE_AMOUNT: Final = Kind(
    "money.too-much",
    "金额超过一亿元，已照用",
    "请看看是不是填错了列，例如把保单号、日期填成了金额",
    set_aside=False,
)
NO_AMOUNTS: Final = Kind(
    "file.no-amounts",
    "没有一列是数（{columns}），每行都算 0",
    "一行一次拜访的，请加一列“拜访数”，每行写 1",
    set_aside=False,
)
PERHAPS_CONTRACT_END: Final = Kind(
    "agent.perhaps-contract-end",
    "几乎每个人都有{column}，而且离签约正好整年，会不会是合同期满的日期",
    "是期满日期的，请把标题改成“合同到期日”，否则到了那天就不算在职；确实都离开了的不用处理",
    set_aside=False,
)
MOVED_ELSEWHERE: Final = Kind(
    "transfer.not-as-roster",
    "人员表里他在“{now}”（{level}），最后一次异动却调到别处，按异动算，这样的共 {count} 人",
    "请核对：人员表应写现在的单位；异动还没有写进人员表的，换成新的花名册",
    set_aside=False,
)
PREMIUM_ELSEWHERE: Final = Kind(
    "policy.premium-in-two-columns",
    "这一行另有趸交保费，首年保费读的只是“{column}”一列，没有用",
    "请加一列“首年保费”，写两列之和；这一列不是首年保费的，运行 kpi-xl map 选“不用”",
)
NO_NEW_BUSINESS: Final = Kind(
    "policy.no-new-business",
    "写着“{words}”，像不是首年新单，共 {count} 行，都计入了",
    "不是新单的，请从保单表里删去（续期放进续期表）；是新单的不用处理",
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
MONTHS_WITHOUT_ROWS: Final = Kind(
    "date.months-without-rows",
    "{before}、{after}都有，{months}却一行也没有，算作 0",
    "漏了文件的，请把这几个月的补上；确实没有的不用处理",
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
ID_ELSEWHERE: Final = Kind(
    "id.written-otherwise-in-file",
    "和文件“{where}”里的“{id}”只差前面的 0、横线、空格或大小写，"
    "当作同一{what}，共 {count} 个这样的",
    "请核对是不是同一{what}；请在原始数据里把这一列设为文本格式后重新导出",
    set_aside=False,
)
ID_ALMOST: Final = Kind(
    "id.almost-alike-in-file",
    "和文件“{where}”里的“{id}”只差前面的 0、横线、空格或大小写，业务员或承保日期却不同，"
    "当作两{what}，共 {count} 个这样的",
    "是同一{what}的，请改成一样的写法，否则会重复计算",
    set_aside=False,
)
POLICY_TWICE: Final = Kind(
    "policy.in-two-files",
    "这张保单在文件“{where}”里也有，险种或主附险不同，两边的行都计入了，这样的保单共 {count} 张",
    "两个文件分别是主险、附加险的不用处理；是同一份清单先后导出的，请删去旧的文件",
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
    "同一个人同一天在文件{files}里也有，数字不同，都算了",
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
UNIT_WITH_SEPARATOR: Final = Kind(
    "unit.with-separator",
    "单位名称里的“/”是用来分开上下级单位的，已写成“{name}”，共 {count} 行",
    "不用处理；不想看到这一条，请在原始文件里换一个符号",
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
ROWS_OF_NO_UNIT: Final = Kind(
    "own.unknown-unit",
    "人员表里没有这个{level}，共 {count} 行，只计入最上一级",
    "请写成人员表里的名称，或连同上级写全称",
    set_aside=False,
    near="是不是：{like}",
)
ROWS_OF_SEVERAL_UNITS: Final = Kind(
    "own.several-units",
    "有几个{level}叫这个名字，共 {count} 行，看不出是哪一个，只计入最上一级",
    "请写全称，或加一列上级单位：{paths}",
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
