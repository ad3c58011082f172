"""What the user is told when something given cannot be used."""

from __future__ import annotations

from pathlib import Path


class InputError(Exception):
    """Something the user gave cannot be used.

    Every such error reads the same way: where it is, what is wrong, what to do. The texts are
    Chinese because the reader is an Excel user; the command line shows them and ends with exit
    code 2.

    Parameters
    ----------
    problem : str
        What is wrong, one Chinese sentence without a full stop.
    advice : str
        What to do about it, one Chinese sentence without a full stop.
    file : path, optional
        The file it was found in.
    sheet, row, column, value : optional
        Where in the file (row counts from 1 as Excel does; column is a heading or a letter), and
        what stands there.
    """

    def __init__(
        self,
        problem: str,
        advice: str,
        *,
        file: str | Path | None = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        self.problem = problem
        self.advice = advice
        self.file = Path(file) if file is not None else None
        self.sheet = sheet
        self.row = row
        self.column = column
        self.value = value
        super().__init__(problem, advice)  # both, so that it can be pickled

    @property
    def place(self) -> str:
        """Where it is, such as ``保单.csv 第 12 行「承保日期」列``; empty when it has no place."""
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

    def __str__(self) -> str:
        where = f"{self.place}：" if self.place else ""
        what = f"（内容：{self.value}）" if self.value is not None else ""
        return f"{where}{self.problem}{what}。{self.advice}。"
