"""Which months of the raw tables have changed since they were put into the store.

A month's fingerprint is how many rows it has and the sum of their hashes, so a row that was added,
corrected or deleted shows in whatever file and order it stands. Dues are told apart by the month
they fall due in: a late payment changes that month. The short tables have one fingerprint each.

As sums, a table's fingerprints are those of its files together; what is kept of a file that has not
changed is not made again, and only the files with rows of a changed month are put in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import duckdb
import pyarrow as pa

from kpi_xl.catalogue.schema import LONG
from kpi_xl.checks import hashes
from kpi_xl.checks.checked import Checked, CheckedTable, Part
from kpi_xl.data.code_version import program
from kpi_xl.data.computation import Changed
from kpi_xl.data.sql_calendar import Months
from kpi_xl.data.step import Step
from kpi_xl.data.steps import KEPT, ROSTER
from kpi_xl.settings.project_settings import Settings


def remember(store: duckdb.DuckDBPyConnection, checked: Checked, settings: Settings) -> None:
    """Keep the fingerprints of the tables in a new store, and the settings it was made with."""
    store.execute("CREATE TABLE made_with (basis VARCHAR)")
    store.execute("INSERT INTO made_with VALUES (?)", [_basis(settings)])
    store.execute(
        "CREATE TABLE fingerprints (name VARCHAR, month INTEGER, number BIGINT, hash BIGINT)"
    )
    for code, table in checked.tables.items():
        _keep(store, code, _together(_parts(table, settings)))


def is_of(store: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Whether a store was made by this version, with these settings."""
    try:
        found = store.execute("SELECT basis FROM made_with").fetchone()
    except duckdb.Error:
        return False
    return found is not None and found[0] == _basis(settings)


_JOINING: Final = tuple(one for one in KEPT if one.key)
"""The kept steps whose facts are joined to other rows."""


def replace_rows(store: duckdb.DuckDBPyConnection, checked: Checked, settings: Settings) -> Changed:
    """Replace the rows of the months that differ from those in the store.

    A short table that differs is replaced whole.

    Parameters
    ----------
    store : duckdb connection
        To the store, in a transaction.
    checked : Checked
        All the raw files.

    Returns
    -------
    Changed
        What differed. Facts count in the months of all their days; those with a key also change
        with the rows that are joined to them, and with those of the same key shortly before them.
    """
    calendar = Months(settings.month_cut)
    changed: dict[str, frozenset[int]] = {}
    of_steps: dict[str, set[int]] = {one.name: set() for one in KEPT}
    for one in _JOINING:
        store.execute(f"CREATE OR REPLACE TEMP TABLE {one.name}_touched (key VARCHAR)")
        store.execute(f"CREATE OR REPLACE TEMP TABLE {one.name}_moved (key VARCHAR, day DATE)")
    for code, meant_table in settings.tables.items():
        table = checked.tables.get(code)
        parts = _parts(table, settings) if table else []
        months = changed[code] = _changed(store, code, _together(parts))
        if not months:
            continue
        columns = ", ".join(f'"{column.code}"' for column in meant_table.columns)
        source = f"(SELECT {columns} FROM {code} WHERE FALSE)"
        if table:
            source = "incoming"
            with_these = [data for data, of_part in parts if months & of_part.keys()]
            store.register(source, pa.concat_tables(with_these or [table.data.slice(0, 0)]))
        if code not in LONG:
            store.execute(f"CREATE OR REPLACE TABLE {code} AS SELECT * FROM {source} AS t")
            continue
        meant = Months(settings.month_cut, months).during(LONG[code].day)
        old, new = (f"SELECT {columns} FROM {rows} AS t WHERE {meant}" for rows in (code, source))
        for name, of_step in _counting(store, code, f"{old} UNION ALL {new}", calendar).items():
            of_steps[name] |= months | of_step
        for one in _JOINING:
            if code in one.reads[1:]:
                _touch(store, one, old, new)
        if _columns_of(store, code) != _columns_of(store, source):
            # There were no files of this table before, or there are none any more.
            store.execute(f"CREATE OR REPLACE TABLE {code} AS SELECT * FROM {source} AS t")
            continue
        for one in _JOINING:
            if code == one.reads[0]:
                _move(store, one, old, new)
        store.execute(f"DELETE FROM {code} WHERE {meant}")
        store.execute(f"INSERT INTO {code} SELECT * FROM {source} AS t WHERE {meant}")
    store.unregister("incoming")
    for one in _JOINING:
        of_steps[one.name] |= _reached(store, one, calendar)
    return Changed(of_steps, any(changed[code] for code in ROSTER), changed)


