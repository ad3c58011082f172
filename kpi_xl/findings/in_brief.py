"""A unit's month in a minute: headline numbers, results and causes, first actions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kpi_xl.analysis.bands import STATUSES, UNRIPE
from kpi_xl.analysis.diagnosis import Proposal
from kpi_xl.analysis.warnings import news_first
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.findings.drivers import BEFORE, Split
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import NOTHING, money_text, short_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.kpi import Kpi

HEADLINES: Final = 5
"""So many numbers stand on top."""

MEASURES_SHOWN: Final = 3
"""So many things to do are named: who does everything does nothing."""

SIGNS: Final[Mapping[str, str]] = dict(zip((*STATUSES, UNRIPE), ("●", "▲", "◆", "○"), strict=True))
"""A sign of its own for each status, so that nobody has to tell colours apart."""

RESULTS: Final = ("首年度保费", "首年新单保费", "销售额")
"""The KPIs that say what a trade is about."""

_PLACES: Final = (
    RESULTS,
    ("主险件数", "成交笔数", "订单数", "进店人数"),
    ("活动率", "成交率"),
    ("人均件数", "连带率", "件均保费", "客单价"),
    ("回购率", "交车率", "新增人数", "保费持续率"),
)
"""What may stand in each place; of those that there is data of, the first with a target."""

_NAMED: Final = 2

_COUNTS: Final = "零一两三四五六七八九十"


def headlines(findings: Findings) -> list[Kpi]:
    """The KPIs on top, the result first; the same for all units of a level."""
    if findings.main:
        return findings.main[:HEADLINES]
    found: list[Kpi] = []
    there = [kpi for kpi in kpis.values() if findings.cube.has(kpi)]
    by_name = {kpi.name: kpi for kpi in there}
    for names in _PLACES:
        known = [by_name[name] for name in names if name in by_name]
        aimed = (
            kpi
            for kpi in known
            if any(math.isfinite(findings.goal(kpi, unit)) for unit in findings.units)
        )
        found += [next(aimed, known[0])] if known else []
    judged = (kpi for kpi in there if kpi.headline and kpi.code in findings.kpis)
    found += [kpi for kpi in judged if kpi not in found][: HEADLINES - len(found)]
    return found


def marked(status: str) -> str:
    """A status with its sign; a dash where there is none.

    Examples
    --------
    >>> marked("异常"), marked("—")
    ('▲ 异常', '—')
    """
    return f"{SIGNS[status]} {status}" if status in SIGNS else NOTHING


def change_of(kpi: Kpi, value: float, before: float) -> str:
    """The change of a value: ``+33.2%``, of ratios ``+2.0 点``; empty where there is none.

    Examples
    --------
    >>> change_of(kpis["KPI_FYP"], 133.2, 100), change_of(kpis["KPI_FYP"], 99.99, 100)
    ('+33.2%', '+0.0%')
    """
    if not (math.isfinite(value) and math.isfinite(before)):
        return ""
    if kpi.unit == "%":
        return f"{round((value - before) * 100, 1) + 0.0:+.1f} 点"
    return f"{round(value / before - 1, 3) + 0.0:+.1%}" if before > 0 else ""


@dataclass(frozen=True)
class InBrief:
    """The summary of a unit's month.

    Parameters
    ----------
    findings : Findings
        About the units of its level.
    unit : int
        Its index in the cube.
    in_wan : bool
        Whether great amounts are told in 万.
    """

    findings: Findings
    unit: int
    in_wan: bool

    def text(self, kpi: Kpi, value: float) -> str:
        """A value with its unit."""
        return short_text(kpi, value, in_wan=self.in_wan)

    def history(self, kpi: Kpi, back: int) -> float:
        """A KPI some months before; an error where there is none."""
        months = self.findings.given[kpi.code][self.findings.units.index(self.unit)]
        return float(months[-1 - back]) if len(months) > back else math.nan

    # -- what happened ---------------------------------------------------------------------------

    def result(self, kpi: Kpi) -> str:
        """The result beside the target, last month, and last year."""
        value = self.history(kpi, 0)
        goal = self.findings.goal(kpi, self.unit)
        told = f"{kpi.name} {self.text(kpi, value)}"
        if math.isfinite(goal) and goal > 0 and math.isfinite(value):
            gap = value - goal
            side = "多" if gap >= 0 else "少"
            told += f"，目标 {self.text(kpi, goal)}，达成 {value / goal:.1%}"
            told += f"，{side} {self.text(kpi, abs(gap))}" if gap else ""
        else:
            told += "，没有定目标"
        for label, back in (("上月", 1), ("去年同期", 12)):
            if change := change_of(kpi, value, self.history(kpi, back)):
                told += f"；比{label} {change}"
        return f"{told}。"

    def why(self) -> str | None:
        """The cause of the difference: a chain of factors whose parts add up to it."""
        chain = self.findings.chain(self.unit)
        return None if chain is None else self._split_text(chain)

    def _split_text(self, split: Split) -> str:
        result, start = MEASURES[split.tree.result].name, BEFORE[split.comparison]
        gap = split.after - split.before
        sign = 1 if gap > 0 else -1
        parts = sorted(
            zip(split.tree.factors, split.shares, strict=True), key=lambda one: -sign * one[1]
        )
        with_it = [one for one in parts if sign * one[1] > 0][:_NAMED]
        against = [one for one in reversed(parts) if sign * one[1] < 0][:_NAMED]
        told = (
            f"{result}比{start}{'多' if gap > 0 else '少'} {self._money(abs(gap))}，主要是"
            + "、".join(f"{factor.name}（{self._money(share, signed=True)}）"
                       for factor, share in with_it)
        )  # fmt: skip
        if against:
            others = "、".join(
                f"{factor.name}（{self._money(share, signed=True)}）" for factor, share in against
            )
            told += f"；{'抵掉一部分的是' if gap > 0 else '补回一部分的是'}{others}"
        return f"{told}。{_COUNTS[len(split.shares)]}个因素之和等于差额。"

    def money_note(self) -> str:
        """A note on the amounts of the unit's warnings: the sum they are parts of, or why there are
        none.
        """
        chain, drivers = self.findings.chain(self.unit), self.findings.drivers
        if drivers is None:
            return "影响：这里的数据连不成业绩的因素（如 人力 × 举绩率 × 件数 × 件均），没有金额。"
        result = MEASURES[drivers.tree.result].name
        if chain is None:
            return f"影响：{result}没有目标、去年或上月可以比，或者退的比卖的多，没有金额。"
        gap = chain.after - chain.before
        parts = "、".join(
            f"{factor.name} {self._money(share, signed=True)}"
            for factor, share in zip(chain.tree.factors, chain.shares, strict=True)
        )
        return (
            f"影响：{result}比{BEFORE[chain.comparison]}{'多' if gap > 0 else '少'} "
            f"{self._money(abs(gap))} = {parts}；每项预警是其中减少的一份，加起来不重复，"
            "不在这几个因素里的没有金额。"
        )

    def _money(self, cents: int, *, signed: bool = False) -> str:
        text = money_text(abs(cents) / 100, in_wan=self.in_wan)
        return f"{'+' if cents > 0 else '−'}{text}" if signed and cents else text

    def problems(self, behind: Sequence[str]) -> str:
        """The units behind, the new warnings, and the lasting ones.

        Parameters
        ----------
        behind : sequence of str
            The units below that lack most, with what they lack.
        """
        told = [f"差得最多的是{'、'.join(behind[:_NAMED])}"] if behind else []
        found = self.findings.warnings_of(self.unit)
        ordered = news_first(found)
        for label, names in (
            ("本月新出现或超出平时波动", [one.kpi for one in ordered if one.is_news]),
            ("以前就有", [one.kpi for one in ordered if not one.is_news]),
        ):
            if names:
                listed = "、".join(self.findings.kpis[code].name for code in names[:3])
                more = f"等 {len(names)} 项" if len(names) > 3 else ""
                told.append(f"{label}：{listed}{more}")
        return f"{'；'.join(told)}。" if told else "没有异常和危险的指标。"

    # -- what to do ------------------------------------------------------------------------------

    def to_do(self, today: dt.date) -> list[tuple[Weakness, Proposal]]:
        """The first action against each of the costliest weaknesses; then the second ones."""
        every = [
            [(weakness, proposal) for proposal in weakness.proposals(today, MEASURES_SHOWN)]
            for weakness in self.findings.weaknesses(self.unit)
        ]
        found = [own[place] for place in range(MEASURES_SHOWN) for own in every if place < len(own)]
        return found[:MEASURES_SHOWN]
