"""How often the intervals of retention hold what is true, and what is said of months alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kpi_xl.analysis.logrank import logrank
from kpi_xl.analysis.service_loss import worst_month
from kpi_xl.analysis.survival import Spells, survival

MONTHS = 13

_HAZARDS = np.array([0.012, 0.05, *[0.125] * 6, *[0.06] * 6, *[0.03] * 11, *[0.015] * 40])
"""Of those who begin a month of service the share that leaves in it, as in the sample."""


@dataclass(frozen=True)
class Held:
    """How often intervals hold what is true.

    Parameters
    ----------
    share, hazard : float
        Over the months of service.
    worst_share : float
        In the month where they do worst.
    """

    share: float
    hazard: float
    worst_share: float


def held(people: int, late: float, rounds: int, seed: int) -> Held:
    """Compare intervals with the truth.

    Parameters
    ----------
    people : int
        How many are seen at all.
    late : float
        The share of those who come into view when they have served for a while.
    rounds, seed : int
        How many groups, and which.
    """
    dice = np.random.default_rng(seed)
    truth = np.cumprod(1 - _HAZARDS)[:MONTHS]
    shares, hazards = [], []
    for _ in range(rounds):
        found = survival(_group(dice, people, late), MONTHS)
        inside = (found.low <= truth) & (truth <= found.high)
        shares.append(np.where(np.isnan(found.share), np.nan, inside))
        inside = (found.hazard_low <= _HAZARDS[:MONTHS]) & (_HAZARDS[:MONTHS] <= found.hazard_high)
        hazards.append(np.where(np.isnan(found.hazard), np.nan, inside))
    by_month = np.nanmean(shares, axis=0)
    return Held(float(np.nanmean(shares)), float(np.nanmean(hazards)), float(by_month.min()))


def _group(dice: np.random.Generator, people: int, late: float) -> Spells:
    """People who signed over two years, some before that, seen until the two years are over."""
    stays = _stays(dice, 20 * people)
    entry = np.where(dice.random(stays.size) < late, dice.uniform(0, 36, stays.size), -1.0)
    until = np.where(entry < 0, dice.uniform(0, 24, stays.size), entry + 24)
    seen = np.flatnonzero(stays > entry)[:people]
    stays, entry, until = stays[seen], entry[seen], until[seen]
    return Spells(entry, np.minimum(stays, until), stays <= until)


def _stays(dice: np.random.Generator, people: int, hazards: np.ndarray = _HAZARDS) -> np.ndarray:
    """How long people stay: at a steady rate within each month of service."""
    rates = -np.log1p(-hazards)
    upto = np.concatenate([[0.0], np.cumsum(rates)])
    drawn = dice.exponential(1.0, people)
    month = np.minimum(np.searchsorted(upto, drawn, side="right") - 1, len(rates) - 1)
    stays: np.ndarray = month + (drawn - upto[month]) / rates[month]
    return stays


def told_of_months(extra: float, people: int, rounds: int, seed: int) -> float:
    """How often the fourth month is said to be the worst, where it takes so much more than others.

    Without any more: how often any month is.
    """
    dice = np.random.default_rng(seed)
    hazards = np.full(60, 0.05)
    hazards[3] += extra
    told = 0
    for _ in range(rounds):
        stays = _stays(dice, people, hazards)
        until = dice.uniform(0, 24, people)
        found = survival(
            Spells(np.full(people, -1.0), np.minimum(stays, until), stays <= until), 24
        )
        worst = worst_month(found)
        told += worst is not None and (not extra or worst.month == 4)
    return told / rounds


def told_apart(faster: float, groups: int, people: int, rounds: int, seed: int) -> float:
    """How often groups are said to differ, one of which loses people so much faster."""
    dice = np.random.default_rng(seed)
    told = 0
    for _ in range(rounds):
        found = []
        for group in range(groups):
            rate = faster if group == 0 else 1.0
            stays = _stays(dice, people, np.minimum(_HAZARDS * rate, 0.95))
            until = dice.uniform(0, 24, people)
            found.append(Spells(np.full(people, -1.0), np.minimum(stays, until), stays <= until))
        p = logrank(found).p
        told += math.isfinite(p) and p < 0.05
    return told / rounds
