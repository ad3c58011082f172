"""The offsets of rows, cells, formulas and values in a worksheet part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from kpi_xl import kinds
from kpi_xl.workbook.ooxml import markup, parts
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.parts import MAIN, is_true
from kpi_xl.workbook.ooxml.references import Area, area, column_number

_DIGITS: Final = "0123456789"


@dataclass(slots=True)
class Cell:
    """A cell's offsets: the element, the end of its start tag, its formula's end, its value.

    `value_start` and `value_end` are equal where there is no value; they then say where one
    would stand.
    """

    column: int
    style: str | None
    start: int
    tag_end: int
    end: int = 0
    value_start: int = 0
    value_end: int = 0
    is_computed: bool = False


@dataclass(slots=True)
class Row:
    """A row's offsets: the element, the end of its start tag, the end of its content."""

    number: int
    style: str | None
    spans: str | None
    start: int
    tag_end: int
    content_end: int = 0
    end: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)

    def cells_within(self, first: int, last: int) -> list[Cell]:
        """The cells between two columns, in time that does not grow with the row."""
        if last - first < len(self.cells):
            return [self.cells[column] for column in range(first, last + 1) if column in self.cells]
        return [cell for column, cell in self.cells.items() if first <= column <= last]


@dataclass(slots=True)
class Sheet:
    """A worksheet part's bytes with the offsets of everything in it."""

    xml: bytes
    rows: dict[int, Row] = field(default_factory=dict)
    data_start: int = 0
    data_tag_end: int = 0
    merges: list[Area] = field(default_factory=list)
    column_styles: list[tuple[int, int, str]] = field(default_factory=list)
    dimension: tuple[int, Area] | None = None

    @property
    def prefix(self) -> str:
        """The namespace prefix of the sheet's elements, with its colon."""
        return markup.prefix(self.xml[self.data_start : self.data_tag_end]).decode()

    @property
    def has_formulas(self) -> bool:
        """Whether any cell has a formula."""
        return any(cell.is_computed for row in self.rows.values() for cell in row.cells.values())

    @property
    def computed(self) -> set[tuple[int, int]]:
        """The rows and columns of the computed cells."""
        return {
            (row.number, cell.column)
            for row in self.rows.values()
            for cell in row.cells.values()
            if cell.is_computed
        }

    def cell(self, row: int, column: int) -> Cell | None:
        """The cell, if it is in the file."""
        found = self.rows.get(row)
        return None if found is None else found.cells.get(column)

    def has_formula_in(self, cells: Area) -> bool:
        """Whether any of some cells is computed."""
        return any(
            cell.is_computed
            for row in self.rows_within(cells.first_row, cells.last_row)
            for cell in row.cells_within(cells.first_column, cells.last_column)
        )

    def rows_within(self, first: int, last: int) -> list[Row]:
        """The rows between two numbers, in time that does not grow with the sheet."""
        if last - first < len(self.rows):
            return [self.rows[number] for number in range(first, last + 1) if number in self.rows]
        return [row for number, row in self.rows.items() if first <= number <= last]

    def default_style(self, row: int, column: int) -> str | None:
        """The style of a cell that is not in the file: its row's, else its column's."""
        found = self.rows.get(row)
        if found is not None and found.style is not None:
            return found.style
        for first, last, style in self.column_styles:
            if first <= column <= last:
                return style
        return None


def scan(xml: bytes) -> Sheet:
    """Find the offsets in a worksheet part.

    Parameters
    ----------
    xml : bytes
        The part; safe to parse.

    Raises
    ------
    expat.ExpatError, ValueError, KeyError, AssertionError
        The part is damaged.
    """
    return _Scanner(xml).sheet


def read(package: Package, part: str) -> Sheet:
    """Find the offsets in a worksheet part of a workbook.

    Raises
    ------
    InputError
        The part is damaged or not safe to parse.
    """
    content = parts.xml(package, part)
    try:
        return scan(content)
    except (expat.ExpatError, ValueError, KeyError, AssertionError):
        raise package.refusal(kinds.PART_NOT_XML(part=part)) from None


