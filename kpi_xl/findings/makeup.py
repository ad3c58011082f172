"""The quantity that a KPI is about, read from its formula.

活动率 and 举绩人数 fall with those who sold, 留存率 and 脱落率 both with those who left. That is
read from the formulas, so that it holds for a project's own KPIs, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpi_xl.formula import Formula, Operation, Part

Codes = frozenset[str]

_AT_THE_END, _AT_THE_START, _LEFT = (
    frozenset(("closing",)),
    frozenset(("opening", "recruits")),
    frozenset(("leavers",)),
)
"""Who is there at the end is who was there and came, less who left."""


@dataclass(frozen=True)
class Ratio:
    """One quantity over another, read from a formula.

    Parameters
    ----------
    above, below : Formula
        The quantities; `below` is None for a KPI that is a quantity itself.
    sign : int
        1, or -1 where the KPI is what is missing to 100 %.
    """

    above: Formula
    below: Formula | None
    sign: int = 1

    @property
    def codes(self) -> Codes:
        """The measures of the quantity that the KPI is about."""
        above = codes_of(self.above)
        if self.below is not None and (above, codes_of(self.below)) == (
            _AT_THE_END,
            _AT_THE_START,
        ):
            return _LEFT
        return above


def ratio_of(formula: Formula) -> Ratio:
    """The ratio that a formula is, without constant factors.

    Examples
    --------
    >>> from kpi_xl.catalogue import kpis
    >>> for name in ("活动率", "纯增率", "留存率", "6个月脱落率", "平均人数"):
    ...     one = ratio_of(kpis.find(name).expression)
    ...     print(name, *sorted(one.codes), one.sign, one.below is not None)
    活动率 producers 1 True
    纯增率 closing 1 True
    留存率 leavers 1 True
    6个月脱落率 retained_6 -1 True
    平均人数 closing opening 1 False
    """
    formula = _plain(formula)
    if not isinstance(formula, Operation):
        return Ratio(formula, None)
    left, right = _plain(formula.left), _plain(formula.right)
    if not codes_of(right):
        return ratio_of(left)
    if not codes_of(left) and formula.operator in "+-*":
        inner = ratio_of(right)
        sign = -inner.sign if formula.operator == "-" else inner.sign
        return Ratio(inner.above, inner.below, sign)
    return _over(left, right) if formula.operator == "/" else Ratio(formula, None)


def _over(left: Formula, right: Formula) -> Ratio:
    """One quantity over another, without additions of 100 %."""
    if isinstance(left, Operation) and left.operator == "-":
        first, second = _plain(left.left), _plain(left.right)
        # What has grown and what is missing stand or fall with what is not the base.
        if codes_of(second) == codes_of(right):
            return Ratio(first, right)
        if codes_of(first) == codes_of(right):
            return Ratio(second, right, -1)
    return Ratio(left, right)


def terms_of(formula: Formula) -> list[Formula]:
    """The summands of a formula."""
    formula = _plain(formula)
    if isinstance(formula, Operation) and formula.operator == "+":
        return [*terms_of(formula.left), *terms_of(formula.right)]
    if isinstance(formula, Operation) and not codes_of(formula.right):
        return terms_of(formula.left)
    return [formula]


def codes_of(formula: Formula) -> Codes:
    """The measures of a formula, by code."""
    return frozenset(one.code for one in formula.measures())


def _plain(formula: Formula) -> Formula:
    while isinstance(formula, Part):
        formula = formula.formula
    return formula
