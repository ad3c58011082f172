"""The values of all the slots of one workbook, by whom it is for: a unit, a team, or a person."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.member_values import member_values
from kpi_xl.jobs.people import People, Person
from kpi_xl.jobs.plan_values import focus_of, manager_schedule, person_plan, week_values
from kpi_xl.jobs.targets import Targets
from kpi_xl.jobs.unit_values import UnitValues, Values
from kpi_xl.project import Settings


class Recipients:
    """Computes the values of the slots for whoever gets a workbook.

    Parameters
    ----------
    settings : Settings
        The project's settings.
    cube : Cube
        The measures.
    store : duckdb connection
        To the store.
    month : Month
        The month; the one after the last with data may be planned.
    rows : mapping of str to int
        The workbook's slots, and how many rows each has.
    growing : collection of str
        The slots that get as many rows as there are values.
    """

    def __init__(
        self,
        settings: Settings,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        month: Month,
        rows: Mapping[str, int],
        growing: frozenset[str] = frozenset(),
    ) -> None:
        self.cube = cube
        self.month = month
        self._settings = settings
        self._store = store
        self._rows = rows
        self._growing = growing
        self._targets = Targets(store, month)
        self._last_targets = Targets(store, month - 1)
        self._values = UnitValues(cube, settings, month)
        self._weeks = week_values(month)

    @property
    def is_for_persons(self) -> bool:
        """Whether the workbook is about one person."""
        return "person.id" in self._rows

    @property
    def is_for_teams(self) -> bool:
        """Whether the workbook is about a team and its people."""
        return any(name.startswith(("members.", "attention.")) for name in self._rows)

    @property
    def lowest_level(self) -> str:
        """The level of the teams."""
        return next(level for level in reversed(LEVELS) if self.cube.of_level(level))

    @functools.cache  # noqa: B019 - lives as long as one job
    def people(self, level: str) -> People:
        """Who is in the units of a level."""
        return People(self._store, self._settings, level, self.month, self.cube.last)

    def unit(self, number: int) -> Values:
        """The values of a workbook about a unit.

        Raises
        ------
        InputError
            When there is no data for the month.
        """
        self.cube.month_index(self.month)  # there is no table of a month to come
        unit = self.cube.units[number]
        manager = self.people(unit.level).manager_of(unit)
        return (
            self._about(number)
            | self._values.series(number)
            | {"unit.manager": manager.name if manager else None}
        )

    def team(self, number: int) -> Values:
        """The values of a workbook about a unit and its people.

        Raises
        ------
        InputError
            When nobody is in it, or more people than the workbook has room for.
        """
        unit = self.cube.units[number]
        everybody = self.people(unit.level)
        people = everybody.of(unit)
        if not people:
            raise InputError(f"单位“{unit.name}”在 {self.month} 没有人", "请核对单位和月份")
        manager = everybody.manager_of(unit)
        name = manager.name if manager else ""
        values = self._about(number) | self._weeks | {"unit.manager": name or None}
        if room := self._rows.get("members.工号"):
            values |= member_values(
                people,
                self._targets,
                self.month,
                self.cube.last,
                max(room, len(people)) if "members.工号" in self._growing else room,
            )
        if room := self._rows.get("attention.姓名"):
            focus = focus_of(self._values, number, self._last_targets.of_unit(unit))
            values |= manager_schedule(name, unit.name, people, self.month, focus, room)
        return values

    def person(self, number: int, person: Person) -> Values:
        """The values of a workbook about a person of a team."""
        unit = self.cube.units[number]
        everybody = self.people(unit.level)
        manager = everybody.manager_of(unit)
        department = self.cube.units[unit.parent].name if unit.parent else ""
        return (
            self._values.about(unit)
            | self._weeks
            | {
                "unit.name": department or unit.name,  # the team is the person's own
                "unit.manager": manager.name if manager else None,
            }
            | person_plan(
                person, everybody.of(unit), unit.name, department, self._targets, self.month
            )
        )

    def _about(self, number: int) -> Values:
        unit = self.cube.units[number]
        return self._values.about(unit) | self._values.kpis(number, self._targets.of_unit(unit))
