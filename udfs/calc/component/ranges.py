"""The content of cells that a function is given by reference.

A thousand formulas over one column read it once: what was read is kept until a cell in it changes,
and no longer than until LibreOffice comes to rest. The first is not enough, as Calc computes some
formulas (to fit a row's height) before it tells of a change; the second neither, as a macro may
change cells and read results without a rest.
"""

from __future__ import annotations

import contextlib
from typing import Any

import uno  # noqa: F401 - makes the names below importable
import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.uno import RuntimeException
from com.sun.star.util import XModifyListener

Rows = list[list[Any]]

_ERROR_RESULTS = 4  # com.sun.star.sheet.FormulaResult.ERROR
_ERRORS = {
    503: "#NUM!",
    519: "#VALUE!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}


class Ranges(unohelper.Base, XModifyListener, XCallback):  # type: ignore[misc]
    """The values read from ranges, each under a number of its own.

    Parameters
    ----------
    context : com.sun.star.uno.XComponentContext
        The component context of LibreOffice.
    """

    def __init__(self, context: Any) -> None:
        self._rest = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.awt.AsyncCallback", context
        )
        self._last = 0
        self.first = 1
        """The least number that still counts."""
        self._known: dict[tuple[Any, ...], tuple[int, Any]] = {}

    def number(self, document: Any, cells: Any) -> tuple[int, Rows | None]:
        """The number of a range, and its content where it has not been read yet.

        The number is 0 for a range that has to be read each time.

        Parameters
        ----------
        document : com.sun.star.beans.XPropertySet
            The document that the calling cell is in.
        cells : com.sun.star.table.XCellRange
            The range of cells to read.
        """
        at = cells.getRangeAddress()
        key = (document, at.Sheet, at.StartColumn, at.StartRow, at.EndColumn, at.EndRow)
        known = self._known.get(key)
        if known is not None:
            return known[0], None
        rows, has_formulas = _content(cells, at)
        if has_formulas:
            # Calc may still be working them out, and ask again when it has their last values.
            return 0, rows
        if not self._known:
            self._rest.addCallback(self, None)
        cells.addModifyListener(self)
        self._last += 1
        self._known[key] = self._last, cells
        return self._last, rows

    def forget(self) -> None:
        """Drop everything."""
        known, self._known = self._known, {}
        self.first = self._last + 1
        for _, cells in known.values():
            with contextlib.suppress(RuntimeException):  # the document has just been closed
                cells.removeModifyListener(self)

    # XModifyListener
    def modified(self, event: Any) -> None:
        self.forget()

    def disposing(self, source: Any) -> None:
        self._known = {}
        self.first = self._last + 1

    # XCallback
    def notify(self, data: Any) -> None:
        self.forget()


def _content(cells: Any, at: Any) -> tuple[Rows, bool]:
    """The cells' content up to the end of the sheet's used part, and whether any is computed."""
    used = cells.getSpreadsheet().createCursor()
    used.gotoEndOfUsedArea(False)
    last = used.getRangeAddress()
    if at.EndRow > last.EndRow or at.EndColumn > last.EndColumn:
        if at.StartRow > last.EndRow or at.StartColumn > last.EndColumn:
            return [[None]], False
        cells = cells.getCellRangeByPosition(
            0,
            0,
            min(at.EndColumn, last.EndColumn) - at.StartColumn,
            min(at.EndRow, last.EndRow) - at.StartRow,
        )
    data = cells.getDataArray()
    rows = [[None if cell == "" else cell for cell in row] for row in data]
    if any(None in row for row in data):
        at = cells.getRangeAddress()
        for cell in cells.queryFormulaCells(_ERROR_RESULTS).getCells():
            place = cell.getCellAddress()
            name = _ERRORS.get(cell.getError(), "#VALUE!")
            rows[place.Row - at.StartRow][place.Column - at.StartColumn] = name
    has_formulas = bool(cells.queryContentCells(16).getCount())  # CellFlags.FORMULA
    return rows, has_formulas
