"""The recipients of a template: units, teams or persons, told from its slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.people import Person
from kpi_xl.errors import InputError
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.filling import Filling
from kpi_xl.system.file_names import file_name

_OF_ALL_MEMBERS: Final = ("members.合计.", "members.平均.")
"""How the names begin that are no lists."""

PERSONS: Final = "个人"
"""The level of workbooks about persons."""


@dataclass(frozen=True)
class Recipient:
    """A recipient of a workbook.

    Parameters
    ----------
    unit : Unit
        The unit, a person's own team.
    number : int
        The unit's number in the cube.
    person : Person or None
        The person that the workbook is about; None for a unit's workbook.
    """

    unit: Unit
    number: int
    person: Person | None = None

    @property
    def key(self) -> str:
        """The key of the recipient within its `level`: 工号, or the unit's path."""
        return self.person.agent if self.person else self.unit.path

    @property
    def level(self) -> str:
        """The unit's level; of a person `PERSONS`."""
        return PERSONS if self.person else self.unit.level

    @property
    def name(self) -> str:
        """A label for people."""
        return self.person.name if self.person else self.unit.name


def files(
    recipients: Iterable[Recipient], suffix: str, settings: Settings, room: int
) -> Iterator[tuple[Recipient, Path]]:
    """The path of each workbook below the template's folder.

    Parameters
    ----------
    recipients : iterable of Recipient
        The recipients of the workbooks.
    suffix : str
        The ending of the workbooks.
    settings : Settings
        The branch has its name: a unit's workbook of the same name must not replace the branch's.
    room : int
        Characters of a name; see `kpi_xl.system.file_names.room_in`.
    """
    for recipient in recipients:
        unit = recipient.unit
        path = unit.path.split("/")
        if recipient.person is not None:
            # A number with the sign that stands before it could be part of another's name.
            between = "\0" if "_" in recipient.key else "_"
            above, names = path, [f"{recipient.name}{between}{recipient.key}"]
        elif unit.level not in (TOP, settings.organisation.main):
            above, names = path[:-1], path[-1:]
        else:
            above, names = [], path
            if unit.parent is not None and unit.path == settings.name:
                names = [settings.level_name(unit.level), *names]
        folders = [file_name(one, room=room) for one in above]
        yield recipient, Path(*folders, f"{file_name(*names, room=room)}{suffix}")


class Recipients:
    """The recipients of one template.

    Parameters
    ----------
    filling : Filling
        The project, month and template that are filled.
    """

    def __init__(self, filling: Filling) -> None:
        self.cube = filling.cube
        self.month = filling.month
        self.people = filling.people
        self._settings = filling.settings
        self._rows = filling.rows
        self._growing = filling.growing

    @property
    def is_for_persons(self) -> bool:
        """Whether the workbook is about one person."""
        return "person.id" in self._rows

    @property
    def is_for_departments(self) -> bool:
        """Whether the workbook is about a department and its people."""
        return "department.name" in self._rows

    @property
    def is_for_teams(self) -> bool:
        """Whether the workbook is about a team or department and its people."""
        of_people = any(name.startswith(("members.", "attention.")) for name in self._rows)
        return of_people or self.is_for_departments or "team.name" in self._rows

    @property
    def lowest_level(self) -> str:
        """The level of the teams."""
        return self.cube.lowest_level

    def level(self, wanted: str | None) -> str | None:
        """The level of the recipients; None for the branch and its departments.

        Parameters
        ----------
        wanted : str or None
            The level that was asked for; None for the usual one.

        Raises
        ------
        InputError
            When the template is not for units of that level.
        """
        if wanted is not None:
            wanted = self._settings.level_meant(wanted)
        if self.is_for_persons:
            if wanted not in (None, PERSONS):
                raise InputError(kinds.FOR_PERSONS(level=wanted))
            return PERSONS
        usual = self.lowest_level if self.is_for_teams else None
        if self.is_for_departments and self.cube.main in self.cube.levels:
            usual = self.cube.main
        there = self.cube.levels
        if wanted is not None and wanted not in there:
            names = "、".join(map(self._settings.level_name, there))
            raise InputError(kinds.NO_SUCH_LEVEL(level=wanted, known=names))
        return wanted or usual

    @property
    def _about_units(self) -> tuple[str, ...]:
        """The levels whose units get a workbook when no level is chosen."""
        return TOP, self.cube.main

    @property
    def usual_levels(self) -> str:
        """The names of the usual levels."""
        return "和".join(map(self._settings.level_name, self._about_units))

    def everybody(self, level: str | None = None) -> Iterator[Recipient]:
        """All recipients, in the order of the units.

        Parameters
        ----------
        level : str, optional
            The level of the units; by default a workbook with the slot ``person.id`` goes to each
            person, one with ``department.name`` to each department, one with ``team.name`` or
            slots about members or attention to each team, all others to the branch and its
            departments.

        Raises
        ------
        InputError
            When the template is not for units of that level.
        """
        chosen = self.level(level)
        units = self.cube.units
        if not (self.is_for_persons or self.is_for_teams):
            levels = self._about_units if chosen is None else (chosen,)
            for number, unit in enumerate(units):
                if unit.level in levels and not unit.is_unassigned:
                    yield Recipient(unit, number)
            return
        of_units = chosen if chosen in self.cube.levels else self.lowest_level
        people = self.people(of_units)
        for number in self.cube.of_level(of_units):
            unit = units[number]
            if self.is_for_persons:
                for person in people.of(unit):
                    yield Recipient(unit, number, person)
            elif people.of(unit):
                yield Recipient(unit, number)

    def with_units_below(self, level: str | None = None) -> Iterator[Recipient]:
        """The units of a level that have units below, for a sheet for each.

        Parameters
        ----------
        level : str, optional
            The level; by default those of the branch and the departments.
        """
        levels = self._about_units if level is None else (level,)
        for number, unit in enumerate(self.cube.units):
            recipient = Recipient(unit, number)
            if unit.level in levels and not unit.is_unassigned and self.below(recipient):
                yield recipient

    def below(self, recipient: Recipient) -> list[Recipient]:
        """The units directly below; only those with people where the values are about people."""
        return [
            Recipient(unit, number)
            for number, unit in enumerate(self.cube.units)
            if unit.parent == recipient.number
            and not unit.is_unassigned
            and (not self.is_for_teams or self.people(unit.level).of(unit))
        ]

    def check_room(self, recipients: Iterable[Recipient]) -> None:
        """Refuse a workbook that has too few rows for somebody's people.

        Raises
        ------
        InputError
            It has.
        """
        if self.is_for_teams and not self.is_for_persons:
            for recipient in recipients:
                self.room(recipient.number)

    def room(self, number: int) -> int:
        """The number of rows for a unit's people; 0 where the workbook has no such rows.

        Raises
        ------
        InputError
            They are too few.
        """
        unit = self.cube.units[number]
        people = len(self.people(unit.level).of(unit))
        asked = [
            name for name in self._rows if name.startswith("members.") and name != "members.heading"
        ]
        lists = [name for name in asked if not name.startswith(_OF_ALL_MEMBERS)]
        fixed = [self._rows[name] for name in lists if name not in self._growing]
        if fixed and people > min(fixed):
            raise InputError(
                kinds.TOO_MANY_MEMBERS(
                    level=self._settings.level_name(unit.level),
                    unit=unit.name,
                    people=people,
                    rows=min(fixed),
                )
            )
        if fixed:
            return min(fixed)
        return max([people, *(self._rows[name] for name in lists)]) if asked else 0
