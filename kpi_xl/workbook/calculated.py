"""Compute formulas that depend on filled cells, as far as possible.

Usual functions over plain references are computed by a calculating library, which gets values and
formulas and nothing else. What it is not known to compute as a spreadsheet does has no value then,
nor has what depends on it.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from kpi_xl.readers import calculator
from kpi_xl.readers.formula_columns import SheetCells, is_too_much
from kpi_xl.readers.plain_formulas import read_formula
from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.ooxml import cells
from kpi_xl.workbook.ooxml.cells import Value, Written
from kpi_xl.workbook.ooxml.formulas import Reference, tokens
from kpi_xl.workbook.ooxml.references import Area, column_letters
from kpi_xl.workbook.ooxml.tables import Table
from kpi_xl.workbook.stale_formulas import WORD, WorkbookFormulas

At: TypeAlias = tuple[str, Position]
"""A cell: its sheet's name, its row and column."""

Computed: TypeAlias = Mapping[str, Mapping[Position, Value]]
"""What cells show, by the names of their sheets, dates as numbers."""

NOTHING: Final[Computed] = MappingProxyType({})

_MOST_NAMES: Final = 20  # within each other
_LONGEST_FILLED: Final = 1_000
"""Of longer texts that are filled no formula makes texts, as there is no telling how long."""
_COLUMN: Final = re.compile(
    r"(?P<table>[^\W\d][\w.\\]*)?\["
    r"(?:@(?:\[(?P<own>[^\[\]'#@]+)\]|(?P<bare>[^\[\]'#@ ]+))"
    r"|\[#This Row\],\[?(?P<row>[^\[\]'#@]+)\]?|(?P<column>[^\[\]'#@]+))\]"
)


