"""The named SQL steps, read from ``sql/``, with their numbers put in.

A step is one SELECT in the common ground of DuckDB, PostgreSQL and Spark. What varies (months,
settings, the table of a sum) stands in it as ``$name``; only whole numbers and names of our own are
ever put in, never anything from a file.
"""

from __future__ import annotations

import functools
import string
from importlib import resources


@functools.cache
def _text(name: str) -> str:
    return (resources.files("kpi_xl.data") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def step(name: str, **values: int | str) -> str:
    """The SQL of a step.

    Parameters
    ----------
    name : str
        The file name in ``sql/``, without its ending.
    **values
        What stands in it as ``$name``.

    Raises
    ------
    KeyError
        When a value is missing.
    """
    return string.Template(_text(name)).substitute(values)
