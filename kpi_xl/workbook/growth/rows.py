"""The rows of a sheet after rows were inserted or removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.growth import shift
from kpi_xl.workbook.growth.counting import Headings, counting_columns
from kpi_xl.workbook.growth.formula_copies import Copier
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.growth.row_copies import RowCopies
from kpi_xl.workbook.growth.shift import Lost, Reach, Shift, Shifts
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cell_formulas import cell_formulas
from kpi_xl.workbook.ooxml.markup import Edit, Element
from kpi_xl.workbook.ooxml.references import Area, column_letters
from kpi_xl.workbook.ooxml.sheet import Row, Sheet


class CrossedError(Exception):
    """An array formula or data table of several rows is in the way."""

    def __init__(self, cells: Area) -> None:
        self.cells = cells
        super().__init__(cells.reference)


class SheetRows:
    """Works out the edits to the rows of one sheet.

    Parameters
    ----------
    name : str
        The sheet's name, case folded.
    found : sequence of Element
        The elements ``f`` of the sheet.
    shifts : Shifts
        The shifts of rows on all sheets.
    copiers : sequence of Copier
        For every area of this sheet that changes.
    headings : Headings
        Tells what the columns of an area are called.
    """

    def __init__(
        self,
        sheet: Sheet,
        name: str,
        found: Sequence[Element],
        shifts: Shifts,
        copiers: Sequence[Copier],
        headings: Headings,
    ) -> None:
        self._sheet = sheet
        self._headings = headings
        self._name = name
        self._shifts = shifts
        self._shift = shifts.get(name, Shift(()))
        self._copiers = copiers
        self._formulas = cell_formulas(sheet, found)

    def edits(self) -> Iterator[Edit]:
        """All edits.

        Raises
        ------
        CrossedError
            An array formula cannot follow.
        Lost, TooLongError, SeveralSheetsError, PartOfBlockError
            A formula cannot mean the same cells, or a cell does not fit.
        """
        self._check_arrays()
        continued: dict[Position, str] = {}
        for copier in self._copiers:
            if copier.change.count > 0:
                copies = RowCopies(self._sheet, self._formulas, copier, self._counts(copier.region))
                yield from copies.edits()
                continued |= copies.continued
        yield from self._formula_edits(continued)
        for row in self._sheet.rows.values():
            yield from self._moved_row(row)

    def _counts(self, region: Region) -> frozenset[int]:
        """The numbering columns of an area; a block has none."""
        if region.is_block:
            return frozenset()
        return counting_columns(self._sheet, region, self._headings(region))

    def _check_arrays(self) -> None:
        for formula in self._formulas.values():
            cells = formula.array
            if cells is None or cells.rows == 1:
                continue
            for copier in self._copiers:
                region = copier.region
                meets = cells.first_row <= region.last and region.first <= cells.last_row
                if meets and not (copier.repeats and copier.copies(cells)):
                    raise CrossedError(cells)

    def _formula_edits(self, texts: dict[Position, str]) -> Iterator[Edit]:
        """Edits the formulas of all rows that stay; `texts` has those known already."""
        split = set()
        for place, formula in self._formulas.items():
            stays = self._stays(place[0])
            if stays and place not in texts:
                shift.check_blocks(formula.text, self._name, self._shifts)
                texts[place] = shift.formula(formula.text, self._name, self._shifts)
            # Those that share a text keep their distances only where nothing moves.
            if not stays or texts[place] != formula.text or self._shift.row(place[0]) != place[0]:
                split.add(formula.group)
        for place, text in texts.items():
            formula = self._formulas[place]
            alone = formula.group is not None and formula.group in split
            array = formula.array
            if array is not None:
                array = self._shift.area(array, Reach.NONE)
            inputs = {
                name: self._shift.areas(reference, Reach.NONE)
                for name, reference in formula.inputs.items()
            }
            new = formula.written(self._sheet, text, alone, array, inputs)
            element = formula.element
            if new != self._sheet.xml[element.start : element.end]:
                yield Edit(element.start, element.end, new)

    def _stays(self, row: int) -> bool:
        try:
            self._shift.row(row)
        except Lost:
            return False
        return True

    def _moved_row(self, row: Row) -> Iterator[Edit]:
        """A row and its cells under their new number."""
        if not self._stays(row.number):
            yield Edit(row.start, row.end, b"")
            return
        number = self._shift.row(row.number)
        if number == row.number:
            return
        xml = self._sheet.xml
        tag = markup.with_attribute(xml[row.start : row.tag_end], "r", number)
        yield Edit(row.start, row.tag_end, tag)
        for cell in row.cells.values():
            reference = f"{column_letters(cell.column)}{number}"
            tag = markup.with_attribute(xml[cell.start : cell.tag_end], "r", reference)
            yield Edit(cell.start, cell.tag_end, tag)
