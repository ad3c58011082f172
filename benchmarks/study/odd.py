"""Branches that the statistics were not made for: what they claim there without any effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.study.diagnosis import Given, finished, measured, supported, world
from benchmarks.study.follow_up import TAKERS, takers
from kpi_xl.analysis.follow_up import follow_up

Floats = NDArray[np.float64]
Chance = np.random.Generator

_MONTHS: Final = 24


def _drawn(dice: Chance, share: Floats, people: Floats) -> tuple[Floats, Floats]:
    """活动率 as people draw it, and the people; a unit without people has none."""
    heads = np.rint(people).astype(int)
    sold = dice.binomial(heads, np.clip(share, 0.02, 0.98))
    return np.where(heads > 0, sold / np.maximum(heads, 1), np.nan), heads.astype(float)


def _level(dice: Chance, units: int) -> Floats:
    return (
        0.7
        + 0.08 * dice.standard_normal((units, 1))
        + 0.03 * dice.standard_normal((units, _MONTHS))
    )


def few_people(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """Teams of three to eight."""
    people = np.repeat(dice.integers(3, 9, (units, 1)), _MONTHS, axis=1).astype(float)
    return _drawn(dice, _level(dice, units), people)


def seasons_of_its_own(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """An opening month and the one after it, in which each unit does as it does every year."""
    of_unit = 0.3 + 0.15 * dice.standard_normal((units, 1))
    month = np.arange(_MONTHS)[None]
    season = of_unit * (month % 12 == 11) - 0.8 * of_unit * (month % 12 == 0)
    people = np.repeat(dice.integers(12, 60, (units, 1)), _MONTHS, axis=1).astype(float)
    return _drawn(dice, _level(dice, units) - 0.15 + season, people)


def closing(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """A quarter of the units lose their people in the last half-year, and sell less as they do."""
    people = np.repeat(dice.integers(12, 60, (units, 1)), _MONTHS, axis=1).astype(float)
    ends = dice.random((units, 1)) < 0.25
    gone = np.clip((np.arange(_MONTHS) - _MONTHS + 7) / 8, 0, 1)
    return _drawn(dice, _level(dice, units) - 0.3 * gone * ends, people * (1 - gone * ends))


def reorganised(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """Half of the units were put together anew four months ago: other people, other habits."""
    when = _MONTHS - 5
    new = dice.random((units, 1)) < 0.5
    after = np.arange(_MONTHS)[None] >= when
    share = np.where(new & after, _level(dice, units), _level(dice, units))
    sizes = dice.integers(8, 60, (2, units, 1))
    return _drawn(dice, share, np.where(new & after, sizes[1], sizes[0]).astype(float))


def founded(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """A third of the units are new: they have been there for five to twelve months, and learn."""
    age = np.where(dice.random((units, 1)) < 1 / 3, dice.integers(5, 13, (units, 1)), _MONTHS)
    month = np.arange(_MONTHS)[None] - (_MONTHS - age)
    learnt = np.where(age < _MONTHS, 0.25 * np.exp(-np.maximum(month, 0) / 4), 0)
    people = np.where(month < 0, 0, dice.integers(8, 40, (units, 1)))
    return _drawn(dice, _level(dice, units) - learnt, people.astype(float))


def great_policies(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """人均保费 where one policy may be a hundred others."""
    people = np.repeat(dice.integers(8, 60, (units, 1)), _MONTHS, axis=1).astype(float)
    pieces = dice.poisson(_level(dice, units).clip(0.1) * people)
    premium = np.vectorize(lambda n: float(np.sum(8000 * (1 + dice.pareto(1.6, n)))))(pieces)
    return premium / people, people


def turning(dice: Chance, units: int) -> tuple[Floats, Floats]:
    """The market gets worse month by month, and for each unit at a pace of its own."""
    people = np.repeat(dice.integers(10, 60, (units, 1)), _MONTHS, axis=1).astype(float)
    pace = np.abs(0.01 * dice.standard_normal((units, 1)))
    return _drawn(dice, _level(dice, units) - pace * np.arange(_MONTHS)[None], people)


BRANCHES: Final[Mapping[str, Callable[[Chance, int], tuple[Floats, Floats]]]] = {
    "每个小组 3 到 8 人": few_people,
    "开门红后的一个月，各单位起落不同": seasons_of_its_own,
    "四分之一的单位正在关闭": closing,
    "一半的单位四个月前重组": reorganised,
    "三分之一是新单位": founded,
    "偶有特大保单的人均保费": great_policies,
    "各单位快慢不同地走下坡": turning,
}


def claimed(name: str, units: int, rounds: int, seed: int) -> tuple[float, float]:
    """The share of measures without an effect that are said to have one, and of those judged.

    The worst of the ways to choose who takes the measure, and how many got any verdict at all.
    """
    worst, judged = 0.0, 1.0
    for who in TAKERS:
        dice = np.random.default_rng((seed, units))
        said = told = 0
        for _ in range(rounds):
            values, people = BRANCHES[name](dice, units)
            took = takers(dice, np.nan_to_num(values), people, who)
            with np.errstate(invalid="ignore"):
                verdict = follow_up(values, people, took, "higher").verdict[took]
            told += int((verdict >= 0).sum())
            said += int(((verdict == 0) | (verdict == 2)).sum())
        worst = max(worst, said / max(told, 1))
        judged = min(judged, told / (rounds * max(units // 4, 1)))
    return worst, judged


def _times(given: Given, factor: Floats) -> Given:
    """Everything that is counted, times (units, months); what is a share of it goes with it."""
    for code, values in given.items():
        if values.dtype.kind == "i":
            given[code] = np.rint(values * factor).astype(np.int64)
    given["closing"] = given["opening"] + given["recruits"] - given["leavers"]
    return given


def _season(dice: Chance, given: Given) -> Given:
    units, months = given["pieces"].shape
    of_unit = 1 + 0.25 * dice.standard_normal((units, 1)).clip(-2, 2)
    opening, after = (np.arange(months) % 12 == place for place in (0, 1))
    factor = np.where(opening, 1 + 0.8 * of_unit, np.where(after, 1 - 0.4 * of_unit, 1.0))
    for code in ("visits", "appointments", "interviews", "closings", "prospects", "pieces"):
        given[code] = np.rint(given[code] * factor).astype(np.int64)
    return given


def _closing(dice: Chance, given: Given) -> Given:
    units, months = given["pieces"].shape
    ends = dice.random((units, 1)) < 0.25
    gone = np.clip((np.arange(months) - months + 6) / 7, 0, 1)
    return _times(given, 1 - gone * ends)


def _reorganised(dice: Chance, given: Given) -> Given:
    units, months = given["pieces"].shape
    size = np.where(dice.random((units, 1)) < 0.5, dice.uniform(0.4, 2.0, (units, 1)), 1.0)
    return _times(given, np.where(np.arange(months) >= months - 4, size, 1.0))


DEFORMED: Final[Mapping[str, tuple[int, int, Callable[[Chance, Given], Given]]]] = {
    "每个单位 6 人": (8, 6, lambda _, given: given),
    "只有 2 个单位": (2, 20, lambda _, given: given),
    "只有 4 个单位": (4, 20, lambda _, given: given),
    "开门红后的一个月，各单位起落不同": (8, 40, _season),
    "四分之一的单位正在关闭": (8, 40, _closing),
    "一半的单位四个月前换了人数": (8, 30, _reorganised),
}
"""How many units, how many people each, and what happens to them that is no weakness."""


def told(name: str, rounds: int, seed: int) -> float:
    """The share of units that are told a supported cause where there is none."""
    units, people, deform = DEFORMED[name]
    found = 0
    for number in range(rounds):
        given = world(units, 14, seed + number, people)
        given = finished(deform(np.random.default_rng((seed, number)), given))
        signals = measured(given)
        found += sum(bool(supported(given, signals, unit)) for unit in range(units))
    return found / rounds / units
