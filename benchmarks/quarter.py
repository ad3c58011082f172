"""A quarter of a branch as it goes round: sent out, typed into, taken back, next month's plans.

Run ``python -m benchmarks.quarter``: 8 departments and 640 people; ``--small``: 2 and 40.
Every month the weekly plans of persons and the targets of teams are sent, robots type into them
with openpyxl, the collection is killed at random points and run again, and the next month's raw
files come. Printed is an account of every typed value: where it is found again, once or not.
"""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils import get_column_letter

from kpi_xl.calendar import Month
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import Delivery, distribute
from kpi_xl.data import replay
from kpi_xl.data.circulation import circulation
from kpi_xl.data.collected import collected
from kpi_xl.project import Project
from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.slots import Slot

PLAN: Final = "周工作计划"
TARGETS: Final = "月度目标设定、达成表"
FIRST: Final = Month.of(2024, 7)

Cell = tuple[str, str, str, str, str]
"""Template, month, recipient, worksheet, cell."""

Hands = Callable[[Path, Path, Sequence[tuple[str, str, str]]], None]

_COUNTED: Final = ("约访数", "拜访数", "洽谈人数", "促成人数")
_COLLECT: Final = """
import sys
from kpi_xl.circulation.collect import collect
from kpi_xl.project import Project
if __name__ == "__main__":
    collect(Project.open(sys.argv[1]))
"""


@dataclass
class Account:
    """What became of what was typed.

    Parameters
    ----------
    typed : dict of Cell to value
        Every value that a robot typed, the last of each cell.
    becomes : Counter of str
        How many of them become what.
    kills : int
        How often a collection was killed.
    lost, changed, doubled : list of Cell
        Typed and not found; found as something else; found more than once.
    """

    typed: dict[Cell, Any] = field(default_factory=dict)
    becomes: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    lost: list[Cell] = field(default_factory=list)
    changed: list[Cell] = field(default_factory=list)
    doubled: list[Cell] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """For people."""
        found = len(self.typed) - len(self.lost) - len(self.changed)
        yield f"typed {len(self.typed):,} values; found {found:,}, once each"
        yield f"lost {len(self.lost)}, changed {len(self.changed)}, doubled {len(self.doubled)}"
        for name, count in sorted(self.becomes.items()):
            yield f"  {count:,} become {name}"
        yield f"collections killed {self.kills} times; the history replayed is what counts"


