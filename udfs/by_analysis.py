"""Functions by analysis: what numbers in cells mean, split, solved, planned and judged.

They compute from what is in their arguments alone; those of `udfs.by_findings` ask the project.
Whole numbers are computed exactly: money is taken in 元 and rounded to the 分.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis import (
    apportion,
    attainment,
    bands,
    boxes,
    factors,
    income,
    pace,
    peers,
    quotas,
    rules,
    scorecard,
    screening,
    smart,
    trees,
    what_if,
)
from kpi_xl.analysis.targets import break_down, carry_over, stepped_targets
from kpi_xl.calendar import Month, Period, working_days
from kpi_xl.error_values import error_name
from kpi_xl.kpi import Direction
from udfs.arguments import BadArgumentError, cells_of, is_blank, numbers, text_of, texts
from udfs.dates import dates
from udfs.results import Result, cells, never_raises, shaped

_MOST: Final = 1e15
_FINE: Final = 1_000_000
_LOWER: Final = frozenset(("1", "是", "越低越好", "低", "lower", "true", "True", "↓"))
_PERIODS: Final = {
    "季度": ("季度",),
    "月": ("季度", "月"),
    "周": ("季度", "周"),  # a week may lie in two months
    "日": ("季度", "月", "日"),
}
_LONGEST: Final = 100
"""Not more months are planned day by day: a sheet has room, but nobody reads it."""

Ints = NDArray[np.int64]


# -- reading -------------------------------------------------------------------------------------


def _floats(value: Any) -> NDArray[np.float64]:
    """The numbers of a range, row by row; blanks are left out, an error is the whole result."""
    read, blank, _ = numbers(value)
    flat = read[~blank]
    if not flat.size:
        raise BadArgumentError("#VALUE!")
    return _sound(flat)


def _sound(values: NDArray[np.float64]) -> NDArray[np.float64]:
    for number in values.ravel().tolist():
        if (error := error_name(number)) is not None:
            raise BadArgumentError(error)
    if (np.abs(values) > _MOST).any():
        raise BadArgumentError("#NUM!")
    return values


def _one(value: Any, default: float | None = None) -> float:
    if is_blank(value) and default is not None:
        return default
    return float(_floats(value)[0])


def _fen(value: Any) -> Ints:
    """Amounts in 元 as whole 分."""
    return np.rint(_floats(value) * 100).astype(np.int64)


def _count(value: Any, default: int | None = None) -> int:
    """A whole number of 0 or more."""
    number = _one(value, default)
    if number < 0 or number != int(number):
        raise BadArgumentError("#NUM!")
    return int(number)


def _direction(lower: Any) -> Direction:
    """越低越好 where it is said; higher is better otherwise."""
    return "lower" if text_of(lower) in _LOWER or lower is True else "higher"


def _grid(value: Any) -> NDArray[np.float64]:
    """A block of numbers; blanks are 0."""
    return _sound(numbers(value)[0])


def _given(value: Any) -> list[float | None]:
    """Cells as numbers or blanks, row by row."""
    read, blank, _ = numbers(value)
    _sound(read[~blank])
    return [
        None if empty else number
        for number, empty in zip(read.ravel().tolist(), blank.ravel().tolist(), strict=True)
    ]


def _names(value: Any, count: int, usual: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The factors' names: as given, else those of the tree with so many."""
    if is_blank(value):
        return usual.get(count, tuple(f"因素{n}" for n in range(1, count + 1)))
    found = tuple(text_of(cell) for cell in cells_of(value))
    if len(found) == 1 and found[0] in trees.trees():
        found = tuple(factor.name for factor in trees.trees()[found[0]].factors)
    if len(found) != count:
        raise BadArgumentError("#VALUE!")
    return found


def _cell(number: float) -> float | str:
    return error_name(number) or number


