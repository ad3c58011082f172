"""How a measure is counted from the raw tables, and how its months add up to a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OverTime = Literal["sum", "first", "last", "recount"]
"""What a period's measure is of its months': the sum, that of the first or of the last month, or
none of these: it is counted again over the whole period."""


@dataclass(frozen=True)
class Aggregation:
    """The sum over the rows of a step of the data engine.

    Parameters
    ----------
    step : str
        The step, by its name in `kpi_xl.data.steps`.
    over_time : str
        How months add up.
    sql : str
        What of each row is summed up; by default the column named like the measure. What the
        step's text leaves open may stand in it, such as ``$grace_days``.
    days : str
        The step that tells the days, where the measure's own does not.
    by_day : bool
        Whether the month is followed day by day, where the days are known.
    recount : str
        The step that counts it again over a period, for ``over_time="recount"``.
    looks_back : int
        How many months before its month those began who are counted; 0 for what happens in the
        month itself.
    zeros : bool
        Whether nothing but zeros is an answer. Any other measure that is zero in every unit and
        month was not in the files: its KPIs have no value then, which is not the same as zero.
    apart : bool
        Whether it is counted apart by category, such as rank or product.
    in_grace : bool
        Whether it waits for the days of grace: what falls due may be paid until then.
    """

    step: str
    over_time: OverTime = "sum"
    sql: str = ""
    days: str = ""
    by_day: bool = True
    recount: str = ""
    looks_back: int = 0
    zeros: bool = False
    apart: bool = False
    in_grace: bool = False

    def __post_init__(self) -> None:
        if (self.over_time == "recount") != bool(self.recount):
            raise ValueError(f"{self.step}: what is counted again needs a step that does")


@dataclass(frozen=True)
class Total:
    """The sum of other measures.

    Parameters
    ----------
    measures : tuple of str
        The codes of the measures that are added up.
    """

    measures: tuple[str, ...]


How = Literal["sum", "filled", "people", "values", "greatest", "least", "any"]
"""What a declared measure is of the rows that meet its condition: a sum, or how many there are; how
many have something in the column; how many different people or values there are; the greatest or
the least; 1 where any has something in the column, else 0."""


@dataclass(frozen=True)
class OfRows:
    """A measure that a project declares over the rows of a raw table.

    Parameters
    ----------
    raw : str
        The raw table, by code.
    day : str
        The column of the day on which a row counts.
    how : str
        What is made of the rows.
    declared : str
        The hash of all that is declared: what was counted by another declaration is another number.
    until : str
        The column of the day from which on a row stands no more; where it is said, what stands at
        the end of a month counts in it.
    """

    raw: str
    day: str
    how: How
    declared: str
    until: str = ""

    @property
    def over_time(self) -> OverTime:
        """How months add up: sums are added, of a stock the last month counts."""
        if self.until:
            return "last"
        return "sum" if self.how in ("sum", "filled") else "recount"

    @property
    def by_day(self) -> bool:
        """Whether the month is the sum of its days. People and values counted once are not."""
        return not self.until and self.how in ("sum", "filled", "people")


Source = Aggregation | Total | OfRows | None
"""Where a measure comes from; None where only whoever calls a KPI by counts knows it."""
