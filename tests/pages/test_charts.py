"""Where the lines and bars of a chart are."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.pages.charts import HEIGHT, WIDTH, nice, scale_text, trend, waterfall

amounts = st.floats(-1e9, 1e9).map(lambda one: round(one, 2))
series = st.lists(st.one_of(st.just(math.nan), amounts), min_size=2, max_size=24)


def drawn(values, target=None, *, is_columns=False, unripe=(), limits=None):
    n = len(values)
    return trend(
        [f"{i}" for i in range(n)],
        [""] * n,
        values,
        [i in unripe for i in range(n)],
        limits or [(math.nan, math.nan)] * n,
        [""] * n,
        str,
        scale_text("元"),
        target,
        is_columns=is_columns,
    )


@given(series, st.one_of(st.none(), amounts), st.booleans())
def test_every_value_is_inside_and_in_order(values, target, columns):
    columns = columns and all(not one < 0 for one in values)
    found = drawn(values, target, is_columns=columns)
    known = [one for one in values if math.isfinite(one)]
    if not known:
        assert found is None
        return
    assert len(found.points) == len(known)
    assert all(0 <= p.x <= WIDTH and 0 <= p.y <= HEIGHT for p in found.points)
    for (p, a), (q, b) in pairwise(zip(found.points, known, strict=True)):
        assert p.x < q.x
        assert (p.y - q.y) * (b - a) >= 0  # what is greater is not lower
    if target is not None and not (min(known) >= 0 > target):
        assert all(
            (p.y <= found.target + 0.1)
            for p, a in zip(found.points, known, strict=True)
            if a >= target
        )
    if columns:
        assert all(p.y <= found.base for p in found.points)


def test_a_gap_is_no_line_and_what_is_not_ripe_is_hollow():
    found = drawn([1, math.nan, 3, 4], unripe={3}, limits=[(0, 2), (0, 2), (2, 5), (2, 5)])
    assert found.line.count("M") == 1  # from the third to the fourth
    assert [p.is_unripe for p in found.points] == [False, False, True]
    assert found.band.count("z") == 4


@given(amounts, amounts)
def test_a_scale_goes_around_both_ends_in_few_steps(one, other):
    marks = nice(min(one, other), max(one, other))
    assert marks[0] <= min(one, other) + 1e-6 and marks[-1] >= max(one, other) - 1e-6
    assert 2 <= len(marks) <= 8


@given(st.lists(amounts, min_size=1, max_size=6), amounts)
def test_a_waterfall_ends_where_it_should(shares, start):
    bars = waterfall([start, *shares, start + sum(shares)])
    assert all(bar.start >= -0.01 and bar.start + bar.width <= 100.02 for bar in bars)
    assert [bar.kind for bar in bars[1:-1]] == [
        "more" if s >= 0 else "less" for s in shares
    ] or any(abs(s) < 1e-6 for s in shares)
