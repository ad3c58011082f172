"""时间盒: boxes do not overlap, keep to the hours and the day's bound; what has no room is told."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.time_boxes import Activity, time_boxes

DAY = [(540, 720), (810, 1050)]


def test_a_box_waits_for_the_afternoon_rather_than_go_across_the_break():
    boxes, left = time_boxes([Activity("陪访", 120, 660)], DAY, 480)
    assert [(b.start, b.end) for b in boxes] == [(810, 930)] and not left


def test_what_has_no_room_later_goes_before():
    wanted = [Activity("培训", 240, 810), Activity("面谈", 30, 840)]
    boxes, left = time_boxes(wanted, DAY, 480)
    assert [(b.text, b.hours) for b in boxes] == [("面谈", "9:00—9:30"), ("培训", "13:30—17:30")]
    assert not left


def test_what_matters_most_comes_first_when_the_day_is_full():
    wanted = [Activity("例会", 120, 540), Activity("陪访", 180, 540), Activity("面谈", 30, 540)]
    boxes, left = time_boxes(wanted, DAY, 150)
    assert [b.text for b in boxes] == ["例会", "面谈"]
    assert [one.text for one in left] == ["陪访"]


ACTIVITIES = st.lists(
    st.builds(
        Activity, st.text(max_size=3), st.integers(1, 50).map(lambda n: n * 10),
        st.integers(0, 1440),
    ),
    max_size=8,
)  # fmt: skip


@given(ACTIVITIES, st.integers(0, 600))
def test_nothing_overlaps_nothing_is_lost(wanted, most):
    boxes, left = time_boxes(wanted, DAY, most)
    assert len(boxes) + len(left) == len(wanted)
    assert sum(b.end - b.start for b in boxes) <= most
    for box in boxes:
        assert any(first <= box.start < box.end <= last for first, last in DAY)
    for before, after in itertools.pairwise(boxes):
        assert before.end <= after.start
