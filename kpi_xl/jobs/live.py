"""The values for one workbook that is open in a spreadsheet program: whose it is shows in itself.

The same values as `kpi_xl.jobs.fill` gives, for one recipient instead of all: the unit or person
that the workbook names in its own slots, the branch where it names none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb

from kpi_xl.calendar import Month
from kpi_xl.data.cube import LEVELS, Cube
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.jobs.member_values import member_values
from kpi_xl.jobs.people import People, Person
from kpi_xl.jobs.plan_values import focus_of, manager_schedule, person_plan, week_values
from kpi_xl.jobs.progress import Progress, silent
from kpi_xl.jobs.targets import Targets
from kpi_xl.jobs.unit_values import UnitValues, Values
from kpi_xl.project import Project

IDENTITY: Final = ("unit.name", "unit.level", "unit.parent", "person.id", "period.month")
"""The slots whose present content tells whose workbook it is, and of which month."""

_PLANS: Final = ("person.", "members.", "attention.", "week")


@dataclass(frozen=True)
class Live:
    """What goes into an open workbook.

    Parameters
    ----------
    month : Month
        The month.
    recipient : str
        The unit or person.
    values : mapping of str to object
        The value of each of its slots that kpi_xl knows, as `Template.fill` takes them.
    """

    month: Month
    recipient: str
    values: Values


def live(
    project: Project,
    slots: Mapping[str, int],
    present: Mapping[str, object],
    month: str | None = None,
    progress: Progress = silent,
) -> Live:
    """The values of the slots of an open workbook.

    Parameters
    ----------
    project : Project
        The project; it is brought up to date first.
    slots : mapping of str to int
        The workbook's slots, and how many rows each has.
    present : mapping of str to object
        What stands in the slots of `IDENTITY` now.
    month : str, optional
        The month; by default a plan stays in its own month, and everything else gets the last one
        with data.
    progress : callable
        Told what is being done.

    Raises
    ------
    InputError
        When there is no such unit, person or month, or no slot that kpi_xl knows.
    """
    cube = load(project, progress).cube
    present = {name: _text(value) for name, value in present.items()}
    is_plan = any(name.startswith(_PLANS) for name in slots)
    wanted = _month(cube, month or (present.get("period.month") if is_plan else None))
    with duckdb.connect(str(project.store), read_only=True) as store:
        source = _One(project, cube, store, wanted, slots)
        if "person.id" in slots:
            recipient, values = source.person(str(present.get("person.id", "")))
        else:
            unit = _unit(cube, {name: str(value) for name, value in present.items()})
            recipient = cube.units[unit].path or cube.units[unit].name
            is_team = any(name.startswith(("members.", "attention.")) for name in slots)
            values = source.team(unit) if is_team else source.unit(unit)
    known = {name: value for name, value in values.items() if name in slots}
    if not known:
        raise InputError(
            "当前工作簿里没有 kpi_xl 认得的名称",
            "请在“公式 → 名称管理器”里给要填的单元格起名，如 kpi.活动率、unit.name；"
            "要按官方模板生成工作簿，请点“生成”",
        )
    return Live(wanted, recipient, known)


class _One:
    """Computes the values of one recipient."""

    def __init__(
        self,
        project: Project,
        cube: Cube,
        store: duckdb.DuckDBPyConnection,
        month: Month,
        slots: Mapping[str, int],
    ) -> None:
        self.cube = cube
        self.store = store
        self.month = month
        self.slots = slots
        self.targets = Targets(store, month)
        self.values = UnitValues(cube, project.settings, month)

    def unit(self, number: int) -> Values:
        """Of a workbook about a unit."""
        self.cube.month_index(self.month)  # there is no table of a month to come
        manager = self._people(self.cube.units[number].level).manager_of(number)
        return (
            self._about(number)
            | self.values.series(number)
            | {"unit.manager": manager.name if manager else None}
        )

    def team(self, number: int) -> Values:
        """Of a workbook about a unit with its members."""
        unit = self.cube.units[number]
        everybody = self._people(unit.level)
        people = everybody.of(number)
        if not people:
            raise InputError(f"单位“{unit.name}”在 {self.month} 没有人", "请核对单位和月份")
        manager = everybody.manager_of(number)
        name = manager.name if manager else ""
        values = self._about(number) | week_values(self.month) | {"unit.manager": name or None}
        if "members.工号" in self.slots:
            room = self.slots["members.工号"]
            values |= member_values(people, self.targets, self.month, self.cube.last, room)
        if "attention.姓名" in self.slots:
            last = Targets(self.store, self.month - 1).of_unit(unit)
            focus = focus_of(self.values, number, last)
            room = self.slots["attention.姓名"]
            values |= manager_schedule(name, unit.name, people, self.month, focus, room)
        return values

    def person(self, agent: str) -> tuple[str, Values]:
        """Of a workbook about a person."""
        level = next(level for level in reversed(LEVELS) if self.cube.of_level(level))
        everybody = self._people(level)
        number, person = self._find(everybody, level, agent)
        unit = self.cube.units[number]
        people = everybody.of(number)
        manager = everybody.manager_of(number)
        department = self.cube.units[unit.parent].name if unit.parent else ""
        plan = person_plan(person, people, unit.name, department, self.targets, self.month)
        about = self.values.about(unit) | week_values(self.month)
        about["unit.manager"] = manager.name if manager else None
        return f"{person.name}（{person.agent}）", about | plan

    def _find(self, everybody: People, level: str, agent: str) -> tuple[int, Person]:
        for number in self.cube.of_level(level):
            for person in everybody.of(number):
                if person.agent == agent:
                    return number, person
        raise InputError(
            f"{self.month} 没有这个工号的人", "请在工作簿的工号格里写上工号", value=agent or "空白"
        )

    def _about(self, number: int) -> Values:
        unit = self.cube.units[number]
        return self.values.about(unit) | self.values.kpis(number, self.targets.of_unit(unit))

    def _people(self, level: str) -> People:
        return People(self.store, level, self.month, self.cube.last)


def _text(value: object) -> str:
    """What stands in a cell, as text; 1001.0 is the agent 1001."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _month(cube: Cube, text: object) -> Month:
    """The month meant, the last one with data by default; the one after it may be planned."""
    if not text:
        return cube.last
    try:
        month = Month.parse(str(text))
    except ValueError:
        raise InputError(
            "月份写法看不懂", "请写成 2024-06、202406 或 2024年6月", value=text
        ) from None
    if month != cube.last + 1:
        cube.month_index(month)
    return month


def _unit(cube: Cube, present: Mapping[str, str]) -> int:
    """The unit that a workbook names; the branch where it names none."""
    name = present.get("unit.name", "")
    if not name:
        return 0
    found = [i for i, unit in enumerate(cube.units) if name in (unit.name, unit.path)]
    for slot in ("unit.level", "unit.parent"):
        said = present.get(slot)
        if said and len(found) > 1:
            found = [i for i in found if said == _said(cube, i, slot)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(
            "项目里没有这个单位", "请在工作簿的单位格里写单位的名称，或留空表示全公司", value=name
        )
    paths = "、".join(cube.units[i].path for i in found)
    raise InputError(f"有 {len(found)} 个单位叫“{name}”", f"请写路径：{paths}")


def _said(cube: Cube, index: int, slot: str) -> str:
    unit = cube.units[index]
    if slot == "unit.level":
        return unit.level
    return cube.units[unit.parent].name if unit.parent is not None else ""
