"""人力: headcount, recruiting, retention, and the mix of people."""

from __future__ import annotations

from kpi_xl.catalogue import registry
from kpi_xl.catalogue.registry import HANDBOOK, marketing
from kpi_xl.formula import Formula
from kpi_xl.kpi import Bands

FAMILY = "人力"
kpis = registry.kpis.of(FAMILY)


KPI_HEADCOUNT = kpis.of_measure(
    "KPI_HEADCOUNT",
    "closing",
    aliases=("人力", "在职人数"),
    meaning="期末合同有效的业务员人数，是一切人均指标的基础",
    source=marketing(14),
    headline=True,
)


KPI_OPENING = kpis.of_measure(
    "KPI_OPENING",
    "opening",
    aliases=("期初人力",),
    meaning="期初（上期期末）合同有效的业务员人数，增员率、留存率、纯增率都从它算起",
    source=marketing(14),
    direction="neutral",  # it was judged as the closing headcount of the period before
)


@kpis.kpi(
    "平均人数",
    aliases=("平均人力",),
    meaning="本期平均有多少人；季度和年度取各月平均人数的平均",
    unit="人",
    number_format="#,##0.0",
    source=marketing(14),
    headline=True,
)
def KPI_AVG_HEADCOUNT(opening: Formula, closing: Formula) -> Formula:
    return (opening + closing) / 2


KPI_RECRUITS = kpis.of_measure(
    "KPI_RECRUITS",
    "recruits",
    aliases=("增员人数", "新签约人数"),
    meaning="本期新签约的人数",
    source=marketing(14),
    headline=True,
)


KPI_LEAVERS = kpis.of_measure(
    "KPI_LEAVERS",
    "leavers",
    aliases=("解约人数",),
    meaning="本期解约离开的人数",
    direction="lower",
    source=marketing(15),
    headline=True,
)


KPI_EFFECTIVE = kpis.of_measure(
    "KPI_EFFECTIVE",
    "effective",
    aliases=("有效人力",),
    meaning="FYC 达到标准的人数，看队伍里有多少人真正靠这份工作有收入",
    source=marketing(14),
    note="FYC 标准在 kpi.toml 的 [rules] effective_fyc 中设置",
    headline=True,
)


@kpis.kpi(
    "增员率",
    meaning="队伍补充新人的速度；低时先看增员面谈数和增员来源",
    unit="%",
    source=marketing(14),
    headline=True,
)
def KPI_RECRUIT_RATE(recruits: Formula, opening: Formula) -> Formula:
    return recruits / opening


@kpis.kpi(
    "留存率",
    aliases=("员工留存率", "人员留存率"),
    meaning="期初和新增的人里，期末还留下多少；三大核心能力（PAR）之一",
    unit="%",
    source=marketing(14),
    headline=True,
)
def KPI_RETENTION(closing: Formula, opening: Formula, recruits: Formula) -> Formula:
    return closing / (opening + recruits)


@kpis.kpi(
    "纯增率",
    aliases=("人力增长率", "净增率"),
    meaning="增员与脱落相抵后，队伍是在长大还是缩小",
    unit="%",
    source=marketing(14),
    bands=Bands(0.03, danger=0.027, source=HANDBOOK + "：正式以上人力月增长率"),
    note="健康界限按月看；公开标准只数正式以上人员",
    headline=True,
)
def KPI_NET_GROWTH(closing: Formula, opening: Formula) -> Formula:
    return (closing - opening) / opening


@kpis.kpi(
    "3个月留存率",
    aliases=("三个月留存率", "3留"),
    meaning="三个月前签约的新人还剩多少，看增员把关和新人衔接训练",
    unit="%",
    source=marketing(15) + "：留存率按签约月份追踪",
)
def KPI_RETENTION3(retained_3: Formula, cohort_3: Formula) -> Formula:
    return retained_3 / cohort_3


@kpis.kpi(
    "6个月留存率",
    aliases=("六个月留存率", "6留"),
    meaning="半年前签约的新人还剩多少，与6个月脱落率合为 100%",
    unit="%",
    source=marketing(15) + "：留存率按签约月份追踪",
)
def KPI_RETENTION6(retained_6: Formula, cohort_6: Formula) -> Formula:
    return retained_6 / cohort_6


@kpis.kpi(
    "7个月留存率",
    aliases=("七个月留存率", "7留"),
    meaning="七个月前签约的新人还剩多少，看转正前后有没有人离开",
    unit="%",
    source=marketing(15) + "：留存率按签约月份追踪",
)
def KPI_RETENTION7(retained_7: Formula, cohort_7: Formula) -> Formula:
    return retained_7 / cohort_7


@kpis.kpi(
    "12个月留存率",
    aliases=("十二个月留存率", "12留"),
    meaning="一年前签约的新人还剩多少，看新人能不能站稳",
    unit="%",
    source=marketing(15) + "：留存率按签约月份追踪",
)
def KPI_RETENTION12(retained_12: Formula, cohort_12: Formula) -> Formula:
    return retained_12 / cohort_12


