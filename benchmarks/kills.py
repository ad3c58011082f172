"""Jobs killed at random moments, and two at a time: nothing lost, doubled or left over.

``python -m benchmarks.kills 1000 --seed 1`` goes on until so many were killed. A month's jobs are
run once undisturbed, and the project kept as it was after each. Then, again and again: one of the
jobs is begun on the project as it was before it, killed once or several times with all that it has
started, at a moment or before it touches some file or speaks to a server; or another is run beside
it. Then the job is run again until it ends, and the project is compared with the undisturbed one:
the same files, byte by byte where they hold no chance; the same numbers; the same records of what
was sent and came back; mails to everybody, and where there are two, with one Message-ID.
"""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
import random
import re
import shutil
import socket
import sqlite3
import tempfile
import time
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import msoffcrypto
import openpyxl
from aiosmtpd.controller import Controller

from benchmarks.trials import (
    PASSWORD,
    PLANNED,
    Ended,
    Job,
    LostError,
    make_project,
    try_until_killed,
)
from kpi_xl.data.cube import Cube
from kpi_xl.workbook.identity_sheet import NOTE

_MADE = "里已经有一个项目"  # what init says where it had ended before it was killed

MAILED, PLAIN = "主管日程", "周工作计划"


@dataclass(frozen=True)
class Step:
    """A job, what happens before it, and what it is given; ``{}`` stands for the project."""

    name: str
    arguments: tuple[str, ...]
    before: Callable[[Path], None] = lambda folder: None


def _corrected(folder: Path) -> None:
    file = folder / "data" / "保单.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text(
        "\n".join([*lines[:-9], lines[-1].replace("终身寿", "年金险")]), encoding="utf-8"
    )


def _without_derived(folder: Path) -> None:
    for name in ("kpi.cube", "kpi.duckdb"):
        (folder / name).unlink()


def _returned(folder: Path) -> None:
    """Everybody writes something into what is left for him, and sends it back."""
    (folder / "returned").mkdir(exist_ok=True)
    sent = sorted((folder / "output" / PLANNED / "下发" / PLAIN).rglob("*.xlsx"))
    for number, file in enumerate(sent):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file)
            for name, cells in book.defined_names.items():
                if name.startswith("input."):
                    for sheet, area in cells.destinations:
                        first = area.replace("$", "").partition(":")[0]
                        book[sheet][first] = f"{name} {number}"
            book.save(folder / "returned" / f"{number}.xlsx")


_REFRESH = Step("refresh", ("refresh",))

STEPS = (
    Step("init", ("init", "{}/新项目")),
    Step("sample", ("sample", "{}/样例", "--trade", "retail")),
    Step("check", ("check",)),
    _REFRESH,
    Step("refresh of changed files", ("refresh",), _corrected),
    Step("rebuild", ("refresh",), _without_derived),
    Step("fill", ("fill", "月度目标设定、达成表", "-m", PLANNED)),
    Step("review", ("review",)),
    Step(
        "targets split",
        ("targets", "split", "首年度保费", "9000000", "--year", "2025", "--file", "{}/目标.csv"),
    ),
    Step("distribute", ("distribute", PLAIN, "-m", PLANNED)),
    Step(
        "distribute with passwords by mail",
        ("distribute", MAILED, "-m", PLANNED, "--passwords", "{}/密码.csv", "--mail"),
    ),
    Step("collect", ("collect",), _returned),
)


