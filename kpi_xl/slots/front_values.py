"""The values of the front page: headline numbers, what happened and why, units side by side."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from kpi_xl.analysis.bands import STATUSES
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.schema import LONG
from kpi_xl.data.people import Person
from kpi_xl.data.steps import raw_tables
from kpi_xl.data.targets import premium_target
from kpi_xl.data.units import UNASSIGNED
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.in_brief import (
    HEADLINES,
    RESULTS,
    InBrief,
    change_of,
    headlines,
    marked,
)
from kpi_xl.findings.ripeness import day_text
from kpi_xl.findings.shown import NOTHING, money_text, value_text
from kpi_xl.kpi import Kpi
from kpi_xl.slots.analysis_values import AnalysisValues
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.front_slots import (
    FRONT,
    HEADLINE,
    SENTENCES,
    TO_DO,
    TOTAL,
    UNITS,
    Headline,
    Row,
    ToDo,
)
from kpi_xl.slots.member_values import PIECES, PREMIUM
from kpi_xl.slots.slot import Values

_PERSON: Final = "姓名"


class FrontValues:
    """Computes the slots of the front page.

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
        self.people = filling.people
        self.analysis = analysis
        self._filling = filling

    def unit(self, number: int, about: Mapping[str, object]) -> Values:
        """The slots of a unit, by its index in the cube, as far as the workbook asks for them."""
        if not self._filling.asks("front."):
            return {}
        level = self.cube.units[number].level
        findings = self.analysis.findings(level)
        brief = InBrief(findings, number, self.analysis.drivers(level), self.settings.in_wan)
        top = headlines(findings)
        title, heads, rows = self._side_by_side(number, findings, top)
        behind = [
            f"{row.name}（{self._money(row.gap)}）"
            for row in rows
            if row.name != TOTAL and row.gap is not None and row.gap < 0 and len(rows) > _ALONE
        ]
        values = FRONT.values(
            {
                "截至": self._as_of(),
                "单位标题": title,
                "列名": heads,
                "没有数据": self.missing(),
                "金额单位": self.settings.money if rows else None,
            },
            dict(about),
        )
        for place in range(HEADLINES):
            line = self._headline(top[place], number, brief) if place < len(top) else None
            values |= HEADLINE.values(line, 数=str(place + 1))
        sentences = (brief.result(top[0]) if top else None, brief.why(), brief.problems(behind))
        return (
            values
            | SENTENCES.values(sentences)
            | UNITS.columns(rows)
            | TO_DO.columns(self._to_do(brief))
        )

    @property
    def _shown(self) -> Iterator[str]:
        """The names of the KPIs that the workbook shows."""
        names = (name.split(".") for name in self._filling.rows)
        return (parts[1] for parts in names if len(parts) == 2 and parts[0] == "kpi")

    # -- what it is about ------------------------------------------------------------------------

    def _as_of(self) -> str:
        """Up to which day, and why the month is or is not over."""
        last = self.month.span(self.settings.month_cut)[1]
        day = self.cube.as_of if self.month == self.cube.last else None
        if day is None:
            return f"{self.month.chinese}已经过完（到{day_text(last)}），是全月的数。"
        if self.settings.as_of:
            return f"数据到{day_text(day)}（设置里写的），本月还没有过完，只和同样这些天比。"
        return (
            f"数据到{day_text(day)}（原始数据里最后一天），本月按没有过完算，只和同样这些天比；"
            "其实过完了，在设置里写 as_of。"
        )

    def missing(self) -> str | None:
        """The KPIs that are not shown for want of data, and which tables would give them."""
        there = set(self.cube.measures)
        known = {read[0] for code in there if (read := raw_tables(self.cube.measured(code)))}
        names: list[str] = []
        tables, columns = dict[str, None](), dict[str, None]()
        for name in self._shown:
            kpi = self.settings.kpis.find(name)
            if kpi is None or self.cube.has(kpi):
                continue
            names.append(kpi.name)
            for measure in dict.fromkeys(one.counted for one in kpi.measures):
                if measure.code in there:
                    continue
                read = raw_tables(measure)
                wanted = [one for one in read if one in LONG] or read[:1]
                absent = [one for one in wanted if one not in known]
                told = absent or wanted[:1]
                (tables if absent else columns).update(
                    dict.fromkeys(self.settings.tables[one].name for one in told)
                )
        if not names:
            return None
        told = [f"{'、'.join(tables)} 表"] if tables else []
        told += [f"{'、'.join(columns)} 表里缺的列"] if columns else []
        return f"没有数据：{'、'.join(names)}。" + (
            f"补上 {'，和 '.join(told)}，就有。" if told else ""
        )

    # -- the numbers on top ----------------------------------------------------------------------

    def _headline(self, kpi: Kpi, number: int, brief: InBrief) -> Headline:
        findings = brief.findings
        value, goal = brief.history(kpi, 0), findings.goal(kpi, number)
        told = "没有目标"
        if math.isfinite(goal):
            told = f"目标 {brief.text(kpi, goal)}"
            if kpi.direction != "lower" and goal > 0 and math.isfinite(value):
                told += f"  {value / goal:.1%}"
        changes = [
            f"{label} {change}"
            for label, back in (("环比", 1), ("同比", 12))
            if (change := change_of(kpi, value, brief.history(kpi, back)))
        ]
        status, grounds = findings.status(kpi.code, number), findings.grounds(kpi.code, number)
        return Headline(
            f"{kpi.name} ↓" if kpi.direction == "lower" else kpi.name,
            brief.text(kpi, value),
            told,
            "  ".join(changes),
            self._pace(kpi, number, brief),
            f"{marked(status)}　{grounds}".strip("　") if status != NOTHING else "",
        )

    def _pace(self, kpi: Kpi, number: int, brief: InBrief) -> str | None:
        """Where it should be by now, and where it will end; nothing of a month that is over."""
        if self.month != self.cube.last or self.cube.as_of is None:
            return None
        found = self.analysis.pace_of(kpi, number)
        if found is None:
            return None
        told = []
        if math.isfinite(found.expected):
            told.append(f"到今天应 {brief.text(kpi, found.expected)}")
        if math.isfinite(found.forecast):
            told.append(f"月末约 {brief.text(kpi, found.forecast)}")
        return "　".join(told) or None

    # -- side by side ----------------------------------------------------------------------------

    def _side_by_side(
        self, number: int, own: Findings, top: Sequence[Kpi]
    ) -> tuple[str | None, list[str | None], list[Row]]:
        """The title of the table, the names of its columns, its rows."""
        level = self.analysis.level_below(number)
        if not top:
            return None, [], []
        rates = [top[place].name if len(top) > place else None for place in (2, 3)]
        if level is None:
            return self._people(number, own, top)
        below = self.analysis.findings(level)
        result = top[0]
        units = [unit for unit in below.units if self._is_in(unit, number)]
        aimed = any(math.isfinite(below.goal(result, unit)) for unit in units)
        rows = [self._row(unit, below, top, aimed) for unit in units]
        rows.sort(key=_by_gap)
        if not rows:
            return None, [], []
        whole = self._row(number, own, top, aimed)
        rows += [*self._unassigned(rows, whole), _total(whole)]
        name = self.settings.level_name(level)
        title = f"各{name}：{_ORDER[aimed]}"
        heads: list[str | None] = [name, "人数", result.name, *_GAPS[aimed], *rates]
        return title, [*heads, "状态", "最该管的"], rows

    def _is_in(self, unit: int, number: int) -> bool:
        above: int | None = unit
        while above is not None and above != number:
            above = self.cube.units[above].parent
        return above == number and unit != number

    def _row(self, unit: int, findings: Findings, top: Sequence[Kpi], aimed: bool) -> Row:
        result = top[0]
        brief = InBrief(findings, unit, None, self.settings.in_wan)
        done, before = brief.history(result, 0), brief.history(result, 1)
        goal = findings.goal(result, unit) if aimed else math.nan
        gap = done - goal if aimed else done - before
        # What is behind the result, which has columns of its own.
        problem = ""
        for warning in findings.warnings_of(unit):
            kpi = findings.kpis[warning.kpi]
            if kpi.name not in RESULTS:
                problem = f"{kpi.name} {brief.text(kpi, warning.value)}"
                break
        others = [
            value_text(kpi, brief.history(kpi, 0)) if len(top) > place else ""
            for place, kpi in ((2, top[min(2, len(top) - 1)]), (3, top[min(3, len(top) - 1)]))
        ]
        return Row(
            self.cube.units[unit].name,
            self._people_at_end(unit),
            _known(done),
            _known(goal),
            _known(done / goal) if goal > 0 else None,
            _known(gap),
            change_of(result, done, brief.history(result, 12)),
            others[0],
            others[1],
            _worst(findings, unit, result),
            problem,
        )

    def _people_at_end(self, unit: int) -> int:
        index = self.month.number - self.cube.first.number
        return int(self.cube.measure("closing")[unit, index])

    @staticmethod
    def _unassigned(rows: Sequence[Row], whole: Row) -> list[Row]:
        """What belongs to none of the units: with it the lines add up."""
        done = round((whole.done or 0.0) - sum(row.done or 0.0 for row in rows), 2)
        people = (whole.people or 0) - sum(row.people or 0 for row in rows)
        if not done and not people:
            return []
        return [Row(UNASSIGNED, people, done, None, None, None, "", "", "", "", "")]

    def _people(
        self, number: int, own: Findings, top: Sequence[Kpi]
    ) -> tuple[str | None, list[str | None], list[Row]]:
        """Everybody in a team, and the team."""
        unit = self.cube.units[number]
        if "new_premium" not in self.cube.measures or unit.level == TOP:
            return None, [], []
        premium = next(kpi for kpi in kpis.values() if kpi.name == PREMIUM)
        people = self.people(unit.level).of(unit)
        if not people:
            return None, [], []
        targets = self._filling.targets(self.month)
        goals = {
            one.agent: premium_target(targets.of_agent(one.agent)) or math.nan for one in people
        }
        aimed = any(map(math.isfinite, goals.values()))
        rows = [self._person(one, premium, goals[one.agent], aimed) for one in people]
        rows.sort(key=_by_gap)
        team = self._row(number, own, [premium, *top[1:]], aimed)
        listed = sum(row.done or 0.0 for row in rows)
        if team.done is not None and abs(team.done - listed) >= 0.005:  # of those who left
            rest = round(team.done - listed, 2)
            rows.append(Row("已离开的人", None, rest, None, None, None, "", "", "", "", ""))
        pieces = next(kpi for kpi in kpis.values() if kpi.name == PIECES)
        count = value_text(pieces, own.value(pieces.code, number)) if own.cube.has(pieces) else ""
        rows.append(_total(replace(team, first=count, second="")))
        heads: list[str | None] = [_PERSON, "人数", PREMIUM, *_GAPS[aimed], "主险件数", None]
        return f"每个人：{_ORDER[aimed]}", [*heads, None, None], rows

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

    # -- what to do ------------------------------------------------------------------------------

    def _to_do(self, brief: InBrief) -> list[ToDo]:
        today = self.month.span(self.settings.month_cut)[1] + dt.timedelta(days=1)
        found = []
        for weakness, proposal in brief.to_do(today):
            kpi = brief.findings.kpis[weakness.warning.kpi]
            cause = proposal.cause
            sure = "" if cause.verdict == "数据支持" else "（待主管判断）"
            remedy, due = proposal.remedy, proposal.due
            value = brief.text(kpi, weakness.warning.value)
            found.append(
                ToDo(
                    remedy.text,
                    f"{kpi.name} {value}：{cause.cause.text}{sure}",
                    remedy.owner,
                    f"{due.month}月{due.day}日前",
                )
            )
        return found

    def _money(self, gap: float | None) -> str:
        return f"−{money_text(abs(gap or 0.0), in_wan=self.settings.in_wan)}"


_ALONE: Final = 2
"""The rows of a unit that has one below it, and of their sum: nobody lacks more than others."""

_ORDER: Final = {True: "离目标差得多的在前", False: "没有目标，比上月少得多的在前"}
_GAPS: Final = {
    True: ("目标", "达成率", "差额", "同比"),
    False: (None, None, "比上月", "同比"),
}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _by_gap(row: Row) -> tuple[bool, float, str]:
    """Who lacks most comes first, who cannot be told last."""
    return row.gap is None, row.gap if row.gap is not None else -(row.done or 0.0), row.name


def _total(row: Row) -> Row:
    return replace(row, name=TOTAL, status="", problem="")


def _worst(findings: Findings, unit: int, result: Kpi) -> str:
    """The status of the result; of a result that nobody can judge, the worst of any KPI."""
    status = findings.status(result.code, unit)
    warned = findings.warnings_of(unit)
    if status == NOTHING and warned:
        status = max((one.status for one in warned), key=STATUSES.index)
    return marked(status)
