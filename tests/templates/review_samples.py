"""Believable values for the forms of measures and of the month's review."""

import datetime as dt

from templates import samples

CAUSE = "差勤管得松，人都见不到。出勤率 85.0%（平时 92.0%，同类 92.2%）"
VERDICT = "指标变好了；没做这项措施的同类只有 2 个，少于 3 个，说不出是不是措施的作用"
TEXT = "考勤当天公布，连续缺勤的当周面谈，长期不到的按规定清退"


def _head():
    names = ("branch.name", "unit.name", "unit.manager", "unit.headcount")
    who = samples.who()
    return {name: who[name] for name in (*names, "period.month", "period.working_days")}


def improvement_plan(count=8):
    row = {
        "编号": "QWERT", "指标": "活动率", "问题": "活动率低（活动率 61.3%）", "根源问题": CAUSE, "改善措施": TEXT,
        "责任对象": "营业部经理", "工具": "考勤表、面谈记录", "期限": dt.date(2024, 7, 8),
    }  # fmt: skip
    values = {f"plan.{name}": [[value]] * count for name, value in row.items()}
    head = _head()
    del head["period.working_days"]
    return head | values | fishbone() | {"plan.条数": f"采用 {count} 条，自己的 0 条"}


def fishbone():
    return {
        "fishbone.heading": "城东营业部　2024年6月",
        "fishbone.问题": "活动率低\n活动率 61.3%",
        "fishbone.人员": [["× 进来的人选得不当，新人迟迟不开单"], ["○ 主管自己业绩平平，带不动人"]],
        "fishbone.管理": [["● 差勤管得松，人都见不到（出勤率 85.0%）"]],
        "fishbone.说明": "12 条可能的原因，数据支持 1 条；另外的弱项：件均保费低。",
    }


def improvement_plan_typed():
    values = improvement_plan(6)
    own = {
        "指标": "件均保费", "问题": "件均比去年低", "根源问题": "小额险卖得多", "改善措施": "推商品组合",
        "责任对象": "组训", "工具": "商品组合手册", "期限": dt.date(2024, 7, 20),
    }  # fmt: skip
    values |= {f"input.own.{name}": [[value]] for name, value in own.items()}
    values["input.plan.采用"] = [["采用"], ["不采用"], [None], ["采用"]]
    values["plan.条数"] = "采用 5 条，自己的 1 条"
    return values | {
        "input.summary": "先抓出勤，再谈活动。",
        "input.filled_on": dt.date(2024, 7, 2),
    }


def _progress(count):
    row = {
        "指标": "活动率", "改善措施": TEXT, "上月": "61.3%", "本月": "70.1%", "变化": "+8.8点",
    }  # fmt: skip
    values = {f"progress.{name}": [[value]] * count for name, value in row.items()}
    return values | {"progress.note": "按交回的上月计划"}


def improvement_progress():
    row = {"编号": "QWERT", "责任对象": "营业部经理", "期限": dt.date(2024, 6, 8)}
    row |= {"同类变化": "—", "结论": VERDICT}
    values = {f"progress.{name}": [[value]] * 8 for name, value in row.items()}
    values["progress.条数"] = "已完成 0 条，共 8 条"
    return _head() | _progress(8) | values


def monthly_review(people=90):
    row = {
        "指标": "首年度保费", "目标": "744,000", "实际": "548,046", "差额": "-195,954", "达成率": "73.7%",
        "状态": "危险", "上月": "315,532", "下月目标": "919,476",
        "说明": "沿用本月目标；本年欠 1,052,856，摊到年底各月，每月多 175,476",
    }  # fmt: skip
    values = {f"review.{name}": [[value]] * 12 for name, value in row.items()}
    kpis = samples.monthly_kpi()
    values |= {k: v for k, v in kpis.items() if k.startswith(("drivers.", "diagnosis."))}
    rule = {
        "团队": "城东一组", "姓名": "王芳", "工号": "10023817", "职级": "正式业务员", "事项": "维持差件",
        "说明": "近 3 个整月 4 件，月均要 2 件，差 2 件",
    }  # fmt: skip
    values |= {f"rules.{name}": [[value]] * people for name, value in rule.items()}
    values |= {
        "rules.单位": [["活动率不到 80%：还要 6 人开单"], ["出勤与活动率：出勤低，先抓差勤管理"]],
        "review.summary": "2024年6月定了 9 项目标，4 项健康。最该改善：活动率低、持续率低。",
        "review.heading": "城东营业部　2024年6月",
        "review.问题": "（没有交回）",
        "review.措施": "每周三训练件均；出勤当天公布。",
    }
    said = {"完成情况": "已完成", "检讨": f"{VERDICT}。主管：晨会每天都开了"}
    values |= {f"progress.{name}": [[value]] * 6 for name, value in said.items()}
    return _head() | _progress(6) | values