def _chain(value: Any) -> Ints:
    """A chain of quantities, the result last in 分, all others in millionths."""
    read = _floats(value)
    if read.size < 2 or (np.abs(read[:-1]) > _MOST / _FINE).any():
        raise BadArgumentError("#NUM!" if read.size > 1 else "#VALUE!")
    result = np.rint(read[-1:] * 100)
    return np.concatenate([np.rint(read[:-1] * _FINE), _sound(result)]).astype(np.int64)


# -- factors, goal seek --------------------------------------------------------------------------


@never_raises
def KPI_DRIVERS(before: Any, after: Any, names: Any = None, method: Any = None) -> Result:
    """因素分解：结果的变化分摊到每个因素，各份之和等于变化，精确到分。

    Parameters
    ----------
    before : chain of quantities
        起点的一串数量，如 人力、举绩人数、件数、保费，结果在最后；可以是上月、目标或别的单位。
    after : chain of quantities
        终点的一串数量，与起点一一对应。
    names : optional
        可省略：各因素的名称，一格一个；或 production、productivity 等业绩构成的代码。
    method : optional
        可省略为 LMDI；写 Shapley 则按各种先后次序平均。

    Returns
    -------
    rows
        标题为 因素、起点、终点、影响；末行是合计。

    Examples
    --------
    >>> for row in KPI_DRIVERS([100, 60, 90, 2700], [90, 54, 81, 2430]):
    ...     print(row)
    ['因素', '起点', '终点', '影响']
    ['人力', 100.0, 90.0, -270.0]
    ['举绩率', 0.6, 0.6, 0.0]
    ['有效人均件数', 1.5, 1.5, 0.0]
    ['件均保费', 30.0, 30.0, 0.0]
    ['合计', 2700.0, 2430.0, -270.0]
    """
    first, last = _chain(before), _chain(after)
    if first.size != last.size:
        return "#VALUE!"
    wanted = text_of(method).casefold()
    if wanted not in ("", "lmdi", "shapley"):
        return "#VALUE!"
    split = factors.shapley if wanted == "shapley" else factors.lmdi
    usual = {
        len(tree.factors): tuple(factor.name for factor in tree.factors)
        for tree in (trees.trees()[code] for code in ("per_capita", "productivity", "production"))
    }
    titles = _names(names, first.size, usual)
    shares = split(first, last)
    start, end = _shown(first), _shown(last)
    table: list[list[Any]] = [["因素", "起点", "终点", "影响"]]
    for number, title in enumerate(titles):
        table.append([title, _cell(start[number]), _cell(end[number]), shares[number].item() / 100])
    results = [int(chain[-1]) / 100 for chain in (first, last)]
    return [*table, ["合计", *results, (int(last[-1]) - int(first[-1])) / 100]]


def _shown(chain: Ints) -> list[float]:
    """The factors of a chain in the units that were given."""
    values = factors.factor_values(chain)
    values[0] /= _FINE
    values[-1] *= _FINE / 100
    return [float(value) for value in values]


@never_raises
def KPI_SOLVE(quantities: Any, goal: Any, place: Any = None) -> Result:
    """倒推：达到目标要多少举绩人数、件数或拜访，其余比率不变，向上取整。

    Parameters
    ----------
    quantities : chain of quantities
        现在的一串数量，如 拜访、洽谈、成交、保费，结果在最后。
    goal : number
        要达到的结果，与最后一个数量同一单位。
    place : optional
        可省略，给出每个数量各要多少；写 1、2 … 只要第几个。

    Returns
    -------
    list of numbers, or one
        还没有结果的无从倒推，是 #DIV/0!。

    Examples
    --------
    每周 30 次拜访、10 次洽谈、3 单、15000 元；20000 元要：

    >>> KPI_SOLVE([30, 10, 3, 15000], 20000)
    [[40.0], [14.0], [4.0]]
    >>> KPI_SOLVE([30, 10, 3, 15000], 20000, 3)
    4.0
    """
    read = _floats(quantities)
    wanted = _one(goal)
    if read.size < 2:
        return "#VALUE!"
    # All that counts are the ratios: counts and result in their own fine units.
    chain = np.rint(read * 100)
    if (np.abs(chain) > _MOST).any() or abs(wanted) > _MOST / 100:
        return "#NUM!"
    whole = chain.astype(np.int64)

    def needed(number: int) -> float | str:
        found = what_if.quantity_needed(whole, round(wanted * 100), number).item()
        return error_name(found) or math.ceil(found / 100 - 1e-9) * 1.0

    if is_blank(place):
        return [[needed(number)] for number in range(read.size - 1)]
    number = _count(place)
    return needed(number - 1) if 1 <= number < read.size else "#NUM!"


