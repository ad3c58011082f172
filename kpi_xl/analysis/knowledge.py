"""诊断知识库: causes, their evidence, and remedies, read from diagnosis.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.formula import Unit, divide

Bone = Literal["人员", "技能", "活动", "客户", "产品", "管理"]

BONES: Final[tuple[Bone, ...]] = ("人员", "技能", "活动", "客户", "产品", "管理")
"""The bones of a 鱼骨图: where the causes of a weakness lie."""


@dataclass(frozen=True)
class Signal:
    """Something that the data can show.

    Parameters
    ----------
    code : str
        Its name in the file.
    name : str
        The Chinese name that reports show.
    unit : str
        The unit of its value.
    numerator, denominator : str or None
        The measures or KPIs it is the ratio of; None for a KPI or measure of this very code.
    """

    code: str
    name: str
    unit: Unit
    numerator: str | None
    denominator: str | None

    def values(self, given: Mapping[str, ArrayLike]) -> NDArray[np.float64] | None:
        """Its values.

        Parameters
        ----------
        given : mapping of str to array_like
            Measures and KPIs by code, as shown: money in 元.

        Returns
        -------
        float64 array or None
            None when something it is made of is not there.
        """
        if self.numerator is None or self.denominator is None:
            whole = given.get(self.code)
            return None if whole is None else np.asarray(whole, dtype=np.float64)
        if self.numerator not in given or self.denominator not in given:
            return None
        return divide(given[self.numerator], given[self.denominator])


@dataclass(frozen=True)
class Evidence:
    """A signal that supports a cause.

    Parameters
    ----------
    signal : str
        The code of the signal.
    direction : str
        Whether a ``"low"`` or a ``"high"`` value speaks for it.
    """

    signal: str
    direction: Literal["low", "high"]


@dataclass(frozen=True)
class Cause:
    """A possible cause, 根源问题.

    Parameters
    ----------
    id : str
        Its name within the topic.
    text : str
        What it is, in Chinese.
    evidence : tuple of Evidence
        Empty for what no data can show.
    source : str
        Where it comes from.
    bone : str
        The bone of the fishbone diagram that it hangs on, one of `BONES`.
    """

    id: str
    text: str
    evidence: tuple[Evidence, ...]
    source: str
    bone: Bone = "管理"


@dataclass(frozen=True)
class Remedy:
    """A measure to take, 改善措施.

    Parameters
    ----------
    text : str
        What to do, in Chinese.
    causes : tuple of str
        The ids of the causes it is meant for.
    owner, tool : str
        Who is responsible (责任对象), and by what means (工具/方法).
    days : int
        Within how many days it is to be done.
    source : str
        Where it comes from.
    """

    text: str
    causes: tuple[str, ...]
    owner: str
    tool: str
    days: int
    source: str


@dataclass(frozen=True)
class Topic:
    """Everything known about one weakness.

    Parameters
    ----------
    name : str
        The Chinese name of the weakness, such as 活动率低.
    kpis : tuple of str
        Codes of the KPIs that show it.
    needs : frozenset of str
        The measures that data have of the trade that it is about; empty for every trade.
    """

    name: str
    kpis: tuple[str, ...]
    causes: tuple[Cause, ...]
    remedies: tuple[Remedy, ...]
    needs: frozenset[str] = frozenset()

    def remedies_for(self, cause: str) -> Sequence[int]:
        """The indices of the remedies for a cause."""
        return self._remedies_by_cause.get(cause, ())

    @functools.cached_property
    def _remedies_by_cause(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for place, remedy in enumerate(self.remedies):
            for cause in remedy.causes:
                found.setdefault(cause, []).append(place)
        return found


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The knowledge base.

    Parameters
    ----------
    signals : mapping of str to Signal
        All signals, by their codes.
    """

    signals: Mapping[str, Signal]
    topics: tuple[Topic, ...]

    def topic(self, kpi: str) -> Topic:
        """The topic of a KPI.

        Raises
        ------
        KeyError
            When nothing is known about it.
        """
        for topic in self.topics:
            if kpi in topic.kpis:
                return topic
        raise KeyError(kpi)


@functools.cache
def knowledge() -> Knowledge:
    """The knowledge base that comes with the program.

    Examples
    --------
    >>> topic = knowledge().topic("KPI_ACTIVITY")
    >>> topic.name, len(topic.causes), len(topic.remedies)
    ('活动率低', 12, 11)
    """
    file = Path(__file__).with_name("diagnosis.toml")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return Knowledge(
        signals={
            code: Signal(
                code, row["name"], row["unit"], row.get("numerator"), row.get("denominator")
            )
            for code, row in content["signal"].items()
        },
        topics=tuple(_topic(row) for row in content["topic"]),
    )


def _topic(row: Mapping[str, Any]) -> Topic:
    return Topic(
        name=row["name"],
        kpis=tuple(row["kpis"]),
        causes=tuple(
            Cause(
                id=cause["id"],
                text=cause["text"],
                evidence=tuple(Evidence(e["signal"], e["is"]) for e in cause.get("evidence", ())),
                source=cause["source"],
                bone=_bone(cause.get("bone", "管理")),
            )
            for cause in row["cause"]
        ),
        needs=frozenset(row.get("needs", ())),
        remedies=tuple(
            Remedy(
                text=remedy["text"],
                causes=tuple(remedy["for"]),
                owner=remedy["owner"],
                tool=remedy["tool"],
                days=remedy["days"],
                source=remedy["source"],
            )
            for remedy in row["remedy"]
        ),
    )


def _bone(name: str) -> Bone:
    for bone in BONES:
        if bone == name:
            return bone
    raise ValueError(f"no bone of the knowledge base: {name!r}; there are {', '.join(BONES)}")
