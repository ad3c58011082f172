"""The forms of 活动量管理 at their extremes: tiny and huge teams, long names, nobody active, typed in."""

import datetime as dt
import math
import random
from collections import Counter

import pytest
from pypdf import PdfReader

from kpi_xl.analysis.feedback import WEIGHTS, feedback
from kpi_xl.analysis.quadrants import SKILL_WILL
from kpi_xl.analysis.time_boxes import MINUTES
from kpi_xl.calendar import USUAL, Month, is_working_day, planned_weeks
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.people import Known, Person
from kpi_xl.data.ratings import Round
from kpi_xl.slots.activity_quotas import FUNNEL, monthly_quotas
from kpi_xl.slots.agenda_values import agenda_values
from kpi_xl.slots.assessment_values import ITEMS, assessment_values, feedback_values
from kpi_xl.slots.log_values import log_days, manager_log, person_log
from kpi_xl.slots.member_values import member_values
from kpi_xl.slots.plan_values import (
    manager_days,
    manager_schedule,
    person_plan,
    week_values,
)
from kpi_xl.slots.skill_values import box_values, skill_values
from kpi_xl.slots.weekly_member_values import MemberDays, daily_checks, week_statistics
from kpi_xl.slots.weekly_review_values import review_values
from kpi_xl.workbook import Template
from office import cached_values, convert, formulas_and_values, needs_soffice, openxml_audit_errors
from workbook_templates import path, skill_training, skill_will, weekly_statistics

MONTH = Month.of(2024, 5)  # with made-up days, a holiday, and five weeks
LONG = "阿依古丽·买买提江·欧阳司徒"


class NoTargets:
    def of_agent(self, agent):
        return {}


class PieceTargets:
    def of_agent(self, agent):
        return {"主险件数": 3}


class Records:
    """Every second person has a record of every day."""

    def of(self, agent, day, name):
        return None if int(agent) % 2 else day.day % 4


def team(count, *, active=True, name=None):
    rng = random.Random(count)
    found = []
    for number in range(count):
        months = range(MONTH.number - 12, MONTH.number + 1)
        does = active and number % 7 != 6
        counts = {
            code: {month: rng.randrange(most) * does for month in months}
            for code, most in zip(ACTIVITIES, (60, 45, 20, 5, 9, 4), strict=True)
        }
        pieces = {month: rng.randrange(4) * does for month in months}
        found.append(
            Person(
                f"{10000000 + number}",
                name or f"成员{number}",
                "高级业务主任" if name else "业务员",
                number == 0,
                signed := MONTH - rng.randrange(40),
                signed.first,
                None,
                pieces,
                {month: count * 500000 for month, count in pieces.items()},
                counts,
            )
        )
    return found


def values_of(people, targets):
    """The values of a workbook about a team, as the jobs give them."""
    rows = {"members.工号": weekly_statistics.MEMBERS}
    quotas = {one.agent: monthly_quotas(one, people, targets, MONTH) for one in people}
    days = MemberDays(people, quotas, Records(), MONTH)
    heading = f"城东一组　周建国　{MONTH.chinese}"
    who = {"branch.name": "江州分公司", "unit.name": "城东一组", "unit.manager": "周建国"}
    who |= {"unit.parent": "城东营业部", "unit.headcount": len(people)}
    who |= {"period.month": MONTH.chinese, "period.working_days": 20}
    found = who | week_values(MONTH) | log_days(MONTH)
    found |= {"department.name": "城东营业部", "team.name": "城东一组"}
    found |= {"members.heading": f"城东一组　{MONTH.chinese}"}
    found |= {f"week{week}.heading": heading for week in range(1, 6)}
    found |= skill_values(people, MONTH, max(skill_training.MEMBERS, len(people)))
    found |= box_values(people, MONTH, MONTH, max(skill_will.MEMBERS, len(people)))
    found |= daily_checks(days)
    found |= manager_log(manager_days([], MONTH), MONTH)
    return found, days, rows


def filled(folder, template, count, values, people, rows=60):
    file = folder / f"{template} {count}.xlsx"
    book = Template(path(template))
    room = max(len(people), book.slots["members.工号"].rows if "members.工号" in book.slots else 0)
    values = member_values(people, NoTargets(), MONTH, MONTH, room) | values
    file.write_bytes(book.fill({name: values[name] for name in values if name in book.slots}))
    return file


