"""A measure that a project declares itself, and where the store keeps what was counted for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from kpi_xl.aggregation import OfRows
from kpi_xl.formula import Measure


@dataclass(frozen=True)
class Kept:
    """A declared measure in a cube.

    Parameters
    ----------
    measure : Measure
        The measure as the cube has it.
    table : str
        The store's table of what was counted for each agent and month.
    column : str
        The column of the kept table.
    until : date or None
        The last day that counts, where rows of days to come are in the raw table.
    sums : tuple of str
        For people and keys that must reach something, the columns that are summed up to see.
    reaches : str
        Whether they do, as SQL over these columns; in ``months`` is of how many months.
    """

    measure: Measure
    table: str
    column: str
    until: dt.date | None = None
    sums: tuple[str, ...] = ()
    reaches: str = ""

    @property
    def source(self) -> OfRows:
        """The declaration of what the measure counts."""
        assert isinstance(self.measure.source, OfRows)
        return self.measure.source

    def record(self) -> dict[str, Any]:
        """The record of it as JSON."""
        one = self.measure
        return {
            "name": one.name,
            "unit": one.unit,
            "meaning": one.meaning,
            "parts": one.parts,
            "source": asdict(self.source),
            "table": self.table,
            "column": self.column,
            "until": self.until.isoformat() if self.until else None,
            "sums": self.sums,
            "reaches": self.reaches,
        }

    @classmethod
    def of_record(cls, code: str, record: dict[str, Any]) -> Kept:
        """Make it from the record that was written to a file."""
        named = {key: record[key] for key in ("name", "unit", "meaning", "parts")}
        source = OfRows(**record["source"])
        until = dt.date.fromisoformat(record["until"]) if record["until"] else None
        measure = Measure(code=code, source=source, **named)
        sums = tuple(record["sums"])
        return cls(measure, record["table"], record["column"], until, sums, record["reaches"])


@dataclass(frozen=True)
class TooLarge:
    """A declared measure whose numbers exceed the range of integers.

    Parameters
    ----------
    declared : str
        The hash of its declaration.
    agent : str
        Whose the largest number is; empty for nobody's.
    month : int
        Of which month that is, by its number.
    """

    declared: str
    agent: str
    month: int
