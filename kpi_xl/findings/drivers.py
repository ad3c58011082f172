"""因素分解 of a unit's result: against earlier months, its target, the best unit, the branch."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.evidence import MONTHS
from kpi_xl.analysis.factors import factor_values, lmdi, shapley
from kpi_xl.analysis.planned_chain import planned_chain
from kpi_xl.analysis.trees import Factor, Tree, main_tree, trees
from kpi_xl.cached import kept
from kpi_xl.findings.judged_month import JudgedMonth
from kpi_xl.formula import divide

Quantities = NDArray[np.int64]
Floats = NDArray[np.float64]

COMPARISONS: Final = ("环比", "同比", "目标", "标杆", "全公司")
"""With what a unit's result is compared."""

BEFORE: Final[Mapping[str, str]] = {
    "环比": "上月",
    "同比": "去年同期",
    "目标": "目标",
    "标杆": "标杆水平",
    "全公司": "全公司水平",
}
"""The starting point of each comparison."""

_STARTS: Final = ("目标", "同比", "环比")
"""What a result is explained against: the first that there is."""

_STARTS_OF_TEAMS: Final = ("目标", "全公司", "同比", "环比")
"""The same of those of the lowest level: a few people are no measure of themselves a year ago."""

_FINE: Final = 1_000_000
"""Counts that are scaled to another unit's size are kept in millionths; the split is the same."""

_FEN: Final = 100


@dataclass(frozen=True)
class Split:
    """A difference of results, split over the factors.

    Parameters
    ----------
    tree : Tree
        The chain of factors that the result is the product of.
    comparison : str
        What the result is compared with, one of `COMPARISONS`.
    before, after : int
        The results, in 分.
    values : (2, factors) float64 array
        The factors before and after: people, ratios, 分.
    shares, shapley : tuple of int
        What each factor made of the difference, in 分, by LMDI and by Shapley; each adds up to
        after − before exactly.
    """

    tree: Tree
    comparison: str
    before: int
    after: int
    values: NDArray[np.float64]
    shares: tuple[int, ...]
    shapley: tuple[int, ...]

    @property
    def main(self) -> Factor:
        """The factor with the largest part of the difference, in its direction."""
        sign = 1 if self.after >= self.before else -1
        best = max(range(len(self.shares)), key=lambda i: sign * self.shares[i])
        return self.tree.factors[best]


