"""A round of targets: a month's target of a KPI, and the units and people in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from kpi_xl.analysis.negotiation import Negotiation
from kpi_xl.calendar import Month
from kpi_xl.kpi import Kpi


class RoundPlace(NamedTuple):
    """A unit or person in a round.

    Attributes
    ----------
    level : str
        The unit's, or 业务员.
    unit : str
        The unit's path, or 工号.
    name : str
        For people to read.
    above : int or None
        The place of the unit it belongs to.
    """

    level: str
    unit: str
    name: str
    above: int | None


@dataclass(frozen=True)
class Round:
    """A round: a month's target of one KPI for a tree of units.

    Parameters
    ----------
    number : int
        Its number; 0 where it is not kept yet.
    scale : int
        So many of what amounts are counted in make one of the KPI's unit: 100 of money.
    is_sum : bool
        Whether the targets of units add up to that of the unit above.
    places : sequence of RoundPlace
        The units, each behind the one above it.
    """

    number: int
    month: Month
    kpi: Kpi
    scale: int
    is_sum: bool
    places: Sequence[RoundPlace] = field(repr=False)

    def shown(self, amount: int) -> str:
        """An amount as a text, in the KPI's unit."""
        if self.kpi.unit == "%":
            return f"{100 * amount / self.scale:.6g}%"
        whole, rest = divmod(abs(amount), self.scale)
        sign = "-" if amount < 0 else ""
        if not rest:
            return f"{sign}{whole:,}"
        digits = f"{rest:0{len(str(self.scale)) - 1}d}"
        return f"{sign}{whole:,}.{digits if self.scale == 100 else digits.rstrip('0')}"

    def value(self, amount: int) -> float:
        """An amount in the KPI's unit."""
        return amount / self.scale

    @cached_property
    def names(self) -> list[str]:
        """The label of each place in messages."""
        return [
            f"{one.name}（{one.unit}）" if one.unit.rpartition("/")[2] != one.name else one.unit
            for one in self.places
        ]

    @cached_property
    def keys(self) -> list[str]:
        """The unique key of each place in a workbook."""
        times = Counter(one.unit for one in self.places)
        return [
            one.unit if times[one.unit] == 1 else f"{one.level}:{one.unit}" for one in self.places
        ]

    def begun(self) -> Negotiation:
        """The state of the round before the first step."""
        above = [one.above for one in self.places]
        return Negotiation(self.names, above, self.is_sum, self.shown)
