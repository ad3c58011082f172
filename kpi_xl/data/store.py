"""The store: checked tables in one DuckDB file, with what was computed from them on the way."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from kpi_xl import kinds
from kpi_xl.catalogue.schema import TABLES, Kind, Table
from kpi_xl.checks.checked import Checked
from kpi_xl.checks.notice import keep_notice
from kpi_xl.data.compute import compute, compute_own
from kpi_xl.data.cube import Cube
from kpi_xl.data.days import keep_days
from kpi_xl.data.engines import Database, DuckDb, Engine
from kpi_xl.data.engines.hybrid import Hybrid
from kpi_xl.data.organisation import membership_table
from kpi_xl.data.own_days import keep_own_days
from kpi_xl.data.own_sums import OWN_PREFIX
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.raw_files.content import Contents
from kpi_xl.system.files import put, remove, unfinished

_PATIENCE: Final = 30.0

_SQL_TYPES: Final[dict[Kind, str]] = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "money": "BIGINT",
    "count": "BIGINT",
    "number": "DOUBLE",
    "month": "INTEGER",
    "choice": "VARCHAR",
}


def build(
    project: Project, checked: Checked, stamp: str, progress: Callable[[str, int, int], None]
) -> Cube:
    """Put the checked tables into the store and compute the cube; both appear whole or not at all.

    Parameters
    ----------
    project : Project
        Where they go, and the settings that count.
    checked : Checked
        The checked tables to put in.
    stamp : str
        What they were made from.
    progress : callable
        Told what is being done, as (text, done, total).

    Raises
    ------
    InputError
        When there is nothing to compute.
    """

    def fill(connection: duckdb.DuckDBPyConnection) -> Engine:
        progress("写入数据库", 0, 1)
        load_tables(connection, checked, project.settings.tables)
        from kpi_xl.data.fingerprints import remember

        remember(connection, checked, project.settings)
        keep_notice(connection, checked)
        progress("写入数据库", 1, 1)
        return DuckDb(connection)

    cube = update(project, checked, stamp, progress)
    return cube or _build(project, fill, stamp, progress, checked.told)


def update(
    project: Project, checked: Checked, stamp: str, progress: Callable[[str, int, int], None]
) -> Cube | None:
    """Compute anew only the months whose rows differ from those in the store.

    All of it is one transaction: a process killed anywhere leaves the store as before or after.
    Parameters and errors are as for `build`.

    Returns
    -------
    Cube or None
        None where there is no store made by this version with these settings beside its cube, or
        somebody has it open: then it is to be built.
    """
    # What compares rows takes as long to import as a page to write, and whoever reads needs none.
    from kpi_xl.data.fingerprints import is_of, replace_rows

    if not is_whole(project):
        return None
    try:
        connection = duckdb.connect(str(project.store))
    except duckdb.Error:
        return None  # open elsewhere
    with connection:
        if not is_of(connection, project.settings):
            return None
        connection.begin()
        try:
            progress("写入变动的月份", 0, 1)
            changed = replace_rows(connection, checked, project.settings)
            keep_notice(connection, checked)
            progress("写入变动的月份", 1, 1)
            engine = DuckDb(connection)
            there = _own_tables(connection)
            cube = compute(engine, project.settings, stamp, progress, changed, checked.told, there)
            _drop_own(connection, there, cube)
            for level in project.settings.organisation.levels:
                if level not in cube.levels:
                    connection.execute(f"DROP TABLE IF EXISTS {membership_table(level)}")
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    cube.save(project.cube, project.store)
    return Cube.open(project.cube)


def update_own(project: Project, cube: Cube) -> Cube | None:
    """Count anew what the project declares otherwise than before, where nothing else has changed.

    Parameters
    ----------
    cube : Cube
        The cube as it was saved.

    Returns
    -------
    Cube or None
        As `update`.
    """
    try:
        connection = duckdb.connect(str(project.store))
    except duckdb.Error:
        return None  # open elsewhere
    with connection:
        connection.begin()
        try:
            there = _own_tables(connection)
            found = compute_own(DuckDb(connection), project.settings, cube, cube.stamp, there)
            _drop_own(connection, there, found)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    found.save(project.cube, project.store)
    return Cube.open(project.cube)


def _own_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of declared measures that are kept."""
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary")
    return {name for (name,) in rows.fetchall() if name.startswith(OWN_PREFIX)}


def _drop_own(connection: duckdb.DuckDBPyConnection, there: set[str], cube: Cube) -> None:
    """Drop the tables of what is not declared any more."""
    for name in sorted(there - {one.table for one in cube.own.values()}):
        connection.execute(f"DROP TABLE {name}")


