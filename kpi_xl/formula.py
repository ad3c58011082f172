"""Formulas as small trees: computed on numbers and arrays, and written in a language.

A formula is built by ordinary Python arithmetic on its leaves: measures, settings and constants.
Nothing about insurance, or about any trade, is in this file.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from kpi_xl.aggregation import Aggregation, Source
from kpi_xl.error_values import DIV0

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from kpi_xl.formula_writers import Writer

Unit = Literal["人", "件", "元", "%", "个", "次", "倍", "笔", "小时", "天"]

_COMPARED: Final = 0  # binds less tightly than any operation: in one it needs brackets
OPERAND: Final = 3
"""Binds tighter than any operation: never needs brackets."""

PRECEDENCE: Final = {"+": 1, "-": 1, "*": 2, "/": 2}
"""How tightly the operations bind."""

Fraction = tuple[Any, Any]
"""Numerator and denominator: whole numbers stay whole until the one division at the end."""


@dataclass(frozen=True)
class Lag:
    """How much earlier: one period is the month before, or the quarter before.

    Parameters
    ----------
    periods, years : int
        How many periods and how many years; both are added.
    is_whole : bool
        Whether the whole month before is meant, also where that which is asked for is not over.
    """

    periods: int = 0
    years: int = 0
    is_whole: bool = False

    def __add__(self, other: Lag) -> Lag:
        return Lag(self.periods + other.periods, self.years + other.years)

    @property
    def code(self) -> str:
        """The lag in a measure's code: 2 periods and 1 year are ``b2y1``."""
        return f"b{self.periods}y{self.years}{'w' if self.is_whole else ''}"

    @property
    def text(self) -> str:
        """The lag before a measure's name: 上月的."""
        years = {0: "", 1: "去年同期的"}.get(self.years, f"{self.years}年前同期的")
        last = "上月整月的" if self.is_whole else "上月的"
        periods = {0: "", 1: last}.get(self.periods, f"前{self.periods}个月的")
        return f"{years}{periods}"


class Formula:
    """A formula: a tree whose leaves are measures, settings and constants."""

    def __add__(self, other: Formula | float) -> Formula:
        return Operation("+", self, _formula(other))

    def __sub__(self, other: Formula | float) -> Formula:
        return Operation("-", self, _formula(other))

    def __rsub__(self, other: float) -> Formula:
        return Operation("-", _formula(other), self)

    def __mul__(self, other: Formula | float) -> Formula:
        return Operation("*", self, _formula(other))

    def __truediv__(self, other: Formula | float) -> Formula:
        return Operation("/", self, _formula(other))

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        """The value as numerator and denominator, before the last division.

        Parameters
        ----------
        given : mapping of str to numbers, arrays or fractions
            A value for every measure, by code.
        """
        raise NotImplementedError

    def write(self, writer: Writer) -> tuple[str, int]:
        """Write it, and give the precedence of its outermost operation."""
        raise NotImplementedError

    def constant(self, writer: Writer) -> float | None:
        """Its value if it is a plain number in this writer's language, else None."""
        return None

    @property
    def inside(self) -> tuple[Formula, ...]:
        """The formulas that it is made of; empty for a leaf."""
        return ()

    def over(self, _inside: tuple[Formula, ...]) -> Formula:
        """The same operation over other formulas; a leaf stays the same."""
        return self

    def measures(self) -> Iterator[Measure]:
        """The measures it is made of, with repetitions."""
        for one in self.inside:
            yield from one.measures()

    @functools.cached_property
    def size(self) -> int:
        """The number of steps to compute it."""
        return 1 + sum(one.size for one in self.inside)


@dataclass(frozen=True, eq=False)
class Measure(Formula):
    """A named quantity that is counted or summed, never itself a ratio.

    Parameters
    ----------
    code : str
        Its name in code, also its parameter name in a KPI's function.
    name : str
        Its Chinese name, as in the formula for people.
    unit : str
        人, 件, 元 …; a sum of money is held in whole 分 and shown in 元.
    meaning : str
        What exactly is counted, in Chinese.
    source : Aggregation, Total, OfRows or None
        Where it comes from; None where only whoever calls a KPI by counts knows it.
    parts : int
        In how many parts of its unit it is held, where that is not 分 or the unit itself: weights
        have decimals.
    """

    code: str
    name: str
    unit: Unit
    meaning: str
    source: Source
    parts: int = 0

    @property
    def to_unit(self) -> int:
        """The factor between the stored unit and the shown one, such as 100 for money."""
        return self.parts or (100 if self.is_money else 1)

    @property
    def is_money(self) -> bool:
        """Whether it is a sum of money."""
        return self.unit == "元"

    @property
    def lag(self) -> Lag:
        """How much earlier it is."""
        return Lag()

    @property
    def counted(self) -> Measure:
        """The measure of the present month behind it."""
        return self

    @property
    def looks_back(self) -> int:
        """How many months before its month the counted people signed; 0 for most measures."""
        return self.source.looks_back if isinstance(self.source, Aggregation) else 0

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        value = given[self.code]
        return value if isinstance(value, tuple) else (value, 1)

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.measure(self), OPERAND

    def measures(self) -> Iterator[Measure]:
        yield self


