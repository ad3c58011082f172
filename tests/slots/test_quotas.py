"""Quotas by the days that somebody is in service, beside an own computation day by day."""

import csv
import datetime as dt
from fractions import Fraction

import chinese_calendar
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.people import Person
from kpi_xl.jobs.fill import fill, recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.slots import unit_sheets
from kpi_xl.slots.activity_quotas import FUNNEL, monthly_quotas
from kpi_xl.slots.skill_values import box_values, days_before
from kpi_xl.workbook import Template

# What openpyxl leaves out of a workbook that it reads is not what is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

MONTH = Month.of(2024, 6)
BEFORE = [MONTH - back for back in (3, 2, 1)]


class Goal:
    """Everybody's target of pieces; 0 for none."""

    def __init__(self, pieces=0):
        self._pieces = pieces

    def of_agent(self, _):
        return {"主险件数": self._pieces} if self._pieces else {}


def days_of(month):
    """The working days of a month, as the State Council has them."""
    first, last = month.first, month.last
    days = [first + dt.timedelta(days=one) for one in range((last - first).days + 1)]
    return [day for day in days if chinese_calendar.is_workday(day)]


def share(person, month):
    """Which part of a month's working days somebody was there, day by day."""
    days = days_of(month)
    there = [d for d in days if person.came <= d and (person.leaves is None or d <= person.leaves)]
    return Fraction(len(there), len(days))


def usual_in_a_month(people, code):
    """What people did of an activity, by months of service in which they did anything."""
    count, months = 0, Fraction(0)
    for one in people:
        for month in BEFORE:
            if month >= one.signed and any(of.get(month.number) for of in one.activities.values()):
                count += one.activities[code].get(month.number, 0)
                months += share(one, month)
    return count, months


@st.composite
def persons(draw, number):
    came = draw(st.dates(dt.date(2023, 12, 1), dt.date(2024, 6, 30)))
    leaves = draw(st.none() | st.dates(max(came, dt.date(2024, 6, 1)), dt.date(2024, 7, 31)))
    done = {code: {} for code in ACTIVITIES}
    for month in BEFORE:
        if month.last >= came and draw(st.booleans()):
            for place, code in enumerate(reversed(ACTIVITIES)):
                done[code][month.number] = draw(st.integers(0, 6 * place + 3))
    pieces = {month.number: done["closings"].get(month.number, 0) for month in BEFORE}
    signed = Month.of(came.year, came.month)
    return Person(
        f"{number}", f"员{number}", "业务员", False, signed, came, leaves, pieces, {}, done
    )


TEAMS = st.integers(1, 4).flatmap(lambda count: st.tuples(*(persons(n) for n in range(count))))


@given(TEAMS)
def test_a_quota_is_the_usual_of_the_days_in_service(team):
    for one in team:
        quotas = monthly_quotas(one, team, Goal(), MONTH)
        for code, quota in quotas.items():
            count, months = usual_in_a_month([one], code)
            if months >= 1:
                usual = count / months
            else:  # the rest of his first month is like his team's
                of_team, of_months = usual_in_a_month(team, code)
                usual = count + (1 - months) * (of_team / of_months if of_months else 0)
            assert abs(quota - usual * share(one, MONTH)) <= Fraction(1, 2) + Fraction(1, 10**9)


@given(TEAMS, st.integers(1, 30))
def test_a_quota_reaches_its_target_whenever_somebody_came(team, goal):
    for one in team:
        quotas = monthly_quotas(one, team, Goal(goal), MONTH)
        plain = monthly_quotas(one, team, Goal(), MONTH)
        funnel = [quotas[code] for code in FUNNEL]
        assert funnel == sorted(funnel, reverse=True) or plain["closings"] == quotas["closings"]
        assert all(quotas[code] >= plain[code] for code in quotas)
        tries = sum(one.activities["closings"].get(m.number, 0) for m in BEFORE)
        everybody = [sum(of.activities["closings"].get(m.number, 0) for m in BEFORE) for of in team]
        if sum(everybody):
            # His own ratio leans on his team's, each piece from as many closings as it takes.
            sold = sum(max(sum(of.pieces.values()), 0) for of in team)
            own = sum(one.pieces.values())
            ratio = (own + 10 * Fraction(sold, sum(everybody))) / (tries + 10)
            assert quotas["closings"] >= goal / ratio - Fraction(1, 10**5)


@given(st.dates(dt.date(2024, 3, 1), dt.date(2024, 5, 31)), st.integers(1, 9))
def test_who_works_as_much_a_day_has_as_much_a_day_whenever_he_came(came, a_day):
    """Nobody is less willing for the days before he came."""
    old = dt.date(2020, 1, 1)
    team = []
    for number, first in enumerate((came, old, old)):
        signed, counts = Month.of(first.year, first.month), {}
        for month in BEFORE:
            counts[month.number] = a_day * sum(first <= day for day in days_of(month))
        done = {code: dict(counts) for code in ACTIVITIES}
        team.append(Person(f"{number}", "员", "业务员", False, signed, first, None, {}, {}, done))
    assert days_before(team[0], MONTH) == sum(came <= d for month in BEFORE for d in days_of(month))
    boxes = box_values(team, MONTH, MONTH - 1, 3)
    assert boxes["members.日均拜访"] == pytest.approx([a_day] * 3)
    newcomer, *others = (monthly_quotas(one, team, Goal(), MONTH)["visits"] for one in team)
    longest = max(len(days_of(month)) for month in BEFORE)
    shortest = min(len(days_of(month)) for month in BEFORE)
    for one in (newcomer, *others):
        assert a_day * shortest - 1 <= one <= a_day * longest + 1