class Quarter:
    """The rounds of three months.

    Parameters
    ----------
    project : Project
        With data up to June; its folder is changed.
    dice : Random
        What the robots type.
    returning : float
        The share of persons who send their plans back.
    kills : int
        How often a month's collection is killed.
    hands : callable, optional
        Types into the first workbook of each month in an office program instead: it gets the file,
        where to save, and ``(sheet, cell, text)`` for every cell.
    """

    def __init__(
        self,
        project: Project,
        dice: random.Random,
        returning: float,
        kills: int,
        hands: Hands | None = None,
    ) -> None:
        self.project = project
        self.account = Account()
        self._dice = dice
        self._returning = returning
        self._kills = kills
        self._hands = hands

    def month(self, month: Month) -> None:
        """A month: sent, typed, taken back, accounted for; then its raw files come."""
        for template in (PLAN, TARGETS):
            for one in distribute(self.project, template, str(month)).deliveries:
                if template == TARGETS or self._dice.random() < self._returning:
                    self._typed(template, month, one)
        self._collected_though_killed()
        self._compare(month)
        raw_files(self.project, month, self._dice)

    def _typed(self, template: str, month: Month, one: Delivery) -> None:
        """Somebody opens his workbook, types, and sends it back."""
        slots = dict(Template(one.file.name, one.file.read_bytes()).slots)
        place = (
            self.project.returned
            / str(month)
            / f"{template} {one.recipient.replace('/', ' ')}.xlsx"
        )
        place.parent.mkdir(parents=True, exist_ok=True)
        cells = []
        for slot_name, values in self._answers(template, one.file):
            slot = slots[slot_name]
            of = declared()[slot_name].becomes
            for at, value in values.items():
                cell = _address(slot, at)
                cells.append((slot.sheet, cell, value))
                whose = (template, str(month), one.recipient, slot.sheet, cell)
                self.account.typed[whose] = value
                self.account.becomes[of.name if of is not None else "nothing"] += 1
        if self._hands is not None and not any(place.parent.iterdir()):
            self._hands(
                one.file, place, [(sheet, cell, str(value)) for sheet, cell, value in cells]
            )
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(one.file)
            for sheet, cell, value in cells:
                book[sheet][cell] = value
            book.save(place)

    def _answers(self, template: str, file: Path) -> Iterator[tuple[str, dict[int, Any]]]:
        """What is typed into which cells of a slot, by their place in it."""
        dice = self._dice
        if template == TARGETS:
            premium, producers = dice.randrange(10, 9_999_999) / 100, dice.randrange(1, 20)
            yield "kpi.首年度保费.目标", {0: premium}
            yield "kpi.举绩人数.目标", {0: producers}
            return
        shown = read(file)
        for week in range(1, 6):
            dates: Any = shown[f"week{week}.dates"]
            days = [at for at, row in enumerate(dates) if row[0] is not None]
            if not days:
                continue
            for activity in _COUNTED:
                yield (
                    f"input.week{week}.done.{activity}",
                    {at: dice.randrange(0, 9) for at in days if dice.random() < 0.7},
                )
            yield f"input.week{week}.problem", {0: f"问题{dice.randrange(10**6)}"}

    def _collected_though_killed(self) -> None:
        """Collect, killed again and again, until it ends by itself."""
        for _ in range(self._kills):
            process = subprocess.Popen(
                [sys.executable, "-c", _COLLECT, str(self.project.folder)],
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(self._dice.uniform(0.3, 4))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                self.account.kills += 1
        done = collect(self.project)
        refused = [one for one in done.problems if not one.taken]
        if done.aside or refused:
            raise AssertionError((done.aside[:3], refused[:3]))

    def _compare(self, month: Month) -> None:
        """Every value that was typed so far is there once; the history says the same."""
        found: dict[Cell, list[Any]] = {}
        for one in collected(self.project):
            whose = one.person or one.unit
            cell = (one.template, str(one.period), whose, one.sheet, one.cell)
            found.setdefault(cell, []).append(one.value)
        account = self.account
        account.lost = [cell for cell in account.typed if cell not in found]
        account.doubled = [cell for cell in account.typed if len(found.get(cell, ())) > 1]
        account.changed = [
            cell for cell, value in account.typed.items() if found.get(cell, [value])[0] != value
        ]
        with circulation(self.project) as connection:
            for each in replay.everybody(connection):
                if replay.replayed(connection, each) != replay.counting(connection, each):
                    raise AssertionError(f"the history of {each} is not what counts ({month})")


def _address(slot: Slot, at: int) -> str:
    row, column = divmod(at, slot.columns)
    return f"{get_column_letter(slot.first_column + column)}{slot.first_row + row}"


def raw_files(project: Project, month: Month, dice: random.Random) -> None:
    """A month's policies, as the company's system exports them."""
    with (project.data / "人员.csv").open(encoding="utf-8", newline="") as roster:
        agents = [row["工号"] for row in csv.DictReader(roster)]
    rows = [
        (f"P{agent}{month}", agent, "终身寿", "主险", 1, dice.randrange(100, 900_000) / 100, "300",
         "年交", f"{month}-15")
        for agent in agents
    ]  # fmt: skip
    heading = (
        "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期",
    )  # fmt: skip
    with (project.data / f"保单{month}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])


def people(departments: int, teams: int, members: int) -> list[tuple[str, str, str, str]]:
    """Everybody: 工号, name, department, team."""
    return [
        (f"{1 + d}{t}{i:02d}", f"员{d}{t}{i:02d}", f"第{d + 1}营业部", f"{d + 1}部{t + 1}组")
        for d in range(departments)
        for t in range(teams)
        for i in range(members)
    ]


def main() -> None:
    from tests.small_branch import small_branch

    size = (2, 2, 10) if "--small" in sys.argv else (8, 4, 20)
    with tempfile.TemporaryDirectory() as name:
        project = small_branch(Path(name) / "branch", people(*size))
        quarter = Quarter(project, random.Random(1), 0.9, 5 if "--small" in sys.argv else 67)
        for month in (FIRST, FIRST + 1, FIRST + 2):
            begin = time.perf_counter()
            quarter.month(month)
            print(f"{month}: {time.perf_counter() - begin:.0f} s", flush=True)
        for line in quarter.account.lines():
            print(line)


if __name__ == "__main__":
    main()
