"""The open document, read and written as `udfs.calc.host` orders it."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import uno  # noqa: F401 - makes the name below importable
from com.sun.star.lang import IllegalArgumentException, Locale
from com.sun.star.table import CellAddress

Rows = list[list[Any]]
Area = tuple[int, int, int, int]
"""First row and column, last row and column, counting from 1."""

_DATE_FORMAT = 2  # com.sun.star.util.NumberFormat.DATE
_HIDDEN = 16  # com.sun.star.sheet.NamedRangeFlag
_LAST_COLUMN = 16383
_CONTENT = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING, FORMULA


class Document:
    """An open spreadsheet document.

    Parameters
    ----------
    model : com.sun.star.sheet.SpreadsheetDocument
        The document as LibreOffice has it.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._is_locked = False

    def sheets(self) -> list[str]:
        return list(self._model.Sheets.ElementNames)

    def names(self) -> list[tuple[str, str | None, str]]:
        """Name, sheet and content of every defined name of cells or of a text."""
        scopes: list[tuple[str | None, Any]] = [(None, self._model.NamedRanges)]
        scopes += [(name, self._sheet(name).NamedRanges) for name in self.sheets()]
        found = []
        for scope, names in scopes:
            for name in names.ElementNames:
                named = names.getByName(name)
                cells = named.getReferredCells()
                if cells is not None:
                    found.append((name, scope, _as_in_excel(cells)))
                elif named.Content.startswith('"'):
                    found.append((name, scope, named.Content))
        return found

    def used(self, sheet: str) -> tuple[int, int, Rows, Rows]:
        """The used area: first row and column, values and formulas."""
        cells = self._sheet(sheet).createCursor()
        cells.gotoStartOfUsedArea(False)
        cells.gotoEndOfUsedArea(True)
        at = cells.getRangeAddress()
        values = cells.getDataArray()
        formulas = [
            [_formula(*cell) for cell in zip(*rows, strict=True)]
            for rows in zip(values, cells.getFormulaArray(), strict=True)
        ]
        rows = [[None if cell == "" else cell for cell in row] for row in values]
        return at.StartRow + 1, at.StartColumn + 1, rows, formulas

    def is_merged(self, sheet: str, area: Area) -> bool:
        cells = self._cells(sheet, area)
        merged = self._sheet(sheet).createCursorByRange(cells.getCellByPosition(0, 0))
        merged.collapseToMergedArea()
        return bool(merged.AbsoluteName == cells.AbsoluteName)

    def begin(self, title: str) -> None:
        """Begin one step of the undo list, and stop drawing until its end."""
        self._model.UndoManager.enterUndoContext(title)
        self._model.lockControllers()
        self._model.addActionLock()
        self._is_locked = True

    def end(self) -> None:
        if self._is_locked:
            self._is_locked = False
            self._model.removeActionLock()
            self._model.unlockControllers()
            self._model.UndoManager.leaveUndoContext()

    def write(self, sheet: str, area: Area, rows: Rows) -> None:
        """Write values: numbers, texts, dates, and errors as tuples of their names."""
        cells = self._cells(sheet, area)
        data = tuple(tuple(map(self._value, row)) for row in rows)
        self._make_undoable(cells, data)
        cells.setDataArray(data)
        dates = False
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, tuple) and value[0] != "#N/A":
                    cells.getCellByPosition(c, r).setFormula(f"={value[0]}")
                dates = dates or isinstance(value, dt.datetime)
        if dates:
            self._show_dates(cells, rows)

    def set_name(self, name: str, text: str | None) -> None:
        """Set a hidden name to a text; None removes it."""
        names = self._model.NamedRanges
        if names.hasByName(name):
            names.removeByName(name)
        if text is not None:
            names.addNewByName(name, text, CellAddress(), _HIDDEN)

    def unprotect(self, sheet: str) -> str:
        """Open a sheet: whether it was open, is opened now, or has a password."""
        cells = self._sheet(sheet)
        if not cells.isProtected():
            return "open"
        with contextlib.suppress(IllegalArgumentException):  # there is a password
            cells.unprotect("")
        return "password" if cells.isProtected() else "opened"

    def protect(self, sheet: str) -> None:
        self._sheet(sheet).protect("")

    def calculate(self) -> None:
        self._model.calculateAll()

    def selected(self) -> tuple[Any, str | None] | None:
        """The selected cell's content, and the address of the cell on its right if that is
        empty.
        """
        cell = self._selection()
        if cell is None:
            return None
        right = self._right(cell)
        is_empty = right is not None and right.Type.value == "EMPTY"
        value = cell.String if cell.Type.value == "TEXT" else None
        return value, right.AbsoluteName.rpartition(".")[2].replace("$", "") if is_empty else None

    def insert(self, formula: str) -> None:
        """Insert a formula right of the selected cell."""
        self._right(self._selection()).setFormula(formula)

    def _selection(self) -> Any:
        selection = self._model.CurrentController.Selection
        if not selection.supportsService("com.sun.star.sheet.SheetCellRange"):
            return None
        return selection.getCellByPosition(0, 0)

    @staticmethod
    def _right(cell: Any) -> Any:
        at = cell.getCellAddress()
        if at.Column == _LAST_COLUMN:
            return None
        return cell.getSpreadsheet().getCellByPosition(at.Column + 1, at.Row)

    def _sheet(self, name: str) -> Any:
        return self._model.Sheets.getByName(name)

    def _cells(self, sheet: str, area: Area) -> Any:
        top, left, bottom, right = (number - 1 for number in area)
        return self._sheet(sheet).getCellRangeByPosition(left, top, right, bottom)

    def _value(self, value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return None  # Calc writes #N/A for it
        if isinstance(value, dt.datetime):
            null = self._model.NullDate
            return (value - dt.datetime(null.Year, null.Month, null.Day)) / dt.timedelta(days=1)
        return float(value)

    @staticmethod
    def _make_undoable(cells: Any, data: tuple[tuple[Any, ...], ...]) -> None:
        """Fill blank cells before they get values, and empty those that become blank.

        To undo `setDataArray`, or to do it again, LibreOffice puts back what was there, but empties
        no cell.
        """
        for r, row in enumerate(cells.getDataArray()):
            for c, (old, new) in enumerate(zip(row, data[r], strict=True)):
                if old == "" and new != "":
                    cells.getCellByPosition(c, r).setValue(0)
                elif old != "" and new == "":
                    cells.getCellByPosition(c, r).clearContents(_CONTENT)

    def _show_dates(self, cells: Any, rows: Rows) -> None:
        """Give cells with dates a date format where they would show a number."""
        formats = self._model.NumberFormats
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                cell = cells.getCellByPosition(c, r) if isinstance(value, dt.datetime) else None
                if cell and not formats.getByKey(cell.NumberFormat).Type & _DATE_FORMAT:
                    us = Locale("en", "US", "")
                    key = formats.queryKey("YYYY-MM-DD", us, False)
                    cell.NumberFormat = formats.addNew("YYYY-MM-DD", us) if key < 0 else key


def _as_in_excel(cells: Any) -> str:
    """The place of cells as a name in an Excel file writes it."""
    sheet = cells.getSpreadsheet().Name.replace("'", "''")
    reference = cells.AbsoluteName.rpartition(".")[2] if ":" not in cells.AbsoluteName else None
    if reference is None:
        first, _, last = cells.AbsoluteName.rpartition(":")
        reference = f"{first.rpartition('.')[2]}:{last.rpartition('.')[2]}"
    return f"'{sheet}'!{reference}"


def _formula(value: Any, formula: str) -> str:
    """The text to type into a cell; a text that looks like a formula stays a text, an array's
    begins with =.
    """
    if formula.startswith("=") and formula == value:
        return f"'{formula}"
    return formula[1:-1] if formula.startswith("{=") and value != formula else formula
