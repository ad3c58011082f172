"""A company's own database for the long tables, DuckDB for the rest.

Reading millions of policies into another program costs more than summing them up where they are;
laying out levels, transfers and cohorts costs DuckDB a fraction of what it costs a database made
for transactions. So what each agent did in each month is computed in the database, by the same
steps, and only that comes over. The short tables come over whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.data.engines.definitions import words
from kpi_xl.data.engines.duck import DuckDb
from kpi_xl.data.engines.engine import Columns, Database

COPIED: Final = ("agents", "transfers", "promotions", "targets", "outlets", "ratings")
"""The raw tables that come over whole."""

_LONG: Final = TABLES.keys() - set(COPIED)


class Hybrid:
    """Runs each step that reads a long table in the database, every other one in the store.

    Parameters
    ----------
    store : duckdb connection
        To the local store; the short tables are copied into it.
    database : Database
        Where the raw tables are.
    """

    def __init__(self, store: duckdb.DuckDBPyConnection, database: Database) -> None:
        self.store = store
        self.local = DuckDb(store)
        self.database = database
        for code in COPIED:
            self._copy(code, f"SELECT * FROM {code}")

    def define(self, name: str, sql: str) -> None:
        self.database.define(name, sql)  # a later step over there may need it
        if words(sql) & _LONG:
            self._copy(name, sql)
        else:
            self.local.define(name, sql)

    def replace(self, name: str, where: str, sql: str) -> None:
        self.store.execute(f"DELETE FROM {name} WHERE {where}")
        for rows in self.database.batches(sql):
            self.store.register("incoming", rows)
            self.store.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            self.store.unregister("incoming")

    @contextmanager
    def aside(self) -> Iterator[None]:
        with self.local.aside(), self.database.aside():
            yield

    def fetch(self, sql: str) -> Columns:
        return (self.database if words(sql) & _LONG else self.local).fetch(sql)

    def _copy(self, name: str, sql: str) -> None:
        for number, rows in enumerate(self.database.batches(sql)):
            self.store.register("incoming", rows)
            if number:
                self.store.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            else:
                self.local.define(name, "SELECT * FROM incoming")
            self.store.unregister("incoming")
