"""Hide rows, sheets and charts that would be empty.

A name that begins with ``folds.`` over rows says so, say ``folds.kpis`` over the rows of a table:
every row whose slots all stay empty, or have no more than a dash, is hidden. A heading among them,
a row without slots, goes with the rows below it, up to the next heading, as do several in a row.

Where a chart lies over the rows, the cells that it is drawn from tell: with ``told.kpis`` over
these all rows of ``folds.kpis`` are hidden, or none; ``told.kpis.2`` are more such cells. A chart
whose alternative text is 环比 is left out where nothing stands in the cells of ``charts.环比``. For
a chart a point at zero is no more than an empty one.

A name that begins with ``pages.``, over cells of a sheet, hides the whole sheet where nothing
stands in them, such as the days of a fifth week; one sheet at least stays.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl.workbook import slots
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cells import UnwritableError
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import Place
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.slots import Slot

_NOTHING: Final = (None, "", "—")


@dataclass(frozen=True)
class Folds:
    """The rows, sheets and charts of a workbook that are hidden where they would be empty.

    Parameters
    ----------
    rows : sequence of Place
        The rows that are looked at one by one.
    told : sequence of (Place, sequence of Place)
        Rows that are hidden together, and the cells that tell of them.
    pages : sequence of Place
        The cells that tell of their sheet.
    charts : mapping of str to Place
        The cells that tell of charts, by their alternative text.
    """

    rows: Sequence[Place]
    told: Sequence[tuple[Place, Sequence[Place]]]
    pages: Sequence[Place]
    charts: Mapping[str, Place]

    @classmethod
    def of(cls, workbook: Workbook) -> Folds:
        """Read them from the workbook's defined names."""
        rows = slots.marks(workbook, slots.FOLD)
        cells: dict[str, list[Place]] = {}
        for name, place in slots.marks(workbook, slots.TOLD).items():
            of = name.removeprefix(slots.TOLD).rstrip("0123456789").rstrip(".")
            cells.setdefault(slots.FOLD + of, []).append(place)
        charts = slots.marks(workbook, slots.CHART)
        return cls(
            [place for name, place in rows.items() if name not in cells],
            [(place, cells[name]) for name, place in rows.items() if name in cells],
            list(slots.marks(workbook, slots.PAGE).values()),
            {name.removeprefix(slots.CHART): place for name, place in charts.items()},
        )

    def __bool__(self) -> bool:
        return bool(self.rows or self.told or self.pages or self.charts)

    def empty_rows(
        self, found: Iterable[Slot], values: Mapping[str, Any]
    ) -> dict[str, frozenset[int]]:
        """The rows to hide, by sheet.

        Parameters
        ----------
        found : iterable of Slot
            The slots of the workbook.
        values : mapping of str to object
            What they are filled with. A slot that is not filled tells nothing of its rows.
        """
        found = list(found)
        areas: dict[str, set[int]] = {}
        for sheet, area in self.rows:
            areas.setdefault(sheet, set()).update(range(area.first_row, area.last_row + 1))
        used: dict[tuple[str, int], bool] = {}
        for slot in found:
            if slot.name in values and slot.sheet in areas:
                for row, has_something in _rows(slot, values[slot.name]).items():
                    if row in areas[slot.sheet]:
                        place = slot.sheet, row
                        used[place] = used.get(place, False) or has_something
        hidden: dict[str, set[int]] = {}
        for sheet, area in self.rows:
            rows = range(area.first_row, area.last_row + 1)
            hidden.setdefault(sheet, set()).update(
                _hidden({row: used.get((sheet, row)) for row in rows})
            )
        for (sheet, area), cells in self.told:
            told = [_tells(one, found, values, zero_is_nothing=True) for one in cells]
            if told and all(one is False for one in told):
                rows = range(area.first_row, area.last_row + 1)
                hidden.setdefault(sheet, set()).update(rows)
        return {sheet: frozenset(rows) for sheet, rows in hidden.items() if rows}

    def empty_pages(self, found: Iterable[Slot], values: Mapping[str, Any]) -> frozenset[str]:
        """The sheets to hide; parameters are as for `empty_rows`."""
        found = list(found) if self.pages else []
        return frozenset(
            cells.sheet for cells in self.pages if _tells(cells, found, values) is False
        )

    def empty_charts(self, found: Iterable[Slot], values: Mapping[str, Any]) -> frozenset[str]:
        """The charts to leave out, by their alternative texts; parameters as for `empty_rows`."""
        found = list(found) if self.charts else []
        return frozenset(
            text
            for text, cells in self.charts.items()
            if _tells(cells, found, values, zero_is_nothing=True) is False
        )


def _tells(
    place: Place, found: Iterable[Slot], values: Mapping[str, Any], *, zero_is_nothing: bool = False
) -> bool | None:
    """Whether some cells have a value; None where nothing fills them."""
    told = None
    for slot in found:
        if slot.sheet != place.sheet or slot.name not in values:
            continue
        try:
            laid = slots.laid_out(slot, values[slot.name])
        except (UnwritableError, TypeError):
            continue  # filling it will say what is wrong
        for number, value in enumerate(laid):
            row, column = divmod(number, slot.columns)
            area = place.area
            if (
                area.first_row <= slot.first_row + row <= area.last_row
                and area.first_column <= slot.first_column + column <= area.last_column
            ):
                told = bool(told)
                if not (is_nothing(value) or (zero_is_nothing and value == 0)):
                    return True
    return told


def _rows(slot: Slot, value: Any) -> dict[int, bool]:
    """Whether each row of a slot has a value."""
    try:
        laid = slots.laid_out(slot, value)
    except (UnwritableError, TypeError):
        return {}  # filling it will say what is wrong
    return {
        slot.first_row + row: any(
            not is_nothing(one) for one in laid[row * slot.columns : (row + 1) * slot.columns]
        )
        for row in range(slot.rows)
    }


def is_nothing(value: Any) -> bool:
    """Whether a value shows nothing: blank, a dash, or an error."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return value is None or (isinstance(value, str) and value in _NOTHING)


def _hidden(used: Mapping[int, bool | None]) -> set[int]:
    """The rows without values; `used` is None for a heading."""
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


def without_pages(content: bytes, pages: Collection[str]) -> bytes:
    """A workbook part with some of its sheets hidden; at least one stays visible."""
    sheets = markup.elements(content, {"sheet"})
    seen = [one for one in sheets if one.attributes.get("state", "visible") == "visible"]
    edits: list[Edit] = []
    for one in seen:
        if one.attributes.get("name") in pages and len(edits) + 1 < len(seen):
            tag = markup.with_attribute(content[one.start : one.tag_end], "state", "hidden")
            edits.append(Edit(one.start, one.tag_end, tag))
    return markup.spliced(content, edits)


def without_charts(content: bytes, texts: Collection[str]) -> bytes:
    """A drawing without the charts that have these alternative texts."""
    found = markup.elements(content, {"twoCellAnchor", "oneCellAnchor", "graphicFrame", "cNvPr"})
    frames = [one for one in found if one.name == "graphicFrame"]
    named = [one for one in found if one.name == "cNvPr" and one.attributes.get("descr") in texts]
    edits = [
        Edit(anchor.start, anchor.end, b"")
        for anchor in found
        if anchor.name.endswith("Anchor")
        and any(anchor.holds(frame) and any(map(frame.holds, named)) for frame in frames)
    ]
    return markup.spliced(content, edits)
