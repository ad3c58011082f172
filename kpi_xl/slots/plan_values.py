"""The values of the slots of plans by week and day: for a person, and for a manager."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kpi_xl.analysis.attention_list import Attention, attention
from kpi_xl.analysis.time_boxes import A_DAY, MINUTES
from kpi_xl.calendar import (
    FORM_WEEKS,
    USUAL,
    Month,
    WorkCalendar,
    is_working_day,
    planned_weeks,
)
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.people import Known, Person
from kpi_xl.data.targets import Targets, pieces_target, premium_target
from kpi_xl.findings.shown import value_text
from kpi_xl.slots.day_plans import ByDay, evenly
from kpi_xl.slots.plan_slots import (
    ATTENTION,
    FOCUS,
    MANAGER_WEEK,
    MONTH_DONE,
    MONTH_PLAN,
    NAMED,
    NOBODY_LEADS,
    PERSON,
    WEEK,
    WEEK_DONE,
    WEEK_HEADING,
    WEEK_NAMES,
    WEEK_PLAN,
    WHO_LEADS,
    Placed,
    Week,
    form_weeks,
)
from kpi_xl.slots.slot import Values
from kpi_xl.slots.time_values import (
    AFTERNOON,
    DAY_BOXES,
    MORNING,
    MOST,
    NO_ROOM,
    half_day,
)
from kpi_xl.slots.unit_values import UnitValues

_ACCOMPANIED: Final = (1, 2, 3)  # Tuesday to Thursday: three mornings a week with somebody
_TALKS: Final = (0, 1, 2, 3)  # a talk every afternoon but Friday's, which is for the review


def week_values(month: Month, dates: WorkCalendar = USUAL) -> Values:
    """The weeks of a month: names, dates, holidays."""
    values: Values = {}
    for name, days in form_weeks(month, dates).items():
        values |= WEEK.values(Week(int(name), days, dates.work), 周=name)
    return values


def person_plan(
    person: Person, quotas: Mapping[str, int], team_name: str, department: str,
    targets: Targets, month: Month, dates: WorkCalendar = USUAL,
    by_day: ByDay = evenly,
) -> Values:  # fmt: skip
    """A person's plan of a month: quotas spread over the working days."""
    before = month.number - 1
    values = NAMED.values(person.name) | PERSON.values(Placed(person, team_name, department))
    weeks = form_weeks(month, dates)
    working = working_days_of(weeks.values(), dates)
    lines: dict[str, tuple[float, float | None]] = {}
    for code, name in ACTIVITIES.items():
        shares = by_day(name, quotas[code], working)
        for week, days in weeks.items():
            plan = [day and (shares.get(day) or None) for day in days]
            values |= WEEK_PLAN.values(plan, 周=week, 活动=name)
        values |= MONTH_PLAN.values(None, values, 活动=name)
        lines[name] = (person.activities.get(code, {}).get(before, 0), quotas[code])
    own_targets = targets.of_agent(person.agent)
    pieces, premium = (one.get(before, 0) for one in (person.pieces, person.premium))
    lines["预收件数"] = (pieces, pieces_target(own_targets))
    lines["预收保费"] = (premium / 100, premium_target(own_targets))
    for name, (last, target) in lines.items():
        for week in WEEK_NAMES:
            values |= WEEK_DONE.values(None, values, 周=week, 项目=name)
        of_month = {"last.<项目>": last, "target.<项目>": target}
        values |= MONTH_DONE.values(of_month, values, 项目=name)
    return values | week_headings(values | {"period.month": month.chinese})


def week_headings(about: Values) -> Values:
    """The heading of every week's sheet.

    Parameters
    ----------
    about : dict
        The slots of the person, or of the unit, and of the month.
    """
    found: Values = {}
    for week in WEEK_NAMES:
        found |= WEEK_HEADING.values(None, about, 周=week)
    return found


def working_days_of(
    weeks: Iterable[Sequence[dt.date | None]], dates: WorkCalendar = USUAL
) -> list[dt.date]:
    """The working days of planned weeks."""
    return [day for week in weeks for day in week if day and is_working_day(day, dates.work)]


def manager_schedule(
    manager: str,
    people: Sequence[Person],
    month: Month,
    focus: Sequence[str],
    room: int,
    known: Known,
    dates: WorkCalendar = USUAL,
    minutes: Mapping[str, int] = MINUTES,
    most: int = A_DAY,
) -> Values:
    """A manager's month: whom to see, and when.

    Parameters
    ----------
    manager : str
        The name of the manager.
    people : sequence of Person
        The people of the unit in the month.
    focus : sequence of str
        What matters in each week.
    room : int
        How many people the list has room for.
    known : Known
        Of which months there is data.
    dates : WorkCalendar
        The days of the project.
    minutes : mapping of str to int
        How long each kind of activity takes.
    most : int
        How many minutes of a day may be planned.
    """
    to_see = whom_to_see(people, month, known, room, dates)
    values = NAMED.values(manager) | ATTENTION.columns(to_see)
    is_told = not to_see or any(one.is_manager for one in people)
    values |= WHO_LEADS.values(None if is_told else NOBODY_LEADS)
    meetings = manager_days(to_see, month, dates)
    for name, week in form_weeks(month, dates).items():
        days = week[:5]
        plans = [meetings.get(day, ManagerDay()) if day else ManagerDay() for day in days]
        left = focus[int(name) - 1] + _without_room(week[5:], meetings) if days else ""
        values |= FOCUS.values(left or None, 周=name) | MANAGER_WEEK.values(plans, 周=name)
        values |= MOST.values(most, 周=name)
        values |= DAY_BOXES.values(_boxes(plans, minutes, most), values, 周=name)
    return values


