"""A workbook as the page in Excel sent it: its cells, and what is to be done to them.

Nothing is done before all is known: writing notes down what to write, and the page does it at once
when the answer comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, model_validator

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook.ooxml.parts import DefinedName
from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, Area, area
from kpi_xl.workbook.ooxml.serials import serial
from udfs.contents import ERRORS
from udfs.excel.book import as_excel_takes_it
from udfs.open_book import Rows, Used

_Cell = str | int | float | bool | None
_Name = Annotated[str, Field(max_length=255)]
_NO_VALUES: Final = frozenset({"", *ERRORS})


class Sheet(BaseModel):
    """The used part of a sheet.

    Parameters
    ----------
    name : str
        The name of the sheet.
    row, column : int
        Where the used part begins, counting from 1.
    values, formulas : rows of cells
        What is shown, dates as serial numbers; and what was typed, in English.
    merged : list of str
        The merged cells, such as ``B2:D2``.
    protection : str
        ``"none"``, ``"open"`` without a password, or ``"password"``.
    """

    name: _Name
    row: int = Field(ge=1, le=LAST_ROW)
    column: int = Field(ge=1, le=LAST_COLUMN)
    values: list[list[_Cell]]
    formulas: list[list[_Cell]]
    merged: list[str] = []
    protection: Literal["none", "open", "password"] = "none"

    @model_validator(mode="after")
    def _fits(self) -> Sheet:
        shapes = [[len(row) for row in rows] for rows in (self.values, self.formulas)]
        if shapes[0] != shapes[1] or not shapes[0] or len(set(shapes[0])) != 1:
            raise ValueError("values and formulas are not of one shape")
        return self


class Name(BaseModel):
    """A defined name.

    Parameters
    ----------
    sheet : str or None
        The sheet it belongs to; None for the workbook.
    refers : str
        What it refers to, such as ``=Sheet1!$B$2``.
    """

    name: _Name
    sheet: _Name | None = None
    refers: Annotated[str, Field(max_length=8192)]


class Selection(BaseModel):
    """The selected cell.

    Parameters
    ----------
    value : cell
        What is in it.
    right : str
        The address of the cell right of it; empty at the edge.
    right_is_empty : bool
        Whether nothing is in that one.
    """

    sheet: _Name
    value: _Cell = None
    right: Annotated[str, Field(max_length=16)] = ""
    right_is_empty: bool = False


class SentWorkbook(BaseModel):
    """A workbook.

    Parameters
    ----------
    sheets, names, selection
        What is in it; a button that needs no cells sends none.
    from_1904 : bool
        Whether its days count from 1904.
    """

    sheets: list[Sheet] = []
    names: list[Name] = []
    selection: Selection | None = None
    from_1904: bool = False


class SentCells:
    """The cells of a workbook that was sent.

    Attributes
    ----------
    areas : list of dict
        What is to be written, in order: sheet, first row and column, and rows of ``formulas``.
    mark : str or None
        What is to stand in the hidden name `MARK`; empty takes it away, None leaves it.
    """

    def __init__(self, workbook: SentWorkbook) -> None:
        self._sheets = {sheet.name: sheet for sheet in workbook.sheets}
        self._names = workbook.names
        self._from_1904 = workbook.from_1904
        self.areas: list[dict[str, Any]] = []
        self.mark: str | None = None

    @property
    def sheets(self) -> list[str]:
        return list(self._sheets)

    def names(self) -> list[DefinedName]:
        return [
            DefinedName(one.name, one.sheet, one.refers.removeprefix("=")) for one in self._names
        ]

    def used(self, sheet: str) -> Used:
        found = self._sheets[sheet]
        # Office.js has an error's name for its value, as if it were a text.
        values = [[None if cell in _NO_VALUES else cell for cell in row] for row in found.values]
        formulas = [[None if cell == "" else cell for cell in row] for row in found.formulas]
        return Used(found.row, found.column, values, formulas)

    def is_merged(self, sheet: str, cells: Area) -> bool:
        return any(area(one) == cells for one in self._sheets[sheet].merged)

    def value(self, value: Any) -> Any:
        """A value as Excel takes it: dates as serial numbers, and text as text."""
        value = as_excel_takes_it(value)
        if isinstance(value, dt.datetime):
            return serial(value, date1904=self._from_1904)
        return "" if value is None else value

    def write(self, sheet: str, cells: Area, rows: Rows) -> None:
        self.areas.append(
            {"sheet": sheet, "row": cells.first_row, "column": cells.first_column, "rows": rows}
        )

    def set_mark(self, mark: str | None) -> None:
        self.mark = mark or ""

    @contextmanager
    def unprotected(self, sheets: Iterable[str]) -> Iterator[None]:
        """The page opens sheets without a password for as long as it writes."""
        for sheet in sheets:
            if self._sheets[sheet].protection == "password":
                raise InputError(kinds.WEB_SHEET_PROTECTED(), sheet=sheet)
        yield
