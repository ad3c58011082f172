"""PostgreSQL: the company's own database; the right to read the tables is enough."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow import csv

from kpi_xl import kinds
from kpi_xl.catalogue.schema import TABLES, Table
from kpi_xl.data.engines.definitions import with_needed
from kpi_xl.data.engines.engine import Columns, Sort, numpy_columns
from kpi_xl.data.engines.query import Query
from kpi_xl.data.engines.raw_tables import raw_tables
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    import psycopg

_SORTS: Final[dict[str, Sort]] = {
    "text": "text",
    "varchar": "text",
    "int2": "whole",
    "int4": "whole",
    "int8": "whole",
    "numeric": "number",
    "float4": "number",
    "float8": "number",
    "date": "date",
    "timestamp": "moment",
    "timestamptz": "moment",
    "bool": "flag",
}

_ARROW: Final[dict[str, pa.DataType]] = {
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "bool": pa.bool_(),
}
"""What comes over as anything but text."""

_SETTINGS: Final = {
    # The steps run for seconds and are never run again as they are: compiling them does not pay.
    "jit": "off",
    # Sums over millions of rows fit into memory instead of being sorted on disk.
    "work_mem": "256MB",
    "datestyle": "ISO",
}

# With its schema: in a step that defines the name anew, the name alone is the definition.
_TABLE: Final = """
SELECT format('%%I.%%I', nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE pg_class.oid = to_regclass(%s)
"""

_STATE: Final = """
SELECT pg_current_snapshot()::text, current_database(), current_date::text,
    pg_postmaster_start_time()::text, EXISTS (SELECT FROM pg_foreign_table)
"""

_PIECE: Final = 32 << 20

_PLAIN: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)?")
"""A name that needs no quotation marks, perhaps with its schema."""


class Postgres:
    """PostgreSQL, read in one transaction: all steps see the tables as they were at one moment.

    Nothing is created: a definition is kept as text and put in front of the steps that need it.

    Parameters
    ----------
    connection : psycopg connection
        In a transaction, by a role that may read the tables.
    tables : mapping of str to Table
        The raw tables that may be there, by code.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], tables: Mapping[str, Table] = TABLES
    ) -> None:
        self.connection = connection
        self.tables = tables
        info = connection.info
        self.title = f"数据库 {info.dbname}（{info.host}）"
        self._raw = raw_tables(self)
        self._definitions = dict(self._raw)

    @classmethod
    @contextmanager
    def connect(cls, url: str, tables: Mapping[str, Table] = TABLES) -> Iterator[Postgres]:
        """Connect to a database for as long as a ``with`` lasts.

        Parameters
        ----------
        url : str
            As libpq reads it; what it leaves out (the password above all) comes from libpq's
            usual places, such as ``PGPASSWORD`` and ``~/.pgpass``.
        tables : mapping of str to Table
            The raw tables that may be there, by code.

        Raises
        ------
        InputError
            When the driver is not installed, the database cannot be reached, or lacks a required
            table or column.
        """
        try:
            import psycopg
        except ImportError:
            raise InputError(kinds.NO_POSTGRES_DRIVER()) from None
        where = _where(url)
        try:
            connection = psycopg.connect(url, connect_timeout=15, client_encoding="utf8")
        except psycopg.OperationalError as error:
            raise InputError(kinds.NOT_CONNECTED(where=where), value=_reason(error, url)) from None
        with connection, _refusals(where):
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            for name, value in _SETTINGS.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
            yield cls(connection, tables)

    def define(self, name: str, query: Query) -> None:
        self._definitions[name] = query

    @contextmanager
    def aside(self) -> Iterator[None]:
        before = dict(self._definitions)
        yield
        self._definitions = before

    def fetch(self, query: Query) -> Columns:
        return numpy_columns(pa.concat_tables(self.batches(query)).combine_chunks())

    def read(self, name: str) -> pa.Table | None:
        quoted = '"' + name.replace('"', '""') + '"'
        for text in (quoted, name) if _PLAIN.fullmatch(name) else (quoted,):
            found = self.connection.execute(_TABLE, (text,)).fetchone()
            if found is not None:
                return pa.concat_tables(self.batches(Query(f"SELECT * FROM {found[0]}")))
        return None

    def raw(self, code: str) -> tuple[str, Mapping[str, Sort]] | None:
        found = self.connection.execute(_TABLE, (code,)).fetchone()
        if found is None:
            return None
        types = self._types(f"SELECT * FROM {found[0]}")
        return found[0], {name: _SORTS.get(type_, "other") for name, type_ in types.items()}

    def state(self) -> str | None:
        """The transaction snapshot: two transactions with the same one see the same rows.

        Any write anywhere in the server makes another, so on a busy server there is always
        something new; that errs on the safe side and costs nothing, where counting rows would miss
        a corrected one and reading ``xmin`` reads the whole table. A new day is another state
        because a view may look at the date; behind foreign tables nothing can be known.
        """
        row = self.connection.execute(_STATE).fetchone()
        return None if row is None or row[-1] else repr(row)

    def batches(self, query: Query) -> Iterator[pa.Table]:
        # COPY is by far the fastest way out of PostgreSQL that is open to a mere reader.
        sql = with_needed(query, self._definitions, self._raw.keys())
        types = self._types(sql)
        piece = io.BytesIO()
        with self.connection.cursor() as cursor:
            command = f"COPY (\n{sql}\n) TO STDOUT (FORMAT csv)"
            with cursor.copy(command.encode()) as copy:
                for row in copy:
                    piece.write(row)
                    if piece.tell() >= _PIECE:
                        yield _parse(piece, types)
                        piece = io.BytesIO()
        yield _parse(piece, types)

    def _types(self, query: str) -> dict[str, str]:
        """The names of the column types of a query, without running it."""
        known = self.connection.adapters.types
        described = f"SELECT * FROM (\n{query}\n) AS described LIMIT 0"
        cursor = self.connection.execute(described.encode())
        types = {}
        for column in cursor.description or ():
            type_ = known.get(column.type_code)
            types[column.name] = type_.name if type_ else "other"
        return types


