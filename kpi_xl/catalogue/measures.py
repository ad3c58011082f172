"""The measures and settings that the KPIs are made of.

A measure that the raw tables give says here all that is particular about it: which step of
`kpi_xl.data.steps` counts it, what it sums up, how its months add up. Whatever the data engine does
with it follows. The rest are given by whoever calls a KPI by counts. Sums of money are whole 分
inside the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kpi_xl.aggregation import Aggregation, Source, Total
from kpi_xl.formula import Measure, Setting, Unit

GIVEN: Final = None
"""The source of what only whoever calls a KPI by counts knows."""

COHORT_MONTHS: Final = (3, 6, 7, 12, 13, 25)
"""After how many months a cohort of recruits is looked at again."""

SECOND_YEAR: Final = 14
"""So many months after the issue the second year's instalment is looked at: 13 and the grace."""

THIRD_YEAR: Final = 26
"""The same for the third year's."""


def _measures(*rows: tuple[str, str, Unit, str, Source]) -> dict[str, Measure | Setting]:
    found: dict[str, Measure | Setting] = {}
    for one in (Measure(*row) for row in rows):
        if one.code in found or any(one.name == other.name for other in found.values()):
            raise ValueError(f"measure {one.code}: its code or name is declared twice")
        found[one.code] = one
    for code, _, _, _, source in rows:
        if isinstance(source, Total) and (unknown := set(source.measures) - found.keys()):
            raise ValueError(f"measure {code}: there is no measure {', '.join(sorted(unknown))}")
    return found


def _items(
    *rows: tuple[str, str, Unit, str],
) -> tuple[tuple[str, str, Unit, str, Source], ...]:
    """Measures that count or sum the raw table 计数, each for one item."""
    return tuple(
        (*row, Aggregation("count", sql=f"CASE WHEN item = '{row[0]}' THEN quantity ELSE 0 END"))
        for row in rows
    )


def _cohort(months: int, condition: str = "", *, zeros: bool = True) -> Aggregation:
    """The people who signed so many months ago, or those of them who meet a condition."""
    sql = f"CASE WHEN months = {months}{condition} THEN 1 ELSE 0 END"
    return Aggregation("cohorts", sql=sql, looks_back=months, zeros=zeros)


_STILL_HERE: Final = " AND left_month > month"
_CONFIRMED: Final = " AND confirmed_month <= month"
_IN_TIME: Final = "paid <= due + $grace_days AND paid <= DATE '$seen'"


