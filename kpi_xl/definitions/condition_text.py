"""Read a condition as people type it: ``险种 属于 {年金, 终身寿} 且 首年保费 > 5000``.

The reader knows at each place what may stand there: a column, what is asked of it, a value. Nothing
is executed, and nothing of the text goes anywhere but through this tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.definitions.conditions import (
    Compared,
    Condition,
    Empty,
    Holds,
    Not,
    OneOf,
    Place,
    Sign,
    Together,
    Value,
)
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import plain
from kpi_xl.readers.date import DateOrder, NoDay, read_day
from kpi_xl.readers.month import read_month
from kpi_xl.readers.name import form, near
from kpi_xl.readers.number import read_count, read_money, read_number

LONGEST: Final = 2000
"""Characters: what a person can still read."""

_DEEPEST: Final = 20
_MOST_VALUES: Final = 1000

_AND: Final = re.compile(r"(并且|而且|且|和|AND\b|&&)\s*", re.IGNORECASE)
_OR: Final = re.compile(r"(或者|或|OR\b|\|\|)\s*", re.IGNORECASE)
_NOT: Final = re.compile(r"(非|不是(?=\s*[(（])|NOT\b)\s*", re.IGNORECASE)
_OPEN: Final = re.compile(r"[(（]\s*")
_CLOSE: Final = re.compile(r"\s*[)）]\s*")
_LISTED: Final = re.compile(r"[{｛(（\[【]\s*")
_LIST_END: Final = re.compile(r"\s*[}｝)）\]】]\s*")
_COMMA: Final = re.compile(r"\s*[,，、;；]\s*")
_NAMED: Final = re.compile(r"[\[【]([^\]】]*)[\]】]\s*")
_QUOTED: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|“([^”]*)”|‘([^’]*)’|「([^」]*)」")
_WORD: Final = re.compile(r"[^\s,，、;；(（)）{｛}｝\[【\]】<>=＜＞＝≤≥≠!！]+")
_ENDS: Final = r"(?!\s*(?:且|或|并且|而且)|\s+(?:and|or|AND|OR|和)\b)"
_VALUE: Final = re.compile(rf"(?:{_ENDS}[^\s,，、;；(（)）{{｛}}｝])+")

_ANY_LETTERS: Final = re.compile(r"[*?＊？]")

_ASKED: Final[tuple[tuple[str, str], ...]] = (
    ("不属于", "not in"), ("不在", "not in"), ("NOT IN", "not in"), ("属于", "in"),
    ("不包含", "not holds"), ("不含", "not holds"), ("包含", "holds"), ("含有", "holds"),
    ("开头不是", "not begins"), ("开头是", "begins"), ("结尾不是", "not ends"), ("结尾是", "ends"),
    ("不为空", "not empty"), ("不是空", "not empty"), ("非空", "not empty"), ("有值", "not empty"),
    ("为空", "empty"), ("是空", "empty"), ("没有值", "empty"),
    ("大于等于", ">="), ("大于或等于", ">="), ("不小于", ">="), ("不低于", ">="), ("不早于", ">="),
    ("小于等于", "<="), ("小于或等于", "<="), ("不大于", "<="), ("不高于", "<="), ("不晚于", "<="),
    ("不超过", "<="), ("不少于", ">="), ("至少", ">="), ("达到", ">="), ("不多于", "<="),
    ("至多", "<="), ("不足", "<"), ("少于", "<"), ("多于", ">"), ("不等于", "<>"), ("不是", "<>"),
    ("大于", ">"), ("高于", ">"), ("超过", ">"), ("晚于", ">"), ("小于", "<"), ("低于", "<"),
    ("早于", "<"), ("等于", "="),
    (">=", ">="), ("≥", ">="), ("＞＝", ">="), ("≧", ">="), ("=>", ">="), ("<=", "<="),
    ("≤", "<="), ("＜＝", "<="), ("≦", "<="), ("=<", "<="), ("<>", "<>"), ("≠", "<>"),
    ("!=", "<>"), ("！＝", "<>"), ("＜＞", "<>"), ("==", "="), ("=", "="), ("＝", "="), (">", ">"),
    ("＞", ">"), ("<", "<"), ("＜", "<"), ("IN", "in"), ("在", "in"), ("是", "="),
)  # fmt: skip
"""What may be asked of a column, as people write it; what begins alike stands after the longer."""

_SIGNS: Final[Mapping[str, Sign]] = {sign: sign for sign in ("=", "<>", "<", ">", "<=", ">=")}
_PLACES: Final[Mapping[str, Place]] = {"holds": "anywhere", "begins": "begin", "ends": "end"}
_ORDERED: Final = ("money", "count", "number", "date", "month")
"""The kinds of columns that are more or less than something."""


def read_condition(text: str, table: Table, order: DateOrder = "ymd") -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str
        Such as ``缴费年期 >= 10 且 (险种 = 年金 或 险种 包含 终身)``.
    table : Table
        The raw table whose columns stand in it.
    order : str
        How dates with the year last are written.

    Raises
    ------
    InputError
        When it says nothing that can be asked of a row.
    """
    if len(text) > LONGEST:
        raise InputError(kinds.CONDITION_TOO_LONG(length=len(text)))
    reader = Reader(" ".join(text.split()), table, order)
    found = reader.any_of()
    if not reader.is_done:
        raise InputError(kinds.CONDITION_NOT_EXPECTED(text=reader.rest))
    return found


