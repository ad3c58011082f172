"""活动量责任额: the proposed number of each activity for a person and month."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from kpi_xl.analysis.quotas import activities_needed, expected_ratios
from kpi_xl.calendar import USUAL, Month, WorkCalendar
from kpi_xl.catalogue.measures import ACTIVITIES
from kpi_xl.data.people import Person
from kpi_xl.data.targets import Targets, pieces_target

FUNNEL: Final = ("appointments", "visits", "interviews", "closings")
"""The activities that lead to a sale, the first first."""

MONTHS: Final = 3
"""So many months before show what is usual."""

_STEP: Final = 1.5
"""No quota is above so many times the usual: nobody doubles his activity in a month."""


def monthly_quotas(
    person: Person,
    team: Sequence[Person],
    targets: Targets,
    month: Month,
    dates: WorkCalendar = USUAL,
) -> dict[str, int]:
    """A person's quotas for the days in service of a month, by activity code.

    What the target of pieces takes, going back through the funnel with his own ratios (leaning on
    his team's); no less than his usual, and no more than one and a half times that, but as many
    closings as reach the target, and no fewer talks than closings. Without a target, and for the
    activities outside the funnel, the usual itself. Who has done something for less than a whole
    month in service takes his team's usual for what is missing to it.

    Parameters
    ----------
    dates : WorkCalendar
        The days of the project.
    """
    usual = _usual(person, team, month, dates)
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
    """A person's counts of an activity in the months that the usual is computed from."""
    months = person.activities.get(code, {})
    return sum(months.get(month.number - back, 0) for back in range(1, MONTHS + 1))


def _needed(
    person: Person, team: Sequence[Person], targets: Targets, month: Month
) -> dict[str, float]:
    """The counts that a person's target of pieces needs; None without a target or ratios."""
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


def _usual(
    person: Person, team: Sequence[Person], month: Month, dates: WorkCalendar
) -> dict[str, float]:
    """The usual activity of an agent in as many days as they are in service in the month, by
    code.
    """
    there, own = person.served(month, dates), _Active.of([person], month, dates)
    if own.months >= 1:
        return {code: there * count / own.months for code, count in own.counts.items()}
    of_team, lacks = _Active.of(team, month, dates), 1 - own.months
    return {
        code: there * (count + lacks * of_team.in_a_month(code))
        for code, count in own.counts.items()
    }


class _Active(NamedTuple):
    """The activity of people in the earlier months in which they had any.

    Attributes
    ----------
    counts : dict of str to int
        How often, by the activity's code.
    months : float
        How many months they were in service in these: one who came in the middle of a month, half.
    """

    counts: dict[str, int]
    months: float

    @classmethod
    def of(cls, people: Sequence[Person], month: Month, dates: WorkCalendar) -> _Active:
        counts, months = dict.fromkeys(ACTIVITIES, 0), 0.0
        for one in people:
            for number in range(max(month.number - MONTHS, one.signed.number), month.number):
                done = {code: of.get(number, 0) for code, of in one.activities.items()}
                if any(done.values()):
                    months += one.served(Month(number), dates)
                    for code, count in done.items():
                        counts[code] += count
        return cls(counts, months)

    def in_a_month(self, code: str) -> float:
        """The usual count of a whole month; 0 where it is not known."""
        return self.counts[code] / self.months if self.months else 0.0
