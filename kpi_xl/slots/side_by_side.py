"""The table of the front page: the units directly below, or the people, and their sum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kpi_xl.analysis.bands import STATUSES
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.data.people import Person
from kpi_xl.data.targets import premium_target
from kpi_xl.findings.aggregation import units_add_up
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.in_brief import RESULTS, InBrief, change_of, marked
from kpi_xl.findings.shown import NOTHING, short_text, value_text
from kpi_xl.kpi import Kpi
from kpi_xl.slots.analysis_values import AnalysisValues
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.front_slots import TOTAL, Row
from kpi_xl.slots.member_values import PIECES, PREMIUM

GONE: Final = "已离开的人"
"""Whose is what a team did and nobody did who is still there."""

_PERSON: Final = "姓名"
_RATES: Final = 2
_ORDER: Final = {True: "离目标差得多的在前", False: "没有目标，比上月少得多的在前"}
_GAPS: Final = {
    True: ("目标", "达成率", "差额", "同比"),
    False: (None, None, "比上月", "同比"),
}


@dataclass(frozen=True)
class Lines:
    """Units or people side by side.

    Parameters
    ----------
    title : str or None
        Who they are, in which order, and whether their targets make that of the whole.
    heads : list of str or None
        The names of the columns.
    rows : list of Row
        They, what belongs to none of them, and the whole.
    result : Kpi or None
        What is added up.
    behind : list of str
        Those who lack most, with what they lack.
    """

    title: str | None = None
    heads: list[str | None] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    result: Kpi | None = None
    behind: list[str] = field(default_factory=list)


class SideBySide:
    """Puts the units directly below side by side; the people where there are none.

    Parameters
    ----------
    filling : Filling
        A workbook of a month of the cube.
    analysis : AnalysisValues
        The findings of the month.
    """

    def __init__(self, filling: Filling, analysis: AnalysisValues) -> None:
        self.cube = filling.cube
        self.month = filling.month
        self.settings = filling.settings
        self.analysis = analysis
        self._filling = filling

    def of(self, number: int, own: Findings, top: Sequence[Kpi]) -> Lines:
        """The lines of a unit.

        Parameters
        ----------
        number : int
            Its index in the cube.
        own : Findings
            About the units of its level.
        top : sequence of Kpi
            The numbers on top of the page.
        """
        below = [
            place
            for place, unit in enumerate(self.cube.units)
            if unit.parent == number and not unit.is_unassigned
        ]
        if not top:
            return Lines()
        return self._units(number, below, own, top) if below else self._people(number, own, top)

    def _units(self, number: int, below: Sequence[int], own: Findings, top: Sequence[Kpi]) -> Lines:
        of = {unit: self.analysis.findings(self.cube.units[unit].level) for unit in below}
        result = self._result([(number, own), *of.items()], top)
        rates = top[2:4] if result is top[0] else [kpi for kpi in top if kpi is not result][:2]
        aimed = result is not None and any(
            math.isfinite(findings.goal(result, unit)) for unit, findings in of.items()
        )
        rows = [self._row(unit, findings, result, rates, aimed) for unit, findings in of.items()]
        whole = self._row(number, own, result, rates, aimed)
        stated = result is not None and all(
            result.name in findings.of_unit(unit)
            for unit, findings in ((number, own), *of.items())
            if math.isfinite(findings.goal(result, unit))
        )
        levels = dict.fromkeys(self.cube.units[unit].level for unit in below)
        name = "、".join(map(self.settings.level_name, levels))
        heads = [name, "人数", result and result.name, *(_GAPS[aimed] if result else [None] * 4)]
        heads += [*(kpi.name for kpi in rates), *([None] * (_RATES - len(rates)))]
        title = f"各{name}" + (f"：{_ORDER[aimed]}" if result else "")
        return self._lines(
            title, [*heads, "状态", "最该管的"], rows, UNASSIGNED, whole, result, stated
        )

    def _result(self, lines: Sequence[tuple[int, Findings]], top: Sequence[Kpi]) -> Kpi | None:
        """The KPI that is added up: a result that has a target somewhere; never a ratio."""
        known = [kpi for kpi in kpis.values() if kpi.name in RESULTS and self.cube.has(kpi)]
        sums = [kpi for kpi in (*top, *known) if units_add_up(kpi)]
        aimed = (
            kpi
            for kpi in (*sums[:1], *known)
            if any(math.isfinite(findings.goal(kpi, unit)) for unit, findings in lines)
        )
        return next(aimed, next(iter(sums), None))

    def _row(
        self, unit: int, findings: Findings, result: Kpi | None, rates: Sequence[Kpi], aimed: bool
    ) -> Row:
        brief = InBrief(findings, unit, self.settings.in_wan)
        done = goal = gap = math.nan
        change = ""
        if result is not None:
            done = brief.history(result, 0)
            goal = findings.goal(result, unit) if aimed else math.nan
            gap = done - (goal if aimed else brief.history(result, 1))
            change = change_of(result, done, brief.history(result, 12))
        # What is behind the result, which has columns of its own.
        problem = ""
        for warning in findings.warnings_of(unit):
            kpi = findings.kpis[warning.kpi]
            if kpi.name not in RESULTS:
                problem = f"{kpi.name} {brief.text(kpi, warning.value)}"
                break
        first, second = (
            *(self._beside(kpi, brief.history(kpi, 0)) for kpi in rates),
            *([""] * (_RATES - len(rates))),
        )
        return Row(
            self.cube.units[unit].name,
            self._people_at_end(unit),
            _known(done),
            _known(goal),
            _known(done / goal) if goal > 0 else None,
            _known(gap),
            change,
            first,
            second,
            _worst(findings, unit, result),
            problem,
        )

    def _beside(self, kpi: Kpi, value: float) -> str:
        """A number in a column without a unit of its own; an amount says whether it is in 万."""
        return self._text(kpi, value) if kpi.unit == "元" else value_text(kpi, value)

    def _people_at_end(self, unit: int) -> int:
        index = self.month.number - self.cube.first.number
        return int(self.cube.measure("closing")[unit, index])

    def _people(self, number: int, own: Findings, top: Sequence[Kpi]) -> Lines:
        """The people in a unit without units below, and the unit."""
        unit = self.cube.units[number]
        people = self._filling.people(unit.level).of(unit)
        if "new_premium" not in self.cube.measures or unit.level == TOP or not people:
            return Lines()
        premium = next(kpi for kpi in kpis.values() if kpi.name == PREMIUM)
        targets = self._filling.targets(self.month)
        of = {one.agent: targets.of_agent(one.agent) for one in people}
        goals = {agent: premium_target(told) or math.nan for agent, told in of.items()}
        aimed = any(map(math.isfinite, goals.values()))
        rows = [self._person(one, premium, goals[one.agent], aimed) for one in people]
        whole = self._row(number, own, premium, (), aimed)
        stated = all(
            PREMIUM in told
            for told, goal in (
                (own.of_unit(number), own.goal(premium, number)),
                *((of[agent], goal) for agent, goal in goals.items()),
            )
            if math.isfinite(goal)
        )
        pieces = next(kpi for kpi in kpis.values() if kpi.name == PIECES)
        if own.cube.has(pieces):
            whole = replace(whole, first=value_text(pieces, own.value(pieces.code, number)))
        heads: list[str | None] = [_PERSON, "人数", PREMIUM, *_GAPS[aimed], PIECES, None]
        return self._lines(
            f"每个人：{_ORDER[aimed]}", [*heads, None, None], rows, GONE, whole, premium, stated
        )

    def _person(self, one: Person, premium: Kpi, goal: float, aimed: bool) -> Row:
        done, before, last_year = (
            one.premium.get(self.month.number - back, 0) / 100 for back in (0, 1, 12)
        )
        gap = done - goal if aimed else done - before
        pieces = one.pieces.get(self.month.number, 0)
        return Row(
            one.name,
            None,
            done,
            _known(goal),
            _known(done / goal) if goal > 0 else None,
            _known(gap),
            change_of(premium, done, last_year),
            f"{pieces:,}",
            "",
            "",
            "",
        )

    # -- how they add up -------------------------------------------------------------------------

    def _lines(
        self,
        title: str,
        heads: list[str | None],
        rows: list[Row],
        others: str,
        whole: Row,
        result: Kpi | None,
        stated: bool,
    ) -> Lines:
        """The lines with the unassigned rest, so that they add up."""
        rows = sorted(rows, key=_by_gap)
        behind = []
        if result is not None:
            title += self._targets_told(rows, whole, result, stated)
            behind = [
                f"{row.name}（−{self._text(result, -row.gap)}）"
                for row in rows
                if row.gap is not None and row.gap < 0 and len(rows) > 1
            ]
        left = _left(rows, others, whole, stated)
        total = replace(whole, name=TOTAL, status="", problem="")
        return Lines(title, heads, [*rows, *left, total], result, behind)

    def _targets_told(self, rows: Sequence[Row], whole: Row, result: Kpi, stated: bool) -> str:
        """A note on lines without a target, and on targets that do not add up to the whole's."""
        goals = [row.goal for row in rows if row.goal is not None]
        if not goals:
            return ""
        without = len(rows) - len(goals)
        told = f"；{without} 个没有目标" if without else ""
        listed = self._text(result, sum(goals))
        if whole.goal is None:
            return f"{told}；目标合计 {listed}，本单位没有定目标"
        if rest := _rest_of_goals(goals, whole) if stated else 0.0:
            side = "少" if rest > 0 else "多"
            told += f"；目标合计 {listed}，比本单位的{side} {self._text(result, abs(rest))}"
        return told

    def _text(self, kpi: Kpi, value: float) -> str:
        return short_text(kpi, value, in_wan=self.settings.in_wan)


