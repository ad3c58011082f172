"""Another engine computes named formulas by the ten thousand, beside the functions of their names.

What counts is that nothing differs; the number of evaluations says of how many.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import formulon
import openpyxl

from kpi_xl.catalogue import kpis
from udfs import functions
from udfs.lambdas import by_roster
from udfs.lambdas.workbook import with_names

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
