"""Scorecards and the screening matrix."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.scorecard import (
    PERSPECTIVES,
    WHOLE,
    Item,
    attainment,
    scores,
)
from kpi_xl.analysis.screening import screen
from kpi_xl.error_values import error_name

NUMBER = st.floats(-1e6, 1e6)
LINES = st.lists(
    st.tuples(
        st.integers(1, 50),
        st.sampled_from(PERSPECTIVES),
        st.sampled_from(["higher", "lower"]),
        NUMBER,
        st.floats(0.1, 1e6),
    ),
    min_size=1,
    max_size=9,
)


def card(lines):
    weights = apportion(WHOLE, [line[0] for line in lines])
    return [
        Item(f"KPI_{i}", line[1], weight, line[2])
        for i, (line, weight) in enumerate(zip(lines, weights, strict=True))
    ]


@given(LINES)
def test_scores_are_bounded_and_the_total_is_made_of_the_perspectives(lines):
    items = card(lines)
    found = scores(items, [line[3] for line in lines], [line[4] for line in lines])
    assert ((found.items == 0) | ((found.items >= 60 - 1e-4) & (found.items <= 120))).all()
    assert 0 <= found.total <= 120 + 1e-9
    weights = [sum(i.weight for i in items if i.perspective == p) for p in PERSPECTIVES]
    parts = [w * s for w, s in zip(weights, found.perspectives.tolist(), strict=True) if w]
    assert found.total == pytest.approx(sum(parts) / WHOLE)
    for weight, score in zip(weights, found.perspectives.tolist(), strict=True):
        assert weight or error_name(score) == "#DIV/0!"


def test_floor_and_cap():
    item = Item("KPI_FYP", "财务", WHOLE)
    points = scores([item], [[0.59, 0.6, 0.9, 1.2, 9.0, -1.0]], [[1.0] * 6]).total
    assert points.tolist() == pytest.approx([0, 60, 90, 120, 120, 0])
    assert scores([replace(item, floor=0.0)], [[0.3]], [[1.0]]).total == pytest.approx(30)


@given(st.floats(0, 3), st.floats(0.01, 100))
def test_too_much_costs_what_too_little_does(share, target):
    assert attainment(target * share, target, "lower") == pytest.approx(
        float(attainment(target * (2 - share), target, "higher"))
    )


def test_a_missing_number_makes_no_total():
    items = [Item("KPI_A", "财务", 5000), Item("KPI_B", "客户", 5000)]
    found = scores(items, [[1.0, 1.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, 0.0]])
    assert found.total[0] == 100
    assert error_name(float(found.total[1])) == "#DIV/0!"
    assert found.perspectives[0].tolist() == [100, 100]


@pytest.mark.parametrize("weights", [(5000, 4999), (12_000, -2000), (1, 1)])
def test_weights_make_100_percent(weights):
    with pytest.raises(ValueError, match="100%"):
        scores([Item("KPI", "财务", w) for w in weights], [1, 1], [1, 1])
    with pytest.raises(ValueError, match="100%"):
        screen([[1, 1]], weights)


def test_a_floor_above_its_cap_is_refused():
    with pytest.raises(ValueError, match="cap"):
        scores([Item("KPI", "财务", WHOLE, floor=1.3)], [1], [1])


@given(st.lists(st.tuples(*[st.integers(1, 5)] * 3), min_size=1, max_size=20))
def test_the_screening_total_is_between_its_scores(points):
    found = screen(points, [3000, 3000, 4000])
    for row, total, rank in zip(points, found.total, found.rank, strict=True):
        assert min(row) <= total <= max(row)
        assert rank == 1 + (found.total > total).sum()