class Calculation:
    """The formulas to compute for every workbook, and their inputs.

    Parameters
    ----------
    formulas : WorkbookFormulas
        All formulas of the workbook.
    stale : mapping of str to collection of (row, column)
        The cells that have no right value.
    filled : mapping of str to mapping of (row, column) to int
        The cells that are filled, and which of the values each gets.
    fixed : mapping of str to mapping of (row, column)
        What stands in all other cells, dates as numbers.
    lost : mapping of str to collection of (row, column)
        Cells whose values go, and cannot be computed: those of pivot tables.
    computes : bool
        Whether any can be computed: not where days count from 1904.
    """

    def __init__(
        self,
        formulas: WorkbookFormulas,
        stale: Mapping[str, Collection[Position]],
        filled: Mapping[str, Mapping[Position, int]],
        fixed: Mapping[str, Mapping[Position, Value]],
        lost: Mapping[str, Collection[Position]],
        computes: bool,
    ) -> None:
        self._formulas = formulas
        self._filled = filled
        self.places: list[At] = [
            (name, one) for cells_ in (stale, lost) for name, all_ in cells_.items() for one in all_
        ]
        self._stale = {(name, one) for name, all_ in stale.items() for one in all_}
        unknown = set(self.places)
        texts = self._texts(stale) if computes and calculator.IS_THERE else {}
        if self._makes_too_much(texts, fixed):
            texts = {at: text for at, text in texts.items() if not _joins(text)}
        self._known = self._computable(texts, unknown)
        self._joins = any(map(_joins, self._known.values()))
        # Most cells are labels that no formula reads.
        read = self._columns_read()
        self._read = {
            name: [(place, number) for place, number in places.items() if place[1] in read[name]]
            for name, places in filled.items()
        }
        self._fixed = {
            name: {
                place: value
                for place, value in values.items()
                if place[1] in read[name]
                and (name, place) not in unknown
                and place not in filled.get(name, {})
            }
            for name, values in fixed.items()
        }

    @property
    def unknown(self) -> list[At]:
        """The formulas that get no value, in order."""
        order = {name: number for number, name in enumerate(self._formulas.sheets)}
        found = [one for one in self._stale if one not in self._known]
        return sorted(found, key=lambda one: (order[one[0]], one[1]))

    def _texts(self, stale: Mapping[str, Collection[Position]]) -> dict[At, str]:
        """The formulas that can be computed, with plain references only."""
        found = {}
        for name, places in stale.items():
            formulas = self._formulas.by_sheet.get(name, {})
            for place in places:
                formula = formulas.get(place)
                if formula is None or formula.element.attributes.get("t", "normal") not in (
                    "normal",
                    "shared",
                    "",
                ):
                    continue
                # Some programs write the sign that people type before a formula.
                text = self._plain(formula.text.strip().removeprefix("="), name, place)
                if text is not None and read_formula(text) is not None:
                    found[name, place] = text
        return found

    def _makes_too_much(
        self, texts: Mapping[At, str], fixed: Mapping[str, Mapping[Position, Value]]
    ) -> bool:
        """Whether formulas may build texts until the memory is full."""
        if not any(map(_joins, texts.values())):
            return False
        sheets = {name: SheetCells() for name in self._formulas.sheets}
        for name, values in fixed.items():
            longest = sheets[name].longest
            for (_, column), value in values.items():
                if isinstance(value, str):
                    longest[column] = max(longest.get(column, 0), len(value))
        for name, filled in self._filled.items():
            sheets[name].longest |= {column: _LONGEST_FILLED for _, column in filled}
        for (name, place), text in texts.items():
            reads = read_formula(text)
            assert reads is not None
            columns = tuple(
                (name if of is None else self._formulas.folded.get(of.casefold(), of), first, last)
                for of, first, last in reads.columns
            )
            reads = replace(reads, columns=columns)
            sheets[name].formulas[place] = text, reads
            sheets[name].reads.setdefault(place[1], set()).add(reads)
        return is_too_much(sheets)

    def _columns_read(self) -> dict[str, set[int]]:
        """The columns that the formulas to compute read, by worksheet."""
        found: dict[str, set[int]] = defaultdict(set)
        for (name, _), text in self._known.items():
            reads = read_formula(text)
            for of, first, last in reads.columns if reads is not None else ():
                sheet = name if of is None else self._formulas.folded.get(of.casefold(), of)
                found[sheet].update(range(first, last + 1))
        return found

    def _computable(self, texts: dict[At, str], unknown: set[At]) -> dict[At, str]:
        """The formulas that depend on no formula that cannot be computed."""
        reads = {
            at: [
                place
                for token in tokens(text)
                if isinstance(token, Reference)
                for place in self._formulas.places(token, at[0])
            ]
            for at, text in texts.items()
        }
        lost = [at for at in unknown if at not in texts]
        known = dict(texts)
        while lost:
            by_sheet: dict[str, list[Position]] = {}
            for name, place in lost:
                by_sheet.setdefault(name, []).append(place)
            lost = [
                at
                for at in known
                if any(
                    one.area.contains(*place)
                    for one in reads[at]
                    for place in by_sheet.get(one.sheet, ())
                )
            ]
            for at in lost:
                del known[at]
        return known

    def _plain(self, text: str, sheet: str, place: Position, depth: int = 0) -> str | None:
        """A formula with plain references in place of names and tables; None where that is
        impossible.
        """
        if depth > _MOST_NAMES:
            return None
        pieces = []
        for token in tokens(text):
            if isinstance(token, Reference):
                if len(token.sheets) > 1 or any("[" in one for one in token.sheets):
                    return None
                pieces.append(token.text)
                continue
            piece = self._without_columns(token, sheet, place)
            if piece is None:
                return None
            position = 0
            for match in WORD.finditer(piece):
                name = self._formulas.names.get((sheet, (match[1] or "").casefold()))
                if name is None:
                    name = self._formulas.names.get((None, (match[1] or "").casefold()))
                if not match[1] or name is None:
                    continue
                meant = self._named(name, sheet, place, depth)
                if meant is None:
                    return None
                pieces += piece[position : match.start()], meant
                position = match.end()
            pieces.append(piece[position:])
        return "".join(pieces)

    def _named(self, name: str, sheet: str, place: Position, depth: int) -> str | None:
        """The meaning of a defined name: cells with a ``$``, a number or a text."""
        only = tokens(name)
        if len(only) == 1 and isinstance(only[0], Reference):
            fixed = all(
                (end.row_fixed or not end.row) and (end.column_fixed or not end.column)
                for end in only[0].ends
            )
            return name if fixed and only[0].sheets else None
        plain = self._plain(name, sheet, place, depth + 1)
        constant = plain is not None and not any(
            isinstance(token, Reference) for token in tokens(plain)
        )
        return f"({plain})" if constant else None

    def _without_columns(self, piece: str, sheet: str, place: Position) -> str | None:
        """A piece of a formula with cells in place of table columns."""
        if "[" not in piece:
            return piece
        found: list[str] = []
        position = 0
        for match in _COLUMN.finditer(piece):
            table = self._table(match["table"], sheet, place)
            own = match["own"] or match["bare"] or match["row"]
            heading = (own or match["column"]).casefold()
            headings = [] if table is None else [one.casefold() for one in table.columns]
            if table is None or heading not in headings:
                return None
            column = table.data.first_column + headings.index(heading)
            area = table.data._replace(first_column=column, last_column=column)
            if own:
                if not area.first_row <= place[0] <= area.last_row:
                    return None
                area = area._replace(first_row=place[0], last_row=place[0])
            quoted = table.sheet.replace("'", "''")
            found += piece[position : match.start()], f"'{quoted}'!{_reference(area)}"
            position = match.end()
        rest = "".join((*found, piece[position:]))
        return None if "[" in re.sub(r"'(?:[^']|'')*'!", "", rest) else rest

    def _table(self, name: str | None, sheet: str, place: Position) -> Table | None:
        if name:
            return self._formulas.tables.get(name.casefold())
        inside = (
            table
            for table in self._formulas.tables.values()
            if table.sheet == sheet and table.data.contains(*place)
        )
        return next(inside, None)

    def values(self, filled: Sequence[Written], elsewhere: Computed) -> list[Written]:
        """The values of the cells in `places`; blank where they are not known.

        Parameters
        ----------
        filled : sequence of Written
            The values of the cells that are filled.
        elsewhere : Computed
            What a spreadsheet computed, for those that cannot be computed here; no errors, which
            are not the same everywhere.
        """
        found = self._evaluated(filled) if self._known else {}
        for name, place in self._stale - found.keys():
            value = elsewhere.get(name, {}).get(place)
            written = None if value is None or value != value else _written(value)  # noqa: PLR0124
            if written is not None:
                found[name, place] = written
        return [found.get(at, (cells.BLANK, "")) for at in self.places]

    def _evaluated(self, filled: Sequence[Written]) -> dict[At, Written]:
        if self._joins and any(
            len(text) > _LONGEST_FILLED for kind, text in filled if kind == cells.TEXT
        ):
            return {}
        wanted = list(self._known)
        values: dict[str, dict[Position, Any]] = {}
        formulas: dict[str, dict[Position, str]] = {}
        for name in self._formulas.sheets:
            values[name] = dict(self._fixed.get(name, {}))
            for place, number in self._read.get(name, ()):
                values[name][place] = _value(filled[number])
            formulas[name] = {
                place: _failing(value)
                for place, value in values[name].items()
                if isinstance(value, float) and math.isnan(value)
            }
            for place in formulas[name]:
                del values[name][place]
        for (name, place), text in self._known.items():
            formulas[name][place] = f"={text}"
        given = calculator.evaluated(values, formulas, wanted)
        if given is None:
            return {}
        written = zip(wanted, map(_written, given), strict=True)
        return {at: value for at, value in written if value is not None}