def _counting(
    store: duckdb.DuckDBPyConnection, code: str, rows: str, calendar: Months
) -> dict[str, set[int]]:
    """The months in which the kept steps count a raw table's rows by further days."""
    found: dict[str, set[int]] = {}
    for one in KEPT:
        if one.reads[0] == code:
            found[one.name] = set()
            for day in one.days[1:]:
                months = store.execute(
                    f"SELECT DISTINCT {calendar.business_month(day)} FROM ({rows}) AS t"
                    f" WHERE {day} IS NOT NULL"
                ).fetchall()
                found[one.name] |= {number for (number,) in months}
    return found


def _touch(store: duckdb.DuckDBPyConnection, one: Step, old: str, new: str) -> None:
    """Note the keys of changed rows that are joined to a step's facts."""
    into = f"INSERT INTO {one.name}_touched SELECT {one.key} FROM"
    if store.execute(f"SELECT COUNT(*) FROM ({old}) AS gone").fetchone() == (0,):
        store.execute(f"{into} ({new}) AS come")
    else:
        store.execute(
            f"{into} ({old} EXCEPT ALL {new}) AS gone"
            f" UNION SELECT {one.key} FROM ({new} EXCEPT ALL {old}) AS come"
        )


def _move(store: duckdb.DuckDBPyConnection, one: Step, old: str, new: str) -> None:
    """Note the keys and days of a step's facts that were added or removed."""
    what = f"SELECT {one.key}, {one.days[0]} FROM"
    for these, those in ((old, new), (new, old)):
        store.execute(
            f"INSERT INTO {one.name}_moved {what} ({these}) AS t EXCEPT {what} ({those}) AS t"
        )


def _reached(store: duckdb.DuckDBPyConnection, one: Step, calendar: Months) -> set[int]:
    """The months whose facts change because facts of other months changed."""
    facts, key, day = one.reads[0], one.key, one.days[0]
    found = store.execute(
        f"SELECT DISTINCT {calendar.business_month(day)} FROM {facts}"
        f" WHERE {key} IN (SELECT key FROM {one.name}_touched)"
        f" UNION SELECT DISTINCT {calendar.business_month(f'facts.{day}')} FROM {facts} AS facts"
        f" JOIN {one.name}_moved AS moved ON moved.key = facts.{key} AND facts.{day} > moved.day"
        f" AND facts.{day} < moved.day + INTERVAL '{one.reaches}' MONTH"
    ).fetchall()
    return {number for (number,) in found}


def of_part(code: str, data: pa.Table, settings: Settings) -> dict[int, tuple[int, int]]:
    """The fingerprints of some rows of a raw table; those of short tables are of the month 0."""
    calendar = Months(settings.month_cut)
    return hashes.by_month(data, calendar.business_month(LONG[code].day) if code in LONG else "0")


Fingerprints = Mapping[int, tuple[int, int]]
"""The number of rows and the sum of their hashes, by month."""


def _parts(table: CheckedTable, settings: Settings) -> list[tuple[pa.Table, Fingerprints]]:
    """The rows of a table with their fingerprints: each known file, and the rest together."""
    parts = table.parts or (Part(table.data),)
    found = [(part.data, part.months) for part in parts if part.months is not None]
    if rest := [part.data for part in parts if part.months is None]:
        data = pa.concat_tables(rest)
        found.append((data, of_part(table.table.code, data, settings)))
    return found


def _together(parts: list[tuple[pa.Table, Fingerprints]]) -> Fingerprints:
    found: dict[int, tuple[int, int]] = {}
    for _, of_one in parts:
        for month, (number, total) in of_one.items():
            before, sum_before = found.get(month, (0, 0))
            found[month] = before + number, (sum_before + total) % hashes.MODULUS
    return found


def _changed(store: duckdb.DuckDBPyConnection, code: str, seen: Fingerprints) -> frozenset[int]:
    """Find the months whose fingerprints differ, and keep the new ones."""
    rows = store.execute(
        "SELECT month, number, hash FROM fingerprints WHERE name = ?", [code]
    ).fetchall()
    before = {month: (number, total) for month, number, total in rows}
    months = frozenset(m for m in {*before, *seen} if before.get(m) != seen.get(m))
    if months:
        store.execute("DELETE FROM fingerprints WHERE name = ?", [code])
        _keep(store, code, seen)
    return months


def _keep(store: duckdb.DuckDBPyConnection, code: str, seen: Fingerprints) -> None:
    months = sorted(seen)
    numbers, totals = ([seen[month][i] for month in months] for i in (0, 1))
    store.execute(
        "INSERT INTO fingerprints SELECT ?, UNNEST(?::INTEGER[]), UNNEST(?::BIGINT[]),"
        " UNNEST(?::BIGINT[])",
        [code, months, numbers, totals],
    )


def _columns_of(store: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [
        str(column) for column, *_ in store.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    ]


def _basis(settings: Settings) -> str:
    """A text that changes with the program and with every setting that counts.

    What a project declares itself has tables of its own, by its hash.
    """
    standard = replace(settings, definitions=())
    return hashlib.sha256(
        repr((program(), standard, settings.beside_standard)).encode()
    ).hexdigest()
