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
        """A time in which what is defined replaces nothing, and is forgotten at its end."""


class Engine(Source, Protocol):
    """A source whose steps' results stay with it."""

    def replace(self, name: str, where: str, query: Query) -> None:
        """Keep the result of a step in place of some rows of an older one of that name."""


class Database(Source, Protocol):
    """A source of tables that somebody else keeps: they are only ever read.

    What it defines is only a definition, evaluated when something is fetched.
    """

    title: str
    """Its name for people; never with a password."""

    tables: Mapping[str, Table]
    """The raw tables that may be there, by code."""

    def read(self, name: str) -> pa.Table | None:
        """All of a table as it is, by its name there; None when it is not there."""

    def raw(self, code: str) -> tuple[str, Mapping[str, Sort]] | None:
        """A raw table's own name there, and what its columns hold; None when it is not there."""

    def state(self) -> str | None:
        """Something that is another text whenever the tables may have changed.

        None when only looking at all rows would tell.
        """

    def batches(self, query: Query) -> Iterator[pa.Table]:
        """Run a step and hand over its rows piece by piece; at least one piece, perhaps empty."""


def numpy_columns(table: pa.Table) -> Columns:
    """The columns of an Arrow table as numpy arrays; blank numbers are NaN."""
    return {name: table[name].to_numpy() for name in table.column_names}
