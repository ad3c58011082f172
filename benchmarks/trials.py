"""A small project and processes to try things in, for `benchmarks.kills` and `benchmarks.damage`.

A job is the command line in a process of its own, forked from one that has imported everything, so
that it starts at once.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

MONTHS = [f"{2023 + month // 12}-{month % 12 + 1:02}" for month in range(5, 18)]
PLANNED = "2024-07"
PASSWORD = "口令-1"
TEAMS = [f"{of}营业部/{of}{number}组" for of in ("城东", "城西") for number in ("一", "二")]
AGENTS = [
    (f"1000{team}{one}", f"员工{team}{one}", TEAMS[team]) for team in range(4) for one in range(3)
]

Rows = list[tuple[object, ...]]

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["benchmarks.preloaded"])

LARGEST = 1 << 30
"""Bytes of memory that no job may need."""

LONGEST = 20.0
"""Seconds that no job on so small a project may take."""


_MAIL = """
[mail]
host = "127.0.0.1"
port = {}
security = "none"
sender = "kpi@example.com"
"""


def make_project(folder: Path, port: int | None = None) -> None:
    """Twelve agents in four teams, thirteen months; addresses and passwords for everybody."""
    (folder / "data").mkdir(parents=True)
    mail = "" if port is None else _MAIL.format(port)
    (folder / "kpi.toml").write_text(f'[project]\nname = "分公司"\n{mail}', encoding="utf-8")
    dice = random.Random(1)
    agents: Rows = [("工号", "姓名", "营业部", "营业组", "职级", "签约日期", "解约日期")]
    policies: Rows = [("保单号", "工号", "险种", "件数", "首年保费", "FYC", "缴费方式", "承保日期")]
    dues: Rows = [("保单号", "工号", "应收日期", "应收保费", "实收日期", "实收保费")]
    activities: Rows = [("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数")]
    for agent, name, team in AGENTS:
        agents.append((agent, name, *team.split("/"), "业务员", "2022-01-05", ""))
        for day in (f"{month}-{number:02}" for month in MONTHS for number in (3, 19)):
            activities.append((day, agent, *(dice.randrange(9) for _ in range(4))))
            premium = dice.randrange(1000, 90000)
            product, mode = dice.choice(["终身寿", "年金险"]), dice.choice(["年交", "趸交"])
            policy = f"P{agent}{day}"
            policies.append((policy, agent, product, 1, premium, premium // 4, mode, day))
            if day < "2023-07" and mode == "年交":
                due = day.replace("2023", "2024")
                dues.append((policy, agent, due, premium, due, premium))
    tables = {"人员": agents, "保单": policies, "续期": dues, "活动": activities}
    for name, rows in tables.items():
        _write(folder / "data" / f"{name}.csv", rows)
    keys = [("", agent) for agent, _, _ in AGENTS]
    keys += [(unit, "") for unit in (*TEAMS, "城东营业部", "城西营业部")]
    addresses: Rows = [("单位", "工号", "邮箱")]
    addresses += [(*key, f"u{number}@example.com") for number, key in enumerate(keys)]
    _write(folder / "通讯录.csv", addresses)
    passwords: Rows = [("单位", "工号", "密码"), *((*key, PASSWORD) for key in keys)]
    _write(folder / "密码.csv", passwords)


def _write(file: Path, rows: Rows) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


@dataclass(frozen=True)
class Ended:
    """How a job ended.

    `code` is what it ended with, negative for a signal; `said` what it said; `peak` the most memory
    that it was seen with; `why` why it was killed, if it was too slow or took too much.
    """

    code: int
    said: str
    seconds: float
    peak: int
    why: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the program ended in a way it never should."""
        return self.code not in (0, 2) or "Traceback" in self.said or bool(self.why)


class LostError(Exception):
    """Nobody knows how a job ended: the process that all are forked from was killed meanwhile.

    `multiprocessing` then gives 255, which no command ends with, though the job may go on.
    """


_NOBODY_KNOWS = 255


