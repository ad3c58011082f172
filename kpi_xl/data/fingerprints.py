"""Which months of the raw tables have changed since they were put into the store.

A month's fingerprint is how many rows it has and the sum of their hashes, so a row that was added,
corrected or deleted shows in whatever file and order it stands. Dues are told apart by the month
they fall due in: a late payment changes that month. The short tables have one fingerprint each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import duckdb

from kpi_xl import __version__
from kpi_xl.data.check import Checked
from kpi_xl.data.computation import Changed
from kpi_xl.data.schema import TABLES
from kpi_xl.data.steps import Months
from kpi_xl.project import Settings

LONG: Final = {
    "policies": "issued", "dues": "due", "activities": "day", "attendance": "day", "counts": "day",
}  # fmt: skip
"""The raw tables that are kept month by month, and the day that tells the month."""

_ROSTER: Final = ("agents", "transfers", "promotions")
"""The raw tables that say who was where, as what."""


def remember(store: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Keep the fingerprints of the tables in a new store, and what it was made with."""
    store.execute("CREATE TABLE made_with (basis VARCHAR)")
    store.execute("INSERT INTO made_with VALUES (?)", [_basis(settings)])
    store.execute(
        "CREATE TABLE fingerprints (name VARCHAR, month INTEGER, number BIGINT, hash BIGINT)"
    )
    for name in TABLES:
        month = _month(name, settings)
        store.execute(f"INSERT INTO fingerprints {_fingerprints(name, name, month)}")


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
        has changed.
    """
    calendar = Months(settings.month_cut)
    changed = {}
    produced: set[int] = set()
    store.execute("CREATE OR REPLACE TEMP TABLE touched (policy VARCHAR)")
    for code in TABLES:
        if code in checked.tables:
            store.register("incoming", checked.tables[code].data)
            source = "incoming"
        else:
            source = f"(SELECT * FROM {code} WHERE FALSE)"
        months = changed[code] = _changed(store, code, source, _month(code, settings))
        if not months:
            continue
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
            old, new = (f"SELECT * FROM {rows} AS t WHERE {meant}" for rows in (code, source))
            if store.execute(f"SELECT COUNT(*) FROM ({old}) AS gone").fetchone() == (0,):
                store.execute(f"INSERT INTO touched SELECT policy FROM ({new}) AS come")
            else:
                store.execute(
                    f"INSERT INTO touched SELECT policy FROM ({old} EXCEPT ALL {new}) AS gone"
                    f" UNION SELECT policy FROM ({new} EXCEPT ALL {old}) AS come"
                )
        if _columns_of(store, code) != _columns_of(store, source):
            # There were no files of this table before.
            store.execute(f"CREATE OR REPLACE TABLE {code} AS SELECT * FROM {source} AS t")
            continue
        store.execute(f"DELETE FROM {code} WHERE {meant}")
        store.execute(f"INSERT INTO {code} SELECT * FROM {source} AS t WHERE {meant}")
    store.unregister("incoming")
    due = calendar.business_month("due")
    renewed = store.execute(
        f"SELECT DISTINCT {due} FROM dues WHERE policy IN (SELECT policy FROM touched)"
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


def _month(code: str, settings: Settings) -> str:
    """The SQL of the month that a row of a raw table is of; short tables are of one month."""
    return Months(settings.month_cut).business_month(LONG[code]) if code in LONG else "0"


def _changed(
    store: duckdb.DuckDBPyConnection, code: str, source: str, month: str
) -> frozenset[int]:
    """The months whose fingerprints differ; the new ones are kept."""
    store.execute(f"CREATE OR REPLACE TEMP TABLE seen AS {_fingerprints(code, source, month)}")
    found = store.execute(
        "SELECT DISTINCT month FROM ((TABLE seen EXCEPT (FROM fingerprints WHERE name = ?))"
        " UNION ALL ((FROM fingerprints WHERE name = ?) EXCEPT TABLE seen))",
        [code, code],
    ).fetchall()
    store.execute("DELETE FROM fingerprints WHERE name = ?", [code])
    store.execute("INSERT INTO fingerprints FROM seen")
    return frozenset(number for (number,) in found)


def _columns_of(store: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    return [
        str(column) for column, *_ in store.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    ]


def _fingerprints(name: str, source: str, month: str) -> str:
    # A sum does not care for the order, and unlike XOR tells two equal rows from none.
    return (
        f"SELECT '{name}' AS name, {month} AS month, COUNT(*) AS number,"
        " CAST(SUM(CAST(hash(t) AS HUGEINT)) % 9223372036854775807 AS BIGINT) AS hash"
        f" FROM {source} AS t GROUP BY ALL"
    )


def _basis(settings: Settings) -> str:
    """Changes with the program and with every setting that counts."""
    return hashlib.sha256(repr((__version__, settings, _columns())).encode()).hexdigest()


def _columns() -> Mapping[str, list[str]]:
    return {code: [column.code for column in table.columns] for code, table in TABLES.items()}
