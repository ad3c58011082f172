"""The rows of the raw files that a unit's number of a month is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl.aggregation import Aggregation
from kpi_xl.calendar import Month
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.data import steps
from kpi_xl.data.cube import LEVELS, Unit
from kpi_xl.data.organisation import unit_paths
from kpi_xl.data.targets import AGENT_LEVEL
from kpi_xl.formula import Measure
from kpi_xl.kpi import Kpi

FIRST: Final = 5
"""So many rows of a file are named for people."""

MOST: Final = 10_000
"""So many rows of a file are named for programs."""

_MONTHS: Final = ("_months", "_days")
_PEOPLE: Final = "agents"


@dataclass(frozen=True)
class RawRows:
    """Rows of one raw file.

    Parameters
    ----------
    table : str
        The raw table, in Chinese.
    file : str
        The file, with the worksheet where it is one of several.
    count : int
        How many rows.
    rows : list of int
        Which, in the file, counting from 1: at most `MOST`.
    """

    table: str
    file: str
    count: int
    rows: list[int]

    @property
    def some(self) -> str:
        """The first of them, for people."""
        named = "、".join(map(str, self.rows[:FIRST]))
        return f"第 {named} 行" + (f" 等 {self.count:,} 行" if self.count > FIRST else "")


def raw_rows(
    store: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    unit: Unit,
    month: Month,
    cut: int | None,
    agent: str = "",
) -> list[RawRows]:
    """The rows that a KPI's measures are counted from, by file.

    Of what happens the rows of those days whose people are in the unit; of who is there, the rows
    of those people.

    Parameters
    ----------
    cut : int or None
        The day on which months are cut.
    agent : str, optional
        One person, instead of all of the unit.
    """
    there = _columns(store)
    wanted: dict[str, set[tuple[str, int]]] = {}
    for measure in kpi.measures:
        if isinstance(measure, Measure) and isinstance(measure.source, Aggregation):
            for table, days in _read_by(measure.source).items():
                wanted.setdefault(table, set()).update(days)
    facts = [table for table in wanted if table not in steps.ROSTER]
    found: list[RawRows] = []
    for table in TABLES:
        if table in wanted and "source_row" in there.get(table, ()):
            if table in facts:
                conditions = [_during(day, month - back, cut) for day, back in wanted[table]]
            elif table == _PEOPLE:
                conditions = ["TRUE"]
            else:
                continue
            items = [m.code for m in kpi.measures] if "item" in there[table] else []
            found += _rows(store, table, conditions, unit, month, agent, items)
    return found


def target_rows(
    store: duckdb.DuckDBPyConnection, kpi: Kpi, unit: Unit, month: Month, agent: str = ""
) -> list[RawRows]:
    """The rows of 目标 that hold a unit's target of a month."""
    if "source_row" not in _columns(store)["targets"]:
        return []
    whose = [(AGENT_LEVEL, agent)] if agent else [(unit.level, unit.path), (unit.level, unit.name)]
    rows = store.execute(
        "SELECT source_file, source_row, kpi, level, unit FROM targets WHERE month = ?"
        " AND source_file IS NOT NULL ORDER BY source_file, source_row",
        [month.number],
    ).fetchall()
    by_file: dict[str, list[int]] = {}
    for file, row, label, level, called in rows:
        if label in kpi.labels and (level, called) in whose:
            by_file.setdefault(file, []).append(row)
    title = TABLES["targets"].name
    return [RawRows(title, file, len(found), found) for file, found in by_file.items()]


def _columns(store: duckdb.DuckDBPyConnection) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, column in store.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
    ).fetchall():
        found.setdefault(table, set()).add(column)
    return found


def _read_by(source: Aggregation) -> dict[str, set[tuple[str, int]]]:
    """The raw tables behind a measure: their days, and how many months back they are looked at."""
    found: dict[str, set[tuple[str, int]]] = {}
    _walk(source.step, (0,), found, set())
    if source.days:
        _walk(source.days, (0,), found, set())
    return found


def _walk(
    name: str, back: tuple[int, ...], found: dict[str, set[tuple[str, int]]], seen: set[str]
) -> None:
    step = steps.STEPS.get(name)
    if step is None or name in seen:
        return
    seen.add(name)
    for read in step.reads:
        if read in TABLES:
            columns = {column.code for column in TABLES[read].columns}
            days = [day for day in step.days if day in columns]
            found.setdefault(read, set()).update((day, one) for day in days for one in back)
            continue
        own = read
        for end in _MONTHS:
            own = own.removesuffix(end)
        _walk(own, tuple(step.looks_back.get(read, back)), found, seen)


def _during(day: str, month: Month, cut: int | None) -> str:
    first, last = month.span(cut)
    return f"facts.\"{day}\" BETWEEN DATE '{first}' AND DATE '{last}'"


def _rows(
    store: duckdb.DuckDBPyConnection,
    table: str,
    conditions: list[str],
    unit: Unit,
    month: Month,
    agent: str,
    items: list[str],
) -> list[RawRows]:
    if not conditions:
        return []
    level = unit.level
    paths = unit_paths(store, level)
    path = "" if level == LEVELS[0] else unit.path
    numbers = [number for number, each in paths.items() if each == path]
    if level == LEVELS[0]:
        numbers = [n for (n,) in store.execute("SELECT DISTINCT unit FROM membership_0").fetchall()]
    asked: list[object] = [numbers, month.number, month.number, agent, agent]
    of_item = ""
    if items:
        of_item = " AND list_contains(?, facts.item)"
        asked.append(items)
    rows = store.execute(
        f"SELECT source_file, count(*), list(source_row ORDER BY source_row)[1:{MOST}]"
        f' FROM "{table}" AS facts WHERE source_file IS NOT NULL'
        f" AND ({' OR '.join(conditions)})"
        f" AND agent IN (SELECT agent FROM membership_{LEVELS.index(level)}"
        " WHERE list_contains(?, unit) AND from_month <= ? AND next_month >= ?)"
        f" AND (? = '' OR agent = ?){of_item} GROUP BY source_file ORDER BY source_file",
        asked,
    ).fetchall()
    return [RawRows(TABLES[table].name, str(file), count, rows_) for file, count, rows_ in rows]
