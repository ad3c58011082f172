"""How often diagnosis supports a cause: by chance alone, and where one is planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kpi_xl.analysis.diagnosis import TOPICS, RankedCause, diagnose
from kpi_xl.analysis.evidence import Signals, measure
from kpi_xl.analysis.knowledge import Signal, knowledge
from kpi_xl.analysis.service_loss import limited_by_chance
from kpi_xl.catalogue import kpis

BASE = knowledge()
COUNTS = {
    "opening": 60, "recruits": 6, "leavers": 6, "producers": 48, "pieces": 130, "visits": 900,
    "appointments": 1400, "interviews": 500, "closings": 120, "prospects": 300,
    "recruiting_talks": 60, "days_present": 1150, "days_due": 1300, "opening_managers": 8,
    "effective": 40, "cohort_3": 12, "retained_3": 9, "confirmed_3": 6, "cohort_6": 12,
    "confirmed_6": 5, "cohort_13": 12, "retained_13": 5, "due_pieces": 200, "collected_pieces": 170,
    "outlets": 30, "active_outlets": 22, "licensed": 55,
}  # fmt: skip


SHARES = {
    "producers": "opening", "effective": "producers", "retained_3": "cohort_3",
    "confirmed_3": "cohort_3", "confirmed_6": "cohort_6", "retained_13": "cohort_13",
    "collected_pieces": "due_pieces", "days_present": "days_due", "active_outlets": "outlets",
    "licensed": "opening", "opening_managers": "opening",
}  # fmt: skip
"""What is counted among others, and can be no more than all of them."""

Given = dict[str, Any]


def world(units: int = 12, months: int = 14, seed: int = 1, people: int = 60) -> Given:
    """Measures of units that are alike but for chance; money in 元.

    Parameters
    ----------
    units, months, seed : int
        The size of the world, and which.
    people : int
        Heads of every unit; everything else goes with them.
    """
    dice = np.random.default_rng(seed)
    size = (units, months)
    given: Given = {"opening": np.full(size, people)}
    for code, mean in COUNTS.items():
        if code not in SHARES and code != "opening":
            # Months of people differ by more than chance: they have good and bad ones.
            mood = dice.gamma(100, 1 / 100, size)
            given[code] = dice.poisson(mean * people / COUNTS["opening"] * mood)
    for code, of in SHARES.items():
        given[code] = dice.binomial(given[of], COUNTS[code] / COUNTS[of])
    given["closing"] = given["opening"] + given["recruits"] - given["leavers"]
    given["size"] = 4000 * dice.lognormal(0, 0.1, size)
    given["regular"] = np.clip(0.7 + 0.05 * dice.standard_normal(size), 0, 1)
    given["fyc_rate"] = np.full(size, 0.3)
    return given | _losses(np.random.default_rng((seed, 1)), units, months, people)


SERVICE = range(1, 13)
"""The months of service whose losses are compared."""


def _losses(dice: np.random.Generator, units: int, months: int, people: int) -> Given:
    """Who left in which month of service in a year: a tenth of those who begin it, by chance."""
    given: Given = {}
    begin = dice.poisson(12 * COUNTS["recruits"] * people / COUNTS["opening"], units)
    for n in SERVICE:
        left = dice.binomial(begin, 0.1)
        for what, counts in (("left", left), ("served", begin)):
            given[f"{what}_month_{n}"] = np.full((units, months), np.nan)
            given[f"{what}_month_{n}"][:, -1] = counts
        begin = begin - left
    return given


def leave_in(month: int, share: float, given: Given, unit: int) -> None:
    """Let so many more of a unit's people leave in a month of service, and in the last month."""
    left, served = given[f"left_month_{month}"], given[f"served_month_{month}"][unit, -1]
    left[unit, -1] = min(left[unit, -1] + round(share * served), served)
    given["leavers"][unit, -1] += round(given["opening"][unit, -1] * 0.15)
    given["closing"][unit, -1] = (
        given["opening"][unit, -1] + given["recruits"][unit, -1] - given["leavers"][unit, -1]
    )


def loss_found(month: int, share: float, people: int, rounds: int, seed: int) -> float:
    """How often the month of service that loses people comes first, and supported."""
    right = 0
    for number in range(rounds):
        raw = world(8, 14, seed + number, people)
        leave_in(month, share, raw, 0)
        first = diagnose("KPI_ATTRITION", 0, measured(finished(raw)), BASE)[0]
        named = first.numbers and first.numbers[0].name == f"第 {month} 个月流失率"
        right += bool(named) and first.verdict == "数据支持"
    return right / rounds


def measured(given: Given) -> Signals:
    """The signals of a world, as `kpi_xl.findings.findings.Findings.signals`."""
    last = {
        what: {f"left_in_month_{n}": given[f"{what}_month_{n}"][:, -1] for n in SERVICE}
        for what in ("left", "served")
    }
    return limited_by_chance(measure(BASE.signals, given), last["left"], last["served"])


