"""因素分解 of a unit's result: against earlier months, its target, the best unit, the branch."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.factors import factor_values, lmdi, shapley
from kpi_xl.analysis.trees import Factor, Tree, trees
from kpi_xl.formula import divide
from kpi_xl.jobs.findings import Findings

Quantities = NDArray[np.int64]

COMPARISONS: Final = ("环比", "同比", "目标", "标杆", "全公司")
"""With what a unit's result is compared."""

BEFORE: Final[Mapping[str, str]] = {
    "环比": "上月",
    "同比": "去年同期",
    "目标": "目标",
    "标杆": "标杆水平",
    "全公司": "全公司水平",
}
"""What stands at the start of each comparison."""

_FINE: Final = 1_000_000
"""Counts that are scaled to another unit's size are kept in millionths; the split is the same."""


@dataclass(frozen=True)
class Split:
    """A difference of results, split over the factors.

    Parameters
    ----------
    tree : Tree
        The factors.
    comparison : str
        One of `COMPARISONS`.
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
        """The factor that made most of the difference, in its direction."""
        sign = 1 if self.after >= self.before else -1
        best = max(range(len(self.shares)), key=lambda i: sign * self.shares[i])
        return self.tree.factors[best]


class Drivers:
    """Splits the results of the units of a level.

    Parameters
    ----------
    findings : Findings
        The units and their month.
    tree : str
        The code of a tree of `kpi_xl.analysis.trees`.

    Raises
    ------
    KeyError
        When there is no such tree, or the data have not what it is made of.
    """

    def __init__(self, findings: Findings, tree: str = "production") -> None:
        self.findings = findings
        self.tree = trees()[tree]
        needed = {code for factor in self.tree.factors for code in factor.of}
        if missing := needed - set(findings.cube.measures):
            raise KeyError(*missing)
        self._chains = self.tree.quantities({code: findings.measure(code) for code in needed})

    def split(self, unit: int, comparison: str) -> Split | None:
        """The split of a unit's result.

        Parameters
        ----------
        unit : int
            Its index in the cube.
        comparison : str
            One of `COMPARISONS`.

        Returns
        -------
        Split or None
            None where there is nothing to compare with: no earlier month, no target, no peers.

        Notes
        -----
        The best unit is that with the highest result by head; it and the branch are scaled to the
        unit's own first quantity, so that only what they do differently is left. In a target's
        chain a quantity without a target of its own keeps the actual ratio to the one before.
        """
        place = self.findings.units.index(unit)
        own = self._chains[:, place, -1]
        before = self._before(place, comparison)
        if before is None:
            return None
        start, end = before, own
        if comparison in ("目标", "标杆", "全公司"):
            end = _fine(own)
        return Split(
            tree=self.tree,
            comparison=comparison,
            before=int(start[-1]),
            after=int(end[-1]),
            values=np.stack([self._shown(start, comparison), self._shown(end, comparison)]),
            shares=tuple(lmdi(start, end).tolist()),
            shapley=tuple(shapley(start, end).tolist()),
        )

    def all(self, unit: int) -> list[Split]:
        """Every split of a unit that there is."""
        found = (self.split(unit, comparison) for comparison in COMPARISONS)
        return [split for split in found if split is not None]

    def _before(self, place: int, comparison: str) -> Quantities | None:
        months = self._chains.shape[-1]
        back = {"环比": 1, "同比": 12}.get(comparison)
        if back is not None:
            return self._chains[:, place, -1 - back] if months > back else None
        if comparison == "目标":
            return self._target(place)
        others = self._chains[:, :, -1]
        if others.shape[1] < 2:
            return None
        model = others.sum(axis=1) if comparison == "全公司" else others[:, self._best]
        if comparison == "标杆" and place == self._best:
            return None
        return _scaled(model, int(others[0, place]))

    @functools.cached_property
    def _best(self) -> int:
        chains = self._chains[:, :, -1]
        by_head = divide(chains[-1], chains[0])
        return int(np.nanargmax(np.where(np.isfinite(by_head), by_head, -np.inf)))

    def _target(self, place: int) -> Quantities | None:
        """The chain of targets, in millionths but for the result."""
        unit, own = self.findings.units[place], self._chains[:, place, -1]
        goal = self._goal(self.tree.factors[-1], unit)
        if goal is None:
            return None
        chain = [float(own[0])]
        for number, factor in enumerate(self.tree.factors[1:-1], 1):
            target = self._goal(factor, unit)
            usual = float(own[number] / own[number - 1]) if own[number - 1] else 0.0
            chain.append(chain[-1] * usual if target is None else target)
        return np.array([*(round(q * _FINE) for q in chain), round(goal * 100)], dtype=np.int64)

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


def _fine(chain: Quantities) -> Quantities:
    return np.array([*(int(q) * _FINE for q in chain[:-1]), int(chain[-1])], dtype=np.int64)


def _scaled(model: Quantities, size: int) -> Quantities | None:
    """A chain as it would be with another first quantity, in millionths but for the result."""
    first = int(model[0])
    if first <= 0:
        return None
    counts = [int(q) * size * _FINE // first for q in model[:-1]]
    return np.array([*counts, round(int(model[-1]) * size / first)], dtype=np.int64)