def _left(rows: Sequence[Row], others: str, whole: Row, stated: bool) -> list[Row]:
    """The row 未分配: with it values and targets add up to the whole."""
    done = round((whole.done or 0.0) - sum(row.done or 0.0 for row in rows), 2)
    people, pieces = None, ""
    if others == UNASSIGNED:
        people = (whole.people or 0) - sum(row.people or 0 for row in rows)
    elif whole.first:
        left = _count(whole.first) - sum(_count(row.first) for row in rows)
        pieces = f"{left:,}" if left else ""
    goals = [row.goal for row in rows if row.goal is not None]
    rest = _rest_of_goals(goals, whole) if stated and goals else 0.0
    if not (done or people or pieces or rest):
        return []
    if not rest:
        return [Row(others, people, done, None, None, None, "", pieces, "", "", "")]
    return [Row(others, people, done, rest, None, round(done - rest, 2), "", pieces, "", "", "")]


def _count(text: str) -> int:
    return int(text.replace(",", ""))


def _rest_of_goals(goals: Sequence[float], whole: Row) -> float:
    """The part of the whole's target that no unit has; below 0 where the units have more."""
    return 0.0 if whole.goal is None else round(whole.goal - sum(goals), 2)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _by_gap(row: Row) -> tuple[bool, float, str]:
    """The sort key of lines: the largest gap first, unknown ones last."""
    return row.gap is None, row.gap if row.gap is not None else -(row.done or 0.0), row.name


def _worst(findings: Findings, unit: int, result: Kpi | None) -> str:
    """The status of the result; where that has none, the worst of any KPI."""
    status = NOTHING if result is None else findings.status(result.code, unit)
    warned = findings.warnings_of(unit)
    if status == NOTHING and warned:
        status = max((one.worst for one in warned), key=STATUSES.index)
    return marked(status)
