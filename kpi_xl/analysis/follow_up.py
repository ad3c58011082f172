"""进展检讨: how a KPI changed after an action was taken, compared with the change expected without
it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.kpi import Direction

VERDICTS: Final = ("好于同类", "看不出效果", "差于同类")
"""The verdicts 0 to 2; -1 is "nothing can be said"."""

FEWEST_PEERS: Final = 3
"""Units without the action that it takes to know what the month did to everybody."""

FEWEST_CHANGES: Final = 66
"""Earlier changes of single units that it takes to know how far chance goes: 1/66 is `_TAIL`."""

_TAIL: Final = 0.015
"""So many of the earlier changes were greater (or smaller) where a verdict is given.

Twice that would be 3%; what is estimated adds to it, so that at most 5% of actions without any
effect get a verdict (docs/calibration.md).
"""

_USUAL: Final = 6
"""A unit's own level is that of so many months before the month of the action."""

_FIRST: Final = 4
"""The first month of the history whose change can be foretold: three months are before it."""

_OTHER: Final = 2.0
"""A unit with twice its usual people or cases, or half of them, is no longer the same unit."""

_CALM: Final = 4.0
"""That a month is as calm as others counts as much as so many units that are."""

_BY_CHANCE: Final = 4.0
"""What is found by chance is less than so many times its variance, in square."""

_YEAR: Final = 12

_ROUNDS: Final = 4
"""Rounds of weighted least squares; the weights hardly move after the third."""

