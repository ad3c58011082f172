"""The slots of the analysis: pace, factors, warnings, causes, peers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kpi_xl.analysis.bands import UNRIPE
from kpi_xl.analysis.diagnosis import Proposal, RankedCause
from kpi_xl.analysis.peers import Peers
from kpi_xl.analysis.trees import FACTORS, Tree
from kpi_xl.analysis.warnings import KpiWarning, news_first
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.catalogue.units import Unit
from kpi_xl.findings.day_sums import paced
from kpi_xl.findings.drivers import COMPARISONS, Split
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import NOTHING, shown, value_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.kpi import Kpi
from kpi_xl.slots.cell_formula import (
    CellFormula,
    before,
    formula,
    greatest,
    here,
    least,
    number_in,
    so_far,
    total,
)
from kpi_xl.slots.slot import ByPlace, Group, Kind, Slot
from kpi_xl.slots.unit_values import HEADING, KPI_NAMES, SERIES_MONTHS

PAR: Final = ("保费持续率", "活动率", "留存率")
"""The three core abilities: persistency, activity, retention."""

WATERFALLS: Final = ("环比", "同比")
"""The comparisons that are drawn."""

COMPARED: Final = tuple(
    kpi for kpi in kpis.values() if kpi.is_comparable and kpi.direction != "neutral"
)
"""The KPIs that are compared with the peers'."""


class Judged(NamedTuple):
    """A KPI of a unit with the findings of its level."""

    findings: Findings
    code: str
    unit: int


JUDGED: Final = Group(
    "kpi.<指标>",
    "<指标>",
    {
        ".状态": Slot(
            "健康、异常、危险或未成熟",
            value=lambda at: at.findings.status(at.code, at.unit),
        ),
        ".依据": Slot(
            "状态由什么定的：界限、目标、同类、信号，新出现还是几个月了；人少；未成熟的写哪天成熟",
            value=lambda at: at.findings.grounds(at.code, at.unit),
        ),
    },
    {"指标": KPI_NAMES},
)

HEADINGS: Final = Group("", "", {"findings.heading": HEADING, "peers.heading": HEADING})


class Paced(NamedTuple):
    """The pace of a KPI of a unit."""

    goal: float
    done: float
    expected: float
    by_shape: float
    forecast: float
    low: float
    high: float
    is_over: bool = False


def _pace(meaning: str, of: Callable[[Paced], float], kind: Kind = Kind.OF_KPI) -> Slot:
    """A figure of the pace; empty where the days are not known."""
    return Slot(meaning, kind, value=lambda one: None if one is None else shown(of(one)))


def _ahead(meaning: str, of: Callable[[Paced], float], kind: Kind = Kind.OF_KPI) -> Slot:
    """A figure of the pace that is shown while the month is not over."""
    told = _pace(meaning, of, kind).value
    assert told is not None
    return Slot(meaning, kind, value=lambda one: None if one is None or one.is_over else told(one))


PACE: Final = Group(
    "pace.<指标>",
    "<指标>的进度",
    {
        ".目标": _pace("目标", lambda one: one.goal),
        ".完成": _pace("到今天完成", lambda one: one.done),
        ".达成率": _pace(
            "完成 ÷ 目标", lambda one: one.done / one.goal if one.goal else math.nan, Kind.RATIO
        ),
        ".应完成": _ahead("按往月节奏到今天应完成", lambda one: one.expected),
        ".进度": _ahead("完成 ÷ 应完成", lambda one: one.by_shape, Kind.RATIO),
        ".预测": _ahead("月末预测", lambda one: one.forecast),
        ".下限": _ahead("预测区间的下限", lambda one: one.low),
        ".上限": _ahead("预测区间的上限", lambda one: one.high),
    },
    {"指标": tuple(kpis[code].name for code in paced(kpis))},
)

ON_THE_WAY: Final = ("按往月应完成", "进度", "月末预测", "预测下限", "预测上限")
"""How a page calls what is told only as long as the month is not over."""

AS_OF: Final = Group(
    "pace.",
    "",
    {
        "as_of": Slot("数据截至哪一天，过了几个工作日"),
        "列名": Slot("月末以前才有的五列的列名，一行五格；过完的月空着", cells=len(ON_THE_WAY)),
        "说明": Slot("进度和预测怎么读；过完的月空着"),
    },
)

PACE_NOTE: Final = (
    "进度 = 已完成 ÷ 按往月节奏到今天应完成的数，低于 100% 为落后；"
    "五个月里约有四个月落在预测的上下限之间。"
)


def factor_names(tree: Tree) -> list[str]:
    """The factors' names, in the order of the product."""
    return [factor.name for factor in tree.factors]


def _formula(tree: Tree | None) -> str | None:
    if tree is None:
        return None
    result = MEASURES[tree.result].name
    return f"{result} = {' × '.join(factor_names(tree))}；各因素之和等于差额。"


