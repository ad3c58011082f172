"""Months as people write them, weeks, and the State Council's working days."""

import ast
import datetime as dt
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kpi_xl.analysis.spread import spread
from kpi_xl.calendar import (
    PROVISIONAL,
    Month,
    WorkCalendar,
    WorkDays,
    day_note,
    is_working_day,
    planned_weeks,
    weeks_of,
    working_days,
)
from kpi_xl.errors import InputError
from kpi_xl.public_days import public_day

ROOT = Path(__file__).parents[1]

MONTHS = st.builds(Month.of, st.integers(1990, 2090), st.integers(1, 12))
FORMS = [
    "{m.year}-{m.month:02d}", "{m.year}/{m.month}", "{m.year}{m.month:02d}", "{m.year}年{m.month}月",
    "{m.year}.{m.month:02d}", " {m.year}年{m.month:02d}月 ", "{m.first:%Y-%m-%d}", "{m.last:%Y/%m/%d}",
    "{m.first:%Y%m%d}", "{m.first:%Y-%m-%d} 00:00:00",
]  # fmt: skip


@given(MONTHS, st.sampled_from(FORMS))
def test_every_usual_form_is_read(month, form):
    assert Month.parse(form.format(m=month)) == month


@given(MONTHS)
def test_dates_and_serials_are_read(month):
    serial = (month.last - dt.date(1899, 12, 30)).days
    whole = month.year * 100 + month.month
    for value in (
        month.first,
        dt.datetime(month.year, month.month, 3, 4),
        serial,
        whole,
        float(serial),
    ):
        assert Month.parse(value) == month


@pytest.mark.parametrize(
    "value", ["", "2024-13", "六月", "2024-02-30", 13, -5, True, None, "x" * 99]
)
def test_what_is_no_month_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        Month.parse(value)


@given(MONTHS, st.integers(-60, 60))
def test_months_count_like_whole_numbers(month, n):
    assert (month + n) - n == month
    assert (month.last + dt.timedelta(days=1)) == (month + 1).first


@pytest.mark.parametrize(
    ("day", "works", "note"),
    [
        ("2024-02-10", False, "春节"), ("2024-02-04", True, "调休上班"), ("2024-06-10", False, "端午节"),
        ("2024-06-11", True, None), ("2024-06-08", False, "休"), ("2023-10-08", True, "调休上班"),
        ("2025-10-01", False, "国庆节"), ("2095-03-01", True, None), ("2095-03-05", False, "休"),
        ("2027-01-01", False, "元旦"), ("2027-02-06", False, "春节"), ("2027-02-09", False, "春节"),
    ],
)  # fmt: skip
def test_holidays_and_swapped_days(day, works, note):
    assert is_working_day(dt.date.fromisoformat(day)) is works
    assert day_note(dt.date.fromisoformat(day)) == note


def test_working_days_of_known_months():
    # Counted by hand on the published calendars.
    assert [len(working_days(*Month.of(2024, m).span(None))) for m in (2, 6, 10)] == [18, 19, 19]


def test_every_published_day_is_as_published():
    day, last = dt.date(2004, 1, 1), dt.date(2026, 12, 31)
    while day <= last:
        assert is_working_day(day) == chinese_calendar.is_workday(day), day
        day += dt.timedelta(days=1)
    assert WorkDays().told(dt.date(1990, 1, 1), last) == ""


# 2027 to 2030: 春节 and the full moons by the lunar calendar, 清明 by the sun; looked up by hand.
LAW = {
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
    2029: ("02-13", "04-04", "06-16", "09-22"),
    2030: ("02-03", "04-05", "06-05", "09-12"),
}


@pytest.mark.parametrize("year", LAW)
def test_the_days_of_the_law_are_off_before_anything_is_published(year):
    new_year, *others = (dt.date.fromisoformat(f"{year}-{day}") for day in LAW[year])
    named = {
        "元旦": [dt.date(year, 1, 1)],
        "春节": [new_year + dt.timedelta(days=number) for number in range(-1, 3)],
        "清明节": others[:1],
        "劳动节": [dt.date(year, 5, 1), dt.date(year, 5, 2)],
        "端午节": others[1:2],
        "中秋节": others[2:],
        "国庆节": [dt.date(year, 10, day) for day in (1, 2, 3)],
    }
    for name, days in named.items():
        for day in days:
            assert not is_working_day(day), (name, day)
            # Two may fall on one day, as 中秋节 of 2028 on 国庆节.
            assert day_note(day) in named, (name, day)
    assert WorkDays().told(dt.date(year, 1, 1), dt.date(year, 1, 1)) == PROVISIONAL
    everyday = [dt.date(year, 3, day) for day in range(1, 32)]
    assert all(is_working_day(day) == (day.weekday() < 5) for day in everyday)


