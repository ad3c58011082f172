"""The slots of 周计划及检讨表: each week's review, and the plan of the week after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from kpi_xl.calendar import USUAL, Month, WorkCalendar, planned_weeks
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.slots.becomes import WORDS, Plan
from kpi_xl.slots.cell_formula import CellFormula, any_of, cell, here, total, when
from kpi_xl.slots.day_plans import ByDay, evenly
from kpi_xl.slots.plan_slots import (
    OVER_WEEKS,
    PLANNED,
    RECEIVED,
    WEEK_NAMES,
    WEEKS,
    Week,
    form_weeks,
)
from kpi_xl.slots.plan_values import working_days_of
from kpi_xl.slots.slot import ByWord, Group, Kind, Slot, Values

_DAYS: Final = 7

NEXT: Final = Group(
    "week<周>.next.",
    "第 <周> 周",
    {
        "dates": Slot("下一周七天的日期，一行", Kind.DATE, _DAYS, lambda week: week.days),
        "period": Slot("下一周起止日期", value=lambda week: week.period),
    },
    OVER_WEEKS,
)

NEXT_PLAN: Final = Group(
    "week<周>.next.",
    "第 <周> 周",
    {
        "<活动>": Slot(
            "下一周<活动>的计划，一行七天",
            Kind.NUMBER,
            _DAYS,
            lambda plan: plan,
            becomes=Plan("<活动>", "天"),
        ),
        "<活动>.合计": Slot("下一周<活动>的计划合计", Kind.NUMBER, formula=total(cell("<活动>"))),
    },
    OVER_WEEKS | {"活动": PLANNED},
)


def _planned_before(named: Mapping[str, str]) -> CellFormula:
    """A day's plan as the week before made it; blank where there was none."""
    plan = here(f"week{int(named['周']) - 1}.next.<活动>")
    return when(any_of(here("week<周>.dates").equals(""), plan.equals("")), "", plan)


REVIEWED: Final = Group(
    "week<周>.review.",
    "第 <周> 周",
    {
        "<活动>": Slot(
            "<活动>上周订的计划，一行七天",
            Kind.NUMBER,
            _DAYS,
            formula=ByWord(_planned_before),
        )
    },
    {"周": WEEK_NAMES[1:], "活动": PLANNED},
)
"""The first week's plan was not made in the workbook."""

TYPED: Final = (
    Group(
        "input.week<周>.",
        "第 <周> 周",
        {
            "review.原因": Slot(
                "各项没有完成的原因：六项活动、预收件数、预收保费",
                cells=len(PLANNED) + len(RECEIVED),
                becomes=WORDS,
            )
        },
        OVER_WEEKS,
    ),
    Group(
        "input.week<周>.next.<活动>.",
        "第 <周> 周，下一周的<活动>",
        {
            "目的": Slot("目的", becomes=WORDS),
            "对象": Slot("对象", becomes=WORDS),
            "建议": Slot("主管的建议", becomes=WORDS),
        },
        OVER_WEEKS | {"活动": PLANNED},
    ),
)


def review_values(
    quotas: Mapping[str, int],
    month: Month,
    dates: WorkCalendar = USUAL,
    by_day: ByDay = evenly,
    served: float = 1.0,
) -> Values:
    """The plans that a review looks back on, and those that it makes.

    Parameters
    ----------
    quotas : mapping of str to int
        The month's quotas by activity code; the first week of the next month, which is planned in
        the last week of this one, goes on at the same pace.
    dates : WorkCalendar
        The days of the project.
    by_day : callable
        How the quotas are spread over days.
    served : float
        The share of the month's working days that the quotas are for.
    """
    months = [planned_weeks(one, dates) for one in (month, month + 1)]
    working = [working_days_of(weeks, dates) for weeks in months]
    weeks = [*months[0], months[1][0]]
    found: Values = {}
    dates_of = {f"week{week}.dates": days for week, days in form_weeks(month, dates).items()}
    for number in range(1, WEEKS + 1):
        # The last sheet of a month of four weeks is empty.
        there = number < len(weeks)
        after = weeks[number] if there else []
        found |= NEXT.values(Week(number, after, dates.work), 周=str(number))
    for code, name in ACTIVITIES.items():
        next_month = round(quotas[code] / served) if served else 0
        plans = _by_week(name, (quotas[code], next_month), months, working, by_day)
        for number in range(1, WEEKS + 1):
            there = number < len(weeks)
            plan = plans[number] if there else []
            found |= NEXT_PLAN.values(plan, 周=str(number), 活动=name)
            if number > 1:  # the first week's plan was not made in this workbook
                planned = f"week{number - 1}.next.{name}"
                beside = {planned: found[planned], **dates_of}
                found |= REVIEWED.values(None, beside, 周=str(number), 活动=name)
    return found


def _by_week(
    name: str,
    quotas: Sequence[int],
    months: Sequence[Sequence[Sequence[dt.date | None]]],
    working: Sequence[Sequence[dt.date]],
    by_day: ByDay,
) -> list[list[int | None]]:
    """The quotas by day, for the weeks of the month and the first of the next."""
    plans = []
    for weeks, days, quota in zip(months, working, quotas, strict=True):
        plan = by_day(name, quota, days)
        plans.append([[plan.get(day) or None if day else None for day in week] for week in weeks])
    this_month, next_month = plans
    return [*this_month, next_month[0]]
