"""How long people stay: published examples, SciPy, a count person by person, and simulation."""

import datetime as dt
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kpi_xl.analysis.logrank import chi_square_tail, logrank
from kpi_xl.analysis.service_loss import tail, worst_month
from kpi_xl.analysis.survival import (
    NEVER,
    Spells,
    anniversary,
    known_from,
    months_served,
    spells,
    survival,
)

# Weeks in remission of leukaemia patients, a + for who was still in remission: E. J. Freireich
# et al., Blood 21 (1963) 699-716, as printed by D. R. Cox, J. R. Statist. Soc. B 34 (1972) 187-220.
MERCAPTOPURINE = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def weeks(text):
    times = text.split()
    return Spells(
        np.full(len(times), -1.0),
        np.array([float(time.rstrip("+")) for time in times]),
        np.array([not time.endswith("+") for time in times]),
    )


def test_the_leukaemia_patients_of_freireich():
    """Shares and 95% intervals by log(-log) as D. G. Kleinbaum and M. Klein, Survival Analysis, print
    them from Stata, and SciPy computes them.
    """
    found = survival(weeks(MERCAPTOPURINE), 23)
    printed = {
        6: (0.8571, 0.6197, 0.9516), 7: (0.8067, 0.5631, 0.9228), 10: (0.7529, 0.5032, 0.8894),
        13: (0.6902, 0.4316, 0.8491), 16: (0.6275, 0.3675, 0.8049), 22: (0.5378, 0.2678, 0.7468),
        23: (0.4482, 0.1881, 0.6801),
    }  # fmt: skip
    for week, numbers in printed.items():
        row = [one[week - 1] for one in (found.share, found.low, found.high)]
        assert row == pytest.approx(numbers, abs=6e-5)
    assert survival(weeks(PLACEBO), 23).median == 8
    assert found.median == 23


def test_the_log_rank_test_of_the_leukaemia_patients():
    """Kleinbaum and Klein: 19.25 and 10.75 relapses expected beside 9 and 21, 16.79 with one degree of
    freedom.
    """
    found = logrank([weeks(MERCAPTOPURINE), weeks(PLACEBO)])
    assert found.left.tolist() == [9, 21]
    assert found.expected == pytest.approx([19.25, 10.75], abs=0.005)
    assert found.statistic == pytest.approx(16.79, abs=0.005)
    assert found.p == pytest.approx(4.17e-5, abs=1e-7)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=3, max_size=60).filter(
        lambda people: any(left for _, left in people)
    )
)
def test_it_is_what_scipy_computes(people):
    end = np.array([time / 4 for time, _ in people])
    left = np.array([gone for _, gone in people])
    found = survival(Spells(np.full(len(end), -1.0), end, left), 9)
    judge = stats.ecdf(stats.CensoredData(end[left], right=end[~left])).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has no interval of 0 and 1
        interval = judge.confidence_interval(method="log-log")
    for n in range(1, 10):
        share = found.share[n - 1]
        if n > end.max() and share != 0:
            assert math.isnan(share)
            continue
        assert share == pytest.approx(judge.evaluate(n), abs=1e-12)
        if 0 < share < 1:
            assert found.low[n - 1] == pytest.approx(interval.low.evaluate(n), abs=1e-9)
            assert found.high[n - 1] == pytest.approx(interval.high.evaluate(n), abs=1e-9)
        else:
            assert found.low[n - 1] <= share <= found.high[n - 1]


@given(st.integers(0, 10_000))
def test_two_groups_are_compared_as_scipy_compares_them(seed):
    dice = np.random.default_rng(seed)
    end = np.ceil(dice.exponential(6, 40)) / 2
    left = dice.random(40) < 0.7
    first = np.arange(40) < 17
    if not (left[first].any() and left[~first].any()):
        return
    whole = Spells(np.full(40, -1.0), end, left)
    judge = stats.logrank(
        *(stats.CensoredData(end[g & left], right=end[g & ~left]) for g in (first, ~first))
    )
    found = logrank([whole.of(first), whole.of(~first)])
    assert found.statistic == pytest.approx(judge.statistic**2)
    assert found.p == pytest.approx(judge.pvalue)


