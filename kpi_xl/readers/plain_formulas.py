"""Decide which formulas can be computed without a spreadsheet: usual functions, plain references.

What is not known to mean the same everywhere is not computed: what changes by itself (TODAY, RAND),
what reaches out of the workbook or is told where only when it is computed (links, DDE, WEBSERVICE,
INDIRECT), names, tables, and ranges where a single value belongs, which Excel cuts to one cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

_ALL: Final = frozenset(range(256))
_NONE: Final[frozenset[int]] = frozenset()
_FIRST: Final = frozenset((0,))
_SECOND: Final = frozenset((1,))
_EVEN: Final = frozenset(range(0, 256, 2))
_FIRST_AND_ODD: Final = frozenset((0, *range(1, 256, 2)))

_OF_CELLS: Final = (
    "IF", "IFERROR", "IFNA", "IFS", "SWITCH", "CHOOSE", "NOT", "TRUE", "FALSE", "ISBLANK",
    "ISNUMBER", "ISTEXT", "ISERROR", "ISNA", "ABS", "ROUND", "ROUNDUP", "ROUNDDOWN", "INT",
    "TRUNC", "MOD", "SIGN", "POWER", "SQRT", "DATE", "YEAR", "MONTH", "DAY", "EDATE", "EOMONTH",
    "DATEDIF", "DAYS", "WEEKDAY", "DATEVALUE", "VALUE", "TEXT", "LEFT", "RIGHT", "MID", "LEN",
    "FIND", "SEARCH", "SUBSTITUTE", "REPLACE", "TRIM", "CLEAN", "UPPER", "LOWER", "PROPER",
    "EXACT", "REPT", "CONCATENATE", "CONCAT", "N", "T", "ROW", "COLUMN",
)  # fmt: skip
_FUNCTIONS: Final[Mapping[str, frozenset[int]]] = {
    **dict.fromkeys(_OF_CELLS, _NONE),
    **dict.fromkeys(("SUM", "AVERAGE", "MIN", "MAX", "COUNT", "COUNTA", "PRODUCT"), _ALL),
    **dict.fromkeys(("AND", "OR", "MEDIAN", "SUMPRODUCT"), _ALL),
    **dict.fromkeys(("INDEX", "LARGE", "SMALL", "COUNTIF", "COUNTBLANK"), _FIRST),
    **dict.fromkeys(("ROWS", "COLUMNS"), _FIRST),
    **dict.fromkeys(("VLOOKUP", "HLOOKUP", "MATCH", "RANK"), _SECOND),
    **dict.fromkeys(("LOOKUP", "XLOOKUP"), frozenset((1, 2))),
    **dict.fromkeys(("SUMIF", "AVERAGEIF"), frozenset((0, 2))),
    **dict.fromkeys(("SUMIFS", "AVERAGEIFS", "MAXIFS", "MINIFS"), _FIRST_AND_ODD),
    **dict.fromkeys(("NETWORKDAYS", "WORKDAY"), frozenset((2,))),
    "COUNTIFS": _EVEN,
}  # fmt: skip
"""The functions, and which of their arguments, from 0, may be ranges."""

_HIDING: Final = ("IFERROR", "IFNA", "ISERROR", "ISNA", "ISNUMBER", "ISTEXT")
_FOUND_OR_NOT: Final = frozenset(
    ("VLOOKUP", "HLOOKUP", "LOOKUP", "XLOOKUP", "INDEX", "MATCH", "FIND", "SEARCH")
)
"""Only their errors may be hidden: elsewhere a spreadsheet reads texts as numbers that others do
not, such as 1,234, and no error is the same everywhere."""

_HIDDEN: Final = frozenset((name, 0) for name in _HIDING)
_JOINING: Final = frozenset(("CONCATENATE", "CONCAT", "REPLACE"))
_MOST_REPEATED: Final = 32_767

_LONGEST: Final = 8192
_DEEPEST: Final = 64
_CELL: Final = r"\$?[A-Z]{1,3}\$?\d{1,7}"
_TOKEN: Final = re.compile(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")'
    r"|(?P<function>(?:_xlfn\.|_xlws\.)*[A-Z][A-Z0-9.]*)\("
    r"|(?P<sheet>'(?:[^'\[\]]|'')+'|[^\W\d][\w.]*)!"
    rf"|(?P<range>{_CELL}:{_CELL}|\$?[A-Z]{{1,3}}:\$?[A-Z]{{1,3}})(?![\w.(!:])"
    rf"|(?P<cell>{_CELL})(?![\w.(!:])"
    r"|(?P<truth>TRUE|FALSE)(?![\w.(!])"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)(?![\w(!])"
    r"|(?P<percent>%)|(?P<sign>[-+](?=\s*[-+\w(.\"$']))|(?P<operator><>|<=|>=|[-+*/^&=<>])"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,))",
    re.IGNORECASE,
)
_AT_MOST_ONE: Final = re.compile(r'"(?:[^"]|"")?"')
_BEGINNING: Final = ("text", "function", "sheet", "range", "cell", "truth", "number", "open")
_LETTERS: Final = re.compile(r"\$?([A-Z]{1,3})(?=\$?\d|:|$)", re.IGNORECASE)
_FORMAT: Final = re.compile(r'"(?!.*(?:mmm|ddd))[0#.,%/年月日 ymd-]+"', re.IGNORECASE)
"""What TEXT may be told: names of days and months, and eras, are another in every country."""


_AS_WRITTEN: Final = {("TEXT", 1): _FORMAT, ("SUBSTITUTE", 2): _AT_MOST_ONE}
"""Arguments that must stand there as texts; what is put for others must not make them longer."""

Columns = tuple[str | None, int, int]
"""The columns that are read: of which sheet, None for the formula's own; first and last one."""