MEASURES: Final[dict[str, Measure | Setting]] = _measures(
    # -- manpower
    (
        "opening",
        "期初人数",
        "人",
        "期初（上期期末）在职的业务员人数",
        Aggregation("headcount", "first", sql="1", zeros=True),
    ),
    (
        "closing",
        "期末人数",
        "人",
        "期末在职的业务员人数：签约日不晚于期末，且未解约或解约日晚于期末",
        Aggregation("headcount", "last", sql="1", zeros=True),
    ),
    (
        "recruits",
        "新增人数",
        "人",
        "本期签约的人数",
        Aggregation("headcount", days="recruit", zeros=True),
    ),
    ("leavers", "脱落人数", "人", "本期解约的人数", Aggregation("headcount", zeros=True)),
    (
        "transfers_in",
        "调入人数",
        "人",
        "本期从其他单位调入的人数",
        Aggregation("place_moves", sql="place", zeros=True),
    ),
    (
        "transfers_out",
        "调出人数",
        "人",
        "本期调往其他单位的人数",
        Aggregation("place_moves", sql="place_before", zeros=True),
    ),
    (
        "producers",
        "举绩人数",
        "人",
        "本期有主险业绩的人数",
        Aggregation("producer", "recount", days="reached", recount="period_people"),
    ),
    (
        "effective",
        "有效人数",
        "人",
        "本期 FYC 达到标准的人数，标准在 kpi.toml 中设置",
        Aggregation("producer", "recount", days="reached", recount="period_people"),
    ),
    *(
        (
            f"cohort_{n}",
            f"{n}个月前签约人数",
            "人",
            f"本月之前第 {n} 个月签约的人数，不论职级",
            _cohort(n),
        )
        for n in COHORT_MONTHS
    ),
    *(
        (
            f"retained_{n}",
            f"{n}个月前签约仍在职人数",
            "人",
            f"其中本月末仍在职的人数（{n} 个月）",
            _cohort(n, _STILL_HERE),
        )
        for n in COHORT_MONTHS
    ),
    (
        "confirmed_3",
        "3个月前签约已转正人数",
        "人",
        "3 个月前签约、本月末前已转正的人数",
        _cohort(3, _CONFIRMED, zeros=False),
    ),
    (
        "confirmed_6",
        "6个月前签约已转正人数",
        "人",
        "6 个月前签约、本月末前已转正的人数",
        _cohort(6, _CONFIRMED, zeros=False),
    ),
    ("licensed", "持证人数", "人", "期末在职且持有执业证的人数", Aggregation("headcount", "last")),
    (
        "in_education",
        "该学历人数",
        "人",
        "期末在职、属于所看学历的人数",
        Aggregation("education_headcount", "last", sql="1", apart=True),
    ),
    (
        "in_rank",
        "该职级人数",
        "人",
        "期末在职、属于所看职级的人数",
        Aggregation("rank_headcount", "last", sql="1", apart=True),
    ),
    ("men", "男性人数", "人", "期末在职的男性人数", Aggregation("headcount", "last")),
    (
        "promoted",
        "晋升主管人数",
        "人",
        "本期晋升为主管的人数",
        Aggregation("promotions_to_manager", sql="1"),
    ),
    (
        "opening_managers",
        "期初主管人数",
        "人",
        "期初在职的主管人数",
        Aggregation("rank_headcount", "first", sql="managers"),
    ),
    ("days_present", "实际出勤人次", "次", "本期实际出勤的人次", Aggregation("attendance")),
    ("days_due", "应出勤人次", "次", "本期应当出勤的人次", Aggregation("attendance")),
    # -- production
    (
        "pieces",
        "主险件数",
        "件",
        "本期承保的主险件数",
        Aggregation("production", sql="CASE WHEN is_main THEN $sign pieces END"),
    ),
    (
        "withdrawn_pieces",
        "犹豫期撤单件数",
        "件",
        "本期在犹豫期撤单的主险件数，已从主险件数中扣除",
        Aggregation(
            "production", sql="CASE WHEN is_main AND $withdrawal THEN pieces END", by_day=False
        ),
    ),
    (
        "new_premium",
        "首年新单保费",
        "元",
        "本期承保新单的首年保费，主险与附加险合计",
        Aggregation("production", sql="$sign premium"),
    ),
    (
        "first_year_renewal",
        "首年续期保费",
        "元",
        "本期收到的、属于保单第一年度的续期保费（月交、季交、半年交）：应收日在第一个保单周年日以前",
        Aggregation("persistency", days="renewal", zeros=True),
    ),
    ("first_year_premium", "首年保费", "元", "计算佣金的首年保费", GIVEN),
    ("fyc", "FYC", "元", "本期首年度佣金合计", Aggregation("production", sql="$sign fyc")),
    (
        "regular_premium",
        "期交新单保费",
        "元",
        "本期承保的期交（非趸交）新单首年保费",
        Aggregation("production", sql="CASE WHEN pay_mode <> '趸交' THEN $sign premium END"),
    ),
    (
        "pay_mode_premium",
        "该缴费方式新单保费",
        "元",
        "本期所看缴费方式的新单首年保费",
        Aggregation("pay_mode", sql="premium", apart=True),
    ),
    (
        "product_premium",
        "该险种FYP",
        "元",
        "本期所看险种的首年度保费",
        Aggregation("product", sql="premium", apart=True),
    ),
    ("fyp", "首年度保费", "元", "本期首年度保费合计", Total(("new_premium", "first_year_renewal"))),
    ("commission_rate", "首年度佣金率", "%", "首年度佣金占首年保费的比例", GIVEN),
    # -- persistency
    ("due_premium", "应收续期保费", "元", "本期到期应收的续期保费", Aggregation("due")),
    (
        "collected_premium",
        "实收续期保费",
        "元",
        "其中在宽限期内收到的续期保费",
        Aggregation("due", sql=f"CASE WHEN {_IN_TIME} THEN paid_premium ELSE 0 END", in_grace=True),
    ),
    ("due_pieces", "应收续期件数", "件", "本期到期应收的续期件数", Aggregation("due", sql="1")),
    (
        "collected_pieces",
        "实收续期件数",
        "件",
        "其中在宽限期内收到的续期件数",
        Aggregation("due", sql=f"CASE WHEN {_IN_TIME} THEN 1 ELSE 0 END", in_grace=True),
    ),
    (
        "issued_premium_13",
        "13个月应继续保费",
        "元",
        "14 个月前（13 个月加宽限期）承保的期交保费，撤单、理赔终止、迁出的不计",
        Aggregation("persistency", looks_back=SECOND_YEAR),
    ),
    (
        "kept_premium_13",
        "13个月继续保费",
        "元",
        "其中在宽限期内收到的第二年保费：第一个保单周年日起的第一期",
        Aggregation("persistency", looks_back=SECOND_YEAR, in_grace=True),
    ),
    (
        "issued_pieces_13",
        "13个月应继续件数",
        "件",
        "14 个月前承保的期交主险件数，不计的同上",
        Aggregation("persistency", looks_back=SECOND_YEAR),
    ),
    (
        "kept_pieces_13",
        "13个月继续件数",
        "件",
        "其中在宽限期内收到第二年保费的件数",
        Aggregation("persistency", looks_back=SECOND_YEAR, in_grace=True),
    ),
    (
        "issued_premium_25",
        "25个月应继续保费",
        "元",
        "26 个月前承保的保单在宽限期内收到的第二年保费，理赔终止、迁出的不计",
        Aggregation("persistency", looks_back=THIRD_YEAR),
    ),
    (
        "kept_premium_25",
        "25个月继续保费",
        "元",
        "同一批保单在宽限期内收到的第三年保费：第二个保单周年日起的第一期",
        Aggregation("persistency", looks_back=THIRD_YEAR, in_grace=True),
    ),
    (
        "issued_pieces_25",
        "25个月应继续件数",
        "件",
        "26 个月前承保、收到第二年保费的主险件数",
        Aggregation("persistency", looks_back=THIRD_YEAR),
    ),
    (
        "kept_pieces_25",
        "25个月继续件数",
        "件",
        "同一批保单在宽限期内收到第三年保费的件数",
        Aggregation("persistency", looks_back=THIRD_YEAR, in_grace=True),
    ),
    # -- activity
    ("appointments", "约访数", "次", "本期约访的次数", Aggregation("activity")),
    ("visits", "拜访数", "次", "本期拜访客户或网点的次数", Aggregation("activity")),
    ("interviews", "洽谈人数", "人", "本期洽谈的客户人数", Aggregation("activity")),
    ("closings", "促成人数", "人", "本期促成的客户人数", Aggregation("activity")),
    ("prospects", "意向客户数", "人", "本期新增的有购买意向的客户数", Aggregation("activity")),
    ("recruiting_talks", "增员面谈数", "次", "本期增员面谈的次数", Aggregation("activity")),
    ("outlets", "网点数", "个", "期末归本单位负责的网点数", Aggregation("outlet", "last", sql="1")),
    (
        "active_outlets",
        "出单网点数",
        "个",
        "本期有出单的网点数，撤单的扣除",
        Aggregation(
            "outlet",
            "recount",
            sql="CASE WHEN pieces > 0 THEN 1 ELSE 0 END",
            recount="period_outlets",
        ),
    ),
    # -- what any trade counts
    *_items(
        # -- received ahead: no policy yet, never part of any premium or pieces
        ("advance_pieces", "预收件数", "件", "本期预收、还没有承保的件数，不计入件数"),
        ("advance_premium", "预收保费", "元", "本期预收、还没有承保的保费，不计入保费"),
        # -- the stages of a car dealer
        ("developed", "开发客户数", "人", "本期联系的基盘客户数：老客户和他们介绍的人"),
        ("callers", "来电客户数", "人", "本期来电咨询的客户数"),
        ("visitors", "进店人数", "人", "本期进店的客户人数"),
        ("needs_analysed", "需求分析客户数", "人", "本期问清需求、介绍过产品的客户数"),
        ("invited", "邀约试乘试驾客户数", "人", "本期邀请试乘试驾的客户数"),
        ("test_drives", "试乘试驾客户数", "人", "本期试乘试驾的客户数"),
        ("drives_satisfied", "试乘试驾满意客户数", "人", "回访本期试乘试驾客户，表示满意的人数"),
        ("quoted", "报价客户数", "人", "本期谈到价格和成交条件的客户数"),
        ("followed_up", "跟踪客户数", "人", "本期报价以后跟踪到的潜在客户数"),
        ("deals", "成交笔数", "笔", "本期成交的笔数；汽车经销是成交的客户数"),
        ("delivered", "交车客户数", "人", "本期交车的客户数"),
        ("after_sales", "售后跟踪客户数", "人", "本期交车以后回访到的客户数"),
        # -- shops, and any trade
        ("units_sold", "销售件数", "件", "本期卖出的件数"),
        ("sales", "销售额", "元", "本期销售的金额"),
        ("customers", "购买客户数", "人", "本期买过的客户数"),
        ("repeat_customers", "回购客户数", "人", "其中以前也买过的客户数"),
        ("leads", "潜在客户数", "人", "本期接触的、可能购买的客户数"),
        ("new_customers", "新客户数", "人", "本期第一次购买的客户数"),
        ("surveyed", "回访客户数", "人", "本期接受回访或调查的客户数"),
        ("satisfied", "满意客户数", "人", "其中表示满意的客户数"),
        ("lost_customers", "流失客户数", "人", "期初的客户中本期失去的客户数"),
        ("cost_of_sales", "销售成本", "元", "本期销售的成本"),
        ("net_profit", "净利润", "元", "本期的净利润"),
        ("processed_orders", "处理订单数", "笔", "本期处理完的订单数"),
        ("processing_hours", "订单处理时数", "小时", "这些订单从接单到处理完一共用的小时数"),
        ("work_hours", "投入工时", "小时", "本期投入的工时数，以小时计"),
        ("market_sales", "市场销售额", "元", "本期所在市场同类产品的销售总额，取自行业统计"),
        ("outputs", "完成件数", "件", "本期完成的件数或单数"),
        ("defects", "缺陷件数", "件", "其中有缺陷或差错的件数"),
        ("trained", "实到培训人次", "次", "本期实际参加培训的人次"),
        ("due_training", "应到培训人次", "次", "本期应当参加培训的人次"),
        ("surveyed_staff", "受访员工数", "人", "本期接受满意度调查的员工数"),
        ("satisfied_staff", "满意员工数", "人", "其中表示满意的员工数"),
    ),
    ("opening_customers", "期初客户数", "人", "期初的客户数", GIVEN),
    ("opening_assets", "期初资产", "元", "期初的资产总额", GIVEN),
    ("closing_assets", "期末资产", "元", "期末的资产总额", GIVEN),
    # -- any quantity beside another
    ("actual", "实际值", "元", "本期实际达成的数", GIVEN),
    ("target", "目标值", "元", "本期的目标数", GIVEN),
    ("current", "本期值", "元", "本期的数", GIVEN),
    ("previous", "上期值", "元", "上一期的数", GIVEN),
    ("last_year", "去年同期值", "元", "去年同一期的数", GIVEN),
)

MEASURES["premium_weight"] = Setting(
    "premium_weight", "保费权重", 0.7, "综合持续率中保费持续率的权重，其余归件数持续率"
)


def measure(code: str) -> Measure:
    """The measure with this code."""
    found = MEASURES[code]
    assert isinstance(found, Measure)
    return found


def _counted() -> dict[str, tuple[Measure, Aggregation]]:
    return {
        code: (one, one.source)
        for code, one in MEASURES.items()
        if isinstance(one, Measure) and isinstance(one.source, Aggregation)
    }


COUNTED: Final[Mapping[str, tuple[Measure, Aggregation]]] = _counted()
"""The measures that the raw tables give, by code, and how they are counted."""

ITEMS: Final = tuple(one for one, how in COUNTED.values() if how.step == "count")
"""The measures that the raw table 计数 counts or sums, as any trade keeps it."""

ACTIVITIES: Final = {
    code: one.name for code, (one, how) in COUNTED.items() if how.step == "activity"
}
"""The activities that are planned and noted, by code."""
