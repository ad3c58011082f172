"""Sending out and taking back in numbers.

Run ``python -m benchmarks.bench_distribution``. Ten thousand workbooks of the form of 26 KB with
200 slots are made on two processes, each with its own identity, hashed and written to disk; CPU
time is that of all processes together. Returned workbooks are read, matched and validated.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.bench_workbook import template, values
from kpi_xl.circulation.production import Blank, Made, Order, produced
from kpi_xl.system.files import write_whole
from kpi_xl.workbook import Identity, Template
from kpi_xl.workbook.answers import ReturnedWorkbook
from kpi_xl.workbook.inputs import input_slots

PROCESSES = 2


def cpu() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def most_memory() -> float:
    """The most memory that this process or one of its workers held, in MB."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in both) / 1024


def orders(count: int) -> Iterator[Order]:
    given = values()
    for number in range(count):
        identity = Identity("d" * 32, "表", "v" * 16, "2024-06", f"部{number}/组", str(number))
        yield Order(identity, given | {"kpi.01.目标": number}, None)


def send(blank: Blank, folder: Path, count: int) -> None:
    """Make and write as many workbooks, on two processes."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for number, made in enumerate(produced(blank, orders(count), pool, PROCESSES)):
            assert isinstance(made, Made), made
            write_whole(folder / f"{number % 100}" / f"{number}.xlsx", made.content)


def take_back(folder: Path, blank: Blank, count: int) -> float:
    """Read, match by identity and validate; the median CPU ms of one."""
    from kpi_xl.circulation.validation import Validation  # brings pyarrow along

    inputs = input_slots(Template("表.xlsx", blank.content))
    names = {one.slot.name for one in inputs}
    taken = []
    for number in range(count):
        start = time.process_time()
        file = folder / f"{number % 100}" / f"{number}.xlsx"
        returned = ReturnedWorkbook(file)
        assert returned.identity is not None and returned.identity.person == str(number)
        returned.saved()
        validation = Validation(file, returned.answers(names), {})
        validation.check(inputs)
        taken.append((time.process_time() - start) * 1000)
        assert len(validation.valid) == len(values()) and not validation.problems
    return statistics.median(taken)


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    count = 1000 if quick else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template(folder / "表.xlsx")
        blank = Blank("表", (folder / "表.xlsx").read_bytes())
        start, start_cpu = time.perf_counter(), cpu()
        send(blank, folder, count)
        seconds, cpu_seconds = time.perf_counter() - start, cpu() - start_cpu
        yield "distribution_workbooks", count, "workbooks"
        yield "distribution_on_2_processes", seconds * 1000 / count, "ms/workbook"
        yield "distribution_cpu_of_all_processes", cpu_seconds * 1000 / count, "ms/workbook"
        yield "distribution_most_memory_of_a_process", most_memory(), "MB"
        yield "collection_read_match_validate", take_back(folder, blank, 50), "ms/workbook"


if __name__ == "__main__":
    for name, value, unit in figures("--quick" in sys.argv):
        print(f"{name} {value:.3g} {unit}")