def is_whole(project: Project) -> bool:
    """Whether the store is the one that the saved cube was saved beside, byte by byte."""
    try:
        return not has_log(project.store) and Cube.open(project.cube).is_of(project.store)
    except (FileNotFoundError, InputError):
        return False


@contextmanager
def reading(
    project: Project, cube: Cube, patience: float = _PATIENCE
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store that a cube was saved beside, open for reading.

    Parameters
    ----------
    project : Project
        The project whose store is opened.
    cube : Cube
        Its cube, or a part of it.
    patience : float
        How many seconds to wait for another process that is changing it.

    Raises
    ------
    InputError
        When another process has changed it since the cube was opened, or it is damaged.
    """
    last = time.monotonic() + patience
    while True:
        try:
            store = duckdb.connect(str(project.store), read_only=True)
            break
        except duckdb.Error:  # another process is changing it, or it is damaged
            if time.monotonic() > last or _is_another(project, cube):
                raise _changed(project) from None
            time.sleep(0.05)
    with store:
        # As long as it is open for reading no process changes it; only its name may go to another.
        if _is_another(project, cube):
            raise _changed(project)
        try:
            yield store
        except duckdb.Error:
            if cube.is_of(project.store):
                raise
            # A disk may lose bytes without anybody having changed the file.
            remove(project.memory / Contents.NAME)
            raise _changed(project) from None


def _is_another(project: Project, cube: Cube) -> bool:
    try:
        return has_log(project.store) or Contents(project.memory).of(project.store) != cube.store
    except FileNotFoundError:
        return True


def _changed(project: Project) -> InputError:
    return InputError(kinds.STORE_CHANGED(), file=project.store)


def build_from(
    project: Project,
    database: Database,
    checked: Checked,
    stamp: str,
    progress: Callable[[str, int, int], None],
) -> Cube:
    """Compute the cube from the company's own database; the store gets what the jobs read of it.

    Parameters are as for `build`; of the checked tables only the project's own are here.
    """
    from kpi_xl.data.engines.own_tables import days_of

    def fill(connection: duckdb.DuckDBPyConnection) -> Engine:
        progress(f"读取{database.title}", 0, 1)
        engine = Hybrid(connection, database)
        load_tables(connection, checked, project.settings.own_tables)
        for code, day in project.settings.own_days.items():
            database.define(code, days_of(checked.tables.get(code), day))
        progress(f"读取{database.title}", 1, 1)
        return engine

    return _build(project, fill, stamp, progress)


def _build(
    project: Project,
    fill: Callable[[duckdb.DuckDBPyConnection], Engine],
    stamp: str,
    progress: Callable[[str, int, int], None],
    told: Sequence[dt.date] = (),
) -> Cube:
    with unfinished(project.store) as draft:
        with duckdb.connect(str(draft)) as connection:
            connection.begin()  # each table by itself would be written more than once
            engine = fill(connection)
            cube = compute(engine, project.settings, stamp, progress, told=told)
            if project.settings.in_database:
                keep_days(engine, project.settings, cube.last)
                keep_own_days(engine, project.settings, cube)
            connection.commit()
            # Closing would do it and say nothing where the disk is full: then tables are missing.
            connection.execute("CHECKPOINT")
        # What a killed process had begun to write is of the old store, not of this one.
        remove(_log_of(project.store))
        put(draft, project.store)
    cube.save(project.cube, project.store)
    return Cube.open(project.cube)


def has_log(store: Path) -> bool:
    """Whether a process was killed that had changed the store: the file alone is not all of it."""
    return _log_of(store).exists()


def _log_of(store: Path) -> Path:
    """Where DuckDB keeps what is committed and not yet in the file."""
    return Path(f"{store}.wal")


def load_tables(
    connection: duckdb.DuckDBPyConnection,
    checked: Checked,
    tables: Mapping[str, Table] = TABLES,
) -> None:
    """Make a table of every raw table; an empty one where there are no files."""
    for code, table in tables.items():
        if code in checked.tables:
            arrow = checked.tables[code].data  # noqa: F841 - DuckDB finds it by its name
            connection.execute(f"CREATE TABLE {code} AS SELECT * FROM arrow")
        else:
            connection.execute(f"CREATE TABLE {code} ({sql_columns(table)})")


def sql_columns(table: Table) -> str:
    """The columns of a raw table as SQL declares them."""
    flags = {c.code for c in table.columns if {stored for _, stored in c.choices} <= {"0", "1"}}
    return ", ".join(
        f'"{c.code}" {"BOOLEAN" if c.choices and c.code in flags else _SQL_TYPES[c.kind]}'
        for c in table.columns
    )