DRIVERS: Final = Group(
    "drivers.",
    "",
    {
        "title": Slot(
            "什么的因素分解，如 首年新单保费的因素分解（元）",
            value=lambda tree: f"{MEASURES[tree.result].name}的因素分解（元）" if tree else None,
        ),
        "formula": Slot("由哪几个因素相乘", value=_formula),
        "因素": Slot(
            "四个因素的名称，一行四格",
            cells=FACTORS,
            value=lambda tree: factor_names(tree) if tree else None,
        ),
    },
)

CHAIN: Final = Group(
    "drivers.",
    "",
    {
        "影响": Slot(
            "预警的影响是哪一行差额里的一份：目标、同比、环比或全公司", value=lambda one: one
        )
    },
)


def amounts(split: Split | None) -> list[float]:
    """The heights from the start over the factors to the end, in 元; empty without a split."""
    if split is None:
        return []
    return [amount / 100 for amount in (split.before, *split.shares, split.after)]


def _difference(split: Split | None) -> float | None:
    row = amounts(split)
    return row[-1] - row[0] if row else None


SPLIT: Final = Group(
    "drivers.<比较>",
    "<比较>",
    {
        "": Slot(
            "起点、四个因素、本月，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            lambda split: amounts(split) or [None] * (FACTORS + 2),
        ),
        ".差额": Slot("本月 − 起点", Kind.MONEY, value=_difference),
        ".主因": Slot("影响最大的因素", value=lambda split: split.main.name if split else None),
    },
    {"比较": COMPARISONS},
)


_SPLIT: Final = "drivers.<比较>"
_NOTHING: Final = formula(0.0)


def _bars(ends: CellFormula, between: CellFormula) -> ByPlace:
    """A row of six bars: those of the start and of the month, and those of the factors between."""
    return ByPlace(lambda place: ends if place in (0, FACTORS + 1) else between)


WATERFALL: Final = Group(
    "waterfall.<比较>.",
    "<比较>瀑布图",
    {
        "因素": Slot("四个因素的名称，一行四格", cells=FACTORS, formula=here("drivers.因素")),
        "合计": Slot(
            "两端的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            formula=_bars(number_in(here(_SPLIT)), _NOTHING),
        ),
        "底": Slot(
            "看不见的底，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            formula=_bars(
                _NOTHING, greatest(0.0, least(total(before(_SPLIT)), total(so_far(_SPLIT))))
            ),
        ),
        "增": Slot(
            "增加的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            formula=_bars(_NOTHING, greatest(here(_SPLIT), 0.0)),
        ),
        "减": Slot(
            "减少的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            formula=_bars(_NOTHING, greatest(-here(_SPLIT), 0.0)),
        ),
    },
    {"比较": WATERFALLS},
)


@dataclass(frozen=True)
class Line:
    """A line of a list of warnings: one warning, or all those that have no line of their own."""

    name: str
    status: str | None
    actual: str | None
    due: str | None
    cost: float | None
    why: str
    unit: str = ""


def line_of(findings: Findings, warning: KpiWarning, unit: str = "") -> Line:
    """The line of a warning."""
    kpi, place = findings.kpis[warning.kpi], findings.units.index(int(warning.unit))
    return Line(
        kpi.name,
        warning.status,
        value_text(kpi, warning.value),
        value_text(kpi, findings.lacked(kpi, place)),
        warning.cost / 100 if warning.cost else None,
        "；".join((*warning.reasons, warning.since)),
        unit,
    )


def lines_of(
    findings: Findings, found: Sequence[KpiWarning], room: int, units: Sequence[Unit] = ()
) -> list[Line]:
    """The lines of warnings: new ones first, then the costliest; the rest is one last line.

    Parameters
    ----------
    findings : Findings
        The findings of the units' level.
    found : sequence of KpiWarning
        The warnings, the costliest first.
    room : int
        So many lines at the most.
    units : sequence of Unit, optional
        The cube's, where each line says whose it is.
    """
    ordered = news_first(found)
    shown = ordered if len(ordered) <= room else ordered[: room - 1]
    lines = [line_of(findings, one, units[int(one.unit)].name if units else "") for one in shown]
    if rest := ordered[len(shown) :]:
        names = "、".join(dict.fromkeys(findings.kpis[one.kpi].name for one in rest))
        kind = "其余" if any(one.is_news for one in rest) else "以前就有"
        lines.append(Line(f"另有 {len(rest)} 项", None, None, None, None, f"{kind}：{names}"))
    return lines


_WARNING: Final = {
    "指标": Slot("指标", cells=None, value=lambda one: one.name),
    "状态": Slot("异常或危险", cells=None, value=lambda one: one.status),
    "实际": Slot("本月实际，文字", cells=None, value=lambda one: one.actual),
    "应达": Slot("应当达到，文字", cells=None, value=lambda one: one.due),
    "影响": Slot(
        "业绩的差额里这一项的一份，各项不重复；不在因素里的没有",
        Kind.MONEY,
        None,
        lambda one: one.cost,
    ),
    "原因": Slot("为什么预警", cells=None, value=lambda one: one.why),
}

