"""Functions by methods of management: 360 度评价, ABC 法则."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from kpi_xl.analysis.feedback import FEWEST_RATERS, RELATIONS, SELF, WEIGHTS, Relation, feedback
from kpi_xl.analysis.priorities import priorities
from kpi_xl.catalogue.schema import RATINGS
from udfs.arguments import cells_of, left_out, numbers, word
from udfs.quantities import cell, count, sound
from udfs.results import Result, never_raises

_MEANT: Final = dict(RATINGS.column("relation").choices)
_OTHERS: Final = tuple(relation for relation in RELATIONS if relation != SELF)


@never_raises
def KPI_360(
    relations: Any, points: Any, weights: Any = None, fewest: Any = FEWEST_RATERS
) -> Result:
    """360 度评价：上级、同级、下级、客户打分的平均，加权得分，自评比他人高多少。

    Parameters
    ----------
    relations : range
        打分的人是他的什么人：上级、同级、下级、客户、自评，一人一格。
    points : range of numbers
        打的分，0 到 100，一人一格。
    weights : optional
        可省略为 40、20、30、10：上级、同级、下级、客户的权重，四格，只看比例。
    fewest : optional
        可省略为 3：同级、下级、客户少于几人打分就不显示，也不计入。

    Returns
    -------
    rows
        上级、同级、下级、客户、自评各一行：几人、平均分（取整）；再加得分、自评差距两行。

    Examples
    --------
    >>> for row in KPI_360(["上级", "同级", "同级", "同级", "下级"], [80, 90, 85, 88, 40]):
    ...     print(*row)
    上级 1 80.0
    同级 3 88.0
    下级 1 None
    客户 0 None
    自评 0 None
    得分 None 82.66666666666667
    自评差距 None #N/A
    """
    names = [word(one) for one in cells_of(relations)]
    read, blank, _ = numbers(points)
    if len(names) != read.size:
        return "#VALUE!"
    flat, empty = read.ravel(), blank.ravel()
    # A range may be longer than the list in it.
    used = [place for place, name in enumerate(names) if name or not empty[place]]
    if any(names[place] not in _MEANT or empty[place] for place in used):
        return "#VALUE!"
    given = sound(flat[used])
    if ((given < 0) | (given > 100)).any():
        return "#NUM!"
    shares = WEIGHTS
    if not left_out(weights):
        parts, none, _ = numbers(weights)
        if parts.size != len(_OTHERS):
            return "#VALUE!"
        of_each = sound(np.where(none, 0.0, parts)).ravel().tolist()
        if min(of_each) < 0 or not any(of_each):
            return "#NUM!"
        shares = dict(zip(_OTHERS, of_each, strict=True))
    sides: list[Relation] = [r for place in used for r in RELATIONS if r == _MEANT[names[place]]]
    found = feedback(sides, given, shares, max(count(fewest, FEWEST_RATERS), 1))
    rows: list[list[Any]] = [
        [one.relation, one.raters, None if np.isnan(one.points) else one.points]
        for one in found.circles
    ]
    return [*rows, ["得分", None, cell(found.total)], ["自评差距", None, cell(found.gap)]]


@never_raises
def KPI_ABC(impact: Any) -> Result:
    """ABC 法则：按影响大小分 A、B、C 三类；比它大的合计不到七成是 A，不到九成是 B，其余是 C。

    Parameters
    ----------
    impact : range of numbers
        做成了带来多少，或不做会少多少，如保费；一件事一格。

    Returns
    -------
    rows
        A、B 或 C，一件事一行。

    Examples
    --------
    >>> KPI_ABC([5000, 1200, 1200, 600, 0])
    [['A'], ['A'], ['A'], ['C'], ['C']]
    """
    read, blank, _ = numbers(impact)
    flat, empty = read.ravel(), blank.ravel()
    brings = sound(flat[~empty])
    if (brings < 0).any():
        return "#NUM!"
    classes = iter(priorities(brings))
    return [[None if none else next(classes)] for none in empty.tolist()]
