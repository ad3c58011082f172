"""The values in the slots of a returned workbook."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, TypeAlias
from xml.etree.ElementTree import Element

from kpi_xl import kinds
from kpi_xl.workbook import slots
from kpi_xl.workbook.compiled_sheet import Position
from kpi_xl.workbook.fast_read import every_cell, excerpt
from kpi_xl.workbook.growth import regions
from kpi_xl.workbook.growth.regions import Region
from kpi_xl.workbook.ooxml import cells, parts, references, serials, styles
from kpi_xl.workbook.ooxml.cells import Raw, Value
from kpi_xl.workbook.ooxml.package import Package
from kpi_xl.workbook.ooxml.references import Area, Place, column_letters
from kpi_xl.workbook.ooxml.tables import tables

_MOST_CELLS: Final = 2_000_000
_FEW_CELLS: Final = 500

Read: TypeAlias = Value | list[list[Value]]


def read(path: str | Path) -> dict[str, Read | list[Read]]:
    """Read the values of all slots of a workbook.

    Where the slots are is what this very file says: people move cells and insert rows, and the
    names move along.

    Parameters
    ----------
    path : path
        The .xlsx or .xlsm file.

    Returns
    -------
    dict
        By slot name (see `Template.slots`) the value of its cell, or a list of rows where the
        slot has several cells or grows; of a slot in a block that is repeated, a list with what
        each record has. Text, a whole number, a float, a truth value; None for a
        blank cell and for a formula that was never calculated; a date, or a date with a time,
        where the cell shows a date. An error value is the NaN that stands for it, one that kpi_xl
        does not have (``#REF!``, ``#NAME?``) the NaN of ``#VALUE!``.

    Raises
    ------
    InputError
        The file is not a workbook that can be read, or is damaged.
    """
    package = Package(path)
    with package.telling():
        return _values(package)


def _values(package: Package) -> dict[str, Read | list[Read]]:
    workbook = parts.workbook(package)
    found_tables = list(tables(package, workbook))
    places = slots.places(workbook, found_tables)
    blocks = slots.marks(workbook, regions.BLOCK).values()
    marks = slots.marks(workbook, regions.MARK).values()
    grown = regions.regions(marks, blocks, found_tables)
    if sum(place.area.size for place in places.values()) > _MOST_CELLS:
        raise package.refusal(kinds.NAME_TOO_LARGE())
    by_sheet: defaultdict[str, list[tuple[str, Area, bool]]] = defaultdict(list)
    for name, (sheet, area) in places.items():
        grows = Region(sheet, area.first_row, area.last_row) in grown
        by_sheet[sheet].append((name, area, grows))
    reader = Reader(package, workbook)
    found: dict[str, Read] = {}
    for sheet, areas in by_sheet.items():
        try:
            found.update(reader.slots(workbook.sheets[sheet], areas))
        except (ValueError, IndexError, OverflowError):
            raise package.refusal(kinds.SHEET_DAMAGED(sheet=sheet)) from None
    if not blocks:
        return {name: found[name] for name in places}
    return _by_record(found, places, grown)


def _by_record(
    found: Mapping[str, Read], places: Mapping[str, Place], grown: Collection[Region]
) -> dict[str, Read | list[Read]]:
    """The values by slot; for a slot in a block, one for each record."""
    blocks = [region for region in grown if region.is_block]
    inside = {name for name, place in places.items() if any(block.holds(place) for block in blocks)}
    of_records = {name: regions.records(name, inside) for name in inside}
    later = {one for names in of_records.values() for one in names[1:]}
    return {
        name: [found.get(one) for one in of_records[name]] if name in inside else found[name]
        for name in places
        if name not in later
    }


class Reader:
    """The shared strings, styles and names that are needed to read a workbook's cells."""

    def __init__(self, package: Package, workbook: parts.Workbook) -> None:
        self._package = package
        self._date1904 = workbook.date1904
        self._date_styles = styles.date_styles(package, workbook.styles)
        self._shared_part = workbook.shared_strings

    @cached_property
    def _shared_strings(self) -> Sequence[Element]:
        """The shared strings, loaded on first use."""
        if self._shared_part is None:
            return ()
        return list(parts.tree(self._package, self._shared_part))

    def slots(self, part: str, areas: Sequence[tuple[str, Area, bool]]) -> dict[str, Read]:
        """The values of one sheet's slots, given their names, areas, and whether they grow."""
        wanted: defaultdict[str, list[str]] = defaultdict(list)
        single: dict[str, str] = {}
        several: dict[str, tuple[Area, tuple[tuple[str, ...], ...]]] = {}
        lists = {name for name, place, grows in areas if grows and place.rows == 1}
        for name, place, _ in areas:
            references = cell_references(place)
            if len(references) == len(references[0]) == 1 and name not in lists:
                single[name] = reference = references[0][0]
                wanted[str(place.first_row)].append(reference)
                continue
            several[name] = place, references
            for number, row in enumerate(references, place.first_row):
                wanted[str(number)] += row
        found, merges = excerpt(self._package, part, wanted, with_merges=bool(several))
        values: dict[str, Read] = {}
        for name, reference in single.items():
            values[name] = self.value(found, reference)
        for name, (place, references) in several.items():
            if name not in lists and slots.merge_at(place, merges):
                values[name] = self.value(found, references[0][0])
            else:
                width = slots.shown(place, merges).columns
                values[name] = [
                    [self.value(found, one) for one in row[:width]] for row in references
                ]
        return values

    def area(self, part: str, cells_: Area) -> dict[Position, Value]:
        """The value of every cell of an area of one sheet."""
        references = cell_references(cells_)
        rows = {str(number): row for number, row in enumerate(references, cells_.first_row)}
        found, _ = excerpt(self._package, part, rows, with_merges=False)
        return {
            place: self.value(found, reference)
            for place, reference in zip(
                cells_.positions(), itertools.chain(*references), strict=True
            )
        }

    def numbers(self, part: str) -> dict[Position, Value]:
        """The values of all cells of a sheet; dates stay serial numbers."""
        found: dict[Position, Value] = {}
        for reference, cell in every_cell(self._package, part).items():
            shared = self._shared_strings if cell[0] == "s" else ()
            value = cells.read(cell, shared, (), self._date1904)
            place = references.area(reference)
            if isinstance(value, dt.date):
                value = serials.serial(value, self._date1904)
            if value is not None and place is not None:
                found[place.first_row, place.first_column] = value
        return found

    def value(self, found: Mapping[str, Raw], reference: str) -> Value:
        """The value of a cell."""
        cell = found.get(reference)
        if cell is None:
            return None
        shared = self._shared_strings if cell[0] == "s" else ()
        return cells.read(cell, shared, self._date_styles, self._date1904)


def cell_references(place: Area) -> tuple[tuple[str, ...], ...]:
    """The reference of every cell of an area, row by row."""
    return _few_references(place) if place.size <= _FEW_CELLS else _references(place)


def _references(place: Area) -> tuple[tuple[str, ...], ...]:
    letters = [
        column_letters(column) for column in range(place.first_column, place.last_column + 1)
    ]
    return tuple(
        tuple(f"{column}{row}" for column in letters)
        for row in range(place.first_row, place.last_row + 1)
    )


# Thousands of returned forms have the same areas.
_few_references: Final = lru_cache(maxsize=1 << 12)(_references)
