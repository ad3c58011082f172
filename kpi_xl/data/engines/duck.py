"""DuckDB: the engine of every project with files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import numpy as np

from kpi_xl.data.engines.engine import Columns


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

    def replace(self, name: str, where: str, sql: str) -> None:
        self.connection.execute(f"DELETE FROM {name} WHERE {where}")
        self.connection.execute(f"INSERT INTO {name} {sql}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        self.connection.execute("CREATE SCHEMA aside; SET search_path = 'aside,main'")
        try:
            yield
        finally:
            self.connection.execute("SET search_path = 'main'; DROP SCHEMA aside CASCADE")

    def fetch(self, sql: str) -> Columns:
        return {
            name: np.asarray(column)
            for name, column in self.connection.execute(sql).fetchnumpy().items()
        }