def column_named(table: Table, name: str) -> Column:
    """The column of a table with this name.

    Raises
    ------
    InputError
        When there is none.
    """
    wanted = form(name)
    for column in table.columns:
        labels = (column.name, column.code, *column.aliases, *column.sooner)
        if wanted in map(form, labels):
            return column
    like = "、".join(near(name, (column.name for column in table.columns)))
    known = "、".join(column.name for column in table.columns)
    raise InputError(kinds.NO_SUCH_COLUMN(name=name, table=table.name, like=like, known=known))


@dataclass
class Reader:
    """Reads a condition from left to right."""

    text: str
    table: Table
    order: DateOrder
    at: int = 0
    depth: int = 0

    @property
    def is_done(self) -> bool:
        return not self.rest

    @property
    def rest(self) -> str:
        return self.text[self.at :].strip()

    def any_of(self) -> Condition:
        return self._joined("or", _OR, self._all_of)

    def _all_of(self) -> Condition:
        return self._joined("and", _AND, self._one)

    def _joined(
        self, how: str, between: re.Pattern[str], part: Callable[[], Condition]
    ) -> Condition:
        parts = [part()]
        while self._taken(between):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return Together("or" if how == "or" else "and", tuple(parts))

    def _one(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InputError(kinds.CONDITION_TOO_DEEP())
        found = self._in_brackets()
        self.depth -= 1
        return found

    def _in_brackets(self) -> Condition:
        if self._column_here() is None:
            if self._taken(_NOT):
                return Not(self._one())
            if self._taken(_OPEN):
                found = self.any_of()
                if not self._taken(_CLOSE):
                    raise InputError(kinds.CONDITION_UNFINISHED())
                return found
        return self._asked_of(self._column())

    def _column(self) -> Column:
        if self.is_done:
            raise InputError(kinds.CONDITION_UNFINISHED())
        found = self._column_here()
        if found is not None:
            column, end = found
            self.at = end
            return column
        if match := self._taken(_NAMED):
            return column_named(self.table, match[1])
        self._blanks()
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise InputError(kinds.CONDITION_NOT_EXPECTED(text=self.rest))
        word = _before_asked(match[0])
        self.at += len(word)
        return column_named(self.table, word)

    def _column_here(self) -> tuple[Column, int] | None:
        """The column named at this place, by the longest name that fits, and the end of the
        name.
        """
        self._blanks()
        best: tuple[Column, int] | None = None
        rest = self.text[self.at :].casefold()
        for column in self.table.columns:
            for label in (column.name, *column.aliases, *column.sooner, column.code):
                end = self.at + len(label)
                if rest.startswith(label.casefold()) and (best is None or end > best[1]):
                    best = (column, end)
        if best is not None and asked_at(self.text[best[1] :].lstrip()) is None:
            return None  # the beginning of a longer word
        return best

    def _asked_of(self, column: Column) -> Condition:
        self._blanks()
        found = asked_at(self.text[self.at :])
        if found is None:
            if self.is_done:
                raise InputError(kinds.CONDITION_UNFINISHED())
            raise InputError(kinds.CONDITION_ASKS_NOTHING(column=column.name, text=self.rest))
        written, asked = found
        self.at += len(written)
        self._blanks()
        if asked.startswith("not "):
            return Not(self._positive(column, asked.removeprefix("not ")))
        return self._positive(column, asked)

    def _positive(self, column: Column, asked: str) -> Condition:
        if asked == "empty":
            return Empty(column)
        if asked == "in":
            return OneOf(column, self._values(column))
        if asked in _PLACES:
            if column.kind not in ("text", "id"):
                raise InputError(kinds.CONDITION_NO_TEXT(column=column.name))
            return Holds(column, self._text(), _PLACES[asked])
        sign = _SIGNS[asked]
        if sign not in ("=", "<>") and column.kind not in _ORDERED:
            raise InputError(kinds.CONDITION_NO_ORDER(column=column.name))
        if (other := self._other_column(column)) is not None:
            return Compared(column, sign, other)
        return Compared(column, sign, self._value(column))

    def _other_column(self, column: Column) -> Column | None:
        """A column of the same kind that stands in place of a value."""
        self._blanks()
        match = _VALUE.match(self.text, self.at)
        for other in self.table.columns if match else ():
            if match is not None and match[0] in (other.name, f"[{other.name}]"):
                if other.kind != column.kind or is_flag(column) or is_flag(other):
                    break
                self.at = match.end()
                return other
        return None

    def _values(self, column: Column) -> tuple[Value, ...]:
        if not self._taken(_LISTED):
            return (self._value(column),)
        found = [self._value(column)]
        while self._taken(_COMMA):
            found.append(self._value(column))
            if len(found) > _MOST_VALUES:
                raise InputError(kinds.CONDITION_TOO_LONG(length=len(self.text)))
        if not self._taken(_LIST_END):
            raise InputError(kinds.CONDITION_UNFINISHED())
        return tuple(dict.fromkeys(found))

    def _value(self, column: Column) -> Value:
        text = self._text(column.kind in ("money", "count", "number"))
        return value_of(text, column, self.order)

    def _text(self, is_number: bool = False) -> str:
        self._blanks()
        if match := _QUOTED.match(self.text, self.at):
            self.at = match.end()
            quoted = next(part for part in match.groups() if part is not None)
            if not quoted.strip():
                raise InputError(kinds.CONDITION_OF_NOTHING())
            return quoted
        # 5,000 is one number; in a list people put a blank behind the comma, or no thousands.
        thousands = re.compile(r"[-+]?[¥￥]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\w*")
        match = (is_number and thousands.match(self.text, self.at)) or _VALUE.match(
            self.text, self.at
        )
        if not match:
            raise InputError(kinds.CONDITION_UNFINISHED())
        self.at = match.end()
        if _ANY_LETTERS.search(match[0]):
            raise InputError(kinds.CONDITION_WILDCARD(text=match[0]))
        return str(match[0])

    def _taken(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self._blanks()
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def _blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1


def asked_at(text: str) -> tuple[str, str] | None:
    """The comparison that a text begins with: as written, and as understood."""
    upper = text.upper()
    return next(((w, meant) for w, meant in _ASKED if upper.startswith(w)), None)


def _before_asked(word: str) -> str:
    """The part of a word before a comparison: 首年保废大于."""
    places = [word.find(written) for written, _ in _ASKED if word.find(written) > 0]
    return word[: min(places)] if places else word


def is_flag(column: Column) -> bool:
    """Whether a choice is between yes and no."""
    return bool(column.choices) and {stored for _, stored in column.choices} <= {"0", "1"}


def value_of(text: str, column: Column, order: DateOrder = "ymd") -> Value:
    """Read a text as a value of a column.

    Raises
    ------
    InputError
        When no cell of the column can be that.
    """
    found: Value | Fault | NoDay | None
    if column.kind in ("text", "id"):
        return text
    if column.kind == "choice":
        return _choice(text, column)
    if column.kind == "money":
        found = read_money(text)
        if isinstance(found, Fault) and found.kept is not None:
            found = kinds.CONDITION_PARTS_OF_FEN()
    elif column.kind == "count":
        found = read_count(text)
    elif column.kind == "number":
        found = read_number(text)
    elif column.kind == "date":
        found = read_day(text, order)
    else:
        found = read_month(text, order)
    if isinstance(found, (Fault, NoDay)) or found is None:
        why = found.reason if isinstance(found, Fault) else None
        fault = kinds.CONDITION_VALUE(text=text, column=column.name, why=why)
        raise InputError(fault)
    return found


def _choice(text: str, column: Column) -> Value:
    word = form(text)
    stored = next((kept for label, kept in column.choices if form(label) == word), None)
    if stored is None:
        stored = next((kept for how, kept in column.also if re.fullmatch(how, word)), None)
    if stored is None:
        known = "、".join(dict.fromkeys(label for label, _ in column.choices))
        like = "、".join(near(text, (label for label, _ in column.choices)))
        fault = kinds.CONDITION_WORD(text=text, column=column.name, known=known, like=like)
        raise InputError(fault)
    return stored == "1" if is_flag(column) else stored


def decimal_of(text: str) -> Decimal | None:
    """A plain decimal number, also in percent; None for any other text."""
    word = plain(text).strip()
    scale = Decimal(100) if word.endswith("%") else Decimal(1)
    try:
        found = Decimal(word.removesuffix("%")) / scale
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
