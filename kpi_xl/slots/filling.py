"""The common data of everything that computes one workbook's values: project, month, template."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import duckdb

from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.data.people import People
from kpi_xl.data.targets import Targets, targets_of
from kpi_xl.record.origins import Origins
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.agreed import Agreed
from kpi_xl.slots.briefing import asked, results_of
from kpi_xl.slots.typed import weeks_for

if TYPE_CHECKING:
    from kpi_xl.record.collected import Entry


@dataclass(frozen=True, eq=False)
class Filling:
    """The filling of one template for a month, for all its recipients.

    Parameters
    ----------
    settings : Settings
        What kpi.toml and 设置.xlsx say of the project.
    cube : Cube
        The measures by unit and month.
    store : DuckDBPyConnection
        The raw rows; open as long as values are computed.
    month : Month
        The month; the one after the last with data may be planned.
    slots : mapping of str to int
        The workbook's slots, and how many rows each has.
    growing : frozenset of str
        The slots that get as many rows as there are values.
    responses : sequence of Entry
        What the workbook looks at of what was collected.
    template : str
        The template whose workbooks people typed into, by name.
    decided : mapping of (str, str) to int
        What was decided in rounds that people are to do, by 工号 and activity.
    only : collection of str, optional
        The names of the KPIs that are looked at; by default all.
    origins : Origins
        Who typed what the workbook tells the source of.
    """

    settings: Settings
    cube: Cube
    store: duckdb.DuckDBPyConnection
    month: Month
    slots: Mapping[str, int]
    growing: frozenset[str] = frozenset()
    responses: Sequence[Entry] = ()
    template: str = ""
    decided: Mapping[tuple[str, str], int] = field(default_factory=dict)
    only: Collection[str] | None = None
    origins: Origins = field(default_factory=Origins)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The slots, with those that its sentences need, and their numbers of rows."""
        main = self.settings.headlines if self.settings.main_kpis else ()
        told = {*self.targets(self.month).names, *(kpi.name for kpi in main)}
        return asked(self.slots, results_of(self.settings.kpis.values(), told))

    @kept
    def asks(self, prefix: str) -> bool:
        """Whether the workbook has slots with this prefix."""
        return any(name.startswith(prefix) for name in self.rows)

    @kept
    def people(self, level: str) -> People:
        """The people in the units of a level."""
        return People(self.store, self.settings, level, self.month, self.cube.last)

    @kept
    def targets(self, month: Month) -> Targets:
        """The targets of a month."""
        return targets_of(self.store, month, self.settings.kpis, self.settings.targets)

    @cached_property
    def agreed(self) -> Agreed:
        """The typed values that the forms start from."""
        return Agreed(self.responses, self.month, weeks_for(self.settings), self.decided)
