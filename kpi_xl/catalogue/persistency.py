"""持续: how much of what fell due was collected."""

from __future__ import annotations

from kpi_xl.catalogue.registry import kpis, marketing
from kpi_xl.formula import Formula


@kpis.kpi(
    "保费持续率",
    aliases=("持续率", "保费继续率", "续期收费率"),
    meaning="到期应收的续期保费收回了多少；三大核心能力（PAR）之一，公司利润的来源",
    unit="%",
    source=marketing(13),
    note="宽限期在 kpi.toml 的 [rules] grace_days 中设置，默认 60 天；"
    "最近两个月到期的还在宽限期内，数字会继续升高",
)
def KPI_PERSISTENCY(collected_premium: Formula, due_premium: Formula) -> Formula:
    return collected_premium / due_premium


@kpis.kpi(
    "件数持续率",
    aliases=("件数继续率",),
    meaning="到期应收的续期保单有多少件收到了钱",
    unit="%",
    source=marketing(13),
)
def KPI_PERSISTENCY_PIECES(collected_pieces: Formula, due_pieces: Formula) -> Formula:
    return collected_pieces / due_pieces


@kpis.kpi(
    "综合持续率",
    meaning="保费与件数两种持续率按权重合成，既看大单也看客户面",
    unit="%",
    source=marketing(13),
    note="权重在 kpi.toml 的 [rules] premium_weight 中设置，默认保费 70%、件数 30%",
)
def KPI_PERSISTENCY_COMBINED(
    collected_premium: Formula,
    due_premium: Formula,
    collected_pieces: Formula,
    due_pieces: Formula,
    premium_weight: Formula,
) -> Formula:
    by_premium = KPI_PERSISTENCY(collected_premium, due_premium)
    by_pieces = KPI_PERSISTENCY_PIECES(collected_pieces, due_pieces)
    return by_premium * premium_weight + by_pieces * (1 - premium_weight)
