"""The formulas in a sheet's cells: read, and written with other texts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import formulas, markup
from kpi_xl.workbook.ooxml.markup import Element
from kpi_xl.workbook.ooxml.references import Area, area
from kpi_xl.workbook.ooxml.sheet import Sheet


class Formula(NamedTuple):
    """A cell's formula.

    Attributes
    ----------
    text : str
        Its text as if it stood alone.
    group : str or None
        Which formulas share their text with it.
    array : Area or None
        The cells that an array formula or data table fills.
    """

    element: Element
    text: str
    group: str | None
    array: Area | None

    @property
    def inputs(self) -> dict[str, str]:
        """The input cells of a data table, by attribute."""
        if self.element.attributes.get("t") != "dataTable":
            return {}
        return {
            name: self.element.attributes[name]
            for name in ("r1", "r2")
            if self.element.attributes.get(name)
        }

    def written(
        self,
        sheet: Sheet,
        text: str,
        alone: bool,
        array: Area | None,
        inputs: Mapping[str, str] = MappingProxyType({}),
    ) -> bytes:
        """The element with another formula.

        Parameters
        ----------
        sheet : Sheet
            The sheet as the template has it.
        alone : bool
            Whether it shares it with no other any more.
        array : Area or None
            The cells that the array formula fills now.
        inputs : mapping of str to str
            The cells that a data table puts its numbers into now.
        """
        tag = sheet.xml[self.element.start : self.element.tag_end]
        if alone:
            for name in ("t", "si", "ref"):
                tag = markup.without_attribute(tag, name)
        if array is not None and array != self.array:
            tag = markup.with_attribute(tag, "ref", array.reference)
        for name, reference in inputs.items():
            if reference != self.inputs[name]:
                tag = markup.with_attribute(tag, name, reference)
        if text == self.text and not alone:
            return tag + sheet.xml[self.element.tag_end : self.element.end]
        return markup.opened(tag) + f"{markup.escaped(text)}</{sheet.prefix}f>".encode()


def cell_formulas(sheet: Sheet, found: Sequence[Element]) -> dict[Position, Formula]:
    """The formula of every cell that has one.

    Parameters
    ----------
    found : sequence of Element
        Its ``f`` elements, in order.
    """
    starts = [element.start for element in found]
    first: dict[str, tuple[int, int, str]] = {}
    by_place: dict[Position, Formula] = {}
    for row in sheet.rows.values():
        for cell in row.cells.values():
            if not cell.is_computed:
                continue
            index = bisect_left(starts, cell.tag_end)
            if index == len(starts) or starts[index] >= cell.end:
                continue  # part of an array that another cell calculates
            element = found[index]
            text, group, array = element.text(sheet.xml), None, None
            kind = element.attributes.get("t")
            if kind == "shared":
                group = element.attributes.get("si", "")
                if text:
                    first[group] = row.number, cell.column, text
                elif group in first:
                    above, left, text = first[group]
                    text = formulas.moved(text, row.number - above, cell.column - left)
            elif kind in ("array", "dataTable"):
                array = area(element.attributes.get("ref", ""))
            by_place[row.number, cell.column] = Formula(element, text, group, array)
    return by_place
