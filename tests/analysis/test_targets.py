"""Targets: exact sums, locks, carry-over, steps, quadrants, SMART, income."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.analysis.attainment import attainment_quadrants
from kpi_xl.analysis.income import IncomeModel, Tier, activity_needed, income, sales_needed
from kpi_xl.analysis.smart import Goal, smart_check
from kpi_xl.analysis.targets import break_down, carry_over, stepped_targets
from kpi_xl.error_values import error_name

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(i) for i in range(366)]
QUARTERS = [f"{d.year}Q{(d.month + 2) // 3}" for d in DAYS]
MONTHS = [f"{d:%Y-%m}" for d in DAYS]
WEEKS = [f"{d:%Y-%m} W{d.isocalendar().week}" for d in DAYS]
NAMES = [f"{d}" for d in DAYS]


def sums(targets, names, over):
    found = {}
    for name, parent in dict(zip(names, over, strict=True)).items():
        found[parent] = found.get(parent, 0) + targets[name]
    return found


@settings(max_examples=20)
@given(st.integers(0, 10**12), st.lists(st.integers(0, 100), min_size=366, max_size=366))
def test_a_year_adds_up_at_every_level(total, weights):
    targets = break_down(total, weights, [QUARTERS, MONTHS, WEEKS, NAMES])
    assert sum(targets[q] for q in set(QUARTERS)) == total
    for names, over in [(MONTHS, QUARTERS), (WEEKS, MONTHS), (NAMES, WEEKS)]:
        assert sums(targets, names, over) == {name: targets[name] for name in set(over)}
    for name, weight in zip(NAMES, weights, strict=True):
        # Rounding at four levels moves a day by less than 4.
        assert (
            sum(weights) == 0
            or abs(targets[name] - total * weight / sum(weights)) < 4 + total * 1e-9
        )


@settings(max_examples=20)
@given(st.integers(10**6, 10**9), st.integers(0, 10**4), st.integers(0, 10**4))
def test_what_is_locked_stays_at_any_level(total, month, week):
    weights = [1 if d.weekday() < 5 else 0 for d in DAYS]
    locked = {"2024-05": month, "2024-07 W28": week}
    targets = break_down(total, weights, [QUARTERS, MONTHS, WEEKS], locked)
    assert {name: targets[name] for name in locked} == locked
    assert sum(targets[q] for q in set(QUARTERS)) == total
    assert sums(targets, WEEKS, MONTHS) == {name: targets[name] for name in set(MONTHS)}


def test_a_lock_below_makes_room_above():
    targets = break_down(100, [1, 1, 1, 1], [["a", "a", "b", "b"], list("wxyz")], {"w": 90})
    assert targets == {"a": 90, "b": 10, "w": 90, "x": 0, "y": 5, "z": 5}


@pytest.mark.parametrize(
    ("levels", "locked"),
    [
        ([["a", "a", "b", "b"], ["w", "x", "x", "z"]], {}),
        ([["a", "a", "b", "b"], ["a", "x", "y", "z"]], {}),
        ([["a", "a", "b", "b"]], {"c": 1}),
        ([["a", "a", "b", "b"]], {"a": 101}),
        ([["a", "a", "b", "b"]], {"a": 50, "b": 49}),
        ([["a", "a", "b", "b"], list("wxyz")], {"a": 5, "w": 6}),
    ],
)
def test_what_does_not_fit_is_refused(levels, locked):
    with pytest.raises(ValueError, match=r"name|locked"):
        break_down(100, [1, 1, 1, 1], levels, locked)


def test_the_worked_example():
    """10万 a month, 2.5万 a week, the first week at 70%."""
    weeks = break_down(100_000, [1] * 4, [["1", "2", "3", "4"]])
    assert list(weeks.values()) == [25_000] * 4
    found = carry_over(list(weeks.values()), [17_500])
    assert (found.short, found.more) == (7_500, [2_500] * 3)


AMOUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@given(AMOUNTS, st.data())
def test_what_is_missing_is_carried_to_the_last_unit(targets, data):
    done = data.draw(st.lists(st.integers(0, 10**9), max_size=len(targets) - 1))
    found = carry_over(targets, done)
    assert sum(found.more) == found.short
    assert sum(found.targets) + min(sum(done), sum(targets[: len(done)])) == sum(targets)


def test_nothing_is_carried_from_the_last_period_or_from_a_surplus():
    assert carry_over([5, 5], [2, 2]).targets == []
    assert carry_over([5, 5, 5], [9]).targets == [5, 5]


def test_steps_are_rounded_up():
    first, second = stepped_targets([101, 101], 50, [49, 50])
    assert first.tolist() == [86, 101]
    assert second.tolist() == [96, 112]


def test_quadrants_need_a_target():
    assert attainment_quadrants([5, 5, 100], [0, 5, float("nan")]).tolist() == [-1, 0, -1]


GOAL = Goal("KPI_PIECES", "王芳", 40, "件", dt.date(2024, 6, 1), dt.date(2024, 6, 30), "营业部")


@pytest.mark.parametrize(
    ("changed", "letters"),
    [
        ({}, ""),
        ({"kpi": "", "owner": ""}, "SS"),
        ({"amount": None, "unit": ""}, "MM"),
        ({"amount": -1.0}, "M"),
        ({"amount": 60.0}, "A"),
        ({"amount": 10.0}, "A"),
        ({"supports": ""}, "R"),
        ({"due": None}, "T"),
        ({"due": dt.date(2024, 5, 1)}, "T"),
    ],
)
def test_smart(changed, letters):
    found = smart_check(replace(GOAL, **changed), [30, 35, float("nan"), 42])
    assert "".join(f.letter for f in found) == letters


def test_smart_where_less_is_better():
    goal = replace(GOAL, direction="lower", unit="%")
    letters = [
        len(smart_check(replace(goal, amount=a), [0.2, 0.3, 0.4])) for a in (0.1, 0.2, 0.3, 0.5)
    ]
    assert letters == [1, 0, 0, 1]


MODEL = IncomeModel(2_000_00, 500_00, [Tier(0, 0.0), Tier(10_000_00, 0.02), Tier(50_000_00, 0.035)])


@given(st.integers(0, 10**9))
def test_the_sales_needed_is_the_least(wished):
    premium = int(sales_needed(MODEL, wished))
    assert income(MODEL, premium) >= wished
    assert premium == 0 or income(MODEL, premium - 1) < wished


@given(st.integers(0, 10**9), st.integers(1, 500), st.integers(1, 100), st.integers(1, 10**7))
def test_the_activity_needed_brings_the_premium(wished, visits, sales, premium):
    needed = activity_needed(MODEL, wished, [visits, sales, premium])
    assert needed * premium / visits >= float(sales_needed(MODEL, wished)) * (1 - 1e-12)


def test_income_that_no_premium_brings():
    flat = IncomeModel(2_000_00, 0, [Tier(0, 0.0)])
    found = activity_needed(flat, [2_000_00, 2_000_01], [10, 2, 500])
    assert found[0] == 0
    assert error_name(float(found[1])) == "#NUM!"
    assert error_name(float(activity_needed(MODEL, 5_000_00, [10, 0, 0]))) == "#DIV/0!"


@pytest.mark.parametrize("bounds", [[], [5], [0, 0], [0, 9, 5]])
def test_tiers_begin_at_zero_and_rise(bounds):
    with pytest.raises(ValueError, match="tiers"):
        IncomeModel(0, 0, [Tier(b, 0.01) for b in bounds])


def test_income_of_nothing_is_the_base():
    assert np.array_equal(income(MODEL, [-5, 0]), [2_500_00, 2_500_00])
