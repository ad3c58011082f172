"""Steps put together with the steps they need, for databases in which nothing may be created."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Final

# Comments, texts and quoted names are passed over: our own names stand in none of them.
_WORD: Final = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"[^"]*"|(\w+)""")


def words(sql: str) -> Set[str]:
    """Every word of a step that may be the name of a table.

    Examples
    --------
    >>> sorted(words('SELECT "left" FROM agents -- and moves'))
    ['FROM', 'SELECT', 'agents']
    """
    return {match[1] for match in _WORD.finditer(sql) if match[1]}


def with_needed(sql: str, definitions: Mapping[str, str], inline: Set[str] = frozenset()) -> str:
    """A step with the definitions that it needs put in front of it.

    Parameters
    ----------
    sql : str
        One SELECT.
    definitions : mapping of str to str
        Steps by name.
    inline : set of str
        The definitions that are mere views of a table, which are not worth keeping a copy of even
        where they are read twice.

    Examples
    --------
    >>> print(with_needed("SELECT * FROM b", {"a": "SELECT 1 AS x", "b": "SELECT x FROM a"}))
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
    waiting: set[str] = set()

    def add(text: str) -> None:
        mentioned = words(text)
        for name, definition in definitions.items():
            if name in mentioned and name not in needed and name not in waiting:
                waiting.add(name)  # a definition that mentions itself means the table below it
                add(definition)
                needed[name] = definition

    add(sql)
    if not needed:
        return sql
    listed = ",\n".join(
        f"{name} AS {'NOT MATERIALIZED ' if name in inline else ''}(\n{definition}\n)"
        for name, definition in needed.items()
    )
    # In brackets because the step may begin with WITH itself, which PostgreSQL takes only once.
    return f"WITH {listed}\nSELECT * FROM (\n{sql}\n) AS step"
