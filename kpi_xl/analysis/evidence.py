"""How unusual every signal is: beside the unit's own months, and beside its peers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.knowledge import Signal
from kpi_xl.analysis.peers import median
from kpi_xl.error_values import NOT_AVAILABLE

Floats = NDArray[np.float64]

MONTHS: Final = 12
"""A unit's own usual is the median of so many months before the last."""

FARTHEST: Final = 4.0
"""More than so many spreads away is no stronger evidence."""

_FEWEST_MONTHS: Final = 3
_FEWEST_PEERS: Final = 4
_LEAST_SPREAD: Final = 0.05  # of the median: closer values differ by chance
_TO_DEVIATION: Final = 1.4826  # of the median absolute deviation, to a standard deviation


@dataclass(frozen=True)
class Signals:
    """Every signal of every unit in the last month, and how unusual it is.

    Parameters
    ----------
    places : mapping of str to int
        Where each signal stands on the first axis, by code; what the data do not tell is absent.
    value, usual, peers : (signals, units) float64 arrays
        The last month, the unit's own median before, the median of all units; ``#N/A`` where
        there are too few months or units.
    deviation : (signals, units) float64 array
        How high the value is, in usual spreads, from -4 to 4: the mean of both comparisons;
        ``#N/A`` without any.
    """

    places: Mapping[str, int]
    value: Floats
    usual: Floats
    peers: Floats
    deviation: Floats

    @functools.cached_property
    def rows(self) -> Mapping[str, list[list[float]]]:
        """The same as plain numbers, which are quicker to look up one by one."""
        return {
            name: getattr(self, name).tolist() for name in ("value", "usual", "peers", "deviation")
        }


def measure(
    signals: Mapping[str, Signal],
    given: Mapping[str, ArrayLike],
    fewest_peers: int = _FEWEST_PEERS,
) -> Signals:
    """Compare every signal of the units of a group.

    Parameters
    ----------
    signals : mapping of str to Signal
        What to look at, by code.
    given : mapping of str to (units, months) array_like
        Measures and KPIs by code, as shown (money in 元), the latest month last.
    fewest_peers : int
        So many units at least are compared with each other, and never fewer than four.

    Returns
    -------
    Signals

    Notes
    -----
    deviation = (value − median) ÷ spread, spread = 1.4826 × median absolute deviation, but at least
    5% of the median; once over the unit's own months, once over the units of the group. Medians
    do not mind the odd month or unit that is far out.

    Examples
    --------
    >>> signals = {"KPI_ACTIVITY": Signal("KPI_ACTIVITY", "活动率", "%", None, None)}
    >>> rates = [[0.8] * 6, [0.8] * 6, [0.8] * 6, [0.8] * 5 + [0.7]]
    >>> measure(signals, {"KPI_ACTIVITY": rates}).deviation.round(2).tolist()
    [[0.0, 0.0, 0.0, -2.5]]
    """
    found = {code: values for code, s in signals.items() if (values := s.values(given)) is not None}
    if not found:
        nothing = np.zeros((0, 0))
        return Signals({}, nothing, nothing, nothing, nothing)
    history = np.stack(np.broadcast_arrays(*found.values()))
    value = history[..., -1]
    before = history[..., -1 - MONTHS : -1]
    usual, own = _compared(value, before, _FEWEST_MONTHS)
    peers, beside = _compared(value, value[:, None, :], max(fewest_peers, _FEWEST_PEERS))
    both = np.stack([own, beside])
    known = np.isfinite(both)
    count = known.sum(axis=0)
    total = np.where(known, both, 0.0).sum(axis=0)
    return Signals(
        places={code: place for place, code in enumerate(found)},
        value=value,
        usual=usual,
        peers=peers,
        deviation=np.where(count > 0, total / np.maximum(count, 1), NOT_AVAILABLE),
    )


def _compared(value: Floats, others: Floats, fewest: int) -> tuple[Floats, Floats]:
    """The median of others along the last axis, and how far the value is from it in spreads.

    The others are (signals, units, months), or (signals, 1, units) when they are the same for all.
    """
    middle = median(others)
    off = median(np.abs(others - middle[..., None]))
    spread = np.maximum(off * _TO_DEVIATION, np.abs(middle) * _LEAST_SPREAD)
    apart = (value - middle) / np.where(spread > 0, spread, 1.0)
    far = np.where(spread > 0, np.clip(apart, -FARTHEST, FARTHEST), np.sign(apart) * FARTHEST)
    enough = np.isfinite(others).sum(axis=-1) >= fewest
    return (
        np.where(enough, np.broadcast_to(middle, value.shape), NOT_AVAILABLE),
        np.where(enough & np.isfinite(far), far, NOT_AVAILABLE),
    )
