"""The values of the slots of the forms of 活动量管理."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import duckdb
import numpy as np

from kpi_xl.analysis.peers import median
from kpi_xl.cached import kept
from kpi_xl.calendar import planned_weeks
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.daily_activities import DailyActivities
from kpi_xl.data.dues_to_collect import DueToCollect, dues_to_collect
from kpi_xl.data.people import Known, Person
from kpi_xl.data.ratings import last_round
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.peer_groups import PeerGroups, peer_groups
from kpi_xl.findings.ripeness import Ripeness
from kpi_xl.findings.shown import with_bands
from kpi_xl.slots.activity_quotas import monthly_quotas
from kpi_xl.slots.agenda_values import agenda_values
from kpi_xl.slots.assessment_values import (
    FEEDBACK_SHARE,
    assessment_values,
    feedback_values,
    feedback_weights,
)
from kpi_xl.slots.day_plans import ByDay
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.log_values import log_days, manager_log, outlets_of, person_log
from kpi_xl.slots.member_values import MEMBERS_HEADING
from kpi_xl.slots.plan_slots import FOCUS, form_weeks
from kpi_xl.slots.plan_values import manager_days, weekly_focus, whom_to_see
from kpi_xl.slots.skill_values import box_values, skill_values
from kpi_xl.slots.slot import Values
from kpi_xl.slots.task_values import task_values
from kpi_xl.slots.topic_values import topic_values
from kpi_xl.slots.unit_values import UnitValues
from kpi_xl.slots.weekly_member_values import MemberDays, daily_checks, week_statistics
from kpi_xl.slots.weekly_review_values import review_values

_ATTENTION: Final = 10
_PRODUCTS: Final = ("年金保险", "终身寿险", "两全保险", "重大疾病保险", "医疗保险", "意外伤害保险")


class FormValues:
    """Computes the slots of the forms.

    Parameters
    ----------
    filling : Filling
        The project, month and template that are filled.
    values : UnitValues
        The KPIs of the month.
    """

    def __init__(self, filling: Filling, values: UnitValues) -> None:
        self._cube = filling.cube
        self._store = filling.store
        self._settings = filling.settings
        self._month = filling.month
        self._dates = filling.settings.dates
        self._rows = filling.rows
        self._asks = filling.asks
        self._people = filling.people
        self._agreed = filling.agreed
        self._values = values
        self._targets = filling.targets(filling.month)
        self._last_targets = filling.targets(filling.month - 1)

    def members(self, number: int) -> list[Person]:
        """The people of a unit, team by team."""
        unit = self._cube.units[number]
        own = {one.agent: one for one in self._people(unit.level).of(unit)}
        in_teams = [one.agent for _, team in self._teams(number) for one in team]
        return [own.pop(agent) for agent in in_teams if agent in own] + list(own.values())

    def unit(self, number: int) -> Values:
        """The slots of a workbook about a department or team and its people."""
        unit = self._cube.units[number]
        people = self.members(number)
        rows = max(self._rows.get("members.工号", 0), len(people))
        about = {"unit.name": unit.name, "period.month": self._month.chinese}
        values = MEMBERS_HEADING.values(None, about)
        if self._asks("score."):
            about = self._values.kpis(number, self._targets.of_unit(unit))
            known = self._settings.kpis
            bands = {code: with_bands(kpi, self._settings) for code, kpi in known.items()}
            unripe = Ripeness(self._cube, self._month, known).until.keys()
            values |= assessment_values(about, bands, unripe, self._agreed.scoring(unit))
        if self._asks("feedback."):
            values |= self._feedback(number, values.get("score.total", ""))
        if room := self._rows.get("topics.主题"):
            findings = self._findings(unit.level)
            values |= topic_values(findings, number, people, self._month, room, self._dates)
        if self._asks("week1.time."):
            focus = weekly_focus(self._values, number, self._last_targets.of_unit(unit))
            for name, days in form_weeks(self._month, self._dates).items():
                values |= FOCUS.values((focus[int(name) - 1] or None) if days else None, 周=name)
            weakest, settings = self._weakest_first(number), self._settings
            values |= agenda_values(
                weakest, self._month, self._dates, settings.time_boxes, settings.day_minutes
            )
        if self._asks("week1.合计."):
            teams = {one.agent: name for name, team in self._teams(number) for one in team}
            values |= week_statistics(self._days(number), teams, self._rows)
        if self._asks("week1.checks."):
            values |= daily_checks(self._days(number))
        if self._asks("members.技能"):
            judged = self._agreed.skill
            values |= skill_values(people, self._month, rows, judged, self._dates)
        if self._asks("boxes."):
            last = self._cube.last
            values |= box_values(people, self._month, last, rows, self._dates)
        if self._asks("week1.log."):
            values |= log_days(self._month, self._dates)
            to_see = whom_to_see(people, self._month, self.known, _ATTENTION, self._dates)
            planned = manager_days(to_see, self._month, self._dates)
            values |= manager_log(planned, self._month, self._dates)
        return values

    def person(self, number: int, person: Person) -> Values:
        """The slots of a person's workbook."""
        asks_log, asks_review = self._asks("week1.log."), self._asks("week1.next.")
        values: Values = {}
        if self._asks("week1.tasks."):
            own = self._to_collect.get(person.agent, [])
            values |= task_values(own, self._month, self._dates)
        if not (asks_log or asks_review):
            return values
        quotas = self.quotas(number)[person.agent]
        if asks_review:
            by_day, served = self.by_day(person), person.served(self._month, self._dates)
            values |= review_values(quotas, self._month, self._dates, by_day, served)
        if asks_log:
            outlets = outlets_of(self._store, person.agent, *self._dates.span(self._month))
            by_day = self.by_day(person)
            values |= log_days(self._month, self._dates)
            values |= person_log(quotas, outlets, self._products, self._month, self._dates, by_day)
        return values

    def _feedback(self, number: int, score: Any) -> Values:
        """The last 360 度评价 of a unit's head."""
        unit, settings = self._cube.units[number], self._settings
        agreed = self._agreed.scoring(unit)
        if weights := feedback_weights(agreed):
            settings = replace(settings, rater_weights=weights)
        share = agreed.get("feedback.占比", FEEDBACK_SHARE)
        assert isinstance(share, int | float)
        leader = self._people(unit.level).manager_of(unit)
        found = last_round(self._store, settings, leader.agent, self._month) if leader else None
        return feedback_values(found, settings.rater_weights, settings.fewest_raters, score, share)

    @kept
    def _findings(self, level: str) -> Findings:
        """The findings of the month before the one that is planned."""
        closed = max(min(self._month - 1, self._cube.last), self._cube.first)
        return Findings.read(self._cube, self._store, self._settings, closed, level)

    def not_listed(self, number: int) -> str | None:
        """A note on activities on days that the form has no place for."""
        if not self._asks("week1.合计.") and not self._asks("week1.checks."):
            return None
        return self._days(number).not_listed(working_only=self._asks("week1.checks."))

    @kept
    def _days(self, number: int) -> MemberDays:
        """The planned and done activities of a unit's people, day by day."""
        people = self.members(number)
        return MemberDays(
            people,
            self.quotas(number),
            self._daily,
            self._month,
            self._dates,
            self.by_day,
        )

    def by_day(self, person: Person) -> ByDay:
        """A person's quotas spread over the days in service of the month."""
        return self._agreed.by_day(person, self._daily)

    @property
    def known(self) -> Known:
        """The months with data."""
        return Known(self._cube.first, self._cube.last if self._cube.as_of else None)

    @functools.cached_property
    def _to_collect(self) -> dict[str, list[DueToCollect]]:
        days = [day for week in planned_weeks(self._month, self._dates) for day in week if day]
        return dues_to_collect(self._store, days[0], days[-1], self._settings.grace_days)

    @functools.cached_property
    def _daily(self) -> DailyActivities:
        typed = self._agreed.done()
        return DailyActivities(self._store, *self._dates.span(self._month), typed)

    @functools.cached_property
    def _products(self) -> list[str]:
        """The products sold as main policies, the best-selling first."""
        try:
            rows = self._store.execute(
                "SELECT product FROM policies WHERE is_main AND product IS NOT NULL"
                " GROUP BY product ORDER BY count(*) DESC, product LIMIT ?",
                [self._rows.get("lists.险种", 0)],
            ).fetchall()
        except duckdb.CatalogException:  # a company's own database keeps the policies
            rows = []
        return [product for (product,) in rows] or list(_PRODUCTS)

    @kept
    def quotas(self, number: int) -> dict[str, dict[str, int]]:
        """The quotas of a unit's people, each shrunk to the own team's."""
        teams = self._teams(number)

        def of(one: Person, team: Sequence[Person]) -> dict[str, int]:
            return monthly_quotas(one, team, self._targets, self._month, self._dates)

        found = {one.agent: of(one, team) for _, team in teams for one in team}
        unit = self._cube.units[number]
        everybody = self._people(unit.level).of(unit)
        for one in everybody:  # somebody of a department may be in none of its teams
            if one.agent not in found:
                found[one.agent] = of(one, everybody)
        return {
            agent: {
                code: self._agreed.quota(agent, ACTIVITIES[code], count)
                for code, count in quotas.items()
            }
            for agent, quotas in found.items()
        }

    def _teams(self, number: int) -> list[tuple[str, Sequence[Person]]]:
        """The teams of a unit with their people; the unit itself where it has none below."""
        unit = self._cube.units[number]
        below = [other for other in self._cube.units if other.parent == number]
        if not below:
            return [(unit.name, self._people(unit.level).of(unit))]
        return [(other.name, self._people(other.level).of(other)) for other in below]

    def _weakest_first(self, number: int) -> list[str]:
        """The teams of a department, sorted by last month's 活动率, the weakest first."""
        activity = kpis["KPI_ACTIVITY"]
        found = []
        for level in {unit.level for unit in self._cube.units if unit.parent == number}:
            units = self._cube.of_level(level)
            rates = np.array([self._values.last_closed(activity, unit) for unit in units])
            for places in self._peers(level).places:
                middle = median(rates[places])
                for place in places:
                    other = self._cube.units[units[place]]
                    if other.parent == number and self._people(level).of(other):
                        ahead = float(rates[place] - middle)
                        found.append((ahead if math.isfinite(ahead) else math.inf, other.name))
        return [name for _, name in sorted(found)]

    @kept
    def _peers(self, level: str) -> PeerGroups:
        month = min(self._month, self._cube.last)
        return peer_groups(self._cube, self._store, self._settings, month, level)
