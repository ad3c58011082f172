"""The slots of 营业部经理月度KPI设定表: weights, standards and scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.feedback import RELATIONS, SELF, Relation
from kpi_xl.analysis.scorecard import Item, Perspective
from kpi_xl.catalogue import kpis
from kpi_xl.data.ratings import Round
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Bands, Kpi
from kpi_xl.slots.becomes import IN_REVIEW, Scoring
from kpi_xl.slots.cell_formula import (
    CellFormula,
    all_of,
    any_of,
    call,
    cell,
    first,
    formula,
    greatest,
    here,
    item,
    least,
    number_in,
    numbers_in,
    texts_in,
    total,
    unless_error,
    when,
)
from kpi_xl.slots.slot import Group, Kind, Slot, Values
from kpi_xl.slots.unit_values import KPI_NAMES

_LINES: Final[Sequence[tuple[str, Perspective, int]]] = (
    ("KPI_FYP", "财务", 25),
    ("KPI_PIECES", "财务", 10),
    ("KPI_PERSISTENCY", "客户", 10),
    ("KPI_ACTIVITY", "内部流程", 15),
    ("KPI_PIECES_PER_CAPITA", "内部流程", 10),
    ("KPI_OUTLET_ACTIVITY", "内部流程", 5),
    ("KPI_SIGN_RATE", "内部流程", 5),
    ("KPI_RECRUITS", "学习成长", 5),
    ("KPI_RETENTION13", "学习成长", 5),
    ("KPI_ATTRITION", "学习成长", 5),
    ("KPI_ATTENDANCE", "学习成长", 5),
)

ITEMS: Final = tuple(
    Item(code, perspective, weight * 100, kpis[code].direction)
    for code, perspective, weight in _LINES
)
"""The lines of a department manager's month."""

FLOOR: Final = ITEMS[0].floor
CAP: Final = ITEMS[0].cap

FEEDBACK_SHARE: Final = 0.2
"""What 360 度评价 counts of the score with it, until the manager's superior changes it."""

_MILLION: Final = 1_000_000


_TARGET: Final = cell("kpi.<指标>.目标")
_ACTUAL: Final = cell("kpi.<指标>")
_WEIGHT, _POINTS, _WEIGHTED = cell(".权重"), cell(".得分"), cell("kpi.<指标>.加权得分")
_FLOOR, _CAP = cell("score.floor"), cell("score.cap")


class _Line(NamedTuple):
    """A line of the scorecard."""

    kpi: Kpi
    weight: float | None
    bands: Bands | None


def _score(kpi: Kpi) -> CellFormula:
    """A line's points; empty without actual or target, as in `kpi_xl.analysis.scorecard.scores`."""
    rate = _ACTUAL / _TARGET
    if kpi.direction == "lower":
        rate = 2 - rate
    points = when(rate < _FLOOR - 0.0000005, 0, greatest(0, least(rate, _CAP)) * 100)
    return when(any_of(_TARGET.equals(""), _ACTUAL.equals("")), "", unless_error(points))


def _bound(line: _Line, bound: Callable[[Bands], float]) -> float | str:
    return NOTHING if line.bands is None else bound(line.bands)


ITEM: Final = Group(
    "kpi.<指标>",
    "<指标>",
    {
        ".权重": Slot(
            "考核权重", Kind.RATIO, value=lambda line: line.weight, becomes=Scoring("<指标>权重")
        ),
        ".健康界限": Slot(
            "健康界限", Kind.OF_KPI, value=lambda line: _bound(line, lambda one: one.healthy)
        ),
        ".危险界限": Slot(
            "危险界限",
            Kind.OF_KPI,
            value=lambda line: _bound(line, lambda one: one.danger_bound(line.kpi.direction)),
        ),
        ".得分": Slot("得分，达成率 × 100，有保底和封顶", Kind.NUMBER, formula=_score),
        ".加权得分": Slot(
            "权重 × 得分",
            Kind.NUMBER,
            formula=when(
                any_of(_WEIGHT.equals(""), _POINTS.equals("")), "", unless_error(_WEIGHT * _POINTS)
            ),
        ),
    },
    {"指标": tuple(kpis[item.kpi].name for item in ITEMS)},
)

