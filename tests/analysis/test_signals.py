"""Process behaviour charts: a published example, steady series, shifts, and gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.study import stable
from benchmarks.study.signals import delays, false_signals
from kpi_xl.analysis.signals import (
    ABOVE,
    BELOW,
    FEWEST,
    NONE,
    RUN,
    RUN_ABOVE,
    RUN_BELOW,
    SIGNALS,
    xmr,
)


def test_the_flow_rates_of_the_nist_handbook():
    """NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: 50.81, 45.8159 and 55.8041."""
    rates = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
    found = xmr([*rates, 50.0])
    few = 1 + 1.5 / len(rates)  # ours are wider, as ten values are few
    assert found.middle[-1] == pytest.approx(50.81)
    assert (found.high[-1] - 50.81) / few == pytest.approx(55.8041 - 50.81, abs=0.001)
    assert (50.81 - found.low[-1]) / few == pytest.approx(50.81 - 45.8159, abs=0.001)


@pytest.mark.parametrize(("kind", "most"), [("normal", 0.02), ("counts", 0.02), ("rates", 0.025)])
def test_a_steady_series_seldom_gives_a_signal(kind, most):
    assert false_signals(kind, 1500, 7) <= most


def test_a_great_shift_is_found_at_once_and_a_small_one_in_time():
    one, two, three = (delays(shift, 800, 8) for shift in (1, 2, 3))
    assert three[0] > 0.35 and three[8] > 0.98
    assert two[8] > 0.85 and one[11] > 0.4
    assert (one <= two).all() and (two <= three).all()


def test_a_run_moves_the_limits():
    dice = np.random.default_rng(9)
    series = np.concatenate([dice.normal(70, 1, 12), dice.normal(72.2, 1, 14)])
    found = xmr(series)
    assert RUN_ABOVE in found.signal[12 : 12 + RUN]
    assert found.middle[-1] == pytest.approx(72.2, abs=0.8)
    mirrored = xmr(-series)
    swap = np.array([NONE, BELOW, ABOVE, RUN_BELOW, RUN_ABOVE])
    assert (swap[found.signal] == mirrored.signal).all()


def test_few_values_and_values_that_never_change_are_no_signal():
    assert (xmr(np.random.default_rng(1).normal(0, 1, FEWEST)).signal == NONE).all()
    assert (xmr(np.full((3, 30), 0.1) + np.arange(3)[:, None]).signal == NONE).all()
    assert SIGNALS[xmr([*[0.5] * 12, 0.6]).signal[-1]] == "高于平时"


@given(
    arrays(np.float64, (2, 20), elements=st.floats(-1e6, 1e6).map(lambda x: round(x, 3))),
)
def test_the_unit_and_the_rows_beside_do_not_matter(series):
    both = xmr(series)
    assert (xmr(series[1]).signal == both.signal[1]).all()
    # Beside rounding: values at a limit to the last digit may fall on either side.
    with np.errstate(invalid="ignore"):
        clear = np.abs(series - both.high) + np.abs(series - both.low) > 0
    moved = xmr(series * 2.0**3)
    assert (moved.signal[clear] == both.signal[clear]).all()


def test_months_without_a_value_are_left_out():
    series = np.random.default_rng(3).normal(70, 1, 24)
    series[[3, 9]] = np.nan
    series[-1] = 60
    found = xmr(series)
    assert found.signal[[3, 9]].tolist() == [NONE, NONE]
    assert found.signal[-1] == BELOW


@pytest.mark.parametrize("people", [12, 60])
def test_a_branch_where_nothing_changes_is_told_of_one_signal_a_unit_and_quarter_at_most(people):
    """All that can be judged, by all rules, as a department's warnings show it."""
    found = stable.told(people, rounds=6, seed=100)
    assert found.kpis > 35
    assert found.signals <= 1
    assert found.flips < 0.1


def test_a_status_seldom_changes_where_the_level_does_not():
    short, changes = stable.status(60, 0.5)
    assert short > 0.85 and changes < 0.15  # ten points below the bound are seen, and stay red
    short, changes = stable.status(35, 0.7)
    assert short < 0.02 and changes < 0.02
