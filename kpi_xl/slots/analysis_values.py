"""The values of the slots about what a unit's numbers mean: pace, factors, peers, causes.

A workbook tells about its own unit and those below it; of its peers it has the best value, the
median and the quartiles, never a name, and nothing of peers that are few.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb
import numpy as np

from kpi_xl.analysis.diagnosis import Proposal, RankedCause
from kpi_xl.analysis.pace import Pace
from kpi_xl.analysis.peers import Peers
from kpi_xl.analysis.peers import peers as compare
from kpi_xl.analysis.trees import tree_of
from kpi_xl.analysis.warnings import KpiWarning
from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.findings.day_sums import DaySums, day_sums, misses_text, paced
from kpi_xl.findings.drivers import COMPARISONS, Drivers, Split
from kpi_xl.findings.findings import Findings, Weakness, too_few, value_text
from kpi_xl.findings.shown import NOTHING, shown
from kpi_xl.kpi import Kpi
from kpi_xl.project import Settings
from kpi_xl.slots.unit_values import SERIES_MONTHS, Values

PAR: Final = ("保费持续率", "活动率", "留存率")
"""The three core abilities: persistency, activity, retention."""

WATERFALLS: Final = ("环比", "同比")
"""The comparisons that are drawn."""

FACTORS: Final = 4
"""The workbooks have room for so many factors."""

_JUDGED: Final = ("状态", "依据")

_ROOM: Final[Mapping[str, int]] = {"warnings.指标": 8, "below.指标": 12, "diagnosis.问题": 6}
_PER_WEAKNESS: Final = 2


class AnalysisValues:
    """Computes the slots of a month's analysis.

    Parameters
    ----------
    cube : Cube
        The measures.
    store : duckdb connection
        To the store.
    settings : Settings
        The project's settings.
    month : Month
        A month of the cube.
    rows : mapping of str to int
        The workbook's slots, and how many rows each has.
    """

    def __init__(
        self,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        settings: Settings,
        month: Month,
        rows: Mapping[str, int],
    ) -> None:
        self.cube = cube
        self.month = month
        self._store = store
        self._settings = settings
        self._rows = rows

    @kept
    def findings(self, level: str) -> Findings:
        """The findings about the units of a level."""
        return Findings.read(self.cube, self._store, self._settings, self.month, level)

    @kept
    def drivers(self, level: str) -> Drivers | None:
        """The factors of the units of a level; None when the data lack what they are made of."""
        tree = tree_of(self.cube.measures, FACTORS)
        return Drivers(self.findings(level), tree.code) if tree else None

    @kept
    def days(self, level: str) -> DaySums | None:
        """What the units of a level did day by day; None when nobody knows."""
        asked = [r for code, r in paced().items() if self._asks(f"pace.{kpis[code].name}.")]
        wanted = {code for ratio in asked for code in ratio.measures}
        return day_sums(self._store, self._settings, self.cube, self.month, level, wanted=wanted)

    def unit(self, number: int) -> Values:
        """The slots of a unit, by its index in the cube."""
        level = self.cube.units[number].level
        heading = f"{self.cube.units[number].name}　{self.month.chinese}"
        return (
            self._pace(number, level, self.days(level))
            | self._factors(number, level)
            | self._warnings(number, level)
            | self._diagnosis(number, level)
            | self._peers(number, level)
            | dict.fromkeys(("findings.heading", "peers.heading"), heading)
        )

    def statuses(self, number: int) -> Values:
        """Every KPI's status, and what makes it so; there is none of a month still to come."""
        if self.month > self.cube.last:
            return {f"kpi.{kpi.name}.{part}": None for kpi in kpis.values() for part in _JUDGED}
        findings = self.findings(self.cube.units[number].level)
        values: Values = {}
        for kpi in kpis.values():
            if self._asks(f"kpi.{kpi.name}."):
                values[f"kpi.{kpi.name}.状态"] = findings.status(kpi.code, number)
                values[f"kpi.{kpi.name}.依据"] = findings.grounds(kpi.code, number)
        return values

    # -- pace ------------------------------------------------------------------------------------

    def _pace(self, number: int, level: str, days: DaySums | None) -> Values:
        values: Values = {"pace.as_of": None}
        asked = [kpis[code] for code in paced() if self._asks(f"pace.{kpis[code].name}.")]
        if days is not None:
            values["pace.as_of"] = (
                f"截至 {days.as_of.month}月{days.as_of.day}日，"
                f"{days.days[-1]} 个工作日已过 {days.elapsed} 个"
            )
            known = [kpi for kpi in asked if kpi in days.paced]
            if known and 0 < days.elapsed < days.days[-1]:
                found = self._paces(level, known[0].code)
                place = self.cube.of_level(level).index(number)
                missed = misses_text(known[0], found, [place])
                values["pace.as_of"] += f"；{missed}" if missed else ""
        for kpi in asked:
            values |= self._pace_of(kpi, number, level, days)
        return values

    def _asks(self, prefix: str) -> bool:
        return any(name.startswith(prefix) for name in self._rows)

    def _pace_of(self, kpi: Kpi, number: int, level: str, days: DaySums | None) -> Values:
        slot = f"pace.{kpi.name}"
        parts = ("目标", "完成", "达成率", "应完成", "进度", "预测", "下限", "上限")
        if days is None or kpi not in days.paced:
            return {f"{slot}.{part}": None for part in parts}
        units = self.cube.of_level(level)
        place, found = units.index(number), self._paces(level, kpi.code)
        goal, done = self.findings(level).goal(kpi, number), float(days.done(kpi, [number])[0])
        numbers = (
            goal, done, done / goal if goal else math.nan, found.expected[place],
            found.by_shape[place], found.forecast[place], found.low[place], found.high[place],
        )  # fmt: skip
        return {
            f"{slot}.{part}": shown(value)
            for part, value in zip(parts, map(float, numbers), strict=True)
        }

    @kept
    def _paces(self, level: str, code: str) -> Pace:
        """The pace of a KPI in all units of a level: they are foretold together."""
        days, findings = self.days(level), self.findings(level)
        assert days is not None
        units = self.cube.of_level(level)
        goals = np.array([findings.goal(kpis[code], unit) for unit in units])
        return days.pace(kpis[code], units, goals)

    # -- factors ---------------------------------------------------------------------------------

    def _factors(self, number: int, level: str) -> Values:
        drivers = self.drivers(level)
        values: Values = dict.fromkeys(("drivers.title", "drivers.formula", "drivers.因素"))
        names = [""] * FACTORS
        if drivers:
            names = [factor.name for factor in drivers.tree.factors]
            result = MEASURES[drivers.tree.result].name
            values["drivers.title"] = f"{result}的因素分解（元）"
            values["drivers.formula"] = f"{result} = {' × '.join(names)}；各因素之和等于差额。"
            values["drivers.因素"] = names
        for comparison in COMPARISONS:
            split = drivers.split(number, comparison) if drivers else None
            row = _amounts(split)
            values[f"drivers.{comparison}"] = row or [None] * (FACTORS + 2)
            values[f"drivers.{comparison}.差额"] = row[-1] - row[0] if row else None
            values[f"drivers.{comparison}.主因"] = split.main.name if split else None
            if comparison in WATERFALLS:
                values |= _waterfall(f"waterfall.{comparison}", row or [0.0] * (FACTORS + 2))
                values[f"waterfall.{comparison}.因素"] = names
        return values

    # -- warnings --------------------------------------------------------------------------------

    def _warnings(self, number: int, level: str) -> Values:
        own = self.findings(level)
        rows = [
            _warning_row(own, w) for w in own.warnings_of(number)[: self._room("warnings.指标")]
        ]
        values = _columns("warnings", ("指标", "状态", "实际", "应达", "影响", "原因"), rows)
        return values | _columns(
            "below", ("单位", "指标", "状态", "实际", "应达", "影响", "原因"), self._below(number)
        )

    def _below(self, number: int) -> list[Sequence[Any]]:
        """The warnings of the units right below, the costliest first."""
        level = self._level_below(number)
        if level is None:
            return []
        findings = self.findings(level)
        mine = {str(u) for u in findings.units if number in self._above(u)}
        found = [w for w in findings.warnings if w.unit in mine][: self._room("below.指标")]
        return [(self.cube.units[int(w.unit)].name, *_warning_row(findings, w)) for w in found]

    def _level_below(self, number: int) -> str | None:
        depth = LEVELS.index(self.cube.units[number].level)
        return next((level for level in LEVELS[depth + 1 :] if self.cube.of_level(level)), None)

    def _above(self, number: int) -> set[int]:
        found = set()
        above = self.cube.units[number].parent
        while above is not None:
            found.add(above)
            above = self.cube.units[above].parent
        return found

    def _room(self, slot: str) -> int:
        return self._rows.get(slot, _ROOM[slot])

    # -- diagnosis -------------------------------------------------------------------------------

    def _diagnosis(self, number: int, level: str) -> Values:
        today = self.month.span(self._settings.month_cut)[1] + dt.timedelta(days=1)
        rows = []
        for weakness in self.findings(level).weaknesses(number):
            for proposal in weakness.proposals(today, _PER_WEAKNESS):
                rows.append(
                    (problem_text(weakness), cause_text(proposal.cause), measure_text(proposal))
                )
        return _columns("diagnosis", ("问题", "原因", "措施"), rows[: self._room("diagnosis.问题")])

    # -- peers -----------------------------------------------------------------------------------

    def _peers(self, number: int, level: str) -> Values:
        # The branch has no peers: what its units reach is what it can be compared with.
        own_level = len(self.findings(level).units) > 1
        group_level = level if own_level else self._level_below(number)
        fewest = self._settings.fewest_peers if own_level else 1  # those below are its own
        values: Values = {"peers.note": too_few(fewest) if own_level else None}
        for kpi in kpis.values():
            if not kpi.is_comparable or kpi.direction == "neutral":
                continue
            slot = f"peers.{kpi.name}"
            own = self.findings(level)
            actual = own.value(kpi.code, number) if kpi.code in own.kpis else math.nan
            values[f"{slot}.本单位"] = shown(actual)
            values[f"{slot}.评价"] = NOTHING
            group = self.findings(group_level) if group_level else None
            known = group is not None and kpi.code in group.kpis
            if group is None or not known:
                values |= {f"{slot}.{part}": NOTHING for part in _QUARTILES}
                values[f"{slot}.名次"] = NOTHING
                continue
            found = group.peers(kpi.code, fewest)
            for part, attribute in _QUARTILES.items():
                figure = float(getattr(found, attribute))
                is_told = int(found.count) >= fewest
                values[f"{slot}.{part}"] = shown(figure) if is_told else NOTHING
            values[f"{slot}.评价"] = _standing(found, actual, kpi)
            rank = group.rank(kpi.code, number) if own_level else 0
            values[f"{slot}.名次"] = f"{rank}/{int(found.count)}" if rank else NOTHING
        for name in PAR:
            values |= self._peer_series(name, group_level, fewest)
        return values

    def _peer_series(self, name: str, level: str | None, fewest: int) -> Values:
        kpi = kpis.find(name)
        assert kpi is not None
        nothing = [NOT_AVAILABLE] * SERIES_MONTHS
        found = {"中位": nothing, "最好": nothing}
        group = self.findings(level) if level else None
        if group is not None and kpi.code in group.kpis:
            history = group.given[kpi.code][:, -SERIES_MONTHS:]
            missing = [NOT_AVAILABLE] * (SERIES_MONTHS - history.shape[1])
            months = compare(history.T, kpi.direction, fewest)
            found = {
                "中位": missing + months.median.tolist(),
                "最好": missing + months.best.tolist(),
            }
        return {f"peers.{name}.{part}系列": row for part, row in found.items()}


