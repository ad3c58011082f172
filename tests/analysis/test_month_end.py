"""Forecasts of the month's end: beside a straight line, last year's shape, and what they promise."""

import numpy as np
import pytest

from benchmarks.study.month_end import AFTER, OPENING, told, world
from kpi_xl.analysis.pace import pace

CALM = 6


MONTHS = [(False, CALM), (True, CALM), (True, OPENING), (True, AFTER)]


@pytest.mark.parametrize(("seasons", "last"), MONTHS)
@pytest.mark.parametrize("elapsed", [3, 8, 15])
def test_it_beats_a_straight_line_and_the_shape_of_last_year(seasons, last, elapsed):
    found = told(16, 24, last, seasons, elapsed, rounds=12, seed=elapsed)
    assert found.miss < found.line and found.miss < found.last_year


@pytest.mark.parametrize(("seasons", "last"), MONTHS)
def test_four_of_five_months_end_in_the_interval(seasons, last):
    inside = np.mean([told(8, 24, last, seasons, day, 24, day).inside for day in (3, 6, 10, 15)])
    assert 0.72 < inside < 0.92


def test_on_the_last_days_of_the_month_after_it_is_no_worse_than_a_straight_line():
    found = told(8, 24, AFTER, True, 20, rounds=60, seed=20)
    assert found.miss < found.line + 0.003


def test_two_years_that_differ_widen_the_interval():
    """Last year and the year before as little by now as each other, or one half of its month."""
    slow, fast = np.repeat([0.2, 1.8], 10) / 20, np.repeat([1.0, 1.0], 10) / 20
    months = np.tile(np.repeat([0.9, 1.1], 10) / 20, (8, 24, 1)) * 1e6
    months *= np.random.default_rng(1).lognormal(0, 0.05, (8, 24, 1))
    now = np.full(8, 0.1e6)
    width = []
    for before in (slow, fast):
        past = months.copy()
        past[:, 0], past[:, 12] = before * 1e6, slow * 1e6
        found = pace(now, now, 10, 20, past, np.full(24, 20))
        width.append(((found.high - found.low) / (found.forecast - now)).mean())
    assert width[1] > 1.25 * width[0]


def test_an_opening_month_is_foretold_before_it_begins():
    amounts, lengths = world(np.random.default_rng(2), 16, 25, OPENING, seasons=True)
    usual = amounts[:, :-1].sum(axis=(0, 2)).mean()
    found = pace(np.zeros(16), np.zeros(16), 0, 21, amounts[:, :-1], lengths[:-1])
    assert found.forecast.sum() > 1.5 * usual


def test_the_group_tells_what_one_unit_cannot():
    """Everybody has done twice the usual by now; the unit that has done nothing yet will, too."""
    history = np.full((10, 12, 20), 10)
    now = np.full(10, 100.0)
    now[0] = 0
    found = pace(now, now, 5, 20, history, np.full(12, 20))
    assert found.forecast[0] > pace(now[:1], now[:1], 5, 20, history[:1], [20] * 12).forecast[0]


def test_what_earlier_forecasts_missed_is_told():
    amounts, lengths = world(np.random.default_rng(3), 16, 25, CALM, seasons=False)
    now, days = amounts[:, -1, :10].sum(axis=1), int(lengths[-1])
    found = pace(now, now, 10, days, amounts[:, :-1], lengths[:-1])
    assert 0 < found.usual_miss.mean() < found.line_miss.mean()
    whole = pace(now, now, days, days, amounts[:, :-1], lengths[:-1])
    assert whole.usual_miss == pytest.approx(0)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_amounts_may_be_of_any_size(factor):
    amounts, lengths = world(np.random.default_rng(4), 8, 14, CALM, seasons=False)
    now = amounts[:, -1, :9].sum(axis=1)
    one = pace(now * 1e6, now, 9, 21, amounts[:, :-1] * 1e6, lengths[:-1])
    other = pace(now * 1e6 * factor, now, 9, 21, amounts[:, :-1] * 1e6 * factor, lengths[:-1])
    assert other.forecast == pytest.approx(one.forecast * factor, rel=1e-6, abs=1)
    assert other.high == pytest.approx(one.high * factor, rel=1e-6, abs=1)


def test_a_unit_that_lost_more_than_it_sold_is_no_fault():
    history = np.full((3, 12, 20), 10)
    history[0, 4] = -5
    found = pace([-20, 10, 0], [100, 100, 100], 5, 20, history, np.full(12, 20))
    assert np.isfinite(found.forecast).all() and (found.low <= found.high).all()
