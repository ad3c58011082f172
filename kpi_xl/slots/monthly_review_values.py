"""经营检讨 of a month: plan, result, gap, actions, next month's targets, people to see."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.analysis.smart import Goal, smart_check
from kpi_xl.analysis.targets import carry_over
from kpi_xl.analysis.warnings import GROUNDS
from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.findings.aggregation import adds_up
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.improvement import (
    REVIEW,
    TEMPLATE,
    FollowUps,
    Planned,
    answered,
    change_text,
    proposed,
    returned,
)
from kpi_xl.findings.ripeness import ripe_text
from kpi_xl.findings.rule_lists import RULES, RuleLists, unit_rules
from kpi_xl.findings.shown import NOTHING, value_text
from kpi_xl.kpi import Kpi
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.fishbone_values import fishbone_values
from kpi_xl.slots.monthly_review_slots import (
    ABOUT_RULES,
    PLAN,
    PLAN_COUNT,
    PROGRESS,
    PROGRESS_NOTE,
    REVIEWED,
    RULE_LISTS,
    SUMMARY,
    TargetLine,
)
from kpi_xl.slots.review_words import actions_said, problems_said
from kpi_xl.slots.slot import Values

if TYPE_CHECKING:
    pass

ROOM: Final[Mapping[str, int]] = {
    "plan.问题": 8,
    "progress.指标": 12,
    "review.指标": 12,
    "rules.姓名": 40,
    "rules.单位": 3,
}
"""How many rows the templates have for each list."""


class ReviewMonth:
    """Computes the slots of plans of actions, of their follow-up, and of the month's review.

    Parameters
    ----------
    filling : Filling
        A workbook of the month that is looked back on.
    """

    def __init__(self, filling: Filling) -> None:
        month = filling.month
        self._cube = filling.cube
        self._store = filling.store
        self._settings = filling.settings
        self._month = month
        self._rows = filling.rows
        self._asks = filling.asks
        self._growing = filling.growing
        self._targets = filling.targets
        self._agreed = filling.agreed
        plans = {(TEMPLATE, month - 1), (REVIEW, month)}
        self._responses = [one for one in filling.responses if (one.template, one.period) in plans]

    def unit(self, number: int, findings: Findings) -> Values:
        """The slots of a unit.

        Parameters
        ----------
        number : int
            Its index in the cube.
        findings : Findings
            About the units of its level in the month.
        """
        values: Values = {}
        if self._asks("plan."):
            values |= self._plan(number, findings)
        if self._asks("fishbone."):
            about = {"unit.name": self._cube.units[number].name}
            about["period.month"] = self._month.chinese
            values |= fishbone_values(findings, number, about)
        if self._asks("progress."):
            values |= self._progress(number, findings)
        if self._asks("review."):
            values |= self._review(number, findings)
        if self._asks("rules."):
            values |= self._rules(number, findings)
        return values

    def _room(self, slot: str) -> int:
        return 10_000 if slot in self._growing else self._rows.get(slot, ROOM[slot])

    @property
    def _next_day(self) -> dt.date:
        return self._settings.dates.span(self._month)[1] + dt.timedelta(days=1)

    # -- actions ---------------------------------------------------------------------------------

    def _plan(self, number: int, findings: Findings) -> Values:
        plans = proposed(findings, number, self._next_day, self._room("plan.问题"))
        found = PLAN.columns(plans)
        return found | PLAN_COUNT.values(None, found)

    def _progress(self, number: int, findings: Findings) -> Values:
        found = self._follow_ups(findings.level, findings)
        done = found.of(number) if found is not None else []
        sources = {p.planned.source for p in done}
        note = "上月没有措施：没有交回的计划，也没有要改善的弱项"
        if found is None:
            note = "上月没有数据，无从比较"
        elif sources == {"系统建议"}:
            note = "上月的计划没有交回，列出的是系统上月的建议"
        elif sources:
            note = "按交回的上月计划"
        if any(p.answer.state for p in done):
            note += "；完成情况是主管交回的"
        if done and found is not None and found.are_too_few(number):
            note += "；结论只写变化"
        room = self._room("progress.指标")
        if len(done) > room:
            note += f"；另有 {len(done) - room} 条，见上月改善措施进展检讨"
        columns = PROGRESS.columns(done[:room])
        return columns | PROGRESS_NOTE.values(note, columns)

    @kept
    def _follow_ups(self, level: str, now: Findings) -> FollowUps | None:
        """Last month's actions of all units of a level."""
        if self._month <= self._cube.first:
            return None
        last = self._month - 1
        before = Findings.read(self._cube, self._store, self._settings, last, level)
        first = self._settings.dates.span(self._month)[0]
        plans: dict[int, list[Planned]] = {}
        for unit in before.units:
            own = returned(self._responses, self._cube.units[unit], self._settings.knowledge)
            plans[unit] = (
                own if own is not None else proposed(before, unit, first, ROOM["plan.问题"])
            )
        answers = {unit: answered(self._responses, self._cube.units[unit]) for unit in before.units}
        return FollowUps(before, now, plans, answers)

    # -- targets ---------------------------------------------------------------------------------

    def _review(self, number: int, findings: Findings) -> Values:
        targets = findings.of_unit(number)
        named = [kpi for kpi in findings.kpis.values() if kpi.name in targets]
        rows = [
            self._target_row(number, kpi, targets[kpi.name], findings)
            for kpi in named[: self._room("review.指标")]
        ]
        states = Counter(row.status for row in rows)
        summary = (
            f"{self._month.chinese}定了 {len(rows)} 项目标，{states['健康']} 项健康"
            + (f"，{states[UNRIPE]} 项未成熟。" if states[UNRIPE] else "。")
            if rows
            else f"{self._month.chinese}没有定目标。"
        )
        weaknesses = findings.weaknesses(number)
        if weaknesses:
            summary += (
                "最该改善：" + "、".join(weakness.topic.name for weakness in weaknesses) + "。"
            )
        about = {"unit.name": self._cube.units[number].name, "period.month": self._month.chinese}
        said = {
            "问题": problems_said(self._agreed, self._cube.units[number]),
            "措施": actions_said(self._agreed, self._cube.units[number]),
            "summary": summary,
        }
        return REVIEWED.columns(rows) | SUMMARY.values(said, about)

    def _target_row(self, number: int, kpi: Kpi, target: float, findings: Findings) -> TargetLine:
        actual = findings.value(kpi.code, number)
        history = findings.given[kpi.code][findings.units.index(number)]
        before = float(history[-2]) if len(history) > 1 else math.nan
        day = findings.ripe_on(kpi.code, number)
        known = history if day is None else history[:-1]
        goal, why = self._next_target(number, kpi, target, actual, known[-12:].tolist())
        if day is not None:
            why = f"{ripe_text(day)}；{why}"
        if GROUNDS["uncertain"] in findings.grounds(kpi.code, number):
            why = f"人少，差距可能是偶然；{why}"  # or half a target would be 健康 without a word
        reached = NOTHING
        if math.isfinite(actual) and target and kpi.direction != "lower":
            reached = f"{actual / target:.1%}"
        return TargetLine(
            kpi,
            value_text(kpi, target),
            value_text(kpi, actual),
            change_text(kpi, actual - target),
            reached,
            findings.status(kpi.code, number),
            value_text(kpi, before),
            value_text(kpi, goal),
            why,
        )

    def _next_target(
        self, number: int, kpi: Kpi, target: float, actual: float, reached: Sequence[float]
    ) -> tuple[float, str]:
        """The target proposed for the next month, and the reason."""
        unit = self._cube.units[number]
        given = self._targets(self._month + 1).of_unit(unit).get(kpi.name)
        goal, why = (given, "下月已定") if given is not None else (target, "沿用本月目标")
        short = 0.0
        if adds_up(kpi) and kpi.direction == "higher":
            short, more = self._carried(number, kpi)
            if more > 0:
                goal += more
                owed, extra = value_text(kpi, short), value_text(kpi, more)
                why += f"；本年欠 {owed}，摊到年底各月，每月多 {extra}"
        findings = (
            []
            if not reached
            else smart_check(
                Goal(
                    kpi.code,
                    unit.name,
                    goal,
                    kpi.unit,
                    None,
                    self._next_day,
                    "年度目标",
                    kpi.direction,
                ),
                reached,
            )
        )
        if findings:
            shown = max(reached) if kpi.direction != "lower" else min(reached)
            told = "偏高" if "做不到" in findings[0].text else "偏低"
            why += f"；一年里最好 {value_text(kpi, shown)}，目标可能{told}"
        return goal, why

    def _carried(self, number: int, kpi: Kpi) -> tuple[float, float]:
        """The shortfall of the year so far, and the part of it for the next month."""
        unit, scale = self._cube.units[number], 100 if kpi.unit == "元" else 1
        months = [Month.of(self._month.year, m) for m in range(1, self._month.month + 1)]
        series = self._cube.kpi(kpi, self._settings.in_formulas)[number]
        planned, done = [], []
        for month in months:
            target = self._targets(month).of_unit(unit).get(kpi.name)
            place = month.number - self._cube.first.number
            if target is None or place < 0 or not math.isfinite(series[place]):
                continue
            planned.append(round(target * scale))
            done.append(round(float(series[place]) * scale))
        remaining = 12 - self._month.month
        if not planned or not remaining:
            return 0.0, 0.0
        usual = planned[-1]
        found = carry_over([*planned, *([usual] * remaining)], done)
        return found.short / scale, found.more[0] / scale

    # -- rules -----------------------------------------------------------------------------------

    def _rules(self, number: int, findings: Findings) -> Values:
        unit = self._cube.units[number]
        if unit.level == TOP:
            rows = self._counts()  # names are for the manager concerned
        else:
            rows = [
                (b.team.rpartition("/")[2], b.name, b.agent, b.rank, b.rule, b.text)
                for b in self._lists.of(unit)
            ][: self._room("rules.姓名")]
        about = list(unit_rules(findings, number))[: self._room("rules.单位")]
        return RULE_LISTS.columns(rows) | ABOUT_RULES.values(about)

    @functools.cached_property
    def _lists(self) -> RuleLists:
        level = self._cube.lowest_level
        return RuleLists(self._store, self._settings, self._month, level, self._next_day)

    def _counts(self) -> list[tuple[Any, ...]]:
        """The number of breaches of each rule, for each unit below the branch."""
        below = self._cube.level_below(TOP)
        rows: list[tuple[Any, ...]] = []
        for unit in self._cube.of_level(below) if below else ():
            count = Counter(breach.rule for breach in self._lists.of(self._cube.units[unit]))
            text = "，".join(f"{rule} {count[rule]} 人" for rule in RULES if count[rule])
            rows.append((self._cube.units[unit].name, None, None, None, "合计", text or "没有"))
        return rows[: self._room("rules.姓名")]