class Job:
    """The command line in a process of its own.

    Parameters
    ----------
    arguments : sequence of str
        The command and what it is given.
    scratch : Path
        A folder for what it says, its temporary files and its user's settings.
    dies_at : int, optional
        It kills itself before it does the so manieth thing to a file.
    longest : float
        Seconds that it may take.
    """

    def __init__(
        self,
        folder: Path,
        arguments: Sequence[str],
        scratch: Path,
        dies_at: int | None = None,
        longest: float = LONGEST,
    ) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._said = scratch / f"said-{time.monotonic_ns()}"
        self._begun = time.monotonic()
        self._longest = longest
        self.process: Any = _forks.Process(
            target=_run, args=(str(folder), list(arguments), str(scratch), str(self._said), dies_at)
        )
        self.process.start()

    def kill(self) -> None:
        """Kill it and all that it has started."""
        for _ in range(50):  # until it leads a group of its own
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
                return
            except ProcessLookupError:
                if self.process.exitcode is not None:
                    return
                time.sleep(0.01)

    def end(self) -> Ended:
        """Wait for its end, which comes in time or is brought about.

        Raises
        ------
        LostError
            How it ended cannot be known; all that it has started is killed.
        """
        why, peak = "", 0
        while self.process.exitcode is None:
            self.process.join(0.05)
            peak = max(peak, memory(self.process.pid))
            if time.monotonic() - self._begun > self._longest:
                why = f"more than {self._longest:.0f} s"
            elif peak > LARGEST:
                why = f"{peak >> 20} MB"
            if why and self.process.exitcode is None:
                self.kill()
                self.process.join()
        said = (
            self._said.read_text(encoding="utf-8", errors="replace") if self._said.exists() else ""
        )
        self._said.unlink(missing_ok=True)
        code = self.process.exitcode
        if code == _NOBODY_KNOWS:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            raise LostError
        self.process.close()
        return Ended(code, said, time.monotonic() - self._begun, peak, why)


def memory(number: int) -> int:
    try:
        pages = Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _run(folder: str, arguments: list[str], scratch: str, said: str, dies_at: int | None) -> None:
    """In the child."""
    os.setsid()
    out = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for number in (1, 2):
        os.dup2(out, number)
    os.environ |= {"TMPDIR": scratch, "HOME": scratch, "XDG_STATE_HOME": scratch}
    import tempfile

    from kpi_xl.circulation import group_sending, mail
    from kpi_xl.cli import main

    tempfile.tempdir = None
    for sending in (mail, group_sending):
        vars(sending)["_FIRST_PAUSE"] = 0.01  # the tries have no time to lose
    if dies_at is not None:
        _die(folder, dies_at)
    sys.argv = [
        "kpi-xl",
        *(["--project", folder] if arguments[0] not in _ALONE else []),
        *arguments,
    ]
    main()


_ALONE = ("init", "sample")
_TOUCHING = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "os.utime"}


def _die(folder: str, at: int) -> None:
    """Kill this process at its so manieth touch of the project's files, or word to a server."""
    left = at

    def watch(event: str, given: tuple[Any, ...]) -> None:
        nonlocal left
        touches = event in _TOUCHING and given and str(given[0]).startswith(folder)
        if touches or event in ("sqlite3.connect", "socket.connect"):
            left -= 1
            if left == 0:
                os.killpg(0, signal.SIGKILL)

    sys.addaudithook(watch)


class Tries(Protocol):
    """Tries of jobs that are killed."""

    faults: list[str]
    counted: Counter[str]

    def one(self, number: int) -> None:
        """Try once."""


def try_until_killed(prepared: Callable[[int], AbstractContextManager[Tries]]) -> None:
    """The command line of a benchmark: tries until there were so many kills; exits 1 for faults.

    Parameters
    ----------
    prepared : callable
        Makes the tries, by a seed.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with prepared(given.seed) as trials:
        number = 0
        while trials.counted["kills"] < given.kills:
            before = len(trials.faults)
            trials.one(number)
            number += 1
            for fault in trials.faults[before:]:
                print(fault, flush=True)
            if number % 20 == 0:
                kills = trials.counted["kills"]
                print(f"{number} tries, {kills} kills, {len(trials.faults)} faults", flush=True)
        for what, times in sorted(trials.counted.items()):
            print(f"{times:6} {what}")
        print(f"{number} tries, {len(trials.faults)} faults")
        sys.exit(bool(trials.faults))
