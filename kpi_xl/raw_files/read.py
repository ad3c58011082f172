"""Read raw files as columns of text.

Nothing is judged here but what is no record at all: lines with too few or too many cells, and rows
of totals. Blank rows are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.calendar import WorkCalendar
from kpi_xl.catalogue.schema import Table
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.raw_files import day_grid, excel_file, totals
from kpi_xl.raw_files.csv_file import read_csv
from kpi_xl.raw_files.formats import WORKBOOKS, Format, format_of
from kpi_xl.raw_files.grid import Grid, empty_file, not_open
from kpi_xl.raw_files.headings import Header, Headings
from kpi_xl.raw_files.not_counted import headed_off, said_in_comments, struck_through
from kpi_xl.raw_files.parquet_file import read_parquet
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.raw_texts import RawTable
from kpi_xl.raw_files.sources import Source
from kpi_xl.raw_files.tables_below import rows_of_headings
from kpi_xl.raw_files.target_grid import target_rows
from kpi_xl.settings.project_settings import Settings


def read_source(source: Source, settings: Settings) -> RawTable:
    """Read a worksheet or file as the raw table that it was found to be.

    Parameters
    ----------
    source : Source
        Where it is, and what.
    settings : Settings
        What kpi.toml says of its headings.

    Raises
    ------
    InputError
        When it cannot be read at all, or lacks a required column.
    """
    file, table = source.file, settings.lists[source.code]
    headings = Headings.of(table, settings, source.name, source.sheet)
    raw = _raw_table(source, table, _grid(file, source.format, source.sheet, headings), settings)
    return replace(raw, said=settings.said_of(source.name, source.sheet))


def as_written(
    source: Source, settings: Settings, rows: Sequence[int]
) -> tuple[tuple[str, ...], dict[int, tuple[str, ...]]]:
    """The headings of a file and some of its rows, unchanged.

    Parameters
    ----------
    source : Source
        Where it is, and what.
    settings : Settings
        What kpi.toml says of its headings.
    rows : sequence of int
        The numbers of the rows; those that are no records of its columns are not given.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    headings = Headings.of(settings.lists[source.code], settings, source.name, source.sheet)
    grid = _grid(source.file, source.format, source.sheet, headings)
    places = pc.index_in(pa.array(sorted(set(rows)), pa.int64()), grid.rows).drop_null()
    cells = [column.take(places).to_pylist() for column in grid.columns]
    numbers = grid.rows.take(places).to_pylist()
    found = {
        number: tuple(cell or "" for cell in row)
        for number, row in zip(numbers, zip(*cells, strict=True), strict=True)
    }
    return grid.headings, found


def read_table(file: Path, table: Table, columns: Mapping[str, str] | None = None) -> RawTable:
    """Read a file as one of the raw tables.

    Parameters
    ----------
    file : Path
        A workbook, a text or a .parquet file.
    table : Table
        The declaration of the raw table.
    columns : mapping of str to str, optional
        Headings by column code that are not among the table's own.

    Raises
    ------
    InputError
        When the file cannot be read at all, or lacks a required column.
    """
    try:
        if file.stat().st_size == 0:
            raise empty_file(file)
        kind = format_of(file)
    except FileNotFoundError as error:
        raise InputError(kinds.NO_SUCH_FILE(), file=file) from error
    except PermissionError as error:
        raise not_open(file) from error
    if kind is None:
        fault = kinds.NOT_READ(suffix=file.suffix) if file.suffix else kinds.WITHOUT_SUFFIX()
        raise InputError(fault, file=file)
    sheet = _sheet_of(file, kind, table, columns) if kind in WORKBOOKS else None
    source = Source(table.code, file, file.name, sheet, kind)
    grid = _grid(file, kind, sheet, Headings(table, columns or {}))
    return _raw_table(source, table, grid, Settings())


def _sheet_of(
    file: Path, kind: Format, table: Table, columns: Mapping[str, str] | None
) -> str | None:
    """The first worksheet with a table's headings, or the most similar one."""
    headings = Headings(table, columns or {})
    best: tuple[str | None, Header] | None = None
    tops = [top for top in excel_file.tops(file, kind) if not top.hidden]
    for top in tops:
        header = headings.find(top.rows)
        if header and (best is None or headings.better(header.match, best[1].match)):
            best = top.sheet, header
    if best is None:
        raise headings.absent(file, None, None, others=[top.sheet for top in tops if top.sheet])
    others = [top.sheet for top in tops if top.sheet and top.sheet != best[0]]
    headings.insist(best[1].match, best[1].cells, file, best[0], best[1].last + 1, others)
    return best[0]


def _grid(file: Path, kind: Format, sheet: str | None, headings: Headings) -> Grid:
    try:
        if kind in WORKBOOKS:
            return excel_file.read_sheet(file, kind, sheet, headings)
        return (read_csv if kind == "text" else read_parquet)(file, headings)
    except PermissionError as error:
        raise not_open(file) from error


