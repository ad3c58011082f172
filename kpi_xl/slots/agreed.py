"""Typed values that the next forms start from: plans, activities, skills, scores, words.

What goes into raw tables is in `kpi_xl.slots.typed`; here is what the next form, or the same one
made again, has in place of a proposal. The latest word counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kpi_xl.cached import kept
from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.catalogue.units import Unit
from kpi_xl.data.daily_activities import DailyActivities, Days
from kpi_xl.data.people import Person
from kpi_xl.record.collected import Entry
from kpi_xl.record.typed_value import Typed
from kpi_xl.slots import becomes
from kpi_xl.slots.day_plans import ByDay, evenly
from kpi_xl.slots.plan_slots import WEEK_NAMES
from kpi_xl.slots.registry import declaration
from kpi_xl.slots.slot import INPUT, Declared, Values
from kpi_xl.slots.task_values import WEEK_TASKS
from kpi_xl.slots.topic_slots import COUNTS
from kpi_xl.slots.typed import Weeks, agent_in, facts_of, planned_day

_LIST_KEYS: Final = ".工号"


class Agreed:
    """The typed values that the forms of a month start from.

    Parameters
    ----------
    entries : iterable of Entry
        What was collected up to the month.
    month : Month
        The month of the forms.
    weeks : callable
        The weeks of a month as the forms have them.
    decided : mapping of (str, str) to int
        What was decided in rounds that somebody is to do in the month, by 工号 and activity.
    """

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        month: Month | None = None,
        weeks: Weeks = planned_weeks,
        decided: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self._month = month
        self._weeks = weeks
        self._day_plans: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(dict)
        self._month_plans: dict[tuple[str, str], int] = {}
        self._skills: dict[tuple[str, str, str], int] = {}
        self._boxes: dict[str, str] = {}
        self._kept: dict[tuple[str, str, str], list[tuple[Entry, Declared]]] = defaultdict(list)
        self._scoring: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._of_month: list[Entry] = []
        self._month_before: list[Entry] = []
        typed = sorted(entries, key=lambda entry: (entry.period, entry.saved))
        for entry in typed:
            one = declaration(entry.slot)
            if one is not None and one.becomes is not None:
                self._add(entry, one, one.becomes)
        self._month_plans |= decided or {}

    def _add(self, entry: Entry, one: Declared, what: becomes.Becomes) -> None:
        """Note a value; it replaces an earlier one."""
        if isinstance(what, becomes.Scoring):
            self._scoring[entry.level, entry.unit].append(entry)
        if not entry.is_changed:
            return
        agent = entry.person or agent_in(entry.key)
        is_now = entry.period == self._month
        if is_now:
            self._of_month.append(entry)
        elif self._month is not None and entry.period == self._month - 1:
            self._month_before.append(entry)
        value = entry.value
        if isinstance(what, becomes.Plan) and isinstance(value, int):
            if what.span == "月":
                if is_now:
                    self._month_plans[agent, what.item] = value
            elif (day := planned_day(entry, one, self._weeks)) is not None:
                self._day_plans[agent, what.item][day] = value
        elif isinstance(what, becomes.Skill) and isinstance(value, int):
            self._skills[agent, what.skill, what.part] = value
        elif isinstance(what, becomes.Box):
            self._boxes[agent] = str(value)
        elif is_now and is_kept(entry, what):
            self._kept[entry.template, entry.level, entry.person or entry.unit].append((entry, one))

    # -- plans and what was done -----------------------------------------------------------------

    def quota(self, agent: str, item: str, proposed: int) -> int:
        """A person's quota of an activity in the month: the one they set, or the proposal."""
        return self._month_plans.get((agent, item), proposed)

    def plan(self, agent: str, item: str, proposed: Mapping[dt.date, int]) -> dict[dt.date, int]:
        """The plan of an activity by day: the proposal, with the days that the person planned.

        Parameters
        ----------
        agent : str
            工号.
        item : str
            The activity's Chinese name.
        proposed : mapping of date to int
            What is proposed for each working day.
        """
        own = self._day_plans.get((agent, item))
        if not own:
            return dict(proposed)
        return {**proposed, **own}

    def noted_until(self, agent: str) -> dt.date | None:
        """The last day of the month with activities that a person noted; None where there is
        none.
        """
        return max((day for who, day in self.done() if who == agent), default=None)

    def by_day(self, person: Person, done: DailyActivities) -> ByDay:
        """A person's quotas spread over the days in service.

        What he did by the last day that he noted is behind him: what is left of the quota is for
        the days after it. A day that he planned himself has his number.

        Parameters
        ----------
        done : DailyActivities
            What was done on the days of the month.
        """
        agent = person.agent

        def of_days(item: str, quota: int, month: Sequence[dt.date]) -> dict[dt.date, int]:
            days = [day for day in month if person.serves(day)]
            if not days:
                return {}
            plan = evenly(item, quota, days)
            last = self.noted_until(agent)
            after = [day for day in days if last is not None and day > last]
            if last is not None and after and days[0] <= last:
                counts = (done.of(who, day, item) for who, day in done.days if who == agent)
                left = quota - sum(count for count in counts if count is not None)
                plan |= evenly(item, max(left, 0), after)
            return self.plan(agent, item, plan)

        return of_days

    @kept
    def done(self) -> Mapping[tuple[str, dt.date], Days]:
        """The activities typed as done, by 工号 and day, by activity."""
        found: dict[tuple[str, dt.date], dict[str, int]] = defaultdict(dict)
        for fact in facts_of(self._of_month, self._weeks).days:
            if name := ACTIVITIES.get(fact.item):
                of_day = found[fact.agent, fact.day]
                of_day[name] = of_day.get(name, 0) + fact.quantity
        return found

    # -- people and scores -----------------------------------------------------------------------

    def skill(self, agent: str, skill: str, part: str) -> int | None:
        """The level that a manager last gave a person, 现状 or 目标; None where there is none."""
        return self._skills.get((agent, skill, part))

    def box(self, agent: str) -> str | None:
        """The box of skill and will that a manager last put a person into."""
        return self._boxes.get(agent)

    def scoring(self, unit: Unit) -> Mapping[str, Typed | list[Typed]]:
        """The weights and bounds from the last workbook in which a unit's were changed, by slot.

        Its unchanged ones come along: weights are weights together.
        """
        entries = self._scoring.get((unit.level, unit.path), [])
        changed = [entry for entry in entries if entry.is_changed]
        if not changed:
            return {}
        last = changed[-1].period
        found: dict[str, Any] = {}
        for entry in entries:
            if entry.period != last:
                continue
            one = declaration(entry.slot)
            if one is not None and one.slot.cells == 1:
                found[entry.slot] = entry.value
            else:
                found.setdefault(entry.slot, {})[entry.row] = entry.value
        return {
            slot: [value[row] for row in sorted(value)] if isinstance(value, dict) else value
            for slot, value in found.items()
        }

    # -- words -----------------------------------------------------------------------------------

    def as_agreed(self, template: str, level: str, whose: str, values: Values) -> Values:
        """The values of a form that is made again, with what was changed in it.

        Parameters
        ----------
        template : str
            The name of the form.
        level, whose : str
            Who gets it; see `kpi_xl.slots.recipients.Recipient`.
        values : dict
            Its values as they are proposed.
        """
        found = dict(values)
        kept_ = self._kept.get((template, level, whose), ())
        for entry, one in kept_:
            if entry.about or entry.slot not in values:
                continue
            if one.slot.cells == 1:
                found[entry.slot] = entry.value
                continue
            column = found[entry.slot]
            if not isinstance(column, list):
                continue
            place = _place(entry, values)
            if place is not None:
                longer = [*column, *[None] * (place + 1 - len(column))]
                longer[place] = entry.value
                found[entry.slot] = longer
        return found | _counted_again(found) if kept_ else found

    def of_unit(self, unit: Unit) -> list[tuple[Entry, becomes.Becomes]]:
        """The values that a unit's manager typed for the month, with their declarations."""
        return _of_unit(self._of_month, unit)

    def of_unit_before(self, unit: Unit) -> list[tuple[Entry, becomes.Becomes]]:
        """The values that the manager typed for the month before, with their declarations."""
        return _of_unit(self._month_before, unit)


