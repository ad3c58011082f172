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
from typing import Final

import duckdb
import pyarrow as pa

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.data import hashes
from kpi_xl.data.checked import Checked, CheckedTable, Part
from kpi_xl.data.code_version import program
from kpi_xl.data.computation import Changed
from kpi_xl.data.steps import Months
from kpi_xl.project import Settings

LONG: Final = {
    "policies": "issued", "dues": "due", "activities": "day", "attendance": "day", "counts": "day",
}  # fmt: skip
"""The raw tables that are kept month by month, and the day that tells the month."""

_ROSTER: Final = ("agents", "transfers", "promotions")
"""The raw tables that say who was where, as what."""


def remember(store: duckdb.DuckDBPyConnection, checked: Checked, settings: Settings) -> None:
    """Keep the fingerprints of the tables in a new store, and what it was made with."""
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


def replace_rows(store: duckdb.DuckDBPyConnection, checked: Checked, settings: Settings) -> Changed:
    """Put the rows of the months that differ in place of those in the store.

    A short table that differs is replaced whole.

    Parameters
    ----------
    store : duckdb connection
        To the store, in a transaction.
    checked : Checked
        All the raw files.
    settings : Settings
        The project's settings.

    Returns
    -------
    Changed
        What differed; under ``production`` there are also the months in which policies of changed
        months were withdrawn, under ``renewals`` those in which something was due on a policy that
        has changed, or within a year after an instalment that came or went.
    """
    calendar = Months(settings.month_cut)
    changed = {}
    produced: set[int] = set()
    store.execute("CREATE OR REPLACE TEMP TABLE touched (policy VARCHAR)")
    store.execute("CREATE OR REPLACE TEMP TABLE moved (policy VARCHAR, due DATE)")
    for code in TABLES:
        table = checked.tables.get(code)
        parts = _parts(table, settings) if table else []
        months = changed[code] = _changed(store, code, _together(parts))
        if not months:
            continue
        columns = ", ".join(f'"{column.code}"' for column in TABLES[code].columns)
        source = f"(SELECT {columns} FROM {code} WHERE FALSE)"
        if table:
            source = "incoming"
            with_these = [data for data, of_part in parts if months & of_part.keys()]
            store.register(source, pa.concat_tables(with_these or [table.data.slice(0, 0)]))
        if code not in LONG:
            store.execute(f"CREATE OR REPLACE TABLE {code} AS SELECT * FROM {source} AS t")
            continue
        meant = Months(settings.month_cut, months).during(LONG[code])
        if code == "policies":
            withdrawn = calendar.business_month("withdrawn")
            for rows in (code, source):
                found = store.execute(
                    f"SELECT DISTINCT {withdrawn} FROM {rows} AS t"
                    f" WHERE {meant} AND withdrawn IS NOT NULL"
                ).fetchall()
                produced.update(number for (number,) in found)
            old, new = (
                f"SELECT {columns} FROM {rows} AS t WHERE {meant}" for rows in (code, source)
            )
            if store.execute(f"SELECT COUNT(*) FROM ({old}) AS gone").fetchone() == (0,):
                store.execute(f"INSERT INTO touched SELECT policy FROM ({new}) AS come")
            else:
                store.execute(
                    f"INSERT INTO touched SELECT policy FROM ({old} EXCEPT ALL {new}) AS gone"
                    f" UNION SELECT policy FROM ({new} EXCEPT ALL {old}) AS come"
                )
        if _columns_of(store, code) != _columns_of(store, source):
            # There were no files of this table before, or there are none any more.
            store.execute(f"CREATE OR REPLACE TABLE {code} AS SELECT * FROM {source} AS t")
            continue
        if code == "dues":
            for one, other in ((code, source), (source, code)):
                store.execute(
                    f"INSERT INTO moved SELECT policy, due FROM {one} AS t WHERE {meant}"
                    f" EXCEPT SELECT policy, due FROM {other} AS t WHERE {meant}"
                )
        store.execute(f"DELETE FROM {code} WHERE {meant}")
        store.execute(f"INSERT INTO {code} SELECT * FROM {source} AS t WHERE {meant}")
    store.unregister("incoming")
    due = calendar.business_month("due")
    renewed = store.execute(
        f"SELECT DISTINCT {due} FROM dues WHERE policy IN (SELECT policy FROM touched)"
        # What comes before an instalment tells whether it is the first of its year.
        f" UNION SELECT DISTINCT {calendar.business_month('dues.due')} FROM dues"
        " JOIN moved ON moved.policy = dues.policy AND dues.due > moved.due"
        " AND dues.due < moved.due + INTERVAL '12' MONTH"
    ).fetchall()
    months_of = {code: changed[code] for code in LONG}
    return Changed(
        months_of
        | {
            "production": changed["policies"] | produced,
            "renewals": changed["dues"] | {month for (month,) in renewed},
        },
        roster=any(changed[code] for code in _ROSTER),
    )


def of_part(code: str, data: pa.Table, settings: Settings) -> dict[int, tuple[int, int]]:
    """The fingerprints of some rows of a raw table; those of short tables are of the month 0."""
    calendar = Months(settings.month_cut)
    return hashes.by_month(data, calendar.business_month(LONG[code]) if code in LONG else "0")


Fingerprints = Mapping[int, tuple[int, int]]
"""The number of rows and the sum of their hashes, by month."""


def _parts(table: CheckedTable, settings: Settings) -> list[tuple[pa.Table, Fingerprints]]:
    """The rows of a table with their fingerprints: file by file those known, the rest together."""
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
    """The months whose fingerprints differ; the new ones are kept."""
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
    """Changes with the program and with every setting that counts."""
    return hashlib.sha256(repr((program(), settings)).encode()).hexdigest()
