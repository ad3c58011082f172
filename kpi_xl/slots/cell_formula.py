"""Formulas of cells as small trees: written for Excel, and computed as Excel computes them.

A slot whose cell holds a formula declares its tree once. The builder of a template writes it over
cell references; a fill computes it over the values that it puts into these cells, so that the
cached value cannot say anything else than the formula.

A blank cell is None, an error a NaN or infinite number, a range a list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kpi_xl.kpi import Kpi

NOTHING: Final = "—"
"""The text shown where there is no value."""

_PRECEDENCE: Final = {"=": 1, "<": 1, ">": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}
_OPERAND: Final = 5  # binds tighter than any operation: never needs brackets


class CellError(Exception):
    """An error value, raised up to the formula that handles it."""


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

    def __truediv__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("/", self, formula(other))

    def __lt__(self, other: CellFormula | float) -> CellFormula:
        return _Operation("<", self, formula(other))

    def __gt__(self, other: CellFormula | float) -> CellFormula:
        return _Operation(">", self, formula(other))

    def equals(self, other: CellFormula | str | float) -> CellFormula:
        """Compare as Excel does: case does not matter, a blank cell equals "" and 0."""
        return _Operation("=", self, formula(other))

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
        """The value that Excel computes; NaN for an error.

        Parameters
        ----------
        cells : callable
            Gives the value of each cell, the values of each range, by name.
        """
        try:
            return self.compute(cells)
        except CellError:
            return math.nan

    def write(self, references: Mapping[str, str]) -> tuple[str, int]:
        """Write it without the equals sign, and give the precedence of its outermost operation."""
        raise NotImplementedError

    def compute(self, cells: Callable[[str], Any]) -> Any:
        """The value as in `value`, but an error is raised."""
        raise NotImplementedError


class _OwnNames(dict[str, str]):
    """A writer that uses each cell's name as its reference."""

    def __missing__(self, name: str) -> str:
        return name.lstrip(".") or "实际"


@dataclass(frozen=True, eq=False)
class _Cell(CellFormula):
    name: str

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
        left, right = self.left.compute(cells), self.right.compute(cells)
        if self.operator == "&":
            return _as_text(left) + _as_text(right)
        if self.operator == "=":
            return _same(left, right)
        one, other = _as_number(left), _as_number(right)
        if self.operator == "/":
            if not other:
                raise CellError
            return one / other
        return _ARITHMETIC[self.operator](one, other)


_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
}


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
        return _FUNCTIONS[self.function](*(one.compute(cells) for one in self.arguments))


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
        found = self.kpi(*(_as_number(one.compute(cells)) for one in self.arguments))
        if not math.isfinite(found):
            raise CellError
        return found


def _as_number(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, str) or not math.isfinite(value):
        raise CellError
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return (one or other) in (None, "", 0)
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return isinstance(one, str) == isinstance(other, str) and bool(one == other)


def _cells(values: Iterable[Any]) -> Iterator[Any]:
    """The cells of ranges and single cells."""
    for value in values:
        if isinstance(value, list):
            yield from _cells(value)
        else:
            yield value


def _numbers(values: Iterable[Any]) -> list[Any]:
    """The numbers among values: texts and blanks are skipped, an error is not."""
    found = (cell for cell in _cells(values) if cell is not None and not isinstance(cell, str))
    return [_as_number(cell) for cell in found]


def _counted(cells: Any, criterion: str) -> int:
    """The number of cells with a text; ``?*`` stands for any text."""
    texts = [cell for cell in _cells([cells]) if isinstance(cell, str) and cell]
    return len(texts) if criterion == "?*" else sum(_same(text, criterion) for text in texts)


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "OR": lambda *values: any(values),
    "SUM": lambda *values: sum(_numbers(values)),
    "COUNT": lambda *values: len(_numbers(values)),
    "COUNTIF": _counted,
    "MAX": lambda *values: max(_numbers(values), default=0),
    "MIN": lambda *values: min(_numbers(values), default=0),
    "N": lambda value: value if isinstance(value, int | float) else 0,
}


def formula(value: CellFormula | str | float) -> CellFormula:
    """A formula, or a constant as one."""
    return value if isinstance(value, CellFormula) else _Constant(value)


def cell(name: str) -> CellFormula:
    """A cell or a range, by the name under which it is written and computed."""
    return _Cell(name)


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
    return _Call("OR", conditions)


def total(*values: CellFormula) -> CellFormula:
    """``SUM``."""
    return _Call("SUM", values)


def numbers_in(values: CellFormula) -> CellFormula:
    """``COUNT``: the number of cells with a number."""
    return _Call("COUNT", (values,))


def texts_in(values: CellFormula, text: str = "?*") -> CellFormula:
    """``COUNTIF``: the number of cells with this text, or with any."""
    return _Call("COUNTIF", (values, formula(text)))


def greatest(*values: CellFormula | float) -> CellFormula:
    """``MAX``."""
    return _Call("MAX", tuple(map(formula, values)))


def least(*values: CellFormula | float) -> CellFormula:
    """``MIN``."""
    return _Call("MIN", tuple(map(formula, values)))


def number_in(value: CellFormula) -> CellFormula:
    """``N``: 0 for anything but a number."""
    return _Call("N", (value,))


def of_kpi(kpi: Kpi, *arguments: CellFormula) -> CellFormula:
    """A KPI over cells, in the order of its measures."""
    return _OfKpi(kpi, arguments)
