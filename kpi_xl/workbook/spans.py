"""Charts and sparklines that begin at the first column with values.

A name that begins with ``spans.`` over cells of a sheet says so, say ``spans.data`` over rows that
have a column for each of twenty-four months: a chart that shows these columns shows no column
before the first in which anything stands. When the workbook is filled again, it is as wide as is
right then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kpi_xl.workbook import slots
from kpi_xl.workbook.folds import is_nothing
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.formulas import Reference, tokens
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Area, Place
from kpi_xl.workbook.slots import Slot

Spans = Mapping[Place, int]
"""The first column that is drawn of each of the marked areas."""

_FORMULA: Final = "f"
_SPARKLINE: Final = "sparkline"


def spans(workbook: Workbook, found: Iterable[Slot], values: Mapping[str, Any]) -> Spans:
    """The begin of each marked area in the filled workbook.

    Parameters
    ----------
    workbook : Workbook
        What its workbook part says.
    found : iterable of Slot
        The slots of it that may be filled.
    values : mapping of str to object
        What they are filled with.
    """
    marked = slots.marks(workbook, slots.SPAN).values()
    filled = [slot for slot in found if slot.name in values] if marked else []
    begins: dict[Place, int] = {}
    for place in marked:
        used = [
            column
            for slot in filled
            if slot.sheet == place.sheet and _meet(slot, place.area)
            for column in _used(slot, values[slot.name], place.area)
        ]
        begins[place] = min(used, default=place.area.first_column)
    return begins


def _meet(slot: Slot, area: Area) -> bool:
    return (
        slot.first_row <= area.last_row
        and slot.first_row + slot.rows > area.first_row
        and slot.first_column <= area.last_column
        and slot.first_column + slot.columns > area.first_column
    )


def _used(slot: Slot, value: Any, area: Area) -> Iterable[int]:
    """The columns of an area in which a slot has values."""
    try:
        laid = slots.laid_out(slot, value)
    except (UnwritableError, TypeError):
        return  # filling it will say what is wrong
    for number, one in enumerate(laid):
        row, column = divmod(number, slot.columns)
        inside = area.first_row <= slot.first_row + row <= area.last_row
        at = slot.first_column + column
        if inside and area.first_column <= at <= area.last_column and not is_nothing(one):
            yield at


def begun(content: bytes, begins: Spans) -> bytes:
    """A chart part with ranges that begin at the marked areas' begin."""
    return _begun_in(content, markup.elements(content, {_FORMULA}), begins)


def begun_sparklines(content: bytes, begins: Spans) -> bytes:
    """A worksheet part with sparklines that begin at the marked areas' begin."""
    if _SPARKLINE.encode() not in content:
        return content
    found = markup.elements(content, {_SPARKLINE, _FORMULA})
    drawn = [one for one in found if one.name == _SPARKLINE]
    inside = [
        one for one in found if one.name == _FORMULA and any(line.holds(one) for line in drawn)
    ]
    return _begun_in(content, inside, begins)


def _begun_in(content: bytes, formulas: Iterable[Element], begins: Spans) -> bytes:
    edits = []
    for one in formulas:
        text = one.text(content)
        new = "".join(
            token if isinstance(token, str) else _begun(token, begins).text
            for token in tokens(text)
        )
        if new != text:
            edits.append(Edit(one.tag_end, one.content_end, markup.escaped(new).encode()))
    return markup.spliced(content, edits)


def _begun(reference: Reference, begins: Spans) -> Reference:
    """A reference to the rest of a marked area's columns, from its first; others as they are."""
    if len(reference.ends) == 1 or len(reference.sheets) != 1:
        return reference
    first, last = reference.ends
    for place, column in begins.items():
        area = place.area
        if (
            reference.sheets[0] == place.sheet.casefold()
            and last.column == area.last_column
            and area.first_column <= first.column <= last.column
        ):
            return reference._replace(ends=(first._replace(column=column), last))
    return reference
