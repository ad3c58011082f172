"""Damaged files of every kind: no traceback, no hang, no gigabyte, and each is named.

``python -m benchmarks.damage 5000 --seed 1``. Raw files, templates, returned workbooks, kpi.toml,
the record of what was sent, and the derived files are damaged in turn by `benchmarks.mutations`;
then the command that reads them is run. It ends with 0, or with 2 and the file's name in what it
says. Of derived files the numbers must be right afterwards; an empty record is not replaced.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl

from benchmarks.mutations import ANY, TEXT, WORKBOOK, Damage
from benchmarks.trials import LARGEST, LONGEST, PLANNED, Ended, make_project, memory
from workbook_templates import NAMES
from workbook_templates import path as template_path

SENT = "周工作计划"
NUMBERS = "numbers"

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["benchmarks.preloaded"])

_SOME: int = 400 << 20
"""A worker that has come to need so much is replaced, so that no file is blamed for another."""


def _numbers(folder: Path) -> str:
    """A hash of all numbers of a project, after it has been brought up to date."""
    import hashlib

    from kpi_xl.data.store import reading
    from kpi_xl.jobs.load import load
    from kpi_xl.project import Project

    project = Project.open(folder)
    cube = load(project).cube
    found = [
        cube.values.tobytes(),
        *(mix.values.tobytes() for _, mix in sorted(cube.mixes.items())),
    ]
    with reading(project, cube) as store:
        for (name,) in sorted(store.execute("SHOW TABLES").fetchall()):
            found.append(
                repr(store.execute(f'SELECT SUM(HASH(t)) FROM "{name}" AS t').fetchone()).encode()
            )
    return hashlib.sha256(b"".join(found)).hexdigest()


def _serve(orders: Any, scratch: str) -> None:
    """In the child: do one order after another."""
    os.environ |= {"HOME": scratch, "XDG_STATE_HOME": scratch}  # where faults are told of
    from kpi_xl.cli import main

    warnings.simplefilter("ignore")
    while (order := orders.recv()) is not None:
        folder, arguments = order
        said = io.StringIO()
        code = 0
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                if arguments == (NUMBERS,):
                    print(_numbers(Path(folder)))
                else:
                    sys.argv = ["kpi-xl", "--project", folder, *arguments]
                    main()
            except SystemExit as ended:
                code = int(ended.code or 0)
                if code == 1 and ended.__context__ is not None:
                    traceback.print_exception(ended.__context__, limit=-4, file=said)
            except BaseException as error:
                code = 1
                print(f"Traceback: {error!r}")
        orders.send((code, said.getvalue()))


class Worker:
    """A process that does jobs one after another, under watch.

    Parameters
    ----------
    scratch : Path
        The home of its user.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._begin()

    def _begin(self) -> None:
        self._orders, theirs = _forks.Pipe()
        self._process: Any = _forks.Process(target=_serve, args=(theirs, str(self._scratch)))
        self._process.start()
        theirs.close()

    def run(self, folder: Path, *arguments: str) -> Ended:
        """Do a job; a process that takes too long or too much is killed, and a new one begun."""
        begun, peak, why, code, said = time.monotonic(), 0, "", 0, ""
        self._orders.send((str(folder), arguments))
        while True:
            try:
                if self._orders.poll(0.02):
                    code, said = self._orders.recv()
                    break
            except (EOFError, ConnectionResetError):
                self._process.join()
                code = self._process.exitcode
                break
            peak = max(peak, memory(self._process.pid))
            if time.monotonic() - begun > LONGEST:
                why = f"more than {LONGEST:.0f} s"
            elif peak > LARGEST:
                why = f"{peak >> 20} MB"
            if why:
                os.kill(self._process.pid, signal.SIGKILL)
                self._process.join()
                break
        if not self._process.is_alive():
            self._begin()
        elif memory(self._process.pid) > _SOME:
            self.close()
            self._begin()
        return Ended(code, said, time.monotonic() - begun, peak, why)

    def close(self) -> None:
        """End the process."""
        self._orders.send(None)
        self._process.join()


