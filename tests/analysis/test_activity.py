"""Quotas, boxes and rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.quadrants import skill_will_boxes, task_order
from kpi_xl.analysis.quotas import (
    activities_needed,
    day_quotas,
    expected_ratios,
    funnel_ratios,
    gap,
)
from kpi_xl.analysis.rules import (
    attendance_and_activity,
    pieces_short,
    producers_short,
    trainees_to_clear,
    zero_production,
)
from kpi_xl.analysis.spread import spread
from kpi_xl.error_values import error_name

QUOTAS = st.lists(st.integers(-50, 10_000), min_size=1, max_size=8)


@given(QUOTAS, st.integers(1, 31))
def test_quotas_add_up_and_are_even(quota, days):
    found = day_quotas(quota, days)
    assert found.sum(axis=-1).tolist() == [max(q, 0) for q in quota]
    assert (found.max(axis=-1) - found.min(axis=-1)).max() <= 1
    assert found[0].tolist() == spread(max(quota[0], 0), days)


def test_nothing_planned_has_no_rate():
    missing, rate = gap([0, 4], [3, 0])
    assert missing.tolist() == [-3, 4]
    assert error_name(float(rate[0])) == "#DIV/0!"


@given(st.tuples(*[st.integers(1, 500)] * 4), st.integers(0, 10**6))
def test_what_is_needed_brings_the_goal_and_one_less_does_not(funnel, goal):
    needed = activities_needed(funnel_ratios(funnel), goal)
    assert needed[-1] == goal
    for stage, count in zip(needed[:-1].tolist(), funnel[:-1], strict=True):
        assert stage * funnel[-1] >= goal * count * (1 - 2e-9)
        assert goal == 0 or (stage - 1) * funnel[-1] < goal * count


def test_ratios_lean_on_the_team_while_there_are_few():
    team = [1000, 200]
    found = expected_ratios([[0, 1, 1000], [0, 1, 500]], [[1000], [200]])[0]
    assert found[0] == funnel_ratios(team)[0]
    assert 0.2 < found[1] < 0.3
    assert found[2] == pytest.approx(0.5, abs=0.01)


def test_no_way_to_a_goal_without_a_ratio():
    assert error_name(float(activities_needed([0.5, 0.0], 4)[0])) == "#DIV/0!"
    assert error_name(float(expected_ratios([0, 0], [0, 0])[0])) == "#DIV/0!"


def test_boxes_of_people_without_numbers():
    assert skill_will_boxes([0.4, np.nan, 0.1], [5, 5, 5]).tolist() == [0, -1, 1]
    assert skill_will_boxes([0.4, np.nan], [5, 5], override=[-1, 3]).tolist() == [0, 3]


def test_tasks_in_a_quadrant_are_done_as_they_fall_due():
    quadrant, order = task_order([True] * 3 + [False], [5, -1, 1, 3])
    assert quadrant.tolist() == [1, 0, 0, 3]
    assert order.tolist() == [1, 2, 0, 3]


def test_maintenance_counts_only_months_as_a_full_agent():
    pieces = [[9, 0, 0], [9, 0, 0], [1, 1, 1], [2, 2, 2]]
    assert pieces_short(pieces, [3, 2, 3, 12]).tolist() == [0, 4, 3, 0]
    assert pieces_short([[1]], [1], monthly=1.1).tolist() == [1]


def test_trainees_with_one_month_of_data_are_not_cleared():
    assert not trainees_to_clear([[0]], [9], [True]).any()
    # FYC taken back is no FYC.
    assert trainees_to_clear([[0, -500]], [2], [True]).all()


def test_zero_list_only_near_the_end_of_the_month():
    assert [bool(zero_production([0], left)[0]) for left in (1, 5, 6, 20)] == [
        True,
        True,
        False,
        False,
    ]


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_producers_short_is_the_least_that_reaches_80_percent(producers, opening, closing):
    more = int(producers_short(producers, opening, closing))
    assert (producers + more) * 10 >= 4 * (opening + closing)
    assert more == 0 or (producers + more - 1) * 10 < 4 * (opening + closing)


def test_attendance_without_anybody():
    assert attendance_and_activity([0, 5], [0, 5], [1, 1], [1, 0]).tolist() == [-1, -1]