@given(st.integers(0, 10_000))
def test_two_groups_in_two_channels_are_compared_within_each(seed):
    """Of two groups (Σ(O − E))² ÷ ΣV: with V of each channel from its own test."""
    dice = np.random.default_rng(seed)
    parts, off, spread = [], 0.0, 0.0
    for slower in (1, 8):
        end = np.ceil(dice.exponential(6 * slower, 40)) / 2
        whole = Spells(np.full(40, -1.0), end, dice.random(40) < 0.7)
        first = np.arange(40) < 20 // slower
        parts.append([whole.of(first), whole.of(~first)])
        alone = logrank(parts[-1])
        apart = alone.left[0] - alone.expected[0]
        if not alone.statistic > 1e-6:
            return
        off, spread = off + apart, spread + apart**2 / alone.statistic
    found = logrank(*parts)
    assert found.statistic == pytest.approx(off**2 / spread)
    assert found.p == pytest.approx(stats.chi2.sf(off**2 / spread, 1))
    swapped = logrank(*(part[::-1] for part in parts))
    assert swapped.statistic == pytest.approx(found.statistic)


@pytest.mark.parametrize("freedom", [1, 2, 3, 6, 7, 40, 301])
def test_the_tail_of_chi_square_is_scipys(freedom):
    for statistic in (0.0, 0.3, freedom / 2, freedom, 2.0 * freedom, 3.0 * freedom + 10):
        judge = stats.chi2.sf(statistic, freedom)
        assert chi_square_tail(statistic, freedom) == pytest.approx(judge, rel=1e-9, abs=1e-300)


@given(*(st.integers(0, 60) for _ in range(4)))
def test_the_exact_test_is_scipys(events, stay, more_events, more_stay):
    judge = stats.fisher_exact([[events, stay], [more_events, more_stay]], alternative="greater")
    found = tail(events, events + stay, more_events, more_events + more_stay)
    assert found == pytest.approx(judge.pvalue, rel=1e-9)


def by_day(signed, left, as_of, since, months):
    """The share still there after n months, person by person and day by day."""
    gone = [min(day, as_of + dt.timedelta(1)) if day else as_of + dt.timedelta(1) for day in left]
    shares, share = [], 1.0
    for n in range(1, months + 1):
        moments = {}
        for who, (sign, leave, seen) in enumerate(zip(signed, gone, since, strict=True)):
            begin, end = (anniversary(sign, k).item() for k in (n - 1, n))
            length = (end - begin).days
            day = begin if n == 1 else begin + dt.timedelta(1)
            while day <= end and day <= as_of:
                if day >= seen and day <= leave:
                    at = ((day - begin).days, length)
                    moments.setdefault(at[0] / at[1], []).append((who, day == leave))
                day += dt.timedelta(1)
        times = sorted({at for at, here in moments.items() if any(leaves for _, leaves in here)})
        for time in times:
            # Who is at risk: has been here so far into the month, whatever the month's length.
            risk = 0
            for sign, leave, seen in zip(signed, gone, since, strict=True):
                begin, end = (anniversary(sign, k).item() for k in (n - 1, n))
                length = (end - begin).days

                def into(day, begin=begin, length=length):
                    return (day - begin).days / length

                last = min(leave, as_of)
                came = -1.0 if seen <= sign else into(seen - dt.timedelta(1))
                if last < begin or seen > last:
                    continue
                risk += came < time <= (into(last) if last <= end else 1.0)
            share *= 1 - sum(leaves for _, leaves in moments[time]) / risk
        shares.append(share)
    return shares


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_is_counted_day_by_day(seed):
    dice = np.random.default_rng(seed)
    first = dt.date(2022, 12, 20)
    as_of = dt.date(2024, 2, 29)
    signed = [first + dt.timedelta(int(d)) for d in dice.integers(0, 420, 30)]
    left = [
        sign + dt.timedelta(int(d)) if d < 400 else None
        for sign, d in zip(signed, dice.exponential(200, 30), strict=True)
    ]
    cut = first + dt.timedelta(int(dice.integers(0, 200)))
    since = [max(sign, cut) if seed % 2 else sign for sign in signed]
    found, meant = spells(signed, left, as_of, since)
    there = [
        i for i in range(30) if signed[i] <= as_of and since[i] <= min(left[i] or as_of, as_of)
    ]
    assert np.flatnonzero(meant).tolist() == there
    shown = survival(found, 9)
    counted = by_day(
        [signed[i] for i in there], [left[i] for i in there], as_of, [since[i] for i in there], 9
    )
    known = np.isfinite(shown.share)
    assert known.any()
    assert shown.share[known] == pytest.approx(np.array(counted)[known])


def test_months_are_those_of_the_calendar():
    assert months_served("2023-01-31", "2023-02-28").item() == 1
    assert months_served("2024-02-29", "2025-02-28").item() == 12
    assert months_served("2024-01-30", "2024-02-29").item() == 1
    assert months_served("2024-05-31", "2024-06-29").item() == 29 / 30
    assert np.isnan(months_served("NaT", "2024-01-01"))
    for sign in np.arange("2023-12-25", "2024-03-05", dtype="datetime64[D]"):
        served = months_served(sign, np.arange(sign, sign + np.timedelta64(400, "D")))
        assert (np.diff(served) > 0).all()
        assert [months_served(sign, anniversary(sign, n)).item() for n in range(13)] == list(
            range(13)
        )