@kpis.kpi(
    "25个月留存率",
    aliases=("二十五个月留存率", "25留"),
    meaning="两年前签约的新人还剩多少，看队伍能不能沉淀下来",
    unit="%",
    source=marketing(15) + "：留存率按签约月份追踪",
)
def KPI_RETENTION25(retained_25: Formula, cohort_25: Formula) -> Formula:
    return retained_25 / cohort_25


@kpis.kpi(
    "脱落率",
    meaning="期初和新增的人里，本期离开了多少；高时看新人衔接训练和拜访量",
    unit="%",
    direction="lower",
    source=marketing(15),
    headline=True,
)
def KPI_ATTRITION(leavers: Formula, opening: Formula, recruits: Formula) -> Formula:
    return leavers / (opening + recruits)


@kpis.kpi(
    "13个月留存率",
    aliases=("十三个月留存率", "13留"),
    meaning="一年前进来的新人一年多后还剩多少，看增员质量和新人育成",
    unit="%",
    source=marketing(15),
    bands=Bands(0.30, danger=0.27, source=HANDBOOK),
    note="工作表函数按花名册的签约日、解约日直接计算，月数可改为 3、6、7、12、25 等",
    headline=True,
)
def KPI_RETENTION13(retained_13: Formula, cohort_13: Formula) -> Formula:
    return retained_13 / cohort_13


@kpis.kpi(
    "6个月脱落率",
    aliases=("六个月脱落率",),
    meaning="半年前签约的新人里已经离开多少，看增员把关和新人衔接训练",
    unit="%",
    direction="lower",
    source=HANDBOOK,
    bands=Bands(0.65, danger=0.72, source=HANDBOOK),
)
def KPI_ATTRITION6(cohort_6: Formula, retained_6: Formula) -> Formula:
    return (cohort_6 - retained_6) / cohort_6


@kpis.kpi(
    "平均脱落率",
    meaning="本期离开的人相当于平均人数的多少",
    unit="%",
    direction="lower",
    source=marketing(15),
    note="原文印作“脱落人数/(期初+期末)÷2”，合理的读法是以平均人数作分母",
)
def KPI_AVG_ATTRITION(leavers: Formula, opening: Formula, closing: Formula) -> Formula:
    return leavers / KPI_AVG_HEADCOUNT(opening, closing)


@kpis.kpi(
    "三个月转正率",
    aliases=("3个月转正率",),
    meaning="三个月前签约的新人里有多少已转正，比半年的转正率早看到新人训练的效果",
    unit="%",
    source="《KPI绩效分析与改善措施》第十五节",
)
def KPI_CONFIRM_RATE3(confirmed_3: Formula, cohort_3: Formula) -> Formula:
    return confirmed_3 / cohort_3


@kpis.kpi(
    "转正率",
    aliases=("六个月转正率", "6个月转正率"),
    meaning="半年前签约的新人里有多少已转正，看新人训练和主管辅导",
    unit="%",
    source="《KPI绩效分析与改善措施》第十五节",
    bands=Bands(0.35, danger=0.30, source=HANDBOOK),
    headline=True,
)
def KPI_CONFIRM_RATE(confirmed_6: Formula, cohort_6: Formula) -> Formula:
    return confirmed_6 / cohort_6


@kpis.kpi(
    "持证率",
    meaning="在职人员中持有执业证的比例",
    unit="%",
    source=marketing(15),
)
def KPI_LICENSED(licensed: Formula, closing: Formula) -> Formula:
    return licensed / closing


@kpis.kpi(
    "学历比率",
    meaning="在职人员中某一学历的比例，看队伍素质结构",
    unit="%",
    direction="neutral",
    source=marketing(15),
)
def KPI_EDUCATION_MIX(in_education: Formula, closing: Formula) -> Formula:
    return in_education / closing


@kpis.kpi(
    "职级比率",
    meaning="在职人员中某一职级的比例，看梯队结构",
    unit="%",
    direction="neutral",
    source=marketing(15),
)
def KPI_RANK_MIX(in_rank: Formula, closing: Formula) -> Formula:
    return in_rank / closing


@kpis.kpi(
    "男女比率",
    aliases=("男性比率",),
    meaning="在职人员中男性的比例，其余为女性",
    unit="%",
    direction="neutral",
    source=marketing(15),
)
def KPI_GENDER_RATIO(men: Formula, closing: Formula) -> Formula:
    return men / closing


@kpis.kpi(
    "主管晋升率",
    meaning="本期新晋升的主管相当于期初主管的多少，看主管培育",
    unit="%",
    source=marketing(15),
    note="原文只列名称；这里以期初主管人数作分母",
)
def KPI_PROMOTION(promoted: Formula, opening_managers: Formula) -> Formula:
    return promoted / opening_managers
