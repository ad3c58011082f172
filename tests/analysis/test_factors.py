"""Splits of a change: exact, additive, and the two ways beside each other."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_xl.analysis.apportion import apportion, round_to_total
from kpi_xl.analysis.factors import factor_values, lmdi, shapley
from kpi_xl.analysis.what_if import quantity_needed, what_if
from kpi_xl.error_values import error_name

COUNT = st.integers(0, 3000)
CHAIN = st.tuples(COUNT, COUNT, COUNT, st.integers(-(10**9), 10**12))
POSITIVE = st.tuples(*[st.integers(1, 3000)] * 3, st.integers(1, 10**12))


def by_all_orders(before, after):
    """Shapley's shares straight from the definition, in exact fractions."""
    x0 = [Fraction(before[0])] + [Fraction(b, a) for a, b in itertools.pairwise(before)]
    x1 = [Fraction(after[0])] + [Fraction(b, a) for a, b in itertools.pairwise(after)]
    shares = [Fraction(0)] * len(x0)
    orders = list(itertools.permutations(range(len(x0))))
    for order in orders:
        now = list(x0)
        for i in order:
            value = math.prod(now)
            now[i] = x1[i]
            shares[i] += math.prod(now) - value
    return [float(share / len(orders)) for share in shares]


@given(CHAIN, CHAIN)
def test_shares_add_up_to_the_change(before, after):
    for split in (lmdi, shapley):
        shares = split(before, after)
        assert shares.dtype == np.int64
        assert shares.sum() == after[-1] - before[-1]


@given(st.lists(st.tuples(CHAIN, CHAIN), min_size=1, max_size=6))
def test_units_are_split_each_by_itself_and_add_up(pairs):
    before = np.array([pair[0] for pair in pairs]).T
    after = np.array([pair[1] for pair in pairs]).T
    for split in (lmdi, shapley):
        together = split(before, after)
        for i, (one, other) in enumerate(pairs):
            assert together[:, i].tolist() == split(one, other).tolist()
        assert together.sum() == after[-1].sum() - before[-1].sum()


@given(POSITIVE, POSITIVE)
def test_the_way_back_is_the_way_there(before, after):
    for split in (lmdi, shapley):
        there, back = split(before, after), split(after, before)
        assert np.abs(there + back).max() <= 1 + 1e-9 * np.abs(there).max()


@given(POSITIVE, POSITIVE)
def test_shapley_is_the_mean_over_all_orders(before, after):
    expected = by_all_orders(before, after)
    tolerance = 1 + 1e-9 * max(map(abs, expected))
    assert shapley(before, after).tolist() == pytest.approx(expected, abs=tolerance)


@given(st.integers(0, 3), st.integers(2, 10**12))
def test_what_did_not_change_has_no_share_to_the_last_fen(place, times):
    before, after = [1] * 4, [times if i >= place else 1 for i in range(4)]
    for one, other in ((before, after), (after, before)):
        shares = [0] * 4
        shares[place] = other[-1] - one[-1]
        assert lmdi(one, other).tolist() == shapley(one, other).tolist() == shares


@given(POSITIVE, st.integers(0, 3), st.integers(1, 9))
def test_one_factor_changed_takes_all_in_both(before, place, times):
    after = [q * times if i >= place else q for i, q in enumerate(before)]
    expected = [0] * 4
    expected[place] = after[-1] - before[-1]
    assert lmdi(before, after).tolist() == pytest.approx(expected, abs=1e-9 * after[-1] + 1)
    assert shapley(before, after).tolist() == pytest.approx(expected, abs=1e-9 * after[-1] + 1)


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 50))
def test_two_factors_changed_alike_share_equally_in_both(people, premium, times):
    before, after = [people, people * premium], [people * times, people * premium * times**2]
    half = (after[-1] - before[-1]) / 2
    assert lmdi(before, after).tolist() == pytest.approx([half, half], rel=1e-9, abs=1)
    assert shapley(before, after).tolist() == pytest.approx([half, half], rel=1e-9, abs=1)


@given(POSITIVE, POSITIVE)
def test_two_factors_differ_by_the_known_difference(before, after):
    """With factors a and b: L(V1, V0) ln(a1/a0) against Δa (b0 + b1) / 2."""
    a0, a1 = before[0], after[0]
    v0, v1 = before[3], after[3]
    growth = (v1 - v0) / v0
    ln = math.log1p(growth) if abs(growth) < 0.1 else math.log(v1 / v0)
    mean = v0 if v0 == v1 else (v1 - v0) / ln
    known = mean * math.log(a1 / a0) - (a1 - a0) * (v0 / a0 + v1 / a1) / 2
    pair = [a0, v0], [a1, v1]
    found = lmdi(*pair)[0] - shapley(*pair)[0]
    assert found == pytest.approx(known, abs=2 + 1e-8 * max(v0, v1) * max(a0 / a1, a1 / a0))


