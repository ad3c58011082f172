"""The slots about what a unit's numbers mean: pace, factors, warnings, causes, peers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from kpi_xl.analysis.diagnosis import Proposal, RankedCause
from kpi_xl.analysis.warnings import KpiWarning
from kpi_xl.catalogue import kpis
from kpi_xl.findings.day_sums import paced
from kpi_xl.findings.drivers import COMPARISONS
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import value_text
from kpi_xl.findings.weakness import Weakness
from kpi_xl.kpi import Kpi
from kpi_xl.slots.slot import Group, Kind, Slot
from kpi_xl.slots.unit_values import HEADING, KPI_NAMES, SERIES_MONTHS

PAR: Final = ("保费持续率", "活动率", "留存率")
"""The three core abilities: persistency, activity, retention."""

WATERFALLS: Final = ("环比", "同比")
"""The comparisons that are drawn."""

FACTORS: Final = 4
"""The workbooks have room for so many factors."""

COMPARED: Final = tuple(
    kpi for kpi in kpis.values() if kpi.is_comparable and kpi.direction != "neutral"
)
"""The KPIs that are compared with the peers'."""


class Judged(NamedTuple):
    """A KPI of a unit among the findings of its level."""

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

PACE: Final = Group(
    "pace.<指标>",
    "<指标>的进度",
    {
        ".目标": Slot("目标", Kind.OF_KPI),
        ".完成": Slot("到今天完成", Kind.OF_KPI),
        ".达成率": Slot("完成 ÷ 目标", Kind.RATIO),
        ".应完成": Slot("按往月节奏到今天应完成", Kind.OF_KPI),
        ".进度": Slot("完成 ÷ 应完成", Kind.RATIO),
        ".预测": Slot("月末预测", Kind.OF_KPI),
        ".下限": Slot("预测区间的下限", Kind.OF_KPI),
        ".上限": Slot("预测区间的上限", Kind.OF_KPI),
    },
    {"指标": tuple(kpis[code].name for code in paced())},
)

AS_OF: Final = Group("", "", {"pace.as_of": Slot("数据截至哪一天，过了几个工作日")})

DRIVERS: Final = Group(
    "drivers.",
    "",
    {
        "title": Slot("什么的因素分解，如 首年新单保费的因素分解（元）"),
        "formula": Slot("由哪几个因素相乘"),
        "因素": Slot("四个因素的名称，一行四格", cells=FACTORS),
    },
)

SPLIT: Final = Group(
    "drivers.<比较>",
    "<比较>",
    {
        "": Slot("起点、四个因素、本月，一行六格", Kind.MONEY, FACTORS + 2),
        ".差额": Slot("本月 − 起点", Kind.MONEY),
        ".主因": Slot("影响最大的因素"),
    },
    {"比较": COMPARISONS},
)


def _between(height: Callable[[float, float, float], float]) -> Callable[[Any], list[float]]:
    """A height for each factor, from what was before it, its share, and what is after it."""

    def heights(given: tuple[Sequence[str], Sequence[float]]) -> list[float]:
        row = given[1]
        found = [
            height(sum(row[:place]), row[place], sum(row[: place + 1]))
            for place in range(1, len(row) - 1)
        ]
        return [0.0, *found, 0.0]

    return heights


WATERFALL: Final = Group(
    "waterfall.<比较>.",
    "<比较>瀑布图",
    {
        "因素": Slot("四个因素的名称，一行四格", cells=FACTORS, value=lambda given: given[0]),
        "合计": Slot(
            "两端的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            lambda given: [given[1][0], *([0.0] * FACTORS), given[1][-1]],
        ),
        "底": Slot(
            "看不见的底，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            _between(lambda before, _, after: max(0.0, min(before, after))),
        ),
        "增": Slot(
            "增加的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            _between(lambda _, share, __: max(share, 0.0)),
        ),
        "减": Slot(
            "减少的柱，一行六格",
            Kind.MONEY,
            FACTORS + 2,
            _between(lambda _, share, __: max(-share, 0.0)),
        ),
    },
    {"比较": WATERFALLS},
)


class Warned(NamedTuple):
    """A warning among the findings of its level."""

    findings: Findings
    warning: KpiWarning
    unit: str = ""

    @property
    def kpi(self) -> Kpi:
        return self.findings.kpis[self.warning.kpi]

    @property
    def due(self) -> float:
        place = self.findings.units.index(int(self.warning.unit))
        return float(self.findings.reference(self.kpi)[place])


_WARNING: Final = {
    "指标": Slot("指标", cells=None, value=lambda one: one.kpi.name),
    "状态": Slot("异常或危险", cells=None, value=lambda one: one.warning.status),
    "实际": Slot(
        "本月实际，文字", cells=None, value=lambda one: value_text(one.kpi, one.warning.value)
    ),
    "应达": Slot("应当达到，文字", cells=None, value=lambda one: value_text(one.kpi, one.due)),
    "影响": Slot("少收的首年保费或销售额", Kind.MONEY, None, lambda one: one.warning.cost / 100),
    "原因": Slot(
        "为什么预警",
        cells=None,
        value=lambda one: "；".join((*one.warning.reasons, one.warning.since)),
    ),
}

WARNINGS: Final = Group("warnings.", "本单位的预警，每项一行", _WARNING)

BELOW: Final = Group(
    "below.",
    "下属单位的预警，每项一行",
    {"单位": Slot("单位", cells=None, value=lambda one: one.unit), **_WARNING},
)

DIAGNOSIS: Final = Group(
    "diagnosis.",
    "诊断，每项一行",
    {
        "问题": Slot("问题", cells=None, value=lambda one: problem_text(one[0])),
        "原因": Slot("原因", cells=None, value=lambda one: cause_text(one[1].cause)),
        "措施": Slot("措施", cells=None, value=lambda one: measure_text(one[1])),
    },
)

PEERS: Final = Group(
    "peers.<指标>",
    "<指标>",
    {
        ".本单位": Slot("本单位", Kind.OF_KPI),
        ".最好": Slot("同类中最好", Kind.OF_KPI),
        ".上四分位": Slot("同类上四分位", Kind.OF_KPI),
        ".中位": Slot("同类中位", Kind.OF_KPI),
        ".下四分位": Slot("同类下四分位", Kind.OF_KPI),
        ".名次": Slot("名次，如 3/8"),
        ".评价": Slot("前四分之一、中间或后四分之一"),
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

PEERS_NOTE: Final = Group("", "", {"peers.note": Slot("同级单位太少时不显示什么")})


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
