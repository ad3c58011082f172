"""A worksheet part, cut up once so that filling it is joining strings."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.workbook.ooxml import cells, markup
from kpi_xl.workbook.ooxml.cells import Written
from kpi_xl.workbook.ooxml.references import Area, column_letters
from kpi_xl.workbook.ooxml.sheet import Cell, Row, Sheet

Position: TypeAlias = tuple[int, int]
"""A cell's row and column, counting from 1."""

Restyle: TypeAlias = Callable[[str | None, str], int]
"""From a cell's style, and the kind of date, to the style that shows such a date."""


class Hole(NamedTuple):
    """A cell to be filled.

    Attributes
    ----------
    value : int
        Which of the values it takes.
    head : str
        Its start tag with its style, up to where the type's attribute is.
    bare : str
        The same without its style.
    style : str or None
        The index of its style.
    shows_date : bool
        Whether that style shows a date.
    formula : str or None
        What comes before the cached value, for a computed cell; None for one that is not.
    tail : str
        What comes behind the cached value.
    exists : bool
        Whether the template has this cell, which then stays when it is blank.
    """

    value: int
    head: str
    bare: str
    style: str | None
    shows_date: bool
    formula: str | None
    tail: str
    exists: bool


_Piece: TypeAlias = bytes | Hole

# How each kind of value stands in an ordinary cell and as a formula's cached value.
_TYPES: Final = {
    cells.NUMBER: "",
    cells.DATE: "",
    cells.DATE_TIME: "",
    cells.BOOLEAN: ' t="b"',
    cells.ERROR: ' t="e"',
    cells.TEXT: ' t="str"',
}


class _Ready(NamedTuple):
    """The XML of a cell before and after its value, for the commonest kinds of values.

    Attributes
    ----------
    place : int
        Which of the sheet's pieces it is.
    value : int
        Which of the values it takes.
    number, text : str
        What comes before a number and before a text.
    number_end, text_end : str
        What comes behind them.
    blank : str
        The cell without a value.
    hole : Hole
        The cell that is filled.
    """

    place: int
    value: int
    number: str
    number_end: str
    text: str
    text_end: str
    blank: str
    hole: Hole


class SheetProgram(NamedTuple):
    """A sheet's fixed text, with an empty string at the place of every hole."""

    pieces: list[str]
    holes: list[_Ready]
    prefix: str

    def filled(self, values: Sequence[Written], restyle: Restyle) -> bytes:
        """The part with values in its holes.

        Parameters
        ----------
        values : sequence of Written
            The values that the holes choose from.
        restyle : callable
            Gives the style for a date in a cell that would not show it as one.
        """
        pieces = self.pieces.copy()
        for place, value, number, number_end, before, behind, blank, hole in self.holes:
            kind, text = values[value]
            if kind == cells.NUMBER:
                pieces[place] = number + text + number_end
            elif kind == cells.TEXT and not (hole.formula is not None and text.startswith("#")):
                pieces[place] = before + text + behind
            elif kind == cells.BLANK:
                pieces[place] = blank
            elif hole.shows_date and kind in (cells.DATE, cells.DATE_TIME):
                pieces[place] = number + text + number_end
            else:
                pieces[place] = self._rare(hole, kind, text, restyle)
        return "".join(pieces).encode()

    def _rare(self, hole: Hole, kind: str, text: str, restyle: Restyle) -> str:
        """The XML of a cell with a date, a truth value or an error."""
        head = hole.head
        if not hole.shows_date and kind in (cells.DATE, cells.DATE_TIME):
            head = f'{hole.bare} s="{restyle(hole.style, kind)}"'
        if kind == cells.TEXT and cells.is_error_name(text):
            kind = cells.ERROR
        value = f"<{self.prefix}v>{text}</{self.prefix}v>"
        if hole.formula is not None:
            return f"{head}{_TYPES[kind]}>{hole.formula}{value}{hole.tail}"
        return f"{head}{_TYPES[kind]}>{value}</{self.prefix}c>"


