"""Read a formula as people type it in a spreadsheet, over the names of KPIs and measures.

openpyxl's tokenizer takes it apart; what is made of it is the same tree as that of a KPI of the
catalogue. Nothing is executed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.definitions.dimensions import Dimension
from kpi_xl.definitions.functions import FUNCTIONS
from kpi_xl.earlier import earlier, mean
from kpi_xl.errors import InputError
from kpi_xl.formula import Call, Comparison, Constant, Formula, Lag, TypedOperation

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token

LONGEST: Final = 1000
"""Characters: what a person can still read."""

_DEEPEST: Final = 30
_LARGEST: Final = 5000  # steps: with what stands in others it would grow without end

EARLIER: Final[Mapping[str, Lag]] = {
    "上月": Lag(periods=1),
    "上期": Lag(periods=1),
    "去年同期": Lag(years=1),
}
"""What is written for a formula of an earlier month."""

MOVING: Final = "移动平均"
"""The mean over some months."""

_MOST_MONTHS: Final = 36

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    {
        "×": "*", "＊": "*", "∗": "*", "÷": "/", "／": "/", "−": "-", "－": "-", "–": "-",
        "＋": "+",
        "（": "(", "）": ")", "，": ",", "、": ",", "＝": "=", "＜": "<", "＞": ">", "％": "%",
        "【": "[", "】": "]", "“": '"', "”": '"', "；": ",", ";": ",", "\u3000": " ", "\n": " ",
        "\t": " ", "\r": " ",
    }
) | {ord("≤"): "<=", ord("≥"): ">=", ord("≠"): "<>"}  # fmt: skip

_BINDS: Final = {
    "=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3,
}  # fmt: skip
_SHORT_FOR_SUMS: Final = ("SUM", "AVERAGE")


FUNCTION_NAMES: Final = (*FUNCTIONS, *_SHORT_FOR_SUMS, *EARLIER, MOVING)
"""What may be called in a formula."""


class Quantity(NamedTuple):
    """A formula and its dimension.

    Parameters
    ----------
    formula : Formula
        The tree of the formula.
    of : Dimension or None
        None for a mere number, which goes with anything.
    is_condition : bool
        Whether it holds or not, as a comparison does; a spreadsheet compares such with nothing.
    """

    formula: Formula
    of: Dimension | None
    is_condition: bool = False


Names = Callable[[str], Quantity]
"""What a name in a formula means; raises `InputError` for one that means nothing."""


def read_formula(text: str, names: Names) -> Quantity:
    """Read a formula.

    Parameters
    ----------
    text : str
        Such as ``=首年度佣金÷主险件数``; the sign before it may be left out.
    names : callable
        Gives what a name means.

    Raises
    ------
    InputError
        When it says nothing, or something that cannot be computed.
    """
    plain = text.translate(_WIDE).strip()
    if plain.startswith("'="):  # as somebody types text into a cell
        plain = plain[1:]
    plain = plain.removeprefix("=").strip()
    if not plain:
        raise InputError(kinds.FORMULA_EMPTY())
    if len(plain) > LONGEST:
        raise InputError(kinds.FORMULA_TOO_LONG(length=len(plain)))
    found = _Reader(_tokens(plain), names).whole()
    _bounded(found.formula.size)
    if next(found.formula.measures(), None) is None:
        raise InputError(kinds.FORMULA_NO_NAME(), value=text)
    return found


def _tokens(plain: str) -> list[Token]:
    from openpyxl.formula.tokenizer import Tokenizer, TokenizerError

    try:
        tokens = Tokenizer(f"={plain}").items
    except (TokenizerError, IndexError) as error:  # a bracket or quotation mark too many
        raise InputError(kinds.FORMULA_UNFINISHED(), value=plain) from error
    return [one for one in tokens if one.type != "WHITE-SPACE"]


@dataclass
class _Reader:
    """Reads tokens from left to right."""

    tokens: list[Token]
    names: Names
    at: int = 0
    depth: int = 0

    def whole(self) -> Quantity:
        found = self._operations(0)
        if self.at < len(self.tokens):
            raise self._unexpected()
        return found

    def _operations(self, least: int) -> Quantity:
        """Operands, and the operators between them with at least this precedence."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InputError(kinds.FORMULA_TOO_DEEP())
        left = self._operand()
        while (token := self._next()) is not None and token.type == "OPERATOR-INFIX":
            binds = _BINDS.get(token.value)
            if binds is None:
                raise InputError(kinds.FORMULA_OPERATOR(text=token.value))
            if binds < max(least, 1):
                break
            self.at += 1
            left = _joined(token.value, left, self._operations(binds + 1))
        self.depth -= 1
        return left

    def _operand(self) -> Quantity:
        token = self._taken()
        if token.type == "OPERATOR-PREFIX":
            found = self._signed(token.value)
        elif token.type == "PAREN" and token.subtype == "OPEN":
            found = self._operations(0)
            self._close("PAREN")
        elif token.type == "FUNC" and token.subtype == "OPEN":
            found = self._call(token.value[:-1])
        elif token.type == "OPERAND":
            found = self._leaf(token)
        else:
            self.at -= 1
            raise self._unexpected()
        while (after := self._next()) is not None and after.type == "OPERATOR-POSTFIX":
            self.at += 1
            found = _joined("/", found, Quantity(Constant(100.0), None))
        return found

    def _signed(self, sign: str) -> Quantity:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise InputError(kinds.FORMULA_TOO_DEEP())
        one = self._operand()
        self.depth -= 1
        if sign == "+":
            return one
        if isinstance(one.formula, Constant):
            return Quantity(Constant(-one.formula.value), None)
        return Quantity(TypedOperation("-", Constant(0.0), one.formula), one.of)

    def _leaf(self, token: Token) -> Quantity:
        text = token.value
        if token.subtype == "NUMBER":
            return Quantity(_number(float(text), text), None)
        if token.subtype == "LOGICAL":
            return Quantity(Constant(float(text.upper() == "TRUE")), None, is_condition=True)
        if token.subtype == "TEXT":
            raise InputError(kinds.FORMULA_TEXT(text=text))
        if token.subtype == "RANGE":
            return self.names(_unquoted(text))
        raise self._unexpected(back=1)

    def _call(self, name: str) -> Quantity:
        name = name.strip().upper().removeprefix("@").removeprefix("_XLFN.")
        arguments = [] if self._closes() else [self._operations(0)]
        while (token := self._next()) is not None and token.type == "SEP":
            self.at += 1
            arguments.append(self._operations(0))
        self._close("FUNC")
        if name in _SHORT_FOR_SUMS:
            return _summed(name, arguments)
        if name in EARLIER or name == MOVING:
            return _of_earlier(name, arguments)
        function = FUNCTIONS.get(name)
        if function is None:
            known = "、".join(FUNCTION_NAMES)
            raise InputError(kinds.FORMULA_FUNCTION_UNKNOWN(name=name, known=known))
        _counted(name, arguments, function.least, function.most)
        call = Call(function, tuple(one.formula for one in arguments))
        return Quantity(call, _of_call(name, arguments), _is_condition(name, arguments))

    def _closes(self) -> bool:
        token = self._next()
        return token is not None and token.type == "FUNC" and token.subtype == "CLOSE"

    def _close(self, kind: str) -> None:
        token = self._taken()
        if token.type != kind or token.subtype != "CLOSE":
            raise self._unexpected(back=1)

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _taken(self) -> Token:
        token = self._next()
        if token is None:
            raise InputError(kinds.FORMULA_UNFINISHED())
        self.at += 1
        return token

    def _unexpected(self, back: int = 0) -> InputError:
        self.at -= back
        token = self._next()
        if token is None:
            return InputError(kinds.FORMULA_UNFINISHED())
        return InputError(kinds.FORMULA_NOT_EXPECTED(text=token.value))


