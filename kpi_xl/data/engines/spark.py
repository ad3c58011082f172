"""Spark: tables too large for one machine, as parquet files or in Hive."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.catalogue.schema import TABLES, Table
from kpi_xl.data.engines.engine import Columns, Sort, numpy_columns
from kpi_xl.data.engines.query import Query
from kpi_xl.data.engines.raw_tables import raw_tables
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SORTS: Final[dict[str, Sort]] = {
    "string": "text",
    "tinyint": "whole",
    "smallint": "whole",
    "int": "whole",
    "bigint": "whole",
    "float": "number",
    "double": "number",
    "date": "date",
    "timestamp": "moment",
    "timestamp_ntz": "moment",
    "boolean": "flag",
}


class Spark:
    """Spark: the steps are put into its dialect, and each is a view until something is fetched.

    Parameters
    ----------
    session : SparkSession
        Where the tables are.
    folder : str, optional
        The folder with ``agents.parquet`` and so on, files or folders of files; what is not there
        is looked for among the session's tables.
    tables : mapping of str to Table
        The raw tables that may be there, by code.
    """

    def __init__(
        self,
        session: SparkSession,
        folder: str | None = None,
        tables: Mapping[str, Table] = TABLES,
    ) -> None:
        self.session = session
        self._folder = folder
        self.tables = tables
        self.title = f"Spark（{session.sparkContext.master}）"
        # A view takes the place of the table of that name, so the tables are found first.
        self._found = {code: _find(session, code, folder) for code in tables}
        for code, frame in self._found.items():
            if frame is not None:
                frame.createOrReplaceTempView(f"raw_{code}")
        for code, query in raw_tables(self).items():
            session.sql(_dialect(query.sql)).createOrReplaceTempView(code)

    @classmethod
    @contextmanager
    def connect(
        cls, url: str, folder: Path, tables: Mapping[str, Table] = TABLES
    ) -> Iterator[Spark]:
        """Use a cluster for as long as a ``with`` lasts.

        Parameters
        ----------
        url : str
            ``spark://host:port`` or ``local[2]``; behind a question mark, ``data`` says in which
            folder the parquet files are (such as ``hdfs://…``), ``database`` in which Hive
            database the tables are. Everything else comes from Spark's own configuration.
        folder : Path
            Where the parquet files are when the URL does not say.
        tables : mapping of str to Table
            The raw tables that may be there, by code.

        Raises
        ------
        InputError
            When Spark is not installed, the cluster cannot be reached, or a required table or
            column is not there.
        """
        try:
            import sqlglot  # noqa: F401 - so that it is missed here and not on the way
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError:
            raise InputError(kinds.NO_SPARK()) from None
        master, _, rest = url.partition("?")
        options = {name: values[-1] for name, values in parse_qs(rest).items()}
        builder = SparkSession.builder.master(master).appName("kpi_xl")
        if "database" in options:
            builder = builder.enableHiveSupport()
        try:
            session = builder.getOrCreate()
        except Exception as error:  # Java's come in all kinds
            raise InputError(kinds.SPARK_NOT_CONNECTED(master=master), value=error) from error
        try:
            if "database" in options:
                session.catalog.setCurrentDatabase(options["database"])
            yield cls(session, options.get("data", str(folder)), tables)
        except PySparkException as error:
            raise InputError(
                kinds.SPARK_NOT_COMPUTED(master=master), value=_reason(error)
            ) from error
        finally:
            session.stop()

    def define(self, name: str, query: Query) -> None:
        if self.session.catalog.tableExists(name):
            self.session.catalog.uncacheTable(name)
        self.session.sql(_dialect(query.sql)).createOrReplaceTempView(name)
        # Several later steps read it: it is computed with the first of them, then kept.
        self.session.catalog.cacheTable(name)

    @contextmanager
    def aside(self) -> Iterator[None]:
        yield  # the views of that time are replaced by those defined afterwards

    def fetch(self, query: Query) -> Columns:
        return numpy_columns(pa.concat_tables(self.batches(query)))

    def read(self, name: str) -> pa.Table | None:
        frame = _find(self.session, name, self._folder)
        return None if frame is None else frame.toArrow()

    def raw(self, code: str) -> tuple[str, Mapping[str, Sort]] | None:
        frame = self._found[code]
        if frame is None:
            return None
        return f"raw_{code}", {
            name: "number" if type_.startswith("decimal") else _SORTS.get(type_, "other")
            for name, type_ in frame.dtypes
        }

    def state(self) -> str | None:
        # Files on a cluster may be anywhere; whether they changed is asked of nobody.
        return None

    def batches(self, query: Query) -> Iterator[pa.Table]:
        yield self.session.sql(_dialect(query.sql)).toArrow()


def _find(session: SparkSession, code: str, folder: str | None) -> DataFrame | None:
    """A raw table: a parquet file or folder of them, else a table of the current database."""
    from pyspark.errors import AnalysisException

    if folder is not None:
        try:
            return session.read.parquet(f"{folder}/{code}.parquet")
        except AnalysisException as error:
            if error.getCondition() != "PATH_NOT_FOUND":
                raise
    # With its database it is never one of the views that a former project left behind.
    name = f"{session.catalog.currentDatabase()}.{code}"
    return session.table(name) if session.catalog.tableExists(name) else None


@functools.cache
def _dialect(sql: str) -> str:
    import sqlglot

    return str(sqlglot.transpile(sql, read="duckdb", write="spark")[0])


def _reason(error: Any) -> str:
    return str(error).strip().partition("\n")[0]
