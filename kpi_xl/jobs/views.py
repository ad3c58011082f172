"""A month's analysis as plain tables for a terminal, a function for each question."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import numpy as np

from kpi_xl import kinds
from kpi_xl.analysis.trees import trees
from kpi_xl.analysis.warnings import news_first
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.findings.day_sums import DaySums, day_sums, misses_text
from kpi_xl.findings.drivers import BEFORE, COMPARISONS, Drivers
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.formula_drivers import FORMULA_COMPARISONS, FormulaDrivers
from kpi_xl.findings.in_brief import InBrief
from kpi_xl.findings.rule_lists import RuleLists, unit_rules
from kpi_xl.findings.shown import NOTHING, value_text
from kpi_xl.jobs.fill import month_meant
from kpi_xl.jobs.sight import Sight
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.analysis_slots import cause_text, measure_text
from kpi_xl.system.progress import Progress, silent


class Figure(str):
    """A number as a text for people that also carries the number for programs.

    Parameters
    ----------
    text : str
        What is shown, such as ``74.7%``.
    number : float
        In the KPI's own unit, a ratio as a fraction; NaN where there is none.
    """

    number: float

    def __new__(cls, text: str, number: float) -> Figure:
        """Make the text and keep its number."""
        figure = super().__new__(cls, text)
        figure.number = number
        return figure


def _figure(kpi: Kpi, value: float) -> Figure:
    return Figure(value_text(kpi, value), float(value))


def _signed(kpi: Kpi, value: float) -> Figure:
    return Figure(f"{'+' if value > 0 else ''}{value_text(kpi, value)}", float(value))


def _percent(ratio: float) -> Figure:
    return Figure(NOTHING if math.isnan(ratio) else f"{ratio:.0%}", float(ratio))


def _rank(place: int) -> Figure:
    return Figure(str(place or NOTHING), place or math.nan)


def _part(cents: int) -> Figure:
    """A part of the shortfall as a text; — for a warning without a part."""
    return _yuan(cents) if cents else Figure(NOTHING, math.nan)


def _yuan(cents: float, sign: str = "") -> Figure:
    return Figure(f"{cents / 100:{sign},.0f}", float(cents / 100))


Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class View:
    """A table for people.

    Parameters
    ----------
    title : str
        The title above the table.
    headings : sequence of str
        One a column; those that end in ``#`` are of numbers and stand on the right.
    rows : sequence of sequences of str
        The cells; those of a column of numbers are `Figure`.
    notes : sequence of str
        The notes below the table.
    """

    title: str
    headings: Sequence[str]
    rows: Rows
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Scope:
    """The scope of a view: a month, and the units of a level or one of them.

    Parameters
    ----------
    level : str
        The level of the units.
    units : list of int
        Those that are looked at, by their index in the cube.
    """

    project: Project
    cube: Cube
    store: duckdb.DuckDBPyConnection
    month: Month
    level: str
    units: list[int]

    @property
    def findings(self) -> Findings:
        """The findings about the level's units."""
        return Findings.read(self.cube, self.store, self.project.settings, self.month, self.level)

    def name(self, unit: int) -> str:
        """The label of a unit: its path."""
        return self.cube.units[unit].path

    @property
    def notes(self) -> list[str]:
        """Notes on a month that is not over, or not mature."""
        as_of = self.cube.as_of if self.month == self.cube.last else None
        part = [
            f"注意：数据只到 {as_of}，本月还没有结束。和上月、去年比的是同样这些天；"
            "做到哪里、月末会到多少请看 kpi-xl pace"
        ]
        return [*(part if as_of else ()), *self.findings.ripeness.notes]

    def title(self, text: str) -> str:
        """A title with the unit and the month."""
        level = self.project.settings.level_name(self.level)
        who = self.name(self.units[0]) if len(self.units) == 1 else f"各{level}"
        return f"{self.month.chinese} {who} {text}"