def _unquoted(text: str) -> str:
    """A name without the quotes around names with blanks or signs."""
    text = text.removeprefix("@")  # which a spreadsheet writes before a name
    for opening, closing in ("[]", "''"):
        if text.startswith(opening) and text.endswith(closing):
            return text[1:-1].strip()
    return text.strip()


def _joined(operator: str, left: Quantity, right: Quantity) -> Quantity:
    """Two quantities joined by an operator.

    Raises
    ------
    InputError
        When their units do not go together, or it divides by nothing.
    """
    if operator in "*/":
        if operator == "/" and isinstance(right.formula, Constant) and not right.formula.value:
            raise InputError(kinds.FORMULA_BY_ZERO())
        return Quantity(_operation(operator, left, right), _product(operator, left.of, right.of))
    if operator in "+-":
        of = _alike("相加减", left, right)
        return Quantity(_operation(operator, left, right), of)
    # To a spreadsheet TRUE is more than any number, and never 1.
    if left.is_condition or right.is_condition:
        raise InputError(kinds.FORMULA_CONDITION_COMPARED())
    _alike("比较", left, right)
    return Quantity(Comparison(operator, left.formula, right.formula), None, is_condition=True)


def _operation(operator: str, left: Quantity, right: Quantity) -> Formula:
    """The operation; of two numbers their result."""
    one, two = left.formula, right.formula
    if not isinstance(one, Constant) or not isinstance(two, Constant):
        return TypedOperation(operator, one, two)
    compute: Mapping[str, Callable[[float, float], float]] = {
        "+": float.__add__, "-": float.__sub__, "*": float.__mul__, "/": float.__truediv__,
    }  # fmt: skip
    text = f"{one.value:g}{operator}{two.value:g}"
    return _number(compute[operator](float(one.value), float(two.value)), text)


