"""The numbers that would come out under other settings, computed aside."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow.compute as pc

from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.checks.checked import Checked, CheckedTable
from kpi_xl.checks.notice import notice_of
from kpi_xl.data.cube import Cube, is_money
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.raw_files.problem import Problem
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.progress import Progress, silent

_SHOWN: Final = ("closing", "new_premium", "fyc", "pieces", "units_sold", "sales")


@dataclass(frozen=True)
class TableSums:
    """The sums of a raw table.

    Parameters
    ----------
    name : str
        The Chinese name of the raw table.
    files : tuple of str
        The files that its rows come from.
    read, used, set_aside : int
        How many rows were read, are used, and are set aside.
    sums : mapping of str to str
        The sums of its amounts and counts by column, for people.
    """

    name: str
    files: tuple[str, ...]
    read: int
    used: int
    set_aside: int
    sums: dict[str, str]


@dataclass(frozen=True)
class UnitNumbers:
    """The last month of a unit as texts, in the order of `Outlook.measures`."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """The numbers under other settings.

    Parameters
    ----------
    month : str
        The last month with data.
    months : int
        How many months there are.
    measures : tuple of str
        What is shown of each unit.
    units : tuple of UnitNumbers
        The branch, then its departments; what is of none of them last, where there is anything.
    tables : tuple of TableSums
        The sums of each raw table.
    problems : tuple of Problem
        All that is wrong, or to be looked at.
    notice : str
        What is not in the numbers, in a line.
    """

    month: str
    months: int
    measures: tuple[str, ...]
    units: tuple[UnitNumbers, ...]
    tables: tuple[TableSums, ...]
    problems: tuple[Problem, ...]
    notice: str


def outlook(project: Project, settings: Settings, progress: Progress = silent) -> Outlook:
    """Compute a project's numbers under other settings, in a temporary folder.

    Parameters
    ----------
    project : Project
        The project, which is not changed.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When the raw files cannot be used so.
    """
    with tempfile.TemporaryDirectory(prefix="kpi_xl-") as name:
        there = replace(settings, data=str(project.data.resolve()))
        loaded = load(Project(Path(name), there), progress)
        checked = loaded.checked
        assert checked is not None  # nothing was kept in a new folder
        return _of(loaded.cube, checked, settings)


def _of(cube: Cube, checked: Checked, settings: Settings) -> Outlook:
    shown = [code for code in _SHOWN if code in cube.measures]
    wanted = [0, *cube.of_level(cube.main)]
    # The departments and what nobody's department has are the branch, or the branch looks wrong.
    wanted += [
        place
        for place, unit in enumerate(cube.units)
        if unit.is_unassigned
        and unit.level == cube.main
        and any(int(cube.measure(code)[place, -1]) for code in shown)
    ]
    return Outlook(
        month=cube.last.chinese,
        months=len(cube.months),
        measures=tuple(MEASURES[code].name for code in shown),
        units=tuple(
            UnitNumbers(
                cube.units[unit].name,
                tuple(_shown(code, int(cube.measure(code)[unit, -1])) for code in shown),
            )
            for unit in wanted
        ),
        tables=tuple(map(_sums, checked.tables.values())),
        problems=tuple(checked.problems),
        notice=notice_of(checked).line,
    )


def _shown(measure: str, value: int) -> str:
    return _money(value) if is_money(measure) else f"{value:,}"


def _money(fen: int) -> str:
    return f"{fen / 100:,.2f}".removesuffix(".00")


def _sums(one: CheckedTable) -> TableSums:
    sums = {}
    for column in one.table.columns:
        if column.kind in ("money", "count") and any(
            column.code in file.headings for file in one.files
        ):
            total = pc.sum(one.data[column.code]).as_py() or 0
            sums[column.name] = _money(total) if column.kind == "money" else f"{total:,}"
    files = tuple(file.label for file in one.files)
    return TableSums(one.table.name, files, one.read, one.used, one.set_aside, sums)
