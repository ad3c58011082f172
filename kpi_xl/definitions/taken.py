"""The aggregation of a measure and its column, as people write it: 合计 首年保费."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Column, Kind, Table
from kpi_xl.definitions.condition_text import column_named
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain

FRACTION: Final = 10_000
"""Numbers that are neither money nor counted are held to four decimals, half up."""

_DAYS: Final = re.compile(r"天数\s*[(（]?\s*(.+?)\s*[,，、到]\s*(.+?)\s*[)）]?")
"""How the days between two days are written in place of a column."""


@dataclass(frozen=True, kw_only=True)
class Days(Column):
    """The number of days between two days of a row, in the place of a column."""

    first: Column
    last: Column


Take = Literal["sum", "count", "people", "different", "greatest", "least", "mean", "share"]

_WORDS: Final[Mapping[str, Take]] = {
    "去重人数": "people", "不重复人数": "people", "人数": "people",
    "计数": "count", "行数": "count", "笔数": "count", "COUNT": "count",
    "去重": "different", "不重复": "different", "去重计数": "different",
    "合计": "sum", "总和": "sum", "求和": "sum", "SUM": "sum",
    "最大值": "greatest", "最大": "greatest", "最高": "greatest", "MAX": "greatest",
    "最小值": "least", "最小": "least", "最低": "least", "MIN": "least",
    "占比": "share", "比例": "share", "比重": "share",
    "平均值": "mean", "平均": "mean", "AVERAGE": "mean", "AVG": "mean",
}  # fmt: skip
_BOUND: Final = re.compile(r"[<>≥≤≧≦]|[大小]于|不[少低]于|达到|至少|超过")
"""What compares: it is said beside what is taken, not in it."""

_ALONE: Final = ("people", "count")
_MAY_BE_ALONE: Final = (*_ALONE, "share")
_KNOWN: Final = (
    "计数、合计 某列、去重人数、去重 某列、平均 某列、最大 某列、最小 某列、占比、占比 某列、"
    "平均 天数(起日, 止日)"
)
_NUMBERS: Final[tuple[Kind, ...]] = ("money", "count", "number")


def is_of_sums(name: str) -> bool:
    """Whether a name begins like an aggregation and not like a column."""
    return any(name.upper().startswith(word) for word in _WORDS)


def taken(text: str, table: Table) -> tuple[Take, Column | None]:
    """Read the aggregation, and the column it is of."""
    said = plain(text).strip()
    if not said:
        raise InputError(kinds.MEASURE_TAKEN(known=_KNOWN))
    if _BOUND.search(said):
        raise InputError(kinds.MEASURE_TAKEN_BOUND(text=text))
    for word in sorted(_WORDS, key=len, reverse=True):
        take = _WORDS[word]
        if said.upper().rstrip("()（） ") == word:
            if take in _MAY_BE_ALONE:
                return take, None
            raise InputError(kinds.MEASURE_NO_COLUMN(word=word))
        column = _beside(said, word)
        if column is not None and take not in _ALONE:
            if between := _DAYS.fullmatch(column):
                return take, _of_kind(take, word, _days(between[1], between[2], table))
            return take, _of_kind(take, word, column_named(table, column))
    raise InputError(kinds.MEASURE_TAKEN_UNKNOWN(text=text, known=_KNOWN))


def _days(first: str, last: str, table: Table) -> Days:
    """Read the days between two days of a row."""
    begin, end = (day_column(one.strip(" 从的"), table) for one in (first, last))
    name = f"{begin.name}到{end.name}的天数"
    return Days(f"{begin.code}_{end.code}", name, "count", name, first=begin, last=end)


def _beside(said: str, word: str) -> str | None:
    """The column beside the word of an aggregation: 合计 首年保费, 首年保费合计, SUM(首年保费)."""
    if said.upper().startswith(word):
        rest = said[len(word) :].strip()
    elif said.upper().endswith(word):
        rest = said[: -len(word)].strip()
    else:
        return None
    return rest.strip("()（）[]【】:： 的") or None


def _of_kind(take: Take, word: str, column: Column) -> Column:
    """Refuse a column without numbers where numbers are needed."""
    if (take != "different" and column.kind not in _NUMBERS) or (
        take == "different" and isinstance(column, Days)
    ):
        raise InputError(kinds.MEASURE_NO_NUMBERS(column=column.name, word=word))
    return column


def day_column(name: str, table: Table) -> Column:
    """The column with the day on which a row counts."""
    if name:
        column = column_named(table, name)
        if column.kind != "date":
            known = "、".join(one.name for one in table.columns if one.kind == "date")
            raise InputError(kinds.MEASURE_NO_DAY(column=column.name, known=known))
        return column
    if table.events is not None:
        return table.column(table.events.day)
    for column in table.columns:
        if column.kind == "date":
            return column
    raise InputError(kinds.MEASURE_TABLE_WITHOUT_DAY(table=table.name))
