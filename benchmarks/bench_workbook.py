"""Filling and reading a workbook of 26 KB with 200 slots, beside openpyxl doing the same.

Run ``python benchmarks/bench_workbook.py``; every figure is CPU time, the median of several runs
that take turns, so that a busy machine slows both sides down alike. Where the Python binding of
excelize (82 MB, ``pip install excelize``) is there, it fills the same cells in another process,
whose CPU time counts: its Go runtime works on threads of its own.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import openpyxl
import xlsxwriter

from kpi_xl.workbook import Template, read

LINES = 40
ENTRIES = {"目标": "D", "权重": "E", "截止": "F", "实际": "G", "备注": "J"}


def template(path: Path) -> None:
    """A monthly form: entry cells, formulas, merges, formats, sparklines, charts, a table."""
    with xlsxwriter.Workbook(path) as book:
        title = book.add_format({"bold": 1, "font_size": 16, "align": "center", "border": 1})
        label = book.add_format({"bold": 1, "bg_color": "#F2F2F2", "border": 1})
        shown = {
            "目标": book.add_format({"num_format": "#,##0.00", "locked": 0, "border": 1}),
            "权重": book.add_format({"num_format": "0%", "locked": 0, "border": 1}),
            "截止": book.add_format({"num_format": "yyyy-mm-dd", "locked": 0, "border": 1}),
            "实际": book.add_format({"num_format": "#,##0.00", "locked": 0, "border": 1}),
            "备注": book.add_format({"text_wrap": 1, "locked": 0, "border": 1}),
        }
        computed = book.add_format({"num_format": "0.0%", "border": 1})
        sheet = book.add_worksheet("目标设定")
        sheet.merge_range("A1:T1", "月度KPI目标设定表", title)
        last = 4 + LINES
        for row in range(4, last):
            line = row + 1
            sheet.write(row, 0, row - 3, label)
            sheet.merge_range(row, 1, row, 2, f"指标{row - 3:02d}", label)
            for name, column in ENTRIES.items():
                sheet.write_blank(f"{column}{line}", None, shown[name])
                book.define_name(f"kpi.{row - 3:02d}.{name}", f"=目标设定!${column}${line}")
            sheet.write_formula(row, 7, f"=IF(D{line}=0,0,G{line}/D{line})", computed, 0)
            sheet.write_formula(row, 8, f"=ROUND(MIN(H{line},1.2)*E{line}*100,1)", computed, 0)
            for place in range(11, 20):
                sheet.write(row, place, 50 + (row * 7 + place * 13) % 60, label)
            sheet.add_sparkline(row, 10, {"range": f"目标设定!$L${line}:$T${line}"})
        sheet.conditional_format(4, 7, last, 7, {"type": "data_bar", "data_bar_2010": True})
        limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1}
        sheet.data_validation(4, 4, last, 4, limits)
        sheet.protect("kpi")
        plan = book.add_worksheet("周工作计划")
        plan.add_table(2, 0, 15, 7, {"name": "周计划", "total_row": True})
        for target, anchor in ((sheet, "V3"), (plan, "J3")):
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"=目标设定!$D$5:$D${last}"})
            target.insert_chart(anchor, chart)
        lists = book.add_worksheet("参数")
        lists.write_column("A1", [f"第{number}事业部" for number in range(20)])


def values() -> dict[str, object]:
    """Two hundred values: numbers, dates and texts."""
    found: dict[str, object] = {}
    for index in range(LINES):
        name = f"kpi.{index + 1:02d}"
        found[f"{name}.目标"] = 1000 + index * 3.5
        found[f"{name}.权重"] = 0.025
        found[f"{name}.截止"] = dt.date(2026, 11, 1 + index % 28)
        found[f"{name}.实际"] = 900 + index
        found[f"{name}.备注"] = f"第 {index} 项说明"
    return found


def openpyxl_fill(path: Path, out: Path, filled: dict[str, object]) -> None:
    book = openpyxl.load_workbook(path)
    for name, value in filled.items():
        ((sheet, reference),) = book.defined_names[name].destinations
        book[sheet][reference].value = value
    book.save(out)


def openpyxl_read(path: Path) -> dict[str, object]:
    book = openpyxl.load_workbook(path, data_only=True)
    found = {}
    for name, defined in book.defined_names.items():
        ((sheet, reference),) = defined.destinations
        found[name] = book[sheet][reference].value
    return found


_EXCELIZE = """
import json, resource, sys
import excelize

