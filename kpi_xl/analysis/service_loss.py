"""The month of service that loses most people, against the other months and against peers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from kpi_xl.analysis.evidence import FARTHEST, Signals
from kpi_xl.analysis.survival import CONFIDENCE, Survival
from kpi_xl.formula import divide

FEWEST: Final = 10
"""A month of service that fewer people were seen in says nothing."""

FEWEST_LEAVERS: Final = 3
"""Two who left are no pattern, however seldom anybody leaves."""


@dataclass(frozen=True)
class WorstMonth:
    """The month of service that loses more people than the others.

    Parameters
    ----------
    month : int
        1 for the first.
    left, at_risk : int
        Who left in it, and who was seen in it (人).
    hazard, low, high : float
        The share that leaves in it, and its interval.
    others : float
        What the months lose in the mean that are not in `months`.
    months : tuple of int
        All that lose more than the others together, this one among them.
    """

    month: int
    left: int
    at_risk: int
    hazard: float
    low: float
    high: float
    others: float
    months: tuple[int, ...]


def worst_month(found: Survival) -> WorstMonth | None:
    """The month of service with the highest hazard, among those beyond chance.

    Parameters
    ----------
    found : Survival
        Such as from `kpi_xl.analysis.survival.survival`.

    Returns
    -------
    WorstMonth or None
        None where the months are alike as far as can be told.

    Notes
    -----
    Each month with at least `FEWEST` people is compared with all others together (`tail`), and as
    many times as there are months chance has its chance (Bonferroni), so that of people who leave
    at any time alike at most 5% are told such a month. It takes `FEWEST_LEAVERS`.

    Examples
    --------
    >>> from kpi_xl.analysis.survival import Spells, survival
    >>> stays = np.concatenate([np.full(20, 3.5), np.linspace(0.5, 12, 40), np.full(60, 12.0)])
    >>> people = Spells(np.full(120, -1.0), stays, stays < 12)
    >>> worst = worst_month(survival(people, 12))
    >>> worst.month, worst.left, worst.months
    (4, 23, (4,))
    """
    shown = np.flatnonzero((found.at_risk >= FEWEST) & np.isfinite(found.hazard))
    left = found.left[shown]
    served = np.maximum(np.rint(found.exposed[shown]).astype(np.int64), left)
    everybody, everything = int(served.sum()), int(left.sum())
    chance = [
        tail(out, cases, everything - out, everybody - cases)
        for out, cases in zip(left.tolist(), served.tolist(), strict=True)
    ]
    told = (np.array(chance) * len(shown) < 1 - CONFIDENCE) & (left >= FEWEST_LEAVERS)
    if not told.any():
        return None
    months = shown[told]
    n = int(months[np.argmax(found.hazard[months])])
    return WorstMonth(
        month=n + 1,
        left=int(found.left[n]),
        at_risk=int(found.at_risk[n]),
        hazard=float(found.hazard[n]),
        low=float(found.hazard_low[n]),
        high=float(found.hazard_high[n]),
        others=float(divide(left[~told].sum(), served[~told].sum())),
        months=tuple((months + 1).tolist()),
    )


def limited_by_chance(
    signals: Signals, left: Mapping[str, ArrayLike], served: Mapping[str, ArrayLike]
) -> Signals:
    """Limit the signals to what an exact test against the peers confirms.

    Leavers of one month of service are few, and `kpi_xl.analysis.evidence.measure` reckons with
    deviations as of many.

    Parameters
    ----------
    signals : Signals
        The signals as measured, before the test.
    left, served : mapping of str to (units,) array_like
        Who left and who was at risk, by the code of the signal that is their ratio.

    Returns
    -------
    Signals
    """
    deviation = signals.deviation.copy()
    for code, place in signals.places.items():
        if code not in left:
            continue
        out = np.asarray(left[code], dtype=np.int64)
        cases = np.maximum(np.asarray(served[code], dtype=np.int64), out)
        for unit, far in enumerate(deviation[place].tolist()):
            if math.isfinite(far):
                of_others = int(cases.sum() - cases[unit])
                more = int(out.sum() - out[unit])
                most = _deviation(int(out[unit]), int(cases[unit]), more, of_others, far > 0)
                deviation[place, unit] = math.copysign(min(abs(far), most), far)
    return replace(signals, deviation=deviation)


def _deviation(events: int, cases: int, more_events: int, more_cases: int, high: bool) -> float:
    """The probability of so many events, or so few, as standard deviations; not below 0."""
    if not high:  # so few that leave are so many that stay
        events, more_events = cases - events, more_cases - more_events
    chance = tail(events, cases, more_events, more_cases)
    if chance <= 0:
        return FARTHEST
    return min(max(-NormalDist().inv_cdf(chance), 0.0), FARTHEST) if chance < 1 else 0.0


def tail(events: int, cases: int, more_events: int, more_cases: int) -> float:
    """The probability that chance alone brings so many of the events to these cases.

    Parameters
    ----------
    events, cases : int
        Such as who left in the fourth month, and who was at risk in it.
    more_events, more_cases : int
        The same of those they are compared with.

    Returns
    -------
    float
        The share of all ways to spread the events that brings at least as many here.

    Notes
    -----
    Fisher's exact test, one-sided (R. A. Fisher, 1934): exact for few events, too.

    Examples
    --------
    >>> round(tail(3, 4, 1, 4), 4)
    0.2429
    """
    together, everybody = events + more_events, cases + more_cases
    ways = [
        _ways(cases, x) + _ways(more_cases, together - x) - _ways(everybody, together)
        for x in range(events, min(cases, together) + 1)
        if together - x <= more_cases
    ]
    return min(sum(map(math.exp, ways)), 1.0)


def _ways(of: int, some: int) -> float:
    """The logarithm of the number of ways to choose some."""
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)
