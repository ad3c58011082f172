"""The values of the slots of 周计划及检讨表: each week's review, and the plan of the week after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.analysis.spread import spread
from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.data.people import ACTIVITIES
from kpi_xl.slots.plan_values import WEEKS, period_text, working_days_of
from kpi_xl.slots.unit_values import Values

_DAYS: Final = 7


def review_values(quotas: Mapping[str, int], month: Month, cut: int | None = None) -> Values:
    """The plans that a review looks back on, and those that it makes.

    Parameters
    ----------
    quotas : mapping of str to int
        The month's quotas by activity code; the first week of the next month, which is planned in
        the last week of this one, goes on at the same pace.
    month : Month
        The month.
    cut : int or None
        The last day of a business month.
    """
    months = [planned_weeks(month, cut), planned_weeks(month + 1, cut)]
    working = [working_days_of(weeks) for weeks in months]
    weeks = [*months[0], months[1][0]]
    found: Values = {}
    for number in range(1, WEEKS + 1):
        # The last sheet of a month of four weeks is empty.
        there = number < len(weeks)
        after = weeks[number] if there else []
        found[f"week{number}.next.dates"] = after
        found[f"week{number}.next.period"] = period_text(after) if after else None
    for code, name in ACTIVITIES.items():
        plans = _by_week(quotas[code], months, working)
        for number in range(1, WEEKS + 1):
            there = number < len(weeks)
            plan = plans[number] if there else []
            found[f"week{number}.next.{name}"] = plan
            found[f"week{number}.next.{name}.合计"] = sum(count or 0 for count in plan)
            if number == 1:
                continue  # its plan was not made in this workbook
            shown = plans[number - 1] if there else []
            # The sheet's formula: the plan made a week before, empty where none was.
            found[f"week{number}.review.{name}"] = [
                "" if count is None else count for count in shown
            ] or [""] * _DAYS
    return found


def _by_week(
    quota: int,
    months: Sequence[Sequence[Sequence[dt.date | None]]],
    working: Sequence[Sequence[dt.date]],
) -> list[list[int | None]]:
    """A quota by day, for the weeks of the month and the first of the next."""
    plans = []
    for weeks, days in zip(months, working, strict=True):
        shares = spread(quota, len(days))
        by_day = {day: share or None for day, share in zip(days, shares, strict=True)}
        plans.append([[by_day.get(day) if day else None for day in week] for week in weeks])
    this_month, next_month = plans
    return [*this_month, next_month[0]]
