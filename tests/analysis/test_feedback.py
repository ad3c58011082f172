"""360 度评价: weights, gaps, and that nobody's own points can be seen or reckoned."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.feedback import FEWEST_RATERS, RELATIONS, WEIGHTS, feedback

POINTS = st.integers(0, 100)
SIDES = st.fixed_dictionaries({r: st.lists(POINTS, max_size=6) for r in RELATIONS})


def of(sides, **kwargs):
    flat = [(r, p) for r, own in sides.items() for p in own]
    return feedback([r for r, _ in flat], [p for _, p in flat], **kwargs)


def test_the_total_is_the_weighted_mean_of_the_others():
    found = of({"上级": [80], "同级": [90] * 3, "下级": [70] * 4, "客户": [60] * 3, "自评": [95]})
    assert found.total == pytest.approx(0.4 * 80 + 0.2 * 90 + 0.3 * 70 + 0.1 * 60)
    assert found.gap == pytest.approx(95 - found.total)
    assert [c.weight for c in found.circles] == pytest.approx([0.4, 0.2, 0.3, 0.1, 0])


def test_two_subordinates_are_neither_shown_nor_part_of_the_total():
    with_two = of({"上级": [80], "下级": [0, 0]})
    assert with_two.total == of({"上级": [80]}).total == 80
    below = with_two.circles[RELATIONS.index("下级")]
    assert below.raters == 2 and math.isnan(below.points) and below.weight == 0


def test_nobody_else_judged():
    found = of({"自评": [90]})
    assert math.isnan(found.total) and math.isnan(found.gap)
    assert math.isnan(of({}).total)
    assert math.isnan(of({"上级": [80]}, weights={"同级": 1}).total)


@pytest.mark.parametrize("points", [-1, 101, float("nan")])
def test_points_that_cannot_be(points):
    with pytest.raises(ValueError, match="from 0 to 100"):
        feedback(["同级"], [points])
    with pytest.raises(ValueError, match="side"):
        feedback(["邻居"], [50])


@given(SIDES, st.sampled_from(["同级", "下级", "客户"]), st.lists(POINTS, max_size=2))
def test_what_too_few_gave_changes_nothing_that_is_shown(sides, side, others):
    few = {**sides, side: others}
    changed = {**sides, side: [100 - p for p in others]}
    assert len(others) < FEWEST_RATERS
    assert repr(of(few)) == repr(of(changed))


@given(SIDES)
def test_the_total_lies_between_what_is_shown_and_weights_make_one(sides):
    found = of(sides)
    shown = [c for c in found.circles if c.weight]
    if not shown:
        assert math.isnan(found.total)
        return
    assert sum(c.weight for c in shown) == pytest.approx(1)
    assert min(c.points for c in shown) <= found.total + 1e-9
    assert found.total <= max(c.points for c in shown) + 1e-9
    assert all(c.points == round(c.points) for c in shown)
    assert {c.relation for c in shown} <= set(WEIGHTS)