def finished(given: Given) -> Given:
    """Measures and KPIs by code: counts become premium, and all become KPIs."""
    given = dict(given)
    given["new_premium"] = np.round(given["pieces"] * given.pop("size"))
    given["regular_premium"] = given["new_premium"] * given.pop("regular")
    given["fyc"] = given["new_premium"] * given.pop("fyc_rate")
    given["first_year_renewal"] = given["new_premium"] * 0
    given["due_premium"], given["collected_premium"] = (
        given["due_pieces"] * 3000,
        given["collected_pieces"] * 3000,
    )
    for code, kpi in kpis.items():
        if all(m.code in given for m in kpi.measures) and code != "KPI_PERSISTENCY_COMBINED":
            given[code] = kpi(**{m.code: given[m.code] for m in kpi.measures})
    return given


@dataclass(frozen=True)
class Plant:
    """A cause that is planted.

    Parameters
    ----------
    kpi : str
        The KPI that gets weak by it.
    cause : str
        Its id in the knowledge base.
    moved : mapping of str to float
        What the measures of the last month are multiplied with where the effect is full.
    """

    kpi: str
    cause: str
    moved: Mapping[str, float]


PLANTS = (
    Plant("KPI_RECRUIT_RATE", "few_talks", {"recruiting_talks": 1, "recruits": 1}),
    Plant("KPI_RECRUIT_RATE", "talks_fail", {"recruits": 1}),
    Plant("KPI_RECRUIT_RATE", "few_managers", {"opening_managers": 1, "recruits": 0.5}),
    Plant("KPI_ACTIVITY", "attendance", {"days_present": 0.5, "producers": 0.5}),
    Plant("KPI_ACTIVITY", "few_visits", {"visits": 1, "interviews": 1, "producers": 0.5}),
    Plant("KPI_ACTIVITY", "few_prospects", {"prospects": 1, "producers": 0.5}),
    Plant("KPI_ACTIVITY", "process", {"interviews": 1, "closings": 1, "producers": 0.5}),
    Plant("KPI_ACTIVITY", "no_market", {"active_outlets": 1, "producers": 0.5}),
    Plant("KPI_ACTIVITY", "training", {"closings": 1, "producers": 0.5}),
    Plant("KPI_PIECES_PER_CAPITA", "few_each", {"pieces": 1}),
    Plant("KPI_PIECES_PER_CAPITA", "few_active", {"producers": 1, "pieces": 1}),
    Plant("KPI_PREMIUM_PER_PIECE", "easy_products", {"size": 0.5, "regular": 1}),
    Plant("KPI_FYP_PER_CAPITA", "small_cases", {"size": 1}),
    Plant("KPI_PERSISTENCY", "no_service", {"visits": 1, "collected_pieces": 0.5}),
)
"""What goes down in the last month by so much of the effect."""


def planted(given: Given, plant: Plant, effect: float, unit: int) -> None:
    """Plant a cause in a unit's last month: measures fall by their part of the effect."""
    for code, part in plant.moved.items():
        kept = given[code][unit, -1] * (1 - effect * part)
        given[code][unit, -1] = kept if code in ("size", "regular") else round(kept)


def found(plants: Sequence[Plant], effect: float, people: int, rounds: int, seed: int) -> float:
    """How often the planted causes come first, each in the diagnosis of its KPI, and supported."""
    right = 0
    for number in range(rounds):
        raw = world(8, 14, seed + number, people)
        for plant in plants:
            planted(raw, plant, effect, unit=0)
        signals = measured(finished(raw))
        for plant in plants:
            first = diagnose(plant.kpi, 0, signals, BASE)[0]
            right += (first.cause.id, first.verdict) == (plant.cause, "数据支持")
    return right / rounds / len(plants)


def weakest(given: Given, unit: int) -> list[str]:
    """The KPIs of the topics that a unit is weakest in, beside its months and its peers."""
    first = [topic.kpis[0] for topic in BASE.topics if topic.kpis[0] in given]
    watched = {code: Signal(code, code, "%", None, None) for code in first}
    off = measure(watched, given)
    sign = {code: -1 if kpis[code].direction == "lower" else 1 for code in first}
    score = {code: sign[code] * off.deviation[off.places[code], unit] for code in first}
    known = [code for code in first if np.isfinite(score[code])]
    return sorted(known, key=score.__getitem__)[:TOPICS]


def supported(given: Given, signals: Signals, unit: int) -> list[RankedCause]:
    """The causes of a unit's weaknesses that the data are said to support."""
    return [
        cause
        for code in weakest(given, unit)
        for cause in diagnose(code, unit, signals, BASE)
        if cause.verdict == "数据支持"
    ]


def told_by_chance(units: int, people: int, rounds: int, seed: int) -> float:
    """The share of units that are told a supported cause where there is nothing but chance."""
    told = 0
    for number in range(rounds):
        given = finished(world(units, 14, seed + number, people))
        signals = measured(given)
        told += sum(bool(supported(given, signals, unit)) for unit in range(units))
    return told / rounds / units