@contextmanager
def scope(
    project: Project,
    month: str | None = None,
    unit: str | None = None,
    level: str | None = None,
    progress: Progress = silent,
    seen: Collection[str] | None = None,
    *,
    kept: bool = False,
) -> Iterator[Scope]:
    """Bring a project up to date, and choose month, level and unit.

    Parameters
    ----------
    month : str, optional
        By default the last month with data.
    unit : str, optional
        A unit's name or path; by default all of a level.
    level : str, optional
        By default the departments, or the branch where there are none.
    progress : callable
        Told what is being done.
    seen : collection of str, optional
        The paths of the units that are looked at at all, with those below them; by default all.
    kept : bool
        Whether only what was computed last is looked at, and nothing is brought up to date.

    Raises
    ------
    InputError
        When there is no such month, unit or level.
    """
    sight = Sight.kept(project, seen) if kept else Sight.of(project, seen, progress)
    cube = sight.cube
    if not cube.months:
        raise InputError(kinds.NOTHING_TO_SEE())
    when = month_meant(cube, month)
    cube.month_index(when)
    settings = project.settings
    level = level_there(settings, cube, level) if level is not None else None
    if unit is not None:
        number = cube.unit_index(unit, level)
        units, level = [number], cube.units[number].level
    else:
        level = level or cube.usual_level
        units = cube.of_level(level)
    with reading(project, cube) as store:
        yield Scope(project, cube, store, when, level, units)


def level_there(settings: Settings, cube: Cube, named: str) -> str:
    """A level by its name in this project.

    Raises
    ------
    InputError
        When there is no unit of it.
    """
    level = settings.level_meant(named)
    if level not in cube.levels:
        there = "、".join(map(settings.level_name, cube.levels))
        raise InputError(kinds.NO_UNITS_OF_LEVEL(known=there), value=settings.level_name(level))
    return level


def warnings_view(of: Scope) -> View:
    """预警: KPIs that are not 健康, new ones first, then the costliest."""
    findings = of.findings
    wanted = {str(unit) for unit in of.units}
    found = news_first(one for one in findings.warnings if one.unit in wanted)
    rows = []
    for warning in found:
        kpi, place = findings.kpis[warning.kpi], findings.units.index(int(warning.unit))
        rows.append(
            (
                of.name(int(warning.unit)),
                kpi.name,
                warning.status,
                _figure(kpi, warning.value),
                _figure(kpi, findings.lacked(kpi, place)),
                _part(warning.cost),
                "；".join(warning.reasons),
                warning.since,
            )
        )
    headings = ("单位", "指标", "状态", "实际#", "应达#", "少收（元）#", "原因", "从何时起")
    news = sum(one.is_news for one in found)
    said = (
        f"共 {len(rows)} 项：先列本月新出现的和超出平时波动的 {news} 项，"
        f"再列以前就有的 {len(rows) - news} 项，各按少收从大到小。"
    )
    money = [_money_note(of, findings)] if rows else []
    notes = [*of.notes, said if rows else "没有预警。", *money]
    return View(of.title("预警"), headings, rows, notes)


def _money_note(of: Scope, findings: Findings) -> str:
    """The sum that the amounts 少收 of a unit are parts of."""
    if len(of.units) == 1 or findings.drivers is None:
        return InBrief(findings, of.units[0], of.project.settings.in_wan).money_note()
    return (
        f"少收是各单位{MEASURES[findings.drivers.tree.result].name}的差额里，这一项的一份，"
        "加起来不重复；不在因素里的没有金额。只看一个单位（--unit）时列出它的因素。"
    )


def drivers_view(of: Scope, comparison: str | None, tree: str | None = None) -> View:
    """因素分解: the factors of a difference of the result.

    Raises
    ------
    InputError
        When there is no such comparison or tree, or the data lack what it is made of.
    """
    if comparison is not None and comparison not in COMPARISONS:
        raise InputError(kinds.NO_COMPARISON(known="、".join(COMPARISONS)), value=comparison)
    if tree is not None and tree not in trees():
        if (kpi := of.findings.find(tree)) is None:
            known = "、".join((*trees(), "指标的名称"))
            raise InputError(kinds.NO_TREE(known=known), value=tree)
        return _formula_view(of, kpi, comparison)
    findings = of.findings
    try:
        drivers = Drivers(findings, tree, fewest=1)  # every unit is there to be read
    except KeyError as missing:
        names = "、".join(MEASURES[m].name if m in MEASURES else m for m in missing.args)
        there = "、".join(c for c, t in trees().items() if t.measures <= set(of.cube.measures))
        raise InputError(kinds.TREE_LACKS(names=names, others=there)) from None
    chosen = COMPARISONS if comparison is None else (comparison,)
    rows = []
    for unit in of.units:
        for one in chosen:
            split = drivers.split(unit, one)
            if split is not None:
                rows.append(
                    (
                        of.name(unit),
                        BEFORE[one],
                        _yuan(split.before),
                        *(_yuan(share, "+") for share in split.shares),
                        _yuan(split.after),
                        _yuan(split.after - split.before, "+"),
                        split.main.name,
                    )
                )
    factors = [f"{factor.name}#" for factor in drivers.tree.factors]
    headings = ("单位", "起点", "起点（元）#", *factors, "本月（元）#", "差额#", "主要因素")
    return View(of.title("因素分解"), headings, rows, [drivers.tree.name, *of.notes])