def _failing(value: float) -> str:
    """A formula that gives the error of a NaN."""
    from kpi_xl.error_values import error_name  # numpy comes in with it

    return calculator.failing(error_name(value) or "")


def _joins(text: str) -> bool:
    """Whether a formula that can be computed concatenates texts."""
    reads = read_formula(text)
    return reads is not None and reads.joins


def _reference(area: Area) -> str:
    first = f"${column_letters(area.first_column)}${area.first_row}"
    last = f"${column_letters(area.last_column)}${area.last_row}"
    return first if first == last else f"{first}:{last}"


def _value(written: Written) -> Value:
    """A value from its text in the file."""
    kind, text = written
    if kind == cells.BLANK:
        return None
    if kind == cells.TEXT:
        return cells.plain(text)
    if kind == cells.BOOLEAN:
        return text == "1"
    if kind == cells.ERROR:
        from kpi_xl.error_values import error_value

        return error_value(text)
    return float(text)


def _written(value: Any) -> Written | None:
    """The computed value as it stands in the file; None where a spreadsheet may show another."""
    if not calculator.is_told(value):
        error = calculator.error_given(value)
        return None if error is None else (cells.ERROR, error)
    if value is None:
        return cells.NUMBER, "0"  # a formula that gives a blank cell shows 0
    if isinstance(value, float) and value == int(value):
        value = int(value)
    if not isinstance(value, bool | int | float | str):
        return None
    try:
        written = cells.written(value, False)
    except cells.UnwritableError:
        return None
    # A whole number of many digits is no identifier here.
    return (
        (cells.NUMBER, repr(value))
        if isinstance(value, int | float) and (written[0] == cells.TEXT)
        else written
    )
