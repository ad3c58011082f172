"""Chance that falls the same way on every machine.

Only ``random.Random.random()`` is promised to give the same numbers in every version of Python,
and only + − × ÷ give the same result on every processor. So everything here is made of those: no
logarithms, no `random.choices`, no `sum` of floats (Python 3.12 began to round it differently).
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, TypeVar

T = TypeVar("T")

_SPREAD: Final = (0.28, 0.40, 0.50, 0.60, 0.70, 0.80, 0.92, 1.08, 1.36, 1.92, 3.16)
"""The deciles of a sum of money whose mean is 1: most are small, a few are large."""


class Chance:
    """A seeded source of chance.

    Parameters
    ----------
    seed : int
        The same seed gives the same throws.
    """

    def __init__(self, seed: int) -> None:
        self.throw = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.throw() < probability

    def below(self, bound: int) -> int:
        """A whole number from 0 to `bound` − 1."""
        return int(self.throw() * bound)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.throw() * (high - low + 1))

    def count(self, mean: float) -> int:
        """A whole number from 0 on with this mean, seldom above twice the mean."""
        return int(mean * (self.throw() + self.throw()) + self.throw())

    def rounded(self, number: float) -> int:
        """A whole number beside `number`, up or down so that the mean is `number`."""
        return int(number + self.throw())

    def spread(self) -> float:
        """A factor with mean 1 and a long tail, as customers' sums of money have."""
        place = self.throw() * (len(_SPREAD) - 1)
        low = int(place)
        return _SPREAD[low] + (_SPREAD[low + 1] - _SPREAD[low]) * (place - low)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.throw() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of the items, in proportion to its weight."""
        bounds = list(accumulate(weights))
        place = bisect_right(bounds, self.throw() * bounds[-1])
        return items[min(place, len(items) - 1)]
