"""Fill a template for everybody it is meant for: units, teams with their members, or persons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

import workbook_templates
from kpi_xl.calendar import Month
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.files import file_name, write_whole
from kpi_xl.jobs.load import load
from kpi_xl.jobs.member_values import member_values
from kpi_xl.jobs.people import People
from kpi_xl.jobs.plan_values import focus_of, manager_schedule, person_plan, week_values
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.jobs.targets import Targets
from kpi_xl.jobs.unit_values import UnitValues, Values
from kpi_xl.project import Project
from kpi_xl.workbook import Template

MONTHLY_KPI: Final = "月度KPI表"


@dataclass(frozen=True)
class Filled:
    """What a fill made.

    Parameters
    ----------
    month : Month
        The month.
    folder : Path
        Where the workbooks are.
    files : list of Path
        The workbooks.
    """

    month: Month
    folder: Path
    files: list[Path]


def fill(
    project: Project, template: str, month: str | None = None, progress: Progress = silent
) -> Filled:
    """Fill a template for everybody it is meant for.

    Whom it is meant for shows in its slots: those about a person make it a workbook for each
    person, those about members or attention one for each team, all others one for each department
    and one for the branch.

    Parameters
    ----------
    project : Project
        The project.
    template : str
        The Chinese name of an official template, or the path of any workbook with slots.
    month : str, optional
        The month, in any usual form; by default the last one with data. The month after it may
        be planned too.
    progress : callable
        Told what is being done.

    Returns
    -------
    Filled

    Raises
    ------
    InputError
        When the raw files, the template or the month cannot be used.
    """
    workbook = Template(template_path(template))
    cube = load(project, progress).cube
    wanted = _month(cube, month)
    name = workbook.path.stem
    folder = project.output / str(wanted) / file_name(name)
    files = []
    with duckdb.connect(str(project.store), read_only=True) as store:
        recipients = list(_Recipients(project, cube, store, wanted, workbook))
        for done, (path, values) in enumerate(recipients):
            progress(f"生成{name}", done, len(recipients))
            known = {slot: value for slot, value in values.items() if slot in workbook.slots}
            file = folder / path
            write_whole(file, workbook.fill(known))
            files.append(file)
        progress(f"生成{name}", len(recipients), len(recipients))
    return Filled(wanted, folder, files)


def refresh(project: Project, month: str | None = None, progress: Progress = silent) -> Filled:
    """Make the month's 月度KPI表 for the branch and each department; see `fill`."""
    return fill(project, MONTHLY_KPI, month, progress)


def template_path(template: str) -> Path:
    """The file of a template, by the name of an official one or by path.

    Raises
    ------
    InputError
        When there is none.
    """
    if template in workbook_templates.NAMES:
        return workbook_templates.path(template)
    file = Path(template)
    if not file.is_file():
        raise InputError(
            f"没有名为“{template}”的模板，也没有这个文件",
            "官方模板有：" + "、".join(workbook_templates.NAMES) + "；也可以写自己工作簿的路径",
        )
    return file


def _month(cube: Cube, text: str | None) -> Month:
    """The month meant; the one after the last may be planned."""
    if text is None:
        return cube.last
    try:
        month = Month.parse(text)
    except ValueError:
        raise InputError(
            "月份写法看不懂", "请写成 2024-06、202406 或 2024年6月", value=text
        ) from None
    if month != cube.last + 1:
        cube.month_index(month)
    return month


class _Recipients:
    """Goes through everybody who gets a workbook: where it goes, and the values of its slots."""

    def __init__(
        self,
        project: Project,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        month: Month,
        template: Template,
    ) -> None:
        self.settings = project.settings
        self.cube = cube
        self.store = store
        self.month = month
        self.slots = template.slots
        self.targets = Targets(store, month)
        self.last_targets = Targets(store, month - 1)
        self.values = UnitValues(cube, project.settings, month)

    def __iter__(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        if self._uses("person.id"):
            return self._persons()
        if self._uses("members.") or self._uses("attention."):
            return self._teams()
        return self._departments()

    def _uses(self, prefix: str) -> bool:
        return any(name.startswith(prefix) for name in self.slots)

    def _lowest_level(self) -> str:
        return next(level for level in reversed(LEVELS) if self.cube.of_level(level))

    def _departments(self) -> Iterator[tuple[Path, Values]]:
        self.cube.month_index(self.month)  # there is no table of a month to come
        managers: dict[str, People] = {}
        for number, unit in enumerate(self.cube.units):
            if unit.level not in ("分公司", "营业部") or unit.is_unassigned:
                continue
            if unit.level not in managers:
                managers[unit.level] = self._people(unit.level)
            manager = managers[unit.level].manager_of(unit)
            yield (
                Path(f"{file_name(unit.path)}.xlsx"),
                self._unit(number)
                | self.values.series(number)
                | {"unit.manager": manager.name if manager else None},
            )

    def _unit(self, number: int) -> Values:
        unit = self.cube.units[number]
        return self.values.about(unit) | self.values.kpis(number, self.targets.of_unit(unit))

    def _people(self, level: str) -> People:
        return People(self.store, self.settings, level, self.month, self.cube.last)

    def _teams(self) -> Iterator[tuple[Path, Values]]:
        level = self._lowest_level()
        everybody = self._people(level)
        weeks = week_values(self.month)
        for number in self.cube.of_level(level):
            unit = self.cube.units[number]
            people = everybody.of(unit)
            if not people:
                continue
            manager = everybody.manager_of(unit)
            name = manager.name if manager else ""
            values = self._unit(number) | weeks | {"unit.manager": name or None}
            if "members.工号" in self.slots:
                slot = self.slots["members.工号"]
                values |= member_values(people, self.targets, self.month, self.cube.last, slot)
            if "attention.姓名" in self.slots:
                focus = focus_of(self.values, number, self.last_targets.of_unit(unit))
                room = self.slots["attention.姓名"].rows
                values |= manager_schedule(name, unit.name, people, self.month, focus, room)
            yield self._team_path(number), values

    def _team_path(self, number: int) -> Path:
        *above, name = self.cube.units[number].path.split("/")
        return Path(*map(file_name, above), f"{file_name(name)}.xlsx")

    def _persons(self) -> Iterator[tuple[Path, Values]]:
        level = self._lowest_level()
        everybody = self._people(level)
        weeks = week_values(self.month)
        for number in self.cube.of_level(level):
            unit = self.cube.units[number]
            people = everybody.of(unit)
            manager = everybody.manager_of(unit)
            department = self.cube.units[unit.parent].name if unit.parent else ""
            about = self.values.about(unit) | weeks
            about["unit.name"] = department or unit.name  # the team is the person's own
            about["unit.manager"] = manager.name if manager else None
            folder = self._team_path(number).with_suffix("")
            for person in people:
                plan = person_plan(person, people, unit.name, department, self.targets, self.month)
                file = folder / f"{file_name(f'{person.name}_{person.agent}')}.xlsx"
                yield file, about | plan
