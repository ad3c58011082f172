"""DuckDB: the engine of every project with files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb
import numpy as np

from kpi_xl.data.engines.engine import Columns

_SUMMED_DIRECTLY: Final = 22
"""So many bits of whole numbers to group by are the place of a sum in an array, which takes half the
time of looking it up: 2,000 places, 36 months and 20 products are 22."""


class DuckDb:
    """DuckDB: every step is a table, kept in the file that the connection is to.

    Parameters
    ----------
    connection : duckdb connection
        To a database with the checked tables.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        connection.execute(f"SET perfect_ht_threshold = {_SUMMED_DIRECTLY}")
        self._aside: set[str] | None = None

    def define(self, name: str, sql: str) -> None:
        if self._aside is None:
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql}")
        else:
            # A temporary table stands before the one of the same name.
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            self._aside.add(name)

    def replace(self, name: str, where: str, sql: str) -> None:
        self.connection.execute(f"DELETE FROM {name} WHERE {where}")
        self.connection.execute(f"INSERT INTO {name} {sql}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._aside = set()
        yield  # after an error nobody goes on with this connection
        for name in self._aside:
            self.connection.execute(f"DROP TABLE temp.{name}")
        self._aside = None

    def fetch(self, sql: str) -> Columns:
        return {
            name: np.asarray(column)
            for name, column in self.connection.execute(sql).fetchnumpy().items()
        }
