"""Read worksheets as columns of text."""

from __future__ import annotations

import contextlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import python_calamine
from lxml import etree
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.raw_files import (
    computed_cells,
    markup_file,
    number_formats,
    ods_structure,
    sheet_structure,
    xls_structure,
    xlsb_structure,
    xlsx_package,
)
from kpi_xl.raw_files.formats import Format
from kpi_xl.raw_files.grid import Grid
from kpi_xl.raw_files.heading_text import HEADER_WITHIN
from kpi_xl.raw_files.headings import Header, Headings
from kpi_xl.raw_files.number_formats import AsShown, units_shown
from kpi_xl.raw_files.sheet_rows import first_rows
from kpi_xl.raw_files.sheet_structure import Merge, Structure
from kpi_xl.raw_files.units_of_money import unit_of
from kpi_xl.readers.cell import UNCOMPUTED
from kpi_xl.readers.formula_columns import Place

_REPEATED: Final = frozenset(("id", "text", "date", "month", "choice"))
"""The kinds whose merged cell holds for all its rows; a merged amount counts once."""

_SERIAL: Final = re.compile(r"\d{4,5}(?:\.\d+)?")
_FROM_1900_TO_1904: Final = 1462  # days

_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_HEAD: Final = 1 << 20

_NUMBERS: Final[Mapping[Format, Callable[[Path, str], Iterator[AsShown]]]] = {
    "xlsx": number_formats.numbers, "xlsb": xlsb_structure.numbers,
    "xls": xls_structure.numbers, "ods": ods_structure.numbers,
}  # fmt: skip

_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, ElementTree.ParseError,
    etree.XMLSyntaxError, struct.error, KeyError,
)  # fmt: skip


@dataclass(frozen=True)
class Top:
    """The first rows of a worksheet.

    Parameters
    ----------
    sheet : str or None
        The name of the worksheet; None for a file without any.
    hidden : bool
        Whether it is hidden.
    rows : list of list of str or None
        The first rows as texts, None for an empty cell.
    """

    sheet: str | None
    hidden: bool
    rows: list[list[str | None]]


@dataclass(frozen=True)
class _Cells:
    """The cells of a worksheet from the first used column, with notes on them."""

    columns: list[Any]
    structure: Structure
    above: str = ""


def tops(file: Path, kind: Format) -> list[Top]:
    """The first rows of every worksheet of a workbook.

    Raises
    ------
    InputError
        When the file cannot be opened.
    """
    if kind in ("html", "xml"):
        return [
            Top(sheet.name, sheet.hidden, sheet.rows[:HEADER_WITHIN])
            for sheet in _markup(file, kind)
        ]
    if kind == "xlsx":
        with _told_as_damaged(file, None), xlsx_package.opened(file) as package:
            return [
                Top(s.name, s.hidden, first_rows(package, s.part, HEADER_WITHIN))
                for s in sheet_structure.sheet_names(package)
            ]
    if kind == "xlsb":
        with _told_as_damaged(file, None):
            if not xlsb_structure.may_be_read(file):
                raise InputError(kinds.FILE_INCOMPLETE(), file=file)
    if kind == "xls" and not xls_structure.may_be_read(file):
        raise InputError(kinds.OLD_FILE_DAMAGED(), file=file)
    reader = _open(file, kind)
    found = []
    for name in reader.sheet_names:
        batch, visible = _load(reader, name, file)
        found.append(Top(name, not visible, _first_rows(batch.columns)))
    return found


def read_sheet(file: Path, kind: Format, sheet: str | None, headings: Headings) -> Grid:
    """Read a worksheet.

    Parameters
    ----------
    file : Path
        The workbook to read.
    kind : str
        The format of the workbook.
    sheet : str or None
        Which; None for the only table of an HTML file.
    headings : Headings
        What is looked for.

    Raises
    ------
    InputError
        When the sheet cannot be read or lacks a heading.
    """
    cells = _cells(file, kind, sheet)
    columns, merges = cells.columns, cells.structure.merges
    first = cells.structure.first
    found = headings.find(_first_rows(columns))
    if found is None:
        raise headings.absent(file, sheet)
    header = found.cells
    headings.insist(found.match, header, file, sheet, found.last + 1)
    begin = found.last + 1
    body = [column.slice(begin) for column in columns]
    found = replace(found, above=f"{cells.above}\n{found.above}".strip())
    kinds = {
        position: headings.table.column(code).kind
        for code, position in found.match.positions.items()
    }
    wanted = {position for position, kind_ in kinds.items() if kind_ in _REPEATED}
    computed = Counter(
        (header[column - first] or "").strip()
        for row, column in cells.structure.computed
        if row > begin and column - first in kinds
    )
    body = _filled_down(body, merges, first, begin, wanted)
    if cells.structure.from_1904:
        days = {place for place, sort in kinds.items() if sort in ("date", "month")}
        body = [_since_1900(c) if place in days else c for place, c in enumerate(body)]
    return Grid(
        headings=tuple((cell or "").strip() for cell in header),
        match=found.match,
        columns=tuple(body),
        rows=pa.array(range(begin + 1, begin + 1 + len(body[0])) if body else [], pa.int64()),
        sheet=sheet,
        above=found.above,
        units=_units_shown(file, kind, sheet, found, kinds, first),
        computed=computed,
        hidden_columns=tuple(
            (header[place] or "").strip()
            for place in sorted(found.match.positions.values())
            if place + first in cells.structure.hidden_columns
        ),
        hidden=_filled(body, [row - begin - 1 for row in cells.structure.hidden]),
        struck={
            column - first: _places(rows, begin, len(body[0]))
            for column, rows in cells.structure.struck.items()
            if 0 <= column - first < len(body)
        },
        struck_by_rule=cells.structure.struck_by_rule,
        unseen={column - first: count for column, count in cells.structure.unseen.items()},
        comments=cells.structure.comments,
    )