SCORE: Final = Group(
    "score.",
    "月度考核",
    {
        "floor": Slot(
            "保底达成率", Kind.RATIO, value=lambda _: FLOOR, becomes=Scoring("保底达成率")
        ),
        "cap": Slot("封顶达成率", Kind.RATIO, value=lambda _: CAP, becomes=Scoring("封顶达成率")),
        "weights": Slot("权重合计", Kind.RATIO, formula=total(cell("kpi.<指标>.权重"))),
        "total": Slot(
            "总分",
            Kind.NUMBER,
            formula=when(
                numbers_in(_WEIGHTED).equals(0),
                "",
                when(texts_in(_WEIGHTED, NOTHING) > 0, NOTHING, total(_WEIGHTED)),
            ),
        ),
        "提示": Slot(
            "权重合计是不是 100%",
            formula=when(
                call("ROUND", cell("weights"), 6).equals(1),
                "权重合计 100%",
                formula("权重合计应为 100%，现在是 ").then(call("TEXT", cell("weights"), "0%")),
            ),
        ),
    },
)

_BY_KPIS, _BY_OTHERS = cell("score.total"), cell("feedback.得分")
_PART: Final = cell("feedback.占比")

TOGETHER: Final = Group(
    "score.",
    "月度考核",
    {
        "综合": Slot(
            "得分和 360 得分合在一起",
            Kind.NUMBER,
            formula=when(
                numbers_in(_BY_KPIS, _BY_OTHERS) < 2,
                "",
                _BY_KPIS * (1 - _PART) + _BY_OTHERS * _PART,
            ),
        )
    },
)

_OTHERS: Final = len(RELATIONS) - 1
"""All who judge somebody but himself, who comes last."""

_MEAN, _SHARE = here("平均分"), here("权重")
_ALL_SHARES: Final = call("SUMPRODUCT", call("ISNUMBER", first("平均分", _OTHERS)) * cell("权重"))
_OWN, _OF_OTHERS = item("平均分", _OTHERS), cell("得分")

FEEDBACK: Final = Group(
    "feedback.",
    "360 度评价",
    {
        "period": Slot("哪个月的评价"),
        "人数": Slot("上级、同级、下级、客户、自评各几人打分，一列", Kind.NUMBER, len(RELATIONS)),
        "平均分": Slot("各方的平均分，一列；人太少的不显示", Kind.NUMBER, len(RELATIONS)),
        "权重": Slot(
            "上级、同级、下级、客户的权重，一列",
            Kind.RATIO,
            len(RELATIONS) - 1,
            becomes=Scoring("360 各方权重"),
        ),
        "加权分": Slot(
            "各方计入的分，一列",
            Kind.NUMBER,
            _OTHERS,
            formula=when(
                all_of(call("ISNUMBER", _MEAN), number_in(_SHARE) > 0),
                _MEAN * _SHARE / _ALL_SHARES,
                "",
            ),
        ),
        "说明": Slot("为什么不显示，一列", cells=len(RELATIONS)),
        "得分": Slot(
            "360 得分",
            Kind.NUMBER,
            formula=when(numbers_in(cell("加权分")).equals(0), "", total(cell("加权分"))),
        ),
        "差距": Slot(
            "自评比他人高多少",
            formula=when(
                any_of(numbers_in(_OWN).equals(0), _OF_OTHERS.equals("")),
                "",
                formula("自评比他人")
                .then(when(_OWN < _OF_OTHERS, "低 ", "高 "))
                .then(call("TEXT", call("ABS", _OWN - _OF_OTHERS), "0.0"))
                .then(" 分"),
            ),
        ),
        "占比": Slot("360 得分占综合得分的比例", Kind.RATIO, becomes=Scoring("360 得分的占比")),
    },
)

TYPED: Final = Group(
    "input.kpi.<指标>.",
    "<指标>",
    {"说明": Slot("怎样达成，或为什么没有达成", becomes=IN_REVIEW)},
    {"指标": KPI_NAMES},
)


