"""Sheets that are protected without a password, as those of the official templates are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError

_ALLOWED: Final = (
    "AllowFormattingCells",
    "AllowFormattingColumns",
    "AllowFormattingRows",
    "AllowInsertingColumns",
    "AllowInsertingRows",
    "AllowInsertingHyperlinks",
    "AllowDeletingColumns",
    "AllowDeletingRows",
    "AllowSorting",
    "AllowFiltering",
    "AllowUsingPivotTables",
)


@contextmanager
def unprotected(sheets: Iterable[Any]) -> Iterator[None]:
    """While it lasts the sheets are open; afterwards each is protected as before.

    Parameters
    ----------
    sheets : iterable of xlwings.Sheet
        Sheets in Excel on Windows; elsewhere their protection cannot be looked at, and Excel itself
        refuses to write.

    Raises
    ------
    InputError
        When a sheet is protected by a password; none is open then.
    """
    opened: list[tuple[Any, dict[str, bool]]] = []
    try:
        for sheet in {sheet.name: sheet for sheet in sheets}.values():
            native = getattr(sheet, "api", None)
            if getattr(native, "ProtectContents", False) is not True:
                continue
            opened.append((native, _options(native)))
            _open(sheet, native)
        yield
    finally:
        for native, options in reversed(opened):
            if not native.ProtectContents:
                native.Protect(**options)


def _open(sheet: Any, native: Any) -> None:
    try:
        native.Unprotect("")
    except Exception:
        if not native.ProtectContents:
            raise
    if native.ProtectContents:
        raise InputError(kinds.SHEET_PROTECTED(), sheet=sheet.name)


def _options(native: Any) -> dict[str, bool]:
    protection = native.Protection
    options = {name: bool(getattr(protection, name)) for name in _ALLOWED}
    return options | {
        "DrawingObjects": bool(native.ProtectDrawingObjects),
        "Contents": True,
        "Scenarios": bool(native.ProtectScenarios),
    }
