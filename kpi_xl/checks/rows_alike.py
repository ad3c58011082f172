"""Equal rows of a table without a key, and the row that each is equal to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.catalogue.schema import Table
from kpi_xl.checks.finding import Finding

_ONE: Final = {"count": 1, "money": 100}
"""One, as amounts of each kind are kept."""


def rows_alike(table: Table, data: pa.Table) -> Iterator[Finding]:
    """Rows of a table without a key that are equal in every cell: perhaps exported twice.

    A list with a row for each single visit has rows alike, and each of them counts one: of those
    nothing is said.
    """
    amounts = [column for column in table.columns if column.kind in _ONE]
    if table.key or not amounts or data.num_rows < 2:
        return
    first = first_alike([data[column.code] for column in table.columns])
    again = np.flatnonzero(first != np.arange(len(first)))
    rows = data.take(pa.array(again))
    several = np.zeros(len(again), bool)
    for column in amounts:
        amount = pc.abs(pc.fill_null(rows[column.code], 0))
        several |= np.asarray(pc.greater(amount, _ONE[column.kind]), bool)
    again = again[several]
    if len(again):
        row, like = int(again[0]), int(first[again[0]])
        fault = kinds.ROWS_ALIKE(where=where_of(data, like, row), count=len(again))
        yield Finding(row, table.columns[0].code, fault)


def where_of(data: pa.Table, before: int, row: int) -> str:
    """The place of an earlier row."""
    number = data["source_row"][before].as_py()
    file, own = (data["source_file"][i].as_py() for i in (before, row))
    return f"第 {number} 行" if file == own else f"文件“{file}”第 {number} 行"


def first_alike(parts: list[Any]) -> NDArray[np.int64]:
    """The first row with the same values, for each row."""
    codes: NDArray[np.int64] | None = None
    for part in parts:
        encoded = pc.dictionary_encode(part, null_encoding="encode")
        encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
        indices = encoded.indices.to_numpy().astype(np.int64)
        if codes is None:
            codes = indices
        else:
            # Below 2**31 times 2**31 nothing overflows.
            codes = np.unique(codes * len(encoded.dictionary) + indices, return_inverse=True)[1]
        if codes.max() + 1 == len(codes):
            return np.arange(len(codes))
    assert codes is not None
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], np.int64)
