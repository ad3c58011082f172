"""The origin of each number of a workbook: file, sheet and row; see `source_slots`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from kpi_xl.cached import kept
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.catalogue.units import Unit
from kpi_xl.checks.returned import file_and_sheet, is_returned
from kpi_xl.checks.rows_of_file import RawRows
from kpi_xl.data.own_rows import OwnRows
from kpi_xl.data.people import Person
from kpi_xl.data.raw_rows import SOME, RawRowsOf, TargetRows
from kpi_xl.findings.shown import value_text
from kpi_xl.kpi import Kpi
from kpi_xl.record.origins import Decided, by_and_when
from kpi_xl.slots.becomes import Target
from kpi_xl.slots.changes_told import shown_value
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.registry import declaration, declared
from kpi_xl.slots.slot import Values, put
from kpi_xl.slots.source_slots import ABOUT_SOURCES, SOURCES, SourceLine
from kpi_xl.slots.unit_values import KPI

_FILES: Final = 4
"""So many files of a table are named; the rest are counted."""

_OTHERS: Final = "（其他单位的文件）"


def target_slots(own: Iterable[str] = ()) -> Mapping[str, Target]:
    """The cells that targets are typed into, with their declarations.

    Parameters
    ----------
    own : iterable of str
        The names of KPIs that the project declares itself.
    """
    names = [KPI.pattern + end for end, slot in KPI.slots.items() if slot.becomes is not None]
    more = [put(name, {"指标": kpi}) for kpi in own for name in names]
    return _of_catalogue() | {name: what for name in more if (what := _target(name)) is not None}


@cache
def _of_catalogue() -> dict[str, Target]:
    return {name: what for name in declared() if (what := _target(name)) is not None}


def _target(slot: str) -> Target | None:
    found = declaration(slot)
    return found.becomes if found is not None and isinstance(found.becomes, Target) else None


_OF_PEOPLE: Final = ("首年新单保费", "主险件数")
"""The KPIs that people have targets of in the list of members."""


class SourceValues:
    """Finds the origins of the numbers of workbooks.

    Parameters
    ----------
    filling : Filling
        The workbook: its KPIs are told of. A plan for the month to come starts from the last one.
    """

    def __init__(self, filling: Filling) -> None:
        cube, settings, store = filling.cube, filling.settings, filling.store
        self._cube = cube
        self._month = filling.month
        self._there = min(filling.month, cube.last)
        self._is_asked = filling.asks("source.")
        slots = set(filling.rows)
        self._kpis = [kpi for kpi in settings.kpis.values() if _slots_of(kpi) & slots]
        self._origins = filling.origins
        self._known = settings.kpis
        self._target_slots = target_slots(one.name for one in settings.own.own.values())
        self._rows = RawRowsOf(
            store,
            self._there,
            settings.month_cut,
            tables=settings.tables,
            own=OwnRows(store, settings, cube, self._there, SOME),
        )
        self._target_rows = TargetRows(store, filling.month, settings.kpis)

    def of_unit(self, number: int, about: Values, people: Sequence[Person] = ()) -> Values:
        """The origins of a unit's numbers and targets, and of its people's typed targets.

        Parameters
        ----------
        number : int
            The unit's place in the cube.
        about : dict
            The slots about the unit and its KPIs.
        people : sequence of Person
            Whose targets stand in the workbook.
        """
        if not self._is_asked:
            return {}
        unit = self._cube.units[number]
        lines: list[SourceLine] = []
        for kpi in self._kpis:
            lines += self._numbers(kpi, number, about)
            lines += self._target(kpi, unit, about.get(f"kpi.{kpi.name}.目标"))
        for person in people:
            lines += self._targets_of(person)
        lines = [self._without_others(unit, line) for line in lines]
        return SOURCES.columns(lines) | ABOUT_SOURCES.values(about)

    def _numbers(self, kpi: Kpi, number: int, about: Values) -> Iterator[SourceLine]:
        """A KPI of the month: its formula with numbers, and the rows of each file."""
        if not self._cube.has(kpi):
            return
        is_now = self._month == self._there
        value = about.get(f"kpi.{kpi.name}" if is_now else f"kpi.{kpi.name}.上月")
        title = kpi.name if is_now else f"{kpi.name} {self._there.chinese}"
        named: str | None = title
        shown, how = _shown(kpi, value), self._how(kpi, number)
        rows = self._rows.of(kpi, self._cube.units[number])
        if not rows:
            yield SourceLine(named, shown, how, "", "没有它的行", None, "")
        for table in dict.fromkeys(one.title for one in rows):
            for file, count, some in _files([one for one in rows if one.title == table]):
                by = self._origins.saved_text(file)
                how = how or (by and f"{by} 填")
                yield SourceLine(named, shown, how, table, file, count, some)
                named = shown = how = None

    def _how(self, kpi: Kpi, number: int) -> str | None:
        """The formula, and its numbers."""
        month = self._there.number - self._cube.first.number
        parts = []
        before = self._cube.earlier(kpi) if kpi.has_earlier else {}
        for measure in kpi.measures:
            counts = before.get(measure.code, self._cube.measure(measure.counted.code))
            amount = counts[number, month].item()
            if math.isfinite(amount):
                per = measure.to_unit
                text = f"{amount / per:,.2f}" if per > 1 else f"{amount:,.0f}"
                parts.append(f"{measure.name} {text}")
        is_one = len(kpi.measures) == 1 and kpi.formula == kpi.measures[0].name
        return kpi.formula if is_one else f"{kpi.formula}；其中 {'，'.join(parts)}"

    def _target(self, kpi: Kpi, unit: Unit, value: object) -> Iterator[SourceLine]:
        """The origin of a unit's target: a raw file's row, a step of a round, or a cell and its
        author.
        """
        title = f"{kpi.name} 目标"
        decided = self._origins.decided.get((unit.level, unit.path, kpi.code))
        for rows in self._target_rows.of(kpi, unit):
            if not is_returned(rows.file):
                text = _shown(kpi, value)
                yield SourceLine(title, text, None, rows.table, rows.file, rows.count, rows.some)
            elif decided is not None:
                yield _of_round(title, decided)
            else:
                yield from self._typed(title, kpi, rows, unit)

    def _targets_of(self, person: Person) -> Iterator[SourceLine]:
        """The targets of a unit or person that were typed or decided."""
        for kpi in filter(None, map(kpis.find, _OF_PEOPLE)):
            title = f"{person.name} {person.agent} {kpi.name} 目标"
            decided = self._origins.decided.get((PERSON, person.agent, kpi.code))
            if decided is not None:
                yield _of_round(title, decided)
                continue
            for rows in self._target_rows.of_person(kpi, person.agent):
                if is_returned(rows.file):
                    yield from self._typed(title, kpi, rows, person)

    def _typed(
        self, title: str, kpi: Kpi, rows: RawRows, whose: Unit | Person
    ) -> Iterator[SourceLine]:
        """The cells that a target was typed into: value, author, time, earlier value."""
        for one in self._origins.targets:
            what = self._target_slots[one.slot]
            if isinstance(whose, Person):
                is_his = what.whose == "个人" and one.is_of_person(whose.agent)
            else:
                is_his = what.whose == "单位" and one.is_of_unit(whose)
            here = (one.file, one.sheet) == file_and_sheet(rows.file)
            if is_his and here and what.kpi == kpi.name:
                by = by_and_when(one.saved_by, one.saved)
                how = f"{by} 填，以前 {shown_value(one, one.was, self._known)}"
                where = f"「{one.sheet}」{one.cell}"
                value = _shown(kpi, one.value)
                yield SourceLine(title, value, how, rows.table, one.file, 1, where)

    def _without_others(self, unit: Unit, line: SourceLine) -> SourceLine:
        """The line without the name of a file that names another unit."""
        if any(name in line.file for name in self._names_of_others(unit.path)):
            return line._replace(file=_OTHERS)
        return line

    @kept
    def _names_of_others(self, path: str) -> list[str]:
        """The names of units other than this one and those above or below it."""
        own = {
            one.name for one in self._cube.units if one.parent is None or _is_kin(one.path, path)
        }
        if self._cube.units[0].path == path:
            return []
        others = {one.name for one in self._cube.units} - own
        return sorted(name for name in others if not any(name in its for its in own))


def _slots_of(kpi: Kpi) -> set[str]:
    """The slots by which a workbook shows a KPI's numbers."""
    return {f"kpi.{kpi.name}{end}" for end in ("", ".目标", ".上月")}


