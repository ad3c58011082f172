"""The declared conditions, weights and sums of a project as SQL.

Texts go in as quoted literals, columns by the code of the raw table's own column: nothing that
somebody typed is ever SQL. A condition holds or not, never neither: what is compared with an empty
cell does not hold.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from kpi_xl.aggregation import OfRows
from kpi_xl.catalogue.raw_table import Column
from kpi_xl.definitions.conditions import (
    Compared,
    Condition,
    Empty,
    Holds,
    Not,
    OneOf,
    Together,
    Value,
)
from kpi_xl.definitions.own_measures import Counted
from kpi_xl.definitions.reach_text import Summed
from kpi_xl.definitions.taken import FRACTION, Days
from kpi_xl.definitions.weights import Weights

LARGEST: Final = 9 * 10**18
"""What whole numbers hold."""

TOO_LARGE: Final = -LARGEST - 1
"""What stands in place of a sum that they do not hold."""

_CLAMP: Final = 10 * LARGEST // FRACTION
"""More than whole numbers hold, and all that a decimal of 20 digits does."""


def condition_sql(condition: Condition) -> str:
    """A condition on the columns of a raw table."""
    if isinstance(condition, Together):
        joined = f" {condition.how.upper()} ".join(map(condition_sql, condition.parts))
        return f"({joined})"
    if isinstance(condition, Not):
        return f"(NOT {condition_sql(condition.part)})"
    name = identifier(condition.column)
    if isinstance(condition, Empty):
        return f"({name} IS NULL)"
    if isinstance(condition, OneOf):
        listed = ", ".join(literal(value, condition.column) for value in condition.values)
        return f"COALESCE({name} IN ({listed}), FALSE)"
    if isinstance(condition, Holds):
        return f"COALESCE({_holds(condition, name)}, FALSE)"
    assert isinstance(condition, Compared)
    other = condition.value
    right = identifier(other) if isinstance(other, Column) else literal(other, condition.column)
    of_empty = "TRUE" if condition.sign == "<>" else "FALSE"  # it is not equal to anything
    return f"COALESCE({name} {condition.sign} {right}, {of_empty})"


def _holds(condition: Holds, name: str) -> str:
    text = literal(condition.text, condition.column)
    length = len(condition.text)
    if condition.place == "anywhere":
        return f"POSITION({text} IN {name}) > 0"
    if condition.place == "begin":
        return f"SUBSTRING({name}, 1, {length}) = {text}"
    start = f"CHAR_LENGTH({name}) - {length - 1}"
    return f"CHAR_LENGTH({name}) >= {length} AND SUBSTRING({name}, {start}, {length}) = {text}"


def identifier(column: Column) -> str:
    """A column's name in SQL; of days between two days how many they are."""
    if isinstance(column, Days):
        return f"CAST({identifier(column.last)} - {identifier(column.first)} AS BIGINT)"
    return f'"{column.code}"'


