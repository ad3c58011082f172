"""业绩: premium, pieces, commission, and each of them per head."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.manpower import KPI_AVG_HEADCOUNT
from kpi_xl.catalogue.registry import HANDBOOK, marketing
from kpi_xl.formula import Formula
from kpi_xl.kpi import Bands

FAMILY = "业绩"
kpis = registry.kpis.of(FAMILY)


@kpis.kpi(
    "首年度保费",
    aliases=("FYP", "首年保费收入"),
    meaning="本期内属于保单第一年度的保费，是业绩的总量",
    unit="元",
    source=marketing(12),
    headline=True,
)
def KPI_FYP(new_premium: Formula, first_year_renewal: Formula) -> Formula:
    return new_premium + first_year_renewal


KPI_NEW_PREMIUM = kpis.of_measure(
    "KPI_NEW_PREMIUM",
    "new_premium",
    aliases=("新单保费",),
    meaning="本期承保新单的首年保费",
    source=marketing(12),
    headline=True,
)


KPI_PIECES = kpis.of_measure(
    "KPI_PIECES",
    "pieces",
    aliases=("件数",),
    meaning="本期承保的主险件数",
    source=marketing(12),
    headline=True,
)


@kpis.kpi(
    "人均FYP",
    aliases=("人均保费", "人均首年保费"),
    meaning="平均每人带来多少首年新单保费，等于活动率 × 人均产能",
    unit="元",
    source=marketing(12),
    headline=True,
)
def KPI_FYP_PER_CAPITA(new_premium: Formula, opening: Formula, closing: Formula) -> Formula:
    return new_premium / KPI_AVG_HEADCOUNT(opening, closing)


@kpis.kpi(
    "人均件数",
    meaning="平均每人成交多少件主险，看拜访量和促成能力",
    unit="件",
    number_format="0.00",
    source=marketing(12),
    bands=Bands(3, danger=2.7, source=HANDBOOK + "：月人均件数"),
    note="健康界限按月看",
    headline=True,
)
def KPI_PIECES_PER_CAPITA(pieces: Formula, opening: Formula, closing: Formula) -> Formula:
    return pieces / KPI_AVG_HEADCOUNT(opening, closing)


@kpis.kpi(
    "件均保费",
    meaning="平均每件主险带来多少新单保费，看客户层次和商品组合",
    unit="元",
    source=marketing(12),
    headline=True,
)
def KPI_PREMIUM_PER_PIECE(new_premium: Formula, pieces: Formula) -> Formula:
    return new_premium / pieces


@kpis.kpi(
    "人均产能",
    meaning="出了业绩的人平均带来多少新单保费",
    unit="元",
    source=marketing(12),
    headline=True,
)
def KPI_PRODUCTIVITY(new_premium: Formula, producers: Formula) -> Formula:
    return new_premium / producers


@kpis.kpi(
    "有效人均件数",
    aliases=("举绩人均件数",),
    meaning="出了业绩的人平均成交多少件主险",
    unit="件",
    number_format="0.00",
    source=marketing(13),
    headline=True,
)
def KPI_PIECES_PER_PRODUCER(pieces: Formula, producers: Formula) -> Formula:
    return pieces / producers


@kpis.kpi(
    "首年度佣金",
    aliases=("FYC",),
    meaning="业务员从首年保费里得到的佣金，是队伍收入的主体",
    unit="元",
    source=marketing(13),
    headline=True,
    measure="fyc",
)
def KPI_FYC(first_year_premium: Formula, commission_rate: Formula) -> Formula:
    return first_year_premium * commission_rate


@kpis.kpi(
    "人均FYC",
    aliases=("人均佣金",),
    meaning="平均每人拿到多少首年度佣金，决定队伍留不留得住",
    unit="元",
    source=marketing(13),
    headline=True,
)
def KPI_FYC_PER_CAPITA(fyc: Formula, opening: Formula, closing: Formula) -> Formula:
    return fyc / KPI_AVG_HEADCOUNT(opening, closing)


@kpis.kpi(
    "险种FYP比率",
    aliases=("险种占比",),
    meaning="某一险种在首年度保费中的比例，看业务结构",
    unit="%",
    direction="neutral",
    source=marketing(15),
)
def KPI_PRODUCT_MIX(product_premium: Formula, fyp: Formula) -> Formula:
    return product_premium / fyp


@kpis.kpi(
    "犹豫期退保率",
    aliases=("犹豫期撤单率",),
    meaning="承保的件数里有多少在犹豫期内又撤了，看销售品质和客户是不是真正认同",
    unit="%",
    direction="lower",
    source=HANDBOOK,
    bands=Bands(0.04, danger=0.044, source=HANDBOOK),
    note="主险件数已扣除撤单，加回来就是本期承保的件数；撤单算在撤单那个月",
)
def KPI_COOLING_OFF(withdrawn_pieces: Formula, pieces: Formula) -> Formula:
    return withdrawn_pieces / (pieces + withdrawn_pieces)


@kpis.kpi(
    "期交比率",
    aliases=("期缴比率", "期交占比"),
    meaning="新单保费里期交的比例，期交多则续期收入有后劲",
    unit="%",
    source=marketing(15),
    headline=True,
)
def KPI_REGULAR_PAY(regular_premium: Formula, new_premium: Formula) -> Formula:
    return regular_premium / new_premium


@kpis.kpi(
    "缴费方式比率",
    aliases=("缴费方式占比", "缴费结构"),
    meaning="某一缴费方式（年交、月交、趸交等）在新单保费中的比例，看保费是怎么交来的",
    unit="%",
    direction="neutral",
    source=marketing(15) + "的期交比率，按缴费方式分开看",
)
def KPI_PAY_MODE_MIX(pay_mode_premium: Formula, new_premium: Formula) -> Formula:
    return pay_mode_premium / new_premium
