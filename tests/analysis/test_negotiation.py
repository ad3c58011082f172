"""Rounds of targets: whatever is said, in whatever order, every sum is shown to the last 分."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.apportion import apportion
from kpi_xl.analysis.negotiation import Move, Negotiation, Step
from kpi_xl.errors import InputError

AMOUNTS = st.integers(0, 10**12)
REASONS = st.sampled_from(["", " ", "新人多", "去年同期"])


@st.composite
def trees(draw):
    """Units each behind the one above it, as deep and wide as may be."""
    size = draw(st.integers(1, 14))
    return [None, *(draw(st.integers(0, place - 1)) for place in range(1, size))]


@st.composite
def acts(draw, size):
    """A handful of moves that somebody makes at once, allowed or not."""
    moves = draw(
        st.lists(
            st.builds(
                Move, st.integers(0, size - 1), st.sampled_from([*Step][1:]), st.none() | AMOUNTS
            ),
            min_size=1,
            max_size=4,
        )
    )
    moves = [
        one._replace(amount=None) if one.step is Step.LOCKED
        else one if one.amount is not None or one.step is Step.ANSWERED
        else one._replace(amount=0)
        for one in moves
    ]  # fmt: skip
    return moves, draw(REASONS), draw(st.booleans())


def proposed(above, total, is_sum=True):
    talks = Negotiation([f"单位{place}" for place in range(len(above))], above, is_sum)
    amounts = [total] * len(above)
    for place, below in enumerate(talks.below):
        if below and is_sum:
            shares = apportion(amounts[place], [place_ + 1 for place_ in below])
            for one, share in zip(below, shares, strict=True):
                amounts[one] = share
    made = talks.apply([Move(at, Step.PROPOSED, amount) for at, amount in enumerate(amounts)])
    return talks, [(made, "")]


def holds(talks):
    """What is always true of a round."""
    for place, below in enumerate(talks.below):
        stand = talks.stands[place]
        if below and talks.is_sum:
            sums = sum(talks.stands[one].value for one in below)
            assert stand.value == sums + talks.unassigned(place)
        if stand.locked:
            assert stand.agreed == stand.value
            assert talks.unassigned(place) == (stand.carried if below else 0)
            assert all(talks.stands[one].locked for one in below)


@given(st.data())
def test_whatever_is_said_the_sums_are_shown_and_the_replay_is_the_state(data):
    above = data.draw(trees())
    talks, log = proposed(above, data.draw(AMOUNTS), data.draw(st.booleans()))
    assert not any(talks.unassigned(place) for place in range(len(above)))
    holds(talks)
    for moves, reason, carry in data.draw(st.lists(acts(len(above)), max_size=25)):
        before = list(talks.stands)
        try:
            made = talks.apply(moves, reason, carry)
        except InputError as error:
            assert talks.stands == before  # all or none
            assert error.fault.reason and error.fault.advice
        else:
            log.append((made, reason))
            for old, new in zip(before, talks.stands, strict=True):
                if old.locked and (new.agreed, new.carried) != (old.agreed, old.carried):
                    assert reason.strip()  # nothing changes after locking without one
                assert new.locked or not old.locked
        holds(talks)
    again = Negotiation([""] * len(above), above, talks.is_sum)
    for made, reason in log:
        again.apply(made, reason)
    assert again.stands == talks.stands


@given(trees(), AMOUNTS, st.data())
def test_every_round_can_be_brought_to_its_end(above, total, data):
    """Whatever was answered, all is agreed and locked with the differences carried by name."""
    talks, _ = proposed(above, total)
    for place in range(len(above)):
        amount = data.draw(st.none() | AMOUNTS)
        if amount is not None:
            talks.apply([Move(place, Step.ANSWERED, amount)])
        talks.apply([Move(place, Step.AGREED, talks.stands[place].answered or 0)], "到期")
    even = not any(talks.unassigned(place) for place in range(len(above)))
    if not even:
        with pytest.raises(InputError) as error:
            talks.apply([Move(0, Step.LOCKED)], "到期")
        assert error.value.kind == "rounds.difference"
        with pytest.raises(InputError) as error:
            talks.apply([Move(0, Step.LOCKED)], " ", carry=True)
        assert error.value.kind == "rounds.reason"
    talks.apply([Move(0, Step.LOCKED)], "到期", carry=True)
    holds(talks)
    assert all(stand.locked for stand in talks.stands)


@pytest.fixture
def talks():
    found = Negotiation(["分公司", "一部", "二部", "一组"], [None, 0, 0, 1])
    found.apply(
        [Move(place, Step.PROPOSED, amount) for place, amount in enumerate((100, 60, 40, 60))]
    )
    return found


def refused(talks, *moves, reason="", carry=False):
    with pytest.raises(InputError) as error:
        talks.apply(moves, reason, carry)
    return error.value.kind


def test_what_counts_is_what_was_agreed_else_the_last_word(talks):
    talks.apply([Move(1, Step.ANSWERED, 50)])
    assert (talks.stands[1].value, talks.unassigned(0), talks.unassigned(1)) == (50, 10, -10)
    talks.apply([Move(1, Step.COUNTERED, 56)])
    assert (talks.stands[1].value, talks.unassigned(0)) == (56, 4)
    talks.apply([Move(1, Step.ANSWERED, 54)])
    talks.apply([Move(1, Step.AGREED, 54)])
    talks.apply([Move(1, Step.ANSWERED, 30)])  # the agreement stands
    assert (talks.stands[1].value, talks.stands[1].answered) == (54, 30)


def test_an_answer_that_is_taken_back_leaves_what_was_asked(talks):
    talks.apply([Move(1, Step.ANSWERED, 50)])
    talks.apply([Move(1, Step.ANSWERED, None)])
    assert (talks.stands[1].status, talks.stands[1].value) == (Step.PROPOSED, 60)


def test_what_is_not_allowed_says_what_to_do(talks):
    assert refused(talks, Move(0, Step.COUNTERED, 90)) == "rounds.root-counter"
    assert refused(talks, Move(1, Step.AGREED, 50)) == "rounds.reason"
    assert refused(talks, Move(0, Step.LOCKED)) == "rounds.not-agreed"
    assert refused(talks, Move(1, Step.CHANGED, 50), reason="换将") == "rounds.not-locked"
    assert refused(talks, Move(2, Step.CARRIED, 0), reason="留") == "rounds.leaf"
    assert refused(talks, Move(1, Step.CARRIED, 7), reason="留") == "rounds.difference"


def test_after_locking_a_change_needs_a_reason_and_even_sums(talks):
    for place in (1, 2, 3):
        talks.apply([Move(place, Step.AGREED, talks.stands[place].offer)], "没有回复")
    talks.apply([Move(0, Step.LOCKED)])
    talks.apply([Move(1, Step.ANSWERED, 10)])  # comes late
    assert (talks.stands[1].value, talks.stands[1].late) == (60, 10)
    assert refused(talks, Move(1, Step.COUNTERED, 50), reason="x") == "rounds.locked"
    assert refused(talks, Move(1, Step.AGREED, 60)) == "rounds.locked"
    assert refused(talks, Move(1, Step.CHANGED, 50), Move(2, Step.CHANGED, 50)) == "rounds.reason"
    assert refused(talks, Move(1, Step.CHANGED, 50), reason="换将") == "rounds.difference"
    moved = [Move(1, Step.CHANGED, 50), Move(3, Step.CHANGED, 50), Move(2, Step.CHANGED, 50)]
    talks.apply(moved, "换将")
    assert [stand.value for stand in talks.stands] == [100, 50, 50, 50]
    made = talks.apply([Move(2, Step.CHANGED, 45)], "少一人", carry=True)
    assert made == [Move(2, Step.CHANGED, 45), Move(0, Step.CARRIED, 5)]
    assert talks.stands[0].carried == talks.unassigned(0) == 5


def test_targets_that_do_not_add_up_are_not_added_up():
    talks = Negotiation(["分公司", "一部", "二部"], [None, 0, 0], is_sum=False)
    talks.apply([Move(place, Step.PROPOSED, 800) for place in range(3)])
    talks.apply([Move(1, Step.ANSWERED, 700), Move(2, Step.ANSWERED, 800)])
    talks.apply([Move(1, Step.AGREED, 700), Move(2, Step.AGREED, 800), Move(0, Step.LOCKED)])
    assert all(stand.locked for stand in talks.stands)
