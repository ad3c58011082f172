"""Hashes of rows, made by DuckDB.

They are the same for the same values by the same version of DuckDB, in whatever file and order
the rows stand.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl.catalogue.schema import Table

MODULUS: Final = 2**63 - 1
"""Sums of hashes are kept modulo this number, so that they are whole numbers of eight bytes."""


def key_columns(table: Table, data: pa.Table) -> list[Any]:
    """The columns of a row's key.

    A negative premium under the key of a positive one takes that one back: its sign is part of the
    key.
    """
    columns = [data[code] for code in table.key]
    if table.taken_back:
        columns.append(pc.less(data[table.taken_back], 0))
    return columns


def of_keys(table: Table, data: pa.Table) -> NDArray[np.uint64]:
    """The hash of the key of each row, in the order of the rows."""
    columns = key_columns(table, data)
    names = [f"part_{number}" for number in range(len(columns))]
    with _database().cursor() as cursor:
        cursor.register("rows", pa.table(dict(zip(names, columns, strict=True))))
        found = cursor.execute(f"SELECT hash({', '.join(names)}) AS hash FROM rows").fetchnumpy()
    return np.asarray(found["hash"], np.uint64)


def by_month(data: pa.Table, month: str) -> dict[int, tuple[int, int]]:
    """The number of rows and the sum of their hashes by month; an SQL expression gives the
    month.
    """
    # A sum does not care for the order, and unlike XOR tells two equal rows from none.
    with _database().cursor() as cursor:
        cursor.register("rows", data)
        found = cursor.execute(
            f"SELECT {month}, COUNT(*), CAST(SUM(CAST(hash(t) AS HUGEINT)) AS VARCHAR)"
            " FROM rows AS t GROUP BY ALL HAVING COUNT(*) > 0"
        ).fetchall()
    return {number: (rows, int(total) % MODULUS) for number, rows, total in found}


@functools.cache
def _database() -> Any:
    """A database in memory that nothing is kept in: beginning one takes longer than most files."""
    import duckdb

    return duckdb.connect()
