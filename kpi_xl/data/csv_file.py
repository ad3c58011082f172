"""Delimited text files as text columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from kpi_xl import kinds
from kpi_xl.data.encoding import to_utf8
from kpi_xl.data.grid import Broken, Grid, empty_file
from kpi_xl.data.headings import HEADER_WITHIN, Headings, Match
from kpi_xl.errors import InputError

_DELIMITERS: Final = (",", "\t", ";", "|")
_SHOWN: Final = 80
_BLOCK: Final = 8 << 20


@dataclass(frozen=True)
class _Header:
    """The header of a text file: its cells, its record number, where the records after it begin."""

    match: Match
    cells: tuple[str, ...]
    number: int
    end: int
    delimiter: str


def read_csv(file: Path, headings: Headings) -> Grid:
    """Read a .csv file.

    The encoding (UTF-8, UTF-16, GBK) and the delimiter (comma, tab, semicolon, bar) are found out.

    Parameters
    ----------
    file : Path
        The file.
    headings : Headings
        What is looked for.

    Raises
    ------
    InputError
        When the file is no text, or has no row with the headings.
    """
    content = to_utf8(file.read_bytes(), file)
    if not content.strip():
        raise empty_file(file)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # as Macs once ended their lines
    header = _header(content, headings, file)
    headings.insist(header.match, header.cells, file, None, header.number)
    records = _records(content[header.end :], header)
    return Grid(
        headings=tuple(cell.strip() for cell in header.cells),
        match=header.match,
        columns=records.columns,
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
        found = headings.find(rows)
        if found is None:
            continue
        index, match = found
        if best is None or headings.better(match, best.match):
            best = _Header(match, tuple(rows[index]), index + 1, ends[index], delimiter)
        if not match.missing and len(match.positions) > 1:
            break  # cells that are all named like this are no accident
    if best is None:
        first = next((line.decode().strip() for line in top if line.strip()), "")
        raise InputError(
            f"找不到{headings.table.name}表的标题行",
            f"标题行要在前 {HEADER_WITHIN} 行里，要有这些标题：{headings.wanted}；"
            "请检查是不是放错了文件，或在 kpi.toml 的 "
            f"[columns.{headings.table.name}] 里写明对应的标题",
            file=file,
            row=1,
            value=_shown(first),
        )
    return best


def _lines(content: bytes) -> Iterator[bytes]:
    """The lines the header is looked for in."""
    start = 0
    # A header cell may be of several lines.
    for _ in range(4 * HEADER_WITHIN):
        if start >= len(content):
            return
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end


def _parse(lines: list[bytes], delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The records of some lines, and where each ends in bytes."""
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
    """The records below a header: columns, number of each from 1, and the lines that are none."""

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
    if any("\n" in text for _, text, _ in broken) or _swallows(table, header.delimiter):
        return _line_by_line(body, header)
    numbers = np.arange(1, table.num_rows + len(broken) + 1, dtype=np.int64)
    numbers = np.delete(numbers, [number - 1 for number, _, _ in broken])
    return _Records(tuple(table.columns), numbers, tuple(broken))


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


def _swallows(table: pa.Table, delimiter: str) -> bool:
    """Whether a cell holds whole lines: a quotation mark has no counterpart then."""
    for column in table.columns:
        several = column.filter(pc.match_substring(column, "\n"))
        if several.length() and pc.any(pc.match_substring(several, delimiter)).as_py():
            return True
    return False


def _line_by_line(body: bytes, header: _Header) -> _Records:
    """The records of a file with a stray quotation mark, which would swallow what follows it.

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
            broken.append((number, text, len(row)))
            continue
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
