"""No money twice: what warnings get of the losses of a chain of factors."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.analysis.impact import Claim, impacts

SHARES = st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=8)


@st.composite
def worlds(draw):
    shares = draw(SHARES)
    claims = []
    for _ in range(draw(st.integers(0, 9))):
        first = draw(st.integers(0, len(shares) - 1))
        moves = draw(st.booleans())
        last = first if moves else draw(st.integers(first, len(shares) - 1))
        part = draw(st.floats(0, 3)) if moves else 1.0
        claims.append(Claim(range(first, last + 1), part, moves=moves))
    return shares, [*claims, Claim()]


def losses_of(shares, claims):
    return {n: -share for n, share in enumerate(shares) if share < 0}


@given(worlds())
def test_no_factor_gives_more_than_it_lost(world):
    shares, claims = world
    found = impacts(shares, claims)
    losses = losses_of(shares, claims)
    assert min(found) >= 0
    assert sum(found) <= sum(losses.values())
    for claim, money in zip(claims, found, strict=True):
        assert money <= sum(losses.get(n, 0) for n in claim.factors)
    # Any set of claims: no more than the factors that they are about.
    for some in range(0, 2 ** min(len(claims), 8), 7):
        chosen = [n for n in range(len(claims)) if some >> n & 1]
        factors = {factor for n in chosen for factor in claims[n].factors}
        assert sum(found[n] for n in chosen) <= sum(losses.get(n, 0) for n in factors)


@given(worlds())
def test_a_factor_with_a_kpi_of_its_own_gives_all(world):
    shares, claims = world
    whole = [*claims, *(Claim(range(n, n + 1)) for n in range(len(shares)))]
    assert sum(impacts(shares, whole)) == sum(losses_of(shares, claims).values())


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(world, chance):
    shares, claims = world
    order = list(range(len(claims)))
    random.Random(chance.random()).shuffle(order)
    shuffled = impacts(shares, [claims[n] for n in order])
    back = [0] * len(claims)
    for place, n in enumerate(order):
        back[n] = shuffled[place]
    assert back == pytest.approx(impacts(shares, claims), abs=len(shares))


@given(worlds())
def test_by_hand(world):
    """Once more, factor by factor, in fractions of money."""
    shares, claims = world
    by_hand = [0.0] * len(claims)
    for factor, share in enumerate(shares):
        loss = max(-share, 0)
        is_owned = Claim(range(factor, factor + 1)) in claims
        moving = {
            n: min(one.part, 1.0)
            for n, one in enumerate(claims)
            if one.moves and factor in one.factors and not is_owned
        }
        scale = max(sum(moving.values()), 1.0)
        for n, part in moving.items():
            by_hand[n] += loss * part / scale
        rest = loss * (1 - sum(moving.values()) / scale)
        own = [n for n, one in enumerate(claims) if not one.moves and factor in one.factors]
        if own:
            size = min(len(claims[n].factors) for n in own)
            finest = [n for n in own if len(claims[n].factors) == size]
            for n in finest:
                by_hand[n] += rest / len(finest)
    found = impacts(shares, claims)
    tolerance = 2 * len(shares) + 1e-9 * sum(abs(share) for share in shares)
    assert found == pytest.approx(by_hand, abs=tolerance)


def test_what_is_no_part_of_the_chain_has_no_money():
    assert impacts([-100, -200], [Claim()]) == [0]
