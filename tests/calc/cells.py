"""Cells of a running Calc: filled, computed and compared."""

from __future__ import annotations

import math

from kpi_xl.workbook.ooxml.references import column_letters

ERRORS = {502: "#NUM!", 503: "#NUM!", 504: "#VALUE!", 519: "#VALUE!", 532: "#DIV/0!", 32767: "#N/A"}


def place(column, row, absolute=False):
    sign = "$" if absolute else ""
    return f"{sign}{column_letters(column)}{sign}{row}"


def area(column, row, width, height):
    return f"{place(column, row, True)}:{place(column + width - 1, row + height - 1, True)}"


def put(sheet, column, row, rows):
    """Write rows of values; where they are."""
    width = max(map(len, rows))
    full = [[*line, *[None] * (width - len(line))] for line in rows]
    data = tuple(
        tuple("" if v is None else float(v) if not isinstance(v, str) else v for v in line)
        for line in full
    )
    where = area(column, row, width, len(rows))
    sheet.getCellRangeByName(where).setDataArray(data)
    for r, line in enumerate(full):
        for c, value in enumerate(line):
            if isinstance(value, str) and value in ERRORS.values():
                sheet.getCellByPosition(column - 1 + c, row - 1 + r).setFormula(f"={value}")
    return where


def content(cell):
    """A cell as the core gives it: a number, a text, an error's name."""
    if cell.getError():
        return ERRORS.get(cell.getError(), f"Err:{cell.getError()}")
    if cell.Type.value == "TEXT" or (
        cell.Type.value == "FORMULA" and cell.FormulaResultType2 == 2  # FormulaResult.STRING
    ):
        return cell.String
    return cell.Value


def computed(sheet, where, formula, as_array=False):
    """The content of the cells that a formula is entered into."""
    cells = sheet.getCellRangeByName(where)
    if as_array:
        cells.setArrayFormula(formula)
    else:
        cells.setFormula(formula)
    at = cells.getRangeAddress()
    return [
        [content(cells.getCellByPosition(c, r)) for c in range(at.EndColumn - at.StartColumn + 1)]
        for r in range(at.EndRow - at.StartRow + 1)
    ]


def one(sheet, formula, where="ZZ1"):
    return computed(sheet, where, formula)[0][0]


def same(ours, theirs):
    """Whether a cell shows a value of the core."""
    if theirs is None:
        theirs = ""
    if isinstance(theirs, float) and math.isnan(theirs):
        from kpi_xl.error_values import error_name

        theirs = error_name(theirs)
    if isinstance(theirs, str):
        return ours == theirs
    return isinstance(ours, float) and ours == float(theirs)