def _is_kin(path: str, other: str) -> bool:
    """Whether one unit is the other, or above or below it."""
    return (path + "/").startswith(other + "/") or (other + "/").startswith(path + "/")


def _shown(kpi: Kpi, value: object) -> str | None:
    """A value with its unit, as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None if value is None else str(value)
    if kpi.unit == "元":
        return f"{value:,.2f} 元"
    if kpi.unit == "%":
        return value_text(kpi, value)
    return f"{f'{value:,.2f}'.rstrip('0').rstrip('.')} {kpi.unit}"


def _files(rows: Sequence[RawRows]) -> Iterator[tuple[str, int, str]]:
    """The files of a table with their rows: the first by name, the rest in one line."""
    for one in rows[:_FILES]:
        yield one.file, one.count, one.place
    if rest := rows[_FILES:]:
        count = sum(one.count for one in rest)
        files = len({one.file for one in rest} - {one.file for one in rows[:_FILES]})
        named = f"另有 {files:,} 个文件" if files else "另有几种系数的行"
        yield named, count, "用 kpi-xl trace 看全部"


def _of_round(title: str, decided: Decided) -> SourceLine:
    """The line about a round's result: the last step, who took it, when, and why."""
    course = decided.course
    round_ = course.round
    value = _shown(round_.kpi, round_.value(course.stands[decided.place].value))
    return SourceLine(title, value, decided.how, "目标", decided.name, 1, decided.where)
