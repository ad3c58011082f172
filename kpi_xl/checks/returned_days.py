"""Activities by day and week from returned workbooks, compared with those in the raw files.

Where both tell of the same day, one of them counts, as `[returned]` of kpi.toml says, and the other
is told. What people typed never tells how far the data go: what they did in months that no raw file
tells of waits until one does.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import ACTIVITIES as NAMES
from kpi_xl.catalogue.organisation import TOP, depth_of
from kpi_xl.catalogue.schema import ACTIVITIES, COUNTS, LONG, Table
from kpi_xl.catalogue.units import UNASSIGNED, path_of
from kpi_xl.checks.checked import CheckedTable, Part
from kpi_xl.checks.outlets import Outlets
from kpi_xl.checks.returned import (
    RECEIVED,
    Control,
    DayFact,
    Returned,
    WeekFact,
    add_rows,
    shown,
    table_of,
)
from kpi_xl.checks.returned_targets import put_targets
from kpi_xl.raw_files.problem import Problem
from kpi_xl.settings.project_settings import Settings

_NAMES: Final = {**NAMES, **RECEIVED}

Tables = dict[str, CheckedTable]


def put_in(tables: Tables, returned: Returned, settings: Settings) -> tuple[dt.date, ...]:
    """Put the days of returned workbooks into the tables of the raw files.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables by code; those that something goes into are replaced.
    returned : Returned
        What they say; what is to be told of it is added.

    Returns
    -------
    tuple of date
        The days of the last month that the raw files tell of, where days were added.
    """
    if returned.targets:
        put_targets(tables, returned, settings)
    if not (returned.days or returned.weeks or returned.controls):
        return ()
    days = ReturnedDays(tables, returned, settings)
    days.put_in()
    return days.told


class ReturnedDays:
    """The activities by day and week from returned workbooks, compared with the raw files.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables by code.
    returned : Returned
        What was done; what is to be told of it is added.

    Attributes
    ----------
    told : tuple of date
        The days of the last month that the raw files tell of.
    """

    def __init__(self, tables: Tables, returned: Returned, settings: Settings) -> None:
        self._tables = tables
        self._returned = returned
        self._settings = settings
        self._agents = set(tables["agents"].data["agent"].to_pylist())
        self.told = last_days(tables, settings.month_cut)
        self._last = _last_month(self.told, settings)
        facts: list[DayFact | WeekFact] = [*returned.days, *returned.weeks]
        people = {fact.agent for fact in facts}
        self._raw = {
            table.code: _Raw(tables.get(table.code), table, people, settings.month_cut)
            for table in (ACTIVITIES, COUNTS)
        }
        self._new: dict[str, list[DayFact]] = {"activities": [], "counts": []}
        self._out: dict[tuple[str, dt.date], set[str]] = defaultdict(set)

    def put_in(self) -> None:
        """Put them into the tables."""
        self._strangers()
        known: dict[tuple[str, str], dict[dt.date, int]] = defaultdict(dict)
        by_key: dict[tuple[str, dt.date, str], list[DayFact]] = defaultdict(list)
        for fact in self._returned.days:
            by_key[fact.agent, fact.day, fact.item].append(fact)
        for (agent, day, item), facts in by_key.items():
            known[agent, item][day] = sum(fact.quantity for fact in facts)
        later: list[DayFact | WeekFact] = []
        for facts in by_key.values():
            if self._waits(facts[0].day):
                later += facts
            else:
                self._day(facts)
        for week in self._returned.weeks:
            if self._waits(week.days[0]):
                later.append(week)
            else:
                self._week(week, known[week.agent, week.item])
        self._tell_later(later)
        for control in self._returned.controls:
            self._control(control, known)
        self._take_out()
        self._add_activities(self._new["activities"])
        facts_ = self._new["counts"]
        rows = [(fact.day, fact.agent, fact.item, fact.quantity) for fact in facts_]
        add_rows(self._tables, COUNTS, rows, [fact.where for fact in facts_])

    def _waits(self, day: dt.date) -> bool:
        return self._last is not None and self._month(day) > self._last

    def _wins(self, item: str) -> str:
        return "预收" if item in RECEIVED else "活动"

    def _strangers(self) -> None:
        seen: set[str] = set()
        facts: list[DayFact | WeekFact] = [*self._returned.days, *self._returned.weeks]
        for fact in facts:
            if fact.agent not in self._agents and fact.agent not in seen:
                seen.add(fact.agent)
                fault = kinds.TYPED_STRANGER(agent=fact.agent, unassigned=UNASSIGNED)
                self._returned.tell(table_of(fact.item), fact.where, fault)

    def _month(self, day: dt.date) -> Month:
        return Month.containing(day, self._settings.month_cut)

    def _day(self, facts: Sequence[DayFact]) -> None:
        """Decide one day of a person: the typed value or that of the raw files counts."""
        first, places = facts[0], [fact.where for fact in facts]
        table, about = table_of(first.item), self._wins(first.item)
        raw = self._raw[table.code]
        quantity = sum(fact.quantity for fact in facts)
        there = raw.of(first.agent, first.day, first.item)
        month = self._month(first.day)
        is_sum = raw.is_total(first.agent, month)
        if there is None and not is_sum:
            self._new[table.code] += facts
        elif there == quantity and not is_sum:
            self._returned.same(table, places)
        elif self._settings.returned[about] == "回收":
            self._new[table.code] += facts
            for day in raw.days_of(first.agent, month) if is_sum else [first.day]:
                self._out[first.agent, day].add(first.item)
        elif is_sum and there != quantity:
            fault = kinds.TYPED_BESIDE_MONTH(month=month.chinese, about=about)
            self._returned.tell(table, first.where, fault, places)
        elif there == quantity:
            self._returned.same(table, places)
        else:
            fault = kinds.TYPED_BESIDE_RAW(
                where=raw.where(first.agent, first.day),
                raw=_quantity(first.item, there or 0),
                about=about,
            )
            self._returned.tell(table, first.where, fault, places)

    def _week(self, week: WeekFact, typed: Mapping[dt.date, int]) -> None:
        """Decide a week's sum: it counts where no day of the week is known."""
        table = table_of(week.item)
        raw = self._raw[table.code]
        days = [raw.of(week.agent, day, week.item) for day in week.days]
        known = [
            typed.get(day, one) for day, one in zip(week.days, days, strict=True)
            if one is not None or day in typed
        ]  # fmt: skip
        month = self._month(week.days[0])
        if known:
            total = sum(count for count in known if count is not None)
            if total == week.quantity:
                self._returned.same(table, [week.where])
                return
            fault = kinds.TYPED_WEEK(
                typed=_quantity(week.item, week.quantity), known=_quantity(week.item, total)
            )
            self._returned.tell(table, week.where, fault)
        elif raw.is_total(week.agent, month):
            fault = kinds.TYPED_BESIDE_MONTH(month=month.chinese, about=self._wins(week.item))
            self._returned.tell(table, week.where, fault)
        else:
            self._new[table.code].append(
                DayFact(week.agent, week.days[-1], week.item, week.quantity, None, week.where)
            )

    def _tell_later(self, later: Iterable[DayFact | WeekFact]) -> None:
        """Report activities after the data's last month, once for each worksheet and table."""
        by_sheet: dict[tuple[str, str, str], list[DayFact | WeekFact]] = defaultdict(list)
        for fact in later:
            place = fact.where
            by_sheet[table_of(fact.item).code, place.file, place.sheet].append(fact)
        for facts in by_sheet.values():
            fault = kinds.TYPED_LATER(last=self._last and self._last.chinese, count=len(facts))
            places = [fact.where for fact in facts]
            self._returned.tell(table_of(facts[0].item), places[0], fault, places)

    def _control(
        self, control: Control, known: Mapping[tuple[str, str], Mapping[dt.date, int]]
    ) -> None:
        """Compare a manager's sum of a day with what the team typed."""
        people = self._under(control.level, control.unit)
        days = [known.get((agent, control.item), {}).get(control.day) for agent in people]
        typed = [count for count in days if count is not None]
        self._returned.account(COUNTS, control.where).same += 1
        if typed and sum(typed) != control.quantity:
            fault = kinds.TYPED_TEAM_SUM(
                item=_NAMES[control.item],
                typed=_quantity(control.item, control.quantity),
                known=_quantity(control.item, sum(typed)),
            )
            self._returned.tell(COUNTS, control.where, fault)

    def _under(self, level: str, unit: str) -> list[str]:
        """The people in a unit."""
        data = self._tables["agents"].data
        if level == TOP:
            return [*dict.fromkeys(data["agent"].to_pylist())]
        organisation = self._settings.organisation
        columns = ("agent", *organisation.columns)
        depth = depth_of(level if level in organisation.levels else organisation.levels[-1])
        rows = zip(*(data[column].to_pylist() for column in columns), strict=True)
        return [agent for agent, *names in rows if path_of(names[:depth]) == unit]

    def _take_out(self) -> None:
        """Remove the raw files' days that were typed differently, and report it for each person."""
        for code, names in (("activities", NAMES), ("counts", RECEIVED)):
            out: dict[str, set[tuple[str, dt.date]]] = defaultdict(set)
            for place, items in self._out.items():
                for item in items & names.keys():
                    out[item].add(place)
            if out:
                self._tables[code] = _taken_out(self._tables[code], code, out)
            for item, places in out.items():
                for agent, count in sorted(Counter(agent for agent, _ in places).items()):
                    fault = kinds.RAW_TAKEN_OUT(
                        agent=agent, item=_NAMES[item], count=count, about=self._wins(item)
                    )
                    table = table_of(item)
                    self._returned.problems.append(
                        Problem(table.name, shown(agent), None, None, _NAMES[item], None, fault)
                    )

    def _add_activities(self, facts: Sequence[DayFact]) -> None:
        codes = [column.code for column in ACTIVITIES.columns[3:]]
        there = self._tables.get("outlets")
        known = Outlets([] if there is None else [there.data])
        strange: dict[str, list[DayFact]] = defaultdict(list)
        rows = []
        for fact in facts:
            outlet = fact.outlet
            if outlet and (code := known.code_meant(outlet)) is None:
                strange[outlet].append(fact)
            elif outlet:
                outlet = code
            counts = [fact.quantity if code == fact.item else 0 for code in codes]
            rows.append((fact.day, fact.agent, outlet, *counts))
        for of_name in strange.values():
            fault = kinds.UNKNOWN_OUTLET(count=len(of_name), like="")
            self._returned.tell(ACTIVITIES, of_name[0].where, fault)
        add_rows(self._tables, ACTIVITIES, rows, [fact.where for fact in facts])


