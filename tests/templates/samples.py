"""Believable values for every slot of the templates, as the jobs give them."""

import datetime as dt
import math
import random

import numpy as np

from kpi_xl.error_values import NOT_AVAILABLE
from workbook_templates import monthly_data

ACTIVITIES = ("约访数", "拜访数", "洽谈人数", "促成人数", "意向客户数", "增员面谈数")
STARTS = [dt.date(2024, 6, 3) + dt.timedelta(7 * week) for week in range(4)]
SEASON = (1.5, 1.2, 1.25, 0.9, 0.95, 1.1, 0.85, 0.9, 1.1, 0.85, 0.95, 1.15)
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"


def who():
    return {
        "branch.name": "江州分公司",
        "unit.name": "城东营业部",
        "unit.level": "营业部",
        "unit.parent": "江州分公司",
        "unit.manager": "周建国",
        "unit.headcount": 46,
        "person.name": "王芳",
        "person.id": "10023817",
        "person.rank": "高级经理",
        "person.team": "城东一组",
        "period.month": "2024年6月",
        "period.last_month": "2024年5月",
        "period.first_day": dt.date(2024, 6, 1),
        "period.last_day": dt.date(2024, 6, 30),
        "period.working_days": 19,
    }


def months():
    return [f"{y}-{m:02}" for y in (2022, 2023, 2024) for m in range(1, 13)][6:30]


def measures(scale):
    """Twenty-four months of every measure, consistent with one another."""
    rng = random.Random(6)
    headcount = 38 * scale
    names = [m.code for m in monthly_data.measures()]
    table = {code: [] for code in names}
    for number in range(24):
        season = SEASON[(number + 6) % 12]
        recruits = round(headcount * rng.uniform(0.05, 0.12))
        leavers = round(headcount * rng.uniform(0.03, 0.09))
        closing = headcount + recruits - leavers
        average = (headcount + closing) / 2
        producers = round(average * min(0.95, rng.uniform(0.66, 0.82) * season**0.3))
        pieces = round(producers * rng.uniform(2.4, 3.4) * season**0.5)
        premium = round(pieces * rng.uniform(5200, 7800) * 100) / 100
        cohort, cohort6 = max(1, recruits + rng.randint(-1, 1)), max(2, recruits)
        due = round(premium * 0.8)
        row = {
            "opening": headcount,
            "closing": closing,
            "recruits": recruits,
            "leavers": leavers,
            "producers": producers,
            "effective": round(producers * 0.78),
            "cohort_13": cohort,
            "retained_13": round(cohort * rng.uniform(0.2, 0.45)),
            "cohort_6": cohort6,
            "confirmed_6": round(cohort6 * rng.uniform(0.25, 0.5)),
            "days_due": round(average) * 20,
            "days_present": round(average * 20 * rng.uniform(0.85, 0.94)),
            "pieces": pieces,
            "new_premium": premium,
            "first_year_renewal": round(premium * 0.21, 2),
            "regular_premium": round(premium * rng.uniform(0.7, 0.9), 2),
            "fyc": round(premium * 0.178, 2),
            "interviews": round(pieces * 4.2),
            "closings": round(pieces * rng.uniform(0.95, 1.05)),
            "outlets": 24 * scale,
            "active_outlets": round(24 * scale * rng.uniform(0.5, 0.8)),
            "due_premium": due,
            "collected_premium": round(due * rng.uniform(0.8, 0.9), 2),
            "due_pieces": round(pieces * 0.9),
            "collected_pieces": round(pieces * 0.9 * rng.uniform(0.82, 0.92)),
        }
        if number < 3:
            row["outlets"] = row["active_outlets"] = NOT_AVAILABLE  # 网点 were not recorded then
        for code in names:
            table[code].append(row[code])
        headcount = closing
    return table


def series(table):
    found = {}
    for names in monthly_data.FAMILIES.values():
        for name in names:
            kpi = monthly_data.kpi(name)
            if kpi.code == "KPI_FYC":
                found[name] = np.array(table["fyc"], dtype=float)
            else:
                given = {m.code: np.array(table[m.code], dtype=float) for m in kpi.measures}
                found[name] = np.atleast_1d(kpi(**given))
            found[name][np.isnan(found[name])] = NOT_AVAILABLE
    return found


def _or_dash(value):
    return float(value) if math.isfinite(value) else "—"