def _places(rows: Sequence[int], begin: int, size: int) -> NDArray[np.bool_]:
    """Which of some rows, counted from 1, are among the rows below the headings."""
    there = np.array(rows) - begin - 1
    mask = np.zeros(size, bool)
    mask[there[(there >= 0) & (there < size)]] = True
    return mask


def _units_shown(
    file: Path,
    kind: Format,
    sheet: str | None,
    header: Header,
    sorts: Mapping[int, str],
    first: int,
) -> dict[str, str]:
    """The unit that number formats show amounts in, by heading."""
    if kind not in _NUMBERS or sheet is None:
        return {}
    amounts = {
        first + place: (heading.strip(), unit_of(heading, header.above))
        for place, sort in sorts.items()
        if sort in ("money", "number") and (heading := header.cells[place])
    }
    if not amounts:
        return {}
    with _told_as_damaged(file, sheet):
        shown = units_shown(_NUMBERS[kind](file, sheet), file, sheet, header.last + 1, amounts)
    return {amounts[column][0]: unit for column, unit in shown.items()}


def _cells(file: Path, kind: Format, sheet: str | None) -> _Cells:
    if kind in ("html", "xml"):
        for one in _markup(file, kind):
            if one.name == sheet:
                columns = [pa.array(c, pa.string()) for c in zip(*one.rows, strict=True)]
                structure = Structure(
                    merges=[Merge(*(place + 1 for place in corners)) for corners in one.merged],
                    hidden=one.hidden_rows,
                    hidden_columns=one.hidden_columns,
                )
                for row, column in one.struck:
                    structure.strike(row, column)
                return _Cells(columns, structure, one.above)
        raise _damaged(file, sheet)
    assert sheet is not None
    structure = Structure()
    if kind == "xlsx":
        with _told_as_damaged(file, sheet):
            structure = sheet_structure.structure_of(file, sheet)
            structure = _computed(structure, partial(computed_cells.computed, file, sheet))
    else:
        structure = _structure_of(file, kind, sheet)
    loaded, _ = _load(_open(file, kind), sheet, file)
    return _Cells(_with_cells(loaded, structure), structure)


def _structure_of(file: Path, kind: Format, sheet: str) -> Structure:
    """The structure of a worksheet in a format other than .xlsx, as far as it matters."""
    found = Structure()
    with _told_as_damaged(file, sheet):
        if kind == "ods":
            found = ods_structure.structure_of(file, sheet)
            found = _computed(found, partial(computed_cells.computed_as_xlsx, file, kind, sheet))
        elif kind == "xlsb":
            found = xlsb_structure.structure_of(file, sheet)
        else:
            found = xls_structure.structure_of(file, sheet)
            found = _computed(found, partial(computed_cells.computed_as_xlsx, file, kind, sheet))
    try:
        with python_calamine.load_workbook(BytesIO(file.read_bytes())) as book:
            cells = book.get_sheet_by_name(sheet)
            if kind == "xls":
                found.merges = [
                    Merge(top + 1, left + 1, bottom + 1, right + 1)
                    for (top, left), (bottom, right) in cells.merged_cell_ranges or ()
                ]
            found.first = (cells.start or (0, 0))[1] + 1
    except python_calamine.CalamineError:
        pass  # whatever is wrong with it is told where its cells are read
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise _damaged(file, sheet) from None
    return found


def _computed(
    structure: Structure, compute: Callable[[list[Place]], dict[Place, str]]
) -> Structure:
    """The structure with the values of formulas that nobody had computed."""
    places = [(cell.row, cell.column) for cell in structure.cells if cell.text == UNCOMPUTED]
    found = compute(places) if places else {}
    if not found:
        return structure
    cells = [
        replace(cell, text=found.get((cell.row, cell.column), cell.text))
        for cell in structure.cells
    ]
    return replace(structure, cells=cells, computed=frozenset(found))


def _markup(file: Path, kind: Format) -> list[markup_file.MarkupSheet]:
    return markup_file.html_tables(file) if kind == "html" else markup_file.spreadsheetml(file)