class _Raw:
    """The days in the raw files of those people who typed something.

    Parameters
    ----------
    table : CheckedTable or None
        The raw files' rows.
    people : collection of str
        The 工号 of those who typed.
    cut : int or None
        The last day of a business month.
    """

    def __init__(
        self, table: CheckedTable | None, kind: Table, people: Collection[str], cut: int | None
    ) -> None:
        self._days: dict[tuple[str, dt.date], dict[str, int]] = defaultdict(dict)
        self._lines: dict[tuple[str, dt.date], str] = {}
        self._months: dict[tuple[str, int], list[dt.date]] = defaultdict(list)
        self._most: Counter[int] = Counter()
        if table is None or not people:
            return
        data = table.data
        if kind is COUNTS:
            data = data.filter(pc.is_in(data["item"], pa.array([*RECEIVED], pa.string())))
        each = data.select(["agent", "day"]).group_by(["agent", "day"]).aggregate([])
        days = Counter(
            (agent, Month.containing(day, cut).number)
            for agent, day in zip(each["agent"].to_pylist(), each["day"].to_pylist(), strict=True)
        )
        for (_, month), number in days.items():
            self._most[month] = max(self._most[month], number)
        rows = data.filter(pc.is_in(data["agent"], pa.array(sorted(people), pa.string())))
        codes = [*NAMES]
        if kind is COUNTS:
            codes = ["item", "quantity"]
        columns = ("agent", "day", "source_file", "source_row", *codes)
        for agent, day, file, line, *values in zip(
            *(rows[column].to_pylist() for column in columns), strict=True
        ):
            there = self._days[agent, day]
            self._lines.setdefault((agent, day), f"{file} 第 {line} 行")
            pairs = [tuple(values)] if kind is COUNTS else zip(codes, values, strict=True)
            for item, count in pairs:
                there[item] = there.get(item, 0) + (count or 0)
        for agent, day in self._days:
            self._months[agent, Month.containing(day, cut).number].append(day)

    def of(self, agent: str, day: dt.date, item: str) -> int | None:
        """The value of the raw files; None where they have none."""
        return self._days.get((agent, day), {}).get(item)

    def days_of(self, agent: str, month: Month) -> list[dt.date]:
        """The days of a month that the raw files have for a person."""
        return self._months.get((agent, month.number), [])

    def is_total(self, agent: str, month: Month) -> bool:
        """Whether the raw files' value of a person may stand for the whole month.

        It may where nobody has more than one day in it.
        """
        return bool(self.days_of(agent, month)) and self._most[month.number] == 1

    def where(self, agent: str, day: dt.date) -> str:
        """The file and row of the first line of a day."""
        return self._lines.get((agent, day), "")