def _changes(kpi, now, before):
    if not (math.isfinite(now) and math.isfinite(before)):
        return "—"
    if kpi.unit == "%":
        return float((now - before) * 100)
    return float((now - before) / before) if before else "—"


def monthly_kpi(scale=1):
    table = measures(scale)
    found = series(table)
    values = {
        **{k: v for k, v in who().items() if k.startswith(("branch", "unit", "period"))},
        "data.months": [months()],
        "data.labels": [[f"{m[2:4]}年" if m[5:] == "01" else str(int(m[5:])) for m in months()]],
        "setting.premium_weight": 0.7,
        "unit.headcount": table["closing"][-1],
    }
    del values["unit.parent"], values["period.last_month"]
    del values["period.first_day"], values["period.last_day"]
    headings = ("data.heading", "trend.heading", "all.heading")
    values |= dict.fromkeys(headings, "城东营业部　2024年6月")
    for measure in monthly_data.measures():
        row = table[measure.code]
        values[f"data.{measure.name}"] = [row]
        values[f"data.{measure.name}.同期"] = [[row[-2], row[-13]]]
    rng = random.Random(2)
    for name, row in found.items():
        kpi, slot = monthly_data.kpi(name), f"kpi.{name}"
        now, before, last_year = row[-1], row[-2], row[-13]
        target = now * rng.choice((0.95, 1.02, 1.1, 1.2))
        target = round(target * 20) / 20 if kpi.unit == "%" else float(f"{target:.2g}")
        values |= {
            f"series.{name}": [list(row)],
            f"series.{name}.同期": [[row[-2], row[-13]]],
            slot: _or_dash(now),
            f"{slot}.目标": None if name in ("件数持续率", "平均人数") else target,
            f"{slot}.上月": _or_dash(before),
            f"{slot}.环比": _changes(kpi, now, before),
            f"{slot}.去年同期": _or_dash(last_year),
            f"{slot}.同比": _changes(kpi, now, last_year),
            f"{slot}.状态": kpi.status(now) or "—",
            f"{slot}.依据": "界限·目标·信号" if kpi.status(now) == "危险" else "",
        }
        if kpi.direction != "lower":
            given = values[f"{slot}.目标"]
            values[f"{slot}.达成率"] = (
                "" if given is None else _or_dash(now / given if given else math.nan)
            )
    return values | _analysis(found)


def _analysis(found):
    values = {
        "findings.heading": "城东营业部　2024年6月",
        "peers.heading": "城东营业部　2024年6月",
        "peers.note": "同级单位少于 4 个的，不显示最好、四分位和中位：那就是别的单位自己的数",
        "data.years": [
            ["7月" if m[5:] == "07" else f"{m[2:4]}年" if m[5:] == "01" else "" for m in months()]
        ],
        "pace.as_of": "截至 6月14日，19 个工作日已过 9 个",
    }
    from workbook_templates import monthly_findings

    for name in monthly_findings.PACED:
        scale = {"首年度保费": 1000, "首年新单保费": 1000, "活动率": 0.001}.get(name, 1)
        parts = {"目标": 900, "完成": 410, "应完成": 430, "预测": 880, "下限": 760, "上限": 1010}
        values |= {f"pace.{name}.{part}": one * scale for part, one in parts.items()}
        values |= {f"pace.{name}.达成率": 410 / 900, f"pace.{name}.进度": 410 / 430}
    factors = [["人力", "举绩率", "有效人均件数", "件均保费"]]
    values |= {
        "drivers.title": "首年新单保费的因素分解（元）",
        "drivers.formula": "首年新单保费 = 人力 × 举绩率 × 有效人均件数 × 件均保费；各因素之和等于差额。",
        "drivers.因素": factors,
        "waterfall.环比.因素": factors,
        "waterfall.同比.因素": factors,
    }
    for number, name in enumerate(("环比", "同比", "目标", "标杆", "全公司")):
        shares = [-12000 + 3000 * number, 45000.5, -8000.25, 21000]
        row = [600000.0, *shares, 600000.0 + sum(shares)]
        values |= {
            f"drivers.{name}": [row],
            f"drivers.{name}.差额": sum(shares),
            f"drivers.{name}.主因": "举绩率",
        }
        if number > 1:
            continue
        ends = [(sum(row[: i + 1]), sum(row[: i + 2])) for i in range(4)]
        values |= {
            f"waterfall.{name}.合计": [[row[0], 0, 0, 0, 0, row[-1]]],
            f"waterfall.{name}.底": [[0, *(max(0, min(pair)) for pair in ends), 0]],
            f"waterfall.{name}.增": [[0, *(max(share, 0) for share in shares), 0]],
            f"waterfall.{name}.减": [[0, *(max(-share, 0) for share in shares), 0]],
        }
    warning = (
        "活动率",
        "危险",
        "61.3%",
        "71.0%",
        65645.12,
        "未达健康线；差目标一成以上；同类后四分之一",
    )
    for slot, count in (("warnings", 8), ("below", 12)):
        names = ("指标", "状态", "实际", "应达", "影响", "原因")
        values |= {f"{slot}.{n}": [[v]] * count for n, v in zip(names, warning, strict=True)}
    values["below.单位"] = [["城东一组"]] * 12
    texts = {
        "问题": "活动率低：活动率 61.3%",
        "原因": "差勤管得松，人都见不到。依据：出勤率 85.0%（平时 92.0%，同类 92.2%）",
        "措施": "每天点名，三天不到的当天家访。组主管；考勤表、面谈记录；7月8日前",
    }
    values |= {f"diagnosis.{name}": [[text]] * 6 for name, text in texts.items()}
    from workbook_templates import monthly_peers

    for name in monthly_peers.compared():
        now = _or_dash(found[name][-1])
        values |= {f"peers.{name}.{part}": now for part in ("本单位", "最好", "上四分位", "中位")}
        values |= {f"peers.{name}.下四分位": now, f"peers.{name}.名次": "3/8"}
        values[f"peers.{name}.评价"] = "居中"
    for name in monthly_data.PAR:
        values |= {f"peers.{name}.{part}系列": [list(found[name])] for part in ("中位", "最好")}
    return values


