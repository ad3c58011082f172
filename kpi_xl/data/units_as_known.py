"""Units that are written in several ways: told, and put together where only one can be meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.schema import ORGANISATION
from kpi_xl.data.finding import Finding
from kpi_xl.fault import Fault
from kpi_xl.readers.name import near
from kpi_xl.readers.unit import Meant, Spellings, canonical, spellings, stem

BRANCH, REGION, DEPARTMENT, TEAM = ORGANISATION

_PLACES: Final[dict[str, tuple[dict[str, str], ...]]] = {
    "agents": ({REGION: "region", DEPARTMENT: "department", TEAM: "team"},),
    "transfers": (
        {REGION: "region", DEPARTMENT: "department", TEAM: "team"},
        {REGION: "from_region", DEPARTMENT: "from_department", TEAM: "from_team"},
    ),
}
"""The columns of units by level, of each table that says where somebody is or was."""

Tables = Mapping[str, Sequence[pa.Table]]


class KnownUnits:
    """The units that 人员 and 异动 name, and what their spellings mean.

    Parameters
    ----------
    tables : mapping of str to sequence of pyarrow.Table
        The rows by table and file.
    branch : str
        What the branch is called.
    """

    def __init__(self, tables: Tables, branch: str) -> None:
        self._branch = branch
        self._above: dict[str, Spellings] = {}
        for level in (REGION, DEPARTMENT):
            names: Counter[str] = Counter()
            for data, columns in _with_units(tables):
                names += _counted(data[columns[level]])
            self._above[level] = spellings(names)
        self._teams: dict[str | None, Spellings] = {
            department: spellings(names) for department, names in self._teams_of(tables).items()
        }
        self.paths = self._all_paths(tables)

    def _teams_of(self, tables: Tables) -> dict[str | None, Counter[str]]:
        """The teams of each department; under None all, for rows that name no department."""
        teams: dict[str | None, Counter[str]] = {None: Counter()}
        for data, columns in _with_units(tables):
            for (department, team), rows in _pairs(data, columns):
                if team is not None:
                    teams[None][team] += rows
                    if department is not None:
                        of = self._name(DEPARTMENT, department)
                        teams.setdefault(of, Counter())[team] += rows
        return teams

    def _name(self, level: str, given: str) -> str:
        meant = self._above[level].meant.get(given)
        return meant.name if meant else given

    def as_known(self, code: str, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Rows of a table with the names that are meant, and what is to be told."""
        findings: list[Finding] = []
        for columns in _PLACES.get(code, ()):
            for level in (REGION, DEPARTMENT):
                column = columns[level]
                changes = {
                    name: self._above[level].meant.get(name) for name in _distinct(data[column])
                }
                findings += _told(level, data, column, self._above[level], changes)
                data = _put(data, column, _replaced(data[column], changes))
            data, of_teams = self._teams_as_known(data, columns)
            findings += of_teams
        if code == "targets":
            data, findings = self._targets_as_known(data)
        return data, findings

    def _teams_as_known(
        self, data: pa.Table, columns: Mapping[str, str]
    ) -> tuple[pa.Table, list[Finding]]:
        findings: list[Finding] = []
        column, found = columns[TEAM], data[columns[TEAM]]
        by_department: dict[str | None, list[str]] = {}
        for (department, team), _ in _pairs(data, columns):
            if team is not None:
                by_department.setdefault(department, []).append(team)
        for department, teams in by_department.items():
            known = self._teams.get(department, self._teams[None])
            if not any(team in known.meant or team in known.doubtful for team in teams):
                continue
            of = data[columns[DEPARTMENT]]
            here = pc.is_null(of) if department is None else pc.equal(of, department)
            here = pc.fill_null(here, False)
            changes = {team: known.meant.get(team) for team in teams}
            only = pc.if_else(here, found, None)
            findings += _told(TEAM, _put(data, column, only), column, known, changes)
            found = pc.if_else(here, _replaced(only, changes), found)
        return _put(data, column, found), findings

    def _all_paths(self, tables: Tables) -> dict[str, set[str]]:
        """The paths of all units by level, as they are written where most write them."""
        paths: dict[str, set[str]] = {level: set() for level in (REGION, DEPARTMENT, TEAM)}
        for code, parts in tables.items():
            for part in parts if code in _PLACES else ():
                data, _ = self.as_known(code, part)
                for columns in _PLACES[code]:
                    order = [columns[level] for level in paths]
                    for names in _combinations(data, order):
                        for depth, level in enumerate(paths, 1):
                            if names[depth - 1]:
                                paths[level].add("/".join(n for n in names[:depth] if n))
        return paths

    def _targets_as_known(self, data: pa.Table) -> tuple[pa.Table, list[Finding]]:
        """Targets of units with the units' own names; units that are not there are told."""
        findings: list[Finding] = []
        units = data["unit"]
        for (level, label), rows in _counts(data, ["level", "unit"]):
            if level not in (BRANCH, *self.paths) or label is None:
                continue
            known = {self._branch} if level == BRANCH else self.paths[level]
            meant, fault = _of_target(level, label, known, rows)
            if fault is None:
                continue
            here = pc.and_(pc.equal(data["level"], level), pc.equal(data["unit"], label))
            here = pc.fill_null(here, False)
            findings.append(Finding(pc.index(here, True).as_py(), "unit", fault, label))
            if meant is not None:
                units = pc.if_else(here, meant, units)
        return _put(data, "unit", units), findings


def _of_target(
    level: str, label: str, known: Iterable[str], rows: int
) -> tuple[str | None, Fault | None]:
    """The unit that a target is for, where it is written otherwise; what is to be told."""
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


def _with_units(tables: Tables) -> Iterator[tuple[pa.Table, dict[str, str]]]:
    for code, places in _PLACES.items():
        for data in tables.get(code, ()):
            for columns in places:
                yield data, columns


def _told(
    level: str,
    data: pa.Table,
    column: str,
    known: Spellings,
    changes: Mapping[str, Meant | None],
) -> Iterator[Finding]:
    """A remark for each name that is read otherwise or may be another, at its first row."""
    for given, meant in changes.items():
        if meant is None and given not in known.doubtful:
            continue
        rows = pc.fill_null(pc.equal(data[column], given), False)
        about = {"level": level, "given": given, "count": pc.sum(rows).as_py()}
        fault = (
            kinds.UNIT_MEANT(**about, name=meant.name, how=meant.how)
            if meant
            else kinds.UNIT_LIKE_OTHERS(**about, like="、".join(known.doubtful[given]))
        )
        yield Finding(pc.index(rows, True).as_py(), column, fault, given)


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


def _pairs(data: pa.Table, columns: Mapping[str, str]) -> list[tuple[tuple[Any, ...], int]]:
    return list(_counts(data, [columns[DEPARTMENT], columns[TEAM]]))


def _combinations(data: pa.Table, columns: list[str]) -> list[tuple[Any, ...]]:
    return [names for names, _ in _counts(data, columns)]
