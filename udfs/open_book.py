"""A workbook that is open in a spreadsheet program: its slots, read and written live."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

from kpi_xl.errors import InputError
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.workbook.cells import UnwritableError
from kpi_xl.workbook.parts import DefinedName, Workbook
from kpi_xl.workbook.references import Area, Place, area
from kpi_xl.workbook.slots import Slot, laid_out, places, slot

# LibreOffice writes FUNCTIONS.KPIACTIVITY for KPI_ACTIVITY.
_FUNCTION: Final = re.compile(r"(?i)\bKPI\w*\(")

Rows = list[list[Any]]


class Overwritten(NamedTuple):
    """Cells as they were: what to type into each to have it back, row by row."""

    sheet: str
    reference: str
    cells: list[list[str]]


class Used(NamedTuple):
    """The used part of a sheet: its first row and column, values and formulas."""

    row: int
    column: int
    values: Rows
    formulas: Rows


class Cells(Protocol):
    """The cells of the open workbook, as its program shows them."""

    @property
    def sheets(self) -> list[str]:
        """The sheets' names."""

    def names(self) -> list[DefinedName]:
        """The defined names, with what they refer to as Excel writes it."""

    def used(self, sheet: str) -> Used:
        """The used part of a sheet; a formula begins with =, everything else is as typed."""

    def is_merged(self, sheet: str, cells: Area) -> bool:
        """Whether these cells are merged into one."""

    def value(self, value: Any) -> Any:
        """A value of `OpenBook.write` as the program takes it."""

    def typed(self, value: Any, formula: Any) -> str:
        """What to type into a cell to have its content back."""

    def write(self, sheet: str, cells: Area, rows: Rows) -> None:
        """Write values."""

    def type(self, sheet: str, reference: str, rows: list[list[str]]) -> None:
        """Type what `typed` gave."""

    def unprotected(self, sheets: Iterable[str]) -> AbstractContextManager[None]:
        """While it lasts the sheets are open; InputError where a password protects one."""


class OpenBook:
    """The slots of an open workbook.

    Parameters
    ----------
    cells : Cells
        The workbook.
    """

    def __init__(self, cells: Cells) -> None:
        self._workbook = cells
        self._content: dict[str, Used] = {}
        self._places = places(
            Workbook("", dict.fromkeys(cells.sheets, ""), tuple(cells.names()), None, None, False),
            [],
        )
        self.slots = {name: self._slot(name, place) for name, place in self._places.items()}

    def read(self, name: str) -> Any:
        """The value of a slot's first cell."""
        place = self._places[name]
        values, _ = self._cells(place.sheet, place.area)
        return values[0][0]

    def write(self, values: Mapping[str, Any], progress: Progress = silent) -> list[Overwritten]:
        """Write slots, each area at once; the program computes those with formulas itself.

        Parameters
        ----------
        values : mapping of str to object
            As `Template.fill` takes them.
        progress : callable
            Told what is being done.

        Returns
        -------
        list of Overwritten
            What stood there before.

        Raises
        ------
        InputError
            When a value does not fit its slot, or a sheet is protected by a password; nothing has
            been written then.
        """
        wanted = {
            name: self._rows(self.slots[name], value)
            for name, value in values.items()
            if not self.slots[name].has_formula
        }
        before = [self._before(self.slots[name]) for name in wanted]
        with self._workbook.unprotected({self.slots[name].sheet for name in wanted}):
            for done, (name, rows) in enumerate(wanted.items()):
                progress("填写", done, len(wanted))
                where = self.slots[name]
                self._workbook.write(where.sheet, _area(where), rows)
        return before

    def restore(self, overwritten: list[Overwritten]) -> None:
        """Put cells back to what they were."""
        missing = {one.sheet for one in overwritten} - set(self._workbook.sheets)
        if missing:
            raise InputError(
                f"工作表“{missing.pop()}”已经不在了", "请先把工作表改回原来的名称，再撤销"
            )
        with self._workbook.unprotected({one.sheet for one in overwritten}):
            for one in reversed(overwritten):
                self._workbook.type(one.sheet, one.reference, one.cells)

    def has_functions(self) -> bool:
        """Whether any cell calls a KPI function."""
        return any(
            _is_formula(cell) and _FUNCTION.search(cell) is not None
            for name in self._workbook.sheets
            for row in self._sheet(name).formulas
            for cell in row
        )

    def _slot(self, name: str, place: Place) -> Slot:
        merged = place.area.size > 1 and self._workbook.is_merged(*place)
        _, formulas = self._cells(place.sheet, place.area)
        has_formula = any(_is_formula(cell) for row in formulas for cell in row)
        found = slot(name, place, [place.area] if merged else [], has_formula, ())
        return replace(found, reference=_area(found).reference)

    def _before(self, where: Slot) -> Overwritten:
        values, formulas = self._cells(where.sheet, _area(where))
        cells = [
            [self._workbook.typed(*cell) for cell in zip(*rows, strict=True)]
            for rows in zip(values, formulas, strict=True)
        ]
        return Overwritten(where.sheet, where.reference, cells)

    def _rows(self, where: Slot, value: Any) -> Rows:
        try:
            laid = [self._workbook.value(one) for one in laid_out(where, value)]
        except UnwritableError as error:
            problem = f"名称“{where.name}”（{where.reference}）{error.problem}"
            raise InputError(problem, error.advice, sheet=where.sheet) from None
        return [laid[i : i + where.columns] for i in range(0, len(laid), where.columns)]

    def _cells(self, sheet: str, cells: Area) -> tuple[Rows, Rows]:
        """Values and formulas of an area, blank beyond the used part of the sheet."""
        row, column, values, formulas = self._sheet(sheet)

        def cut(rows: Rows) -> Rows:
            return [
                [
                    rows[r - row][c - column]
                    if 0 <= r - row < len(rows) and 0 <= c - column < len(rows[0])
                    else None
                    for c in range(cells.first_column, cells.last_column + 1)
                ]
                for r in range(cells.first_row, cells.last_row + 1)
            ]

        return cut(values), cut(formulas)

    def _sheet(self, name: str) -> Used:
        """A sheet's used part, read once."""
        if name not in self._content:
            self._content[name] = self._workbook.used(name)
        return self._content[name]


def _area(where: Slot) -> Area:
    """The cells that are written: the first alone where all are merged into one."""
    cells = area(where.reference)
    assert cells is not None
    if where.rows == where.columns == 1:
        return Area(*cells[:2], *cells[:2])
    return cells


def _is_formula(cell: Any) -> bool:
    return isinstance(cell, str) and cell.startswith("=")
