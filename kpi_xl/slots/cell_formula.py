"""Formulas of cells as small trees: written for Excel, and computed as Excel computes them.

A slot whose cell holds a formula declares its tree once. The builder of a template writes it over
cell references; a fill computes it over the values that it puts into these cells, so that the
cached value cannot say anything else than the formula.

A blank cell is None, an error a NaN or infinite number, a range a list, one of several rows and
columns a list of rows.

The formula of a slot of many cells stands in each of them: `here` is the cell of another slot in
the same place, `so_far` its cells up to there.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from kpi_xl.kpi import Kpi
from kpi_xl.slots.sheet_functions import FUNCTIONS, OPERATIONS, CellError, as_number, each

NOTHING: Final = "—"
"""The text shown where there is no value."""

_PLACE: Final = "@"
"""What divides the name of a slot from which of its cells are meant."""

_COMPARISONS: Final = ("=", "<>", "<", ">", "<=", ">=")
_PRECEDENCE: Final = {
    **dict.fromkeys(_COMPARISONS, 1), "&": 2, "+": 3, "-": 3, "*": 4, "/": 4,
}  # fmt: skip
_OPERAND: Final = 5  # binds tighter than any operation: never needs brackets


@dataclass(frozen=True, eq=False)
class CellFormula:
    """A formula: a tree whose leaves are cells, ranges and constants."""

    def __add__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("+", self, formula(other))

    def __sub__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("-", self, formula(other))

    def __rsub__(self, other: float) -> CellFormula:
        return _Operation("-", formula(other), self)

    def __mul__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("*", self, formula(other))

    def __rmul__(self, other: float) -> CellFormula:
        return _Operation("*", formula(other), self)

    def __neg__(self) -> CellFormula:
        return _Negative(self)

    def __truediv__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("/", self, formula(other))

    def __lt__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("<", self, formula(other))

    def __gt__(self, other: CellFormula | float) -> CellFormula:
        return _Operation(">", self, formula(other))

    def __le__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("<=", self, formula(other))

    def __ge__(self, other: CellFormula | float) -> CellFormula:
        return _Operation(">=", self, formula(other))

    def equals(self, other: CellFormula | str | float) -> CellFormula:
        """Compare as Excel does: case does not matter, a blank cell equals "" and 0."""
        return _Operation("=", self, formula(other))

    def differs(self, other: CellFormula | str | float) -> CellFormula:
        """``<>``: the opposite of `equals`."""
        return _Operation("<>", self, formula(other))

    def then(self, other: CellFormula | str) -> CellFormula:
        """Join two texts."""
        return _Operation("&", self, formula(other))

    def excel(self, references: Mapping[str, str]) -> str:
        """The native Excel formula.

        Parameters
        ----------
        references : mapping of str to str
            A reference for each cell and range, by name.
        """
        return f"={self.write(references)[0]}"

    @property
    def text(self) -> str:
        """The formula with the names of its cells, for people."""
        return f"={self.write(_OwnNames())[0]}"

    def value(self, cells: Callable[[str], Any]) -> Any:
        """The value that Excel computes; NaN for an error, 0 for a blank cell.

        Parameters
        ----------
        cells : callable
            Gives the value of each cell, the values of each range, by name.
        """
        try:
            found = self.compute(cells)
        except CellError:
            return math.nan
        return 0 if found is None else found

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """The names of its cells and ranges, as they are asked for."""
        found: set[str] = set()
        for one in (getattr(self, field.name) for field in fields(self)):
            for inside in one if isinstance(one, tuple) else (one,):
                if isinstance(inside, CellFormula):
                    found |= inside.names
        return frozenset(found)

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        """Write it without the equals sign, and give the precedence of its outermost operation."""
        raise NotImplementedError

    def compute(self, cells: Callable[[str], Any]) -> Any:
        """The value as in `value`, but an error is raised."""
        raise NotImplementedError


class _OwnNames(dict[str, str]):
    """A writer that uses each cell's name as its reference."""

    def __missing__(self, name: str) -> str:
        return name.partition(_PLACE)[0].lstrip(".") or "实际"


