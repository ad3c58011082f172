"""The common part of the samples of other trades: stores, their staff, and the files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl.analysis.apportion import apportion
from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue import MEASURES
from kpi_xl.catalogue.schema import AGENTS, ATTENDANCE, COUNTS, TARGETS
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.files import Cell, csv_file, headings, workbook_file
from kpi_xl.sample.names import Gender, person_name

MONTHS: Final = 18
LAST: Final = Month.of(2024, 6)
FIRST: Final = LAST - (MONTHS - 1)
WEAK_FROM: Final = LAST - 2
"""From this month on something goes wrong in some of the stores."""

LEVELS: Final = """\
"分公司" = "公司"
"营业部" = "门店"\
"""
"""What the levels are called."""

_PRESENT: Final = 0.97
_BEFORE: Final = dt.date(2020, 1, 1)


@dataclass(frozen=True)
class Staff:
    """Somebody who works in a store.

    Parameters
    ----------
    number : str
        工号.
    name, gender, rank : str
        The columns 姓名, 性别, 职级 of 人员.
    signed : date
        The first day of work.
    is_manager : bool
        Whether the store is led by this person.
    """

    number: str
    name: str
    gender: Gender
    rank: str
    signed: dt.date
    is_manager: bool = False


@dataclass(frozen=True)
class Store:
    """A store with its staff, the manager first.

    Parameters
    ----------
    name : str
        The name of the store.
    size : float
        How busy it is beside the others.
    staff : list of Staff
        The people who work there, the manager first.
    """

    name: str
    size: float
    staff: list[Staff] = field(default_factory=list)


class Count(NamedTuple):
    """A row of 计数: money in 元."""

    day: dt.date
    agent: str
    item: str
    quantity: int


class Attendance(NamedTuple):
    """A row of 出勤."""

    day: dt.date
    agent: str
    due: int
    present: int


class Goal(NamedTuple):
    """A row of 目标."""

    month: Month
    level: str
    unit: str
    kpi: str
    target: float


def months() -> list[Month]:
    """The months of the samples."""
    return [FIRST + number for number in range(MONTHS)]


def stores_of(
    dice: Chance,
    names: Mapping[str, float],
    people: int,
    ranks: tuple[str, str],
    letter: str,
) -> list[Store]:
    """Stores with a manager and so many others each.

    Parameters
    ----------
    names : mapping of str to float
        How busy each store is, by name.
    people : int
        How many work in a store besides its manager.
    ranks : (str, str)
        What the manager and the others are.
    letter : str
        What their numbers begin with.
    """
    stores = []
    for place, (name, size) in enumerate(names.items(), 1):
        store = Store(name, size)
        for number in range(people + 1):
            gender: Gender = "男" if dice.chance(0.5) else "女"
            store.staff.append(
                Staff(
                    f"{letter}{place:02d}{number:02d}",
                    person_name(dice, gender),
                    gender,
                    ranks[number > 0],
                    _BEFORE + dt.timedelta(days=dice.below(1000)),
                    number == 0,
                )
            )
        stores.append(store)
    return stores


def day_by_day(dice: Chance, month: Month, agent: str, done: Mapping[str, int]) -> Iterator[Count]:
    """A month's counts on its days, more at weekends; the days add up to the month.

    Parameters
    ----------
    dice : Chance
        The chance that decides.
    agent : str
        The 工号 of the person who counted.
    done : mapping of str to int
        What was counted in the month, by measure; sales in 元, which come with what is sold.
    """
    days = [month.first + dt.timedelta(days=n) for n in range(month.last.day)]
    likely = [day for day in days for _ in range(3 if day.weekday() >= 5 else 2)]
    drawn = {
        item: Counter(likely[dice.below(len(likely))] for _ in range(quantity))
        for item, quantity in done.items()
        if item != "sales"
    }
    if done.get("sales"):
        pieces = drawn.get("units_sold", drawn["deals"])
        shares = apportion(done["sales"], [pieces[day] for day in sorted(pieces)])
        drawn["sales"] = Counter(dict(zip(sorted(pieces), shares, strict=True)))
    for item, by_day in drawn.items():
        for day in sorted(by_day):
            yield Count(day, agent, item, by_day[day])


def attendance_of(
    dice: Chance, store: Store, month: Month, present: float = _PRESENT
) -> list[Attendance]:
    """A month's attendance of a store's staff."""
    due = len(working_days(*month.span(None)))
    return [
        Attendance(month.last, one.number, due, sum(dice.chance(present) for _ in range(due)))
        for one in store.staff
    ]


def passing(dice: Chance, people: int, share: float) -> int:
    """How many of so many people go on to the next stage."""
    return sum(dice.chance(share) for _ in range(people))


def files_of(
    folder: Path,
    title: str,
    settings: bytes,
    stores: Sequence[Store],
    counts: Iterable[Count],
    attendance: Iterable[Attendance],
    goals: Iterable[Goal],
) -> dict[Path, bytes]:
    """The project's files with what is in them."""
    data = folder / "data"
    agents = ("agent", "name", "department", "rank", "is_manager", "gender", "signed")
    roster: list[list[Cell]] = [
        [
            one.number,
            one.name,
            store.name,
            one.rank,
            "是" if one.is_manager else "否",
            one.gender,
            one.signed,
        ]
        for store in stores
        for one in store.staff
    ]
    header = headings(AGENTS, agents)
    header[2], header[6] = "门店", "入职日期"
    return {
        folder / "kpi.toml": settings,
        data / "人员.xlsx": workbook_file(
            "花名册", header, roster, (10, 9, 15, 12, 9, 6, 12), (f"{title}员工花名册",)
        ),
        data / "计数.csv": csv_file(
            headings(COUNTS, ("day", "agent", "item", "quantity")),
            (
                [row.day.isoformat(), row.agent, MEASURES[row.item].name, str(row.quantity)]
                for row in counts
            ),
            "utf-8-sig",
        ),
        data / "出勤.csv": csv_file(
            headings(ATTENDANCE, ("day", "agent", "days_due", "days_present")),
            ([r.day.isoformat(), r.agent, str(r.due), str(r.present)] for r in attendance),
            "utf-8-sig",
        ),
        data / "目标.xlsx": workbook_file(
            "目标",
            headings(TARGETS, ("month", "level", "unit", "kpi", "target")),
            ([str(goal.month), *goal[1:]] for goal in goals),
            (10, 10, 20, 16, 12),
        ),
    }
