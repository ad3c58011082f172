"""A finding: a problem in one row of a table."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_xl.fault import Fault


@dataclass(frozen=True)
class Finding:
    """A problem in one row of a table.

    Parameters
    ----------
    row : int
        Its place in the table.
    column : str or None
        The code of the column; None where it is about the whole row.
    fault : Fault
        The kind of problem and its parameters.
    value : str or None
        What stands there, where it is not simply the column's value.
    listed : bool
        Whether it is told row by row; otherwise only how many there are.
    """

    row: int
    column: str | None
    fault: Fault
    value: str | None = None
    listed: bool = True