class Drivers:
    """Splits the results of the units of a level.

    Parameters
    ----------
    findings : JudgedMonth
        The units and their month.
    tree : str, optional
        The code of a tree of `kpi_xl.analysis.trees`; by default the main one of those that the
        data have all measures of.
    fewest : int, optional
        Of fewer units neither the best nor all together is compared with, as that tells what the
        others did; by default as the project's settings say.

    Raises
    ------
    KeyError
        When there is no such tree, or the data have not what it is made of.
    """

    def __init__(
        self, findings: JudgedMonth, tree: str | None = None, fewest: int | None = None
    ) -> None:
        self.findings = findings
        self._fewest = findings.fewest_peers if fewest is None else fewest
        found = main_tree(findings.cube.measures) if tree is None else trees()[tree]
        if found is None:
            raise KeyError("业绩")
        self.tree = found
        if missing := found.measures - set(findings.cube.measures):
            raise KeyError(*sorted(missing))
        self._chains = found.quantities({code: findings.measure(code) for code in found.measures})

    def split(self, unit: int, comparison: str) -> Split | None:
        """The split of a unit's result.

        Parameters
        ----------
        unit : int
            Its index in the cube.
        comparison : str
            The comparison to split, one of `COMPARISONS`.

        Returns
        -------
        Split or None
            None where there is nothing to compare with: no earlier month, no target, no peers;
            and where a result is below 0.

        Notes
        -----
        The best unit is that with the highest result by head; it and the branch, each as far as the
        project compares with it, are scaled to the unit's own first quantity, so that only what
        they do differently is left. In a target's
        chain the factors without a target of their own are as in the unit's last twelve months, all
        changed alike so that they make the target (`planned_chain`); the first is what there is.
        Without earlier months only a single factor can be without a target.
        """
        place = self.findings.units.index(unit)
        starts, ends, known = self._ends(comparison)
        start, end = starts[:, place], ends[:, place]
        # What was taken back beyond what was sold is no product of people and their sales.
        if not known[place] or start[-1] < 0 or end[-1] < 0:
            return None
        return Split(
            tree=self.tree,
            comparison=comparison,
            before=int(start[-1]),
            after=int(end[-1]),
            values=np.stack([self._shown(start, comparison), self._shown(end, comparison)]),
            shares=tuple(lmdi(start, end).tolist()),
            shapley=tuple(shapley(start, end).tolist()),
        )

    @kept
    def chain(self, unit: int) -> Split | None:
        """The split that explains a unit's result on every surface.

        Parameters
        ----------
        unit : int
            Its index in the cube.

        Returns
        -------
        Split or None
            Against the target, or else last year's, or the month before's; of the lowest level its
            peers' comes before those. None where nothing compares, where nothing was to be had, and
            where nothing differs. A target of a whole month is none of one that is not over.
        """
        is_team = self.findings.level == self.findings.cube.lowest_level
        for comparison in _STARTS_OF_TEAMS if is_team else _STARTS:
            if comparison == "目标" and self.findings.ripeness.day(self.tree.result) is not None:
                continue
            split = self.split(unit, comparison)
            if split is not None and split.after != split.before and split.before > 0:
                return split
        return None

    def shares(self, comparison: str) -> Quantities:
        """The shares for all units at once, in 分, as (factors, units); 0 where there is no
        comparison.

        Parameters
        ----------
        comparison : str
            The comparison to split, one of `COMPARISONS`.
        """
        start, end, known = self._ends(comparison)
        return lmdi(np.where(known, start, end), end)

    def all(self, unit: int) -> list[Split]:
        """Every split of a unit."""
        found = (self.split(unit, comparison) for comparison in COMPARISONS)
        return [split for split in found if split is not None]

    @kept
    def _ends(self, comparison: str) -> tuple[Quantities, Quantities, NDArray[np.bool_]]:
        """The chains before and after for all units, and the units that have both.

        Counts that are scaled or planned are no whole numbers: those chains are in millionths, but
        for the result.
        """
        own, months = self._chains[:, :, -1], self._chains.shape[-1]
        everybody = np.ones(own.shape[1], dtype=bool)
        back = {"环比": 1, "同比": 12}.get(comparison)
        if back is not None:
            there = months > back
            return self._chains[:, :, -1 - back] if there else own, own, everybody & there
        fine = own.copy()
        fine[:-1] *= _FINE
        if comparison == "目标":
            goals = [self._target(place) for place in range(own.shape[1])]
            start = [fine[:, place] if goal is None else goal for place, goal in enumerate(goals)]
            known = np.array([goal is not None for goal in goals])
            return np.stack(start, axis=1), fine, known
        model, known = np.zeros(own.shape), ~everybody
        for places in self.findings.groups.places:
            model[:, places], known[places] = self._beside(own[:, places], comparison)
        return model.astype(np.int64), fine, known

    def _beside(self, own: Quantities, comparison: str) -> tuple[Floats, NDArray[np.bool_]]:
        """The chains of the best peers, or of all peers together."""
        by_head = divide(own[-1], own[0])
        best = int(np.argmax(np.where(np.isfinite(by_head), by_head, -np.inf)))
        model = own.sum(axis=1) if comparison == "全公司" else own[:, best]
        enough = int((own[0] > 0).sum()) >= max(self._fewest, 2)
        known = np.full(own.shape[1], enough and bool(model[0] > 0))
        if comparison == "标杆":
            known[best] = False
        scale = own[0] / max(int(model[0]), 1)
        fine = np.array([_FINE] * (len(own) - 1) + [1])[:, None]
        return np.rint(model[:, None] * scale * fine), known

    def _target(self, place: int) -> Quantities | None:
        """The chain of targets, in millionths but for the result."""
        unit, own = self.findings.units[place], self._chains[:, place, -1]
        goal = self.findings.planned(self.tree.result, unit)
        if goal is None or not goal[0] > 0:
            return None
        ratios, most = self._planned_ratios(unit)
        quantities = [self._first_goal(unit, own[0])]
        # A ratio's target alone asks for no other number of what it is a ratio to.
        bases = [number for number, one in enumerate(self.tree.factors) if goal[1] == {*one.of}]
        for number, factor in enumerate(self.tree.factors[1:-1], 1):
            target = self._goal(factor, unit) if math.isnan(ratios[number]) else None
            if target is None and math.isnan(ratios[number]) and number <= max(bases, default=0):
                target = float(own[number])
            quantities.append(math.nan if target is None else target)
        past = self._chains[:, place, -1 - MONTHS : -1].sum(axis=1)
        usual = np.concatenate([[math.nan], divide(past[1:], past[:-1])])
        usual[-1] /= _FEN
        chain = planned_chain([*quantities, goal[0]], ratios, usual, most)
        if chain is None:
            return None
        return np.rint(chain * [*[_FINE] * len(quantities), _FEN]).astype(np.int64)

    def _planned_ratios(self, unit: int) -> tuple[Floats, Floats]:
        """The ratios of neighbours that have a target of their own, NaN for none; and the highest
        that each can be.
        """
        factors, aims = self.tree.factors, self.findings.of_unit(unit)
        ratios, most = np.full(len(factors), math.nan), np.full(len(factors), math.inf)
        for number, (base, factor) in enumerate(itertools.pairwise(factors), 1):
            kpi = self.findings.find(factor.kpi or "")
            # A project may have a definition of its own by this name.
            if kpi is None or {one.code for one in kpi.measures} != {*base.of, *factor.of}:
                continue
            most[number] = 1 / len(base.of) if kpi.unit == "%" else math.inf
            target = aims.get(kpi.name, math.nan)
            ratios[number] = target / len(base.of) if target > 0 else math.nan
        return ratios, most

    def _first_goal(self, unit: int, own: np.int64) -> float:
        """The target of the first quantity, from targets of its mean, of people at the month's end
        or of recruits; else its actual value.
        """
        first = self.tree.factors[0]
        target = self._goal(first, unit)
        if target is not None:
            return target
        kpi = self.findings.find(first.kpi or "")
        if kpi is not None and (target := self.findings.of_unit(unit).get(kpi.name)) is not None:
            return target * len(first.of)
        for code in ("closing", "recruits") if len(first.of) > 1 else ():
            target = self.findings.quantity_target(code, unit)
            if target is not None:
                missing = target - self.findings.value(code, unit)
                return max(float(own) + missing, 0.0)
        return float(own)

    def _goal(self, factor: Factor, unit: int) -> float | None:
        return self.findings.quantity_target(factor.of[0], unit) if len(factor.of) == 1 else None

    def _shown(self, chain: Quantities, comparison: str) -> NDArray[np.float64]:
        fine = comparison in ("目标", "标杆", "全公司")
        values = factor_values(chain)
        if fine:
            values[0] /= _FINE
            values[-1] *= _FINE
        if len(self.tree.factors[0].of) == 2:
            # 期初 + 期末 is twice the mean headcount.
            values[0] /= 2
            values[1] *= 2
        return values
