"""专题、培训计划表: what a department should train, whom, and why."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kpi_xl.analysis.attention_list import NEWCOMER_MONTHS
from kpi_xl.calendar import USUAL, Month, WorkCalendar
from kpi_xl.data.people import Person
from kpi_xl.findings.findings import Findings
from kpi_xl.slots.skill_values import SKILLS, weakest_skills
from kpi_xl.slots.slot import Values
from kpi_xl.slots.topic_slots import COUNTS, PROPOSED, TOPICS

_TAUGHT: Final = ("训练", "培训", "专题", "演练", "课")
_LOOKED_AT: Final = 20
_SKILL_TOPICS: Final = 3
_WEDNESDAY: Final = 2


@dataclass(frozen=True)
class _Topic:
    kind: str
    text: str
    reason: str
    people: str
    trainer: str


def topic_values(
    findings: Findings,
    unit: int,
    people: Sequence[Person],
    month: Month,
    room: int,
    dates: WorkCalendar = USUAL,
) -> Values:
    """Measures against the weaknesses that are taught, the skills most lack, and the newcomers.

    Parameters
    ----------
    findings : Findings
        About the last month with data.
    unit : int
        The index of the department.
    month : Month
        The month that is planned; every topic is proposed for a Wednesday of it.
    room : int
        How many rows the workbook has.
    dates : WorkCalendar
        The days of the project.
    """
    topics = [
        *_against_weaknesses(findings, unit, dates.span(month)[0]),
        *_skills(people, month, dates),
        *_newcomers(people, month),
    ][:room]
    days = [day for day in dates.working_days(month) if day.weekday() == _WEDNESDAY]
    found = TOPICS.columns(topics)
    turns = [days[number % len(days)] for number in range(len(topics))] if days else []
    found |= PROPOSED.columns(turns, room)
    return found | COUNTS.values(None, found)


def _against_weaknesses(findings: Findings, unit: int, today: dt.date) -> Iterator[_Topic]:
    for weakness in findings.weaknesses(unit):
        for one in weakness.proposals(today, _LOOKED_AT):
            text = one.remedy.text
            if any(word in text + one.remedy.tool for word in _TAUGHT):
                kind = "专题" if "专题" in text else "培训"
                reason = f"{weakness.topic.name}：{one.cause.cause.text}"
                yield _Topic(kind, text, reason, "全体", one.remedy.owner)


def _skills(people: Sequence[Person], month: Month, dates: WorkCalendar) -> Iterator[_Topic]:
    """The skills that are the weakest of most people."""
    weakest = weakest_skills(people, month, dates)
    counts = Counter(skill for skill in weakest if skill is not None)
    for skill, count in counts.most_common(_SKILL_TOPICS):
        names = [one.name for one, own in zip(people, weakest, strict=True) if own == skill]
        reason = f"{count} 人最弱的一项是{skill}"
        yield _Topic("培训", SKILLS[skill], reason, _listed(names), "营业部经理")


def _newcomers(people: Sequence[Person], month: Month) -> Iterator[_Topic]:
    names = [one.name for one in people if month.number - one.signed.number <= NEWCOMER_MONTHS]
    if names:
        reason = f"入司三个月以内的有 {len(names)} 人"
        text = "新人衔接训练：产品、话术和活动管理工具"
        yield _Topic("培训", text, reason, _listed(names), "组训")


def _listed(names: Sequence[str]) -> str:
    """A few names, and how many in all."""
    few = "、".join(names[:4])
    return few if len(names) <= 4 else f"{few}等 {len(names)} 人"