@dataclass(frozen=True, eq=False)
class _Cell(CellFormula):
    name: str

    @functools.cached_property
    def names(self) -> frozenset[str]:
        return frozenset((self.name,))

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        return references[self.name], _OPERAND

    def compute(self, cells: Callable[[str], Any]) -> Any:
        found = cells(self.name)
        if isinstance(found, float) and not math.isfinite(found):
            raise CellError
        return found


@dataclass(frozen=True, eq=False)
class _Constant(CellFormula):
    constant: Any

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        if isinstance(self.constant, str):
            quoted = self.constant.replace('"', '""')
            return f'"{quoted}"', _OPERAND
        return format(Decimal(f"{self.constant:.15g}"), "f"), _OPERAND

    def compute(self, cells: Callable[[str], Any]) -> Any:
        return self.constant


@dataclass(frozen=True, eq=False)
class _Operation(CellFormula):
    operator: str
    left: CellFormula
    right: CellFormula

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        binds = _PRECEDENCE[self.operator]
        (left, left_binds), (right, right_binds) = (
            self.left.write(references),
            self.right.write(references),
        )
        if left_binds < binds:
            left = f"({left})"
        if right_binds < binds or (self.operator in "-/" and right_binds == binds):
            right = f"({right})"
        return f"{left}{self.operator}{right}", binds

    def compute(self, cells: Callable[[str], Any]) -> Any:
        operate = OPERATIONS[self.operator]
        return each(operate, self.left.compute(cells), self.right.compute(cells))


@dataclass(frozen=True, eq=False)
class _InBrackets(CellFormula):
    inside: CellFormula

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        return f"({self.inside.write(references)[0]})", _OPERAND

    def compute(self, cells: Callable[[str], Any]) -> Any:
        return self.inside.compute(cells)


@dataclass(frozen=True, eq=False)
class _Negative(CellFormula):
    negated: CellFormula

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        written, binds = self.negated.write(references)
        return f"-{written}" if binds == _OPERAND else f"-({written})", _OPERAND

    def compute(self, cells: Callable[[str], Any]) -> Any:
        return 0.0 - as_number(self.negated.compute(cells))  # of 0 no -0.0


@dataclass(frozen=True, eq=False)
class _Call(CellFormula):
    """A worksheet function."""

    function: str
    arguments: tuple[CellFormula, ...]

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        written = ",".join(argument.write(references)[0] for argument in self.arguments)
        return f"{self.function}({written})", _OPERAND

    def compute(self, cells: Callable[[str], Any]) -> Any:
        if self.function == "IF":
            condition, yes, no = self.arguments
            return (yes if condition.compute(cells) else no).compute(cells)
        if self.function == "IFERROR":
            try:
                return self.arguments[0].compute(cells)
            except CellError:
                return self.arguments[1].compute(cells)
        return FUNCTIONS[self.function](*(one.compute(cells) for one in self.arguments))


@dataclass(frozen=True, eq=False)
class _OfKpi(CellFormula):
    """A KPI's own formula, such as 达成率, over cells."""

    kpi: Kpi
    arguments: tuple[CellFormula, ...]

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        # No operand binds tighter than a division, and nothing more is put around it.
        written = [argument.write(references)[0] for argument in self.arguments]
        return self.kpi.excel(written)[1:], _PRECEDENCE["/"]

    def compute(self, cells: Callable[[str], Any]) -> Any:
        found = self.kpi(*(as_number(one.compute(cells)) for one in self.arguments))
        if not math.isfinite(found):
            raise CellError
        return found


@dataclass(frozen=True, eq=False)
class _Measured(_Cell):
    """A KPI of a month: its own formula over cells with its measures.

    Written over references by the measures' codes, or as one to a cell that has the KPI, by its
    code. Its value is what the same formula gives of the cube's whole numbers.
    """

    kpi: Kpi

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        return self.kpi.excel(references)[1:], _PRECEDENCE["+"]


def formula(value: CellFormula | str | float) -> CellFormula:
    """A formula, or a constant as one."""
    return value if isinstance(value, CellFormula) else _Constant(value)


def cell(name: str) -> CellFormula:
    """A cell or a range, by the name under which it is written and computed."""
    return _Cell(name)


def here(name: str) -> CellFormula:
    """The cell of a slot in the same place as the formula's own; of several columns the row."""
    return _Cell(f"{name}{_PLACE}")