def _of_unit(entries: Sequence[Entry], unit: Unit) -> list[tuple[Entry, becomes.Becomes]]:
    return [
        (entry, what)
        for entry in entries
        if entry.is_of(unit)
        and (one := declaration(entry.slot)) is not None
        and (what := one.becomes) is not None
    ]


def is_kept(entry: Entry, what: becomes.Becomes) -> bool:
    """Whether a new copy of the same form shows the value again."""
    if entry.slot.startswith(INPUT):
        return False
    return isinstance(what, becomes.Training) or what == becomes.KEPT


def _counted_again(values: Values) -> Values:
    """Compute the sheets' formulas again after words and amounts were changed."""
    found: Values = {}
    if "topics.主题" in values:
        found |= COUNTS.again(values)
    for week in WEEK_NAMES:
        if f"week{week}.tasks.影响" in values:
            found |= WEEK_TASKS.again(values, 周=week)
    return found


def _place(entry: Entry, values: Values) -> int | None:
    """The row of a list that the value belongs to now; None where it has none."""
    keys: Sequence[Any] | None = values.get(f"{entry.slot.rpartition('.')[0]}{_LIST_KEYS}")
    if keys is None or not entry.key:
        return entry.row - 1
    return keys.index(entry.key) if entry.key in keys else None