# -- bands, peers, pace --------------------------------------------------------------------------


@never_raises
def KPI_WILSON(successes: Any, trials: Any, confidence: Any = 0.95) -> Result:
    """区间：比率在人数、件数这么少时可能落在哪里（Wilson 区间），一行两格：下限、上限。

    Parameters
    ----------
    successes : number
        做到的个数，如举绩人数。
    trials : number
        全部的个数，如平均人数。
    confidence : optional
        可省略为 0.95：区间包含真实比率的把握。

    Returns
    -------
    rows
        下限、上限；一共 0 个是 #DIV/0!。

    Examples
    --------
    >>> [[round(end, 4) for end in row] for row in KPI_WILSON(81, 263)]
    [[0.2553, 0.3662]]
    """
    sure = _one(confidence, 0.95)
    if not 0 < sure < 1:
        return "#NUM!"
    low, high = bands.wilson(_one(successes), _one(trials), sure)
    return [[_cell(low.item()), _cell(high.item())]]


@never_raises
def KPI_PEERS(values: Any, lower: Any = None) -> Result:
    """标杆：一组单位里最好的、上四分位、中位、下四分位，和每个单位的名次。

    Parameters
    ----------
    values : range of numbers
        各单位的同一指标，一格一个单位。
    lower : optional
        可省略：越大越好；写 越低越好 则相反。

    Returns
    -------
    rows
        四行：最好、上四分位、中位、下四分位；再每个单位一行名次。

    Examples
    --------
    >>> KPI_PEERS([0.6, 0.9, 0.8, 0.7])[:3]
    [['最好', 0.9], ['上四分位', 0.8250000000000001], ['中位', 0.75]]
    >>> [row[1] for row in KPI_PEERS([0.6, 0.9, 0.8, 0.7])[4:]]
    [4, 1, 2, 3]
    """
    read, blank, _ = numbers(values)
    known = np.where(blank | (np.abs(read) > _MOST), np.nan, read).ravel()
    found = peers.peers(known, _direction(lower))
    rows: list[list[Any]] = [
        [title, _cell(value.item())]
        for title, value in (
            ("最好", found.best),
            ("上四分位", found.upper),
            ("中位", found.median),
            ("下四分位", found.lower),
        )
    ]
    return rows + [["名次", rank or "#N/A"] for rank in found.rank.tolist()]


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
        可省略：以往各月每个工作日的数，一行一个月；九个月以上才有区间。
    history_days : optional
        可省略：以往各月的工作日数，一格一个月。

    Returns
    -------
    rows
        时间进度、应完成、达成率、进度、预测、下限、上限，一项一行。

    Examples
    --------
    >>> KPI_PACE(30, 100, 2, 4, [[10, 10, 20, 60]], [4])[:5]
    [['时间进度', 0.5], ['应完成', 20.0], ['达成率', 0.3], ['进度', 1.5], ['预测', 118.0]]
    """
    over, whole = _count(elapsed), _count(days)
    if whole < 1 or over > whole or whole > 31:
        return "#NUM!"
    past = np.zeros((1, 0, 31))
    lengths = np.zeros(0, dtype=np.int64)
    if not is_blank(history):
        rows = _grid(history)
        past = rows[None]
        lengths = np.full(len(rows), rows.shape[1])
        if not is_blank(history_days):
            lengths = np.rint(_floats(history_days)).astype(np.int64)
        if lengths.shape[0] != rows.shape[0]:
            return "#VALUE!"
    amount, goal = _one(done), _one(target)
    found = pace.pace([amount], [goal], over, whole, past, lengths)
    return [
        ["时间进度", found.day_share],
        ["应完成", found.expected.item()],
        ["达成率", amount / goal if goal else "#DIV/0!"],
        ["进度", _cell(found.by_shape.item())],
        ["预测", _cell(found.forecast.item())],
        ["下限", _cell(found.low.item())],
        ["上限", _cell(found.high.item())],
    ]


# -- targets -------------------------------------------------------------------------------------


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
    step = _one(unit, 1)
    shares, blank, dimensions = numbers(weights)
    if step <= 0 or _one(total) < 0:
        return "#NUM!"
    whole = _steps(_one(total), step)
    fixed = [None] * shares.size if is_blank(locked) else _given(locked)
    if len(fixed) != shares.size or (_sound(shares) < 0).any():
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
    found = np.array(parts, dtype=np.float64).reshape(shares.shape) * step
    return shaped(np.round(found, 10).tolist(), dimensions)


def _steps(amount: float, step: float) -> int:
    """An amount in whole steps; what is between two is no amount that can be split exactly."""
    steps = round(amount / step)
    if steps > _MOST or not math.isclose(steps * step, amount, abs_tol=1e-6 * step):
        raise BadArgumentError("#NUM!")
    return steps


@never_raises
def KPI_PERIOD_TARGETS(total: Any, first: Any, last: Any, by: Any) -> Result:
    """目标分到时间：按工作日（含节假日和调休）分到季度、月、周或日，合计一分不差。

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
        标题为 期间、工作日、目标。

    Examples
    --------
    >>> for row in KPI_PERIOD_TARGETS(100000, "2024-05-01", "2024-06-30", "月"):
    ...     print(row)
    ['期间', '工作日', '目标']
    ['2024-05', 21, 52500]
    ['2024-06', 19, 47500]
    """
    kind = text_of(by)
    start, end = (day.astype(object) for day in (*dates(first)[:1], *dates(last)[:1]))
    if kind not in _PERIODS or not isinstance(start, dt.date) or not isinstance(end, dt.date):
        return "#VALUE!"
    amount = _one(total)
    if end < start or amount < 0 or (end.year - start.year) * 12 > _LONGEST:
        return "#NUM!"
    days = working_days(start, end)
    if not days:
        return "#DIV/0!"
    levels = [[_period(day, one) for day in days] for one in _PERIODS[kind]]
    whole = _steps(amount, 1)
    found = break_down(whole, [1] * len(days), levels)
    count = {name: levels[-1].count(name) for name in dict.fromkeys(levels[-1])}
    rows: list[list[Any]] = [[name, number, found[name]] for name, number in count.items()]
    return [["期间", "工作日", "目标"], *rows]


def _period(day: dt.date, kind: str) -> str:
    if kind == "季度":
        month = Month.containing(day)
        first = month - (month.month - 1) % 3
        return str(Period(first, first + 2))
    if kind == "月":
        return str(Month.containing(day))
    if kind == "日":
        return day.isoformat()
    year, week, _ = day.isocalendar()
    # A week that lies in two quarters is two parts of a week.
    return f"{year}年第{week}周（{_period(day, '季度')}）"


@never_raises
def KPI_REBALANCE(targets: Any, done: Any) -> Result:
    """追赶：已过各期少做的，摊到剩下各期的新目标，合计不变。

    Parameters
    ----------
    targets : range of numbers
        各期目标，如一个月的四周。
    done : range of numbers
        已过各期完成的数。

    Returns
    -------
    numbers, one a period
        已过的期照旧，剩下的是新目标。

    Examples
    --------
    月目标 10 万，每周 2.5 万，第一周做到 70%：差 7500，剩下每周多 2500。

    >>> KPI_REBALANCE([25000, 25000, 25000, 25000], 17500)
    [25000.0, 27500.0, 27500.0, 27500.0]
    """
    read, _, dimensions = numbers(targets)
    plan = np.rint(_sound(read) * 100).astype(np.int64).ravel()
    made = _fen(done)
    if made.size > plan.size or (plan < 0).any():
        return "#VALUE!" if made.size > plan.size else "#NUM!"
    new = carry_over(plan.tolist(), made.tolist()).targets
    found = np.array([*plan[: made.size].tolist(), *new], dtype=np.float64) / 100
    rows = cells(found.reshape(read.shape))
    return shaped(rows, dimensions)


@never_raises
def KPI_STEPPED(target: Any, planned: Any, done: Any) -> Result:
    """分步目标：过了两周，落后的定 85%、95% 两步，领先的定 100%、110%，一行两格。

    Parameters
    ----------
    target : number
        月目标。
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
    goal = _one(target)
    if goal < 0:
        return "#NUM!"
    # What was done is only compared: in 分, so that half a 元 is no step.
    first, second = stepped_targets(
        math.ceil(goal), round(_one(planned) * 100), round(_one(done) * 100)
    )
    return [[first.item(), second.item()]]


