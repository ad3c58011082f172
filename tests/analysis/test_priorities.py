"""ABC 法则: the classes by what tasks bring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.priorities import priorities


def test_the_few_that_bring_most_are_a():
    assert priorities([100, 500, 250, 100, 50]) == ["B", "A", "A", "B", "C"]


def test_one_that_brings_nearly_everything_is_a_by_itself():
    assert priorities([990, 5, 5]) == ["A", "C", "C"]
    assert priorities([]) == []
    assert priorities([0, 0]) == ["C", "C"]


def test_exactly_seven_tenths_above_is_b():
    assert priorities([70, 20, 10]) == ["A", "B", "C"]


@pytest.mark.parametrize("impact", [-1, float("nan"), float("inf")])
def test_an_impact_that_cannot_be(impact):
    with pytest.raises(ValueError, match="from 0 on"):
        priorities([1, impact])


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12))
def test_more_is_never_of_a_lower_class_and_a_brings_seven_tenths(impact):
    found = priorities(impact)
    for one, its in zip(impact, found, strict=True):
        for other, others in zip(impact, found, strict=True):
            assert others <= its if other > one else True
            assert others == its if other == one else True
    if any(impact):
        top = sum(i for i, c in zip(impact, found, strict=True) if c == "A")
        assert top * 10 >= 7 * sum(impact)
        assert found[impact.index(max(impact))] == "A"
