"""The people of a team and what each did in a month, from the store."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import duckdb

from kpi_xl.analysis.attention_list import Member
from kpi_xl.calendar import USUAL, Month, WorkCalendar, working_days
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.catalogue.organisation import TOP
from kpi_xl.catalogue.units import Unit
from kpi_xl.data import steps
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.sql_calendar import Months
from kpi_xl.settings.project_settings import Settings

_LEADS: Final = re.compile(r"主管|组长|部长|总监|(?:营业|部|区|处|公司).*经理")
"""The 职级 of who leads others. 业务经理 and 客户经理 sell."""

_HISTORY: Final = 4
"""So many months before a month are looked at to see what is usual for somebody."""


@dataclass(frozen=True)
class Person:
    """Somebody who is in a team in a month.

    Parameters
    ----------
    agent, name, rank : str
        工号, 姓名, 职级.
    is_manager : bool
        Whether he leads it.
    signed : Month
        The month of his latest signing.
    came : datetime.date
        The day on which they joined the team.
    leaves : datetime.date, optional
        His last day, where the roster has one.
    pieces, premium : dict of int to int
        Main-policy pieces and new premium in 分, by month number.
    activities : dict of str to dict of int to int
        By activity code and month number.
    """

    agent: str
    name: str
    rank: str
    is_manager: bool
    signed: Month
    came: dt.date
    leaves: dt.date | None = None
    pieces: dict[int, int] = field(default_factory=dict)
    premium: dict[int, int] = field(default_factory=dict)
    activities: dict[str, dict[int, int]] = field(default_factory=dict)

    def serves(self, day: dt.date) -> bool:
        """Whether he is in service on a day."""
        return self.came <= day and (self.leaves is None or day <= self.leaves)

    def served(self, month: Month, dates: WorkCalendar = USUAL) -> float:
        """Which share of a month's working days he is in service: 1 for a whole month."""
        first, last = dates.span(month)
        if self.serves(first) and self.serves(last):
            return 1.0
        days = working_days(first, last, dates.work)
        return sum(map(self.serves, days)) / len(days) if days else 0.0

    def as_member(self, month: Month, known: Known) -> Member:
        """His months before a month, as far as there is data of them."""
        first = max(month - _HISTORY, known.first).number
        history = range(first, month.number)
        return Member(
            self.agent,
            self.name,
            self.rank,
            month.number - 1 - self.signed.number,
            [self.pieces.get(number, 0) for number in history],
            [self.premium.get(number, 0) for number in history],
            is_open=known.open == month - 1,
        )


class Known(NamedTuple):
    """Of which months there is data.

    Attributes
    ----------
    first : Month
        Before it nothing is known of anybody.
    open : Month or None
        The last one, where it is not over.
    """

    first: Month
    open: Month | None


class People:
    """The people of every unit of a level in a month.

    Parameters
    ----------
    connection : duckdb connection
        An open connection to the store.
    level : str
        The level of the units.
    month : Month
        Who is there at its end, or, for a month still to come, at the end of the last one.
    last : Month
        The last month with data.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        settings: Settings,
        level: str,
        month: Month,
        last: Month,
    ) -> None:
        self.level = level
        self._lowest = settings.organisation.levels[-1]
        self._by_unit: dict[str, list[Person]] = {}
        people: dict[str, Person] = {}
        paths = unit_paths(connection, level)
        at = min(month, last).number
        calendar = Months(settings.month_cut)
        members = steps.PEOPLE.query(calendar, membership=membership_table(level), month=at).sql
        rows = connection.execute(members).fetchall()
        # Where nobody is marked, as there is no column that would, 职级 tells.
        marked = any(is_manager for *_, is_manager, _, _, _ in rows)
        for unit, agent, name, rank, is_manager, signed, came, left in rows:
            leads = bool(is_manager) if marked else bool(_LEADS.search(rank or ""))
            since = Month(signed)
            person = Person(agent, name or agent, rank or "", leads, since, came, left)
            people[agent] = person
            self._by_unit.setdefault(paths[unit], []).append(person)
        for own in self._by_unit.values():
            own.sort(key=lambda one: not one.is_manager)
        _add_months(connection, people, month)

    def of(self, unit: Unit) -> Sequence[Person]:
        """The people of a unit, its manager first, then by signing."""
        return self._by_unit.get(unit.path if self.level != TOP else "", [])

    def manager_of(self, unit: Unit) -> Person | None:
        """Who leads a unit; None when the roster does not tell.

        A department's 经理 is in one of its teams, where he is not the one who leads the team.
        """
        leaders = [person for person in self.of(unit) if person.is_manager]
        of_departments = [person for person in leaders if "经理" in person.rank]
        if self.level == self._lowest:
            return next((p for p in leaders if p not in of_departments), next(iter(leaders), None))
        return of_departments[0] if len(of_departments) == 1 else None


def _add_months(
    connection: duckdb.DuckDBPyConnection, people: dict[str, Person], month: Month
) -> None:
    """Put in what each did in the months that are looked at: up to the one before last year's."""
    span = [month.number - 12, month.number]
    for agent, number, pieces, premium in connection.execute(
        f"SELECT agent, month, pieces, new_premium FROM {steps.PRODUCTION.table()}"
        " WHERE month BETWEEN ? AND ?",
        span,
    ).fetchall():
        if agent in people:
            people[agent].pieces[number] = pieces
            people[agent].premium[number] = premium
    columns = ", ".join(ACTIVITIES)
    for agent, number, *counts in connection.execute(
        f"SELECT agent, month, {columns} FROM {steps.ACTIVITY.table()} WHERE month BETWEEN ? AND ?",
        span,
    ).fetchall():
        if agent in people:
            for code, count in zip(ACTIVITIES, counts, strict=True):
                people[agent].activities.setdefault(code, {})[number] = count
