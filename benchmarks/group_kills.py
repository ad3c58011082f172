"""A month on its way into groups, killed at random points: nothing comes twice unasked.

``python -m benchmarks.group_kills 200 --seed 1`` goes on until the job was killed so often: before
it touches some file or speaks to a server, while a platform has its message and before it answers,
or at any moment, while platforms fail now and then. Then it is run until it ends by itself.
Nothing may have come twice, and what has not come is told; asked to send that again, all has come.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from benchmarks.robots import FAULTS, Robots
from benchmarks.trials import TEAMS, Ended, Job, make_project, try_until_killed

UNITS = [TEAMS[0], "城东营业部", "城西营业部"]
FAILING = [fault for fault in FAULTS if "silent" not in fault and fault != "refuse"]
JOB = ["--json", "distribute", "月报", "--to", "dingtalk"]
_LONGEST = 300.0  # seconds: the machine may be busy


class Trials:
    """Tries, each on a copy of a project whose numbers are computed."""

    def __init__(self, folder: Path, robots: Robots, dice: random.Random) -> None:
        self._folder, self._robots, self._dice = folder, robots, dice
        self.counted: Counter[str] = Counter()
        self.faults: list[str] = []
        self._prepared = folder / "prepared"
        make_project(self._prepared)
        ended = Job(self._prepared, ["refresh"], folder / "scratch", longest=_LONGEST).end()
        assert ended.code == 0, ended.said

    def one(self, number: int) -> None:
        """One try."""
        project, scratch = self._folder / f"p{number}", self._folder / f"s{number}"
        shutil.copytree(self._prepared, project)
        self._write_groups(project, scratch)
        robots, dice = self._robots, self._dice
        robots.taken.clear()
        for _ in range(dice.choice((1, 1, 2, 3))):
            robots.plan = deque(dice.choice(["", "", *FAILING]) for _ in range(dice.randrange(6)))
            self.counted["kills"] += self._killed(project, scratch)
        robots.plan.clear()
        ended = Job(project, JOB, scratch, longest=_LONGEST).end()
        told = self._answer(number, ended)
        came = Counter(key for _, key, _ in robots.taken)
        self._fault(number, "came twice", [key for key, times in came.items() if times > 1])
        unsure = {f"k{UNITS.index(unit)}" for unit in told.get("unsure", [])}
        missing = {f"k{place}" for place in range(len(UNITS))} - came.keys()
        self._fault(number, "is missing without a word", sorted(missing - unsure))
        self.counted["unsure"] += len(unsure)
        self.counted["came although unsure"] += len(unsure - missing)
        last = self._answer(
            number, Job(project, [*JOB, "--unsure"], scratch, longest=_LONGEST).end()
        )
        self._fault(number, "is told after all", last.get("unsure", ["nothing was told"]))
        came = Counter(key for _, key, _ in robots.taken)
        never = sorted({f"k{place}" for place in range(len(UNITS))} - came.keys())
        self._fault(number, "never came", never)
        shutil.rmtree(project)
        shutil.rmtree(scratch)

    def _killed(self, project: Path, scratch: Path) -> bool:
        """Run the job and kill it; whether it was killed before it ended."""
        dice, robots, running = self._dice, self._robots, list[Job]()
        way = dice.choice(("touch", "before", "after", "moment"))
        at = dice.randrange(1, 4)

        def kill(number: int) -> None:
            if number == first + at and running:
                os.killpg(running[0].process.pid, signal.SIGKILL)

        first = robots.asked
        robots.before = kill if way == "before" else lambda _: None
        robots.after = kill if way == "after" else lambda _: None
        running.append(
            Job(
                project,
                JOB,
                scratch,
                dies_at=dice.randrange(1, 70) if way == "touch" else None,
                longest=_LONGEST,
            )
        )
        if way == "moment":
            time.sleep(dice.random() * 2)
            running[0].kill()
        ended = running[0].end()
        robots.before = robots.after = lambda _: None
        self.counted[f"killed {way}"] += ended.code < 0
        if ended.code >= 0 and ended.is_fault:
            self.faults.append(f"{way} {at}: {ended.said[-300:]}")
        return ended.code < 0

    def _write_groups(self, project: Path, scratch: Path) -> None:
        own = scratch / ".kpi_xl"
        own.mkdir(parents=True)
        robots = {
            unit: {"url": self._robots.url("dingtalk", f"k{place}")}
            for place, unit in enumerate(UNITS)
        }
        kept = tomlkit.dumps({str(project.resolve()): {"dingtalk": robots}})
        (own / "groups.toml").write_text(kept, encoding="utf-8")
        (own / "groups.toml").chmod(0o600)

    def _answer(self, number: int, ended: Ended) -> dict[str, Any]:
        if ended.is_fault:
            self.faults.append(f"{number}: {ended.code} {ended.said[-500:]} {ended.why}")
            return {}
        # Before the answer there may be a word on what was damaged and made anew.
        _, brace, rest = ended.said.partition("{")
        try:
            found: dict[str, Any] = json.loads(brace + rest)
        except json.JSONDecodeError:
            self.faults.append(f"{number}: no answer: {ended.code} {ended.said[-500:]}")
            return {}
        if "error" in found:
            self.faults.append(f"{number}: refused: {found['error']}")
        return found

    def _fault(self, number: int, what: str, whose: list[str]) -> None:
        if whose:
            self.faults.append(f"{number}: {what}: {whose}")


@contextmanager
def prepared(seed: int) -> Iterator[Trials]:
    """Tries, and the robots that they speak to."""
    robots = Robots()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Trials(Path(folder), robots, random.Random(seed))
    finally:
        robots.close()


if __name__ == "__main__":
    try_until_killed(prepared)