@dataclass(frozen=True, eq=False)
class Setting(Formula):
    """A number in a formula that a company may set.

    Parameters
    ----------
    code, name, meaning : str
        As for a measure.
    default : float
        The value where nothing else is set.
    """

    code: str
    name: str
    default: float
    meaning: str

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return given.get(self.code, self.default), 1

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.references.get(self.code) or writer.number(self.default), OPERAND

    def constant(self, writer: Writer) -> float | None:
        return None if self.code in writer.references else self.default


@dataclass(frozen=True, eq=False)
class Constant(Formula):
    """A fixed number."""

    value: float

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return self.value, 1

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.number(self.value), OPERAND

    def constant(self, writer: Writer) -> float | None:
        return self.value


@dataclass(frozen=True, eq=False)
class Operation(Formula):
    """Two formulas joined by one of the four operations."""

    operator: str
    left: Formula
    right: Formula

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return self._joined(self.left.fraction(given), self.right.fraction(given))

    def _joined(self, left: Fraction, right: Fraction) -> Fraction:
        (n1, d1), (n2, d2) = left, right
        # Equal whole denominators (two sums of money in 分) cancel instead of growing.
        same = isinstance(d1, int) and isinstance(d2, int) and d1 == d2
        if self.operator == "*":
            return n1 * n2, d1 * d2
        if self.operator == "/":
            return (n1, n2) if same else (n1 * d2, d1 * n2)
        sign = 1 if self.operator == "+" else -1
        return (n1 + sign * n2, d1) if same else (n1 * d2 + sign * n2 * d1, d1 * d2)

    def write(self, writer: Writer) -> tuple[str, int]:
        if (constant := self.constant(writer)) is not None:
            # 1 − 70% is written as 30%: nobody wants to read the arithmetic of settings.
            return writer.number(constant), OPERAND
        binds = PRECEDENCE[self.operator]
        (left, left_binds), (right, right_binds) = self.left.write(writer), self.right.write(writer)
        opening, closing = writer.brackets
        if left_binds < binds:
            left = f"{opening}{left}{closing}"
        # a-(b-c) and a/(b*c) need the brackets that a+(b+c) does not.
        if right_binds < binds or (self.operator in "-/" and right_binds == binds):
            right = f"{opening}{right}{closing}"
        return f"{left}{writer.signs[self.operator]}{right}", binds

    def constant(self, writer: Writer) -> float | None:
        if self.left.constant(writer) is None or self.right.constant(writer) is None:
            return None
        numerator, denominator = self.fraction({})
        return float(numerator / denominator)

    @property
    def inside(self) -> tuple[Formula, ...]:
        return self.left, self.right

    def over(self, inside: tuple[Formula, ...]) -> Formula:
        left, right = inside
        return replace(self, left=left, right=right)


@dataclass(frozen=True, eq=False)
class TypedOperation(Operation):
    """An operation in a typed formula: of two errors the first counts, as in a spreadsheet."""

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        import numpy as np

        left, right = self.left.fraction(given), self.right.fraction(given)
        above, below = self._joined(left, right)
        first = divide(*left)
        error = np.where(np.isnan(first), first, divide(*right))
        wrong = np.isnan(error)
        if not wrong.any():
            return above, below
        # Numbers of the float kind, as products of whole ones would wrap.
        return np.where(wrong, error, above), np.where(wrong, 1.0, below)


