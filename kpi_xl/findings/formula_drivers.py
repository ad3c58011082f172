"""因素分解 of any KPI: its change split over the parts of its formula.

A product or quotient is split over its factors, a sum over its terms, anything else over the KPIs
and measures in it. The shares are Shapley values: what each makes when it changes, on average over
the orders in which they may have changed. They add up to the change, whatever the formula is.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.analysis.apportion import round_to_total
from kpi_xl.earlier import Earlier
from kpi_xl.errors import InputError
from kpi_xl.findings.findings import Findings
from kpi_xl.formula import (
    Call,
    Comparison,
    Constant,
    Formula,
    Measure,
    Operation,
    Part,
    Setting,
    divide,
)
from kpi_xl.formula_writers import ChineseWriter
from kpi_xl.kpi import Kpi

Floats = NDArray[np.float64]

FORMULA_COMPARISONS: Final = ("环比", "同比", "全公司")
"""With what a unit's KPI is compared; 全公司 only one that units of any size can be compared by."""

_BACK: Final = {"环比": 1, "同比": 12}
_MOST: Final = 10
"""Of so many the orders can still be gone through."""

_FINE: Final = 10**9
_FEN: Final = 100


@dataclass(frozen=True)
class FormulaSplit:
    """The split of a KPI's change.

    Parameters
    ----------
    before, after : float
        The KPI, as shown.
    shares : tuple of float
        What each of `FormulaDrivers.names` made of it; they add up to after − before.
    """

    before: float
    after: float
    shares: tuple[float, ...]

    @property
    def main(self) -> int:
        """The part with the largest share of the change, in its direction."""
        sign = 1 if self.after >= self.before else -1
        return max(range(len(self.shares)), key=lambda place: sign * self.shares[place])


class FormulaDrivers:
    """Splits a KPI of the units of a level.

    Parameters
    ----------
    findings : Findings
        The units and their month.

    Raises
    ------
    InputError
        Its formula is made of too many.
    """

    def __init__(self, findings: Findings, kpi: Kpi) -> None:
        self._findings = findings
        self._kpi = kpi
        self._factors = factors(kpi.expression)
        if len(self._factors) > _MOST:
            raise InputError(kinds.FORMULA_FACTORS(kpi=kpi.name, count=len(self._factors)))
        self.names = list(self._factors)
        leaves = {
            name: Measure(f"factor{place}", name, kpi.unit, name, None)
            for place, name in enumerate(self.names)
        }
        self._tree = _with_leaves(kpi.expression, leaves)
        self._codes = [one.code for one in leaves.values()]

    def split(self, unit: int, comparison: str) -> FormulaSplit | None:
        """The split of a unit's change; None where there is nothing to compare with.

        Parameters
        ----------
        unit : int
            Its index in the cube.
        comparison : str
            The comparison to split, one of `FORMULA_COMPARISONS`.
        """
        place = self._findings.units.index(unit)
        after = self._values[:, place, -1]
        if comparison == "全公司":
            if not self._kpi.is_comparable:
                return None
            before = self._of_all
        elif self._values.shape[-1] > _BACK[comparison]:
            before = self._values[:, place, -1 - _BACK[comparison]]
        else:
            return None
        return self._split(before, after)

    @functools.cached_property
    def _values(self) -> Floats:
        """The factors as (factors, units, months)."""
        given = self._findings.measures_of(self._kpi)
        shape = next(iter(given.values())).shape
        with np.errstate(over="ignore", invalid="ignore"):
            found = [divide(*one.fraction(given)) for one in self._factors.values()]
        return np.stack([np.broadcast_to(one, shape) for one in found])

    @functools.cached_property
    def _of_all(self) -> Floats:
        """The factors of all units together, of the month."""
        given = {
            code: values[:, -1].sum()
            for code, values in self._findings.measures_of(self._kpi).items()
        }
        found = [divide(*one.fraction(given)) for one in self._factors.values()]
        return np.array([float(one) for one in found])

    def _split(self, before: Floats, after: Floats) -> FormulaSplit | None:
        count = len(before)
        # Every mixture of before and after: bit i of its number says which is factor i's.
        bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        mixed = np.where(bits == 1, after, before)
        with np.errstate(over="ignore", invalid="ignore"):
            found = self._tree.fraction(
                {code: mixed[:, place] for place, code in enumerate(self._codes)}
            )
            values = np.broadcast_to(divide(*found), 2**count)
        if not np.isfinite(values).all():
            return None
        others = bits.sum(axis=1)
        weights = np.array(
            [
                math.factorial(n) * math.factorial(count - n - 1) / math.factorial(count)
                for n in range(count)
            ]
        )
        shares = []
        for place in range(count):
            without = np.flatnonzero(bits[:, place] == 0)
            gained = values[without + (1 << place)] - values[without]
            shares.append(float((weights[others[without]] * gained).sum()))
        return self._exact(float(values[0]), float(values[-1]), shares)

    def _exact(self, before: float, after: float, shares: Sequence[float]) -> FormulaSplit:
        """Shares in whole 分, or the smallest unit shown, that add up to the change."""
        fine = _FEN if self._kpi.unit == "元" else _FINE
        if max(abs(before), abs(after), *map(abs, shares)) * fine > 2**53:
            return FormulaSplit(before, after, tuple(shares))
        first, last = round(before * fine), round(after * fine)
        whole = round_to_total(np.array(shares) * fine, np.array(last - first))
        return FormulaSplit(first / fine, last / fine, tuple((whole / fine).tolist()))


def factors(formula: Formula) -> dict[str, Formula]:
    """The factors of a formula by their Chinese names; plain numbers are left out."""
    found: dict[str, Formula] = {}
    for one in _parts_of(formula):
        if next(one.measures(), None) is not None:
            found.setdefault(one.write(ChineseWriter())[0], one)
    (first, *more) = found.values()
    # What is left of a growth less 1 is the growth: that is made of more.
    return factors(first) if not more and isinstance(first, Operation | Call) else found


def _parts_of(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Part):  # the KPI is another by name
        yield from _parts_of(formula.formula)
    elif isinstance(formula, Operation):
        yield from _joined(formula, "*/" if formula.operator in "*/" else "+-")
    elif isinstance(formula, Call | Comparison):
        for one in formula.inside:
            yield from _named(one)
    else:
        yield formula


def _joined(formula: Formula, operators: str) -> Iterator[Formula]:
    """The operands of operations of one kind."""
    if isinstance(formula, Operation) and formula.operator in operators:
        for one in formula.inside:
            yield from _joined(one, operators)
    else:
        yield formula


def _named(formula: Formula) -> Iterator[Formula]:
    """The KPIs and measures in a formula."""
    if isinstance(formula, Part | Measure | Earlier | Setting | Constant):
        yield formula
        return
    yield from itertools.chain.from_iterable(map(_named, formula.inside))


def _with_leaves(formula: Formula, leaves: Mapping[str, Measure]) -> Formula:
    """The formula with a leaf in place of every named part."""
    if (leaf := leaves.get(formula.write(ChineseWriter())[0])) is not None:
        return leaf
    inside = tuple(_with_leaves(one, leaves) for one in formula.inside)
    return (
        replace(formula, formula=inside[0]) if isinstance(formula, Part) else formula.over(inside)
    )
