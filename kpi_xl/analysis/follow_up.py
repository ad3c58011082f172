"""进展检讨: what a KPI did since a measure was taken, beside units that did not take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.kpi import Direction

VERDICTS: Final = ("好于同类", "看不出效果", "差于同类")
"""The verdicts 0 to 2; -1 is "nothing can be said"."""

FEWEST_PEERS: Final = 9
"""Among fewer units without the measure nothing can be said."""

_TAIL: Final = 0.1


@dataclass(frozen=True)
class FollowUp:
    """What became of the units that took a measure.

    Parameters
    ----------
    change : (units,) float64 array
        After − before, in the KPI's unit.
    expected : (units,) float64 array
        The change of units that started from the same value and did not take the measure;
        ``#N/A`` with too few of them.
    verdict : (units,) int8 array
        Places in `VERDICTS`; -1 for units that did not take it, and where nothing can be said.
    """

    change: NDArray[np.float64]
    expected: NDArray[np.float64]
    verdict: NDArray[np.int8]


def follow_up(
    before: ArrayLike, after: ArrayLike, took: ArrayLike, direction: Direction
) -> FollowUp:
    """Compare units that took a measure with those that did not.

    Parameters
    ----------
    before, after : (units,) array_like
        The KPI in the month before the measure and now, in its unit.
    took : (units,) array_like of bool
        Who took it.
    direction : str
        ``"higher"`` or ``"lower"`` is better.

    Returns
    -------
    FollowUp

    Notes
    -----
    Measures go to weak units, and weak units get better by themselves: the expected change is a
    straight line over the starting values of those without the measure (regression to the mean).
    Better is a change that nine in ten of them did not reach beyond the line, worse one that nine
    in ten exceeded; anything between may be chance, and is said to be.

    Examples
    --------
    >>> before = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.6]
    >>> after = [0.52, 0.55, 0.62, 0.64, 0.7, 0.76, 0.79, 0.85, 0.9, 0.75]
    >>> found = follow_up(before, after, [False] * 9 + [True], "higher")
    >>> VERDICTS[found.verdict[-1]], round(found.change[-1], 3).item()
    ('好于同类', 0.15)
    """
    start, end = np.broadcast_arrays(
        np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    )
    acted = np.asarray(took, dtype=bool)
    change = end - start
    known = np.isfinite(change)
    others = known & ~acted
    if others.sum() < FEWEST_PEERS:
        unknown = np.full(change.shape, NOT_AVAILABLE)
        return FollowUp(change, unknown, np.full(change.shape, -1, dtype=np.int8))
    slope, level = _line(start[others], change[others])
    expected = level + slope * start
    beyond = np.sort(change[others] - expected[others])
    rank = int((len(beyond) + 1) * _TAIL)
    low, high = beyond[rank - 1], beyond[-rank]
    gain = change - expected
    verdict = np.where(gain > high, 0, np.where(gain < low, 2, 1))
    if direction == "lower":
        verdict = 2 - verdict
    return FollowUp(
        change=change,
        expected=expected,
        verdict=np.where(acted & known, verdict, -1).astype(np.int8),
    )


def _line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and level of the straight line through the points; flat where all x are equal."""
    centred = x - x.mean()
    square = float(centred @ centred)
    slope = float(centred @ y) / square if square > 0 else 0.0
    return slope, float(y.mean() - slope * x.mean())