def _open(file: Path, kind: Format) -> fastexcel.ExcelReader:
    fits = file.suffix.lower() in (f".{kind}", ".xlsm" if kind == "xlsx" else "")
    try:
        # By its name the reader would take it for another format.
        return fastexcel.read_excel(file if fits else file.read_bytes())
    except fastexcel.FastExcelError as error:
        with file.open("rb") as content:
            start = content.read(_HEAD)
        if "password" in str(error).casefold() or _ENCRYPTED in start:
            raise InputError(kinds.FILE_LOCKED(), file=file) from error
        if start.startswith(b"\xd0\xcf\x11\xe0"):
            raise InputError(kinds.OLD_FILE_DAMAGED(), file=file) from error
        raise _no_workbook(file) from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise InputError(kinds.FILE_INCOMPLETE(), file=file) from None


def _is_panic(error: BaseException) -> bool:
    """Whether a reader panicked: an error of its Rust code, which is no Exception."""
    return type(error).__name__ == "PanicException"


def _no_workbook(file: Path) -> InputError:
    with file.open("rb") as content:
        begins = content.read(2)
    if begins != b"PK":
        return InputError(kinds.NOT_A_WORKBOOK(suffix=file.suffix), file=file)
    return InputError(kinds.FILE_INCOMPLETE(), file=file)


def _load(reader: fastexcel.ExcelReader, name: str, file: Path) -> tuple[pa.RecordBatch, bool]:
    """The cells of a worksheet, and whether it is visible."""
    try:
        # skip_rows=0: left to itself, it would drop empty rows at the top, and row numbers be off.
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_arrow(), sheet.visible == "visible"
    except fastexcel.FastExcelError as error:
        raise _damaged(file, name) from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        # Of a file that is whole, it is a number that is no day that there can be.
        cell = None
        with contextlib.suppress(*_BROKEN):  # of another format, or of one that is damaged
            cell = sheet_structure.absurd_number(file, name)
        raise InputError(kinds.DAY_TOO_LARGE(), file=file, sheet=name, value=cell) from None


@contextlib.contextmanager
def _told_as_damaged(file: Path, sheet: str | None) -> Iterator[None]:
    try:
        yield
    except (*_BROKEN, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # the system's word on the file, not a place before the file's beginning
        raise (_no_workbook(file) if sheet is None else _damaged(file, sheet)) from error


def _damaged(file: Path, name: str | None) -> InputError:
    return InputError(kinds.SHEET_UNREADABLE(), file=file, sheet=name)


def _with_cells(batch: pa.RecordBatch, structure: Structure) -> list[Any]:
    """The cells, completed by those that the reader takes for empty."""
    columns = list(batch.columns)
    texts: dict[int, dict[int, str]] = {}
    for cell in structure.cells:
        place = cell.column - structure.first
        if 0 <= place < len(columns) and cell.row <= batch.num_rows:
            texts.setdefault(place, {})[cell.row - 1] = cell.text
    for place, by_row in texts.items():
        column = columns[place]
        rows = np.array(sorted(by_row))
        # A reader that gives a formula's own text for its value is not believed.
        mask = np.zeros(batch.num_rows, bool)
        mask[rows] = True
        columns[place] = pc.replace_with_mask(
            column.cast(pa.string()),
            pa.array(mask),
            pa.array([by_row[row] for row in rows.tolist()]),
        )
    return columns


def _first_rows(columns: Sequence[Any]) -> list[list[str | None]]:
    top = [
        [
            None if cell == UNCOMPUTED else cell
            for cell in column.slice(0, HEADER_WITHIN).to_pylist()
        ]
        for column in columns
    ]
    return [list(row) for row in zip(*top, strict=True)]


def _filled(columns: Sequence[Any], rows: Sequence[int]) -> int:
    """The number of some rows that have values."""
    there = [row for row in rows if 0 <= row < len(columns[0])] if columns else []
    return len(there) and pc.sum(pc.is_valid(pc.coalesce(*columns).take(there))).as_py()


def _since_1900(column: Any) -> Any:
    """Days as numbers counted from 1900, for a workbook that counts from 1904."""
    return pa.array(
        [
            str(float(cell) + _FROM_1900_TO_1904).removesuffix(".0")
            if cell and _SERIAL.fullmatch(cell)
            else cell
            for cell in column.to_pylist()
        ],
        pa.string(),
    )


def _filled_down(
    columns: list[Any], merges: Sequence[Merge], first: int, begin: int, wanted: set[int]
) -> list[Any]:
    """The columns with the values of merged cells in all their rows."""
    by_column: dict[int, list[Merge]] = {}
    for merge in merges:
        place = merge.left - first
        if place in wanted and merge.bottom > merge.top and merge.bottom > begin:
            by_column.setdefault(place, []).append(merge)
    columns = list(columns)
    for place, of_column in by_column.items():
        cells = columns[place].to_pylist()
        for merge in of_column:
            top, bottom = merge.top - 1 - begin, min(merge.bottom - begin, len(cells))
            if 0 <= top < len(cells):
                for row in range(top + 1, bottom):
                    cells[row] = cells[row] if cells[row] else cells[top]
        columns[place] = pa.array(cells, pa.string())
    return columns
