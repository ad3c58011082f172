"""Hold what was typed against what each input cell takes."""

from __future__ import annotations

import datetime as dt
import operator as op
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kpi_xl.circulation.row_keys import NO_KEY, RowKey, row_keys
from kpi_xl.data.collected import Typed
from kpi_xl.fault import Fault
from kpi_xl.readers.date import read_day
from kpi_xl.readers.number import read_number
from kpi_xl.workbook.answers import Answer, Answers
from kpi_xl.workbook.growth.regions import records
from kpi_xl.workbook.inputs import Expected, InputSlot, day_of, serial_of, words_of
from kpi_xl.workbook.ooxml.cells import UNCALCULATED, Value

_TOO_LARGE: Final = 1e15
"""From here on a spreadsheet loses the last digits."""

_EXCERPT: Final = 60


@dataclass(frozen=True)
class Problem:
    """An input cell that is not taken, or of which something should be known.

    Parameters
    ----------
    file : Path
        The file it is in.
    sheet, cell : str
        Where; empty for a name that is gone.
    slot : str
        The name.
    value : str
        What stands there.
    reason, advice : str
        What is wrong, and what to do about it, in Chinese.
    taken : bool
        Whether the value was taken all the same.
    """

    file: Path
    sheet: str
    cell: str
    slot: str
    value: str
    reason: str
    advice: str
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Valid:
    """The value of an input cell; `about` is the unit, where there is a sheet for each."""

    slot: str
    row: int
    column: int
    key: str
    value: Typed
    sheet: str
    cell: str
    about: str = ""


