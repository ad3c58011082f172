"""A workbook that is open in Excel, through xlwings: its slots, read and written live."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple

from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.workbook.cells import UnwritableError
from kpi_xl.workbook.parts import DefinedName, Workbook
from kpi_xl.workbook.references import Area, Place, area
from kpi_xl.workbook.slots import Slot, laid_out, places, slot
from udfs.protection import unprotected

_READ_AS_SOMETHING_ELSE: Final = ("=", "+", "-", "@", "'", "#")
_WORDS: Final = ("true", "false")
_FUNCTION: Final = re.compile(r"(?i)\bKPI(_\w+)?\(")


class Overwritten(NamedTuple):
    """Cells as they were: what to type into each to have it back, row by row."""

    sheet: str
    reference: str
    cells: list[list[str]]


class OpenBook:
    """The slots of an open workbook.

    Parameters
    ----------
    book : xlwings.Book
        The workbook.
    """

    def __init__(self, book: Any) -> None:
        self.book = book
        self._content: dict[str, tuple[int, int, list[list[Any]], list[list[Any]]]] = {}
        self._sheets = {sheet.name: sheet for sheet in book.sheets}
        self._places = places(self._workbook(), [])
        self.slots = {name: self._slot(name, place) for name, place in self._places.items()}

    def read(self, name: str) -> Any:
        """The value of a slot's first cell."""
        place = self._places[name]
        values, _ = self._cells(place.sheet, place.area)
        return values[0][0]

    def write(self, values: Mapping[str, Any], progress: Progress = silent) -> list[Overwritten]:
        """Write slots, each area at once; Excel computes the slots with formulas itself.

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
        sheets = {self.slots[name].sheet for name in wanted}
        with unprotected([self._sheets[name] for name in sheets]):
            for done, (name, rows) in enumerate(wanted.items()):
                progress("填写", done, len(wanted))
                where = self.slots[name]
                self._range(where.sheet, _area(where)).value = rows
        return before

    def restore(self, overwritten: list[Overwritten]) -> None:
        """Put cells back to what they were."""
        missing = {one.sheet for one in overwritten} - self._sheets.keys()
        if missing:
            raise InputError(
                f"工作表“{missing.pop()}”已经不在了", "请先把工作表改回原来的名称，再撤销"
            )
        with unprotected([self._sheets[one.sheet] for one in overwritten]):
            for one in reversed(overwritten):
                self._sheets[one.sheet].range(one.reference).formula = one.cells

    def has_functions(self) -> bool:
        """Whether any cell calls a KPI function."""
        return any(
            _is_formula(cell) and _FUNCTION.search(cell) is not None
            for name in self._sheets
            for row in self._sheet(name)[3]
            for cell in row
        )

    def _workbook(self) -> Workbook:
        names = []
        for name in self.book.names:
            scope, _, own = name.name.rpartition("!")
            text = (name.refers_to or "").removeprefix("=")
            names.append(DefinedName(own, scope.strip("'").replace("''", "'") or None, text))
        return Workbook("", dict.fromkeys(self._sheets, ""), tuple(names), None, None, False)

    def _slot(self, name: str, place: Place) -> Slot:
        merged = place.area.size > 1 and self._range(place.sheet, place.area).merge_cells is True
        _, formulas = self._cells(place.sheet, place.area)
        has_formula = any(_is_formula(cell) for row in formulas for cell in row)
        found = slot(name, place, [place.area] if merged else [], has_formula, False)
        return replace(found, reference=_area(found).reference)

    def _before(self, where: Slot) -> Overwritten:
        values, formulas = self._cells(where.sheet, _area(where))
        cells = [
            [_typed(*cell) for cell in zip(*rows, strict=True)]
            for rows in zip(values, formulas, strict=True)
        ]
        return Overwritten(where.sheet, where.reference, cells)

    @staticmethod
    def _rows(where: Slot, value: Any) -> list[list[Any]]:
        try:
            laid = [_cell(one) for one in laid_out(where, value)]
        except UnwritableError as error:
            problem = f"名称“{where.name}”（{where.reference}）{error.problem}"
            raise InputError(problem, error.advice, sheet=where.sheet) from None
        return [laid[i : i + where.columns] for i in range(0, len(laid), where.columns)]

    def _range(self, sheet: str, cells: Area) -> Any:
        return self._sheets[sheet].range(
            (cells.first_row, cells.first_column), (cells.last_row, cells.last_column)
        )

    def _cells(self, sheet: str, cells: Area) -> tuple[list[list[Any]], list[list[Any]]]:
        """Values and formulas of an area, blank beyond the used part of the sheet."""
        row, column, values, formulas = self._sheet(sheet)

        def cut(rows: list[list[Any]]) -> list[list[Any]]:
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

    def _sheet(self, name: str) -> tuple[int, int, list[list[Any]], list[list[Any]]]:
        """A sheet's used part, read once: its first row and column, values, formulas."""
        if name not in self._content:
            used = self._sheets[name].used_range
            values = used.options(ndim=2).value
            formulas = used.formula
            if not isinstance(formulas, (list, tuple)):
                formulas = [[formulas]]
            self._content[name] = used.row, used.column, values, [list(row) for row in formulas]
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


def _typed(value: Any, formula: Any) -> str:
    """What to type into a cell to have its content back; Excel would read some texts as numbers."""
    if formula is None or formula == "":
        return ""
    return f"'{value}" if isinstance(value, str) and not _is_formula(formula) else str(formula)


def _cell(value: Any) -> Any:
    """A value as Excel takes it: errors by name, and text as text whatever it looks like."""
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    if isinstance(value, float) and not math.isfinite(value):
        return error_name(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, str) and _looks_like_something_else(value):
        return f"'{value}"
    return value


def _looks_like_something_else(text: str) -> bool:
    """Whether Excel, typing it, would make a number, a date or a formula of it."""
    return (
        text.startswith(_READ_AS_SOMETHING_ELSE)
        or text.casefold() in _WORDS
        or any(character.isdigit() for character in text)
    )


@contextmanager
def quiet(app: Any) -> Iterator[None]:
    """While it lasts Excel neither draws nor calculates; afterwards it does as before."""
    before = {}
    for name, value in (("screen_updating", False), ("calculation", "manual")):
        # Some engines of xlwings, such as that of Office.js, do not have these settings.
        with suppress(NotImplementedError):
            before[name] = getattr(app, name)
            setattr(app, name, value)
    try:
        yield
    finally:
        for name, value in reversed(before.items()):
            setattr(app, name, value)
