"""The store: checked tables in one DuckDB file, and from them the cube.

The steps are SQL (see ``sql/``). They give, for each level of the organisation, sparse rows of
unit, month and sums; numpy lays them into the dense cube and runs the headcount up from its
changes. Nothing is divided or rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import COHORT_MONTHS
from kpi_xl.data.check import Checked
from kpi_xl.data.cube import LEVELS, UNASSIGNED, Cube, Unit
from kpi_xl.data.schema import TABLES, Kind, Table
from kpi_xl.data.steps import step
from kpi_xl.errors import InputError
from kpi_xl.project import Project, Settings

_NEVER: Final = 999_999
"""A month that never comes."""

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

_AGENT_MONTHS: Final = {
    "production_months": (
        "pieces", "new_premium", "fyc", "regular_premium", "producers", "effective",
    ),
    "due_months": ("due_pieces", "due_premium", "collected_pieces", "collected_premium"),
    "first_year_renewal_months": ("first_year_renewal",),
    "activity_months": (
        "appointments", "visits", "interviews", "closings", "prospects", "recruiting_talks",
    ),
    "attendance_months": ("days_due", "days_present"),
    "outlet_months": ("outlets", "active_outlets"),
}  # fmt: skip
"""The tables of what each agent did in each month, with their sums."""

_HEADCOUNT: Final = ("recruits", "leavers", "transfers_in", "transfers_out")

MEASURES: Final = (
    "opening", "closing", *_HEADCOUNT, "licensed", "men",
    *(f"{what}_{n}" for n in COHORT_MONTHS for what in ("cohort", "retained")),
    "confirmed_3", "confirmed_6",
    *(sum_ for sums in _AGENT_MONTHS.values() for sum_ in sums),
)  # fmt: skip
"""The measures that are computed, by code."""

_ALWAYS_KNOWN: Final = frozenset(
    (
        *("opening", "closing", *_HEADCOUNT, "first_year_renewal"),
        *(f"{what}_{n}" for n in COHORT_MONTHS for what in ("cohort", "retained")),
    )
)
"""Measures of which nothing but zeros is an answer. Any other without a single number in all units
and months was not in the files: its KPIs have no value then, which is not the same as zero."""


def build(
    project: Project, checked: Checked, stamp: str, progress: Callable[[str, int, int], None]
) -> Cube:
    """Put the checked tables into the store and compute the cube; both appear whole or not at all.

    Parameters
    ----------
    project : Project
        Where they go, and the settings that count.
    checked : Checked
        The checked tables.
    stamp : str
        What they were made from.
    progress : callable
        Told what is being done, as (text, done, total).

    Raises
    ------
    InputError
        When there is nothing to compute.
    """
    unfinished = project.store.with_suffix(".duckdb.tmp")
    for leftover in (unfinished, Path(f"{unfinished}.wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect(str(unfinished)) as connection:
        progress("写入数据库", 0, 3)
        _load(connection, checked)
        first, last = _months(connection)
        progress("汇总到人、到月", 1, 3)
        _agent_months(connection, project.settings, first, last)
        progress("汇总到各级单位", 2, 3)
        units, unassigned = _units(connection, project.settings.name)
        values = np.zeros((len(MEASURES), len(units), last.number - first.number + 1), np.int64)
        for level, nobodys in unassigned.items():
            _fill_level(connection, level, nobodys, first, last, values)
        progress("完成", 3, 3)
    known = [i for i, code in enumerate(MEASURES) if code in _ALWAYS_KNOWN or values[i].any()]
    cube = Cube(
        units=units,
        first=first,
        measures=[MEASURES[i] for i in known],
        values=values[known],
        stamp=stamp,
    )
    unfinished.replace(project.store)
    cube.save(project.cube)
    return cube


def _load(connection: duckdb.DuckDBPyConnection, checked: Checked) -> None:
    for code, table in TABLES.items():
        if code in checked.tables:
            arrow = checked.tables[code].data  # noqa: F841 - DuckDB finds it by its name
            connection.execute(f"CREATE TABLE {code} AS SELECT * FROM arrow")
        else:
            connection.execute(f"CREATE TABLE {code} ({_empty_columns(table)})")


def _empty_columns(table: Table) -> str:
    flags = {c.code for c in table.columns if {stored for _, stored in c.choices} <= {"0", "1"}}
    return ", ".join(
        f'"{c.code}" {"BOOLEAN" if c.choices and c.code in flags else _SQL_TYPES[c.kind]}'
        for c in table.columns
    )


def _months(connection: duckdb.DuckDBPyConnection) -> tuple[Month, Month]:
    """From the first to the last month that anything happened in, by the roster if nothing did."""
    for source in (
        "SELECT issued AS day FROM policies UNION ALL SELECT day FROM activities"
        " UNION ALL SELECT day FROM attendance",
        'SELECT signed AS day FROM agents UNION ALL SELECT "left" FROM agents',
    ):
        row = connection.execute(f"SELECT MIN(day), MAX(day) FROM ({source})").fetchone()
        if row and row[0] is not None:
            return Month.containing(row[0]), Month.containing(row[1])
    raise InputError("没有可用的数据", "请先运行 kpi-xl check，按校验报告改正后再试")


def _agent_months(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: Month, last: Month
) -> None:
    months = ", ".join(f"({number})" for number in range(first.number, last.number + 1))
    values: dict[str, int | str] = {
        "never": _NEVER,
        "effective_fyc": round(settings.effective_fyc * 100),
        "grace_days": settings.grace_days,
        "months": months,
    }
    for name in ("stints", "moves", *_AGENT_MONTHS):
        connection.execute(f"CREATE TABLE {name} AS {step(name, **values)}")


def _units(connection: duckdb.DuckDBPyConnection, branch: str) -> tuple[list[Unit], dict[str, int]]:
    """Number the units of every level, and put into the store who belongs to which.

    Returns
    -------
    units : list of Unit
    unassigned : dict of str to int
        By level, the unit of what belongs to nobody; the branch itself at its own level.
    """
    places: list[tuple[str, str, str]] = connection.execute(
        "SELECT DISTINCT region, department, team FROM moves ORDER BY ALL"
    ).fetchall()
    units = [Unit("分公司", branch, branch, None)]
    unassigned = {"分公司": 0}
    rows = [(0, "分公司", *place) for place in places]
    numbers: dict[tuple[str, ...], int] = {(): 0}  # by the names from the top, blanks left out
    for depth, level in enumerate(LEVELS[1:], start=1):
        if not any(place[depth - 1] for place in places):
            continue  # nobody has a 营业区: the level is not there
        unassigned[level] = len(units)
        units.append(Unit(level, UNASSIGNED, UNASSIGNED, 0))
        for place in places:
            if not place[depth - 1]:
                rows.append((unassigned[level], level, *place))
                continue
            names = tuple(name for name in place[:depth] if name)
            if (key := (level, *names)) not in numbers:
                numbers[key] = len(units)
                parent = _parent(numbers, level, names[:-1])
                units.append(Unit(level, names[-1], "/".join(names), parent))
            rows.append((numbers[key], level, *place))
    connection.execute(
        "CREATE TABLE units"
        " (unit INTEGER, level VARCHAR, region VARCHAR, department VARCHAR, team VARCHAR)"
    )
    connection.executemany("INSERT INTO units VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute(
        "CREATE TABLE memberships"
        " (level VARCHAR, agent VARCHAR, unit INTEGER, from_month INTEGER, next_month INTEGER)"
    )
    return units, unassigned


def _parent(numbers: dict[tuple[str, ...], int], level: str, names: tuple[str, ...]) -> int:
    """The unit above: that of the nearest level with these names, else the branch."""
    for above in reversed(LEVELS[1 : LEVELS.index(level)]):
        if (above, *names) in numbers:
            return numbers[above, *names]
    return 0


def _fill_level(
    connection: duckdb.DuckDBPyConnection,
    level: str,
    unassigned: int,
    first: Month,
    last: Month,
    values: np.ndarray[Any, np.dtype[np.int64]],
) -> None:
    """Compute the measures of the units of one level and lay them into the cube."""
    bounds = {"first": first.number, "last": last.number, "never": _NEVER}
    membership = step("membership", level=f"'{level}'", never=_NEVER)
    connection.execute(f"INSERT INTO memberships SELECT '{level}', * FROM ({membership})")
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW membership AS"
        f" SELECT * EXCLUDE level FROM memberships WHERE level = '{level}'"
    )
    index = {code: position for position, code in enumerate(MEASURES)}

    changes = connection.execute(step("headcount", **bounds)).fetchnumpy()
    unit, month = _as_int(changes["unit"]), _as_int(changes["month"]) - first.number
    months = values.shape[2]
    running = np.zeros((3, values.shape[1], months + 1), np.int64)
    for row, name in enumerate(("change", "licensed_change", "men_change")):
        running[row, unit, month + 1] = _as_int(changes[name])
    running = running.cumsum(axis=2)
    of_level = np.unique(unit)
    values[index["opening"], of_level] = running[0, of_level, :-1]
    values[index["closing"], of_level] = running[0, of_level, 1:]
    values[index["licensed"], of_level] = running[1, of_level, 1:]
    values[index["men"], of_level] = running[2, of_level, 1:]
    inside = month >= 0
    for code in _HEADCOUNT:
        values[index[code], unit[inside], month[inside]] = _as_int(changes[code])[inside]

    cohort_months = ", ".join(f"({n})" for n in COHORT_MONTHS)
    cohorts = connection.execute(
        step("cohorts", cohort_months=cohort_months, **bounds)
    ).fetchnumpy()
    for n in COHORT_MONTHS:
        these = _as_int(cohorts["months"]) == n
        at = (_as_int(cohorts["unit"])[these], _as_int(cohorts["month"])[these] - first.number)
        for code, column in (
            ("cohort", "cohort"),
            ("retained", "retained"),
            ("confirmed", "confirmed"),
        ):
            if f"{code}_{n}" in index:
                values[(index[f"{code}_{n}"], *at)] = _as_int(cohorts[column])[these]

    for facts, sums in _AGENT_MONTHS.items():
        columns = ", ".join(f"CAST(SUM({code}) AS BIGINT) AS {code}" for code in sums)
        rows = connection.execute(
            step("unit_sums", facts=facts, sums=columns, unassigned=unassigned, **bounds)
        ).fetchnumpy()
        at = (_as_int(rows["unit"]), _as_int(rows["month"]) - first.number)
        for code in sums:
            values[(index[code], *at)] = _as_int(rows[code])


def _as_int(column: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(column, dtype=np.int64)
