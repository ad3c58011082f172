"""Notice changed definitions, and compute which numbers change with them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kpi_xl.data.cube import Cube
from kpi_xl.definitions.own_kpis import Definition, OwnKpis, Place
from kpi_xl.errors import InputError
from kpi_xl.jobs.views import Figure, View
from kpi_xl.project import Project
from kpi_xl.record.circulation import changing, circulation, was_begun
from kpi_xl.record.definition_history import (
    DefinitionChange,
    Fields,
    UnitValue,
    What,
    changes,
    keep,
    last_known,
)
from kpi_xl.settings.definitions import WORKBOOK
from kpi_xl.system.user import login

_LONGEST: Final = 60


def note_changes(project: Project) -> list[DefinitionChange]:
    """Keep the changes since definitions were last looked at, and return them.

    The numbers are those of the last month, computed by the old and by the new definitions from the
    same data. Nothing is kept before there are any.

    Raises
    ------
    InputError
        The project's record cannot be used.
    """
    now: dict[str, Fields] = {}
    for one in project.settings.definitions:
        if one.name:
            now.setdefault(one.name, dict(one.fields))
    if not now and not was_begun(project):
        return []
    try:
        cube = Cube.open(project.cube)
    except (InputError, FileNotFoundError):
        return []  # the next refresh makes it
    if was_begun(project):
        with circulation(project) as connection:
            if last_known(connection) == now:
                return []
    with changing(project) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        was = last_known(connection)
        found = _found(project, cube, was, now)
        keep(connection, found, login())
    return found


def _found(
    project: Project, cube: Cube, was: Mapping[str, Fields], now: Mapping[str, Fields]
) -> list[DefinitionChange]:
    place = Place(project.folder / WORKBOOK)
    old = tuple(Definition(place, fields) for fields in was.values())
    before, after = replace(project.settings, definitions=old).own, project.settings.own
    files = {one.name: one.place.file for one in project.settings.definitions}
    found = []
    for name in dict.fromkeys((*was, *now)):
        values: list[UnitValue] = []
        if name in was and name in now:
            values = _moved(project, cube, before, after, name)
        if was.get(name) == now.get(name):
            if not values:
                continue
            what = What.MOVED
        else:
            what = What.CHANGED if name in was else What.NEW
            what = what if name in now else What.GONE
        saved, saved_by = _saved(files.get(name, place.file))
        found.append(
            DefinitionChange(
                name, what, was.get(name), now.get(name), str(cube.last), saved, saved_by, values
            )
        )
    return found


def _moved(
    project: Project, cube: Cube, before: OwnKpis, after: OwnKpis, name: str
) -> list[UnitValue]:
    """The units whose value changed."""
    one, other = (_values(project, cube, own, name) for own in (before, after))
    differs = ~((one == other) | (np.isnan(one) & np.isnan(other)))
    return [
        UnitValue(
            cube.units[unit].level, cube.units[unit].path, float(one[unit]), float(other[unit])
        )
        for unit in np.flatnonzero(differs).tolist()
    ]


def _values(project: Project, cube: Cube, own: OwnKpis, name: str) -> NDArray[np.float64]:
    kpi = own.kpis.find(name)
    if kpi is None:  # its definition is wrong
        return np.full(len(cube.units), np.nan)
    return cube.kpi(kpi, project.settings.in_formulas)[:, -1]


def _saved(file: Path) -> tuple[str, str]:
    """When and by whom a file was saved, if it says so."""
    try:
        at = dt.datetime.fromtimestamp(file.stat().st_mtime).astimezone()
    except OSError:
        return "", ""
    by = ""
    if file.suffix == ".xlsx":
        import openpyxl

        try:
            book = openpyxl.load_workbook(file, read_only=True)
            by = str(book.properties.lastModifiedBy or "")
            book.close()
        except Exception:  # whatever a damaged file does to the library: it is told elsewhere
            by = ""
    return at.isoformat(timespec="minutes"), by


def history(project: Project, name: str | None = None) -> list[DefinitionChange]:
    """Every change that was noticed, the earliest first; of one KPI, or of all.

    Raises
    ------
    InputError
        The project's record cannot be used.
    """
    if not was_begun(project):
        return []
    with circulation(project) as connection:
        return changes(connection, name)


def changes_view(found: list[DefinitionChange]) -> View:
    """A table of changes: a row for each changed field."""
    rows = [
        (
            Figure(str(one.number), float(one.number)),
            one.at[:16].replace("T", " "),
            one.saved_by or one.by,
            one.name,
            one.what.value,
            field,
            _short((one.was or {}).get(field, "")),
            _short((one.now or {}).get(field, "")),
            Figure(f"{len(one.values):,}", float(len(one.values))),
        )
        for one in found
        for field in (one.fields if one.what is What.CHANGED else ["公式"])
    ]
    headings = (
        "第几次#", "发现时间", "谁", "指标", "变化", "哪一项", "以前", "现在", "数变了的单位#",
    )  # fmt: skip
    notes = ["看数怎样变：kpi-xl definitions history 指标"] if rows else ["定义还没有变过"]
    return View("指标定义的历史", headings, rows, notes)


def values_view(found: list[DefinitionChange]) -> View:
    """A table of values: a row for each unit whose value changed."""
    rows = [
        (
            Figure(str(one.number), float(one.number)),
            one.period,
            value.unit or value.level,
            _figure(value.was),
            _figure(value.now),
            _figure(value.now - value.was),
        )
        for one in found
        for value in one.values
    ]
    headings = ("第几次#", "月份", "单位", "以前#", "现在#", "差#")
    return View("同样的数据，按以前和现在的定义", headings, rows)


def _figure(value: float) -> Figure:
    if not math.isfinite(value):
        return Figure("—", value)
    return Figure(f"{value:,.4f}".rstrip("0").rstrip("."), value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
