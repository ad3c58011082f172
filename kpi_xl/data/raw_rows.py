"""The rows of the raw files that a unit's number of a month is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

import duckdb

from kpi_xl.aggregation import Aggregation, OfRows, Total
from kpi_xl.cached import kept
from kpi_xl.calendar import Month
from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.catalogue.organisation import PERSON, TOP
from kpi_xl.catalogue.schema import TABLES, Table
from kpi_xl.catalogue.units import Unit
from kpi_xl.checks.rows_of_file import RawRows
from kpi_xl.data import steps
from kpi_xl.data.organisation import membership_table, unit_paths
from kpi_xl.data.own_rows import OwnRows
from kpi_xl.formula import Lag, Measure
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry

MOST: Final = 10_000
"""So many rows of a file are named for programs."""

SOME: Final = 200
"""So many rows of a file are looked at to name some for people."""

_MONTHS: Final = ("_months", "_days")
_PEOPLE: Final = "agents"


class _Read(NamedTuple):
    """Which rows of a raw table a measure looks at.

    Attributes
    ----------
    day : str
        The day that says which month a row is of; empty where all rows count, or all people who
        were there.
    back : int
        How many months before the number's month that is.
    """

    table: str
    day: str
    back: int


class RawRowsOf:
    """The rows that the numbers of a month are made of, each kind of rows looked up once.

    Of what happens, these are the rows of those days whose people are in the unit at the month's
    end; of people, those who were there in the month, or signed in the month that is looked at.

    Parameters
    ----------
    cut : int or None
        The day on which months are cut.
    most : int
        So many rows of a file are named.
    agent : str, optional
        One person, instead of all of a unit.
    tables : mapping of str to Table
        The raw tables there are, by code.
    own : OwnRows, optional
        The rows of what the project declares itself.
    """

    def __init__(
        self,
        store: duckdb.DuckDBPyConnection,
        month: Month,
        cut: int | None,
        most: int = SOME,
        agent: str = "",
        tables: Mapping[str, Table] = TABLES,
        own: OwnRows | None = None,
    ) -> None:
        self._tables = tables
        self._own = own
        self._store = store
        self._month = month
        self._cut = cut
        self._most = most
        self._agent = agent

    def of(self, kpi: Kpi, unit: Unit) -> list[RawRows]:
        """The rows that a KPI of a unit is counted from, by table and file."""
        wanted: dict[str, set[_Read]] = {}
        counted = list(_counted([one for one in kpi.measures if one.lag == Lag()]))
        own = [one for one in counted if isinstance(one.source, OfRows)]
        standard = [one for one in counted if one not in own]
        for measure in standard:
            for read in _read_by(measure.source):
                wanted.setdefault(read.table, set()).add(read)
        items = tuple(measure.code for measure in standard)
        found: list[RawRows] = []
        for table in self._tables:
            if table not in wanted or "source_row" not in self._columns.get(table, ()):
                continue
            reads = tuple(sorted(wanted[table]))
            of_item = items if "item" in self._columns[table] else ()
            groups = [reads] if table != _PEOPLE else [(read,) for read in reads]
            for group in groups:
                by_unit = self._by_unit(group, of_item, unit.level)
                found += by_unit.get("" if unit.level == TOP else unit.path, ())
        if self._own is not None:
            found += self._own.of(own, unit.level, "" if unit.level == TOP else unit.path)
        return found

    @cached_property
    def _columns(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {}
        for table, column in self._store.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
        ).fetchall():
            found.setdefault(table, set()).add(column)
        return found

    @kept
    def _by_unit(
        self, reads: tuple[_Read, ...], items: tuple[str, ...], level: str
    ) -> Mapping[str, list[RawRows]]:
        """The rows by the path of a unit of a level; all of them under nothing for the branch."""
        table = reads[0].table
        conditions = " OR ".join(map(self._condition, reads))
        people = self._people(reads[0], level)
        asked: list[object] = [self._agent, self._agent]
        of_item = ""
        if items:
            of_item = " AND list_contains(?, facts.item)"
            asked.append(list(items))
        rows = self._store.execute(
            f"SELECT unit, source_file, count(*), min(source_row, {self._most})"
            f' FROM "{table}" AS facts JOIN ({people}) AS placed USING (agent)'
            f" WHERE source_file IS NOT NULL AND ({conditions})"
            f" AND (? = '' OR agent = ?){of_item}"
            " GROUP BY unit, source_file ORDER BY unit, source_file",
            asked,
        ).fetchall()
        paths = unit_paths(self._store, level)
        found: dict[str, list[RawRows]] = {}
        for number, file, count, some in rows:
            of_unit = found.setdefault(paths.get(number, ""), [])
            of_unit.append(RawRows(self._tables[table].name, str(file), count, sorted(some)))
        return found

    def _people(self, read: _Read, level: str) -> str:
        """Who is in which unit of a level, as SQL: in a month, or also at its beginning."""
        month = self._month.number
        later = ">"
        if read.table == _PEOPLE and read.day:
            month -= read.back
        elif read.table == _PEOPLE:
            later = ">="
        unit = "0 AS unit" if level == TOP else "unit"
        return (
            f"SELECT DISTINCT agent, {unit} FROM {membership_table(level)}"
            f" WHERE from_month <= {month} AND next_month {later} {month}"
        )

    def _condition(self, read: _Read) -> str:
        first, last = (self._month - read.back).span(self._cut)
        if read.day:
            return f"facts.\"{read.day}\" BETWEEN DATE '{first}' AND DATE '{last}'"
        if read.table == _PEOPLE:
            return (
                f"facts.signed <= DATE '{last}'"
                f' AND (facts."left" IS NULL OR facts."left" >= DATE \'{first}\')'
            )
        return "TRUE"


class TargetRows:
    """The rows of 目标 that hold the targets of a month."""

    def __init__(self, store: duckdb.DuckDBPyConnection, month: Month, kpis: Registry) -> None:
        self._by: dict[tuple[str, str, str], dict[str, list[int]]] = {}
        columns = {name for name, *_ in store.execute("DESCRIBE targets").fetchall()}
        if "source_row" not in columns:
            return
        rows = store.execute(
            "SELECT level, unit, kpi, source_file, source_row FROM targets WHERE month = ?"
            " AND source_file IS NOT NULL ORDER BY source_file, source_row",
            [month.number],
        ).fetchall()
        for level, called, label, file, row in rows:
            if (kpi := kpis.find(label)) is not None:
                of_file = self._by.setdefault((level, called, kpi.code), {})
                of_file.setdefault(file, []).append(row)

    def of(self, kpi: Kpi, unit: Unit) -> list[RawRows]:
        """Those of a unit's target: a whole path counts before a mere name."""
        return self._of(kpi, unit.level, unit.path) or self._of(kpi, unit.level, unit.name)

    def of_person(self, kpi: Kpi, agent: str) -> list[RawRows]:
        """Those of a person's target."""
        return self._of(kpi, PERSON, agent)

    def _of(self, kpi: Kpi, level: str, called: str) -> list[RawRows]:
        found = self._by.get((level, called, kpi.code), {})
        title = TABLES["targets"].name
        return [RawRows(title, file, len(rows), rows) for file, rows in found.items()]


