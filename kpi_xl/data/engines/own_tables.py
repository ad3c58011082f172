"""The tables that a project declares itself, where the raw tables are in a company's database.

They are short, and come over whole, as a file of them would: by their own headings, checked cell by
cell and against 人员 as any file is.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Table
from kpi_xl.catalogue.schema import AGENTS, TRANSFERS
from kpi_xl.checks.check import checked_together
from kpi_xl.checks.check_file import read_file
from kpi_xl.checks.checked import CheckedFile, CheckedTable, Part
from kpi_xl.data.engines.engine import Database
from kpi_xl.data.engines.query import Query
from kpi_xl.errors import InputError
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.sources import Source
from kpi_xl.settings.project_settings import Settings


def own_tables_of(
    database: Database, settings: Settings
) -> tuple[dict[str, CheckedTable], list[Problem]]:
    """The project's own tables by code, and the problems found in them.

    Parameters
    ----------
    database : Database
        Where they are, called as in kpi.toml or by an alias.
    """
    if not settings.own_tables:
        return {}, []
    of_tables = {
        one.code: [_of_people(database, settings.tables[one.code])] for one in (AGENTS, TRANSFERS)
    }
    problems: dict[str, list[Problem]] = {code: [] for code in of_tables}
    told: list[Problem] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, table in enumerate(settings.own_tables.values()):
            name, rows = _rows(database, table)
            if rows is None:
                fault = kinds.NO_OWN_TABLE(title=database.title, name=table.name)
                told.append(Problem(table.name, table.name, None, None, None, None, fault))
                continue
            file = Path(folder) / f"{number}.parquet"
            parquet.write_table(rows, file)
            try:
                part, found = read_file(settings, Source(table.code, file, name, None, "parquet"))
            except InputError as error:
                at = error.column, None if error.value is None else str(error.value)
                told.append(Problem(table.name, name, None, None, *at, error.fault))
                continue
            of_tables[table.code], problems[table.code] = [part], found
        tables = checked_together(of_tables, problems, settings)
    own = {
        # Rows of a database stand nowhere.
        code: replace(one, data=one.data.drop_columns(["source_file", "source_row"]))
        for code, one in tables.items()
        if code in settings.own_tables
    }
    return own, told + [replace(one, row=None) for code in own for one in problems[code]]


def days_of(table: CheckedTable | None, day: str) -> Query:
    """The distinct days of a table in the store, for steps that run in the database."""
    days = [] if table is None else table.data[day].unique().drop_null().to_pylist()
    if not days:
        return Query(f'SELECT CAST(NULL AS DATE) AS "{day}" WHERE FALSE')
    listed = ", ".join(f"(DATE '{one.isoformat()}')" for one in sorted(days))
    return Query(f'SELECT listed.day AS "{day}" FROM (VALUES {listed}) AS listed (day)')


def _rows(database: Database, table: Table) -> tuple[str, pa.Table | None]:
    for name in (table.name, *table.aliases):
        if (rows := database.read(name)) is not None:
            return name, rows
    return table.name, None


def _of_people(database: Database, table: Table) -> CheckedTable:
    """人员 or 异动, as the check of the other tables needs them."""
    query = Query(f"SELECT * FROM {table.code}", frozenset((table.code,)))
    data = pa.concat_tables(database.batches(query)).combine_chunks()
    rows = pa.array(range(1, data.num_rows + 1), pa.int64())
    name = pa.DictionaryArray.from_arrays(
        pa.array([0] * data.num_rows, pa.int32()), pa.array([table.code])
    )
    data = data.append_column("source_file", name).append_column("source_row", rows)
    file = CheckedFile(Path(table.code), table.code, None, {}, (), data.num_rows, data.num_rows)
    return CheckedTable(table, data, (file,), (Part(data),))
