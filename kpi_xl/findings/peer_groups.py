"""Which units are each other's peers: all of a level, or those of one channel or unit above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.calendar import Month
from kpi_xl.catalogue.organisation import depth_of
from kpi_xl.data.cube import Cube
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.steps import CHANNELS
from kpi_xl.settings.project_settings import CHANNEL, Settings

_NEARLY_ALL: Final = 0.9
"""A unit is of the channel of so many of its people: one of them noted wrongly changes nothing."""


class PeerGroups:
    """The groups of peers among the units of a level.

    Parameters
    ----------
    names : sequence of str
        What the group of each unit is called; empty where all of the level are one.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        listed = sorted(set(self.names))
        number = {name: place for place, name in enumerate(listed)}
        self._number: NDArray[np.int64] = np.array([number[name] for name in self.names], np.int64)
        self.places: tuple[NDArray[np.int64], ...] = tuple(
            np.flatnonzero(self._number == place) for place in range(len(listed))
        )
        """Which units are in each group."""

    @property
    def are_several(self) -> bool:
        """Whether there is more than one group."""
        return len(self.places) > 1

    def of(self, place: int) -> NDArray[np.int64]:
        """The units of a unit's group, the unit among them."""
        return self.places[self.number(place)]

    def number(self, place: int) -> int:
        """The number of a unit's group."""
        return int(self._number[place])


def peer_groups(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, month: Month, level: str
) -> PeerGroups:
    """The groups that a project compares within.

    Parameters
    ----------
    cube : Cube
        Whose units are meant.
    month : Month
        At the end of which people are looked at.
    level : str
        The level of the units.
    """
    within, units = settings.peers_within, cube.of_level(level)
    if within is None or not units:
        return PeerGroups([""] * len(units))
    if within == CHANNEL:
        return PeerGroups(_channels(cube, store, settings, month, level))
    if depth_of(level) <= depth_of(within):
        return PeerGroups([""] * len(units))
    return PeerGroups([_above(cube, unit, within) for unit in units])


def _above(cube: Cube, unit: int, level: str) -> str:
    above: int | None = unit
    while above is not None and cube.units[above].level != level:
        above = cube.units[above].parent
    return "" if above is None else cube.units[above].path


def _channels(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, month: Month, level: str
) -> list[str]:
    membership = membership_table(level)
    months = Months(settings.month_cut)
    query = CHANNELS.query(months, membership=membership, month=month.number)
    paths = unit_paths(store, level)
    people: dict[str, dict[str, int]] = {}
    for unit, channel, count in store.execute(query.sql).fetchall():
        people.setdefault(paths.get(unit, ""), {})[channel] = count
    return [_channel(people.get(cube.units[unit].path, {})) for unit in cube.of_level(level)]


def _channel(people: dict[str, int]) -> str:
    """The channel that nearly all people of a unit have; else all its channels together."""
    whole = sum(people.values())
    for channel, count in people.items():
        if count >= _NEARLY_ALL * whole:
            return channel
    return "、".join(sorted(people))
