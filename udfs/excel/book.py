"""A workbook that is open in Excel, through xlwings."""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.error_values import error_name
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml.parts import DefinedName
from kpi_xl.workbook.ooxml.references import Area
from udfs.contents import ErrorName
from udfs.open_book import MARK, Rows, Used
from udfs.protection import unprotected

_READ_AS_SOMETHING_ELSE: Final = ("=", "+", "-", "@", "'", "#")
_WORDS: Final = ("true", "false")


class ExcelCells:
    """Its cells.

    Parameters
    ----------
    book : xlwings.Book
        The workbook that is open in Excel.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheets = {sheet.name: sheet for sheet in book.sheets}

    @property
    def sheets(self) -> list[str]:
        return list(self._sheets)

    def names(self) -> list[DefinedName]:
        names = []
        for name in self._book.names:
            scope, _, own = name.name.rpartition("!")
            text = (name.refers_to or "").removeprefix("=")
            names.append(DefinedName(own, scope.strip("'").replace("''", "'") or None, text))
        return names

    def used(self, sheet: str) -> Used:
        used = self._sheets[sheet].used_range
        values = used.options(ndim=2).value
        formulas = used.formula
        if not isinstance(formulas, (list, tuple)):
            formulas = [[formulas]]
        return Used(used.row, used.column, values, [list(row) for row in formulas])

    def is_merged(self, sheet: str, cells: Area) -> bool:
        return self._range(sheet, cells).merge_cells is True

    def value(self, value: Any) -> Any:
        return as_excel_takes_it(value)

    def write(self, sheet: str, cells: Area, rows: Rows) -> None:
        self._range(sheet, cells).value = rows

    def set_mark(self, mark: str | None) -> None:
        try:
            for old in [name for name in self._book.names if name.name == MARK]:
                old.delete()
            if mark is not None:
                new = self._book.names.add(MARK, f'="{mark}"')
                # Excel on Windows hides it; elsewhere it stands in the list of names.
                with suppress(AttributeError, NotImplementedError):
                    new.api.Visible = False
        except Exception as error:
            raise InputError(kinds.NAMES_PROTECTED()) from error

    def unprotected(self, sheets: Iterable[str]) -> AbstractContextManager[None]:
        return unprotected([self._sheets[name] for name in sheets])

    def _range(self, sheet: str, cells: Area) -> Any:
        return self._sheets[sheet].range(
            (cells.first_row, cells.first_column), (cells.last_row, cells.last_column)
        )


def as_excel_takes_it(value: Any) -> Any:
    """A value as Excel takes it: errors by name, and text always as text."""
    if hasattr(value, "item"):
        value = value.item()  # a numpy scalar
    if isinstance(value, float) and not math.isfinite(value):
        return error_name(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, ErrorName):
        return str(value)
    if isinstance(value, str) and _looks_like_something_else(value):
        return f"'{value}"
    return value


def _looks_like_something_else(text: str) -> bool:
    """Whether Excel would turn a typed text into a number, a date or a formula."""
    return (
        text.startswith(_READ_AS_SOMETHING_ELSE)
        or text.casefold() in _WORDS
        or any(character.isdigit() for character in text)
    )


@contextmanager
def quiet(app: Any) -> Iterator[None]:
    """A context in which Excel neither draws nor calculates nor fires events."""
    wanted = {"screen_updating": False, "enable_events": False, "calculation": "manual"}
    with _set(app, wanted):
        yield


@contextmanager
def undisturbed(app: Any) -> Iterator[None]:
    """A context in which Excel shows no alerts and leaves the key Esc to us."""
    with _set(app, {"display_alerts": False}), _set(_api(app), {"EnableCancelKey": 0}):
        yield


def escape_is_pressed() -> bool:
    """Whether the key Esc is held down; on Windows only."""
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.user32.GetAsyncKeyState(0x1B) & 0x8000)


def _api(app: Any) -> Any:
    """Excel's own object; None where an engine of xlwings has none."""
    try:
        return app.api
    except (AttributeError, NotImplementedError):
        return None


@contextmanager
def _set(of: Any, wanted: Mapping[str, object]) -> Iterator[None]:
    """A context with other settings of Excel; each is restored, whatever happens."""
    with ExitStack() as before:
        for name, value in wanted.items():
            # Some engines of xlwings, such as that of Office.js, do not have these settings.
            with suppress(AttributeError, NotImplementedError):
                before.callback(setattr, of, name, getattr(of, name))
                setattr(of, name, value)
        yield