def assessment_values(
    values: Mapping[str, Any],
    bands: Mapping[str, Kpi],
    unripe: Collection[str] = (),
    agreed: Mapping[str, Any] | None = None,
) -> Values:
    """Weights, standards and scores beside the KPIs.

    A KPI without a target, or whose facts are still to come, cannot be scored: its weight goes to
    the others in proportion, in whole percents, and the manager changes what he wants to.

    Parameters
    ----------
    values : mapping
        The slots of the unit's KPIs; see `kpi_xl.slots.unit_values`.
    bands : mapping of str to Kpi
        The KPIs by code, with the project's own bands.
    unripe : collection of str
        The codes of those whose facts are still to come.
    agreed : mapping, optional
        The weights and bounds that were set last, by slot.
    """
    names = [kpis[item.kpi].name for item in ITEMS]
    targets = [values[f"kpi.{name}.目标"] for name in names]
    counted = targets if any(targets) else [1.0] * len(names)
    own = agreed or {}
    set_ = [own.get(f"kpi.{name}.权重") for name in names]
    usual: Sequence[int] = [item.weight for item in ITEMS]
    if any(set_) and any(w and t for w, t in zip(set_, counted, strict=True)):
        usual = [round((weight or 0) * _MILLION) for weight in set_]
    shares = [
        weight if target and item.kpi not in unripe else 0
        for item, weight, target in zip(ITEMS, usual, counted, strict=True)
    ]
    weights = [share / 100 if share else None for share in apportion(100, shares)]
    if any(set_) and shares == usual and round(sum(filter(None, set_)), 6) == 1:
        weights = set_
    bounds = {
        "score.floor": own.get("score.floor", FLOOR),
        "score.cap": own.get("score.cap", CAP),
    }
    beside = {**values, **bounds}
    found: Values = {}
    for line_, name, weight in zip(ITEMS, names, weights, strict=True):
        line = _Line(kpis[line_.kpi], weight, bands[line_.kpi].bands)
        found |= ITEM.values(line, beside, 指标=name)
    columns = {
        f"kpi.<指标>.{end}": [found[f"kpi.{name}.{end}"] for name in names]
        for end in ("权重", "加权得分")
    }
    return found | SCORE.values(None, columns) | bounds


def feedback_weights(agreed: Mapping[str, Any]) -> dict[Relation, float]:
    """The weight of each relation, as it was typed last; empty where nobody typed one."""
    set_ = agreed.get("feedback.权重")
    others: list[Relation] = [relation for relation in RELATIONS if relation != SELF]
    if not isinstance(set_, list) or len(set_) != len(others) or not any(set_):
        return {}
    return dict(zip(others, set_, strict=True))


def feedback_values(
    found: Round | None,
    weights: Mapping[Relation, float],
    fewest: int,
    score: float | str,
    share: float = FEEDBACK_SHARE,
) -> Values:
    """The ratings that others gave a manager, beside the score by KPIs.

    Parameters
    ----------
    found : Round or None
        The last round of 360 度评价; None when nobody judged him.
    weights : mapping of str to float
        What each side counts, of which only the ratio matters.
    fewest : int
        Of fewer raters nothing is told.
    score : float or str
        The score of the KPIs, ``score.total``.
    share : float
        What 360 度评价 counts of the score with it.
    """
    circles = found.feedback.circles if found else ()
    raters = {circle.relation: circle.raters for circle in circles}
    known = [circle for circle in circles if not math.isnan(circle.points)]
    points: dict[Relation, float] = {circle.relation: circle.points for circle in known}
    others = [relation for relation in RELATIONS if relation != SELF]
    whole = sum(weights.get(relation, 0) for relation in others)
    few = f"不足 {fewest} 人，不显示，不计入"
    told: Values = {
        "period": f"{found.month.chinese}评价" if found else "没有 360 度评价",
        "人数": [raters.get(relation, 0) for relation in RELATIONS],
        "平均分": [
            points.get(relation, NOTHING if raters.get(relation) else "") for relation in RELATIONS
        ],
        "权重": [weights.get(relation, 0) / whole for relation in others],
        "说明": [
            few if raters.get(relation) and relation not in points else "" for relation in RELATIONS
        ],
        "占比": share,
    }
    ratings = FEEDBACK.values(told)
    return ratings | TOGETHER.values(None, {"score.total": score, **ratings})
