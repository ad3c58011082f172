"""How often a steady series gives a signal, and how soon one that has shifted does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.signals import xmr

MONTHS = 24


def false_signals(kind: str, rounds: int, seed: int) -> float:
    """The share of months of steady series with a signal, from the 13th to the 24th."""
    dice = np.random.default_rng(seed)
    size = (rounds, MONTHS)
    worlds: dict[str, Callable[[], NDArray[np.float64]]] = {
        "normal": lambda: dice.normal(0.7, 0.05, size),
        "counts": lambda: dice.poisson(8, size).astype(float),
        "rates": lambda: dice.binomial(12, 0.7, size) / 12,
        "premium": lambda: dice.lognormal(9, 0.4, size),
    }
    return float((xmr(worlds[kind]()).signal[:, 12:] > 0).mean())


def delays(shift: float, rounds: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of series that have given the right signal 1, 2, … 12 months after a shift.

    Parameters
    ----------
    shift : float
        By how many standard deviations the level goes down after twelve months.
    rounds, seed : int
        How many series, and which.
    """
    dice = np.random.default_rng(seed)
    series = dice.normal(0, 1, (rounds, MONTHS))
    series[:, 12:] -= shift
    below = np.isin(xmr(series).signal[:, 12:], (2, 4))
    return np.asarray(np.maximum.accumulate(below, axis=1).mean(axis=0))
