"""The units behind the numbers in the store's membership tables."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.catalogue.organisation import TOP, depth_of
from kpi_xl.catalogue.units import UNASSIGNED, Unit, path_of
from kpi_xl.data.engines import Columns, DuckDb, Engine, Query


def places_table(level: str) -> str:
    """The name of the store's table of places and their units on a level."""
    return f"places_{depth_of(level)}"


def membership_table(level: str) -> str:
    """The name of the store's table of who belongs to which unit of a level, from when until
    when.
    """
    return f"membership_{depth_of(level)}"


def unit_paths(store: duckdb.DuckDBPyConnection, level: str) -> dict[int, str]:
    """The path of every unit of a level, by its number; empty for the branch.

    Parameters
    ----------
    level : str
        One that the cube has.
    """
    return _paths(DuckDb(store), level)


def _paths(engine: Engine, level: str) -> dict[int, str]:
    depth, name = depth_of(level), places_table(level)
    rows = engine.fetch(Query(f"SELECT * FROM {name} WHERE unit > 0", frozenset((name,))))
    paths = {0: UNASSIGNED if depth else ""}
    for place, number in zip(names_of(rows), rows["unit"].tolist(), strict=True):
        paths[int(number)] = path_of(place[:depth])
    return paths


def names_of(places: Columns) -> list[tuple[str, ...]]:
    """The names of places from the top."""
    columns = (column.tolist() for code, column in places.items() if code != "unit")
    return list(zip(*columns, strict=True))


def unit_positions(
    store: duckdb.DuckDBPyConnection, level: str, units: Sequence[Unit]
) -> NDArray[np.int64]:
    """The index in the cube of each unit of a level, by its number in the store."""
    return positions(DuckDb(store), level, units)


def positions(engine: Engine, level: str, units: Sequence[Unit]) -> NDArray[np.int64]:
    """The same as `unit_positions`, from the engine that the places are defined on."""
    if level == TOP:
        return np.zeros(2, np.int64)
    at = {unit.path: i for i, unit in enumerate(units) if unit.level == level}
    paths = _paths(engine, level)
    found = np.zeros(max(paths) + 1, np.int64)
    for number, path in paths.items():
        found[number] = at[path]
    return found
