"""The columns that columns of formulas depend on, and the length of the texts they can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kpi_xl.readers.plain_formulas import Reads

MOST_COLUMNS: Final = 300
MOST_READ: Final = 5_000
"""Real workbooks have far fewer columns of formulas, and references in formulas unlike others."""

MOST_LETTERS: Final = 64 << 20
"""Of all texts together that formulas may make."""

_DEEPEST: Final = 16
"""So many formulas that put texts together build on one another."""

_DIGITS: Final = 25

Place = tuple[int, int]
"""Row and column, from 1."""

ColumnOf = tuple[str, int]
"""A worksheet and one of its columns."""


@dataclass
class SheetCells:
    """The cells of a worksheet: values, and formulas without values.

    Parameters
    ----------
    values : dict
        By row and column.
    formulas : dict of (str, Reads)
        By row and column.
    unknown : set of int
        The columns with a formula that is not computed.
    reads : dict of set of Reads
        What the formulas of a column read.
    longest : dict of int
        The longest text among the values of a column.
    """

    values: dict[Place, Any] = field(default_factory=dict)
    formulas: dict[Place, tuple[str, Reads]] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    reads: dict[int, set[Reads]] = field(default_factory=dict)
    longest: dict[int, int] = field(default_factory=dict)


def is_too_much(sheets: Mapping[str, SheetCells]) -> bool:
    """Whether formulas are too many to scan, or might fill the memory with texts."""
    return _too_many(sheets) or _most_letters(sheets) > MOST_LETTERS


def _too_many(sheets: Mapping[str, SheetCells]) -> bool:
    """Whether there are too many columns and references to scan quickly."""
    columns = sum(len(one.unknown | one.reads.keys()) for one in sheets.values())
    formulas = (reads for one in sheets.values() for each in one.reads.values() for reads in each)
    return columns > MOST_COLUMNS or sum(1 + len(one.columns) for one in formulas) > MOST_READ


def unknown_columns(sheets: Mapping[str, SheetCells]) -> set[ColumnOf]:
    """The columns with a formula that is not computed, or that depends on one."""
    unknown = {(name, column) for name, one in sheets.items() for column in one.unknown}
    readers: dict[ColumnOf, set[ColumnOf]] = {}
    of_formulas = unknown | {(name, column) for name, one in sheets.items() for column in one.reads}
    for name, one in sheets.items():
        for column, formulas in one.reads.items():
            ranges = {each for reads in formulas for each in reads.columns}
            for read in of_formulas:
                if any(of == read[0] and a <= read[1] <= b for of, a, b in ranges):
                    readers.setdefault(read, set()).add((name, column))
    left = list(unknown)
    while left:
        more = readers.get(left.pop(), set()) - unknown
        unknown |= more
        left += more
    return unknown


def known_places(sheets: Mapping[str, SheetCells], sheet: str) -> list[Place]:
    """The cells whose formulas depend on no formula that is not computed."""
    unknown = unknown_columns(sheets)
    known: dict[Reads, bool] = {}
    places = []
    for place, (_, reads) in sheets[sheet].formulas.items():
        if reads not in known:
            known[reads] = not any(
                of == name and a <= at <= b for of, a, b in reads.columns for name, at in unknown
            )
        if known[reads]:
            places.append(place)
    return places


def _most_letters(sheets: Mapping[str, SheetCells]) -> float:
    """An upper bound of the length of all texts that formulas make; may be infinite."""
    longest = {(n, at): size for n, one in sheets.items() for at, size in one.longest.items()}
    for _ in range(_DEEPEST):
        before = dict(longest)
        for name, one in sheets.items():
            for column, formulas in one.reads.items():
                size = max(_letters(reads, before) for reads in formulas)
                longest[name, column] = max(longest.get((name, column), 0), size)
        if longest == before:
            return sum(longest[n, at] for n, one in sheets.items() for _, at in one.formulas)
    return float("inf")


def _letters(reads: Reads, longest: Mapping[ColumnOf, int]) -> int:
    sizes = [
        max((n for (name, at), n in longest.items() if name == of and a <= at <= b), default=0)
        for of, a, b in reads.columns
    ]
    if reads.joins:
        return reads.letters + sum(sizes) + _DIGITS * len(sizes)
    return max(reads.letters, *sizes, _DIGITS)
