"""Warnings grouped by fact, each with its part of the money that a unit's result lacks.

首年新单保费, 人均FYP and 件均保费 are warned of together where policies became smaller: one fact
that 件均保费 explains. Which KPIs move together is read from their formulas, and from the unit's
one chain of factors, against which all money is counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.evidence import MONTHS
from kpi_xl.analysis.impact import Claim, impacts
from kpi_xl.analysis.peers import median
from kpi_xl.analysis.trees import Tree
from kpi_xl.analysis.warnings import KpiWarning, costliest
from kpi_xl.cached import kept
from kpi_xl.findings.drivers import Split
from kpi_xl.findings.judged_month import Floats, JudgedMonth
from kpi_xl.findings.makeup import Codes, Ratio, codes_of, ratio_of, terms_of
from kpi_xl.formula import Formula, divide
from kpi_xl.kpi import Kpi

_NO_FACTOR: Final = 99
"""What is no product of factors explains less than whatever is."""

_MOSTLY: Final = 0.5
"""A ratio is short for its base where that made so much of what it lacks."""


@dataclass(frozen=True)
class _About:
    """The part of a unit's month that a KPI is about.

    Parameters
    ----------
    codes : frozenset of str
        The measures of the quantity.
    is_base : bool
        Whether it is what the KPI is measured by: more people of whom as few sold as ever.
    has_base : bool
        Whether the KPI is a ratio.
    is_itself : bool
        Whether a ratio is short though its base fell with what is counted: discounts grew while
        offers and sales became fewer alike. The fewer sales are another fact.
    """

    codes: Codes
    is_base: bool
    has_base: bool
    is_itself: bool


class Facts:
    """Groups the warnings of a level's units by fact.

    Parameters
    ----------
    month : JudgedMonth
        The units and their month.
    tree : Tree or None
        The factors of their results; None where there are none.
    """

    def __init__(self, month: JudgedMonth, tree: Tree | None) -> None:
        self._month = month
        self._tree = tree

    def of(self, unit: int, found: Sequence[KpiWarning], chain: Split | None) -> list[KpiWarning]:
        """A unit's warnings, one for each fact, with amounts, the costliest first.

        Parameters
        ----------
        unit : int
            Its index in the cube.
        found : sequence of KpiWarning
            Those of every KPI by itself.
        chain : Split or None
            What its result lacks; without it nothing has money.
        """
        place = self._month.units.index(unit)
        together: dict[tuple[str, object], list[KpiWarning]] = {}
        for one in found:
            together.setdefault(self._fact(one.kpi, place, chain), []).append(one)
        facts = [self._joined(sorted(own, key=self._rank)) for own in together.values()]
        if chain is None:
            return costliest(facts)
        claims = [self._claim(one.kpi, place, chain) for one in facts]
        money = impacts(chain.shares, claims)
        return costliest(
            self._paid(one, claim, cost, chain)
            for one, claim, cost in zip(facts, claims, money, strict=True)
        )

    def _rank(self, warning: KpiWarning) -> tuple[int, int, str]:
        """The sort key of KPIs: the one that explains most comes first."""
        made_of = self._range(warning.kpi)
        factors = len(made_of) if made_of else _NO_FACTOR
        return factors, len(self._month.kpis[warning.kpi].measures), warning.kpi

    def _joined(self, own: Sequence[KpiWarning]) -> KpiWarning:
        first, *others = own
        if not others:
            return first
        names = "、".join(
            f"{self._name(one)}（{one.status}）" if one.status != first.status else self._name(one)
            for one in others
        )
        reasons = (*first.reasons, f"同一件事：{names}")
        news = next((one for one in others if one.is_news and not first.is_news), None)
        since = first.since
        if news is not None:
            since += f"，{self._name(news)}{'是信号' if news.is_signal else '本月新出现'}"
        return replace(first, also=tuple(others), reasons=reasons, since=since)

    def _name(self, warning: KpiWarning) -> str:
        return self._month.kpis[warning.kpi].name

    @staticmethod
    def _paid(fact: KpiWarning, claim: Claim, cost: int, chain: Split) -> KpiWarning:
        """Add the amount to a warning; of a KPI that moves a factor, name the factor."""
        reasons = fact.reasons
        if claim.moves and claim.part and chain.shares[claim.factors[0]] < 0:
            factor = chain.tree.factors[claim.factors[0]].name
            told = f"影响是{factor}里的一份" if cost else f"影响算在{factor}里"
            reasons = (*reasons, told)
        return replace(fact, cost=cost, reasons=reasons)

    # -- which fact ------------------------------------------------------------------------------

    def _fact(self, code: str, place: int, chain: Split | None) -> tuple[str, object]:
        """The fact behind a KPI's shortfall: a factor of the chain, or a quantity."""
        about = self._about(code)[place]
        if about.is_base:
            return "base", about.codes
        within = self._range(code)
        if about.is_itself and not within:
            return "ratio", code
        quantity = self._quantity(about.codes)
        if not within and quantity is not None:
            within = range(quantity + 1)
        if chain is not None and within:
            worst = min(within, key=lambda factor: (chain.shares[factor], factor))
            if chain.shares[worst] < 0:
                return "factor", worst
        if quantity is not None and self._tree is not None:
            return "quantity", frozenset(self._tree.factors[quantity].of)
        return "quantity", about.codes

    @kept
    def _range(self, code: str) -> range:
        """The factors whose product a KPI is; empty where it is none."""
        one = ratio_of(self._month.kpis[code].expression)
        above = self._quantity(codes_of(one.above))
        below = -1 if one.below is None else self._quantity(codes_of(one.below))
        if above is None or below is None:
            return range(0)
        return range(min(above, below) + 1, max(above, below) + 1)

    def _quantity(self, codes: Codes) -> int | None:
        """The quantity of the chain that some measures are, or are part of."""
        factors = () if self._tree is None else self._tree.factors
        return next((n for n, one in enumerate(factors) if codes and codes <= set(one.of)), None)

    @kept
    def _about(self, code: str) -> list[_About]:
        """The part of each unit's month that a KPI is about."""
        kpi = self._month.kpis[code]
        one = ratio_of(kpi.expression)
        better = one.sign * (-1 if kpi.direction == "lower" else 1)
        above = self._main_terms(kpi, one, better)
        base = itself = np.zeros(len(above), dtype=bool)
        if one.below is not None and one.codes == codes_of(one.above):
            base, itself = self._is_base(kpi, one, better)
        return [
            _About(
                codes_of(one.below) if by_base and one.below is not None else codes,
                bool(by_base),
                one.below is not None,
                bool(by_itself),
            )
            for codes, by_base, by_itself in zip(above, base, itself, strict=True)
        ]

    def _main_terms(self, kpi: Kpi, one: Ratio, better: int) -> list[Codes]:
        """The term of a sum that explains most of its fall; else the largest one."""
        terms = terms_of(one.above)
        if len(terms) == 1 or self._quantity(codes_of(one.above)) is not None:
            return [one.codes] * len(self._month.units)
        series = np.stack([self._series(kpi, term) for term in terms])
        usual = np.stack([_usual(own) for own in series])
        fallen = np.nan_to_num(better * (usual - series[..., -1]))
        values = self._month.given[kpi.code][:, -1]
        lacks = np.nan_to_num(np.abs(self._month.reference(kpi) - values))
        is_most = fallen.max(axis=0) > _MOSTLY * lacks
        size = np.nan_to_num(np.abs(np.where(np.isnan(usual), series[..., -1], usual)))
        most = np.where(is_most, fallen.argmax(axis=0), size.argmax(axis=0))
        codes = [ratio_of(term).codes for term in terms]
        return [codes[number] for number in most.tolist()]

    def _is_base(
        self, kpi: Kpi, one: Ratio, better: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """The units in which a ratio falls short because of its denominator; and those where both
        fell.
        """
        assert one.below is not None
        values, goal = self._month.given[kpi.code][:, -1], self._month.reference(kpi)
        base, counted = self._series(kpi, one.below), self._series(kpi, one.above)
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = better * np.log(base[:, -1] / _usual(base))
            fallen = better * np.log(_usual(counted) / counted[:, -1])
            lacks = np.abs(np.log(goal / values))
            lacks = np.where(np.isnan(lacks), grown + np.fmax(fallen, 0.0), lacks)
        by_base = (grown > 0) & (grown >= _MOSTLY * lacks) & ~(fallen >= grown)
        itself = (fallen > 0) & (-grown > _MOSTLY * fallen)
        # What a quantity of the chain is the base of, the chain explains.
        return by_base, itself & (self._quantity(codes_of(one.below)) is None)

    def _series(self, kpi: Kpi, formula: Formula) -> Floats:
        """A part of a KPI's formula as (units, months)."""
        given = self._month.measures_of(kpi)
        with np.errstate(over="ignore", invalid="ignore"):
            found = divide(*formula.fraction(given))
        return np.broadcast_to(found, next(iter(given.values())).shape)

    # -- which part of the money -----------------------------------------------------------------

    def _claim(self, code: str, place: int, chain: Split) -> Claim:
        """The claim of a KPI on the factors of the chain."""
        if made_of := self._range(code):
            return Claim(made_of)
        about = self._about(code)[place]
        quantity = self._quantity(about.codes)
        if about.is_base:
            return Claim()
        if quantity is not None and not about.has_base:
            return Claim(range(quantity + 1))
        for number, factor in enumerate(chain.tree.factors):
            if quantity == number or (quantity is None and about.codes & factor.moved_by):
                part = self._part(self._month.kpis[code], place, number, chain)
                return Claim(range(number, number + 1), part, moves=True)
        return Claim()

    def _part(self, kpi: Kpi, place: int, factor: int, chain: Split) -> float:
        """The part of a factor's loss that a KPI beside the chain explains.

        Of the first quantity as many as are missing by the KPI, of those that are missing in all.
        Of a ratio in proportion: a tenth fewer days at work are a tenth fewer who sell.
        """
        value = float(self._month.given[kpi.code][place, -1])
        goal = float(self._month.reference(kpi)[place])
        before, after = (float(one[factor]) for one in chain.values)
        lower = kpi.direction == "lower"
        if factor == 0:
            below = ratio_of(kpi.expression).below
            base = 1.0 if below is None else float(self._series(kpi, below)[place, -1])
            missing = (value - goal if lower else goal - value) * base
            # Who came or left in the month counts at its end, and half in the mean.
            missing /= len(chain.tree.factors[0].of)
            return _share(missing, before - after)
        if before <= 0 or goal < 0 or value < 0:
            return 0.0
        short = _fall(value, goal) if lower else _fall(goal, value)
        return _share(short, _fall(before, after))


def _usual(series: Floats) -> Floats:
    """The median of the year before."""
    return np.asarray(median(series[:, -1 - MONTHS : -1]))


def _fall(before: float, after: float) -> float:
    """The relative fall on a scale on which successive falls add up."""
    if before <= 0 or after <= 0:
        return math.inf if after <= 0 < before else 0.0
    return math.log(before / after)


def _share(part: float, whole: float) -> float:
    """A part of a whole, at most 1; 0 where there is none."""
    if math.isnan(part) or math.isnan(whole) or part <= 0:
        return 0.0
    if math.isinf(part):
        return 1.0
    return 0.0 if whole <= 0 or math.isinf(whole) else min(part / whole, 1.0)
