"""The values of the front page: headline numbers, sentences, units side by side."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

from kpi_xl.catalogue.schema import LONG
from kpi_xl.data.steps import raw_tables
from kpi_xl.findings.in_brief import (
    HEADLINES,
    InBrief,
    change_of,
    headlines,
    marked,
)
from kpi_xl.findings.ripeness import day_text
from kpi_xl.findings.shown import NOTHING
from kpi_xl.kpi import Kpi
from kpi_xl.slots.analysis_values import AnalysisValues
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.front_slots import (
    FRONT,
    HEADLINE,
    SENTENCES,
    TO_DO,
    UNITS,
    Headline,
    ToDo,
)
from kpi_xl.slots.side_by_side import SideBySide
from kpi_xl.slots.slot import Values


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
        self.analysis = analysis
        self._filling = filling
        self._lines = SideBySide(filling, analysis)

    def unit(self, number: int, about: Mapping[str, object]) -> Values:
        """The slots of a unit, by its index in the cube."""
        if not self._filling.asks("front."):
            return {}
        level = self.cube.units[number].level
        findings = self.analysis.findings(level)
        brief = InBrief(findings, number, self.settings.in_wan)
        top = headlines(findings)
        lines = self._lines.of(number, findings, top)
        is_money = lines.result is not None and lines.result.unit == "元"
        values = FRONT.values(
            {
                "截至": self._as_of(),
                "单位标题": lines.title,
                "列名": lines.heads,
                "没有数据": self.missing(),
                "金额单位": self.settings.money if is_money else None,
            },
            dict(about),
        )
        for place in range(HEADLINES):
            line = self._headline(top[place], number, brief) if place < len(top) else None
            values |= HEADLINE.values(line, 数=str(place + 1))
        result = brief.result(top[0]) if top else None
        sentences = (result, brief.why(), brief.problems(lines.behind))
        return (
            values
            | SENTENCES.values(sentences)
            | UNITS.columns(lines.rows)
            | TO_DO.columns(self._to_do(brief))
        )

    @property
    def _shown(self) -> Iterator[str]:
        """The names of the KPIs that the workbook shows."""
        names = (name.split(".") for name in self._filling.rows)
        return (parts[1] for parts in names if len(parts) == 2 and parts[0] == "kpi")

    # -- what it is about ------------------------------------------------------------------------

    def _as_of(self) -> str:
        """The date of the data, and whether the month is over."""
        last = self.settings.dates.span(self.month)[1]
        day = self.cube.as_of if self.month == self.cube.last else None
        if day is None:
            return f"{self.month.chinese}已经过完（到{day_text(last)}），是全月的数。"
        if self.settings.as_of:
            return f"数据到{day_text(day)}（设置里写的），本月还没有过完，只和同样这些天比。"
        return (
            f"数据到{day_text(day)}（原始数据里最后一天），本月按没有过完算，只和同样这些天比；"
            "其实过完了，在设置里填“数据到哪一天”（as_of）。"
        )

    def missing(self) -> str | None:
        """The KPIs without data, and the tables that would give it."""
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
        """The value expected by now, and the forecast; empty for a month that is over."""
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

    # -- what to do ------------------------------------------------------------------------------

    def _to_do(self, brief: InBrief) -> list[ToDo]:
        today = self.settings.dates.span(self.month)[1] + dt.timedelta(days=1)
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
