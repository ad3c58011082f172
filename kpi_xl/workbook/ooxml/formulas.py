"""The cell references inside a formula, found without understanding the rest of it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from kpi_xl.workbook.ooxml.references import LAST_COLUMN, LAST_ROW, column_letters, column_number

_SHEET: Final = r"[^\s'\"!(),;:+\-*/^&=<>{}\[\]#@%]+"
# A name begins where no letter of it stands before, so that a long word is looked at once.
_PREFIX: Final = (
    rf"(?:(?<!')'(?:[^']|'')+'|(?<!{_SHEET[:-1]})(?:\[[^\[\]]*\])?{_SHEET}(?::{_SHEET})?)!"
)
_TOKEN: Final = re.compile(
    r'"(?:[^"]|"")*"'  # text
    # References, behind the sheet's name or another workbook's; no parts of longer names, and no
    # functions such as LOG10.
    rf"|(?P<prefix>{_PREFIX})?(?<![\w.\\])"
    r"(?:(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?::(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6}))?"
    r"|(\$?)([1-9]\d{0,6}):(\$?)([1-9]\d{0,6})"
    r"|(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3}))(?![\w.(!\[\\])"
    # The columns of a table.
    r"|(?<!')\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]"
)


class End(NamedTuple):
    """A corner of a reference.

    Attributes
    ----------
    column_fixed, column : bool, int
        Whether the column has a ``$``; its number, 0 in a reference to whole rows.
    row_fixed, row : bool, int
        Whether the row has a ``$``; its number, 0 in a reference to whole columns.
    """

    column_fixed: bool
    column: int
    row_fixed: bool
    row: int

    @property
    def text(self) -> str:
        """The corner as in a formula."""
        column = f"{'$' * self.column_fixed}{column_letters(self.column)}" if self.column else ""
        return f"{column}{'$' * self.row_fixed}{self.row}" if self.row else column


class Reference(NamedTuple):
    """A reference: its sheet as written, with the ``!``; its corners, one for a single cell."""

    prefix: str
    ends: tuple[End, ...]

    @property
    def text(self) -> str:
        """The reference as in a formula."""
        return self.prefix + ":".join(end.text for end in self.ends)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The sheet it names, folded; none, or the first and last of several."""
        name = self.prefix[:-1]
        if name.startswith("'"):
            name = name[1:-1].replace("''", "'")
        if "[" in name:
            return (name,)  # of another workbook: no sheet's name has brackets
        return tuple(name.casefold().split(":")) if name else ()


Token: TypeAlias = str | Reference


@lru_cache(maxsize=1 << 12)
def tokens(formula: str) -> tuple[Token, ...]:
    """Split a formula into references and the text between them.

    Examples
    --------
    >>> [token.text for token in tokens("SUM(甲!A$5:B9)+LOG10(C3)") if not isinstance(token, str)]
    ['甲!A$5:B9', 'C3']
    """
    found: list[Token] = []
    position = 0
    for match in _TOKEN.finditer(formula):
        reference = _reference(match)
        if reference is not None:
            found += formula[position : match.start()], reference
            position = match.end()
    found.append(formula[position:])
    return tuple(token for token in found if token)


def joined(found: tuple[Token, ...], formula: str) -> str:
    """Join tokens to a formula.

    Parameters
    ----------
    formula : str
        The formula that they were made of, which stays as it is written where none changed.
    """
    if found == tokens(formula):
        return formula
    return "".join(token if isinstance(token, str) else token.text for token in found)


def moved(formula: str, rows: int, columns: int = 0) -> str:
    """A formula copied to another cell: parts without ``$`` move along.

    Examples
    --------
    >>> moved("A1*$A1+A$1+SUM(B:B)", 2, 1)
    'B3*$A3+B$1+SUM(C:C)'
    """
    return joined(
        tuple(
            token
            if isinstance(token, str)
            else token._replace(ends=tuple(_moved(end, rows, columns) for end in token.ends))
            for token in tokens(formula)
        ),
        formula,
    )


def _moved(end: End, rows: int, columns: int) -> End:
    column, row = end.column, end.row
    # A spreadsheet goes on at the other edge.
    if column and not end.column_fixed:
        column = (column + columns - 1) % LAST_COLUMN + 1
    if row and not end.row_fixed:
        row = (row + rows - 1) % LAST_ROW + 1
    return end._replace(column=column, row=row)


def _reference(match: re.Match[str]) -> Reference | None:
    """The reference of a match; None for a text, a table's column or a name."""
    (
        prefix, column_dollar, column, row_dollar, row,
        last_column_dollar, last_column, last_row_dollar, last_row,
        top_dollar, top, bottom_dollar, bottom, left_dollar, left, right_dollar, right,
    ) = match.groups()  # fmt: skip
    if column:
        ends = [End(bool(column_dollar), column_number(column), bool(row_dollar), int(row))]
        if last_column:
            number = column_number(last_column)
            ends.append(End(bool(last_column_dollar), number, bool(last_row_dollar), int(last_row)))
    elif top:
        ends = [
            End(False, 0, bool(top_dollar), int(top)),
            End(False, 0, bool(bottom_dollar), int(bottom)),
        ]
    elif left:
        ends = [
            End(bool(left_dollar), column_number(left), False, 0),
            End(bool(right_dollar), column_number(right), False, 0),
        ]
    else:
        return None
    if any(end.column > LAST_COLUMN or end.row > LAST_ROW for end in ends):
        return None
    return Reference(prefix or "", tuple(ends))