def _parse(piece: io.BytesIO, types: Mapping[str, str]) -> pa.Table:
    """Read rows as COPY writes them: an empty cell is NULL, an empty text is in quotes."""
    columns = {name: _ARROW.get(type_, pa.string()) for name, type_ in types.items()}
    if not piece.tell():
        return pa.table({name: pa.array([], kind) for name, kind in columns.items()})
    return csv.read_csv(
        pa.py_buffer(piece.getbuffer()),
        csv.ReadOptions(column_names=list(columns)),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=columns,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


@contextmanager
def _refusals(where: str) -> Iterator[None]:
    """Turn an error of the database into a message that tells people what to do."""
    import psycopg

    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise InputError(
            kinds.NOT_GRANTED(where=where), value=error.diag.message_primary
        ) from error
    except (psycopg.OperationalError, psycopg.DataError) as error:
        raise InputError(
            kinds.NOT_COMPUTED_THERE(where=where),
            value=error.diag.message_primary or str(error).strip(),
        ) from error


def _where(url: str) -> str:
    """The host and database that a URL names, without user and password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        said = conninfo_to_dict(url)
    except ProgrammingError:  # its message would repeat the URL, password and all
        raise InputError(kinds.URL_UNREADABLE()) from None
    return f"{said.get('dbname') or '（未写库名）'}（{said.get('host') or '本机'}）"


def _reason(error: Exception, url: str) -> str:
    """Why a connection failed, without the password should libpq repeat it."""
    from psycopg.conninfo import conninfo_to_dict

    reason = " ".join(str(error).split())
    password = conninfo_to_dict(url).get("password")
    return reason.replace(str(password), "***") if password else reason