class Mailbox:
    """A mail server that fails now and then: before it keeps a mail, or after."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, str]] = []
        self._dice = random.Random(2)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: Any
    ) -> str:
        if self._dice.random() < 0.05:
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        fate = self._dice.random()
        if fate < 0.05:
            return "452 full"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        (attached,) = mail.iter_attachments()
        content = hashlib.sha256(attached.get_content()).hexdigest()
        self.mails.append((envelope.rcpt_tos[0], mail["Message-ID"], content))
        if fate < 0.1:
            server.transport.abort()
        return "250 OK"


@dataclass
class Trials:
    """The undisturbed month, and tries beside it."""

    folder: Path
    box: Mailbox
    dice: random.Random
    steps: Sequence[Step] = STEPS
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def prepare(self, port: int) -> None:
        """Do every job once, undisturbed."""
        make_project(self.folder / "0", port)
        for number, step in enumerate(self.steps):
            before, after = self.folder / f"before {number}", self.folder / str(number + 1)
            shutil.copytree(self.folder / str(number), before)
            step.before(before)
            shutil.copytree(before, after)
            ended = self._ended(step, after)
            if ended.code != 0:
                raise SystemExit(f"{step.name}: {ended.code}\n{ended.said}")
            self.seconds[step.name] = ended.seconds

    def one(self, number: int) -> None:
        """Begin a job, kill it or run another beside it, run it to its end, and compare."""
        place = self.dice.randrange(len(self.steps))
        step = self.steps[place]
        folder, scratch = self.folder / "tried", self.folder / "scratch"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(self.folder / f"before {place}", folder)
        self.box.mails.clear()
        how = self.dice.choice(["killed", "killed", "killed", "two at a time"])
        try:
            if how == "killed":
                told = [self._killed(step, folder) for _ in range(self.dice.choice([1, 1, 2, 4]))]
            else:
                told = self._two(step, folder)
        except LostError:  # as good as killed
            self.counted["ends that nobody knows"] += 1
            told = []
        self.counted[f"{step.name}: {how}"] += 1
        for ended in told:
            if ended.code != -9 and ended.is_fault:
                self.faults.append(f"{number} {step.name} {how}: {ended.code} {ended.said[-300:]}")
        ended = self._ended(step, folder)
        if ended.code != 0 and _MADE not in ended.said:
            self.faults.append(
                f"{number} {step.name} {how}, again: {ended.code} {ended.said[-300:]}"
            )
            return
        for fault in self._differences(place, folder, scratch):
            self.faults.append(f"{number} {step.name} {how}: {fault}")

    def _job(self, step: Step, folder: Path, dies_at: int | None = None) -> Job:
        arguments = [one.format(folder) for one in step.arguments]
        return Job(folder, arguments, self.folder / "scratch", dies_at)

    def _ended(self, step: Step, folder: Path) -> Ended:
        """The job run until it has nothing more to do: mails may have failed."""
        for _ in range(20):
            try:
                ended = self._job(step, folder).end()
            except LostError:
                self.counted["ends that nobody knows"] += 1
                continue
            if ended.code != 2 or "--mail" not in step.arguments:
                break
        return ended

    def _killed(self, step: Step, folder: Path) -> Ended:
        self.counted["kills"] += 1
        if self.dice.random() < 0.5:
            return self._job(step, folder, self.dice.randint(1, 60)).end()
        job = self._job(step, folder)
        time.sleep(self.dice.random() * self.seconds[step.name])
        job.kill()
        return job.end()

    def _two(self, step: Step, folder: Path) -> list[Ended]:
        other = self.dice.choice([step, step, _REFRESH]) if "refresh" in step.name else step
        jobs = [self._job(step, folder), self._job(other, folder)]
        time.sleep(self.dice.random() * self.seconds[step.name])
        if self.dice.random() < 0.5:
            self.counted["kills"] += 1
            jobs[self.dice.randrange(2)].kill()
        return [job.end() for job in jobs]

    def _differences(self, place: int, folder: Path, scratch: Path) -> Iterator[str]:
        step, right = self.steps[place], self.folder / str(place + 1)
        found, wanted = _files(folder), _files(right)
        for file in sorted(found.keys() - wanted.keys()):
            yield f"left over: {file}"
        for file in sorted(wanted.keys() - found.keys()):
            yield f"not there: {file}"
        for file in sorted(found.keys() & wanted.keys()):
            if _meaning(found[file]) != _meaning(wanted[file]):
                yield f"not the same: {file}"
        for left in scratch.rglob("*"):
            if left.is_file():
                yield f"left in the temporary folder: {left.relative_to(scratch)}"
        yield from _unknown(folder)
        if "--mail" in step.arguments:
            yield from self._of_mails(folder)

    def _of_mails(self, folder: Path) -> Iterator[str]:
        with closing(sqlite3.connect(folder / "circulation.sqlite")) as connection:
            rows = connection.execute(
                "SELECT address, message_id, recipients.sha256 FROM recipients"
                " JOIN distributions USING (distribution) WHERE template = ?",
                [MAILED],
            ).fetchall()
            written = {content for (content,) in connection.execute("SELECT sha256 FROM written")}
        mails = defaultdict(set)
        for address, *about in self.box.mails:
            mails[address].add(tuple(about))
        if self.box.mails:
            self.counted["mails"] += len(self.box.mails)
            self.counted["mails that came twice"] += len(self.box.mails) - len(mails)
        for address, message, content in rows:
            got = mails.pop(address, set())
            contents = {attached for _, attached in got}
            # A mail that was begun is sent again with its workbook encrypted anew, with other salt.
            if {sent for sent, _ in got} != {message} or not {content} <= contents <= written:
                yield f"mails to {address}"
        if mails:
            yield f"mails to strangers: {sorted(mails)}"


_OTHERS = {"contents.json", ".kpi.holder", ".circulation.holder"}
"""What holds times and numbers of processes."""


def _files(folder: Path) -> dict[str, Path]:
    """All files, by a name without what is another each time."""
    return {
        re.sub(r"\d{8}-?\d{6}", "…", str(file.relative_to(folder))): file
        for file in folder.rglob("*")
        if file.is_file() and file.name not in _OTHERS
    }


def _meaning(file: Path) -> object:
    """The content of a file, without the parts that differ each time."""
    if file.name == "kpi.cube":
        cube = Cube.open(file)
        mixes = {code: (list(m.categories), m.values.tobytes()) for code, m in cube.mixes.items()}
        return list(cube.units), cube.first, list(cube.measures), cube.values.tobytes(), mixes
    if file.suffix == ".duckdb":
        return _of_store(file)
    if file.suffix == ".sqlite":
        return _of_circulation(file)
    if "下发" in file.parts or file.name == "回收报告.xlsx":
        return _of_workbook(file)
    return file.read_bytes()


def _unknown(folder: Path) -> Iterator[str]:
    """Workbooks that may be handed out, and of which the record knows nothing."""
    files = [file for file in folder.rglob("*.xlsx") if "下发" in file.parts]
    if files:
        with closing(sqlite3.connect(folder / "circulation.sqlite")) as connection:
            known = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM workbooks")}
        for file in files:
            if hashlib.sha256(file.read_bytes()).hexdigest() not in known:
                yield f"handed out and not known: {file.relative_to(folder)}"


def _of_store(file: Path) -> object:
    with duckdb.connect(str(file), read_only=True) as store:
        tables = [name for (name,) in store.execute("SHOW TABLES").fetchall()]
        return {
            name: store.execute(f'SELECT COUNT(*), SUM(HASH(t)) FROM "{name}" AS t').fetchone()
            for name in sorted(tables)
        }


_RECORDS = {
    "recipients": "level, recipient, unit, file, mail, returned IS NULL, withdrawn IS NULL",
    "returns": "recipient, file, problems",
    "entries": "template, period, unit, person, slot, row, column, kind, value, file, sheet, cell",
    "collections": "collection, kind, rule",
    "takings": "taking, collection, recipient, file, sha256 = ''",
    "changes": 'change, taking, slot, row, "column", key, kind, value, cell, replaces, yields',
    "counting": "change",
    "distributions": "template, period, level, round",
}


def _of_circulation(file: Path) -> object:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return {
            table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}")))
            for table, columns in _RECORDS.items()
        }


def _of_workbook(file: Path) -> object:
    """All cells; what identifies a workbook, and when it was collected, is another each time."""
    content = io.BytesIO(file.read_bytes())
    if not zipfile.is_zipfile(content):
        locked = msoffcrypto.OfficeFile(content)
        locked.load_key(password=PASSWORD)
        content = io.BytesIO()
        locked.decrypt(content)
    with zipfile.ZipFile(content) as parts:
        return {
            name: re.sub(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", b"", sheet)
            for name in parts.namelist()
            if re.fullmatch(r"xl/(worksheets/[^/]+|sharedStrings)\.xml", name)
            and NOTE.encode() not in (sheet := parts.read(name))
        }


@contextmanager
def undisturbed(seed: int, steps: Sequence[Step] = STEPS) -> Iterator[Trials]:
    """The month's jobs done once, with a mail server that fails now and then."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            trials = Trials(Path(folder), box, random.Random(seed), steps)
            trials.prepare(port)
            yield trials
    finally:
        server.stop()


if __name__ == "__main__":
    try_until_killed(undisturbed)
