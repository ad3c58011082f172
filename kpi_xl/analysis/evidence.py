"""How unusual every signal is: compared with the unit's own months, and with its peers."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kpi_xl.analysis.knowledge import Signal
from kpi_xl.analysis.peers import median
from kpi_xl.error_values import NOT_AVAILABLE

Floats = NDArray[np.float64]

MONTHS: Final = 12
"""A unit's own usual is that of so many months before the last."""

FARTHEST: Final = 4.0
"""More than so many standard deviations away is no stronger evidence."""

FEWEST_CASES: Final = 5
"""A ratio of fewer people or cases is no evidence: 0 of 2 newcomers tells nothing."""

_TOGETHER: Final = 1.85
"""Both deviations added up vary so much: they share the value, and go together by about 0.7."""

_FEWEST_MONTHS: Final = 6
_FEWEST_PEERS: Final = 4
_LEAST_SPREAD: Final = 0.01  # of the mean: closer values differ by chance
_LEAST_OF_MONEY: Final = 0.05


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
        How high the value is, in standard deviations of what chance does, from -4 to 4; ``#N/A``
        where nothing can be compared.
    """

    places: Mapping[str, int]
    value: Floats
    usual: Floats
    peers: Floats
    deviation: Floats

    @functools.cached_property
    def rows(self) -> Mapping[str, list[list[float]]]:
        """The same as Python numbers, which are faster to look up one by one."""
        return {
            name: getattr(self, name).tolist() for name in ("value", "usual", "peers", "deviation")
        }


def side_by_side(parts: Sequence[tuple[NDArray[np.int64], Signals]]) -> Signals:
    """The signals of units that were compared in groups of peers.

    Parameters
    ----------
    parts : sequence of (int64 array, Signals)
        The places of the units of each group among all, and their signals; the same ones in each.
    """
    order = np.argsort(np.concatenate([places for places, _ in parts]))

    def of(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for _, one in parts], axis=1)[:, order]

    return Signals(
        places=parts[0][1].places,
        value=of("value"),
        usual=of("usual"),
        peers=of("peers"),
        deviation=of("deviation"),
    )


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
    t = (value − mean) ÷ √(variance × (1 + 1/n)), once over the unit's own n months before, once
    over the n other units; the variance is at least that of chance among so few people: p(1 − p) ÷
    cases of a share, rate ÷ cases of a count by head; money is compared in logarithms. Each t
    becomes the standard deviation that is as seldom (D. L. Wallace, 1959); of both the greater
    counts, less what looking twice takes, √(z² − 2 ln 2), or their sum ÷ 1.85 if that is more.

    Examples
    --------
    >>> signals = {"KPI_ACTIVITY": Signal("KPI_ACTIVITY", "活动率", "%", None, None)}
    >>> steady = [0.8, 0.79, 0.81, 0.8, 0.79, 0.81]
    >>> rates = [[*steady, 0.8], [*steady, 0.79], [*steady, 0.81], [*steady, 0.8], [*steady, 0.7]]
    >>> measure(signals, {"KPI_ACTIVITY": rates}).deviation.round(1).tolist()
    [[0.0, -0.0, 0.7, 0.0, -3.2]]
    """
    found = {code: values for code, s in signals.items() if (values := s.values(given)) is not None}
    if not found:
        nothing = np.zeros((0, 0))
        return Signals({}, nothing, nothing, nothing, nothing)
    history = np.stack(np.broadcast_arrays(*found.values()))
    value, before = history[..., -1], history[..., -1 - MONTHS : -1]
    cases = np.stack([_cases(signals[code], given, value.shape[1:]) for code in found])
    shares = np.array([signals[code].unit == "%" for code in found])[:, None]
    enough = ~(cases < FEWEST_CASES)
    money = np.array([signals[code].unit == "元" for code in found])[:, None, None]
    scale = _logarithms(history, money)
    now, past = scale[..., -1], scale[..., -1 - MONTHS : -1]
    enough_peers = max(fewest_peers, _FEWEST_PEERS)
    own, beside = (
        _deviation(now, *moments, fewest, cases, shares, money[..., 0])
        for moments, fewest in ((_moments(past), _FEWEST_MONTHS), (_others(now), enough_peers))
    )
    both = np.stack([own, beside])
    known = np.isfinite(both)
    size = np.where(known, np.abs(both), -1.0)
    farther = np.take_along_axis(both, size.argmax(axis=0)[None], axis=0)[0]
    looked = known.sum(axis=0)
    twice = np.where(looked > 1, 2 * np.log(2), 0.0)
    alone = np.sqrt(np.maximum(farther**2 - twice, 0.0))
    together = np.abs(own + beside) / _TOGETHER
    far = np.sign(farther) * np.fmax(alone, np.where(own * beside > 0, together, 0.0))
    return Signals(
        places={code: place for place, code in enumerate(found)},
        value=value,
        usual=_usual(before, _FEWEST_MONTHS),
        peers=np.broadcast_to(_usual(value[:, None, :], enough_peers), value.shape),
        deviation=np.where((looked > 0) & enough, np.clip(far, -FARTHEST, FARTHEST), NOT_AVAILABLE),
    )