TEAMS = {
    "3": lambda: team(3),
    "75": lambda: team(75),
    "长名": lambda: team(9, name=LONG),
    "没有活动": lambda: team(5, active=False),
}
FORMS = (
    "团队技能培训计划",
    "技能意愿评估框",
    "每日活动检查表",
    "销售主管工作日志",
    "营业部每周活动情况统计表",
)


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    """Every form of a team, for every kind of team."""
    folder, found = tmp_path_factory.mktemp("forms"), {}
    for kind, make in TEAMS.items():
        people = make()
        for template in FORMS:
            values, days, rows = values_of(people, PieceTargets())
            if template.startswith("营业部"):
                values |= week_statistics(days, {p.agent: "城东一组" for p in people}, rows)
                values["week1.heading"] = f"城东营业部　周建国　{MONTH.chinese}"
                heading = f"　周建国　{MONTH.chinese}"
                values |= {f"week{week}.heading": f"城东营业部{heading}" for week in range(1, 6)}
            found[template, kind] = filled(folder, template, kind, values, people)
    return found


def test_forms_of_every_size_are_valid(forms):
    for (_, kind), file in forms.items():
        if kind in ("3", "75"):
            assert openxml_audit_errors(file) == []


@needs_soffice
def test_forms_of_every_size_show_what_libreoffice_calculates(forms, tmp_path):
    files = list(forms.values())
    calculated = convert(files, "ods", tmp_path)
    (tmp_path / "back").mkdir()
    back = convert(calculated, "xlsx", tmp_path / "back")
    for (name, file), copy in zip(forms.items(), back, strict=True):
        formulas, shown = formulas_and_values(file)
        again = cached_values(copy)
        wrong = {
            cell: (formulas[cell], shown[cell], again.get(cell))
            for cell in formulas
            if not same(shown[cell], again.get(cell))
        }
        assert wrong == {}, name
        assert not [cell for cell, value in shown.items() if str(value).startswith("#")], name


def same(shown, calculated):
    if isinstance(shown, int | float) and isinstance(calculated, int | float):
        return math.isclose(shown, calculated, rel_tol=1e-9, abs_tol=1e-9)
    return (shown or "") == (calculated or "")


def calculated(tmp_path, template, values):
    """What LibreOffice makes of a template with these values, by slot."""
    book = Template(path(template))
    file = tmp_path / "typed.xlsx"
    file.write_bytes(book.fill(values))
    (tmp_path / "out").mkdir()
    (again,) = convert([file], "xlsx", tmp_path / "out")
    cells = cached_values(again)

    def value(name, row=0, column=0):
        slot = book.slots[name]
        from openpyxl.utils import get_column_letter

        letter = get_column_letter(slot.first_column + column)
        return cells.get((slot.sheet, f"{letter}{slot.first_row + row}"))

    return value


@needs_soffice
@pytest.mark.parametrize(("template", "pages"), [("团队技能培训计划", 1), ("技能意愿评估框", 2)])
def test_no_page_without_people_is_printed(forms, template, pages, tmp_path):
    (printed,) = convert([forms[template, "3"]], "pdf", tmp_path)
    assert len(PdfReader(printed).pages) == pages


@needs_soffice
def test_a_managers_choice_moves_a_name_into_another_box(tmp_path):
    names = [f"成员{number}" for number in range(6)]
    value = calculated(
        tmp_path,
        "技能意愿评估框",
        {
            "members.姓名": names,
            "members.数据判断": ["高技能高意愿"] * 3 + ["—", "低技能低意愿", "—"],
            "input.members.主管判断": [None, "低技能高意愿", None, "低技能高意愿", None, None],
        },
    )
    assert [value("boxes.高技能高意愿", 0, column) for column in range(3)][:2] == ["成员0", "成员2"]
    assert [value("boxes.低技能高意愿", 0, column) for column in range(2)] == ["成员1", "成员3"]
    assert value("boxes.高技能高意愿.人数") == 2
    assert value("boxes.低技能低意愿.人数") == 1
    assert value("boxes.待判断") == "1 人待判断，请在“评估”里选择"


@needs_soffice
def test_this_weeks_plan_is_the_one_made_the_week_before(tmp_path):
    dates = {f"week{week}.dates": planned_weeks(MONTH)[week - 1] for week in (1, 2)}
    value = calculated(
        tmp_path,
        "周计划及检讨表",
        dates
        | {
            "week1.next.拜访数": [2, 3, None, 1, 4, None, None],
            "input.week2.done.拜访数": [2, 1, None, 0, 4, None, None],
            "month.target.拜访数": 20,
        },
    )
    assert [value("week2.review.拜访数", 0, day) for day in (0, 1, 4)] == [2, 3, 4]
    assert value("week2.plan.拜访数.合计") == 10
    assert value("week2.gap.拜访数") == -3
    assert value("week2.rate.拜访数") == pytest.approx(0.7)
    assert value("month.done.weekly.拜访数", 0, 1) == 7
    assert value("month.gap.拜访数") == -13