# -- in the forms

CAME = dt.date(2024, 6, 20)
LEAVES = dt.date(2024, 6, 11)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A team that somebody joins on the 20th, and somebody leaves early next month."""
    folder = tmp_path_factory.mktemp("quotas") / "p"
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "分公司"\n', encoding="utf-8")
    people = [
        (f"10{n}", f"员{n}", "东城营业部", "一组", "业务员", "2022-01-05", "") for n in range(4)
    ]
    people.append(("200", "新人", "东城营业部", "一组", "业务员", CAME, ""))
    people.append(("300", "要走的", "东城营业部", "一组", "业务员", "2022-01-05", "2024-07-09"))
    days = [
        (f"2024-0{month}-{day:02}", agent, 3, 2, 2, 1)
        for agent, *_, signed, _ in people
        for month in range(2, 7)
        for day in (4, 5, 24, 25)
        if f"2024-0{month}-{day:02}" >= str(signed)
    ]
    heads = {
        "人员": ("工号", "姓名", "营业部", "营业组", "职级", "签约日期", "离职日期"),
        "活动": ("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数"),
    }
    for name, rows in (("人员", people), ("活动", days)):
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([heads[name], *rows])
    return Project.open(folder)


def values_of(project, template, month, who):
    """What somebody's workbook has, or that of whose people he is one."""
    workbook, cube = Template(template_path(template)), load(project).cube
    with recipients_of(project, cube, workbook, Month.parse(month)) as to:
        for one in unit_sheets.recipients(workbook, to):
            if one.person is None or one.person.name == who:
                return unit_sheets.values(workbook, to, one)[0]
    raise AssertionError(who)


def planned(values, name):
    """The days of a plan by week, each with its number."""
    for week in "12345":
        dates = values.get(f"week{week}.dates") or []
        yield from (
            (day, plan)
            for day, plan in zip(dates, values[f"week{week}.plan.{name}"], strict=False)
            if day
        )


@pytest.mark.parametrize(
    ("month", "who", "first", "last"),
    [
        ("2024-06", "新人", CAME, dt.date(2024, 6, 30)),
        ("2024-07", "要走的", dt.date(2024, 7, 1), dt.date(2024, 7, 9)),
        ("2024-07", "新人", dt.date(2024, 7, 1), dt.date(2024, 7, 31)),
    ],
)
def test_a_plan_has_the_days_in_service_and_adds_up_to_the_quota(project, month, who, first, last):
    values = values_of(project, "周工作计划", month, who)
    for name in ("约访数", "拜访数", "促成人数"):
        plan = {day: number for day, number in planned(values, name) if number}
        assert plan
        assert all(first <= day <= last for day in plan), (name, plan)
        assert sum(plan.values()) == values[f"month.target.{name}"]
    whole = values_of(project, "周工作计划", month, "员1")
    part = len([d for d in days_of(Month.parse(month)) if first <= d <= last])
    expected = whole["month.target.拜访数"] * part / len(days_of(Month.parse(month)))
    assert values["month.target.拜访数"] == pytest.approx(expected, rel=0.35, abs=1)


def test_nobody_is_checked_on_days_before_he_came(project):
    values = values_of(project, "每日活动检查表", "2024-06", "新人")
    lines = [
        (day, name)
        for week in "12345"
        for day, name in zip(
            values[f"week{week}.checks.日期"], values[f"week{week}.checks.姓名"], strict=True
        )
    ]
    of_newcomer = [day for day, name in lines if name == "新人"]
    assert of_newcomer == [day for day in days_of(MONTH) if day >= CAME]
    assert len([day for day, name in lines if name == "员1"]) == len(days_of(MONTH))
    assert values["checks.合计.应填"] == len(lines)


def test_a_week_before_somebody_came_has_no_plan_of_his(project):
    values = values_of(project, "营业部每周活动情况统计表", "2024-06", "新人")
    place = values["week1.members.姓名"].index("新人")
    weeks = [values[f"week{week}.members.拜访数.计划"][place] for week in "1234"]
    assert weeks[:2] == [None, None]
    assert weeks[3] > 0
    assert values["members.拜访数.计划"][place] == sum(filter(None, weeks))


def test_the_workbook_shows_it(project):
    """No 0 stands where nobody was there to do anything."""
    (file,) = fill(project, "营业部每周活动情况统计表", "2024-06").files
    book = openpyxl.load_workbook(file, data_only=True)
    rows = [row for row in book.worksheets[1].iter_rows(values_only=True) if "新人" in row]
    assert rows and not any(isinstance(cell, int | float) for cell in rows[0][4:])
