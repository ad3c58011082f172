"""The functions in a running LibreOffice, beside its own formulas doing the same.

Run ``python -m benchmarks.bench_calc``; nothing where LibreOffice is missing. Every ratio is
measured in turns in the same run.
"""

from __future__ import annotations

import importlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROWS = 10_000
DATA_CELLS = 10_000
ROSTER_CELLS = 1_000


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        running = importlib.import_module("calc.running")
    finally:
        sys.path.remove(str(ROOT / "tests"))
    if not running.available:
        return
    from udfs.calc.build import build

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        project = _project(folder)
        environment = {"KPI_XL_PROJECT": str(project)}
        office = running.Office(folder, build(), sys.executable, environment)
        try:
            rounds = 3 if quick else 7
            yield from _data(office, rounds, project)
            yield from _roster(office, rounds)
            yield from _opening(office, rounds, folder)
            office.close()
        finally:
            office.kill()


def _project(folder: Path) -> Path:
    """The sample project, computed."""
    from kpi_xl.jobs import start
    from kpi_xl.jobs.load import load
    from kpi_xl.project import Project

    load(start.sample(folder / "project"))
    return Project.open(folder / "project").folder


def _taken(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each task, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(one) for name, one in taken.items()}


def _sheet(office: Any) -> tuple[Any, Any]:
    document = office.new(Hidden=True)
    return document, document.Sheets.getByIndex(0)


def _fill(sheet: Any, column: str, formulas: list[str]) -> Any:
    cells = sheet.getCellRangeByName(f"{column}1:{column}{len(formulas)}")
    cells.setFormulaArray(tuple((formula,) for formula in formulas))
    return cells


def _data_formulas(project: Path) -> list[str]:
    """Ten thousand different questions: every KPI with data, of every unit, in months."""
    os.environ["KPI_XL_PROJECT"] = str(project)
    import importlib

    functions: Any = importlib.import_module("udfs.functions")  # made of declarations

    units = [row[0] for row in functions.KPI_UNITS()[1:]]
    names = [
        row[0]
        for row in functions.KPI_NAMES()[1:]
        if isinstance(functions.KPI(row[0], units[0], "2024-06"), float)
    ]
    asked = [
        f'=KPI("{name}";"{unit}";"2024-{month:02}")'
        for month in range(1, 7)
        for unit in units
        for name in names
    ]
    changes = [formula[:-1] + ';"环比")' for formula in asked]
    return (asked + changes)[:DATA_CELLS]


