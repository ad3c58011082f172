"""晨会稿: the month in eight sentences, made from the slots by rules.

Each sentence knows which slot each of its numbers is from. What is within the usual swing is said
to be so, not told as news.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.analysis.follow_up import FEWEST_PEERS, VERDICTS
from kpi_xl.analysis.signals import ABOVE, BELOW, FEWEST, NONE, RUN_ABOVE, RUN_BELOW, last_signal
from kpi_xl.cached import kept_with
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.findings.aggregation import adds_up, by_day
from kpi_xl.findings.drivers import BEFORE
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.ripeness import day_text
from kpi_xl.kpi import Kpi
from kpi_xl.slots import shown_value
from kpi_xl.slots.monthly_review_slots import STATES
from kpi_xl.slots.sentence import Line, Part, Sentence, spoken, text_of, yuan
from kpi_xl.slots.shown_value import Shown
from kpi_xl.slots.slot import Group, Slot, Values

MOST: Final = 8
"""More sentences nobody listens to."""

_ORDER: Final = ("结果", "起伏", "来源", "队伍", "开单", "预警", "下属", "未成熟", "上月", "下一步")
_FIRST_TO_GO: Final = ("未成熟", "队伍", "下属", "开单")
"""What is left out where there is more to say than `MOST`, the first first."""

BRIEF: Final = Group(
    "brief.",
    "晨会稿，每句一行",
    {
        "句子": Slot("一句话", cells=None, value=lambda one: one.text),
        "出处": Slot("这句话里的数在哪张表", cells=None, value=lambda one: one.source),
    },
)


def asked(names: Mapping[str, int], results: Iterable[Kpi]) -> dict[str, int]:
    """The slots that the sentences need, with the number of rows of each.

    Parameters
    ----------
    names : mapping of str to int
        The slots of the workbook, with their numbers of rows.
    results : iterable of Kpi
        The KPIs that may be the month's result, as `results_of` has them.
    """
    if not any(name.startswith(BRIEF.pattern) for name in names):
        return dict(names)
    needed = {f"pace.{kpi.name}.预测": 1 for kpi in results}
    return {**needed, "progress.指标": 6, "review.指标": 12, **names}


def results_of(kpis: Iterable[Kpi], aimed: Collection[str]) -> list[Kpi]:
    """The KPIs that may be the month's result: amounts that add up, those on top first.

    Parameters
    ----------
    aimed : collection of str
        The names of those that there are targets of: of a project's own only these are results.
    """
    found = [kpi for kpi in kpis if _is_result(kpi) and (not kpi.is_own or kpi.name in aimed)]
    return sorted(found, key=lambda kpi: (kpi.is_own, not kpi.headline))


@kept_with
def _is_result(kpi: Kpi) -> bool:
    is_gained = kpi.unit == "元" and kpi.direction == "higher"
    return is_gained and adds_up(kpi) and by_day(kpi) is not None


def briefing(
    values: Values, findings: Findings, unit: int, month: Month, *, is_open: bool = False
) -> list[Sentence]:
    """The sentences of a unit's month.

    Parameters
    ----------
    values : dict
        The values of the unit's slots.
    findings : Findings
        The findings of the unit's level.
    unit : int
        Its index in the cube.
    is_open : bool
        Whether the month is not over: then what was reached is no match for a month's target.
    """
    all_of_it = _Briefing(values, findings, unit, month, is_open).sentences()
    found = {one.about: one for one in all_of_it}
    for about in _FIRST_TO_GO:
        if len(found) > MOST:
            found.pop(about, None)
    return [found[about] for about in _ORDER if about in found][:MOST]


class _Briefing:
    """Makes the sentences of one unit."""

    def __init__(
        self, values: Values, findings: Findings, unit: int, month: Month, is_open: bool
    ) -> None:
        self._values = values
        self._findings = findings
        self._unit = unit
        self._month = month
        self._is_open = is_open
        self._result = self._main()

    def sentences(self) -> Iterator[Sentence]:
        """All sentences, in order."""
        for about, parts in (
            ("结果", self._reached()),
            ("起伏", self._swing()),
            ("来源", self._cause()),
            ("队伍", self._people()),
            ("开单", self._producing()),
            ("预警", self._warned()),
            ("下属", self._below()),
            ("未成熟", self._unripe()),
            ("上月", self._measures()),
            ("下一步", self._next()),
        ):
            if parts:
                yield Sentence(about, tuple(parts))

    # -- what is there ---------------------------------------------------------------------------

    def _main(self) -> Kpi | None:
        """The month's result: the first that the project names, else one with a target."""
        for kpi in self._findings.main:
            is_sum = adds_up(kpi) and kpi.unit != "%"
            if is_sum and self._number(f"kpi.{kpi.name}") is not None:
                return kpi
        names = [one.name for one in self._findings.kpis.values()]
        aimed = {name for name in names if self._number(f"kpi.{name}.目标") is not None}
        results = results_of(self._findings.kpis.values(), aimed)
        there = [kpi for kpi in results if self._number(f"kpi.{kpi.name}") is not None]
        return next(iter([*(kpi for kpi in there if kpi.name in aimed), *there]), None)

    def _number(self, slot: str) -> float | None:
        value = self._values.get(slot)
        return value if isinstance(value, (int, float)) and math.isfinite(value) else None

    def _said(self, kpi: Kpi, slot: str) -> Shown | None:
        """A value of a KPI as spoken."""
        value = self._number(slot)
        return None if value is None else spoken(kpi, value, slot)

    def _of(self, name: str, end: str = "") -> tuple[Kpi, Shown] | None:
        """A KPI by name with one of its values; None where there is no value."""
        kpi = kpis.find(name)
        if kpi is None or (said := self._said(kpi, f"kpi.{name}{end}")) is None:
            return None
        return kpi, said

    def _signal(self, kpi: Kpi) -> int | None:
        """The month's deviation from the KPI's usual swing; None where it cannot be told yet."""
        findings = self._findings
        if kpi.code not in findings.given or kpi.code in findings.ripeness.until:
            return None
        series = findings.given[kpi.code][findings.units.index(self._unit)]
        known = sum(map(math.isfinite, series[:-1].tolist()))
        return int(last_signal(series)) if known >= FEWEST else None

    def _turn(self, *ways: Any) -> Any:
        """One of several wordings; another one each month."""
        return ways[self._month.number % len(ways)]

    def _rows(self, group: str, *ends: str) -> list[tuple[Any, ...]]:
        columns = [self._values.get(f"{group}.{end}") or [] for end in ends]
        return list(zip(*columns, strict=True))

    # -- sentences -------------------------------------------------------------------------------

    def _reached(self) -> list[Part]:
        kpi = self._result
        if kpi is None or (actual := self._said(kpi, f"kpi.{kpi.name}")) is None:
            return []
        name, month = kpi.name, f"{self._month.month}月"
        target = self._said(kpi, f"kpi.{name}.目标")
        if self._is_open:
            return self._so_far(kpi, actual, target)
        if target is None:
            return [
                month,
                name,
                "做了",
                actual,
                self._turn("，没有定目标。", "；这个月没有定目标。"),
            ]
        gap, rate = self._said(kpi, f"kpi.{name}.差额"), self._ratio(f"kpi.{name}.达成率")
        if gap is None or rate is None:
            return [month, name, "做了", actual, "，目标", target, "。"]
        if float(gap.value) >= 0:
            head = self._turn(
                [month, name, "目标拿下了：做到", actual, "，目标", target],
                [month, "我们把", name, "做到了", actual, "，目标是", target],
            )
            return [*head, "，达成", rate, *(["，多出", gap, "。"] if float(gap.value) else ["。"])]
        head = self._turn(
            [month, name, "做了", actual, "，目标", target],
            [month, name, "目标", target, "，做到", actual],
        )
        return [*head, "，达成", rate, "，还差", gap, "。"]

    def _so_far(self, kpi: Kpi, actual: Shown, target: Shown | None) -> list[Part]:
        """The result of a month that is not over: compared with the usual so far, and its
        forecast.
        """
        ends = ("完成", "应完成", "预测", "下限", "上限")
        done, due, forecast, low, high = (self._said(kpi, f"pace.{kpi.name}.{end}") for end in ends)
        as_of = str(self._values.get("pace.as_of") or "到现在").partition("，")[0]
        found: list[Part] = [as_of, "，", kpi.name, "做了", done or actual]
        if target is not None and due is not None:
            found += ["，照往月的节奏到今天该有", due]
        if forecast is not None and low is not None and high is not None:
            found += ["；这样走下去，月末大约", forecast, "（", low, "到", high, "）"]
        if target is not None:
            found += ["，整月的目标", target]
        return [*found, "。"]

    def _ratio(self, slot: str) -> Shown | None:
        value = self._number(slot)
        return None if value is None else shown_value.ratio(value, slot)

    def _swing(self) -> list[Part]:
        """The comparison with last month and last year; one that is no signal is said to be
        none.
        """
        kpi = self._result
        if kpi is None:
            return []
        compared = [*self._moved(kpi, "环比", "比上月"), *self._moved(kpi, "同比", "比去年同期")]
        if not compared:
            return []
        if self._is_open:
            return [kpi.name, "同样这些天", *compared[1:], "；月没有过完，先不下结论。"]
        signal = self._signal(kpi)
        ends = {
            None: self._turn(
                "；月份还少，是不是平常的起伏还说不准。", "；能比的月份不多，先看着。"
            ),
            NONE: self._turn(
                "，都在平时的起伏里，不算新消息。", "；平时就这样上下，不用当成大事。"
            ),
            ABOVE: "，高出了平时的起伏，是真的变好了，看看做对了什么。",
            BELOW: "，低出了平时的起伏，不是碰巧，要查原因。",
            RUN_ABOVE: "；连着九个月以上在平均之上，是真的上了一个台阶。",
            RUN_BELOW: "；连着九个月以上在平均之下，不是碰巧，是真的下来了。",
        }
        return [kpi.name, *compared[1:], ends[signal]]

    def _moved(self, kpi: Kpi, end: str, words: str) -> list[Part]:
        slot = f"kpi.{kpi.name}.{end}"
        value, now = self._number(slot), self._number(f"kpi.{kpi.name}")
        if value is None or now is None or now < 0:  # below 0 no share is left of anything
            return []
        size = Shown(f"{abs(value):.1%}", repr(value), slot)
        if size.text == "0.0%":
            return ["，", words, "持平（", size, "）"]
        return ["，", words, "多" if value > 0 else "少", size]

    def _cause(self) -> list[Part]:
        """The factors behind the result's difference, from the one chain that all money is of."""
        comparison = self._values.get("drivers.影响")
        slot = f"drivers.{comparison}"
        amounts = self._values.get(slot) or [None]
        if comparison not in BEFORE or amounts[0] is None:
            return []
        before = BEFORE[str(comparison)]
        title = str(self._values["drivers.title"]).partition("的因素分解")[0]
        total = amounts[-1] - amounts[0]
        names = self._values["drivers.因素"]
        shares = [
            (share, name, yuan(share, f"{slot}#{place}"))
            for place, (name, share) in enumerate(zip(names, amounts[1:-1], strict=True), 2)
        ]
        helped, harmed = max(shares), min(shares)
        difference = yuan(total, f"{slot}.差额")
        if not round(total):
            return []
        days = "同样这些天" if self._is_open else ""
        found: list[Part] = [
            title,
            f"{days}比{before}",
            "多" if total > 0 else "少",
            difference,
        ]
        main, other = (helped, harmed) if total > 0 else (harmed, helped)
        found += ["，主要", "靠" if total > 0 else "少在", main[1], "（", main[2], "）"]
        if other[0] * total < 0 and round(other[0]):
            found += ["；", other[1], "拖了" if total > 0 else "补回来", other[2]]
        return [*found, "。"]

    def _people(self) -> list[Part]:
        people = self._number("unit.headcount")
        if not people:
            return []
        found: list[Part] = ["队伍月末", Shown(f"{people:,.0f}人", repr(people), "unit.headcount")]
        recruits = self._of("新增人数")
        target = None if self._is_open else self._of("新增人数", ".目标")
        if recruits is not None and (target is not None or float(recruits[1].value)):
            found += ["，本月新增", recruits[1]]
            if target is not None:
                met = float(recruits[1].value) >= float(target[1].value)
                found += ["，目标", target[1], "，够了" if met else "，没有补上来"]
        return [*found, "。"]

    def _producing(self) -> list[Part]:
        rate = self._of("活动率")
        if rate is None:
            return []
        producers, target = self._of("举绩人数"), self._of("活动率", ".目标")
        found: list[Part] = [] if producers is None else ["开单的有", producers[1], "，"]
        found += ["活动率", rate[1]]
        if target is None or self._is_open:
            return [*found, "。"]
        short = float(target[1].value) - float(rate[1].value)
        if short <= 0:
            return [*found, "，过了", target[1], "的目标。"]
        gap = self._number("kpi.活动率.差额")
        if gap is None:
            return [*found, "，目标", target[1], "。"]
        points = Shown(f"{abs(gap):.1f}个点", repr(gap), "kpi.活动率.差额")
        return [*found, "，离", target[1], "的目标还差", points, "。"]

    def _warned(self) -> list[Part]:
        """The new warnings that are not chance; else those that have lasted long."""
        lines = self._lines("warnings")
        if not lines:
            return [self._turn("指标没有亮红灯的。", "没有一项指标预警。")]
        if news := [one for one in lines if one.is_news]:
            return ["这个月要当心", *news[0].said("："), "。"]
        if old := [one for one in lines if not one.is_new]:
            said = "" if self._result is None else self._result.name
            unsaid = [one for one in old if one.name != said]
            rest = ["，还是老问题：", *unsaid[0].said("是")] if unsaid else []
            return ["没有新冒出来的问题", *rest, "。"]
        return [*lines[0].said("是"), "；还在平时的起伏里，先看着。"]

    def _below(self) -> list[Part]:
        """The unit below to look at first."""
        lines = self._lines("below")
        news = [one for one in lines if one.is_news]
        costly = [one for one in lines if one.cost]
        if not news and not costly:
            return []
        first = (news or costly)[0]
        found: list[Part] = ["下面先看", first.unit, "：", *first.said("是")]
        if first.cost:
            found += ["，少收", yuan(first.cost, f"below.影响#{first.place}")]
        if not news:
            found += ["；还在它平时的起伏里，但差得最多"]
        return [*found, "。"]

    def _lines(self, group: str) -> list[Line]:
        """The lines of a list of warnings, without the line of the rest."""
        units = self._values.get(f"{group}.单位")
        found = self._rows(group, "指标", "实际", "应达", "影响", "原因", "状态")
        in_what = {kpi.name: kpi.unit for kpi in self._findings.kpis.values() if kpi.unit != "%"}
        return [
            Line(
                group,
                place,
                units[place - 1] if units else "",
                in_what.get(line[0], ""),
                *line[:5],
            )
            for place, line in enumerate(found, 1)
            if line[5]
        ]

    def _unripe(self) -> list[Part]:
        findings = self._findings
        for code in findings.ripeness.until:
            kpi = findings.kpis.get(code)
            if kpi is None or not kpi.headline:
                continue
            said, day = self._said(kpi, f"kpi.{kpi.name}"), findings.ripe_on(code, self._unit)
            if said is not None and day is not None:
                words = f"，{UNRIPE}，{day_text(day)}的数据齐了再评。"
                return [kpi.name, "现在是", said, words]
        return []

    def _measures(self) -> list[Part]:
        lines = self._rows("progress", "指标", "上月", "本月", "结论", "完成情况")
        if not lines:
            return []
        head: list[Part] = ["上月的措施没有人报完成情况"]
        if any(line[4] in STATES for line in lines):
            head = ["上月的措施", text_of(str(self._values["progress.条数"]), "progress.条数")]
        told = [(place, *line) for place, line in enumerate(lines, 1) if line[3] in _EFFECTS]
        if not told and len(self._findings.beside(self._unit)) <= FEWEST_PEERS:
            return [*head, "。"]  # of so few nobody will ever tell
        if not told:
            rest = self._turn("；从数上还看不出哪一条起了作用。", "；起没起作用，数上还看不出来。")
            return [*head, rest]
        place, name, before, after, verdict, _ = told[0]
        return [
            *head, "；", name, "从", text_of(before, f"progress.上月#{place}"),
            "到", text_of(after, f"progress.本月#{place}"), f"，{verdict}。",
        ]  # fmt: skip

    def _next(self) -> list[Part]:
        measures = self._values.get("diagnosis.措施") or []
        found: list[Part] = []
        if measures:
            what, _, tail = str(measures[0]).rpartition("。")
            who, _, due = tail.split("；", 2)
            found = [
                str(self._turn("接下来先抓一件事：", "这个月先做这一件：")),
                what,
                f"，{who}负责，{due}做完",
            ]
        goal = [] if self._is_open else self._next_goal()
        if goal:
            found += [*(["；"] if found else []), *goal]
        return [*found, "。"] if found else []

    def _next_goal(self) -> list[Part]:
        for place, (name, goal) in enumerate(self._rows("review", "指标", "下月目标"), 1):
            if self._result is not None and name == self._result.name:
                said = text_of(f"{goal}元", f"review.下月目标#{place}")
                return ["下月", name, "照", said, "准备"]
        return []


_EFFECTS: Final = (VERDICTS[0], VERDICTS[2])
"""Verdicts that say something."""
