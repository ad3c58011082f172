"""Robots that fill in the workbooks of a quarter: every kind of cell, with values it takes."""

from __future__ import annotations

import datetime as dt
import random
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl
from openpyxl.utils import get_column_letter

from kpi_xl.calendar import Month, planned_weeks
from kpi_xl.slots import becomes
from kpi_xl.slots.registry import declared
from kpi_xl.workbook import Template
from kpi_xl.workbook.inputs import Expected, InputSlot, day_of, input_slots

Hands = Callable[[Path, Path, Sequence[tuple[str, str, str]]], None]
"""Types into a workbook in an office program: the file, where to save, and every cell as text."""

_WEEK: Final = re.compile(r"(?:input\.)?week(\d)\.(?:day(\d)\.)?")

LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    # Targets of people stand in the teams' form, days in the persons': the same fact typed twice is
    # told, not counted twice, and is tried by itself (tests/jobs/test_typed.py).
    "周工作计划": ("month.target.预收",),
    "客户经理工作日志": ("month.target.", "lists.", "week"),
    "月度KPI表": ("kpi.",),
}
"""By form, how the names begin of cells that the robots leave as they are."""


class Typed(NamedTuple):
    """A value that a robot typed.

    Attributes
    ----------
    template, month, recipient, sheet, cell : str
        Where the value was typed.
    slot : str
        The name of the cell.
    value : object
        The value that was typed.
    """

    template: str
    month: str
    recipient: str
    sheet: str
    cell: str
    slot: str
    value: Any

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """The cell, which nobody else types into."""
        return self[:5]


@dataclass
class Form:
    """A form's input cells, looked up once for all its workbooks."""

    name: str
    month: Month
    inputs: list[InputSlot]

    @classmethod
    def of(cls, name: str, month: Month, file: Path) -> Form:
        """Read them from one of its workbooks."""
        return cls(name, month, input_slots(Template(file)))


class Robot:
    """Types into workbooks.

    Parameters
    ----------
    dice : Random
        The random numbers that decide what it types.
    share : float
        The share of cells that it types into.
    """

    def __init__(self, dice: random.Random, share: float) -> None:
        self._dice = dice
        self._share = share

    def typed(
        self,
        form: Form,
        recipient: str,
        source: Path,
        target: Path,
        hands: Hands | None,
        without: tuple[str, ...] = (),
    ) -> list[Typed]:
        """Fill in somebody's workbook and save it where it is collected.

        Parameters
        ----------
        recipient : str
            The recipient of the workbook.
        source, target : Path
            The workbook as it was sent, and where it is saved.
        hands : callable or None
            An office program's; by default openpyxl.
        without : tuple of str
            How the names begin of cells that he says nothing in, besides `LEFT_OUT`.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(source)
            found = [
                Typed(form.name, str(form.month), recipient, sheet, cell, slot, value)
                for sheet, cell, slot, value in self._values(form, book, without)
            ]
            if hands is not None:
                hands(source, target, [(one.sheet, one.cell, _text(one.value)) for one in found])
                return found
            for one in found:
                book[one.sheet][one.cell] = one.value
            book.save(target)
        return found

    def _values(
        self, form: Form, book: Any, without: tuple[str, ...]
    ) -> Iterator[tuple[str, str, str, Any]]:
        left_out = LEFT_OUT.get(form.name, ()) + without
        for one in form.inputs:
            name = one.slot.name
            # Weights are 100 % together, which one cell by itself does not know.
            if name.startswith(left_out) or name.endswith("权重"):
                continue
            for row, column in self._cells(form, one, book):
                if self._dice.random() >= self._share:
                    continue
                slot = one.slot
                cell = f"{get_column_letter(slot.first_column + column)}{slot.first_row + row}"
                before = book[slot.sheet][cell].value
                value = self._value(one.slot.name, one.columns[column], before)
                if value is not None:
                    yield slot.sheet, cell, slot.name, value

    def _cells(self, form: Form, one: InputSlot, book: Any) -> Iterator[tuple[int, int]]:
        """The cells of a name that stand for somebody, or for a day of the month."""
        slot = one.slot
        keys = [key for key in (one.agents, one.days) if key]
        for row in range(slot.rows):
            for column in range(slot.columns):
                if _day(form.month, one.slot.name, row, column, slot.rows, slot.columns) is False:
                    continue
                if any(_is_blank(book, row, key) for key in keys):
                    continue
                yield row, column

    def _value(self, slot: str, takes: Expected, before: object) -> object:
        """Something that the cell takes and that is not there already."""
        dice = self._dice
        what = declared()[slot].becomes
        for _ in range(20):
            value = self._one(takes)
            if isinstance(what, becomes.Target) and isinstance(value, float):
                value = self._target(slot)
            if isinstance(what, becomes.Scoring):
                value = round(0.5 + dice.random() / 2, 4) if slot == "score.floor" else value
            if value != before and not (value == 0 and before is None):
                return value
        return None

    def _target(self, slot: str) -> float | int:
        dice = self._dice
        kpi = declared()[slot].named.get("指标", "")
        if "率" in kpi:
            return dice.randrange(1, 10_000) / 10_000
        if "保费" in slot:
            return dice.randrange(100, 9_999_999) / 100
        return dice.randrange(1, 40)

    def _one(self, takes: Expected) -> Any:
        dice = self._dice
        low, high = 0.0, 40.0
        if takes.bounds:
            if takes.operator == "between":
                low, high = takes.bounds
            elif takes.operator in ("greaterThan", "greaterThanOrEqual"):
                low, high = takes.bounds[0], max(high, takes.bounds[0])
            elif takes.operator in ("lessThan", "lessThanOrEqual"):
                high = takes.bounds[0]
        if takes.kind == "list":
            return dice.choice(takes.choices) if takes.choices else f"词{dice.randrange(10**9)}"
        if takes.kind == "date":
            days = [day_of(bound) for bound in takes.bounds if bound] or [dt.date(2024, 7, 1)]
            first = days[0] or dt.date(2024, 7, 1)
            width = (days[-1] - first).days if len(days) > 1 and days[-1] else 27
            return first + dt.timedelta(dice.randrange(max(1, min(width, 27))))
        if takes.kind == "whole":
            return dice.randint(int(low), int(min(high, low + 40)))
        if takes.kind == "number":
            return round(low + min(high - low, 4_000) * dice.random(), 2)
        return f"词{dice.randrange(10**9)}"


def _is_blank(book: Any, row: int, key: str) -> bool:
    """Whether the row of a list is nobody's, or no day's."""
    ((sheet, area),) = book.defined_names[key].destinations
    first = book[sheet][area.replace("$", "").partition(":")[0]]
    return book[sheet].cell(first.row + row, first.column).value in (None, "")


def _day(
    month: Month, name: str, row: int, column: int, rows: int, columns: int
) -> dt.date | bool | None:
    """The day that a cell is about; False where it is of another month, None where it has none."""
    found = _WEEK.match(name)
    if found is None:
        return None
    weeks = planned_weeks(month)
    week = int(found[1])
    if week > len(weeks):
        return False
    days = weeks[week - 1]
    if found[2]:
        return days[int(found[2]) - 1] or False
    if rows == 7 or columns == 7:
        return days[max(row, column)] or False
    return None


def _text(value: Any) -> str:
    """As somebody types it."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)