def test_who_leaves_on_the_day_he_has_served_a_month_is_not_there_after_it():
    people, _ = spells(
        ["2024-01-15"] * 4, ["2024-02-15", "2024-02-16", "2024-01-15", "NaT"], "2024-12-31"
    )
    found = survival(people, 2)
    assert found.left.tolist() == [2, 1]
    assert found.share.tolist() == [0.5, 0.25]


def test_a_leave_date_before_the_sign_date_counts_as_it():
    people, _ = spells(["2024-01-15"], ["2023-01-15"], "2024-12-31")
    assert people.end.tolist() == [0.0]


def test_nothing_is_said_of_months_that_nobody_has_served():
    people, _ = spells(["2024-01-15"] * 3, ["NaT", "NaT", "2024-02-20"], "2024-04-20")
    found = survival(people, 5)
    assert np.isfinite(found.share).tolist() == [True, True, True, False, False]
    assert found.share[2] == pytest.approx(2 / 3)
    nobody = survival(people.of(np.zeros(3, bool)), 3)
    assert np.isnan(nobody.share).all()
    assert nobody.at_risk.tolist() == [0, 0, 0]


def test_a_month_of_service_in_which_nobody_is_watched_stops_the_curve():
    """Those who signed in 2018 are known from their 60th month on; nobody has served 13 to 59."""
    signed = ["2018-01-01"] * 9 + ["2023-01-01"] * 9
    since = ["2023-01-01"] * 18
    people, _ = spells(signed, ["NaT"] * 17 + ["2023-02-10"], "2023-12-31", since)
    found = survival(people, 70)
    assert np.isfinite(found.share).sum() == 11
    assert np.isfinite(found.hazard)[[10, 11, 30, 59]].tolist() == [True, False, False, False]


def test_an_interval_of_nobody_leaving_is_as_wide_as_few_people_make_it():
    few, many = (
        survival(Spells(np.full(n, -1.0), np.full(n, 9.0), np.zeros(n, bool)), 3) for n in (5, 500)
    )
    assert few.share[2] == many.share[2] == 1
    assert few.low[2] < 0.6
    assert 0.99 < many.low[2] < 1


def test_a_roster_without_those_who_left_long_ago_is_not_taken_for_loyal():
    """Half of everybody leaves within ten months; who left before 2023 was dropped from the roster."""
    dice = np.random.default_rng(5)
    signed = np.datetime64("2015-01-01") + dice.integers(0, 9 * 365, 4000).astype("timedelta64[D]")
    stay = dice.exponential(10 / math.log(2) * 30.4, 4000).astype("timedelta64[D]")
    left = signed + stay
    kept = left >= np.datetime64("2023-01-01")
    as_of = np.datetime64("2024-06-30")
    signed, left = signed[kept], left[kept]
    left = np.where(left > as_of, np.datetime64("NaT", "D"), left)
    naive, _ = spells(signed, left, as_of)
    right, _ = spells(signed, left, as_of, known_from(signed, left))
    assert survival(naive, 10).share[9] > 0.6
    found = survival(right, 10)
    assert found.low[9] < 0.5 < found.high[9]
    assert found.share[9] == pytest.approx(0.5, abs=0.08)


def test_a_roster_that_nobody_has_left_tells_nothing():
    assert (known_from(["2020-01-01", "2021-01-01"], ["NaT", "NaT"]) == NEVER).all()


def constant(dice, people, hazard=0.05, months=12):
    end = dice.exponential(-1 / math.log(1 - hazard), people)
    return Spells(np.full(people, -1.0), np.minimum(end, months), end < months)


def test_months_that_are_alike_are_told_to_be():
    dice = np.random.default_rng(11)
    told = [worst_month(survival(constant(dice, 150), 12)) is not None for _ in range(400)]
    assert np.mean(told) <= 0.05


def test_a_month_that_loses_more_is_found():
    dice = np.random.default_rng(12)
    found = []
    for _ in range(50):
        people = constant(dice, 150)
        # A fifth of those who are there leave in their fourth month.
        goes = (people.end > 4) & (dice.random(150) < 0.2)
        end = np.where(goes, 3 + dice.random(150), people.end)
        worst = worst_month(survival(Spells(people.entry, end, people.left | goes), 12))
        found.append(worst.month if worst else None)
    assert found.count(4) >= 45


def test_two_leavers_are_no_pattern():
    end = np.concatenate([[2.5, 2.6], np.full(66, 24.0)])
    people = Spells(np.full(68, -1.0), end, end < 24)
    assert worst_month(survival(people, 24)) is None
