"""预警: every KPI that is not 健康, the worst first; KPIs that tell the same fact are one
warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.bands import ABNORMAL, STATUSES, Judgement
from kpi_xl.kpi import Status


@dataclass(frozen=True)
class Judged:
    """A KPI of all units, judged.

    Parameters
    ----------
    kpi : str
        The code of the KPI.
    values : (units,) float64 array
        The last period, in its unit.
    judgement : Judgement
        The judgement of all units by `kpi_xl.analysis.bands.judge`.
    """

    kpi: str
    values: NDArray[np.float64]
    judgement: Judgement


@dataclass(frozen=True)
class KpiWarning:
    """One fact about a unit that somebody should look at: a KPI, and others that it explains.

    Parameters
    ----------
    kpi, unit : str
        Which KPI, by code, of which unit.
    status : str
        The status of the unit, 异常 or 危险.
    value : float
        In the KPI's unit.
    cost : int
        Its part of what the unit's result lacks, in 分; 0 for what is no part of that.
    reasons : tuple of str
        The reasons for the status, in Chinese.
    months : int
        For how many periods in a row, this one included; 1 is new.
    since : str
        The same for people; empty where nobody has said it yet.
    is_signal : bool
        Whether it is worse than the unit's usual swing.
    also : tuple of KpiWarning
        The warnings of the KPIs that are short because this one is.
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
    also: tuple[KpiWarning, ...] = ()

    @property
    def is_news(self) -> bool:
        """Whether it is new this month or a signal; else it was so before."""
        return self.is_signal or self.months <= 1 or any(one.is_news for one in self.also)

    @property
    def shown_by(self) -> tuple[KpiWarning, ...]:
        """The KPI's warning and those that it explains, each as a warning of its own."""
        return self, *self.also

    @property
    def shows_signal(self) -> bool:
        """Whether the KPI or one that it explains is worse than usual."""
        return any(one.is_signal for one in self.shown_by)

    @property
    def is_grave_without_money(self) -> bool:
        """Whether it is 危险 beyond the usual swing, and not a factor of the result."""
        return not self.cost and self.shows_signal and self.worst == STATUSES[-1]

    @property
    def worst(self) -> Status:
        """The worst status of the KPI and those that it explains."""
        return max((one.status for one in self.shown_by), key=STATUSES.index)


def news_first(found: Iterable[KpiWarning]) -> list[KpiWarning]:
    """Sort warnings that are new this month before older ones, and keep the order otherwise.

    Examples
    --------
    >>> long = KpiWarning("KPI_ACTIVITY", "A", "危险", 0.5, 900, (), months=7)
    >>> new = KpiWarning("KPI_ATTRITION", "A", "异常", 0.1, 30, ())
    >>> [one.kpi for one in news_first([long, new])]
    ['KPI_ATTRITION', 'KPI_ACTIVITY']
    """
    return sorted(found, key=lambda one: not one.is_news)


def costliest(found: Iterable[KpiWarning]) -> list[KpiWarning]:
    """Sort by cost, the highest first; at equal costs signals, then 危险, then the order given.

    Examples
    --------
    >>> cheap = KpiWarning("KPI_ACTIVITY", "A", "危险", 0.5, 0, ())
    >>> lapses = KpiWarning("KPI_PERSISTENCY", "A", "异常", 0.5, 0, (), is_signal=True)
    >>> dear = KpiWarning("KPI_PIECES", "A", "异常", 12, 900, ())
    >>> [one.kpi for one in costliest([cheap, lapses, dear])]
    ['KPI_PIECES', 'KPI_PERSISTENCY', 'KPI_ACTIVITY']
    """
    return sorted(
        found, key=lambda one: (-one.cost, not one.shows_signal, -STATUSES.index(one.worst))
    )


def warnings(judged: Iterable[Judged], units: Sequence[str]) -> list[KpiWarning]:
    """All warnings, one for each KPI, without amounts of money.

    Parameters
    ----------
    judged : iterable of Judged
        The KPIs to look at, each judged for all units.
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
    >>> for w in warnings([Judged("KPI_ACTIVITY", rate[:, -1], judgement)], ["A", "B", "C"]):
    ...     print(w.unit, w.status, *w.reasons)
    B 异常 未达健康线
    C 危险 越过危险线
    """
    return [
        KpiWarning(
            kpi=kpi.kpi,
            unit=units[index],
            status=STATUSES[int(kpi.judgement.level[index])],
            value=float(kpi.values[index]),
            cost=0,
            reasons=_reasons(kpi.judgement, index),
            months=max(int(kpi.judgement.months[index]), 1),
            is_signal=bool(kpi.judgement.worsened[index]),
        )
        for kpi in judged
        for index in np.flatnonzero(kpi.judgement.level >= ABNORMAL).tolist()
    ]


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
    """The reasons for a unit's status, or against one for a small unit, from `GROUNDS`.

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