def _boxes(plans: Sequence[ManagerDay], minutes: Mapping[str, int], most: int) -> Values:
    """The hours of the planned activities, half a day at a time."""
    hours: dict[str, list[str | None]] = {"morning": [], "afternoon": []}
    for plan in plans:
        taken = 0
        for half, (text, period) in {
            "morning": (plan.morning, MORNING),
            "afternoon": (plan.afternoon, AFTERNOON),
        }.items():
            box = half_day(text, _kind(text or ""), period, minutes, most - taken)
            hours[half].append(box.hours if box else NO_ROOM if text else None)
            taken += box.end - box.start if box else 0
    return {f"{half}.时间": column for half, column in hours.items()}


def _kind(text: str) -> str:
    """The kind of activity in a half of a manager's day."""
    kinds = {"陪同展业": "陪访", "面谈": "面谈", "周例会": "例会"}
    return next((kind for begin, kind in kinds.items() if text.startswith(begin)), "会议")


@dataclass(frozen=True)
class ManagerDay:
    """A manager's plan for a working day.

    Parameters
    ----------
    morning, afternoon : str or None
        The plan of each half, in Chinese.
    accompanied, talked_to : str or None
        The names of whom he goes along with and talks to.
    """

    morning: str | None = None
    afternoon: str | None = None
    accompanied: str | None = None
    talked_to: str | None = None


def whom_to_see(
    people: Sequence[Person], month: Month, known: Known, most: int, dates: WorkCalendar = USUAL
) -> list[Attention]:
    """The people whom a manager should see in a month, without those who leave before its end.

    Parameters
    ----------
    people : sequence of Person
        The unit's people, its manager among them.
    known : Known
        Of which months there is data.
    most : int
        How many at the most.
    dates : WorkCalendar
        The days of the project.
    """
    last = dates.span(month)[1]
    stay = [one for one in people if not one.is_manager and one.serves(last)]
    return attention([one.as_member(month, known) for one in stay], most)


def _without_room(days: Sequence[dt.date | None], meetings: Mapping[dt.date, ManagerDay]) -> str:
    """The working days that a sheet of five days has no row for, in words."""
    left = [f"{day.month}月{day.day}日" for day in days if day and day in meetings]
    return f"（{'、'.join(left)}也上班，本表没有这一栏，请另排）" if left else ""


def manager_days(
    to_see: Sequence[Attention],
    month: Month,
    dates: WorkCalendar = USUAL,
) -> dict[dt.date, ManagerDay]:
    """A manager's working days by week: whom to accompany, whom to talk to.

    Parameters
    ----------
    to_see : sequence of Attention
        Whom to see, the most urgent first; they take turns.
    dates : WorkCalendar
        The days of the project.
    """
    with_ = [seen for seen in to_see if seen.manner == "陪同展业"] or list(to_see)
    found = {}
    turn = 0
    talk = 0
    for day in working_days_of(planned_weeks(month, dates), dates):
        weekday = day.weekday()
        morning, afternoon, accompanied, talked_to = _monday(weekday), None, None, None
        if weekday in _ACCOMPANIED and with_:
            accompanied = with_[turn % len(with_)].member.name
            morning = f"陪同展业：{accompanied}"
            turn += 1
        if weekday in _TALKS and to_see:
            talked_to = to_see[talk % len(to_see)].member.name
            afternoon = f"面谈：{talked_to}"
            talk += 1
        if weekday == 4:
            afternoon = "主管例会；检讨本周，安排下周"
        found[day] = ManagerDay(morning, afternoon, accompanied, talked_to)
    return found


def _monday(weekday: int) -> str | None:
    return "周例会；分解本周目标到人" if weekday == 0 else None


def weekly_focus(values: UnitValues, unit: int, targets: Mapping[str, float]) -> list[str]:
    """A unit's focus of each week: the KPIs that missed last month's targets, in turn.

    Parameters
    ----------
    values : UnitValues
        The values of the unit's KPIs.
    targets : mapping of str to float
        Last month's targets by KPI name.

    Returns
    -------
    list of str
        A text for each week that a form has: the one furthest short first, those that are fewer
        than the weeks once more; what is said of the whole month in the first week only.
    """
    gaps = []
    compared = False
    for name, target in targets.items():
        kpi = values.settings.kpis.find(name)
        if kpi is None or kpi.direction != "higher" or target <= 0:
            continue
        actual = values.last_closed(kpi, unit)
        compared |= math.isfinite(actual)
        if math.isfinite(actual) and actual < target:
            text = f"{name}上月 {value_text(kpi, actual)}，目标 {value_text(kpi, target)}"
            gaps.append((actual / target, text))
    if not gaps:
        text = "上月各项目标均已达成，巩固活动量"
        whole = text if compared else "上月没有目标可比；先与每位成员定下本月目标"
        return [whole, *[""] * (FORM_WEEKS - 1)]
    texts = [text for _, text in sorted(gaps)]
    return [
        texts[week] if week < len(texts) else f"继续：{texts[week % len(texts)]}"
        for week in range(FORM_WEEKS)
    ]
