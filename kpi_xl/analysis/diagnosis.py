"""诊断: the causes of a weak KPI in the order of the evidence, and what to do about them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kpi_xl.analysis.evidence import Signals
from kpi_xl.analysis.knowledge import Cause, Knowledge, Remedy, Topic
from kpi_xl.formula import Unit

Verdict = Literal["数据支持", "请主管判断", "数据不支持"]

SUPPORTED: Final = 0.5
"""From half a usual spread on, numbers speak for a cause."""

_ORDER: Final[tuple[Verdict, ...]] = ("数据支持", "请主管判断", "数据不支持")


@dataclass(frozen=True)
class Number:
    """A number that speaks for or against a cause.

    Parameters
    ----------
    name : str
        The signal's Chinese name.
    unit : str
        Its unit.
    value, usual, peers : float
        The last month, the unit's own usual, the median of its peers; errors as NaN.
    strength : float
        How strongly it speaks for the cause, from -4 to 4.
    """

    name: str
    unit: Unit
    value: float
    usual: float
    peers: float
    strength: float

    @property
    def text(self) -> str:
        """Such as ``出勤率 62.0%（平时 85.0%，同类 88.0%）``."""
        beside = [
            f"{label} {self._shown(number)}"
            for label, number in (("平时", self.usual), ("同类", self.peers))
            if math.isfinite(number)
        ]
        return f"{self.name} {self._shown(self.value)}（{'，'.join(beside)}）"

    def _shown(self, number: float) -> str:
        if self.unit == "%":
            return f"{number:.1%}"
        return f"{number:,.0f} {self.unit}" if self.unit == "元" else f"{number:.3g} {self.unit}"


@dataclass(frozen=True)
class RankedCause:
    """A cause with what the data say about it.

    Parameters
    ----------
    cause : Cause
        From the knowledge base.
    verdict : str
        数据支持, 请主管判断 or 数据不支持.
    strength : float or None
        The mean strength of its numbers, from -4 to 4; None without any.
    numbers : tuple of Number
        The strongest first.
    """

    cause: Cause
    verdict: Verdict
    strength: float | None
    numbers: tuple[Number, ...]


def diagnose(kpi: str, unit: int, signals: Signals, base: Knowledge) -> list[RankedCause]:
    """Rank the possible causes of a unit's weak KPI.

    Parameters
    ----------
    kpi : str
        The KPI's code.
    unit : int
        The unit's place in `signals`.
    signals : Signals
        What `kpi_xl.analysis.evidence.measure` found.
    base : Knowledge
        The knowledge base.

    Returns
    -------
    list of RankedCause
        Those that the data support, the strongest first; then those that only a person can
        judge; last those that the data speak against. Equals stay in the order of the file.

    Raises
    ------
    KeyError
        When nothing is known about the KPI.

    Notes
    -----
    The strength of a cause is the mean deviation of its signals in the direction that would show
    it. A signal that is the weak KPI itself is no evidence.

    Examples
    --------
    >>> from kpi_xl.analysis.evidence import measure
    >>> from kpi_xl.analysis.knowledge import knowledge
    >>> base = knowledge()
    >>> rates = [[0.9] * 12] * 5 + [[0.9] * 11 + [0.6]]
    >>> signals = measure(base.signals, {"KPI_ATTENDANCE": rates})
    >>> first, *rest = diagnose("KPI_ACTIVITY", 5, signals, base)
    >>> first.cause.text, first.numbers[0].text
    ('差勤管得松，人都见不到', '出勤率 60.0%（平时 90.0%，同类 90.0%）')
    """
    ranked = [_judged(cause, kpi, unit, signals, base) for cause in base.topic(kpi).causes]
    return sorted(ranked, key=lambda r: (_ORDER.index(r.verdict), -(r.strength or 0.0)))


def _judged(cause: Cause, kpi: str, unit: int, signals: Signals, base: Knowledge) -> RankedCause:
    numbers = []
    for evidence in cause.evidence:
        place = signals.places.get(evidence.signal)
        if place is None or evidence.signal == kpi:
            continue
        deviation = signals.rows["deviation"][place][unit]
        if math.isfinite(deviation):
            signal = base.signals[evidence.signal]
            numbers.append(
                Number(
                    name=signal.name,
                    unit=signal.unit,
                    value=signals.rows["value"][place][unit],
                    usual=signals.rows["usual"][place][unit],
                    peers=signals.rows["peers"][place][unit],
                    strength=deviation if evidence.direction == "high" else -deviation,
                )
            )
    if not numbers:
        return RankedCause(cause, "请主管判断", None, ())
    strength = sum(number.strength for number in numbers) / len(numbers)
    verdict: Verdict = "数据支持" if strength >= SUPPORTED else "数据不支持"
    numbers.sort(key=lambda number: -number.strength)
    return RankedCause(cause, verdict, strength, tuple(numbers))


@dataclass(frozen=True)
class Proposal:
    """A line of the 业务改善措施计划.

    Parameters
    ----------
    problem : str
        问题, such as 活动率低.
    cause : RankedCause
        根源问题, with its numbers.
    remedy : Remedy
        改善方向, 责任对象, 工具/方法.
    due : datetime.date
        期限.
    """

    problem: str
    cause: RankedCause
    remedy: Remedy
    due: dt.date


def propose(
    topic: Topic, ranked: Sequence[RankedCause], today: dt.date, most: int
) -> list[Proposal]:
    """Propose remedies for the causes, the likeliest first.

    Parameters
    ----------
    topic : Topic
        What is known about the weak KPI.
    ranked : sequence of RankedCause
        Such as from `diagnose`.
    today : datetime.date
        From when the days of a remedy count.
    most : int
        How many at the most: a plan of twenty lines is none.

    Returns
    -------
    list of Proposal
        One remedy for each cause in their order, then a second one for each, and so on; none
        twice, and none for a cause that the data speak against.

    Examples
    --------
    >>> from kpi_xl.analysis.evidence import measure
    >>> from kpi_xl.analysis.knowledge import knowledge
    >>> base = knowledge()
    >>> rates = [[0.9] * 12] * 5 + [[0.9] * 11 + [0.6]]
    >>> signals = measure(base.signals, {"KPI_ATTENDANCE": rates})
    >>> ranked = diagnose("KPI_ACTIVITY", 5, signals, base)
    >>> (first,) = propose(base.topic("KPI_ACTIVITY"), ranked, dt.date(2024, 6, 3), most=1)
    >>> first.remedy.owner, first.remedy.tool, first.due.isoformat()
    ('组主管', '考勤表、面谈记录', '2024-06-10')
    """
    likely = [cause for cause in ranked if cause.verdict != "数据不支持"]
    used: set[int] = set()
    found: list[Proposal] = []
    more = True
    while more and len(found) < most:
        more = False
        for cause in likely:
            if len(found) == most:
                break
            place = next((i for i in topic.remedies_for(cause.cause.id) if i not in used), None)
            if place is not None:
                more = True
                used.add(place)
                remedy = topic.remedies[place]
                due = today + dt.timedelta(days=remedy.days)
                found.append(Proposal(topic.name, cause, remedy, due))
    return found
