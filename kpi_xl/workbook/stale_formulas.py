"""The formulas of a workbook whose values become wrong when cells are filled.

Those that depend on nothing that is filled keep the value that they have: whoever saved the
template had it computed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import markup
from kpi_xl.workbook.ooxml.cell_formulas import Formula, cell_formulas
from kpi_xl.workbook.ooxml.formulas import Reference, tokens
from kpi_xl.workbook.ooxml.parts import Workbook
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, Area, Place
from kpi_xl.workbook.ooxml.sheet import Sheet
from kpi_xl.workbook.ooxml.tables import Table

WORD: Final = re.compile(r'"(?:[^"]|"")*"|(?<![\w.\\\'!\[@#$])([^\W\d][\w.\\?]*)(?![\w.(!])')
"""Names in a formula, and texts, which are none."""

_CHANGING: Final = re.compile(
    r"(?<![\w.])(?:NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY|OFFSET|INDIRECT|CELL|INFO|RTD|WEBSERVICE"
    r"|CUBE\w+|GETPIVOTDATA|SHEETS?|ROW|ADDRESS"
    # These read the user's project.
    r"|KPI|KPI_(?:TABLE|UNITS|NAMES|STATUS|HELP|UNIT_DRIVERS|WARNINGS|ADVICE|UNIT_PEERS))\s*\(",
    re.IGNORECASE,
)
"""Functions whose values change though nothing that the formula names does."""

_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')
_MOST_PASSES: Final = 100
_EMPTY: Final = re.compile(rb"<[^>]*/>|<[^>]*>\s*</[^>]*>")
_DOUBTFUL: Final = re.compile(rb"<(?:[^\s/>:]+:)?v>\s*0(?:\.0+)?\s*</")

Cells: TypeAlias = Mapping[str, Mapping[Position, object]]
"""Cells by the names of their sheets."""


_Waiting: TypeAlias = tuple[str, Position, tuple[Place, ...]]


class Reads(NamedTuple):
    """The cells that a formula depends on, and whether it depends on more than the workbook
    tells.
    """

    places: tuple[Place, ...]
    changes: bool


class WorkbookFormulas:
    """The formulas of a workbook and the cells that they read.

    Parameters
    ----------
    workbook : Workbook
        What its workbook part says.
    sheets : mapping of str to Sheet
        Its worksheets by name.
    is_vouched : bool
        Whether what saved the workbook computed its formulas. Some programs, which do not, write 0
        for each, and an order to calculate.
    """

    def __init__(
        self,
        workbook: Workbook,
        sheets: Mapping[str, Sheet],
        tables: Sequence[Table],
        is_vouched: bool,
    ) -> None:
        self.sheets = sheets
        self._is_vouched = is_vouched
        self.folded = {name.casefold(): name for name in sheets}
        self.tables = {table.name.casefold(): table for table in tables}
        self.names = {
            (None if scope is None else scope, name.casefold()): text
            for name, scope, text in workbook.names
        }

    @cached_property
    def by_sheet(self) -> dict[str, dict[Position, Formula]]:
        """The formulas of the cells of every sheet."""
        found = {}
        for name, sheet in self.sheets.items():
            if sheet.has_formulas:
                elements = [
                    one for one in markup.elements(sheet.xml, {"f"}) if one.start > sheet.data_start
                ]
                found[name] = cell_formulas(sheet, elements)
        return found

    @cached_property
    def _reads(self) -> dict[tuple[str, Position], Reads]:
        return {
            (sheet, place): self.reads(formula.text, sheet, place, formula)
            for sheet, formulas in self.by_sheet.items()
            for place, formula in formulas.items()
        }

    def reads(
        self, text: str, sheet: str, place: Position = (0, 0), formula: Formula | None = None
    ) -> Reads:
        """Find the cells that a formula depends on.

        Parameters
        ----------
        text : str
            The text of the formula.
        sheet : str
            The sheet it is on.
        place : (int, int)
            The row and column of its cell.
        formula : Formula, optional
            The element that it is of; a data table depends on whatever its inputs lead to.
        """
        found: list[Place] = []
        changes = formula is not None and bool(formula.inputs)
        open_ = [(text, sheet)]
        seen = set()
        while open_:
            one = open_.pop()
            if one in seen:
                continue
            seen.add(one)
            own, on = one
            changes = changes or _CHANGING.search(_TEXT.sub('""', own)) is not None
            for token in tokens(own):
                if isinstance(token, Reference):
                    found += self.places(token, on)
                    continue
                for word in _words(token):
                    table = self.tables.get(word)
                    if table is not None:
                        found.append(_whole(table))
                    name = self.names.get((on, word)) or self.names.get((None, word))
                    if name is not None:
                        open_.append((name, on))
                    elif self._is_private(word):
                        changes = True  # of another sheet, whose name stands before it
                if "[" in token:
                    found += (
                        _whole(table)
                        for table in self.tables.values()
                        if table.sheet == sheet and _whole(table).area.contains(*place)
                    )
        return Reads(tuple(found), changes)

    def meaning(self, name: str) -> str | None:
        """The formula of a name that is qualified by a sheet or the workbook, as in charts."""
        before, _, plain = name.rpartition("!")
        sheet = self.folded.get(before.strip("'").replace("''", "'").casefold())
        found = self.names.get((sheet, plain.casefold())) if sheet is not None else None
        return found or self.names.get((None, plain.casefold()))

    def _is_private(self, word: str) -> bool:
        return any(name == word for scope, name in self.names if scope is not None)

    def places(self, token: Reference, sheet: str) -> Iterator[Place]:
        """The cells of a reference; through several sheets those of all of them."""
        first, last = token.ends[0], token.ends[-1]
        rows = sorted((first.row or 1, last.row or LAST_ROW))
        columns = sorted((first.column or 1, last.column or LAST_COLUMN))
        area = Area(rows[0], columns[0], rows[1], columns[1])
        names = token.sheets or (sheet.casefold(),)
        for name in self.folded if len(names) > 1 else names:
            if name in self.folded:
                yield Place(self.folded[name], area)

    def stale(self, filled: Cells, resized: Sequence[Place] = ()) -> dict[str, set[Position]]:
        """The formula cells whose values become wrong when some cells are filled.

        Parameters
        ----------
        filled : mapping of str to mapping of (row, column)
            The cells that are filled; a formula among them has a value.
        resized : sequence of Place
            Rows that rows were inserted into or taken out of.
        """
        computed = {
            name: sheet.computed - filled.get(name, {}).keys()
            for name, sheet in self.sheets.items()
            if sheet.has_formulas
        }
        if not any(computed.values()):
            return {}
        changed = _Changed(resized)
        for name, places in filled.items():
            changed.add(name, places)
        found: dict[str, set[Position]] = defaultdict(set)
        waiting: list[_Waiting] = []
        for (name, place), reads in self._reads.items():
            if place not in computed[name]:
                continue
            if reads.changes or not self._has_value(name, place):
                self._mark(name, place, found, changed)
            else:
                waiting.append((name, place, reads.places))
        for _ in range(_MOST_PASSES):
            before = len(waiting)
            waiting = [one for one in waiting if not self._follows(one, found, changed)]
            if len(waiting) == before:
                break
        else:  # too long a chain to follow to its end
            for name, place, _ in waiting:
                self._mark(name, place, found, changed)
        return {name: found[name] & computed[name] for name in found}

    def _follows(self, one: _Waiting, found: dict[str, set[Position]], changed: _Changed) -> bool:
        """Mark a formula that reads a changing cell."""
        name, place, reads = one
        if not any(changed.meets(read) for read in reads):
            return False
        self._mark(name, place, found, changed)
        return True

    def _mark(
        self, name: str, place: Position, found: dict[str, set[Position]], changed: _Changed
    ) -> None:
        array = self.by_sheet[name][place].array
        places = [place] if array is None else [*array.positions(), place]
        found[name].update(places)
        changed.add(name, places)

    def _has_value(self, name: str, place: Position) -> bool:
        sheet = self.sheets[name]
        cell = sheet.cell(*place)
        if cell is None or cell.value_start == cell.value_end:
            return False
        written = sheet.xml[cell.value_start : cell.value_end]
        if _EMPTY.fullmatch(written):
            return markup.attribute(sheet.xml[cell.start : cell.tag_end], "t") == "str"
        return self._is_vouched or _DOUBTFUL.match(written) is None


class _Changed:
    """Cells whose values change, by sheet and row."""

    def __init__(self, resized: Sequence[Place]) -> None:
        self._resized = resized
        self._rows: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))

    def add(self, sheet: str, places: Iterable[Position]) -> None:
        rows = self._rows[sheet]
        for row, column in places:
            rows[row].add(column)

    def meets(self, place: Place) -> bool:
        if any(one.sheet == place.sheet and one.area.meets(place.area) for one in self._resized):
            return True
        rows = self._rows.get(place.sheet)
        if not rows:
            return False
        first, left, last, right = place.area
        numbers: Iterable[int] = range(first, last + 1)
        if last - first >= len(rows):
            numbers = (row for row in rows if first <= row <= last)
        return any(
            left <= column <= right for row in numbers if row in rows for column in rows[row]
        )


def _words(text: str) -> Iterator[str]:
    """The names in a piece of a formula, folded."""
    for match in WORD.finditer(text):
        if match[1]:
            yield match[1].casefold()


def _whole(table: Table) -> Place:
    """All cells of a table, with its headings and totals."""
    first = table.data.first_row if table.heading is None else table.heading.first_row
    return Place(
        table.sheet, table.data._replace(first_row=first, last_row=table.data.last_row + 1)
    )