def people(count):
    rng = random.Random(1)
    found = []
    for _ in range(count):
        name = rng.choice(FAMILY) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))
        rank = rng.choice(("业务员", "业务员", "高级业务员", "业务主任", "见习"))
        found.append((f"10{rng.randrange(10**6):06}", name, rank, rng.randint(1, 96)))
    return sorted(found, key=lambda person: -person[3])


def _attained(actual, target):
    return actual / target if target else "—"


def monthly_targets(count=18):
    values = {k: v for k, v in who().items() if not k.startswith("person")}
    del values["period.first_day"], values["period.last_day"]
    values["unit.level"], values["unit.name"] = "营业组", "城东一组"
    values["unit.parent"], values["unit.headcount"] = "城东营业部", count
    found = series(measures(1))
    from workbook_templates import monthly_targets as sheet

    for name in sheet.KPIS:
        row, slot = found[name], f"kpi.{name}"
        one = monthly_data.kpi(name)
        target = round(row[-1] * 1.08, 2 if one.unit == "%" else 1 if row[-1] < 10 else 0)
        gap = row[-1] - target
        values |= {
            slot: row[-1],
            f"{slot}.上月": row[-2],
            f"{slot}.去年同期": row[-13],
            f"{slot}.目标": target,
            f"{slot}.达成率": row[-1] / target,
            f"{slot}.差额": gap * 100 if one.unit == "%" else gap,
        }
    rng = random.Random(3)
    members = people(count)
    for column, name in enumerate(("工号", "姓名", "职级", "入司月数")):
        values[f"members.{name}"] = [[person[column]] for person in members]
    pieces = [rng.choice((0, 1, 2, 2, 3, 3, 4, 5)) for _ in members]
    premium = [n * rng.randrange(3000, 9000) for n in pieces]
    table = {
        "主险件数": pieces,
        "主险件数.上月": [rng.choice((0, 1, 2, 3, 4)) for _ in members],
        "主险件数.目标": [rng.choice((2, 3, 4)) for _ in members],
        "首年新单保费": premium,
        "首年新单保费.上月": [rng.randrange(0, 30000) for _ in members],
        "首年新单保费.去年同期": [rng.randrange(0, 30000) if p[3] > 12 else None for p in members],
        "首年新单保费.目标": [rng.choice((10000, 15000, 20000, 25000)) for _ in members],
    }
    for name, column in table.items():
        values[f"members.{name}"] = [[value] for value in column]
        values[f"members.合计.{name}"] = sum(value or 0 for value in column)
    for name in ("主险件数", "首年新单保费"):
        rates = [[_attained(a, t)] for a, t in zip(table[name], table[f"{name}.目标"], strict=True)]
        values[f"members.{name}.达成率"] = rates + [[""]] * (sheet.MEMBERS - count)
        total = _attained(values[f"members.合计.{name}"], values[f"members.合计.{name}.目标"])
        values[f"members.合计.{name}.达成率"] = total
    values["members.举绩"] = [["是" if n else "否"] for n in pieces]
    values["members.合计.举绩"] = sum(1 for n in pieces if n)
    values["members.合计.姓名"] = count
    return values


