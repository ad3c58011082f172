"""Kinds of problems with numbers typed into returned workbooks that go into raw tables."""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind

_WHICH_WINS: Final = "；要以{other}为准，请在 kpi.toml 的 [returned] 里写 {about} = “{other}”"
_COMPARE: Final = "请核对哪一个对，改正另一处"

TYPED_NOBODY: Final = Kind(
    "typed.nobody", "这一行没有工号，不知道是谁的，没有用上", "请在下发的原表里重新填写，不要改工号"
)
TYPED_NOT_HIS: Final = Kind(
    "typed.of-another",
    "{person} 的工作簿里填的是 {other} 的，没有用上",
    "个人的工作簿只能填自己的；请在 {other} 自己的表或主管的表里填",
)
TYPED_NO_DAY: Final = Kind(
    "typed.no-such-day",
    "{month}的这一格没有对应的日期，没有用上",
    "请填在有日期的一格里",
)
TYPED_AHEAD: Final = Kind(
    "typed.day-ahead",
    "{day} 还没有到，工作簿是 {saved} 保存的，没有用上",
    "完成数请在当天以后填；打算做的请填在计划里",
)
TYPED_ELSEWHERE: Final = Kind(
    "typed.differs-between-forms",
    "同一个数在《{form}》（{file}）里填的是 {counted}，以那里的为准",
    _COMPARE,
)
TYPED_BESIDE_RAW: Final = Kind(
    "typed.differs-from-raw",
    "原始数据（{where}）里是 {raw}，以原始数据为准，填的没有用上",
    _COMPARE + _WHICH_WINS.format(other="回收", about="{about}"),
)
TYPED_BESIDE_MONTH: Final = Kind(
    "typed.beside-month-total",
    "原始数据在{month}每人只有一行，可能是全月的合计，填的没有再加上去",
    "原始数据只到这一天的，等它有了别的日子，填的就计入；"
    "要以填的为准，请在 kpi.toml 的 [returned] 里写 {about} = “回收”",
)
RAW_BESIDE_TYPED: Final = Kind(
    "typed.replaces-raw",
    "收回的“{file}”里（{sheet} {cell}）填的是 {typed}，以填的为准，这一行没有用",
    _COMPARE + _WHICH_WINS.format(other="原始", about="{about}"),
)
RAW_TAKEN_OUT: Final = Kind(
    "typed.replaces-day",
    "{agent} 的{item}有 {count} 天以收回的表里填的为准，没有用原始数据里的",
    _COMPARE + _WHICH_WINS.format(other="原始", about="{about}"),
    set_aside=False,
)
TYPED_WEEK: Final = Kind(
    "typed.week-beside-days",
    "这一周合计填了 {typed}，各天加起来是 {known}，以各天的为准",
    "请核对；各天漏了的，请补填在每天的表里",
)
TYPED_LATER: Final = Kind(
    "typed.after-data",
    "原始数据只到 {last}，以后各天填的 {count} 格先留着，不影响指标；各表照常显示",
    "等那几天的原始数据到了，自动计入；要现在就算到哪一天，请在 kpi.toml 的 [rules] 里写 as_of",
)
TYPED_TEAM_SUM: Final = Kind(
    "typed.team-sum-differs",
    "主管填的团队{item}是 {typed}，成员填的合计是 {known}",
    "请核对；指标用的是成员填的",
    set_aside=False,
)
TYPED_STRANGER: Final = Kind(
    "typed.unknown-agent",
    "人员表里没有工号 {agent}，他填的归入“{unassigned}”",
    "请把这个人补进人员表",
    set_aside=False,
)
TYPED_NO_UNIT: Final = Kind(
    "typed.unknown-unit",
    "人员表里没有“{unit}”，它的目标没有用上",
    "单位改了名称的，请重新下发、填写",
)
TYPED_NO_KPI: Final = Kind(
    "typed.unknown-kpi",
    "没有指标“{kpi}”，它的目标没有用上",
    "自定义的指标请在 指标定义.xlsx 里写好；改了名称的，请重新下发、填写",
    near="是不是：{like}",
)
ROUND_UNDEFINED: Final = Kind(
    "rounds.undefined",
    "目标商定第 {number} 轮的指标 {code} 现在没有定义，它的目标没有用上",
    "请把它写回 指标定义.xlsx，名称或代码不变",
)
RETURNED_SETTING: Final = Kind(
    "settings.returned",
    "[returned] 里只能写 {known}，值只能是 {sources}",
    "例如 {example}",
)
