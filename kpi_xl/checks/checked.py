"""Checked raw files: the result for each file, and the usable rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi_xl.catalogue.schema import Table
from kpi_xl.errors import InputError
from kpi_xl.raw_files.problem import Problem
from kpi_xl.raw_files.sources import LeftOut


@dataclass(frozen=True)
class CheckedFile:
    """The result of checking one file, or one worksheet of it.

    Parameters
    ----------
    name : str
        Its path below the data folder.
    sheet : str or None
        The worksheet that was read; None for a file without worksheets.
    headings : mapping of str to str
        The headings by column code, as written in the file.
    unused : tuple of str
        Headings that belong to no column.
    read, used : int
        Rows read, and rows used.
    """

    file: Path
    name: str
    sheet: str | None
    headings: dict[str, str]
    unused: tuple[str, ...]
    read: int
    used: int

    @property
    def label(self) -> str:
        """The name of the file, with that of the worksheet if it has any."""
        return f"{self.name}「{self.sheet}」" if self.sheet else self.name

    @property
    def set_aside(self) -> int:
        """The number of rows that are set aside."""
        return self.read - self.used


@dataclass(frozen=True)
class Part:
    """The usable rows of one file, with facts about them; a fact is None until it is computed.

    Parameters
    ----------
    data : pyarrow.Table
        The rows that are used, typed.
    keys : uint64 array or None
        The hash of each row's key, of a table that has one.
    agents : pyarrow.Table or None
        Who is in it and where, as `rules.agents_in` says.
    months : mapping of int to (int, int), or None
        The number of rows and the sum of their hashes, by month.
    """

    data: pa.Table
    keys: NDArray[np.uint64] | None = None
    agents: pa.Table | None = None
    months: Mapping[int, tuple[int, int]] | None = None


@dataclass(frozen=True)
class CheckedTable:
    """A raw table that is ready for use.

    Parameters
    ----------
    table : Table
        The declaration of the raw table.
    data : pyarrow.Table
        A column for every column of the table, by code, and ``source_file``, ``source_row``.
        Money is int64 分; a month is int32 ``year * 12 + month``; a KPI is its code.
    files : tuple of CheckedFile
        Where it is from.
    parts : tuple of Part
        Its rows by file.
    """

    table: Table
    data: pa.Table
    files: tuple[CheckedFile, ...]
    parts: tuple[Part, ...] = ()

    @classmethod
    def of(
        cls, table: Table, parts: Sequence[Part], files: tuple[CheckedFile, ...]
    ) -> CheckedTable:
        """The table of the rows of some files."""
        # Not copied to one piece: most files are kept as they were, and few rows are looked at.
        data = pa.concat_tables([part.data for part in parts]).unify_dictionaries()
        return cls(table, data, files, tuple(parts))

    def without(self, rows: Sequence[int]) -> CheckedTable:
        """The table without some of its rows, which are set aside."""
        keep = np.ones(self.data.num_rows, bool)
        keep[list(rows)] = False
        parts, files, begin = [], [], 0
        for part, file in zip(self.parts, self.files, strict=True):
            of_part = keep[begin : begin + part.data.num_rows]
            begin += part.data.num_rows
            # What was known was known of all its rows.
            left = part if of_part.all() else Part(part.data.filter(pa.array(of_part)))
            parts.append(left)
            files.append(replace(file, used=left.data.num_rows))
        return CheckedTable.of(self.table, parts, tuple(files))

    @property
    def read(self) -> int:
        """The number of rows read."""
        return sum(file.read for file in self.files)

    @property
    def used(self) -> int:
        """The number of rows used."""
        return sum(file.used for file in self.files)

    @property
    def set_aside(self) -> int:
        """The number of rows set aside."""
        return self.read - self.used


@dataclass(frozen=True)
class ReturnedSheet:
    """A sheet of a returned workbook, and how many of its cells were used for a raw table.

    Parameters
    ----------
    table : str
        The Chinese name of the table.
    file, sheet : str
        The workbook and its sheet.
    read : int
        How many cells were filled in.
    same : int
        How many say what is known already.
    set_aside : int
        How many are not used, or not yet.
    """

    table: str
    file: str
    sheet: str
    read: int
    same: int
    set_aside: int

    @property
    def used(self) -> int:
        """How many cells count."""
        return self.read - self.same - self.set_aside


@dataclass(frozen=True)
class Checked:
    """All of a project's raw files, checked.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables that there are files for, by code.
    problems : list of Problem
        What was found, in the order of tables, files and rows.
    left_out : list of LeftOut
        The files and worksheets in the data folder that were not read.
    returned : sequence of ReturnedSheet
        The worksheets of returned workbooks that say something for the tables.
    told : sequence of date
        The days of the last month that the raw files tell of, where returned workbooks add some.
    definitions : sequence of InputError
        What is wrong with the KPIs that the project declares itself.
    """

    tables: dict[str, CheckedTable]
    problems: list[Problem]
    left_out: list[LeftOut]
    returned: Sequence[ReturnedSheet] = ()
    told: Sequence[dt.date] = ()
    definitions: Sequence[InputError] = ()

    @property
    def unrecognised(self) -> list[Path]:
        """The files in the data folder that nothing was read from."""
        return [one.file for one in self.left_out if one.sheet is None]
