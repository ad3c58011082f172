"""Functions by analysis: factors, goals, peers, judgements, scores from numbers in cells.

They compute from what is in their arguments alone; those of `udfs.by_findings` ask the project.
Whole numbers are computed exactly: money is taken in 元 and rounded to the 分.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis import (
    attainment,
    bands,
    factors,
    peers,
    quadrants,
    rules,
    scorecard,
    screening,
    signals,
    trees,
    what_if,
)
from kpi_xl.error_values import NOT_AVAILABLE, NUM, error_name
from udfs.arguments import BadArgumentError, cells_of, left_out, numbers, word
from udfs.quantities import MOST, Ints, bounded, cell, chain, count, direction, grid, one, sound
from udfs.results import Result, cells, never_raises, shaped

_FINE: Final = 1_000_000
"""Counts of a chain are kept in millionths, so that 0.5 is one too."""


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
    wanted = word(method).casefold()
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
        table.append([title, cell(start[number]), cell(end[number]), shares[number].item() / 100])
    results = [int(chain[-1]) / 100 for chain in (first, last)]
    return [*table, ["合计", *results, (int(last[-1]) - int(first[-1])) / 100]]


def _names(value: Any, wanted: int, usual: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the factors: as given, else those of the tree with this number of factors."""
    if left_out(value):
        return usual.get(wanted, tuple(f"因素{n}" for n in range(1, wanted + 1)))
    found = tuple(word(name) for name in cells_of(value))
    if len(found) == 1 and found[0] in trees.trees():
        found = tuple(factor.name for factor in trees.trees()[found[0]].factors)
    if len(found) != wanted:
        raise BadArgumentError("#VALUE!")
    return found


