"""How headings are compared, and which names of columns the first rows of a file have."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from kpi_xl.cached import kept
from kpi_xl.readers.unit import simplified

Rows = Sequence[Sequence[str | None]]
"""The first rows of a worksheet."""

HEADER_WITHIN: Final = 50
"""The header is looked for in this many rows from the top."""

MOST_LEVELS: Final = 3
"""A header has at most so many rows."""

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|<[^<>]*>|〔[^〔〕]*〕")
_UNIT: Final = re.compile(r"(?<=.)[十百千万亿]*元$")
_REMARK: Final = re.compile(r"[:;,|/\n].*", re.DOTALL)
_IGNORED: Final = re.compile(r"[\s_\-*:.、]+")


_SIGNS: Final = "()[]【】<>〔〕"
"""What is left of brackets where they hold all of a cell, or go on in the next one."""

_LEADING: Final = re.compile(r"[\s_\-*:.]*([0-9A-Za-z]*)")


@functools.lru_cache(1 << 14)
def normalise(heading: str) -> str:
    """A heading as headings are compared.

    Returns
    -------
    str
        Without spaces, brackets and what is in them, marks such as ``*`` and ``_``, capitals and
        full-width letters.

    Examples
    --------
    >>> normalise(" 首年保费（元） "), normalise("Agent_ID"), normalise("＊工 号")
    ('首年保费', 'agentid', '工号')
    """
    text = unicodedata.normalize("NFKC", heading)
    return simplified(_IGNORED.sub("", _BRACKETS.sub("", text) or text).casefold())


@functools.lru_cache(1 << 14)
def without_remark(heading: str) -> str:
    """A heading without the remark behind it, as headings are compared: 解约日期：在职不填."""
    text = _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)).strip()
    return _UNIT.sub("", normalise(_REMARK.sub("", text) or heading))


class Stack(NamedTuple):
    """Rows one above the other, column by column.

    Attributes
    ----------
    width : int
        The number of columns.
    cells : dict of int to list of str
        What stands in a column, from above, groups repeated over all their columns; a column where
        nothing stands is left out.
    forms : dict of int to list of (str, str)
        What a column may be called of what is looked for, the longest first, and that as headings
        are compared.
    parts : set of int
        The columns that share a group.
    names : set of str
        All that `forms` has, and what stands on top, as headings are compared.
    """

    width: int
    cells: dict[int, list[str]]
    forms: dict[int, list[tuple[str, str]]]
    parts: set[int]
    names: set[str]


def stacked(rows: Rows, may_begin: Callable[[str], bool]) -> Stack:
    """Put rows one above the other, the groups of the upper ones over all their columns.

    Parameters
    ----------
    may_begin : callable
        Whether a name that is looked for may begin with a cell.
    """
    *upper, lowest = [list(row) for row in rows]
    parts: set[int] = set()
    for row in upper:
        for place in range(1, len(row)):
            # A group stands over its first column only, whether it is merged or not.
            if not row[place] and lowest[place]:
                row[place] = row[place - 1]
                parts |= {place - 1, place}
    columns: dict[int, list[str]] = {}
    forms: dict[int, list[tuple[str, str]]] = {}
    for place in range(len(lowest)):
        if cells := [cell for row in (*upper, lowest) if (cell := row[place])]:
            columns[place] = cells
            texts = [
                "".join(dict.fromkeys(cells[begin:]))
                for begin, cell in enumerate(cells)
                if may_begin(cell)
            ]
            forms[place] = [(text, normalise(text)) for text in texts]
    names = {name for of_column in forms.values() for _, name in of_column}
    names |= {normalise(cells[0]) for place, cells in columns.items() if forms[place]}
    return Stack(len(lowest), columns, forms, parts, names)


class NamedRows:
    """Which names of columns the first rows of a file have, found once for all tables.

    Parameters
    ----------
    rows : sequence of sequence of str or None
        The first rows.
    known : frozenset of str
        The names that are looked for, as headings are compared.
    """

    def __init__(self, rows: Rows, known: frozenset[str]) -> None:
        self._rows = rows
        self._known = known
        self._begins = _may_begin(known)

    def rows_with_names(self) -> Iterator[tuple[int, frozenset[str]]]:
        """The rows in which a header may begin, counted from 0, and the names that it can have."""
        for index in range(min(len(self._rows), HEADER_WITHIN)):
            if names := self.names(index):
                yield index, names

    @kept
    def names(self, index: int) -> frozenset[str]:
        """The names that a header can have that begins in a row, counted from 0."""
        rows = self._rows[index : index + MOST_LEVELS]
        begins = [self._beginnings(index + below) for below in range(len(rows))]
        if not any(begins):  # most rows are records
            return frozenset()
        found = set[str]().union(*(self.of_row(index + below) for below in range(len(rows))))
        for depth in range(2, len(rows) + 1):
            found |= self._known.intersection(_of_several(rows[:depth], begins))
        return frozenset(found)

    @kept
    def of_row(self, index: int) -> frozenset[str]:
        """The names in a row by itself."""
        row = self._rows[index]
        cells = {row[place] or "" for place in self._beginnings(index)}
        return self._known & {*map(normalise, cells), *map(without_remark, cells)}

    @kept
    def stack(self, index: int, depth: int) -> Stack:
        """So many rows from a row on, one above the other."""
        return stacked(self._rows[index : index + depth], self._begins)

    @kept
    def _beginnings(self, index: int) -> list[int]:
        """In which columns of a row a name may begin: in the rows below it goes on, or has its
        remark.
        """
        return [n for n, cell in enumerate(self._rows[index]) if cell and self._begins(cell)]


def _of_several(rows: Rows, begins: Sequence[Sequence[int]]) -> Iterator[str]:
    """The texts of `stacked` rows that are of more than one cell, as headings are compared.

    Parameters
    ----------
    begins : sequence of sequence of int
        In which columns of each row a name may begin.
    """
    *upper, lowest = rows
    for level, row in enumerate(upper):
        for begin in begins[level]:
            place = begin
            while True:
                between = (_group(other, place, lowest) for other in upper[level + 1 :])
                cells = [cell for cell in (row[begin], *between, lowest[place]) if cell]
                if len(cells) > 1 and (text := "".join(dict.fromkeys(cells))) != cells[0]:
                    yield normalise(text)
                place += 1
                # As far as the cell is a group over others.
                if place == len(lowest) or row[place] or not lowest[place]:
                    break


def _group(row: Sequence[str | None], place: int, lowest: Sequence[str | None]) -> str | None:
    """What stands in a column of a row, or the group that stands over it."""
    while place and not row[place] and lowest[place]:
        place -= 1
    return row[place]


@functools.lru_cache(1 << 3)
def _may_begin(names: frozenset[str]) -> Callable[[str], bool]:
    """Tells whether one of some names may begin with a cell."""
    beginnings = {name[:end] for name in names for end in range(len(name) + 1)}

    @functools.lru_cache(1 << 14)
    def begins(cell: str) -> bool:
        # Most cells are a number, a day or a sign, which needs no closer look.
        leading = _LEADING.match(cell) if cell.isascii() else None
        if leading is not None and leading[1].lower() not in beginnings:
            return False
        whole = normalise(cell)
        return (
            whole in beginnings
            or without_remark(cell) in beginnings
            or any(sign in whole for sign in _SIGNS)
        )

    return begins
