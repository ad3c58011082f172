"""The tables of weights of a project: in [weights] of kpi.toml, or in a file named there."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.definitions.weights import MOST, Weights, read_weights
from kpi_xl.errors import InputError
from kpi_xl.readers.date import DateOrder
from kpi_xl.readers.name import form, near
from kpi_xl.settings.file import choices, row_of
from kpi_xl.settings.typed_workbook import Worksheet, text_of, worksheets
from kpi_xl.system.system_errors import file_error

_KEYS: Final = ("table", "file", "columns", "rows")
_LARGEST: Final = 1 << 20
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class WeightTable:
    """A table of weights as it was written.

    Parameters
    ----------
    file : Path
        The file that the table is written in.
    row : int or None
        The line before its first, to which lines are counted on.
    table : str
        The raw table that it is of, as written.
    headings, lines : sequences of str
        What stands in it.
    wrong : InputError or None
        Why it cannot be read at all.
    aside : sequence of InputError
        Its rows that somebody took out of count.
    """

    file: Path
    row: int | None = None
    table: str = ""
    headings: Sequence[str] = ()
    lines: Sequence[Sequence[str]] = ()
    wrong: InputError | None = None
    aside: Sequence[InputError] = ()

    def row_with(self, text: str) -> int | None:
        """The row of the file with a text; None where it is not known."""
        if self.row is None:
            return None
        numbers = (n for n, line in enumerate(self.lines, 1) if any(text in one for one in line))
        return next((self.row + number for number in numbers), None)


def weights_in(section: Mapping[str, Any], file: Path, text: str) -> dict[str, WeightTable]:
    """Read the section [weights] of kpi.toml, by name; a faulty entry does not stop the others.

    Parameters
    ----------
    section : mapping
        By name, what stands under it.
    file : Path
        The file kpi.toml, for the place of an error.
    text : str
        What is in it, for the lines.
    """
    found: dict[str, WeightTable] = {}
    for name, said in section.items():
        row = row_of(text, ("weights", name))
        try:
            found[name] = _table(name, said, file, row)
        except InputError as error:
            place = error.file or file, error.row or row
            wrong = InputError(error.fault, file=place[0], row=place[1], column=name)
            found[name] = WeightTable(*place, wrong=wrong)
    return found


def _table(name: str, said: object, file: Path, row: int | None) -> WeightTable:
    if not isinstance(said, dict):
        raise InputError(kinds.WEIGHTS_SECTION(name=name))
    for key in said:
        if key not in _KEYS:
            raise InputError(kinds.WEIGHTS_KEY(name=name, key=key, **choices(_KEYS, key)))
    of = said.get("table")
    if not isinstance(of, str):
        raise InputError(kinds.WEIGHTS_NO_TABLE(name=name))
    if "file" in said:
        beside = file.parent / str(said["file"])
        rows, aside = _in_file(beside)
        if not rows:
            raise InputError(kinds.WEIGHTS_EMPTY(), file=beside)
        return WeightTable(beside, 1, of, rows[0], rows[1:], aside=aside)
    headings, lines = said.get("columns"), said.get("rows")
    if not isinstance(headings, list) or not isinstance(lines, list):
        raise InputError(kinds.WEIGHTS_SECTION(name=name))
    if not all(isinstance(line, list) for line in lines):
        raise InputError(kinds.WEIGHTS_SECTION(name=name))
    texts = [[text_of(cell) for cell in line] for line in lines]
    return WeightTable(file, None, of, [text_of(one) for one in headings], texts)


def _in_file(file: Path) -> tuple[list[list[str]], list[InputError]]:
    """The rows of a CSV file or of a workbook's first sheet, and messages about some of them."""
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(kinds.WEIGHTS_TOO_MANY(most=MOST), file=file)
        content = file.read_bytes()
    except FileNotFoundError:
        raise InputError(kinds.WEIGHTS_NO_FILE(), file=file) from None
    except OSError as error:
        raise file_error(error, file, "read") from error
    if file.suffix.lower() == ".xlsx":
        books = worksheets(file, kinds.DEFINITIONS_TOO_LARGE, kinds.WEIGHTS_UNREADABLE())
        sheet = next(books, None)
        return ([], []) if sheet is None else _counted(sheet, file)
    for encoding in _ENCODINGS:
        try:
            return list(csv.reader(io.StringIO(content.decode(encoding)))), []
        except (UnicodeDecodeError, csv.Error):
            continue
    raise InputError(kinds.WEIGHTS_UNREADABLE(), file=file)


def _counted(sheet: Worksheet, file: Path) -> tuple[list[list[str]], list[InputError]]:
    """The rows of a sheet that count; a message tells of the others."""
    rows = [list(map(text_of, row)) for row in sheet.rows]
    told = []
    for number, fault in sorted(sheet.aside.items()):
        if 1 < number <= len(rows) and any(map(str.strip, rows[number - 1])):
            shown = "，".join(filter(None, rows[number - 1]))
            told.append(InputError(fault, file=file, sheet=sheet.title, row=number, value=shown))
            rows[number - 1] = []
    return rows, told


def read_tables(
    written: Mapping[str, WeightTable], tables: Mapping[str, Table], order: DateOrder
) -> tuple[dict[str, Weights | InputError], list[InputError]]:
    """Read tables of weights.

    Returns
    -------
    dict of str to Weights or InputError
        By name; an error for one that is wrong.
    list of InputError
        These errors, with their places; and the rows that do not count.
    """
    found: dict[str, Weights | InputError] = {}
    aside = [told for one in written.values() for told in one.aside]
    for name, one in written.items():
        if one.wrong is not None:
            found[name] = one.wrong
            continue
        try:
            found[name] = read_weights(_of(one.table, tables), one.headings, one.lines, order)
        except InputError as error:
            row = error.row if one.row is None or error.row is None else one.row + error.row
            found[name] = InputError(error.fault, file=one.file, row=row, column=name)
    return found, [*aside, *(one for one in found.values() if isinstance(one, InputError))]


def _of(name: str, tables: Mapping[str, Table]) -> Table:
    wanted = form(name)
    for table in tables.values():
        if wanted in (form(table.name), table.code):
            return table
    names = [table.name for table in tables.values()]
    raise InputError(
        kinds.MEASURE_TABLE(name=name, known="、".join(names), like="、".join(near(name, names)))
    )
