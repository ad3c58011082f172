"""The targets of a month, by unit and by agent."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.data.cube import Unit

AGENT_LEVEL = "业务员"


class Targets:
    """Targets by level and unit.

    Parameters
    ----------
    connection : duckdb connection
        To the store.
    month : Month
        The month.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, month: Month) -> None:
        self._by_unit: dict[tuple[str, str], dict[str, float]] = {}
        rows = connection.execute(
            "SELECT level, unit, kpi, target FROM targets WHERE month = ?", [month.number]
        ).fetchall()
        for level, unit, label, target in rows:
            if (kpi := kpis.find(label)) is not None:
                self._by_unit.setdefault((level, unit), {})[kpi.name] = target

    def of_unit(self, unit: Unit) -> Mapping[str, float]:
        """The targets of a unit by KPI name; it may stand under its name or its whole path."""
        own = self._by_unit.get((unit.level, unit.name), {})
        return own | self._by_unit.get((unit.level, unit.path), {})

    def of_agent(self, agent: str) -> Mapping[str, float]:
        """The targets of an agent by KPI name."""
        return self._by_unit.get((AGENT_LEVEL, agent), {})


def pieces_target(own: Mapping[str, float]) -> float | None:
    """An agent's target of main-policy pieces: his 人均件数 is that of one person."""
    return own.get("主险件数", own.get("人均件数"))


def premium_target(own: Mapping[str, float]) -> float | None:
    """An agent's target of new premium in 元, or of all first-year premium."""
    return own.get("首年新单保费", own.get("首年度保费"))