_ROUNDING: Final = 1e-9
"""Smaller changes, beside the values, are errors of rounding."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FollowUp:
    """How the units that took an action have changed since.

    Parameters
    ----------
    change : (units,) float64 array
        After − before, in the KPI's unit.
    expected : (units,) float64 array
        The change that such a unit makes by itself in this month; ``#N/A`` with too few peers or
        too short a history.
    verdict : (units,) int8 array
        Places in `VERDICTS`; -1 for units that did not take it, and where nothing can be said.
    changes : int
        How many earlier changes there were to learn from.
    others : int
        How many units did not take it and can be compared with.
    """

    change: Floats
    expected: Floats
    verdict: NDArray[np.int8]
    changes: int
    others: int


def follow_up(
    history: ArrayLike, sizes: ArrayLike, took: ArrayLike, direction: Direction
) -> FollowUp:
    """Compare units that took an action with what they would have done without it.

    Parameters
    ----------
    history : (units, months) array_like
        The KPI in its unit; the last month is now, the one before it that of the action. Errors
        as NaN.
    sizes : (units, months) array_like
        How many people or cases each value rests on: the denominator of a ratio.
    took : (units,) array_like of bool
        Whether the unit took the action.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    FollowUp

    Notes
    -----
    Measures go to weak units, and weak units get better by themselves. How much is learnt from all
    changes of all units from one month to the next before the action: by weighted least squares
    on how far the unit was from the mean of that month, how far its own usual level (the mean of
    `_USUAL` months before, weighted by size) was, and how few cases its last value rested on. The
    variance of what remains is a + b ÷ size, so that a team of 12 is not measured by what a
    department of 60 may do by chance. What the month itself did to everybody is the mean of those
    without the action. Better (worse) is a change that no more than `_TAIL` of the earlier ones
    exceeded, each in units of its own standard deviation.

    In the month after an opening month units differ by more than in others, and who rose most
    falls most: both are seen from the units without the action, and from all units a year before.
    Nothing is said of a unit that has twice its usual cases, or half, by more than chance: it was
    put together anew, or is closing.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> history = 0.7 + 0.02 * rng.standard_normal((10, 13))
    >>> history[0, -1] = 0.9
    >>> found = follow_up(history, np.full((10, 13), 50), np.arange(10) == 0, "higher")
    >>> VERDICTS[found.verdict[0]], found.verdict[1].item()
    ('好于同类', -1)
    """
    values = np.asarray(history, dtype=np.float64)
    cases = np.asarray(sizes, dtype=np.float64)
    cases = np.where(np.isfinite(cases) & (cases > 0), cases, np.nan)
    acted = np.asarray(took, dtype=bool)
    one = np.full(len(values), NOT_AVAILABLE)
    change = values[:, -1] - values[:, -2] if values.shape[1] > 1 else one
    nothing = FollowUp(
        change, np.full(change.shape, NOT_AVAILABLE), np.full(change.shape, -1, np.int8), 0, 0
    )
    if not np.isfinite(values * cases).any():
        return nothing
    earlier = [_Step.to(month, values, cases) for month in range(_FIRST, values.shape[1] - 1)]
    changes = int(sum(step.known.sum() for step in earlier))
    last = _Step.to(values.shape[1] - 1, values, cases)
    others = last.known & ~acted
    if changes < FEWEST_CHANGES or others.sum() < FEWEST_PEERS:
        return replace(nothing, changes=changes, others=int(others.sum()))
    usual = _Usual.learnt(earlier, _ROUNDING * max(float(np.nanmax(np.abs(values))), 1.0))
    year_ago = [one for one in earlier[-_YEAR : 1 - _YEAR] if one.known.any()]
    season = usual.season([(last, others), *((one, one.known) for one in year_ago)])
    off = last.end - usual.foretold(last) - season.slope * last.start[:, 0]
    weight = 1 / usual.variance(last.size[others])
    month = float((off[others] * weight).sum() / weight.sum())
    gain = off - month
    with np.errstate(invalid="ignore"):
        gain = np.where(np.abs(gain) <= usual.least, 0.0, gain)
        score = gain / np.sqrt(season.unrest * usual.variance(last.size) + 1 / weight.sum())
        rank = int((len(usual.scores) + 1) * _TAIL)
        low, high = usual.scores[rank - 1], usual.scores[-rank]
        verdict = np.where(score > high, 0, np.where(score < low, 2, 1))
    if direction == "lower":
        verdict = 2 - verdict
    return FollowUp(
        change=change,
        expected=np.where(last.known, change - gain, NOT_AVAILABLE),
        verdict=np.where(acted & last.known, verdict, -1).astype(np.int8),
        changes=changes,
        others=int(others.sum()),
    )


@dataclass(frozen=True)
class _Step:
    """The change of all units from one month to the next.

    Parameters
    ----------
    start : (units, 3) float64 array
        What the next month is foretold from, each less its mean over the units.
    end : (units,) float64 array
        The next month, less its mean over the units.
    size : (units,) float64 array
        How many cases the next month rests on.
    known : (units,) bool array
        Where all of this is known.
    """

    start: Floats
    end: Floats
    size: Floats
    known: NDArray[np.bool_]

    @classmethod
    def to(cls, month: int, values: Floats, cases: Floats) -> _Step:
        """The change to a month, by the month's index."""
        before, after = values[:, month - 1], values[:, month]
        weights = cases[:, max(month - 1 - _USUAL, 0) : month - 1]
        terms = weights * values[:, max(month - 1 - _USUAL, 0) : month - 1]
        there = np.isfinite(terms)
        count = np.where(there, weights, 0.0).sum(axis=1)
        level = np.where(there, terms, 0.0).sum(axis=1) / np.where(count > 0, count, np.nan)
        few = 1 / (1 + cases[:, month - 1] / np.nanmean(cases))
        size, usual = cases[:, month], count / np.maximum(there.sum(axis=1), 1)
        known = np.isfinite(before + after + level + few + size) & _is_same(size, usual)
        start = np.stack([before, level, (before - level) * few], axis=1)
        if known.any():
            start = start - start[known].mean(axis=0)
            after = after - after[known].mean()
        return cls(start, after, size, known)


