"""The new rows of a growing area: copies of one of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.growth import counting
from kpi_xl.workbook.growth.formula_copies import Copier, Fixed, fixed_corners
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cell_formulas import Formula
from kpi_xl.workbook.ooxml.markup import Edit
from kpi_xl.workbook.ooxml.references import column_letters
from kpi_xl.workbook.ooxml.sheet import Cell, Row, Sheet


class _Content(NamedTuple):
    """The content of a cell's copies.

    Attributes
    ----------
    column : int
        The column of the cell.
    tag : bytes
        The cell's start tag.
    content : bytes
        What is behind the tag, except a formula.
    number : int or None
        What the cell holds in a column that counts the rows.
    fixed : Fixed
        What of the formula stays the same in every row.
    """

    column: int
    tag: bytes
    content: bytes
    number: int | None = None
    formula: Formula | None = None
    fixed: Fixed = frozenset()


class _Model(NamedTuple):
    """A row that is copied: its number, its tags, and the content of its cells' copies."""

    number: int
    head: bytes
    contents: list[_Content]
    end: bytes


class RowCopies:
    """Makes the new rows of one area.

    Parameters
    ----------
    sheet : Sheet
        The sheet as the template has it.
    copier : Copier
        Copies the formulas of the area.
    counts : collection of int
        The columns that count the rows.
    """

    def __init__(
        self,
        sheet: Sheet,
        formulas: Mapping[Position, Formula],
        copier: Copier,
        counts: Collection[int],
    ) -> None:
        self._sheet = sheet
        self._counts = counts
        self._formulas = formulas
        self._copier = copier
        # Where all rows of the area are copied, the one below does not belong to it.
        self._is_whole = copier.change.copied_rows > 0
        self._below = None if self._is_whole else sheet.rows.get(copier.change.at)
        self._continued: dict[Position, str] = {}
        found = [row for number in copier.models if (row := sheet.rows.get(number)) is not None]
        self._at = max((row.end for row in found), default=0)
        self._models = [self._model(row) for row in found]

    @property
    def continued(self) -> Mapping[Position, str]:
        """The formulas around the new rows that continue in them."""
        return self._continued

    def edits(self) -> Iterator[Edit]:
        """Insert the new rows; numbering continues below them."""
        copies = []
        moved = self._copier.moved
        for offset in self._copier.offsets:
            for model in self._models:
                row = model.number + moved + offset
                copies.append(markup.with_attribute(model.head, "r", row))
                for content in model.contents:
                    copies += self._copy(content, row, offset)
                copies.append(model.end)
        if copies:
            yield Edit(self._at, self._at, b"".join(copies))
        if self._below is not None:
            yield from self._counted_on(self._below)

    def _counted_on(self, below: Row) -> Iterator[Edit]:
        """The continued numbers in the row below the new ones."""
        for model in self._models:
            for content in model.contents:
                cell = below.cells.get(content.column)
                if content.number is not None and cell is not None:
                    old = self._sheet.xml[cell.tag_end : cell.end]
                    number = content.number + self._copier.change.count + 1
                    yield Edit(cell.tag_end, cell.end, counting.counted(old, number))

    def _model(self, row: Row) -> _Model:
        head = self._sheet.xml[row.start : row.tag_end]
        end = b"" if markup.is_empty(head) else f"</{self._sheet.prefix}row>".encode()
        cells = sorted(row.cells.values(), key=lambda cell: cell.start)
        return _Model(row.number, head, [self._content(row, cell) for cell in cells], end)

    def _content(self, model: Row, cell: Cell) -> _Content:
        """The content of a cell's copies: a formula, a value that the cell below has too, or
        nothing.
        """
        xml = self._sheet.xml
        tag = xml[cell.start : cell.tag_end]
        content = xml[cell.tag_end : cell.end]
        bare = markup.without_attribute(markup.without_attribute(tag, "t"), "vm")
        formula = self._formulas.get((model.number, cell.column))
        if formula is not None:
            fixed = self._pattern(model.number, cell.column, formula)
            end = f"</{self._sheet.prefix}c>".encode()
            return _Content(cell.column, bare, end, formula=formula, fixed=fixed)
        if cell.column in self._counts:
            number = counting.number(xml, cell)
            return _Content(cell.column, tag, content, number=number)
        if self._is_whole:
            return _Content(cell.column, tag, content)
        below = None if self._below is None else self._below.cells.get(cell.column)
        if below is not None and _is_same(xml, cell, below):
            return _Content(cell.column, tag, content)
        bare = markup.without_attribute(bare, "cm")
        end = b"" if markup.is_empty(bare) else f"</{self._sheet.prefix}c>".encode()
        return _Content(cell.column, bare, end)

    def _pattern(self, row: int, column: int, formula: Formula) -> Fixed:
        """The references of a formula that stay the same in every row, told from the rows beside
        it.
        """
        if self._is_whole:
            self._continued[row, column] = self._copier.copied(formula.text, frozenset(), 0)
            return frozenset()
        region = self._copier.region
        for distance in (1, -1):
            other = self._formulas.get((row + distance, column))
            if other is None or not region.first <= row + distance <= region.last:
                continue
            if formula.array is not None or other.array is not None:
                continue
            fixed = fixed_corners(formula.text, other.text, distance)
            if fixed is None:
                continue
            if distance == 1:
                for below in (0, self._copier.change.count + 1):
                    place = row + min(below, 1), column
                    self._continued[place] = self._copier.copied(formula.text, fixed, below)
            return fixed
        return frozenset()

    def _copy(self, content: _Content, row: int, offset: int) -> tuple[bytes, ...]:
        """A copy of a cell."""
        tag = markup.with_attribute(content.tag, "r", f"{column_letters(content.column)}{row}")
        formula = content.formula
        if formula is not None:
            text = self._copier.copied(formula.text, content.fixed, offset)
            array = formula.array
            if array is not None:
                array = self._copier.copy(array, offset)
            inputs = {
                name: self._copier.copied(reference, frozenset(), offset)
                for name, reference in formula.inputs.items()
            }
            new = formula.written(self._sheet, text, formula.group is not None, array, inputs)
            return tag, new, content.content
        if content.number is not None:
            return tag, counting.counted(content.content, content.number + offset)
        return tag, content.content


def _kind(xml: bytes, cell: Cell) -> bytes:
    """The kind of value of a cell: its tag without place and style."""
    tag = xml[cell.start : cell.tag_end]
    return markup.without_attribute(markup.without_attribute(tag, "r"), "s")


def _is_same(xml: bytes, one: Cell, other: Cell) -> bool:
    """Whether two cells have the same content."""
    return _kind(xml, one) == _kind(xml, other) and (
        xml[one.tag_end : one.end] == xml[other.tag_end : other.end]
    )
