"""The slot names of the forms of 活动量管理, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpi_xl.analysis.boxes import SKILL_WILL
from kpi_xl.catalogue import kpis
from kpi_xl.data.people import ACTIVITIES
from kpi_xl.slots.agenda_values import WEEKEND
from kpi_xl.slots.assessment_values import ITEMS
from kpi_xl.slots.plan_values import WEEKS
from kpi_xl.slots.skill_values import SKILLS
from kpi_xl.slots.weekly_member_values import PLANNED

_SCORE: Final = {
    "floor": "保底达成率", "cap": "封顶达成率", "weights": "权重合计", "total": "总分",
    "提示": "权重合计是不是 100%",
}  # fmt: skip

_OF_AN_ITEM: Final = {
    "权重": "考核权重", "健康界限": "健康界限", "危险界限": "危险界限",
    "得分": "得分，达成率 × 100，有保底和封顶", "加权得分": "权重 × 得分",
}  # fmt: skip

_TOPICS: Final = {
    "类别": "专题或培训", "主题": "主题", "目的": "为什么办", "对象": "谁参加", "讲师": "讲师",
    "日期": "日期", "到训率": "实到 ÷ 应到", "场次": "共几项", "已办": "填了结果的几项",
}  # fmt: skip

_MEMBERS: Final = {
    "营业组": "所在营业组", "技能差距": "各项技能的目标与现状之差合计",
    "培训内容": "最弱一项的培训内容",
    "签单率": "近三个月促成 ÷ 洽谈", "日均拜访": "近三个月每个工作日的拜访数",
    "数据判断": "技能意愿框，由数据判断", "评估结果": "技能意愿框，主管的判断优先",
    "位次": "框的名称和在框里的位次",
}  # fmt: skip

_TIME: Final = {
    "计划": "各类用途的计划小时，一列", "记录": "各类用途的实际小时，一列",
    "差额": "实际 − 计划，一列",
    "占比": "各类用途占实际的比例，一列", "计划.合计": "计划小时合计", "记录.合计": "实际小时合计",
}  # fmt: skip

_DAILY: Final = (*ACTIVITIES.values(), "应填", "已填", "预收件数", "预收保费")


def form_slot_names() -> Iterator[tuple[str, str]]:
    """Every name with its meaning in Chinese."""
    yield "department.name", "营业部名称；有这个名称的工作簿每个营业部一份"
    yield "team.name", "单位名称；有这个名称的工作簿每个营业组一份"
    for name, meaning in _SCORE.items():
        yield f"score.{name}", f"月度考核：{meaning}"
    for item in ITEMS:
        for name, meaning in _OF_AN_ITEM.items():
            yield f"kpi.{kpis[item.kpi].name}.{name}", f"{kpis[item.kpi].name}：{meaning}"
    for name, meaning in _TOPICS.items():
        yield f"topics.{name}", f"专题、培训，每项一行：{meaning}"
    yield from _members()
    for box in SKILL_WILL:
        yield f"boxes.{box}", f"{box}：姓名，10 行 4 列"
        yield f"boxes.{box}.人数", f"{box}：人数"
        yield f"boxes.{box}.其余", f"{box}：放不下的人数"
    yield "boxes.待判断", "还有几人要主管判断"
    yield "boxes.period", "评估所看的三个月"
    for name, meaning in _TIME.items():
        if name != "差额":
            yield f"time.{name}", f"全月时间分配：{meaning}"
    yield "time.各周记录", "全月时间分配：各类用途各周的实际小时，一行五周"
    for name in _DAILY:
        yield f"checks.各周.{name}", f"每日检查，一列五周：{name}"
        yield f"checks.合计.{name}", f"每日检查，本月合计：{name}"
    yield "checks.填写率", "每日检查，一列五周和合计：已填 ÷ 应填"
    yield "lists.网点", "本人负责的网点，一列"
    yield "lists.险种", "主险险种，一列"
    for week in range(1, WEEKS + 1):
        for name, meaning in _of_a_week():
            yield f"week{week}.{name}", f"第 {week} 周：{meaning}"
    for week in range(2, WEEKS + 1):
        for activity in ACTIVITIES.values():
            yield f"week{week}.review.{activity}", f"第 {week} 周：{activity}上周订的计划，一行七天"


def _members() -> Iterator[tuple[str, str]]:
    yield "members.heading", "单位和月份"
    for name, meaning in _MEMBERS.items():
        yield f"members.{name}", f"每位成员一行：{meaning}"
    for skill in SKILLS:
        for part, meaning in (("", "现状，1 到 5 级"), (".目标", "目标，1 到 5 级")):
            yield f"members.技能.{skill}{part}", f"每位成员一行：{skill}{meaning}"
            yield f"members.平均.技能.{skill}{part}", f"成员平均：{skill}{meaning}"
    for activity in ACTIVITIES.values():
        yield f"members.{activity}.计划", f"每位成员一行：{activity}本月计划"
        yield f"members.合计.{activity}.计划", f"成员合计：{activity}本月计划"
        yield f"members.合计.{activity}.完成率", f"成员合计：{activity}本月完成率"
    for name in (*ACTIVITIES.values(), "预收件数", "预收保费"):
        yield f"members.{name}", f"每位成员一行：{name}，五周合计"
        yield f"members.合计.{name}", f"成员合计：{name}"


def _of_a_week() -> Iterator[tuple[str, str]]:
    yield "next.dates", "下一周七天的日期，一行"
    yield "next.period", "下一周起止日期"
    for activity in ACTIVITIES.values():
        yield f"next.{activity}", f"下一周{activity}的计划，一行七天"
        yield f"next.{activity}.合计", f"下一周{activity}的计划合计"
    yield "weekend", "周末；有调休上班日时是它的日期"
    for day in range(1, WEEKEND + 1):
        which = f"周{'一二三四五'[day - 1]}" if day < WEEKEND else "周末调休日"
        yield f"day{day}.计划", f"{which}各时段的计划，一列"
        if day < WEEKEND:
            yield f"day{day}.日期", f"{which}的日期"
            yield f"day{day}.备注", f"{which}：休、节日"
    for name, meaning in _TIME.items():
        yield f"time.{name}", f"时间分配：{meaning}"
    for name in ("营业组", "工号", "姓名"):
        yield f"members.{name}", f"每位成员一行：{name}"
    yield "合计.姓名", "成员人数"
    for activity in ACTIVITIES.values():
        yield f"members.{activity}.计划", f"每位成员一行：{activity}计划"
        yield f"members.{activity}", f"每位成员一行：{activity}完成"
        for part, meaning in ((".计划", "计划"), ("", "完成"), (".完成率", "完成率")):
            yield f"合计.{activity}{part}", f"成员合计：{activity}{meaning}"
    yield "合计.预收件数", "成员合计：预收件数"
    yield "合计.预收保费", "成员合计：预收保费"
    yield from _of_a_check()
    yield "log.日期", "每天四行：日期，周几，休、节日或调休上班，空行"
    yield "log.工作日", "这一周的工作日数"
    yield "log.计划", "客户经理当日计划，每天四行"
    yield "log.安排", "主管当日安排，每天四行"
    yield "log.对象", "主管面谈、陪访的对象，每天四行"
    for day in range(1, 8):
        yield f"day{day}.保费合计", f"周{'一二三四五六日'[day - 1]}：当日预收保费合计"
    for name in ("出单人数", "预收件数", "预收保费"):
        yield f"team.{name}.合计", f"团队{name}合计"


def _of_a_check() -> Iterator[tuple[str, str]]:
    for name in ("日期", "星期", "工号", "姓名"):
        yield f"checks.{name}", f"每人每个工作日一行：{name}"
    for activity in PLANNED:
        yield f"checks.{activity}.计划", f"每人每个工作日一行：{activity}计划"
        yield f"daily.{activity}.计划", f"每天合计，一列七天：{activity}计划"
        yield f"daily.{activity}.计划.合计", f"全周合计：{activity}计划"
    for activity in ACTIVITIES.values():
        yield f"checks.{activity}", f"每人每个工作日一行：{activity}完成"
    for name in _DAILY:
        yield f"daily.{name}", f"每天合计，一列七天：{name}"
        yield f"daily.{name}.合计", f"全周合计：{name}"
