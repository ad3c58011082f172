"""Steps put together with the steps they need, for databases in which nothing may be created."""

from __future__ import annotations

from collections.abc import Mapping, Set

from kpi_xl.data.engines.query import Query


def with_needed(
    query: Query, definitions: Mapping[str, Query], inline: Set[str] = frozenset()
) -> str:
    """A step with the definitions that it needs put in front of it.

    Parameters
    ----------
    query : Query
        The SELECT of the step.
    definitions : mapping of str to Query
        The SELECT of every step, by name.
    inline : set of str
        The definitions that are mere views of a table, which are not worth keeping a copy of even
        where they are read twice.

    Examples
    --------
    >>> a, b = Query("SELECT 1 AS x"), Query("SELECT x FROM a", frozenset("a"))
    >>> print(with_needed(Query("SELECT * FROM b", frozenset("b")), {"a": a, "b": b}))
    WITH a AS (
    SELECT 1 AS x
    ),
    b AS (
    SELECT x FROM a
    )
    SELECT * FROM (
    SELECT * FROM b
    ) AS step
    """
    needed: dict[str, str] = {}  # in an order in which each stands after those it reads

    def add(reads: Set[str]) -> None:
        for name, definition in definitions.items():
            if name in reads and name not in needed:
                add(definition.reads - {name})
                needed[name] = definition.sql

    add(query.reads)
    if not needed:
        return query.sql
    listed = ",\n".join(
        f"{name} AS {'NOT MATERIALIZED ' if name in inline else ''}(\n{definition}\n)"
        for name, definition in needed.items()
    )
    # In brackets because the step may begin with WITH itself, which PostgreSQL takes only once.
    return f"WITH {listed}\nSELECT * FROM (\n{query.sql}\n) AS step"