@needs_soffice
def test_hours_are_counted_by_what_they_are_for(tmp_path):
    value = calculated(
        tmp_path,
        "营业部经理行事历",
        {
            "week1.day1.计划": [
                "会议：早会",
                "陪访：一组",
                "陪访：一组",
                None,
                None,
                None,
                None,
                None,
            ],
            "week1.day6.计划": ["会议：早会"] + [None] * 7,
            "input.week1.day1.记录": ["会议：早会", "银行：支行", "陪访：一组", "没写用途"]
            + [None] * 4,
        },
    )
    assert [value("week1.time.计划", row) for row in range(2)] == [2, 2]
    assert [value("week1.time.记录", row) for row in (0, 1, 4)] == [1, 1, 1]
    assert value("week1.time.差额", 1) == -1
    assert value("week1.time.占比", 4) == pytest.approx(1 / 3)
    assert value("time.记录.合计") == 3


@needs_soffice
def test_a_day_of_the_log_is_summed_up(tmp_path):
    sold = [None] * 28
    sold[1], sold[2], sold[4] = 3000, 1500, 800
    outlets = [None] * 28
    outlets[0] = outlets[5] = "人民路支行"
    value = calculated(
        tmp_path,
        "客户经理工作日志",
        {
            "input.week2.sales.保费": sold,
            "input.week2.visits.网点": outlets,
            "input.week2.day1.洽谈人数": 3,
            "input.week2.day4.洽谈人数": 2,
            "month.target.洽谈人数": 10,
        },
    )
    assert value("week2.day1.保费合计") == 4500
    assert value("week2.day2.保费合计") == 800
    assert value("week2.done.预收保费.合计") == 5300
    assert value("week2.done.拜访数.合计") == 2
    assert value("month.done.weekly.洽谈人数", 0, 1) == 5
    assert value("month.rate.洽谈人数") == pytest.approx(0.5)
    assert value("month.gap.拜访数") is None  # no target: nothing to compare with


@needs_soffice
def test_scores_are_those_of_the_scorecard(tmp_path):
    names = {"首年度保费": (50, 100), "主险件数": (200, 100), "脱落率": (0.06, 0.05)}
    given = {}
    for name, (actual, target) in names.items():
        given |= {f"kpi.{name}": actual, f"kpi.{name}.目标": target}
    given |= {"kpi.首年度保费.权重": 0.5, "kpi.主险件数.权重": 0.3, "kpi.脱落率.权重": 0.2}
    value = calculated(
        tmp_path, "营业部经理月度KPI设定表", given | {"score.floor": 0.6, "score.cap": 1.2}
    )
    assert value("kpi.首年度保费.得分") == 0  # below the floor
    assert value("kpi.主险件数.得分") == pytest.approx(120)  # no more than the cap
    assert value("kpi.脱落率.得分") == pytest.approx(80)  # a fifth too much
    assert value("score.total") == pytest.approx(0.3 * 120 + 0.2 * 80)
    assert value("score.提示") == "权重合计 100%"


# -- the numbers themselves


def test_quotas_stay_between_the_usual_and_half_as_much_again():
    people = team(12)
    for one in people:
        quotas = monthly_quotas(one, people, PieceTargets(), MONTH)
        plain = monthly_quotas(one, people, NoTargets(), MONTH)
        months = [MONTH.number - back for back in (1, 2, 3)]
        active = [m for m in months if m >= one.signed.number]  # all came on a first day
        active = [m for m in active if any(c.get(m) for c in one.activities.values())]
        for code, quota in quotas.items():
            if code in FUNNEL:
                assert quota >= quotas["closings"]
            else:
                assert quota <= math.ceil(1.5 * plain[code]) + 1
            assert plain[code] <= quota
            if active:
                usual = sum(one.activities[code][m] for m in active) / len(active)
                assert plain[code] == round(usual)


