"""The worksheets of a small workbook that somebody types into, such as 指标定义.xlsx."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind
from kpi_xl.system.system_errors import file_error

_LARGEST: Final = 4 << 20
"""Bytes: hundreds of times what anybody types."""

_LARGEST_UNPACKED: Final = 64 << 20

MOST_ROWS: Final = 2000
HEADINGS_WITHIN: Final = 20
_MOST_COLUMNS: Final = 60


def worksheets(
    file: Path, too_large: Kind, unreadable: Fault
) -> Iterator[tuple[str, list[list[Any]]]]:
    """The values of the cells of each worksheet that is seen, formulas as they are typed.

    Parameters
    ----------
    file : Path
        An .xlsx file.
    too_large : Kind
        What is said of one that nobody typed, with its ``megabytes``.
    unreadable : Fault
        What is said of one that cannot be read.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    import openpyxl

    try:
        size = file.stat().st_size
        if size <= _LARGEST:
            with zipfile.ZipFile(file) as package:
                unpacked = sum(part.file_size for part in package.infolist())
            size = unpacked if unpacked > _LARGEST_UNPACKED else 0  # made to fill the memory
        if size:
            raise InputError(too_large(megabytes=size >> 20), file=file)
        book = openpyxl.load_workbook(file, read_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    sheet.reset_dimensions()
                    yield sheet.title, [list(row) for row in _values(sheet)]
        finally:
            book.close()
    except InputError:
        raise
    except OSError as error:
        raise file_error(error, file, "read") from error
    except Exception as error:  # whatever a damaged file does to the library
        raise InputError(unreadable, file=file) from error


def _values(sheet: Any) -> Iterator[Sequence[Any]]:
    found: Iterator[Sequence[Any]] = sheet.iter_rows(
        max_row=HEADINGS_WITHIN + MOST_ROWS + 1, max_col=_MOST_COLUMNS, values_only=True
    )
    return found


def text_of(value: object) -> str:
    """What a cell shows, as far as it can be told without its format."""
    if value is None:
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
