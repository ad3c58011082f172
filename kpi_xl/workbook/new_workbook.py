"""Workbooks that are written anew, with XlsxWriter: reports, and forms to type into.

The official templates have a look of their own (`workbook_templates.style`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

_CREATED: Final = datetime(2000, 1, 1)  # the same content gives the same file
_MARGIN: Final = 0.5  # inches: on paper text has 8 points at least
_A4: Final = 9

FONT: Final = {"font_name": "微软雅黑", "font_size": 10, "valign": "vcenter"}
BORDER: Final = {"border": 1, "border_color": "#D9D9D9"}
HEADING: Final = FONT | BORDER | {"bold": True, "bg_color": "#E7ECF3", "text_wrap": True}
NEEDED: Final = HEADING | {"bg_color": "#FCE4B8"}
"""The heading of a column that has to be filled in."""

TYPED: Final = FONT | {"num_format": "@"}
"""Cells to type into whose text stays as it was typed."""

FORM_SIZE: Final = (2400, 1200)
"""The window of a form, in pixels."""

TITLE: Final = FONT | {"font_size": 16, "bold": True}
TEXT: Final = FONT | {"valign": "top"}
CELL: Final = TEXT | BORDER | {"text_wrap": True}
QUIET: Final = {"bg_color": "#FCF4E6"}
"""What a row is that somebody has to put right."""


def new_workbook(title: str, write: Callable[[Any], None]) -> bytes:
    """A workbook.

    Parameters
    ----------
    title : str
        Its title, among the properties of the file.
    write : callable
        Adds the sheets to an `xlsxwriter.Workbook`.

    Returns
    -------
    bytes
        An .xlsx file; the same content gives the same bytes.
    """
    import xlsxwriter  # here, as most of what this package does needs no more than Python

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": _CREATED})
        write(book)
    return out.getvalue()


def report_sheet(book: Any, name: str, columns: Sequence[tuple[str, int]]) -> Any:
    """Add an empty sheet of a report to a workbook, ready to be printed.

    Parameters
    ----------
    columns : sequence of (str, int)
        The heading of each column, which is not written, and its width in characters.

    Returns
    -------
    xlsxwriter.worksheet.Worksheet
        The sheet.
    """
    sheet = book.add_worksheet(name)
    for place, (_, width) in enumerate(columns):
        sheet.set_column(place, place, width)
    sheet.hide_gridlines(2)
    on_paper(sheet)
    sheet.set_margins(_MARGIN, _MARGIN)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    return sheet


def on_paper(sheet: Any) -> None:
    """Let a sheet be printed on A4 across, all its columns side by side."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
