"""The days of a month's quota: spread evenly, with what somebody planned and did put in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpi_xl.analysis.spread import spread
from kpi_xl.data.daily_activities import DailyActivities

if TYPE_CHECKING:
    from kpi_xl.data.people import Person
    from kpi_xl.slots.agreed import Agreed

ByDay: TypeAlias = Callable[[str, int, Sequence[dt.date]], dict[dt.date, int]]
"""The plan of an activity, by its Chinese name, for working days, from the quota of all of them."""


def evenly(_: str, quota: int, days: Sequence[dt.date]) -> dict[dt.date, int]:
    """A quota over working days, as evenly as whole numbers go.

    Examples
    --------
    >>> days = [dt.date(2024, 6, 3), dt.date(2024, 6, 4), dt.date(2024, 6, 5)]
    >>> list(evenly("拜访数", 7, days).values())
    [2, 3, 2]
    """
    return dict(zip(days, spread(quota, len(days)), strict=True))


def days_of(person: Person, agreed: Agreed, done: DailyActivities) -> ByDay:
    """How somebody's quotas are spread over the days that he is in service.

    What he did by the last day that he noted is behind him: what is left of the quota is for the
    days after it. A day that he planned himself has his number.

    Parameters
    ----------
    person : Person
        Who.
    agreed : Agreed
        What was typed.
    done : DailyActivities
        What was done on the days of the month.
    """
    agent = person.agent

    def by_day(item: str, quota: int, month: Sequence[dt.date]) -> dict[dt.date, int]:
        days = [day for day in month if person.serves(day)]
        if not days:
            return {}
        plan = evenly(item, quota, days)
        last = agreed.noted_until(agent)
        after = [day for day in days if last is not None and day > last]
        if last is not None and after and days[0] <= last:
            counts = (done.of(who, day, item) for who, day in done.days if who == agent)
            left = quota - sum(count for count in counts if count is not None)
            plan |= evenly(item, max(left, 0), after)
        return agreed.plan(agent, item, plan)

    return by_day