def _formula_view(of: Scope, kpi: Kpi, comparison: str | None) -> View:
    """A KPI's change split over the parts of its formula."""
    if comparison is not None and comparison not in FORMULA_COMPARISONS:
        known = "、".join(FORMULA_COMPARISONS)
        raise InputError(kinds.NO_COMPARISON(known=known), value=comparison)
    if not of.cube.has(kpi):
        names = "、".join(m.counted.name for m in kpi.measures)
        raise InputError(kinds.TREE_LACKS(names=names, others="、".join(trees())))
    drivers = FormulaDrivers(of.findings, kpi)
    rows = [
        (
            of.name(unit),
            BEFORE[one],
            _figure(kpi, split.before),
            *(_signed(kpi, share) for share in split.shares),
            _figure(kpi, split.after),
            _signed(kpi, split.after - split.before),
            drivers.names[split.main],
        )
        for unit in of.units
        for one in (FORMULA_COMPARISONS if comparison is None else (comparison,))
        if (split := drivers.split(unit, one)) is not None
    ]
    factors = [f"{name}#" for name in drivers.names]
    headings = ("单位", "起点", "起点的值#", *factors, "本月#", "变化#", "主要因素")
    notes = [f"{kpi.name} = {kpi.formula}", *of.notes]
    return View(of.title(f"{kpi.name} 因素分解"), headings, rows, notes)


def diagnosis_view(of: Scope, label: str | None, most: int = 3) -> View:
    """诊断: the likeliest causes, their evidence, and actions.

    Raises
    ------
    InputError
        When there is no such KPI, or nothing is known about it.
    """
    findings = of.findings
    first = of.month.span(of.project.settings.month_cut)[1] + dt.timedelta(days=1)
    rows = []
    kpi = kpi_meant(label, of.project.settings.kpis) if label is not None else None
    for unit in of.units:
        for weakness in findings.weaknesses(unit, most if kpi is None else 99):
            shown_by = (*weakness.topic.kpis, *(one.kpi for one in weakness.warning.shown_by))
            if kpi is not None and kpi.code not in shown_by:
                continue
            for proposal in weakness.proposals(first, most):
                rows.append(
                    (
                        of.name(unit),
                        weakness.topic.name,
                        cause_text(proposal.cause),
                        measure_text(proposal),
                    )
                )
    headings = ("单位", "问题", "原因和依据", "措施")
    return View(
        of.title("诊断"), headings, rows, [*of.notes, *([] if rows else ["没有要诊断的弱项。"])]
    )


def peers_view(of: Scope, label: str) -> View:
    """标杆: a KPI of the units of a level, the best first, beside the quartiles.

    Raises
    ------
    InputError
        When there is no such KPI, or units of different sizes cannot be compared by it.
    """
    kpi, findings = kpi_meant(label, of.project.settings.kpis), of.findings
    if kpi.code not in findings.kpis or not kpi.is_comparable:
        raise InputError(kinds.NOT_COMPARABLE(), value=label)
    order = sorted(
        of.units,
        key=lambda unit: (findings.group_of(unit), findings.rank(kpi.code, unit) or math.inf),
    )
    apart = findings.groups.are_several
    rows = [
        (
            of.name(unit),
            *((findings.group_of(unit) or NOTHING,) if apart else ()),
            _figure(kpi, findings.value(kpi.code, unit)),
            _rank(findings.rank(kpi.code, unit)),
            findings.status(kpi.code, unit),
        )
        for unit in order
    ]
    first = {findings.group_of(unit): unit for unit in reversed(order)}
    texts = [
        (f"{name or '其余'}：" if apart else "") + _quartiles(kpi, findings, unit)
        for name, unit in sorted(first.items())
    ]
    within = (of.project.settings.peers_within or "",) if apart else ()
    headings = ("单位", *within, f"{kpi.name}#", "名次#", "状态")
    return View(of.title(kpi.name), headings, rows, (*texts, *of.notes))


