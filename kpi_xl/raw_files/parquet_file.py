"""Read Parquet files as text, so that they are checked like all others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.raw_files.grid import Grid
from kpi_xl.raw_files.headings import Headings


def read_parquet(file: Path, headings: Headings) -> Grid:
    """Read the columns of a .parquet file that a table needs.

    Parameters
    ----------
    headings : Headings
        What is looked for.

    Raises
    ------
    InputError
        When it is no Parquet file, or lacks a required column.
    """
    try:
        # Opened here so that a path with Chinese letters is no concern of Arrow's.
        with file.open("rb") as content, pq.ParquetFile(content) as parquet:
            names = parquet.schema_arrow.names
            match = headings.match(names)
            headings.insist(match, names, file, None, 1)
            # Other columns are of no use here: a Parquet file has no blank rows or totals.
            wanted = sorted(match.positions.values())
            table = parquet.read(columns=[names[i] for i in wanted])
            table.validate(full=True)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _no_parquet(file) from error
    columns: list[Any] = [pa.nulls(table.num_rows, pa.string())] * len(names)
    for column, position in zip(table.columns, wanted, strict=True):
        columns[position] = _text(column.combine_chunks(), file, names[position])
    return Grid(
        headings=tuple(names),
        match=match,
        columns=tuple(columns),
        rows=pa.array(range(1, table.num_rows + 1), pa.int64()),
    )


def headings_of(file: Path) -> list[str | None]:
    """The names of the columns of a .parquet file.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        with file.open("rb") as content, pq.ParquetFile(content) as parquet:
            return list(parquet.schema_arrow.names)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _no_parquet(file) from error


def _no_parquet(file: Path) -> InputError:
    return InputError(kinds.NOT_PARQUET(), file=file)


def _text(column: Any, file: Path, heading: str) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.dictionary_decode(), file, heading)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        # The day meant is the day where it was written, not the day in Greenwich.
        column = pc.local_timestamp(column)
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InputError(
            kinds.COLUMN_OF_OTHER_TYPE(type=kind), file=file, column=heading
        ) from error
