"""The pace of targets, forecasts and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.pace import pace, pace_of_ratio
from kpi_xl.error_values import error_name, error_names


def world(units, months, seed, days=22):
    """Daily amounts with a rush at the end of the month, months of 20 to 22 working days."""
    dice = np.random.default_rng(seed)
    lengths = dice.integers(20, days + 1, months)
    shape = 1 + 2 * (np.arange(days) / days) ** 4
    level = dice.lognormal(0, 0.25, (units, months, 1)) * 5000
    amounts = dice.poisson(level * shape * dice.gamma(4, 0.25, (units, months, days)))
    return np.where(np.arange(days) < lengths[:, None], amounts, 0), lengths


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75])
def test_four_of_five_months_end_in_the_interval(share):
    amounts, lengths = world(2000, 25, seed=7)
    days = int(lengths[-1])
    elapsed = round(days * share)
    now = amounts[:, -1, :elapsed].sum(axis=-1)
    end = amounts[:, -1].sum(axis=-1)
    found = pace(now, end, elapsed, days, amounts[:, :-1], lengths[:-1])
    inside = ((found.low <= end) & (end <= found.high)).mean()
    assert 0.75 < inside < 0.88


def test_the_forecast_gets_better_day_by_day_and_ends_at_what_is_done():
    amounts, lengths = world(500, 13, seed=3)
    days, end = int(lengths[-1]), amounts[:, -1].sum(axis=-1)
    errors = []
    for elapsed in (0, days // 3, 2 * days // 3, days):
        now = amounts[:, -1, :elapsed].sum(axis=-1)
        found = pace(now, end, elapsed, days, amounts[:, :-1], lengths[:-1])
        errors.append(np.abs(found.forecast - end).mean())
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0
    assert (found.low == end).all() and (found.high == end).all()


def test_the_usual_shape_forecasts_better_than_working_days_alone():
    amounts, lengths = world(500, 13, seed=5)
    days, end = int(lengths[-1]), amounts[:, -1].sum(axis=-1)
    now = amounts[:, -1, : days // 2].sum(axis=-1)
    found = pace(now, end, days // 2, days, amounts[:, :-1], lengths[:-1])
    by_days = now / (days // 2 / days)
    assert np.abs(found.forecast - end).mean() < 0.7 * np.abs(by_days - end).mean()


@given(st.lists(st.integers(0, 1000), min_size=20, max_size=20), st.integers(0, 20))
def test_a_month_on_its_usual_way_is_forecast_as_the_usual_month(days, elapsed):
    history = np.array([[days] * 10])
    found = pace([sum(days[:elapsed])], [sum(days)], elapsed, 20, history, [20] * 10)
    if sum(days):
        assert found.forecast == pytest.approx(sum(days), abs=1)
        assert found.low == pytest.approx(sum(days), abs=1)
        assert found.high == pytest.approx(sum(days), abs=1)
        if found.expected > 0:
            assert found.by_shape == pytest.approx(1)


def test_a_new_unit_is_forecast_by_its_days():
    found = pace([50, 50], [100, 0], 5, 20, np.zeros((2, 0, 20)), [])
    assert found.usual_share.tolist() == [0.25, 0.25]
    assert found.forecast.tolist() == [200, 200]
    assert error_names(found.low).tolist() == ["#N/A", "#N/A"]
    assert found.by_days[0] == 2
    assert error_name(float(found.by_shape[1])) == "#DIV/0!"


def test_day_one():
    history = np.array([[[10, 10], [20, 20]]])
    found = pace([0], [40], 0, 2, history, [2, 2])
    assert found.forecast.tolist() == [30]
    assert error_name(float(found.by_days[0])) == "#DIV/0!"
    new = pace([0], [40], 0, 2, np.zeros((1, 2, 2)), [2, 2])
    assert error_name(float(new.forecast[0])) == "#N/A"


@pytest.mark.parametrize(
    ("elapsed", "days", "lengths"),
    [(3, 2, [2]), (-1, 2, [2]), (0, 0, [2]), (1, 2, [3]), (1, 2, [0])],
)
def test_impossible_days_are_refused(elapsed, days, lengths):
    with pytest.raises(ValueError, match="working days"):
        pace([1], [1], elapsed, days, np.zeros((1, 1, 2)), lengths)


def people(units, months, seed, days=22):
    """Who sells his first policy of the month on each day, of about 60, fewer in bad months."""
    dice = np.random.default_rng(seed)
    heads = dice.integers(50, 70, (units, months))
    mood = dice.beta(12, 8, (units, months))
    first_days = np.zeros((units, months, days), dtype=np.int64)
    likely = np.linspace(1, 3, days)
    likely /= likely.sum()
    sellers = dice.binomial(heads, mood)
    for unit in range(units):
        for month in range(months):
            first_days[unit, month] = dice.multinomial(sellers[unit, month], likely)
    return first_days, heads


@pytest.mark.parametrize("elapsed", [0, 6, 11, 17])
def test_four_of_five_ratios_over_standing_heads_end_in_the_interval(elapsed):
    first_days, heads = people(1500, 21, seed=11)
    end = first_days[:, -1].sum(axis=-1) / heads[:, -1]
    found = pace_of_ratio(
        first_days[:, -1, :elapsed].sum(axis=-1), heads[:, -1], end, elapsed, 22,
        first_days[:, :-1], heads[:, :-1], [22] * 20,
    )  # fmt: skip
    assert 0.74 < ((found.low <= end) & (end <= found.high)).mean() < 0.9
    assert (found.low >= first_days[:, -1, :elapsed].sum(axis=-1) / heads[:, -1]).all()


@pytest.mark.parametrize("elapsed", [6, 11, 17])
def test_four_of_five_quotients_of_two_sums_end_in_the_interval(elapsed):
    """成交 ÷ 进店, both counted day by day, with a rate of its own in every month."""
    dice = np.random.default_rng(13)
    visitors = dice.poisson(40, (1500, 21, 22))
    rate = dice.beta(30, 90, (1500, 21, 1))
    deals = dice.binomial(visitors, rate)
    end = deals[:, -1].sum(axis=-1) / visitors[:, -1].sum(axis=-1)
    found = pace_of_ratio(
        deals[:, -1, :elapsed].sum(axis=-1), visitors[:, -1, :elapsed].sum(axis=-1), end,
        elapsed, 22, deals[:, :-1], visitors[:, :-1], [22] * 20,
    )  # fmt: skip
    assert 0.74 < ((found.low <= end) & (end <= found.high)).mean() < 0.9
    # About the whole target is due at any time: a quotient does not grow with the days.
    assert np.median(found.usual_share) == pytest.approx(1, abs=0.01)


def test_a_ratio_that_is_over_is_what_it_is():
    first_days, heads = people(5, 13, seed=17)
    end = first_days[:, -1].sum(axis=-1) / heads[:, -1]
    found = pace_of_ratio(
        first_days[:, -1].sum(axis=-1), heads[:, -1], end, 22, 22,
        first_days[:, :-1], heads[:, :-1], [22] * 12,
    )  # fmt: skip
    for value in (found.forecast, found.low, found.high, found.expected):
        assert value == pytest.approx(end)


def test_months_without_a_ratio_do_not_count():
    """Nobody came in in three of eleven months: eight are too few for an interval."""
    deals, visitors = np.full((1, 11, 4), 2), np.full((1, 11, 4), 8)
    deals[0, :3], visitors[0, :3] = 0, 0
    found = pace_of_ratio([2], [8], [0.25], 1, 4, deals, visitors, [4] * 11)
    assert found.forecast == pytest.approx(0.25)
    assert error_names(found.low).tolist() == ["#N/A"]


def test_in_another_unit_only_the_amounts_are_others():
    amounts, lengths = world(20, 13, seed=5)
    found = pace(amounts[:, -1, :9].sum(axis=-1), 100_000, 9, 21, amounts[:, :-1], lengths[:-1])
    in_hundreds = found.scaled(0.01)
    for name, values in vars(found).items():
        times = 0.01 if name in ("expected", "forecast", "low", "high") else 1
        np.testing.assert_allclose(getattr(in_hundreds, name), values * times)
