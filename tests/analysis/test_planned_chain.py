"""What a target asks for of factors without one: evenly more of what is usual."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_xl.analysis.planned_chain import planned_chain

NAN, INF = math.nan, math.inf
AMOUNT = st.floats(0.05, 20)


@st.composite
def plans(draw):
    """Quantities, planned ratios, usual ratios, ceilings; some not there."""
    n = draw(st.integers(2, 8))
    quantities = [draw(AMOUNT) for _ in range(n)]
    for at in range(1, n - 1):
        if draw(st.booleans()):
            quantities[at] = NAN
    ratios = [draw(AMOUNT) if draw(st.integers(0, 3)) == 0 else NAN for _ in range(n)]
    usual = [draw(AMOUNT) for _ in range(n)]
    most = [draw(st.sampled_from([INF, INF, 1.0, 0.5])) for _ in range(n)]
    return quantities, ratios, usual, most


@given(plans())
def test_what_is_planned_is_kept_and_the_rest_gives_way_alike(plan):
    quantities, ratios, usual, most = plan
    chain = planned_chain(*plan)
    assert np.isfinite(chain).all() and (chain > 0).all()
    known = [at for at, one in enumerate(quantities) if math.isfinite(one)]
    assert chain[known] == pytest.approx([quantities[at] for at in known])
    found = chain[1:] / chain[:-1]
    for start, end in itertools.pairwise(known):
        inner = range(start + 1, end + 1)
        free = [at for at in inner if math.isnan(ratios[at])]
        for at in set(inner) - set(free):
            if free:
                assert found[at - 1] == pytest.approx(ratios[at])
        like = free or list(inner)
        base = usual if free else ratios
        more = [found[at - 1] / base[at] for at in like]
        highest = [max(most[at], base[at]) / base[at] for at in like]
        # Every one by the same, but where it can be no higher; where none can, all by the same.
        rest = [m for m, top in zip(more, highest, strict=True) if m < top * (1 - 1e-9)]
        for m, top in zip(more, highest, strict=True):
            assert m == pytest.approx(min(top, rest[0]) if rest else m)
            assert rest or m >= top * (1 - 1e-9)


@given(plans(), st.floats(0.1, 10))
def test_a_usual_ratio_is_needed_only_where_two_are_open(plan, factor):
    quantities, ratios, usual, most = plan
    known = [at for at, one in enumerate(quantities) if math.isfinite(one)]
    opens = [
        sum(math.isnan(ratios[at]) for at in range(start + 1, end + 1))
        for start, end in itertools.pairwise(known)
    ]
    unknown = planned_chain(quantities, ratios, [NAN] * len(usual), most)
    assert (unknown is None) == any(one > 1 for one in opens)
    if unknown is not None:
        assert unknown == pytest.approx(planned_chain(*plan))
    # Only how the usual ratios stand to each other matters, where none is at its ceiling.
    assume(unknown is None)
    free = [INF] * len(most)
    scaled = planned_chain(quantities, ratios, [one * factor for one in usual], free)
    assert scaled == pytest.approx(planned_chain(quantities, ratios, usual, free))


def test_a_share_stays_at_the_whole():
    chain = planned_chain(
        [100, NAN, NAN, 3_200 * 270], [NAN] * 4, [NAN, 0.9, 1.5, 3_200], [INF, 1, INF, INF]
    )
    assert chain[1] == 100
    assert chain[2] / chain[1] / 1.5 == pytest.approx(chain[3] / chain[2] / 3_200)


def test_without_people_there_is_no_chain():
    assert planned_chain([0, NAN, 100], [NAN] * 3, [NAN, 1, 1], [INF] * 3) is None
    assert planned_chain([5, 0, 100], [NAN] * 3, [NAN, 1, 1], [INF] * 3) is None