class _Scanner:
    """Collects the offsets that expat reports."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self.sheet = Sheet(xml)
        self._row: Row | None = None
        self._cell: Cell | None = None
        self._last_row = 0
        self._last_column = 0
        self._formula = 0
        self._value = 0
        self._computed: list[Area] = []
        starts = {
            "row": self._row_start,
            "c": self._cell_start,
            "f": self._formula_start,
            "v": self._value_start,
            "is": self._value_start,
            "sheetData": self._data_start,
            "col": self._column,
            "mergeCell": self._merge,
            "dimension": self._dimension,
        }
        ends = {
            "row": self._row_end,
            "c": self._cell_end,
            "f": self._formula_end,
            "v": self._value_end,
            "is": self._value_end,
        }
        markup.scan(
            xml,
            {f"{MAIN} {name}": report for name, report in starts.items()},
            {f"{MAIN} {name}": report for name, report in ends.items()},
        )
        if not self.sheet.data_tag_end:
            raise ValueError("no sheetData")
        self._mark_computed()

    def _element_end(self, start: int, end: int) -> int:
        """The offset after an element; an empty one has no end tag."""
        tag_end = markup.tag_end(self._xml, start)
        if markup.is_empty(self._xml[start:tag_end]):
            return tag_end
        return markup.tag_end(self._xml, end)

    def _row_start(self, attributes: dict[str, str], at: int) -> None:
        self._last_row = int(attributes.get("r") or self._last_row + 1)
        self._last_column = 0
        style = attributes.get("s") or None
        if not is_true(attributes.get("customFormat")):
            style = None
        tag_end = markup.tag_end(self._xml, at)
        self._row = Row(self._last_row, style, attributes.get("spans"), at, tag_end)
        self.sheet.rows[self._last_row] = self._row

    def _row_end(self, at: int) -> None:
        row = self._row
        assert row is not None
        if markup.is_empty(self._xml[row.start : row.tag_end]):
            row.content_end = row.end = row.tag_end
        else:
            row.content_end, row.end = at, markup.tag_end(self._xml, at)
        self._row = None

    def _cell_start(self, attributes: dict[str, str], at: int) -> None:
        assert self._row is not None
        reference = attributes.get("r")
        if reference is None:
            self._last_column += 1
        else:
            self._last_column = column_number(reference.rstrip(_DIGITS))
        tag_end = markup.tag_end(self._xml, at)
        self._cell = Cell(self._last_column, attributes.get("s") or None, at, tag_end)
        self._cell.value_start = self._cell.value_end = tag_end
        self._row.cells[self._last_column] = self._cell

    def _cell_end(self, at: int) -> None:
        cell = self._cell
        assert cell is not None
        empty = markup.is_empty(self._xml[cell.start : cell.tag_end])
        cell.end = cell.tag_end if empty else markup.tag_end(self._xml, at)
        self._cell = None

    def _formula_start(self, attributes: dict[str, str], at: int) -> None:
        self._formula = at
        if attributes.get("t") in ("array", "dataTable"):
            cells = area(attributes.get("ref", ""))
            if cells is not None:
                self._computed.append(cells)

    def _formula_end(self, at: int) -> None:
        cell = self._cell
        assert cell is not None
        cell.is_computed = True
        cell.value_start = cell.value_end = self._element_end(self._formula, at)

    def _value_start(self, _: dict[str, str], at: int) -> None:
        self._value = at

    def _value_end(self, at: int) -> None:
        cell = self._cell
        assert cell is not None
        cell.value_start, cell.value_end = self._value, self._element_end(self._value, at)

    def _data_start(self, _: dict[str, str], at: int) -> None:
        self.sheet.data_start, self.sheet.data_tag_end = at, markup.tag_end(self._xml, at)

    def _column(self, attributes: dict[str, str], _: int) -> None:
        style = attributes.get("style")
        if style:
            self.sheet.column_styles.append((int(attributes["min"]), int(attributes["max"]), style))

    def _merge(self, attributes: dict[str, str], _: int) -> None:
        cells = area(attributes["ref"])
        if cells is not None:
            self.sheet.merges.append(cells)

    def _dimension(self, attributes: dict[str, str], at: int) -> None:
        cells = area(attributes["ref"])
        if cells is not None:
            self.sheet.dimension = at, cells

    def _mark_computed(self) -> None:
        """Mark the cells that an array formula or data table fills."""
        for cells in self._computed:
            for row in self.sheet.rows_within(cells.first_row, cells.last_row):
                for cell in row.cells.values():
                    if cells.first_column <= cell.column <= cells.last_column:
                        cell.is_computed = True
