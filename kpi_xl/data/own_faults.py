"""The faults of a project's definitions: in their text, and in their results."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.catalogue.raw_table import Column
from kpi_xl.data.cube import Cube
from kpi_xl.data.own_sql import identifier
from kpi_xl.data.store import reading
from kpi_xl.definitions.conditions import texts_of
from kpi_xl.definitions.own_measures import TAKEN, WEIGHTED, WHERE, is_of_rows
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.project import Project
from kpi_xl.readers.name import near
from kpi_xl.settings.project_settings import Settings

_ALIKE: Final = 0.5
"""A text so much like another may be meant by it."""

_KINDS: Final = 500
"""A column with more different texts is of names or remarks."""


def wrong_definitions(
    project: Project, cube: Cube | None = None, *, of_rows: bool = True
) -> list[InputError]:
    """All faults of a project's definitions, each with its place.

    Parameters
    ----------
    cube : Cube, optional
        What was computed by them; by default what was saved last.
    of_rows : bool
        Whether what stands in the raw files is told, such as whose number is too large; not to
        those who may not see it.
    """
    if cube is None:
        try:
            cube = Cube.open(project.cube)
        except (FileNotFoundError, InputError):  # never computed, or to be computed anew
            return [*project.settings.own.wrong]
    return [
        *project.settings.own.wrong,
        *_too_large(project.settings, cube, of_rows=of_rows),
        *(_not_there(project, cube) if of_rows else ()),
    ]


def _too_large(settings: Settings, cube: Cube, *, of_rows: bool) -> Iterator[InputError]:
    """The definitions whose numbers exceed the range of integers."""
    for code, definition in settings.own.own.items() if cube.too_large else ():
        for measure in settings.kpis[code].measures if is_of_rows(definition.fields) else ():
            if cube.is_too_large(measure):
                largest = cube.too_large[measure.code]
                month = str(Month(largest.month)) if largest.month and of_rows else None
                agent = largest.agent if largest.agent and of_rows else None
                fault = kinds.MEASURE_TOO_LARGE(month=month, agent=agent)
                yield definition.wrong(fault, TAKEN)


@dataclass(frozen=True)
class _LookedFor:
    """A text that a definition compares whole cells with, and the message if no cell has it."""

    table: str
    column: Column
    text: str
    told: Callable[[Fault], InputError]


def _not_there(project: Project, cube: Cube) -> Iterator[InputError]:
    """The conditions on a text that no row has, where rows have a similar one."""
    settings = project.settings
    looked_for = [] if settings.in_database else [*_looked_for(settings)]
    if not looked_for:
        return
    try:
        with reading(project, cube, patience=0) as store:
            for one in looked_for:
                there = _values(store, one.table, one.column)
                if one.text not in there and (like := near(one.text, there, cutoff=_ALIKE)):
                    about = {"table": settings.tables[one.table].name, "column": one.column.name}
                    about |= {"value": one.text, "like": "、".join(like)}
                    yield one.told(kinds.CONDITION_VALUE_NOT_THERE(**about))
    except InputError:
        return  # it is being changed just now: the next command looks again


def _looked_for(settings: Settings) -> Iterator[_LookedFor]:
    """The texts that definitions look for, and the tables of weights, each once."""
    counted = {one.measure: one for one in settings.own.counted}
    seen = set()
    for code, definition in settings.own.own.items():
        found = [counted[one] for one in settings.kpis[code].measures if one in counted]
        if not is_of_rows(definition.fields) or not found:
            continue
        one = found[0]
        for column, text in texts_of(one.where) if one.where is not None else ():
            told = functools.partial(definition.wrong, column=WHERE)
            yield _LookedFor(one.source.raw, column, text, told)
        name = definition.fields.get(WEIGHTED, "").strip()
        if one.weights is None or name in seen:
            continue
        seen.add(name)
        written = settings.weights[name]
        for column, text in dict.fromkeys(
            each for condition, _ in one.weights.lines for each in texts_of(condition)
        ):
            told = functools.partial(
                InputError, file=written.file, row=written.row_with(text), column=name
            )
            yield _LookedFor(one.source.raw, column, text, told)


def _values(store: duckdb.DuckDBPyConnection, table: str, column: Column) -> list[str]:
    """The distinct texts of a column; none where there are too many to be categories."""
    try:
        rows = store.execute(
            f"SELECT DISTINCT {identifier(column)} AS text FROM {table} WHERE text IS NOT NULL"
            f" ORDER BY text LIMIT {_KINDS + 1}"
        ).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # there is no file of the table, or none with the column
    return [text for (text,) in rows] if len(rows) <= _KINDS else []
