"""Read the bounds that an agent must reach to be counted: ``合计 首年保费 >= 3000 且 计数 >= 2``.

The same grammar as a condition on a row, over sums of rows in place of columns. A bound is that of
a month and so many times as much for a quarter or a year, as 有效人数 of the catalogue has it, or
that of whatever period is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.definitions.condition_text import LONGEST, Reader, asked_at, value_of
from kpi_xl.definitions.conditions import Compared, Condition, Not, Sign, Together
from kpi_xl.definitions.taken import FRACTION, taken
from kpi_xl.errors import InputError
from kpi_xl.readers.date import DateOrder

_HOW_OFTEN: Final = {"每月": True, "每个月": True, "每期": False, "每一期": False, "本期": False}
"""What is said before a sum, and whether its bound is that of each month."""

_ORDERED: Final[tuple[Sign, ...]] = (">=", ">", "<=", "<")
_APART: Final = re.compile(r"(?<=[\d万亿千百])\s+(?=[元圆万亿千百件笔次行条项单户人个天])")
"""Between a number and its unit."""

_BRACKET: Final = re.compile(r"[(（]|(?:非|不是|NOT\b)\s*[(（]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Summed(Column):
    """A sum over an agent's rows, which stands where a condition on rows has a column.

    Parameters
    ----------
    of : Column or None
        What is summed up; None where rows are counted.
    is_monthly : bool
        Whether the bound is that of a month.
    """

    of: Column | None
    is_monthly: bool


def read_reach(
    text: str, table: Table, order: DateOrder = "ymd", *, is_monthly: bool, is_whole: bool
) -> Condition:
    """Read the condition that must be reached.

    Parameters
    ----------
    text : str
        Such as ``合计 首年保费 >= 3000 且 计数 >= 2``.
    table : Table
        The raw table of the rows.
    order : str
        How dates with the year last are written.
    is_monthly : bool
        Whether a bound that does not say so is that of a month.
    is_whole : bool
        Whether rows are counted whole, without weights.

    Raises
    ------
    InputError
        When it says nothing that rows can come to, or who has no rows would reach it.
    """
    if len(text) > LONGEST:
        raise InputError(kinds.CONDITION_TOO_LONG(length=len(text)))
    said = _APART.sub("", " ".join(text.split()))
    reader = _Reader(said, table, order, is_monthly=is_monthly, is_whole=is_whole)
    found = reader.any_of()
    if not reader.is_done:
        raise InputError(kinds.REACH_UNKNOWN(text=reader.rest))
    if _holds_of_nothing(found):
        raise InputError(kinds.REACH_OF_NOTHING())
    return found


def sums_of(reach: Condition) -> list[Summed]:
    """The sums in a condition, each once."""
    found: dict[tuple[str, bool], Summed] = {}
    for one in compared_in(reach):
        assert isinstance(one.column, Summed)
        found.setdefault((one.column.code, one.column.of is None), one.column)
    return list(found.values())


def compared_in(reach: Condition) -> Iterator[Compared]:
    """The single comparisons in a condition."""
    if isinstance(reach, Together):
        for part in reach.parts:
            yield from compared_in(part)
    elif isinstance(reach, Not):
        yield from compared_in(reach.part)
    else:
        assert isinstance(reach, Compared)
        yield reach


def _holds_of_nothing(reach: Condition) -> bool:
    """Whether an agent without any rows would meet the condition; rows could never tell."""
    if isinstance(reach, Together):
        parts = map(_holds_of_nothing, reach.parts)
        return all(parts) if reach.how == "and" else any(parts)
    if isinstance(reach, Not):
        return not _holds_of_nothing(reach.part)
    assert isinstance(reach, Compared)
    bound = reach.value
    assert isinstance(bound, int | float)
    return {">=": bound <= 0, ">": bound < 0, "<=": bound >= 0, "<": bound > 0}[reach.sign]


@dataclass
class _Reader(Reader):
    """Reads sums where a condition has columns."""

    is_monthly: bool = True
    is_whole: bool = True

    def _column_here(self) -> tuple[Column, int] | None:
        self._blanks()
        rest = self.text[self.at :]
        if not rest:
            raise InputError(kinds.REACH_UNKNOWN(text=self.text))
        if _BRACKET.match(rest):
            return None
        end = next((at for at in range(1, len(rest)) if _compares(rest[at:])), None)
        if end is None:
            raise InputError(kinds.REACH_UNKNOWN(text=rest))
        return self._summed(rest[:end].strip()), self.at + end

    def _summed(self, text: str) -> Summed:
        """The sum that is named at this place."""
        said = next((word for word in _HOW_OFTEN if text.startswith(word)), "")
        is_monthly = _HOW_OFTEN.get(said, self.is_monthly)
        try:
            take, column = taken(text.removeprefix(said), self.table)
        except InputError as error:
            if error.kind in (kinds.MEASURE_TAKEN.code, kinds.MEASURE_TAKEN_UNKNOWN.code):
                raise InputError(kinds.REACH_UNKNOWN(text=text)) from error
            raise
        if take not in ("sum", "count"):
            raise InputError(kinds.REACH_UNKNOWN(text=text))
        if column is None:
            return Summed("", "计数", "count", text, of=None, is_monthly=is_monthly)
        name = f"合计 {column.name}"
        return Summed(column.code, name, column.kind, text, of=column, is_monthly=is_monthly)

    def _positive(self, column: Column, asked: str) -> Condition:
        assert isinstance(column, Summed)
        sign = next((one for one in _ORDERED if one == asked), None)
        if sign is None:
            raise InputError(kinds.REACH_ORDER(sum=column.name))
        text = self._text(is_number=True)
        value = value_of(text.rstrip("笔行条项"), column, self.order)
        if column.kind == "number" and Decimal(repr(value)) * FRACTION % 1:
            raise InputError(kinds.REACH_TOO_FINE(text=text))
        # Any at all is any in a quarter as well, as 举绩人数 of the catalogue has it.
        if column.kind == "count" and self.is_whole and value == 1 and sign in (">=", "<"):
            return Compared(column, ">" if sign == ">=" else "<=", 0)
        return Compared(column, sign, value)


def _compares(text: str) -> bool:
    """Whether a text begins with a comparison, as a sign or a word."""
    found = asked_at(text)
    return found is not None and found[0] != "是" and found[1].removeprefix("not ") in (
        *_ORDERED, "=", "<>",
    )  # fmt: skip
