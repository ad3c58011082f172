"""Reads an SQL expression as the formula that a person would type for it.

sqlglot takes it apart; nothing is executed. NULL is what an error is in a spreadsheet. What would
mean something else there than in SQL is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind
from kpi_xl.formula import OPERAND, PRECEDENCE

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST: Final = 20_000
"""Characters of an expression."""

_MOST_DIGITS: Final = 30
_COMPARED: Final = 0
_WHOLE: Final = re.compile(r"-?\d{1,2}")
_DIALECTS: Final = {
    "": "", "ANSI_SQL": "", "OSSIE_SQL_2026": "", "SNOWFLAKE": "snowflake",
    "DATABRICKS": "databricks", "BIGQUERY": "bigquery",
}  # fmt: skip
DIALECTS: Final = tuple(_DIALECTS)
"""The kinds of SQL that are read."""


class Said(NamedTuple):
    """A part of a formula as text.

    Parameters
    ----------
    text : str
        As a person types it.
    binds : int
        How tightly its outermost operation does.
    may_be_null : bool
        Whether it has no value sometimes, as a quotient.
    """

    text: str
    binds: int = OPERAND
    may_be_null: bool = False

    def within(self, binds: int) -> str:
        """It where an operation binds so tightly."""
        return f"({self.text})" if self.binds < binds else self.text


class Names(Protocol):
    """What names in the expression mean; each raises `InputError` for what means nothing."""

    def column(self, table: str, name: str) -> Said:
        """A name by itself."""

    def summed(self, how: str, table: str, name: str) -> Said:
        """A column, all rows of which are taken together, such as by ``sum``."""


def read_sql(sql: str, names: Names, metric: str, dialect: str = "") -> Said:
    """The formula that an expression says.

    Parameters
    ----------
    sql : str
        Such as ``1.0 * fyc / NULLIF(pieces, 0)``.
    names : Names
        What the names in it mean.
    metric : str
        Whose it is, for messages.
    dialect : str
        One of `DIALECTS`.

    Raises
    ------
    InputError
        When it says nothing, or something that a formula does not say.
    ModuleNotFoundError
        When sqlglot is not installed.
    """
    import sqlglot

    shown = sql if len(sql) < 80 else f"{sql[:77]}…"
    if len(sql) > LONGEST:
        raise InputError(kinds.METRIC_SQL(metric=metric, sql=shown))
    try:
        tree = sqlglot.parse_one(sql, read=_DIALECTS[dialect])
        return _Reader(names, metric).value(tree)
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise InputError(kinds.METRIC_SQL(metric=metric, sql=shown)) from error


class _Reader:
    """Reads the parts of an expression; what it does not know it refuses."""

    def __init__(self, names: Names, metric: str) -> None:
        self._names = names
        self._metric = metric

    def value(self, node: exp.Expr) -> Said:
        """A number."""
        kind = type(node).__name__
        if kind in _OPERATORS:
            _only(self, node, "this", "expression", "typed", "safe")
            return self._joined(_OPERATORS[kind], node.this, node.expression)
        read = _READ.get(kind)
        if read is None:
            raise self.refused(node)
        return read(self, node)

    def refused(self, node: exp.Expr, kind: Kind = kinds.METRIC_SQL_PART) -> InputError:
        """That a part is none of a formula."""
        fault: Fault = kind(metric=self._metric, part=node.sql())
        return InputError(fault)

    def _joined(self, operator: str, left: exp.Expr, right: exp.Expr) -> Said:
        if operator == "/":
            right = _not_zero(right)
        one, two = self.value(left), self.value(right)
        # 1.0 before a quotient says that whole numbers are not divided to whole ones.
        if operator == "*" and "1" in (one.text, two.text):
            return two if one.text == "1" else one
        binds = PRECEDENCE[operator]
        # a-(b-c) and a/(b*c) need their brackets.
        after = two.within(binds + (operator in "-/" or two.text.startswith("-")))
        may_be_null = one.may_be_null or two.may_be_null or operator == "/"
        return Said(f"{one.within(binds)}{operator}{after}", binds, may_be_null)

    def paren(self, node: exp.Paren) -> Said:
        return self.value(node.this)

    def column(self, node: exp.Column) -> Said:
        _only(self, node, "this", "table")
        return self._names.column(node.table, node.name)

    def literal(self, node: exp.Literal) -> Said:
        if node.is_string:
            raise self.refused(node)
        number = Decimal(node.this)
        if number and abs(number.adjusted()) > _MOST_DIGITS:
            raise self.refused(node)
        text = format(number, "f")
        return Said(text.rstrip("0").rstrip(".") if "." in text else text)

    def filtered(self, node: exp.Filter) -> Said:
        raise InputError(kinds.METRIC_FILTER(metric=self._metric, filter=node.sql()))

    def negative(self, node: exp.Neg) -> Said:
        one = self.value(node.this)
        return Said(f"-{one.within(OPERAND)}", PRECEDENCE["-"], one.may_be_null)

    def cast(self, node: exp.Cast) -> Said:
        """A number as one with decimals is the number; as any other it may lose some."""
        if node.to.this.name not in ("DOUBLE", "FLOAT") or node.to.expressions:
            raise self.refused(node)
        return self.value(node.this)

    def coalesce(self, node: exp.Coalesce) -> Said:
        _only(self, node, "this", "expressions")
        *before, last = map(self.value, (node.this, *node.expressions))
        text = last.text
        for one in reversed(before):
            text = f"IFERROR({one.text},{text})"
        return Said(text, OPERAND if before else last.binds, last.may_be_null)

    def absolute(self, node: exp.Abs) -> Said:
        one = self.value(node.this)
        return Said(f"ABS({one.text})", OPERAND, one.may_be_null)

    def rounded(self, node: exp.Round) -> Said:
        _only(self, node, "this", "decimals")
        one = self.value(node.this)
        decimals = node.args.get("decimals")
        digits = "0" if decimals is None else self.value(decimals).text
        if not _WHOLE.fullmatch(digits):  # each database does something else with others
            raise self.refused(node)
        return Said(f"ROUND({one.text},{digits})", OPERAND, one.may_be_null)

    def extreme(self, node: exp.Expr, *, null_is_told: bool = False) -> Said:
        """The least or greatest; of what is not known some databases take no notice."""
        arguments = [self.value(one) for one in (node.this, *node.expressions)]
        may_be_null = any(one.may_be_null for one in arguments)
        if may_be_null and not null_is_told:
            raise self.refused(node, kinds.METRIC_SQL_NULL)
        name = "MIN" if type(node).__name__ == "Least" else "MAX"
        return Said(f"{name}({','.join(one.text for one in arguments)})", OPERAND, may_be_null)

    def safe_divided(self, node: exp.SafeDivide) -> Said:
        return self._joined("/", node.this, node.expression)

    def unknown(self, node: exp.Anonymous) -> Said:
        """A function that only some databases have."""
        if node.name.upper() != "DIV0" or len(node.expressions) != 2:
            raise self.refused(node)
        quotient = self._joined("/", *node.expressions)
        below = self.value(node.expressions[1])
        may_be_null = any(self.value(one).may_be_null for one in node.expressions)
        return Said(f"IF({below.text}=0,0,{quotient.text})", OPERAND, may_be_null)

    def summed(self, node: exp.AggFunc) -> Said:
        how = _AGGREGATES[type(node).__name__]
        of = node.this
        if type(of).__name__ == "Distinct" and how == "count" and len(of.expressions) == 1:
            how, of = "count_distinct", of.expressions[0]
        if type(of).__name__ != "Column" or node.expressions:
            rows = kinds.METRIC_ROWS(metric=self._metric, expr=node.sql())
            raise InputError(rows)
        _only(self, of, "this", "table")
        return self._names.summed(how, of.table, of.name)

    def case(self, node: exp.Case) -> Said:
        if guarded := self._guarded(node):
            return guarded
        of = node.this
        branches = [(one.this, one.args["true"]) for one in node.args["ifs"]]
        default = node.args.get("default")
        if of is not None and _is(of, *_CONDITIONS) and default is None:
            return self._of_both(node, of, branches)
        if default is None or any(_is(one, "Null") for one in (default, *(v for _, v in branches))):
            raise self.refused(node, kinds.METRIC_SQL_NO_ELSE)
        found = self.value(default)
        for condition, then in reversed(branches):
            one = self.value(then)
            test = self.known(condition) if of is None else self._equal(of, condition)
            nulls = one.may_be_null or found.may_be_null
            found = Said(f"IF({test},{one.text},{found.text})", OPERAND, nulls)
        return found

    def chosen(self, node: exp.If) -> Said:
        import sqlglot

        _only(self, node, "this", "true", "false")
        same = sqlglot.exp.Case(ifs=[sqlglot.exp.If(this=node.this, true=node.args["true"])])
        if (otherwise := node.args.get("false")) is not None:
            same.set("default", otherwise)
        return self.case(same)

    def _of_both(self, node: exp.Case, of: exp.Expr, branches: list[Any]) -> Said:
        """``CASE condition WHEN TRUE THEN … WHEN FALSE THEN … END`` is NULL where that is."""
        by = {bool(when.this): then for when, then in branches if _is(when, "Boolean")}
        if len(by) != 2 or len(branches) != 2:
            raise self.refused(node, kinds.METRIC_SQL_NO_ELSE)
        test = self._condition(of)
        yes, no = self.value(by[True]), self.value(by[False])
        nulls = any(one.may_be_null for one in (test, yes, no))
        return Said(f"IF({test.text},{yes.text},{no.text})", OPERAND, nulls)

    def _guarded(self, node: exp.Case) -> Said | None:
        """A quotient that is none where it divides by 0, the least where nothing is NULL."""
        if node.this is not None or len(node.args["ifs"]) != 1:
            return None
        (one,) = node.args["ifs"]
        test, then, other = _bare(one.this), one.args["true"], node.args.get("default")
        if _is(test, "EQ") and _is(then, "Null"):
            return self._unless_zero(test, other)
        if _is(test, "NEQ") and (other is None or _is(other, "Null")):
            return self._unless_zero(test, then)
        value = other if other is None else _bare(other)
        if _is(then, "Null") and value is not None and _is(value, "Least", "Greatest"):
            arguments = {_bare(each) for each in (value.this, *value.expressions)}
            if set(_null_tested(test)) == arguments:
                return self.extreme(value, null_is_told=True)
        return None

    def _unless_zero(self, test: exp.Expr, value: exp.Expr | None) -> Said | None:
        quotient = value if value is None else _bare(value)
        is_zero = _is(test.expression, "Literal") and test.expression.this in ("0", "0.0")
        if quotient is None or not is_zero or not _is(quotient, "Div"):
            return None
        same = _not_zero(quotient.expression) == _bare(test.this)
        return self.value(quotient) if same else None

    def _equal(self, of: exp.Expr, to: exp.Expr) -> str:
        import sqlglot

        return self.known(sqlglot.exp.EQ(this=of, expression=to))

    def known(self, node: exp.Expr) -> str:
        """A condition that is not met where it is NULL, as CASE takes it."""
        return self._condition(node, null_is_false=True).text

    def _condition(self, node: exp.Expr, *, null_is_false: bool = False) -> Said:
        node = _bare(node)
        kind = type(node).__name__
        if kind in _SIGNS:
            one, two = self.value(node.this), self.value(node.expression)
            text = f"{one.within(1)}{_SIGNS[kind]}{two.within(1)}"
            nulls = one.may_be_null or two.may_be_null
            if nulls and null_is_false:
                return Said(f"IFERROR({text},FALSE)", OPERAND)
            return Said(text, _COMPARED, nulls)
        if kind in ("And", "Or"):
            parts = [self._condition(one, null_is_false=null_is_false) for one in node.flatten()]
            return self._together(node, kind, parts)
        if kind in ("Between", "In"):
            _only(self, node, "this", "low", "high", "expressions")
            parts = [
                self._condition(one, null_is_false=null_is_false) for one in _compared(node, kind)
            ]
            return self._together(node, "And" if kind == "Between" else "Or", parts)
        if kind == "Not":
            return self._together(node, kind, [self._condition(node.this)])
        if kind == "Is" and _is(node.expression, "Null"):
            if not self.value(node.this).may_be_null:
                return Said("FALSE")
            raise self.refused(node, kinds.METRIC_SQL_NULL)
        raise self.refused(node)

    def _together(self, node: exp.Expr, kind: str, parts: list[Said]) -> Said:
        """Conditions joined; NULL is neither met nor not, which no spreadsheet says."""
        if any(one.may_be_null for one in parts):
            raise self.refused(node, kinds.METRIC_SQL_NULL)
        return Said(f"{kind.upper()}({','.join(one.text for one in parts)})")


def _compared(node: exp.Expr, kind: str) -> Iterator[exp.Expr]:
    """BETWEEN and IN as the comparisons that they are short for."""
    from sqlglot import exp

    if kind == "Between":
        yield exp.GTE(this=node.this, expression=node.args["low"])
        yield exp.LTE(this=node.this, expression=node.args["high"])
    for one in node.expressions:
        yield exp.EQ(this=node.this, expression=one)


def _is(node: exp.Expr, *kinds_of_node: str) -> bool:
    return type(_bare(node)).__name__ in kinds_of_node


def _bare(node: exp.Expr) -> exp.Expr:
    """A part without the brackets around it."""
    while type(node).__name__ == "Paren":
        node = node.this
    return node


def _not_zero(node: exp.Expr) -> exp.Expr:
    """What is divided by; ``NULLIF(…, 0)`` makes NULL of what is an error in a spreadsheet."""
    node = _bare(node)
    if _is(node, "Nullif") and _is(node.expression, "Literal") and node.expression.this == "0":
        return _bare(node.this)
    return node


def _null_tested(node: exp.Expr) -> Iterator[exp.Expr]:
    """What ``x IS NULL OR y IS NULL`` asks of; what else it may be asks of the whole."""
    node = _bare(node)
    if _is(node, "Or"):
        for one in node.flatten():
            yield from _null_tested(one)
    elif _is(node, "Is") and _is(node.expression, "Null"):
        yield _bare(node.this)
    else:
        yield node


def _only(reader: _Reader, node: exp.Expr, *known: str) -> None:
    """Refuse what is said beside what is read."""
    if any(value for name, value in node.args.items() if name not in known):
        raise reader.refused(node)


_OPERATORS: Final = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/"}
_SIGNS: Final = {"EQ": "=", "NEQ": "<>", "LT": "<", "GT": ">", "LTE": "<=", "GTE": ">="}
_CONDITIONS: Final = (*_SIGNS, "And", "Or", "Not", "Between", "In")
_AGGREGATES: Final = {"Sum": "sum", "Count": "count", "Avg": "average", "Min": "min", "Max": "max"}
_READ: Final[Mapping[str, Callable[[_Reader, Any], Said]]] = {
    "Paren": _Reader.paren,
    "Column": _Reader.column,
    "Literal": _Reader.literal,
    "Neg": _Reader.negative,
    "Cast": _Reader.cast,
    "Coalesce": _Reader.coalesce,
    "Abs": _Reader.absolute,
    "Round": _Reader.rounded,
    "Least": _Reader.extreme,
    "Greatest": _Reader.extreme,
    "SafeDivide": _Reader.safe_divided,
    "Anonymous": _Reader.unknown,
    "Case": _Reader.case,
    "If": _Reader.chosen,
    "Filter": _Reader.filtered,
    **dict.fromkeys(_AGGREGATES, _Reader.summed),
}
