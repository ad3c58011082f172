"""Remove shared strings that no cell uses any more, so that old values do not stay in the file.

Texts of cells stand in a part of their own. What a filled cell showed before, a name perhaps, would
stay there, where nobody sees it and everybody can find it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import markup, parts, sheet
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.sheet import Cell, Sheet

_SHARED: Final = re.compile(rb"\st\s*=\s*[\"']s[\"']")
_NUMBER: Final = re.compile(rb">\s*(\d+)\s*<")
_MACROS: Final = ("xlMacrosheet", "xlIntlMacrosheet")


def without_unused(
    package: Package,
    workbook: Workbook,
    sheets: Mapping[str, Sheet],
    changed: Mapping[str, Collection[Position]],
    has_lost_rows: bool,
) -> tuple[str, bytes] | None:
    """The part of the shared strings without those that only changed cells used.

    Parameters
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    sheets : mapping of str to Sheet
        Its worksheets by name.
    changed : mapping of str to collection of (row, column)
        The cells that get another value.
    has_lost_rows : bool
        Whether the workbook has had other rows.

    Returns
    -------
    str, bytes
        The part's name and what is in it; None where all stay.
    """
    part = workbook.shared_strings
    if part is None or not (has_lost_rows or any(_changing(sheets, changed))):
        return None
    used = {
        number
        for name, found in sheets.items()
        for number in _numbers(found, changed.get(name, ()))
    }
    for target, kind, _ in parts.related(package, workbook):
        if kind in _MACROS:
            used.update(_numbers(sheet.read(package, target), ()))
    content = parts.xml(package, part)
    edits = [
        Edit(one.tag_end, one.content_end, f"<{_prefix(content, one.start)}t/>".encode())
        for number, one in enumerate(markup.elements(content, {"si"}))
        if number not in used and one.content_end > one.tag_end
    ]
    return (part, markup.spliced(content, edits)) if edits else None


def _changing(
    sheets: Mapping[str, Sheet], changed: Mapping[str, Collection[Position]]
) -> Iterator[bool]:
    """For each cell that changes, whether it uses a shared string."""
    for name, places in changed.items():
        for place in places:
            cell = sheets[name].cell(*place)
            yield cell is not None and _is_shared(sheets[name], cell)


def _numbers(found: Sheet, changed: Collection[Position]) -> Iterator[int]:
    """The numbers of the shared strings that unchanged cells use."""
    for row in found.rows.values():
        for cell in row.cells.values():
            if (row.number, cell.column) not in changed and _is_shared(found, cell):
                number = _NUMBER.search(found.xml, cell.value_start, cell.value_end)
                if number is not None:
                    yield int(number[1])


def _is_shared(found: Sheet, cell: Cell) -> bool:
    return (
        cell.value_start < cell.value_end
        and _SHARED.search(found.xml, cell.start, cell.tag_end) is not None
    )


def _prefix(content: bytes, start: int) -> str:
    return markup.prefix(content[start : markup.tag_end(content, start)]).decode()
