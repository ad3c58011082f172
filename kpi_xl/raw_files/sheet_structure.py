"""The structure in a worksheet's XML, which the reader of values leaves out.

Cells whose formula failed, and cells whose formula nobody has computed yet, are not empty: an empty
解约日期 says something else. Merged cells hold their value in one cell only. And a stray cell in
the last row and column makes the reader ask for more memory than there is.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.raw_files.comments import comments_of
from kpi_xl.raw_files.sheet_rows import number
from kpi_xl.raw_files.struck import Struck, struck_in
from kpi_xl.raw_files.xlsx_package import opened
from kpi_xl.readers.cell import UNCOMPUTED

_ID: Final = re.compile(r"\{.*\}id")
_CHUNK: Final = 4 << 20
_FIRST_CELLS: Final = 1 << 16
"""So many bytes have the first rows, which mostly begin in the first column."""

MOST_CELLS: Final = 24_000_000
"""The reader lays out the whole rectangle of used cells; so many take less than 1 GB."""

_ERROR: Final = re.compile(
    rb'<(?:\w+:)?c\s([^<>]*\bt="e"[^<>]*)>'
    rb"([^<]*(?:<(?!/?(?:\w+:)?c[\s/>])[^<]*)*)</(?:\w+:)?c>"
)
_REFERENCE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FILLED: Final = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]+)(\d+)"[^<>]*(?<!/)>')
_WIDE: Final = re.compile(rb'r="([W-Zw-z]|[A-Za-z]{2,})(\d+)"[^<>]*(?<!/)>')
"""Cells so far right that a sheet with all rows is too large; as far as V it never is."""

_LONG: Final = re.compile(rb'r="([^"]{8,})"')
_CELL: Final = re.compile(rb"([A-Za-z]{1,9})(\d+)")
_ANY: Final = re.compile(rb'r="([A-Za-z]+)0*(\d+)"')
_ROWS: Final = 1_048_576
_COLUMNS: Final = 16_384

_UNCOMPUTED: Final = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*"
    rb"(?P<value><(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ZERO: Final = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*<(?:\w+:)?v>0</(?:\w+:)?v>\s*</(?:\w+:)?c>"
)
_CELL_BEGINS: Final = re.compile(rb"<(?:\w+:)?c(?:\s[^<>]*)?>")
_HIDDEN_ROW: Final = re.compile(
    rb'<(?:\w+:)?row\s(?=[^<>]*\s(?:hidden="(?:1|true)"|ht="0(?:\.0*)?"))[^<>]*\br="(\d+)"'
)
_COLUMNS_OF: Final = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'\b(min|max|hidden|width)="([\w.]+)"')
_NO_WIDTH: Final = re.compile(rb"0(?:\.0*)?")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ABSURD: Final = re.compile(rb"<(?:\w+:)?v>(-?[\d.]+[eE]\+?\d{2,3}|-[\d.]+[eE]\+?\d+)</")
_RECALCULATED: Final = re.compile(rb"fullCalcOnLoad=[\"'](?:1|true)[\"']")
_FROM_1904: Final = re.compile(rb"date1904\s*=\s*[\"'](?:1|true|on)[\"']")
_QUOTED_SINGLY: Final = re.compile(rb"<[^<>]*='[^<>]*>")
_SPACED: Final = re.compile(rb"r(?:\s+=|=\s)")
_TAG: Final = re.compile(rb"<[^<>]*>")
_EQUALS: Final = re.compile(rb"(?<!\s)\s*=\s*([\"'])")
_UNNAMED: Final = re.compile(rb'<(?:\w+:)?(?:row|c)(?:\s+(?!r=)[\w:.]+="[^"]*")*\s*/?>')
_ROW_OR_CELL: Final = re.compile(rb"<((?:\w+:)?(?:row|c))(?=[\s/>])([^<>]*)>")
_OWN_REFERENCE: Final = re.compile(rb'\sr="([A-Z]*)(\d+)"')


@dataclass(frozen=True)
class SheetName:
    """A worksheet of an .xlsx file: name, visibility, part."""

    name: str
    hidden: bool
    part: str | None


@dataclass(frozen=True)
class Cell:
    """A cell whose text the reader does not give.

    Parameters
    ----------
    row : int
        Its row, from 1.
    column : int
        Its column, from 1 for A.
    text : str
        The error value, such as ``#N/A``, or `UNCOMPUTED`.
    """

    row: int
    column: int
    text: str


@dataclass(frozen=True)
class Merge:
    """Merged cells: first and last row and column, from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Structure:
    """The structure of a worksheet: all that matters besides its values.

    Parameters
    ----------
    cells : list of Cell
        Failed formulas, and formulas without a value.
    merges : list of Merge
        The merged cells of the worksheet.
    first : int
        The first column that holds anything, from 1.
    computed : frozenset of (int, int)
        Cells, by row and column, whose formula had no value and was computed here.
    hidden : list of int
        The rows that nobody sees, filtered away or hidden by hand, from 1.
    hidden_columns : set of int
        The columns that nobody sees, from 1.
    from_1904 : bool
        Whether days are counted from 1904.
    struck : dict of int to list of int
        The rows of the cells that are struck through, by column, both from 1.
    struck_by_rule : bool
        Whether conditional formatting strikes cells through; its rules are not looked at.
    unseen : dict of int to int
        How many cells of a column nobody sees: white letters on no ground, or a format of nothing.
    comments : dict of int to str
        What the comments beside the cells of a row say.
    """

    cells: list[Cell] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    first: int = 1
    computed: frozenset[tuple[int, int]] = frozenset()
    hidden: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    from_1904: bool = False
    struck: dict[int, list[int]] = field(default_factory=dict)
    struck_by_rule: bool = False
    unseen: dict[int, int] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)

    def strike(self, row: int, first: int, last: int | None = None) -> None:
        """Note that the cells of a row are struck through, from one column to another."""
        for column in range(first, (first if last is None else last) + 1):
            self.struck.setdefault(column, []).append(row)