def _chain(value: Any) -> Ints:
    """A chain of quantities, the result last in 分, all others in millionths."""
    read = chain(value)
    if (np.abs(read[:-1]) > MOST / _FINE).any():
        raise BadArgumentError("#NUM!")
    result = np.rint(read[-1:] * 100)
    return np.concatenate([np.rint(read[:-1] * _FINE), sound(result)]).astype(np.int64)


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
        还没有结果、或现在是 0 的数量无从倒推，是 #DIV/0!；空白格不能少，是 #VALUE!。

    Examples
    --------
    每周 30 次拜访、10 次洽谈、3 单、15000 元；20000 元要：

    >>> KPI_SOLVE([30, 10, 3, 15000], 20000)
    [[40.0], [14.0], [4.0]]
    >>> KPI_SOLVE([30, 10, 3, 15000], 20000, 3)
    4.0
    """
    read = chain(quantities)
    wanted = one(goal)
    # All that counts are the ratios: counts and result in their own fine units.
    fine = np.rint(read * 100)
    if (fine < 0).any() or wanted < 0 or (fine > MOST).any() or wanted > MOST / 100:
        return "#NUM!"
    whole = fine.astype(np.int64)

    def needed(number: int) -> float | str:
        if not whole[number]:
            return "#DIV/0!"  # a result that came of nothing
        found = what_if.quantity_needed(whole, round(wanted * 100), number).item()
        return error_name(found) or math.ceil(found / 100 - 1e-9) * 1.0

    if left_out(place):
        return [[needed(number)] for number in range(read.size - 1)]
    number = count(place)
    return needed(number - 1) if 1 <= number < read.size else "#NUM!"


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
    sure = one(confidence, 0.95)
    if not 0 < sure < 1:
        return "#NUM!"
    low, high = bands.wilson(one(successes), one(trials), sure)
    return [[cell(low.item()), cell(high.item())]]


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
    known = np.where(blank | (np.abs(read) > MOST), np.nan, read).ravel()
    found = peers.peers(known, direction(lower))
    rows: list[list[Any]] = [
        [title, cell(value.item())]
        for title, value in (
            ("最好", found.best),
            ("上四分位", found.upper),
            ("中位", found.median),
            ("下四分位", found.lower),
        )
    ]
    return rows + [["名次", rank or "#N/A"] for rank in found.rank.tolist()]


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
    known = np.where(blank, np.nan, bounded(amounts)).ravel()
    found = attainment.attainment_quadrants(known, bounded(goals).ravel())
    named = attainment.QUADRANT_MEANINGS if word(meaning) else attainment.QUADRANTS
    return shaped(_placed(found, named, amounts, goals), dimensions)


def _placed(
    found: NDArray[Any], named: Sequence[str], *read: NDArray[np.float64]
) -> list[list[Any]]:
    """The place of each among all, by name; an error in the numbers is an error in the place."""
    errors = [
        next((error for number in cells if (error := error_name(number)) is not None), None)
        for cells in zip(*(bounded(one, NUM).ravel().tolist() for one in read), strict=True)
    ]
    words = [
        error or (named[place] if place >= 0 else "—")
        for error, place in zip(errors, found.tolist(), strict=True)
    ]
    return list(np.array(words, dtype=object).reshape(read[0].shape).tolist())


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
    known = [np.where(b, np.nan, bounded(v)).ravel() for v, b in ((can, blank), (wants, none))]
    own = None
    if not left_out(override):
        words = [word(one) for one in cells_of(override)]
        if len(words) != can.size or not set(words) <= {"", *quadrants.SKILL_WILL}:
            return "#VALUE!"
        own = [quadrants.SKILL_WILL.index(box) if box else -1 for box in words]
    found = quadrants.skill_will_boxes(known[0], known[1], override=own)
    return shaped(_placed(found, quadrants.SKILL_WILL, can, wants), dimensions)


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
    rate = one(activity, 0.8)
    if not 0 <= rate <= 1:
        return "#NUM!"
    people = (count(producers), count(opening), count(closing))
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
        总分，100 分为全部达标；有权重的指标还没有实际，是 #N/A；没有目标，是 #DIV/0!。

    Examples
    --------
    >>> round(KPI_SCORE([150, 0.04], [100, 0.05], [0.6, 0.4], [None, 1]), 6)
    120.0
    """
    read = [numbers(value)[:2] for value in (actual, target, weights)]
    ways = [None] * read[0][0].size if left_out(lower) else cells_of(lower)
    if {values.size for values, _ in read} != {len(ways)}:
        return "#VALUE!"
    # A range may be longer than the card in it.
    used = ~np.logical_and.reduce([blank.ravel() for _, blank in read])
    done, goal, parts = (sound(values).ravel()[used] for values, _ in read)
    shares, unknown = _weights(parts), read[0][1].ravel()[used]
    ways = [way for way, kept in zip(ways, used.tolist(), strict=True) if kept]
    items = [
        scorecard.Item("", "财务", weight, direction(way), one(floor, 0.6), one(cap, 1.2))
        for weight, way in zip(shares.tolist(), ways, strict=True)
    ]
    try:
        # What is not known yet scores neither 0 nor, where lower is better, the most.
        done = np.where(unknown & (shares != 0), NOT_AVAILABLE, done)
        return cell(scorecard.scores(items, done, goal).total.item())
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
    block, blank = grid(points), np.asarray(numbers(points)[1].all(axis=1))
    shares = _weights(sound(numbers(weights)[0]).ravel())
    if shares.size != block.shape[1]:
        return "#VALUE!"
    try:
        found = screening.screen(block, shares)
    except ValueError:
        return "#NUM!"
    totals = cells(found.total[:, None])
    return [
        [None, None] if empty else [total[0], rank or "#N/A"]
        for empty, total, rank in zip(blank, totals, found.rank.tolist(), strict=True)
    ]


@never_raises
def KPI_SIGNAL(values: Any) -> Result:
    """信号：最近一期是不是超出平时的波动，照前面各期的自然界限（XmR 图）。

    Parameters
    ----------
    values : range of numbers
        一个指标各期的值，最近的在最后，至少 9 期。

    Returns
    -------
    rows
        信号、中线、下限、上限，一项一行；信号如 低于平时、连续偏高，没有则为 —。

    Examples
    --------
    >>> KPI_SIGNAL([70, 72, 69, 71, 70, 68, 71, 70, 69, 71, 55])[0]
    ['信号', '低于平时']
    """
    read, blank, _ = numbers(values)
    series = sound(read[~blank])
    if not series.size:
        return "#VALUE!"
    if series.size <= signals.FEWEST:
        return "#N/A"
    found = signals.xmr(series)
    return [
        ["信号", signals.SIGNALS[found.signal[-1]] or "—"],
        ["中线", cell(found.middle[-1].item())],
        ["下限", cell(found.low[-1].item())],
        ["上限", cell(found.high[-1].item())],
    ]


def _weights(read: NDArray[np.float64]) -> NDArray[np.int64]:
    """Weights in ten-thousandths, which must add up to 1."""
    if (np.abs(read) > 1).any():
        raise BadArgumentError("#NUM!")
    return np.rint(read * scorecard.WHOLE).astype(np.int64)
