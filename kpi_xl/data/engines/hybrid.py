"""A company's own database for the long tables, DuckDB for the rest.

Reading millions of policies into another program costs more than summing them up where they are;
laying out levels, transfers and cohorts costs DuckDB a fraction of what it costs a database made
for transactions. So what each agent did in each month is computed in the database, by the same
steps, and only that comes over. The short tables come over whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb

from kpi_xl.catalogue.schema import LONG
from kpi_xl.data.engines.duck import DuckDb
from kpi_xl.data.engines.engine import Columns, Database
from kpi_xl.data.engines.query import Query


def copied(tables: Iterable[str]) -> tuple[str, ...]:
    """The raw tables, by code, that are copied whole."""
    return tuple(code for code in tables if code not in LONG)


class Hybrid:
    """Runs each step that reads a long table in the database, and every other step in the store.

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
        for code in copied(database.tables):
            self._copy(code, Query(f"SELECT * FROM {code}", frozenset((code,))))

    def define(self, name: str, query: Query) -> None:
        self.database.define(name, query)  # a later step over there may need it
        if query.reads & LONG.keys():
            self._copy(name, query)
        else:
            self.local.define(name, query)

    def replace(self, name: str, where: str, query: Query) -> None:
        self.store.execute(f"DELETE FROM {name} WHERE {where}")
        for rows in self.database.batches(query):
            self.store.register("incoming", rows)
            self.store.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            self.store.unregister("incoming")

    @contextmanager
    def aside(self) -> Iterator[None]:
        with self.local.aside(), self.database.aside():
            yield

    def fetch(self, query: Query) -> Columns:
        return (self.database if query.reads & LONG.keys() else self.local).fetch(query)

    def _copy(self, name: str, query: Query) -> None:
        for number, rows in enumerate(self.database.batches(query)):
            self.store.register("incoming", rows)
            if number:
                self.store.execute(f"INSERT INTO {name} SELECT * FROM incoming")
            else:
                self.local.define(name, Query("SELECT * FROM incoming"))
            self.store.unregister("incoming")