def _weeks(values):
    for week in range(1, 6):
        slot = f"week{week}"
        values[f"{slot}.name"] = f"第{week}周"
        if week == 5:
            values[f"{slot}.period"] = "本月没有第5周"
            continue
        first = STARTS[week - 1]
        last = first + dt.timedelta(6)
        values[f"{slot}.period"] = f"{first.month}月{first.day}日—{last.month}月{last.day}日"


def _note(day):
    if day == dt.date(2024, 6, 10):
        return "端午节"
    return "休" if day.weekday() > 4 else None


def weekly_plan():
    values = {k: v for k, v in who().items() if not k.startswith("unit")}
    values |= {"unit.name": "城东营业部", "unit.manager": "周建国"}
    del values["period.first_day"], values["period.last_day"]
    _weeks(values)
    rng = random.Random(5)
    targets = dict(zip(ACTIVITIES, (60, 80, 40, 8, 20, 6), strict=True))
    planned = {name: [] for name in ACTIVITIES}
    for week in range(1, 6):
        slot = f"week{week}"
        values[f"{slot}.heading"] = "王芳　城东一组　2024年6月"
        days = [STARTS[week - 1] + dt.timedelta(n) for n in range(7)] if week < 5 else []
        values[f"{slot}.dates"] = [[day] for day in days]
        weekdays = "一二三四五六日"
        values[f"{slot}.weekday"] = [["周" + weekdays[day.weekday()]] for day in days]
        values[f"{slot}.note"] = [[_note(day)] for day in days]
        for name, target in targets.items():
            plan = [
                None if _note(d) else max(0, round(target / 19 + rng.uniform(-0.6, 0.6)))
                for d in days
            ]
            values[f"{slot}.plan.{name}"] = [[one] for one in plan]
            total = sum(one or 0 for one in plan)
            planned[name].append(total)
            values[f"{slot}.plan.{name}.合计"] = total
            values[f"{slot}.done.{name}.合计"] = 0
            values[f"{slot}.gap.{name}"] = values[f"{slot}.rate.{name}"] = ""
        for name in ("预收件数", "预收保费"):
            values[f"{slot}.done.{name}.合计"] = 0
    for name in (*ACTIVITIES, "预收件数", "预收保费"):
        values[f"month.done.weekly.{name}"] = [[""] * 5]
        values[f"month.done.{name}"] = 0
        values[f"month.gap.{name}"] = values[f"month.rate.{name}"] = ""
    for name, target in targets.items():
        values |= {
            f"month.last.{name}": round(target * rng.uniform(0.7, 1.1)),
            f"month.target.{name}": target,
            f"month.plan.weekly.{name}": [planned[name]],
            f"month.plan.{name}": sum(planned[name]),
        }
    values |= {"month.last.预收件数": 4, "month.target.预收件数": 5}
    values |= {"month.last.预收保费": 23800, "month.target.预收保费": 30000}
    return values


