"""Typed values as facts for the raw tables, each once, with the cell that it comes from.

What a cell becomes its slot declares. Somebody's number of a day may stand in several forms: the
order of the forms says which counts, and the others are told where they say something else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from kpi_xl import kinds
from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.measures import ACTIVITIES as NAMES
from kpi_xl.catalogue.schema import ACTIVITIES, TARGETS, Table
from kpi_xl.checks.returned import (
    RECEIVED,
    Control,
    DayFact,
    Returned,
    TargetFact,
    WeekFact,
    Where,
    table_of,
)
from kpi_xl.fault import Fault
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.name import near
from kpi_xl.record.collected import Entry
from kpi_xl.record.history import Change
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots import becomes
from kpi_xl.slots.registry import declaration
from kpi_xl.slots.slot import INPUT, Declared

ORDER: Final = (
    "月度目标设定、达成表", "营业部经理月度KPI设定表", "月度KPI表", "门店月度KPI表", "销售漏斗月报",
    "每日活动检查表", "客户经理工作日志", "周工作计划", "周计划及检讨表",
    "营业部每周活动情况统计表",
)  # fmt: skip
"""The forms, the one first whose number counts where several have it: of targets the form that is
for setting them, of days what the manager has checked, then what was written down that day."""

_CODES: Final[Mapping[str, str]] = {name: code for code, name in {**NAMES, **RECEIVED}.items()}
_DAY: Final = re.compile(r"(?:(.*) )?(\d{4}-\d\d-\d\d)(?: \d+)?")
_PEOPLE: Final = "业务员"

_GOES_IN: Final = (
    becomes.Target, becomes.Activity, becomes.Visit, becomes.Received, becomes.Control,
)  # fmt: skip
"""What goes into raw tables, or is held against them."""


Weeks: TypeAlias = Callable[[Month], Sequence[Sequence[dt.date | None]]]
"""The weeks of a month, each of seven days; of other months' days None."""


