"""Rules for the units that the people of 人员 belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.checks.finding import Finding

_FORGOTTEN: Final = 0.1
"""Where so few rows lack a unit, it was forgotten; where more do, they are meant to have none."""


def of_places(table: Table, agents: pa.Table) -> Iterator[Finding]:
    """The doubts about where people belong, by the table that says it."""
    if table.of_units(before=True):
        return  # where somebody went
    places = {column.code: column.name for column in table.of_units().values()}
    yield from _nowhere(agents, places)
    yield from _in_first_rows(agents, places)
    yield from _without_upper(agents, places)


def _without_upper(agents: pa.Table, places: Mapping[str, str]) -> Iterator[Finding]:
    """Units with rows that do not name the unit above, so that they make another unit."""
    for above, code in pairwise(places):
        blank = pc.is_null(agents[above])
        if not len(agents) * _FORGOTTEN < agents[above].null_count < len(agents):
            continue  # each row is told
        without = pc.unique(agents[code].filter(blank)).drop_null()
        for unit in without.to_pylist():
            rows = pc.fill_null(pc.equal(agents[code], unit), False)
            named = pc.unique(agents[above].filter(rows)).drop_null().to_pylist()
            if len(named) != 1:
                continue
            lacking = pc.and_(rows, blank)
            about = {"level": places[code], "upper": places[above], "unit": unit, "name": named[0]}
            fault = kinds.UNIT_WITHOUT_UPPER(**about, count=pc.sum(lacking).as_py())
            yield Finding(pc.index(lacking, True).as_py(), above, fault)


def _nowhere(agents: pa.Table, places: Mapping[str, str]) -> Iterator[Finding]:
    """Agents without a unit at a level where nearly everybody has one."""
    for code, name in places.items():
        blank = pc.is_null(agents[code])
        if 0 < agents[code].null_count <= len(agents) * _FORGOTTEN:
            for row in np.flatnonzero(blank).tolist():
                yield Finding(row, code, kinds.NO_UNIT(level=name))


def _in_first_rows(agents: pa.Table, places: Mapping[str, str]) -> Iterator[Finding]:
    """Units that stand only once, above empty cells: a layout of reports, not of lists."""
    for code, level in places.items():
        named = agents[code].drop_null()
        blanks = agents[code].null_count
        if len(named) > 1 and blanks >= len(named) == len(named.unique()):
            first = pc.index(pc.is_null(agents[code]), True).as_py()
            yield Finding(first, code, kinds.UNITS_IN_FIRST_ROWS(level=level, count=blanks))


def moves_unlike(
    agents: pa.Table, transfers: pa.Table, places: Mapping[str, str]
) -> Iterator[Finding]:
    """Who is in another unit by his last transfer than by 人员, which says where people are.

    Parameters
    ----------
    agents, transfers : pyarrow.Table
        The rows of 人员 and 异动.
    places : mapping of str to str
        The columns of units by code, each with its name.
    """
    today = np.datetime64("today", "D")
    last: dict[str, int] = {}
    days = transfers["valid_from"].to_numpy()
    who = transfers["agent"].to_pylist()
    for row in np.argsort(days, kind="stable").tolist():
        if days[row] <= today:
            last[who[row]] = row
    newest: dict[str, int] = {}
    signed = agents["signed"].to_numpy()
    people = agents["agent"].to_pylist()
    for row in np.argsort(signed, kind="stable").tolist():
        newest[people[row]] = row
    unlike: list[tuple[int, str]] = []
    for agent, move in last.items():
        if agent not in newest or days[move] < signed[newest[agent]]:
            continue
        for code in places:
            to, now = transfers[code][move].as_py(), agents[code][newest[agent]].as_py()
            if to is not None and now is not None and to != now:
                unlike.append((move, code))
                break
    if unlike:
        row, code = min(unlike)
        there = agents[code][newest[who[row]]].as_py()
        about = {"level": places[code], "now": there, "count": len(unlike)}
        yield Finding(row, code, kinds.MOVED_ELSEWHERE(**about))
