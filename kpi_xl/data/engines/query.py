"""SQL together with the tables that it reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """One SELECT.

    Parameters
    ----------
    sql : str
        The SELECT, in the common SQL of the engines.
    reads : frozenset of str
        The raw tables, and the tables of steps, that it reads.
    """

    sql: str
    reads: frozenset[str] = frozenset()
