"""What a KPI's native formula makes of cells, its worksheet function makes of them too."""

import io
import math
import random

import formulon
import openpyxl
import pytest

from kpi_xl.catalogue import kpis
from kpi_xl.formula import Base, Operation, Part
from udfs.by_counts import by_counts

CELLS = (None, 0, 1, 7, 250, 1234.56, -3, -0.5, 0.25, 1e12, 1e15, "abc", "#N/A", "#DIV/0!")
ERRORS = {
    formulon.ErrorCode.DIV0: "#DIV/0!",
    formulon.ErrorCode.VALUE: "#VALUE!",
    formulon.ErrorCode.NUM: "#NUM!",
    formulon.ErrorCode.NA: "#N/A",
}
ROWS = 60


def belows(formula, given):
    """What stands below the lines of a formula."""
    if isinstance(formula, Part):
        yield from belows(formula.formula, given)
    elif isinstance(formula, Operation):
        yield from belows(formula.left, given)
        yield from belows(formula.right, given)
        if formula.operator == "/" and not isinstance(formula.right, Base):
            above, below = formula.right.fraction(given)
            yield above / below if below else math.nan


@pytest.mark.parametrize("kpi", kpis.values(), ids=lambda kpi: kpi.code)
def test_edges(kpi):
    kpi = kpi.on_paper
    chance = random.Random(kpi.code)
    wide = len(kpi.measures)
    rows = [[cell] * wide for cell in CELLS]
    rows += [[chance.choice(CELLS) for _ in range(wide)] for _ in range(ROWS)]
    rows += [[chance.choice(CELLS[1:9]) for _ in range(wide)] for _ in range(ROWS)]
    book = openpyxl.Workbook()
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 2):
            book.active.cell(at, column, cell)
        refs = [book.active.cell(at, column).coordinate for column in range(2, wide + 2)]
        book.active.cell(at, 1, kpi.excel(refs))
    file = io.BytesIO()
    book.save(file)
    function = by_counts(kpi)
    wrong = []
    with formulon.Workbook.load(file.getvalue()) as native:
        native.recalc()
        for at, row in enumerate(rows):
            cell = native.get_value(0, at, 0)
            found = cell.number
            if cell.error_code is not None:
                found = ERRORS[formulon.ErrorCode(cell.error_code)]
            told = function(*row)
            if all(one is None for one in row):
                assert told is None
                continue
            if cell.text:  # a text that is shown as it is
                assert told == "#VALUE!"
                continue
            numbers = all(one is None or isinstance(one, int | float) for one in row)
            if numbers and told == "#NUM!" and not isinstance(found, str):
                given = {m.code: one or 0 for m, one in zip(kpi.measures, row, strict=True)}
                assert any(below < 0 for below in belows(kpi.expression, given)), (row, found)
                continue
            # Which of several errors is told, programs differ in.
            if isinstance(found, str) and any(isinstance(one, str) for one in row):
                assert isinstance(told, str)
                continue
            same = (
                found == told
                if isinstance(found, str) or isinstance(told, str)
                else math.isclose(found, told, rel_tol=1e-9, abs_tol=1e-12)
            )
            if not same:
                wrong.append((row, found, told))
    assert wrong == []