@dataclass
class Trials:
    """A project with one of everything, and what became of its damaged files."""

    folder: Path
    worker: Worker
    dice: random.Random
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    longest: float = 0.0
    peak: int = 0
    kinds: Sequence[str] = ()
    kept: Path | None = None

    @property
    def project(self) -> Path:
        """The project."""
        return self.folder / "project"

    def prepare(self) -> None:
        """Make the project, send a template out, and let it come back."""
        make_project(self.project)
        _as_workbook(self.project / "data" / "活动.csv")
        for arguments in (("refresh",), ("distribute", SENT, "-m", PLANNED)):
            ended = self.worker.run(self.project, *arguments)
            if ended.code:
                raise SystemExit(ended.said)
        self.sent = sorted((self.project / "output" / PLANNED / "下发").rglob("*.xlsx"))
        self.right = self.worker.run(self.project, NUMBERS).said
        shutil.copytree(self.project, self.folder / "right")

    def one(self, number: int) -> None:
        """Damage a file of the next kind, run what reads it, and judge."""
        kind = self.kinds[number % len(self.kinds)]
        for problem in _KINDS[kind](self):
            self.faults.append(f"{number} {kind} {problem}")
            if self.kept:
                self.kept.mkdir(exist_ok=True)
                if self.damaged.exists():
                    shutil.copy(self.damaged, self.kept / f"{number}{self.damaged.suffix}")
        self.counted[kind] += 1

    def _damage(self, source: Path, damages: Sequence[Damage], file: Path) -> str:
        damage = self.dice.choice(damages)
        content = damage(source.read_bytes(), self.dice)
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(content)
        self.damaged = file
        return damage.__name__.strip("_")

    def _back(self, *names: str) -> None:
        """Put files of the project back as they were."""
        for name in names:
            shutil.copy2(self.folder / "right" / name, self.project / name)

    def _judged(self, how: str, *arguments: str, name: str = "") -> Iterator[str]:
        ended = self.worker.run(self.project, *arguments)
        self.longest, self.peak = max(self.longest, ended.seconds), max(self.peak, ended.peak)
        self.counted[f"  of these refused or set aside ({arguments[0]})"] += ended.code == 2
        if ended.is_fault:
            yield f"{how}: {arguments[0]} {ended.code} {ended.why} {ended.said[-900:]}"
        elif ended.code == 2 and name not in ended.said:
            yield f"{how}: {arguments[0]} does not name {name}: {ended.said[-900:]}"

    def raw(self) -> Iterator[str]:
        """A raw file."""
        name = self.dice.choice(["人员.csv", "保单.csv", "续期.csv", "活动.xlsx", "活动.xlsx"])
        file = self.project / "data" / name
        how = self._damage(file, WORKBOOK if name.endswith("xlsx") else TEXT, file)
        yield from self._judged(f"{name} {how}", "check", name=name)
        self._back(f"data/{name}")

    def template(self) -> Iterator[str]:
        """A template, looked at and filled."""
        name = self.dice.choice(NAMES)
        file = self.folder / "template.xlsx"
        how = self._damage(template_path(name), WORKBOOK, file)
        yield from self._judged(f"{name} {how}", "template", "check", str(file), name=file.name)
        if self.dice.random() < 0.4:
            yield from self._judged(f"{name} {how}", "fill", str(file), name=file.name)

    def returned(self) -> Iterator[str]:
        """A workbook that comes back."""
        folder = self.project / "returned"
        shutil.rmtree(folder, ignore_errors=True)
        how = self._damage(self.dice.choice(self.sent), WORKBOOK, folder / "returned.xlsx")
        yield from self._judged(how, "collect", name="returned.xlsx")
        self._back("circulation.sqlite")

    def settings(self) -> Iterator[str]:
        """kpi.toml."""
        file = self.project / "kpi.toml"
        file.write_text(_SETTINGS, encoding="utf-8")
        how = self._damage(file, TEXT, file)
        yield from self._judged(how, "check", name="kpi.toml")
        self._back("kpi.toml")

    def derived(self) -> Iterator[str]:
        """The cube, the store, what is kept of raw files."""
        kept = [one for one in (self.project / "kpi.read").iterdir() if one.is_file()]
        file = self.dice.choice([self.project / "kpi.cube", self.project / "kpi.duckdb", *kept])
        times = file.stat()
        how = self._damage(file, ANY, file)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        if file in kept:
            (self.project / "kpi.cube").unlink(missing_ok=True)  # a run that was ended left none
        yield from self._judged(f"{file.name} {how}", NUMBERS)
        ended = self.worker.run(self.project, NUMBERS)
        if ended.said != self.right:
            yield f"{file.name} {how}: other numbers, or rebuilt twice: {ended.said[-200:]}"

    def record(self) -> Iterator[str]:
        """Damage the record of what was sent and came back: it must never be made anew."""
        file = self.project / "circulation.sqlite"
        how = self._damage(file, ANY, file)
        damaged = file.read_bytes()
        yield from self._judged(how, "collect", name=file.name)
        if not damaged and file.stat().st_size:
            yield f"{how}: an empty one was replaced"
        self._back(file.name)