class _Unusable(Exception):  # noqa: N818 - is said of a value
    """A value says nothing for a raw table."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


class _Given(NamedTuple):
    """A fact, and in which form it stands."""

    entry: Entry
    fact: Any

    @property
    def order(self) -> tuple[int, float, str]:
        """The sort key of precedence: by form, then the workbook that was saved last."""
        template = self.entry.template
        place = ORDER.index(template) if template in ORDER else len(ORDER)
        return place, -self.entry.saved.timestamp(), self.entry.file


def facts_of(
    entries: Iterable[Entry], weeks: Weeks = planned_weeks, known: Registry = kpis
) -> Returned:
    """Make facts for the raw tables from collected cells.

    Parameters
    ----------
    entries : iterable of Entry
        What was collected; what had been filled in before and was left says nothing.
    weeks : callable
        The weeks of a month as the forms have them.
    known : Registry
        The KPIs there are: the project's own, too, where their targets matter.
    """
    found = _Found(weeks, known)
    for entry in entries:
        if (one := declaration(entry.slot)) is not None and entry.is_changed:
            what = one.becomes
            if isinstance(what, _GOES_IN):
                found.add(entry, one, what)
            else:
                found.check_place(entry, one, what)
    return found.settled()


class _Found:
    """Facts as they are found.

    Parameters
    ----------
    weeks : callable
        The weeks of a month as the forms have them.
    known : Registry
        The KPIs there are.
    """

    def __init__(self, weeks: Weeks, known: Registry) -> None:
        self._weeks_of = weeks
        self._kpis = known
        self._returned = Returned()
        self._targets: dict[tuple[Any, ...], list[_Given]] = defaultdict(list)
        self._days: dict[tuple[Any, ...], list[_Given]] = defaultdict(list)
        self._weeks: dict[tuple[Any, ...], list[_Given]] = defaultdict(list)

    def add(self, entry: Entry, one: Declared, what: becomes.Becomes) -> None:
        """Note what a cell says."""
        where = Where(entry.file, entry.sheet, entry.cell, str(entry.value))
        table = _table(what)
        self._returned.account(table, where).read += 1
        try:
            if isinstance(what, becomes.Target):
                self._target(entry, what, where)
            elif isinstance(what, becomes.Control):
                day = self._day(entry, one)
                item = _CODES[what.item]
                unit = entry.about or entry.unit
                quantity = _quantity(entry.value, item)
                fact = Control(entry.level, unit, day, item, quantity, where)
                self._returned.controls.append(fact)
            elif isinstance(what, becomes.Visit):
                self._done(entry, one, "visits", 1, str(entry.value).strip(), where)
            elif isinstance(what, becomes.Activity | becomes.Received):
                item = _CODES[what.item]
                if what.span == "周":
                    self._week(entry, one, item, where)
                else:
                    self._done(entry, one, item, _quantity(entry.value, item), None, where)
        except _Unusable as unusable:
            self._returned.tell(table, where, unusable.fault)

    def check_place(self, entry: Entry, one: Declared, what: becomes.Becomes | None) -> None:
        """Tell of what is for the next form, and for a day or person that is not there."""
        fault = None
        is_of_day = isinstance(what, becomes.Plan) and what.span == "天"
        if is_of_day and planned_day(entry, one, self._weeks_of) is None:
            fault = kinds.TYPED_NO_DAY(month=entry.period.chinese)
        is_of_somebody = entry.person or agent_in(entry.key)
        if isinstance(what, becomes.Skill | becomes.Box) and not is_of_somebody:
            fault = kinds.TYPED_NOBODY()
        if fault is not None:
            where = Where(entry.file, entry.sheet, entry.cell, str(entry.value))
            self._returned.say(entry.template, where, fault)

    def _target(self, entry: Entry, what: becomes.Target, where: Where) -> None:
        kpi = self._kpis.find(what.kpi)
        if kpi is None:
            like = "、".join(near(what.kpi, [one.name for one in self._kpis.values()]))
            raise _Unusable(kinds.TYPED_NO_KPI(kpi=what.kpi, like=like))
        target = _number(entry.value)
        level, unit = ("", entry.about) if entry.about else (entry.level, entry.unit)
        if what.whose == "个人":
            level, unit = _PEOPLE, self._agent(entry, entry.key)
        elif entry.person:
            raise _Unusable(kinds.TYPED_NOT_HIS(person=entry.person, other=entry.unit))
        fact = TargetFact(entry.period.number, level, unit, kpi.code, target, where)
        self._targets[fact.month, unit, kpi.code].append(_Given(entry, fact))

    def _done(
        self, entry: Entry, one: Declared, item: str, quantity: int, outlet: str | None,
        where: Where,
    ) -> None:  # fmt: skip
        day = self._day(entry, one)
        agent = self._agent(entry, agent_in(entry.key))
        saved = entry.saved.astimezone().date()
        if day > saved:
            raise _Unusable(kinds.TYPED_AHEAD(day=day, saved=saved))
        fact = DayFact(agent, day, item, quantity, outlet, where)
        self._days[agent, day, item].append(_Given(entry, fact))

    def _week(self, entry: Entry, one: Declared, item: str, where: Where) -> None:
        days = tuple(filter(None, self._days_of_week(entry, one)))
        if not days:
            raise _Unusable(kinds.TYPED_NO_DAY(month=entry.period.chinese))
        agent = self._agent(entry, entry.key)
        saved = entry.saved.astimezone().date()
        if days[0] > saved:
            raise _Unusable(kinds.TYPED_AHEAD(day=days[0], saved=saved))
        fact = WeekFact(agent, days, item, _quantity(entry.value, item), where)
        self._weeks[agent, days[0], item].append(_Given(entry, fact))

    def _agent(self, entry: Entry, named: str) -> str:
        """The agent a number belongs to: in a person's workbook always that person."""
        if entry.person and named and named != entry.person:
            raise _Unusable(kinds.TYPED_NOT_HIS(person=entry.person, other=named))
        agent = entry.person or named
        if not agent:
            raise _Unusable(kinds.TYPED_NOBODY())
        return agent

    def _days_of_week(self, entry: Entry, one: Declared) -> Sequence[dt.date | None]:
        return _days_of_week(entry, one, self._weeks_of)

    def _day(self, entry: Entry, one: Declared) -> dt.date:
        """The day that a cell is about."""
        if (found := done_day(entry, one, self._weeks_of)) is None:
            raise _Unusable(kinds.TYPED_NO_DAY(month=entry.period.chinese))
        return found

    def settled(self) -> Returned:
        """The facts, each of the form that counts."""
        returned = self._returned
        for found in self._targets.values():
            returned.targets += self._one_of(found, lambda given: given[0].fact.target)
        for found in self._days.values():
            returned.days += self._one_of(found, _sum)
        for found in self._weeks.values():
            returned.weeks += self._one_of(found, _sum)
        return returned

    def _one_of(
        self, found: Sequence[_Given], value: Callable[[Sequence[_Given]], float]
    ) -> list[Any]:
        """The facts of the form that counts; what the others say is noted or told."""
        by_form: dict[tuple[Any, ...], list[_Given]] = defaultdict(list)
        for given in found:
            entry = given.entry
            by_form[entry.template, entry.level, entry.unit, entry.person].append(given)
        first, *others = sorted(by_form.values(), key=lambda form: form[0].order)
        counted = value(first)
        for form in others:
            table = TARGETS if isinstance(form[0].fact, TargetFact) else table_of(form[0].fact.item)
            places = [given.fact.where for given in form]
            if value(form) == counted:
                self._returned.same(table, places)
                continue
            entry = first[0].entry
            shown = counted
            if not isinstance(form[0].fact, TargetFact) and form[0].fact.item in RECEIVED:
                shown = counted / 100
            fault = kinds.TYPED_ELSEWHERE(
                form=entry.template, file=entry.file, counted=f"{shown:.15g}"
            )
            self._returned.tell(table, places[0], fault, places)
        return [given.fact for given in first]


