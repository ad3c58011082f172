"""The common result of all readers of files: headings, columns of text, row numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.raw_files.headings import Match


@dataclass(frozen=True)
class Broken:
    """A line that is no record.

    Parameters
    ----------
    row : int
        The number of the line, from 1.
    text : str
        The line as it stands in the file.
    fault : Fault
        Why it is none.
    """

    row: int
    text: str
    fault: Fault


@dataclass(frozen=True)
class Grid:
    """The rows below the header of one file or worksheet, all cells as text.

    Parameters
    ----------
    headings : tuple of str
        The header as written; ``""`` for a column without one.
    match : Match
        Which of them is which column of the table.
    columns : tuple of pyarrow arrays of text
        Every column of the file, in its order.
    rows : pyarrow int64 array
        The number of each row in the file.
    sheet : str or None
        The name of the worksheet; None for a file without any.
    broken : tuple of Broken
        Lines that are no records and are not in `columns`.
    above : str
        What is written above the header, such as the unit of the amounts.
    units : mapping of str to str
        The unit of the amounts below a heading, where number formats show them in another.
    computed : mapping of str to int
        How many formulas below a heading nobody had computed, and were computed here.
    hidden : int
        How many rows nobody sees, filtered away or hidden by hand; they are read all the same.
    hidden_columns : tuple of str
        The headings of columns that are used and nobody sees.
    struck : mapping of int to bool array
        Which cells are struck through, by the place of their column.
    struck_by_rule : bool
        Whether conditional formatting strikes cells through; its rules are not looked at.
    unseen : mapping of int to int
        How many cells nobody sees for their look, by the place of their column.
    comments : mapping of int to str
        What the comments beside the cells of a row say, by the number of the row.
    """

    headings: tuple[str, ...]
    match: Match
    columns: tuple[Any, ...]
    rows: Any
    sheet: str | None = None
    broken: tuple[Broken, ...] = ()
    above: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, int] = field(default_factory=dict)
    hidden: int = 0
    hidden_columns: tuple[str, ...] = ()
    struck: Mapping[int, NDArray[np.bool_]] = field(default_factory=dict)
    struck_by_rule: bool = False
    unseen: Mapping[int, int] = field(default_factory=dict)
    comments: Mapping[int, str] = field(default_factory=dict)


def empty_file(file: Path) -> InputError:
    """The refusal of an empty file."""
    return InputError(kinds.FILE_EMPTY(), file=file)


def not_open(file: Path) -> InputError:
    """The error for a file that another program has locked."""
    return InputError(kinds.FILE_IN_USE(), file=file)
