"""Where the SQL steps run.

An engine keeps what a step gives under its name for later steps, and hands over columns as numpy
arrays. It knows nothing of what is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import duckdb
import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]


class Engine(Protocol):
    """Runs SQL steps over the checked tables, which it knows by their codes."""

    def define(self, name: str, sql: str) -> None:
        """Keep the result of a step under a name; an older one of that name is replaced."""

    def fetch(self, sql: str) -> Columns:
        """Run a step and hand over its columns by name."""


class DuckDb:
    """DuckDB: every step is a table, kept in the file that the connection is to.

    Parameters
    ----------
    connection : duckdb connection
        To a database with the checked tables.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def define(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}")

    def fetch(self, sql: str) -> Columns:
        return {
            name: np.asarray(column)
            for name, column in self.connection.execute(sql).fetchnumpy().items()
        }
