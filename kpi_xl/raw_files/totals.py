"""Rows of totals among the records: they are left out, and used to check the sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl.catalogue.schema import Table
from kpi_xl.readers.cell import NOTHING
from kpi_xl.readers.number import read_money

_LABEL: Final = (
    r"^(?i)([\s本全总各上以]*[页月年周日季部组计]?[\s]*)?"
    r"(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计|汇\s*总|total|subtotal|grand total|sum)"
)
_LABELLED: Final = (
    r"^(?i).*(合\s*计|总\s*计|小\s*计|汇\s*总)\s*[:：]?\s*$"
    r"|^\s*(其\s*中|total|subtotal)\s*[:：]?.*$"
    r"|^\s*(全\s*部|全\s*体|合\s*共|总\s*共|共)\s*[:：]?\s*$"
)
_ALL_NAMES: Final = re.compile(f"{_LABEL}|{_LABELLED}".replace("(?i)", ""), re.IGNORECASE)
_REMARKED: Final = (
    r"^\s*[本全按]?(页|[月周日年季](度)?|个人|部门|营业[部组])?"
    r"(合\s*计|总\s*计|小\s*计|汇\s*总|累\s*计)(行|数)?\s*$"
)
"""What a remark says of a total, and of nothing else."""

_OF_ALL: Final = re.compile(_LABEL.replace("(?i)", ""), re.IGNORECASE)
_NAMED: Final = ("agent", "policy", "name", "outlet", "unit", "product")
"""The columns in which the name of a total may stand."""

AMOUNTS: Final = ("money", "count")
_FEWEST: Final = 3
"""A row is proven to be the sum of the rows above it only where these are so many."""


@dataclass(frozen=True)
class Total:
    """A row of totals.

    Parameters
    ----------
    row : int
        The number of the row in the file.
    label : str
        What it is called.
    amounts : mapping of str to str
        What stands in the columns of amounts, by code.
    """

    row: int
    label: str
    amounts: Mapping[str, str]


def are_totals(
    table: Table, first: Any, cells: Mapping[str, Any], others: Sequence[Any] = ()
) -> NDArray[np.bool_]:
    """Whether each row is a row of totals.

    Parameters
    ----------
    table : Table
        What the rows are of.
    first : pyarrow string array
        The first cell of each row that holds anything.
    cells : mapping of str to pyarrow string array
        The cells by column code.
    others : sequence of pyarrow string arrays
        The columns that are not used: a remark may be all that names a total.
    """
    size = len(first)
    total = _mask(pc.match_substring_regex(first, _LABEL))
    for place in np.flatnonzero(total).tolist():
        total[place] = _lacks(table, cells, place)
    for column in [first, *(cells[code] for code in _NAMED if code in cells)]:
        total |= _mask(pc.match_substring_regex(column, _LABELLED))
    for column in others:
        total |= _mask(pc.match_substring_regex(column, _REMARKED))
    last = size - 1
    if size > _FEWEST and not total.any() and _lacks(table, cells, last):
        total[last] = bool(_equal_to_sum(table, cells))
    return total


def is_named_total(cells: Iterable[str]) -> bool:
    """Whether the first cell of a line that holds anything is what a total is called.

    Examples
    --------
    >>> is_named_total(["", "合计", "12,000.00"]), is_named_total(["甲", "合计"])
    (True, False)
    """
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _ALL_NAMES.match(first) is not None


def _lacks(table: Table, cells: Mapping[str, Any], place: int) -> bool:
    """Whether a row lacks a cell that every record has."""
    required = (column.code for column in table.columns if column.required)
    return any(
        (text := cells[code][place].as_py()) is None or text in NOTHING
        for code in required
        if code in cells
    )


def _equal_to_sum(table: Table, cells: Mapping[str, Any]) -> int:
    """The number of amount columns in which the last row is the sum of all others; 0 if one
    differs.
    """
    size = max((len(column) for column in cells.values()), default=0)
    equal = 0
    for column in table.columns:
        if column.kind not in AMOUNTS or column.code not in cells or column.code == "quantity":
            continue
        texts = cells[column.code].to_pylist() if size <= 100_000 else []
        numbers = [_number(text) for text in texts]
        if not numbers or any(n is None for n in numbers):
            return 0
        known = [n or 0 for n in numbers]
        if sum(map(bool, known[:-1])) < _FEWEST or known[-1] == 0:
            continue
        if known[-1] != sum(known[:-1]):
            return 0
        equal += 1
    return equal


def compared(
    totals: list[Total],
    rows: NDArray[np.int64],
    values: Mapping[str, Any],
    used: NDArray[np.bool_],
    scales: Mapping[str, int],
) -> Iterator[tuple[Total, str, int, int]]:
    """Totals that are neither the sum of all rows above nor of those since the last total.

    Parameters
    ----------
    totals : list of Total
        The rows of totals, in their order.
    rows : int array
        The numbers of the records.
    values : mapping of str to pyarrow array
        Their amounts by column code.
    used : bool array
        Which of them are used.
    scales : mapping of str to int
        The unit of the amounts by column code, where that is not 元.

    Yields
    ------
    (Total, str, int, int)
        The total, the column's code, what the file says and what was read.
    """
    sums = {
        code: np.concatenate([[0], np.cumsum(np.where(used, _numbers(column), 0))])
        for code, column in values.items()
    }
    ends = np.searchsorted(rows, [total.row for total in totals])
    begins = {0}
    for total, end in zip(totals, ends.tolist(), strict=True):
        if not _OF_ALL.match(" ".join(total.label.split())):
            continue  # of one person or unit, or of some of the rows
        for code, text in total.amounts.items():
            own = _number(text, scales.get(code, 1)) if code in sums else None
            if own is None:
                continue
            read = [int(sums[code][end] - sums[code][begin]) for begin in begins]
            below = int(sums[code][-1] - sums[code][end])
            least = max(begins)
            if not end:  # a total above what it is the total of
                read = [below]
            if all(abs(own - one) > 1 for one in read):
                shown = int(sums[code][end] - sums[code][least if "小" in total.label else 0])
                shown = shown if end else below
                yield total, code, own, shown
        begins.add(end)


def _numbers(column: Any) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(column, 0).to_numpy(zero_copy_only=False), np.int64)


def _number(text: str | None, scale: int = 1) -> int | None:
    """A number in hundredths; None for any other text."""
    if text is None:
        return 0
    found = read_money(text, scale)
    return found if isinstance(found, int) else None


def _called(place: int, first: Any, cells: Mapping[str, Any]) -> str:
    """The words that mark a row of totals."""
    columns = [first, *(cells[code] for code in _NAMED if code in cells)]
    texts: list[str] = [column[place].as_py() or "" for column in columns]
    said = re.compile(_LABELLED.replace("(?i)", ""), re.IGNORECASE)
    return next((text for text in texts if said.match(text)), texts[0])


def _mask(condition: Any) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), bool)


def found(table: Table, rows: Any, first: Any, cells: Mapping[str, Any], total: Any) -> list[Total]:
    """The rows of totals with their values."""
    places = np.flatnonzero(total).tolist()
    amounts = [c.code for c in table.columns if c.kind in AMOUNTS and c.code in cells]
    return [
        Total(
            rows[place].as_py(),
            _called(place, first, cells),
            {code: text for code in amounts if (text := cells[code][place].as_py())},
        )
        for place in places
    ]