def test_the_law_gives_days_in_lieu_of_those_on_weekends():
    """Since 2025 thirteen days a year: as many weekdays are off, whatever they fall on."""
    for year in range(2027, 2051):
        days = [dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range(365)]
        off = sum(day.weekday() < 5 and not is_working_day(day) for day in days)
        shared = sum(
            is_same
            for is_same in [
                public_day(dt.date(year, 10, day)).holiday == "中秋节" for day in (1, 2, 3)
            ]
        )
        assert 12 - shared <= off <= 13, year


def test_a_project_s_days_reach_whoever_counts_days():
    """Called without a project's days, a function would take everybody's: not said, not seen."""
    asked = {
        "is_working_day", "day_note", "working_days", "weeks_of", "planned_weeks",
        "working_days_of", "week_values", "person_plan", "manager_schedule", "manager_days",
        "agenda_values", "log_days", "person_log", "manager_log", "task_values", "topic_values",
        "box_values", "review_values", "MemberDays", "Week", "period_text",
    }  # fmt: skip
    holders = ("self.", "self._", "self._settings.", "settings.", "days.", "week.", "")
    places = {f"{holder}{what}" for holder in holders for what in ("work", "dates", "dates.work")}
    found, lacking = set(), []
    for file in sorted((ROOT / "kpi_xl").rglob("*.py")):
        if "sample" in file.parts or file.name == "calendar.py":
            continue  # the samples have no days of their own
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(
                call.func, ast.Name | ast.Attribute
            ):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in places:
                continue  # of the project's days themselves
            if name in asked:
                found.add(name)
                if not any(ast.unparse(one) in places for one in call.args):
                    lacking.append(f"{file.name}:{call.lineno} {name}")
    assert found == asked
    assert not lacking


CUTS = st.none() | st.integers(1, 28)


@example(Month.of(2023, 12), 25)
@example(Month.of(2024, 12), 1)
@given(MONTHS, CUTS)
def test_each_working_day_of_a_month_is_in_exactly_one_of_its_weeks(month, cut):
    weeks = weeks_of(month, WorkCalendar(cut))
    first, last = month.span(cut)
    days = [day for week in weeks for day in week]
    assert [day for day in days if is_working_day(day)] == working_days(first, last)
    assert days == sorted(set(days))
    assert all(first <= day <= last for day in days)
    assert len(weeks) <= 5
    if last - first < dt.timedelta(days=32):  # not a long December
        assert all(
            len({day.isocalendar()[:2] for day in week}) == 1 for week in weeks if len(weeks) < 5
        )


@given(MONTHS, CUTS)
def test_forms_have_each_working_day_once(month, cut):
    try:
        weeks = planned_weeks(month, WorkCalendar(cut))
    except InputError:
        assert month.month == 12 and cut < 18
        return
    assert all(len(week) == 7 for week in weeks)
    days = [day for week in weeks for day in week if day and is_working_day(day)]
    assert days == working_days(*month.span(cut))
    for week, of in zip(weeks, weeks_of(month, WorkCalendar(cut)), strict=True):
        if len({day - dt.timedelta(days=day.weekday()) for day in of}) == 1:
            assert all(day.weekday() == place for place, day in enumerate(week) if day)


@given(st.integers(0, 10**9), st.integers(1, 60))
def test_a_spread_adds_up_and_is_even(total, parts):
    shares = spread(total, parts)
    assert len(shares) == parts
    assert sum(shares) == total
    assert max(shares) - min(shares) <= 1


@example(Month.of(2023, 2), 28)
@given(MONTHS, st.integers(1, 28) | st.none())
def test_business_months_follow_each_other(month, cut):
    first, last = month.span(cut)
    assert first <= last
    assert (month + 1).span(cut)[0] == last + dt.timedelta(days=1)
    year = [Month.of(month.year, m).span(cut) for m in (1, 12)]
    assert (year[0][0].month, year[0][0].day, year[1][1].day) == (1, 1, 31)
