"""Kinds of problems with rounds of targets."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

NO_ROUND: Final = Kind(
    "rounds.none",
    "{month}没有商定过“{kpi}”的目标",
    "先运行 kpi-xl rounds propose {kpi} 合计 --month {month}",
    near="已经在商定的有：{known}",
)
NO_ROUNDS: Final = Kind(
    "rounds.none-at-all",
    "还没有商定过目标",
    "先运行 kpi-xl rounds propose 指标 合计 --month 月份",
)
ROUND_THERE: Final = Kind(
    "rounds.there",
    "{month}“{kpi}”的目标已经在商定（第 {number} 轮，{by} 于 {at}）",
    "要改个别单位请用 kpi-xl rounds counter；要重新提出请加 --reason 写明原因",
)
ROUND_HAS_LOCKED: Final = Kind(
    "rounds.propose-locked",
    "{month}“{kpi}”已有单位锁定（{units}），不能重新提出",
    "锁定以后请用 kpi-xl rounds change 单位=金额 --reason 原因",
)
ROUND_TOTAL_MISSING: Final = Kind(
    "rounds.no-total",
    "{branch}{month}没有“{kpi}”的目标",
    "请在指标后面写合计，如 kpi-xl rounds propose {kpi} 3000000 --month {month}",
)
ROUND_AMOUNT: Final = Kind(
    "rounds.amount", "“{value}”不能作“{kpi}”的目标：{wanted}", "请写成 {example}"
)
ROUND_PAIR: Final = Kind(
    "rounds.pair", "要写单位和金额，不能写“{value}”", "请写成 单位=金额，如 城东营业部=240000"
)
ROUND_TWICE: Final = Kind("rounds.twice", "“{unit}”写了两次", "每个单位只写一次")
ROUND_NO_UNIT: Final = Kind(
    "rounds.no-unit",
    "这一轮里没有“{label}”",
    "请写单位的名称、路径，或业务员的工号",
    hints=("；最上面的有：{known}",),
    near="是不是：{like}",
)
ROUND_UNIT_SEVERAL: Final = Kind(
    "rounds.several", "“{label}”有 {count} 个：{known}", "请写路径或工号"
)
ROUND_ROOT_COUNTER: Final = Kind(
    "rounds.root-counter",
    "“{unit}”上面没有单位，没有谁可以还价",
    "要改合计，请用 kpi-xl rounds accept 指标 {unit}=金额 --reason 原因",
)
ROUND_LOCKED: Final = Kind(
    "rounds.locked",
    "“{unit}”的目标已经锁定",
    "要改请用 kpi-xl rounds change 指标 {unit}=金额 --reason 原因，原因会留下",
)
ROUND_NOT_LOCKED: Final = Kind(
    "rounds.not-locked",
    "“{unit}”的目标还没有锁定",
    "锁定以前请用 kpi-xl rounds counter 还价，或用 accept 议定",
)
ROUND_REASON: Final = Kind(
    "rounds.reason",
    "“{unit}”这一步要写原因",
    "请加 --reason 原因（工作簿里写在“原因”一栏）：议定的和回复不同、留作未分配、"
    "锁定后改动，都要有原因",
)
ROUND_NOT_AGREED: Final = Kind(
    "rounds.not-agreed",
    "还不能锁定：{count} 个没有议定（{units}）",
    "先用 kpi-xl rounds accept 议定；没有回复的要写 --reason",
)
ROUND_DIFFERENCE: Final = Kind(
    "rounds.difference",
    "合计不平：{differences}",
    "改到相等，或加 --carry 和 --reason，把差额明明白白留作未分配",
)
ROUND_LEAF: Final = Kind("rounds.leaf", "“{unit}”下面没有单位，没有未分配可留", "请写上一级单位")
ROUND_NO_ANSWER: Final = Kind(
    "rounds.no-answer",
    "没有可以接受的：没有哪个单位的回复等于建议（或还价）",
    "请写出要接受的单位；没有回复的要写 --reason",
)
ROUND_DAMAGED: Final = Kind(
    "rounds.damaged",
    "“{file}”里第 {act} 步和前面的对不上：{reason}",
    "有人改过这个文件；请用备份 circulation.backup.sqlite 换回",
)
ROUND_WORKBOOK: Final = Kind(
    "rounds.workbook",
    "这是目标商定表，不是下发的表",
    "请运行 kpi-xl rounds take 文件，把里面的决定收进来",
)
ROUND_NO_WORKBOOK: Final = Kind(
    "rounds.no-workbook",
    "这不是本项目的目标商定表",
    "请用 kpi-xl rounds workbook 生成，填好再收",
)
ROUND_DECISION: Final = Kind(
    "rounds.decision", "决定不能写“{value}”", "请选“接受”或“还价”，不决定就留空"
)
ROUND_DECISION_MISSING: Final = Kind(
    "rounds.decision-missing", "写了金额或原因，没有选决定", "请选“接受”或“还价”，再收一次"
)
ROUND_COUNTER_EMPTY: Final = Kind(
    "rounds.counter-empty", "选了还价，没有写金额", "请在“金额”一栏写还价"
)
ROUND_STALE: Final = Kind(
    "rounds.stale",
    "“{unit}”在这张表生成以后变了：{now}",
    "请用 kpi-xl rounds workbook 生成新的表，看过再决定",
)
ROUND_ROWS_LOST: Final = Kind(
    "rounds.rows-lost",
    "工作表“{sheet}”的名称没有了，或被复制、拆开过",
    "请用原来的文件填，不要另存为别的格式或复制工作表",
)
ROUND_FORMULA: Final = Kind(
    "rounds.uncalculated", "这里是公式，没有算出的值", "请直接写数字，或用 Excel、WPS 打开保存一次"
)
