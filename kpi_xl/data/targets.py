"""The targets of a month, by unit and by agent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

import duckdb

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.organisation import PERSON, TOP
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.organisation import unit_paths
from kpi_xl.errors import InputError
from kpi_xl.kpi_registry import Registry


class Targets:
    """The targets of a month by level and unit.

    Parameters
    ----------
    by_unit : mapping of (level, path or agent) to mapping of KPI name to float
        The targets that are set, by unit or agent.
    default : mapping of str to float, optional
        The target by KPI name of a unit that has none of its own.
    """

    def __init__(
        self,
        by_unit: Mapping[tuple[str, str], Mapping[str, float]],
        default: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._by_unit = by_unit
        self._default = default

    @property
    def names(self) -> set[str]:
        """The names of the KPIs that there are targets of."""
        return {*self._default, *(name for own in self._by_unit.values() for name in own)}

    def of_unit(self, unit: Unit) -> Mapping[str, float]:
        """The targets of a unit by KPI name; they stand under its path, or its name alone."""
        own = self._by_unit.get((unit.level, unit.path), {})
        return own if unit.is_unassigned else {**self._default, **own}

    def of_agent(self, agent: str) -> Mapping[str, float]:
        """The targets of an agent by KPI name."""
        return self._by_unit.get((PERSON, agent), {})


def targets_of(
    connection: duckdb.DuckDBPyConnection,
    month: Month,
    kpis: Registry,
    default: Mapping[str, float] = MappingProxyType({}),
) -> Targets:
    """The targets of a month, of units and of agents.

    Parameters
    ----------
    connection : duckdb connection
        An open connection to the store.
    kpis : Registry
        The KPIs that there may be targets of.
    default : mapping of str to float, optional
        Default targets by KPI name, as for `Targets`.

    Raises
    ------
    InputError
        When a target is set for a name that several units of its level have: it may be either's.
    """
    return Targets(_Stored(connection, month, month, of_agents=True).of(month, kpis), default)


def targets_back(
    connection: duckdb.DuckDBPyConnection,
    month: Month,
    months: int,
    kpis: Registry,
    default: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[Targets]:
    """The units' targets of a month, then of the months before it, the last first.

    Parameters
    ----------
    connection : duckdb connection
        An open connection to the store.
    months : int
        How many before it.
    kpis, default
        As for `targets_of`.

    Raises
    ------
    InputError
        As `targets_of`, of the month itself; of an earlier one nothing is told after such a one.
    """
    stored = _Stored(connection, month - months, month, of_agents=False)
    yield Targets(stored.of(month, kpis), default)
    for back in range(1, months + 1):
        try:
            yield Targets(stored.of(month - back, kpis), default)
        except InputError:
            return


class _Stored:
    """The targets of a span of months, as the store has them; those of agents are many."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, first: Month, last: Month, *, of_agents: bool
    ) -> None:
        rows = connection.execute(
            "SELECT month, level, unit, kpi, target FROM targets"
            " WHERE month BETWEEN ? AND ? AND (? OR level <> ?)",
            [first.number, last.number, of_agents, PERSON],
        ).fetchall()
        self._paths = {
            level: set(unit_paths(connection, level).values())
            for level in {row[1] for row in rows} - {TOP, PERSON}
        }
        self._rows: dict[int, list[tuple[str, str, str, float]]] = {}
        for number, *row in rows:
            self._rows.setdefault(number, []).append(tuple(row))

    def of(self, month: Month, kpis: Registry) -> dict[tuple[str, str], dict[str, float]]:
        """The targets of a month, by level and unit."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        # Whole paths come last, so that they count where there is a mere name, too.
        for level, unit, label, target in sorted(
            self._rows.get(month.number, ()), key=lambda row: row[1] in self._paths.get(row[0], ())
        ):
            if (kpi := kpis.find(label)) is not None:
                paths = self._paths.get(level)
                whose = unit if paths is None else _path(month, unit, paths)
                found.setdefault((level, whose), {})[kpi.name] = target
        return found


def _path(month: Month, label: str, paths: Collection[str]) -> str:
    """The path of the unit that a target is set for."""
    if label in paths:
        return label
    found = sorted(path for path in paths if path.rpartition("/")[2] == label)
    if len(found) > 1:
        raise InputError(
            kinds.TARGET_UNIT_SEVERAL(
                month=month, label=label, count=len(found), paths="、".join(found)
            ),
            value=label,
        )
    return found[0] if found else label


def pieces_target(own: Mapping[str, float]) -> float | None:
    """An agent's target of main-policy pieces: his 人均件数 is that of one person."""
    return own.get("主险件数", own.get("人均件数"))


def premium_target(own: Mapping[str, float]) -> float | None:
    """An agent's target of new premium in 元, or of all first-year premium."""
    return own.get("首年新单保费", own.get("首年度保费"))