def so_far(name: str) -> CellFormula:
    """The cells of a slot from its first to the one in the same place."""
    return _Cell(f"{name}{_PLACE}:")


def before(name: str) -> CellFormula:
    """The cells of a slot from its first to the one before the same place."""
    return _Cell(f"{name}{_PLACE}:-")


def item(name: str, place: int) -> CellFormula:
    """One cell of a slot, from 0; -1 is the last."""
    return _Cell(f"{name}{_PLACE}{place}")


def first(name: str, count: int) -> CellFormula:
    """The first cells of a slot."""
    return _Cell(f"{name}{_PLACE}:{count}")


def in_brackets(value: CellFormula) -> CellFormula:
    """The same in brackets, for who reads it: a difference that is joined to a text."""
    return _InBrackets(value)


def word(text: str) -> CellFormula:
    """A text with words of the slot's own name in it: ``<框>1``."""
    return _Cell(f'"{text}"')


def meant(name: str, place: int, value: Callable[[str], Any]) -> Any:
    """The value of what a formula calls by a name.

    Parameters
    ----------
    name : str
        As `cell`, `here` and the like call it.
    place : int
        The place of the formula's own cell among those of its slot.
    value : callable
        Gives the value of each slot.
    """
    slot, which = _asked(name)
    found = value(slot)
    if which is None:
        return found
    cells = found if isinstance(found, list) else [found]
    if isinstance(which, int):
        return cells[which] if which < len(cells) else None
    if not which:
        return cells[place] if place < len(cells) else None
    if which == ":":
        return cells[: place + 1]
    return cells[:place] if which == ":-" else cells[: int(which[1:])]


@functools.cache
def _asked(name: str) -> tuple[str, str | int | None]:
    """The slot that a name means, and which of its cells; None for the whole."""
    slot, mark, which = name.partition(_PLACE)
    if not mark:
        return slot, None
    return slot, int(which) if which.lstrip("-").isdigit() else which


def when(
    condition: CellFormula, yes: CellFormula | str | float, no: CellFormula | str | float
) -> CellFormula:
    """``IF``."""
    return _Call("IF", (condition, formula(yes), formula(no)))


def unless_error(value: CellFormula, instead: CellFormula | str | float = NOTHING) -> CellFormula:
    """``IFERROR``: by default — replaces an error."""
    return _Call("IFERROR", (value, formula(instead)))


def any_of(*conditions: CellFormula) -> CellFormula:
    """``OR``."""
    return call("OR", *conditions)


def all_of(*conditions: CellFormula) -> CellFormula:
    """``AND``."""
    return call("AND", *conditions)


def total(*values: CellFormula) -> CellFormula:
    """``SUM``."""
    return call("SUM", *values)


def numbers_in(*values: CellFormula) -> CellFormula:
    """``COUNT``: the number of cells with a number."""
    return call("COUNT", *values)


def texts_in(values: CellFormula, text: CellFormula | str = "?*") -> CellFormula:
    """``COUNTIF``: the number of cells with this text, or with any."""
    return call("COUNTIF", values, text)


def greatest(*values: CellFormula | float) -> CellFormula:
    """``MAX``."""
    return call("MAX", *values)


def least(*values: CellFormula | float) -> CellFormula:
    """``MIN``."""
    return call("MIN", *values)


def number_in(value: CellFormula) -> CellFormula:
    """``N``: 0 for anything but a number."""
    return call("N", value)


def call(function: str, *arguments: CellFormula | str | float) -> CellFormula:
    """Another worksheet function of those that are computed here.

    Raises
    ------
    KeyError
        It is none of them.
    """
    FUNCTIONS[function]
    return _Call(function, tuple(map(formula, arguments)))


def of_kpi(kpi: Kpi, *arguments: CellFormula) -> CellFormula:
    """A KPI over cells, in the order of its measures."""
    return _OfKpi(kpi, arguments)


def measured(kpi: Kpi, name: str) -> CellFormula:
    """A KPI of a month.

    Parameters
    ----------
    kpi : Kpi
        Its formula is written over references by the codes of its measures, or as the one by its
        own code.
    name : str
        What its value, computed from the cube, is called.
    """
    return _Measured(name, kpi)
