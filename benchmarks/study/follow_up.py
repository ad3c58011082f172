"""How often the follow-up of a measure claims an effect: without one, and with one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.follow_up import follow_up

Floats = NDArray[np.float64]

MONTHS = 24
SMALL, LARGE = 12, 60
TAKERS = ("any", "weakest last month", "weakest of three months", "smallest")


def rates(dice: np.random.Generator, units: int, wander: float) -> tuple[Floats, Floats]:
    """活动率 of units of 12 and of 60 people: own levels that wander, a season, chance by head."""
    people = np.where(np.arange(units) < 0.35 * units, SMALL, LARGE)
    level = 0.7 + 0.08 * dice.standard_normal(units)
    off = np.zeros(units)
    values = np.empty((units, MONTHS))
    for month in range(MONTHS):
        off = 0.8 * off + wander * dice.standard_normal(units)
        season = 0.05 * np.sin(month / 6 * np.pi) + 0.02 * dice.standard_normal()
        share = level + off + season + 0.03 * dice.standard_normal(units)
        values[:, month] = dice.binomial(people, np.clip(share, 0.02, 0.98)) / people
    return values, np.repeat(people[:, None], MONTHS, axis=1).astype(float)


def premium(dice: np.random.Generator, units: int, wander: float) -> tuple[Floats, Floats]:
    """人均保费: few policies of very different amounts."""
    shares, people = rates(dice, units, wander)
    pieces = dice.poisson(shares * people)
    values = np.vectorize(lambda n: np.sum(dice.lognormal(9, 1, n)))(pieces) / people
    return values, people


def takers(
    dice: np.random.Generator, values: Floats, people: Floats, who: str
) -> NDArray[np.bool_]:
    """A quarter of the units, chosen by what was known before."""
    units = len(values)
    by = {
        "any": dice.random(units),
        "weakest last month": values[:, -2],
        "weakest of three months": values[:, -4:-1].mean(axis=1),
        "smallest": people[:, -1] + dice.random(units),
    }[who]
    return np.argsort(np.argsort(by)) < max(units // 4, 1)


def claims(
    kind: str, units: int, who: str, wander: float, effect: float, rounds: int, seed: int
) -> Floats:
    """The shares of takers that are said to be better, the same, worse."""
    dice = np.random.default_rng(seed)
    world = {"rates": rates, "premium": premium}[kind]
    found = np.zeros(3)
    for _ in range(rounds):
        values, people = world(dice, units, wander)
        took = takers(dice, values, people, who)
        values[took, -1] += effect * (1 if kind == "rates" else values.mean())
        verdict = follow_up(values, people, took, "higher").verdict[took]
        found += [(verdict == each).sum() for each in (0, 1, 2)]
    total: float = max(float(found.sum()), 1.0)
    return np.asarray(found / total, dtype=np.float64)


def without_effect(rounds: int) -> Iterator[tuple[str, int, str, float, Floats]]:
    """Every world without any effect."""
    for kind in ("rates", "premium"):
        for units in (8, 32, 100):
            for who in TAKERS:
                for wander in (0.0, 0.04):
                    shares = claims(kind, units, who, wander, 0.0, max(rounds // units, 20), 1)
                    yield kind, units, who, wander, shares