def test_a_newcomer_takes_his_teams_usual():
    people = team(4)
    newcomer = Person("20000000", "新人", "业务员", False, MONTH, MONTH.first)
    quotas = monthly_quotas(newcomer, [*people, newcomer], NoTargets(), MONTH)
    months = [MONTH.number - back for back in (1, 2, 3)]
    active = [
        (one, m)
        for one in people
        for m in months
        if m >= one.signed.number and any(one.activities[code][m] for code in ACTIVITIES)
    ]
    visits = sum(one.activities["visits"][m] for one, m in active)
    assert quotas["visits"] == round(visits / len(active))


@pytest.mark.parametrize("month", [Month.of(2024, 5), Month.of(2024, 6), Month.of(2024, 2)])
def test_the_weeks_of_a_review_go_on_where_the_month_ends(month):
    quotas = dict.fromkeys(ACTIVITIES, 30)
    found = review_values(quotas, month)
    weeks = planned_weeks(month)
    for number in range(1, 6):
        dates = found[f"week{number}.next.dates"]
        expected = [*weeks, planned_weeks(month + 1)[0]][number : number + 1]
        assert [dates] == (expected or [[]])
        plan = found[f"week{number}.next.拜访数"]
        for day, count in zip(dates, plan, strict=True):
            assert (count is None) or is_working_day(day)
    own = person_plan(team(1)[0], quotas, "一组", "城东营业部", NoTargets(), month)
    for number in range(2, len(weeks) + 1):
        shown = [count or "" for count in own[f"week{number}.plan.拜访数"]]
        assert found[f"week{number}.review.拜访数"] == shown


def test_weights_of_kpis_with_a_target_make_a_hundred_percent():
    values = {}
    for number, item in enumerate(ITEMS):
        from kpi_xl.catalogue import kpis

        name = kpis[item.kpi].name
        values |= {f"kpi.{name}": 90.0, f"kpi.{name}.目标": 100.0 if number % 3 else None}
    from kpi_xl.catalogue import kpis

    found = assessment_values(values, dict(kpis.items()))
    weights = [found[f"kpi.{kpis[item.kpi].name}.权重"] for item in ITEMS]
    assert sum(weight or 0 for weight in weights) == pytest.approx(1)
    assert [w is None for w in weights] == [number % 3 == 0 for number in range(len(ITEMS))]
    scores = [found[f"kpi.{kpis[item.kpi].name}.得分"] for item in ITEMS]
    total = sum(
        weight * score for weight, score in zip(weights, scores, strict=True) if weight is not None
    )
    assert found["score.total"] == pytest.approx(total)


SIDES = {"上级": [80], "同级": [70, 75, 81], "下级": [10, 20], "客户": [90] * 4, "自评": [95]}


def round_of(sides):
    points = [(side, one) for side, given in sides.items() for one in given]
    return Round(MONTH, feedback([side for side, _ in points], [one for _, one in points]))


@needs_soffice
def test_the_sheet_computes_360_feedback_as_we_do(tmp_path):
    found = feedback_values(round_of(SIDES), WEIGHTS, 3, 100.0)
    typed = {
        slot: found[slot]
        for slot in ("feedback.人数", "feedback.平均分", "feedback.权重", "feedback.占比")
    }
    scored = {"kpi.首年度保费": 1, "kpi.首年度保费.目标": 1, "kpi.首年度保费.权重": 1.0}
    given = typed | scored | {"score.floor": 0.6, "score.cap": 1.2}
    value = calculated(tmp_path, "营业部经理月度KPI设定表", given)
    assert found["feedback.平均分"] == [80.0, 75.0, "—", 90.0, 95.0]
    assert value("feedback.得分") == pytest.approx(found["feedback.得分"])
    assert value("feedback.得分") == pytest.approx((40 * 80 + 20 * 75 + 10 * 90) / 70)
    assert value("feedback.差距") == found["feedback.差距"] == "自评比他人高 15.0 分"
    assert value("score.total") == pytest.approx(100)
    assert value("score.综合") == pytest.approx(found["score.综合"])
    for place, part in enumerate(found["feedback.加权分"]):
        shown = value("feedback.加权分", place)
        assert shown == (pytest.approx(part) if part else None)


def test_of_two_subordinates_nothing_is_in_the_workbook():
    found = feedback_values(round_of(SIDES), WEIGHTS, 3, 100.0)
    other = feedback_values(round_of(SIDES | {"下级": [100, 90]}), WEIGHTS, 3, 100.0)
    assert found == other
    assert found["feedback.说明"] == ["", "", "不足 3 人，不显示，不计入", "", ""]