def goes_into_tables(slot: str) -> bool:
    """Whether what is typed into a cell goes into raw tables."""
    one = declaration(slot)
    return one is not None and isinstance(one.becomes, _GOES_IN)


def day_of(entry: Entry | Change, weeks: Weeks) -> dt.date | None:
    """The day that a cell is about, as its slot, row and column say; None where it has none."""
    one = declaration(entry.slot)
    if one is None or not one.pattern.removeprefix(INPUT).startswith("week<周>"):
        return day_in(entry.key)
    is_plan = isinstance(one.becomes, becomes.Plan)
    return planned_day(entry, one, weeks) if is_plan else done_day(entry, one, weeks)


def _days_of_week(entry: Entry | Change, one: Declared, weeks: Weeks) -> Sequence[dt.date | None]:
    there = weeks(entry.period)
    week = int(one.named.get("周", 0))
    return there[week - 1] if 1 <= week <= len(there) else ()


def done_day(entry: Entry | Change, one: Declared, weeks: Weeks) -> dt.date | None:
    """The day that something was done: its row's, its sheet's, or its column's of the week.

    Parameters
    ----------
    entry : Entry or Change
        The cell that was typed into.
    one : Declared
        The declaration of the cell's slot.
    weeks : callable
        The weeks of a month as the forms have them.
    """
    days = _days_of_week(entry, one, weeks)
    if (named := day_in(entry.key)) is not None:
        return named if named in days else None
    place = int(one.named.get("日", entry.column))
    return days[place - 1] if 1 <= place <= len(days) else None


def planned_day(entry: Entry | Change, one: Declared, weeks: Weeks) -> dt.date | None:
    """The day that a plan is for: of the sheet's week, or of the week after it; None without one.

    Parameters
    ----------
    entry : Entry or Change
        The cell with the plan.
    one : Declared
        The declaration of the cell's slot.
    weeks : callable
        The weeks of a month as the forms have them.
    """
    if (day := day_in(entry.key)) is not None:
        return day
    week, there = int(one.named.get("周", 0)), weeks(entry.period)
    if one.pattern.startswith("week<周>.next."):
        week, there = week + 1, [*there, weeks(entry.period + 1)[0]]
    days = there[week - 1] if 1 <= week <= len(there) else []
    # Beside each other the cells are the days of the week, below each other its rows.
    place = max(entry.column, entry.row)
    return days[place - 1] if place <= len(days) else None


def _table(what: becomes.Becomes) -> Table:
    if isinstance(what, becomes.Target):
        return TARGETS
    if isinstance(what, becomes.Visit):
        return ACTIVITIES
    assert isinstance(what, becomes.Activity | becomes.Received | becomes.Control)
    return table_of(_CODES[what.item])


def _sum(given: Sequence[_Given]) -> float:
    return float(sum(one.fact.quantity for one in given))


def agent_in(key: str) -> str:
    """工号 in the key of a row; empty where it has none."""
    found = _DAY.fullmatch(key)
    return (found[1] or "") if found else key


def day_in(key: str) -> dt.date | None:
    """The day in the key of a row; None where it has none."""
    found = _DAY.fullmatch(key)
    return dt.date.fromisoformat(found[2]) if found else None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unusable(kinds.TEXT_FOR_NUMBER())
    return float(value)


def _quantity(value: Any, item: str) -> int:
    """A whole number; of what is received a hundred for one."""
    number = _number(value)
    if item == "advance_premium":
        return round(number * 100)
    if number != int(number):
        raise _Unusable(kinds.WHOLE_WANTED())
    return int(number) * (100 if item in RECEIVED else 1)


def weeks_for(settings: Settings) -> Weeks:
    """The weeks of a month as a project's forms have them."""

    @cache
    def weeks(month: Month) -> Sequence[Sequence[dt.date | None]]:
        return planned_weeks(month, settings.dates)

    return weeks
