"""Different spellings of units: reported, and unified where only one unit can be meant."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import PERSON, TOP, depth_of
from kpi_xl.catalogue.raw_table import Column, Table, unit_sign
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.catalogue.units import path_of
from kpi_xl.checks.finding import Finding
from kpi_xl.fault import Fault
from kpi_xl.readers.name import near
from kpi_xl.readers.unit import Meant, Spellings, canonical, spellings, stem
from kpi_xl.settings.project_settings import Settings

Tables = Mapping[str, Sequence[pa.Table]]


class KnownUnits:
    """The units in 人员 and 异动, and the meaning of their spellings.

    Names down to the main level are compared with all of their level, those below it with those of
    the same unit above: every department may have a team of one name.

    Parameters
    ----------
    tables : mapping of str to sequence of pyarrow.Table
        The rows by table and file.
    settings : Settings
        The levels that there are, and what the branch is called.
    """

    def __init__(self, tables: Tables, settings: Settings) -> None:
        self._settings = settings
        # The columns of units by level, of each table that says where somebody is or was.
        self._places = {
            code: [places for before in (False, True) if (places := table.of_units(before=before))]
            for code, table in settings.tables.items()
            if code in TABLES
        }
        main = depth_of(settings.organisation.main)
        levels = settings.organisation.levels[1:]
        self._above: dict[str, Spellings] = {}
        for level in levels[:main]:
            names: Counter[str] = Counter()
            for data, columns in self._with_units(tables):
                names += _counted(data[columns[level].code])
            self._above[level] = spellings(names)
        self._within: dict[str, dict[str | None, Spellings]] = {}
        for upper, level in pairwise(levels[main - 1 :]):
            self._within[level] = {
                unit: spellings(names)
                for unit, names in self._names_within(tables, upper, level).items()
            }
        self.paths = self._all_paths(tables)
        self._people = [data["agent"] for data in tables.get("agents", ())]

    def _names_within(
        self, tables: Tables, upper: str, level: str
    ) -> dict[str | None, Counter[str]]:
        """The names of a level within each unit above; under None those of rows that name none."""
        found: dict[str | None, Counter[str]] = {None: Counter()}
        for data, columns in self._with_units(tables):
            for (above, name), rows in _counts(data, [columns[upper].code, columns[level].code]):
                if name is not None:
                    found[None][name] += rows
                    if above is not None:
                        of = self._name(upper, above)
                        found.setdefault(of, Counter())[name] += rows
        return found

    def _name(self, level: str, given: str) -> str:
        known = self._above[level] if level in self._above else self._within[level][None]
        meant = known.meant.get(given)
        return meant.name if meant else given

    def _with_units(self, tables: Tables) -> Iterator[tuple[pa.Table, dict[str, Column]]]:
        for code, places in self._places.items():
            for data in tables.get(code, ()):
                for columns in places:
                    yield data, columns

    def as_known(self, code: str, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Rows of a table with unified names of units, and the messages about them."""
        findings: list[Finding] = []
        for columns in self._places.get(code, ()):
            for level, known in self._above.items():
                column = columns[level].code
                changes = {name: known.meant.get(name) for name in _distinct(data[column])}
                findings += self._told(level, data, column, known, changes)
                data = _put(data, column, _replaced(data[column], changes))
            levels = list(columns)
            for level in self._within:
                upper = levels[levels.index(level) - 1]
                data, more = self._within_as_known(data, level, columns[upper], columns[level])
                findings += more
        if code == "targets":
            data, findings = self._targets_as_known(data)
        elif (table := self._settings.tables.get(code)) is not None and table.unit_columns:
            data, findings = self._rows_of_units(table, data)
        return data, findings

    def _within_as_known(
        self, data: pa.Table, level: str, upper: Column, own: Column
    ) -> tuple[pa.Table, list[Finding]]:
        findings: list[Finding] = []
        column, found = own.code, data[own.code]
        by_upper: dict[str | None, list[str]] = {}
        for (above, name), _ in _counts(data, [upper.code, column]):
            if name is not None:
                by_upper.setdefault(above, []).append(name)
        for above, names in by_upper.items():
            known = self._within[level].get(above, self._within[level][None])
            if not any(name in known.meant or name in known.doubtful for name in names):
                continue
            of = data[upper.code]
            here = pc.is_null(of) if above is None else pc.equal(of, above)
            here = pc.fill_null(here, False)
            changes = {name: known.meant.get(name) for name in names}
            only = pc.if_else(here, found, None)
            findings += self._told(level, _put(data, column, only), column, known, changes)
            found = pc.if_else(here, _replaced(only, changes), found)
        return _put(data, column, found), findings

    def _told(
        self,
        level: str,
        data: pa.Table,
        column: str,
        known: Spellings,
        changes: Mapping[str, Meant | None],
    ) -> Iterator[Finding]:
        """A message for each name that was replaced or may mean another, at its first row."""
        called = self._settings.level_name(level)
        for given, meant in changes.items():
            if meant is None and given not in known.doubtful:
                continue
            rows = pc.fill_null(pc.equal(data[column], given), False)
            about = {"level": called, "given": given, "count": pc.sum(rows).as_py()}
            fault = (
                kinds.UNIT_MEANT(**about, name=meant.name, how=meant.how)
                if meant
                else kinds.UNIT_LIKE_OTHERS(**about, like="、".join(known.doubtful[given]))
            )
            yield Finding(pc.index(rows, True).as_py(), column, fault, given)

    def _all_paths(self, tables: Tables) -> dict[str, set[str]]:
        """The paths of all units by level, in the most frequent spelling."""
        paths: dict[str, set[str]] = {
            level: set() for level in self._settings.organisation.levels[1:]
        }
        for code, parts in tables.items():
            for part in parts if self._places.get(code) else ():
                data, _ = self.as_known(code, part)
                for columns in self._places[code]:
                    order = [columns[level].code for level in paths]
                    for names in _combinations(data, order):
                        for depth, level in enumerate(paths, 1):
                            if names[depth - 1]:
                                paths[level].add(path_of(names[:depth]))
        return paths

    def _targets_as_known(self, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Targets with the levels and unified names of units; unknown units are reported."""
        findings: list[Finding] = []
        data = _put(data, "level", self._levels_told(data))
        units = data["unit"]
        for (level, label), rows in _counts(data, ["level", "unit"]):
            if level not in (TOP, *self.paths) or label is None:
                continue
            known = {self._settings.name} if level == TOP else self.paths[level]
            called = self._settings.level_name(level)
            meant, fault = _of_target(called, label, known, rows)
            if fault is None:
                continue
            here = pc.and_(pc.equal(data["level"], level), pc.equal(data["unit"], label))
            here = pc.fill_null(here, False)
            findings.append(Finding(pc.index(here, True).as_py(), "unit", fault, label))
            if meant is not None:
                units = pc.if_else(here, meant, units)
        return _put(data, "unit", units), findings

    def _levels_told(self, data: pa.Table) -> Any:
        """The levels of targets; where none is written, the only one that has such a unit."""
        level = data["level"]
        if not level.null_count:
            return level
        people = {one for ids in self._people for one in _distinct(ids)}
        told: dict[str, str | None] = {}
        for label in _distinct(pc.if_else(pc.is_null(level), data["unit"], None)):
            found = [one for one in self.paths if self._units_of(one, label, ())[0]]
            found += [TOP] if stem(label) == stem(self._settings.name) else []
            found += [PERSON] if label in people else []
            told[label] = found[0] if len(found) == 1 else None
        units = data["unit"].to_pylist()
        levels = zip(level.to_pylist(), units, strict=True)
        return pa.array([one or told.get(unit) for one, unit in levels], pa.string())

    def _rows_of_units(self, table: Table, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """The rows of a table that belong to units, with the sign of each unit."""
        findings: list[Finding] = []
        codes = [code for _, code in table.unit_columns]
        level, column = table.unit_columns[-1]
        signs: dict[tuple[Any, ...], str | None] = {}
        for names, rows in _counts(data, codes):
            *above, label = names
            if label is None:
                signs[names] = None
                continue
            found, how = self._units_of(level, label, [one for one in above if one])
            signs[names] = unit_sign(level, found[0] if len(found) == 1 else f"?{label}")
            about = {"level": self._settings.level_name(level), "count": rows}
            if not found:
                there = dict.fromkeys(one.rpartition("/")[2] for one in sorted(self.paths[level]))
                fault = kinds.ROWS_OF_NO_UNIT(**about, like="、".join(near(label, there)))
            elif len(found) > 1:
                fault = kinds.ROWS_OF_SEVERAL_UNITS(**about, paths="、".join(found))
            elif how:
                fault = kinds.UNIT_MEANT(**about, given=label, name=found[0], how=how)
            else:
                continue
            same = (_is(data[code], one) for code, one in zip(codes, names, strict=True))
            here = functools.reduce(pc.and_, same)
            findings.append(Finding(pc.index(here, True).as_py(), column, fault, label))
        cells = zip(*(data[code].to_pylist() for code in codes), strict=True)
        owners = pa.array([signs[names] for names in cells], data["agent"].type)
        return _put(data, "agent", owners), findings

    def _units_of(self, level: str, label: str, above: Sequence[str]) -> tuple[list[str], str]:
        """The units of a level that a label may mean, and how its spelling differs."""
        for form, how in ((str, ""), (canonical, "写法"), (stem, "写法或后缀")):
            found = [
                path
                for path in sorted(self.paths[level])
                if _parts(form, label) in (_parts(form, path), _parts(form, path)[-1:])
                and {stem(one) for one in above} <= set(_parts(stem, path)[:-1])
            ]
            if found:
                return found, how
        return [], ""


def _is(column: Any, value: str | None) -> Any:
    return pc.is_null(column) if value is None else pc.fill_null(pc.equal(column, value), False)


def _of_target(
    level: str, label: str, known: Iterable[str], rows: int
) -> tuple[str | None, Fault | None]:
    """The unit of a target with another spelling, and the message about it."""
    names: dict[str, set[str]] = {}
    for path in known:
        for called in (path, path.rpartition("/")[2]):
            names.setdefault(called, set()).add(path)
    if label in names:
        return None, None  # of several of one name the full one is asked for where it is used
    for form in (canonical, stem):
        found = {
            path
            for called in names
            if _parts(form, called) == _parts(form, label)
            for path in names[called]
        }
        if len(found) == 1:
            (path,) = found
            how = "写法或后缀"
            return path, kinds.UNIT_MEANT(level=level, given=label, name=path, count=rows, how=how)
    like = "、".join(near(label, names))
    return None, kinds.TARGET_OF_NO_UNIT(level=level, count=rows, like=like)


def _parts(form: Any, path: str) -> list[str]:
    return [form(name) for name in path.replace("\\", "/").replace("／", "/").split("/")]


def _replaced(column: Any, changes: Mapping[str, Meant | None]) -> Any:
    others = {given: meant.name for given, meant in changes.items() if meant}
    if not others:
        return column
    place = pc.index_in(column, pa.array(list(others), pa.string()))
    return pc.coalesce(pa.array(list(others.values()), pa.string()).take(place), column)


def _put(data: pa.Table, code: str, column: Any) -> pa.Table:
    if column is data[code]:
        return data
    return data.set_column(data.column_names.index(code), code, column)


def _counted(column: Any) -> Counter[str]:
    return Counter(
        {
            one["values"]: one["counts"]
            for one in pc.value_counts(column).to_pylist()
            if one["values"]
        }
    )


def _distinct(column: Any) -> list[str]:
    return [name for name in pc.unique(column).to_pylist() if name]


def _counts(data: pa.Table, columns: list[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
    found = data.group_by(columns, use_threads=False).aggregate([([], "count_all")])
    for row in found.to_pylist():
        yield tuple(row[code] for code in columns), row["count_all"]


def _combinations(data: pa.Table, columns: list[str]) -> list[tuple[Any, ...]]:
    return [names for names, _ in _counts(data, columns)]
