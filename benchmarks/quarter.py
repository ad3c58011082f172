"""A quarter of a branch goes round: sent out, typed into, taken back, agreed, next month's plans.

Run ``make quarter``: 8 departments and 640 people, an hour of a quiet machine, or ``python -m
benchmarks.quarter --small``: 2 and 40. Every month targets are proposed down to each person; plans,
targets, skills, trainings and scores are sent out; robots type into them with LibreOffice and
openpyxl; what comes back is collected, agreed and locked; the month's raw files come; the month is
reviewed. Jobs are killed at random points and run again. Printed is an account of every value.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.quarter_account import Account, Finder
from benchmarks.quarter_robots import Form, Hands, Robot
from benchmarks.trials import Job, LostError
from kpi_xl.calendar import Month
from kpi_xl.circulation.distribute import Delivery, distribute
from kpi_xl.jobs import rounds
from kpi_xl.jobs.rounds import Asked
from kpi_xl.project import Project

FIRST: Final = Month.of(2024, 7)

PLAN: Final = "周工作计划"
LOG: Final = "客户经理工作日志"
PLANS: Final = (
    PLAN, LOG, "月度目标设定、达成表", "团队技能培训计划", "技能意愿评估框", "专题、培训计划表",
    "营业部经理月度KPI设定表", "主管日程",
)  # fmt: skip
"""What is sent out when a month begins."""

REVIEWS: Final = ("月度KPI表", "业务改善措施计划", "上月改善措施进展检讨")
"""What is sent out when its raw files have come."""

AGREED: Final = "首年新单保费"
_PATIENCE: Final = 1800.0
_OFFICE_TRIES: Final = 5
_POINTS: Final = 150
"""A job may be killed before it touches one of so many files."""


class Quarter:
    """The rounds of three months.

    Parameters
    ----------
    project : Project
        With data up to June; its folder is changed.
    dice : Random
        What the robots type, and when jobs are killed.
    kills : int
        How often the jobs of a month are killed.
    returning : float
        The share of people who send their plans back.
    hands : callable, optional
        Types in an office program instead of openpyxl, as many workbooks a month as `offices`.
    """

    def __init__(
        self,
        project: Project,
        dice: random.Random,
        kills: int,
        returning: float = 0.9,
        hands: Hands | None = None,
        offices: int = 1,
    ) -> None:
        self.project = project
        self.account = Account()
        self._dice = dice
        self._kills = kills
        self._returning = returning
        self._hands = hands
        self._offices = offices
        self._seconds: dict[str, float] = {}
        self._scratch = project.folder.with_name("scratch")

    def month(self, month: Month) -> None:
        """A month: agreed, sent, typed, taken back, agreed, accounted for."""
        jobs: list[tuple[str, ...]] = [("distribute", one, "-m", str(month)) for one in PLANS]
        jobs.append(("collect",))
        ends: list[tuple[str, ...]] = [("refresh", "-m", str(month))]
        ends += [("distribute", one, "-m", str(month)) for one in REVIEWS]
        ends += [("collect",), ("review", "-m", str(month))]
        killed = [self._dice.randrange(len(jobs) + len(ends)) for _ in range(self._kills)]
        times = [killed.count(number) for number in range(len(jobs) + len(ends))]
        total = self._dice.randrange(10**7, 10**9) / 100
        rounds.propose(self.project, AGREED, total, str(month), reason="年度计划")
        for job, often in zip(jobs[:-1], times, strict=False):
            self._done(job, often)
        offices = self._offices
        loggers = {one.recipient for one in self._sent(LOG, month) if self._dice.random() < 0.1}
        for template in PLANS:
            offices -= self._typed(template, month, loggers, offices)
        self._done(jobs[-1], times[len(jobs) - 1])
        branch = [Asked(self.project.settings.name, None)]
        rounds.accept(self.project, AGREED, str(month), branch, "到期", below=True)
        rounds.lock(self.project, AGREED, str(month), reason="合计差额留作未分配", carry=True)
        raw_files(self.project, month, self._dice)
        for number, job in enumerate(ends):
            if job == ("collect",):
                for template in REVIEWS:
                    self._typed(template, month, set(), 0)
            self._done(job, times[len(jobs) + number])
        Finder(self.project, month, self.account).find()

    def _sent(self, template: str, month: Month) -> list[Delivery]:
        return distribute(self.project, template, str(month), dry_run=True).deliveries

    def _typed(self, template: str, month: Month, loggers: set[str], offices: int) -> int:
        """People open their workbooks, type, and send them back; how many in an office program."""
        form: Form | None = None
        used = 0
        robot = Robot(self._dice, 0.03 if template in (PLAN, LOG) else 0.4)
        for one in self._sent(template, month):
            if template == PLAN and self._dice.random() > self._returning:
                continue
            if template == LOG and one.recipient not in loggers:
                continue
            form = form or Form.of(template, month, one.file)
            name = f"{template} {one.recipient.replace('/', ' ')}.xlsx"
            with_office = self._hands is not None and used < min(offices, 1)
            used += with_office
            # Who keeps a log notes his days there.
            without = tuple(f"input.week{n}.done." for n in range(1, 6))
            typed = robot.typed(
                form,
                one.recipient,
                one.file,
                self.project.returned / str(month) / name,
                self._hands if with_office else None,
                without if one.recipient in loggers and template == PLAN else (),
            )
            self.account.typed |= {each.place: each for each in typed}
        return used

    def _done(self, arguments: Sequence[str], times: int) -> None:
        """A job, killed so often at random points, and then run to its end."""
        name = " ".join(arguments[:2]) if arguments[0] == "distribute" else arguments[0]
        for _ in range(times):
            at = self._dice.randint(1, _POINTS) if self._dice.random() < 0.5 else None
            job = Job(self.project.folder, arguments, self._scratch, at, _PATIENCE)
            if at is None:
                time.sleep(self._dice.random() * self._seconds.get(name, 4))
                job.kill()
            try:
                ended = job.end()
            except LostError:
                continue
            if ended.code == -9:
                self.account.kills[arguments[0]] += 1
            elif ended.is_fault:
                self.account.faults.append(f"{name}: {ended.code} {ended.said[-500:]}")
        ended = Job(self.project.folder, arguments, self._scratch, None, _PATIENCE).end()
        self._seconds[name] = ended.seconds
        if ended.code != 0:
            self.account.faults.append(f"{name}, again: {ended.code} {ended.said[-500:]}")


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


def main() -> int:
    """Print the account; how many faults there were."""
    # The hands and the small branch are the tests' own.
    from collection.test_round_trip import _HAS_UNO, edit  # type: ignore[import-not-found]
    from office import SOFFICE  # type: ignore[import-not-found]
    from small_branch import small_branch  # type: ignore[import-not-found]

    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="2 departments, 40 people")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0, help="of a month")
    wanted = parser.parse_args()
    size, kills = ((2, 2, 10), 6) if wanted.small else ((8, 4, 20), 75)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def by_office(source: Path, target: Path, cells: Sequence[tuple[str, str, str]]) -> None:
            made = folder / "desk" / target.name
            made.parent.mkdir(exist_ok=True)
            for tried in range(_OFFICE_TRIES):  # it may not start in time on a busy machine
                try:
                    edit(source, made, *(["type", *one] for one in cells))
                except (AssertionError, subprocess.TimeoutExpired):
                    if tried == _OFFICE_TRIES - 1:
                        raise
                else:
                    break
            made.rename(target)

        project = small_branch(folder / "branch", people(*size))
        hands = by_office if SOFFICE and _HAS_UNO else None
        dice = random.Random(wanted.seed)
        quarter = Quarter(project, dice, wanted.kills or kills, hands=hands, offices=6)
        for month in (FIRST, FIRST + 1, FIRST + 2):
            begin = time.perf_counter()
            quarter.month(month)
            faults = len(quarter.account.faults)
            print(f"{month}: {time.perf_counter() - begin:.0f} s, faults {faults}", flush=True)
        for line in quarter.account.lines():
            print(line, flush=True)
    return min(len(quarter.account.faults), 1)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    sys.exit(main())
