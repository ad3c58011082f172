"""The plan of the branch: its departments, its seasons, and what goes wrong where.

Everything else in `kpi_xl.sample` is chance; what an analyst should be able to find is here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from kpi_xl.calendar import Month, working_days

NAME: Final = "江城分公司"

FIRST: Final = Month.of(2022, 7)
LAST: Final = Month.of(2024, 6)
MONTHS: Final = tuple(FIRST + i for i in range(LAST.number - FIRST.number + 1))
"""The months that policies, dues, activities, attendance and targets cover."""
BEGIN: Final = FIRST.first
END: Final = LAST.last
"""Their first and last days; nothing after the last is known yet."""

OLDEST: Final = Month.of(2018, 1)
"""The month that the longest-serving agents signed in."""

COMPLETE_FROM: Final = Month.of(2020, 6)
"""From here on the roster has those who left before `FIRST`, too: the 25-month retention of
`FIRST` looks back this far, and cohorts without their leavers would show a retention of 100%."""


@dataclass(frozen=True, eq=False)  # there is one of each: compared and hashed as such
class Department:
    """A 营业部 and its habits, 1 being what is usual in the branch.

    Parameters
    ----------
    number : int
        The number of the 营业部, from 1 to 8.
    stem : str
        The name without 营业部; its teams are named after it.
    recruits : float
        Recruits in a usual month.
    attrition : float
        How fast people leave.
    drive : float
        How many of them sell in a month, and how often.
    case_size : float
        How large the policies are.
    attendance : float
        Share of the working days that people come in.
    collection : float
        Share of the renewal premiums due that is collected.
    banking : bool
        Whether it sells through the counters of partner banks.
    """

    number: int
    stem: str
    recruits: float
    attrition: float
    drive: float
    case_size: float
    attendance: float
    collection: float
    banking: bool = False

    @property
    def name(self) -> str:
        """Its full name."""
        return self.stem + "营业部"

    @property
    def teams(self) -> tuple[str, ...]:
        """The names of its four teams; no other department has the same."""
        return tuple(f"{self.stem}{n}组" for n in "一二三四")


DEPARTMENTS: Final = (
    Department(1, "城东", 4.7, 0.86, 1.14, 1.12, 0.97, 0.950),  # the benchmark
    Department(2, "城西", 5.4, 1.00, 1.00, 1.00, 0.93, 0.915),
    Department(3, "城南", 5.9, 1.00, 0.98, 1.02, 0.94, 0.920),
    Department(4, "城北", 4.7, 1.06, 0.90, 0.94, 0.90, 0.900),
    Department(5, "高新", 5.2, 0.98, 1.02, 1.06, 0.94, 0.925),
    Department(6, "银保东区", 2.6, 0.92, 1.05, 1.00, 0.95, 0.930, banking=True),
    Department(7, "滨江", 5.7, 0.96, 0.98, 0.98, 0.93, 0.920),
    Department(8, "银保西区", 2.6, 0.96, 0.96, 0.94, 0.94, 0.920, banking=True),
)


class Unit(NamedTuple):
    """Where an agent belongs: a department and one of its teams by name."""

    department: Department
    team: str


UNITS: Final = tuple(
    Unit(department, team) for department in DEPARTMENTS for team in department.teams
)

TEAM_WEIGHTS: Final = (1.25, 1.05, 0.95, 0.75)
"""The first team of a department draws the most recruits, the last the fewest."""

# Factors by calendar month, January first. 开门红 in January, the ends of the first quarter and of
# the half year are the peaks; Spring Festival and the summer heat are the lows.
SELLING_SEASON: Final = (1.24, 0.76, 1.16, 0.96, 0.98, 1.15, 0.85, 0.84, 1.04, 0.97, 1.01, 0.96)
CASE_SEASON: Final = (1.18, 0.92, 1.06, 0.97, 0.97, 1.05, 0.95, 0.95, 1.00, 0.98, 0.98, 0.99)
RECRUITING_SEASON: Final = (0.65, 0.55, 1.40, 1.25, 1.05, 0.95, 1.10, 1.00, 1.15, 1.00, 1.00, 0.80)


def season(factors: tuple[float, ...], month: Month) -> float:
    """A month's factor."""
    return factors[month.month - 1]


# -- the story -------------------------------------------------------------------------------

RECRUITING_STOPS: Final = (3, Month.of(2024, 2))
"""城南 recruits far fewer from here on; its recruiting talks dwindle a month earlier."""

CASES_SHRINK: Final = (5, Month.of(2024, 3))
"""高新 sells smaller policies from here on, and more of the small products."""

PEOPLE_GO: Final = (7, Month.of(2024, 1))
"""滨江 loses more people and more renewals from here on, and fewer come in to work."""


def _told(story: tuple[int, Month], department: Department, month: Month) -> bool:
    return department.number == story[0] and month >= story[1]


def recruiting(department: Department, month: Month) -> float:
    """Recruits to be expected in a month."""
    factor = 0.22 if _told(RECRUITING_STOPS, department, month) else 1.0
    return department.recruits * season(RECRUITING_SEASON, month) * factor


def recruiting_talks(department: Department, month: Month) -> float:
    """How keenly people look for recruits, 1 being usual."""
    return 0.35 if _told(RECRUITING_STOPS, department, month + 1) else 1.0


def attrition(department: Department, month: Month) -> float:
    """How fast people leave, 1 being usual."""
    return department.attrition * (2.0 if _told(PEOPLE_GO, department, month) else 1.0)


def shrinking(department: Department, month: Month) -> bool:
    """Whether the department has turned to small policies."""
    return _told(CASES_SHRINK, department, month)


def case_size(department: Department, month: Month) -> float:
    """How large policies are, 1 being usual."""
    factor = 0.80 if shrinking(department, month) else 1.0
    return department.case_size * season(CASE_SEASON, month) * factor


def collection(department: Department, month: Month) -> float:
    """Share of the renewal premiums due in a month that is collected, sooner or later."""
    if not _told(PEOPLE_GO, department, month):
        return department.collection
    worse = month.number - PEOPLE_GO[1].number + 1
    return department.collection - 0.03 - 0.02 * worse


def attendance(department: Department, month: Month) -> float:
    """Share of the working days that people come in."""
    return department.attendance - (0.06 if _told(PEOPLE_GO, department, month) else 0.0)


# -- days ------------------------------------------------------------------------------------


@cache
def workdays(month: Month) -> tuple[dt.date, ...]:
    """The working days of a month."""
    return tuple(working_days(*month.span(None)))


def same_day(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the month's last where there is no such day."""
    month = Month.containing(day) + months
    return month.first.replace(day=min(day.day, month.last.day))