@never_raises
def KPI_QUADRANT(actual: Any, target: Any, meaning: Any = None) -> Result:
    """达成四象限：达成额与达成率的高低，看出是目标定得不对还是人没做好。

    Parameters
    ----------
    actual : range of numbers
        各人或各单位的达成额。
    target : range of numbers
        各自的目标。
    meaning : optional
        可省略，只给象限；写 1 则给出说明。

    Returns
    -------
    text in the shape given
        额高率高、额高率低、额低率高、额低率低；没有目标的是 —。

    Examples
    --------
    >>> KPI_QUADRANT([90, 80, 20, 10], [80, 100, 15, 100])
    ['额高率高', '额高率低', '额低率高', '额低率低']
    """
    amounts, blank, dimensions = numbers(actual)
    goals = numbers(target)[0]
    if goals.shape != amounts.shape:
        return "#VALUE!"
    amounts, goals = _bounded(amounts), _bounded(goals)
    known = np.where(blank, np.nan, amounts).ravel()
    found = attainment.attainment_quadrants(known, goals.ravel())
    named = attainment.QUADRANT_MEANINGS if not is_blank(meaning) else attainment.QUADRANTS
    words = np.array([named[i] if i >= 0 else "—" for i in found.tolist()], dtype=object)
    return shaped(words.reshape(amounts.shape).tolist(), dimensions)


