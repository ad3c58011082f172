"""Rows of a raw file, as messages and JSON name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_SPANS: Final = 3
"""So many runs of rows are named for people."""


@dataclass(frozen=True)
class RawRows:
    """Rows of one raw file.

    Parameters
    ----------
    table : str
        The raw table, in Chinese.
    file : str
        The file, with the worksheet where it is one of several.
    count : int
        How many rows the file has.
    rows : list of int
        The first of them, in the file, counting from 1: some thousands at most.
    of : str
        What of the project's own they are counted for; empty where all are the number's.
    weight : Decimal or None
        What each of them weighs, where the table of weights says so.
    total : Decimal or None
        What they come to in the measure's unit, where it is a sum.
    """

    table: str
    file: str
    count: int
    rows: list[int]
    of: str = ""
    weight: Decimal | None = None
    total: Decimal | None = None

    @property
    def title(self) -> str:
        """The table, and the measure that the rows are counted for."""
        return f"{self.table}（{self.of}）" if self.of else self.table

    @property
    def place(self) -> str:
        """The rows, their weights and their sum, as a text."""
        weighed = "" if self.weight is None else f"，系数 {self.weight.normalize():f}"
        summed = "" if self.total is None else f"，合计 {_figure(self.total)}"
        return f"{self.some}{weighed}{summed}"

    @property
    def some(self) -> str:
        """The first rows, as a text.

        Examples
        --------
        >>> RawRows("保单", "保单.csv", 4, [2, 3, 4, 9]).some
        '第 2–4、9 行'
        >>> RawRows("保单", "保单.csv", 900, [2, 3, 5, 7, 9]).some
        '第 2–3、5、7 行等'
        """
        spans = list(_runs(self.rows))
        named = "、".join(
            f"{first}" if first == last else f"{first}–{last}" for first, last in spans[:_SPANS]
        )
        is_all = len(spans) <= _SPANS and len(self.rows) == self.count
        return f"第 {named} 行" + ("" if is_all else "等")


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Consecutive rows, as first and last."""
    first = last = None
    for row in rows:
        if first is None or last is None:
            first = last = row
        elif row == last + 1:
            last = row
        elif row != last:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last


def _figure(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount.normalize():,f}"
