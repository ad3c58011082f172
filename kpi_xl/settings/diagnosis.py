"""A project's own topics of 诊断: [diagnosis] of kpi.toml, added to the program's knowledge.

A topic says which KPIs show it, what may be behind it, by which other KPIs that would be seen, and
what to do. Names are those of the project's KPIs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.analysis.knowledge import (
    BONES,
    Cause,
    Evidence,
    Knowledge,
    Remedy,
    Signal,
    Topic,
    knowledge,
)
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.name import near
from kpi_xl.settings.file import choices

_TOPIC: Final = ("kpis", "causes", "source")
_CAUSE: Final = ("text", "evidence", "bone", "remedies")
_REMEDY: Final = ("text", "owner", "tool", "days")
_SIGNS: Final = {"偏高": "high", "偏低": "low"}
_EVIDENCE: Final = '{ "指标" = "偏高" }'
_SOURCE: Final = "自定"
_DAYS: Final = 30


def with_own(section: Mapping[str, Any], kpis: Registry) -> Knowledge:
    """The knowledge about weaknesses with the project's own topics first.

    Parameters
    ----------
    section, kpis
        As for `own_topics`.
    """
    base = knowledge()
    topics, signals, _ = own_topics(section, kpis)
    return Knowledge({**base.signals, **signals}, (*topics, *base.topics)) if topics else base


def own_topics(
    section: Mapping[str, Any], kpis: Registry
) -> tuple[list[Topic], dict[str, Signal], list[InputError]]:
    """The project's own topics, the signals that they look at, and the errors in them.

    Parameters
    ----------
    section : mapping
        What [diagnosis] says: topics by name.
    kpis : Registry
        The KPIs there are.
    """
    topics: list[Topic] = []
    signals: dict[str, Signal] = {}
    wrong: list[InputError] = []
    for name, said in section.items():
        try:
            topic, seen = _Reader(name, kpis).topic(said)
        except InputError as error:
            wrong.append(InputError(error.fault, column=name))
            continue
        topics.append(topic)
        signals |= {one.code: Signal(one.code, one.name, one.unit, None, None) for one in seen}
    return topics, signals, wrong


class _Reader:
    """Reads one topic."""

    def __init__(self, name: str, kpis: Registry) -> None:
        self._name = name
        self._kpis = kpis
        self._seen: dict[str, Kpi] = {}

    def topic(self, said: object) -> tuple[Topic, list[Kpi]]:
        known = self._fields(said, _TOPIC)
        named, listed = known.get("kpis"), known.get("causes")
        if not isinstance(named, list) or not named or not isinstance(listed, list) or not listed:
            raise InputError(kinds.DIAGNOSIS_INCOMPLETE())
        shown = tuple(self._kpi(one).code for one in named)
        causes: list[Cause] = []
        remedies: list[Remedy] = []
        source = str(known.get("source", _SOURCE))
        for place, one in enumerate(listed, 1):
            cause = self._cause(one, f"{place}", source)
            causes.append(cause)
            remedies += self._remedies(one["remedies"], cause.id, source)
        return Topic(self._name, shown, tuple(causes), tuple(remedies)), [*self._seen.values()]

    def _cause(self, said: object, id_: str, source: str) -> Cause:
        known = self._fields(said, _CAUSE)
        evidence, bone = known.get("evidence", {}), known.get("bone", "管理")
        if not isinstance(known.get("text"), str) or not known.get("remedies"):
            raise InputError(kinds.DIAGNOSIS_INCOMPLETE())
        if bone not in BONES:
            raise InputError(kinds.DIAGNOSIS_WORD(word=bone, known="、".join(BONES)))
        if not isinstance(evidence, dict):
            raise InputError(kinds.DIAGNOSIS_WORD(word=evidence, known=_EVIDENCE))
        return Cause(id_, known["text"], tuple(self._evidence(evidence)), source, bone)

    def _evidence(self, said: Mapping[str, Any]) -> Iterator[Evidence]:
        for name, how in said.items():
            kpi = self._kpi(name)
            if how not in _SIGNS:
                raise InputError(kinds.DIAGNOSIS_WORD(word=how, known="、".join(_SIGNS)))
            self._seen[kpi.code] = kpi
            yield Evidence(kpi.code, "high" if _SIGNS[how] == "high" else "low")

    def _remedies(self, said: object, cause: str, source: str) -> Iterator[Remedy]:
        for one in said if isinstance(said, list) else [said]:
            known = self._fields(one, _REMEDY)
            days = known.get("days", _DAYS)
            if not isinstance(known.get("text"), str) or type(days) is not int or days < 1:
                raise InputError(kinds.DIAGNOSIS_INCOMPLETE())
            owner, tool = str(known.get("owner", "")), str(known.get("tool", ""))
            yield Remedy(known["text"], (cause,), owner, tool, days, source)

    def _kpi(self, name: object) -> Kpi:
        kpi = self._kpis.find(str(name))
        if kpi is None:
            like = "、".join(near(str(name), [one.name for one in self._kpis.values()]))
            raise InputError(kinds.DIAGNOSIS_KPI(name=name, like=like))
        return kpi

    @staticmethod
    def _fields(said: object, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(said, dict):
            raise InputError(kinds.DIAGNOSIS_INCOMPLETE())
        for key in said:
            if key not in keys:
                fault: Fault = kinds.DIAGNOSIS_KEY(key=key, **choices(keys, key))
                raise InputError(fault)
        return said