def weekly_plan_done(weeks=3):
    """The weekly plan after some weeks, with what a person typed."""
    values, rng = weekly_plan(), random.Random(8)
    for week in range(1, weeks + 1):
        slot = f"week{week}"
        plan = {name: [row[0] for row in values[f"{slot}.plan.{name}"]] for name in ACTIVITIES}
        short = [False] * 7
        for name in ACTIVITIES:
            done = [
                None if p is None else max(0, p + rng.choice((-1, -1, 0, 0, 0, 1)))
                for p in plan[name]
            ]
            short = [
                s or (p or 0) > (d or 0) for s, p, d in zip(short, plan[name], done, strict=True)
            ]
            values[f"input.{slot}.done.{name}"] = [[one] for one in done]
            total, aim = sum(d or 0 for d in done), sum(p or 0 for p in plan[name])
            values[f"{slot}.done.{name}.合计"] = total
            values[f"{slot}.gap.{name}"] = total - aim
            values[f"{slot}.rate.{name}"] = _attained(total, aim)
            values[f"month.done.weekly.{name}"][0][week - 1] = total
        pieces = [None, 1, None, None, rng.choice((None, 1)), None, None]
        premium = [n and rng.randrange(3000, 9000) for n in pieces]
        for name, column in (("预收件数", pieces), ("预收保费", premium)):
            values[f"input.{slot}.done.{name}"] = [[one] for one in column]
            total = sum(one or 0 for one in column)
            values[f"{slot}.done.{name}.合计"] = values[f"month.done.weekly.{name}"][0][
                week - 1
            ] = total
        reasons = ("客户改期", "网点有事", "会议或培训", "约访不足")
        values[f"input.{slot}.reason"] = [[rng.choice(reasons) if s else None] for s in short]
        values |= {
            f"input.{slot}.problem": "周四约访偏少，两位意向客户改到下周；东风路网点周五开会。",
            f"input.{slot}.improve": "每天九点半前打完当天的约访电话；改期的客户当场约定下次时间。",
            f"input.{slot}.next": "跟进李女士、陈先生两位意向客户；陪主管拜访人民路网点。",
            f"input.{slot}.comment": "约访时间安排得好，注意把意向客户按紧要程度排序。",
            f"input.{slot}.filled_on": STARTS[week - 1] + dt.timedelta(6),
        }
    for name in (*ACTIVITIES, "预收件数", "预收保费"):
        done = sum(one or 0 for one in values[f"month.done.weekly.{name}"][0])
        aim = values.get(f"month.plan.{name}", values[f"month.target.{name}"])
        values |= {
            f"month.done.{name}": done,
            f"month.gap.{name}": done - aim,
            f"month.rate.{name}": _attained(done, aim),
        }
    values["input.filled_on"] = dt.date(2024, 6, 3)
    values["input.focus"] = "把约访做到每天四个以上；人民路、东风路两个网点各出两件期交。"
    return values


def manager_schedule():
    values = {k: v for k, v in who().items() if not k.startswith("person")}
    for name in ("unit.level", "period.last_month", "period.first_day", "period.last_day"):
        del values[name]
    values |= {"unit.name": "城东一组", "unit.parent": "城东营业部", "unit.headcount": 18}
    _weeks(values)
    for week in range(1, 6):
        slot = f"week{week}"
        values[f"{slot}.heading"] = "城东一组　周建国　2024年6月"
        days = [STARTS[week - 1] + dt.timedelta(n) for n in range(5)] if week < 5 else []
        values[f"{slot}.days"] = [[day] for day in days]
        values[f"{slot}.days.note"] = [[_note(day)] for day in days]
        for name in ("accompany", "talks"):
            values |= {f"{slot}.{name}.合计": 0, f"{slot}.{name}.提示": ""}
        values[f"{slot}.focus"] = (
            "活动率 68%，离目标差 12 个点：先找三位零业绩的伙伴谈话；新人两位做首单辅导。"
            if days
            else None
        )
        values[f"{slot}.morning"] = [
            [f"晨会；陪同{['王芳', '李强', '张敏', '刘洋', '陈静'][n]}拜访人民路、东风路网点"]
            for n in range(len(days))
        ]
        values[f"{slot}.afternoon"] = [["面谈：谢明（本月无业绩）；检查当日活动记录"] for _ in days]
        values[f"{slot}.morning.时间"] = [["9:00—12:00"] for _ in days]
        values[f"{slot}.afternoon.时间"] = [["13:30—18:00"] for _ in days]
        over = ["7.5 小时，超出 0.5 小时"] if days else [""]
        values[f"{slot}.时间.合计"] = [over] * 5
        values[f"{slot}.时间.上限"] = 7
    members = people(18)
    reasons = (
        "连续两月没有业绩",
        "本月尚无业绩，离月底还有五个工作日",
        "入司两个月，首单还没有出",
        "拜访数比上月少一半",
        "出勤率 61%，上月 93%",
        "件均高、件数少，适合带客户经营",
        "续期应收三件未收",
    )
    count = len(reasons)
    for column, name in enumerate(("工号", "姓名", "职级")):
        values[f"attention.{name}"] = [[person[column]] for person in members[:count]]
    values["attention.原因"] = [[reason] for reason in reasons]
    values["attention.方式"] = [
        [one]
        for one in (
            "单独面谈",
            "单独面谈",
            "陪同展业",
            "陪同展业",
            "单独面谈",
            "训练辅导",
            "电话跟进",
        )
    ]
    return values