def _quartiles(kpi: Kpi, findings: Findings, unit: int) -> str:
    """The best of a unit's peers, and their quartiles."""
    found = findings.peers(kpi.code, unit, fewest=1)  # every unit is there to be read
    marks = ("最好", found.best), ("上四分位", found.upper), ("中位", found.median)
    return "，".join(
        f"{name} {value_text(kpi, float(value))}"
        for name, value in (*marks, ("下四分位", found.lower))
    )


def pace_view(of: Scope, day: dt.date | None, label: str | None = None) -> View:
    """进度: each target's pace, and where the month is going to end.

    Without any target: every KPI that is a sum over days.

    Raises
    ------
    InputError
        When there is no such KPI, or nobody knows what was done day by day.
    """
    days = day_sums(of.store, of.project.settings, of.cube, of.month, of.level, day)
    if days is None:
        raise InputError(kinds.NO_DAYS())
    findings, rows, missed = of.findings, [], []
    for kpi in _followed(days, findings, of.units, label):
        target = np.array([findings.goal(kpi, unit) for unit in findings.units])
        found = days.pace(kpi, findings.units, target, findings.groups)
        done = days.done(kpi, findings.units)
        if 0 < days.elapsed < days.days[-1]:
            places = [findings.units.index(unit) for unit in of.units]
            missed.append(misses_text(kpi, found, places))
        for unit in of.units:
            place = findings.units.index(unit)
            ends = (found.forecast[place], found.low[place], found.high[place])
            rows.append(
                (
                    of.name(unit),
                    kpi.name,
                    *(_figure(kpi, n[place]) for n in (target, done, found.expected)),
                    _percent(found.by_shape[place]),
                    *(_figure(kpi, float(end)) for end in ends),
                )
            )
    headings = ("单位", "指标", "目标#", "完成#", "应完成#", "进度#", "月末预测#", "下限#", "上限#")
    settings = of.project.settings
    told = settings.work.told(*of.month.span(settings.month_cut))
    note = f"截至 {days.as_of}：{days.days[-1]} 个工作日已过 {days.elapsed} 个"
    return View(
        of.title("进度"),
        headings,
        rows,
        (
            f"{note}（{told}）" if told else note,
            "应完成按往月和去年同月的节奏；五个月里约有四个月落在上下限之间。",
            *filter(None, missed),
        ),
    )


def _followed(
    days: DaySums, findings: Findings, units: Sequence[int], label: str | None
) -> list[Kpi]:
    """The KPIs whose pace is shown: that asked for, those with targets, or every sum."""
    if label is not None:
        kpi = kpi_meant(label, days.kpis)
        if kpi not in days.paced:
            names = "、".join(kpi.name for kpi in days.paced)
            raise InputError(kinds.NO_PACE(known=names), value=label)
        return [kpi]
    aimed = [
        kpi for kpi in days.paced if any(math.isfinite(findings.goal(kpi, unit)) for unit in units)
    ]
    return aimed or [kpi for kpi in days.paced if days.is_sum(kpi)]


def rules_view(of: Scope, day: dt.date | None) -> View:
    """基本法: the people who break a rule, by name, and what the units lack."""
    level = of.cube.lowest_level
    as_of = day or of.month.span(of.project.settings.month_cut)[1] + dt.timedelta(days=1)
    lists = RuleLists(of.store, of.project.settings, of.month, level, as_of)
    findings = of.findings
    rows, notes = [], []
    for unit in of.units:
        for one in lists.of(of.cube.units[unit]):
            rows.append((one.team, one.name, one.agent, one.rank, one.rule, one.text))
        notes += [f"{of.name(unit)}：{text}" for text in unit_rules(findings, unit)]
    last = of.month.span(of.project.settings.month_cut)[1]
    if as_of <= last and (told := of.project.settings.work.told(as_of, last)):
        notes.append(f"{told}。")
    return View(
        of.title("基本法名单"), ("团队", "姓名", "工号", "职级", "事项", "说明"), rows, notes
    )