def _ready(place: int, hole: Hole, prefix: str) -> _Ready:
    head, formula = hole.head, hole.formula
    if formula is not None:
        end = f"</{prefix}v>{hole.tail}"
        text = f'{head} t="str">{formula}<{prefix}v>'
        number, blank = f"{head}>{formula}<{prefix}v>", f"{head}>{formula}{hole.tail}"
        return _Ready(place, hole.value, number, end, text, end, blank, hole)
    return _Ready(
        place=place,
        value=hole.value,
        number=f"{head}><{prefix}v>",
        number_end=f"</{prefix}v></{prefix}c>",
        text=f'{head} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">',
        text_end=f"</{prefix}t></{prefix}is></{prefix}c>",
        blank=f"{head}/>" if hole.exists else "",
        hole=hole,
    )


def _with_style(bare: str, style: str | None) -> str:
    return bare if style is None else f'{bare} s="{style}"'


def compiled(
    sheet: Sheet, wanted: Mapping[Position, int], date_styles: Sequence[bool]
) -> SheetProgram:
    """Cut a sheet up at the cells to fill and the formulas whose values change.

    Parameters
    ----------
    sheet : Sheet
        The scanned part of the sheet.
    wanted : mapping of (row, column) to int
        For every cell to be filled, which value it takes.
    date_styles : sequence of bool
        For every cell style whether it shows a date.

    Returns
    -------
    SheetProgram
        The fixed text and the holes. Missing rows and cells are in it at their right places; the
        sheet's dimension and the rows' spans cover them.
    """
    pieces: list[str] = []
    holes: list[_Ready] = []
    position = 0
    fixed: list[bytes] = []
    for start, end, new in _Cutter(sheet, wanted, date_styles).edits():
        fixed.append(sheet.xml[position:start])
        position = end
        for piece in new:
            if isinstance(piece, bytes):
                fixed.append(piece)
                continue
            pieces += b"".join(fixed).decode(), ""
            holes.append(_ready(len(pieces) - 1, piece, sheet.prefix))
            fixed.clear()
    pieces.append(b"".join((*fixed, sheet.xml[position:])).decode())
    return SheetProgram(pieces, holes, sheet.prefix)


class _Edit(NamedTuple):
    """The replacement of the bytes from `start` to `end`."""

    start: int
    end: int
    pieces: list[_Piece]


