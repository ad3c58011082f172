"""Formulas of KPIs as SQL and as DAX, for export into other tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from kpi_xl.earlier import There
from kpi_xl.formula import (
    Call,
    Comparison,
    Constant,
    Formula,
    Lag,
    Measure,
    Operation,
    Setting,
)

Named = Callable[[Measure], str]
"""How a measure is written."""


class _Language:
    """The common part of the writers of SQL and DAX: every operation in brackets.

    Parameters
    ----------
    measure : callable
        How a measure is written.
    settings : mapping of str to float
        What settings are, by code.
    """

    def __init__(self, measure: Named, settings: Mapping[str, float]) -> None:
        self._measure = measure
        self._settings = settings
        self._named = 0

    def text(self, formula: Formula) -> str:
        """The formula."""
        if isinstance(formula, Measure | Constant | Setting):
            return self._leaf(formula)
        inside = [self.text(one) for one in formula.inside]
        if isinstance(formula, Operation):
            return self.joined(formula.operator, *inside)
        if isinstance(formula, Comparison):
            return self.compared(formula.sign, *inside)
        if isinstance(formula, Call):
            return self.called(formula.function.name, inside)
        # What else there is has a name, and a formula inside.
        return self.there(*inside) if isinstance(formula, There) else inside[-1]

    def _leaf(self, one: Measure | Constant | Setting) -> str:
        if isinstance(one, Measure):
            return self._measure(one)
        if isinstance(one, Constant):
            return f"{one.value:.15g}"
        return f"{self._settings.get(one.code, one.default):.15g}"

    def joined(self, operator: str, left: str, right: str) -> str:
        """Two operands."""
        raise NotImplementedError

    def compared(self, sign: str, left: str, right: str) -> str:
        """Two operands compared: 1 or 0."""
        raise NotImplementedError

    def called(self, name: str, arguments: list[str]) -> str:
        """A function of a spreadsheet."""
        raise NotImplementedError

    def there(self, known: str, value: str) -> str:
        """A value, or none where a part of it is missing."""
        raise NotImplementedError


class Sql(_Language):
    """ANSI SQL; what is an error in a spreadsheet is NULL.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> Sql(lambda one: one.code, {}).text(kpis["KPI_DEAL_RATE"].expression)
    '(1.0 * deals / NULLIF(visitors, 0))'
    """

    def joined(self, operator: str, left: str, right: str) -> str:
        if operator == "/":  # 1.0: whole numbers are not divided to whole numbers
            return f"(1.0 * {left} / NULLIF({right}, 0))"
        return f"({left} {operator} {right})"

    def compared(self, sign: str, left: str, right: str) -> str:
        return _one_or_zero(f"{left} {sign} {right}")

    def called(self, name: str, arguments: list[str]) -> str:
        first, *more = arguments
        if name == "IF":
            yes, no = more
            return f"(CASE {first} <> 0 WHEN TRUE THEN {yes} WHEN FALSE THEN {no} END)"
        if name == "IFERROR":
            return f"COALESCE({first}, {more[0]})"
        if name in ("ABS", "ROUND"):
            return f"{name}({', '.join(arguments)})"
        if name in ("MIN", "MAX"):
            # Of what is not known some databases take no notice.
            unknown = " OR ".join(f"{one} IS NULL" for one in arguments)
            found = f"{'LEAST' if name == 'MIN' else 'GREATEST'}({', '.join(arguments)})"
            return f"(CASE WHEN {unknown} THEN NULL ELSE {found} END)" if more else first
        if name == "NOT":
            return _one_or_zero(f"{first} = 0")
        # Added up, so that one that is not known makes the whole unknown.
        holding = " + ".join(_one_or_zero(f"{one} <> 0") for one in arguments)
        wanted = f"= {len(arguments)}" if name == "AND" else "> 0"
        return _one_or_zero(f"({holding}) {wanted}")

    def there(self, known: str, value: str) -> str:
        return f"(CASE WHEN {known} IS NULL THEN NULL ELSE {value} END)"


def _one_or_zero(condition: str) -> str:
    return f"(CASE {condition} WHEN TRUE THEN 1 WHEN FALSE THEN 0 END)"


class Dax(_Language):
    """DAX; what is an error in a spreadsheet is BLANK.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> Dax(lambda one: f"[{one.name}]", {}).text(kpis["KPI_DEAL_RATE"].expression)
    'DIVIDE([成交笔数], [进店人数])'
    """

    def joined(self, operator: str, left: str, right: str) -> str:
        if operator == "/":
            return f"DIVIDE({left}, {right})"
        if operator == "*":
            return f"({left} * {right})"
        # To DAX a BLANK in a sum is 0.
        return self._unless_blank([left, right], lambda one, other: f"{one} {operator} {other}")

    def compared(self, sign: str, left: str, right: str) -> str:
        return self._unless_blank(
            [left, right], lambda one, other: f"IF({one} {sign} {other}, 1, 0)"
        )

    def called(self, name: str, arguments: list[str]) -> str:
        first, *more = arguments
        if name == "IF":
            yes, no = more
            return self._unless_blank([first], lambda one: f"IF({one} <> 0, {yes}, {no})")
        if name == "IFERROR":
            return f"COALESCE({first}, {more[0]})"
        return self._unless_blank(arguments, lambda *given: _dax_function(name, given))

    def there(self, known: str, value: str) -> str:
        return f"IF(ISBLANK({known}), BLANK(), {value})"

    def _unless_blank(self, arguments: list[str], found: Callable[..., str]) -> str:
        """An expression over arguments, each written once; BLANK where one of them is blank."""
        names = []
        given = ""
        for one in arguments:
            self._named += 1
            names.append(f"_{self._named}")
            given += f"VAR _{self._named} = {one} "
        unknown = " || ".join(f"ISBLANK({name})" for name in names)
        return f"({given}RETURN IF({unknown}, BLANK(), {found(*names)}))"


def _dax_function(name: str, given: tuple[str, ...]) -> str:
    if name in ("ABS", "ROUND"):
        return f"{name}({', '.join(given)})"
    if name == "NOT":
        return f"IF({given[0]} = 0, 1, 0)"
    if name in ("MIN", "MAX"):
        return reduce(lambda one, other: f"{name}({one}, {other})", given)
    sign = " && " if name == "AND" else " || "
    return f"IF({sign.join(f'{one} <> 0' for one in given)}, 1, 0)"


def months_back(lag: Lag) -> int:
    """How many months earlier a measure of a month is."""
    return lag.periods + 12 * lag.years