def _raw_table(source: Source, table: Table, grid: Grid, settings: Settings) -> RawTable:
    cells = [_trimmed(column) for column in grid.columns]
    first = pc.coalesce(*cells)
    by_code = {code: cells[position] for code, position in grid.match.positions.items()}
    used = grid.match.used
    others = [cells[i] for i, h in enumerate(grid.headings) if h and i not in used]
    total = totals.are_totals(table, first, by_code, others)
    struck = struck_through(table.code, grid, cells)
    aside: dict[int, Fault] = dict.fromkeys(
        np.flatnonzero(struck.rows).tolist(), kinds.STRUCK_ROW()
    )
    off = headed_off(cells, first)
    aside |= {place: kinds.BELOW_NOT_TO_COUNT(words=words) for place, words in off.items()}
    aside |= dict(rows_of_headings(table, grid, cells, first))
    total[list(aside)] = False
    no_record = total.copy()
    no_record[list(aside)] = True
    keep = pc.and_(pc.is_valid(first), pa.array(~no_record))
    of_totals = totals.found(table, grid.rows, first, by_code, total)
    malformed = [
        Problem(table.name, source.name, grid.sheet, line.row, None, line.text, line.fault)
        for line in grid.broken
    ]
    malformed += [
        Problem(table.name, source.name, grid.sheet, one.row, None, one.label, kinds.TOTALS())
        for one in of_totals
    ]
    malformed += [
        Problem(table.name, source.name, grid.sheet, row, None, first[place].as_py(), fault)
        for place, fault in aside.items()
        if (row := grid.rows[place].as_py())
    ]
    whole = pc.all(keep).as_py()
    raw = RawTable(
        table=table,
        source=source,
        columns={
            code: column if whole else column.filter(keep) for code, column in by_code.items()
        },
        headings={code: grid.headings[i] for code, i in grid.match.positions.items()},
        rows=grid.rows if whole else grid.rows.filter(keep),
        unused=tuple(h for i, h in enumerate(grid.headings) if h and i not in used),
        malformed=tuple(sorted(malformed, key=lambda problem: problem.row or 0)),
        above=grid.above,
        units=grid.units,
        computed=grid.computed,
        hidden=grid.hidden,
        hidden_columns=grid.hidden_columns,
        struck=tuple(struck.told()),
        comments=tuple(said_in_comments(grid)),
        others={
            heading: cells[i] if whole else cells[i].filter(keep)
            for i, heading in enumerate(grid.headings)
            if heading and i not in used
        },
        totals=tuple(of_totals),
        unnamed=tuple(
            (next((h for h in reversed(grid.headings[:i]) if h), ""), column.filter(keep))
            for i, (heading, column) in enumerate(zip(grid.headings, cells, strict=False))
            if not heading and column.null_count < len(column)
        ),
    )
    spread = [(grid.headings[i], cells[i].filter(keep)) for i in grid.match.spread]
    if table.grid == "targets":
        return _targets(raw, grid, spread, settings)
    return _attendance(raw, grid, spread, settings.dates) if spread else raw


def _targets(
    raw: RawTable, grid: Grid, spread: Sequence[tuple[str, Any]], settings: Settings
) -> RawTable:
    """Targets with the level of their units, and of a grid a row for each."""
    match, source = grid.match, raw.source
    if match.level:
        level = pa.repeat(pa.scalar(match.level), len(raw.rows))
        raw = replace(raw, columns={**raw.columns, "level": level})
    if not spread:
        return raw
    of_row = {
        code: cells for code, cells in raw.columns.items() if code not in (match.by, "target")
    }
    said = (grid.above, grid.sheet or "", source.file.stem)
    found = target_rows(of_row, raw.rows, spread, match.by, settings.kpis, said, source.file)
    span = f"{spread[0][0]}…{spread[-1][0]}"
    return replace(
        raw,
        columns=found.columns,
        headings=raw.headings | dict.fromkeys((match.by, "target"), span),
        rows=found.rows,
        spread=found.headings,
        others={},
        unnamed=(),
    )


def _attendance(
    raw: RawTable, grid: Grid, spread: Sequence[tuple[str, Any]], dates: WorkCalendar
) -> RawTable:
    """A grid of days as a record for each person and day."""
    source = raw.source
    headings = [heading for heading, _ in spread]
    said = (grid.above, grid.sheet or "", source.file.stem)
    days = day_grid.days_meant(headings, said, source.file, dates.cut)
    of_days = [(day, cells) for day, (_, cells) in zip(days, spread, strict=True)]
    found = day_grid.records(raw.columns["agent"], raw.rows, of_days, dates.work)
    told = [
        kinds.UNKNOWN_MARK(mark=mark, count=len(rows), row=min(rows))
        for mark, rows in found.unknown.items()
    ]
    told += [kinds.BLANK_DAYS(count=found.blanks)] if found.blanks else []
    span = f"{headings[0]}…{headings[-1]}"
    return replace(
        raw,
        columns=found.columns,
        headings={"agent": raw.headings["agent"]}
        | dict.fromkeys(("day", "days_due", "days_present"), span),
        rows=found.rows,
        malformed=(
            *raw.malformed,
            *(
                Problem(raw.table.name, source.name, grid.sheet, None, span, None, fault)
                for fault in told
            ),
        ),
        others={},
        unnamed=(),
    )


def _trimmed(column: Any) -> Any:
    """Cells without spaces around them; null where nothing is left."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    text = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(text, ""), None, text)
