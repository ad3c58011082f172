"""活动量责任额 for a month: how much of each activity a person is proposed to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from kpi_xl.analysis.quotas import activities_needed, expected_ratios
from kpi_xl.calendar import Month
from kpi_xl.data.people import ACTIVITIES, Person
from kpi_xl.data.targets import Targets, pieces_target

FUNNEL: Final = ("appointments", "visits", "interviews", "closings")
"""The activities that lead to a sale, the first first."""

MONTHS: Final = 3
"""So many months before show what is usual."""

_STEP: Final = 1.5
"""No quota is above so many times the usual: nobody doubles his activity in a month."""


def monthly_quotas(
    person: Person, team: Sequence[Person], targets: Targets, month: Month
) -> dict[str, int]:
    """A person's quotas for a month, by activity code.

    What the target of pieces takes, going back through the funnel with his own ratios (leaning on
    his team's); no less than his usual, and no more than one and a half times that, but as many
    closings as reach the target, and no fewer talks than closings. Without a target, and for the
    activities outside the funnel, the usual itself. Who did nothing in the whole months before,
    as a newcomer, takes his team's usual for his own.
    """
    usual = {code: _usual(person, team, code, month) for code in ACTIVITIES}
    needed = _needed(person, team, targets, month)
    found = {
        code: round(min(max(needed.get(code, 0), amount), _STEP * amount))
        for code, amount in usual.items()
    }
    last = FUNNEL[-1]
    if last in needed:
        found[last] = max(found[last], math.ceil(round(needed[last], 6)))
        for before, after in zip(FUNNEL[-2::-1], FUNNEL[:0:-1], strict=True):
            found[before] = max(found[before], found[after])
    return found


def history(person: Person, code: str, month: Month) -> int:
    """A person's counts of an activity in the months that show what is usual."""
    months = person.activities.get(code, {})
    return sum(months.get(month.number - back, 0) for back in range(1, MONTHS + 1))


def _needed(
    person: Person, team: Sequence[Person], targets: Targets, month: Month
) -> dict[str, float]:
    """The counts that a person's target of pieces takes; None without a target or ratios."""
    goal = pieces_target(targets.of_agent(person.agent))
    if not goal:
        return {}
    funnels = [_funnel(one, month) for one in team]
    whole = [sum(stage) for stage in zip(*funnels, strict=True)]
    stages = activities_needed(expected_ratios(_funnel(person, month), whole), goal)
    amounts = zip(FUNNEL, stages[:-1].tolist(), strict=True)
    return {code: amount for code, amount in amounts if math.isfinite(amount)}


def _funnel(person: Person, month: Month) -> list[int]:
    pieces = (person.pieces.get(month.number - back, 0) for back in range(1, MONTHS + 1))
    return [*(history(person, code, month) for code in FUNNEL), max(sum(pieces), 0)]


def _usual(person: Person, team: Sequence[Person], code: str, month: Month) -> float:
    """The mean of the months in which he did anything, or that of his team."""
    if active := len(_active_months(person, month)):
        return _in_active_months(person, code, month) / active
    months = [
        (_in_active_months(one, code, month), len(_active_months(one, month))) for one in team
    ]
    return sum(count for count, _ in months) / max(sum(active for _, active in months), 1)


def _in_active_months(person: Person, code: str, month: Month) -> int:
    done = person.activities.get(code, {})
    return sum(done.get(number, 0) for number in _active_months(person, month))


def _active_months(person: Person, month: Month) -> list[int]:
    """The months before in which he did anything; not that of signing, which was no whole one."""
    return [
        number
        for number in range(month.number - MONTHS, month.number)
        if number > person.signed.number
        and any(months.get(number, 0) for months in person.activities.values())
    ]
