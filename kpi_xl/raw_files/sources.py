"""The sources of raw tables, and files that are not read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kpi_xl.fault import Fault, Faulty
from kpi_xl.raw_files.formats import Format


@dataclass(frozen=True)
class Source:
    """A worksheet, or a file without any, that holds a raw table.

    Parameters
    ----------
    code : str
        The code of the raw table.
    name : str
        Its path below the data folder.
    sheet : str or None
        The name of the worksheet; None for a file without any.
    format : str
        What the file is.
    several : bool
        Whether the file holds other tables or worksheets that are read, too.
    """

    code: str
    file: Path
    name: str
    sheet: str | None
    format: Format
    several: bool = False

    @property
    def label(self) -> str:
        """The name of the file, with the worksheet where the file has several."""
        return f"{self.name}「{self.sheet}」" if self.several and self.sheet else self.name


@dataclass(frozen=True)
class LeftOut(Faulty):
    """A file or worksheet that is not read.

    Parameters
    ----------
    name : str
        Its path below the data folder.
    sheet : str or None
        The worksheet; None where the whole file is meant.
    fault : Fault
        Why, and what to do where it should be read.
    matters : bool
        Whether it may hold numbers that are missing now; a page of notes does not.
    """

    file: Path
    name: str
    sheet: str | None
    fault: Fault
    matters: bool = True
