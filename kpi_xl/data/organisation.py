"""Which unit a number in the store's membership tables stands for."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.data.cube import LEVELS, UNASSIGNED, Unit


def unit_paths(store: duckdb.DuckDBPyConnection, level: str) -> dict[int, str]:
    """The path of every unit of a level, by its number; empty for the branch.

    Parameters
    ----------
    level : str
        One of `LEVELS` that the cube has.
    """
    depth = LEVELS.index(level)
    paths = {0: UNASSIGNED if depth else ""}
    for *place, number in store.execute(
        f"SELECT region, department, team, unit FROM places_{depth} WHERE unit > 0"
    ).fetchall():
        paths[number] = "/".join(name for name in place[:depth] if name)
    return paths


def unit_positions(
    store: duckdb.DuckDBPyConnection, level: str, units: Sequence[Unit]
) -> NDArray[np.int64]:
    """Where the units of a level stand among the cube's, by their number in the store."""
    if level == LEVELS[0]:
        return np.zeros(2, np.int64)
    at = {unit.path: i for i, unit in enumerate(units) if unit.level == level}
    paths = unit_paths(store, level)
    positions = np.zeros(max(paths) + 1, np.int64)
    for number, path in paths.items():
        positions[number] = at[path]
    return positions
