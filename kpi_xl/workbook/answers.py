"""The values that people typed into a returned workbook, cell by cell, with their problems."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple
from xml.parsers import expat

from kpi_xl import kinds
from kpi_xl.workbook import identity, identity_sheet, slots
from kpi_xl.workbook.fast_read import excerpt
from kpi_xl.workbook.growth import regions
from kpi_xl.workbook.identity import Identity
from kpi_xl.workbook.ooxml import parts
from kpi_xl.workbook.ooxml.cells import UNCALCULATED, Raw, Value
from kpi_xl.workbook.ooxml.package import RETURNED, Package
from kpi_xl.workbook.ooxml.references import Area
from kpi_xl.workbook.ooxml.tables import Table, tables
from kpi_xl.workbook.returned import Reader, cell_references

_MOST_CELLS: Final = 200_000


class Answer(NamedTuple):
    """The value of one input cell, with its problem.

    Attributes
    ----------
    reference : str
        Where it is, such as ``B5``.
    value : object
        What stands there; None for a blank one and for one that has an error.
    error : str
        The name of the error value that stands there; `UNCALCULATED` for a formula that has no
        value, because the program that saved the workbook calculates nothing; else empty.
    merged : bool
        Whether it is part of a merged range with other cells of its name, or with other rows.
    """

    reference: str
    value: Value
    error: str
    merged: bool


class Answers(NamedTuple):
    """The cells of a slot: the sheet, the area, and the cells row by row."""

    sheet: str
    area: Area
    rows: list[list[Answer]]


class ReturnedWorkbook:
    """A workbook that came back.

    Parameters
    ----------
    path : path
        The file that came back.
    content : bytes, optional
        Its content, where it does not stand in the file as it is.

    Attributes
    ----------
    package : Package
        The opened package (zip file) of the workbook.
    workbook : Workbook
        What its workbook part says.
    identity : Identity or None
        What it says it is.

    Raises
    ------
    InputError
        The file is not a workbook that can be read, is damaged, or is too large for a form.
    """

    def __init__(self, path: str | Path, content: bytes | None = None) -> None:
        self.package = Package(path, content, RETURNED)
        self.workbook = parts.workbook(self.package)
        self.identity = Identity.of(self.workbook)
        self._names_tell = identity.is_told(self.workbook)
        if not self._names_tell:
            with self.package.telling():
                self.identity = identity_sheet.read(self.package, self.workbook)[0]

    @cached_property
    def _tables(self) -> list[Table]:
        return list(tables(self.package, self.workbook))

    def saved(self) -> tuple[dt.datetime | None, str]:
        """When and by whom it was saved, as the file says; None and empty where it does not."""
        related = parts.relationships(self.package, "").values()
        part = next((one.target for one in related if one.kind == "core-properties"), None)
        if part is None or self.package.find(part) is None:
            return None, ""
        texts = {
            element.tag.rpartition("}")[2]: (element.text or "").strip()
            for element in parts.tree(self.package, part)
        }
        try:
            when = dt.datetime.fromisoformat(texts.get("modified", ""))
        except ValueError:
            return None, texts.get("lastModifiedBy", "")
        return when if when.tzinfo else when.replace(tzinfo=dt.UTC), texts.get("lastModifiedBy", "")

    @property
    def sheets_about(self) -> dict[str, list[str]]:
        """The sheets for single units, by unit."""
        if self._names_tell:
            return identity.sheets(self.workbook)
        return identity_sheet.read(self.package, self.workbook)[1]

    def answers(
        self, names: Collection[str], of_records: Collection[str] = (), sheet: str | None = None
    ) -> dict[str, Answers]:
        """The cells of some slots; slots that the workbook lacks are missing.

        Parameters
        ----------
        of_records : collection of str
            Those of them that are in a block, which is repeated: found with them are the names
            that the other records have, such as ``members.备注.2``.
        sheet : str, optional
            The sheet that they are on, where there is one for each unit.

        Raises
        ------
        InputError
            A sheet is damaged, or the names cover far too many cells.
        """
        places = slots.places(self.workbook, self._tables, sheet)
        every = {
            record
            for name in names
            for record in (regions.records(name, places) if name in of_records else [name])
        }
        wanted = {name: places[name] for name in every if name in places}
        if sum(place.area.size for place in wanted.values()) > _MOST_CELLS:
            raise self.package.refusal(kinds.TOO_MANY_ANSWERS())
        by_sheet: defaultdict[str, list[tuple[str, Area]]] = defaultdict(list)
        for name, place in wanted.items():
            by_sheet[place.sheet].append((name, place.area))
        reader = Reader(self.package, self.workbook)
        found: dict[str, Answers] = {}
        for on, areas in by_sheet.items():
            try:
                found.update(self._of_sheet(reader, on, areas))
            except (ValueError, IndexError, OverflowError, expat.ExpatError):
                raise self.package.refusal(kinds.RETURNED_SHEET_DAMAGED(sheet=on)) from None
        return found

    def _of_sheet(
        self, reader: Reader, sheet: str, areas: Sequence[tuple[str, Area]]
    ) -> dict[str, Answers]:
        references = {name: cell_references(area) for name, area in areas}
        rows: defaultdict[str, list[str]] = defaultdict(list)
        for name, area in areas:
            for number, row in enumerate(references[name], area.first_row):
                rows[str(number)] += row
        part = self.workbook.sheets[sheet]
        cells, merges = excerpt(self.package, part, rows, with_merges=True)
        by_row: defaultdict[int, list[Area]] = defaultdict(list)
        wanted = range(
            min(area.first_row for _, area in areas), max(area.last_row for _, area in areas) + 1
        )
        for merge in merges:
            if merge.size > 1:
                # A merged column may be a million rows long.
                first, last = max(merge.first_row, wanted[0]), min(merge.last_row, wanted[-1])
                for number in range(first, last + 1):
                    by_row[number].append(merge)
        found = {}
        for name, whole in areas:
            area = slots.shown(whole, merges)
            answers = []
            for number, row in enumerate(references[name], area.first_row):
                near = [one for one in by_row.get(number, ()) if _joins(one, area)]
                columns = enumerate(row[: area.columns], area.first_column)
                answers.append(
                    [_answer(reader, cells, one, column, near) for column, one in columns]
                )
            found[name] = Answers(sheet, area, answers)
        return found


def _joins(merge: Area, area: Area) -> bool:
    """Whether a merged range joins several cells or rows of an area."""
    return merge.rows > 1 or (merge.meets(area) and merge.shared(area).columns > 1)


def _answer(
    reader: Reader,
    cells: Mapping[str, Raw],
    reference: str,
    column: int,
    merges: Sequence[Area],
) -> Answer:
    """A cell; `merges` are the merged ranges in its row."""
    merged = any(merge.first_column <= column <= merge.last_column for merge in merges)
    kind, _, text = cells.get(reference, ("n", 0, None))
    if kind == UNCALCULATED:
        return Answer(reference, None, UNCALCULATED, merged)
    if kind == "e":
        return Answer(reference, None, text or "#VALUE!", merged)
    value = reader.value(cells, reference)
    if isinstance(value, str) and not value.strip():
        value = None
    return Answer(reference, value, "", merged)
