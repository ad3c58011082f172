"""Keys that identify the rows of a list, also after the list was sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, NamedTuple


class RowKey(NamedTuple):
    """The person or subject of a row.

    Attributes
    ----------
    agent : str
        工号; empty where rows are not people's.
    text : str
        The whole key: 工号, the day as ``2024-06-03``, or both with a space between; empty where
        nothing tells the row.
    """

    agent: str
    text: str


NO_KEY: Final = RowKey("", "")


def row_keys(agents: Mapping[int, object], days: Mapping[int, object]) -> dict[int, RowKey]:
    """The keys of a list's rows.

    A day without people may have several lines, of which the first alone has its date, as a
    written log has; those below are told by their number: ``2024-06-03 2``.

    Parameters
    ----------
    agents, days : mapping of int to object
        What stands in the columns that tell the rows, by row; empty where there is no such
        column.
    """
    found = {}
    day, line = "", 0
    for row in sorted(agents.keys() | days.keys()):
        agent, said = _text(agents.get(row)), days.get(row)
        if agents:
            whole = " ".join(filter(None, (agent, _text(said)))) if agent else ""
        else:
            is_new = isinstance(said, dt.date)
            day, line = (_text(said), 1) if is_new else (day, line + 1)
            whole = f"{day} {line}" if day and line > 1 else day
        if whole:
            found[row] = RowKey(agent, whole)
    return found


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value).strip()
