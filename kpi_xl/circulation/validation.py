"""Check typed values against what each input cell takes."""

from __future__ import annotations

import datetime as dt
import functools
import operator as op
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.circulation.row_keys import NO_KEY, RowKey, row_keys
from kpi_xl.fault import Fault, Faulty, Kind
from kpi_xl.readers.cell import is_nothing
from kpi_xl.readers.date import read_day
from kpi_xl.readers.number import read_count, read_number
from kpi_xl.record.typed_value import Typed
from kpi_xl.workbook.answers import Answer, Answers
from kpi_xl.workbook.growth.regions import records
from kpi_xl.workbook.inputs import Expected, InputSlot, day_of, serial_of, words_of
from kpi_xl.workbook.ooxml.cells import UNCALCULATED, Value

_TOO_LARGE: Final = 1e15
"""From here on a spreadsheet loses the last digits."""

_EXCERPT: Final = 60


@dataclass(frozen=True)
class Problem(Faulty):
    """A problem with an input cell: its value is not taken, or taken with a remark.

    Parameters
    ----------
    file : Path
        The file it is in.
    sheet, cell : str
        Where; empty for a name that is gone.
    slot : str
        The name of the slot.
    value : str
        The value in the cell, as a text.
    fault : Fault
        What is wrong with it, or what should be known.
    """

    file: Path
    sheet: str
    cell: str
    slot: str
    value: str
    fault: Fault

    @property
    def taken(self) -> bool:
        """Whether the value was taken all the same."""
        return not self.fault.set_aside

    def record(self) -> dict[str, Any]:
        """The problem as plain values, for JSON."""
        return {
            "kind": self.fault.kind.code,
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "slot": self.slot,
            "value": self.value,
            "about": dict(self.fault.about),
            "reason": self.reason,
            "advice": self.advice,
            "taken": self.taken,
        }


@dataclass(frozen=True, slots=True)
class Valid:
    """The value of an input cell; `about` is the unit, where each has a sheet."""

    slot: str
    row: int
    column: int
    key: str
    value: Typed
    sheet: str
    cell: str
    about: str = ""


