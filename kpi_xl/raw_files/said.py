"""Messages about a raw file or its rows, other than that a cell cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl.fault import Fault
from kpi_xl.raw_files.raw_texts import RawTable
from kpi_xl.settings.project_settings import Settings


class Said(NamedTuple):
    """A message about a file or a row.

    Attributes
    ----------
    heading : str or None
        The heading it is about; None for the file as a whole.
    fault : Fault
        The kind of problem and its parameters.
    place : int or None
        The place of the row, from 0; None where it is about no row.
    value : str or None
        What stands there; where None, the row's cell under the heading.
    """

    heading: str | None
    fault: Fault
    place: int | None = None
    value: str | None = None


@dataclass(frozen=True)
class FileRead:
    """A raw file whose cells have been read.

    Parameters
    ----------
    raw : RawTable
        The file as texts, before its cells were read.
    columns : dict of str to pyarrow array
        Its values by column, blank where the file does not have the column. A rule may correct
        them: a day of surrender soon after the issue is one of withdrawal.
    settings : Settings
        With what kpi.toml says of tables and files.
    """

    raw: RawTable
    columns: dict[str, Any]
    settings: Settings

    def others(self) -> Iterator[tuple[str, Any]]:
        """The columns outside the table, without those that must not be used.

        Yields
        ------
        (str, pyarrow array)
            The heading, and the texts.
        """
        for heading, cells in self.raw.others.items():
            if heading not in self.raw.said.unused:
                yield heading, cells


@dataclass(frozen=True)
class FileRule:
    """A rule of the check about one file.

    Parameters
    ----------
    of : callable
        What it says of a file.
    tables : collection of str
        The raw tables that it is about; all if empty.
    """

    of: Callable[[FileRead], Iterator[Said]]
    tables: Collection[str] = ()

    def says(self, file: FileRead) -> Iterator[Said]:
        """The messages about a file; none where the file holds another table."""
        if not self.tables or file.raw.table.code in self.tables:
            yield from self.of(file)


def mask(condition: Any) -> NDArray[np.bool_]:
    """A condition of pyarrow as a bool array; null is False."""
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), bool)
