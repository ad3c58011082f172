"""A raw file or worksheet as columns of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi_xl.catalogue.schema import Table
from kpi_xl.fault import Fault
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.sources import Source
from kpi_xl.raw_files.totals import Total
from kpi_xl.raw_files.units_of_money import unit_of
from kpi_xl.settings.sheets import UNITS, SheetSettings


@dataclass(frozen=True)
class RawTable:
    """One file as text.

    Parameters
    ----------
    table : Table
        The declaration of the raw table.
    source : Source
        Where it is from.
    columns : mapping of str to pyarrow string array
        The cells by column code, spaces around them taken off, null for an empty one. Columns that
        the file does not have are absent.
    headings : mapping of str to str
        The headings by column code, as written in the file.
    rows : pyarrow int64 array
        The row number of each record, as Excel counts.
    units : mapping of str to str
        The unit of the amounts below a heading, where number formats show them in another.
    unused : tuple of str
        Headings that belong to no column.
    malformed : tuple of Problem
        Lines that are no record; they count as read and set aside.
    above : str
        What is written above the header.
    others : mapping of str to pyarrow string array
        The cells of the columns that are not used, by heading.
    totals : tuple of Total
        The rows of totals; they are among `malformed`.
    unnamed : tuple of (str, pyarrow string array)
        The cells of each column without a heading that holds anything, after the heading to its
        left.
    said : SheetSettings
        What kpi.toml says of the file or worksheet.
    computed : mapping of str to int
        How many formulas below a heading nobody had computed, and were computed here.
    hidden : int
        How many rows nobody sees, filtered away or hidden by hand; they are read all the same.
    hidden_columns : tuple of str
        The headings of columns that are used and nobody sees.
    struck : tuple of (str or None, Fault)
        What is told of cells that are struck through in rows that are read, by heading.
    comments : tuple of (int, str, Fault)
        What is told of the comments in a row, by its number.
    spread : pyarrow string array or None
        Of targets laid out as a grid the heading that each row's target stands under.
    """

    table: Table
    source: Source
    columns: dict[str, Any]
    headings: dict[str, str]
    rows: Any
    unused: tuple[str, ...]
    malformed: tuple[Problem, ...]
    above: str = ""
    others: Mapping[str, Any] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    unnamed: tuple[tuple[str, Any], ...] = ()
    said: SheetSettings = field(default_factory=SheetSettings)
    units: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0
    hidden_columns: tuple[str, ...] = ()
    struck: tuple[tuple[str | None, Fault], ...] = ()
    comments: tuple[tuple[int, str, Fault], ...] = ()
    spread: Any = None

    def unit(self, heading: str) -> str:
        """The unit of the amounts below a heading, as in `unit_of`; kpi.toml comes first."""
        said = self.said.units.get(heading.strip())
        if said is not None:
            return UNITS[said]
        shown = self.units.get(heading.strip())
        if shown is not None:
            return shown
        names = f"{self.source.sheet or ''}\n{Path(self.source.name).stem}"
        return unit_of(heading, self.above, names)

    def heading(self, code: str, place: int) -> str:
        """The heading that a row's value of a column, by its code, stands under."""
        if self.spread is not None and code == "target":
            found: str = self.spread[place].as_py()
            return found
        return self.headings[code]

    def cell(self, place: int, heading: str) -> str | None:
        """The text in a row, by its place from 0, under a heading; None for an empty cell."""
        cells = self.others.get(heading)
        if cells is None:
            code = next(code for code, name in self.headings.items() if name == heading)
            cells = self.columns[code]
        text: str | None = cells[place].as_py()
        return text