def _data(office: Any, rounds: int, project: Path) -> Iterator[tuple[str, float, str]]:
    document, sheet = _sheet(office)
    formulas = _data_formulas(project)
    assert len(set(formulas)) == DATA_CELLS
    sheet.getCellRangeByName("C1").setFormula(formulas[0])  # starts the process
    assert sheet.getCellRangeByName("C1").Value
    begun = time.perf_counter()
    cells = _fill(sheet, "A", formulas)
    cells.getDataArray()
    first = time.perf_counter() - begun
    taken = _taken({"again": document.calculateAll}, rounds)
    # A refreshed project: its file is another one, which is looked at twice a second.
    cube = project / "kpi.cube"
    stat = cube.stat()
    os.utime(cube, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    time.sleep(0.6)
    begun = time.perf_counter()
    document.calculateAll()
    refreshed = time.perf_counter() - begun
    document.close(True)
    yield "calc_10000_data_cells_typed", first, "s"
    yield "calc_10000_data_cells_recalculated", taken["again"], "s"
    yield "calc_10000_data_cells_after_refresh", refreshed, "s"


def _roster(office: Any, rounds: int) -> Iterator[tuple[str, float, str]]:
    """Six-month retention, headcount and recruits of ten thousand people."""
    document, sheet = _sheet(office)
    signed = [44000 + i * 7 % 1400 for i in range(ROWS)]
    left = [45400 + i * 11 % 500 if i % 3 == 0 else "" for i in range(ROWS)]
    sheet.getCellRangeByName(f"A1:B{ROWS}").setDataArray(
        tuple((float(a), b if b == "" else float(b)) for a, b in zip(signed, left, strict=True))
    )
    sign, leave = f"$A$1:$A${ROWS}", f"$B$1:$B${ROWS}"
    ours, theirs = [], []
    for number in range(ROSTER_CELLS):
        month = number % 12 + 1
        this, following = f"DATE(2024;{month};1)", f"DATE(2024;{month + 1};1)"
        kind = number % 3
        if kind == 0:
            back = 1 + number // 12 % 24
            from_, until = (f"DATE(2024;{month - back + n};1)" for n in (0, 1))
            cohort = f'{sign};">="&{from_};{sign};"<"&{until}'
            ours.append(f'=KPI_RETENTION13({sign};{leave};"2024-{month:02}";{back})')
            theirs.append(f'=1-COUNTIFS({cohort};{leave};"<"&{following})/COUNTIFS({cohort})')
        elif kind == 1:
            ours.append(f'=KPI_HEADCOUNT({sign};{leave};"2024-{month:02}")')
            theirs.append(
                f'=SUMPRODUCT(({sign}<{following})*(({leave}="")+({leave}>={following})>0))'
            )
        else:
            ours.append(f'=KPI_RECRUITS({sign};{leave};"2024-{month:02}")')
            theirs.append(f'=COUNTIFS({sign};">="&{this};{sign};"<"&{following})')
    mine = _fill(sheet, "D", ours)
    native = _fill(sheet, "F", theirs)
    pairs = zip(mine.getDataArray(), native.getDataArray(), strict=True)
    wrong = [(a, b) for (a,), (b,) in pairs if a != b and abs((a or 0) - (b or 0)) > 1e-12]
    assert not wrong, wrong[:3]
    edited = sheet.getCellRangeByName("A7")

    def edit_then_read(cells: Any) -> Callable[[], None]:
        def task() -> None:
            edited.setValue(edited.Value + 1)
            cells.getDataArray()

        return task

    # A change in the column makes all of them compute; what is not read is not computed.
    taken = _taken({"ours": edit_then_read(mine), "native": edit_then_read(native)}, rounds)
    document.close(True)
    yield "calc_1000_roster_cells_of_10000_rows", taken["ours"], "s"
    yield "calc_1000_roster_cells_vs_native", taken["ours"] / taken["native"], "x"


def _opening(office: Any, rounds: int, folder: Path) -> Iterator[tuple[str, float, str]]:
    """A workbook with ten thousand cells of KPIs, and the same with their values alone."""
    document, sheet = _sheet(office)
    sheet.getCellRangeByName(f"A1:C{ROWS}").setDataArray(
        tuple((float(900 + i % 90), 2000.0, 1900.0 + i % 190) for i in range(ROWS))
    )
    cells = _fill(sheet, "D", [f"=KPI_ACTIVITY(A{i};B{i};C{i})" for i in range(1, ROWS + 1)])
    values = cells.getDataArray()
    files = {}
    for name in ("formulas", "numbers"):
        if name == "numbers":
            cells.setDataArray(values)
        files[name] = folder / f"{name}.xlsx"
        office.save(document, files[name])
    document.close(True)

    def opened(file: Path) -> Callable[[], None]:
        def task() -> None:
            there = office.open(file, Hidden=True)
            assert there.Sheets.getByIndex(0).getCellRangeByName("D10000").Value
            there.close(True)

        return task

    taken = _taken({name: opened(file) for name, file in files.items()}, rounds)
    yield "calc_open_10000_kpi_cells", taken["formulas"], "s"
    yield "calc_open_vs_plain_numbers", taken["formulas"] / taken["numbers"], "x"


if __name__ == "__main__":
    for name, value, unit in figures("--quick" in sys.argv):
        print(f"{name} {value:.3g} {unit}")
