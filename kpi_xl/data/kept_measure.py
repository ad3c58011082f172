"""A measure that a project declares itself, and where the store keeps what was counted for it."""

from __future__ import annotations

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
        What it is.
    table : str
        The store's table of what was counted for each agent and month.
    column : str
        Its column there.
    """

    measure: Measure
    table: str
    column: str

    @property
    def source(self) -> OfRows:
        """What is counted."""
        assert isinstance(self.measure.source, OfRows)
        return self.measure.source

    def record(self) -> dict[str, Any]:
        """It as JSON."""
        one = self.measure
        return {
            "name": one.name,
            "unit": one.unit,
            "meaning": one.meaning,
            "parts": one.parts,
            "source": asdict(self.source),
            "table": self.table,
            "column": self.column,
        }

    @classmethod
    def of_record(cls, code: str, record: dict[str, Any]) -> Kept:
        """What a record says."""
        named = {key: record[key] for key in ("name", "unit", "meaning", "parts")}
        source = OfRows(**record["source"])
        return cls(Measure(code=code, source=source, **named), record["table"], record["column"])


@dataclass(frozen=True)
class TooLarge:
    """That a declared measure is more than whole numbers hold.

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
