"""Functions by targets: pace, targets and quotas from numbers in cells, split to the 分.

They compute from what is in their arguments alone. Whole numbers are computed exactly: money is
taken in 元 and rounded to the 分.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any, Final

import numpy as np

from kpi_xl.analysis import apportion, income, pace, quadrants, quotas, smart
from kpi_xl.analysis.targets import break_down, carry_over, stepped_targets
from kpi_xl.calendar import Month, Period, working_days
from kpi_xl.error_values import error_name
from udfs.arguments import (
    BadArgumentError,
    cells_of,
    is_blank,
    left_out,
    numbers,
    only,
    word,
)
from udfs.by_methods import KPI_ABC
from udfs.current import dates_here
from udfs.dates import dates
from udfs.quantities import MOST, cell, chain, count, floats, given, grid, one, sound
from udfs.results import Result, cells, never_raises, shaped

_PERIODS: Final = {
    "季度": ("季度",),
    "月": ("季度", "月"),
    "周": ("季度", "周"),  # a week may lie in two months
    "日": ("季度", "月", "日"),
}
_NO_DEADLINE: Final = 10**6
"""So many days are left for what has no deadline."""

_LONGEST: Final = 100
"""Not more months are planned day by day: a sheet has room, but nobody reads it."""


@never_raises
def KPI_PACE(
    done: Any, target: Any, elapsed: Any, days: Any, history: Any = None, history_days: Any = None
) -> Result:
    """进度：到今天做了多少、应做多少、月末预测和区间。

    Parameters
    ----------
    done : number
        本月到今天完成的数。
    target : number
        本月目标。
    elapsed : number
        已过的工作日。
    days : number
        本月的工作日。
    history : optional
        可省略：以往各月每个工作日的数，一行一个月，最近的在最后；九个月以上才有区间，
        十二个月以上看得出去年同月的特点。
    history_days : optional
        可省略：以往各月的工作日数，一格一个月。

    Returns
    -------
    rows
        时间进度、应完成、达成率、进度、预测、下限、上限，一项一行。

    Examples
    --------
    >>> KPI_PACE(30, 100, 2, 4, [[10, 10, 20, 60]], [4])[:5]
    [['时间进度', 0.5], ['应完成', 20.0], ['达成率', 0.3], ['进度', 1.5], ['预测', 126.0]]
    """
    over, whole = count(elapsed), count(days)
    if whole < 1 or over > whole or whole > 31:
        return "#NUM!"
    past = np.zeros((1, 0, 31))
    lengths = np.zeros(0, dtype=np.int64)
    if not left_out(history):
        rows = grid(history)
        past = rows[None]
        lengths = np.full(len(rows), rows.shape[1])
        if not left_out(history_days):
            lengths = np.rint(floats(history_days)).astype(np.int64)
        if lengths.shape[0] != rows.shape[0]:
            return "#VALUE!"
    amount, goal = one(done), one(target)
    found = pace.pace([amount], [goal], over, whole, past, lengths)
    return [
        ["时间进度", found.day_share],
        ["应完成", found.expected.item()],
        ["达成率", amount / goal if goal else "#DIV/0!"],
        ["进度", cell(found.by_shape.item())],
        ["预测", cell(found.forecast.item())],
        ["下限", cell(found.low.item())],
        ["上限", cell(found.high.item())],
    ]


@never_raises
def KPI_TARGETS(total: Any, weights: Any, locked: Any = None, unit: Any = 1) -> Result:
    """分解目标：按权重分给各单位或各月，合计一分不差；已定的可以锁住。

    Parameters
    ----------
    total : number
        总目标。
    weights : range of numbers
        权重，一格一份：人力、去年业绩、工作日……
    locked : optional
        可省略：已经定下的份，与权重一一对应，没定的留空。
    unit : optional
        可省略为 1：分到多大的整数为止，如 1 元、100 元、0.01 元。

    Returns
    -------
    numbers in the shape of the weights
        合计等于总目标。

    Examples
    --------
    >>> KPI_TARGETS(100, [1, 1, 1])
    [34.0, 33.0, 33.0]
    >>> KPI_TARGETS(100, [1, 1, 1], [None, 50, None])
    [25.0, 50.0, 25.0]
    """
    step = one(unit, 1)
    shares, blank, dimensions = numbers(weights)
    if step <= 0 or one(total) < 0:
        return "#NUM!"
    whole = _steps(one(total), step)
    fixed = [None] * shares.size if left_out(locked) else given(locked)
    if len(fixed) != shares.size or (sound(shares) < 0).any():
        return "#VALUE!" if len(fixed) != shares.size else "#NUM!"
    # A blank weight is nobody's share, not an equal one.
    if not shares.any() and blank.any():
        return "#DIV/0!"
    try:
        parts = apportion.apportion(
            whole,
            [float(share) for share in shares.ravel()],
            [None if part is None else _steps(part, step) for part in fixed],
        )
    except ValueError:
        return "#NUM!"
    # Decimal, as 3 steps of 0.1 are 0.3 and not 0.30000000000000004.
    exact = Decimal(repr(step))
    found = np.array([float(part * exact) for part in parts]).reshape(shares.shape)
    return shaped(found.tolist(), dimensions)


def _steps(amount: float, step: float) -> int:
    """An amount in whole steps; a fraction of a step cannot be split exactly."""
    steps = round(amount / step)
    if steps > MOST or not math.isclose(steps * step, amount, abs_tol=1e-6 * step):
        raise BadArgumentError("#NUM!")
    return steps


@never_raises
def KPI_PERIOD_TARGETS(total: Any, first: Any, last: Any, by: Any) -> Result:
    """目标分到时间：按工作日（节假日、调休、项目的 [calendar]）分到季度、月、周或日，合计一分不差。

    Parameters
    ----------
    total : number
        总目标，整数。
    first : date
        第一天。
    last : date
        最后一天。
    by : text
        季度、月、周或日。

    Returns
    -------
    rows
        标题为 期间、工作日、目标；还没有公布放假安排的，写在“工作日”后面。

    Examples
    --------
    >>> for row in KPI_PERIOD_TARGETS(100000, "2024-05-01", "2024-06-30", "月"):
    ...     print(row)
    ['期间', '工作日', '目标']
    ['2024-05', 21, 52500]
    ['2024-06', 19, 47500]
    """
    kind = word(by)
    start, end = (day.astype(object) for day in (*dates(only(first)), *dates(only(last))))
    if kind not in _PERIODS or not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return "#VALUE!"
    amount = one(total)
    if end < start or amount < 0 or (end.year - start.year) * 12 > _LONGEST:
        return "#NUM!"
    calendar = dates_here()
    days = working_days(start, end, calendar.work)
    if not days:
        return "#DIV/0!"
    levels = [[_period(day, level, calendar.cut) for day in days] for level in _PERIODS[kind]]
    whole = _steps(amount, 1)
    found = break_down(whole, [1] * len(days), levels)
    lengths = {name: levels[-1].count(name) for name in dict.fromkeys(levels[-1])}
    rows: list[list[Any]] = [[name, number, found[name]] for name, number in lengths.items()]
    told = calendar.work.told(start, end)
    return [["期间", f"工作日（{told}）" if told else "工作日", "目标"], *rows]


def _period(day: dt.date, kind: str, cut: int | None) -> str:
    month = Month.containing(day, cut)
    if kind == "季度":
        first = month - (month.month - 1) % 3
        return str(Period(first, first + 2))
    if kind == "月":
        return str(month)
    if kind == "日":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    # A week that lies in two quarters is two parts of a week.
    return f"{year}年第{week}周（{_period(day, '季度', cut)}）"


@never_raises
def KPI_REBALANCE(targets: Any, done: Any) -> Result:
    """追赶：已过各期少做的摊到剩下各期，做到的加新目标等于原来的合计。

    Parameters
    ----------
    targets : range of numbers
        各期目标，如一个月的四周。
    done : range of numbers
        已过各期完成的数，从第一期起，还没到的期留空。

    Returns
    -------
    numbers, one a period
        已过的期是做到的数，剩下的是新目标，合计一分不差；多做的不减后面的目标。

    Examples
    --------
    月目标 10 万，每周 2.5 万，第一周做到 70%：差 7500，剩下每周多 2500。

    >>> KPI_REBALANCE([25000, 25000, 25000, 25000], 17500)
    [17500.0, 27500.0, 27500.0, 27500.0]
    """
    read, blank, dimensions = numbers(targets)
    plan = np.rint(sound(read) * 100).astype(np.int64).ravel()
    known = given(done)
    while known and known[-1] is None:
        known.pop()  # periods still to come
    made = [round(number * 100) for number in known if number is not None]
    # A gap would count a period's work for another period.
    if not made or len(made) != len(known) or len(made) > plan.size or blank.any():
        return "#VALUE!"
    if (plan < 0).any():
        return "#NUM!"
    new = carry_over(plan.tolist(), made).targets
    found = np.array([*made, *new], dtype=np.float64) / 100
    rows = cells(found.reshape(read.shape))
    return shaped(rows, dimensions)


@never_raises
def KPI_STEPPED(target: Any, planned: Any, done: Any) -> Result:
    """分步目标：过了两周，落后的定 85%、95% 两步，领先的定 100%、110%，一行两格。

    Parameters
    ----------
    target : number
        月目标，以元、件、人计的整数。
    planned : number
        到今天应完成的数。
    done : number
        到今天完成的数。

    Returns
    -------
    rows
        第一步、第二步，向上取整。

    Examples
    --------
    >>> KPI_STEPPED(100000, 50000, 40000), KPI_STEPPED(100000, 50000, 55000)
    ([[85000, 95000]], [[100000, 110000]])
    """
    goal = one(target)
    if goal < 0 or goal != int(goal):
        return "#NUM!"  # a step of a ratio is no whole number
    # What was done is only compared: in 分, so that half a 元 is no step.
    first, second = stepped_targets(int(goal), round(one(planned) * 100), round(one(done) * 100))
    return [[first.item(), second.item()]]


@never_raises
def KPI_SMART(
    kpi: Any, owner: Any, amount: Any, unit: Any, due: Any, supports: Any, reached: Any = None
) -> Result:
    """检查目标是否符合 SMART：指标、责任人、数字、单位、期限、支持的上级目标、做不做得到。

    Parameters
    ----------
    kpi : text
        衡量什么。
    owner : text
        谁负责。
    amount : number
        达到多少。
    unit : text
        人、件、元、% 等单位。
    due : date
        到哪一天。
    supports : text
        它支持哪个上级目标。
    reached : optional
        可省略：自己和同类以往各期做到的数，用来看目标是否太高或太低。

    Returns
    -------
    rows
        字母、要改的地方，一条一行；都符合则是 符合。

    Examples
    --------
    >>> KPI_SMART("主险件数", "王芳", 50, "件", "2024-06-30", "营业部", [20, 25, 30])
    [['A', '最好的一次是 30，目标 50 恐怕做不到：请分步设定']]
    """
    day = dates(only(due))
    goal = smart.Goal(
        kpi=word(kpi),
        owner=word(owner),
        amount=None if left_out(amount) else one(amount),
        unit=word(unit),
        start=None,
        due=day[0].astype(object) if day.size else None,
        supports=word(supports),
    )
    known = [] if left_out(reached) else [n for n in given(reached) if n is not None]
    found = smart.smart_check(goal, known)
    return [[finding.letter, finding.text] for finding in found] or [["—", "符合"]]


@never_raises
def KPI_QUOTA(quota: Any, days: Any) -> Result:
    """活动量责任额：一项活动平均分到每个工作日，都是整数，合计不变，一行。

    Parameters
    ----------
    quota : number
        全部要做的次数。
    days : number
        工作日数。

    Returns
    -------
    rows
        每个工作日一格。

    Examples
    --------
    >>> KPI_QUOTA(7, 5)
    [[1, 2, 1, 2, 1]]
    """
    number = count(days)
    if not 1 <= number <= 366:
        return "#NUM!"
    return [quotas.day_quotas(count(quota), number).tolist()]


def _model(base: Any, allowance: Any, tiers: Any) -> income.IncomeModel:
    """The income model: rows of 起点保费 and 提奖比例."""
    read, blank, _ = numbers(tiers)
    rows = sound(read)[~blank.all(axis=1)]  # a range may be longer than the table in it
    if blank[~blank.all(axis=1)].any() or not len(rows):
        raise BadArgumentError("#VALUE!")
    if rows.shape[1] != 2:
        raise BadArgumentError("#VALUE!")
    if (rows < 0).any() or (rows[:, 1] > 1).any():
        raise BadArgumentError("#NUM!")
    steps = [income.Tier(round(premium * 100), rate) for premium, rate in rows.tolist()]
    salary, extra = (round(one(amount, 0) * 100) for amount in (base, allowance))
    try:
        return income.IncomeModel(salary, extra, steps)
    except ValueError:
        raise BadArgumentError("#NUM!") from None


@never_raises
def KPI_INCOME(premium: Any, base: Any, allowance: Any, tiers: Any) -> Result:
    """收入：底薪 + 补贴 + 实收保费 × 提奖比例，达到哪一档全部保费按哪一档。

    Parameters
    ----------
    premium : number
        实收保费，元；可选一片区域。
    base : number
        底薪，元。
    allowance : number
        补贴，元。
    tiers : two columns
        提奖档次：起点保费、提奖比例，一行一档，第一档从 0 开始。

    Returns
    -------
    number, in the shape given
        元。

    Examples
    --------
    >>> KPI_INCOME([40000, 50000], 2000, 500, [[0, 0.02], [50000, 0.03]])
    [3300.0, 4000.0]
    """
    read, blank, dimensions = numbers(premium)
    if (np.abs(sound(read)) > 1e10).any():
        return "#NUM!"
    amounts = np.rint(read * 100).astype(np.int64)
    found = income.income(_model(base, allowance, tiers), amounts) / 100
    rows = [
        [None if nothing else number for nothing, number in zip(*row, strict=True)]
        for row in zip(blank.tolist(), found.tolist(), strict=True)
    ]
    return shaped(rows, dimensions)


@never_raises
def KPI_INCOME_TARGET(wished: Any, base: Any, allowance: Any, tiers: Any, funnel: Any) -> Result:
    """收入目标倒推：想要的收入要多少保费、多少成交、多少拜访。

    Parameters
    ----------
    wished : number
        想要的月收入，元。
    base : number
        底薪，元。
    allowance : number
        补贴，元。
    tiers : two columns
        提奖档次：起点保费、提奖比例，一行一档，第一档从 0 开始。
    funnel : chain of quantities
        以往的一串数量，如 拜访、成交、保费，保费（元）在最后。

    Returns
    -------
    rows
        与这一串数量一一对应的需要数，一格一行。

    Examples
    --------
    100 次拜访、10 单带来 80000 元；要收入 5500 元：

    >>> KPI_INCOME_TARGET(5500, 2000, 500, [[0, 0.02], [50000, 0.03]], [100, 10, 80000])
    [[125.0], [13.0], [100000.0]]
    """
    model = _model(base, allowance, tiers)
    amount = one(wished)
    if amount < 0 or amount > 1e10:
        return "#NUM!"
    read = chain(funnel)
    if (read < 0).any():
        return "#NUM!"
    stages = np.rint(read * 100).astype(np.int64)
    premium = income.sales_needed(model, round(amount * 100)).item()
    needed: list[list[float | str]] = []
    for place in range(read.size - 1):
        found = income.activity_needed(model, round(amount * 100), stages, place).item()
        none = not stages[place] and premium > 0  # premium that came of nothing
        exact = "#DIV/0!" if none else error_name(found)
        needed.append([exact or math.ceil(found / 100 - 1e-9) * 1.0])
    return [*needed, [cell(premium / 100) if math.isfinite(premium) else cell(premium)]]


@never_raises
def KPI_TASKS(important: Any, days_left: Any, urgent_days: Any = 2, impact: Any = None) -> Result:
    """四象限：一周的事按重要和紧急分四类，并给出先后次序；给出影响的再按 ABC 法则分类。

    Parameters
    ----------
    important : range
        重要的写 1 或 是，一件事一格。
    days_left : range of numbers
        离期限还有几个工作日，过期的为负数；没有期限的留空，不算紧急。
    urgent_days : optional
        可省略为 2：几个工作日以内算紧急。
    impact : optional
        可省略：做成了带来多少，如保费，一件事一格；给出时多一列 A、B、C，规则同 KPI_ABC。

    Returns
    -------
    rows
        象限、第几件做，一件事一行；给出影响时再加 A、B、C。

    Examples
    --------
    >>> KPI_TASKS([0, 1, 1], [0, 9, 1])
    [['紧急不重要', 3], ['重要不紧急', 2], ['重要且紧急', 1]]
    """
    yes = {"1", "是", "重要", "true", "True", "TRUE", "√"}
    marks = cells_of(important)
    matters = [word(mark) in yes or mark is True for mark in marks]
    read, open_ended, _ = numbers(days_left)
    left = np.where(open_ended, _NO_DEADLINE, sound(read)).ravel()
    if len(matters) != left.size:
        return "#VALUE!"
    quadrant, order = quadrants.task_order(
        matters, np.rint(left).astype(np.int64), count(urgent_days, 2)
    )
    # A range may be longer than the list of tasks in it.
    none = [is_blank(mark) and empty for mark, empty in zip(marks, open_ended.flat, strict=True)]
    tasks = [place for place in order.tolist() if not none[place]]
    turn = {place: number for number, place in enumerate(tasks, 1)}
    rows: list[list[Any]] = [
        [None, None] if none[place] else [quadrants.TASK_QUADRANTS[q], turn[place]]
        for place, q in enumerate(quadrant.tolist())
    ]
    if left_out(impact):
        return rows
    classes = KPI_ABC(impact)
    if not isinstance(classes, list):
        return classes  # an error
    if len(classes) != len(rows):
        return "#VALUE!"
    return [row + known for row, known in zip(rows, classes, strict=True)]