@dataclass(frozen=True)
class _Usual:
    """How units change by themselves, without an action.

    Parameters
    ----------
    slopes : (3,) float64 array
        By how much the next month follows each column of `_Step.start`.
    common, by_case : float
        The variance of what remains is common + by_case ÷ size.
    scores : (changes,) float64 array
        What remained of the earlier changes, in standard deviations, ascending.
    least : float
        Anything smaller is an error of rounding.
    """

    slopes: Floats
    common: float
    by_case: float
    scores: Floats
    least: float

    @classmethod
    def learnt(cls, steps: list[_Step], least: float) -> _Usual:
        """Learn it from the changes of earlier months."""
        start = np.concatenate([step.start[step.known] for step in steps])
        end = np.concatenate([step.end[step.known] for step in steps])
        size = np.concatenate([step.size[step.known] for step in steps])
        # A month's own mean was taken off, which makes what remains smaller than it is.
        fewer = np.concatenate(
            [np.full(n := int(step.known.sum()), n / max(n - 1, 1)) for step in steps]
        )
        weight = np.ones(len(end))
        slopes, common, by_case = np.zeros(start.shape[1]), 0.0, 0.0
        for _ in range(_ROUNDS):
            root = np.sqrt(weight)
            slopes = np.linalg.lstsq(start * root[:, None], end * root, rcond=None)[0]
            square = (end - start @ slopes) ** 2 * fewer
            common, by_case = _variance(square, size, weight)
            weight = 1 / np.maximum(common + by_case / size, least**2)
            weight /= weight.mean()
        left = (end - start @ slopes) * np.sqrt(fewer)
        left = np.where(np.abs(left) <= least, 0.0, left)
        found = cls(slopes, common, by_case, left, least)
        scores = np.sort(left / np.sqrt(found.variance(size)))
        return cls(slopes, common, by_case, scores, least)

    def foretold(self, step: _Step) -> Floats:
        """The next month of every unit, relative to the mean of the month."""
        return np.asarray(step.start @ self.slopes)

    def variance(self, size: Floats) -> Floats:
        """The variance of the remaining error, by the unit's size."""
        return np.maximum(self.common + self.by_case / size, self.least**2)

    def season(self, steps: list[tuple[_Step, NDArray[np.bool_]]]) -> _Season:
        """Estimate the effect of this month alone, from units without the action, now and a year
        ago.
        """
        start: list[Floats] = []
        left: list[Floats] = []
        weight: list[Floats] = []
        for step, chosen in steps:
            one = 1 / self.variance(step.size[chosen])
            for into, values in (
                (start, step.start[chosen, 0]),
                (left, (step.end - self.foretold(step))[chosen]),
            ):
                into.append(values - (values * one).sum() / one.sum())
            weight.append(one)
        x, y, w = (np.concatenate(each) for each in (start, left, weight))
        steep = float((w * x * y).sum() / max((w * x**2).sum(), 1e-300))
        # As far as it is more than chance, which goes to twice its standard error.
        seen = steep**2 * float((w * x**2).sum())
        slope = steep * max(0.0, 1 - _BY_CHANCE / seen) if seen else 0.0
        unrest = float((w * (y - slope * x) ** 2).mean())
        error = math.sqrt(2 / y.size)
        # Where it is more than chance goes to, it may as well be more than what is seen of it.
        chance = (unrest - 1) ** 2 <= _BY_CHANCE * error**2 or unrest <= 1
        calm = max(1.0, (_CALM + y.size * unrest) / (_CALM + y.size))
        return _Season(slope, calm if chance else unrest * (1 + 2 * error))


@dataclass(frozen=True)
class _Season:
    """The effect of one month of the year, common to all units.

    Parameters
    ----------
    slope : float
        By how much more than usual it follows the month before.
    unrest : float
        How much greater the variance is than usual.
    """

    slope: float
    unrest: float


def _is_same(size: Floats, usual: Floats) -> NDArray[np.bool_]:
    """Whether the size of units has not changed by more than chance."""
    chance = np.sqrt(np.maximum(usual, 0))
    return np.asarray((size * _OTHER + chance >= usual) & (size <= usual * _OTHER + chance))


def _variance(square: Floats, size: Floats, weight: Floats) -> tuple[float, float]:
    """Both parts of the variance a + b ÷ size, none below zero, by weighted least squares."""
    design = np.stack([np.ones(len(size)), 1 / size], axis=1)
    common, by_case = np.linalg.lstsq(design * weight[:, None], square * weight, rcond=None)[0]
    if common < 0:
        return 0.0, float((square * weight / size).sum() / (weight / size**2).sum())
    if by_case < 0:
        return float((square * weight).sum() / weight.sum()), 0.0
    return float(common), float(by_case)
