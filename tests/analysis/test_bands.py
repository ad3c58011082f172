"""Bands, intervals of small units, peers and warnings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.bands import judge, judged_count, judged_share, levels, wilson, worsened
from kpi_xl.analysis.peers import peers
from kpi_xl.analysis.warnings import Judged, costliest, warnings
from kpi_xl.error_values import error_name
from kpi_xl.kpi import Bands

ACTIVITY = Bands(0.80, source="")


# Newcombe (1998), Statistics in Medicine 17, table I, method 3 (Wilson without correction).
@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(x, n, low, high):
    found = wilson(x, n)
    assert [round(float(f), 4) for f in found] == [low, high]


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_solves_its_equation(x, n):
    x = min(x, n)
    low, high = (float(f) for f in wilson(x, n))
    p, z = x / n, 1.959963984540054
    assert 0 <= low <= p <= high <= 1
    for bound in (low, high):
        assert (p - bound) ** 2 == pytest.approx(z * z * bound * (1 - bound) / n, abs=1e-12)


def test_wilson_without_trials_or_with_impossible_counts():
    low, high = wilson([0, -1, 6, float("nan")], [0, 5, 5, 5])
    assert [error_name(float(v)) for v in low] == ["#DIV/0!", "#NUM!", None, "#NUM!"]
    assert high[2] == 1.0


def test_five_people_with_one_sale_short_are_no_alarm():
    share = judged_share([4, 3, 0, 300], [5, 5, 5, 500], "higher")
    assert levels(share, 0.8, 0.72, "higher").tolist() == [0, 0, 2, 2]
    raw = np.array([[0.8], [0.6], [0.0], [0.6]])
    judgement = judge(raw, "higher", bands=ACTIVITY, judged=share)
    assert judgement.uncertain.tolist() == [False, True, False, False]


def test_small_units_where_lower_is_better():
    share = judged_share([4, 280], [5, 350], "lower")  # 80% left
    assert levels(share, 0.65, 0.72, "lower").tolist() == [0, 2]


def test_few_cases_are_judged_by_an_interval_in_a_great_team_too():
    found = judged_share([6, 10, 11, 0], [160, 160, 20, 500], "higher")
    assert found[0] == pytest.approx(float(wilson(6, 160, 0.8)[1]))
    assert found[1] == 10 / 160
    assert found[2] > 11 / 20
    assert judged_share(155, 160, "lower") < 155 / 160  # five who stayed are few cases too
    assert levels(found[3], 0.8, 0.72, "higher") == 2  # nobody of 500 is an alarm all the same


def test_from_a_hundred_on_a_number_is_taken_as_it_is():
    judged = judged_share([49, 50, 50], [99, 100, 100], "higher")
    assert judged[0] > 49 / 99
    assert judged[1:].tolist() == [0.5, 0.5]
    counts = judged_count([99, 100], [10, 10], "higher")
    # x + z²/2 + z √(x + z²/4) with z of 80 %
    assert counts[0] == pytest.approx((99 + 0.82119 + 1.28155 * (99 + 0.41059) ** 0.5) / 10, 1e-5)
    assert counts[1] == 10.0


@pytest.mark.parametrize(
    ("direction", "values"),
    [("higher", [0.9, 0.899, 0.811, 0.809]), ("lower", [0.9, 0.901, 0.989, 0.991])],
)
def test_short_of_a_target_by_more_than_a_tenth_is_danger(direction, values):
    found = judge([[value] for value in values], direction, target=[0.9] * 4, among_peers=False)
    assert found.level.tolist() == [0, 1, 1, 2]


def test_more_producers_than_people_are_not_judged_down():
    assert judged_share(6, 5, "higher") == pytest.approx(1.2)


@given(st.floats(0, 2), st.sampled_from(["higher", "lower"]))
def test_levels_are_those_of_one_value(value, direction):
    status = ACTIVITY.status(value, direction)
    level = levels(value, 0.8, ACTIVITY.danger_bound(direction), direction)
    assert ("健康", "异常", "危险")[int(level)] == status


STEADY = [0.8, 0.79, 0.81, 0.8, 0.79, 0.8, 0.81, 0.8, 0.79, 0.81]


def test_worse_than_the_usual_swing():
    assert worsened([*STEADY, 0.7], "higher") and not worsened([*STEADY, 0.7], "lower")
    assert worsened([*STEADY, 0.9], "lower") and not worsened([*STEADY, 0.9], "neutral")
    assert not worsened([*STEADY, 0.79, 0.785, 0.78], "higher")  # three times less, by chance
    assert not worsened([0.9, 0.8, 0.7], "higher")  # too few periods to know what is usual
    assert worsened([*STEADY, *[0.788] * 9], "higher")  # a long run below the mean


def test_a_small_unit_has_worsened_only_if_its_better_end_has():
    found = judge([[*STEADY, 0.7]] * 2, "higher", judged=[0.79, 0.7])
    assert found.worsened.tolist() == [False, True]


def test_target_and_band_the_worse_decides():
    found = judge([[0.85], [0.85], [0.7]], "higher", bands=ACTIVITY, target=[0.9, np.nan, 0.6])
    assert found.level.tolist() == [1, 0, 2]


def test_what_may_be_chance_keeps_the_status_that_it_had():
    """Twenty people around 80 %: red is who was surely short, and has not come back since."""
    producers = np.array([[16, 14, 14], [10, 14, 14], [10, 14, 16], [10, 16, 14], [10, 13, 10]])
    share = producers / 20
    found = judge(share, "higher", bands=ACTIVITY, judged=judged_share(producers, 20, "higher"))
    assert found.level.tolist() == [0, 2, 0, 0, 2]
    assert found.months.tolist() == [0, 3, 0, 0, 3]
    assert found.uncertain.tolist() == [True, False, False, True, False]


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=15), min_size=1, max_size=6).filter(
        lambda rows: len({len(row) for row in rows}) == 1
    ),
    st.sampled_from(["higher", "lower"]),
)
def test_red_is_short_and_healthy_is_not_surely_short(rows, direction):
    """Whatever the months before: the number at a bound is healthy, the one far from it is red."""
    counts = np.array(rows)
    share, ends = counts / 12, judged_share(counts, 12, direction)
    found = judge(share, direction, bands=ACTIVITY, judged=ends).level
    raw = levels(share[:, -1], 0.8, ACTIVITY.danger_bound(direction), direction)
    sure = levels(ends[:, -1], 0.8, ACTIVITY.danger_bound(direction), direction)
    signal = judge(share, direction, bands=ACTIVITY, judged=ends).worsened
    assert ((sure <= found) & (found <= np.where(signal, np.maximum(raw, 1), raw))).all()


def test_what_a_value_was_once_does_not_matter_where_nothing_is_known_in_between():
    gap = float("nan")
    found = judge([[0.3, gap, 0.7]], "higher", bands=ACTIVITY, judged=[[0.4, gap, 0.85]])
    assert found.level.tolist() == [0]


def test_among_peers_a_value_is_weak_beyond_its_own_swing():
    dice = np.random.default_rng(4)
    alike = 100 * np.exp(dice.normal(0, 0.15, (400, 8, 24)))
    weak = sum(int((judge(group, "higher").level > 0).sum()) for group in alike) / 3200
    assert weak < 0.06  # a quarter is always the last quarter
    alike[:, 0] *= 0.55
    found = [judge(group, "higher").level[0] > 0 for group in alike]
    assert np.mean(found) > 0.9


def test_peers_decide_only_without_band_and_target():
    values = np.array([100, 102, 98, 101, 99, 97, 103, 80, 20], dtype=float)[:, None]
    assert judge(values, "higher").level.tolist() == [0, 0, 0, 0, 0, 0, 0, 2, 2]
    assert judge(values, "higher", bands=Bands(10, source="")).level.tolist() == [0] * 9
    assert judge(values[:3], "higher").level.tolist() == [-1, -1, -1]


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=30),
    st.sampled_from(["higher", "lower"]),
)
def test_peers_against_numpy(values, direction):
    found = peers(values, direction)
    known = np.array([v for v in values if not np.isnan(v)])
    if not known.size:
        assert error_name(float(found.median)) == "#N/A"
        assert found.best_unit == -1 and not any(found.rank)
        return
    weak = 25 if direction == "higher" else 75
    assert float(found.median) == pytest.approx(np.percentile(known, 50), rel=1e-9, abs=1e-6)
    assert float(found.lower) == pytest.approx(np.percentile(known, weak), rel=1e-9, abs=1e-6)
    assert float(found.upper) == pytest.approx(np.percentile(known, 100 - weak), rel=1e-9, abs=1e-6)
    assert found.best == (known.max() if direction == "higher" else known.min())
    assert values[int(found.best_unit)] == found.best
    for value, rank in zip(values, found.rank.tolist(), strict=True):
        better = sum(v > value if direction == "higher" else v < value for v in known.tolist())
        assert rank == (better + 1 if not np.isnan(value) else 0)


def test_a_group_without_units():
    found = peers(np.zeros((3, 0)), "higher")
    assert found.best_unit.tolist() == [-1] * 3
    assert judge(np.zeros((0, 6)), "higher", bands=ACTIVITY).level.shape == (0,)


def test_every_kpi_that_is_not_healthy_is_warned_of():
    units = ["A", "B", "C", "D"]
    rate = np.array([0.5, 0.78, 0.9, 0.5])
    judgement = judge(rate[:, None], "higher", bands=ACTIVITY)
    pieces = np.array([3.0, 3.0, 2.0, 3.0])
    by_pieces = judge(pieces[:, None], "higher", bands=Bands(3, danger=2.7, source=""))
    found = warnings(
        [
            Judged("KPI_ACTIVITY", rate, judgement),
            Judged("KPI_PIECES_PER_CAPITA", pieces, by_pieces),
        ],
        units,
    )
    assert [(w.unit, w.kpi, w.cost, *w.reasons) for w in costliest(found)] == [
        ("A", "KPI_ACTIVITY", 0, "越过危险线"),
        ("D", "KPI_ACTIVITY", 0, "越过危险线"),
        ("C", "KPI_PIECES_PER_CAPITA", 0, "越过危险线", "远落后于同类"),
        ("B", "KPI_ACTIVITY", 0, "未达健康线"),
    ]
