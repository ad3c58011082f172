"""业务改善措施: the actions of every unit, and how its KPIs have changed since.

What was planned comes from the 业务改善措施计划 that came back; where none did, from what had been
proposed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.analysis.follow_up import (
    FEWEST_CHANGES,
    FEWEST_PEERS,
    VERDICTS,
    FollowUp,
    follow_up,
)
from kpi_xl.analysis.knowledge import Knowledge
from kpi_xl.cached import kept
from kpi_xl.findings.action_codes import code_meant, code_of
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.ripeness import ripe_text
from kpi_xl.findings.shown import NOTHING, value_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.kpi import Kpi

if TYPE_CHECKING:
    from kpi_xl.catalogue.units import Unit
    from kpi_xl.record.collected import Entry

TEMPLATE: Final = "业务改善措施计划"
REVIEW: Final = "上月改善措施进展检讨"

PER_WEAKNESS: Final = 2
"""So many actions are proposed against each weakness."""

DROPPED: Final = "不采用"
"""What a manager chooses for a proposal that he does not take up."""

_SLOTS: Final = {
    "plan.指标": "kpi", "plan.问题": "problem", "plan.根源问题": "cause", "plan.改善措施": "text",
    "plan.责任对象": "owner", "plan.工具": "tool", "plan.期限": "due",
    "input.plan.采用": "decision",
    "input.own.指标": "kpi", "input.own.问题": "problem", "input.own.根源问题": "cause",
    "input.own.改善措施": "text", "input.own.责任对象": "owner", "input.own.工具": "tool",
    "input.own.期限": "due",
}  # fmt: skip


NOT_DONE: Final = "没有做"
"""What a manager answers of an action that was not taken: then there is no effect to speak of."""

_ANSWERS: Final = {"input.progress.完成": "state", "input.progress.说明": "note"}


@dataclass(frozen=True)
class Planned:
    """An action that a unit planned.

    Parameters
    ----------
    code : str
        Its 编号: the same for the same action of every unit and month.
    kpi : str
        The name of the KPI that it is to move; empty when nobody said.
    problem, cause, text, owner, tool : str
        问题, 根源问题, 改善措施, 责任对象, 工具/方法.
    due : datetime.date or None
        The day until which it should be done, 期限.
    source : str
        系统建议, 交回的计划 (a proposal, perhaps changed) or 自定.
    """

    code: str
    kpi: str
    problem: str
    cause: str
    text: str
    owner: str
    tool: str
    due: dt.date | None
    source: Literal["系统建议", "交回的计划", "自定"]


def proposed(findings: Findings, unit: int, today: dt.date, most: int) -> list[Planned]:
    """The actions proposed to a unit, the costliest weakness first."""
    found = []
    for weakness in findings.weaknesses(unit):
        kpi = _watched(weakness, findings)
        value = value_text(kpi, findings.value(kpi.code, unit))
        for proposal in weakness.proposals(today, PER_WEAKNESS):
            cause = proposal.cause
            found.append(
                Planned(
                    code=code_of(proposal.remedy.text, weakness.topic.name),
                    kpi=kpi.name,
                    problem=f"{weakness.topic.name}（{kpi.name} {value}）",
                    cause=f"{cause.cause.text}。{cause.proof}",
                    text=proposal.remedy.text,
                    owner=proposal.remedy.owner,
                    tool=proposal.remedy.tool,
                    due=proposal.due,
                    source="系统建议",
                )
            )
    return found[:most]


def _watched(weakness: Weakness, findings: Findings) -> Kpi:
    """The KPI that an action is judged by: one that compares units, if there is one."""
    shown = findings.kpis[weakness.warning.kpi]
    others = (findings.kpis[code] for code in weakness.topic.kpis if code in findings.kpis)
    return shown if shown.is_comparable else next((k for k in others if k.is_comparable), shown)


def returned(entries: Sequence[Entry], unit: Unit, base: Knowledge) -> list[Planned] | None:
    """The actions in the plan that a unit sent back; None when no plan came back.

    Parameters
    ----------
    entries : sequence of Entry
        The collected values of all forms.
    base : Knowledge
        What proposals there are.
    """
    rows: dict[tuple[bool, int], dict[str, object]] = {}
    codes: dict[tuple[bool, int], str] = {}
    mine = [one for one in entries if one.template == TEMPLATE and one.is_of(unit)]
    for entry in mine:
        if entry.slot in _SLOTS:
            own = entry.slot.startswith("input.own.")
            rows.setdefault((own, entry.row), {})[_SLOTS[entry.slot]] = entry.value
            codes[own, entry.row] = "" if own else entry.key
    if not mine:
        return None
    found = []
    for place, row in sorted(rows.items()):
        due = row.get("due")
        if row.get("decision") == DROPPED or not row.get("text"):
            continue
        texts = {name: str(row.get(name, "")) for name in _TEXTS}
        found.append(
            Planned(
                code=code_meant(texts["text"], codes[place], base),
                **texts,
                due=due if isinstance(due, dt.date) else None,
                source="自定" if place[0] else "交回的计划",
            )
        )
    return found


@dataclass(frozen=True)
class Answer:
    """A manager's answer about one action.

    Parameters
    ----------
    state : str
        已完成, 进行中 or 没有做; empty where nobody said.
    note : str
        The manager's texts, 说明；下一步.
    """

    state: str = ""
    note: str = ""


def answered(entries: Sequence[Entry], unit: Unit) -> dict[str, Answer]:
    """The answers of a unit in the 进展检讨 that came back, by the actions' codes.

    Parameters
    ----------
    entries : sequence of Entry
        The collected values of all forms.
    """
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        if not (entry.template == REVIEW and entry.is_of(unit)):
            continue
        if entry.slot in _ANSWERS and entry.key:
            found.setdefault(entry.key, {})[_ANSWERS[entry.slot]] = str(entry.value).strip()
    return {code: Answer(**given) for code, given in found.items()}


_TEXTS: Final = ("kpi", "problem", "cause", "text", "owner", "tool")


@dataclass(frozen=True)
class Progress:
    """The result of one action.

    Parameters
    ----------
    planned : Planned
        The action as it was planned.
    before, after : str
        The KPI in the month before and now, for people.
    change : str
        By how much it changed; points for a ratio.
    expected : str
        By how much it changed in units that started alike without the action.
    verdict : str
        What can be said, in Chinese; also when nothing can.
    answer : Answer
        What the manager says was done.
    """

    planned: Planned
    before: str
    after: str
    change: str
    expected: str
    verdict: str
    answer: Answer


class FollowUps:
    """Compares the units of a level that took an action last month with the others.

    Parameters
    ----------
    before, now : Findings
        Of the month of the plans, and of the month after it.
    plans : mapping of int to sequence of Planned
        The plans of every unit, by its index in the cube.
    answers : mapping of int to mapping of str to Answer
        What was said to be done of them, by unit and code. An action that was said not to be done
        was not taken.
    """

    def __init__(
        self,
        before: Findings,
        now: Findings,
        plans: Mapping[int, Sequence[Planned]],
        answers: Mapping[int, Mapping[str, Answer]],
    ) -> None:
        self._before = before
        self._now = now
        self._plans = plans
        self._answers = answers

    def of(self, unit: int) -> list[Progress]:
        """The results of a unit's actions."""
        return [self._progress(unit, planned) for planned in self._plans[unit]]

    def _progress(self, unit: int, planned: Planned) -> Progress:
        kpi = self._now.find(planned.kpi) if planned.kpi else None
        answer = self._answer(unit, planned)
        if kpi is None or kpi.code not in self._now.kpis or kpi.code not in self._before.kpis:
            text = "没有写明看哪个指标，无从比较"
            return Progress(planned, NOTHING, NOTHING, NOTHING, NOTHING, text, answer)
        start, end = (one.value(kpi.code, unit) for one in (self._before, self._now))
        was, now = value_text(kpi, start), value_text(kpi, end)
        if not (math.isfinite(start) and math.isfinite(end)):
            return Progress(planned, was, now, NOTHING, NOTHING, "指标没有数据，无从比较", answer)
        if (day := self._now.ripe_on(kpi.code, unit)) is not None:
            # Both are of the same age: the month before as it was when it was as old as this one.
            start = float(self._now.given[kpi.code][self._now.units.index(unit), -2])
            was, change = value_text(kpi, start), change_text(kpi, end - start)
            text = f"{UNRIPE}，{ripe_text(day)}以后才看得出；上月同样早的时候是 {was}"
            return Progress(planned, was, now, change, NOTHING, text, answer)
        place = self._now.units.index(unit)
        peers = self._now.beside(unit)
        found, at = self._compared(kpi, planned.code, place), int(np.searchsorted(peers, place))
        verdict = int(found.verdict[at]) if kpi.is_comparable else -1
        usual = change_text(kpi, found.expected[at]) if verdict >= 0 else NOTHING
        if answer.state == NOT_DONE:
            text = f"{_moved(kpi, end - start)}；措施没有做，谈不上效果"
        elif verdict >= 0:
            text = VERDICTS[verdict]
        elif self.are_too_few(unit):
            text = _moved(kpi, end - start)  # said once for all: it is so of every action
        elif not kpi.is_comparable:
            text = f"{_moved(kpi, end - start)}；总量不能在单位之间比，说不出是不是措施的作用"
        elif found.others < FEWEST_PEERS:
            text = (
                f"{_moved(kpi, end - start)}；没做这项措施的同类只有 {found.others} 个，"
                f"少于 {FEWEST_PEERS} 个，说不出是不是措施的作用"
            )
        elif found.changes < FEWEST_CHANGES:
            text = (
                f"{_moved(kpi, end - start)}；以前各月、各单位的变化只有 {found.changes} 次可比，"
                f"少于 {FEWEST_CHANGES} 次，说不出是不是措施的作用"
            )
        else:
            text = (
                f"{_moved(kpi, end - start)}；单位的规模比前几个月多了一倍或少了一半，"
                "或前几个月没有数据，说不出是不是措施的作用"
            )
        return Progress(planned, was, now, change_text(kpi, end - start), usual, text, answer)

    def are_too_few(self, unit: int) -> bool:
        """Whether a unit has too few peers to judge an action at all."""
        return len(self._now.beside(unit)) <= FEWEST_PEERS

    def _answer(self, unit: int, planned: Planned) -> Answer:
        return self._answers.get(unit, {}).get(planned.code, Answer())

    def _compared(self, kpi: Kpi, code: str, place: int) -> FollowUp:
        """Compare a unit that took an action with its peers."""
        return self._compared_in(kpi, code, self._now.groups.number(place))

    @kept
    def _compared_in(self, kpi: Kpi, code: str, group: int) -> FollowUp:
        places = self._now.groups.places[group]
        took = np.array([code in self._taken(self._now.units[one]) for one in places])
        history = self._now.given[kpi.code][places]
        return follow_up(history, self._now.sizes(kpi)[places], took, kpi.direction)

    @kept
    def _taken(self, unit: int) -> frozenset[str]:
        """The actions that a unit planned, without those reported as not done."""
        return frozenset(
            planned.code
            for planned in self._plans.get(unit, ())
            if self._answer(unit, planned).state != NOT_DONE
        )


def change_text(kpi: Kpi, change: float) -> str:
    """A change for people: ``+2.3点`` for a ratio, ``-1,200`` for anything else."""
    if not math.isfinite(change):
        return NOTHING
    if change == 0:
        return "0"
    if kpi.unit == "%":
        return f"{change * 100:+.1f}点"
    return (
        f"{change:+,.2f}"
        if "0.00" in kpi.number_format and abs(change) < 100
        else f"{change:+,.0f}"
    )


def _moved(kpi: Kpi, change: float) -> str:
    gain = -change if kpi.direction == "lower" else change
    return "指标变好了" if gain > 0 else "指标变差了" if gain < 0 else "指标没有变"