def sheet_names(package: zipfile.ZipFile) -> list[SheetName]:
    """The worksheets of an .xlsx file in order, without charts."""
    book = _workbook_part(package)
    folder, _, name = book.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    content = ElementTree.fromstring(package.read(book))
    targets = {
        e.get("Id"): e.get("Target", "") for e in ElementTree.fromstring(package.read(relations))
    }
    names = set(package.namelist())
    found = []
    for element in content.iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        link = next((value for key, value in element.items() if _ID.fullmatch(key)), None)
        target = targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
        hidden = element.get("state", "visible") != "visible"
        found.append(
            SheetName(element.get("name", ""), hidden, part if target and part in names else None)
        )
    return found


def _workbook_part(package: zipfile.ZipFile) -> str:
    return next(
        (name for name in package.namelist() if name.endswith("workbook.xml")), "xl/workbook.xml"
    )


def counts_from_1904(package: zipfile.ZipFile) -> bool:
    """Whether the days of an .xlsx file are counted from 1904."""
    return bool(_FROM_1904.search(package.read(_workbook_part(package))))


def structure_of(file: Path, sheet: str) -> Structure:
    """Scan a worksheet once, before it is read.

    Parameters
    ----------
    file : Path
        The .xlsx file to read.
    sheet : str
        The name of the worksheet.

    Raises
    ------
    InputError
        When a stray cell makes it too large to be read.
    """
    found = Structure()
    with opened(file) as package:
        part = next((s.part for s in sheet_names(package) if s.name == sheet), None)
        if part is None:
            return found
        found.from_1904 = counts_from_1904(package)
        recalculated = bool(_RECALCULATED.search(package.read(_workbook_part(package))))
        _Scan(file, sheet, found, recalculated, struck_in(package)).read(package, part)
        found.comments = comments_of(package, part)
    return found


def absurd_number(file: Path, sheet: str) -> str | None:
    """The first cell with an impossibly large number for a day, such as ``B7``."""
    with opened(file) as package:
        part = next((s.part for s in sheet_names(package) if s.name == sheet), None)
        content = package.read(part) if part else b""
    absurd = _ABSURD.search(content)
    begin = _last_cell(content, absurd.start()) if absurd else None
    reference = _REFERENCE.search(begin[0]) if begin else None
    return (reference[1] + reference[2]).decode() if reference else None


