"""Rows that are not shown where nothing stands in them.

A name that begins with ``folds.`` over rows says so, say ``folds.kpis`` over the rows of a table:
every row whose slots all stay empty, or have no more than a dash, is hidden. A heading among them,
a row without slots, goes with the rows below it, up to the next heading, as do several in a row.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kpi_xl.workbook import slots
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.references import Place
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.slots import Slot

_NOTHING: Final = (None, "", "—")


def empty_rows(
    folds: Iterable[Place], found: Iterable[Slot], values: Mapping[str, Any]
) -> dict[str, frozenset[int]]:
    """The rows to hide, by sheet.

    Parameters
    ----------
    folds : iterable of Place
        Where the names lead that begin with ``folds.``.
    found : iterable of Slot
        The workbook's slots.
    values : mapping of str to object
        What they are filled with. A slot that is not filled tells nothing of its rows.
    """
    areas: dict[str, set[int]] = {}
    for sheet, area in folds:
        areas.setdefault(sheet, set()).update(range(area.first_row, area.last_row + 1))
    used: dict[tuple[str, int], bool] = {}
    for slot in found:
        if slot.name in values and slot.sheet in areas:
            for row, has_something in _rows(slot, values[slot.name]).items():
                if row in areas[slot.sheet]:
                    place = slot.sheet, row
                    used[place] = used.get(place, False) or has_something
    hidden: dict[str, set[int]] = {}
    for sheet, area in folds:
        rows = range(area.first_row, area.last_row + 1)
        hidden.setdefault(sheet, set()).update(
            _hidden({row: used.get((sheet, row)) for row in rows})
        )
    return {sheet: frozenset(rows) for sheet, rows in hidden.items() if rows}


def _rows(slot: Slot, value: Any) -> dict[int, bool]:
    """Whether anything stands in each row of a slot."""
    try:
        laid = slots.laid_out(slot, value)
    except (UnwritableError, TypeError):
        return {}  # filling it will say what is wrong
    return {
        slot.first_row + row: any(
            not _is_nothing(one) for one in laid[row * slot.columns : (row + 1) * slot.columns]
        )
        for row in range(slot.rows)
    }


def _is_nothing(value: Any) -> bool:
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str) and value in _NOTHING)


def _hidden(used: Mapping[int, bool | None]) -> set[int]:
    """The rows without anything; `used` is None for a heading."""
    found = {row for row, has_something in used.items() if has_something is False}
    headings: list[int] = []
    for row, has_something in used.items():
        if has_something:
            headings = []
        elif has_something is None:
            if row - 1 not in headings:
                headings = []
            headings.append(row)
        following = used.get(row + 1)
        if headings and has_something is False and following is not False and not following:
            found.update(headings)
    return found


def hidden(sheet: Sheet, rows: Iterable[int]) -> bytes:
    """A worksheet part with some of its rows hidden."""
    edits, new = [], dict[int, bytes]()
    there = sorted(sheet.rows)
    for number in sorted(rows):
        row = sheet.rows.get(number)
        if row is not None:
            tag = sheet.xml[row.start : row.tag_end]
            edits.append(Edit(row.start, row.tag_end, markup.with_attribute(tag, "hidden", 1)))
        elif there:  # a row without cells need not be in the file
            place = bisect(there, number)
            at = sheet.rows[there[place]].start if place < len(there) else sheet.rows[there[-1]].end
            written = f'<{sheet.prefix}row r="{number}" hidden="1"/>'
            new[at] = new.get(at, b"") + written.encode()
    edits += [Edit(at, at, content) for at, content in new.items()]
    return markup.spliced(sheet.xml, edits)
