"""The measures and settings that the KPIs are made of.

A measure is counted or summed from the raw tables; the data engine gives those in `kpi_xl.data`,
the rest are given by whoever calls a KPI by counts. Sums of money are whole 分 inside the engine.
"""

from __future__ import annotations

from typing import Final

from kpi_xl.formula import Measure, Setting, Unit


def _measures(*rows: tuple[str, str, Unit, str]) -> dict[str, Measure | Setting]:
    return {row[0]: Measure(*row) for row in rows}


COUNTED: Final[tuple[tuple[str, str, Unit, str], ...]] = (
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
    ("outputs", "完成件数", "件", "本期完成的件数或单数"),
    ("defects", "缺陷件数", "件", "其中有缺陷或差错的件数"),
    ("trained", "实到培训人次", "次", "本期实际参加培训的人次"),
    ("due_training", "应到培训人次", "次", "本期应当参加培训的人次"),
    ("surveyed_staff", "受访员工数", "人", "本期接受满意度调查的员工数"),
    ("satisfied_staff", "满意员工数", "人", "其中表示满意的员工数"),
)
"""What the raw table 计数 counts or sums, as any trade keeps it: code, name, unit and meaning."""

COHORT_MONTHS: Final = (3, 6, 7, 12, 13, 25)
"""After how many months a cohort of recruits is looked at again."""

