"""Read delimited text files as columns of text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from kpi_xl import kinds
from kpi_xl.raw_files.encoding import to_utf8
from kpi_xl.raw_files.grid import Broken, Grid, empty_file
from kpi_xl.raw_files.heading_text import HEADER_WITHIN
from kpi_xl.raw_files.headings import Headings, Match
from kpi_xl.raw_files.totals import is_named_total

_DELIMITERS: Final = (",", "\t", ";", "|")
_SHOWN: Final = 80
_BLOCK: Final = 8 << 20
_BEGINNING: Final = 1 << 20


@dataclass(frozen=True)
class _Header:
    """The header of a text file: cells, record number, and the place of the first record after
    it.
    """

    match: Match
    cells: tuple[str, ...]
    number: int
    end: int
    delimiter: str
    above: str


def read_csv(file: Path, headings: Headings) -> Grid:
    """Read a .csv file.

    The encoding (UTF-8, UTF-16, GBK) and the delimiter (comma, tab, semicolon, bar) are found out.

    Parameters
    ----------
    headings : Headings
        What is looked for.

    Raises
    ------
    InputError
        When the file is no text, or has no row with the headings.
    """
    content = _text(file.read_bytes(), file)
    if not content.strip():
        raise empty_file(file)
    header = _header(content, headings, file)
    headings.insist(header.match, header.cells, file, None, header.number)
    records = _records(content[header.end :], header)
    return Grid(
        headings=tuple(cell.strip() for cell in header.cells),
        match=header.match,
        columns=records.columns,
        above=header.above,
        rows=pa.array(records.numbers + header.number, pa.int64()),
        broken=tuple(
            _broken(number + header.number, text, fields, len(header.cells))
            for number, text, fields in records.broken
        ),
    )


def _header(content: bytes, headings: Headings, file: Path) -> _Header:
    top = list(_lines(content))
    best: _Header | None = None
    for delimiter in _DELIMITERS:
        rows, ends = _parse(top, delimiter)
        found = headings.find(_even(rows))
        if found is None:
            continue
        match = found.match
        if best is None or headings.better(match, best.match):
            width = max(len(row) for row in rows[found.first : found.last + 1])
            cells = tuple(cell or "" for cell in found.cells[:width])
            after = rows[found.last + 1 : found.last + 2]
            cells = _as_wide(cells, after[0] if after else [])
            best = _Header(match, cells, found.last + 1, ends[found.last], delimiter, found.above)
        if not match.missing and len(match.positions) > 1:
            break  # cells that are all named like this are no accident
    if best is None:
        first = next((line.decode().strip() for line in top if line.strip()), "")
        raise headings.absent(file, None, _shown(first))
    return best


def first_rows(file: Path) -> list[list[list[str | None]]]:
    """The first rows of a text file, for each delimiter that occurs in them.

    Raises
    ------
    InputError
        When the file is no text.
    """
    with file.open("rb") as stream:
        content = stream.read(_BEGINNING)
        whole = not stream.read(1)
    if not whole:
        content = content[: content.rfind(b"\n") + 1]
        if content.startswith(codecs.BOM_UTF16_LE):
            content += b"\0"
    top = list(_lines(_text(content, file)))
    return [
        [[cell or None for cell in row] for row in _even(_parse(top, delimiter)[0])]
        for delimiter in _DELIMITERS
        if any(delimiter.encode() in line for line in top) or delimiter == _DELIMITERS[0]
    ]


def _text(content: bytes, file: Path) -> bytes:
    """The text in UTF-8 with uniform line ends."""
    content = to_utf8(content, file)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # as Macs once ended their lines
    return content


def _even(rows: list[list[str]]) -> list[list[str]]:
    """Rows padded to the same number of cells."""
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _as_wide(cells: tuple[str, ...], record: list[str]) -> tuple[str, ...]:
    """The header, made as wide as the records where one of them ends with extra separators."""
    if len(record) > len(cells) and not any(record[len(cells) :]):
        return cells + ("",) * (len(record) - len(cells))
    if 0 < len(record) < len(cells) and not any(cells[len(record) :]):
        return cells[: len(record)]
    return cells


def _lines(content: bytes) -> Iterator[bytes]:
    """The lines in which the header is looked for."""
    start = 0
    # A header cell may be of several lines.
    for _ in range(4 * HEADER_WITHIN):
        if start >= len(content):
            return
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end


def _parse(lines: list[bytes], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The records of some lines, each with its end in bytes."""
    rows: list[list[str]] = []
    ends: list[int] = []
    ends_of_lines = np.cumsum([0, *map(len, lines)])
    reader = csv.reader((line.decode() for line in lines), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(row)
            ends.append(int(ends_of_lines[reader.line_num]))
            if len(rows) == HEADER_WITHIN:
                break
    except csv.Error:
        pass  # The lines so far may hold the header all the same.
    return rows, ends


@dataclass(frozen=True)
class _Records:
    """The records below a header: columns, record numbers, and lines that are no records."""

    columns: tuple[Any, ...]
    numbers: np.ndarray[Any, np.dtype[np.int64]]
    broken: tuple[tuple[int, str, int], ...]


def _records(body: bytes, header: _Header) -> _Records:
    width = len(header.cells)
    if not body.strip():
        return _Records((pa.array([], pa.string()),) * width, np.array([], np.int64), ())
    if body.count(b'"') % 2:
        return _line_by_line(body, header)
    broken: list[tuple[int, str, int]] = []

    def note(row: Any) -> str:
        broken.append((row.number, row.text, row.actual_columns))
        return "skip"

    try:
        table = _arrow(body, header, None)
    except pa.ArrowInvalid:
        # Rows are numbered only when read by one thread, and only broken ones need numbers.
        try:
            table = _arrow(body, header, note)
        except pa.ArrowInvalid:
            return _line_by_line(body, header)
    if any("\n" in text for _, text, _ in broken) or _swallows(table, body, header.delimiter):
        return _line_by_line(body, header)
    numbers = np.arange(1, table.num_rows + len(broken) + 1, dtype=np.int64)
    numbers = np.delete(numbers, [number - 1 for number, _, _ in broken])
    whole, rest = _repaired(broken, header)
    columns = tuple(table.columns)
    if whole:
        numbers = np.concatenate([numbers, [number for number, _ in whole]])
        order = np.argsort(numbers, kind="stable")
        cells = zip(*(row for _, row in whole), strict=True)
        columns = tuple(
            pa.chunked_array([*column.chunks, pa.array(more, pa.string())]).take(pa.array(order))
            for column, more in zip(columns, cells, strict=True)
        )
        numbers = numbers[order]
    return _Records(columns, numbers, tuple(rest))


def _arrow(body: bytes, header: _Header, note: Any) -> pa.Table:
    names = [str(i) for i in range(len(header.cells))]
    return pa_csv.read_csv(
        pa.BufferReader(body),
        read_options=pa_csv.ReadOptions(
            column_names=names, use_threads=note is None, block_size=_BLOCK
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=header.delimiter,
            newlines_in_values=b'"' in body,
            # An empty line is a row to whoever counts rows.
            ignore_empty_lines=len(names) == 1,
            invalid_row_handler=note,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _swallows(table: pa.Table, body: bytes, delimiter: str) -> bool:
    """Whether a cell contains whole lines because a quotation mark is never closed.

    A remark of several lines, quoted as it should be, holds separators but no records.
    """
    several = [column.filter(pc.match_substring(column, "\n")) for column in table.columns]
    doubtful = [
        cell
        for column in several
        for cell in column.filter(pc.match_substring(column, delimiter)).to_pylist()
    ]
    if not doubtful:
        return False
    if b'"' in _quoted(delimiter).sub(b"", body):
        return True
    within = table.num_columns - 1
    return any(line.count(delimiter) >= within for cell in doubtful for line in cell.split("\n"))


def _quoted(delimiter: str) -> re.Pattern[bytes]:
    """A cell in quotation marks, from separator to separator."""
    mark = re.escape(delimiter.encode())
    return re.compile(
        rb"(?:(?<=" + mark + rb')|(?<=\n)|^)"(?:[^"]|"")*"(?=' + mark + rb"|\r?\n|\Z)"
    )


def _repaired(
    broken: list[tuple[int, str, int]], header: _Header
) -> tuple[list[tuple[int, list[str | None]]], list[tuple[int, str, int]]]:
    """Lines that differ from the header by empty cells at the end only, and all others.

    A line of totals may end with its last amount; what it says is compared, it is no record.
    """
    width = len(header.cells)
    whole, rest = [], []
    for number, text, fields in broken:
        try:
            cells = next(csv.reader([text], delimiter=header.delimiter), [])
        except csv.Error:
            cells = []
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            whole.append((number, [cell or None for cell in cells[:width]]))
        elif 0 < len(cells) < width and (
            is_named_total(cells) or not any(header.cells[len(cells) :])
        ):
            whole.append((number, [cell or None for cell in cells] + [None] * (width - len(cells))))
        else:
            rest.append((number, text, fields))
    return whole, rest


def _line_by_line(body: bytes, header: _Header) -> _Records:
    """Read a file with a stray quotation mark line by line: only that line is lost, and reported.

    Every line is read for itself, so that only the line with the mark is lost to the table, and it
    is told of.
    """
    cells: list[list[str | None]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str, int]] = []
    width = len(header.cells)
    for number, line in enumerate(io.StringIO(body.decode()), 1):
        text = line.rstrip("\r\n")
        if text.count('"') % 2:
            broken.append((number, text, 0))
            continue
        try:
            row = next(csv.reader([text], delimiter=header.delimiter), [])
        except csv.Error:
            broken.append((number, text, 0))
            continue
        if text and len(row) != width:
            whole, _ = _repaired([(number, text, len(row))], header)
            if not whole:
                broken.append((number, text, len(row)))
                continue
            row = [cell or "" for cell in whole[0][1]]
        cells.append([cell or None for cell in row] or [None] * width)
        numbers.append(number)
    columns = zip(*cells, strict=True) if cells else ((),) * width
    return _Records(
        tuple(pa.array(column, pa.string()) for column in columns),
        np.array(numbers, np.int64),
        tuple(broken),
    )


def _broken(row: int, text: str, fields: int, width: int) -> Broken:
    if fields == 0:
        return Broken(row, _shown(text), kinds.OPEN_QUOTE())
    return Broken(row, _shown(text), kinds.CELLS_OF_LINE(cells=fields, headings=width))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