class _Unusable(Exception):  # noqa: N818 - is said of a value
    """A value is not what its cell takes: the reason and the advice."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        self.advice = advice
        super().__init__(reason)


class Validation:
    """The input cells of one returned workbook.

    Parameters
    ----------
    file : Path
        The file.
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
        """Check the cells of all inputs; `valid` and `problems` have what was found."""
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
                    f"名称「{one.slot.name}」的列数变了，读不准",
                    "请从下发的原表重新填写，不要插入、删除列",
                )  # fmt: skip
            else:
                self._list(one, answers)

    def _gone(self, names: Sequence[str]) -> None:
        some = "、".join(names[:5]) + (f" 等 {len(names)} 个" if len(names) > 5 else "")
        self.problems.append(
            Problem(
                self._file, "", "", some, "",
                f"有 {len(names)} 处填写的位置找不到了：工作表、行列或名称被删除",
                "请在下发的原表里重新填写，不要删除工作表、列或名称",
            )
        )  # fmt: skip

    def _keys(self, one: InputSlot) -> dict[int, RowKey]:
        """What tells the rows of a list, by the row of the sheet, of a block by the record."""
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
        """Lists have the people they were sent with; missing ones are told."""
        missing = [key for key in self._sent[name] if key not in found]
        if missing and name in self._answers:
            answers = self._answers[name]
            some = "、".join(missing[:5]) + (f" 等 {len(missing)} 人" if len(missing) > 5 else "")
            self._problem(
                name, answers.sheet, answers.rows[0][0],
                f"名单里少了工号 {some}",
                "请补上被删除的行，或说明这些人不再填写",
            )  # fmt: skip

    def _one_cell(self, one: InputSlot, answers: Answers, record: int = 1, key: str = "") -> None:
        filled = [
            cell for row in answers.rows for cell in row if cell.value is not None or cell.error
        ]
        first = answers.rows[0][0]
        if len(filled) > 1 or (filled and filled[0] is not first):
            self._problem(
                one.slot.name, answers.sheet, filled[0],
                "合并的单元格被拆开，内容写在了几个单元格里",
                f"请全部写进左上角的 {first.reference}",
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
        """A slot in a block: a record has a name of its own."""
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
        """Whether something stands in a row of a list, and it is somebody's and his only one."""
        first = next((cell for cell in row if cell.value is not None or cell.error), None)
        if first is None:
            return False
        known = self._sent.get(one.agents, ())
        if key.text and key.text in seen:
            self._problem(
                one.slot.name, sheet, first,
                f"“{key.text}”有两行（另一行在 {seen[key.text]}），不知道算哪一行",
                "请只留一行",
            )  # fmt: skip
            return False
        if known and key.agent and key.agent not in known:
            self._problem(
                one.slot.name, sheet, first,
                f"这一行的工号“{key.agent}”不在下发的名单里",
                "请改回下发时的工号；要增加的人请另行说明",
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
                "单元格被合并了，不知道各格是多少",
                "请取消合并，把每一格分别填好",
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
            self._problem(
                name,
                sheet,
                cell,
                "这里是公式，但没有算出结果",
                "请改填数值，或用 Excel 打开后再保存一次",
            )
            return
        if cell.error:
            self._problem(name, sheet, cell, f"公式出错（{cell.error}）", "请改填数值，或清空")
            return
        if cell.value is None:
            return
        try:
            value, note = _value(cell.value, expected, words_of(expected, self._answers))
        except _Unusable as unusable:
            self._problem(name, sheet, cell, unusable.reason, unusable.advice)
            return
        if note:
            self._problem(name, sheet, cell, note, "请核对；不对就改正后再发一次", taken=True)
        self.valid.append(Valid(name, row, column, key, value, sheet, cell.reference))

    def _problem(
        self,
        slot: str,
        sheet: str,
        cell: Answer,
        reason: str,
        advice: str,
        *,
        taken: bool = False,
    ) -> None:
        shown = "" if cell.value is None else str(cell.value)
        shown = shown if len(shown) <= _EXCERPT else shown[:_EXCERPT] + "…"
        self.problems.append(
            Problem(self._file, sheet, cell.reference, slot, shown, reason, advice, taken)
        )


def _value(value: Any, expected: Expected, words: Sequence[str]) -> tuple[Typed, str]:
    """The value as the cell takes it, and what should be known about it."""
    reader = _READERS.get(expected.kind)
    note = ""
    if reader is not None:
        value, note = reader(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _TOO_LARGE:
        raise _Unusable("数字太大", "请核对有没有多写几位；编号请写成文字")
    if expected.kind == "whole":
        if value != int(value):
            raise _Unusable("这里要填整数", "请改成整数")
        value = int(value)
    if expected.kind == "list" and expected.strict and words and str(value).strip() not in words:
        some = "、".join(words[:10]) + ("……" if len(words) > 10 else "")
        raise _Unusable("不在可以选的内容里", f"请从列表里选：{some}")
    if expected.operator:
        _in_bounds(value, expected)
    return value, note


def _as_number(value: Any) -> tuple[float, str]:
    if isinstance(value, bool):
        raise _Unusable("这里要填数字，填的是“真”或“假”", "请改填数字")
    if isinstance(value, dt.date):
        raise _Unusable("这里要填数字，填的是日期", "请改填数字，并把单元格格式改回数值")
    if isinstance(value, str):
        found = read_number(value)
        if isinstance(found, Fault):
            raise _Unusable("这里要填数字，填的是文字", "请只填数字，不要写单位或说明")
        whole = found == int(found) if abs(found) < _TOO_LARGE else False
        number = int(found) if whole else found
        return number, f"数字写成了文字，已按 {number:,} 收下"
    return value, ""


def _as_day(value: Any) -> tuple[dt.date, str]:
    found = read_day(value)
    if isinstance(found, dt.date):
        if isinstance(value, dt.date):
            return found, ""
        how = "写成了文字" if isinstance(value, str) else "显示成了数字"
        return found, f"日期{how}，已按 {found} 收下"
    why = f"（{found.reason}）" if isinstance(found, Fault) and isinstance(value, str) else ""
    raise _Unusable(f"这里要填日期{why}", "请写成 2024-06-03 这样的日期")


_READERS: Final[Mapping[str, Callable[[Any], tuple[Any, str]]]] = {
    "whole": _as_number,
    "number": _as_number,
    "date": _as_day,
}

_COMPARED: Final[Mapping[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "equal": (op.eq, "只能是"),
    "notEqual": (op.ne, "不能是"),
    "greaterThan": (op.gt, "要大于"),
    "lessThan": (op.lt, "要小于"),
    "greaterThanOrEqual": (op.ge, "不能小于"),
    "lessThanOrEqual": (op.le, "不能大于"),
}


def _in_bounds(value: Any, expected: Expected) -> None:
    """Refuse a value that is out of bounds."""
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
            range_ = f"在 {first} 到 {last} 之间"
            inside = "要" if expected.operator == "between" else "不能"
            raise _Unusable(f"{what}{inside}{range_}", "请改正")
        return
    compare, words = _COMPARED[expected.operator]
    if not compare(number, low):
        raise _Unusable(f"{what}{words} {first}", "请改正")


def _shown(bound: float, kind: str) -> str:
    if kind == "date":
        return str(day_of(bound))
    return f"{bound:,.0f}" if bound == int(bound) else f"{bound:,}"
