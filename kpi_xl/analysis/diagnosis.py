"""诊断: the causes of a weak KPI in the order of the evidence, and what to do about them."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

from kpi_xl.analysis.evidence import Signals
from kpi_xl.analysis.knowledge import Cause, Knowledge, Remedy, Topic
from kpi_xl.formula import Unit

Verdict = Literal["数据支持", "请主管判断", "数据不支持"]

TOPICS: Final = 3
"""So many weaknesses of a unit are diagnosed: who works on everything works on nothing."""

_BY_CHANCE: Final = 0.15
"""How often a unit of which there is nothing but chance may be told a supported cause, reckoned as
if causes had nothing to do with each other; they have, and it is below a tenth
(docs/calibration.md)."""

_HINT: Final = 1.0
"""From one standard deviation on, numbers are shown even where they prove nothing."""

_ORDER: Final[tuple[Verdict, ...]] = ("数据支持", "请主管判断", "数据不支持")


@dataclass(frozen=True)
class Number:
    """A number that speaks for or against a cause.

    Parameters
    ----------
    name : str
        The signal's Chinese name.
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
        """The number for people, such as ``出勤率 62.0%（平时 85.0%，同类 88.0%）``."""
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
    """A cause, with how well the data support it.

    Parameters
    ----------
    cause : Cause
        From the knowledge base.
    verdict : str
        数据支持, 请主管判断 or 数据不支持.
    strength : float or None
        How strongly its numbers speak for it, in standard deviations from -4 to 4; None without
        any.
    numbers : tuple of Number
        The numbers that speak for the cause, the strongest first.
    """

    cause: Cause
    verdict: Verdict
    strength: float | None
    numbers: tuple[Number, ...]

    @property
    def proof(self) -> str:
        """The numbers that speak for the cause, as a Chinese text.

        Examples
        --------
        >>> RankedCause(Cause("x", "没有市场", (), ""), "请主管判断", None, ()).proof
        '数据看不出，请主管判断'
        """
        if self.verdict == "数据支持":
            return f"依据：{self.numbers[0].text}"
        if self.verdict == "请主管判断" and (self.strength or 0) >= _HINT:
            return f"{self.numbers[0].text}，数据不能断定，请主管判断"
        return "数据看不出，请主管判断"


def diagnose(kpi: str, unit: int, signals: Signals, base: Knowledge) -> list[RankedCause]:
    """Rank the possible causes of a unit's weak KPI.

    Parameters
    ----------
    kpi : str
        The code of the KPI that is weak.
    unit : int
        The unit's place in `signals`.
    signals : Signals
        The signals of the unit, from `kpi_xl.analysis.evidence.measure`.

    Returns
    -------
    list of RankedCause
        Those that the data support, the strongest first; then those of which the data do not tell
        enough, and those that only a person can judge; last those that the data speak against.
        Equals stay in the order of the file.

    Raises
    ------
    KeyError
        When nothing is known about the KPI.

    Notes
    -----
    The strength of a cause is the greatest deviation z of its n signals in the direction that would
    show it, √(z² − 2 ln n), as long as they point there in the mean. It is supported from so many
    standard deviations on that of `TOPICS` weaknesses with all their causes one is supported by
    chance in `_BY_CHANCE` of the units (Bonferroni); the data speak against it where the signals
    are on the better side. A signal that is the weak KPI itself is no evidence.

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
    causes = [
        (cause, _numbers(cause, kpi, unit, signals, base)) for cause in base.topic(kpi).causes
    ]
    least = supported_from(sum(bool(numbers) for _, numbers in causes))
    ranked = [_judged(cause, numbers, least) for cause, numbers in causes]
    return sorted(ranked, key=lambda r: (_ORDER.index(r.verdict), -(r.strength or 0.0)))


@functools.cache
def supported_from(causes: int) -> float:
    """The number of standard deviations from which a cause is supported, when so many causes are
    tested.

    Examples
    --------
    >>> round(supported_from(1), 2), round(supported_from(8), 2)
    (1.64, 2.5)
    """
    return NormalDist().inv_cdf(1 - _BY_CHANCE / TOPICS / max(causes, 1))


def _numbers(
    cause: Cause, kpi: str, unit: int, signals: Signals, base: Knowledge
) -> tuple[Number, ...]:
    """The numbers that speak for or against a cause, the strongest first."""
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
    return tuple(sorted(numbers, key=lambda number: -number.strength))


def _judged(cause: Cause, numbers: tuple[Number, ...], least: float) -> RankedCause:
    if not numbers:
        return RankedCause(cause, "请主管判断", None, ())
    strength = sum(number.strength for number in numbers) / len(numbers)
    if strength > 0:
        # The strongest shows it, less what looking at several takes: visits may be few where
        # appointments are as many as ever.
        several = 2 * math.log(len(numbers))
        strength = math.sqrt(max(numbers[0].strength ** 2 - several, 0.0))
    verdict: Verdict = (
        "数据支持" if strength >= least else "请主管判断" if strength > 0 else "数据不支持"
    )
    return RankedCause(cause, verdict, strength, numbers)


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
        The action: 改善方向, 责任对象, 工具/方法.
    due : datetime.date
        The day until which it should be done, 期限.
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