def _counted(measures: Iterable[object]) -> Iterator[Measure]:
    """The measures that the raw tables give, sums taken apart."""
    for measure in measures:
        if isinstance(measure, Measure) and isinstance(measure.source, Total):
            yield from _counted(MEASURES[code] for code in measure.source.measures)
        elif isinstance(measure, Measure) and measure.source is not None:
            yield measure


def _read_by(source: object) -> set[_Read]:
    """The raw tables behind a measure, and which of their rows."""
    assert isinstance(source, Aggregation)
    if source.step == steps.COHORTS.name:
        return {_Read(_PEOPLE, "signed", source.looks_back)}
    found: set[_Read] = set()
    _walk(source.step, (0,), found, set())
    if source.days:
        _walk(source.days, (0,), found, set())
    return {read for read in found if not read.day or read.back == source.looks_back}


def _walk(name: str, back: tuple[int, ...], found: set[_Read], seen: set[str]) -> None:
    step = steps.STEPS.get(name)
    if step is None or name in seen:
        return
    seen.add(name)
    for read in step.reads:
        if read not in TABLES:
            own = read
            for end in _MONTHS:
                own = own.removesuffix(end)
            _walk(own, tuple(step.looks_back.get(read, back)), found, seen)
            continue
        columns = {column.code for column in TABLES[read].columns}
        days = [day for day in step.days if day in columns]
        found.update(_Read(read, day, one) for day in days for one in back)
        if read == _PEOPLE or (read not in steps.ROSTER and not step.days and "agent" in columns):
            found.add(_Read(read, "", 0))
