"""The named SQL steps, read from ``sql/``, with what varies put in.

A step is one SELECT in the common ground of DuckDB, PostgreSQL and Spark. What varies stands in it
as ``$name``, and ``BUSINESS_MONTH(day)`` is written out as the number of the month that a day lies
in, ``year * 12 + month``. Only whole numbers, names of our own and the project's own settings are
ever put in, never anything from a raw file.
"""

from __future__ import annotations

import functools
import re
import string
from importlib import resources
from typing import Final

_BUSINESS_MONTH: Final = re.compile(r'BUSINESS_MONTH\(((?:\w+\.)?"?\w+"?)\)')


@functools.cache
def _text(name: str) -> str:
    return (resources.files("kpi_xl.data") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def step(name: str, month_cut: int | None = None, **values: int | str) -> str:
    """The SQL of a step.

    Parameters
    ----------
    name : str
        The file name in ``sql/``, without its ending.
    month_cut : int, optional
        The last day of a business month; None for natural months.
    **values
        What stands in it as ``$name``.

    Raises
    ------
    KeyError
        When a value is missing.
    """
    text = string.Template(_text(name)).substitute(values)
    return _BUSINESS_MONTH.sub(lambda match: _month_of(match[1], month_cut), text)


def _month_of(day: str, month_cut: int | None) -> str:
    month = f"EXTRACT(year FROM {day}) * 12 + EXTRACT(month FROM {day})"
    if month_cut is not None:
        # The days after the cut belong to the next month, but December ends with the year.
        month += (
            f" + CASE WHEN EXTRACT(day FROM {day}) > {month_cut}"
            f" AND EXTRACT(month FROM {day}) < 12 THEN 1 ELSE 0 END"
        )
    return f"CAST({month} AS INTEGER)"


def text_list(texts: tuple[str, ...]) -> str:
    """Texts from the settings as the inside of an SQL ``IN (…)``; nothing is in an empty one."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts) or "NULL"
