"""Errors caused by input: the message is for the user, never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpi_xl.fault import Fault


class InputError(Exception):
    """Something the user gave cannot be used.

    Every such error reads the same way: where it is, what is wrong, what to do. The texts are
    Chinese because the reader is an Excel user; the command line shows them and ends with exit
    code 2.

    Parameters
    ----------
    fault : Fault
        What is wrong; its kind, in `kpi_xl.kinds`, has the sentences.
    file : path, optional
        The file it was found in.
    sheet, row, column, value : optional
        Where in the file (row counts from 1 as Excel does; column is a heading or a letter), and
        what stands there.
    slot : (str, str), optional
        In a workbook, the name it is about and the cells it has.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        file: str | Path | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        slot: tuple[str, str] | None = None,
    ) -> None:
        self.fault = fault
        self.file = Path(file) if file is not None else None
        self.sheet = sheet
        self.row = row
        self.column = column
        self.value = value
        self.slot = slot
        super().__init__(fault)  # so that it can be pickled

    @property
    def kind(self) -> str:
        """The code of its kind."""
        return self.fault.kind.code

    @property
    def problem(self) -> str:
        """The problem, as one Chinese sentence without a full stop."""
        name = f"名称「{self.slot[0]}」（{self.slot[1]}）" if self.slot is not None else ""
        return name + self.fault.reason

    @property
    def advice(self) -> str:
        """The advice, as one Chinese sentence without a full stop."""
        return self.fault.advice

    @property
    def place(self) -> str:
        """The place, such as ``保单.csv 第 12 行「承保日期」列``; empty without one."""
        parts = []
        if self.file is not None:
            parts.append(self.file.name)
        if self.sheet is not None:
            parts.append(f"工作表「{self.sheet}」")
        if self.row is not None:
            parts.append(f"第 {self.row} 行")
        if self.column is not None:
            parts.append(f"「{self.column}」列")
        return " ".join(parts)

    @property
    def told(self) -> str:
        """The place, the problem, and the value."""
        where = f"{self.place}：" if self.place else ""
        what = f"（内容：{self.value}）" if self.value is not None else ""
        return f"{where}{self.problem}{what}"

    def __str__(self) -> str:
        return f"{self.told}。{self.advice}。"

    def without_file(self) -> InputError:
        """The error without its file, for messages that have named it already."""
        return InputError(
            self.fault,
            sheet=self.sheet,
            row=self.row,
            column=self.column,
            value=self.value,
            slot=self.slot,
        )

    def record(self) -> dict[str, Any]:
        """The error as plain values, for JSON."""
        return {
            "kind": self.kind,
            "message": str(self),
            "problem": self.problem,
            "advice": self.advice,
            "about": dict(self.fault.about),
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "slot": None if self.slot is None else self.slot[0],
            "value": self.value,
        }
