"""Writing the files: a few forms that branches hand data over in."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Final

import xlsxwriter

from kpi_xl.catalogue.schema import Table

Cell = str | int | float | dt.date | None

_WRITTEN: Final = dt.datetime(2024, 7, 1)
"""When the workbooks say that they were made, so that they are the same every time."""


def headings(table: Table, codes: Iterable[str]) -> list[str]:
    """The usual Chinese headings of a table's columns."""
    return [table.column(code).name for code in codes]


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str) -> bytes:
    """A comma-separated file with Windows' line ends."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def workbook_file(
    sheet: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[int],
    titles: Sequence[str] = (),
) -> bytes:
    """A workbook of one sheet; text stays text, dates are real dates.

    Parameters
    ----------
    sheet : str
        The sheet's name.
    header : sequence of str
        The headings in the first row.
    rows : iterable of sequences
        The values of the rows below.
    widths : sequence of int
        The columns' widths in characters.
    titles : sequence of str
        Rows above the header.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": _WRITTEN})
        page = book.add_worksheet(sheet)
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        for row, title in enumerate(titles):
            page.write_string(row, 0, title, book.add_format({"bold": row == 0}))
        page.write_row(len(titles), 0, header, bold)
        page.freeze_panes(len(titles) + 1, 0)
        for row, cells in enumerate(rows, len(titles) + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, dt.date):
                    page.write_datetime(row, column, cell, date)
                elif isinstance(cell, str):
                    page.write_string(row, column, cell)
                elif cell is not None:
                    page.write_number(row, column, cell)
    return content.getvalue()
