"""The follow-up of measures: what chance does, an effect does, and few numbers cannot tell."""

import numpy as np
import pytest

from benchmarks.study import odd
from benchmarks.study.follow_up import TAKERS, claims, rates, takers
from kpi_xl.analysis.follow_up import FEWEST_CHANGES, VERDICTS, follow_up


@pytest.mark.parametrize("who", TAKERS)
def test_a_measure_without_effect_gets_a_verdict_in_one_of_twenty_cases_at_most(who):
    shares = claims("rates", 32, who, 0.04, effect=0.0, rounds=60, seed=3)
    assert shares[0] + shares[2] <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / (60 * 8))


def test_an_effect_is_seen_the_more_the_greater_it_is():
    seen = [claims("rates", 32, "weakest last month", 0.0, e, 25, 4)[0] for e in (0.05, 0.2, 0.4)]
    assert seen == sorted(seen) and seen[-1] > 0.9


def test_lower_is_better_is_the_mirror_of_higher_is_better():
    dice = np.random.default_rng(5)
    values, people = rates(dice, 32, 0.0)
    took = takers(dice, values, people, "any")
    values[took, -1] += 0.2
    higher = follow_up(values, people, took, "higher")
    lower = follow_up(-values, people, took, "lower")
    assert (higher.verdict == lower.verdict).all()
    assert higher.expected == pytest.approx(-lower.expected)
    assert (higher.verdict[~took] == -1).all()


def test_weak_units_are_expected_to_get_better_by_themselves():
    dice = np.random.default_rng(6)
    values, people = rates(dice, 300, 0.0)
    took = takers(dice, values, people, "weakest last month")
    found = follow_up(values, people, took, "higher")
    assert found.change[took].mean() > 0.04  # a naive look would call this a success
    assert found.expected[took].mean() == pytest.approx(found.change[took].mean(), abs=0.02)


def test_what_a_month_does_to_everybody_is_no_effect():
    values = np.random.default_rng(7).normal(0.7, 0.02, (20, 14))
    values[:, -1] += 0.3
    found = follow_up(values, np.full(values.shape, 40), np.arange(20) < 10, "higher")
    assert (found.verdict[:10] == VERDICTS.index("看不出效果")).all()


def test_few_peers_or_a_short_history_tell_nothing():
    values = np.random.default_rng(8).normal(0.7, 0.02, (8, 20))
    sizes = np.full(values.shape, 40)
    few = follow_up(values, sizes, np.arange(8) < 6, "higher")
    short = follow_up(values[:, -9:], sizes[:, -9:], np.arange(8) < 2, "higher")
    assert (few.verdict == -1).all() and np.isnan(few.expected).all()
    assert (short.verdict == -1).all() and short.changes < FEWEST_CHANGES


def test_missing_values_are_left_out_and_nothing_else():
    values = np.random.default_rng(9).normal(0.7, 0.02, (10, 20))
    values[0, -1] = 1.2
    sizes = np.full(values.shape, 40.0)
    values[1, -1], values[2, 3:6], sizes[3, 7] = np.nan, np.nan, 0
    found = follow_up(values, sizes, np.arange(10) < 2, "higher")
    assert found.verdict[:2].tolist() == [0, -1]


def test_after_an_opening_month_of_which_each_unit_has_its_own_little_is_claimed():
    worst, _ = odd.claimed("开门红后的一个月，各单位起落不同", 32, 15, 4)
    assert worst <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / (15 * 8))


@pytest.mark.parametrize("times", [0.3, 3.0])
def test_of_a_unit_that_is_not_the_same_any_more_nothing_is_said(times):
    values, people = rates(np.random.default_rng(10), 12, 0.0)
    people[0, -2:] *= times
    values[0, -1] = 0.01
    found = follow_up(values, people, np.arange(12) < 2, "higher")
    assert found.verdict[0] == -1 and found.verdict[1] >= 0
    assert found.changes >= FEWEST_CHANGES and found.others == 10


def test_two_units_are_no_peers():
    values, people = rates(np.random.default_rng(11), 2, 0.0)
    found = follow_up(values, people, np.array([True, False]), "higher")
    assert (found.verdict == -1).all() and found.others == 1


def test_what_never_changes_is_no_effect_and_what_then_does_is_one():
    values = np.full((10, 14), 0.5)
    same = follow_up(values, np.full(values.shape, 40), np.arange(10) == 9, "higher")
    assert VERDICTS[same.verdict[-1]] == "看不出效果"
    values[-1, -1] = 0.6
    moved = follow_up(values, np.full(values.shape, 40), np.arange(10) == 9, "higher")
    assert VERDICTS[moved.verdict[-1]] == "好于同类"


def test_a_kpi_without_any_value_tells_nothing():
    nothing = np.full((5, 14), np.nan)
    assert (follow_up(nothing, nothing, np.arange(5) == 1, "higher").verdict == -1).all()


def test_of_a_single_month_nothing_can_be_said():
    found = follow_up(np.ones((4, 1)), np.ones((4, 1)), [True, False, False, False], "higher")
    assert np.isnan(found.change).all() and np.isnan(found.expected).all()
    assert found.verdict.tolist() == [-1] * 4
