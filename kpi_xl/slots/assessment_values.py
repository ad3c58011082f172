"""The values of the slots of 营业部经理月度KPI设定表: weights, standards and scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.scorecard import Item, Perspective
from kpi_xl.analysis.scorecard import attainment as attained
from kpi_xl.catalogue import kpis
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Kpi
from kpi_xl.slots.unit_values import Values

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


def assessment_values(values: Values, bands: Mapping[str, Kpi]) -> Values:
    """Weights, standards and scores beside the KPIs.

    A KPI without a target cannot be scored: its weight goes to the others in proportion, in whole
    percents, and the manager changes what he wants to.

    Parameters
    ----------
    values : dict
        The slots of the unit's KPIs; see `kpi_xl.slots.unit_values`.
    bands : mapping of str to Kpi
        The KPIs by code, with the project's own bands.
    """
    names = [kpis[item.kpi].name for item in ITEMS]
    targets = [values[f"kpi.{name}.目标"] for name in names]
    counted = targets if any(targets) else [1.0] * len(names)
    shares = [item.weight if target else 0 for item, target in zip(ITEMS, counted, strict=True)]
    weights = [share / 100 if share else None for share in apportion(100, shares)]
    found: Values = {"score.floor": FLOOR, "score.cap": CAP, "score.weights": 1.0}
    found["score.提示"] = "权重合计 100%"
    weighted: list[float | str] = []
    for item, name, weight in zip(ITEMS, names, weights, strict=True):
        actual, target = values[f"kpi.{name}"], values[f"kpi.{name}.目标"]
        points = score(item, actual, target)
        product: float | str = "" if weight is None or points == "" else NOTHING
        if weight is not None and not isinstance(points, str):
            product = weight * points
        weighted.append(product)
        standard = bands[item.kpi].bands
        found |= {
            f"kpi.{name}.权重": weight,
            f"kpi.{name}.健康界限": standard.healthy if standard else NOTHING,
            f"kpi.{name}.危险界限": standard.danger_bound(item.direction) if standard else NOTHING,
            f"kpi.{name}.得分": points,
            f"kpi.{name}.加权得分": product,
        }
    found["score.total"] = _total(weighted)
    return found


def score(item: Item, actual: float | str | None, target: float | str | None) -> float | str:
    """A line's points as the sheet's formula gives them: empty without actual or target.

    The same rule as `kpi_xl.analysis.scorecard.scores`.
    """
    if actual is None or target is None or "" in (actual, target):
        return ""
    if isinstance(actual, str) or isinstance(target, str):
        return NOTHING
    rate = float(attained(actual, target, item.direction))
    if math.isnan(rate):
        return NOTHING
    return 0.0 if rate < item.floor - 5e-7 else min(max(rate, 0.0), item.cap) * 100


def _total(weighted: Sequence[float | str]) -> float | str:
    """Their sum; no total where a line cannot be told, none yet where nothing is."""
    numbers = [one for one in weighted if not isinstance(one, str)]
    if not numbers:
        return ""
    return NOTHING if NOTHING in weighted else sum(numbers)