@dataclass(frozen=True)
class Reads:
    """The cells that a formula reads.

    Parameters
    ----------
    columns : tuple of (str or None, int, int)
        The columns, each as often as it is read.
    joins : bool
        Whether it puts texts together; other formulas give none longer than one that they read.
    letters : int
        How many letters it may add.
    """

    columns: tuple[Columns, ...]
    joins: bool
    letters: int


def read_formula(formula: str) -> Reads | None:
    """Find the cells that a formula reads; None for a formula that is not computed.

    Examples
    --------
    >>> read_formula("VLOOKUP(A2,码表!A:B,2,0)").columns
    ((None, 1, 1), ('码表', 1, 2))
    >>> read_formula("TODAY()-B2"), read_formula("LEFT(A2:A9,1)"), read_formula("[1]表!A1")
    (None, None, None)
    """
    if len(formula) > _LONGEST:
        return None
    read, place = _Reading(formula), 0
    while place < len(formula):
        token = _TOKEN.match(formula, place)
        if token is None or token.lastgroup is None:
            return read.whole if not formula[place:].strip() else None
        if not read.takes(token.lastgroup, token[token.lastgroup], token.end()):
            return None
        place = token.end()
    return read.whole


class _Reading:
    """Reads a formula from left to right."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.columns: list[Columns] = []
        self.joins = False
        self.letters = len(formula)
        self.inside: list[tuple[str, int]] = []  # functions, or "" for brackets, and which argument
        self.sheet: str | None = None
        self.before = "open"
        self.operand = False  # whether something stands to the left that has a value

    @property
    def whole(self) -> Reads | None:
        """The cells that were found, if the whole formula was understood."""
        if self.inside or self.sheet is not None or not self.operand:
            return None
        return Reads(tuple(self.columns), self.joins, self.letters)

    def takes(self, kind: str, written: str, end: int) -> bool:
        """Take the next token; False where the formula cannot be computed."""
        if not (self._fits(kind) and self._is_plain(kind, written)):
            return False
        if not self._step(kind, written, end):
            return False
        self.joins |= written == "&"
        self.operand = kind in ("text", "range", "cell", "truth", "number", "close", "percent")
        self.before = self.before if kind == "sheet" else kind
        return True

    def _fits(self, kind: str) -> bool:
        """Whether a token can stand at this place."""
        if kind in _BEGINNING:
            # Two things side by side are the cells that they have in common.
            return not self.operand and (self.sheet is None or kind in ("cell", "range"))
        if kind in ("sign", "comma"):
            return self.sheet is None
        empty = kind == "close" and self.before in ("function", "comma")
        return self.sheet is None and (self.operand or empty)

    def _is_plain(self, kind: str, written: str) -> bool:
        """Whether a part means the same inside this function as elsewhere."""
        if not self.inside or kind in ("comma", "close"):
            return True
        around = self.inside[-1]
        if around in _HIDDEN:
            found = kind == "function" and _function(written) in _FOUND_OR_NOT
            return found or kind in ("cell", "sheet")
        form = _AS_WRITTEN.get(around)
        return form is None or (kind == "text" and form.fullmatch(written) is not None)

    def _step(self, kind: str, written: str, end: int) -> bool:
        if kind in ("function", "open"):
            name = _function(written) if kind == "function" else ""
            self.inside.append((name, 0))
            self.joins |= name in _JOINING
            self.letters += _MOST_REPEATED if name == "REPT" else 0
            return len(self.inside) <= _DEEPEST and (not name or name in _FUNCTIONS)
        if kind in ("close", "comma"):
            if not self.inside:
                return False
            name, argument = self.inside.pop()
            if kind == "comma":
                self.inside.append((name, argument + 1))
            return kind == "close" or bool(name)
        if kind == "sheet":
            quoted = written.startswith("'")
            self.sheet = written[1:-1].replace("''", "'") if quoted else written
        elif kind in ("cell", "range"):
            ends = [_column(one) for one in _LETTERS.findall(written)]
            self.columns.append((self.sheet, min(ends), max(ends)))
            self.sheet = None
            return kind == "cell" or self._may_be_range(end)
        return True

    def _may_be_range(self, end: int) -> bool:
        """Whether a range is an argument that takes one; of SUMPRODUCT, part of an argument."""
        around = [name for name, _ in self.inside if name]
        if around and around[-1] == "SUMPRODUCT":
            return True
        name, argument = self.inside[-1] if self.inside else ("", 0)
        after = self.formula[end:].lstrip()[:1]
        whole = self.before in ("function", "comma") and after in (",", ")")
        return bool(name) and whole and argument in _FUNCTIONS[name]


def _function(written: str) -> str:
    return re.sub(r"^(?:_XLFN\.|_XLWS\.)+", "", written.upper())


def _column(letters: str) -> int:
    """A column's number from its letters."""
    return reduce(lambda found, letter: found * 26 + ord(letter) - 64, letters.upper(), 0)
