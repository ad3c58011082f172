"""Tables of weights: the weight of a row by the values in some of its columns.

The first line that fits counts, as in a price list. Weights are exact decimals, at most four digits
behind the point: what they are multiplied with stays whole in parts of its unit, and is never
rounded on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import Column, Table
from kpi_xl.definitions.condition_text import column_named, decimal_of, read_condition, value_of
from kpi_xl.definitions.conditions import Compared, Condition, Together
from kpi_xl.errors import InputError
from kpi_xl.readers.cell import plain
from kpi_xl.readers.date import DateOrder

MOST: Final = 1000
"""Lines: each is looked at for each row."""

WEIGHT: Final = ("系数", "折算系数", "权重", "weight")
"""What the column of the weights is called."""

OTHERWISE: Final = "其他"
"""What stands in a line for all that no other line fits."""

_DIGITS: Final = 4
_LARGEST: Final = 10_000
_ANY: Final = ("", "*", "全部", "不限", "任意")
_SIGNS: Final = ("=", "<", ">", "≤", "≥", "≠", "＝", "＜", "＞", "属于", "不", "包含", "开头")
_BRACKETS: Final = ("{", "｛")


@dataclass(frozen=True)
class Weights:
    """A table of weights of the rows of a raw table.

    Parameters
    ----------
    table : str
        The raw table, by code.
    lines : tuple of (Condition, Decimal)
        From the first: whom it fits, and the weight.
    otherwise : Decimal
        The weight of a row that no line fits.
    """

    table: str
    lines: tuple[tuple[Condition, Decimal], ...]
    otherwise: Decimal

    @property
    def parts(self) -> int:
        """The power of ten that makes every weight an integer."""
        every = (*(weight for _, weight in self.lines), self.otherwise)
        exponents = (weight.normalize().as_tuple().exponent for weight in every)
        return int(10 ** max(0, *(-one for one in exponents if isinstance(one, int)), 0))


def read_weights(
    table: Table, headings: Sequence[str], lines: Sequence[Sequence[str]], order: DateOrder = "ymd"
) -> Weights:
    """Read a table of weights.

    Parameters
    ----------
    table : Table
        The raw table whose rows are weighted.
    headings : sequence of str
        Columns of it, and one of `WEIGHT`.
    lines : sequence of sequence of str
        A value each, or a condition such as ``>=10``, ``10-19``, ``{年金, 终身寿}``; nothing for
        any. The line 其他 has the weight of all that no other line fits.
    order : str
        How dates with the year last are written.

    Raises
    ------
    InputError
        When something in it means nothing; its row is the line, from 1.
    """
    named = [plain(one).strip() for one in headings]
    at = [place for place, one in enumerate(named) if one.casefold() in WEIGHT]
    if len(at) != 1:
        raise InputError(kinds.WEIGHTS_NO_COLUMN(known="、".join(WEIGHT)))
    columns = {
        place: column_named(table, one) for place, one in enumerate(named) if one and place != at[0]
    }
    if not columns:
        raise InputError(kinds.WEIGHTS_BY_NOTHING(table=table.name))
    if len(lines) > MOST:
        raise InputError(kinds.WEIGHTS_TOO_MANY(most=MOST))
    found: list[tuple[Condition, Decimal]] = []
    otherwise = None
    for number, line in enumerate(lines, 1):
        cells = [*map(str.strip, line), *[""] * (len(headings) - len(line))]
        if not any(cells):
            continue
        try:
            weight = _weight(cells[at[0]])
            if plain(cells[min(columns)]) == OTHERWISE:
                otherwise = weight
                continue
            parts = tuple(_parts(columns, cells, table, order))
        except InputError as error:
            raise InputError(error.fault, row=number) from error
        if not parts:
            raise InputError(kinds.WEIGHTS_LINE_OF_ALL(word=OTHERWISE), row=number)
        found.append((parts[0] if len(parts) == 1 else Together("and", parts), weight))
    if otherwise is None:
        raise InputError(kinds.WEIGHTS_NO_OTHERS(word=OTHERWISE))
    return Weights(table.code, tuple(found), otherwise)


def _parts(
    columns: dict[int, Column], cells: Sequence[str], table: Table, order: DateOrder
) -> Iterator[Condition]:
    for place, column in columns.items():
        text = cells[place]
        if plain(text) not in _ANY:
            yield _fits(column, text, table, order)


def _fits(column: Column, text: str, table: Table, order: DateOrder) -> Condition:
    """The condition that a cell of the table of weights puts on a column."""
    if column.kind in ("money", "count", "number"):
        for mark in ("-", "~", "～", "至", "到"):
            first, found, last = text.partition(mark)
            if found and first.strip() and last.strip():
                ends = value_of(first, column, order), value_of(last, column, order)
                return Together(
                    "and", (Compared(column, ">=", ends[0]), Compared(column, "<=", ends[1]))
                )
    if text.startswith(_BRACKETS):
        return read_condition(f"[{column.name}] 属于 {text}", table, order)
    if text.startswith(_SIGNS):
        return read_condition(f"[{column.name}] {text}", table, order)
    return Compared(column, "=", value_of(text, column, order))


def _weight(text: str) -> Decimal:
    found = decimal_of(text)
    if found is None:
        raise InputError(kinds.WEIGHTS_NO_NUMBER(text=text))
    exponent = found.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > _DIGITS or abs(found) > _LARGEST:
        raise InputError(kinds.WEIGHTS_TOO_FINE(text=text, digits=_DIGITS, largest=_LARGEST))
    return found