MEASURES: Final[dict[str, Measure | Setting]] = _measures(
    # -- manpower
    ("opening", "期初人数", "人", "期初（上期期末）在职的业务员人数"),
    (
        "closing",
        "期末人数",
        "人",
        "期末在职的业务员人数：签约日不晚于期末，且未解约或解约日晚于期末",
    ),
    ("recruits", "新增人数", "人", "本期签约的人数"),
    ("leavers", "脱落人数", "人", "本期解约的人数"),
    ("transfers_in", "调入人数", "人", "本期从其他单位调入的人数"),
    ("transfers_out", "调出人数", "人", "本期调往其他单位的人数"),
    ("producers", "举绩人数", "人", "本期有主险业绩的人数"),
    ("effective", "有效人数", "人", "本期 FYC 达到标准的人数，标准在 kpi.toml 中设置"),
    *(
        (f"cohort_{n}", f"{n}个月前签约人数", "人", f"本月之前第 {n} 个月签约的人数，不论职级")
        for n in COHORT_MONTHS
    ),
    *(
        (f"retained_{n}", f"{n}个月前签约仍在职人数", "人", f"其中本月末仍在职的人数（{n} 个月）")
        for n in COHORT_MONTHS
    ),
    ("confirmed_3", "3个月前签约已转正人数", "人", "3 个月前签约、本月末前已转正的人数"),
    ("confirmed_6", "6个月前签约已转正人数", "人", "6 个月前签约、本月末前已转正的人数"),
    ("licensed", "持证人数", "人", "期末在职且持有执业证的人数"),
    ("in_education", "该学历人数", "人", "期末在职、属于所看学历的人数"),
    ("in_rank", "该职级人数", "人", "期末在职、属于所看职级的人数"),
    ("men", "男性人数", "人", "期末在职的男性人数"),
    ("promoted", "晋升主管人数", "人", "本期晋升为主管的人数"),
    ("opening_managers", "期初主管人数", "人", "期初在职的主管人数"),
    ("days_present", "实际出勤人次", "次", "本期实际出勤的人次"),
    ("days_due", "应出勤人次", "次", "本期应当出勤的人次"),
    # -- production
    ("pieces", "主险件数", "件", "本期承保的主险件数"),
    ("withdrawn_pieces", "犹豫期撤单件数", "件", "本期在犹豫期撤单的主险件数，已从主险件数中扣除"),
    ("new_premium", "首年新单保费", "元", "本期承保新单的首年保费，主险与附加险合计"),
    (
        "first_year_renewal",
        "首年续期保费",
        "元",
        "本期收到的、属于保单第一年度的续期保费（月交、季交、半年交）：应收日在第一个保单周年日以前",
    ),
    ("first_year_premium", "首年保费", "元", "计算佣金的首年保费"),
    ("fyc", "FYC", "元", "本期首年度佣金合计"),
    ("regular_premium", "期交新单保费", "元", "本期承保的期交（非趸交）新单首年保费"),
    ("pay_mode_premium", "该缴费方式新单保费", "元", "本期所看缴费方式的新单首年保费"),
    ("product_premium", "该险种FYP", "元", "本期所看险种的首年度保费"),
    ("fyp", "首年度保费", "元", "本期首年度保费合计"),
    ("commission_rate", "首年度佣金率", "%", "首年度佣金占首年保费的比例"),
    # -- persistency
    ("due_premium", "应收续期保费", "元", "本期到期应收的续期保费"),
    ("collected_premium", "实收续期保费", "元", "其中在宽限期内收到的续期保费"),
    ("due_pieces", "应收续期件数", "件", "本期到期应收的续期件数"),
    ("collected_pieces", "实收续期件数", "件", "其中在宽限期内收到的续期件数"),
    (
        "issued_premium_13",
        "13个月应继续保费",
        "元",
        "14 个月前（13 个月加宽限期）承保的期交保费，撤单、理赔终止、迁出的不计",
    ),
    (
        "kept_premium_13",
        "13个月继续保费",
        "元",
        "其中在宽限期内收到的第二年保费：第一个保单周年日起的第一期",
    ),
    ("issued_pieces_13", "13个月应继续件数", "件", "14 个月前承保的期交主险件数，不计的同上"),
    ("kept_pieces_13", "13个月继续件数", "件", "其中在宽限期内收到第二年保费的件数"),
    (
        "issued_premium_25",
        "25个月应继续保费",
        "元",
        "26 个月前承保的保单在宽限期内收到的第二年保费，理赔终止、迁出的不计",
    ),
    (
        "kept_premium_25",
        "25个月继续保费",
        "元",
        "同一批保单在宽限期内收到的第三年保费：第二个保单周年日起的第一期",
    ),
    ("issued_pieces_25", "25个月应继续件数", "件", "26 个月前承保、收到第二年保费的主险件数"),
    ("kept_pieces_25", "25个月继续件数", "件", "同一批保单在宽限期内收到第三年保费的件数"),
    # -- activity
    ("appointments", "约访数", "次", "本期约访的次数"),
    ("visits", "拜访数", "次", "本期拜访客户或网点的次数"),
    ("interviews", "洽谈人数", "人", "本期洽谈的客户人数"),
    ("closings", "促成人数", "人", "本期促成的客户人数"),
    ("prospects", "意向客户数", "人", "本期新增的有购买意向的客户数"),
    ("recruiting_talks", "增员面谈数", "次", "本期增员面谈的次数"),
    ("outlets", "网点数", "个", "期末归本单位负责的网点数"),
    ("active_outlets", "出单网点数", "个", "本期有出单的网点数，撤单的扣除"),
    # -- what any trade counts
    *COUNTED,
    ("opening_customers", "期初客户数", "人", "期初的客户数"),
    ("opening_assets", "期初资产", "元", "期初的资产总额"),
    ("closing_assets", "期末资产", "元", "期末的资产总额"),
    # -- any quantity beside another
    ("actual", "实际值", "元", "本期实际达成的数"),
    ("target", "目标值", "元", "本期的目标数"),
    ("current", "本期值", "元", "本期的数"),
    ("previous", "上期值", "元", "上一期的数"),
    ("last_year", "去年同期值", "元", "去年同一期的数"),
)

MEASURES["premium_weight"] = Setting(
    "premium_weight", "保费权重", 0.7, "综合持续率中保费持续率的权重，其余归件数持续率"
)
