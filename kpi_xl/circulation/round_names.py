"""The defined names in 目标商定表 by which its cells are read back."""

from __future__ import annotations

from typing import Final

from kpi_xl.workbook.ooxml.parts import Workbook

TOKEN: Final = "kpi_xl.rounds"
"""The name of a constant that says which workbook it is."""

ACCEPT: Final = "接受"
COUNTER: Final = "还价"
DECISIONS: Final = (ACCEPT, COUNTER)

KEYS: Final = "rounds.key.{}"
DECIDED: Final = "rounds.decision.{}"
AMOUNTS: Final = "rounds.amount.{}"
REASONS: Final = "rounds.reason.{}"
"""The names of the columns that are read, and by which a row is known: of each sheet's number."""

CODES: Final = "rounds.kpi.{}"
"""The name of the cell with the KPI's code."""


def token_of(workbook: Workbook) -> str | None:
    """The token in a workbook; None where it is no 目标商定表."""
    found = [text for name, scope, text in workbook.names if name == TOKEN and scope is None]
    return str(found[0]).strip('"') if len(found) == 1 else None