def literal(value: Value, column: Column) -> str:
    """A value in SQL, as the column is stored."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return _text(value)
    if column.kind == "number":
        return f"CAST('{Decimal(repr(value)):f}' AS DOUBLE PRECISION)"
    return str(int(value))


def _text(text: str) -> str:
    """A text as a literal that means the same in the steps' templates and in every dialect.

    What templates and the steps' words would see in it is taken apart.
    """
    quoted = text.replace("'", "''").replace("$", "$$")
    return "(" + "' || '(".join(f"'{quoted}'".split("(")) + ")" if "(" in quoted else f"'{quoted}'"


def columns_of(one: Counted, name: str) -> str:
    """The columns of a SELECT that keep a measure for each agent and month."""
    meets = "TRUE" if one.where is None else condition_sql(one.where)
    sums = [
        f"{_sum(meets, summed.of, one.weights)} AS {sum_name(name, number)}"
        for number, summed in enumerate(one.sums)
    ]
    own = [] if one.source.how == "values" else [_kept(one, meets, name)]
    return ",\n    ".join([*own, *sums])


def sum_name(name: str, number: int) -> str:
    """The column of one of the sums that a counted thing is compared by."""
    return f"{name}_{number}"


def _kept(one: Counted, meets: str, name: str) -> str:
    column, how = one.column, one.source.how
    filled = meets if column is None else f"{meets} AND {identifier(column)} IS NOT NULL"
    if how in ("greatest", "least"):
        function = "MAX" if how == "greatest" else "MIN"
        return f"{_held(f'{function}(CASE WHEN {meets} THEN {_value(column)} END)')} AS {name}"
    if how == "any":
        return f"MAX(CASE WHEN {filled} THEN 1 ELSE 0 END) AS {name}"
    if how == "sum":
        return f"{_sum(meets, column, one.weights)} AS {name}"
    total = f"SUM(CASE WHEN {filled} THEN 1 END)"
    return f"CAST(COALESCE({total}, 0) AS BIGINT) AS {name}"


def _sum(meets: str, column: Column | None, weights: Weights | None) -> str:
    """The sum over the rows that meet a condition, or how many they are."""
    if column is None and weights is None:
        return f"CAST(COALESCE(SUM(CASE WHEN {meets} THEN 1 END), 0) AS BIGINT)"
    value = _value(column)
    if weights is not None:
        value = f"CAST({value} AS DECIMAL(20, 0)) * ({weights_sql(weights)})"
    return _held(f"COALESCE(SUM(CASE WHEN {meets} THEN {value} END), 0)")


def reach_sql(one: Counted, name: str) -> str:
    """Whether sums of what is kept reach what they must; in ``months`` is of how many months."""
    if one.reach is None:
        return f"{name} > 0"
    names = {
        (summed.code, summed.of is None): sum_name(name, number)
        for number, summed in enumerate(one.sums)
    }

    def said(reach: Condition) -> str:
        if isinstance(reach, Together):
            return f"({f' {reach.how.upper()} '.join(map(said, reach.parts))})"
        if isinstance(reach, Not):
            return f"(NOT {said(reach.part)})"
        assert isinstance(reach, Compared)
        assert isinstance(reach.column, Summed)
        bound = f"CAST({_bound(reach, one.weights)} AS DECIMAL(20, 0))"
        times = " * months" if reach.column.is_monthly else ""
        return f"{names[reach.column.code, reach.column.of is None]} {reach.sign} {bound}{times}"

    return said(one.reach)


def _bound(compared: Compared, weights: Weights | None) -> int:
    """A bound in the parts that the sum is held in; no sum is more than whole numbers hold."""
    value = Decimal(repr(compared.value)) * (1 if weights is None else weights.parts)
    if compared.column.kind == "number":
        value *= FRACTION
    return max(-LARGEST - 1, min(int(value), LARGEST + 1))


def is_too_large_sql(source: OfRows, name: str) -> str:
    """Whether what is kept in a column is more than whole numbers hold: 1, else 0.

    No sum over some agents and months can be larger than that of what all of them are without their
    signs.
    """
    if source.how in ("greatest", "least"):
        found = f"MIN({name}) = {TOO_LARGE}"
    else:
        found = f"SUM(ABS(CAST({name} AS DECIMAL(20, 0)))) > {LARGEST}"
    return f"CAST(CASE WHEN {found} THEN 1 ELSE 0 END AS BIGINT) AS {name}_is"


def taken_sql(one: Counted) -> tuple[str, str, str]:
    """Whether a row is taken, what of it is summed up, and what it weighs, in parts."""
    meets = "TRUE" if one.where is None else condition_sql(one.where)
    if one.column is not None:
        meets = f"{meets} AND {identifier(one.column)} IS NOT NULL"
    is_sum = one.source.how == "sum"
    value = f"CAST({_value(one.column)} AS DECIMAL(20, 0))" if is_sum else "1"
    return meets, value, "1" if one.weights is None else weights_sql(one.weights)


def values_sql(one: Counted) -> str:
    """The values whose different ones are counted, each of an agent and month."""
    assert one.column is not None
    meets = "TRUE" if one.where is None else condition_sql(one.where)
    return f"CASE WHEN {meets} THEN CAST({identifier(one.column)} AS VARCHAR) END"


def _held(found: str) -> str:
    """The SQL for a number that may be too large for an integer; `TOO_LARGE` where it is."""
    return (
        f"CASE WHEN {found} BETWEEN -{LARGEST} AND {LARGEST} THEN CAST({found} AS BIGINT)"
        f" WHEN {found} IS NOT NULL THEN {TOO_LARGE} END"
    )


def weights_sql(weights: Weights) -> str:
    """The weight of a row, in parts."""
    lines = " ".join(
        f"WHEN {condition_sql(where)} THEN {int(weight * weights.parts)}"
        for where, weight in weights.lines
    )
    return f"CASE {lines} ELSE {int(weights.otherwise * weights.parts)} END"


def _value(column: Column | None) -> str:
    """The SQL for the number of a row that is summed up, as an integer."""
    if column is None:
        return "1"
    name = identifier(column)
    if column.kind != "number":
        return name
    # Of what is empty LEAST and GREATEST take no notice: they would make a number of it.
    within = f"CASE WHEN {name} IS NOT NULL THEN LEAST(GREATEST({name}, -{_CLAMP}), {_CLAMP}) END"
    return f"CAST(FLOOR({within} * {FRACTION} + 0.5) AS DECIMAL(20, 0))"