template, out, times, cells = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
for number in range(times + 3):
    if number == 3:
        start = resource.getrusage(resource.RUSAGE_SELF)
    book = excelize.open_file(template)
    for sheet, cell, value in cells:
        book.set_cell_value(sheet, cell, value)
    book.save_as(out)
    book.close()
end = resource.getrusage(resource.RUSAGE_SELF)
print((end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime) * 1000 / times)
"""


def excelize_fill(path: Path, out: Path, filled: Mapping[str, object]) -> float | None:
    """CPU ms of excelize for one workbook; None where it is not installed."""
    if importlib.util.find_spec("excelize") is None:
        return None
    defined = openpyxl.load_workbook(path).defined_names
    cells = []
    for name, value in filled.items():
        ((sheet, reference),) = defined[name].destinations
        shown = value if isinstance(value, int | float | str) else str(value)
        cells.append((sheet, reference.replace("$", ""), shown))
    command = [sys.executable, "-c", _EXCELIZE, str(path), str(out), "20", json.dumps(cells)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


def cpu_ms(tasks: dict[str, tuple[Callable[[], object], int]], rounds: int) -> dict[str, float]:
    """The median CPU time of each task in ms; (task, how often in one measurement), in turns."""
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, (task, times) in tasks.items():
            start = time.process_time()
            for _ in range(times):
                task()
            taken[name].append((time.process_time() - start) * 1000 / times)
    return {name: statistics.median(one) for name, one in taken.items()}


def figures(quick: bool = False) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl says what it is going to lose
        path, out, other = (Path(folder) / name for name in ("t.xlsx", "f.xlsx", "o.xlsx"))
        template(path)
        given = values()
        compiled = Template(path)
        out.write_bytes(compiled.fill(given))
        assert {name: read(out)[name] for name in given} == given
        longer = given | {"周计划": [[f"第 {row} 件", *range(7)] for row in range(100)]}
        grown = Path(folder) / "grown.xlsx"  # what is read below has the 200 slots alone
        grown.write_bytes(compiled.fill(longer))
        assert read(grown)["周计划"] == longer["周计划"]
        excelize = excelize_fill(path, other, given)
        sizes = count(101)
        taken = cpu_ms(
            {
                "fill": (lambda: compiled.fill(given), 20),
                "openpyxl fill": (lambda: openpyxl_fill(path, other, given), 1),
                "grow": (
                    lambda: compiled.fill(given | {"周计划": [[1]] * next(sizes)}),
                    1,
                ),
                "fill grown": (lambda: compiled.fill(longer), 10),
                "read": (lambda: read(out), 10),
                "openpyxl read": (lambda: openpyxl_read(out), 1),
                "compile": (lambda: Template(path).fill(given), 2),
            },
            rounds=3 if quick else 15,
        )
    yield "workbook_fill_200_cells", taken["fill"], "ms"
    yield "workbook_fill_vs_openpyxl", taken["openpyxl fill"] / taken["fill"], "x"
    if excelize is not None:
        yield "workbook_fill_vs_excelize", excelize / taken["fill"], "x"
    yield "workbook_grow_table_to_100_rows", taken["grow"], "ms"
    yield "workbook_fill_1000_cells_once_grown", taken["fill grown"], "ms"
    yield "workbook_read_200_slots", taken["read"], "ms"
    yield "workbook_read_vs_openpyxl", taken["openpyxl read"] / taken["read"], "x"
    yield "workbook_compile_and_first_fill", taken["compile"], "ms"


if __name__ == "__main__":
    for name, value, unit in figures("--quick" in sys.argv):
        print(f"{name} {value:.2f} {unit}")
