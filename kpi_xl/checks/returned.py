"""Facts for the raw tables from returned workbooks, each with the cell that it comes from.

`kpi_xl.slots.typed` finds them; `returned_targets` and `returned_days` beside this file hold them
against the raw files and put them into the tables beside the files' rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import pyarrow as pa

from kpi_xl.catalogue.schema import ACTIVITIES, COUNTS, Table
from kpi_xl.checks.checked import CheckedTable, Part, ReturnedSheet
from kpi_xl.fault import Fault
from kpi_xl.raw_files.problem import Problem

RECEIVED: Final = {"advance_pieces": "预收件数", "advance_premium": "预收保费"}
"""What is received ahead of a policy, by its code in 计数."""

_TYPES: Final = {
    "id": pa.string(), "text": pa.string(), "choice": pa.string(), "date": pa.date32(),
    "money": pa.int64(), "count": pa.int64(), "number": pa.float64(), "month": pa.int32(),
}  # fmt: skip

_NUMBER: Final = re.compile(r"\d+")


class Where(NamedTuple):
    """The cell that a value was read from.

    Attributes
    ----------
    file, sheet, cell : str
        The returned workbook, below the folder it was collected from, and the cell.
    value : str
        The value in the cell, as a text.
    """

    file: str
    sheet: str
    cell: str
    value: str

    @property
    def row(self) -> int:
        """The row, counted from 1."""
        found = _NUMBER.search(self.cell)
        return int(found[0]) if found else 0


class TargetFact(NamedTuple):
    """A target; `level` is empty where only the unit's path is known.

    One `is_decided` in a round counts whatever the raw files say.
    """

    month: int
    level: str
    unit: str
    kpi: str
    target: float
    where: Where
    is_decided: bool = False


class DayFact(NamedTuple):
    """How much of something a person did on a day. Received amounts are in hundredths."""

    agent: str
    day: dt.date
    item: str
    quantity: int
    outlet: str | None
    where: Where


class WeekFact(NamedTuple):
    """How much of something a person did in the days of a week; see `DayFact`."""

    agent: str
    days: tuple[dt.date, ...]
    item: str
    quantity: int
    where: Where


class Control(NamedTuple):
    """The sum of a unit's day as its manager noted it; see `DayFact`."""

    level: str
    unit: str
    day: dt.date
    item: str
    quantity: int
    where: Where


@dataclass
class Account:
    """How many cells of a worksheet were read for a table; see `ReturnedSheet`."""

    read: int = 0
    same: int = 0
    aside: int = 0


@dataclass
class Returned:
    """The facts of the returned workbooks, and the messages about them.

    Parameters
    ----------
    targets, days, weeks, controls : list
        The facts, each once.
    problems : list of Problem
        What is to be told.
    accounts : dict
        What became of the cells, by table, workbook and worksheet.
    """

    targets: list[TargetFact] = field(default_factory=list)
    days: list[DayFact] = field(default_factory=list)
    weeks: list[WeekFact] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    accounts: dict[tuple[str, str, str], Account] = field(default_factory=dict)

    def account(self, table: Table, where: Where) -> Account:
        """The account of the worksheet that a cell is on."""
        return self.accounts.setdefault((table.name, where.file, where.sheet), Account())

    @property
    def sheets(self) -> list[ReturnedSheet]:
        """How many cells of each worksheet were used, and how many not."""
        return [
            ReturnedSheet(table, file, sheet, one.read, one.same, one.aside)
            for (table, file, sheet), one in sorted(self.accounts.items())
        ]

    def same(self, table: Table, places: Iterable[Where]) -> None:
        """Note cells whose value is known already."""
        for where in places:
            self.account(table, where).same += 1

    def say(self, about: str, where: Where, fault: Fault) -> None:
        """Note a message about a cell that is for a table, or a form, of this name."""
        self.problems.append(
            Problem(
                about, shown(where.file), where.sheet, where.row or None, where.cell, where.value,
                fault,
            )
        )  # fmt: skip

    def tell(self, table: Table, where: Where, fault: Fault, places: Iterable[Where] = ()) -> None:
        """Note a message about a cell; a cell that is not used is counted as such.

        Parameters
        ----------
        table : Table
            The raw table that the facts are for.
        where : Where
            The cell that it is told of.
        fault : Fault
            What is to be told.
        places : iterable of Where
            All the cells it is about; by default that one.
        """
        self.say(table.name, where, fault)
        if fault.set_aside:
            for one in places or (where,):
                self.account(table, one).aside += 1


_RETURNED: Final = "回收的 "


def shown(file: str) -> str:
    """The name of a returned workbook among the raw files."""
    return f"{_RETURNED}{file}"


def is_returned(file: str) -> bool:
    """Whether a raw table's row comes from a returned workbook or a round, not from a raw file."""
    return file.startswith(_RETURNED)


def file_and_sheet(file: str) -> tuple[str, str]:
    """The returned workbook and its worksheet, as `add_rows` names them together."""
    name, _, sheet = file.removeprefix(_RETURNED).rpartition("「")
    return name, sheet.removesuffix("」")


def table_of(item: str) -> Table:
    """The raw table for an activity, or for received amounts."""
    return COUNTS if item in RECEIVED else ACTIVITIES


def add_rows(
    tables: dict[str, CheckedTable],
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    places: Sequence[Where],
) -> None:
    """Append rows to a table, as one part.

    Parameters
    ----------
    tables : dict of str to CheckedTable
        The tables by code.
    rows : sequence of tuple
        The rows, a value for each column.
    places : sequence of Where
        Where each was read.
    """
    if not rows:
        return
    columns: dict[str, Any] = {
        column.code: pa.array([row[place] for row in rows], _TYPES[column.kind])
        for place, column in enumerate(table.columns)
    }
    files = [f"{shown(where.file)}「{where.sheet}」" for where in places]
    columns["source_file"] = pa.array(files, pa.string()).dictionary_encode()
    columns["source_row"] = pa.array([where.row for where in places], pa.int64())
    data = pa.table(columns)
    before = tables.get(table.code)
    if before is None:
        tables[table.code] = CheckedTable(table, data, (), (Part(data),))
        return
    data = data.select(before.data.column_names)
    together = pa.concat_tables([before.data, data]).unify_dictionaries()
    tables[table.code] = CheckedTable(table, together, before.files, (*before.parts, Part(data)))


def line_of(data: pa.Table, row: int) -> str:
    """The file and row that a row of a table was read from."""
    return f"{data['source_file'][row].as_py()} 第 {data['source_row'][row].as_py()} 行"