class _Unusable(Exception):  # noqa: N818 - is said of a value
    """A value that its cell does not take."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault)


class Validation:
    """The input cells of one returned workbook.

    Parameters
    ----------
    answers : mapping of str to Answers
        The cells of its names, or of those on a sheet that is about a unit.
    sent : mapping of str to sequence of str
        The 工号 that were sent in its lists.
    """

    def __init__(
        self, file: Path, answers: Mapping[str, Answers], sent: Mapping[str, Sequence[str]]
    ) -> None:
        self._file = file
        self._answers = answers
        self._sent = sent
        self.valid: list[Valid] = []
        self.problems: list[Problem] = []

    def check(self, inputs: Sequence[InputSlot]) -> None:
        """Check all input cells; the results are in `valid` and `problems`."""
        gone = [one.slot.name for one in inputs if one.slot.name not in self._answers]
        if gone:
            self._gone(gone)
        lists = {one.agents: one for one in inputs if one.agents in self._sent}
        for name in sorted(lists):
            self._check_agents(name, {key.agent for key in self._keys(lists[name]).values()})
        for one in inputs:
            if one.slot.block is not None:
                self._records(one)
                continue
            answers = self._answers.get(one.slot.name)
            if answers is None:
                continue
            if one.is_one_cell:
                self._one_cell(one, answers)
            elif len(answers.rows[0]) != len(one.columns):
                self._problem(
                    one.slot.name, answers.sheet, answers.rows[0][0],
                    kinds.COLUMNS_CHANGED(slot=one.slot.name)
                )  # fmt: skip
            else:
                self._list(one, answers)

    def _gone(self, names: Sequence[str]) -> None:
        some = "、".join(names[:5]) + (f" 等 {len(names)} 个" if len(names) > 5 else "")
        self.problems.append(
            Problem(
                self._file, "", "", some, "",
                kinds.PLACES_GONE(count=len(names))
            )
        )  # fmt: skip

    def _keys(self, one: InputSlot) -> dict[int, RowKey]:
        """The key of each row of a list, by sheet row; of a block, by record."""
        return row_keys(self._column(one, one.agents), self._column(one, one.days))

    def _column(self, one: InputSlot, name: str) -> dict[int, Value]:
        """The values in a column beside a list."""
        if one.slot.block is None:
            found = self._answers.get(name)
            if found is None:
                return {}
            return dict(enumerate((row[0].value for row in found.rows), found.area.first_row))
        return {
            number: found.rows[0][0].value
            for number, each in enumerate(records(name, self._answers), 1)
            if (found := self._answers.get(each)) is not None
        }

    def _check_agents(self, name: str, found: Collection[str]) -> None:
        """Check that lists have the people they were sent with; missing ones are reported."""
        missing = [key for key in self._sent[name] if key not in found]
        if missing and name in self._answers:
            answers = self._answers[name]
            some = "、".join(missing[:5]) + (f" 等 {len(missing)} 人" if len(missing) > 5 else "")
            self._problem(
                name, answers.sheet, answers.rows[0][0],
                kinds.PEOPLE_MISSING(people=some)
            )  # fmt: skip

    def _one_cell(self, one: InputSlot, answers: Answers, record: int = 1, key: str = "") -> None:
        filled = [
            cell for row in answers.rows for cell in row if cell.value is not None or cell.error
        ]
        first = answers.rows[0][0]
        if len(filled) > 1 or (filled and filled[0] is not first):
            self._problem(
                one.slot.name, answers.sheet, filled[0],
                kinds.MERGE_SPLIT(reference=first.reference)
            )  # fmt: skip
            return
        self._cell(one, one.columns[0], answers.sheet, first, record, 1, key)

    def _list(self, one: InputSlot, answers: Answers) -> None:
        keys = self._keys(one)
        seen: dict[str, str] = {}
        for number, row in enumerate(answers.rows):
            key = keys.get(answers.area.first_row + number, NO_KEY)
            if self._counts(one, answers.sheet, row, key, seen):
                for column, cell in enumerate(row):
                    self._cell_of_several(one, answers.sheet, cell, number + 1, column, key.text)

    def _records(self, one: InputSlot) -> None:
        """The slots of a block: each record has a name of its own."""
        keys = self._keys(one)
        seen: dict[str, str] = {}
        for number, name in enumerate(records(one.slot.name, self._answers), 1):
            answers = self._answers.get(name)
            if answers is None:
                if number > 1:
                    self._gone([name])
                continue
            key = keys.get(number, NO_KEY)
            cells = [cell for row in answers.rows for cell in row]
            if not self._counts(one, answers.sheet, cells, key, seen):
                continue
            if one.is_one_cell:
                self._one_cell(one, answers, number, key.text)
                continue
            for column, cell in enumerate(cells):
                self._cell_of_several(one, answers.sheet, cell, number, column, key.text)

    def _counts(
        self, one: InputSlot, sheet: str, row: Sequence[Answer], key: RowKey, seen: dict[str, str]
    ) -> bool:
        """Whether a row of a list has values and a key that no other row has."""
        first = next((cell for cell in row if cell.value is not None or cell.error), None)
        if first is None:
            return False
        known = self._sent.get(one.agents, ())
        if key.text and key.text in seen:
            self._problem(
                one.slot.name, sheet, first,
                kinds.TWO_ROWS(key=key.text, other=seen[key.text])
            )  # fmt: skip
            return False
        if known and key.agent and key.agent not in known:
            self._problem(
                one.slot.name, sheet, first,
                kinds.NOT_SENT_TO(agent=key.agent)
            )  # fmt: skip
            return False
        if key.text:
            seen[key.text] = first.reference
        return True

    def _cell_of_several(
        self, one: InputSlot, sheet: str, cell: Answer, row: int, column: int, key: str
    ) -> None:
        if cell.merged and (cell.value is not None or cell.error):
            self._problem(
                one.slot.name, sheet, cell,
                kinds.MERGED()
            )  # fmt: skip
            return
        expected = one.columns[column % len(one.columns)]
        self._cell(one, expected, sheet, cell, row, column + 1, key)

    def _cell(
        self,
        one: InputSlot,
        expected: Expected,
        sheet: str,
        cell: Answer,
        row: int,
        column: int,
        key: str,
    ) -> None:
        name = one.slot.name
        if cell.error == UNCALCULATED:
            self._problem(name, sheet, cell, kinds.ANSWER_NOT_COMPUTED())
            return
        if cell.error:
            self._problem(name, sheet, cell, kinds.ANSWER_FAILED(error=cell.error))
            return
        if cell.value is None or (expected.kind in _READERS and is_nothing(cell.value)):
            return
        try:
            value, note = _value(cell.value, expected, words_of(expected, self._answers))
        except _Unusable as unusable:
            self._problem(name, sheet, cell, unusable.fault)
            return
        if note is not None:
            self._problem(name, sheet, cell, note)
        self.valid.append(Valid(name, row, column, key, value, sheet, cell.reference))

    def _problem(self, slot: str, sheet: str, cell: Answer, fault: Fault) -> None:
        shown = "" if cell.value is None else str(cell.value)
        shown = shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + "…"
        self.problems.append(Problem(self._file, sheet, cell.reference, slot, shown, fault))


def _value(value: Any, expected: Expected, words: Sequence[str]) -> tuple[Typed, Fault | None]:
    """The value as the cell takes it, and a remark."""
    reader = _READERS.get(expected.kind)
    note = None
    if reader is not None:
        value, note = reader(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _TOO_LARGE:
        raise _Unusable(kinds.ANSWER_TOO_LARGE())
    if expected.kind == "whole":
        if value != int(value):
            raise _Unusable(kinds.WHOLE_WANTED())
        value = int(value)
    if expected.kind == "list" and expected.strict and words and str(value).strip() not in words:
        some = "、".join(words[:10]) + ("……" if len(words) > 10 else "")
        raise _Unusable(kinds.NOT_IN_LIST(choices=some))
    if expected.operator:
        _in_bounds(value, expected)
    return value, note


_NOT_READ: Final = {
    kinds.TOO_LARGE: kinds.ANSWER_TOO_LARGE,
    kinds.NOT_WHOLE: kinds.WHOLE_WANTED,
}
"""What is said of an answer that is a number, and none that the cell takes."""


def _as_number(
    value: Any, read: Callable[[str], float | Fault] = read_number
) -> tuple[float, Fault | None]:
    if isinstance(value, bool):
        raise _Unusable(kinds.BOOLEAN_FOR_NUMBER())
    if isinstance(value, dt.date):
        raise _Unusable(kinds.DAY_FOR_NUMBER())
    if isinstance(value, str):
        found = read(value)
        if isinstance(found, Fault):
            raise _Unusable(_NOT_READ.get(found.kind, kinds.TEXT_FOR_NUMBER)())
        whole = found == int(found) if abs(found) < _TOO_LARGE else False
        number = int(found) if whole else found
        return number, kinds.TAKEN_AS_NUMBER(number=number)
    return value, None


def _as_day(value: Any) -> tuple[dt.date, Fault | None]:
    found = read_day(value)
    if isinstance(found, dt.date):
        if isinstance(value, dt.date):
            return found, None
        kind = kinds.DAY_OF_TEXT if isinstance(value, str) else kinds.DAY_OF_NUMBER
        return found, kind(day=found)
    if isinstance(found, Fault) and isinstance(value, str):
        raise _Unusable(kinds.DAY_UNREADABLE(reason=found.reason))
    raise _Unusable(kinds.DAY_WANTED())


_READERS: Final[Mapping[str, Callable[[Any], tuple[Any, Fault | None]]]] = {
    "whole": functools.partial(_as_number, read=read_count),
    "number": _as_number,
    "date": _as_day,
}

_COMPARED: Final[Mapping[str, tuple[Callable[[Any, Any], bool], Kind]]] = {
    "equal": (op.eq, kinds.NOT_EQUAL),
    "notEqual": (op.ne, kinds.EQUAL),
    "greaterThan": (op.gt, kinds.NOT_GREATER),
    "lessThan": (op.lt, kinds.NOT_LESS),
    "greaterThanOrEqual": (op.ge, kinds.LESS),
    "lessThanOrEqual": (op.le, kinds.GREATER),
}


def _in_bounds(value: Any, expected: Expected) -> None:
    """Refuse a value outside its bounds."""
    number = value
    if expected.kind == "date":
        number = serial_of(value)
    elif expected.kind == "length":
        number = len(str(value))
    low, high = expected.bounds[0], expected.bounds[-1]
    first, last = (_shown(bound, expected.kind) for bound in (low, high))
    what = {"date": "日期", "length": "字数"}.get(expected.kind, "数字")
    if expected.operator in ("between", "notBetween"):
        if (low <= number <= high) != (expected.operator == "between"):
            kind = kinds.NOT_BETWEEN if expected.operator == "between" else kinds.BETWEEN
            raise _Unusable(kind(what=what, first=first, last=last))
        return
    compare, kind = _COMPARED[expected.operator]
    if not compare(number, low):
        raise _Unusable(kind(what=what, bound=first))


def _shown(bound: float, kind: str) -> str:
    if kind == "date":
        return str(day_of(bound))
    return f"{bound:,.0f}" if bound == int(bound) else f"{bound:,}"
