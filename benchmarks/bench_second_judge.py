"""Another engine computes named formulas by the ten thousand, beside the functions of their names,
and every formula of the workbooks that are filled from the samples, their values taken away.

What counts is that nothing differs; the number of evaluations says of how many. Run
``python -m benchmarks.bench_second_judge`` for all workbooks of several months and trades.
"""

from __future__ import annotations

import importlib
import io
import itertools
import math
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import formulon
import openpyxl

from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.jobs.start import sample
from kpi_xl.project import Project
from kpi_xl.slots import unit_sheets
from kpi_xl.workbook import Template
from udfs import functions
from udfs.lambdas import by_roster
from udfs.lambdas.workbook import with_names
from workbook_templates import NAMES

ROOT = Path(__file__).parents[1]
_QUICK: Final[Mapping[str, tuple[str, ...]]] = {"保险": ("2024-06",)}
_FULL: Final[Mapping[str, tuple[str, ...]]] = {
    "保险": ("2023-01", "2024-02", "2024-06"),
    "汽车经销商": ("2024-06",),
    "零售门店": ("2024-06",),
}
_OF_EACH = 8

_CELLS = (None, 0, 1, 7, 250, 1234.56, -3, 0.25, 1e12, 1800, 2000, "", "-", "12", " 80% ", "0.5")
_ERRORS = {
    formulon.ErrorCode.DIV0: "#DIV/0!",
    formulon.ErrorCode.VALUE: "#VALUE!",
    formulon.ErrorCode.NUM: "#NUM!",
    formulon.ErrorCode.NA: "#N/A",
}


def figures(*, quick: bool) -> Iterator[tuple[str, float, str]]:
    """How many evaluations there were, and how many differ."""
    rows = 650 if quick else 6_500
    evaluations = differences = 0
    for kpi in kpis.values():
        if kpi.code in by_roster.FORMULAS:
            continue
        chance = random.Random(kpi.code)
        width = len(kpi.on_paper.measures)
        cells = [[chance.choice(_CELLS) for _ in range(width)] for _ in range(rows)]
        columns = ([[row[place]] for row in cells] for place in range(width))
        expected = [row[0] for row in getattr(functions, kpi.code)(*columns)]
        found = _computed(kpi.code, cells)
        evaluations += rows
        for ours, theirs in zip(expected, found, strict=True):
            if not _same(ours, theirs):
                differences += 1
                print(f"# {kpi.code}: {ours} {theirs}")
    yield "second_judge_evaluations", evaluations, "formulas"
    yield "second_judge_differences", differences, "formulas"
    yield from _filled(_QUICK if quick else _FULL)


def _filled(projects: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, float, str]]:
    """The samples' workbooks: of each template and month so many, spread over all recipients."""
    sys.path.insert(0, str(ROOT / "tests"))
    try:
        judge = importlib.import_module("jobs.test_second_judge")
    finally:
        sys.path.remove(str(ROOT / "tests"))
    workbooks = formulas = differences = 0
    for trade, months in projects.items():
        with tempfile.TemporaryDirectory() as folder:
            sample(Path(folder) / "sample", trade=trade)
            project = Project.open(Path(folder) / "sample")
            for template, month in itertools.product(NAMES, months):
                for file in _some(project, template, month, Path(folder)):
                    count, wrong = judge.judged(file)
                    workbooks, formulas = workbooks + 1, formulas + count
                    differences += len(wrong)
                    for place, what in wrong.items():
                        print(f"# {trade} {template} {month} {file.name} {place}: {what}")
    yield "second_judge_workbooks", workbooks, "files"
    yield "second_judge_workbook_formulas", formulas, "formulas"
    yield "second_judge_workbook_differences", differences, "formulas"


def _some(project: Project, template: str, month: str, folder: Path) -> Iterator[Path]:
    """Some of a template's workbooks, each as `fill` writes it."""
    of = Template(template_path(template))
    with recipients_of(project, load(project).cube, of, Month.parse(month)) as to:
        everybody = list(to.recipients.everybody())
        for number, one in enumerate(everybody[:: max(len(everybody) // _OF_EACH, 1)]):
            file = folder / f"{number}.xlsx"
            file.write_bytes(of.fill(unit_sheets.values(of, to, one)[0]))
            yield file


def _computed(code: str, cells: list[list[Any]]) -> list[Any]:
    """The formula of a code beside each row of cells."""
    book = openpyxl.Workbook()
    width = len(cells[0])
    for number, row in enumerate(cells, 1):
        for column, value in enumerate(row, 1):
            cell = book.active.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
        given = ",".join(f"{chr(ord('A') + place)}{number}" for place in range(width))
        book.active.cell(number, width + 1, f"={code}({given})")
    written = io.BytesIO()
    book.save(written)
    with formulon.Workbook.load(with_names(Path("x.xlsx"), written.getvalue()).content) as named:
        named.recalc()
        return [_value(named.get_value(0, row, width)) for row in range(len(cells))]


def _value(cell: Any) -> Any:
    if cell.error_code is not None:
        return _ERRORS.get(formulon.ErrorCode(cell.error_code), "?")
    return cell.number if cell.number is not None else cell.text or None


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float | int) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-15)
    return bool(ours == theirs)


if __name__ == "__main__":
    for name, value, unit in figures(quick="--quick" in sys.argv):
        print(f"{name} {value:.6g} {unit}", flush=True)
