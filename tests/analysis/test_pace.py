"""The pace of targets, forecasts and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.pace import pace
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