class _Scan:
    """Scans the XML of a worksheet in pieces that end with a row."""

    def __init__(
        self, file: Path, sheet: str, found: Structure, recalculated: bool, struck: Struck
    ) -> None:
        self.file = file
        self.sheet = sheet
        self.found = found
        self.recalculated = recalculated
        self.struck = struck
        self.filled = 0
        self.all_counted = True
        self.widest = (1, b"")
        self.first: int | None = None
        self.row = 0
        self.unnamed: bool | None = None
        self.spaced: bool | None = None

    def read(self, package: zipfile.ZipFile, part: str) -> None:
        rest = b""
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                rest += chunk
                end = rest.rfind(b"row>") + 4
                if end > 4:
                    self._piece(rest[:end])
                    rest = rest[end:]
        self._piece(rest)
        if self.widest[0] > 1:
            self._lying(package, part)
        self.found.merges = [
            Merge(int(m[2]), number(m[1]), int(m[4]), number(m[3]))
            for m in _MERGED.finditer(_quoted_doubly(rest))
        ]
        self.found.struck_by_rule = self.struck.by_rule(_quoted_doubly(rest))
        self.found.first = self.first or 1

    def _piece(self, piece: bytes) -> None:
        if self.spaced is None:
            self.spaced = bool(_SPACED.search(piece))  # a program writes all of its tags alike
            self._hidden_columns(_quoted_doubly(piece[:_FIRST_CELLS]))
        piece = self._with_references(_quoted_doubly(piece, self.spaced))
        self._bounds(piece)
        if b' ht="0' in piece or b" hidden=" in piece:
            self.found.hidden += [int(row) for row in _HIDDEN_ROW.findall(piece)]
        for row, column in self.struck.cells(piece):
            self.found.strike(row, column)
        for _, column in self.struck.unseen_cells(piece):
            self.found.unseen[column] = self.found.unseen.get(column, 0) + 1
        # One character is found far faster than two, and most sheets have none of these.
        if b"#" in piece and b't="e"' in piece:
            for attributes, inner in _ERROR.findall(piece):
                reference, value = _REFERENCE.search(attributes), _VALUE.search(inner)
                if reference and value:
                    self._note(int(reference[2]), number(reference[1]), value[1].decode())
        if b"f" in piece and (b"<f" in piece or b":f" in piece):
            ends = [*_UNCOMPUTED.finditer(piece)]
            if self.recalculated:  # programs write 0 where they do not compute
                ends += _ZERO.finditer(piece)
            for end in ends:
                self._uncomputed(piece, end)

    def _hidden_columns(self, piece: bytes) -> None:
        for element in _COLUMNS_OF.findall(piece):
            of = dict(_ATTRIBUTE.findall(element))
            unseen = of.get(b"hidden") in (b"1", b"true") or _NO_WIDTH.fullmatch(
                of.get(b"width", b"")
            )
            if unseen and of.get(b"min", b"").isdigit():
                last = min(int(of.get(b"max", of[b"min"])), _COLUMNS)
                self.found.hidden_columns |= set(range(int(of[b"min"]), last + 1))

    def _with_references(self, piece: bytes) -> bytes:
        """The piece with a reference in every row and cell; programs may leave them out."""
        if self.unnamed is None and _ROW_OR_CELL.search(piece):
            self.unnamed = bool(_UNNAMED.search(piece))  # a program writes all of its cells alike
        if not self.unnamed:
            return piece
        column = 0

        def named(tag: re.Match[bytes]) -> bytes:
            nonlocal column
            own = _OWN_REFERENCE.search(tag[2])
            if tag[1].endswith(b"row"):
                self.row, column = int(own[2]) if own else self.row + 1, 0
                reference = b"%d" % self.row
            else:
                column = number(own[1]) if own else column + 1
                reference = b"%b%d" % (_letters(column), self.row)
            return tag[0] if own else b'<%b r="%b"%b>' % (tag[1], reference, tag[2])

        return _ROW_OR_CELL.sub(named, piece)

    def _uncomputed(self, piece: bytes, end: re.Match[bytes]) -> None:
        begin = _last_cell(piece, end.start())
        if begin is None:
            return
        attributes = begin[0]
        if "value" in end.groupdict() and end["value"] and b't="str"' in attributes:
            return  # a formula that gives an empty text
        if reference := _REFERENCE.search(attributes):
            self._note(int(reference[2]), number(reference[1]), UNCOMPUTED)

    def _note(self, row: int, column: int, text: str) -> None:
        self.found.cells.append(Cell(row, column, text))

    def _bounds(self, piece: bytes) -> None:
        """Note the first column and the extent of the cells; refuse impossible places."""
        for letters, at in _WIDE.findall(piece):
            column = number(letters.upper())
            if column > self.widest[0]:
                self.widest = (column, letters + at)
        if self.widest[0] > _COLUMNS:
            raise _too_large(self.file, self.sheet, self.widest[1].decode())
        for long in _LONG.findall(piece):  # A1000000 is, and few others are
            if (cell := _CELL.fullmatch(long)) and int(cell[2]) > _ROWS:
                raise _too_large(self.file, self.sheet, long.decode())
        if self.widest[0] > 1:
            self.filled += _cells_in(piece)
        else:
            self.all_counted = False  # they are where it turns out to matter
        if self.first is None or self.first > 1:
            for part in (piece[:_FIRST_CELLS], piece[:_CHUNK]):
                columns = {letters for letters, _ in _FILLED.findall(part)}
                if columns:
                    least = min(map(number, columns))
                    self.first = least if self.first is None else min(self.first, least)
                if self.first == 1:
                    break

    def _lying(self, package: zipfile.ZipFile, part: str) -> None:
        """Refuse cells far below the row that contains them: the reader would believe them.

        Each cell has to be looked at, so only where some are far to the right and few are filled.
        """
        if self.filled >= _ROWS * self.widest[0] // 8:
            return
        rest, filled, lowest, where = b"", 0, 0, b""
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                rest += chunk
                end = rest.rfind(b">") + 1
                filled += _cells_in(rest[:end])
                for letters, row in _ANY.findall(_quoted_doubly(rest[:end])):
                    if int(row) > lowest:
                        lowest, where = int(row), letters + row
                rest = rest[end:]
        area = lowest * self.widest[0]
        if not self.all_counted:
            self.filled = filled
        if area > MOST_CELLS and self.filled < area // 8:
            raise _too_large(self.file, self.sheet, where.decode())


