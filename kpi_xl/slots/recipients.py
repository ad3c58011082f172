"""Who gets a workbook, and the values of its slots: of a unit, a team, or a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from kpi_xl import kinds
from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.data.cube import LEVELS, Cube, Unit
from kpi_xl.data.origins import Origins
from kpi_xl.data.people import People, Person
from kpi_xl.data.targets import targets_of
from kpi_xl.errors import InputError
from kpi_xl.kpi import Registry
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.agreed import Agreed
from kpi_xl.slots.all_kpis import all_kpi_values
from kpi_xl.slots.analysis_values import AnalysisValues
from kpi_xl.slots.briefing import BRIEF, asked, briefing
from kpi_xl.slots.count_values import count_values
from kpi_xl.slots.form_values import FormValues
from kpi_xl.slots.front_values import FrontValues
from kpi_xl.slots.member_values import member_values
from kpi_xl.slots.monthly_review_values import ReviewMonth
from kpi_xl.slots.plan_values import (
    focus_of,
    manager_schedule,
    person_plan,
    week_headings,
    week_values,
)
from kpi_xl.slots.sentence import Sentence
from kpi_xl.slots.slot import Values
from kpi_xl.slots.source_values import SourceValues
from kpi_xl.slots.survival_values import SurvivalValues
from kpi_xl.slots.typed import weeks_for
from kpi_xl.slots.unit_values import UnitValues
from kpi_xl.system.file_names import file_name

if TYPE_CHECKING:
    from kpi_xl.data.collected import Entry
    from kpi_xl.findings.findings import Findings

_DEPARTMENT: Final = "营业部"

_ABOUT_UNITS: Final = ("分公司", _DEPARTMENT)
"""The levels whose units get a workbook about the unit when no level is chosen."""

_OF_ALL_MEMBERS: Final = ("members.合计.", "members.平均.")
"""How the names begin that are no lists."""

PERSONS: Final = "个人"
"""The level of workbooks about persons."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who gets a workbook.

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
        """What tells the recipient from the others of his `level`: 工号, or the unit's path."""
        return self.person.agent if self.person else self.unit.path

    @property
    def level(self) -> str:
        """The unit's level; of a person `PERSONS`."""
        return PERSONS if self.person else self.unit.level

    @property
    def name(self) -> str:
        """A name for people to read."""
        return self.person.name if self.person else self.unit.name


