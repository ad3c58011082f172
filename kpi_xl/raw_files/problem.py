"""A problem in a raw file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kpi_xl.fault import Fault, Faulty
from kpi_xl.kinds import BY_CODE


@dataclass(frozen=True)
class Problem(Faulty):
    """A problem with its place and advice.

    Parameters
    ----------
    table : str
        The Chinese name of the table.
    file : str
        The name of the file.
    sheet : str or None
        The worksheet, where the file has any.
    row : int or None
        The row as Excel counts; None where the whole file or column is meant.
    column : str or None
        The heading as it is written in the file.
    value : str or None
        The value in the cell, as a text; None for a whole row.
    fault : Fault
        What is wrong with it; its kind has the sentences.
    """

    table: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    fault: Fault

    @property
    def kind(self) -> str:
        """The code of its kind."""
        return self.fault.kind.code

    @property
    def set_aside(self) -> bool:
        """Whether the row is set aside; otherwise it is used, and this is a remark."""
        return self.fault.set_aside

    def record(self) -> dict[str, Any]:
        """The problem as plain values, for JSON; `of_record` reads them."""
        return {
            "kind": self.kind,
            "table": self.table,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "about": dict(self.fault.about),
            "reason": self.reason,
            "advice": self.advice,
            "set_aside": self.set_aside,
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Problem:
        """Make the problem from the values of `record`."""
        kind = BY_CODE[record["kind"]]
        fault = Fault(kind, record["about"], used=kind.set_aside and not record["set_aside"])
        place = {
            name: record[name] for name in ("table", "file", "sheet", "row", "column", "value")
        }
        return cls(**place, fault=fault)