def test_without_360_feedback_nothing_is_claimed():
    found = feedback_values(None, WEIGHTS, 3, 100.0)
    assert found["feedback.period"] == "没有 360 度评价"
    assert found["feedback.得分"] == found["score.综合"] == found["feedback.差距"] == ""


def test_everybody_is_in_one_box_or_undecided():
    people = team(40)
    found = box_values(people, MONTH, MONTH, 40)
    counts = Counter(found["members.评估结果"])
    for box in SKILL_WILL:
        names = [name for row in found[f"boxes.{box}"] for name in row if name]
        assert len(names) == counts[box] == found[f"boxes.{box}.人数"]
    assert sum(counts.values()) == 40
    assert counts["待判断"] == sum(
        not sum(one.activities["interviews"][MONTH.number - back] for back in range(3))
        for one in people
    )


def test_the_agenda_knows_holidays_and_made_up_days():
    found = agenda_values(["一组", "二组"], MONTH)
    assert found["week2.weekend"] == "5月11日 周六（调休上班）"
    assert found["week2.day6.计划"][0] == "会议：早会"
    assert found["week1.day3.备注"] == "劳动节"
    assert found["week1.day3.计划"] == [None] * 8
    assert "会议：月检讨会" in found["week5.day5.计划"]


@pytest.mark.parametrize(("joint", "most"), [(120, 420), (180, 420), (180, 240), (60, 60)])
def test_an_agenda_keeps_to_the_days_hours_and_tells_what_has_no_room(joint, most):
    usual = agenda_values(["一组", "二组"], MONTH, most=1000)
    found = agenda_values(["一组", "二组"], MONTH, USUAL, MINUTES | {"陪访": joint}, most)
    for week in range(1, 6):
        assert found[f"week{week}.时间.上限"] == most / 60
        for day in range(1, 7):
            slot = f"week{week}.day{day}"
            plan = [text for text in found[f"{slot}.计划"] if text]
            left = [text for text in found[f"{slot}.排不下"].split("；") if text]
            assert len(plan) * 60 <= most
            assert {*plan, *left} == {text for text in usual[f"{slot}.计划"] if text}
            assert found[f"{slot}.合计"] == (f"{len(plan)} 小时" if plan else "")
            joints = [text for text in plan if text.startswith("陪访")]
            assert len(joints) in (0, joint // 60)


def test_what_does_not_fit_into_half_a_day_is_told():
    given = MINUTES | {"陪访": 200}
    found = manager_schedule(
        "甲", team(5), MONTH, [""] * 5, 10, Known(MONTH - 12, None), USUAL, given, 420
    )
    for plan, box in zip(found["week3.morning"], found["week3.morning.时间"], strict=True):
        assert (box == "排不下") == (plan or "").startswith("陪同展业")
    usual = manager_schedule("甲", team(5), MONTH, [""] * 5, 10, Known(MONTH - 12, None))
    assert "9:00—11:00" in usual["week3.morning.时间"]
    assert usual["week3.时间.合计"][1] == "2.5 小时"


@needs_soffice
def test_the_sheet_adds_up_the_boxes_that_people_write(tmp_path):
    value = calculated(
        tmp_path,
        "主管日程",
        {
            "week1.时间.上限": 7,
            "week1.morning.时间": ["9:00—12:00", "9:00—10:10", "排不下", None, "9:00—11:00"],
            "week1.afternoon.时间": ["13:30—18:00", None, "14:00—14:30", None, "下午"],
        },
    )
    sums = [value("week1.时间.合计", row) for row in range(5)]
    assert sums[:3] == ["7.5 小时，超出 0.5 小时", "1.17 小时", "0.5 小时"]
    assert sums[3:] == [None, "2 小时"]


def test_the_log_has_each_days_quota():
    quotas = {"appointments": 44, "visits": 22, "interviews": 0, "closings": 0}
    quotas |= {"prospects": 0, "recruiting_talks": 0}
    found = person_log(quotas, ["人民路支行"], [], MONTH)
    texts = [line for week in range(1, 6) for line in found[f"week{week}.log.计划"] if line]
    total = {"约访": 0, "拜访": 0}
    for text in texts:
        for part in text.split("、"):
            name, count = part.split(" ")
            total[name] += int(count)
    assert total == {"约访": 44, "拜访": 22}
    assert found["lists.网点"] == ["人民路支行"]
    first = log_days(MONTH)["week1.log.日期"]
    assert first[:8] == [None] * 8  # April's
    assert first[8:12] == [dt.date(2024, 5, 1), "周三", "劳动节", None]
    assert len(first) == 28