def _logarithms(history: Floats, money: NDArray[np.bool_]) -> Floats:
    """Take the logarithm of amounts of money, so that twice and half as much are equally far
    off.
    """
    positive = np.where(history > 0, history, np.nan)
    return np.where(money, np.log(positive), history)


def _cases(signal: Signal, given: Mapping[str, ArrayLike], shape: tuple[int, ...]) -> Floats:
    """The number of people or cases behind a signal's last value; NaN where it is not known."""
    if signal.denominator is None or signal.unit == "元":
        return np.full(shape, np.nan)
    return np.asarray(given[signal.denominator], dtype=np.float64)[..., -1]


def _moments(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and number of the known values along the last axis."""
    known = np.isfinite(values)
    count = known.sum(axis=-1).astype(np.float64)
    mean = np.where(known, values, 0.0).sum(axis=-1) / np.maximum(count, 1)
    square = np.where(known, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    return mean, square / np.maximum(count - 1, 1), count


def _others(value: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and number over all other units, for each unit."""
    known = np.isfinite(value)
    mine = np.where(known, value, 0.0)
    count = known.sum(axis=-1, keepdims=True) - known
    mean = (mine.sum(axis=-1, keepdims=True) - mine) / np.maximum(count, 1)
    middle = mine.sum(axis=-1, keepdims=True) / np.maximum(known.sum(axis=-1, keepdims=True), 1)
    off = np.where(known, (value - middle) ** 2, 0.0)
    square = off.sum(axis=-1, keepdims=True) - off - count * (mean - middle) ** 2
    return mean, np.maximum(square, 0.0) / np.maximum(count - 1, 1), count.astype(np.float64)


def _deviation(
    value: Floats,
    mean: Floats,
    variance: Floats,
    count: Floats,
    fewest: int,
    cases: Floats,
    shares: NDArray[np.bool_],
    money: NDArray[np.bool_],
) -> Floats:
    """The distance of a value in standard deviations of chance."""
    inside = np.where(shares, np.clip(mean, 0, 1) * (1 - np.clip(mean, 0, 1)), np.abs(mean))
    chance = np.where(cases > 0, inside / np.where(cases > 0, cases, 1.0), 0.0)
    close = np.where(money, _LEAST_OF_MONEY, _LEAST_SPREAD * np.abs(mean))
    least = np.maximum(close**2, chance)
    spread = np.sqrt(np.maximum(variance, least) * (1 + 1 / np.maximum(count, 1)))
    apart = value - mean
    t = np.where(spread > 0, apart / np.where(spread > 0, spread, 1.0), np.sign(apart) * FARTHEST)
    free = np.maximum(count - 1, 1)
    z = np.sign(t) * np.sqrt(free * np.log1p(t**2 / free)) * (1 - 3 / (4 * free))
    return np.where((count >= fewest) & np.isfinite(z), z, NOT_AVAILABLE)


def _usual(others: Floats, fewest: int) -> Floats:
    """The median of the other units along the last axis."""
    enough = np.isfinite(others).sum(axis=-1) >= fewest
    return np.where(enough, median(others), NOT_AVAILABLE)