@dataclass(frozen=True, eq=False)
class Comparison(Formula):
    """A comparison of two formulas: 1 where it holds, else 0."""

    sign: str
    left: Formula
    right: Formula

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        import numpy as np

        left, right = (divide(*one.fraction(given)) for one in self.inside)
        compare = {
            "=": np.equal, "<>": np.not_equal, "<": np.less, ">": np.greater,
            "<=": np.less_equal, ">=": np.greater_equal,
        }[self.sign]  # fmt: skip
        error = np.where(np.isnan(left), left, right)
        return np.where(np.isnan(error), error, compare(left, right)), 1

    def write(self, writer: Writer) -> tuple[str, int]:
        left, right = (one.write(writer)[0] for one in self.inside)
        return f"{left}{writer.signs.get(self.sign, self.sign)}{right}", _COMPARED

    @property
    def inside(self) -> tuple[Formula, ...]:
        return self.left, self.right

    def over(self, inside: tuple[Formula, ...]) -> Formula:
        left, right = inside
        return replace(self, left=left, right=right)


@dataclass(frozen=True)
class Function:
    """A spreadsheet function that formulas may use.

    Parameters
    ----------
    name : str
        Its name, as every spreadsheet has it.
    compute : callable
        Gives its values from those of its arguments, arrays of float64 that may hold errors.
    least, most : int
        How many arguments it takes.
    """

    name: str
    compute: Callable[..., Any]
    least: int
    most: int


@dataclass(frozen=True, eq=False)
class Call(Formula):
    """A function of a spreadsheet over formulas, such as ``MAX``.

    `kpi_xl.definitions.functions` has those that there are.
    """

    function: Function
    arguments: tuple[Formula, ...]

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return self.function.compute(*(divide(*one.fraction(given)) for one in self.arguments)), 1

    def write(self, writer: Writer) -> tuple[str, int]:
        opening, closing = writer.brackets
        inside = writer.comma.join(one.write(writer)[0] for one in self.arguments)
        return f"{self.function.name}{opening}{inside}{closing}", OPERAND

    @property
    def inside(self) -> tuple[Formula, ...]:
        return self.arguments

    def over(self, inside: tuple[Formula, ...]) -> Formula:
        return replace(self, arguments=inside)


@dataclass(frozen=True, eq=False)
class Part(Formula):
    """A named formula inside another: people read its name, programs its formula.

    When its own value is given under its code, that value is used and its measures are not needed:
    the 平均人数 of a quarter is the mean of its months', which opening and closing do not tell.
    """

    code: str
    name: str
    formula: Formula

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        if self.code in given:
            value = given[self.code]
            return value if isinstance(value, tuple) else (value, 1)
        return self.formula.fraction(given)

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.part(self)

    @property
    def inside(self) -> tuple[Formula, ...]:
        return (self.formula,)


@dataclass(frozen=True, eq=False)
class Base(Formula):
    """A base that growth or attainment is measured against. It may be negative: then there is no
    growth.

    Counts and sums of what people do are never negative, so only what is compared needs it.
    """

    measure: Measure

    def fraction(self, given: Mapping[str, Any]) -> Fraction:
        return self.measure.fraction(given)

    def write(self, writer: Writer) -> tuple[str, int]:
        return writer.base(self.measure), OPERAND

    def measures(self) -> Iterator[Measure]:
        yield self.measure


def parts(formula: Formula) -> Iterator[Part]:
    """The named formulas inside a formula, outermost first."""
    if isinstance(formula, Part):
        yield formula
    for one in formula.inside:
        yield from parts(one)


def settings(formula: Formula) -> Iterator[Setting]:
    """The settings in a formula, with repetitions."""
    if isinstance(formula, Setting):
        yield formula
    for one in formula.inside:
        yield from settings(one)


def _formula(value: Formula | float) -> Formula:
    return value if isinstance(value, Formula) else Constant(value)


def divide(numerator: ArrayLike, denominator: ArrayLike) -> NDArray[np.float64]:
    """Numerator ÷ denominator, with #DIV/0! where the denominator is zero.

    This is the only division of the program that makes a KPI's value.

    Parameters
    ----------
    numerator, denominator : array_like
        Broadcast together. An error (NaN) in either is carried along, the numerator's first.

    Returns
    -------
    float64 array

    Examples
    --------
    >>> divide([1800, 0], [2000, 0])[0]
    np.float64(0.9)
    """
    import numpy as np  # whoever only writes formulas need not wait for it

    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    result = np.full(top.shape, DIV0)
    wrong = np.isnan(top) | np.isnan(bottom)
    np.copyto(result, np.where(np.isnan(top), top, bottom), where=wrong)
    with np.errstate(over="ignore", invalid="ignore"):
        np.divide(top, bottom, out=result, where=(bottom != 0) & ~wrong)
    return result
