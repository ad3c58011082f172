"""The main job: start-up, reading a large .xlsx beside fastexcel alone, the sample's month.

CPU time, the median of several runs that take turns.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fastexcel
import xlsxwriter

from kpi_xl.checks.check import check_project
from kpi_xl.jobs import start
from kpi_xl.jobs.fill import Filled, fill
from kpi_xl.jobs.load import load
from kpi_xl.project import Project

ROOT = Path(__file__).parents[1]


def _cpu(task: Callable[[], object]) -> float:
    """Seconds of CPU of this process, all threads."""
    begun = time.process_time()
    task()
    return time.process_time() - begun


def _start(*arguments: str) -> float:
    """Seconds of CPU of a command from start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "kpi_xl.cli", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _policies(folder: Path, rows: int) -> Project:
    """A project whose policies are one large .xlsx of eight columns."""
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "kpi.toml").write_text("", encoding="utf-8")
    (data / "人员.csv").write_text(
        "工号,签约日期\n" + "".join(f"{i:06d},2020-01-01\n" for i in range(500)), encoding="utf-8"
    )
    with xlsxwriter.Workbook(data / "保单.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        headings = ("保单号", "工号", "险种", "件数", "首年保费", "FYC", "缴费方式", "承保日期")
        sheet.write_row(0, 0, headings)
        for i in range(rows):
            day = f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
            premium = f"{i % 997},{i % 1000:03d}.{i % 100:02d}"
            row = (f"P{i:08d}", f"{i % 500:06d}", "年金", "1", premium, "300.00", "期交", day)
            sheet.write_row(i + 1, 0, row)
    return Project.open(folder)


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """The figures: name, value, unit."""
    starts = {"help": ("--help",), "explain": ("explain", "活动率")}
    python = statistics.median(_bare() for _ in range(5))
    for name, arguments in starts.items():
        yield f"start_{name}", 1000 * statistics.median(_start(*arguments) for _ in range(5)), "ms"
    yield "start_bare_python", 1000 * python, "ms"

    with tempfile.TemporaryDirectory() as folder:
        rows = 20_000 if quick else 200_000
        project = _policies(Path(folder) / "large", rows)
        file = project.data / "保单.xlsx"
        alone, checked = [], []
        for _ in range(3):
            alone.append(_cpu(lambda: _fastexcel(file)))
            checked.append(_cpu(lambda: check_project(project)))
        yield f"check_xlsx_{rows}_rows", statistics.median(checked), "s"
        ratio = statistics.median(checked) / statistics.median(alone)
        yield f"check_xlsx_{rows}_rows_vs_fastexcel", ratio, "x"

        branch = Path(folder) / "branch"
        yield "sample", _cpu(lambda: start.sample(branch)), "s"
        project = Project.open(branch)
        yield "load_sample", _cpu(lambda: load(project)), "s"
        filled: list[Filled] = []
        for template in ("月度KPI表", "周工作计划"):
            spent = _cpu(lambda: filled.append(fill(project, template)))  # noqa: B023
            count = len(filled[-1].files)
            yield f"fill_{'kpi' if count < 20 else 'plan'}_{count}_workbooks", spent, "s"


def _bare() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _fastexcel(file: Path) -> object:
    return fastexcel.read_excel(file).load_sheet(0, header_row=None, dtypes="string").to_arrow()