def _taken_out(
    table: CheckedTable, code: str, out: Mapping[str, set[tuple[str, dt.date]]]
) -> CheckedTable:
    """A table without the rows of an activity on some people's days."""
    parts = []
    for part in table.parts:
        data = part.data
        places = [*zip(data["agent"].to_pylist(), data["day"].to_pylist(), strict=True)]
        for item, these in out.items():
            here = np.array([place in these for place in places], bool)
            column = item
            if code == "counts":
                column = "quantity"
                here &= np.asarray(pc.equal(data["item"], item), bool)
            if here.any():
                position = data.column_names.index(column)
                nothing = pa.scalar(0, data[column].type)
                values = pc.if_else(pa.array(here), nothing, data[column])
                data = data.set_column(position, column, values)
        parts.append(part if data is part.data else Part(data))
    data = pa.concat_tables([part.data for part in parts]).unify_dictionaries()
    return CheckedTable(table.table, data, table.files, tuple(parts))


def last_days(tables: Tables, cut: int | None) -> tuple[dt.date, ...]:
    """The past days of the last month in the tables, in order.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables by code.
    cut : int or None
        The last day of a business month.
    """
    told: set[dt.date] = set()
    for code, events in LONG.items():
        if code in tables and not events.is_ahead:
            told.update(filter(None, pc.unique(tables[code].data[events.day]).to_pylist()))
    if not told:
        return ()
    first, _ = Month.containing(max(told), cut).span(cut)
    return tuple(sorted(day for day in told if day >= first))


def _last_month(days: Sequence[dt.date], settings: Settings) -> Month | None:
    """The last month of the raw files, or of the settings."""
    ends = [day for day in (*days[-1:], settings.as_of) if day is not None]
    return Month.containing(max(ends), settings.month_cut) if ends else None


def _quantity(item: str, count: int) -> str:
    """A quantity as a text for people."""
    if item not in RECEIVED:
        return str(count)
    return f"{count / 100:.2f}".removesuffix(".00")
