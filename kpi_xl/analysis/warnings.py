"""预警: every KPI that is not 健康, the one that costs most first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.bands import ABNORMAL, STATUSES, Judgement
from kpi_xl.kpi import Direction, Status


@dataclass(frozen=True)
class Judged:
    """A KPI of all units, judged.

    Parameters
    ----------
    kpi : str
        Its code.
    values : (units,) float64 array
        The last period, in its unit.
    judgement : Judgement
        What `kpi_xl.analysis.bands.judge` says.
    cost : (units,) int64 array
        What its shortfall costs, in 分; 0 where that cannot be put in money.
    """

    kpi: str
    values: NDArray[np.float64]
    judgement: Judgement
    cost: NDArray[np.int64]


@dataclass(frozen=True)
class KpiWarning:
    """One KPI of one unit that somebody should look at.

    Parameters
    ----------
    kpi, unit : str
        Which KPI, by code, of which unit.
    status : str
        异常 or 危险.
    value : float
        In the KPI's unit.
    cost : int
        What the shortfall costs, in 分.
    reasons : tuple of str
        Why, in Chinese.
    months : int
        For how many periods in a row, this one included; 1 is new.
    since : str
        The same for people; empty where nobody has said it yet.
    is_signal : bool
        Whether it is worse than the unit's usual swing.
    """

    kpi: str
    unit: str
    status: Status
    value: float
    cost: int
    reasons: tuple[str, ...]
    months: int = 1
    since: str = ""
    is_signal: bool = False

    @property
    def is_news(self) -> bool:
        """Whether something has happened: it is new, or a signal. All else is as it was."""
        return self.is_signal or self.months <= 1


def news_first(found: Iterable[KpiWarning]) -> list[KpiWarning]:
    """What has happened this month before what has long been so, in the order given otherwise.

    Examples
    --------
    >>> long = KpiWarning("KPI_ACTIVITY", "A", "危险", 0.5, 900, (), months=7)
    >>> new = KpiWarning("KPI_ATTRITION", "A", "异常", 0.1, 30, ())
    >>> [one.kpi for one in news_first([long, new])]
    ['KPI_ATTRITION', 'KPI_ACTIVITY']
    """
    return sorted(found, key=lambda one: not one.is_news)


def shortfall_cost(
    values: ArrayLike, healthy: ArrayLike, worth: ArrayLike, direction: Direction
) -> NDArray[np.int64]:
    """What a KPI short of its healthy bound costs.

    Parameters
    ----------
    values, healthy : array_like
        The KPI and its bound in its unit, of any shapes that broadcast.
    worth : array_like
        What one whole unit of the KPI is worth, in 分, all else held: for 活动率 it is
        平均人数 × 人均产能.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    int64 array
        分, rounded; 0 where nothing is missing or something is not known.

    Notes
    -----
    (bound − value) × worth. In a product such as 保费 = 人力 × 活动率 × 人均产能 this is exactly
    the premium that the factor at its bound would have brought.

    Examples
    --------
    Ten people, 2,000 元 a producer, 60% active where 80% is healthy:

    >>> shortfall_cost(0.6, 0.8, 10 * 2_000_00, "higher").item()
    400000
    """
    gap = np.asarray(healthy, dtype=np.float64) - np.asarray(values, dtype=np.float64)
    if direction == "lower":
        gap = -gap
    cost = np.where(gap > 0, gap, 0.0) * np.asarray(worth, dtype=np.float64)
    return np.rint(np.where(np.isfinite(cost) & (cost > 0), cost, 0.0)).astype(np.int64)


def warnings(judged: Iterable[Judged], units: Sequence[str]) -> list[KpiWarning]:
    """All warnings, the costliest first; of equal costs 危险 first.

    Parameters
    ----------
    judged : iterable of Judged
        The KPIs.
    units : sequence of str
        The units' names, in the order of the arrays.

    Returns
    -------
    list of KpiWarning

    Examples
    --------
    >>> from kpi_xl.analysis.bands import judge
    >>> from kpi_xl.kpi import Bands
    >>> rate = np.array([[0.9], [0.75], [0.5]])
    >>> judgement = judge(rate, "higher", bands=Bands(0.8, source=""))
    >>> cost = shortfall_cost(rate[:, -1], 0.8, [1_00, 9_000_00, 1_000_00], "higher")
    >>> for w in warnings([Judged("KPI_ACTIVITY", rate[:, -1], judgement, cost)], ["A", "B", "C"]):
    ...     print(w.unit, w.status, w.cost, *w.reasons)
    B 异常 45000 未达健康线
    C 危险 30000 越过危险线
    """
    found = []
    for kpi in judged:
        for index in np.flatnonzero(kpi.judgement.level >= ABNORMAL).tolist():
            level = int(kpi.judgement.level[index])
            found.append(
                (
                    -int(kpi.cost[index]),
                    -level,
                    KpiWarning(
                        kpi=kpi.kpi,
                        unit=units[index],
                        status=STATUSES[level],
                        value=float(kpi.values[index]),
                        cost=int(kpi.cost[index]),
                        reasons=_reasons(kpi.judgement, index),
                        months=max(int(kpi.judgement.months[index]), 1),
                        is_signal=bool(kpi.judgement.worsened[index]),
                    ),
                )
            )
    return [item[2] for item in sorted(found, key=lambda item: item[:2])]


_BY_LEVEL = {
    "band": ("", "未达健康线", "越过危险线"),
    "target": ("", "未达目标", "差目标一成以上"),
    "peers": ("", "同类后四分之一", "远落后于同类"),
}


GROUNDS: Final[Mapping[str, str]] = {
    "band": "界限",
    "target": "目标",
    "peers": "同类",
    "worsened": "信号",
    "uncertain": "人少",
}
"""What a judgement goes by, in a word each; 人少 that a small unit is not judged by its number
alone, but by the better end of its interval."""


def grounds(judgement: Judgement, index: int) -> tuple[str, ...]:
    """What makes a unit's KPI 异常 or 危险, or keeps a small unit's from being so, in `GROUNDS`.

    Examples
    --------
    >>> from kpi_xl.analysis.bands import judge
    >>> from kpi_xl.kpi import Bands
    >>> found = judge([[0.9, 0.6], [0.9, 0.6]], "higher", bands=Bands(0.8, source=""),
    ...               judged=[0.6, 0.82])
    >>> grounds(found, 0), grounds(found, 1)
    (('界限',), ('人少',))
    """
    found = [
        GROUNDS[part]
        for part in _BY_LEVEL
        if judgement.level[index] >= ABNORMAL and getattr(judgement, part)[index] >= ABNORMAL
    ]
    found += [
        GROUNDS[part] for part in ("worsened", "uncertain") if getattr(judgement, part)[index]
    ]
    return tuple(found)


def _reasons(judgement: Judgement, index: int) -> tuple[str, ...]:
    reasons = [
        texts[level]
        for part, texts in _BY_LEVEL.items()
        if (level := int(getattr(judgement, part)[index])) >= ABNORMAL
    ]
    if judgement.worsened[index]:
        reasons.append("超出平时的波动")
    return tuple(reasons)