_QUARTILES: Final = {"最好": "best", "上四分位": "upper", "中位": "median", "下四分位": "lower"}

_FEWEST: Final = 4  # quartiles of fewer units say nothing


def _standing(found: Peers, actual: float, kpi: Kpi) -> str:
    """In the better quarter, in the weaker one, or between; — without enough peers."""
    if not math.isfinite(actual) or int(found.count) < _FEWEST:
        return NOTHING
    sign = -1 if kpi.direction == "lower" else 1
    if sign * actual >= sign * float(found.upper):
        return "领先"
    return "落后" if sign * actual < sign * float(found.lower) else "居中"


def _amounts(split: Split | None) -> list[float]:
    """From the start over the factors to the end, in 元; empty without a split."""
    if split is None:
        return []
    return [amount / 100 for amount in (split.before, *split.shares, split.after)]


def _waterfall(slot: str, row: Sequence[float]) -> Values:
    """What the sheet's formulas give for the columns of a waterfall."""
    start, *shares, end = row
    base, up, down = [0.0], [0.0], [0.0]
    for place, share in enumerate(shares):
        before, after = sum(row[: place + 1]), sum(row[: place + 2])
        base.append(max(0.0, min(before, after)))
        up.append(max(share, 0.0))
        down.append(max(-share, 0.0))
    return {
        f"{slot}.合计": [start, *(0.0 for _ in shares), end],
        f"{slot}.底": [*base, 0.0],
        f"{slot}.增": [*up, 0.0],
        f"{slot}.减": [*down, 0.0],
    }


