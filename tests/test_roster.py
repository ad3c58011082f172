"""Headcounts and cohorts against counting people one by one."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.calendar import Month
from kpi_xl.error_values import error_name
from kpi_xl.roster import Roster

DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31))
STINTS = st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS), max_size=40)


def columns(stints):
    signed = np.array([sign for sign, _ in stints], dtype="datetime64[D]")
    left = np.array([leave for _, leave in stints], dtype="datetime64[D]")
    return signed, left


def here(stint, day):
    sign, leave = stint
    return sign is not None and sign <= day and not (leave is not None and max(leave, sign) <= day)


@given(STINTS, st.lists(DAYS, min_size=1, max_size=5))
def test_headcount_counts_people(stints, days):
    expected = [sum(here(stint, day) for stint in stints) for day in days]
    assert Roster(*columns(stints)).headcount(np.array(days, "datetime64[D]")).tolist() == expected


@given(STINTS, st.integers(0, 23))
def test_opening_plus_recruits_minus_leavers_is_closing(stints, back):
    people = Roster(*columns(stints))
    month = Month.of(2024, 12) - back
    opening = people.headcount(month.first - dt.timedelta(days=1))
    closing = people.headcount(month.last)
    came = people.recruits(month.first, month.last)
    went = people.leavers(month.first, month.last)
    assert opening + came - went == closing
    mean = people.average_headcount(month.first, month.last)
    assert mean == (opening + closing) / 2


@given(STINTS, st.integers(0, 40), st.sampled_from([1, 3, 6, 7, 12, 13, 25]))
def test_cohorts_count_people(stints, back, months):
    month = Month.of(2025, 6) - back
    cohort_month = month - months
    cohort = [s for s in stints if s[0] is not None and Month.containing(s[0]) == cohort_month]
    stayed = [s for s in cohort if here(s, month.last)]
    total, retained = Roster(*columns(stints)).cohort(np.datetime64(str(month)), months)
    assert (int(total), int(retained)) == (len(cohort), len(stayed))


def test_worked_numbers():
    # 200 agents at the end of February, 170 of them left at the end of May: 85% retention
    left = ["NaT"] * 170 + ["2024-05-31"] * 30
    assert Roster(["2024-01-01"] * 200, left).stay_rate("2024-02-29", "2024-05-31") == 0.85
    # 50 signed in March, 40 still there at the end of June: 80%
    left = ["NaT"] * 30 + ["2024-07-01"] * 10 + ["2024-06-30"] * 10
    assert Roster(["2024-03-31"] * 50, left).retention("2024-06", 3) == 0.8


def test_nobody_signed_is_an_empty_denominator():
    assert error_name(float(Roster(["2024-03-31"], ["NaT"]).retention("2024-06", 13))) == "#DIV/0!"


def test_shapes_of_months_and_cohort_ages_broadcast():
    months = np.array(["2024-03", "2024-06"], "datetime64[M]")
    total, retained = Roster(["2024-03-01"], ["2024-05-01"]).cohort(months[:, None], [0, 3])
    assert total.tolist() == [[1, 0], [0, 1]]
    assert retained.tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("day", ["2024-05-01", "2024-05-02"])
def test_sign_and_leave_on_one_day_counts_on_no_day(day):
    assert Roster(["2024-05-01"], ["2024-05-01"]).headcount(day) == 0
    assert Roster(["2024-05-01"], ["2024-05-01"]).recruits("2024-05-01", "2024-05-31") == 1
    assert Roster(["2024-05-01"], ["2024-05-01"]).leavers("2024-05-01", "2024-05-31") == 1


def test_a_cohort_or_two_are_what_they_are_among_many():
    chance = np.random.default_rng(13)
    signed = np.datetime64("2022-01-01") + chance.integers(0, 900, 500)
    left = np.where(
        chance.random(500) < 0.5, signed + chance.integers(0, 700, 500), np.datetime64("NaT", "D")
    )
    signed[chance.integers(0, 500, 20)] = np.datetime64("NaT")
    people = Roster(signed, left)
    months = np.arange("2022-01", "2025-01", dtype="datetime64[M]")
    for back in (0, 1, 13, 25):
        total, stayed = people.cohort(months, back)
        for place, month in enumerate(months):
            assert people.cohort(month, back) == (total[place], stayed[place])
        few = people.cohort(months[[5, 20]].reshape(2, 1), [[back, back + 1]])
        many = people.cohort(np.tile(months[[5, 20]].reshape(2, 1), (1, 10)), [back, back + 1] * 5)
        assert [one.tolist() for one in few] == [one[:, :2].tolist() for one in many]
