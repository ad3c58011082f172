"""持续: the share of due premium that was collected."""

from __future__ import annotations

from typing import Final

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.registry import HANDBOOK, marketing
from kpi_xl.formula import Formula
from kpi_xl.kpi import Bands

FAMILY = "持续"
kpis = registry.kpis.of(FAMILY)

_EXCLUDED: Final = (
    "趸交、犹豫期撤单、理赔终止和迁出的保单不计；宽限期内收到的才算，所以要等到第 14（26）个月末。"
    "第几年看保单自己的日期：每年看保单周年日当天或以后的第一期，没有这一天的月份（2月29日）算到月末"
)


@kpis.kpi(
    "保费持续率",
    aliases=("持续率", "保费继续率", "续期收费率"),
    meaning="到期应收的续期保费收回了多少；三大核心能力（PAR）之一，公司利润的来源",
    unit="%",
    source=marketing(13),
    note="宽限期在 kpi.toml 的 [rules] grace_days 中设置，默认 60 天；"
    "还在宽限期内的月份是未成熟，数字会继续升高，先不判断",
    headline=True,
)
def KPI_PERSISTENCY(collected_premium: Formula, due_premium: Formula) -> Formula:
    return collected_premium / due_premium


@kpis.kpi(
    "件数持续率",
    aliases=("件数继续率",),
    meaning="到期应收的续期保单有多少件收到了钱",
    unit="%",
    source=marketing(13),
    headline=True,
)
def KPI_PERSISTENCY_PIECES(collected_pieces: Formula, due_pieces: Formula) -> Formula:
    return collected_pieces / due_pieces


@kpis.kpi(
    "综合持续率",
    meaning="保费与件数两种持续率按权重合成，既看大单也看客户面",
    unit="%",
    source=marketing(13),
    note="权重在 kpi.toml 的 [rules] premium_weight 中设置，默认保费 70%、件数 30%",
    headline=True,
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


@kpis.kpi(
    "13个月保费继续率",
    aliases=("13个月继续率", "十三个月保费继续率", "13继"),
    meaning="一年多前承保的期交保单，第二年的保费收回了多少，看承保品质",
    unit="%",
    source=HANDBOOK + "：13个月保费继续率",
    bands=Bands(0.82, danger=0.74, source=HANDBOOK),
    note=_EXCLUDED,
)
def KPI_PERSISTENCY13(kept_premium_13: Formula, issued_premium_13: Formula) -> Formula:
    return kept_premium_13 / issued_premium_13


@kpis.kpi(
    "13个月件数继续率",
    meaning="一年多前承保的期交主险，第二年还在缴费的有多少件",
    unit="%",
    source=HANDBOOK + "：13个月继续率，按件数",
    note=_EXCLUDED,
)
def KPI_PERSISTENCY13_PIECES(kept_pieces_13: Formula, issued_pieces_13: Formula) -> Formula:
    return kept_pieces_13 / issued_pieces_13


@kpis.kpi(
    "25个月保费继续率",
    aliases=("25个月继续率", "25继"),
    meaning="第二年缴了费的保单，第三年的保费收回了多少",
    unit="%",
    source=HANDBOOK + "：25个月保费继续率",
    bands=Bands(0.89, danger=0.80, source=HANDBOOK),
    note=_EXCLUDED + "；分母是同一批保单收到的第二年保费",
)
def KPI_PERSISTENCY25(kept_premium_25: Formula, issued_premium_25: Formula) -> Formula:
    return kept_premium_25 / issued_premium_25


@kpis.kpi(
    "25个月件数继续率",
    meaning="第二年缴了费的主险，第三年还在缴费的有多少件",
    unit="%",
    source=HANDBOOK + "：25个月继续率，按件数",
    note=_EXCLUDED + "；分母是同一批保单里收到第二年保费的件数",
)
def KPI_PERSISTENCY25_PIECES(kept_pieces_25: Formula, issued_pieces_25: Formula) -> Formula:
    return kept_pieces_25 / issued_pieces_25