def _cells_in(piece: bytes) -> int:
    return piece.count(b"</c>") or piece.count(b":c>")


def _quoted_doubly(piece: bytes, spaced: bool = True) -> bytes:
    """XML with all attributes in double quotation marks.

    Where it may be spaced, the spaces around ``=`` are taken away first.
    """
    if spaced and _SPACED.search(piece):
        piece = _TAG.sub(lambda tag: _EQUALS.sub(rb"=\1", tag[0]), piece)
    if b"'" not in piece or b"='" not in piece:
        return piece
    return _QUOTED_SINGLY.sub(lambda tag: re.sub(rb"='([^'\"]*)'", rb'="\1"', tag[0]), piece)


def _last_cell(piece: bytes, before: int) -> re.Match[bytes] | None:
    """The start tag of the cell around a place."""
    begin = max(piece.rfind(b"<c ", 0, before), piece.rfind(b":c ", 0, before))
    if begin < 0:
        return None
    return _CELL_BEGINS.match(piece, piece.rfind(b"<", 0, begin + 1))


def _too_large(file: Path, sheet: str, cell: str) -> InputError:
    return InputError(kinds.LAST_CELL_FAR(cell=cell), file=file, sheet=sheet)


def _letters(column: int) -> bytes:
    found = b""
    while column:
        column, place = divmod(column - 1, 26)
        found = b"%c%b" % (65 + place, found)
    return found
