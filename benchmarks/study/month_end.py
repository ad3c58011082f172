"""How far forecasts of the month's end miss, and how often their interval holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.month_end import YEAR, done_by
from kpi_xl.analysis.pace import pace

Floats = NDArray[np.float64]

DAYS = 22
OPENING, AFTER = 1, 2
"""January brings twice as much as usual, most of it at its beginning; February little."""


@dataclass(frozen=True)
class Told:
    """How forecasts did.

    Parameters
    ----------
    miss : float
        The mean miss of the forecast, of what the units reach.
    line, last_year : float
        The same of a straight line, and of this month's pace by last year's shape alone.
    inside : float
        How often the month ended in the interval.
    """

    miss: float
    line: float
    last_year: float
    inside: float


def world(
    dice: np.random.Generator, units: int, months: int, last: int, seasons: bool
) -> tuple[Floats, NDArray[np.int64]]:
    """Premium of each working day; the last month is the calendar month `last`.

    Units of very different sizes, a rush at the month's end, a market that wanders; with seasons
    an opening month and a holiday, which are never twice the same.
    """
    lengths = dice.integers(20, DAYS + 1, months)
    size = dice.lognormal(0, 0.6, units) * 40
    market = np.cumsum(dice.normal(0, 0.02, months))
    amounts = np.zeros((units, months, DAYS))
    for month in range(months):
        calendar = (last - months + month) % 12 + 1
        day = np.arange(DAYS) / lengths[month]
        times = np.exp(dice.normal(0, 0.08) + market[month])
        shape = 1 + 2 * day**4
        if seasons:
            times *= 1 + 0.1 * np.sin(calendar / 6 * np.pi)
            if calendar == OPENING:
                shape = 1 + 5 * np.exp(-4 * day * np.exp(dice.normal(0, 0.1)))
                times *= 2.2 * np.exp(dice.normal(0, 0.2))
            if calendar == AFTER:
                shape = np.where(day < dice.uniform(0.2, 0.45), 0.15, 1.2)
                times *= 0.6 * np.exp(dice.normal(0, 0.15))
        shape = np.where(day < 1, shape, 0)
        mood = dice.lognormal(0, 0.15, units)
        pieces = dice.poisson((size * times * mood)[:, None] * shape / shape.sum())
        per_piece = 8000 * dice.lognormal(0, 0.5 / np.sqrt(np.maximum(pieces, 1)))
        amounts[:, month] = np.rint(pieces * per_piece)
    return amounts, lengths


def told(
    units: int, months: int, last: int, seasons: bool, elapsed: int, rounds: int, seed: int
) -> Told:
    """Forecast the last month of many worlds on one of its working days.

    Parameters
    ----------
    units, months : int
        The size of a world; months before the last.
    last : int
        Which calendar month is forecast.
    seasons : bool
        Whether there are opening months.
    elapsed : int
        How many working days are over.
    rounds, seed : int
        How many worlds, and which.
    """
    dice = np.random.default_rng(seed)
    missed, inside = np.zeros(3), 0.0
    for _ in range(rounds):
        amounts, lengths = world(dice, units, months + 1, last, seasons)
        days = int(lengths[-1])
        over = min(elapsed, days)
        now, end = amounts[:, -1, :over].sum(axis=1), amounts[:, -1].sum(axis=1)
        found = pace(now, end, over, days, amounts[:, :-1], lengths[:-1])
        line = now * days / over
        before = amounts[:, -1 - YEAR : -YEAR]
        then = np.asarray(lengths[-1 - YEAR : -YEAR] * (over / days), dtype=np.float64)
        by_now = done_by(before, then)[:, 0]
        year = np.where(by_now > 0, now * before.sum(axis=(1, 2)) / np.maximum(by_now, 1), line)
        missed += [np.abs(told - end).sum() / end.sum() for told in (found.forecast, line, year)]
        inside += float(((found.low <= end) & (end <= found.high)).mean())
    miss, straight, last_year = (missed / rounds).tolist()
    return Told(miss, straight, last_year, inside / rounds)