class _Cutter:
    """Works out the edits of one sheet."""

    def __init__(
        self, sheet: Sheet, wanted: Mapping[Position, int], date_styles: Sequence[bool]
    ) -> None:
        self._sheet = sheet
        self._wanted = wanted
        self._date_styles = date_styles
        self._prefix = sheet.prefix

    def edits(self) -> list[_Edit]:
        """All edits in byte order; at the same place insertions come before changes."""
        edits: list[_Edit] = []
        rows = {
            row: [column for _, column in places]
            for row, places in groupby(sorted(self._wanted), key=lambda place: place[0])
        }
        for row, columns in rows.items():
            found = self._sheet.rows.get(row)
            if found is not None:
                edits += self._cells(found, columns)
        edits += self._new_rows([row for row in rows if row not in self._sheet.rows], rows)
        if self._wanted:
            edits += self._dimension()
        # Sorting is stable: what is inserted at one place stays in its own order.
        return sorted(edits, key=lambda edit: edit[:2])

    def _computed_tag(self, cell: Cell) -> bytes:
        """A computed cell's start tag without attributes of its old value."""
        tag = self._sheet.xml[cell.start : cell.tag_end]
        return markup.without_attribute(markup.without_attribute(tag, "t"), "vm")

    def _hole(self, row: int, column: int) -> Hole:
        cell = self._sheet.cell(row, column)
        style = self._sheet.default_style(row, column) if cell is None else cell.style
        index = int(style or 0)
        shows_date = index < len(self._date_styles) and self._date_styles[index]
        value = self._wanted[row, column]
        if cell is not None and cell.is_computed:
            xml = self._sheet.xml
            tag = self._computed_tag(cell)
            is_empty = markup.is_empty(tag)
            tag = markup.opened(tag)[:-1]
            return Hole(
                value=value,
                head=tag.decode(),
                bare=markup.without_attribute(tag, "s").decode(),
                style=style,
                shows_date=shows_date,
                formula=xml[cell.tag_end : cell.value_start].decode(),
                tail=f"</{self._prefix}c>" if is_empty else xml[cell.value_end : cell.end].decode(),
                exists=True,
            )
        bare = f'<{self._prefix}c r="{column_letters(column)}{row}"'
        head = _with_style(bare, style)
        return Hole(value, head, bare, style, shows_date, None, "", cell is not None)

    def _cells(self, row: Row, columns: Collection[int]) -> list[_Edit]:
        """The edits inside an existing row."""
        new = [column for column in columns if column not in row.cells]
        edits = []
        for column in columns:
            cell = row.cells.get(column)
            if cell is not None:
                edits.append(_Edit(cell.start, cell.end, [self._hole(row.number, column)]))
        if not new:
            return edits
        old = self._sheet.xml[row.start : row.tag_end]
        tag = self._row_tag(row, new)
        if markup.is_empty(old):
            holes = [self._hole(row.number, column) for column in new]
            end = f"</{self._prefix}row>".encode()
            return [_Edit(row.start, row.end, [tag, *holes, end])]
        if tag != old:
            edits.append(_Edit(row.start, row.tag_end, [tag]))
        old_columns = sorted(row.cells)
        for column in new:
            index = bisect(old_columns, column)
            is_last = index == len(old_columns)
            at = row.content_end if is_last else row.cells[old_columns[index]].start
            edits.append(_Edit(at, at, [self._hole(row.number, column)]))
        return edits

    def _row_tag(self, row: Row, new: Collection[int]) -> bytes:
        """A row's start tag, its spans widened to cover new cells."""
        tag = markup.opened(self._sheet.xml[row.start : row.tag_end])
        if row.spans is None:
            return tag
        try:
            first, last = map(int, row.spans.split(":"))
        except ValueError:
            # Spans in several pieces; they are a hint for speed that may be left out.
            return markup.without_attribute(tag, "spans")
        if first <= min(new) and max(new) <= last:
            return tag
        spans = f"{min(first, *new)}:{max(last, *new)}"
        return markup.with_attribute(tag, "spans", spans)

    def _new_rows(self, new: Collection[int], rows: Mapping[int, list[int]]) -> list[_Edit]:
        """The edits that add rows, each before the first row that comes after it."""
        sheet = self._sheet
        if not new:
            return []
        tag = sheet.xml[sheet.data_start : sheet.data_tag_end]
        ahead = sorted(sheet.rows.values(), key=lambda row: row.number)
        behind = ahead[-1].end if ahead else sheet.data_tag_end
        edits, index = [], 0
        for number in new:
            while index < len(ahead) and ahead[index].number < number:
                index += 1
            at = ahead[index].start if index < len(ahead) else behind
            holes = [self._hole(number, column) for column in rows[number]]
            open_ = f'<{self._prefix}row r="{number}">'.encode()
            edits.append(_Edit(at, at, [open_, *holes, f"</{self._prefix}row>".encode()]))
        if markup.is_empty(tag):
            inside = [piece for edit in edits for piece in edit.pieces]
            end = f"</{self._prefix}sheetData>".encode()
            return [_Edit(sheet.data_start, sheet.data_tag_end, [markup.opened(tag), *inside, end])]
        return edits

    def _dimension(self) -> list[_Edit]:
        """Widen the sheet's dimension, if it has one, to the cells that are filled."""
        if self._sheet.dimension is None:
            return []
        start, used = self._sheet.dimension
        rows = [row for row, _ in self._wanted]
        columns = [column for _, column in self._wanted]
        joined = used.joined(Area(min(rows), min(columns), max(rows), max(columns)))
        if joined == used:
            return []
        end = markup.tag_end(self._sheet.xml, start)
        tag = markup.with_attribute(self._sheet.xml[start:end], "ref", joined.reference)
        return [_Edit(start, end, [tag])]
