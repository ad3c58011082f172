"""Every slot name that kpi_xl fills, and what it means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.data.people import ACTIVITIES
from kpi_xl.findings.day_sums import paced
from kpi_xl.findings.drivers import COMPARISONS
from kpi_xl.formula import Measure
from kpi_xl.slots.analysis_values import PAR, WATERFALLS
from kpi_xl.slots.form_slot_names import form_slot_names
from kpi_xl.slots.plan_values import WEEKS

_ABOUT: Final = {
    "branch.name": "分公司名称",
    "unit.name": "单位名称；个人的工作簿里是所在营业部",
    "unit.level": "单位层级",
    "unit.parent": "上级单位",
    "unit.manager": "主管姓名",
    "unit.headcount": "期末人数",
    "person.name": "姓名",
    "person.id": "工号；有这个名称的工作簿每人一份",
    "person.rank": "职级",
    "person.team": "所在营业组",
    "person.department": "所在营业部",
    "period.month": "月份，如 2024年6月",
    "period.last_month": "上月",
    "period.same_days": "本月没有过完时，说明和哪些天比",
    "period.year": "年份",
    "period.first_day": "本月第一天",
    "period.last_day": "本月最后一天",
    "period.working_days": "本月工作日数",
}

_OF_A_KPI: Final = {
    "": "本月实际",
    ".目标": "本月目标",
    ".达成率": "实际 ÷ 目标",
    ".差额": "实际 − 目标，比率为百分点",
    ".上月": "上月实际",
    ".环比": "比上月的变化，比率为百分点",
    ".去年同期": "去年同月实际",
    ".同比": "比去年同月的变化，比率为百分点",
    ".状态": "健康、异常或危险，看界限、目标、同类和信号",
    ".依据": "状态由什么定的：界限、目标、同类、信号；人少",
}

_OF_A_COUNT: Final = {
    "": "本月", ".上月": "上月", ".环比": "比上月增减", ".去年同期": "去年同月",
    ".同比": "比去年同月增减",
}  # fmt: skip

_SERIES: Final = {
    "data.months": "近 24 个月，一行",
    "data.labels": "近 24 个月的短标签，一行",
    "data.years": "近 24 个月里一月和七月的标签，一行",
    "data.heading": "单位和月份",
    "trend.heading": "单位和月份",
    "setting.premium_weight": "综合持续率中保费的权重",
}

_MEMBERS: Final = {
    "工号": "工号", "姓名": "姓名", "职级": "职级", "入司月数": "入司月数",
    "首年新单保费": "本月首年新单保费", "首年新单保费.上月": "上月首年新单保费",
    "首年新单保费.去年同期": "去年同月首年新单保费", "首年新单保费.目标": "首年新单保费目标",
    "首年新单保费.达成率": "首年新单保费达成率", "主险件数": "本月主险件数",
    "主险件数.上月": "上月主险件数", "主险件数.目标": "主险件数目标",
    "主险件数.达成率": "主险件数达成率", "举绩": "本月有没有业绩：是或否",
}  # fmt: skip

_TOTALS: Final = ("姓名", "举绩", *(name for name in _MEMBERS if "险" in name or "保费" in name))

_ATTENTION: Final = {
    "姓名": "姓名", "工号": "工号", "职级": "职级",
    "原因": "为什么关注", "方式": "陪同、面谈或电话",
}  # fmt: skip

_OF_A_WEEK: Final = {
    "name": "第几周", "period": "起止日期", "heading": "表头", "dates": "七天的日期",
    "weekday": "七天是周几", "note": "休、节日或调休上班", "days": "周一到周五的日期",
    "days.note": "周一到周五的备注", "focus": "工作重点", "morning": "周一到周五上午的计划",
    "afternoon": "周一到周五下午的计划",
    "accompany.合计": "陪同次数合计", "talks.合计": "面谈人数合计",
    "accompany.提示": "陪同次数够不够", "talks.提示": "面谈人数够不够",
}  # fmt: skip


def slot_names() -> dict[str, str]:
    """Every slot name that is filled, with what it means in Chinese."""
    return dict(_listed())


def _listed() -> Iterator[tuple[str, str]]:
    yield from _ABOUT.items()
    for kpi in kpis.values():
        for part, meaning in _OF_A_KPI.items():
            yield f"kpi.{kpi.name}{part}", f"{kpi.name}：{meaning}"
        yield f"series.{kpi.name}", f"{kpi.name}：近 24 个月，一行"
        yield f"series.{kpi.name}.同期", f"{kpi.name}：上月和去年同期，一行两格"
    yield from _SERIES.items()
    for measure in MEASURES.values():
        yield f"data.{measure.name}", f"{measure.name}：近 24 个月，一行"
        yield f"data.{measure.name}.同期", f"{measure.name}：上月和去年同期，一行两格"
        if isinstance(measure, Measure):
            for part, meaning in _OF_A_COUNT.items():
                yield f"count.{measure.name}{part}", f"{measure.name}：{meaning}"
    for name, meaning in _MEMBERS.items():
        yield f"members.{name}", f"每位成员一行：{meaning}"
    for name in _TOTALS:
        yield f"members.合计.{name}", f"成员合计：{_MEMBERS[name]}"
    for name, meaning in _ATTENTION.items():
        yield f"attention.{name}", f"主管要关注的人，每人一行：{meaning}"
    for week in range(1, WEEKS + 1):
        for name, meaning in _OF_A_WEEK.items():
            yield f"week{week}.{name}", f"第 {week} 周：{meaning}"
    yield from _analysis()
    yield from _peers()
    yield from _review()
    yield from _plans()
    yield from form_slot_names()


_PACE: Final = {
    "目标": "目标", "完成": "到今天完成", "达成率": "完成 ÷ 目标",
    "应完成": "按往月节奏到今天应完成",
    "进度": "完成 ÷ 应完成", "预测": "月末预测", "下限": "预测区间的下限", "上限": "预测区间的上限",
}  # fmt: skip

_WARNING: Final = {
    "指标": "指标", "状态": "异常或危险", "实际": "本月实际，文字", "应达": "应当达到，文字",
    "影响": "少收的首年保费或销售额，元", "原因": "为什么预警",
}  # fmt: skip

_PEERS: Final = {
    "本单位": "本单位", "最好": "同类中最好", "上四分位": "同类上四分位", "中位": "同类中位",
    "下四分位": "同类下四分位", "名次": "名次，如 3/8", "评价": "领先、居中或落后",
}  # fmt: skip

_HEIGHTS: Final = {"合计": "两端的柱", "底": "看不见的底", "增": "增加的柱", "减": "减少的柱"}


_PLAN: Final = ("指标", "问题", "根源问题", "改善措施", "责任对象", "工具", "期限")


def _review() -> Iterator[tuple[str, str]]:
    yield "plan.编号", "建议的编号：措辞、次序改了也认得出是哪一条"
    for name in _PLAN:
        yield f"plan.{name}", f"建议的改善措施，每条一行：{name}"
    yield "plan.条数", "采用几条，自己的几条"
    yield "progress.note", "上月的措施从哪里来"
    yield "progress.条数", "完成几条，共几条"
    yield "progress.编号", "上月的措施的编号"
    yield "progress.完成情况", "交回的进展检讨里写的完成情况"
    yield "progress.检讨", "结论，和交回的进展检讨里写的说明"
    for name in ("指标", "问题", "改善措施", "责任对象", "期限", "来源"):
        yield f"progress.{name}", f"上月的措施，每条一行：{name}"
    for name in ("上月", "本月", "变化", "同类变化", "结论"):
        yield f"progress.{name}", f"措施所看的指标，每条一行：{name}"
    for name in ("指标", "目标", "实际", "差额", "达成率", "状态", "上月", "下月目标", "说明"):
        yield f"review.{name}", f"有目标的指标，每项一行，文字：{name}"
    yield "review.summary", "一句话的小结"
    yield "review.heading", "单位和月份"
    yield "review.问题", "交回的月度KPI表里写的主要问题和原因"
    yield "review.措施", "交回的月度KPI表里写的改善措施"
    for name in ("团队", "姓名", "工号", "职级", "事项", "说明"):
        yield f"rules.{name}", f"不符合基本法的人，每人一行：{name}；分公司只有人数"
    yield "rules.单位", "单位离基本法的要求还差什么"


def _analysis() -> Iterator[tuple[str, str]]:
    yield "findings.heading", "单位和月份"
    yield "pace.as_of", "数据截至哪一天，过了几个工作日"
    for code in paced():
        for part, meaning in _PACE.items():
            yield f"pace.{kpis[code].name}.{part}", f"{kpis[code].name}的进度：{meaning}"
    yield "drivers.title", "什么的因素分解，如 首年新单保费的因素分解（元）"
    yield "drivers.formula", "由哪几个因素相乘"
    yield "drivers.因素", "四个因素的名称，一行四格"
    for comparison in COMPARISONS:
        yield f"drivers.{comparison}", f"{comparison}：起点、四个因素、本月，一行六格，元"
        yield f"drivers.{comparison}.差额", f"{comparison}：本月 − 起点，元"
        yield f"drivers.{comparison}.主因", f"{comparison}：影响最大的因素"
    for comparison in WATERFALLS:
        yield f"waterfall.{comparison}.因素", f"{comparison}瀑布图：四个因素的名称，一行四格"
        for part, meaning in _HEIGHTS.items():
            yield f"waterfall.{comparison}.{part}", f"{comparison}瀑布图：{meaning}，一行六格"
    for name, meaning in _WARNING.items():
        yield f"warnings.{name}", f"本单位的预警，每项一行：{meaning}"
    for name, meaning in {"单位": "单位", **_WARNING}.items():
        yield f"below.{name}", f"下属单位的预警，每项一行：{meaning}"
    for name in ("问题", "原因", "措施"):
        yield f"diagnosis.{name}", f"诊断，每项一行：{name}"


def _peers() -> Iterator[tuple[str, str]]:
    yield "peers.heading", "单位和月份"
    yield "peers.note", "同级单位太少时不显示什么"
    for kpi in kpis.values():
        if kpi.is_comparable and kpi.direction != "neutral":
            for part, meaning in _PEERS.items():
                yield f"peers.{kpi.name}.{part}", f"{kpi.name}：{meaning}"
    for name in PAR:
        for part in ("中位", "最好"):
            yield f"peers.{name}.{part}系列", f"{name}：近 24 个月同类{part}，一行"


def _plans() -> Iterator[tuple[str, str]]:
    activities = tuple(ACTIVITIES.values())
    for name in (*activities, "预收件数", "预收保费"):
        yield f"month.last.{name}", f"{name}：上月实绩"
        yield f"month.target.{name}", f"{name}：本月目标"
        yield f"month.done.weekly.{name}", f"{name}：各周完成，一行五周"
        yield f"month.done.{name}", f"{name}：本月完成"
        yield f"month.gap.{name}", f"{name}：本月差额"
        yield f"month.rate.{name}", f"{name}：本月完成率"
        for week in range(1, WEEKS + 1):
            yield f"week{week}.done.{name}.合计", f"第 {week} 周：{name}完成合计"
            yield f"week{week}.gap.{name}", f"第 {week} 周：{name}差额"
            yield f"week{week}.rate.{name}", f"第 {week} 周：{name}完成率"
    for name in activities:
        yield f"month.plan.weekly.{name}", f"{name}：各周计划，一行五周"
        yield f"month.plan.{name}", f"{name}：本月计划"
        for week in range(1, WEEKS + 1):
            yield f"week{week}.plan.{name}", f"第 {week} 周：{name}每天的计划"
            yield f"week{week}.plan.{name}.合计", f"第 {week} 周：{name}计划合计"
