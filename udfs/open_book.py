"""A workbook that is open in a spreadsheet program: its slots, read and written live."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple, Protocol

from kpi_xl.errors import InputError
from kpi_xl.system.progress import Progress, silent
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.parts import DefinedName, Workbook
from kpi_xl.workbook.ooxml.references import Area, Place, area
from kpi_xl.workbook.slots import Slot, laid_out, places, slot
from udfs.contents import Content, is_formula, of_cell, of_value, to_write
from udfs.restoring import Cell, Changed, Contents, Now, Plan, blocks, plan

# LibreOffice writes FUNCTIONS.KPIACTIVITY for KPI_ACTIVITY.
_FUNCTION: Final = re.compile(r"(?i)\bKPI\w*\(")

MARK: Final = "kpi_xl_refresh"
"""The hidden name that has the mark of the last refresh; Calc makes no name with a dot."""

Rows = list[list[Any]]


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

    def write(self, sheet: str, cells: Area, rows: Rows) -> None:
        """Write values."""

    def set_mark(self, mark: str | None) -> None:
        """Leave a text in the hidden name `MARK`, or take the name away."""

    def unprotected(self, sheets: Iterable[str]) -> AbstractContextManager[None]:
        """While it lasts the sheets are open; InputError where a password protects one."""


class OpenBook:
    """The slots of an open workbook.

    Parameters
    ----------
    cells : Cells
        The cells of the open workbook.
    """

    def __init__(self, cells: Cells) -> None:
        self._workbook = cells
        self._content: dict[str, Used] = {}
        names = tuple(cells.names())
        marks = (text.strip('"') for name, sheet, text in names if (name, sheet) == (MARK, None))
        self._mark = next(marks, None)
        self._places = places(
            Workbook("", dict.fromkeys(cells.sheets, ""), names, None, None, False), []
        )
        self.slots = {name: self._slot(name, place) for name, place in self._places.items()}

    def read(self, name: str) -> Any:
        """The value of a slot's first cell."""
        place = self._places[name]
        values, _ = self._cells(place.sheet, place.area)
        return values[0][0]

    @property
    def mark(self) -> str | None:
        """The mark that the last refresh left in the workbook."""
        return self._mark

    def changes(self, values: Mapping[str, Any]) -> dict[str, Changed]:
        """The changes that writing slots would make; the program itself computes slots with
        formulas.

        Parameters
        ----------
        values : mapping of str to object
            As `Template.fill` takes them.

        Raises
        ------
        InputError
            When a value does not fit its slot.
        """
        rows = {
            name: self._rows(self.slots[name], value)
            for name, value in values.items()
            if not self.slots[name].has_formula
        }
        # Of slots with cells in common the last one's value stays in them.
        last = {
            cell: content
            for name, contents in rows.items()
            for cell, content in self._each(name, contents)
        }
        changed = {}
        for name, contents in rows.items():
            written = iter([last[cell] for cell, _ in self._each(name, contents)])
            after = [[next(written) for _ in row] for row in contents]
            changed[name] = Changed(self._now(name).contents, after)
        return changed

    def write(self, changes: Mapping[str, Changed], mark: str, progress: Progress = silent) -> None:
        """Write slots, each area at once; where that fails, what was there is put back.

        Parameters
        ----------
        changes : mapping of str to Changed
            The changes to write, from `changes`.
        mark : str
            What to leave in the workbook.
        progress : callable
            Told what is being done.

        Raises
        ------
        InputError
            When a sheet is protected by a password; nothing has been written then.
        """
        with self._workbook.unprotected({self.slots[name].sheet for name in changes}):
            begun: list[str] = []
            try:
                self._workbook.set_mark(mark)
                for done, (name, one) in enumerate(changes.items()):
                    progress("填写", done, len(changes))
                    begun.append(name)
                    self._write(name, one.after)
            except Exception:
                for name in reversed(begun):
                    with suppress(Exception):
                        self._write(name, changes[name].before)
                with suppress(Exception):
                    self._workbook.set_mark(self._mark)
                raise

    def restore(self, changed: Mapping[str, Changed]) -> Plan:
        """Put back what slots held before a refresh where they still hold what it wrote.

        Parameters
        ----------
        changed : mapping of str to Changed
            What the refresh did.

        Returns
        -------
        Plan
            What was put back and what was not.
        """
        present = {name: self._now(name) for name in changed if name in self.slots}
        todo = plan(changed, present)
        with self._workbook.unprotected({cell.sheet for cell in todo.cells}):
            for sheet, cells, contents in blocks(todo.cells):
                self._workbook.write(sheet, cells, self._taken(contents))
            self._workbook.set_mark(None)
        return todo

    def has_functions(self) -> bool:
        """Whether any cell calls a KPI function."""
        return any(
            is_formula(cell) and _FUNCTION.search(cell) is not None
            for name in self._workbook.sheets
            for row in self._sheet(name).formulas
            for cell in row
        )

    def _slot(self, name: str, place: Place) -> Slot:
        merged = place.area.size > 1 and self._workbook.is_merged(*place)
        _, formulas = self._cells(place.sheet, place.area)
        has_formula = any(is_formula(cell) for row in formulas for cell in row)
        found = slot(name, place, [place.area] if merged else [], has_formula, ())
        return replace(found, reference=_area(found).reference)

    def _now(self, name: str) -> Now:
        """Where a slot is, and what its cells hold."""
        where = self.slots[name]
        values, formulas = self._cells(where.sheet, _area(where))
        contents = [
            [of_cell(*cell) for cell in zip(*rows, strict=True)]
            for rows in zip(values, formulas, strict=True)
        ]
        return Now(where.sheet, where.first_row, where.first_column, contents)

    def _each(self, name: str, contents: Contents) -> Iterator[tuple[Cell, Content]]:
        """The cells of a slot, each with what belongs to it."""
        where = self.slots[name]
        for r, row in enumerate(contents):
            for c, content in enumerate(row):
                yield Cell(where.sheet, where.first_row + r, where.first_column + c), content

    def _write(self, name: str, contents: Contents) -> None:
        where = self.slots[name]
        self._workbook.write(where.sheet, _area(where), self._taken(contents))

    def _taken(self, contents: Contents) -> Rows:
        return [[self._workbook.value(to_write(one)) for one in row] for row in contents]

    def _rows(self, where: Slot, value: Any) -> Contents:
        try:
            laid = [of_value(one) for one in laid_out(where, value)]
        except UnwritableError as error:
            slot = (where.name, where.reference)
            raise InputError(error.fault, sheet=where.sheet, slot=slot) from None
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
