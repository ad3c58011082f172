"""The values of the slots of a recipient: a unit, a team, or a person."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from kpi_xl import kinds
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.people import Person
from kpi_xl.data.targets import Targets
from kpi_xl.errors import InputError
from kpi_xl.kpi_registry import Registry
from kpi_xl.slots.all_kpis import all_kpi_values
from kpi_xl.slots.analysis_values import AnalysisValues
from kpi_xl.slots.briefing import BRIEF, briefing
from kpi_xl.slots.count_values import count_values
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.form_values import FormValues
from kpi_xl.slots.front_values import FrontValues
from kpi_xl.slots.member_values import member_values
from kpi_xl.slots.monthly_review_values import ReviewMonth
from kpi_xl.slots.plan_values import (
    manager_schedule,
    person_plan,
    week_headings,
    week_values,
    weekly_focus,
)
from kpi_xl.slots.recipients import Recipient, Recipients
from kpi_xl.slots.sentence import Sentence
from kpi_xl.slots.slot import Values
from kpi_xl.slots.source_values import SourceValues
from kpi_xl.slots.survival_values import SurvivalValues
from kpi_xl.slots.unit_values import UnitValues

if TYPE_CHECKING:
    from kpi_xl.findings.findings import Findings


class RecipientValues:
    """Computes the values of the slots for each recipient.

    Parameters
    ----------
    filling : Filling
        The project, month and template that are filled.
    """

    def __init__(self, filling: Filling) -> None:
        self.cube = filling.cube
        self.month = filling.month
        self.filling = filling
        self.recipients = Recipients(filling)
        self._settings = filling.settings
        self._values = UnitValues(filling.cube, filling.settings, filling.month, filling.only)
        self._analysis = AnalysisValues(filling)
        self._front = FrontValues(filling, self._analysis)
        self._sources = SourceValues(filling)
        self._survival = SurvivalValues(filling)
        self._review = ReviewMonth(filling)
        self._forms = FormValues(filling, self._values)

    @property
    def _targets(self) -> Targets:
        return self.filling.targets(self.month)

    @property
    def kpis(self) -> Registry:
        """All KPIs of the project."""
        return self._settings.kpis

    @cached_property
    def _weeks(self) -> Values:
        settings = self._settings
        if not self.filling.asks("week"):
            return {}
        return week_values(self.month, settings.dates)

    def values(self, recipient: Recipient) -> Values:
        """The values of the slots of one recipient.

        Raises
        ------
        InputError
            As `unit` and `team`.
        """
        if recipient.person is not None:
            values = self.person(recipient.number, recipient.person)
        elif self.recipients.is_for_teams:
            values = self.team(recipient.number)
        else:
            values = self.unit(recipient.number)
        agreed = self.filling.agreed
        return agreed.as_agreed(self.filling.template, recipient.level, recipient.key, values)

    def findings(self, level: str) -> Findings:
        """The findings about the units of a level."""
        return self._analysis.findings(level)

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
            | (count_values(series) if self.filling.asks("count.") else {})
            | self._sources.of_unit(number, about)
            | self._analysis.unit(number)
            | self._front.unit(number, about)
            | self._survival.unit(number, about)
            | self._review.unit(number, self._analysis.findings(unit.level))
        )
        if self.filling.asks(BRIEF.pattern):
            values |= BRIEF.columns(self.sentences(number, values))
        return values

    def sentences(self, number: int, values: Values) -> list[Sentence]:
        """晨会稿 of a unit, made from its values."""
        findings = self._analysis.findings(self.cube.units[number].level)
        return briefing(values, findings, number, self.month, is_open=self.is_open)

    @property
    def is_open(self) -> bool:
        """Whether the month is not over."""
        return self.month == self.cube.last and self.cube.as_of is not None

    def _all_kpis(self, number: int, about: Values) -> Values:
        if not self.filling.asks("all."):
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
        about = self._about(number, self._forms.not_listed(number))
        values = about | self._weeks | self._sources.of_unit(number, about, people)
        name = self._manager(unit) or ""
        values |= week_headings(about)
        values |= self._forms.unit(number)
        room = self.recipients.room(number)
        if room:
            values |= member_values(people, self._targets, self.month, self.cube.last, room)
        if lines := self.filling.rows.get("attention.姓名"):
            focus = weekly_focus(
                self._values, number, self.filling.targets(self.month - 1).of_unit(unit)
            )
            settings = self._settings
            values |= manager_schedule(
                name,
                people,
                self.month,
                focus,
                lines,
                self._forms.known,
                settings.dates,
                settings.time_boxes,
                settings.day_minutes,
            )
        return values

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
                self._settings.dates,
                self._forms.by_day(person),
            )
            | self._forms.person(number, person)
        )

    def _about(self, number: int, note: str | None = None) -> Values:
        unit = self.cube.units[number]
        return (
            self._values.about(number, self._manager(unit), note=note)
            | self._values.kpis(number, self._targets.of_unit(unit))
            | self._analysis.statuses(number)
        )

    def _manager(self, unit: Unit) -> str | None:
        """The name of a unit's head."""
        found = self.filling.people(unit.level).manager_of(unit)
        return found.name if found else None
