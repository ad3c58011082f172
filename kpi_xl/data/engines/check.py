"""The check of the tables in a company's own database.

They are used as they are: what is wrong in them is for their owner to put right, and this says how
much of what there is. Only rows with an empty required cell are set aside, as in files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from kpi_xl import kinds
from kpi_xl.catalogue.schema import LONG, Column, Table
from kpi_xl.checks.checked import Checked, CheckedFile, CheckedTable
from kpi_xl.data.engines.engine import Database
from kpi_xl.data.engines.own_tables import own_tables_of
from kpi_xl.data.engines.query import Query
from kpi_xl.data.engines.raw_tables import is_flag, select
from kpi_xl.fault import Fault
from kpi_xl.raw_files.problem import Problem
from kpi_xl.settings.project_settings import Settings


def check_database(database: Database, settings: Settings, *, thorough: bool = True) -> Checked:
    """Count the rows of every raw table, and those with something wrong.

    Parameters
    ----------
    database : Database
        The address of the database and the names of its tables.
    settings : Settings
        What the project declares itself.
    thorough : bool
        Look for duplicates in the long tables too, which takes about as long as computing.

    Returns
    -------
    Checked
        Of each standard table the numbers of rows alone, the rows stay where they are; of the
        project's own all.
    """
    tables: dict[str, CheckedTable] = {}
    problems: list[Problem] = []
    for code, table in database.tables.items():
        raw = database.raw(code)
        if raw is None:
            continue
        every_row = select(table, *raw, usable=False)
        counts = _counts(database, table, every_row)
        rows, aside = counts["all"], counts["aside"]
        file = CheckedFile(Path(code), code, None, {}, (), rows, rows - aside)
        tables[code] = CheckedTable(table, pa.table({"row": pa.nulls(rows - aside)}), (file,))
        problems += _of_cells(table, counts)
        if table.key and (thorough or code not in LONG):
            problems += _of_keys(database, table, every_row)
    own, of_own = own_tables_of(database, settings)
    return Checked(tables | own, problems + of_own, [])


def _counts(database: Database, table: Table, every_row: str) -> dict[str, int]:
    """The number of rows, of rows set aside, and of rows with a problem in each column."""
    wrong = {column.code: text for column in table.columns if (text := _wrong(column))}
    required = [wrong[column.code] for column in table.columns if column.required]
    conditions = {"all": "TRUE", "aside": " OR ".join(required), **wrong}
    sums = ", ".join(
        f"CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT) AS of_{name}"
        for name, condition in conditions.items()
    )
    row = database.fetch(Query(f"SELECT {sums} FROM (\n{every_row}\n) AS every_row"))
    return {name: int(row[f"of_{name}"][0]) for name in conditions}


def _wrong(column: Column) -> str | None:
    if column.required:
        return f'"{column.code}" IS NULL'
    if column.choices and not is_flag(column):
        known = ", ".join(f"'{stored}'" for stored in sorted({s for _, s in column.choices}))
        return f'"{column.code}" NOT IN ({known})'
    return None


def _of_cells(table: Table, counts: dict[str, int]) -> Iterator[Problem]:
    for column in table.columns:
        if not (number := counts.get(column.code)):
            continue
        if column.required:
            fault = kinds.ROWS_EMPTY(count=number)
        else:
            words = "、".join(dict.fromkeys(stored for _, stored in column.choices))
            fault = kinds.ROWS_UNKNOWN(count=number, words=words)
        yield _problem(table, column.code, fault)


def _of_keys(database: Database, table: Table, every_row: str) -> Iterator[Problem]:
    key = ", ".join(f'"{code}"' for code in table.key)
    found = database.fetch(
        Query(
            "SELECT COUNT(*) AS keys, CAST(COALESCE(SUM(extra), 0) AS BIGINT) AS extra FROM ("
            f"SELECT {key}, COUNT(*) - 1 AS extra FROM (\n{every_row}\n) AS every_row "
            f"GROUP BY {key} HAVING COUNT(*) > 1) AS repeated"
        )
    )
    if extra := int(found["extra"][0]):
        names = "、".join(table.column(code).name for code in table.key)
        yield _problem(table, table.key[0], kinds.ROWS_REPEATED(key=names, count=extra))


def _problem(table: Table, column: str, fault: Fault) -> Problem:
    return Problem(table.name, table.code, None, None, column, None, fault)
