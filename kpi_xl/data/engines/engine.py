"""The interface that every engine implements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

import pyarrow as pa
from numpy.typing import NDArray

from kpi_xl.catalogue.schema import Table
from kpi_xl.data.engines.query import Query

Columns = Mapping[str, NDArray[Any]]

Sort = Literal["text", "whole", "number", "date", "moment", "flag", "other"]
"""The sort of value in a database column, whatever its exact type is called there."""


class Source(Protocol):
    """Runs SQL steps over the raw tables, which it knows by their codes."""

    def define(self, name: str, query: Query) -> None:
        """Keep the result of a step under a name; an older one of that name is replaced."""

    def fetch(self, query: Query) -> Columns:
        """Run a step and hand over its columns by name."""

    def aside(self) -> AbstractContextManager[None]:
        """A context in which definitions replace nothing; they are dropped at its end."""


class Engine(Source, Protocol):
    """A source that keeps the results of steps."""

    def replace(self, name: str, where: str, query: Query) -> None:
        """Replace some rows of an earlier result by those of a step."""


class Database(Source, Protocol):
    """A source of tables that somebody else owns: they are only read.

    What it defines is only a definition, evaluated when something is fetched.
    """

    title: str
    """Its name for people; never with a password."""

    tables: Mapping[str, Table]
    """The raw tables that may be there, by code."""

    def read(self, name: str) -> pa.Table | None:
        """A whole table by its name there; None when it is not there."""

    def raw(self, code: str) -> tuple[str, Mapping[str, Sort]] | None:
        """A raw table's own name there, and the types of its columns; None when it is not there."""

    def state(self) -> str | None:
        """A text that differs whenever the tables may have changed.

        None when only looking at all rows would tell.
        """

    def batches(self, query: Query) -> Iterator[pa.Table]:
        """Run a step and return its rows batch by batch; at least one batch, perhaps empty."""


def numpy_columns(table: pa.Table) -> Columns:
    """The columns of an Arrow table as numpy arrays; blank numbers are NaN."""
    return {name: table[name].to_numpy() for name in table.column_names}