_KINDS = {
    "raw": Trials.raw, "template": Trials.template, "returned": Trials.returned,
    "kpi.toml": Trials.settings, "derived": Trials.derived, "record": Trials.record,
}  # fmt: skip

_SETTINGS = """[project]
name = "分公司"
data = "data"
report = "月度KPI表"
[files]
"保单" = ["保单.csv"]
[columns."保单"]
FYC = "FYC"
[dates]
order = "ymd"
no_date = ["9999-12-31"]
[rules]
effective_fyc = 2000
grace_days = 60
premium_weight = 0.7
month_cut = 25
uncounted_ranks = ["见习"]
excluded_endings = ["理赔终止"]
as_of = 2024-06-28
[mail]
host = "127.0.0.1"
port = 2525
security = "none"
sender = "kpi@example.com"
[levels]
"营业部" = "营业部"
[bands]
"活动率" = [0.5, 0.7]
"""


def _as_workbook(file: Path) -> None:
    book = openpyxl.Workbook()
    for line in file.read_text(encoding="utf-8").splitlines():
        book.active.append([int(one) if one.isdigit() else one for one in line.split(",")])
    book.save(file.with_suffix(".xlsx"))
    file.unlink()


@contextmanager
def prepared(seed: int) -> Iterator[Trials]:
    """A project with one of everything."""
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(Path(folder))
        try:
            trials = Trials(Path(folder), worker, random.Random(seed), kinds=list(_KINDS))
            trials.prepare()
            yield trials
        finally:
            worker.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=_KINDS, nargs="+", default=list(_KINDS))
    parser.add_argument("--keep", type=Path, help="where files go that showed a fault")
    given = parser.parse_args()
    with prepared(given.seed) as trials:
        trials.kinds, trials.kept = given.only, given.keep
        number = 0
        while number < given.number:
            before = len(trials.faults)
            trials.one(number)
            number += 1
            for fault in trials.faults[before:]:
                print(fault, flush=True)
            if number % 100 == 0:
                print(f"{number} damaged files, {len(trials.faults)} faults until now", flush=True)
        for what, count in trials.counted.items():
            print(f"{count:6} {what}")
        print(f"longest {trials.longest:.1f} s, most memory {trials.peak >> 20} MB")
        print(f"{number} damaged files, {len(trials.faults)} faults")
        sys.exit(bool(trials.faults))


if __name__ == "__main__":
    main()