WARNINGS: Final = Group(
    "warnings.", "本单位的预警，每项一行，先列新出现的和信号，列不下的并成一行", _WARNING
)

MONEY: Final = Group(
    "warnings.",
    "本单位的预警",
    {
        "差额": Slot(
            "影响是什么差额里的一份：业绩比什么少多少，由哪几个因素", value=lambda text: text
        )
    },
)

BELOW: Final = Group(
    "below.",
    "下属单位的预警，每项一行，先列新出现的和信号，列不下的并成一行",
    {"单位": Slot("单位", cells=None, value=lambda one: one.unit), **_WARNING},
)

DIAGNOSIS: Final = Group(
    "diagnosis.",
    "诊断，每项一行",
    {
        "问题": Slot("问题", cells=None, value=lambda one: problem_text(*one[:2])),
        "原因": Slot("原因", cells=None, value=lambda one: cause_text(one[2].cause)),
        "措施": Slot("措施", cells=None, value=lambda one: measure_text(one[2])),
    },
)

_FEWEST_IN_QUARTERS: Final = 4  # quartiles of fewer units say nothing


class Among(NamedTuple):
    """A KPI of a unit among its peers; empty where there are too few."""

    kpi: Kpi
    own: float
    peers: Peers | None
    fewest: int
    rank: int
    is_ripe: bool

    @property
    def standing(self) -> str:
        """The place among the peers: better quarter, weaker quarter, or middle; — with too few
        peers, 未成熟 while data is to come.

        It is a place, no judgement: that is the status.
        """
        peers = self.peers
        if not self.is_ripe:
            return UNRIPE
        if peers is None or not math.isfinite(self.own) or peers.count < _FEWEST_IN_QUARTERS:
            return NOTHING
        sign = -1 if self.kpi.direction == "lower" else 1
        if sign * self.own >= sign * float(peers.upper):
            return "前四分之一"
        return "后四分之一" if sign * self.own < sign * float(peers.lower) else "中间"


def _quartile(meaning: str, of: Callable[[Peers], Any]) -> Slot:
    """A figure of the peers; — where there are too few."""

    def value(one: Among) -> float | str:
        if one.peers is None or one.peers.count < one.fewest:
            return NOTHING
        return shown(float(of(one.peers)))

    return Slot(meaning, Kind.OF_KPI, value=value)


PEERS: Final = Group(
    "peers.<指标>",
    "<指标>",
    {
        ".本单位": Slot("本单位", Kind.OF_KPI, value=lambda one: shown(one.own)),
        ".最好": _quartile("同类中最好", lambda peers: peers.best),
        ".上四分位": _quartile("同类上四分位", lambda peers: peers.upper),
        ".中位": _quartile("同类中位", lambda peers: peers.median),
        ".下四分位": _quartile("同类下四分位", lambda peers: peers.lower),
        ".名次": Slot(
            "名次，如 3/8",
            value=lambda one: f"{one.rank}/{int(one.peers.count)}" if one.rank else NOTHING,
        ),
        ".评价": Slot(
            "前四分之一、中间或后四分之一；数据还没有到齐的是未成熟", value=lambda one: one.standing
        ),
    },
    {"指标": tuple(kpi.name for kpi in COMPARED)},
)

PEER_SERIES: Final = Group(
    "peers.<指标>.",
    "<指标>",
    {
        "中位系列": Slot("近 24 个月同类中位，一行", Kind.OF_KPI, SERIES_MONTHS),
        "最好系列": Slot("近 24 个月同类最好，一行", Kind.OF_KPI, SERIES_MONTHS),
    },
    {"指标": PAR},
)

PEERS_NOTE: Final = Group(
    "", "", {"peers.note": Slot("同级单位太少时不显示什么", value=lambda text: text)}
)


def problem_text(weakness: Weakness, kpi: Kpi) -> str:
    """The KPI with its value, then the fact that it is a sign of: ``纯增率 -0.3%（增员率低）``."""
    topic, value = weakness.topic.name, value_text(kpi, weakness.warning.value)
    return f"{topic}：{value}" if topic.startswith(kpi.name) else f"{kpi.name} {value}（{topic}）"


def cause_text(cause: RankedCause) -> str:
    """A cause with its strongest number, or with a note that a person has to judge it."""
    return f"{cause.cause.text}。{cause.proof}"


def measure_text(proposal: Proposal) -> str:
    """The action as a text: what to do, who, with what, until when."""
    remedy = proposal.remedy
    due = f"{proposal.due.month}月{proposal.due.day}日"
    return f"{remedy.text}。{remedy.owner}；{remedy.tool}；{due}前"
