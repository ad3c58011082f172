"""Cells and rectangles of cells, as formulas write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
_AREA: Final = re.compile(
    r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})(?::\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6}))?"
)


@lru_cache(maxsize=LAST_COLUMN)
def column_number(letters: str) -> int:
    """The column's number, counting from 1.

    Examples
    --------
    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(number: int) -> str:
    """The column's letters.

    Examples
    --------
    >>> column_letters(27), column_letters(16384)
    ('AA', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1, both ends belong to it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.last_row - self.first_row + 1

    @property
    def columns(self) -> int:
        """How many columns."""
        return self.last_column - self.first_column + 1

    @property
    def size(self) -> int:
        """How many cells."""
        return (self.last_row - self.first_row + 1) * (self.last_column - self.first_column + 1)

    @property
    def reference(self) -> str:
        """The area as in a formula, such as ``B2`` or ``B5:H44``."""
        first = f"{column_letters(self.first_column)}{self.first_row}"
        if self.size == 1:
            return first
        return f"{first}:{column_letters(self.last_column)}{self.last_row}"

    def positions(self) -> Iterator[tuple[int, int]]:
        """The row and column of every cell, row by row."""
        for row in range(self.first_row, self.last_row + 1):
            for column in range(self.first_column, self.last_column + 1):
                yield row, column

    def contains(self, row: int, column: int) -> bool:
        """Whether the cell lies in this area."""
        return (
            self.first_row <= row <= self.last_row
            and self.first_column <= column <= self.last_column
        )

    def covers(self, other: Area) -> bool:
        """Whether the whole other area lies in this one."""
        return self.contains(other.first_row, other.first_column) and self.contains(
            other.last_row, other.last_column
        )

    def meets(self, other: Area) -> bool:
        """Whether the two areas have a cell in common."""
        return (
            self.first_row <= other.last_row
            and other.first_row <= self.last_row
            and self.first_column <= other.last_column
            and other.first_column <= self.last_column
        )

    def shared(self, other: Area) -> Area:
        """The intersection of two overlapping areas."""
        return Area(
            max(self.first_row, other.first_row),
            max(self.first_column, other.first_column),
            min(self.last_row, other.last_row),
            min(self.last_column, other.last_column),
        )

    def joined(self, other: Area) -> Area:
        """The smallest area that covers both."""
        return Area(
            min(self.first_row, other.first_row),
            min(self.first_column, other.first_column),
            max(self.last_row, other.last_row),
            max(self.last_column, other.last_column),
        )


@lru_cache(maxsize=1 << 16)  # thousands of returned forms have the same references
def area(reference: str) -> Area | None:
    """The area of a reference without a sheet name; None when it is none.

    Whole rows and columns (``A:A``, ``3:5``) are not areas here.

    Examples
    --------
    >>> area("$B$2:$D$4")
    Area(first_row=2, first_column=2, last_row=4, last_column=4)
    >>> area("A:A"), area("ZZZ1")
    (None, None)
    """
    match = _AREA.fullmatch(reference)
    if match is None:
        return None
    letters, digits, last_letters, last_digits = match.groups()
    column, row = column_number(letters), int(digits)
    last_column, last_row = column, row
    if last_letters is not None:
        last_column, last_row = column_number(last_letters), int(last_digits)
        # A reference may be written from any of its corners.
        column, last_column = min(column, last_column), max(column, last_column)
        row, last_row = min(row, last_row), max(row, last_row)
    if last_row > LAST_ROW or last_column > LAST_COLUMN:
        return None
    return Area(row, column, last_row, last_column)


class Place(NamedTuple):
    """An area on a sheet."""

    sheet: str
    area: Area
