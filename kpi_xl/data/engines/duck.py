"""DuckDB: the engine of every project with files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np

from kpi_xl.data.engines.engine import Columns
from kpi_xl.data.engines.query import Query


class DuckDb:
    """DuckDB: every step is a table, kept in the database file of the connection.

    Parameters
    ----------
    connection : duckdb connection
        To a database with the checked tables.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._aside: set[str] | None = None

    def define(self, name: str, query: Query) -> None:
        if self._aside is None:
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query.sql}")
        else:
            # A temporary table stands before the one of the same name.
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query.sql}")
            self._aside.add(name)

    def replace(self, name: str, where: str, query: Query) -> None:
        self.connection.execute(f"DELETE FROM {name} WHERE {where}")
        self.connection.execute(f"INSERT INTO {name} {query.sql}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._aside = set()
        yield  # after an error nobody goes on with this connection
        for name in self._aside:
            self.connection.execute(f"DROP TABLE temp.{name}")
        self._aside = None

    def fetch(self, query: Query) -> Columns:
        return {
            name: np.asarray(column)
            for name, column in self.connection.execute(query.sql).fetchnumpy().items()
        }