def _number(value: float, text: str) -> Constant:
    """A number as a formula; one too large for a spreadsheet is refused."""
    if not math.isfinite(value):
        raise InputError(kinds.FORMULA_TOO_LARGE(text=text))
    return Constant(value)


def _product(operator: str, left: Dimension | None, right: Dimension | None) -> Dimension | None:
    power = 1 if operator == "*" else -1
    if right is None:
        return left
    return (left or Dimension(0, 0, 0, "1")).times(right, power) if left or power < 0 else right


def _alike(how: str, *quantities: Quantity) -> Dimension | None:
    """The common dimension of quantities that are added or compared.

    Raises
    ------
    InputError
        When some are of something else.
    """
    known: Iterator[Dimension] = (one.of for one in quantities if one.of is not None)
    first = next(known, None)
    for other in known:
        if first is not None and not first.like(other):
            raise InputError(kinds.FORMULA_UNITS(how=how, left=first.text, right=other.text))
    return first


def _of_call(name: str, arguments: list[Quantity]) -> Dimension | None:
    if name in ("AND", "OR", "NOT"):
        return None
    if name == "IF":
        return _alike("放在一起选", *arguments[1:])
    if name in ("ABS", "ROUND"):
        return arguments[0].of
    return _alike("比较", *arguments)


def _is_condition(name: str, arguments: list[Quantity]) -> bool:
    """Whether the result of a function is a truth value, or may be one."""
    if name in ("IF", "IFERROR"):
        return any(one.is_condition for one in arguments[name == "IF" :])
    return name in ("AND", "OR", "NOT")


def _counted(name: str, arguments: list[Quantity], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = f"{least} 到 {most}" if most > least else str(least)
        fault = kinds.FORMULA_ARGUMENTS(name=name, count=len(arguments), wanted=wanted)
        raise InputError(fault)


def _bounded(size: int) -> None:
    if size > _LARGEST:
        raise InputError(kinds.FORMULA_TOO_MUCH(size=size, most=_LARGEST))


def _of_earlier(name: str, arguments: list[Quantity]) -> Quantity:
    """A formula of an earlier month, or its mean over some months."""
    if name in EARLIER:
        _counted(name, arguments, 1, 1)
        (one,) = arguments
        return one._replace(formula=earlier(name, one.formula, EARLIER[name]))
    _counted(name, arguments, 2, 2)
    one, periods = arguments
    number = periods.formula.value if isinstance(periods.formula, Constant) else 0
    if not 2 <= number <= _MOST_MONTHS or number != int(number):
        raise InputError(kinds.FORMULA_MONTHS(name=name, most=_MOST_MONTHS))
    _bounded(one.formula.size * int(number))
    return Quantity(mean(name, one.formula, int(number)), one.of)


def _summed(name: str, arguments: list[Quantity]) -> Quantity:
    """SUM and AVERAGE as sums of their arguments."""
    if not arguments:
        raise InputError(kinds.FORMULA_ARGUMENTS(name=name, count=0, wanted="1"))
    found = arguments[0]
    for one in arguments[1:]:
        found = _joined("+", found, one)
    if name == "AVERAGE":
        found = _joined("/", found, Quantity(Constant(float(len(arguments))), None))
    return found