def _warning_row(findings: Findings, warning: KpiWarning) -> tuple[str, str, str, str, float, str]:
    kpi = findings.kpis[warning.kpi]
    place = findings.units.index(int(warning.unit))
    return (
        kpi.name,
        warning.status,
        value_text(kpi, warning.value),
        value_text(kpi, float(findings.reference(kpi)[place])),
        warning.cost / 100,
        "；".join(warning.reasons),
    )


def _columns(slot: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Values:
    """Rows as the columns of a list."""
    return {f"{slot}.{name}": [row[i] for row in rows] for i, name in enumerate(names)}


def problem_text(weakness: Weakness) -> str:
    """Such as ``活动率低：活动率 61.2%``."""
    kpi = kpis[weakness.warning.kpi]
    return f"{weakness.topic.name}：{kpi.name} {value_text(kpi, weakness.warning.value)}"


def cause_text(cause: RankedCause) -> str:
    """A cause with the number that speaks for it most, or that a person has to judge."""
    return f"{cause.cause.text}。{cause.proof}"


def measure_text(proposal: Proposal) -> str:
    """What to do, who, with what, until when."""
    remedy = proposal.remedy
    due = f"{proposal.due.month}月{proposal.due.day}日"
    return f"{remedy.text}。{remedy.owner}；{remedy.tool}；{due}前"
