"""Which unit a number in the store's membership tables stands for."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.data.cube import LEVELS, UNASSIGNED, Unit
from kpi_xl.data.engines import DuckDb, Engine, Query


def unit_paths(store: duckdb.DuckDBPyConnection, level: str) -> dict[int, str]:
    """The path of every unit of a level, by its number; empty for the branch.

    Parameters
    ----------
    level : str
        One of `LEVELS` that the cube has.
    """
    return _paths(DuckDb(store), level)


def _paths(engine: Engine, level: str) -> dict[int, str]:
    depth = LEVELS.index(level)
    name = f"places_{depth}"
    query = f"SELECT region, department, team, unit FROM {name} WHERE unit > 0"
    rows = engine.fetch(Query(query, frozenset((name,))))
    paths = {0: UNASSIGNED if depth else ""}
    names = zip(*(rows[one].tolist() for one in ("region", "department", "team")), strict=True)
    for place, number in zip(names, rows["unit"].tolist(), strict=True):
        paths[int(number)] = "/".join(one for one in place[:depth] if one)
    return paths


def unit_positions(
    store: duckdb.DuckDBPyConnection, level: str, units: Sequence[Unit]
) -> NDArray[np.int64]:
    """Where the units of a level stand among the cube's, by their number in the store."""
    return positions(DuckDb(store), level, units)


def positions(engine: Engine, level: str, units: Sequence[Unit]) -> NDArray[np.int64]:
    """As `unit_positions`, from the engine that the places are defined on."""
    if level == LEVELS[0]:
        return np.zeros(2, np.int64)
    at = {unit.path: i for i, unit in enumerate(units) if unit.level == level}
    paths = _paths(engine, level)
    found = np.zeros(max(paths) + 1, np.int64)
    for number, path in paths.items():
        found[number] = at[path]
    return found
