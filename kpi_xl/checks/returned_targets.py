"""Targets from returned workbooks, compared with those of the raw files.

Where both set one, one of them counts, as `[returned]` of kpi.toml says, and the other is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import PERSON, TOP
from kpi_xl.catalogue.raw_table import Column
from kpi_xl.catalogue.schema import TARGETS
from kpi_xl.catalogue.units import path_of
from kpi_xl.checks.checked import CheckedTable
from kpi_xl.checks.returned import Returned, TargetFact, add_rows, line_of
from kpi_xl.kpi_registry import Registry
from kpi_xl.raw_files.problem import Problem
from kpi_xl.settings.project_settings import Settings

_LIKE: Final = {"主险件数": "人均件数", "首年新单保费": "首年度保费"}
"""An agent's target may stand in the raw files under another name, see `kpi_xl.data.targets`."""

Tables = dict[str, CheckedTable]


def put_targets(tables: Tables, returned: Returned, settings: Settings) -> None:
    """Put returned targets into the checked table of targets.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables by code.
    returned : Returned
        The targets; what is to be told of them is added.
    """
    places = _places(tables["agents"].data, settings.tables["agents"].of_units())
    table = tables.get("targets")
    raw = _raw_targets(table, {fact.month for fact in returned.targets})
    gone: dict[int, TargetFact] = {}
    new = []
    for given in returned.targets:
        fact = _with_level(given, places)
        if fact.level not in (TOP, PERSON) and fact.unit not in places.get(fact.level, ()):
            returned.tell(TARGETS, fact.where, kinds.TYPED_NO_UNIT(unit=fact.unit))
            continue
        keys = _keys(fact, places, settings.kpis)
        rows = [row for key in keys for row in raw.get(key, ())]
        if not rows or table is None:
            new.append(fact)
            continue
        values = [float(table.data["target"][row].as_py()) for row in rows]
        if all(abs(value - fact.target) <= 1e-9 * max(1.0, abs(value)) for value in values):
            returned.same(TARGETS, [fact.where])
        elif fact.is_decided or settings.returned["目标"] == "回收":
            gone |= dict.fromkeys(rows, fact)
            new.append(fact)
        else:
            where = line_of(table.data, rows[0])
            fault = kinds.TYPED_BESIDE_RAW(where=where, raw=f"{values[0]:.15g}", about="目标")
            returned.tell(TARGETS, fact.where, fault)
    if table is not None and gone:
        tables["targets"] = _without(table, gone, returned)
    add_rows(
        tables,
        TARGETS,
        [(f.month, f.level, f.unit, f.kpi, f.target) for f in new],
        [f.where for f in new],
    )


def _raw_targets(
    table: CheckedTable | None, months: Collection[int]
) -> Mapping[tuple[Any, ...], list[int]]:
    """The rows of the raw files by month, level, unit and KPI, of some months."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    if table is not None:
        data = table.data
        of_months = pc.is_in(data["month"], pa.array(sorted(months), data["month"].type))
        rows = np.flatnonzero(np.asarray(of_months, bool))
        some = data.take(pa.array(rows))
        columns = (some[code].to_pylist() for code in ("month", "level", "unit", "kpi"))
        for row, key in zip(rows.tolist(), zip(*columns, strict=True), strict=True):
            found[key].append(row)
    return found


def _keys(
    fact: TargetFact, places: Mapping[str, Collection[str]], kpis: Registry
) -> list[tuple[int, str, str, str]]:
    """The keys under which the raw files may have a target.

    A name that several units of the level have is nobody's: such a row stays, and is asked about.
    """
    units = [fact.unit]
    name = fact.unit.rpartition("/")[2]
    if name != fact.unit and fact.level != PERSON:
        alike = [path for path in places.get(fact.level, ()) if path.rpartition("/")[2] == name]
        units += [name] if len(alike) == 1 else []
    codes = [fact.kpi]
    if fact.level == PERSON and (like := _LIKE.get(kpis[fact.kpi].name)):
        other = kpis.find(like)
        codes += [other.code] if other else []
    return [(fact.month, fact.level, unit, code) for unit in units for code in codes]


def _with_level(fact: TargetFact, places: Mapping[str, Collection[str]]) -> TargetFact:
    """A target with the level of its unit, where only the unit's path was known."""
    if fact.level:
        return fact
    level = next((level for level, paths in places.items() if fact.unit in paths), "")
    return fact._replace(level=level or [*places][-1])


def _places(agents: pa.Table, units: Mapping[str, Column]) -> dict[str, set[str]]:
    """The paths of the units that the roster has, by level, from the top."""
    columns = [column.code for column in units.values()]
    found: dict[str, set[str]] = {level: set() for level in units}
    each = agents.select(columns).group_by(columns, use_threads=False).aggregate([])
    for names in zip(*(each[column].to_pylist() for column in columns), strict=True):
        for depth, level in enumerate(units, 1):
            if names[depth - 1]:
                found[level].add(path_of(names[:depth]))
    return found


def _without(
    table: CheckedTable, gone: Mapping[int, TargetFact], returned: Returned
) -> CheckedTable:
    """A table without the rows that a typed target replaces; each is reported with its file."""
    ends = np.cumsum([part.data.num_rows for part in table.parts])
    for row, fact in sorted(gone.items()):
        file = table.files[int(np.searchsorted(ends, row, "right"))]
        where = fact.where
        fault = kinds.RAW_BESIDE_TYPED(
            file=where.file, sheet=where.sheet, cell=where.cell, typed=where.value, about="目标"
        )
        value = f"{table.data['target'][row].as_py():.15g}"
        line = table.data["source_row"][row].as_py()
        heading = file.headings.get("target", "目标值")
        returned.problems.append(
            Problem(TARGETS.name, file.name, file.sheet, line, heading, value, fault)
        )
    return table.without(list(gone))