def files(
    recipients: Iterable[Recipient], suffix: str, branch: str, room: int
) -> Iterator[tuple[Recipient, Path]]:
    """Where each workbook goes below the template's folder.

    Parameters
    ----------
    recipients : iterable of Recipient
        Who gets one.
    suffix : str
        The ending of the workbooks.
    branch : str
        The name of the branch, whose workbook a unit's of the same name must not replace.
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
        elif unit.level not in _ABOUT_UNITS:
            above, names = path[:-1], path[-1:]
        else:
            above, names = [], path
            if unit.parent is not None and unit.path == branch:
                names = [unit.level, *names]
        folders = [file_name(one, room=room) for one in above]
        yield recipient, Path(*folders, f"{file_name(*names, room=room)}{suffix}")


class Recipients:
    """Computes the values of the slots for whoever gets a workbook.

    Parameters
    ----------
    cube : Cube
        The measures.
    month : Month
        The month; the one after the last with data may be planned.
    rows : mapping of str to int
        The workbook's slots, and how many rows each has.
    growing : collection of str
        The slots that get as many rows as there are values.
    came_back : sequence of Entry
        What the workbook looks at of what was collected.
    template : str
        The template's name.
    decided : mapping of (str, str) to int
        What was decided in rounds that people are to do, by 工号 and activity.
    only : collection of str, optional
        The names of the KPIs that are looked at; by default all.
    origins : Origins
        Who typed what the workbook tells the source of.
    """

    def __init__(
        self,
        settings: Settings,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        month: Month,
        rows: Mapping[str, int],
        growing: frozenset[str] = frozenset(),
        came_back: Sequence[Entry] = (),
        template: str = "",
        decided: Mapping[tuple[str, str], int] | None = None,
        only: Collection[str] | None = None,
        origins: Origins | None = None,
    ) -> None:
        self.cube = cube
        self.month = month
        self._settings = settings
        self._store = store
        self._rows = rows = asked(rows)
        self._growing = growing
        self._targets = targets_of(store, month, settings.kpis, settings.targets)
        self._last_targets = targets_of(store, month - 1, settings.kpis, settings.targets)
        self._values = UnitValues(cube, settings, month, only)
        plans_weeks = any(name.startswith("week") for name in rows)
        self._weeks = week_values(month, settings.month_cut, settings.work) if plans_weeks else {}
        self._analysis = AnalysisValues(cube, store, settings, month, rows)
        self._sources = SourceValues(cube, store, settings, month, rows, origins or Origins())
        self._survival = SurvivalValues(cube, store, settings, month, rows)
        self._agreed = Agreed(came_back, month, weeks_for(settings), decided)
        self._template = template
        self._review = ReviewMonth(
            cube, store, settings, month, rows, growing, came_back, self._agreed
        )
        self._counts = any(name.startswith("count.") for name in rows)
        self._forms = FormValues(
            cube, store, settings, month, rows, self._values, self.people, self._agreed
        )

    @property
    def kpis(self) -> Registry:
        """The KPIs there are."""
        return self._settings.kpis

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
        return next(level for level in reversed(LEVELS) if self.cube.of_level(level))

    def level(self, wanted: str | None) -> str | None:
        """The level of those who get a workbook; None for the branch and its departments.

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
        if self.is_for_departments and self.cube.of_level(_DEPARTMENT):
            usual = _DEPARTMENT
        there = [level for level in LEVELS if self.cube.of_level(level)]
        if wanted is not None and wanted not in there:
            names = "、".join(map(self._settings.level_name, there))
            raise InputError(kinds.NO_SUCH_LEVEL(level=wanted, known=names))
        return wanted or usual

    def everybody(self, level: str | None = None) -> Iterator[Recipient]:
        """Everybody who gets a workbook, in the order of the units.

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
            levels = _ABOUT_UNITS if chosen is None else (chosen,)
            for number, unit in enumerate(units):
                if unit.level in levels and not unit.is_unassigned:
                    yield Recipient(unit, number)
            return
        of_units = chosen if chosen in LEVELS else self.lowest_level
        people = self.people(of_units)
        for number in self.cube.of_level(of_units):
            unit = units[number]
            if self.is_for_persons:
                for person in people.of(unit):
                    yield Recipient(unit, number, person)
            elif people.of(unit):
                yield Recipient(unit, number)

    def with_units_below(self, level: str | None = None) -> Iterator[Recipient]:
        """The units of a level that have units below them, for a sheet a unit.

        Parameters
        ----------
        level : str, optional
            The level; by default those of the branch and the departments.
        """
        levels = _ABOUT_UNITS if level is None else (level,)
        for number, unit in enumerate(self.cube.units):
            recipient = Recipient(unit, number)
            if unit.level in levels and not unit.is_unassigned and self.below(recipient):
                yield recipient

    def below(self, recipient: Recipient) -> list[Recipient]:
        """The units directly below one; only those with people where the values are about them."""
        return [
            Recipient(unit, number)
            for number, unit in enumerate(self.cube.units)
            if unit.parent == recipient.number
            and not unit.is_unassigned
            and (not self.is_for_teams or self.people(unit.level).of(unit))
        ]

    def values(self, recipient: Recipient) -> Values:
        """The values of the slots of somebody's workbook.

        Raises
        ------
        InputError
            As `unit` and `team`.
        """
        if recipient.person is not None:
            values = self.person(recipient.number, recipient.person)
        elif self.is_for_teams:
            values = self.team(recipient.number)
        else:
            values = self.unit(recipient.number)
        return self._agreed.as_agreed(self._template, recipient.level, recipient.key, values)

    def findings(self, level: str) -> Findings:
        """The findings about the units of a level."""
        return self._analysis.findings(level)

    @kept
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
        series, about = self._values.series(number), self._about(number)
        values = (
            about
            | series
            | self._all_kpis(number, about)
            | (count_values(series) if self._counts else {})
            | self._sources.of_unit(number, about)
            | self._analysis.unit(number)
            | self._front(number, about)
            | self._survival.unit(number, about)
            | self._review.unit(number, self._analysis.findings(unit.level))
        )
        if any(name.startswith(BRIEF.pattern) for name in self._rows):
            values |= BRIEF.columns(self.sentences(number, values))
        return values

    def sentences(self, number: int, values: Values) -> list[Sentence]:
        """晨会稿 of a unit, by its values; as far as its workbook asks for them."""
        findings = self._analysis.findings(self.cube.units[number].level)
        return briefing(values, findings, number, self.month, is_open=self.is_open)

    @property
    def is_open(self) -> bool:
        """Whether the month is not over."""
        return self.month == self.cube.last and self.cube.as_of is not None

    def _front(self, number: int, about: Values) -> Values:
        if not any(name.startswith("front.") for name in self._rows):
            return {}
        shown = [name.removeprefix("kpi.") for name in self._rows if name.count(".") == 1]
        front = FrontValues(
            self.cube,
            self._settings,
            self.month,
            self._analysis,
            self.people,
            self._targets,
            [name for name in shown if f"kpi.{name}" in self._rows],
        )
        return front.unit(number, about)

    def _all_kpis(self, number: int, about: Values) -> Values:
        if not any(name.startswith("all.") for name in self._rows):
            return {}
        findings = self._analysis.findings(self.cube.units[number].level)
        return all_kpi_values(
            self._values, number, about, lambda code: findings.status(code, number)
        )

    def team(self, number: int) -> Values:
        """The values of a workbook about a unit and its people.

        Raises
        ------
        InputError
            When nobody is in it, or more people than the workbook has room for.
        """
        unit = self.cube.units[number]
        people = self._forms.members(number)
        if not people:
            raise InputError(kinds.NOBODY_THERE(unit=unit.name, month=self.month))
        about = self._about(number)
        values = about | self._weeks | self._sources.of_unit(number, about, people)
        name = self._manager(unit) or ""
        heading = f"{unit.name}　{name}　{self.month.chinese}"
        values |= week_headings(heading)
        values |= self._forms.unit(number)
        room = self._checked_room(number)
        if room:
            values |= member_values(people, self._targets, self.month, self.cube.last, room)
        if lines := self._rows.get("attention.姓名"):
            focus = focus_of(self._values, number, self._last_targets.of_unit(unit))
            settings = self._settings
            values |= manager_schedule(
                name,
                people,
                self.month,
                focus,
                lines,
                settings.month_cut,
                settings.time_boxes,
                settings.day_minutes,
                settings.work,
            )
        return values

    def check_room(self, recipients: Iterable[Recipient]) -> None:
        """Refuse a workbook that has too few rows for somebody's people.

        Raises
        ------
        InputError
            It has.
        """
        if self.is_for_teams and not self.is_for_persons:
            for recipient in recipients:
                self._checked_room(recipient.number)

    def _checked_room(self, number: int) -> int:
        """How many rows the workbook has for a unit's people; 0 where it asks nothing of them."""
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

    def person(self, number: int, person: Person) -> Values:
        """The values of a workbook about a person of a team."""
        unit = self.cube.units[number]
        department = self.cube.units[unit.parent].name if unit.parent else ""
        return (
            # The team is the person's own.
            self._values.about(number, self._manager(unit), department)
            | self._weeks
            | person_plan(
                person,
                self._forms.quotas(number)[person.agent],
                unit.name,
                department,
                self._targets,
                self.month,
                self._settings.month_cut,
                self._settings.work,
                self._forms.by_day(person.agent),
            )
            | self._forms.person(number, person)
        )

    def _about(self, number: int) -> Values:
        unit = self.cube.units[number]
        return (
            self._values.about(number, self._manager(unit))
            | self._values.kpis(number, self._targets.of_unit(unit))
            | self._analysis.statuses(number)
        )

    def _manager(self, unit: Unit) -> str | None:
        """The name of who leads a unit."""
        found = self.people(unit.level).manager_of(unit)
        return found.name if found else None
