"""Leave dates from lists of leavers and from transfers that mean leaving, put into 人员."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.fault import Fault
from kpi_xl.readers.id import Ids


@dataclass(frozen=True)
class Leaving:
    """A person who has left, by a row outside 人员.

    Parameters
    ----------
    agent : str
        His id as it is written there.
    where : str
        The file, for people.
    place : Any
        Which row it is, for whoever asks.
    """

    agent: str
    day: dt.date
    where: str
    place: Any


@dataclass(frozen=True)
class Left:
    """The result of putting leave dates into 人员.

    Parameters
    ----------
    agents : list of pyarrow.Table
        人员, with the days of leaving that were empty before.
    told : list of (int, int, Fault)
        What is to be told of rows of 人员: of which file, which row, what.
    unknown : list of (Leaving, Fault)
        The leavings that belong to nobody.
    """

    agents: list[pa.Table]
    told: list[tuple[int, int, Fault]]
    unknown: list[tuple[Leaving, Fault]]


def put_in(agents: Sequence[pa.Table], leavings: Iterable[Leaving]) -> Left:
    """Put leave dates into 人员 where it has none; where it has another, 人员 counts.

    Of somebody who signed several times the last signing before that day is meant; in every file
    of 人员 that has it, as those may be of different months.

    Parameters
    ----------
    agents : sequence of pyarrow.Table
        The rows of 人员, a table for each file.
    leavings : iterable of Leaving
        The people who left, with their days of leaving.
    """
    rows: dict[str, list[tuple[dt.date, int, int]]] = {}
    days: list[list[dt.date | None]] = []
    for number, data in enumerate(agents):
        days.append(data["left"].to_pylist())
        signed = data["signed"].to_pylist()
        for row, agent in enumerate(data["agent"].to_pylist()):
            rows.setdefault(agent, []).append((signed[row], number, row))
    ids = Ids(rows)
    told: list[tuple[int, int, Fault]] = []
    unknown: list[tuple[Leaving, Fault]] = []
    changed: set[int] = set()
    for leaving in leavings:
        meant = ids.meant(leaving.agent)
        of_agent = rows.get(meant.id if meant else leaving.agent, ())
        before = [one for one in of_agent if one[0] <= leaving.day]
        day = leaving.day.isoformat()
        if not before:
            unknown.append((leaving, kinds.LEAVER_UNKNOWN(day=day)))
            continue
        last = max(signed for signed, *_ in before)
        for _, number, row in (one for one in before if one[0] == last):
            left = days[number][row]
            if left is None:
                days[number][row] = leaving.day
                changed.add(number)
                told.append((number, row, kinds.LEFT_BY_LIST(where=leaving.where, day=day)))
            elif left != leaving.day:
                about = {"left": left.isoformat(), "where": leaving.where, "day": day}
                told.append((number, row, kinds.LEFT_OTHERWISE(**about)))
    return Left(
        [
            _with_days(data, days[number]) if number in changed else data
            for number, data in enumerate(agents)
        ],
        told,
        unknown,
    )


def _with_days(data: pa.Table, days: list[dt.date | None]) -> pa.Table:
    return data.set_column(data.column_names.index("left"), "left", pa.array(days, pa.date32()))
