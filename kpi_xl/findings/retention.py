"""How long people stay, by unit, recruiter, quarter of signing or education."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from kpi_xl.analysis.logrank import Difference, logrank
from kpi_xl.analysis.service_loss import FEWEST, worst_month
from kpi_xl.analysis.survival import (
    CONFIDENCE,
    Spells,
    Survival,
    anniversary,
    known_from,
    spells,
    survival,
    together,
)
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.data.signings import Signings, signings
from kpi_xl.data.sums import UNKNOWN
from kpi_xl.error_values import NOT_AVAILABLE
from kpi_xl.findings.day_sums import as_of_day
from kpi_xl.findings.peer_groups import peer_groups
from kpi_xl.settings.project_settings import CHANNEL, Settings

MONTHS: Final = 24
"""So many months of service are shown."""

LOSS_MONTHS: Final = 12
"""So many months of service are compared with the peers'."""

_NAMED: Final = 6
"""So many groups at most are named that stay differently; a list of twenty nobody reads."""

UNIT: Final = "单位"
BY: Final = (UNIT, "推荐人", "签约季度", "学历")
"""The attributes by which people can be grouped."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """People who are looked at together.

    Parameters
    ----------
    name : str
        The unit's path, the recruiter, the quarter, the education.
    people : Spells
        For how long each was watched.
    channel : (people,) int64 array
        Which group of peers each is in: only people of the same are compared.
    """

    name: str
    people: Spells
    channel: NDArray[np.int64]

    def within(self, channels: int) -> list[Spells]:
        """Its people channel by channel."""
        return [self.people.of(self.channel == one) for one in range(channels)]

    def survival(self, months: int = MONTHS) -> Survival:
        """The survival curve of the group."""
        return survival(self.people, months)

    @property
    def signed(self) -> int:
        """The number of people in the group."""
        return len(self.people.end)

    @property
    def left(self) -> int:
        """The number of them who have left."""
        return int(self.people.left.sum())

    @property
    def worst(self) -> str:
        """The months of service that lose more people than the others, as a text."""
        found = worst_month(self.survival())
        if found is None:
            return f"{self.name}：看不出哪个月流失特别多"
        most = f"其中第 {found.month} 个月最多，" if len(found.months) > 1 else ""
        return (
            f"{self.name}：第 {'、'.join(map(str, found.months))} 个月流失特别多，{most}"
            f"满 {found.month - 1} 个月的人里走了 {found.hazard:.1%}（{found.left} 人；"
            f"区间 {found.low:.1%} 到 {found.high:.1%}），其余各月平均 {found.others:.1%}"
        )


@dataclass(frozen=True)
class Groups:
    """Groups of people by a common attribute.

    Parameters
    ----------
    shown : sequence of Group
        Those of at least `FEWEST` people, in the order of their names.
    left_out : int
        How many groups have fewer.
    channels : int
        How many groups of peers there are.
    within : str
        What the peers have in common, as 渠道; empty where all are compared.
    """

    shown: tuple[Group, ...]
    left_out: int
    channels: int = 1
    within: str = ""

    @property
    def verdict(self) -> str:
        """Whether the groups stay differently long, and which, as a text; empty for one group."""
        if len(self.shown) < 2:
            return ""
        found = self._test([group.within(self.channels) for group in self.shown])
        test = f"log-rank 检验，只在同一{self.within}里比" if self.within else "log-rank 检验"
        if math.isnan(found.p):
            return f"同一{self.within}里没有别的组可比" if self.within else "各组之间看不出差别"
        if not found.p < 1 - CONFIDENCE:
            return f"各组之间看不出差别（{test}，p = {found.p:.2f}）"
        apart = [one for place in range(len(self.shown)) if (one := self._apart(place))]
        texts = [text for _, text in sorted(apart, reverse=True)[:_NAMED]]
        more = f"；另有 {len(apart) - _NAMED} 组" if len(apart) > _NAMED else ""
        return f"各组留存有差别（{test}，{_chance(found.p)}）" + (
            f"。和其余各组比：{'；'.join(texts)}{more}" if texts else "，但说不准是哪一组"
        )

    def _apart(self, place: int) -> tuple[float, str] | None:
        """How far a group is from the others, corrected for the number of groups."""
        others = [group.within(self.channels) for group in self.shown]
        own = others.pop(place)
        found = self._test([own, [together(one) for one in zip(*others, strict=True)]])
        if not found.p * len(self.shown) < 1 - CONFIDENCE:
            return None
        name, left, expected = self.shown[place].name, found.left[0], found.expected[0]
        faster = "快" if left > expected else "慢"
        text = f"{name}走得{faster}，走了 {left} 人，和大家一样应走 {expected:.0f} 人"
        return found.statistic, text

    @staticmethod
    def _test(groups: Sequence[Sequence[Spells]]) -> Difference:
        """The test of some groups, each given channel by channel."""
        return logrank(*zip(*groups, strict=True))


def _chance(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


@dataclass(frozen=True)
class Cohorts:
    """The people who signed in each month, and the share still there after each month of service.

    Parameters
    ----------
    months : sequence of Month
        The months of signing, the earliest first.
    signed : (cohorts,) int64 array
        How many signed (人).
    share : (cohorts, months) float64 array
        ``#N/A`` where not all have been able to serve so long yet, where the roster may lack some
        who left, and of a month in which nobody signed.
    """

    months: tuple[Month, ...]
    signed: NDArray[np.int64]
    share: Floats


@dataclass(frozen=True)
class Losses:
    """The leavers by month of service, of each unit, over the last twelve months.

    Parameters
    ----------
    left, served : mapping of int to (units,) int64 array
        By month of service, 1 to 12: who left in it, and how many whole months were served in it
        by all together (who leaves counts as one). The units are in the order of the cube.
    """

    left: Mapping[int, NDArray[np.int64]]
    served: Mapping[int, NDArray[np.int64]]


NOBODY_KNOWS: Final = Losses({}, {})
"""The losses where there is no roster to look at."""


def losses(
    cube: Cube, store: duckdb.DuckDBPyConnection, settings: Settings, month: Month, level: str
) -> Losses:
    """The leavers by month of service in the twelve months up to a month.

    Parameters are as for `Retention`.
    """
    people = Retention(cube, store, settings, month, level, since=month - 11)
    return people.losses()


class Retention:
    """How long the people of a level's units stay, as known at a month's end.

    Whoever signed counts, whatever his rank, in the unit he signed in; who comes back signs anew.

    Parameters
    ----------
    cube : Cube
        Whose units and months are meant.
    month : Month
        A month of the cube.
    level : str
        The level of the units.
    since : Month, optional
        People are watched from its first day on only; by default as long as they are known.

    Raises
    ------
    InputError
        When there is no data for the month.
    """

    def __init__(
        self,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        settings: Settings,
        month: Month,
        level: str,
        since: Month | None = None,
    ) -> None:
        cube.month_index(month)
        self.cube = cube
        self.month = month
        self.as_of = as_of_day(cube, settings, month)
        self._cut = settings.month_cut
        self._level = level
        self._within = settings.peers_within or ""
        self._peers = functools.partial(peer_groups, cube, store, settings, month, level)
        everybody = signings(store, settings, cube, level)
        last = np.datetime64(self.as_of)
        left = np.where(everybody.left <= last, everybody.left, np.datetime64("NaT", "D"))
        known = known_from(everybody.signed, left)
        if since is not None:
            known = np.maximum(known, np.datetime64(since.span(self._cut)[0]))
        seen, meant = spells(everybody.signed, left, last, known)
        inside = everybody.unit[meant] >= 0
        self._signings: Signings = everybody.of(meant).of(inside)
        self._spells = seen.of(inside)

    def about(self, units: Sequence[int]) -> list[str]:
        """The date of the data and the units, as a text."""
        inside = np.isin(self._signings.unit, units)
        late = int((self._spells.entry[inside] >= 0).sum())
        told = [
            f"数据截至 {self.as_of}",
            "人算在签约时所在的单位，不论职级；回来的人重新算一次签约",
        ]
        if late:
            told.append(
                f"有 {late} 人签约以后很久才第一次看到有人离开，更早离开的人可能不在名单里，"
                "所以只从那时起看他们"
            )
        return told

    def people(self, unit: int) -> Group:
        """The signings of one unit."""
        people = self._spells.of(self._signings.unit == unit)
        return Group(self.cube.units[unit].path, people, np.zeros(len(people.end), np.int64))

    def groups(self, by: str, units: Sequence[int]) -> Groups:
        """The people of some units by one of `BY`."""
        inside = np.isin(self._signings.unit, units)
        labels, channel = self._labels(by), self._channels(by)
        found, small = [], 0
        for label in units if by == UNIT else sorted(set(labels[inside].tolist())):
            meant = inside & (labels == label)
            if meant.sum() < FEWEST:
                small += bool(meant.any())
                continue
            name = self.cube.units[label].path if by == UNIT else str(label) or UNKNOWN
            found.append(Group(name, self._spells.of(meant), channel[meant]))
        channels = int(channel.max(initial=0)) + 1
        return Groups(tuple(found), small, channels, self._within if channels > 1 else "")

    def _channels(self, by: str) -> NDArray[np.int64]:
        """The group of peers of everybody: that of the unit or, among people, the own channel."""
        if self._within == CHANNEL and by != UNIT:
            return np.unique(self._signings.channel, return_inverse=True)[1].astype(np.int64)
        groups = self._peers()
        number = np.array([groups.number(place) for place in range(len(groups.names))], np.int64)
        return number[np.searchsorted(self.cube.of_level(self._level), self._signings.unit)]

    def _labels(self, by: str) -> NDArray[Any]:
        """The group of everybody."""
        if by == "签约季度":
            return _quarters(self._signings.month)
        of = {UNIT: "unit", "推荐人": "recruiter", "学历": "education"}[by]
        return np.asarray(getattr(self._signings, of))

    def losses(self) -> Losses:
        """The leavers by month of service."""
        units = self.cube.of_level(self._level)
        at = np.searchsorted(units, self._signings.unit)
        people, left, served = self._spells, {}, {}
        for n in range(1, LOSS_MONTHS + 1):
            seen = (people.entry < n) & ((people.end > n - 1) | (n == 1))
            goes = seen & people.left & (people.end <= n)
            part = np.where(goes, n, np.minimum(people.end, n)) - np.maximum(people.entry, n - 1)
            left[n] = np.bincount(at[goes], minlength=len(units))
            whole = np.bincount(at[seen], weights=part[seen], minlength=len(units))
            served[n] = np.maximum(np.rint(whole).astype(np.int64), left[n])
        return Losses(left, served)

    def tells(self, by: str) -> bool:
        """Whether the roster has the attribute that people are grouped by."""
        return bool((self._labels(by) != "").any())

    def cohorts(self, unit: int, cohorts: int = MONTHS, months: int = MONTHS) -> Cohorts:
        """The people who signed in a unit in each of the last months, and the share still there."""
        of_unit = self._signings.unit == unit
        listed = tuple(self.month - back for back in reversed(range(cohorts)))
        signed = np.zeros(cohorts, dtype=np.int64)
        share = np.full((cohorts, months), NOT_AVAILABLE)
        ends = np.arange(1, months + 1)
        for place, month in enumerate(listed):
            meant = of_unit & (self._signings.month == month.number)
            signed[place] = meant.sum()
            if not meant.any() or (self._spells.entry[meant] >= 0).any():
                continue
            people = self._spells.of(meant)
            last_day = np.datetime64(min(month.span(self._cut)[1], self.as_of))
            reached = anniversary(last_day, ends) <= np.datetime64(self.as_of)
            gone = (people.left[:, None] & (people.end[:, None] <= ends)).sum(axis=0)
            share[place] = np.where(reached, 1 - gone / signed[place], NOT_AVAILABLE)
        return Cohorts(listed, signed, share)


def _quarters(months: NDArray[np.int64]) -> NDArray[Any]:
    """The quarter of each month, as 2024Q1."""
    years, quarters = np.divmod((months - 1) // 3, 4)
    return np.array(
        [f"{year}Q{quarter + 1}" for year, quarter in zip(years, quarters, strict=True)],
        dtype=object,
    )