@given(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_after_small_changes_both_say_nearly_the_same(a, b, c):
    before = [10_000, 50_000, 10**12]
    after = [round(10_000 * (1 + a)), round(50_000 * (1 + b)), round(10**12 * (1 + c))]
    apart = np.abs(lmdi(before, after) - shapley(before, after)).max()
    # The two agree to the second order of the changes: they part with the third.
    assert apart <= 2 + 10**12 * 3 * max(abs(a), abs(b), abs(c), 1e-4) ** 3


@given(POSITIVE, POSITIVE)
def test_joined_factors_have_the_sum_of_their_shares(before, after):
    fine = lmdi(before, after)
    coarse = lmdi([before[0], before[1], before[3]], [after[0], after[1], after[3]])
    tolerance = 4 + 1e-9 * (before[3] + after[3])
    assert fine[0] == pytest.approx(coarse[0], abs=tolerance)
    assert fine[2] + fine[3] == pytest.approx(coarse[2], abs=tolerance)


@given(POSITIVE, POSITIVE)
def test_the_limit_of_zero_is_where_small_values_lead(before, after):
    """Ang and Liu: with ever smaller values in the place of 0 the shares go to the limit."""
    x1 = [float(f) for f in factor_values(after)]
    apart = []
    for small in (1e-50, 1e-100, 1e-200):
        x0 = [float(before[0]), small, x1[2], x1[3]]
        v0, v1 = math.prod(x0), math.prod(x1)
        mean = (v1 - v0) / math.log(v1 / v0)
        apart.append(abs(mean * math.log(x1[1] / x0[1]) - v1) / v1)
    assert lmdi([before[0], 0, 0, 0], after).tolist() == [0, after[-1], 0, 0]
    assert apart[2] <= apart[1] * 0.6 + 1e-9
    assert apart[1] <= apart[0] * 0.6 + 1e-9


def test_zeros():
    assert lmdi([0, 0, 0, 0], [10, 5, 5, 100]).tolist() == [100, 0, 0, 0]
    assert lmdi([10, 5, 5, 100], [0, 0, 0, 0]).tolist() == [-100, 0, 0, 0]
    assert lmdi([10, 0, 0, 0], [20, 0, 0, 0]).tolist() == [0, 0, 0, 0]
    assert lmdi([10, 5, 5, 100], [10, 5, 0, 0]).tolist() == [0, 0, -100, 0]
    # Sold by somebody who counted at neither end of the month: people and rate are one factor.
    assert lmdi([10, 5, 5, 100], [0, 1, 1, 20]).tolist() == [-80, 0, 0, 0]


def test_more_cancelled_than_sold_is_split_too():
    shares = lmdi([10, 5, 5, 100], [10, 5, 5, -300])
    assert shares.tolist() == shapley([10, 5, 5, 100], [10, 5, 5, -300]).tolist() == [0, 0, 0, -400]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8))
def test_rounding_keeps_the_total_and_stays_near(shares):
    total = round(math.fsum(shares))
    parts = round_to_total(np.array(shares), np.array(total))
    assert parts.sum() == total
    assert np.abs(parts - np.array(shares)).max() <= 1 + 1e-6


WEIGHTS = st.lists(st.floats(0, 1e6) | st.integers(0, 10**6), min_size=1, max_size=12)


@given(st.integers(0, 10**15), WEIGHTS)
def test_parts_add_up_and_are_next_to_their_proportion(total, weights):
    parts = apportion(total, weights)
    assert sum(parts) == total
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        exact = total * Fraction(weight) / whole if whole else Fraction(total, len(weights))
        assert abs(part - exact) < 1


@given(st.integers(0, 10**9), WEIGHTS, st.data())
def test_locked_parts_stay(total, weights, data):
    locks = st.none() | st.integers(0, 10**8)
    locked = data.draw(st.lists(locks, min_size=len(weights), max_size=len(weights)))
    fixed = sum(part for part in locked if part is not None)
    assume(fixed <= total and None in locked)
    parts = apportion(total, weights, locked)
    assert sum(parts) == total
    assert all(lock is None or lock == part for lock, part in zip(locked, parts, strict=True))


@pytest.mark.parametrize(
    "arguments",
    [
        (-1, [1]),
        (10, [1, -1]),
        (10, [1, float("nan")]),
        (10, [1, 1], [11, None]),
        (10, [1, 1], [4, 5]),
        (1, []),
    ],
)
def test_what_cannot_be_split_is_refused(arguments):
    with pytest.raises(ValueError, match=r"split|weights|left over"):
        apportion(*arguments)


@given(POSITIVE, st.integers(1, 10**12), st.integers(0, 2))
def test_the_number_needed_is_the_smallest_that_reaches(chain, goal, place):
    needed = float(quantity_needed(chain, goal, place))
    assume(needed < 2**53)
    assert int(needed) * chain[-1] >= goal * chain[place]
    assert (int(needed) - 1) * chain[-1] < goal * chain[place]


def test_what_if_nothing_is_different_nothing_changes():
    chain = [100, 60, 90, 270_000]
    assert what_if(chain, {}).tolist() == pytest.approx(chain)
    assert what_if(chain, {1: [0.5, 0.7]})[-1].tolist() == pytest.approx([225_000, 315_000])


def test_without_a_result_nothing_can_be_held():
    assert error_name(float(quantity_needed([30, 0, 0], 100, 0))) == "#DIV/0!"
    assert error_name(float(quantity_needed([30, 5, 5], -1, 0))) == "#NUM!"
    assert quantity_needed([[30, 30], [10, 0]], 20, 0)[0] == 60
