"""How KPIs add up over units, months and days, and which are ratios of such sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi_xl.aggregation import OfRows
from kpi_xl.cached import kept_with
from kpi_xl.catalogue.measures import COUNTED
from kpi_xl.data.cube import Cube
from kpi_xl.data.steps import BY_DAY, STEPS
from kpi_xl.data.sums import MEASURES
from kpi_xl.earlier import Earlier
from kpi_xl.formula import Constant, Formula, Lag, Measure, Operation, Part
from kpi_xl.kpi import Kpi

Terms = Mapping[str, int]
"""A sum of measures: 1 or −1 by code."""


def terms(kpi: Kpi) -> Terms | None:
    """The measures that a KPI is the sum of; None for any other KPI.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> terms(kpis["KPI_FYP"]), terms(kpis["KPI_ACTIVITY"])
    ({'new_premium': 1, 'first_year_renewal': 1}, None)
    """
    return _terms(kpi.expression)


def weights(kpi: Kpi) -> Mapping[str, float] | None:
    """A KPI as a weighted sum of measures by code, so that units add up; None where it is none.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> weights(kpis["KPI_AVG_HEADCOUNT"]), weights(kpis["KPI_ACTIVITY"])
    ({'opening': 0.5, 'closing': 0.5}, None)
    """
    return _weights(kpi.expression)


def _weights(formula: Formula) -> dict[str, float] | None:
    if isinstance(formula, Measure):
        return {formula.code: 1.0}
    if isinstance(formula, Part | Earlier):
        return _weights(formula.inside[0])
    if not isinstance(formula, Operation):
        return {} if isinstance(formula, Constant) and not formula.value else None
    one, other = formula.inside
    if formula.operator == "*" and isinstance(one, Constant):
        one, other = other, one
    left = _weights(one)
    if left is not None and formula.operator in "*/" and isinstance(other, Constant):
        times = other.value if formula.operator == "*" else 1 / other.value
        return {code: weight * times for code, weight in left.items()}
    right = _weights(other) if formula.operator in "+-" else None
    if left is None or right is None:
        return None
    sign = 1 if formula.operator == "+" else -1
    both = {**left, **{code: left.get(code, 0) + sign * w for code, w in right.items()}}
    return {code: weight for code, weight in both.items() if weight}


def units_add_up(kpi: Kpi) -> bool:
    """Whether the units below a unit, with the unassigned rest, add up to the unit.

    Who moves is out of one unit and in another, and neither in nor out of what has both; a value
    that two units have is one value of what has both.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> units_add_up(kpis["KPI_PRODUCERS"]), units_add_up(kpis["KPI_ACTIVITY"])
    (True, False)
    """
    return bool(weights(kpi)) and all(_is_of_one_unit(one.counted) for one in kpi.measures)


def _is_of_one_unit(measure: Measure) -> bool:
    """Whether everything counted in one unit is counted in no other unit of the level."""
    if isinstance(measure.source, OfRows):
        return measure.source.how in ("sum", "filled", "people")
    if measure.code not in MEASURES:
        return False
    return STEPS[COUNTED[measure.code][1].step].gives != "moves"


def adds_up(kpi: Kpi) -> bool:
    """Whether a KPI's months add up to its year.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> adds_up(kpis["KPI_RECRUITS"]), adds_up(kpis["KPI_PRODUCERS"])
    (True, False)
    """
    return bool(weights(kpi)) and all(one.lag == Lag() and _is_flow(one) for one in kpi.measures)


@dataclass(frozen=True)
class DayRatio:
    """How a KPI is computed from its days.

    Parameters
    ----------
    above : mapping of str to int
        The sum above, of measures whose month is the sum of its days.
    below : mapping of str to int, or None
        The sum below; None where nothing is, or what is there stands the whole month.
    standing : Formula or None
        What stands below the whole month, such as 平均人数.
    """

    above: Terms
    below: Terms | None = None
    standing: Formula | None = None

    @property
    def is_sum(self) -> bool:
        """Whether it is a sum, not a ratio."""
        return self.below is None and self.standing is None

    @property
    def measures(self) -> frozenset[str]:
        """The measures that are summed up by day."""
        return frozenset((*self.above, *(self.below or ())))

    def base(self, cube: Cube) -> NDArray[np.float64]:
        """The denominator, as (units, months)."""
        assert self.standing is not None
        given = {m.code: cube.measure(m.code) for m in self.standing.measures()}
        numerator, denominator = self.standing.fraction(given)
        return np.asarray(numerator / denominator, dtype=np.float64)


@kept_with
def by_day(kpi: Kpi) -> DayRatio | None:
    """How a KPI's month is computed from its days; None where it cannot be.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> by_day(kpis["KPI_DEAL_RATE"]).below, by_day(kpis["KPI_PERSISTENCY"])
    ({'visitors': 1}, None)
    """
    whole = terms(kpi)
    followed = {one.code for one in kpi.measures if _adds_up_by_day(one)}
    if whole is not None:
        return DayRatio(whole) if whole.keys() <= followed else None
    division = kpi.expression
    if not isinstance(division, Operation) or division.operator != "/":
        return None
    above, below = _terms(division.left), _terms(division.right)
    if above is None or not above.keys() <= followed or kpi.settings:
        return None
    if below is not None and below.keys() <= followed:
        return DayRatio(above, below)
    standing = {m.code for m in division.right.measures()}
    if standing & followed or not standing <= set(MEASURES):
        return None
    # What is below must be known already, as the people are that the month began with.
    known = not any(_is_summed(code) or COUNTED[code][0].looks_back for code in standing)
    return DayRatio(above, standing=division.right) if known else None


def _adds_up_by_day(measure: Measure) -> bool:
    """Whether a measure's month is the sum of its days."""
    if isinstance(measure.source, OfRows):
        return measure.source.by_day and measure.lag == Lag()
    return measure.code in BY_DAY


def _is_summed(code: str) -> bool:
    return COUNTED[code][1].over_time == "sum"


def _is_flow(measure: Measure) -> bool:
    """Whether a measure is a flow, which adds up, and no stock."""
    if isinstance(measure.source, OfRows):
        return measure.source.over_time == "sum"
    return measure.code in MEASURES and _is_summed(measure.code) and not measure.looks_back


def _terms(formula: Formula) -> Terms | None:
    if isinstance(formula, Measure):
        return {formula.code: 1}
    if isinstance(formula, Part):
        return _terms(formula.formula)
    if not isinstance(formula, Operation) or formula.operator not in "+-":
        return None
    left, right = _terms(formula.left), _terms(formula.right)
    if left is None or right is None or left.keys() & right.keys():
        return None
    sign = 1 if formula.operator == "+" else -1
    return {**left, **{code: sign * times for code, times in right.items()}}