def _bounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers too great to be counts or money are none."""
    return np.where(np.abs(values) > _MOST, np.nan, values)


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
    day = dates(due)
    goal = smart.Goal(
        kpi=text_of(kpi),
        owner=text_of(owner),
        amount=None if is_blank(amount) else _one(amount),
        unit=text_of(unit),
        start=None,
        due=day[0].astype(object) if day.size else None,
        supports=text_of(supports),
    )
    known = [] if is_blank(reached) else [n for n in _given(reached) if n is not None]
    found = smart.smart_check(goal, known)
    return [[finding.letter, finding.text] for finding in found] or [["—", "符合"]]


# -- activity ------------------------------------------------------------------------------------


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
    number = _count(days)
    if not 1 <= number <= 366:
        return "#NUM!"
    return [quotas.day_quotas(_count(quota), number).tolist()]


def _model(base: Any, allowance: Any, tiers: Any) -> income.IncomeModel:
    """The income model: rows of 起点保费 and 提奖比例."""
    rows = _grid(tiers)
    if rows.shape[1] != 2 or (rows < 0).any() or (rows[:, 1] > 1).any():
        raise BadArgumentError("#VALUE!")
    steps = [income.Tier(round(premium * 100), rate) for premium, rate in rows.tolist()]
    salary, extra = (round(_one(amount, 0) * 100) for amount in (base, allowance))
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
    read, _, dimensions = numbers(premium)
    if (np.abs(_sound(read)) > 1e10).any():
        return "#NUM!"
    amounts = np.rint(read * 100).astype(np.int64)
    found = income.income(_model(base, allowance, tiers), amounts) / 100
    return shaped(found.tolist(), dimensions)


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
    amount = _one(wished)
    if amount < 0 or amount > 1e10:
        return "#NUM!"
    read = _floats(funnel)
    if read.size < 2:
        return "#VALUE!"
    chain = np.rint(read * 100).astype(np.int64)
    premium = income.sales_needed(model, round(amount * 100)).item()
    needed: list[list[float | str]] = []
    for place in range(read.size - 1):
        found = income.activity_needed(model, round(amount * 100), chain, place).item()
        needed.append([error_name(found) or math.ceil(found / 100 - 1e-9) * 1.0])
    return [*needed, [_cell(premium / 100) if math.isfinite(premium) else _cell(premium)]]


@never_raises
def KPI_BOX(skill: Any, will: Any, override: Any = None) -> Result:
    """技能/意愿四框：按团队中位数分高低，主管另有判断的以主管为准。

    Parameters
    ----------
    skill : range of numbers
        看技能的数，如签单率，一人一格。
    will : range of numbers
        看意愿的数，如每日拜访，一人一格。
    override : optional
        可省略：主管的判断，写框的名称，没有的留空。

    Returns
    -------
    text in the shape given
        高技能高意愿、低技能高意愿、高技能低意愿、低技能低意愿；缺数的是 —。

    Examples
    --------
    >>> KPI_BOX([0.4, 0.1, 0.3, 0.1], [9, 8, 2, 1])
    ['高技能高意愿', '低技能高意愿', '高技能低意愿', '低技能低意愿']
    """
    can, blank, dimensions = numbers(skill)
    wants, none, _ = numbers(will)
    if can.shape != wants.shape:
        return "#VALUE!"
    known = [np.where(b, np.nan, _bounded(v)).ravel() for v, b in ((can, blank), (wants, none))]
    own = None
    if not is_blank(override):
        words = [word for row in texts(override)[0] for word in row]
        if len(words) != can.size or not set(words) <= {"", *boxes.SKILL_WILL}:
            return "#VALUE!"
        own = [boxes.SKILL_WILL.index(word) if word else -1 for word in words]
    found = boxes.skill_will_boxes(known[0], known[1], override=own).tolist()
    named = np.array([boxes.SKILL_WILL[i] if i >= 0 else "—" for i in found], dtype=object)
    return shaped(named.reshape(can.shape).tolist(), dimensions)


@never_raises
def KPI_TASKS(important: Any, days_left: Any, urgent_days: Any = 2) -> Result:
    """四象限：一周的事按重要和紧急分四类，并给出先后次序。

    Parameters
    ----------
    important : range
        重要的写 1 或 是，一件事一格。
    days_left : range of numbers
        离期限还有几个工作日，过期的为负数。
    urgent_days : optional
        可省略为 2：几个工作日以内算紧急。

    Returns
    -------
    rows
        象限、第几件做，一件事一行。

    Examples
    --------
    >>> KPI_TASKS([0, 1, 1], [0, 9, 1])
    [['紧急不重要', 3], ['重要不紧急', 2], ['重要且紧急', 1]]
    """
    yes = {"1", "是", "重要", "true", "True", "TRUE", "√"}
    matters = [text_of(cell) in yes or cell is True for cell in cells_of(important)]
    left = _sound(numbers(days_left)[0]).ravel()
    if len(matters) != left.size:
        return "#VALUE!"
    quadrant, order = boxes.task_order(
        matters, np.rint(left).astype(np.int64), _count(urgent_days, 2)
    )
    turn = {place: number for number, place in enumerate(order.tolist(), 1)}
    names = [boxes.TASK_QUADRANTS[q] for q in quadrant.tolist()]
    return [[name, turn[place]] for place, name in enumerate(names)]


# -- rules, scorecards ---------------------------------------------------------------------------


@never_raises
def KPI_PRODUCERS_SHORT(producers: Any, opening: Any, closing: Any, activity: Any = 0.8) -> Result:
    """活动率达标还要多少人开单。

    Parameters
    ----------
    producers : number
        举绩人数。
    opening : number
        期初人数。
    closing : number
        期末人数。
    activity : optional
        可省略为 0.8：要达到的活动率。

    Returns
    -------
    number
        人；已达标为 0。

    Examples
    --------
    >>> KPI_PRODUCERS_SHORT(7, 10, 9)
    1
    """
    rate = _one(activity, 0.8)
    if not 0 <= rate <= 1:
        return "#NUM!"
    people = (_count(producers), _count(opening), _count(closing))
    if max(people) > 1e9:
        return "#NUM!"
    return rules.producers_short(*people, rate).item()


@never_raises
def KPI_SCORE(
    actual: Any, target: Any, weights: Any, lower: Any = None, floor: Any = 0.6, cap: Any = 1.2
) -> Result:
    """计分：达成率 × 100，低于下限得 0 分，高于上限封顶，按权重（合计 100%）加权。

    Parameters
    ----------
    actual : range of numbers
        各指标的实际，一格一项。
    target : range of numbers
        各指标的目标。
    weights : range of numbers
        各指标的权重，合计 100%。
    lower : optional
        可省略：越低越好的指标写 1，其余留空，一格一项。
    floor : optional
        可省略为 0.6：达成率低于它得 0 分。
    cap : optional
        可省略为 1.2：达成率高于它不再加分。

    Returns
    -------
    number
        总分，100 分为全部达标。

    Examples
    --------
    >>> round(KPI_SCORE([150, 0.04], [100, 0.05], [0.6, 0.4], [None, 1]), 6)
    120.0
    """
    done, goal = (_sound(numbers(value)[0]).ravel() for value in (actual, target))
    shares = np.rint(_sound(numbers(weights)[0]).ravel() * scorecard.WHOLE).astype(np.int64)
    ways = [None] * done.size if is_blank(lower) else cells_of(lower)
    if not done.size == goal.size == shares.size == len(ways):
        return "#VALUE!"
    items = [
        scorecard.Item("", "财务", weight, _direction(way), _one(floor, 0.6), _one(cap, 1.2))
        for weight, way in zip(shares.tolist(), ways, strict=True)
    ]
    try:
        return _cell(scorecard.scores(items, done, goal).total.item())
    except ValueError:
        return "#NUM!"  # weights that do not make 100%


@never_raises
def KPI_SCREEN(points: Any, weights: Any) -> Result:
    """筛选矩阵：候选指标按各条标准打 1 到 5 分，加权得总分和名次。

    Parameters
    ----------
    points : block of numbers
        一行一个候选指标，一列一条标准，1 到 5 分。
    weights : range of numbers
        各条标准的权重，合计 100%。

    Returns
    -------
    rows
        总分、名次，一个指标一行。

    Examples
    --------
    >>> KPI_SCREEN([[5, 4, 4], [3, 5, 5]], [0.3, 0.3, 0.4])
    [[4.3, 2], [4.4, 1]]
    """
    block = _grid(points)
    shares = np.rint(_floats(weights) * scorecard.WHOLE).astype(np.int64)
    if shares.size != block.shape[1]:
        return "#VALUE!"
    try:
        found = screening.screen(block, shares)
    except ValueError:
        return "#NUM!"
    totals = cells(found.total[:, None])
    return [
        [total[0], rank or "#N/A"] for total, rank in zip(totals, found.rank.tolist(), strict=True)
    ]
